"""The service of the demo hospital in a vault: what its patients answered, the rules, what was done. For pictures and tests.

Answers come as the simulated platform writes them, understood as any platform's; records as the nurse's desk would have sent them.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from app.demo.questionnaires import NAME, Platform, alert, answered, history, newest, questionnaire
from app.demo.triage import WEEK_MS, escalates_to, policy
from app.interop.understand import understand
from app.monitoring.sharing import conv
from app.scenes import wards
from app.scenes.stills.facts import id_of
from media.mail.steps import AlertStep
from resources.demo import monitoring as story
from resources.demo.patients import AUTHORITY, PATIENTS
from resources.demo.people import ME
from storage.monitoring.answers import patient_id
from storage.monitoring.records import NO_GRADE
from storage.monitoring.trace import Kept
from storage.patients.facts import Fact, Identity, Key, Stamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from media.mail.policy import Policy
    from resources.demo.monitoring import Act
    from storage.messages.store import Mailbag
    from storage.vault import Vault

USERS = {key: id_of(key) for key in (story.NURSE, story.COORDINATOR, story.SECOND, ME.key)}
"""Who is in the service, as pictures call them."""
FIRST_SEQ = 10_000
"""Numbers of messages: beyond those of the patients' own."""
BEFORE = tuple((act, story.NURSE) for act in story.BEFORE)
"""What was done when the demo begins, and by whom."""


@cache
def answers(now_ms: int) -> tuple[tuple[int, tuple[Fact, ...]], ...]:
    """Return what the platform's messages before *now_ms* say, one message each."""
    began = datetime.fromtimestamp(now_ms / 1000, UTC)
    read = (understand(one.message, arrived_ms=now_ms) for one in history(Platform(NAME, began)))
    return tuple((seq, tuple(one.facts)) for seq, one in enumerate(read, FIRST_SEQ))


def again(ipp: str, now_ms: int, status: str, **grades: str) -> tuple[int, tuple[Fact, ...]]:
    """Return that the platform corrects (C) or takes back (X) what a patient answered last."""
    course = next(one for one in story.COURSES if one.ipp == ipp)
    desk = Platform(NAME, datetime.fromtimestamp(now_ms / 1000, UTC))
    when = answered(desk, course)
    raw = questionnaire(desk, course, when, newest(course, **grades), status=status, sent=desk.began)
    return FIRST_SEQ + 5_000, tuple(understand(raw, arrived_ms=now_ms).facts)


def renamed(ipp: str, birth_name: str, given_name: str, now_ms: int) -> tuple[int, tuple[Fact, ...]]:
    """Return that the hospital calls a patient otherwise from now on."""
    course = next(one for one in story.COURSES if one.ipp == ipp)
    traits: dict[str, str | None] = {
        "birth_name": birth_name,
        "given_name": given_name,
        "given_names": given_name,
    }
    key, stamp = Key(AUTHORITY, ipp), Stamp(now_ms, f"{ipp}-renamed")
    return FIRST_SEQ + 6_000 + story.COURSES.index(course), (Fact(key, stamp, Identity(traits)),)


def fill(
    vault: Vault,
    now_ms: int,
    acts: Iterable[tuple[Act, str]] = BEFORE,
    more: Iterable[tuple[int, tuple[Fact, ...]]] = (),
    apart: Iterable[tuple[Act, str]] = (),
) -> None:
    """Put the patients, their answers, the rules and the records of *acts* (what, and by whom) into *vault*.

    *more* messages came; who did what is in *apart* knew of nothing that others did.
    """
    batch = [*wards.facts(now_ms, (*PATIENTS, *story.AT_HOME)), *answers(now_ms), *more]
    vault.patients.apply([(seq, tuple(facts)) for seq, facts in batch]).result()
    ruled = policy(USERS, now_ms - 15 * WEEK_MS)
    alone = (one for act in apart for one in _records((act,), now_ms, "apart"))
    kept = [_ruling(ruled), *_records(acts, now_ms), *alone]

    def keep(rows: Mailbag) -> None:
        for one in kept:
            rows.trace.keep(one)

    vault.mail.write(keep).result()


def _ruling(ruled: Policy) -> Kept:
    by, service, at_ms = USERS[story.COORDINATOR], conv(story.UNIT), ruled.made_ms
    return Kept(_id("policy"), ruled.KIND, service, service, at_ms, at_ms, by, by, data=ruled.encode())


def _records(acts: Iterable[tuple[Act, str]], now_ms: int, where: str = "") -> Iterator[Kept]:
    heads: dict[bytes, bytes] = {}
    for number, (act, key) in enumerate(acts):
        at_ms, by = now_ms + act.at_s * 1000, USERS[key]
        who = Key(AUTHORITY, act.ipp)
        subject = patient_id(who) if act.step == "mute" else alert(act.ipp, act.weeks)
        parents = (heads[subject],) if subject in heads else ()
        said = _step(act, subject, at_ms, parents)
        name = heads[subject] = _id(f"{where}{number}{key}")
        yield Kept(
            name, said.KIND, subject, conv(story.UNIT), at_ms, at_ms, by, by, AUTHORITY, act.ipp, data=said.encode()
        )  # fmt: skip


def _step(act: Act, subject: bytes, at_ms: int, parents: tuple[bytes, ...]) -> AlertStep:
    muted = act.step == "mute"
    return AlertStep(
        act.step,
        subject,
        at_ms,
        parents,
        text=act.text,
        reason=act.reason,
        grade=_muted_grade(act) if muted else None if act.grade == NO_GRADE else act.grade,
        to=escalates_to(USERS) if act.step == "escalate" else (),
        until_ms=at_ms + 4 * WEEK_MS if muted else 0,
        symptom=act.symptom,
        minutes=act.minutes,
        reached=act.step == "call",
    )


def _muted_grade(act: Act) -> int:
    course = next(one for one in story.COURSES if one.ipp == act.ipp)
    return int(newest(course)[act.symptom.upper().replace("_", "-")])


def _id(name: str) -> bytes:
    return hashlib.sha256(f"record {name}".encode()).digest()[:16]
