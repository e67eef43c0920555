"""A file of the thread beside it: read by the press, never written anywhere; an ephemeral one with its seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from app.messages.tiles import Running
from app.papers.countdown import Countdown
from app.papers.viewer import PaperView
from app.ui.buttons import Button, IconButton
from app.ui.marks import Chip
from app.ui.panes import ground, rule
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from app.feature import Desk
    from app.messages.ports import Shown


class Preview(QWidget):
    """`opened` when it comes, `closed` when it goes, and whether the keyboard was in it; `counted` at each second of an ephemeral document (None: it is gone); `save_asked` for others."""

    opened = pyqtSignal()
    closed = pyqtSignal(bool)
    counted = pyqtSignal(object)
    save_asked = pyqtSignal(int)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.file = 0
        ground(self, "surface")
        self.view = PaperView(desk.bridge)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._head())
        column.addWidget(rule())
        column.addWidget(self.view, 1)
        self.countdown = Countdown(self, desk.steady_ms)
        self.countdown.counted.connect(self._count)
        self.countdown.over.connect(self.close_it)
        self.view.began.connect(self.countdown.begin)
        escape = QShortcut(QKeySequence("Esc"), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.close_it)
        self.hide()

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 12, 8)
        row.setSpacing(8)
        self._name = Label("", "subhead").clipped()
        self._left = Chip("", "hourglass-high", "warn")
        self._save = Button(say("messages.act.save"), "secondary", "s", "download")
        self._save.clicked.connect(lambda: self.save_asked.emit(self.file))
        self._close = IconButton(say("messages.preview.close"), "x", ("Échap",))
        self._close.clicked.connect(self.close_it)
        row.addWidget(self._name, 1)
        for part in (self._left, self._save, self._close):
            row.addWidget(part)
        return row

    def load(self, file: int, name: str, *, once: bool) -> None:
        """Say that a file is being fetched."""
        self.forget()
        self.file = file
        self._name.say(name)
        self._left.hide()
        self._save.setVisible(not once)
        self.view.show_loading(name)
        self.show()
        self.opened.emit()
        self._close.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_file(self, file: int, kind: str, data: bytes, name: str) -> None:
        """Show a file that is here."""
        if file == self.file:
            self.view.show_bytes(kind, data, name)

    def show_once(self, file: int, shown: Shown) -> None:
        """Show an ephemeral document until its time is over, which begins with the first sight of it."""
        if file == self.file:
            self.countdown.expect(shown.shown_for_s)
            self.view.show_bytes(shown.kind, shown.data, shown.name, fleeting=True)

    @property
    def counting(self) -> bool:
        """Whether an ephemeral document is open."""
        return self.countdown.of_s > 0

    def _count(self, left_s: int) -> None:
        self._left.show_state(say("messages.once.left_s", s=left_s), "hourglass-high", "warn")
        self._left.show()
        self.counted.emit(Running(self.file, left_s, self.countdown.of_s))

    def fail(self, words: object, detail: object = "") -> None:
        """Say why there is nothing to see."""
        self.view.show_trouble(words, detail)  # type: ignore[arg-type]  # words

    def close_it(self) -> None:
        """Go, and tell."""
        if not self.isHidden():
            focus = QApplication.focusWidget()
            held = focus is None or self.isAncestorOf(focus)
            self.forget()
            self.hide()
            self.closed.emit(held)

    def forget(self) -> None:
        """Forget the file, its bytes and its process."""
        self.countdown.stop()
        self.file = 0
        self.view.clear()
        self._name.say("")
        self.counted.emit(None)
