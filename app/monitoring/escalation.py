"""An escalation that passes on though every PC of the team is off: what it says to each next one waits at the relay (docs/telemonitoring.md §6).

The author's desk lays it there, every desk of the team takes it back once somebody met the escalation. Nothing of this rests on a
disk beside the records themselves: whoever comes back does what is still to be done. No Qt.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.post.later import Spot
from media.errors import LinkRefused
from media.keys import cbor
from media.keys.sign import digest
from media.mail.bodies import ID
from media.mail.steps import AlertStep
from media.patience import within
from storage.monitoring.graph import passes_on
from storage.monitoring.records import UNDO_MS, Step

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from app.monitoring.sharing import Sharing
    from app.post.later import Sealed
    from media.link.mailbox import Mailbox
    from storage.monitoring.records import Life, Record
    from storage.monitoring.trace import Kept

LOOK_S = 5.0
GRACE_MS = 60_000
"""A relay that let nothing go so long after its time has lost it or lies: the author's desk says it then."""
AHEAD_MS = 6 * 86_400_000
"""What is further away is laid when it is nearer: the relay takes seven days."""
KEPT_MS = 7 * 86_400_000
"""As long as the relay remembers what came of a place."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Escalated:
    """An escalation to several people, as its record says it. *service* is the conversation, *device* wrote it."""

    id: bytes
    said: AlertStep = field(repr=False)
    service: bytes
    device: bytes

    def due_ms(self, rank: int) -> int:
        """Return when it passes on to the next one, *rank* from 1."""
        return self.said.at_ms + rank * (self.said.until_ms - self.said.at_ms)

    def spot(self, rank: int) -> Spot:
        """Return where that waits."""
        return Spot(*self.said.places[rank - 1], -(-self.due_ms(rank) // 1000))

    @property
    def ranks(self) -> range:
        """All next ones."""
        return range(1, min(len(self.said.places), len(self.said.to) - 1) + 1)

    def passed(self, rank: int) -> AlertStep:
        """Return what is said when it passes on: the same author asks the rest of the people."""
        said, due_ms, rest = self.said, self.due_ms(rank), self.said.to[rank:]
        until_ms = self.due_ms(rank + 1) if len(rest) > 1 else 0
        return AlertStep(
            Step.ESCALATE,
            said.subject,
            due_ms,
            parents=(self.id,),
            patient=said.patient,
            to=rest,
            until_ms=until_ms,
            about=self.id,
            version=said.version,
        )

    def number(self, rank: int) -> bytes:
        """Return the id of that record: signed again it is the same one."""
        return digest(cbor.encode(["CSL1/passed", self.id, rank]))[:ID]


class Escalations:
    """Those of this desk's services. *life* and *members* are asked by alert; *traced* has a step in the audit trail before it is said."""

    def __init__(
        self,
        sharing: Sharing,
        now_ms: Callable[[], int],
        life: Callable[[bytes], Life],
        members: Callable[[bytes], frozenset[bytes]],
        traced: Callable[[AlertStep], Awaitable[None]],
    ) -> None:
        self._sharing, self._now_ms = sharing, now_ms
        self._life, self._members, self._traced = life, members, traced
        self._known: dict[bytes, Escalated] = {}
        self._numbers: dict[bytes, bytes] = {}
        """Of what passes on: the device that alone may say it, by the id."""
        self._line: Mailbox | None = None
        self._laid: set[bytes] = set()
        self._over: set[bytes] = set()
        self._sealed: dict[bytes, tuple[Sealed, Kept]] = {}
        self._news = asyncio.Event()

    def hear(self, kept: Kept, made: Record) -> None:
        """Take a record: an escalation, or what may have changed one."""
        if made.step is Step.ESCALATE and made.places and not passes_on(made) and made.until_ms >= made.at_ms:
            said = AlertStep.parse(kept.data)
            one = self._known[kept.id] = Escalated(kept.id, said, kept.service, kept.device)
            self._numbers |= {one.number(rank): one.device for rank in one.ranks}
        self._news.set()

    def forged(self, kept: Kept) -> bool:
        """Tell whether a record has the id of what an escalation of another device passes on as."""
        return self._numbers.get(kept.id, kept.device) != kept.device

    async def run(self) -> None:
        """Lay and cancel until cancelled; what the relay did not hear is tried again."""
        while True:
            self._news.clear()
            await self._look()
            with contextlib.suppress(TimeoutError):
                await within(LOOK_S, self._news.wait())

    async def _look(self) -> None:
        line = self._sharing.post.mailbox
        if line is None:
            return
        if line is not self._line:  # the relay may have lost everything
            self._line = line
            self._laid.clear()
            self._sealed.clear()
        for one in list(self._known.values()):
            if self._now_ms() > one.due_ms(len(one.ranks)) + KEPT_MS:
                del self._known[one.id]
            else:
                await self._follow(one)

    async def _follow(self, one: Escalated) -> None:
        """Lay or cancel what an escalation left; one of somebody in no service moves nothing."""
        await asyncio.sleep(0)  # there may be many
        here = {row.record.id for row in self._life(one.said.subject).rows}
        if one.id not in here:
            return
        for rank in one.ranks:
            if one.spot(rank).place not in self._over and one.number(rank) not in here:
                await self._tried(one, rank)

    async def _tried(self, one: Escalated, rank: int) -> None:
        try:
            await self._one(one, rank)
        except LinkRefused as error:
            log.warning("the relay refused a block for later: %s", error.code)
        except Exception as error:  # noqa: BLE001 -- what nobody foresaw of one must not keep the others from passing on
            log.warning("an escalation waits for the relay: %s", type(error).__name__)

    async def _one(self, one: Escalated, rank: int) -> None:
        spot, life = one.spot(rank), self._life(one.said.subject)
        if life.waits == one.id:
            if self._own(one):
                await self._lay(one, rank, spot)
        elif not self._undoable(life):
            if await self._sharing.post.later.cancel(spot) == "released" and self._own(one):
                await self._publish(one, rank)
            self._over.add(spot.place)

    def _own(self, one: Escalated) -> bool:
        return one.device == self._sharing.device

    def _undoable(self, life: Life) -> bool:
        """Tell whether what ended the escalation may be taken back still: then it has to pass on after all."""
        now_ms = self._now_ms()
        return any(
            0 <= now_ms - row.record.at_ms <= UNDO_MS and row.record.step is not Step.UNDO
            for row in life.rows
        )

    async def _lay(self, one: Escalated, rank: int, spot: Spot) -> None:
        """Leave it at the relay before its time, and ask for it after that; once it was let go, or late whatever the relay says, say it oneself."""
        late_ms = self._now_ms() - one.due_ms(rank)
        laid = spot.place in self._laid
        if late_ms < -AHEAD_MS or (laid and late_ms < 0):
            return
        if late_ms < GRACE_MS:
            sealed, _kept = await self._seal(one, rank)
            stands = await self._sharing.post.later.lay(sealed, spot, one=laid)
            self._laid.add(spot.place)
            if stands != "released":
                return
        await self._publish(one, rank)
        self._over.add(spot.place)

    async def _publish(self, one: Escalated, rank: int) -> None:
        """Have here, too, what was let go for the others, and see that all of them got it."""
        sealed, kept = await self._seal(one, rank)
        await self._traced(one.passed(rank))
        await self._sharing.publish(sealed, kept)

    async def _seal(self, one: Escalated, rank: int) -> tuple[Sealed, Kept]:
        number = one.number(rank)
        if number not in self._sealed:
            members = self._members(one.said.subject)
            self._sealed[number] = await self._sharing.seal(one.service, members, one.passed(rank), number)
        return self._sealed[number]
