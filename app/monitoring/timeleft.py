"""The head of the panel: how much of the delay is left, whose delay it is, since when it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.monitoring import durations
from app.monitoring.ports import Cause
from app.monitoring.told import moment
from app.times import Site
from app.ui import paint
from app.ui.grades import Ring
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import Words, say
from storage.monitoring.records import NO_GRADE, SEVERE, Phase

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent

    from app.monitoring.ports import Sheet

RING = 44


class TimeLeft(QWidget):
    """The ring and two lines. Of an alert that is closed: whether it was in time."""

    def __init__(self) -> None:
        super().__init__()
        self._sheet: Sheet | None = None
        self._tone = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 11, 16, 11)
        row.setSpacing(12)
        self.ring = Ring(1.0, RING)
        row.addWidget(self.ring)
        words = QVBoxLayout()
        words.setSpacing(1)
        self.title, self.detail = Label("", "card", wrap=True), Label("", "small", "text_2", wrap=True)
        words.addWidget(self.title)
        words.addWidget(self.detail)
        row.addLayout(words, 1)

    def show_sheet(self, sheet: Sheet, now_ms: int) -> None:
        """Show how an alert stands against its delay at a moment."""
        self._sheet = sheet
        self.tick(now_ms)

    def tick(self, now_ms: int) -> None:
        """Let the time run on; what is closed stays as it was."""
        sheet = self._sheet
        if sheet is None:
            return
        closed = sheet.life.phase is Phase.CLOSED
        moment_ms = sheet.life.since_ms if closed else now_ms
        title, detail = _closed(sheet) if closed else _running(sheet, now_ms)
        self.title.say(title)
        self.detail.say(detail)
        self.setAccessibleName(f"{title}, {detail}")
        due = sheet.item.due
        self.ring.show_left(due.left_ms(moment_ms) / max(due.total_ms, 1) if due.due_ms else 1.0)
        self.ring.setVisible(not closed)
        over = due.over(moment_ms)
        tone = "danger" if over or (_pressing(sheet) >= SEVERE and not closed) else "ok" if closed else ""
        if tone != self._tone:
            self._tone = tone
            self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the ground: soft red where it presses or is late, soft green where it was closed in time."""
        color = theme().color
        paint.painter_for(self).fillRect(
            QRectF(self.rect()), color(f"{self._tone}_soft" if self._tone else "sunken")
        )


def _running(sheet: Sheet, now_ms: int) -> tuple[Words, Words]:
    due, grade = sheet.item.due, _pressing(sheet)
    at = moment(Site(sheet.ruled.hours.zone), sheet.item.received_ms, now_ms)
    delay = durations.delay(due.total_ms // durations.MINUTE_MS, working=due.hours is not None)
    key = "silence" if sheet.item.cause is Cause.SILENCE else "none" if _unsaid(sheet, grade) else ""
    detail = say(f"alertacts.delay.{key}" if key else "alertacts.delay", grade=grade, delay=delay, at=at)
    if not due.due_ms:
        return say("alertacts.no_deadline"), detail
    left_ms = due.left_ms(now_ms)
    span = durations.span(abs(left_ms), working=due.hours is not None)
    return say("alertacts.over" if due.over(now_ms) else "alertacts.left", time=span), detail


def _pressing(sheet: Sheet) -> int:
    """Return the grade by which the delay runs: the highest of the one told and the one confirmed."""
    told = sheet.questionnaire.grade if sheet.questionnaire is not None else NO_GRADE
    return max(sheet.item.pressing, told)


def _unsaid(sheet: Sheet, grade: int) -> bool:
    """Tell whether the delay is that of no *grade*: none was told, or it came as what no grade speaks for."""
    told = sheet.questionnaire
    came = told is not None and told.ungraded and told.grade < SEVERE and not told.cancelled
    return grade == NO_GRADE or (came and grade <= SEVERE)


def _closed(sheet: Sheet) -> tuple[Words, Words]:
    due, at_ms = sheet.item.due, sheet.life.since_ms
    site = Site(sheet.ruled.hours.zone)
    title = say("alertacts.closed", at=moment(site, at_ms, sheet.item.received_ms))
    if not due.due_ms:
        return title, say("alertacts.closed.no_deadline")
    span = durations.span(abs(due.left_ms(at_ms)), working=due.hours is not None)
    return title, say("alertacts.closed.late" if due.over(at_ms) else "alertacts.closed.in_time", time=span)
