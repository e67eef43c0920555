"""One order of an ORU or MDM: ORC and OBR with the OBX lines under them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.interop.reading import coded, said

if TYPE_CHECKING:
    from app.interop.er7 import Segment
    from storage.patients.facts import Key, Person


@dataclass(slots=True)
class Line:
    """An OBX: the how manieth segment of the message it is (from 0), and the NTE behind it."""

    index: int
    obx: Segment
    notes: list[Segment] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """OBX-2, the type of its value."""
        return said(self.obx.field(2)).upper()

    @property
    def status(self) -> str:
        """OBX-11: F final, P preliminary, C correction, D deleted, W wrong patient."""
        return said(self.obx.field(11)).upper()

    @property
    def code(self) -> tuple[str, str, str]:
        """OBX-3: code, label, system."""
        return coded(self.obx.field(3))


@dataclass(slots=True)
class Order:
    """Whose order it is, its ORC and OBR where there are some, its lines, the notes on the whole, the file (PID-18), whom PID names."""

    key: Key
    orc: Segment | None
    obr: Segment | None
    lines: list[Line] = field(default_factory=list)
    notes: list[Segment] = field(default_factory=list)
    file: str = ""
    about: tuple[Person, ...] = ()

    @property
    def control(self) -> str:
        """ORC-1: NW new, RO replaced, CA cancelled."""
        return said(self.orc.field(1)).upper() if self.orc else ""

    @property
    def code(self) -> tuple[str, str, str]:
        """OBR-4: code, label, system."""
        return coded(self.obr.field(4)) if self.obr else ("", "", "")

    @property
    def filler(self) -> str:
        """The filler's number (OBR-3, ORC-3) with its giver, else the placer's (OBR-2, ORC-2), else empty."""
        for segment, number in ((self.obr, 3), (self.orc, 3), (self.obr, 2), (self.orc, 2)):
            value = segment.field(number) if segment else None
            if value and (text := said(value.component(1))):
                giver = said(value.component(2)) or said(value.component(3))
                return f"{text}@{giver}" if giver else text
        return ""

    @property
    def placer(self) -> str:
        """The number of who ordered: OBR-2, ORC-2."""
        numbers = [said(each.field(2).component(1)) for each in (self.obr, self.orc) if each]
        return next(filter(None, numbers), "")
