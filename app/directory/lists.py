"""The own lists: on which of them a person stands, and the name of the one that is shown."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.buttons import Button, Switch
from app.ui.panes import Field, clear
from app.ui.text import Label
from app.ui.words import say
from media.keys.certs import MAX_TEXT
from storage.directory import FAVOURITES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.directory.book import Person
    from storage.directory import Circle


class Lists(QWidget):
    """A switch for each list; `put` says which list the person joins or leaves."""

    put = pyqtSignal(int, bool)

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._shown: tuple[tuple[int, str], ...] = ()
        self._switches: dict[int, Switch] = {}

    def show_person(self, person: Person, circles: Sequence[Circle], *, writable: bool) -> None:
        """Show the lists and whether *person* is on them; the favourites have their own button."""
        shown = tuple((one.id, one.name) for one in circles if one.id != FAVOURITES)
        if shown != self._shown:
            self._shown = shown
            self._rebuild()
        for number, switch in self._switches.items():
            switch.setChecked(number in person.circles)
            switch.setEnabled(writable)

    def _rebuild(self) -> None:
        clear(self._column)
        self._switches = {}
        for number, name in self._shown:
            row = QHBoxLayout()
            row.addWidget(Label(name, "small").clipped(), 1)
            switch = self._switches[number] = Switch(name)
            switch.clicked.connect(partial(self.put.emit, number))
            row.addWidget(switch)
            holder = QWidget()
            row.setContentsMargins(0, 0, 0, 0)
            holder.setLayout(row)
            self._column.addWidget(holder)
        if not self._shown:
            self._column.addWidget(Label(say("directory.circles.none"), "small", "text_2", wrap=True))


class ListBar(QWidget):
    """Above the people of one list: its name, to be changed, and the button that forgets it."""

    renamed = pyqtSignal(int, str)
    dropped = pyqtSignal(int, str)

    def __init__(self) -> None:
        super().__init__()
        self._circle, self._name = 0, ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.name = Field(say("directory.circle.name"))
        self.name.setMaxLength(MAX_TEXT)
        self.name.setMaximumWidth(320)
        self.name.editingFinished.connect(self._edited)
        self.drop = Button(say("directory.circle.drop"), "ghost", "s")
        self.drop.clicked.connect(self._drop)
        row.addWidget(self.name, 1)
        row.addWidget(self.drop, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)

    def show_list(self, circle: int, name: str, *, writable: bool) -> None:
        """Show the list *circle*; nothing for the favourites, and where nothing can be kept."""
        self.setVisible(writable and circle not in {0, FAVOURITES})
        if (circle, name) != (self._circle, self._name):
            self._circle, self._name = circle, name
            self.name.setText(name)

    def _edited(self) -> None:
        typed = " ".join(self.name.text().split())
        if typed and typed != self._name:
            self._name = typed
            self.renamed.emit(self._circle, typed)
        else:
            self.name.setText(self._name)

    def _drop(self) -> None:
        self.dropped.emit(self._circle, self._name)
