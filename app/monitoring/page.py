"""The section Télésuivi: the queue at the left, one alert in the middle, what can be done about it at the right."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, Qt, QTimer
from PyQt6.QtWidgets import QApplication, QHBoxLayout, QWidget

from app.feature import Page
from app.intents import OpenAlert, OpenRules
from app.monitoring.asking import Asking
from app.monitoring.centre import Centre
from app.monitoring.exporting import Exporting
from app.monitoring.handing import Handing
from app.monitoring.keys import bind, commands
from app.monitoring.listing import QueuePane
from app.monitoring.lists import Lists
from app.monitoring.more import More
from app.monitoring.opening import SHOWN, Opening
from app.monitoring.panel import WIDTH as PANEL_WIDTH
from app.monitoring.panel import Panel
from app.monitoring.rulespage import RulesPage
from app.ui.panes import rule
from app.ui.theme import theme
from app.ui.words import Words, say, says

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PyQt6.QtGui import QFocusEvent, QResizeEvent

    from app.commands import Command
    from app.config import Config
    from app.feature import Desk
    from app.intents import Intent
    from app.monitoring.following import Following
    from app.monitoring.outlook import Outlook
    from app.monitoring.people import People
    from app.monitoring.ports import List, Monitoring
    from app.monitoring.referring import Between

LIST_WIDTH, LIST_LEAST, LIST_PERCENT = 392, 330, 33
"""The queue takes so much of a narrow window, no less than so many pixels."""
ROOMY = 1_150
"""From this width on the lists stand side by side in the top bar."""
TICK_MS = 1_000
log = logging.getLogger(__name__)


class MonitoringPage(Page):
    """One alert is opened by ↵ or a click only: opening it is traced."""

    wide = True

    def __init__(
        self,
        desk: Desk,
        alerts: Monitoring,
        following: Following,
        people: People,
        between: Between,
        config: Config,
    ) -> None:
        super().__init__()
        self._desk, self._alerts, self._following, self._people = desk, alerts, following, people
        self._config = config
        self._meant = ""
        self.lists = Lists()
        self.rules: RulesPage | None = None
        self.exporting: Exporting | None = None
        self._before = 0
        self.more = More(self.lists, self._menu)
        self.handing = Handing(desk, alerts, following, people, self.more.button)
        self.queue = QueuePane(desk, alerts, following, people, self.lists)
        self.centre, self.panel = Centre(desk, alerts, people), Panel(desk, alerts, people)
        self.asking = Asking(desk, alerts, people, between)
        self.panel.hold(self.asking)
        self.stack = Opening(desk, alerts, self.centre, self.panel)
        self._lay_out()
        self._connect()
        self.queue.look()

    def _lay_out(self) -> None:
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._panel_rule = rule("v")
        row.addWidget(self.queue)
        row.addWidget(rule("v"))
        row.addWidget(self.stack, 1)
        row.addWidget(self._panel_rule)
        row.addWidget(self.panel)
        held = (row.itemAt(at) for at in range(row.count()))
        self._columns = [one.widget() for one in held if one is not None]
        self._fit_panel()
        self._make_room()

    def _connect(self) -> None:
        self.queue.opened.connect(self.open_alert)
        self.queue.turned.connect(lambda: self.stack.offer_choice(self.queue.usable()))
        self.stack.turned.connect(self._fit_panel)
        self.stack.shown.connect(self._shown)
        self.lists.chosen.connect(self.queue.turn)
        self.lists.chosen.connect(lambda _which: self._leave_rules())
        self.panel.done.connect(lambda _alert: self.stack.renew())
        watch = self._desk.bridge.watch
        watch(self, self._alerts.changed, self._news, _merged)
        watch(self, self._following.looked, self._looked)
        watch(self, self._people.changed, lambda _none: self.queue.redraw())
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._ticked)
        self._tick.start()
        self._desk.bridge.start(self, self._people.read(), lambda _book: self.queue.redraw(), _not_listed)
        allow = bind(self, self._config)
        watch(self, self._config.changed, lambda _key: allow())

    # --- one alert ----------------------------------------------------------------------------------------

    @property
    def alert(self) -> bytes:
        """The alert that is shown, or b""."""
        return self.stack.alert

    @property
    def settled(self) -> bool:
        """Whether the alert that was asked for is there, whole."""
        return self.stack.settled

    def open_alert(self, alert: bytes) -> None:
        """Show an alert; what was asked before is not waited for."""
        if self.stack.open_alert(alert):
            self._meant = ""
        else:
            self._enter()

    def _shown(self, again: bool) -> None:
        """Begin what was meant, else hand the focus to what was opened."""
        self.queue.mark(self.alert)
        meant, self._meant = self._meant, ""
        if meant and self.panel.able(meant):
            self.panel.act(meant)
        elif not again:
            self._enter()

    def _enter(self) -> None:
        """Hand the focus to the alert where the queue has it."""
        if self.alert and self.queue.isAncestorOf(QApplication.focusWidget() or self):
            self.centre.first().setFocus(Qt.FocusReason.OtherFocusReason)

    def _fit_panel(self) -> None:
        """Have the panel beside an alert alone."""
        shown = self.stack.currentIndex() == SHOWN
        self.panel.setVisible(shown)
        self._panel_rule.setVisible(shown)

    # --- what changes -------------------------------------------------------------------------------------

    def _news(self, changed: frozenset[bytes]) -> None:
        self.queue.news(changed)
        if not changed or self.stack.wanted in changed:
            self.stack.renew()

    def _looked(self, _outlook: Outlook | None) -> None:
        self.queue.look_around()
        self.headed.emit()

    def _ticked(self) -> None:
        """Let all rings run on by one clock, as long as somebody sees them."""
        if self.isVisible():
            now_ms = self._desk.now_ms()
            self.queue.tick(now_ms)
            self._keep_others()
            if self.alert:
                self.panel.tick(now_ms)

    # --- room ---------------------------------------------------------------------------------------------

    def _make_room(self) -> None:
        scaled, wide = theme().scaled, self.width()
        self.queue.setFixedWidth(min(scaled(LIST_WIDTH), max(LIST_LEAST, wide * LIST_PERCENT // 100)))
        self.lists.fit(roomy=wide >= scaled(ROOMY))
        self.panel.setFixedWidth(min(scaled(PANEL_WIDTH), max(PANEL_WIDTH, wide * 26 // 100)))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Make room."""
        super().resizeEvent(event)
        self._make_room()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Make room for another text size, speak another language."""
        super().changeEvent(event)
        if event is None or not hasattr(self, "_tick"):
            return
        if event.type() == QEvent.Type.StyleChange:
            self._make_room()
        elif event.type() == QEvent.Type.LanguageChange:
            self.queue.redraw()
            self.stack.renew()

    # --- the window ---------------------------------------------------------------------------------------

    def take(self, intent: Intent) -> None:
        """Show an alert."""
        if isinstance(intent, OpenRules):
            self.show_rules()
        elif isinstance(intent, OpenAlert):
            self._leave_rules()
            self._take(intent)

    def _take(self, intent: OpenAlert) -> None:
        if intent.alert:
            self._begin(intent.alert, intent.act)
        elif intent.which == "silent":
            self.queue.show_silent()

    def _begin(self, alert: bytes, act: str) -> None:
        """Show an alert, and begin something about it as soon as it is there."""
        shown = alert == self.alert
        self.open_alert(alert)
        if not shown:
            self._meant = act
        elif act and self.able(act):
            self.panel.act(act)

    def cover(self, _yes: bool) -> None:
        """Let the vault keep what is typed, before it is shut."""
        self.panel.keep()
        self._keep_others()

    def _keep_others(self) -> None:
        self.centre.keep()
        self.queue.bulk.keep()

    def title(self) -> Words:
        """Return the section's name; never a patient's."""
        return say("monitoring.section")

    def subtitle(self) -> Words:
        """Return how many patients are followed."""
        outlook = self._following.outlook
        return says("monitoring.followed", outlook.counts.followed) if outlook is not None else ""

    def marks(self) -> QWidget | None:
        """Return the lists, for the top bar."""
        return self.more

    def commands(self) -> Sequence[Command]:
        """Return what palette and help offer here."""
        return () if self.ruling else commands(self)

    def pane_order(self) -> Sequence[QWidget]:
        """Return queue, alert and panel, in the order of F6."""
        return (self.rules,) if self.ruling and self.rules else (self.queue, self.stack, self.panel)

    def focusInEvent(self, _event: QFocusEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Hand the focus to the queue, or to the rules in front of it."""
        if self.rules is not None and self.ruling:
            self.rules.back.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.queue.to_list()

    # --- the rules of the service --------------------------------------------------------------------------

    @property
    def ruling(self) -> bool:
        """Whether the rules of the service stand in front of the queue."""
        return self.rules is not None and not self.rules.isHidden()

    def show_rules(self) -> None:
        """Show the rules of the service in the place of queue and alert."""
        if self.rules is None:
            self.rules = RulesPage(self._desk, self._alerts, self._people)
            self.rules.left.connect(self._leave_rules)
            self._row.addWidget(self.rules, 1)
        self._show_columns(yes=False)
        self.rules.show()
        self.rules.look()
        self.rules.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _leave_rules(self) -> None:
        if self.rules is not None and self.ruling:
            self.rules.hide()
            self._show_columns(yes=True)
            self._fit_panel()
            self.queue.to_list()

    def _show_columns(self, *, yes: bool) -> None:
        for part in self._columns:
            if part is not None:
                part.setVisible(yes)

    def _menu(self) -> Sequence[tuple[Words, str, Callable[[], object]]]:
        hand = (say("monitoring.act.hand_all"), "arrows-left-right", self.handing.offer)
        return (
            *((hand,) if self.handing.able() else ()),
            (say("rules.open"), "clipboard-check", self.show_rules),
            (say("monitoringout.pane.open"), "download", self.show_export),
        )

    # --- what is taken out ---------------------------------------------------------------------------------

    def show_export(self) -> None:
        """Offer the service's month and the trace of the patient who is shown, in the place of the alert."""
        self._leave_rules()
        if self.exporting is None:
            self.exporting = Exporting(self._desk, self._alerts, self._people)
            self.exporting.left.connect(self._leave_export)
            self.stack.addWidget(self.exporting)
        if self.stack.currentWidget() is not self.exporting:
            self._before = self.stack.currentIndex()
        self.stack.turn(self.stack.indexOf(self.exporting))
        self.exporting.show_for(self.stack.who if self._before == SHOWN else None)

    def _leave_export(self) -> None:
        self.stack.turn(self._before)
        self.stack.renew()
        self.queue.to_list()

    # --- acts ---------------------------------------------------------------------------------------------

    def act(self, name: str) -> None:
        """Begin something about the alert under the cursor of the queue, opened first, else about the one that is shown."""
        current = self.queue.current
        if name == "remind" and self.queue.can_remind():
            self.queue.remind()
            return
        if current and current != self.alert and self.queue.has_focus():
            self.open_alert(current)
            self._meant = name
        elif self.able(name):
            self.panel.act(name)

    def able(self, name: str) -> bool:
        """Tell whether it can be begun now."""
        if self.ruling:
            return False
        if self.queue.has_focus() and self.queue.current not in {b"", self.alert}:
            return True
        return bool(self.alert) and self.panel.able(name)

    def show_list(self, which: List) -> None:
        """Turn to one of the lists."""
        self.lists.choose(which)
        self.queue.turn(which)


def _not_listed(error: Exception) -> None:
    log.warning("the directory was not read: %s", type(error).__name__)


def _merged(old: frozenset[bytes], new: frozenset[bytes]) -> frozenset[bytes]:
    """Of two changes: all alerts where one of them says so."""
    return old | new if old and new else frozenset()
