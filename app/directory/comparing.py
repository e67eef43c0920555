"""What a scanned code says of two people: who showed it, for whom, and whether the keys are those that this desk knows. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from media.errors import ProtocolError
from media.keys import safety

if TYPE_CHECKING:
    from app.directory.book import Device

Kind: TypeAlias = Literal["equal", "different", "desk", "own", "foreign"]
"""Both know the same keys · one of them knows another key · theirs, but for another of the own desks · the code of this very screen ·
nothing that concerns these two people."""
FINAL = frozenset(("equal", "different", "desk"))
"""What ends a scan; the others are said while it goes on."""


@dataclass(frozen=True)
class Verdict:
    """What a code says; `device`: whose screen showed it, for one that is known."""

    kind: Kind
    device: Device | None = None


@dataclass(frozen=True)
class Parties:
    """This desk, the other own ones, and the devices of the person that is compared with: the shown one first."""

    mine: safety.Side
    own: tuple[safety.Side, ...]
    theirs: tuple[tuple[Device, safety.Side], ...]

    @property
    def groups(self) -> tuple[str, ...]:
        """The number that this desk has in common with the shown device."""
        return safety.groups(self.mine, self.theirs[0][1])

    @property
    def code(self) -> str:
        """What the screen of this desk shows to the camera of the shown device."""
        return safety.code(self.mine, self.theirs[0][1])

    def judge(self, text: str) -> Verdict:
        """Return what *text*, scanned from the other screen, says. Only a code that holds both keys whole is `equal`."""
        try:
            shower, reader = safety.read_code(text)
        except ProtocolError:
            return Verdict("foreign")
        if shower == self.mine:
            return Verdict("own")
        if (shower.tag, reader.tag) != (self.theirs[0][1].tag, self.mine.tag):
            return Verdict("foreign")
        device = next((one for one, side in self.theirs if side == shower), None)
        if device is not None and reader == self.mine:
            return Verdict("equal", device)
        if device is not None and reader in self.own:
            return Verdict("desk", device)
        return Verdict("different", device)
