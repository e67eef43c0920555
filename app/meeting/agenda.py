"""The meetings that this desk knows, as an agenda: what comes first, what has no time, what is over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import fmt_day, fmt_duration, fmt_time
from app.meeting.planning import in_order, is_past
from app.ui.buttons import Button, IconButton
from app.ui.marks import Chip
from app.ui.panes import clear, rule
from app.ui.text import Label, Named
from app.ui.words import Words, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.meetings import Meeting

TIME_WIDTH = 104


class _Row(QWidget):
    """One meeting."""

    picked = pyqtSignal(object)
    handed = pyqtSignal(object)
    edited = pyqtSignal(object)

    def __init__(self, meeting: Meeting, now_s: int) -> None:
        super().__init__()
        self._meeting = meeting
        self._past = is_past(meeting, now_s)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 12, 12)
        row.setSpacing(12)
        row.addWidget(self._time(now_s))
        row.addLayout(self._words(), 1)
        if meeting.uid and not self._past:
            row.addWidget(self._icon("agenda.hand", "link", self.handed))
            row.addWidget(self._icon("agenda.edit", "pencil", self.edited))
        button = Button(say("join.open"), icon="door-enter")
        button.speak(say("join.open_name", title=meeting.title))
        button.clicked.connect(self._pick)
        row.addWidget(button)

    def _icon(self, key: str, icon: str, signal: object) -> IconButton:
        button = IconButton(say(key), icon)
        button.speak(say(f"{key}_name", title=self._meeting.title))
        button.clicked.connect(lambda: signal.emit(self._meeting))  # type: ignore[attr-defined]
        return button

    def _time(self, now_s: int) -> QWidget:
        first, second = _moment(self._meeting, now_s)
        box = QWidget()
        box.setMinimumWidth(TIME_WIDTH)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(Label(first, "body_strong", "text_3" if self._past else "text"))
        column.addWidget(Label(second, "small", "text_3" if self._past else "text_2"))
        return box

    def _words(self) -> QVBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(
            Label(self._meeting.title, "body_strong", "text_3" if self._past else "text").clipped()
        )
        chip = self._chip()
        if chip is not None:
            words.addWidget(chip, 0, Qt.AlignmentFlag.AlignLeft)
        return words

    def _chip(self) -> Chip | None:
        if self._past:
            return Chip(say("agenda.past"), "clock")
        return Chip(say("agenda.host"), "users", "accent") if self._meeting.host else None

    def _pick(self) -> None:
        self.picked.emit(self._meeting)


def _moment(meeting: Meeting, now_s: int) -> tuple[Words, Words]:
    """Return what stands at the left: today the hour and the length, else the day and the hour."""
    if not meeting.starts_s:
        return say("agenda.open"), say("agenda.no_time")
    start = datetime.fromtimestamp(meeting.starts_s, UTC)
    today = start.astimezone().date() == datetime.fromtimestamp(now_s, UTC).astimezone().date()
    if not today:
        return fmt_day(start), fmt_time(start)
    length = fmt_duration(meeting.ends_s - meeting.starts_s) if meeting.ends_s else say("agenda.today")
    return fmt_time(start), length


class MeetingList(QWidget):
    """`picked` opens a meeting, `handed` asks for its invitation, `edited` for its form."""

    picked = pyqtSignal(object)
    handed = pyqtSignal(object)
    edited = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        Named(self, say("join.known"))
        self._meetings: tuple[Meeting, ...] = ()
        self._now_s = 0
        self._shown: tuple[object, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._card = QFrame()
        self._card.setProperty("card", "plain")
        self._rows = QVBoxLayout(self._card)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        column.addWidget(self._card)
        self._none = Label(say("agenda.none"), "body", "text_2", wrap=True)
        column.addWidget(self._none)

    def show_meetings(self, meetings: Sequence[Meeting], now_s: int) -> None:
        """Show *meetings* as of *now_s*; nothing is drawn again while it stays the same."""
        self._meetings, self._now_s = in_order(meetings, now_s), now_s
        day = datetime.fromtimestamp(now_s, UTC).astimezone().date()
        shown = (self._meetings, tuple(is_past(one, now_s) for one in self._meetings), day)
        if shown != self._shown:
            self._shown = shown
            self._draw()

    def tick(self, now_s: int) -> None:
        """Let what has ended fade."""
        self.show_meetings(self._meetings, now_s)

    def _draw(self) -> None:
        clear(self._rows)
        for meeting in self._meetings:
            if self._rows.count():
                self._rows.addWidget(rule())
            row = _Row(meeting, self._now_s)
            row.picked.connect(self.picked)
            row.handed.connect(self.handed)
            row.edited.connect(self.edited)
            self._rows.addWidget(row)
        self._card.setVisible(bool(self._meetings))
        self._none.setVisible(not self._meetings)

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Write days and lengths again in the new language."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.LanguageChange:
            self._draw()
