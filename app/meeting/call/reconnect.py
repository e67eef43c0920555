"""The own line is lost: which attempt this is, and that the others go on. In the flow, above the pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.meeting.view import Stage
from app.ui import paint
from app.ui.panes import Glyph
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent

    from app.meeting.view import View


class ReconnectBar(QWidget):
    """Shown while the meeting is reached for again."""

    def __init__(self) -> None:
        super().__init__()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(8, 8, 8, 0)
        row = QHBoxLayout()
        row.setContentsMargins(16, 10, 16, 10)
        row.setSpacing(12)
        row.addWidget(Glyph("refresh", "stage_text", 22), 0, Qt.AlignmentFlag.AlignVCenter)
        words = QVBoxLayout()
        words.setSpacing(1)
        self._title = Label("", "body_strong", "stage_text", wrap=True)
        words.addWidget(self._title)
        words.addWidget(Label(say("reconnect.detail"), "small", "stage_text_2", wrap=True))
        row.addLayout(words, 1)
        outer.addLayout(row)
        self.hide()

    def show_view(self, view: View) -> None:
        """Say which attempt this is."""
        again = view.attempt > 1
        self._title.say(say("reconnect.attempt", n=view.attempt) if again else say("reconnect.title"))
        self.setVisible(view.stage is Stage.RECONNECTING)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the dark card."""
        rect = QRectF(self.rect()).adjusted(8, 8, -8, 0)
        paint.box(paint.painter_for(self), rect, 8, theme().color("stage_3"))
