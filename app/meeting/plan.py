"""Calling a meeting: the form, then what is handed to the invited people. What was typed stays until the meeting stands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.config import ADMIT_CERTIFIED
from app.i18n import fmt_day, fmt_duration, fmt_time
from app.meeting.handout import Handout, refusal
from app.meeting.hosts import HostChoice
from app.meeting.planning import Draft, PlanRefused
from app.meeting.when import proposed, read_span, write_day
from app.ui.buttons import Button
from app.ui.panes import Banner, Field, Glyph, clear, ground, scrolled
from app.ui.text import Label
from app.ui.words import Words, say

if TYPE_CHECKING:
    from app.config import Config
    from app.feature import Desk
    from app.meeting.planning import Colleague, Invited, Planning
    from storage.meetings import Meeting

WIDTH = 640
_FIELDS = ("title", "day", "start", "end")


class PlanForm(QWidget):
    """Title, day, hours, hosts. `asked` wants the meeting, `dropped` wants it cancelled, `left` goes back."""

    asked = pyqtSignal()
    dropped = pyqtSignal()
    left = pyqtSignal()

    def __init__(self, desk: Desk, config: Config) -> None:
        super().__init__()
        self._desk, self._config = desk, config
        ground(self, "surface")
        self.fields = {
            name: Field(say(f"plan.{name}"), say(f"plan.{name}.hint") if name in {"title", "day"} else "")
            for name in _FIELDS
        }
        self.hosts = HostChoice()
        self._title, self._detail = Label("", "display"), Label("", "body", "text_2", wrap=True)
        self._when = Label("", "small", "text_2")
        self._entry = Label("", "small", "text_2", wrap=True)
        self._banner = QVBoxLayout()
        self.go = Button("", "primary", "l", "calendar-plus", ("↵",))
        self.drop = Button(say("plan.drop"), "ghost", "l", "ban")
        self.back = Button(say("plan.back"), "ghost", "l", "arrow-left")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        content = QWidget()
        outer = QHBoxLayout(content)
        inner = QWidget()
        inner.setFixedWidth(WIDTH)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 36, 0, 20)
        column.setSpacing(6)
        column.addWidget(self._title)
        column.addWidget(self._detail)
        column.addSpacing(12)
        self._add_field(column, "title")
        column.addSpacing(8)
        column.addLayout(self._times())
        column.addWidget(self._when)
        column.addSpacing(10)
        column.addWidget(Label(say("plan.hosts"), "caption", "text_2"))
        column.addWidget(self.hosts)
        column.addSpacing(8)
        column.addLayout(self._told())
        column.addStretch(1)
        column.addLayout(self._banner)
        column.addSpacing(8)
        column.addLayout(self._buttons())
        outer.addStretch(1)
        outer.addWidget(inner)
        outer.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(content))

    def _add_field(self, column: QVBoxLayout, name: str) -> None:
        label = Label(say(f"plan.{name}"), "caption", "text_2")
        label.setBuddy(self.fields[name])
        column.addWidget(label)
        self.fields[name].setProperty("span", "l")
        column.addWidget(self.fields[name])

    def _times(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        for name, share in (("day", 2), ("start", 1), ("end", 1)):
            column = QVBoxLayout()
            column.setSpacing(6)
            self._add_field(column, name)
            row.addLayout(column, share)
        return row

    def _told(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(Glyph("info-circle", "text_2", 18), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._entry, 1)
        return row

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.back)
        row.addStretch(1)
        row.addWidget(self.drop)
        row.addWidget(self.go)
        return row

    def _connect(self) -> None:
        for field in self.fields.values():
            field.returnPressed.connect(self.asked)
        for name in ("day", "start", "end"):
            self.fields[name].textChanged.connect(self._read)
        self.go.clicked.connect(self.asked)
        self.back.clicked.connect(self.left)
        self.drop.clicked.connect(self.dropped)

    # --- what is shown ------------------------------------------------------------------------------------

    def show_new(self) -> None:
        """Show an empty form with the next usual time."""
        start, end = proposed(self._now())
        self._fill("", start, end)
        self.hosts.choose(())
        self._head(editing=False)

    def show_meeting(self, meeting: Meeting, own: bytes) -> None:
        """Show a meeting to be moved, renamed or cancelled; *own* is the user id of who works here."""
        times = (datetime.fromtimestamp(at, UTC).astimezone() for at in (meeting.starts_s, meeting.ends_s))
        self._fill(meeting.title, *times)
        self.hosts.choose([user for user in meeting.hosts if user != own])
        self._head(editing=True)

    def offer(self, colleagues: tuple[Colleague, ...]) -> None:
        """Show who may host."""
        self.hosts.offer(colleagues)

    def _fill(self, title: str, start: datetime, end: datetime) -> None:
        texts = (title, write_day(start.date()), f"{start:%H:%M}", f"{end:%H:%M}")
        for name, text in zip(_FIELDS, texts, strict=True):
            self.fields[name].setText(text)
        self.tell(None)

    def _head(self, *, editing: bool) -> None:
        kind = "edit" if editing else "new"
        self._title.say(say(f"plan.{kind}"))
        self._detail.say(say(f"plan.{kind}.detail"))
        self.go.say(say(f"plan.{kind}.go"))
        self.drop.setVisible(editing)
        direct = self._config.get(ADMIT_CERTIFIED)
        self._entry.say(say("plan.entry.direct" if direct else "plan.entry.lobby"))

    def _read(self) -> None:
        """Say the day and the length that were understood."""
        try:
            start, end = self._span()
        except PlanRefused:
            self._when.say(say("plan.when.unread"))
            return
        at = datetime.fromtimestamp(start, UTC)
        if end <= start:
            self._when.say(say("plan.when.day", day=fmt_day(at), time=fmt_time(at)))
        else:
            length = fmt_duration(end - start)
            self._when.say(say("plan.when", day=fmt_day(at), time=fmt_time(at), length=length))

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._desk.now_ms() / 1000, UTC)

    def _span(self) -> tuple[int, int]:
        day, start, end = (self.fields[name].text() for name in _FIELDS[1:])
        return read_span(day, start, end, self._now())

    def draft(self) -> Draft:
        """Return what was typed; raises PlanRefused."""
        return Draft(self.fields["title"].text(), *self._span(), hosts=self.hosts.chosen)

    def tell(self, refused: PlanRefused | None) -> None:
        """Say why the meeting was not called, and mark the field; None clears that."""
        clear(self._banner)
        at = refused.at if refused is not None else ""
        for name, field in self.fields.items():
            field.set_wrong(name == at)
        if refused is not None:
            self._banner.addWidget(refusal(refused))
            if at in self.fields:
                self.fields[at].setFocus(Qt.FocusReason.OtherFocusReason)

    def ask_drop(self, title: str, yes: Button, no: Button) -> None:
        """Ask, in the form itself, whether the meeting is really cancelled."""
        clear(self._banner)
        words = say("plan.drop.sure", title=title)
        self._banner.addWidget(Banner("warn", words, say("plan.drop.detail"), actions=(no, yes)))
        no.setFocus(Qt.FocusReason.TabFocusReason)

    def busy(self, yes: bool) -> None:
        """Take no second order while one runs."""
        for widget in (self.go, self.drop, self.back, self.hosts):
            widget.setEnabled(not yes)
        for field in self.fields.values():
            field.setReadOnly(yes)

    def focus_first(self) -> None:
        """Put the cursor into the title."""
        self.fields["title"].setFocus(Qt.FocusReason.OtherFocusReason)


class Planner(QStackedWidget):
    """Form and handout in turn. `closed` goes back to the list, `picked` carries a meeting to open."""

    closed = pyqtSignal()
    picked = pyqtSignal(object)
    turned = pyqtSignal()

    def __init__(self, desk: Desk, planning: Planning, config: Config) -> None:
        super().__init__()
        self._desk, self._planning = desk, planning
        self._meeting: Meeting | None = None
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

    def leave(self) -> None:
        """Go back, unless an order is running."""
        if self.form.back.isEnabled():
            self.closed.emit()

    def _show_form(self) -> None:
        self._turn(self.form)
        self.form.focus_first()
        self._desk.bridge.start(self, self._planning.colleagues(), self.form.offer, self._failed)

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
        self.handout.show_invited(invited)
        self._turn(self.handout)
        self.handout.focus_first()

    def _failed(self, error: Exception) -> None:
        self.form.busy(False)
        self.form.tell(error if isinstance(error, PlanRefused) else PlanRefused("vault"))
