"""Rows of the queue, made of what is known: of a questionnaire, and of one that did not come. Pure, no Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.monitoring import judging
from app.monitoring.ports import Cause, Item, List, Trend, Who
from app.search import plain
from storage.monitoring.life import tidings
from storage.monitoring.records import NO_GRADE, OUT_OF_RANGE, SEVERE, Life, Phase, Questionnaire, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.monitoring.standing import Service

LISTS = {
    Phase.NEW: List.TODO,
    Phase.TAKEN: List.IN_HAND,
    Phase.CLOSING: List.IN_HAND,
    Phase.ESCALATED: List.ESCALATED,
    Phase.CLOSED: List.CLOSED,
}
_NEVER = 1 << 62


@dataclass(frozen=True)
class Case:
    """An alert with the list that it is in, and the `words` that it is found by, the name first."""

    item: Item
    which: List
    words: str


SORTS: dict[str, Callable[[Case], tuple[int | str | bytes, ...]]] = {
    "grade": lambda one: (-one.item.rank, one.item.due.due_ms or _NEVER, *_last(one.item)),
    "time": lambda one: (one.item.due.due_ms or _NEVER, -one.item.rank, *_last(one.item)),
    "name": lambda one: (one.words, *_last(one.item)),
    "arrival": lambda one: (-one.item.received_ms, -one.item.rank, one.item.alert),
}
"""Where an alert stands in a list; no two stand at one place, so that every desk shows one order."""


def _last(item: Item) -> tuple[int, bytes]:
    return item.received_ms, item.alert


def asked(told: Questionnaire, who: Who, service: Service, life: Life, muted: tuple[str, ...]) -> Case | None:
    """Return a questionnaire as an alert; one that somebody acted upon stays one, whatever a correction left of it."""
    found = judging.judge(told, service.at(told.received_ms), muted)
    if found.cause is None and not life.rows:
        return None
    which = List.QUIET if found.quiet and life.phase is Phase.NEW else LISTS[life.phase]
    confirmed = life.grade != NO_GRADE
    grade = life.grade if confirmed else told.grade
    unsaid = found.cause is not None and told.ungraded
    item = Item(
        alert=told.alert,
        who=replace(who, treatment=told.treatment or who.treatment, referent=told.referent or who.referent),
        grade=grade,
        cause=found.cause or Cause.SENDER,
        symptoms=judging.worst(told.symptoms),
        trend=judging.trend(told.symptoms),
        phase=life.phase,
        received_ms=told.received_ms,
        due=judging.due(told.received_ms, max(told.grade, grade, SEVERE if unsaid else NO_GRADE), service),
        holder=life.holder,
        rivals=life.rivals,
        escalated_to=life.asked if life.phase is Phase.ESCALATED else (),
        rule=found.rule,
        muted=muted,
        warnings=_warnings(told, who, life, unsaid=unsaid),
        service=service.policy.service,
        leaving=_leaving(life),
        ungraded=unsaid and not confirmed,
        told=told.grade,
        closer=_closer(life),
        met=_met(life),
    )
    return Case(item, which, _words(who))


def silent(alert: bytes, since_ms: int, who: Who, service: Service, life: Life) -> Case:
    """Return a patient of whom nothing came by *since_ms*."""
    item = Item(
        alert=alert,
        who=who,
        grade=NO_GRADE,
        cause=Cause.SILENCE,
        symptoms=(),
        trend=Trend.SAME,
        phase=life.phase,
        received_ms=since_ms,
        due=judging.due(since_ms, NO_GRADE, service),
        holder=life.holder,
        rivals=life.rivals,
        escalated_to=life.asked if life.phase is Phase.ESCALATED else (),
        service=service.policy.service,
        leaving=_leaving(life),
        closer=_closer(life),
        met=_met(life),
    )
    return Case(item, LISTS[life.phase], _words(who))


def shut(case: Case) -> Case:
    """Return an alert as those see it who are not of its service: who it is, the number alone of a hidden identity, and how grave."""
    item = case.item
    who = replace(item.who, treatment="", referent="")
    if who.hidden:
        who = Who(who.id, who.key, "", "", "", "", hidden=True)
    bare = replace(
        item, who=who, symptoms=(), trend=Trend.SAME, rule="", muted=(), warnings=(), leaving="", shut=True
    )
    return Case(bare, case.which, _words(who))


def nobody(told: Questionnaire) -> Who:
    """Return who is shown while the cache does not know the patient: the number that the platform gave."""
    return Who(0, told.key, "", "", "", "")


def _leaving(life: Life) -> str:
    """Return what became of the summary of a closed alert, as the desk that closed it said."""
    said = tidings(life)
    return str(said.step) if said is not None else ""


def _closer(life: Life) -> bytes:
    """Return who closed what waits for a second reader, b"" of any other alert."""
    if life.phase is not Phase.CLOSING:
        return b""
    told = (row.record for row in reversed(life.rows) if row.void is None)
    return next((one.author for one in told if one.step is Step.CLOSE), b"")


def _met(life: Life) -> bool:
    return life.answered or life.reopened > 0


def _words(who: Who) -> str:
    return plain(f"{who.name} {who.key.ipp}")


def _warnings(told: Questionnaire, who: Who, life: Life, *, unsaid: bool) -> tuple[str, ...]:
    found = [*told.warnings, *told.turns]
    for code, holds in (
        ("ungraded", unsaid and OUT_OF_RANGE not in told.warnings),
        ("unknown-patient", not who.name),
        ("merged", who.id != 0 and who.key != told.key),
        ("conflict", bool(life.rivals)),
    ):
        if holds:
            found.append(code)
    return tuple(found)
