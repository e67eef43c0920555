"""The page of one patient: the fixed head, and below it one part at a time."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PyQt6.QtWidgets import QAbstractButton, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.commands import Command
from app.config import SITE_ZONE
from app.i18n import tr
from app.intents import OpenAlert, OpenDeposits, OpenThread, WriteMessage
from app.patients.answers import CHECKED
from app.patients.person import sheets, view
from app.patients.person.banner import HeadBanner
from app.patients.person.consulted import ReadersPart
from app.patients.person.history import MovesPart
from app.patients.person.monitored import MonitoredPart
from app.patients.person.reader import PapersPart
from app.patients.person.results import ValuesPart
from app.patients.person.summary import SummaryPart
from app.patients.person.talks import TalksPart, link_of
from app.patients.person.traits import TraitsPart
from app.times import Site
from app.ui import printing
from app.ui.flow import Flow
from app.ui.panes import rule
from app.ui.tabs import Tabs
from app.ui.text import Label, Named
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.acts import Act
    from app.config import Config
    from app.feature import Desk
    from app.patients.access import Access
    from app.patients.answers import Opening
    from app.patients.person.part import Part
    from app.patients.service import Patients
    from storage.patients.records import Patient

CARING = frozenset(("team", "unit"))
"""Grounds of access on which documents that are masked from professionals are shown."""
TABS = ("summary", "moves", "values", "papers", "monitored", "talks", "traits", "readers")
ACTS: dict[str, Act] = {
    "ins": "patient-ins",
    "copy": "patient-copied",
    "print": "patient-printed",
    "paper-printed": "patient-printed",
    "identity-checked": CHECKED,
}
"""What the audit trail calls what is done."""
WAYS = {"who": "readers", "paper": "papers", "value": "values", **{key: key for key in TABS}}
"""Where a wish leads."""
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
        self.traced = Label("", "small", "text_2", wrap=True)
        self.traced.setContentsMargins(0, 6, 0, 6)
        self._makers: dict[str, Callable[[], Part]] = {
            "summary": self._make_summary,
            "moves": MovesPart,
            "values": ValuesPart,
            "papers": partial(PapersPart, desk, patients),
            "monitored": self._make_monitored,
            "talks": self._make_talks,
            "traits": TraitsPart,
            "readers": partial(ReadersPart, desk, patients),
        }
        self.parts: dict[str, Part] = {}
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()
        self.choose("summary")

    def _make_summary(self) -> SummaryPart:
        part = SummaryPart(self._desk, self._patients)
        part.opened.connect(lambda alert: self._desk.open(OpenAlert(alert)))
        return part

    def _make_monitored(self) -> MonitoredPart:
        part = MonitoredPart(self._desk, self._patients)
        part.opened.connect(lambda alert: self._desk.open(OpenAlert(alert)))
        return part

    def _make_talks(self) -> TalksPart:
        part = TalksPart(self._desk, self._patients)
        part.opened.connect(lambda thread, message: self._desk.open(OpenThread(thread, message)))
        part.deposits_opened.connect(lambda: self._desk.open(OpenDeposits()))
        return part

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(rule())
        row = QHBoxLayout()
        row.setContentsMargins(20, 0, 20, 0)
        beside = Flow(16, 0, tail=True)
        beside.fill((self.tabs, self.traced))
        row.addWidget(beside)
        column.addLayout(row)
        column.addWidget(rule())
        column.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self.head.pressed.connect(self._act)
        self.head.ins_asked.connect(partial(self._act, "ins"))
        self.tabs.chosen.connect(self.choose)
        theme().changed.connect(self._rewrite)
        self._desk.bridge.watch(self, self._config.changed, self._configured)
        self._key("Ctrl+Tab", partial(self._step, 1))
        self._key("Ctrl+Shift+Tab", partial(self._step, -1))
        self._key("Ctrl+T", self._to_curve)

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
        """Show an opened patient; the same one again is brought up to date where it stands.

        Whose number became another's in the meantime is let go of like anybody else; the reader stays at the same tab.
        """
        patient = opening.patient
        if patient is None:
            self.blank()
            return
        same = self.patient is not None and self.patient.id == patient.id
        tab = self.tabs.choice if self.patient is not None and _became(self.patient, patient) else "summary"
        if not same:
            self.blank()
            self.choose(tab)
        self._access = opening.access
        site = Site(self._config.get(SITE_ZONE))
        inside = opening.access.ground in CARING
        self._record = view.Record(
            patient, opening.homonyms, self._desk.now_ms(), site, masked=not inside, jump=opening.jump
        )
        self._show()

    def _show(self) -> None:
        record = self._record
        if record is None or self._access is None:
            return
        if self.head.show_head(view.head(record)):
            self._order()
        ground = tr(f"person.ground.{self._access.ground}", text=self._access.text)
        self.traced.say(tr("person.traced", ground=ground))
        self.tabs.show_count("moves", sum(not stay.cancelled for stay in record.patient.stays))
        self.tabs.show_count("values", sum(len(report.observations) for report in record.patient.reports))
        self.tabs.show_count("papers", len(record.papers))
        self._stale = set(TABS)
        if record.heavy:
            work = asyncio.to_thread(record.prepare)
            self._desk.bridge.start(self, work, lambda _: self._fill(), self._unprepared)
        else:
            self._fill()

    def _unprepared(self, error: Exception) -> None:
        log.warning("a record could not be prepared: %s", type(error).__name__)
        self._fill()

    def part(self, key: str) -> Part:
        """Return a part, built when it is first asked for."""
        if key not in self.parts:
            part = self.parts[key] = self._makers[key]()
            part.acted.connect(self._act)
            self._stack.addWidget(part)
            self._order()
        return self.parts[key]

    def _order(self) -> None:
        """Let Tab go through the page as it is read: Qt puts whatever is made later at the end of the window."""
        stops = [
            one
            for one in self.findChildren(QWidget)
            if isinstance(one, QAbstractButton) or one.focusPolicy().value
        ]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def _fill(self) -> None:
        """Show the chosen part; the others wait until they are looked at."""
        if self._record is not None and self.tabs.choice in self._stale:
            self._stale.discard(self.tabs.choice)
            self.part(self.tabs.choice).show_record(self._record)

    def blank(self) -> None:
        """Let go of everything: another patient, or the lock."""
        self._record, self._access, self._stale = None, None, set()
        self.head.show_head(None)
        self.traced.say("")
        for part in self.parts.values():
            part.clear()
        self.choose("summary")

    def choose(self, key: str) -> None:
        """Show one part."""
        focus = self.window().focusWidget()  # type: ignore[union-attr]  # a page has a window
        focused = focus is not None and self.tabs.isAncestorOf(focus)
        self.tabs.choose(key)
        if focused:
            self.focus_first()
        self._stack.setCurrentWidget(self.part(key))
        self._fill()

    def _step(self, by: int) -> None:
        self.choose(TABS[(TABS.index(self.tabs.choice) + by) % len(TABS)])
        self.focus_first()

    def focus_first(self) -> None:
        """Give the focus to the tabs: arrows move among them, Tab goes on to what is shown."""
        self.tabs.stop.setFocus(Qt.FocusReason.TabFocusReason)

    def _focus_part(self) -> None:
        """Give the focus to what is read first in the part that is shown."""
        self.part(self.tabs.choice).first().setFocus(Qt.FocusReason.TabFocusReason)

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Write everything anew in another language."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.LanguageChange:
            self._rewrite()

    def _rewrite(self) -> None:
        """Make every line anew: another language, another size of text, another zone."""
        if self._record is not None:
            site = Site(self._config.get(SITE_ZONE))
            self._record = replace(self._record, site=site)
            self._show()

    def _configured(self, key: str) -> None:
        if key in {SITE_ZONE.key, ""}:
            self._rewrite()

    def show_paper(self, key: str) -> None:
        """Show one document."""
        self._act(f"paper {key}")

    # --- what is done -------------------------------------------------------------------------------------

    def _act(self, name: str) -> None:
        """Go to a part or to one thing in it, or do something on the patient once the trail has it."""
        where, _, key = name.partition(" ")
        if where in WAYS:
            self.choose(WAYS[where])
            self.part(WAYS[where]).show_one(key)
            self._focus_part()
        elif name == "write" and self._record is not None:
            self._desk.open(WriteMessage(patient=link_of(self._record.patient)))
        elif self._record is not None:
            record = self._record
            work = self._patients.trace(
                record.patient, ACTS.get(name, "patient-exported"), _reason(name, record)
            )
            self._desk.bridge.start(self, work, lambda _: self._done(name, record), self._untraced)

    def _done(self, name: str, record: view.Record) -> None:
        """Do what was traced, where the same patient is still shown."""
        if self._record is None or self._record.patient.id != record.patient.id:
            return
        if name == "ins":
            self.head.reveal()
        elif name == "identity-checked":
            self._record = replace(self._record, jump=None)
            self._show()
        elif name == "print":
            sheet = sheets.SHEETS.get(self.tabs.choice, sheets.identity)
            now = self._record.site.moment(self._desk.now_ms())
            foot = tr("person.printed", at=now, who=self._patients.reader_name)
            printing.ask(self, sheet(self._record), view.printed_head(self._record), foot)
        elif name != "paper-printed":
            self._copy(name)

    def _copy(self, name: str) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None and self._record is not None:
            text = self.part(self.tabs.choice).text(name) if name != "copy" else ""
            clipboard.setText(text or view.copied(self._record))
            self._desk.tell(say(f"person.copied.{name}"))

    def _untraced(self, error: Exception) -> None:
        log.warning("an act on a patient could not be traced: %s", type(error).__name__)
        self._desk.tell(say("person.untraced"))

    def commands(self) -> Sequence[Command]:
        """Return what palette and help offer while a patient is shown."""
        shown = lambda: self._record is not None  # noqa: E731 -- asked for each
        next_tab = Command(
            "person.tab", say("person.command.tab"), partial(self._step, 1), "Ctrl+Tab", "tabs", shown
        )
        acts = (("write", "message-2"), ("copy", "copy"), ("print", "printer"), ("who", "history"))
        made = [
            Command(f"person.{name}", say(f"person.{name}"), partial(self._act, name), "", icon, shown)
            for name, icon in acts
        ]
        curve = Command(
            "person.curve", say("person.command.curve"), self._to_curve, "Ctrl+T", "activity-heartbeat", shown
        )
        return (next_tab, *made, curve)

    def _to_curve(self) -> None:
        """Turn curve and table, from wherever on the page one is."""
        if self.tabs.choice != "values":
            self._act("values")
        results = self.part("values")
        assert isinstance(results, ValuesPart)
        results.flip()


def _reason(name: str, record: view.Record) -> str:
    """Return what the trail is told beside the act: of a checked identity, which change of it."""
    return str(record.jump.until_ms) if name == "identity-checked" and record.jump is not None else ""


def _became(before: Patient, now: Patient) -> bool:
    """Tell whether the number of *before* is one of *now*'s, by a merge or by the INS."""
    return before.ipp in {*now.merged, *(key.ipp for key in now.joined)}
