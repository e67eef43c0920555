"""Taking a month of the service, or the trace of the patient who is shown, out into files: in the place of the alert."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QDir, QStandardPaths, Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.monitoring.monthly import Month
from app.monitoring.pdf import paint
from app.monitoring.ports import Refused
from app.ui.buttons import Button
from app.ui.choices import Select
from app.ui.flow import Flow
from app.ui.form import FormRow
from app.ui.panes import Banner, EmptyState, Field, clear, scrolled
from app.ui.text import Label, Named
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from app.feature import Desk
    from app.monitoring.people import People
    from app.monitoring.ports import Monitoring, Who
    from app.monitoring.standing import Service
    from app.ui.words import Words

MONTHS = 13
MOST = 640
WORDS = 16
log = logging.getLogger(__name__)


class Exporting(QWidget):
    """`left` goes back to the alert."""

    left = pyqtSignal()

    def __init__(self, desk: Desk, alerts: Monitoring, people: People) -> None:
        super().__init__()
        self._desk, self._alerts, self._people = desk, alerts, people
        self._services: tuple[Service, ...] = ()
        self._who: Who | None = None
        self._lay_out()
        escape = QShortcut(QKeySequence("Esc"), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.left.emit)

    def _lay_out(self) -> None:
        self.back = Button(say("monitoringout.pane.back"), "ghost", "s", icon="arrow-left", keys=("Échap",))
        self.back.clicked.connect(self.left.emit)
        self.service, self.month = Select("building-hospital"), Select("calendar-plus")
        for pick in (self.service, self.month):
            pick.setMinimumContentsLength(WORDS)
        Named(self.service, say("monitoringout.pane.service"))
        Named(self.month, say("monitoringout.pane.month"))
        self.folder = Field(say("monitoringout.pane.folder"))
        self.folder.setText(_usual())
        self.row = FormRow(
            say("monitoringout.pane.folder"), self.folder, say("monitoringout.pane.folder.hint")
        )
        self.write_month = Button(say("monitoringout.pane.write_month"), "primary", icon="download")
        self.write_month.clicked.connect(self._begin_month)
        self.write_trace = Button(say("monitoringout.pane.write_trace"), icon="download")
        self.write_trace.clicked.connect(self._begin_trace)
        self.about = Label("", "body", wrap=True)
        self.none = EmptyState(
            "shield-lock", say("monitoringout.pane.closed"), say("monitoringout.pane.closed.detail")
        )
        self.none.hide()
        self._answer = QVBoxLayout()
        self.form = QWidget()
        self.form.setMaximumWidth(MOST)
        self._fill(QVBoxLayout(self.form))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.addWidget(self.back, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.none)
        self.room = scrolled(self.form)
        self.room.hide()
        column.addWidget(self.room, 1)

    def _fill(self, column: QVBoxLayout) -> None:
        column.setSpacing(12)
        column.addWidget(Label(say("monitoringout.pane.title"), "heading"))
        column.addWidget(Label(say("monitoringout.pane.detail"), "small", "text_2", wrap=True))
        column.addWidget(self.row)
        column.addWidget(Label(say("monitoringout.pane.of_month"), "subhead"))
        chosen = Flow()
        chosen.fill((self.service, self.month, self.write_month))
        column.addWidget(chosen)
        column.addWidget(Label(say("monitoringout.pane.of_patient"), "subhead"))
        column.addWidget(self.about)
        column.addWidget(self.write_trace, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(self._answer)
        column.addStretch(1)

    # --- what is offered -----------------------------------------------------------------------------------

    def show_for(self, who: Who | None) -> None:
        """Offer the months of the services that this user coordinates, and the trace of *who*, None where no alert is open."""
        self._who = who
        self.back.setFocus(Qt.FocusReason.OtherFocusReason)
        clear(self._answer)
        named = say("monitoringout.pane.patient", name=who.name or who.key.ipp) if who else ""
        self.about.say(named or say("monitoringout.pane.no_patient"))
        self._desk.bridge.start(self, self._coordinated(), self._offer, self._failed)

    async def _coordinated(self) -> tuple[Service, ...]:
        return self._alerts.reports(self._names(), paint).services()

    def _offer(self, services: tuple[Service, ...]) -> None:
        self._services = services
        self.none.setVisible(not services)
        self.room.setVisible(bool(services))
        self.service.setVisible(len(services) > 1)
        self.service.offer(
            [(one.policy.service, one.policy.title) for one in services], self.service.currentData() or ""
        )
        self.write_trace.setEnabled(self._who is not None)
        if services:
            self.month.offer(self._months(services[0]), self.month.currentData() or "")
            self.month.setFocus(Qt.FocusReason.OtherFocusReason)

    def _months(self, service: Service) -> list[tuple[str, Words]]:
        month = Month.of(self._desk.now_ms(), service.policy.zone)
        found: list[tuple[str, Words]] = []
        for _ in range(MONTHS):
            found.append((str(month), month.words))
            month = month.before
        return found

    def _names(self) -> dict[bytes, str]:
        return {one.user: one.name for one in self._people.all()}

    # --- what is done --------------------------------------------------------------------------------------

    def _begin_month(self) -> None:
        code = self.service.currentData()
        service = next(one for one in self._services if one.policy.service == code)
        month = Month.parse(self.month.currentData(), service.policy.zone)
        self._begin(self._alerts.reports(self._names(), paint).write_month(code, month, self._place()))

    def _begin_trace(self) -> None:
        if self._who is not None:
            self._begin(self._alerts.reports(self._names(), paint).write_trace(self._who.key, self._place()))

    def _place(self) -> Path:
        return Path(self.folder.text().strip()).expanduser()

    def _begin(self, work: Coroutine[Any, Any, Sequence[Path]]) -> None:
        self.row.say_wrong("")
        clear(self._answer)
        for button in (self.write_month, self.write_trace):
            button.setEnabled(False)
        self._desk.bridge.start(self, work, self._written, self._failed)

    def _written(self, files: Sequence[Path]) -> None:
        self._free()
        names = ", ".join(one.name for one in files)
        self._answer.addWidget(Banner("ok", say("monitoringout.pane.written"), names))

    def _free(self) -> None:
        self.write_month.setEnabled(True)
        self.write_trace.setEnabled(self._who is not None)

    def _failed(self, error: Exception) -> None:
        self._free()
        if isinstance(error, OSError):
            key = "exists" if isinstance(error, FileExistsError) else "folder"
            self.row.say_wrong(say(f"monitoringout.pane.wrong.{key}"))
            self.folder.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        log.warning("a report was not written: %s", type(error).__name__)
        known = ("not-coordinator", "unknown")
        code = error.code if isinstance(error, Refused) and error.code in known else "other"
        self._answer.addWidget(Banner("danger", say(f"monitoringout.pane.refused.{code}"), ""))


def _usual() -> str:
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return QDir.toNativeSeparators(folder if QDir(folder).exists() else QDir.homePath())
