"""The left column: the search box, the filters, who was found, whom one saw last, how fresh all of it is."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.patients.answers import LIMIT, MOST
from app.patients.chips import FilterChips
from app.patients.findpages import CLOSED, FAILED, LIST, NONE_FOUND, FindPages, FlowFoot
from app.patients.lines import PatientLine
from app.patients.look import Look, asked
from app.patients.rows import FoundList
from app.ui.buttons import Button
from app.ui.palette import GUARD_MS, monotonic_ms
from app.ui.panes import Banner, SearchField, clear, rule
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.bridge import Job
    from app.feature import Desk
    from app.patients.flow import Flow
    from app.patients.lines import Line
    from app.patients.service import Patients
    from media.events import Event

WIDTH = 328
SETTLE_MS = 400
"""So long after a message the list is read again: a hundred at once make one look."""
MINUTE_MS = 60_000
"""How often it is asked whether the feed is late by now."""
log = logging.getLogger(__name__)


class FindPane(QWidget):
    """Asks the cache at each key; the newest answer wins, and none moves rows under the pointer."""

    opened = pyqtSignal(int, str)
    counted = pyqtSignal(int)
    turned = pyqtSignal()

    def __init__(
        self,
        desk: Desk,
        patients: Patients,
        flow: Callable[[], Flow],
        flowed: Event[Any],
        clock_ms: Callable[[], int] = monotonic_ms,
    ) -> None:
        super().__init__()
        self._desk, self._patients, self._flow, self._clock_ms = desk, patients, flow, clock_ms
        self._job: Job | None = None
        self._answer: Look | None = None
        self._waiting: Look | None = None
        self._limit, self._changed_ms, self._fresh = LIMIT, 0, False
        self._marked = 0
        self._shown_flow: Flow | None = None
        self._build()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(SETTLE_MS)
        self._later.timeout.connect(self._look_again)
        self._minute = QTimer(self)
        self._minute.setInterval(MINUTE_MS)
        self._minute.timeout.connect(self.show_flow)
        self._minute.start()
        desk.bridge.watch(self, flowed, lambda _state: self.show_flow())
        desk.bridge.watch(self, patients.changed, self._news)
        desk.bridge.watch(self, patients.seen, self._news)
        desk.bridge.watch(self, patients.switched, self._switched)
        self.look()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(12, 12, 12, 10)
        head.setSpacing(8)
        self.search = SearchField(say("patients.search"), say("patients.search.hint"))
        self.search.setMaxLength(200)
        self.search.installEventFilter(self)
        self.chips = FilterChips()
        head.addWidget(self.search)
        head.addWidget(self.chips)
        self._strip = QVBoxLayout()
        head.addLayout(self._strip)
        column.addLayout(head)
        column.addWidget(rule())
        self.moved = Button(say("patients.moved"), "ghost", "s", "refresh")
        self.moved.clicked.connect(self._take_waiting)
        self.moved.hide()
        column.addWidget(self.moved)
        self.list = FoundList(say("patients.list"))
        self.list.installEventFilter(self)
        self.stack = FindPages(self.list)
        self.stack.widened.connect(self.widen)
        self.stack.again.connect(self.look)
        column.addWidget(self.stack, 1)
        self._below = FlowFoot()
        column.addWidget(self._below)
        self.search.textChanged.connect(self._typed)
        self.chips.chosen.connect(self._typed)
        self.list.opened.connect(self._open)
        bar = self.list.verticalScrollBar()
        if bar is not None:
            bar.valueChanged.connect(self._scrolled)

    # --- asking -------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Ask the cache for what is typed and chosen now; what was asked before is not waited for."""
        if self._job is not None:
            self._job.cancel()
        known = self._answer if self._fresh else None
        work = self._read(asked(self.search.text()), self.chips.choice, self._limit, known)
        self._job = self._desk.bridge.start(self, work, self._answered, self._failed)

    async def _read(self, query: str, chip: str, limit: int, known: Look | None) -> Look:
        """Look; whom one saw last and how many there are is asked again only after news."""
        patients = self._patients
        found = await patients.search(query, chip, limit)
        if known is not None:
            return replace(known, query=query, chip=chip, limit=limit, found=found)
        return Look(query, chip, limit, found, await patients.recent(), await patients.counts())

    def _typed(self, _anything: str = "") -> None:
        self._limit = LIMIT
        self._waiting = None
        self.look()

    def _news(self, _anything: object) -> None:
        if not self._later.isActive():
            self._later.start()

    def _look_again(self) -> None:
        self._fresh = False
        self.look()
        self.show_flow()

    def _switched(self, _nothing: None) -> None:
        self._answer = self._waiting = None
        self._fresh, self._marked = False, 0
        self.list.show_lines(())
        self.look()

    def _scrolled(self, value: int) -> None:
        """Ask for more where the end comes near."""
        bar, answer = self.list.verticalScrollBar(), self._answer
        if bar is None or answer is None or value < bar.maximum() - bar.pageStep():
            return
        if len(answer.found) >= self._limit and self._limit < MOST:
            self._limit += LIMIT
            self.look()

    def _failed(self, error: Exception) -> None:
        log.warning("the patient cache did not answer: %s", type(error).__name__)
        self._answer, self._fresh = None, False
        self.list.show_lines(())
        self._turn_to(FAILED)

    @property
    def answered(self) -> bool:
        """Whether the cache has answered."""
        return self._answer is not None

    @property
    def usable(self) -> bool:
        """Whether there is somebody to choose from."""
        return self.stack.currentIndex() in {LIST, NONE_FOUND}

    @property
    def failed(self) -> bool:
        """Whether the cache did not answer."""
        return self.stack.currentIndex() == FAILED

    def shows(self, query: str, chip: str = "all") -> bool:
        """Whether the list is that of *query* and the filter *chip*."""
        answer = self._answer
        return answer is not None and (answer.query, answer.chip) == (asked(query), chip)

    # --- answers ------------------------------------------------------------------------------------------

    def _answered(self, answer: Look) -> None:
        lines = self._lines(answer)
        keys = [line.key for line in lines]
        if (
            answer.asks_as(self._answer)
            and self._held()
            and keys != [line.key for line in self.list.shown.lines]
        ):
            self._waiting = answer
            self.moved.show()
            return
        self._show(answer, lines)

    def _held(self) -> bool:
        """Whether somebody is about to choose: the pointer is over the list, or the focus in it."""
        return self.list.underMouse() or self.list.hasFocus()

    def _take_waiting(self) -> None:
        if self._waiting is not None:
            self._show(self._waiting, self._lines(self._waiting))
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, answer: Look, lines: Sequence[Line]) -> None:
        self._answer, self._waiting, self._fresh = answer, None, True
        self.moved.hide()
        if [line.key for line in lines] != [line.key for line in self.list.shown.lines]:
            self._changed_ms = self._clock_ms()
        self.list.show_lines(lines)
        self._mark_shown()
        self._show_counts(answer)
        self._turn(answer, bool(lines))
        self.show_flow()

    def _turn(self, answer: Look, shown: bool) -> None:
        if not self._patients.is_open:
            self.stack.why.say(say(f"patients.closed.{self._patients.closed_by or 'none'}"))
            self._turn_to(CLOSED)
        else:
            self._turn_to(FindPages.of(answer, shown=shown))

    def _turn_to(self, page: int) -> None:
        """Show a page; a cache that is closed or silent is not said to be fresh."""
        self.stack.setCurrentIndex(page)
        self.turned.emit()
        self._below.setVisible(page not in {FAILED, CLOSED})
        self.chips.setVisible(page != CLOSED)

    def _show_counts(self, answer: Look) -> None:
        counts = {"all": answer.counts.all, "inside": answer.counts.inside}
        if self._patients.reader.units:
            counts["mine"] = answer.counts.mine
        if answer.counts.unnamed or self.chips.choice == "unnamed":
            counts["unnamed"] = answer.counts.unnamed
        self.chips.show_counts(counts)
        self.counted.emit(answer.counts.all)

    def _lines(self, answer: Look) -> list[Line]:
        return answer.lines(self._desk.now_ms())

    def show_flow(self) -> None:
        """Say how fresh the cache is: below the list, and above it where something is wrong."""
        flow = self._flow()
        if flow == self._shown_flow:
            return
        self._shown_flow = flow
        self._below.show_flow(flow)
        self.stack.way.say(flow.way)
        clear(self._strip)
        if flow.strip is not None:
            self._strip.addWidget(Banner(flow.strip.tone, flow.strip.title, flow.strip.detail))

    # --- choosing -----------------------------------------------------------------------------------------

    def _open(self, key: str) -> None:
        line = next((one for one in self.list.shown.lines if one.key == key), None)
        if isinstance(line, PatientLine):
            self.opened.emit(line.found.id, line.found.ipp)

    def mark(self, number: int) -> None:
        """Mark the patient whose page is shown, wherever news put them in the list."""
        self._marked = number
        self._mark_shown()

    def _mark_shown(self) -> None:
        lines = self.list.shown.lines
        key = next((x.key for x in lines if isinstance(x, PatientLine) and x.found.id == self._marked), "")
        if key and not self.list.hasFocus():
            self.list.choose(key)
            if self.list.currentIndex() == self.list.first():
                self.list.scrollToTop()

    def widen(self) -> None:
        """Forget what was typed and chosen."""
        self.chips.choose("all")
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self._typed()
        self.to_search()

    def to_search(self) -> None:
        """Put the caret into the search box."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _to_list(self) -> None:
        """Go to the first line: what is typed finds it, and the patient whose page is open may stand below."""
        first = self.list.first()
        if self.stack.currentIndex() == LIST and first.isValid():
            self.list.setCurrentIndex(first)
            self.list.setFocus(Qt.FocusReason.TabFocusReason)

    def _enter(self) -> None:
        """Open the first that was found, unless the list has only just changed."""
        answer, first = self._answer, self.list.first()
        typed = answer is not None and answer.query and answer.query == asked(self.search.text())
        if typed and first.isValid() and self._clock_ms() - self._changed_ms >= GUARD_MS:
            self.list.setCurrentIndex(first)
            self._open(first.data(Qt.ItemDataRole.UserRole).key)

    def eventFilter(self, target: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 -- Qt's name
        """Let ↓ and ↵ in the box reach the list, ↑ at its first row, Esc and letters go back to the box."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(target, event)
        act = self._key_in_box(event) if target is self.search else self._key_in_list(event)
        if act is None:
            return super().eventFilter(target, event)
        act()
        return True

    def _key_in_box(self, event: QKeyEvent) -> Callable[[], object] | None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Down:
            return self._to_list
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            return (lambda: None) if event.isAutoRepeat() else self._enter
        if key == Qt.Key.Key_Escape and self.search.text():
            return self.search.clear
        return None

    def _key_in_list(self, event: QKeyEvent) -> Callable[[], object] | None:
        key, text = Qt.Key(event.key()), event.text()
        at_first = self.list.currentIndex() in {QModelIndex(), self.list.first()}
        if key == Qt.Key.Key_Escape or (key == Qt.Key.Key_Up and at_first):
            return self.to_search
        if text.isalnum() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return partial(self._type, text)
        return None

    def _type(self, text: str) -> None:
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)
        self.search.setText(text)

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Say the headings again in the new language."""
        super().changeEvent(event)
        kind = event.type() if event is not None and hasattr(self, "_later") else None
        if kind == QEvent.Type.LanguageChange and self._answer is not None:
            self._show(self._answer, self._lines(self._answer))
        elif kind == QEvent.Type.StyleChange:
            self.setFixedWidth(theme().scaled(WIDTH))
