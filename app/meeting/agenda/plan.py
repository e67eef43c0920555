"""Calling a meeting: the form, then what is handed to the invited people. What was typed stays until the meeting stands."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QStackedWidget, QWidget

from app.meeting.agenda.draft import PlanRefused
from app.meeting.agenda.form import PlanForm
from app.meeting.agenda.handout import Handout
from app.ui.buttons import Button
from app.ui.words import Words, say

if TYPE_CHECKING:
    from app.config import Config
    from app.feature import Desk
    from app.meeting.agenda.planning import Invited, Planning
    from storage.meetings import Meeting


class Planner(QStackedWidget):
    """Form and handout in turn. `closed` goes back to the list, `picked` carries a meeting to open."""

    closed = pyqtSignal()
    picked = pyqtSignal(object)
    turned = pyqtSignal()

    def __init__(self, desk: Desk, planning: Planning, config: Config) -> None:
        super().__init__()
        self._desk, self._planning = desk, planning
        self._meeting: Meeting | None = None
        self._handed: Meeting | None = None
        self._begun = False
        self.form, self.handout = PlanForm(desk, config), Handout(desk, planning)
        self.addWidget(self.form)
        self.addWidget(self.handout)
        self.form.asked.connect(self._call)
        self.form.dropped.connect(self._ask_drop)
        self.form.left.connect(self.closed)
        self.handout.left.connect(self.closed)
        self.handout.picked.connect(self.picked)

    def title(self) -> Words:
        """Return what the top bar says beside the section's name."""
        if self.currentWidget() is self.handout:
            return say("handout.head")
        return say("plan.new" if self._meeting is None else "plan.edit")

    def start_new(self) -> None:
        """Show the form of a new meeting, as it was left when one was begun."""
        if not self._begun or self._meeting is not None:
            self._meeting, self._begun = None, True
            self.form.show_new()
        self._show_form()

    def edit(self, meeting: Meeting) -> None:
        """Show the form of a meeting that was called here."""
        self._meeting, self._begun = meeting, False
        self.form.show_meeting(meeting, self._planning.own)
        self._show_form()

    def hand(self, meeting: Meeting) -> None:
        """Show a meeting's invitation again."""
        self._hand(self._planning.invited(meeting))

    def show_invited(self, invited: Invited) -> None:
        """Show what tells the others of a change."""
        self._hand(invited)

    def leave(self) -> None:
        """Go back, unless an order is running."""
        if self.form.back.isEnabled():
            self.closed.emit()

    def _show_form(self) -> None:
        self._turn(self.form)
        self.form.focus_first()
        self._desk.bridge.start(self, self._planning.colleagues(), self.form.offer, self._failed)
        convening, meeting = self._planning.convening, self._meeting
        if convening is not None and meeting is not None:
            ticked = partial(self._show_invited, meeting)
            self._desk.bridge.start(self, convening.others(meeting), ticked, self._failed)

    def _show_invited(self, meeting: Meeting, users: tuple[bytes, ...]) -> None:
        if self._meeting is meeting:
            self.form.show_invited(users)

    def read_guests(self) -> None:
        """Show how far the invitations of the meeting that is handed out came."""
        convening = self._planning.convening
        if convening is not None and self._handed is not None:
            shown = partial(self.handout.show_guests, self._handed.uid)
            self._desk.bridge.start(self, convening.guests(self._handed), shown, self._no_guests)

    def _no_guests(self, _error: Exception) -> None:
        """Say nothing: link and file stand there all the same."""

    def _turn(self, widget: QWidget) -> None:
        self.setCurrentWidget(widget)
        self.turned.emit()

    def _call(self) -> None:
        if not self.form.go.isEnabled():
            return
        try:
            draft = self.form.draft()
        except PlanRefused as refused:
            self.form.tell(refused)
            return
        self.form.tell(None)
        self.form.busy(True)
        work = self._planning.call(draft, self._meeting)
        self._desk.bridge.start(self, work, self._done, self._failed)

    def _ask_drop(self) -> None:
        if self._meeting is None:
            return
        yes, no = Button(say("plan.drop.yes"), "danger", "s"), Button(say("plan.drop.keep"), "secondary", "s")
        yes.clicked.connect(self._drop)
        no.clicked.connect(self._keep)
        self.form.ask_drop(self._meeting.title, yes, no)

    def _keep(self) -> None:
        self.form.tell(None)
        self.form.drop.setFocus(Qt.FocusReason.TabFocusReason)

    def _drop(self) -> None:
        if self._meeting is not None and self.form.go.isEnabled():
            self.form.busy(True)
            work = self._planning.cancel(self._meeting)
            self._desk.bridge.start(self, work, self._done, self._failed)

    def _done(self, invited: Invited) -> None:
        self._begun = False
        self.form.busy(False)
        self.form.tell(None)
        self._hand(invited)

    def _hand(self, invited: Invited) -> None:
        self._handed = invited.meeting if not invited.cancelled else None
        self.handout.show_invited(invited)
        self.read_guests()
        self._turn(self.handout)
        self.handout.focus_first()

    def _failed(self, error: Exception) -> None:
        self.form.busy(False)
        self.form.tell(error if isinstance(error, PlanRefused) else PlanRefused("vault"))
