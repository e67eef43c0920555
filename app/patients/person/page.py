"""The page of one patient: the fixed head, and below it one part at a time."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PyQt6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.commands import Command
from app.i18n import tr
from app.patients.person import view
from app.patients.person.banner import HeadBanner
from app.patients.person.history import MovesPart
from app.patients.person.times import Site
from app.ui.choices import Tabs
from app.ui.panes import rule
from app.ui.text import Label, Named
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.config import Config
    from app.feature import Desk
    from app.patients.access import Access
    from app.patients.person.part import Part
    from app.patients.service import Opening, Patients
    from storage.patients.records import Patient

TABS = ("moves",)
ACTS = {"ins": "patient-ins", "copy": "patient-copied"}
"""What the audit trail calls them."""
log = logging.getLogger(__name__)


class PersonPage(QWidget):
    """Shows an opening that was granted and traced. News of the same patient leave tab, scroll and selection alone."""

    def __init__(self, desk: Desk, patients: Patients, config: Config) -> None:
        super().__init__()
        self._desk, self._patients, self._config = desk, patients, config
        self._record: view.Record | None = None
        self._access: Access | None = None
        self._stale: set[str] = set()
        self.head = HeadBanner()
        self.tabs = Tabs([(key, say(f"person.tab.{key}")) for key in TABS])
        Named(self.tabs, say("person.tabs"))
        self._traced = Label("", "small", "text_2").clipped()
        self._traced.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.parts: dict[str, Part] = {"moves": MovesPart()}
        self._stack = QStackedWidget()
        for part in self.parts.values():
            self._stack.addWidget(part)
            part.acted.connect(self._act)
        self._lay_out()
        self._connect()
        self.choose(TABS[0])

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(rule())
        row = QHBoxLayout()
        row.setContentsMargins(20, 0, 20, 0)
        row.setSpacing(16)
        row.addWidget(self.tabs)
        row.addWidget(self._traced, 1)
        column.addLayout(row)
        column.addWidget(rule())
        column.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self.head.pressed.connect(self._act)
        self.head.ins_asked.connect(partial(self._act, "ins"))
        self.tabs.chosen.connect(self.choose)
        self._key("Ctrl+Tab", partial(self._step, 1))
        self._key("Ctrl+Shift+Tab", partial(self._step, -1))

    def _key(self, keys: str, call: Callable[[], None]) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(call)

    # --- what is shown ------------------------------------------------------------------------------------

    @property
    def patient(self) -> Patient | None:
        """Whom the page shows."""
        return self._record.patient if self._record is not None else None

    def show_patient(self, opening: Opening) -> None:
        """Show an opened patient; the same one again is brought up to date where it stands."""
        patient = opening.patient
        if patient is None:
            self.blank()
            return
        same = self.patient is not None and self.patient.id == patient.id
        if not same:
            self.blank()
        self._access = opening.access
        site = Site()
        self._record = view.Record(patient, opening.homonyms, self._desk.now_ms(), site)
        self._show()

    def _show(self) -> None:
        record = self._record
        if record is None or self._access is None:
            return
        self.head.show_head(view.head(record))
        ground = tr(f"person.ground.{self._access.ground}", text=self._access.text)
        self._traced.say(tr("person.traced", ground=ground))
        self.tabs.show_count("moves", sum(not stay.cancelled for stay in record.patient.stays))
        self._stale = set(TABS)
        self._fill()

    def _fill(self) -> None:
        """Show the chosen part; the others wait until they are looked at."""
        if self._record is not None and self.tabs.choice in self._stale:
            self._stale.discard(self.tabs.choice)
            self.parts[self.tabs.choice].show_record(self._record)

    def blank(self) -> None:
        """Let go of everything: another patient, or the lock."""
        self._record, self._access, self._stale = None, None, set()
        self.head.show_head(None)
        self._traced.say("")
        for part in self.parts.values():
            part.clear()
        self.choose(TABS[0])

    def choose(self, key: str) -> None:
        """Show one part."""
        self.tabs.choose(key)
        self._stack.setCurrentWidget(self.parts[key])
        self._fill()

    def _step(self, by: int) -> None:
        self.choose(TABS[(TABS.index(self.tabs.choice) + by) % len(TABS)])
        self.focus_first()

    def focus_first(self) -> None:
        """Give the focus to what is read first in the part that is shown."""
        self.parts[self.tabs.choice].first().setFocus(Qt.FocusReason.TabFocusReason)

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Write everything anew in another language."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.LanguageChange and hasattr(self, "parts"):
            self._show()

    # --- what is done -------------------------------------------------------------------------------------

    def _act(self, name: str) -> None:
        """Do something on the patient once the trail has it."""
        record = self._record
        if record is not None and name in ACTS:
            work = self._patients.trace(record.patient, ACTS[name])
            self._desk.bridge.start(self, work, lambda _: self._done(name, record), self._untraced)

    def _done(self, name: str, record: view.Record) -> None:
        """Do what was traced, where the same patient is still shown."""
        if self._record is None or self._record.patient.id != record.patient.id:
            return
        if name == "ins":
            self.head.reveal()
        elif (clipboard := QGuiApplication.clipboard()) is not None:
            clipboard.setText(view.copied(self._record))
            self._desk.tell(say("person.copied.copy"))

    def _untraced(self, error: Exception) -> None:
        log.warning("an act on a patient could not be traced: %s", type(error).__name__)
        self._desk.tell(say("person.untraced"))

    def commands(self) -> Sequence[Command]:
        """Return what palette and help offer while a patient is shown."""
        shown = lambda: self._record is not None  # noqa: E731 -- asked for each
        return (
            Command(
                "person.copy", say("person.copy"), partial(self._act, "copy"), icon="copy", enabled=shown
            ),
        )
