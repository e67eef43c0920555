"""Choosing what to hand out in the call: a file, whether it is kept or shown once, and the last look before it goes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QDir, QStandardPaths, Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.meeting.call.handing import SHOWN_FOR_S, Audience
from app.ui.buttons import Button, IconButton
from app.ui.choices import Segmented
from app.ui.files import FileList
from app.ui.panes import Field
from app.ui.text import Label
from app.ui.words import Words, say, says

if TYPE_CHECKING:
    from collections.abc import Callable

_PLACE = QStandardPaths.StandardLocation


def audience_words(to: Audience) -> Words:
    """Say who gets a document, and who does not."""
    if not to.users:
        return says("handing.nobody_guests", to.guests) if to.guests else say("handing.nobody")
    people = says("handing.to", len(to.users))
    return says("handing.to_not_guests", to.guests, people=people) if to.guests else people


class Picking(QWidget):
    """`chosen` carries the path and for how many seconds it is shown, 0 for a document to keep; `closed` when nothing is to go."""

    chosen = pyqtSignal(Path, int)
    closed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._path = Path()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 14)
        column.setSpacing(10)
        column.addLayout(_head(say("handing.pick"), self.closed.emit))
        self._stack = QStackedWidget()
        self.files = FileList("handing.file")
        self.files.chosen.connect(self._look)
        self._stack.addWidget(self.files)
        self._stack.addWidget(self._last_look())
        column.addWidget(self._stack, 1)

    def _last_look(self) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self._name = Label("", "subhead", wrap=True).at_left()
        self.kind = Segmented(
            [("keep", say("handing.keep"), "file-text"), ("once", say("handing.ephemeral"), "hourglass-high")]
        )
        self.kind.chosen.connect(self._explain)
        self._honest = Label("", "small", "text_2", wrap=True).at_left()
        self._to = Label("", "small_strong", wrap=True).at_left()
        self.go = Button("", "primary", "m", "send")
        self.go.clicked.connect(self._press)
        for part in (self._name, self.kind, self._honest, self._to, self.go):
            column.addWidget(part)
        column.addStretch(1)
        return holder

    def begin(self) -> None:
        """Choose anew."""
        self.kind.choose("keep")
        self._explain()
        self._stack.setCurrentIndex(0)
        self.files.path.setFocus(Qt.FocusReason.TabFocusReason)

    def show_audience(self, to: Audience) -> None:
        """Say who would get it: the roster may change while one chooses."""
        self._to.say(audience_words(to))
        self.go.say(says("handing.send", len(to.users)))
        self.go.setEnabled(bool(to.users))

    def _look(self, path: str) -> None:
        self._path = Path(path)
        self._name.say(self._path.name)
        self._stack.setCurrentIndex(1)
        self.go.setFocus(Qt.FocusReason.TabFocusReason)

    def _explain(self, _kind: str = "") -> None:
        self._honest.say(say(f"handing.{self.kind.choice}.detail", s=SHOWN_FOR_S))

    def _press(self) -> None:
        self.chosen.emit(self._path, SHOWN_FOR_S if self.kind.choice == "once" else 0)


class Keeping(QWidget):
    """Asks where a document is to be written: `chosen` carries the file and the path."""

    chosen = pyqtSignal(int, Path)
    closed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._file = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 14)
        column.setSpacing(10)
        column.addLayout(_head(say("handing.save"), self.closed.emit))
        column.addWidget(Label(say("handing.save.where"), "small_strong", wrap=True))
        self.place = Field(say("handing.save.where"))
        self.place.returnPressed.connect(self._press)
        self._go = Button(say("handing.save"), "primary", "m", "download")
        self._go.clicked.connect(self._press)
        for part in (self.place, Label(say("handing.save.detail"), "small", "text_2", wrap=True), self._go):
            column.addWidget(part)
        column.addStretch(1)

    def begin(self, file: int, name: str) -> None:
        """Propose the folder of downloads."""
        self._file = file
        folder = QStandardPaths.writableLocation(_PLACE.DownloadLocation)
        folder = folder if QDir(folder).exists() else QDir.homePath()
        path = QDir.toNativeSeparators(f"{folder}/{name}")
        self.place.setText(path)
        self.place.setFocus(Qt.FocusReason.TabFocusReason)
        self.place.setSelection(len(path) - len(name), len(name.rpartition(".")[0]) or len(name))

    def _press(self) -> None:
        told = self.place.text().strip()
        if told:
            self.chosen.emit(self._file, Path(told).expanduser())


def _head(title: Words, close: Callable[[], object]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(Label(title, "subhead", wrap=True), 1)
    cross = IconButton(say("handing.cancel"), "x", ("Échap",))
    cross.clicked.connect(close)
    row.addWidget(cross, 0, Qt.AlignmentFlag.AlignTop)
    return row
