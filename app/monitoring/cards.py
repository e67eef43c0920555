"""The cards of the centre: the head with the patient, what was answered, what the service's protocol says, single values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.i18n import tr
from app.monitoring import words
from app.ui.buttons import Button, IconButton
from app.ui.flow import Flow
from app.ui.marks import Chip
from app.ui.panes import Glyph, ground
from app.ui.text import Label
from app.ui.words import say, says

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.monitoring.ports import Sheet
    from app.monitoring.words import Answer, Tile
    from app.times import Site
    from app.ui.words import Words

ACTIONS = (("report", "file-type-pdf"), ("open", "id-badge-2"), ("copy", "copy"), ("print", "printer"))
"""Name and icon of what can be done from the head; the words are `answers.<name>`."""
FIRST = 6
"""So many lines of an answer stand there at once; all others behind a button that counts them."""
LONG = 700
"""So many characters of a text stand there at once; all of it behind a button that counts them."""
_MARKABLE = Qt.TextInteractionFlag.TextSelectableByMouse


class PatientHead(QWidget):
    """Who it is, as every page of the program names a patient. `pressed` names one of `ACTIONS`."""

    pressed = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        ground(self, "sunken")
        self.name = Label("", "title", wrap=True)
        self.name.setTextInteractionFlags(_MARKABLE)
        self.status = Chip("", "", "plain")
        self._referent, self._treatment = (Label("", "small", "text_2", wrap=True) for _ in range(2))
        self._facts = [(Label("", "small", "text_2"), Label("", "small_strong")) for _ in range(3)]
        self._names, self._traits = Flow(10, 4), Flow(14, 2)
        self._names.fill((self.name, self.status))
        self._traits.fill([*map(_pair, self._facts), self._treatment, self._referent])
        self.buttons = {
            name: IconButton(say(f"answers.{name}"), icon, bordered=True) for name, icon in ACTIONS
        }
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 12, 20, 10)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self._names, 1)
        for name, button in self.buttons.items():
            button.setProperty("act", name)
            button.clicked.connect(self._press)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(row)
        column.addWidget(self._traits)

    def _press(self) -> None:
        button = self.sender()
        if button is not None:
            self.pressed.emit(button.property("act"))

    def show_sheet(self, sheet: Sheet | None, site: Site, now_ms: int) -> None:
        """Show who an alert is about; None forgets."""
        who = sheet.item.who if sheet is not None else None
        status = words.status(who) if who is not None else None
        self.name.say(words.name(who) if who is not None else "")
        self.status.setVisible(status is not None)
        if status is not None:
            self.status.show_state(*status)
        told = words.facts(who, site, now_ms) if who is not None else ()
        for place, (label, value) in enumerate(self._facts):
            what, said = told[place] if place < len(told) else ("", "")
            label.say(what)
            label.setVisible(bool(what))
            value.say(said)
        for part, tell in ((self._treatment, words.treatment), (self._referent, words.referent)):
            part.say(tell(who) if who is not None else "")
            part.setVisible(bool(part.text()))
        self.buttons["report"].setVisible(sheet is not None and bool(sheet.report))
        self.buttons["open"].setVisible(who is not None and bool(who.id))
        self._names.updateGeometry()


def _pair(pair: tuple[Label, Label]) -> QWidget:
    """Return a label with its value, heavier."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(5)
    for label in pair:
        row.addWidget(label)
    return holder


class Card(QFrame):
    """A title, then what it is about. `tone`: the ground, soft accent where the service itself speaks."""

    def __init__(self, title: Words, icon: str = "", *, accent: bool = False) -> None:
        super().__init__()
        self.setProperty("card", "accent" if accent else "plain")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(13, 11, 13, 11)
        self.column.setSpacing(6)
        self.title = Label(title, "small_strong", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(8)
        if icon:
            row.addWidget(Glyph(icon, "accent_text", 18), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.title, 1)
        self.column.addLayout(row)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)


class AnswerCard(Card):
    """The answer of the day, the worst first; a button shows the lines that do not stand there at once."""

    def __init__(self) -> None:
        super().__init__("")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)
        self._lines: list[tuple[Label, Label, Label]] = []
        self._told: Sequence[Answer] = ()
        self._whole = False
        self.more = Button("", "ghost", size="s", icon="chevron-down")
        self.more.clicked.connect(self._turn)
        self.column.addLayout(self._grid)
        self.column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addStretch(1)

    def show_answers(self, title: str, told: Sequence[Answer], *, same: bool) -> None:
        """Show *told*; of the *same* alert as many lines as before."""
        self.title.say(title)
        self._told, self._whole = told, self._whole and same
        self._fill()

    def _turn(self) -> None:
        self._whole = not self._whole
        self._fill()

    def _fill(self) -> None:
        shown = self._told if self._whole else self._told[:FIRST]
        while len(self._lines) < len(shown):
            self._lines.append(self._line(len(self._lines)))
        for place, parts in enumerate(self._lines):
            one = shown[place] if place < len(shown) else None
            for part, said in zip(
                parts,
                (one.label, one.value, one.detail if self._whole else "") if one else ("",) * 3,
                strict=True,
            ):
                part.say(said)
                part.setVisible(bool(said))
            parts[1].set_tone(one.tone if one else "text")
        self.more.setVisible(len(self._told) > FIRST or any(one.detail for one in self._told))
        self.more.say(say("answers.fewer") if self._whole else says("answers.all", len(self._told)))

    def _line(self, place: int) -> tuple[Label, Label, Label]:
        label, value = Label("", "small", "text_2", wrap=True), Label("", "small_strong", wrap=True)
        detail = Label("", "caption", "text_2", wrap=True)
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(label, 2 * place, 0, top)
        self._grid.addWidget(value, 2 * place, 1, top)
        self._grid.addWidget(detail, 2 * place + 1, 0, 1, 2)
        return label, value, detail


class WordsCard(Card):
    """A text and, smaller, what is to be known of it: the patient's own words, or the service's protocol; a very long one unfolds."""

    def __init__(self, title: Words, icon: str = "", *, accent: bool = False) -> None:
        super().__init__(title, icon, accent=accent)
        self._said, self._whole = "", False
        self.text, self.note = Label("", "small", wrap=True), Label("", "caption", "text_2", wrap=True)
        self.text.setTextInteractionFlags(_MARKABLE)
        self.more = Button("", "ghost", size="s", icon="chevron-down")
        self.more.clicked.connect(self._turn)
        self.column.addWidget(self.text)
        self.column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addWidget(self.note)
        self.column.addStretch(1)

    def show_words(self, text: str, note: str, *, same: bool) -> None:
        """Show both, an empty one takes no room; of the *same* alert as much as before."""
        self._said, self._whole = text, self._whole and same
        self.note.say(note)
        self.note.setVisible(bool(note))
        self._fill()

    def _turn(self) -> None:
        self._whole = not self._whole
        self._fill()

    def _fill(self) -> None:
        long = len(self._said) > LONG
        self.text.say(f"{self._said[:LONG]}…" if long and not self._whole else self._said)
        self.text.setVisible(bool(self._said))
        self.more.setVisible(long)
        self.more.say(say("answers.less") if self._whole else says("answers.whole", len(self._said)))


class TileCard(QFrame):
    """One value: what it is and when, the number heavier, its unit, a flag in words."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", "plain")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(2)
        self._label = Label("", "caption", "text_2", wrap=True)
        self._value, self._unit, self._note = (
            Label("", "heading"),
            Label("", "caption", "text_2"),
            Label("", "caption", "text_2").clipped(),
        )
        row = QHBoxLayout()
        row.setSpacing(5)
        for part in (self._value, self._unit):
            row.addWidget(part, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self._note, 1, Qt.AlignmentFlag.AlignBottom)
        column.addWidget(self._label)
        column.addLayout(row)

    def show_tile(self, tile: Tile | None) -> None:
        """Show a value; None forgets and hides it."""
        self.setVisible(tile is not None)
        self._label.say(tile.label if tile else "")
        self._value.say(tile.value if tile else "")
        self._value.set_tone(tile.tone if tile else "text")
        self._unit.say(tile.unit if tile else "")
        self._note.say(tile.note if tile else "")
        self.setAccessibleName(
            tr("answers.tile", label=tile.label, value=f"{tile.value} {tile.unit}".strip(), note=tile.note)
            if tile
            else ""
        )


class Episode(QFrame):
    """A comparable earlier alert, how it ended, and a button that opens it."""

    opened = pyqtSignal(bytes)

    def __init__(self) -> None:
        super().__init__()
        self._alert = b""
        self.setProperty("card", "info")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 10, 8)
        row.setSpacing(12)
        row.addWidget(Glyph("history", "info"))
        self._words = Label("", "small", wrap=True)
        row.addWidget(self._words, 1)
        self.see = Button(say("answers.episode.see"), size="s")
        self.see.clicked.connect(lambda: self.opened.emit(self._alert))
        row.addWidget(self.see)

    def show_episode(self, told: tuple[bytes, str] | None) -> None:
        """Show an earlier alert; None hides."""
        self._alert, said = told or (b"", "")
        self._words.say(said)
        self.see.speak(f"{self.see.name}, {said}" if said else "")
        self.setVisible(told is not None)
