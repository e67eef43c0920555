"""The foot of the queue: its keys, and how many patients did not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QSize, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.ui.buttons import Button
from app.ui.text import KeyHint, Label
from app.ui.words import Words, say, says

if TYPE_CHECKING:
    from PyQt6.QtGui import QResizeEvent

GAP = 16
_CHANGED = {QEvent.Type.LayoutRequest, QEvent.Type.Show}


class _Hint(QWidget):
    """Keys, and what they do."""

    def __init__(self, keys: tuple[str, ...], words: Words) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(KeyHint(*keys))
        row.addWidget(Label(words, "small", "text_2"))


class Hints(QWidget):
    """The hints that there is whole room for, side by side: keys without words tell nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.hints = [
            _Hint(("J", "K"), say("monitoring.keys.move")),
            _Hint(("↵",), say("monitoring.keys.open")),
        ]
        for hint in self.hints:
            hint.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """As high as its hints."""
        return QSize(0, max(hint.sizeHint().height() for hint in self.hints))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Show what there is room for."""
        super().resizeEvent(event)
        self._place()

    def event(self, event: QEvent | None) -> bool:
        """Show what there is room for once words or the size of text changed."""
        if event is not None and event.type() in _CHANGED and hasattr(self, "hints"):
            self._place()
        return super().event(event)

    def _place(self) -> None:
        left = 0
        for hint in self.hints:
            size = hint.sizeHint()
            hint.setGeometry(left, (self.height() - size.height()) // 2, size.width(), size.height())
            hint.setVisible(left + size.width() <= self.width())
            left += size.width() + GAP


class Foot(QWidget):
    """`asked`: those who did not answer are to be shown alone, or no longer."""

    asked = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(6)
        self.hints = Hints()
        row.addWidget(self.hints, 1)
        self.silent = Button("", "ghost", "s", "bell-off")
        self.silent.clicked.connect(self.asked)
        row.addWidget(self.silent)

    def show_silent(self, count: int, *, only: bool) -> None:
        """Say how many did not answer, or how to come back from them."""
        self.silent.say(say("monitoring.silent.back") if only else says("monitoring.silent.n", count))
        self.silent.setVisible(only or count > 0)
