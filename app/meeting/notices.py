"""Everything that failed, as banners in the flow; each can be put away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.meeting.sentences import trouble
from app.ui.buttons import IconButton
from app.ui.panes import Banner, clear
from app.ui.words import say

if TYPE_CHECKING:
    from app.meeting.view import Notice, View

SHOWN = 3


class NoticeColumn(QWidget):
    """`dismissed` carries the notice that was put away; where there is `room` for one only, the next one follows it."""

    dismissed = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._shown: tuple[Notice, ...] = ()
        self.room = SHOWN
        self.hide()

    def show_view(self, view: View) -> None:
        """Show the newest notices, the grave ones first."""
        grave = sorted(view.banners, key=lambda notice: trouble(notice).tone != "danger")
        notices = tuple(grave[: self.room])
        if notices == self._shown:
            return
        self._shown = notices
        clear(self._column)
        for place, notice in enumerate(notices):
            sentence = trouble(notice)
            close = IconButton(say("notice.close"), "x")
            close.speak(say("notice.close.of", title=sentence.title))
            close.setProperty("place", place)
            close.clicked.connect(self._close)
            self._column.addWidget(Banner(sentence.tone, sentence.title, sentence.detail, actions=(close,)))
        self.setVisible(bool(notices))

    def _close(self) -> None:
        button = self.sender()
        if button is not None:
            self.dismissed.emit(self._shown[button.property("place")])
