"""The discussion of the meeting: kept nowhere, gone at its end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.i18n import fmt_time
from app.meeting.service import MAX_CHAT
from app.ui.buttons import IconButton
from app.ui.marks import Avatar
from app.ui.panes import EmptyState, Field, scrolled
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from app.meeting.view import View
    from media.engine.messages import ChatLine


class _Line(QWidget):
    """One thing said."""

    def __init__(self, line: ChatLine) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(10)
        row.addWidget(Avatar(line.name, 28), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(1)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(Label(line.name, "small_strong"))
        head.addWidget(
            Label(fmt_time(datetime.fromtimestamp(line.at_ms / 1000, UTC)), "caption", "text_3"), 1
        )
        words.addLayout(head)
        text = Label(line.text, "small", wrap=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.addWidget(text)
        row.addLayout(words, 1)


class ChatPanel(QWidget):
    """What was said, and a field to say something. `said` carries the text."""

    said = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[ChatLine, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        note = Label(say("chat.erased"), "caption", "text_3")
        note.setContentsMargins(16, 10, 16, 6)
        column.addWidget(note)
        lines = QWidget()
        self._lines = QVBoxLayout(lines)
        self._lines.setContentsMargins(0, 0, 0, 8)
        self._lines.setSpacing(0)
        self._empty = EmptyState("message-2", say("chat.empty"), say("chat.empty.detail"), tone="text_3")
        self._lines.addWidget(self._empty, 1)
        self._lines.addStretch(0)
        self._area: QScrollArea = scrolled(lines)
        column.addWidget(self._area, 1)
        column.addLayout(self._entry())
        bar = self._area.verticalScrollBar()
        assert bar is not None
        bar.rangeChanged.connect(self._follow)

    def _entry(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 12, 14)
        row.setSpacing(6)
        self.field = Field(say("chat.field"), say("chat.hint"))
        self.field.setMaxLength(MAX_CHAT)
        self.field.returnPressed.connect(self._send)
        row.addWidget(self.field, 1)
        send = IconButton(say("chat.send"), "send", ("↵",))
        send.clicked.connect(self._send)
        row.addWidget(send)
        return row

    def _send(self) -> None:
        text = self.field.text().strip()
        if text:
            self.said.emit(text)
            self.field.clear()

    def _follow(self, _low: int, high: int) -> None:
        bar = self._area.verticalScrollBar()
        assert bar is not None
        bar.setValue(high)

    def show_view(self, view: View) -> None:
        """Add what is new; begin again when the oldest were dropped."""
        if view.chat == self._shown:
            return
        known = len(self._shown)
        if view.chat[:known] != self._shown:
            while self._lines.count() > 2:
                item = self._lines.takeAt(1)
                widget = item.widget() if item is not None else None
                if widget is not None:
                    widget.deleteLater()
            known = 0
        for line in view.chat[known:]:
            self._lines.insertWidget(self._lines.count() - 1, _Line(line))
        self._shown = view.chat
        self._empty.setVisible(not view.chat)
        self._lines.setStretch(self._lines.count() - 1, 1 if view.chat else 0)
