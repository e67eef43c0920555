"""How a patient is followed at home, shown beside something else: symptoms over twelve weeks, the last answer, the alerts that are open.

view = FollowedView(bridge, changed)        # *changed* fires when something else may be known
view.show_of(read, site, now_ms)            # *read* asks for what is known of one patient
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, TypeAlias

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import fmt_number, isolated, tr
from app.times import lasted
from app.ui.buttons import Button
from app.ui.flow import Flow
from app.ui.marks import Chip
from app.ui.rows import HEIGHT, Row, RowList
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.trends import TrendChart
from app.ui.weekly import Symptoms, label_of, symptoms
from app.ui.words import say, says
from storage.monitoring.records import Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from PyQt6.QtGui import QShowEvent

    from app.bridge import Bridge
    from app.interop.mapping import Mapping
    from app.times import Site
    from app.ui.words import Words
    from media.events import Event
    from storage.monitoring.records import Course, Past

    Known: TypeAlias = tuple[Course, Mapping] | None
    """What is known of a patient and what codes are called; None of one who was never followed."""
    Reader: TypeAlias = Callable[[], Coroutine[Any, Any, Known]]

NAMED = 3
_TONES = {"ACTIVE": "ok", "PAUSED": "warn"}
_PHASES = {
    Phase.NEW: ("clock", "warn"),
    Phase.TAKEN: ("user", "info"),
    Phase.ESCALATED: ("arrow-right", "info"),
    Phase.CLOSING: ("users", "info"),
    Phase.CLOSED: ("check", "ok"),
}
"""Icon and tone of each; the words are `person.monitored.phase.<value>`."""
log = logging.getLogger(__name__)


class FollowedView(QWidget):
    """Shows nothing of who was never followed. `opened`: an alert is to be seen; `more`: all that is known."""

    opened = pyqtSignal(bytes)
    more = pyqtSignal()

    def __init__(self, bridge: Bridge, changed: Event[Any]) -> None:
        super().__init__()
        self._bridge = bridge
        self._read: Reader | None = None
        self._site: Site | None = None
        self._now_ms, self._asked, self._stale = 0, 0, False
        self._state, self.chart = Chip("", "activity-heartbeat", "plain"), TrendChart()
        self._ungraded = Label(say("weekly.none"), "small", "text_2", wrap=True)
        self._last = Label("", "caption", "text_2", wrap=True)
        self.alerts: RowList[Row] = RowList(say("reach.open"))
        self.alerts.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.alerts.opened.connect(lambda key: self.opened.emit(bytes.fromhex(key)))
        self._no_alerts = Label(say("reach.none_open"), "small", "text_2", wrap=True)
        self.body, self.trouble = self._make_body(), self._make_trouble()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.body, self.trouble):
            column.addWidget(part)
            part.hide()
        bridge.watch(self, changed, lambda _news: self._renew())

    def _make_body(self) -> QWidget:
        body, frame = QWidget(), QFrame()
        frame.setProperty("card", "plain")
        self.all = Button(say("reach.all"), "ghost", "s")
        self.all.speak(say("reach.all.spoken"))
        self.all.clicked.connect(self.more)
        head = Flow(12, 6, tail=True)
        head.fill((Label(say("reach.title"), "heading"), self._state))
        inner = QVBoxLayout(frame)
        inner.setContentsMargins(12, 10, 8, 6)
        inner.setSpacing(6)
        for part in (self.chart, self._ungraded, self._last, self.alerts, self._no_alerts):
            inner.addWidget(part)
        inner.addWidget(self.all, 0, Qt.AlignmentFlag.AlignRight)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 12)
        column.setSpacing(8)
        column.addWidget(head)
        column.addWidget(frame)
        return body

    def _make_trouble(self) -> QWidget:
        trouble = QWidget()
        self.again = Button(say("person.monitored.again"), size="s", icon="refresh")
        self.again.clicked.connect(self._ask)
        row = QHBoxLayout(trouble)
        row.setContentsMargins(0, 0, 0, 12)
        row.addWidget(Label(say("person.monitored.failed"), "small", "danger", wrap=True), 1)
        row.addWidget(self.again)
        return trouble

    # --- what is shown ------------------------------------------------------------------------------------

    def show_of(self, read: Reader, site: Site, now_ms: int) -> None:
        """Show what *read* knows; what stands there stays until the answer comes, whoever shows another patient clears first."""
        self._read, self._site, self._now_ms = read, site, now_ms
        self._ask()

    def clear(self) -> None:
        """Let go of all of it; what was asked before is not waited for."""
        self._read, self._stale = None, False
        self._asked += 1
        self._last.say("")
        self.chart.show_symptoms(Symptoms())
        self.alerts.show_lines(())
        self.body.hide()
        self.trouble.hide()

    def _renew(self) -> None:
        """Read anew at once where somebody looks, else when somebody does."""
        self._stale = True
        if self.isVisible():
            self._ask()

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Read what changed while nobody looked."""
        super().showEvent(event)
        if self._stale:
            self._ask()

    def _ask(self) -> None:
        if self._read is None:
            return
        self._stale = False
        self._asked += 1
        asked = self._asked
        self._bridge.start(
            self,
            self._read(),
            lambda known: self._show(asked, known),
            lambda error: self._failed(asked, error),
        )

    def _show(self, asked: int, known: Known) -> None:
        if asked != self._asked or self._site is None:
            return
        self.trouble.hide()
        if known is not None:
            self._fill(*known, self._site)
        self.body.setVisible(known is not None)

    def _fill(self, course: Course, table: Mapping, site: Site) -> None:
        shown = symptoms(table, course.weeks, course.labels, {}, current=False)
        graded = any(one.told for one in shown.rows)
        self.chart.show_symptoms(shown if graded else Symptoms())
        self.chart.setVisible(graded)
        self._ungraded.setVisible(not graded)
        self._state.show_state(*_head(course))
        self._last.say(last(course, site, self._now_ms))
        rows = [
            alert_row(one, table, site, self._now_ms, named=1)
            for one in course.past
            if one.phase is not Phase.CLOSED
        ]
        self.alerts.show_lines(rows)
        self.alerts.setFixedHeight(max(0, len(rows) * theme().scaled(HEIGHT) - 1))
        self.alerts.setVisible(bool(rows))
        self._no_alerts.setVisible(not rows)

    def _failed(self, asked: int, error: Exception) -> None:
        if asked == self._asked:
            log.warning("how a patient is followed could not be read: %s", type(error).__name__)
            self.body.hide()
            self.trouble.show()


def state(course: Course) -> tuple[Words, str, str]:
    """Return whether somebody is followed now, as a chip: words, icon, tone."""
    told = course.newest.state
    words = say(f"person.monitored.state.{told}" if told else "person.monitored.state")
    return words, "activity-heartbeat", _TONES.get(told, "plain")


def _head(course: Course) -> tuple[Words, str, str]:
    """Return how often was answered of who is followed, else that nobody is asked any more or for now."""
    if course.newest.state in {"PAUSED", "ENDED"}:
        return state(course)
    count = sum(one.asked for one in course.weeks)
    return says("reach.answered", count, of=len(course.weeks)), "", "ok" if count else "plain"


def last(course: Course, site: Site, now_ms: int) -> str:
    """Return when the last answer came, since when or until when the next is awaited, the weight."""
    newest = course.newest
    told = [
        tr("person.monitored.last", at=site.moment(newest.answered_ms), platform=isolated(newest.platform))
    ]
    if newest.next_ms and newest.state != "ENDED":
        key = "person.monitored.next" if newest.next_ms > now_ms else "reach.awaited"
        told.append(tr(key, day=site.day(newest.next_ms)))
    if course.weight is not None:
        told.append(tr("person.monitored.weight", kg=fmt_number(course.weight.kg, 1)))
    return " · ".join(told)


def alert_row(one: Past, table: Mapping, site: Site, now_ms: int, named: int = NAMED) -> Row:
    """Return one alert: its grade, the worst symptoms (*named* in the first line), how it stands and why it was closed."""
    graded = [f"{label_of(table, each.code, each.label)} G{each.grade}" for each in one.symptoms[:NAMED]]
    worst, others = ", ".join(graded[:named]), ", ".join(graded[named:])
    closed = one.phase is Phase.CLOSED
    took = tr("person.monitored.closed_in", took=lasted(one.since_ms - one.received_ms)) if closed else ""
    how = " · ".join(
        part
        for part in (others, took, isolated(one.reason), isolated(one.said), one.rule)
        if part.strip("\u2068\u2069")
    )
    icon, tone = _PHASES[one.phase]
    return Row(
        one.alert.hex(),
        worst or tr("person.monitored.no_symptom"),
        detail=how,
        aside=site.short_day(one.answered_ms, now_ms),
        icon="activity-heartbeat",
        grade=one.grade if one.grade >= 0 else None,
        mark=(tr(f"person.monitored.phase.{one.phase.value}"), icon, tone),
    )
