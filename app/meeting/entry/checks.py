"""Four checks before a meeting: relay, way up, link, keys. Each is a sentence and never a barrier. No Qt."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.i18n import fmt_number
from app.trust import readable
from app.ui.words import Words, say, says
from media.errors import LinkRefused, MediaError
from media.link.probe import MOST_KBPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.line import Line
    from app.session import Session
    from media.link.probe import Seen
    from storage.identity import Relay

SHARP_KBPS, FACE_KBPS = 1_830, 430
"""What 720p with its small picture and voice takes at its best, and what a picture takes at least (media/av/rate.py)."""
MUCH_LOSS_PERCENT, MUCH_JITTER_MS = 2.0, 30.0
OLD_S = 86_400
_REFUSALS = ("relay-impostor", "relay-too-old", "relay-too-new")


@dataclass(frozen=True)
class Keys:
    """How many keys this desk knows of how many expected people (0: nobody can tell who comes), and of how old a directory."""

    known: int
    expected: int = 0
    age_s: int = 0


@dataclass(frozen=True)
class Exam:
    """What was found: `seen`, or the `code` of why not (unreachable, relay-…)."""

    keys: Keys
    seen: Seen | None = None
    code: str = ""


@dataclass(frozen=True)
class Check:
    """One line: `state` is wait, ok or warn."""

    state: str
    title: Words
    detail: Words = ""


async def examine(line: Line, relay: Relay, session: Session, hosts: Sequence[bytes], now_s: int) -> Exam:
    """Measure the line to *relay* and count the keys of *hosts*; nothing of the meeting is sent."""
    keys = await asyncio.to_thread(count_keys, session, hosts, now_s)
    try:
        return Exam(keys, await line.examine(relay))
    except LinkRefused as refusal:
        return Exam(keys, code=refusal.code)
    except MediaError:
        return Exam(keys, code="unreachable")


def count_keys(session: Session, hosts: Sequence[bytes], now_s: int) -> Keys:
    """Count whose living certificates this desk holds, beside its own user's."""
    trust = session.trust
    gone = set(trust.revoked)
    parsed = list(readable(trust.certificates))
    living = {one.user for one in parsed if one.hash not in gone and one.not_after > now_s}
    users = living - {session.user}
    age_s = max(0, now_s - trust.head_time) if trust.head_time else 0
    others = set(hosts) - {session.user}
    return Keys(len(others & users) if others else len(users), len(others), age_s)


def checks(exam: Exam | None) -> tuple[Check, Check, Check, Check]:
    """Return the four lines; before the exam is over they wait."""
    if exam is None:
        relay, up, link, keys = (
            Check("wait", say(f"check.{one}.wait")) for one in ("relay", "up", "link", "keys")
        )
        return relay, up, link, keys
    return _relay(exam), _up(exam.seen), _link(exam.seen), _keys(exam.keys)


def _relay(exam: Exam) -> Check:
    if exam.seen is None:
        code = exam.code if exam.code in _REFUSALS else "unreachable"
        return Check("warn", say(f"check.relay.{code}"), say("check.relay.later"))
    ms = fmt_number(max(1, exam.seen.rtt_ms))
    return Check("ok", say("check.relay.ok", ms=ms), say(f"check.way.{exam.seen.transport}"))


def _up(seen: Seen | None) -> Check:
    if seen is None or not seen.up_kbps:
        return Check("warn", say("check.up.unknown"))
    mbits = fmt_number(seen.up_kbps / 1000, 1 if seen.up_kbps < 10_000 else 0)
    title = say("check.up.most" if seen.up_kbps >= MOST_KBPS else "check.up.rate", mbits=mbits)
    if seen.up_kbps >= SHARP_KBPS:
        return Check("ok", title, say("check.up.sharp"))
    return Check("warn", title, say("check.up.face" if seen.up_kbps >= FACE_KBPS else "check.up.voice"))


def _link(seen: Seen | None) -> Check:
    if seen is None:
        return Check("warn", say("check.link.unknown"))
    medium = say(f"check.medium.{seen.medium}" if seen.medium else "check.medium.any")
    if not seen.sent:
        return Check("warn", say("check.link.tls", medium=medium), say("check.link.tls.why"))
    lost = 100 * seen.lost / seen.sent
    poor = lost >= MUCH_LOSS_PERCENT or seen.jitter_ms >= MUCH_JITTER_MS
    figures = {"percent": fmt_number(lost), "ms": fmt_number(seen.jitter_ms)}
    title = say("check.link.poor" if poor else "check.link.good", medium=medium, **figures)
    advice = "check.link.cable" if seen.medium == "wifi" else "check.link.stable"
    return Check("warn" if poor else "ok", title, say(advice if poor else "check.link.figures", **figures))


def _keys(keys: Keys) -> Check:
    if keys.age_s > OLD_S:
        return Check("warn", says("check.keys.old", keys.known), say("check.keys.old.why"))
    if keys.expected:
        title = says("check.keys.expected", keys.expected, known=fmt_number(keys.known))
        missing = keys.known < keys.expected
        return Check(
            "warn" if missing else "ok", title, say("check.keys.missing" if missing else "check.keys.e2ee")
        )
    if not keys.known:
        return Check("warn", say("check.keys.none"), say("check.keys.missing"))
    return Check("ok", says("check.keys.known", keys.known), say("check.keys.e2ee"))
