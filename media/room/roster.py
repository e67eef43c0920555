"""The one-writer roster chain of a call (docs/protocol.md §5)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from media.errors import ProtocolError, TrustError
from media.room.messages import (
    ADD,
    END,
    HANDOVER,
    HASH,
    LEFT,
    LOCK,
    MAX_MEMBERS,
    REMOVE,
    REPLACE,
    UNLOCK,
    Link,
    Op,
    digest,
    open_signed,
    roster_hash,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from media.keys.certs import Verdict

NOBODY = bytes(HASH)


@dataclass
class Seat:
    """A member on its slot: `obj` is its join or Genesis object; the keys are empty until `verdict` is there."""

    slot: int
    m: bytes
    obj: bytes = field(repr=False)
    kx_pk: bytes = b""
    cs_pk: bytes = b""
    slot_pk: bytes = b""
    verdict: Verdict | None = None

    @property
    def known(self) -> bool:
        """Whether certificate and signatures were verified: nothing is said to or heard from the others."""
        return self.verdict is not None


@dataclass(frozen=True)
class Change:
    """What a link did: `gone` are seats with the op that took them away."""

    link: Link
    added: tuple[Seat, ...]
    gone: tuple[tuple[Seat, int], ...]
    ended: bool


class Missing(Exception):  # noqa: N818 -- not a failure: something between is missing
    """A link that follows one we do not have."""


class Roster:
    """Who is in the call after link `n`; `apply` is the only way to change it."""

    def __init__(self, call: bytes, host: bytes = NOBODY) -> None:
        self.call = call
        self.n = -1
        self.link_hash = NOBODY
        self.link = b""
        self.host = host
        self.locked = False
        self.seats: dict[int, Seat] = {}
        self.retired: set[bytes] = set()
        self._high = -1

    @classmethod
    def enter(cls, link: bytes, host_cs: bytes, roster: Sequence[tuple[int, bytes]]) -> tuple[Roster, Link]:
        """Begin at a Welcome's newest *link*, whose writer's key is known; raises TrustError("ghost") for another roster."""
        body = Link.decode(open_signed(host_cs, link))
        made = cls(body.call, body.by)
        made.seats = {slot: Seat(slot, digest(obj), obj) for slot, obj in roster}
        if len(made.seats) != len(roster) or roster_hash(made.rows()) != body.roster_hash:
            raise TrustError("ghost", "another roster than the link's")
        if made.find(body.by) is None:
            raise TrustError("ghost", "the writer is no member")
        made.n, made.link_hash, made.link = body.n, digest(link), link
        made._high = max(made.seats)
        return made, body

    def rows(self) -> list[tuple[int, bytes]]:
        """(slot, m) of all."""
        return [(seat.slot, seat.m) for seat in self.seats.values()]

    def members(self) -> dict[int, bytes]:
        """Slot -> m."""
        return dict(self.rows())

    def find(self, m: bytes) -> Seat | None:
        """Return the seat of a member."""
        return next((seat for seat in self.seats.values() if seat.m == m), None)

    @property
    def host_seat(self) -> Seat:
        """The writer's seat."""
        seat = self.find(self.host)
        if seat is None:
            raise TrustError("ghost", "the writer is no member")
        return seat

    @property
    def next_slot(self) -> int:
        """The lowest slot never used in this call, as far as we saw."""
        return self._high + 1

    def draft(self, ops: Sequence[Op], joins: Sequence[bytes], prev: bytes | None = None) -> Link:
        """Return the next link of this roster with *ops*, ready to be signed by the host."""
        trial = self._trial()
        trial._run(ops, joins)  # noqa: SLF001 -- the same class
        hashed = roster_hash(trial.rows())
        return Link(self.call, self.n + 1, prev or self.link_hash, tuple(ops), hashed, self.host)

    def check(self, data: bytes) -> Link:
        """Return a link if it is the next one by our host.

        Raises TrustError("fork") for another link of a number that we have, TrustError("link-forged") for another
        writer's, Missing for a later one, ProtocolError for an old one.
        """
        try:
            link = Link.decode(open_signed(self.host_seat.cs_pk, data))
        except TrustError as error:
            raise TrustError("link-forged") from error
        if link.call != self.call or link.by != self.host:
            raise TrustError("link-forged", "another call or writer")
        if link.n == self.n and data != self.link:
            raise TrustError("fork")
        if link.n <= self.n:
            raise ProtocolError("a link that we have")
        if link.n > self.n + 1:
            raise Missing
        if link.prev != self.link_hash:
            raise TrustError("fork", "another past")
        return link

    def apply(self, data: bytes, link: Link, joins: Sequence[bytes]) -> Change:
        """Take a checked link with the objects of its newcomers; raises TrustError("ghost"), leaving all as it was."""
        trial = self._trial()
        added, gone = trial._run(link.ops, joins)  # noqa: SLF001 -- the same class
        if roster_hash(trial.rows()) != link.roster_hash:
            raise TrustError("ghost", "another roster than the link's")
        self.seats, self.host, self.locked = trial.seats, trial.host, trial.locked
        self._high = trial._high  # noqa: SLF001 -- the same class
        self.n, self.link_hash, self.link = link.n, digest(data), data
        for seat, _ in gone:
            self.retire(seat)
        return Change(link, added, gone, any(op.kind == END for op in link.ops))

    def fill(self, slot: int, verdict: Verdict, kx_pk: bytes, cs_pk: bytes, slot_pk: bytes) -> None:
        """Give a seat its verified keys; raises TrustError("ghost") for a `cs_pk` that was here before."""
        spent = {digest(seat.cs_pk) for seat in self.seats.values() if seat.cs_pk} | self.retired
        if digest(cs_pk) in spent:
            raise TrustError("ghost", "a key that was here before")
        self.seats[slot] = replace(
            self.seats[slot], verdict=verdict, kx_pk=kx_pk, cs_pk=cs_pk, slot_pk=slot_pk
        )

    def retire(self, seat: Seat) -> None:
        """Never again take the key of this seat."""
        if seat.cs_pk:
            self.retired.add(digest(seat.cs_pk))

    def _trial(self) -> Roster:
        trial = Roster(self.call, self.host)
        trial.seats, trial.locked, trial._high = dict(self.seats), self.locked, self._high
        return trial

    def _run(
        self, ops: Iterable[Op], joins: Sequence[bytes]
    ) -> tuple[tuple[Seat, ...], tuple[tuple[Seat, int], ...]]:
        objects: Mapping[bytes, bytes] = {digest(obj): obj for obj in joins}
        added: list[Seat] = []
        gone: list[tuple[Seat, int]] = []
        for op in ops:
            if op.kind in (REMOVE, LEFT, REPLACE):
                gone.append((self._take(op), op.kind))
            if op.kind in (ADD, REPLACE):
                added.append(self._seat(op.m_new or op.m, op.slot, objects))
            elif op.kind == HANDOVER:
                self._hand_over(op)
            elif op.kind in (LOCK, UNLOCK):
                self.locked = op.kind == LOCK
        return tuple(added), tuple(gone)

    def _take(self, op: Op) -> Seat:
        seat = self.find(op.m)
        if seat is None or (op.kind != REPLACE and seat.slot != op.slot) or seat.m == self.host:
            raise TrustError("ghost", "an op on somebody who is not there")
        return self.seats.pop(seat.slot)

    def _seat(self, m: bytes, slot: int, objects: Mapping[bytes, bytes]) -> Seat:
        if slot <= self._high or m not in objects or self.find(m) or len(self.seats) >= MAX_MEMBERS:
            raise TrustError("ghost", "a newcomer without a request, or on a used slot")
        self._high = slot
        seat = self.seats[slot] = Seat(slot, m, objects[m])
        return seat

    def _hand_over(self, op: Op) -> None:
        seat = self.seats.get(op.slot)
        if seat is None or seat.m != op.m or not seat.known:
            raise TrustError("ghost", "the pen goes to nobody known")
        self.host = op.m
