"""Small keepers of a meeting: who is shown how, hands in order, slots that nobody let in, troubles told once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from media.room.shown import Person, Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping

    from media.room.roster import Seat

BITS, HAND, ORDER_SHIFT = 0x0F, 8, 4
MAX_ORDER = 0xFFFF
STRANGER_MS = 1_000
UNKNOWN_MS = 5_000
MAX_STRANGERS = 64
MAX_STRANGE_BYTES = 512_000
AGAIN_MS = 10_000
UNKNOWN_NAME = "?"


def person(seat: Seat, state: int, hand: int, *, live: bool, host: bool, me: bool) -> Person:
    """Return how a seat is shown; a member whose certificate is not here yet is a "?", never hidden."""
    who = seat.verdict
    if who is None:
        return Person(seat.m, seat.slot, UNKNOWN_NAME, "", "", "guest", 0, live, host, me, 0)
    shown = (who.name, who.role, who.specialty, who.level, state & BITS)
    return Person(seat.m, seat.slot, *shown, live, host, me, hand, who.user, turn_of(state))


def turn_of(state: int) -> int:
    """Return the number under which the hand of a state went up, 0 where it is down."""
    return state >> ORDER_SHIFT if state & HAND else 0


class Hands:
    """States as beats say them: the low bits, and above them the turn, in which hands went up (Lamport's way).

    A turn lives as long as its hand: whoever comes back says it again. The host may give a turn: that hand is down for
    all, and stays so until its owner has said so itself.
    """

    def __init__(self) -> None:
        self._said: dict[int, int] = {}
        self._given: dict[int, int] = {}

    def set(self, slot: int, state: int) -> bool:
        """Take a state; True when what is shown changes."""
        before = self.get(slot)
        if not state & HAND:
            self._given.pop(slot, None)
        self._said[slot] = state & BITS | min(state >> ORDER_SHIFT, MAX_ORDER) << ORDER_SHIFT
        return self.get(slot) != before

    def get(self, slot: int) -> int:
        """Return a slot's whole state; a hand whose turn was given is down."""
        state = self._said.get(slot, 0)
        return state & BITS & ~HAND if self.overdue(slot) else state

    def give(self, slot: int, turn: int) -> bool:
        """Take the hand of *slot* down that went up as *turn*; True when it was up."""
        up = 0 < turn_of(self.get(slot)) <= turn
        if up:
            self._given[slot] = turn
        return up

    def overdue(self, slot: int) -> int:
        """Return the turn that was given while its owner still says that the hand is up, else 0."""
        given = self._given.get(slot, 0)
        return given if turn_of(self._said.get(slot, 0)) <= given else 0

    def raised(self, slot: int, *, up: bool, turn: int = 0) -> int:
        """Return the whole state of *slot* with its hand down, or up: as *turn*, or after all others."""
        bits = self.get(slot) & BITS & ~HAND
        if up and self.get(slot) & HAND:
            return self.get(slot)
        last = max((turn_of(self.get(other)) for other in self._said), default=0)
        return bits | HAND | min(turn or last + 1, MAX_ORDER) << ORDER_SHIFT if up else bits

    def order(self, keys: Mapping[int, bytes] | None = None) -> dict[int, int]:
        """Slot -> 1 for the first raised hand, 2 for the next; the same for all who heard the same beats.

        *keys* (slot -> device key) decides where two hands went up at once: slots change when somebody comes back.
        """
        tie = keys or {}
        turns = {slot: turn_of(self.get(slot)) for slot in self._said}
        up = sorted((turn, tie.get(slot, b""), slot) for slot, turn in turns.items() if turn)
        return {slot: number for number, (_, _, slot) in enumerate(up, 1)}

    def move(self, slot: int, to: int) -> None:
        """Follow a device to its new slot."""
        for kept in (self._said, self._given):
            if slot in kept:
                kept[to] = kept.pop(slot)

    def leave(self, slot: int) -> None:
        """Forget a slot."""
        self._said.pop(slot, None)
        self._given.pop(slot, None)


class Strange(NamedTuple):
    """Something from a slot that is not, or not yet, a known member's: `call` takes it once it is."""

    at_ms: int
    size: int
    event: tuple[int, int, int, bytes, int] | bytes


class Strangers:
    """What comes from slots that the roster does not know: held a second for the link that names them, then a ghost."""

    def __init__(self) -> None:
        self._held: dict[int, list[Strange]] = {}
        self._bytes = 0
        self._since: dict[int, int] = {}

    def hold(
        self, now_ms: int, slot: int, event: bytes | tuple[int, int, int, bytes, int], size: int
    ) -> None:
        """Keep an event, within bounds; the first one starts the slot's clock."""
        if slot not in self._since and len(self._since) >= MAX_STRANGERS:
            return
        self._since.setdefault(slot, now_ms)
        if self._bytes + size <= MAX_STRANGE_BYTES:
            self._held.setdefault(slot, []).append(Strange(now_ms, size, event))
            self._bytes += size

    def take(self, slot: int) -> list[Strange]:
        """Return what a slot said, now that it is known."""
        self._since.pop(slot, None)
        held = self._held.pop(slot, [])
        self._bytes -= sum(strange.size for strange in held)
        return held

    def expired(self, now_ms: int, seated: set[int]) -> list[int]:
        """Forget slots that waited too long; return those that no roster names."""
        late = [
            slot
            for slot, since in self._since.items()
            if now_ms - since > (UNKNOWN_MS if slot in seated else STRANGER_MS)
        ]
        for slot in late:
            self.take(slot)
        return [slot for slot in late if slot not in seated]


class Turns:
    """Lets each slot have so many turns a second."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: dict[int, tuple[int, int]] = {}

    def take(self, slot: int, now_ms: int) -> bool:
        """Whether *slot* may have one more."""
        second, taken = self._taken.get(slot, (0, 0))
        if second != now_ms // 1000:
            second, taken = now_ms // 1000, 0
        self._taken[slot] = second, taken + 1
        return taken < self._most


class Troubles:
    """Tells each trouble of each slot at once, and again only after 10 s."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, int], int] = {}

    def tell(self, now_ms: int, code: str, slot: int, name: str) -> list[Trouble]:
        """Return what to show now."""
        last = self._told.get((code, slot))
        if last is not None and now_ms - last < AGAIN_MS:
            return []
        self._told[code, slot] = now_ms
        return [Trouble(code, name, slot)]
