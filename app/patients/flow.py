"""How fresh the cache is, in words: the foot of the list, its strip when something is wrong, the foot of Today. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.i18n import fmt_date, fmt_number, fmt_time
from app.interop.state import Standing
from app.ui.words import Words, say, says

if TYPE_CHECKING:
    from app.interop.state import State

LATE_MS = 7_200_000
"""So long without a message, in a feed that brought some, is said: a hospital that is awake moves somebody more often."""
_TROUBLES = {Standing.PORT_TAKEN: "taken", Standing.MISCONFIGURED: "wrong"}


@dataclass(frozen=True)
class Trouble:
    """What is wrong with the feed, what still holds."""

    tone: str
    title: Words
    detail: Words = ""


@dataclass(frozen=True)
class Flow:
    """The state of the feed as it is shown; `way`: how patients come here, for an empty cache."""

    icon: str
    tone: str
    words: Words
    way: Words = ""
    strip: Trouble | None = None


@dataclass(frozen=True)
class When:
    """A moment: the time of today, else day and time."""

    at_ms: int
    now_ms: int = field(compare=False)

    def __str__(self) -> str:
        at, now = (datetime.fromtimestamp(ms / 1000, UTC).astimezone() for ms in (self.at_ms, self.now_ms))
        return fmt_time(at) if at.date() == now.date() else f"{fmt_date(at)} {fmt_time(at)}"


def flow(state: State, now_ms: int) -> Flow:
    """Return what is shown of a feed in *state*."""
    words, way = _words(state, now_ms), _way(state)
    trouble = _trouble(state, now_ms)
    if trouble is not None:
        icon = "cloud-off" if state.progress.up_to_date else "refresh"
        return Flow(icon, trouble.tone, words, way, trouble)
    return Flow("database", "ok", words, way)


def care(state: State, now_ms: int) -> list[Trouble]:
    """Return what whoever looks after the feed is told: how it stands, and what waits in quarantine."""
    told = [_trouble(state, now_ms) or _standing(state, now_ms)]
    if state.reception.refused:
        units = ", ".join(state.reception.refused)
        told.append(
            Trouble("warn", say("patients.feed.refused"), say("patients.feed.refused.detail", units=units))
        )
    if state.mapping:
        name = f"patients.feed.mapping.{state.mapping}"
        told.append(Trouble("warn", say(name), say("patients.feed.mapping.detail")))
    if state.waiting:
        told.append(Trouble("warn", waiting(state), say("patients.feed.waiting.detail")))
    return told


def waiting(state: State) -> Words:
    """Return how many messages wait in quarantine."""
    return says("patients.feed.waiting", state.waiting)


def _standing(state: State, now_ms: int) -> Trouble:
    if state.reception.follows and state.standing is Standing.OFF:
        units = ", ".join(state.reception.units)
        heard = When(state.reception.heard_ms or state.last_ms, now_ms)
        return Trouble(
            "ok", say("patients.feed.gateway"), say("patients.feed.gateway.detail", units=units, at=heard)
        )
    if state.standing is not Standing.LISTENING:
        return Trouble("info", say("patients.feed.off"), say("patients.feed.off.detail"))
    title = say("patients.feed.listening", address=state.address)
    if not state.last_ms:
        return Trouble("info", title, say("patients.feed.listening.none"))
    return Trouble("ok", title, say("patients.feed.listening.last", at=When(state.last_ms, now_ms)))


def _words(state: State, now_ms: int) -> Words:
    if not state.progress.up_to_date:
        done, total = fmt_number(state.progress.done), fmt_number(state.progress.total)
        return say("patients.flow.reading", done=done, total=total)
    if state.last_ms:
        return say(f"patients.flow.{_age(state, now_ms)}", at=When(state.last_ms, now_ms))
    return say("patients.flow.cache")


def _age(state: State, now_ms: int) -> str:
    listens = state.standing is Standing.LISTENING and now_ms - state.last_ms < LATE_MS
    received = state.reception.follows and not state.reception.late(now_ms) and not state.reception.missing
    return "current" if listens or received else "last"


def _trouble(state: State, now_ms: int) -> Trouble | None:
    if state.standing in _TROUBLES:
        name = f"patients.flow.{_TROUBLES[state.standing]}"
        return Trouble("danger", say(name), say(f"{name}.detail", address=state.address))
    at = When(state.last_ms, now_ms)
    if not state.progress.up_to_date:
        return Trouble("info", say("patients.flow.rebuilding"), say("patients.flow.rebuilding.detail"))
    silence = _silence(state, now_ms) if state.reception.follows else None
    if silence or (state.reception.follows and state.standing is Standing.OFF):
        return silence
    if state.last_ms and state.standing is Standing.OFF:
        return Trouble("warn", say("patients.flow.off"), say("patients.flow.off.detail", at=at))
    if state.last_ms and now_ms - state.last_ms >= LATE_MS:
        return Trouble("danger", say("patients.flow.late"), say("patients.flow.late.detail", at=at))
    return None


def _silence(state: State, now_ms: int) -> Trouble | None:
    """Return what is wrong with what a gateway hands on: a relay, or the gateway, that says nothing may hide an alert."""
    reception = state.reception
    if reception.late(now_ms):
        heard_ms = reception.heard_ms or state.last_ms
        name = "silent" if heard_ms else "never"
        return Trouble(
            "danger",
            say("patients.flow.silent"),
            say(f"patients.flow.{name}.detail", at=When(heard_ms, now_ms)),
        )
    if reception.missing:
        return Trouble("danger", say("patients.flow.missing"), say("patients.flow.missing.detail"))
    return None


def _way(state: State) -> Words:
    if state.reception.follows:
        return say("patients.flow.follows", units=", ".join(state.reception.units))
    if state.standing is Standing.LISTENING:
        return say("patients.flow.listening", address=state.address)
    return say("patients.flow.ask")
