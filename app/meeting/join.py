"""Before a meeting: the link to paste, and the meetings that this desk knows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.meeting.agenda import MeetingList
from app.meeting.notices import NoticeColumn
from app.meeting.sentences import trouble
from app.ui.buttons import Button
from app.ui.panes import Banner, Field, clear, ground, scrolled
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.meeting.view import View
    from storage.meetings import Meeting

WIDTH = 640


class JoinForm(QWidget):
    """`asked` carries a link's text, `picked` a known meeting; neither enters anything."""

    asked = pyqtSignal(str)
    picked = pyqtSignal(object)

    def __init__(self, meetings: Sequence[Meeting], now_s: int, *, can_call: bool) -> None:
        super().__init__()
        ground(self, "surface")
        inner = QWidget()
        inner.setFixedWidth(WIDTH)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 40, 0, 24)
        column.setSpacing(12)
        self.notices = NoticeColumn()
        column.addWidget(self.notices)
        column.addWidget(Label(say("join.title"), "display"))
        column.addWidget(Label(say("join.detail"), "body", "text_2", wrap=True))
        column.addSpacing(8)
        column.addWidget(Label(say("join.link"), "caption", "text_2"))
        column.addLayout(self._entry())
        self._banner = QVBoxLayout()
        column.addLayout(self._banner)
        column.addSpacing(20)
        self.call = Button(say("plan.new"), icon="calendar-plus", keys=("Ctrl", "N"))
        column.addLayout(self._known())
        self.agenda = MeetingList()
        self.agenda.show_meetings(meetings, now_s)
        self.agenda.picked.connect(self.picked)
        column.addWidget(self.agenda)
        column.addStretch(1)
        self._lay_out(inner)
        self.call.setVisible(can_call)  # only now: a widget without a parent would be a window of its own
        self._shown = ""

    def _lay_out(self, inner: QWidget) -> None:
        content = QWidget()
        middle = QHBoxLayout(content)
        middle.addStretch(1)
        middle.addWidget(inner)
        middle.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(content))

    def _known(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(Label(say("join.known"), "heading"), 1)
        row.addWidget(self.call)
        return row

    def _entry(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.field = Field(say("join.link"), say("join.hint"))
        self.field.setProperty("span", "l")
        self.field.returnPressed.connect(self._ask)
        row.addWidget(self.field, 1)
        button = Button(say("join.go"), "primary", "l", keys=("↵",))
        button.clicked.connect(self._ask)
        row.addWidget(button)
        return row

    def _ask(self) -> None:
        self.asked.emit(self.field.text())

    def show_view(self, view: View) -> None:
        """Show what is wrong with the desk, and why a link was refused."""
        self.notices.show_view(replace(view, notices=view.notices[1:] if view.refused else view.notices))
        shown = f"{view.refused}{view.notices}"
        if shown == self._shown:
            return
        self._shown = shown
        clear(self._banner)
        self.field.set_wrong(bool(view.refused))
        if view.refused and view.notices:
            sentence = trouble(view.notices[0])
            self._banner.addWidget(Banner(sentence.tone, sentence.title, sentence.detail))

    def focus_first(self) -> None:
        """Put the cursor into the field."""
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
