"""The section RCP at rest: the link to paste and the agenda, or the form of a new meeting in front of them."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QStackedWidget

from app.intents import OpenPerson
from app.meeting.agenda.draft import PlanRefused
from app.meeting.agenda.join import JoinForm
from app.meeting.agenda.plan import Planner
from app.ui.words import say

if TYPE_CHECKING:
    from app.config import Config
    from app.feature import Desk
    from app.line import Line, State
    from app.meeting.agenda.dates import Occurrence
    from app.meeting.agenda.planning import Invited, Planning
    from app.meeting.view import View
    from app.session import Session
    from app.ui.words import Words
    from media.mail.calls import Coming
    from storage.meetings import Meeting


class Before(QStackedWidget):
    """`picked` carries a known meeting to open; `turned` tells that something else is shown."""

    picked = pyqtSignal(object)
    turned = pyqtSignal()

    def __init__(self, desk: Desk, planning: Planning, line: Line, session: Session, config: Config) -> None:
        super().__init__()
        self._desk, self._planning, self._line, self._config = desk, planning, line, config
        self._refused = ""
        self.join = JoinForm(session.meetings, planning.now_s, can_call=planning.possible)
        self.addWidget(self.join)
        for signal, call in (
            (self.join.date.picked, self.picked),
            (self.join.call.clicked, self.start_new),
            (self.join.date.handed, self._hand),
            (self.join.date.edited, self._edit),
            (self.join.date.called_off, self._call_off),
            (self.join.date.forgotten, self._forget),
            (self.join.date.told_off, self._tell_off),
            (self.join.dropped, self._drop_unreadable),
            (self.join.date.answered, self._answer),
            (self.join.date.compared, self._compare),
            (self.join.date.people_asked, self._read_people),
        ):
            signal.connect(call)
        QShortcut(QKeySequence("Ctrl+N"), self.join).activated.connect(self.start_new)
        desk.bridge.watch(self, planning.changed, self._show_meetings)
        desk.bridge.watch(self, line.changed, self._show_line)
        if planning.convening is not None:
            desk.bridge.watch(self, planning.convening.moved, lambda _: self._read_again())
        self._read_shown()
        desk.bridge.start(self, planning.unreadable(), self.join.tell_unreadable, self._no_count)

    @cached_property
    def planner(self) -> Planner:
        """The form of a meeting, and what is handed out: made when it is first needed."""
        made = Planner(self._desk, self._planning, self._config)
        self.addWidget(made)
        for signal, call in (
            (made.handout.guests.compared, self._compare),
            (made.closed, self._back),
            (made.picked, self._open),
            (made.turned, self.turned),
        ):
            signal.connect(call)
        QShortcut(QKeySequence("Escape"), made).activated.connect(made.leave)
        made.form.show_line(down=self._line.state.down)
        return made

    @property
    def _planning_now(self) -> bool:
        return self.currentWidget() is not self.join

    def title(self) -> Words:
        """Return what the top bar says beside the section's name."""
        return self.planner.title() if self._planning_now else ""

    def show_view(self, view: View) -> None:
        """Show what is wrong with the desk or the link; a refused link is said where it was pasted."""
        self.join.show_view(view)
        if view.refused and view.refused != self._refused:
            self._back()
        self._refused = view.refused

    def focus_first(self) -> None:
        """Put the cursor where typing begins."""
        shown = self.planner.form if self._planning_now else self.join
        shown.focus_first()

    def show_date(self, tag: bytes, starts_s: int) -> None:
        """Choose a date of the agenda; a form that somebody is filling in stays in front."""
        self.join.choose(tag, starts_s)

    def start_new(self) -> None:
        """Show the form of a new meeting."""
        if self._planning.possible:
            self._show_planner()
            self.planner.start_new()

    def _hand(self, meeting: Meeting) -> None:
        self._show_planner()
        self.planner.hand(meeting)

    def _edit(self, meeting: Meeting) -> None:
        self._show_planner()
        self.planner.edit(meeting)

    def _call_off(self, one: Occurrence) -> None:
        work = self._planning.call_off(one.meeting, one.number)
        self._desk.bridge.start(self, work, self._hand_over, self._not_called_off)

    def _not_called_off(self, error: Exception) -> None:
        self.join.date.refuse(error if isinstance(error, PlanRefused) else PlanRefused("vault"))

    def _forget(self, meeting: Meeting) -> None:
        self._desk.bridge.start(
            self, self._planning.forget(meeting), partial(self._forgot, meeting), self._not_dropped
        )

    def _forgot(self, meeting: Meeting, _done: None) -> None:
        self._desk.tell(say("agenda.forgotten", title=meeting.title), partial(self._keep, meeting))

    def _keep(self, meeting: Meeting) -> None:
        self._desk.bridge.start(self, self._planning.keep(meeting), lambda _: None, self._not_dropped)

    def _drop_unreadable(self) -> None:
        work = self._planning.drop_unreadable()
        self._desk.bridge.start(self, work, self.join.tell_unreadable, self._not_dropped)

    def _not_dropped(self, error: Exception) -> None:
        """Leave the offer where it is; say why the vault did not write."""
        refused = error if isinstance(error, PlanRefused) else PlanRefused("vault")
        self._desk.tell(say(f"plan.refused.{refused.code}.title"))

    def _no_count(self, _error: Exception) -> None:
        """Say nothing: a vault that does not answer is told by whoever asks it for the meetings."""

    # --- who was called, and by whom ----------------------------------------------------------------------

    def _read_again(self) -> None:
        if self._planning_now and self.isVisible():
            self.planner.read_guests()
        elif self.join.isVisible():
            self._read_shown()

    def _read_shown(self) -> None:
        line = self.join.date.line
        if line is not None and line.occurrence is not None:
            self._read_people(line.occurrence.meeting)

    def _read_people(self, meeting: Meeting) -> None:
        convening = self._planning.convening
        if convening is None or not meeting.uid:
            return
        if meeting.own:
            shown = partial(self.join.date.show_guests, meeting.uid)
            self._desk.bridge.start(self, convening.guests(meeting), shown, self._no_count)
        else:
            shown = partial(self._show_caller, meeting)
            self._desk.bridge.start(self, self._planning.names(), shown, self._no_count)

    def _show_caller(self, meeting: Meeting, names: dict[bytes, tuple[str, str]]) -> None:
        self.join.date.show_caller(meeting.uid, *names.get(meeting.organiser, ("", "")))

    def _answer(self, meeting: Meeting, coming: Coming) -> None:
        if self._planning.convening is not None:
            work = self._planning.convening.answer(meeting, coming)
            self._desk.bridge.start(self, work, partial(self._answered, coming), self._not_dropped)

    def _answered(self, coming: Coming, _done: None) -> None:
        self._desk.tell(say(f"calling.told.{int(coming)}"))
        self.join.agenda.setFocus(Qt.FocusReason.OtherFocusReason)

    def _compare(self, user: bytes) -> None:
        self._desk.open(OpenPerson(user))

    def _show_line(self, state: State) -> None:
        if "planner" in self.__dict__:
            self.planner.form.show_line(down=state.down)

    def _tell_off(self, one: Occurrence) -> None:
        self._hand_over(self._planning.invited(one.meeting, cancelled=True, only=one.number))

    def _hand_over(self, invited: Invited) -> None:
        self._show_planner()
        self.planner.show_invited(invited)

    def _show_planner(self) -> None:
        self.setCurrentWidget(self.planner)

    def _back(self) -> None:
        self.setCurrentWidget(self.join)
        self._read_shown()
        self.join.focus_first()
        self.turned.emit()

    def _open(self, meeting: Meeting) -> None:
        self._back()
        self.picked.emit(meeting)

    def _show_meetings(self, meetings: tuple[Meeting, ...]) -> None:
        self.join.show_meetings(meetings, self._planning.now_s)
