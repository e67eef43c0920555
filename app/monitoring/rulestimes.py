"""Editors of a version's times: delays by grade, working hours and closed days, how long is waited."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QWidget

from app.i18n import tr
from app.monitoring import ruling
from app.monitoring.rulesfields import CLOCK, Part, Pick, Short, Span, beside
from app.ui.buttons import Switch
from app.ui.form import FormRow
from app.ui.grades import GradeLabel
from app.ui.panes import Field
from app.ui.text import Label
from app.ui.words import say
from media.mail.policy import GRADES, Delay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PyQt6.QtWidgets import QHBoxLayout

    from media.mail.policy import Policy

_OPEN = (480, 1080)
"""What a day that was closed opens with."""
_IN_HOURS = frozenset(("interval", "silence"))
"""What a version holds in hours, not in minutes."""


class Delays(Part):
    """One row a grade, the gravest first."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[int, tuple[Span, Pick]] = {}

    def steps(self, policy: Policy) -> Iterator[None]:
        """Make the rows one by one."""
        for grade in reversed(range(GRADES)):
            self.column.addLayout(self._row(grade))
            yield
        self.show_policy(policy)

    def _row(self, grade: int) -> QHBoxLayout:
        span = Span(say("rules.delay.count", n=grade), say("rules.delay.unit", n=grade))
        clock = Pick(say("rules.delay.clock", n=grade), 190)
        span.changed.connect(self.changed)
        clock.activated.connect(self.changed)
        self.rows[grade] = span, clock
        return beside(GradeLabel(grade), Label(say("rules.grade", n=grade), "body_strong"), span, clock)

    def show_policy(self, policy: Policy) -> None:
        """Show the delays."""
        for grade, (span, clock) in self.rows.items():
            delay = policy.delays[grade]
            span.show_minutes(delay.minutes)
            kinds = [(one, say(f"rules.by.{one}")) for one in ("clock", "work")]
            clock.offer(kinds, "work" if delay.working else "clock")

    def put(self, policy: Policy) -> Policy:
        """Return *policy* with these delays."""
        made = []
        for grade in range(GRADES):
            span, clock = self.rows[grade]
            minutes = policy.delays[grade].minutes if span.minutes is None else span.minutes
            made.append(Delay(minutes, clock.value == "work"))
        return replace(policy, delays=tuple(made))

    def wrong(self) -> bool:
        """Tell whether a number cannot be read."""
        return any(span.minutes is None for span, _ in self.rows.values())


class Day(QWidget):
    """One day of the week: open or not, from when to when."""

    changed = pyqtSignal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.open = Switch(say("rules.day.open", day=name))
        self.first, self.last = (
            Short(say("rules.day.from", day=name), CLOCK),
            Short(say("rules.day.to", day=name), CLOCK),
        )
        row = beside(self.open, self.first, Label("–", "body"), self.last)
        row.setContentsMargins(0, 0, 0, 0)
        self.setLayout(row)
        self.open.clicked.connect(self._turned)
        for field in (self.first, self.last):
            field.setMaxLength(5)
            field.textEdited.connect(self._edited)

    def show_hours(self, first: int, last: int) -> None:
        """Show the hours; equal ones are a closed day."""
        open_ = last > first
        self.open.setChecked(open_)
        for field, minutes in ((self.first, first), (self.last, last)):
            field.setText(ruling.clock(minutes) if open_ else "")
            field.setEnabled(open_)
            field.set_wrong(False)

    @property
    def hours(self) -> tuple[int, int] | None:
        """What stands here, (0, 0) for a closed day, None where it cannot be read."""
        if not self.open.isChecked():
            return 0, 0
        first, last = ruling.minutes_of(self.first.text()), ruling.minutes_of(self.last.text())
        return (first, last) if first is not None and last is not None and first < last else None

    def _turned(self) -> None:
        self.show_hours(*(_OPEN if self.open.isChecked() else (0, 0)))
        self.changed.emit()

    def _edited(self, _text: str) -> None:
        for field in (self.first, self.last):
            wrong = self.hours is None
            field.set_wrong(wrong)
            field.setAccessibleDescription(str(say("rules.time.wrong")) if wrong else "")
        self.changed.emit()


class Hours(Part):
    """The week, the holidays, other closed days, the zone."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        self.days: list[Day] = []
        self._grid = grid
        grid.setColumnStretch(1, 1)
        self.column.addLayout(grid)
        self.holidays = Switch(say("rules.holidays.close"))
        self.holidays.clicked.connect(self.changed)
        self.column.addLayout(beside(self.holidays, Label(say("rules.holidays.close"), "body")))
        self.closed = FormRow(
            say("rules.closed"),
            Field(say("rules.closed"), say("rules.closed.hint")),
            say("rules.closed.wrong"),
        )
        self.zone = FormRow(say("rules.zone"), Field(say("rules.zone")))
        for row in (self.closed, self.zone):
            row.field.textEdited.connect(self._edited)
            self.column.addWidget(row)

    def steps(self, policy: Policy) -> Iterator[None]:
        """Make the days one by one."""
        for at, name in enumerate(tr("date.weekdays.long").split("|")):
            day = Day(name)
            day.changed.connect(self.changed)
            self._grid.addWidget(Label(name.capitalize(), "body"), at, 0)
            self._grid.addWidget(day, at, 1)
            self.days.append(day)
            yield
        self.show_policy(policy)

    def show_policy(self, policy: Policy) -> None:
        """Show the hours."""
        for day, hours in zip(self.days, policy.week, strict=True):
            day.show_hours(*hours)
        self.holidays.setChecked(policy.holidays)
        self.closed.field.setText(", ".join(_written(one) for one in policy.closed))
        self.zone.field.setText(policy.zone)
        self._judge()

    def put(self, policy: Policy) -> Policy:
        """Return *policy* with these hours."""
        told = (day.hours for day in self.days)
        week = tuple(one or was for one, was in zip(told, policy.week, strict=True))
        days = ruling.days_of(self.closed.field.text())
        zone = self.zone.field.text().strip()
        return replace(
            policy,
            week=week,
            holidays=self.holidays.isChecked(),
            closed=policy.closed if days is None else days,
            zone=zone if _is_zone(zone) else policy.zone,
        )

    def wrong(self) -> bool:
        """Tell whether a time, a day or the zone cannot be read."""
        return (
            any(day.hours is None for day in self.days)
            or ruling.days_of(self.closed.field.text()) is None
            or not _is_zone(self.zone.field.text().strip())
        )

    def _judge(self) -> None:
        closed = ruling.days_of(self.closed.field.text()) is None
        self.closed.say_wrong(say("rules.closed.wrong") if closed else "")
        self.zone.say_wrong("" if _is_zone(self.zone.field.text().strip()) else say("rules.zone.wrong"))

    def _edited(self, _text: str) -> None:
        self._judge()
        self.changed.emit()


class Timing(Part):
    """How long is waited: for the next of an escalation, for the next answer, for one that is due, for a platform."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        self.spans: dict[str, Span] = {}
        for at, name in enumerate(("pass_on", "interval", "silence", "late")):
            words = say(f"rules.{name}")
            units = ("hours", "days") if name in _IN_HOURS else ("minutes", "hours", "days")
            self.spans[name] = Span(words, words, units)
            self.spans[name].changed.connect(self.changed)
            grid.addWidget(Label(words, "body", wrap=True), at, 0)
            grid.addWidget(self.spans[name], at, 1)
        grid.setColumnStretch(0, 1)
        self.column.addLayout(grid)

    def show_policy(self, policy: Policy) -> None:
        """Show the lengths."""
        for name, minutes in (
            ("pass_on", policy.pass_on),
            ("interval", policy.interval * ruling.HOUR),
            ("silence", policy.silence * ruling.HOUR),
            ("late", policy.late),
        ):
            self.spans[name].show_minutes(minutes)

    def put(self, policy: Policy) -> Policy:
        """Return *policy* with these lengths."""
        told = {name: span.minutes for name, span in self.spans.items()}
        pass_on, interval, silence, late = (told[one] for one in ("pass_on", "interval", "silence", "late"))
        return replace(
            policy,
            pass_on=policy.pass_on if pass_on is None else pass_on,
            interval=policy.interval if interval is None else interval // ruling.HOUR,
            silence=policy.silence if silence is None else silence // ruling.HOUR,
            late=policy.late if late is None else late,
        )

    def wrong(self) -> bool:
        """Tell whether a number cannot be read."""
        return any(span.minutes is None for span in self.spans.values())


def _written(day: int) -> str:
    """`24/12/2026`, as the field is read again, in both languages."""
    return f"{day % 100:02d}/{day // 100 % 100:02d}/{day // 10_000:04d}"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return False
    return bool(name)
