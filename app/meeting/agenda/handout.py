"""What is handed to the invited people: the link to copy, the calendar file to keep and send."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.meeting.agenda.column import column_in, with_button
from app.meeting.agenda.draft import PlanRefused
from app.meeting.agenda.guestlist import GuestList
from app.meeting.agenda.weeks import told_when
from app.ui.buttons import Button
from app.ui.panes import Banner, Field, Glyph, clear
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from app.feature import Desk
    from app.meeting.agenda.guests import Guest
    from app.meeting.agenda.planning import Invited, Planning


def refusal(refused: PlanRefused) -> Banner:
    """Return what a refusal says: what happened, what to do."""
    key = f"plan.refused.{refused.code}"
    return Banner("warn", say(f"{key}.title"), say(f"{key}.detail"))


class Handout(QWidget):
    """`left` goes back to the list, `picked` carries the meeting to open."""

    left = pyqtSignal()
    picked = pyqtSignal(object)

    def __init__(self, desk: Desk, planning: Planning) -> None:
        super().__init__()
        self._desk, self._planning = desk, planning
        self._invited: Invited | None = None
        self._icon = Glyph("circle-check", "ok", 28)
        self._title, self._when = Label("", "display", wrap=True), Label("", "body", "text_2", wrap=True)
        self.link = Field(say("handout.link"))
        self.link.setReadOnly(True)
        self.copy = Button(say("handout.copy"), "primary", "l", "copy")
        self.path = Field(say("handout.file"))
        self.save = Button(say("handout.save"), "secondary", "l", "download")
        self._told = QVBoxLayout()
        self.guests = GuestList()
        self.done = Button(say("handout.done"), "ghost", "l", "arrow-left")
        self.open = Button(say("handout.open"), "secondary", "l", "door-enter")
        self._why = Label("", "small", "text_2", wrap=True)
        self._explain = Label("", "body", "text_2", wrap=True)
        self._link_part = QWidget()
        self._lay_out()
        self.copy.clicked.connect(self._copy)
        self.save.clicked.connect(self._save)
        self.path.returnPressed.connect(self._save)
        self.done.clicked.connect(self.left)
        self.open.clicked.connect(self._open)

    def _lay_out(self) -> None:
        column, foot = column_in(self)
        column.addLayout(self._head())
        column.addWidget(self._when)
        column.addWidget(self._explain)
        column.addSpacing(14)
        column.addWidget(self.guests)
        column.addSpacing(6)
        part = QVBoxLayout(self._link_part)
        part.setContentsMargins(0, 0, 0, 0)
        part.setSpacing(6)
        with_button(part, "handout.link", self.link, self.copy)
        part.addWidget(self._why)
        part.addSpacing(14)
        column.addWidget(self._link_part)
        with_button(column, "handout.file", self.path, self.save)
        column.addWidget(Label(say("handout.file.why"), "small", "text_2", wrap=True))
        column.addSpacing(8)
        column.addLayout(self._told)
        column.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.done)
        buttons.addStretch(1)
        buttons.addWidget(self.open)
        foot.addLayout(buttons)

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._icon)
        row.addWidget(self._title, 1)
        return row

    # --- what is shown ------------------------------------------------------------------------------------

    def show_invited(self, invited: Invited) -> None:
        """Show a meeting that stands, or one that was cancelled."""
        self._invited = invited
        off = invited.cancelled
        clear(self._told)
        self._icon.show_icon("ban" if off else "circle-check", "warn" if off else "ok")
        title = invited.meeting.title
        self._title.say(say("handout.cancelled", title=title) if off else title)
        self._when.say(told_when(invited.meeting, invited.only))
        self._explain.say(say(f"handout.{_kind(invited)}.detail"))
        self._why.say(say("handout.link.why" if invited.meeting.guests else "handout.link.why.closed"))
        self.link.setText(invited.link)
        self.link.setCursorPosition(0)
        self._link_part.setVisible(not off)
        self.open.setVisible(not off)
        self.path.clear()
        self.copy.say(say("handout.copy"))
        self.guests.hide()
        self._desk.bridge.start(
            self, self._planning.propose(invited, Path.home()), self._proposed, self._failed
        )

    def show_guests(self, uid: bytes, guests: tuple[Guest, ...]) -> None:
        """Show who was told of the meeting *uid* by message, where it is the one that is shown and stands."""
        if self._invited is not None and self._invited.meeting.uid == uid and not self._invited.cancelled:
            self.guests.show_guests(guests)
            self.guests.setVisible(bool(guests))

    def focus_first(self) -> None:
        """Put the focus on the first thing to do."""
        first = self.path if self._invited is not None and self._invited.cancelled else self.copy
        first.setFocus(Qt.FocusReason.TabFocusReason)

    def _proposed(self, path: Path) -> None:
        if not self.path.text():
            self.path.setText(str(path))

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.link.text())
            self.copy.say(say("handout.copied"))

    def _open(self) -> None:
        if self._invited is not None:
            self.picked.emit(self._invited.meeting)

    def _save(self) -> None:
        if self._invited is None or not self.save.isEnabled():
            return
        clear(self._told)
        typed = self.path.text().strip()
        path = Path(typed).expanduser() if typed else None
        if path is None or not path.is_absolute():
            self._failed(PlanRefused("file-nowhere", "path"))
            return
        self.save.setEnabled(False)
        work = self._planning.save(self._invited, path)
        self._desk.bridge.start(self, work, self._saved, self._failed)

    def _saved(self, path: Path) -> None:
        self.save.setEnabled(True)
        self.path.set_wrong(False)
        clear(self._told)
        self._told.addWidget(Banner("ok", say("handout.saved"), str(path)))

    def _failed(self, error: Exception) -> None:
        self.save.setEnabled(True)
        refused = error if isinstance(error, PlanRefused) else PlanRefused("file-failed", "path")
        self.path.set_wrong(True)
        clear(self._told)
        self._told.addWidget(refusal(refused))


def _kind(invited: Invited) -> str:
    """Return which explanation fits: it stands, it changed, it is cancelled, one date of it is."""
    if invited.cancelled:
        return "cancelled" if invited.only < 0 else "called_off"
    if invited.meeting.starts:
        return "changed" if invited.meeting.sequence else "series"
    return "changed" if invited.meeting.sequence else "ready"
