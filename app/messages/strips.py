"""What asks inside the thread, above the field: a confirmation, where to save, which file. One at a time, nothing floats."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QDir, QStandardPaths, Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.buttons import Button, IconButton
from app.ui.files import FileList
from app.ui.panes import Banner, Field, clear
from app.ui.text import Label
from app.ui.words import Words, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TALL = 300


class Strip(QWidget):
    """Holds the question of the moment; `closed` when it is answered or put away."""

    closed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 8, 20, 10)
        self._escape = QShortcut(QKeySequence("Esc"), self)
        self._escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._escape.activated.connect(self.put_away)
        self.hide()

    def ask(
        self, title: Words, detail: Words, verb: Words, act: Callable[[], object], *, tone: str = "warn"
    ) -> None:
        """Ask before something that cannot be taken back; the verb does it, Échap does not."""
        yes = Button(verb, "primary" if tone != "danger" else "danger")
        no = Button(say("messages.cancel"), "ghost")
        yes.clicked.connect(lambda: self._answer(act))
        no.clicked.connect(self.put_away)
        self._put(Banner(tone, title, detail, actions=(no, yes)), yes)

    def ask_which(
        self, title: Words, detail: Words, choices: Sequence[tuple[Words, Callable[[], object]]]
    ) -> None:
        """Ask which of *choices* is meant, each in its own words; none is taken by a key that was meant for something else."""
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        no = Button(say("messages.cancel"), "ghost")
        no.clicked.connect(self.put_away)
        column.addWidget(Banner("warn", title, detail, actions=(no,)))
        for words, act in choices:
            button = Button(words)
            button.clicked.connect(partial(self._answer, act))
            column.addWidget(button)
        self._put(holder, no)

    def ask_place(self, name: str, act: Callable[[Path], object]) -> None:
        """Ask where a file is to be written."""
        folder = _usual(QStandardPaths.StandardLocation.DownloadLocation)
        path = QDir.toNativeSeparators(f"{folder}/{name}")
        field = self.ask_words(
            say("messages.save.where"),
            path,
            say("messages.act.save"),
            lambda text: act(Path(text).expanduser()),
        )
        field.setSelection(len(path) - len(name), len(name.rpartition(".")[0]) or len(name))

    def ask_words(self, name: Words, text: str, verb: Words, act: Callable[[str], object]) -> Field:
        """Ask for a line of text."""
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Label(name, "small_strong"))
        field, button = Field(name), Button(verb, "primary")
        field.setText(text)
        cross = IconButton(say("messages.cancel"), "x", ("Échap",))

        def done() -> None:
            told = field.text().strip()
            if told:
                self._answer(lambda: act(told))

        for press in (button.clicked, field.returnPressed):
            press.connect(done)
        cross.clicked.connect(self.put_away)
        for part in (field, button, cross):
            row.addWidget(part, 1 if part is field else 0)
        self._put(holder, field)
        field.selectAll()
        return field

    def ask_file(self, act: Callable[[Path], object]) -> None:
        """Let a file be chosen from a folder or by its path."""
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        head = QHBoxLayout()
        head.addWidget(Label(say("messages.attach"), "subhead"), 1)
        cross = IconButton(say("messages.cancel"), "x", ("Échap",))
        cross.clicked.connect(self.put_away)
        head.addWidget(cross)
        column.addLayout(head)
        files = FileList("messages.file.pick")
        files.setFixedHeight(TALL)
        files.chosen.connect(lambda path: self._answer(lambda: act(Path(path))))
        column.addWidget(files)
        self._put(holder, files.path)

    def tell(self, title: Words, detail: Words = "", *, tone: str = "danger") -> None:
        """Say what could not be done, until it is put away."""
        ok = IconButton(say("messages.put_away"), "x", ("Échap",))
        ok.clicked.connect(self.put_away)
        self._put(Banner(tone, title, detail, actions=(ok,)), None)

    def hold(self, widget: QWidget, first: QWidget) -> None:
        """Show a question of somebody else's making."""
        self._put(widget, first)

    def _put(self, widget: QWidget, first: QWidget | None) -> None:
        clear(self._column)
        self._column.addWidget(widget)
        self.show()
        if first is not None:
            first.setFocus(Qt.FocusReason.TabFocusReason)

    def _answer(self, act: Callable[[], object]) -> None:
        self.put_away()
        act()

    def put_away(self) -> None:
        """Ask nothing any more."""
        if not self.isHidden():
            clear(self._column)
            self.hide()
            self.closed.emit()


def _usual(place: QStandardPaths.StandardLocation) -> str:
    folder = QStandardPaths.writableLocation(place)
    return folder if QDir(folder).exists() else QDir.homePath()
