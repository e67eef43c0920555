"""The left column: one list of the queue, how it is sorted and narrowed, what is new, and how current it all is."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.monitoring.blanks import CLOSED, DONE, EMPTY, FAILED, LOADING, NOBODY, NOT_FOUND, ROWS, blanks
from app.monitoring.bulk import BulkBar
from app.monitoring.following import Standing
from app.monitoring.foot import Foot
from app.monitoring.listhead import ListHead
from app.monitoring.ports import Counts, List, Unwritable
from app.monitoring.reading import Answer, Ask, read
from app.monitoring.rows import QueueList
from app.monitoring.strip import GradeStrip
from app.monitoring.warning import Warnings
from app.ui.buttons import Button
from app.ui.panes import ground, rule
from app.ui.words import say, says

if TYPE_CHECKING:
    from app.bridge import Job
    from app.feature import Desk
    from app.monitoring.following import Following
    from app.monitoring.lists import Lists
    from app.monitoring.people import People
    from app.monitoring.ports import Monitoring

SETTLE_MS = 60
"""So long after news the list is read: a hundred at once make one look."""
RINGS_MS = 5_000
"""So often rings are painted anew: they tell minutes."""
LOOK_MS = 20_000
"""So often it is read anyway: time alone makes alerts overdue."""
log = logging.getLogger(__name__)


class QueuePane(QWidget):
    """`opened` carries an alert; `turned`: there are rows, or no longer. No row moves under the pointer or the focus."""

    opened = pyqtSignal(bytes)
    turned = pyqtSignal()

    def __init__(
        self, desk: Desk, alerts: Monitoring, following: Following, people: People, lists: Lists
    ) -> None:
        super().__init__()
        self._desk, self._alerts, self._following, self._lists = desk, alerts, following, lists
        self._job: Job | None = None
        self._answer: Answer | None = None
        self._waiting: Answer | None = None
        self._silent, self._painted = False, 0
        ground(self, "surface")
        self._build(people)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self.look)
        self._again = QTimer(self)
        self._again.setInterval(LOOK_MS)
        self._again.timeout.connect(self._look_if_seen)
        self._again.start()
        self.look_around()

    def _build(self, people: People) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.head = ListHead()
        self.sort, self.search = self.head.sort, self.head.search
        self.head.asked.connect(self._asked_anew)
        self.head.entered.connect(self._enter)
        self.head.left.connect(self.to_list)
        self.strip = GradeStrip()
        self.strip.narrowed.connect(self._asked_anew)
        self.warnings = Warnings(self._desk)
        self.pill = Button("", "ghost", "s", "refresh", keys=("N",))
        self.pill.clicked.connect(self.take_waiting)
        self.pill.hide()
        self.list = QueueList(people, self._desk.now_ms, self._alerts.table)
        self.list.opened.connect(lambda key: self.opened.emit(bytes.fromhex(key)))
        self.stack = QStackedWidget()
        for page in (self.list, *blanks(self.widen, self.look, self._to_closed)):
            self.stack.addWidget(page)
        self.stack.setCurrentIndex(LOADING)
        self.bulk = BulkBar(self._desk, self._alerts, self.list)
        self.foot = Foot()
        self.foot.asked.connect(self._flip_silent)
        above: tuple[QWidget, ...] = (self.head, self.strip, self.warnings, rule(), self.pill)
        under: tuple[QWidget, ...] = (self.bulk, rule(), self.foot)
        for part in above:
            column.addWidget(part)
        column.addWidget(self.stack, 1)
        for part in under:
            column.addWidget(part)

    # --- asking -------------------------------------------------------------------------------------------

    @property
    def ask(self) -> Ask:
        """What is looked for now."""
        return Ask(
            self._lists.choice,
            self.head.order,
            self.head.text,
            self.strip.grade,
            self.strip.overdue,
            self._silent,
        )

    @property
    def answered(self) -> bool:
        """Whether the rows are those that are asked for."""
        return self._answer is not None and self._answer.ask == self.ask and self._job is None

    def look(self) -> None:
        """Ask for the list; what was asked before is not waited for."""
        if self._job is not None:
            self._job.cancel()
        work = read(self._alerts, self.ask, self._desk.now_ms(), self.list.queue.items)
        self._job = self._desk.bridge.start(self, work, self._answered, self._failed)

    def _look_if_seen(self) -> None:
        if self.isVisible():
            self.look()

    def news(self, _changed: frozenset[bytes]) -> None:
        """Read the list again soon: alerts changed."""
        if not self._settle.isActive():
            self._settle.start()

    def turn(self, which: List) -> None:
        """Show another list, whole."""
        self._lists.choose(which)
        self._silent = False
        self.strip.widen()
        self._asked_anew()

    def _to_closed(self) -> None:
        """Show what was closed, where nothing is left to do."""
        self.turn(List.CLOSED)
        self.to_list()

    def _asked_anew(self) -> None:
        """Show what is asked for now, at once: who asked wants the rows to move."""
        self._waiting = None
        self.look()
        self.look_around()

    def widen(self) -> None:
        """Show the list whole."""
        self.head.widen()
        self.turn(self._lists.choice)
        self.to_list()

    def _failed(self, error: Exception) -> None:
        self._job = None
        if not isinstance(error, Unwritable):
            log.warning("the queue could not be read: %s", type(error).__name__)
        self._answer = self._waiting = None
        self.list.show_items((), {}, None)
        self.pill.hide()
        self._turn_to(FAILED if not isinstance(error, Unwritable) else self._shut())
        self.look_around()

    def _shut(self) -> int:
        """Return what is said where there is nothing to ask: it is being read, it is closed, the vault does not answer."""
        pages = {Standing.READING: LOADING, Standing.OPEN: LOADING, Standing.FAILING: FAILED}
        return pages.get(self._following.standing, CLOSED)

    # --- answers ------------------------------------------------------------------------------------------

    def _answered(self, answer: Answer) -> None:
        self._job = None
        before, rows = self._answer, self.list.queue.items
        same = before is not None and before.ask == answer.ask
        if not (same and rows and self._held() and answer.moved):
            self._show(answer)
        elif answer.shown is rows:
            self._hold(answer)
        else:
            self.look()  # what waited was shown meanwhile

    def _held(self) -> bool:
        """Tell whether somebody is about to choose: the pointer is over the list, or the focus in it."""
        return self.list.underMouse() or self.list.hasFocus()

    def _hold(self, answer: Answer) -> None:
        """Keep the rows where they are, each as it stands now, and say what waits."""
        self._answer = self._waiting = replace(answer, shown=answer.kept)
        self.list.queue.renew(answer.kept, answer.gone)
        self.pill.say(says("monitoring.newer", answer.fresh) if answer.fresh else say("monitoring.moved"))
        self.pill.show()
        self.look_around()

    def waits(self) -> bool:
        """Tell whether rows wait to be shown."""
        return self._waiting is not None

    def take_waiting(self) -> None:
        """Show what waits."""
        if self._waiting is not None:
            self._show(self._waiting)
            self.to_list()

    def _show(self, answer: Answer) -> None:
        self._answer, self._waiting = answer, None
        self.pill.hide()
        steps = answer.steps if answer.shown is self.list.queue.items else None
        self.list.show_items(answer.items, answer.place, steps)
        self._turn_to(self._page(answer))
        self.bulk.resume()
        self.look_around()

    def _page(self, answer: Answer) -> int:
        if answer.items:
            return ROWS
        if answer.ask.narrowed:
            return NOT_FOUND
        outlook = self._following.outlook
        if outlook is not None and not outlook.follows:
            return NOBODY
        return DONE if answer.ask.which is List.TODO else EMPTY

    def _turn_to(self, page: int) -> None:
        focused = self.list.hasFocus()
        self.stack.setCurrentIndex(page)
        self.turned.emit()
        if focused and page != ROWS:
            self.sort.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- what stands around -------------------------------------------------------------------------------

    def look_around(self) -> None:
        """Say how many there are, how current that is, and what cannot be done."""
        outlook = self._following.outlook
        if outlook is None and self.stack.currentIndex() in {LOADING, CLOSED, FAILED}:
            self._turn_to(self._shut())
        counts = outlook.counts if outlook is not None else Counts()
        current = outlook is None or not outlook.counts.late_ms
        which = self._lists.choice
        title = say("monitoring.silent") if self._silent else say(f"monitoring.list.{which}")
        self.head.show_list(title, counts.silent if self._silent else getattr(counts, which.name.lower()))
        self._lists.show_counts(counts, current=current)
        self.strip.show_tally(counts.tally(which), current=current)
        self.strip.setVisible(not self._silent)
        self.foot.show_silent(counts.silent, only=self._silent)
        shut = outlook is not None and not self._alerts.writable
        behind_ms = outlook.behind_ms if outlook is not None else 0
        self.warnings.show_state(
            counts.late_ms,
            read_only=shut,
            behind_ms=behind_ms,
            reading=outlook is not None and outlook.reading,
            closed=which is List.CLOSED and not self._silent,
        )
        self.bulk.setEnabled(not shut)

    def tick(self, now_ms: int) -> None:
        """Let the rings run on, and show what waits once nobody holds the list."""
        if now_ms // RINGS_MS != self._painted:
            self._painted = now_ms // RINGS_MS
            self.list.tick()
        if self._waiting is not None and not self._held():
            self._show(self._waiting)

    def redraw(self) -> None:
        """Say names, times and words again."""
        self.list.queue.touch()
        self.look_around()

    # --- choosing -----------------------------------------------------------------------------------------

    @property
    def current(self) -> bytes:
        """The alert under the cursor, or b""."""
        return self.list.current if self.stack.currentIndex() == ROWS else b""

    def has_focus(self) -> bool:
        """Tell whether the focus is among the rows."""
        return self.list.hasFocus()

    def usable(self) -> bool:
        """Tell whether there are rows."""
        return self.stack.currentIndex() == ROWS

    def step(self, by: int) -> None:
        """Move the cursor."""
        self.list.step(by)

    def mark(self, alert: bytes) -> None:
        """Show which alert is open; the cursor goes there unless the focus is among the rows, or several are chosen."""
        if alert == self.list.queue.opened:
            return
        self.list.mark(alert)
        if not self.list.hasFocus() and self.list.chosen_count < 2:
            self.list.choose_alert(alert)

    def _enter(self) -> None:
        if self.usable():
            self.to_list()

    def to_list(self) -> None:
        """Give the focus to the rows, or to what is there instead."""
        target = self.list if self.usable() else self.sort
        if self.usable() and not self.list.currentIndex().isValid():
            self.list.step(0)
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def to_search(self) -> None:
        """Let a name be typed."""
        self.head.to_search()

    def show_silent(self) -> None:
        """Show those alone who did not answer."""
        if not self._silent:
            self._flip_silent()

    def _flip_silent(self) -> None:
        """Show those alone who did not answer, or the list again."""
        self._silent = not self._silent
        self.strip.widen()
        self._asked_anew()

    # --- several at once ----------------------------------------------------------------------------------

    def can_remind(self) -> bool:
        """Tell whether those chosen are people who did not answer."""
        return self.bulk.can_remind()

    def remind(self) -> None:
        """Note that those chosen are reminded."""
        self.bulk.remind()
