"""The quiet message at the bottom of the frame, with its way back for ten seconds. In the flow: it covers nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QTimer, pyqtSignal
from PyQt6.QtWidgets import QApplication, QFrame, QHBoxLayout, QWidget

from app.ui import paint
from app.ui.buttons import Button, IconButton
from app.ui.panes import Glyph
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import Words, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtGui import QPaintEvent

STAYS_MS = 10_000


class _Card(QFrame):
    """The raised ground of the message."""

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint it."""
        rect = self.rect().toRectF()
        paint.box(paint.painter_for(self), rect, 8, theme().color("raised"), theme().color("line"))


class Toast(QWidget):
    """One message at a time; the newest replaces the one before, whose way back ends. `said` feeds the status line."""

    said = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self._undo: Callable[[], object] | None = None
        outer = QHBoxLayout(self)
        outer.setContentsMargins(8, 8, 8, 0)
        outer.addStretch(1)
        card = _Card()
        outer.addWidget(card)
        outer.addStretch(1)
        row = QHBoxLayout(card)
        row.setContentsMargins(14, 6, 8, 6)
        row.setSpacing(10)
        row.addWidget(Glyph("circle-check", "ok", 18))
        self._words = Label("", "body")
        row.addWidget(self._words)
        self.button = Button(say("toast.undo"), "ghost", "s", keys=("Ctrl", "Z"))
        self.button.clicked.connect(self.undo)
        row.addWidget(self.button)
        close = IconButton(say("toast.close"), "x")
        close.clicked.connect(self.forget)
        row.addWidget(close)
        self.timer = QTimer(self)
        self.timer.setInterval(STAYS_MS)
        self.timer.timeout.connect(self._expire)
        self.hide()

    def tell(self, words: Words, undo: Callable[[], object] | None = None) -> None:
        """Show *words*; *undo* takes it back while the message stays."""
        self._undo = undo
        self._words.say(words)
        self.button.setVisible(undo is not None)
        self.show()
        self.timer.start()
        self.said.emit(words)

    def can_undo(self) -> bool:
        """Tell whether there is something to take back."""
        return self._undo is not None

    def undo(self) -> None:
        """Take the last act back; one that returns False says itself what came of it, once that is known."""
        undo, self._undo = self._undo, None
        if undo is None:
            return
        self.forget()
        if undo() is not False:
            self.tell(say("toast.undone"))

    def forget(self) -> None:
        """Put the message away; the act stays."""
        self._undo = None
        self.timer.stop()
        self._words.say("")
        self.hide()

    def _expire(self) -> None:
        """Go after ten seconds, unless somebody is about to press."""
        focused = QApplication.focusWidget()
        if not self.underMouse() and not (focused is not None and self.isAncestorOf(focused)):
            self.forget()
