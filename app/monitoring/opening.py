"""One alert at a time: read, then shown in the middle and in the panel, in steps between which keys are heard and frames painted."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QTimer, pyqtSignal
from PyQt6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.intents import OpenPatient
from app.monitoring.ports import Shut, Unwritable
from app.ui.buttons import Button
from app.ui.panes import EmptyState
from app.ui.states import Loading
from app.ui.steps import PAINT, Steps
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PyQt6.QtGui import QShowEvent

    from app.feature import Desk
    from app.monitoring.centre import Centre
    from app.monitoring.panel import Panel
    from app.monitoring.ports import Monitoring, Sheet, Who

NOTHING, LOADING, SHOWN, FAILED, GONE, SHUT = range(6)
LATE_MS = 150
"""So long the alert before stays in sight, and can do nothing, while the next one is read: a word that flickers by tells nobody anything."""
log = logging.getLogger(__name__)


class Opening(QStackedWidget):
    """The middle of the section. `turned`: another page of it is seen; `shown`: an alert is there, whole (True: it was, and changed).

    What is asked for later is never overtaken by what was asked for before, and nobody sees one patient beside the answer of another.
    """

    turned = pyqtSignal()
    shown = pyqtSignal(bool)

    def __init__(self, desk: Desk, alerts: Monitoring, centre: Centre, panel: Panel) -> None:
        super().__init__()
        self._desk, self._alerts, self._centre, self._panel = desk, alerts, centre, panel
        self._asked, self._wanted = 0, b""
        self._steps = Steps(self)
        self._whole = False
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(LATE_MS)
        self._late.timeout.connect(lambda: self._blank(LOADING))
        self.who: Who | None = None
        """The patient of the alert that is shown."""
        self._asks: Who | None = None
        """The patient on whose page a reason is to be given before the alert opens."""
        again = Button(say("monitoring.again"), icon="refresh")
        again.clicked.connect(self._open_again)
        self._choose = EmptyState(
            "activity-heartbeat", say("monitoring.choose"), say("monitoring.choose.detail")
        )
        words = say("monitoring.unread"), say("monitoring.unread.detail")
        failed = EmptyState("alert-circle", *words, tone="danger", actions=(again,))
        gone = EmptyState("info-circle", say("monitoring.gone"), say("monitoring.gone.detail"))
        holder = QWidget()
        QVBoxLayout(holder).addWidget(self._choose)
        self._why = Button(say("monitoring.shut.go"), icon="arrow-right")
        self._why.clicked.connect(self._open_patient)
        words = say("monitoring.shut.title"), say("monitoring.shut.detail")
        shut = EmptyState("lock", *words, actions=(self._why,))
        for page in (holder, Loading(say("monitoring.loading.one")), centre, failed, gone, shut):
            self.addWidget(page)

    @property
    def alert(self) -> bytes:
        """The alert that is shown, or b""."""
        return self._wanted if self._whole and self.currentIndex() == SHOWN else b""

    @property
    def wanted(self) -> bytes:
        """The alert that was asked for last, whatever became of it."""
        return self._wanted

    @property
    def settled(self) -> bool:
        """Whether nothing is being read or shown."""
        return not (self.currentIndex() == LOADING or self._late.isActive() or self._steps.busy)

    def offer_choice(self, yes: bool) -> None:
        """Say that an alert can be chosen, or nothing where there is none."""
        self._choose.setVisible(yes)

    # --- reading ------------------------------------------------------------------------------------------

    def open_alert(self, alert: bytes) -> bool:
        """Show an alert; return False where it is shown, or being read, already."""
        if alert == self._wanted and (self.alert or not self.settled):
            return False
        self._asked += 1
        self._wanted, self._whole = alert, False
        self._steps.stop()
        if self.currentIndex() == SHOWN:
            self.who = None
            self._centre.rest()
            self._panel.rest()
            self._late.start()
        else:
            self._blank(LOADING)
        self._read(again=False)
        return True

    def renew(self) -> None:
        """Show the alert as it stands now."""
        if self.alert:
            self._read(again=True)

    def _read(self, *, again: bool) -> None:
        done, failed = partial(self._came, self._asked, again), partial(self._failed, self._asked)
        self._desk.bridge.start(self, self._alerts.sheet(self._wanted, again=again), done, failed)

    def _came(self, asked: int, again: bool, sheet: Sheet | None) -> None:
        if asked != self._asked:
            return
        self._late.stop()
        if sheet is None:
            self._blank(GONE)
        else:
            self._steps.run(self._show(sheet, again=again))

    def _failed(self, asked: int, error: Exception) -> None:
        if asked != self._asked:
            return
        if isinstance(error, Unwritable):  # the desk is being locked, or reads all anew: the queue says it
            self._blank(NOTHING)
            return
        if isinstance(error, Shut):
            self._asks = error.who
            self._why.setVisible(bool(error.who.id))
            self._blank(SHUT)
            return
        log.warning("an alert could not be read: %s", type(error).__name__)
        self._blank(FAILED)

    def _open_patient(self) -> None:
        if self._asks is not None:
            self._desk.open(OpenPatient(self._asks.id, self._asks.key.ipp))

    def _open_again(self) -> None:
        alert, self._wanted = self._wanted, b""
        self.open_alert(alert)

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Look again whether an alert opens that wanted a reason: it may have been given meanwhile."""
        super().showEvent(event)
        if self.currentIndex() == SHUT and event is not None and not event.spontaneous():
            self._open_again()

    # --- showing ------------------------------------------------------------------------------------------

    def _show(self, sheet: Sheet, *, again: bool) -> Iterator[object]:
        """Show it part by part; unless it was in sight already, paint nothing before all of it is there and laid out."""
        self.who = sheet.item.who
        if not again:
            self._paint(yes=False)
        yield from self._centre.showing(sheet)
        yield PAINT
        yield from self._panel.showing(sheet)
        if self.currentIndex() != SHOWN:
            self.turn(SHOWN)
        for part in self._parts:
            yield PAINT
            part.setUpdatesEnabled(True)
        yield PAINT
        self._whole = True
        self.shown.emit(again)

    @property
    def _parts(self) -> tuple[QWidget, ...]:
        """What is painted one after the other, as the eye goes."""
        return self._centre, self._centre.symptoms, self._panel

    def _paint(self, *, yes: bool) -> None:
        for part in self._parts:
            part.setUpdatesEnabled(yes)

    def _blank(self, page: int) -> None:
        """Show no alert, and leave nothing of the one before; *page* says why."""
        self.who, self._whole = None, False
        self._late.stop()
        self._steps.stop()
        self._centre.show_sheet(None)
        self._panel.show_sheet(None)
        self._paint(yes=True)
        self.turn(page)

    def turn(self, page: int) -> None:
        """Show another page."""
        self.setCurrentIndex(page)
        self.turned.emit()
