"""The tab of telemonitoring: how the patient is followed, symptoms week by week, the alerts and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.patients.person.asked import NONE, SHOWN, AskedPart
from app.patients.person.part import bar
from app.ui.followed import alert_row, last, state
from app.ui.marks import Chip
from app.ui.panes import EmptyState, clear, scrolled
from app.ui.rows import HEIGHT, Row, RowList
from app.ui.strips import StripFrame
from app.ui.symptoms import SymptomView
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.weekly import Symptoms, label_of, muted, symptoms
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from app.feature import Desk
    from app.interop.mapping import Mapping
    from app.patients.person.view import Record
    from app.patients.service import Patients
    from storage.monitoring.records import Course


class MonitoredPart(AskedPart):
    """Read-only: what is done about an alert is done in its own section, which `opened` asks for."""

    key = "person.monitored"
    opened = pyqtSignal(bytes)

    def __init__(self, desk: Desk, patients: Patients) -> None:
        super().__init__(desk, patients)
        self._state, self._last = (
            Chip("", "activity-heartbeat", "plain"),
            Label("", "small", "text_2", wrap=True),
        )
        self.symptoms, self._muted = SymptomView(), QVBoxLayout()
        self.alerts: RowList[Row] = RowList(say("person.monitored.alerts"))
        self.alerts.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.alerts.opened.connect(lambda key: self.opened.emit(bytes.fromhex(key)))
        self._no_alerts = Label(say("person.monitored.no_alerts"), "small", "text_2")
        none = say("person.monitored.none"), say("person.monitored.none.detail")
        self._fill(self._body(), EmptyState("activity-heartbeat", *none))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        desk.bridge.watch(self, patients.monitored, self._renew)

    def _body(self) -> QWidget:
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(20, 14, 20, 20)
        inner.setSpacing(12)
        inner.addWidget(bar(self._state, self._last, margins=(0, 0, 0, 0)))
        inner.addWidget(self.symptoms)
        self._muted.setSpacing(6)
        inner.addLayout(self._muted)
        for part in (Label(say("person.monitored.alerts"), "heading"), self.alerts, self._no_alerts):
            inner.addWidget(part)
        inner.addStretch(1)
        return scrolled(body)

    def _ask(self, record: Record) -> Coroutine[Any, Any, tuple[Course, Mapping] | None]:
        return self._patients.course(record.patient)

    def _answer(self, record: Record, found: tuple[Course, Mapping] | None) -> int:
        if found is None:
            return NONE
        course, table = found
        self._state.show_state(*state(course))
        self._last.say(last(course, record.site, record.now_ms))
        told = muted(course.muted, record.site)
        self.symptoms.show_symptoms(symptoms(table, course.weeks, course.labels, told, current=False))
        self._show_muted({label_of(table, code): words for code, words in told.items()})
        self._show_alerts([alert_row(one, table, record.site, record.now_ms) for one in course.past])
        return SHOWN

    def _show_muted(self, told: dict[str, str]) -> None:
        clear(self._muted)
        for label, words in told.items():
            title = say("answers.muted.title", symptom=label)
            self._muted.addWidget(StripFrame("plain", "bell-off", title, words))

    def _show_alerts(self, rows: list[Row]) -> None:
        self.alerts.show_lines(rows)
        self.alerts.setFixedHeight(len(rows) * theme().scaled(HEIGHT))
        self.alerts.setVisible(bool(rows))
        self._no_alerts.setVisible(not rows)

    def clear(self) -> None:
        """Let go of all of it."""
        super().clear()
        self._last.say("")
        self.symptoms.show_symptoms(Symptoms())
        self._show_muted({})
        self._show_alerts([])

    def first(self) -> QWidget:
        """Return the heat map, or where one chooses among the looks."""
        return self.symptoms.heat if self.symptoms.looks.choice == "map" else self.symptoms.looks.stop
