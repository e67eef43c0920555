"""The moments between: connecting, waiting in the lobby, the end. Each says what happened and offers one thing to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.meeting.notices import NoticeColumn
from app.meeting.sentences import RETRY, ending
from app.meeting.view import Stage
from app.ui.buttons import Button
from app.ui.panes import Glyph, ground
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from app.meeting.view import View

WIDTH = 560
_END_ICONS = {"left": "circle-check", "ended": "circle-check", "removed": "ban", "refused": "ban"}


class StatusPage(QWidget):
    """One sentence in the middle of the sheet."""

    cancelled = pyqtSignal()
    retried = pyqtSignal()
    closed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        ground(self, "surface")
        outer = QHBoxLayout(self)
        inner = QWidget()
        inner.setFixedWidth(WIDTH)
        column = QVBoxLayout(inner)
        column.setSpacing(10)
        column.addStretch(2)
        self._icon = Glyph("clock", "accent", 44)
        column.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(8)
        self._title, self._detail = Label("", "title", wrap=True), Label("", "body", "text_2", wrap=True)
        for label in (self._title, self._detail):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
        column.addSpacing(14)
        column.addLayout(self._buttons())
        column.addSpacing(20)
        self.notices = NoticeColumn()
        column.addWidget(self.notices)
        column.addStretch(3)
        outer.addStretch(1)
        outer.addWidget(inner)
        outer.addStretch(1)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addStretch(1)
        self._retry = Button(say("end.retry"), "primary", icon="refresh")
        self._close = Button(say("end.close"))
        self._cancel = Button(say("wait.leave"), icon="phone-off")
        for button, wish in (
            (self._retry, self.retried),
            (self._close, self.closed),
            (self._cancel, self.cancelled),
        ):
            button.clicked.connect(wish)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def show_view(self, view: View) -> None:
        """Show where the user stands."""
        over = view.stage is Stage.ENDED
        title = view.title or say("prejoin.untitled")
        if over:
            sentence = ending(view.reason)
            self._icon.show_icon(_END_ICONS.get(view.reason, "alert-circle"), sentence.tone)
            self._title.say(sentence.title)
            self._detail.say(sentence.detail)
        else:
            key = "wait" if view.stage is Stage.WAITING else "connect"
            self._icon.show_icon("clock" if key == "wait" else "plug-connected", "accent")
            self._title.say(say(f"{key}.title", title=title))
            silent = view.reason == "unreachable"
            self._detail.say(say("connect.unreachable" if silent else f"{key}.detail"))
        self._retry.setVisible(over and view.reason in RETRY and view.invitation is not None)
        self._retry.say(say("end.again" if view.reason == "left" else "end.retry"))
        self._close.setVisible(over)
        self._cancel.setVisible(not over)
        self.notices.show_view(view)

    def focus_first(self) -> None:
        """Give the focus to the main verb."""
        button = next(
            (b for b in (self._retry, self._close, self._cancel) if b.isVisibleTo(self)), self._cancel
        )
        button.setFocus(Qt.FocusReason.OtherFocusReason)
