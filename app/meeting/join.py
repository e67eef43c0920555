"""Before a meeting: the link to paste, and the meetings that this desk knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import fmt_day, fmt_time
from app.meeting.notices import NoticeColumn
from app.meeting.sentences import trouble
from app.ui.buttons import Button
from app.ui.panes import Banner, Field, Glyph, clear, ground
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.meeting.view import View
    from storage.meetings import Meeting

WIDTH = 640


class _MeetingRow(QFrame):
    """A known meeting."""

    picked = pyqtSignal(object)

    def __init__(self, meeting: Meeting) -> None:
        super().__init__()
        self._meeting = meeting
        self.setProperty("card", "plain")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 12, 12)
        row.setSpacing(12)
        row.addWidget(Glyph("users-group", "accent", 24))
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Label(meeting.title, "body_strong"))
        if meeting.starts_s:
            start = datetime.fromtimestamp(meeting.starts_s, UTC)
            words.addWidget(
                Label(say("join.when", day=fmt_day(start), time=fmt_time(start)), "small", "text_2")
            )
        row.addLayout(words, 1)
        button = Button(say("join.open"), icon="door-enter")
        button.speak(say("join.open_name", title=meeting.title))
        button.clicked.connect(self._pick)
        row.addWidget(button)

    def _pick(self) -> None:
        self.picked.emit(self._meeting)


class JoinForm(QWidget):
    """`asked` carries a link's text, `picked` a known meeting; neither enters anything."""

    asked = pyqtSignal(str)
    picked = pyqtSignal(object)

    def __init__(self, meetings: Sequence[Meeting]) -> None:
        super().__init__()
        ground(self, "surface")
        outer = QHBoxLayout(self)
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
        if meetings:
            column.addSpacing(20)
            column.addWidget(Label(say("join.known"), "heading"))
        for meeting in meetings:
            row = _MeetingRow(meeting)
            row.picked.connect(self.picked)
            column.addWidget(row)
        column.addStretch(1)
        outer.addStretch(1)
        outer.addWidget(inner)
        outer.addStretch(1)
        self._shown = ""

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
