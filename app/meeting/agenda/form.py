"""The form of a meeting: what was understood is said below what was typed, what is wrong where it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.config import ADMIT_CERTIFIED
from app.i18n import fmt_day, fmt_duration, fmt_time
from app.meeting.agenda.bounds import Bounds, Rhythm
from app.meeting.agenda.column import captioned, column_in
from app.meeting.agenda.dates import dates
from app.meeting.agenda.draft import Draft, PlanRefused
from app.meeting.agenda.handout import refusal
from app.meeting.agenda.hosts import PeopleChoice
from app.meeting.agenda.when import proposed, read_span, write_day
from app.ui.buttons import Button
from app.ui.panes import Banner, Field, Glyph, clear
from app.ui.text import Label
from app.ui.words import say, says

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.config import Config
    from app.feature import Desk
    from app.meeting.agenda.planning import Colleague
    from storage.meetings import Meeting

FIELDS = ("title", "day", "start", "end")


class PlanForm(QWidget):
    """Title, day, hours, rhythm, bounds, hosts. `asked` wants the meeting, `dropped` wants it cancelled, `left` goes back."""

    asked = pyqtSignal()
    dropped = pyqtSignal()
    left = pyqtSignal()

    def __init__(self, desk: Desk, config: Config) -> None:
        super().__init__()
        self._desk, self._config = desk, config
        self.fields = {
            name: Field(say(f"plan.{name}"), say(f"plan.{name}.hint") if name in {"title", "day"} else "")
            for name in FIELDS
        }
        self.rhythm, self.bounds = Rhythm(), Bounds()
        self.fields |= {"until": self.rhythm.until, "most": self.bounds.most}
        self.hosts, self.invited = PeopleChoice(), PeopleChoice("invited")
        self._invited_known = True
        self._title, self._detail = Label("", "display"), Label("", "body", "text_2", wrap=True)
        self._when = Label("", "small", "text_2")
        self._entry = Label("", "small", "text_2", wrap=True)
        self._banner = QVBoxLayout()
        self._offline = Banner("warn", say("plan.offline"), say("plan.offline.detail"), icon="cloud-off")
        self.go = Button("", "primary", "l", "calendar-plus", ("↵",))
        self.drop = Button(say("plan.drop"), "ghost", "l", "ban")
        self.back = Button(say("plan.back"), "ghost", "l", "arrow-left")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        column, foot = column_in(self)
        column.addWidget(self._title)
        column.addWidget(self._detail)
        column.addWidget(self._offline)
        column.addSpacing(12)
        captioned(column, "plan.title", self.fields["title"])
        column.addSpacing(8)
        column.addLayout(self._times())
        column.addWidget(self.rhythm)
        column.addWidget(self._when)
        column.addSpacing(10)
        column.addWidget(Label(say("plan.hosts"), "caption", "text_2"))
        column.addWidget(self.hosts)
        column.addSpacing(8)
        column.addWidget(Label(say("plan.invited"), "caption", "text_2"))
        column.addWidget(self.invited)
        column.addSpacing(8)
        column.addWidget(self.bounds)
        column.addSpacing(4)
        column.addLayout(self._told())
        column.addStretch(1)
        foot.addLayout(self._banner)
        foot.addLayout(self._buttons())

    def _times(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        for name, share in (("day", 2), ("start", 1), ("end", 1)):
            column = QVBoxLayout()
            column.setSpacing(6)
            captioned(column, f"plan.{name}", self.fields[name])
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
        self.rhythm.changed.connect(self._read)
        self.bounds.changed.connect(self._tell_entry)
        self.go.clicked.connect(self.asked)
        self.back.clicked.connect(self.left)
        self.drop.clicked.connect(self.dropped)

    # --- what is shown ------------------------------------------------------------------------------------

    def show_new(self) -> None:
        """Show an empty form with the next usual time."""
        start, end = proposed(self._now())
        self._fill("", start, end)
        self.rhythm.show_rhythm(0, "")
        self.bounds.show_bounds(most=0, guests=True)
        self.hosts.choose(())
        self.show_invited(())
        self._head(editing=False)

    def show_meeting(self, meeting: Meeting, own: bytes) -> None:
        """Show a meeting to be moved, renamed or cancelled; *own* is the user id of who works here."""
        ahead = [one for one in dates(meeting) if not one.is_past(self._desk.now_ms() // 1000)]
        first = ahead[0] if ahead else dates(meeting)[-1]
        self._fill(
            meeting.title,
            *(datetime.fromtimestamp(at, UTC).astimezone() for at in (first.starts_s, first.ends_s)),
        )
        self.rhythm.show_rhythm(meeting.every, str(max(len(ahead), 2)) if meeting.every else "")
        self.bounds.show_bounds(most=meeting.most, guests=meeting.guests)
        self.hosts.choose([user for user in meeting.hosts if user != own])
        self.show_invited(None)
        self._head(editing=True)

    def offer(self, colleagues: tuple[Colleague, ...]) -> None:
        """Show who may host, and be told."""
        self.hosts.offer(colleagues)
        self.invited.offer(colleagues)

    def show_invited(self, users: Sequence[bytes] | None) -> None:
        """Tick who is told by message beside the hosts; None while that is not read: until then it stays as it was."""
        self._invited_known = users is not None
        self.invited.choose(users or ())
        self.invited.setEnabled(self._invited_known)

    def _fill(self, title: str, start: datetime, end: datetime) -> None:
        texts = (title, write_day(start.date()), f"{start:%H:%M}", f"{end:%H:%M}")
        for name, text in zip(FIELDS, texts, strict=True):
            self.fields[name].setText(text)
            self.fields[name].setCursorPosition(0)
        self.tell(None)

    def _head(self, *, editing: bool) -> None:
        kind = "edit" if editing else "new"
        self._title.say(say(f"plan.{kind}"))
        self._detail.say(say(f"plan.{kind}.detail"))
        self.go.say(say(f"plan.{kind}.go"))
        self.drop.setVisible(editing)
        self._tell_entry()

    def show_line(self, *, down: bool) -> None:
        """Say, while there is no way to the relay, what waits for it and what does not."""
        self._offline.setVisible(down)

    def _tell_entry(self) -> None:
        """Say who comes in without a click."""
        direct = "direct" if self._config.get(ADMIT_CERTIFIED) else "lobby"
        self._entry.say(say(f"plan.entry.{direct}" + ("" if self.bounds.guests.isChecked() else ".closed")))

    def _read(self) -> None:
        """Say the days and the length that were understood."""
        try:
            start, end = self._span()
            starts = self.rhythm.read(start, self._now())
        except PlanRefused as refused:
            self._when.say(say("plan.when.until" if refused.at == "until" else "plan.when.unread"))
            return
        at = datetime.fromtimestamp(start, UTC)
        if end <= start:
            self._when.say(say("plan.when.day", day=fmt_day(at), time=fmt_time(at)))
            return
        said = say("plan.when", day=fmt_day(at), time=fmt_time(at), length=fmt_duration(end - start))
        if starts:
            last = fmt_day(datetime.fromtimestamp(starts[-1], UTC))
            said = says("plan.when.series", len(starts), first=said, last=last)
        self._when.say(said)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._desk.now_ms() / 1000, UTC)

    def _span(self) -> tuple[int, int]:
        day, start, end = (self.fields[name].text() for name in FIELDS[1:])
        return read_span(day, start, end, self._now())

    def draft(self) -> Draft:
        """Return what was typed; raises PlanRefused."""
        start, end = self._span()
        return Draft(
            self.fields["title"].text(),
            start,
            end,
            hosts=self.hosts.chosen,
            invited=self.invited.chosen if self._invited_known else None,
            every=self.rhythm.every,
            starts=self.rhythm.read(start, self._now()),
            guests=self.bounds.guests.isChecked(),
            most=self.bounds.read(),
        )

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
        for widget in (self.go, self.drop, self.back, self.hosts, self.rhythm, self.bounds):
            widget.setEnabled(not yes)
        self.invited.setEnabled(not yes and self._invited_known)
        for field in self.fields.values():
            field.setReadOnly(yes)

    def focus_first(self) -> None:
        """Put the cursor into the title."""
        self.fields["title"].setFocus(Qt.FocusReason.OtherFocusReason)
