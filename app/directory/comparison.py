"""Comparing keys with somebody: the number, spelt or scanned, and what is decided of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.directory.number import NumberCard
from app.directory.qr import SMALL, QrCode, beside, named
from app.directory.scanpane import ScanPane
from app.ui.buttons import Button
from app.ui.graphemes import isolated
from app.ui.marks import Chip
from app.ui.panes import Banner, Glyph, clear
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from app.directory.book import Person
    from app.directory.comparing import Parties
    from app.directory.scanpane import Seeing

_TOLD = {"equal": ("ok", "shield-check"), "different": ("danger", "shield-exclamation"), "desk": ("warn", "")}


class Comparison(QWidget):
    """`decided` names what the user decided; `scanned`: the camera is wanted."""

    decided = pyqtSignal(str)
    scanned = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._person: Person | None = None
        self._writable = self._scanning = False
        self._told = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        self._way = self._make_steps()
        column.addWidget(self._way)
        self.card, self.qr, self.pane = NumberCard(), QrCode(SMALL), ScanPane()
        self.card.finished.connect(self._show)
        self.scan = Button(say("directory.scan"), size="s", icon="qrcode", keys=("S",))
        self.scan.bare(True)
        self.scan.clicked.connect(self.scanned)
        self._beside = beside(self.qr, say("directory.qr.title"), say("directory.qr.detail"), self.scan)
        self._notes = QVBoxLayout()
        for widget in (self.card, self._beside, self.pane):
            column.addWidget(widget)
        column.addLayout(self._notes)
        column.addWidget(self._make_verbs())
        self.pane.hide()

    def _make_steps(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._steps = [Chip(say(f"directory.step.{place}")) for place in (1, 2, 3)]
        for place, chip in enumerate(self._steps):
            if place:
                row.addWidget(Glyph("chevron-right", "text_3", 14))
            row.addWidget(chip)
        row.addStretch(1)
        return holder

    def _make_verbs(self) -> QWidget:
        self._verbs = QWidget()
        column = QVBoxLayout(self._verbs)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.identical = Button(say("directory.identical"), "primary", icon="shield-check", keys=("I",))
        self.different = Button(say("directory.different"), "warning")
        self.withdraw = Button(say("directory.withdraw"))
        self.accept = Button(say("directory.accept"), "ghost")
        for button, act in self._acts():
            button.setProperty("act", act)
            button.clicked.connect(self._decide)
        row.addWidget(self.identical, 1)
        row.addWidget(self.withdraw, 1)
        row.addWidget(self.different)
        column.addLayout(row)
        self._why = Label("", "caption", "text_2", wrap=True)
        column.addWidget(self._why)
        column.addWidget(self.accept)
        return self._verbs

    def _acts(self) -> tuple[tuple[Button, str], ...]:
        return (
            (self.identical, "identical"),
            (self.different, "different"),
            (self.withdraw, "withdraw"),
            (self.accept, "accept"),
        )

    def _decide(self) -> None:
        button = self.sender()
        if button is not None:
            self.decided.emit(button.property("act"))

    # --- what is shown ------------------------------------------------------------------------------------

    def show_person(self, person: Person, *, writable: bool, anew: bool) -> None:
        """Show what can be decided of *person*; *anew*: the number is not known yet, and nothing was scanned."""
        self._person, self._writable = person, writable
        if anew:
            self.end_scan()
            self.show_parties(None)
            self.tell("")
        self._show()

    def show_parties(self, parties: Parties | None) -> None:
        """Show the number and the own code, not spelt yet; none while they are computed."""
        self.card.show_number(parties.groups if parties is not None else ())
        name = isolated(self._person.name) if self._person is not None else ""
        self.qr.show_code(parties.code if parties is not None else "", named(name))
        self._show()

    @property
    def scannable(self) -> bool:
        """Whether the camera may be asked for."""
        return self.scan.isVisible() and self.scan.isEnabled()

    def begin_scan(self, seeing: Seeing, code: str) -> None:
        """Put what the camera sees in the number's place."""
        assert self._person is not None
        self.tell("")
        self._swap(scanning=True)
        self.pane.begin(seeing, self._person.name, code)
        self.pane.stop.setFocus(Qt.FocusReason.OtherFocusReason)

    def end_scan(self) -> None:
        """Show the number again."""
        self._swap(scanning=False)

    def _swap(self, *, scanning: bool) -> None:
        self._scanning = scanning
        for widget in (self.card, self._beside, self._verbs):
            widget.setVisible(not scanning)
        self.pane.setVisible(scanning)
        self._show()

    def tell(self, kind: str, here: str = "") -> None:
        """Say what was scanned: `equal`, `different`, `desk` (not *here*, but another own desk); empty for nothing."""
        self._told = kind
        clear(self._notes)
        if kind and self._person is not None:
            tone, icon = _TOLD[kind]
            name = isolated(self._person.name)
            title = say(f"directory.scanned.{kind}")
            detail = say(f"directory.scanned.{kind}.detail", name=name, here=here)
            self._notes.addWidget(Banner(tone, title, detail, icon=icon))
        self._show()
        if kind:
            self._next().setFocus(Qt.FocusReason.OtherFocusReason)

    def _next(self) -> QWidget:
        """Return the one press that follows what was scanned."""
        verb = {"equal": self.identical, "different": self.different}.get(self._told, self.scan)
        return verb if verb.isEnabled() and not verb.isHidden() else self.scan

    def _show(self) -> None:
        person = self._person
        if person is None:
            return
        level = person.level
        proven = self._told == "equal" or (self.card.spelt and self._told != "different")
        self.scan.setEnabled(self.card.ready)
        self.identical.setVisible(level != "verified")
        self.withdraw.setVisible(level in {"verified", "different"})
        self.withdraw.say(
            say("directory.withdraw" if level == "verified" else "directory.withdraw.different")
        )
        self.different.setVisible(level not in {"different", "alarm"})
        self._way.setVisible(not person.me and not self._scanning)
        self.accept.setVisible(level == "changed")
        for button, _ in self._acts():
            button.setEnabled(self._writable)
        self.identical.setEnabled(self._writable and proven)
        known = "own" if person.me else "consequence"
        self._why.say(say(f"directory.{known}" if proven or level == "verified" else "directory.unspelt"))
        for place, chip in enumerate(self._steps):
            done = place < (3 if level == "verified" else 2 if proven else 1)
            chip.show_state(say(f"directory.step.{place + 1}"), "", "accent" if done else "plain")
