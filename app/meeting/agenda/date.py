"""The panel beside the agenda: one date, what can be done with it, who was called or who called."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import fmt_day
from app.meeting.agenda.called import Called
from app.meeting.agenda.guestlist import GuestList
from app.meeting.agenda.handout import refusal
from app.meeting.agenda.known import link_of
from app.meeting.agenda.weeks import opens_s, told_terms, told_when
from app.ui.buttons import Button
from app.ui.graphemes import isolated
from app.ui.marks import Chip
from app.ui.panes import clear, ground, scrolled
from app.ui.states import Trouble
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from app.meeting.agenda.dates import Occurrence
    from app.meeting.agenda.draft import PlanRefused
    from app.meeting.agenda.guests import Guest
    from app.meeting.agenda.weeks import Line

WIDTH = 388


class DatePanel(QWidget):
    """`picked`, `handed`, `edited` and `forgotten` carry the meeting, `called_off` and `told_off` the date.

    `answered` carries the meeting and what this user says, `compared` a user id, `people_asked` the meeting whose people are to be shown.
    """

    picked = pyqtSignal(object)
    handed = pyqtSignal(object)
    edited = pyqtSignal(object)
    forgotten = pyqtSignal(object)
    called_off = pyqtSignal(object)
    told_off = pyqtSignal(object)
    answered = pyqtSignal(object, object)
    compared = pyqtSignal(object)
    people_asked = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.line: Line | None = None
        self._people_of = b""
        self._caller: tuple[str, str] | None = None
        ground(self, "surface")
        self.setFixedWidth(WIDTH)
        self._mark = Chip("", "ban", "plain")
        self._title = Label("", "title", wrap=True)
        self._when, self._terms = (Label("", "body", "text_2", wrap=True) for _ in range(2))
        self._later = Label("", "small", "text_2", wrap=True)
        self.open = Button(say("join.open"), "primary", "l", "door-enter", ("↵",))
        self.copy = Button(say("handout.copy"), icon="copy", keys=("Ctrl", "C"))
        self.hand = Button(say("agenda.hand"), icon="calendar-plus")
        self.edit = Button(say("agenda.edit"), icon="pencil")
        self.drop = Button(say("agenda.call_off"), "ghost", icon="ban")
        self.forget = Button(say("agenda.forget"), "ghost", icon="x")
        self.tell = Button(say("agenda.tell_off"), icon="download")
        self.guests, self.called = GuestList(), Called()
        self._asked = QVBoxLayout()
        self._lay_out()
        self.guests.hide()
        self.called.hide()
        self._connect()

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(24, 28, 24, 20)
        column.setSpacing(10)
        column.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignLeft)
        for label in (self._title, self._when, self._terms):
            column.addWidget(label)
        column.addWidget(self.called)
        column.addSpacing(10)
        for widget in (
            self.open,
            self._later,
            self.copy,
            self.tell,
            self.hand,
            self.edit,
            self.drop,
            self.forget,
        ):
            column.addWidget(widget)
        column.addLayout(self._asked)
        column.addSpacing(10)
        column.addWidget(self.guests)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(content))

    def _connect(self) -> None:
        for button, signal in (
            (self.open, self.picked),
            (self.hand, self.handed),
            (self.edit, self.edited),
            (self.forget, self.forgotten),
        ):
            button.clicked.connect(lambda _=False, signal=signal: signal.emit(self._chosen.meeting))
        self.tell.clicked.connect(lambda: self.told_off.emit(self._chosen))
        self.copy.clicked.connect(self.copy_link)
        self.drop.clicked.connect(self._ask)
        self.guests.compared.connect(self.compared)
        self.called.compared.connect(lambda: self.compared.emit(self._chosen.meeting.organiser))
        self.called.answered.connect(lambda one: self.answered.emit(self._chosen.meeting, one))

    @property
    def _chosen(self) -> Occurrence:
        assert self.line is not None
        assert self.line.occurrence is not None
        return self.line.occurrence

    def show_line(self, line: Line | None) -> None:
        """Show a date; nothing where none is chosen."""
        self.setVisible(line is not None)
        if line is None or line == self.line:
            return
        self.line = line
        one, meeting = self._chosen, self._chosen.meeting
        clear(self._asked)
        self._mark.setVisible(line.mark is not None)
        if line.mark is not None:
            self._mark.show_state(*line.mark)
        self._title.say(isolated(meeting.title))
        self._when.say(told_when(meeting, one.number if meeting.starts else -1))
        self._terms.say(" · ".join(part for part in (line.detail, str(told_terms(meeting))) if part))
        self._terms.setVisible(bool(self._terms.text()))
        self._show_acts(line, one)
        if meeting.uid != self._people_of:
            self._people_of, self._caller = meeting.uid, None
            self.guests.hide()
            self.called.hide()
        elif self._caller is not None:
            self.called.show_meeting(meeting, *self._caller)
        self.people_asked.emit(meeting)

    def show_guests(self, uid: bytes, guests: tuple[Guest, ...]) -> None:
        """Show who was told of the own meeting *uid*, where it is the one that is shown."""
        if self.line is not None and self._chosen.meeting.uid == uid:
            self.guests.show_guests(guests)
            self.guests.show()

    def show_caller(self, uid: bytes, name: str, level: str) -> None:
        """Show who called this user to the meeting *uid*, where it is the one that is shown."""
        if self.line is not None and self._chosen.meeting.uid == uid:
            self._caller = name, level
            self.called.show_meeting(self._chosen.meeting, name, level)
            self.called.show()

    def _show_acts(self, line: Line, one: Occurrence) -> None:
        meeting = one.meeting
        own = meeting.own and not meeting.cancelled
        self.open.setVisible(line.open)
        self.open.speak(say("join.open_name", title=meeting.title))
        self._later.setVisible(not line.open)
        if not line.open:
            opens = datetime.fromtimestamp(opens_s(one), UTC)
            later = say("agenda.opens", day=fmt_day(opens))
            gone = say("calling.gone" if meeting.cancelled else "agenda.off.detail")
            self._later.say(gone if one.off else later)
        self.tell.setVisible(own and one.off)
        self.copy.say(say("handout.copy"))
        self.copy.setVisible(not one.off)
        self.hand.setVisible(own and not one.off)
        self.edit.setVisible(own)
        self.edit.speak(say("agenda.edit_name", title=meeting.title))
        self.hand.speak(say("agenda.hand_name", title=meeting.title))
        self.forget.setVisible(not own)
        self.drop.setVisible(own and bool(meeting.starts) and not one.off)

    def enter(self) -> None:
        """Open the date, where its turn has come."""
        if self.line is not None and self.line.open:
            self.open.click()

    def copy_link(self) -> None:
        """Put the meeting's link on the clipboard."""
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None and self.line is not None and not self._chosen.off:
            clipboard.setText(link_of(self._chosen.meeting).format())
            self.copy.say(say("handout.copied"))

    def _ask(self) -> None:
        """Ask here whether this date is really called off."""
        yes, no = Button(say("plan.drop.yes"), "danger", "s"), Button(say("plan.drop.keep"), "secondary", "s")
        yes.clicked.connect(lambda: self.called_off.emit(self._chosen))
        no.clicked.connect(self._keep)
        start = fmt_day(datetime.fromtimestamp(self._chosen.starts_s, UTC))
        clear(self._asked)
        words = say("agenda.call_off.sure", day=start)
        self._asked.addWidget(Trouble("warn", words, say("agenda.call_off.detail"), actions=(no, yes)))
        no.setFocus(Qt.FocusReason.TabFocusReason)

    def _keep(self) -> None:
        clear(self._asked)
        self.drop.setFocus(Qt.FocusReason.TabFocusReason)

    def refuse(self, refused: PlanRefused) -> None:
        """Say why nothing was called off."""
        clear(self._asked)
        self._asked.addWidget(refusal(refused))
