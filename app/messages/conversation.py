"""The middle of the section: one thread, from its head to the field in which one writes."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.i18n import isolated
from app.messages.bubbles import Stream
from app.messages.composer import ROOMY, Composer
from app.messages.head import PatientStrip, ThreadHead
from app.messages.items import lines
from app.messages.span import MOST, STEP, Span
from app.messages.strips import Strip
from app.ui.buttons import Button
from app.ui.panes import Banner, EmptyState, clear, ground, rule
from app.ui.states import Loading
from app.ui.theme import theme
from app.ui.words import Words, say, says
from storage.messages.records import State, ThreadKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtGui import QDragEnterEvent, QDropEvent

    from app.bridge import Job
    from app.feature import Desk
    from app.messages.bubbles import Running
    from app.messages.people import Known, People
    from app.messages.ports import Messages, Progress, Standing
    from storage.messages.records import Message, Receipt, Thread

STREAM, LOADING, FAILED, EMPTY = range(4)
log = logging.getLogger(__name__)


class Conversation(QWidget):
    """Shows a thread and keeps what is in memory of it small. `compared` asks to compare a code, `released` to send what was held.

    `seen` tells up to which order (more than 32 bits) somebody has it in front of them; `loaded` that other messages are shown.
    """

    compared = pyqtSignal(bytes)
    released = pyqtSignal()
    seen = pyqtSignal(object)
    loaded = pyqtSignal()

    def __init__(self, desk: Desk, messages: Messages, people: People) -> None:
        super().__init__()
        self._desk, self._messages, self._people = desk, messages, people
        self.current: Thread | None = None
        self.span = Span()
        self._new_from = 0
        self._read_ms: dict[int, int] = {}
        self._asked = 0
        self._job: Job | None = None
        self._reveal = 0
        self._covered = False
        self._banner_for: tuple[object, ...] = ()
        ground(self, "surface")
        self.setAcceptDrops(True)
        self.head, self.patient, self.stream = ThreadHead(), PatientStrip(), Stream()
        self.strip, self.composer = Strip(), Composer(desk.bridge)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.head, rule(), self.patient):
            column.addWidget(part)
        column.addWidget(self._states(), 1)
        self._newest = Button(say("messages.to_newest"), "ghost", "s", "chevron-down")
        self._newest.clicked.connect(self.to_newest)
        self._newest.hide()
        column.addWidget(self._newest, 0, Qt.AlignmentFlag.AlignHCenter)
        self._banners = QVBoxLayout()
        self._banners.setContentsMargins(20, 0, 20, 0)
        self._banners.setSpacing(0)
        column.addLayout(self._banners)
        column.addWidget(self.strip)
        column.addWidget(rule())
        column.addWidget(self.composer)
        self._connect()

    def _states(self) -> QWidget:
        self.stack = QStackedWidget()
        loading = QWidget()
        inner = QVBoxLayout(loading)
        inner.setContentsMargins(20, 20, 20, 20)
        inner.addWidget(Loading(say("messages.loading.thread")))
        again = Button(say("messages.again"), icon="refresh")
        again.clicked.connect(self.reload)
        words = say("messages.unread_thread"), say("messages.unread_list.detail")
        failed = EmptyState("alert-circle", *words, tone="danger", actions=(again,))
        empty = EmptyState("lock", say("messages.empty_thread"), say("messages.empty_thread.detail"))
        for page in (self.stream, loading, failed, empty):
            self.stack.addWidget(page)
        return self.stack

    def _connect(self) -> None:
        self.stream.neared.connect(self._neared)
        self.stream.left.connect(self.to_field)
        self.composer.left.connect(self.to_stream)
        self.composer.drafted.connect(self._keep_draft)
        self.composer.left_out.connect(lambda: self._desk.tell(say("messages.attach.left_out")))
        self.strip.closed.connect(self.to_field)
        bar = self.stream.verticalScrollBar()
        assert bar is not None
        bar.valueChanged.connect(lambda _value: self._look_at_end())
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.timeout.connect(self._look_at_end)

    # --- one thread ---------------------------------------------------------------------------------------

    def open(self, thread: Thread, message: int = 0) -> None:
        """Show *thread* at its end, or at a message of it."""
        other = self.current is None or self.current.id != thread.id
        if other:
            self.composer.keep_draft()
            self.strip.put_away()
            self.current = thread
            self.span, self._new_from, self._read_ms = Span(), 0, {}
            self.composer.begin(self._people.title(thread), thread.draft)
            self.stack.setCurrentIndex(LOADING)
        self.show_thread(thread)
        if message:
            self._reveal = message
            if not self.stream.reveal(f"message {message}"):
                self._ask(self._messages.around(message, 2 * STEP), self._around)
        elif other:
            self.reload()

    def forget(self) -> None:
        """Show no thread any more."""
        self.composer.keep_draft()
        self.current, self.span = None, Span()
        self._asked += 1
        self.stream.show_lines([])

    def show_thread(self, thread: Thread) -> None:
        """Show what is told of the thread itself anew."""
        self.current = thread
        self.head.show_thread(thread, self._people)
        self.patient.show_patient(thread.patient)
        self.composer.show_timer(thread.expire_s)
        self._show_banner(thread)
        self.composer.close_for(self._closed(thread))
        self.show_standing(self._messages.standing)

    def show_standing(self, standing: Standing) -> None:
        """Say what happens to what is sent now."""
        if self.current is not None:
            held = bool(self._people.held_by(self.current))
            self.composer.show_standing(held=held, offline=not standing.online and standing.since_ms > 0)

    def _closed(self, thread: Thread) -> Words:
        """Return why nothing can be written, or nothing."""
        if not self._people.writable:
            return say("messages.closed.read_only")
        if thread.left:
            return say("messages.closed.left")
        levels = {self._people.of(user).level for user in thread.members}
        if "blocked" in levels and levels <= {"blocked", "none"}:
            return say("messages.closed.blocked")
        return say("messages.closed.nobody") if levels <= {"none"} else ""

    def _show_banner(self, thread: Thread) -> None:
        """Say in the flow why messages are held, with the way on."""
        held = self._people.held_by(thread)
        state = (thread.id, held, thread.held if not held else -1, self._people.writable)
        if state == self._banner_for:
            return
        self._banner_for = state
        clear(self._banners)
        if held:
            self._banners.addWidget(self._key_banner(held))
        elif thread.held and self._people.writable:
            button = Button(say("messages.release"), "primary", "s", "send")
            button.clicked.connect(self.released)
            title = says("messages.held.banner", thread.held)
            self._banners.addWidget(
                Banner(
                    "info", title, say("messages.held.banner.detail"), icon="clock-pause", actions=(button,)
                )
            )
        self._banners.setContentsMargins(20, 0, 20, 10 if self._banners.count() else 0)

    def _key_banner(self, held: tuple[Known, ...]) -> Banner:
        one = held[0]
        others = says("messages.key.others", len(held) - 1) if len(held) > 1 else ""
        button = Button(say("messages.compare"), "secondary", "m", keys=("Ctrl", "I"))
        button.bare(self.width() < theme().scaled(ROOMY))
        button.clicked.connect(lambda: self.compared.emit(one.user))
        tone = "danger" if one.level == "different" else "warn"
        return Banner(
            tone,
            say(f"messages.key.{one.level}", name=isolated(one.name)),
            say(f"messages.key.{one.level}.detail", others=others),
            icon="shield-exclamation",
            actions=(button,),
        )

    # --- what is in memory --------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read what is shown anew, the end of the thread where nothing is."""
        if self.current is None:
            return
        if self.span.newest or not self.span.messages:
            limit = min(max(len(self.span.messages), 2 * STEP), MOST)
            self._ask(self._messages.page(self.current.id, 0, limit), partial(self._renewed, limit))
        else:
            self._ask(self._messages.around(self.span.middle, MOST), self._renewed_around)

    def _ask(self, work: object, done: object) -> None:
        self._asked += 1
        asked = self._asked

        def answered(page: tuple[Message, ...]) -> None:
            if asked == self._asked:
                self._job = None
                done(page)  # type: ignore[operator]

        self._job = self._desk.bridge.start(self, work, answered, self._not_read)  # type: ignore[arg-type]

    def _renewed(self, limit: int, page: tuple[Message, ...]) -> None:
        first = not self.span.messages
        self.span.show_newest(page, limit)
        if first:
            unread = next((one.order for one in page if not one.read and not one.own), 0)
            self._new_from = unread
        self._draw(to_end=first)
        self._ask_when_read()

    def _renewed_around(self, page: tuple[Message, ...]) -> None:
        self.span.renew(page)
        self._draw()

    def _around(self, page: tuple[Message, ...]) -> None:
        self.span.show_around(page)
        self._draw()
        self.stream.reveal(f"message {self._reveal}")

    def _neared(self, way: int) -> None:
        """Read more where one scrolls to."""
        span = self.span
        if self._job is not None or not span.messages or self.current is None:
            return
        if way < 0 and not span.oldest:
            self._ask(self._messages.page(self.current.id, span.messages[0].order, STEP), self._before)
        elif way > 0 and not span.newest:
            self._ask(self._messages.around(span.messages[-1].id, 2 * STEP), self._after)

    def _before(self, page: tuple[Message, ...]) -> None:
        self.span.put_before(page)
        self._draw(stay=True)

    def _after(self, page: tuple[Message, ...]) -> None:
        self.span.put_after(page)
        self._draw(stay=True)

    def to_newest(self) -> None:
        """Show the end of the thread."""
        if self.span.newest:
            self.stream.to_end()
        elif self.current is not None:
            self.span = Span()
            self.reload()

    def _draw(self, *, to_end: bool = False, stay: bool = False) -> None:
        thread = self.current
        if thread is None:
            return
        shown = lines(
            self.span.messages,
            self._people,
            self._desk.now_ms(),
            team=thread.kind is ThreadKind.TEAM,
            new_from=self._new_from,
            read=self._read_ms,
        )
        self.stack.setCurrentIndex(STREAM if shown else EMPTY)
        self.stream.show_lines(shown, to_end=to_end, stay=stay)
        self.loaded.emit()
        self._settle.start(0)

    def redraw(self) -> None:
        """Say times and names again."""
        if self.span.messages:
            self._draw()

    def show_progress(self, progress: Progress) -> None:
        """Show how far a file is, in its own row."""
        for one in self.span.messages:
            if any(file.id == progress.file for file in one.files):
                files = tuple(
                    replace(file, done=progress.done) if file.id == progress.file else file
                    for file in one.files
                )
                kept = (replace(one, files=files) if other is one else other for other in self.span.messages)
                self.span.messages = tuple(kept)
                self._draw()
                return

    def ask_name(self, title: str, act: Callable[[str], object]) -> None:
        """Let the team get another name."""
        self.strip.ask_words(say("messages.rename"), title, say("messages.rename.yes"), act)

    def _not_read(self, error: Exception) -> None:
        self._job = None
        log.warning("a thread could not be read: %s", type(error).__name__)
        if not self.span.messages:
            self.stack.setCurrentIndex(FAILED)

    def _ask_when_read(self) -> None:
        """Find out when the newest own message that was read was read, in a thread of two."""
        if self.current is None or self.current.kind is not ThreadKind.DIRECT:
            return
        last = next(
            (one for one in reversed(self.span.messages) if one.own and one.state is State.READ), None
        )
        if last is not None and last.id not in self._read_ms:
            work = self._messages.receipts(last.id)
            self._desk.bridge.start(self, work, partial(self._when_read, last.id), _not_told)

    def _when_read(self, message: int, receipts: tuple[Receipt, ...]) -> None:
        at_ms = max((one.read_ms for one in receipts), default=0)
        if at_ms:
            self._read_ms[message] = at_ms
            self._draw()

    # --- what is seen -------------------------------------------------------------------------------------

    def cover(self, yes: bool) -> None:
        """Hear that nobody sees the page, or that somebody does again."""
        self._covered = yes
        if yes:
            self.composer.keep_draft()
        self._look_at_end()

    def look(self) -> None:
        """Look again at what is in sight: the window came to the front, or the section."""
        self._look_at_end()

    def _look_at_end(self) -> None:
        at_end = self.stream.at_end and self.span.newest
        self._newest.setVisible(not at_end and self.stack.currentIndex() == STREAM)
        if self.stream.short:
            self._neared(-1)
        if not self.span.messages or self._covered or not self.isVisible() or not self._in_front():
            return
        last = self.span.messages[-1]
        if at_end and any(not one.read and not one.own for one in self.span.messages):
            self.seen.emit(last.order)

    def _in_front(self) -> bool:
        window = self.window()
        return self.isVisible() and window is not None and window.isActiveWindow()

    def count_down(self, running: Running | None) -> None:
        """Show the seconds of an open ephemeral document in its row."""
        self.stream.count_down(running)

    # --- focus, drafts, dropping --------------------------------------------------------------------------

    def to_field(self) -> None:
        """Write."""
        self.composer.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def to_stream(self) -> None:
        """Go among the messages, the newest first."""
        if self.stream.shown.lines:
            if not self.stream.currentIndex().isValid():
                self.stream.setCurrentIndex(self.stream.shown.index(len(self.stream.shown.lines) - 1))
            self.stream.setFocus(Qt.FocusReason.TabFocusReason)

    def _keep_draft(self, text: str) -> None:
        thread = self.current
        if thread is not None and self._people.writable and text != thread.draft:
            self.current = replace(thread, draft=text)
            bridge, work = self._desk.bridge, self._messages.keep_draft(thread.id, text)
            bridge.start(bridge, work, _nothing, _not_told)  # the lock deletes the page, not what it kept

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Take files that are dragged over the thread."""
        if event is not None and self.composer.accepts(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Attach what is dropped; it is sent with the next press only."""
        source = event.mimeData() if event is not None else None
        if event is not None and source is not None and self.composer.accepts(source):
            self.composer.take(source)
            event.acceptProposedAction()


def _nothing(_answer: object) -> None:
    return


def _not_told(error: Exception) -> None:
    log.warning("the thread's service did not answer: %s", type(error).__name__)
