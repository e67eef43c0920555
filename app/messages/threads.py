"""The left column: which threads, looking for something in all of them, and what the shields mean."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRectF, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.i18n import fmt_number
from app.messages import looks
from app.messages.rows import HitLine, RowsList, ThreadLine, ThreadLines
from app.messages.typeahead import Typeahead
from app.ui import paint
from app.ui.buttons import Button, IconButton
from app.ui.choices import Segmented
from app.ui.icons import paint_icon
from app.ui.panes import EmptyState, Glyph, SearchField, ground, rule
from app.ui.states import Loading
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import Words, say, says

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent

    from app.bridge import Job
    from app.feature import Desk
    from app.messages.people import People
    from app.messages.ports import Messages
    from storage.messages.records import Hit, Thread

WIDTH = 344
HITS = 50
"""So many messages are found at once, and more by a press."""
SEEK_MS = 120
"""So long after the last key the texts are searched."""
_INTO = frozenset((Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter))
LIST, LOADING, NONE, NOTHING_HERE, NOT_FOUND, FAILED = range(6)
log = logging.getLogger(__name__)


class ThreadsPane(QWidget):
    """`opened` carries a thread; `hit` a thread and a message of it; `asked` a thread and where its menu belongs."""

    opened = pyqtSignal(int)
    hit = pyqtSignal(int, int)
    asked = pyqtSignal(int, QPoint)
    wanted = pyqtSignal()
    retried = pyqtSignal()

    def __init__(self, desk: Desk, messages: Messages, people: People) -> None:
        super().__init__()
        self._desk, self._messages, self._people = desk, messages, people
        self._lines = ThreadLines(people)
        self.threads: tuple[Thread, ...] = ()
        self._hits: tuple[Hit, ...] = ()
        self._scope = 0
        self._most, self._more = HITS, False
        self._marked = 0
        self._job: Job | None = None
        self._typeahead, self._seeking = Typeahead(self), False
        self._read = self._listing = False
        ground(self, "surface")
        self._build()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(SEEK_MS)
        self._later.timeout.connect(self._seek)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(12, 10, 12, 10)
        head.setSpacing(8)
        head.addLayout(self._choices())
        self.search = SearchField(say("messages.search"), say("messages.search.hint"))
        self.search.setMaxLength(200)
        self.search.installEventFilter(self)
        self.search.textChanged.connect(lambda _text: self._typed())
        head.addWidget(self.search)
        self._within = Button(say("messages.search.everywhere"), "ghost", "s", "x")
        self._within.clicked.connect(self.seek_everywhere)
        self._within.hide()
        head.addWidget(self._within)
        column.addLayout(head)
        column.addWidget(rule())
        self.list = RowsList(say("messages.list"))
        self.list.opened.connect(self._open)
        self.list.asked.connect(lambda key, at: self.asked.emit(int(key), at))
        self.stack = QStackedWidget()
        loading = QWidget()
        inner = QVBoxLayout(loading)
        inner.setContentsMargins(14, 16, 14, 16)
        inner.addWidget(Loading(say("messages.loading")))
        states = (self._none(), self._nothing_here(), self._not_found(), self._failed())
        for page in (self.list, loading, *states):
            self.stack.addWidget(page)
        self.stack.setCurrentIndex(LOADING)
        column.addWidget(self.stack, 1)
        self.older = Button(say("messages.search.more"), "ghost", "s", "chevron-down")
        self.older.clicked.connect(self._seek_on)
        self.older.hide()
        column.addWidget(self.older, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(rule())
        column.addWidget(self._leaving_part())
        self._refused = Label("", "caption", "danger", wrap=True)
        self._refused.setContentsMargins(14, 8, 14, 0)
        self._refused.hide()
        column.addWidget(self._refused)
        column.addWidget(_legend())

    def _leaving_part(self) -> QWidget:
        self._leaving = QWidget()
        column = QVBoxLayout(self._leaving)
        column.setContentsMargins(14, 8, 14, 0)
        column.setSpacing(2)
        self._leaving_n = Label("", "caption", "text_2", wrap=True)
        self.leaving = Button(say("messages.leaving.list"), "ghost", "s", "hourglass-high")
        self.leaving.clicked.connect(self._flip_leaving)
        column.addWidget(self._leaving_n)
        column.addWidget(self.leaving, 0, Qt.AlignmentFlag.AlignLeft)
        self._leaving.hide()
        return self._leaving

    def _choices(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.filter = Segmented(
            [
                ("all", say("messages.filter.all"), ""),
                ("patients", say("messages.filter.patients"), ""),
                ("unread", say("messages.filter.unread"), ""),
            ]
        )
        self.filter.choose("all")
        self.filter.chosen.connect(lambda _key: self._filtered())
        self.new = _New(say("messages.new"), "edit", ("Ctrl", "N"))
        self.new.clicked.connect(self.wanted)
        row.addWidget(self.filter, 1)
        row.addWidget(self.new)
        return row

    def _none(self) -> QWidget:
        button = Button(say("messages.new"), "primary", icon="edit")
        button.clicked.connect(self.wanted)
        return EmptyState("message-2", say("messages.none"), say("messages.none.detail"), actions=(button,))

    def _nothing_here(self) -> QWidget:
        button = Button(say("messages.show_all"))
        button.clicked.connect(self.show_all)
        return EmptyState("circle-check", say("messages.nothing_here"), tone="ok", actions=(button,))

    def _not_found(self) -> QWidget:
        button = Button(say("messages.search.clear"))
        button.clicked.connect(self.search.clear)
        words = say("messages.not_found"), say("messages.not_found.detail")
        return EmptyState("search", *words, actions=(button,))

    def _failed(self) -> QWidget:
        button = Button(say("messages.again"), icon="refresh")
        button.clicked.connect(self.retried)
        words = say("messages.unread_list"), say("messages.unread_list.detail")
        return EmptyState("alert-circle", *words, tone="danger", actions=(button,))

    # --- threads ------------------------------------------------------------------------------------------

    @property
    def shown(self) -> bool:
        """Whether the threads were read."""
        return self._read

    @property
    def unread(self) -> int:
        """How many messages nobody read yet, over all threads."""
        return sum(one.unread for one in self.threads)

    def show_threads(self, threads: tuple[Thread, ...]) -> None:
        """Show the threads, in the order in which they come."""
        self.threads, self._read = threads, True
        unread = self.unread
        counted = (
            say("messages.filter.unread_n", n=fmt_number(unread)) if unread else say("messages.filter.unread")
        )
        self.filter.rename("unread", counted)
        self.redraw()

    def show_leaving(self, count: int) -> None:
        """Say before it happens how many messages the retention is about to erase."""
        self._leaving.setVisible(count > 0)
        self._leaving_n.say(says("messages.leaving_n", count))
        self._tell_leaving()

    def _tell_leaving(self) -> None:
        if self._leaving.isVisible():
            self._messages.tell_leaving()

    def _flip_leaving(self) -> None:
        if self._listing:
            self.show_all()
        else:
            self.list_leaving()

    def list_leaving(self) -> None:
        """List what the retention is about to erase, in the place of the threads."""
        self.search.clear()
        self._list_leaving(True)
        self._job = self._desk.bridge.start(self, self._messages.leaving(), self._found, self._not_searched)

    def _list_leaving(self, yes: bool) -> None:
        self._listing = yes
        self.leaving.say(say("messages.leaving.back" if yes else "messages.leaving.list"))

    def show_refused(self, reason: str) -> None:
        """Say why a message was not taken: *reason* is a text id, empty for none."""
        self._refused.setVisible(bool(reason))
        self._refused.say(say(reason) if reason else "")

    def show_failure(self) -> None:
        """Say that the list could not be read."""
        self.stack.setCurrentIndex(FAILED)

    def of(self, number: int, conv: bytes = b"") -> Thread | None:
        """Return a thread by its id, or its conversation."""
        return next((one for one in self.threads if one.id == number or (conv and one.conv == conv)), None)

    def mark(self, number: int) -> None:
        """Show which thread is open."""
        self._marked = number
        if number:
            self.list.choose(str(number))
        else:
            self.list.setCurrentIndex(QModelIndex())

    def show_all(self) -> None:
        """Show all threads again."""
        self.filter.choose("all")
        self._list_leaving(False)
        self._show()
        self.list.setFocus()

    def _filtered(self) -> None:
        self._list_leaving(False)
        self._show()

    def redraw(self) -> None:
        """Say times and names again, and stay where one reads."""
        self._tell_leaving()
        if self._read:
            with self.list.staying():
                self._show()

    def _show(self) -> None:
        if self.search.text().strip() or self._listing:
            self._show_hits()
            return
        kept = [one for one in self.threads if self._fits(one)]
        self.list.show_lines(self._lines.of(kept, self._desk.now_ms()))
        if not (self.list.hasFocus() and self.list.chosen):  # nobody walks in it now
            self.list.choose(str(self._marked))
        self.stack.setCurrentIndex(LIST if kept else NONE if not self.threads else NOTHING_HERE)

    def _fits(self, one: Thread) -> bool:
        chosen = self.filter.choice
        if chosen == "unread":
            return bool(one.unread) or one.id == self._marked
        return chosen != "patients" or one.patient is not None

    # --- searching ----------------------------------------------------------------------------------------

    def to_search(self, thread: int = 0) -> None:
        """Let something be typed, to be looked for in one thread or in all."""
        self._scope = thread
        one = self.of(thread)
        self._within.setVisible(one is not None)
        if one is not None:
            self._within.say(say("messages.search.only", name=self._people.title(one)))
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()
        self._typed()

    def seek_everywhere(self) -> None:
        """Look in all threads again."""
        self.to_search()

    def _typed(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._typeahead.drop()
        self._list_leaving(False)
        self._most, self._more = HITS, False
        self.older.hide()
        self._seeking = bool(self.search.text().strip())
        if self._seeking:
            self._later.start()
        else:
            self._later.stop()
            self._hits = ()
            self._show()

    def _seek(self) -> None:
        text = self.search.text().strip()
        work = self._messages.search(text, self._scope, self._most + 1)
        self._job = self._desk.bridge.start(self, work, self._sought, self._not_searched)

    def _sought(self, hits: tuple[Hit, ...]) -> None:
        self._more = len(hits) > self._most
        with self.list.staying():
            self._found(hits[: self._most])

    def _seek_on(self) -> None:
        """Look further back."""
        self._most += HITS
        self._seek()

    def _found(self, hits: tuple[Hit, ...]) -> None:
        self._hits, self._seeking = hits, False
        self._show_hits()
        self._typeahead.press(self._enter)

    def _enter(self) -> None:
        if self.list.shown.lines:
            self.list.setCurrentIndex(self.list.shown.index(0))
            self.list.setFocus(Qt.FocusReason.TabFocusReason)

    def _show_hits(self) -> None:
        typed = self.search.text()
        by_name = [] if self._scope or self._listing else self._named(typed)
        self.list.show_lines([*by_name, *self._hit_lines()])
        self.older.setVisible(self._more)
        self.stack.setCurrentIndex(LIST if self.list.shown.lines else NOT_FOUND)

    def _named(self, typed: str) -> list[ThreadLine]:
        from app.names import matches  # noqa: PLC0415 -- only where something is typed

        every = self._lines.of(self.threads, self._desk.now_ms())
        return [one for one in every if matches(typed, one.title, one.patient)]

    def _hit_lines(self) -> list[HitLine]:
        now_ms, people = self._desk.now_ms(), self._people
        lines = []
        for hit in self._hits:
            one = self.of(hit.thread)
            if one is not None:
                who = say("messages.you") if hit.author == people.me else people.name(hit.author)
                lines.append(HitLine(hit, people.title(one), str(who), looks.short_when(hit.sent_ms, now_ms)))
        return lines

    def _not_searched(self, error: Exception) -> None:
        log.warning("messages were not searched: %s", type(error).__name__)
        self._seeking = False
        self._typeahead.drop()
        self.show_failure()

    def _open(self, key: str) -> None:
        line = next((one for one in self.list.shown.lines if one.key == key), None)
        if isinstance(line, HitLine):
            self.hit.emit(line.hit.thread, line.hit.message)
        elif line is not None:
            self.opened.emit(line.thread.id)

    # --- keys ---------------------------------------------------------------------------------------------

    def eventFilter(self, target: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 -- Qt's name
        """Let ↓ go from the field to what was found, Échap empty it."""
        if target is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _INTO and (self._seeking or self.list.shown.lines):
                self._typeahead.hold() if self._seeking else self._enter()
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return False


class _New(IconButton):
    """The one main act of the column, on the accent's ground."""

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint ground and icon."""
        painter = paint.painter_for(self)
        pressure = "_pressed" if self.isDown() else "_hover" if self.underMouse() else ""
        paint.box(painter, QRectF(self.rect()), self.radius, theme().color("accent" + pressure))
        paint_icon(painter, "edit", QRectF(6, 6, 20, 20), theme().color("on_accent"))


def _legend() -> QWidget:
    """Return what the shields mean."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(14, 8, 10, 8)
    row.setSpacing(5)
    for level in ("verified", "certified", "changed"):
        icon, tone = looks.LEVELS[level]
        words: Words = say(f"messages.legend.{level}")
        row.addWidget(Glyph(icon, tone, 16))
        row.addWidget(Label(words, "caption", "text_2"))
        row.addSpacing(8)
    row.addStretch(1)
    return holder
