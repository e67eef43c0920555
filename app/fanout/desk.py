"""A desk's side of feeds: it says which care units it follows, takes what gateways hand on into its inbox, and notices what is missing.

What is taken is on disk before the post office acknowledges it; the follower of `app.interop` does the rest.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.fanout import packing
from app.fanout.wire import conv
from app.interop.state import LATE_MS, Reception
from media.errors import ProtocolError
from media.events import Event
from media.mail import feeds as words
from storage.errors import StorageError
from storage.feeds import SNAPSHOT, Place, Read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from app.fanout.wire import Wire
    from app.post.told import Told
    from storage.vault import Vault

FOLLOW_MS = 30 * 60_000
UNANSWERED_MS = 60_000
GAP_MS = 60_000
SNAPSHOT_MS = 600_000
"""So long after the first piece a snapshot may take; then it is asked for again."""
SKEW_MS = 120_000
"""How far a gateway's clock may be behind: what it said earlier than that counts as of then, however late the relay brought it."""
FOLLOW_LIFE_S = 86_400
TICK_S = 5.0
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Gateway:
    """A gateway of the own organisation."""

    user: bytes
    device: bytes


@dataclass
class _Standing:
    """How it stands with one gateway, since the unlock."""

    asked_ms: int = 0
    heard_ms: int = 0
    answered: bool = False
    given: frozenset[str] = frozenset()
    gap_ms: dict[str, int] = field(default_factory=dict)


class Following:
    """Follows *units* at every gateway that *gateways* names, until cancelled. To be used on the loop's thread.

    `take` is the post office's handler of batch, snapshot and alive. `changed` fires with the `reception`.
    """

    def __init__(
        self,
        vault: Vault,
        wire: Wire,
        units: Sequence[str],
        gateways: Callable[[], Iterable[Gateway]],
        now_ms: Callable[[], int],
    ) -> None:
        self._vault, self._wire, self._units, self._now_ms = vault, wire, tuple(units), now_ms
        self._gateways = gateways
        self._standing: dict[bytes, _Standing] = {}
        self._turn = asyncio.Lock()
        self._since_ms = now_ms() - LATE_MS + UNANSWERED_MS
        self.reception = Reception()
        self.changed: Event[Reception] = Event()

    # --- what comes -----------------------------------------------------------------------------------------

    async def take(self, told: Told) -> None:
        """Keep what a gateway handed on; raises StorageError, and then it is to come again."""
        gateway = told.by.device_id
        try:
            async with self._turn:
                await self._take(gateway, told)
        except ProtocolError:
            log.warning("what a gateway handed on cannot be read")
            return
        standing = self._standing.setdefault(gateway, _Standing())
        standing.heard_ms = max(standing.heard_ms, min(self._now_ms(), told.header.sent_ms + SKEW_MS))
        await self._tell()

    async def _take(self, gateway: bytes, told: Told) -> None:
        reader = self._vault.feed_reader
        match told.body:
            case words.Batch() as batch:
                messages = await asyncio.to_thread(packing.unpack, batch.messages)
                await asyncio.wrap_future(reader.take(gateway, messages, _place(batch.place), batch.after))
            case words.Snapshot() as piece:
                messages = await asyncio.to_thread(packing.unpack, piece.messages)
                place = _place(piece.place) if piece.last else None
                await asyncio.wrap_future(reader.restore(gateway, messages, place))
                self._standing.setdefault(gateway, _Standing()).gap_ms[piece.place.unit] = self._now_ms()
            case words.Alive() as alive:
                await asyncio.wrap_future(reader.heard(gateway, list(map(_place, alive.places))))
                standing = self._standing.setdefault(gateway, _Standing())
                standing.answered = True
                standing.given = frozenset(place.unit for place in alive.places)

    # --- what is said ---------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                await self.step()
            except StorageError as error:
                log.warning("care units are not followed now: %s", type(error).__name__)
            await asyncio.sleep(TICK_S)

    async def step(self) -> None:
        """Say what is to be said now."""
        for gateway in self._gateways():
            rows = await asyncio.wrap_future(self._vault.feed_reader.read(gateway.device))
            standing = self._standing.setdefault(gateway.device, _Standing())
            again = self._lacks(standing, rows)
            if again or self._is_time(standing):
                await self._follow(gateway, standing, rows, again=again)
        await self._tell()

    def _is_time(self, standing: _Standing) -> bool:
        """Whether to say again that this desk follows; a gateway that gives it nothing is asked at the unlock only."""
        now_ms = self._now_ms()
        if not standing.asked_ms:
            return True
        if not standing.answered:
            return bool(self._units) and now_ms - standing.asked_ms >= LATE_MS
        return bool(standing.given) and now_ms - standing.asked_ms >= FOLLOW_MS

    def _lacks(self, standing: _Standing, rows: Sequence[Read]) -> bool:
        """Whether something that the gateway said did not come for so long that it must be said again."""
        now_ms = self._now_ms()
        for row in rows:
            if row.number >= row.said:
                standing.gap_ms.pop(row.unit, None)
            else:
                standing.gap_ms.setdefault(row.unit, now_ms)
        patience = {row.unit: SNAPSHOT_MS if row.number == SNAPSHOT else GAP_MS for row in rows}
        since_ms = {unit: max(ms, standing.asked_ms) for unit, ms in standing.gap_ms.items()}
        return any(now_ms - ms >= patience.get(unit, GAP_MS) for unit, ms in since_ms.items())

    async def _follow(
        self, gateway: Gateway, standing: _Standing, rows: Sequence[Read], *, again: bool
    ) -> None:
        has = tuple(words.Place(row.unit, row.life, row.number) for row in rows if row.number >= 0)
        said = words.Follow(self._units[: words.MAX_UNITS], has[: words.MAX_UNITS], again)
        await self._wire.say(
            said, {gateway.user: frozenset((gateway.device,))}, conv=conv(""), expires_s=FOLLOW_LIFE_S
        )
        standing.asked_ms = self._now_ms()

    # --- how it stands --------------------------------------------------------------------------------------

    async def _tell(self) -> None:
        known = list(self._gateways())
        standing = [self._standing[one.device] for one in known if one.device in self._standing]
        given = {unit for one in standing for unit in one.given}
        answered = bool(standing) and all(one.answered for one in standing)
        lost = [row for one in known for row in await self._missing(one)]
        reception = Reception(
            units=tuple(sorted(given if answered else given | set(self._units))) if known else (),
            refused=tuple(sorted(set(self._units) - given)) if answered else (),
            heard_ms=min((one.heard_ms for one in standing if one.given or not one.answered), default=0),
            since_ms=self._since_ms,
            missing=bool(lost),
        )
        if reception != self.reception:
            self.reception = reception
            self.changed.fire(reception)

    async def _missing(self, gateway: Gateway) -> list[Read]:
        """Return the feeds of which something did not come for a minute."""
        rows = await asyncio.wrap_future(self._vault.feed_reader.read(gateway.device))
        gaps = self._standing.get(gateway.device, _Standing()).gap_ms
        now_ms = self._now_ms()
        return [
            row
            for row in rows
            if SNAPSHOT < row.number < row.said and now_ms - gaps.get(row.unit, now_ms) >= GAP_MS
        ]


def _place(said: words.Place) -> Place:
    return Place(said.unit, said.life, said.number)
