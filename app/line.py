"""The line to the relay: is it there, how far, since when not. No Qt; it looks by itself, one look at a time, and never blocks."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from app.relay import address_of, look
from media.errors import LinkRefused, MediaError
from media.events import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from app.jobs import Start
    from media.link import RelayAddress
    from media.link.probe import Seen
    from storage.identity import Relay

EVERY_MS = 60_000
BACK_OFF_MS = (8_000, 15_000, 30_000, 60_000)
"""After the first failed look, the second, …: a relay that restarts is back within seconds."""
MOST_SKEW_S = 120
log = logging.getLogger(__name__)


class Standing(StrEnum):
    """How the desk stands to its relay. All but the first two mean that nothing reaches anybody."""

    UNKNOWN = "unknown"
    ONLINE = "online"
    OFFLINE = "offline"
    TOO_OLD = "too-old"
    TOO_NEW = "too-new"
    IMPOSTOR = "impostor"
    REFUSED = "refused"


_REFUSALS = {
    "relay-too-old": Standing.TOO_OLD,
    "relay-too-new": Standing.TOO_NEW,
    "relay-impostor": Standing.IMPOSTOR,
}


@dataclass(frozen=True)
class State:
    """What is known of the line. Times are Unix milliseconds.

    `since_ms`: when this standing began, as far as was looked; `transport`: udp or tls while online; `next_ms`: when it looks
    by itself; `skew_s`: the relay's clock less ours, told when they differ by more than two minutes, else 0.
    """

    standing: Standing = Standing.UNKNOWN
    since_ms: int = 0
    rtt_ms: float = 0.0
    transport: str = ""
    looking: bool = False
    looked_ms: int = 0
    next_ms: int = 0
    skew_s: int = 0

    @property
    def online(self) -> bool:
        """True where the relay answered as it should."""
        return self.standing is Standing.ONLINE

    @property
    def down(self) -> bool:
        """True where it is known that nothing goes out."""
        return self.standing not in {Standing.ONLINE, Standing.UNKNOWN}

    def retry_s(self, now_ms: int) -> int:
        """Return in how many seconds it looks again by itself."""
        return max(0, -(-(self.next_ms - now_ms) // 1000))


class Look(Protocol):
    """Looks at a relay, as `media.link.probe.look` does."""

    def __call__(
        self, address: RelayAddress, now_s: Callable[[], float], /, *, thorough: bool = False
    ) -> Coroutine[Any, Any, Seen]:
        """Begin to look."""


class Line:
    """Follows the relays of an open desk; all methods and events on one thread. Closed, it knows nothing and does nothing."""

    def __init__(
        self,
        start: Start,
        now_ms: Callable[[], int],
        look: Look = look,
    ) -> None:
        self.changed: Event[State] = Event()
        self.state = State()
        self._start, self._now_ms, self._look = start, now_ms, look
        self._relays: tuple[Relay, ...] = ()
        self._past_s = 0
        self._life = 0
        self._failures = 0

    def open(self, relays: Sequence[Relay], past_s: int = 0) -> None:
        """Follow these relays, the first one that answers; looks at once where they are others than before.

        *past_s*: a moment that is surely over, as the directory's newest head: a clock before it is wrong, relay or not.
        """
        self._past_s = past_s
        if tuple(relays) != self._relays:
            self.close()
            self._relays = tuple(relays)
            self.look()

    def close(self) -> None:
        """Forget everything; an answer that is on its way is not heard."""
        self._life += 1
        self._relays, self._failures = (), 0
        self._become(State())

    def look(self) -> None:
        """Look now, where no look is under way."""
        if not self._relays or self.state.looking:
            return
        life = self._life
        self._become(replace(self.state, looking=True))
        self._start(
            self._first(self._relays),
            lambda seen: self._end(life, Standing.ONLINE, seen),
            lambda error: self._failed(life, error),
        )

    async def examine(self, relay: Relay) -> Seen:
        """Measure the line to *relay* thoroughly, whatever else is looked at; raises `LinkLost` or `LinkRefused`."""
        return await self._look(address_of(relay), self._now_s, thorough=True)

    def tick(self) -> None:
        """Look when it is time; once a second. A clock that was set back, or a sleep, does not keep it waiting."""
        wait_ms = self.state.next_ms - self._now_ms()
        if wait_ms <= 0 or wait_ms > EVERY_MS:
            self.look()

    async def _first(self, relays: tuple[Relay, ...]) -> Seen:
        """Return what the first relay says that answers; none: the first one that did more than stay silent."""
        errors: list[MediaError] = []
        for relay in relays:
            try:
                return await self._look(address_of(relay), self._now_s)
            except MediaError as error:
                errors.append(error)
        raise next((error for error in errors if isinstance(error, LinkRefused)), errors[0])

    def _now_s(self) -> float:
        return self._now_ms() / 1000

    def _failed(self, life: int, error: Exception) -> None:
        if not isinstance(error, MediaError):
            log.warning("the relay could not be looked at: %s", type(error).__name__)
        if isinstance(error, LinkRefused):
            self._end(life, _REFUSALS.get(error.code, Standing.REFUSED))
        else:
            self._end(life, Standing.OFFLINE)

    def _end(self, life: int, standing: Standing, seen: Seen | None = None) -> None:
        if life != self._life:
            return
        now_ms, before = self._now_ms(), self.state
        self._failures = 0 if seen else self._failures + 1
        wait_ms = EVERY_MS if seen else BACK_OFF_MS[min(self._failures, len(BACK_OFF_MS)) - 1]
        skew_s = round(seen.skew_s) if seen and seen.skew_s else max(0, self._past_s - now_ms // 1000)
        self._become(
            State(
                standing,
                before.since_ms if standing is before.standing else now_ms,
                seen.rtt_ms if seen else 0.0,
                seen.transport if seen else "",
                looked_ms=now_ms,
                next_ms=now_ms + wait_ms,
                skew_s=skew_s if abs(skew_s) > MOST_SKEW_S else 0,
            )
        )

    def _become(self, state: State) -> None:
        if state != self.state:
            self.state = state
            self.changed.fire(state)
