"""The middle of the section: one thread, from its head to the field in which one writes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.messages.banners import HeldBanner
from app.messages.browsing import Browsing
from app.messages.composer import Composer
from app.messages.head import PatientStrip, ThreadHead
from app.messages.items import lines
from app.messages.letters import Letters
from app.messages.stream import Stream
from app.messages.strips import Strip
from app.messages.typeahead import Typeahead
from app.ui.buttons import Button
from app.ui.panes import EmptyState, ground, rule
from app.ui.states import Loading
from app.ui.words import Words, say
from storage.messages.records import ThreadKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtGui import QDragEnterEvent, QDropEvent

    from app.feature import Desk
    from app.messages.habits import Habits
    from app.messages.people import People
    from app.messages.ports import Messages, Standing
    from app.messages.span import Span
    from app.messages.tiles import Running
    from storage.messages.records import Thread

STREAM, LOADING, FAILED, EMPTY = range(4)
log = logging.getLogger(__name__)


class Conversation(QWidget):
    """Shows a thread and keeps what is in memory of it small. `compared` asks to compare a code, `released` to send what was held.

    `seen` tells up to which order (more than 32 bits) somebody has it in front of them; `loaded` that other messages are shown;
    `drafted` that a thread that was left has another draft now.
    """

    compared = pyqtSignal(bytes)
    released = pyqtSignal()
    seen = pyqtSignal(object)
    loaded = pyqtSignal()
    drafted = pyqtSignal()

    def __init__(self, desk: Desk, messages: Messages, people: People, habits: Habits) -> None:
        super().__init__()
        self._desk, self._messages, self._people = desk, messages, people
        self.current: Thread | None = None
        self.letters = Letters(desk.bridge, messages, people)
        self.browsing = Browsing(desk.bridge, messages, self)
        self._covered = False
        self._typeahead = Typeahead(self)
        self._newest_key = self._reveal = ""
        ground(self, "surface")
        self.setAcceptDrops(True)
        self.head, self.patient, self.stream = ThreadHead(), PatientStrip(), Stream()
        self.banner, self.strip, self.composer = HeldBanner(people), Strip(), Composer(desk.bridge, habits)
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
        column.addWidget(self.banner)
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
        again.clicked.connect(self.browsing.reload)
        words = say("messages.unread_thread"), say("messages.unread_list.detail")
        failed = EmptyState("alert-circle", *words, tone="danger", actions=(again,))
        empty = EmptyState("lock", say("messages.empty_thread"), say("messages.empty_thread.detail"))
        for page in (self.stream, loading, failed, empty):
            self.stack.addWidget(page)
        return self.stack

    def _look_who_is_here(self, _nothing: None) -> None:
        if self.current is not None:
            self.head.show_here(self.current, self._people)

    def _connect(self) -> None:
        self.stream.neared.connect(self.browsing.read_on)
        self.stream.coming.connect(self._come)
        self.stream.drawn.connect(self._drawn)
        self.browsing.read.connect(self._draw)
        self.browsing.found.connect(self._found)
        self.browsing.failed.connect(self._not_read)
        self.banner.compared.connect(self.compared)
        self.banner.released.connect(self.released)
        self.stream.left.connect(self.to_field)
        self.composer.left.connect(self.to_stream)
        self.composer.drafted.connect(self._keep_draft)
        self.composer.left_out.connect(lambda: self._desk.tell(say("messages.attach.left_out")))
        self.strip.closed.connect(self.to_field)
        self._desk.bridge.watch(self, self._people.come_and_gone, self._look_who_is_here)
        bar = self.stream.verticalScrollBar()
        assert bar is not None
        bar.valueChanged.connect(lambda _value: self._look_at_end())
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.timeout.connect(self._look_at_end)

    @property
    def span(self) -> Span:
        """What of the thread is in memory."""
        return self.browsing.span

    # --- one thread ---------------------------------------------------------------------------------------

    def open(self, thread: Thread, message: int = 0) -> None:
        """Show *thread* at its end, or at a message of it."""
        other = self.current is None or self.current.id != thread.id
        if other:
            self._leave()
            self.strip.put_away()
            self.current = thread
            self.browsing.begin(thread)
            self.composer.begin(self._people.title(thread), self.letters.of(thread))
            self.stack.setCurrentIndex(LOADING)
        self.show_thread(thread)
        if message:
            if not self.stream.reveal(f"message {message}"):
                self.browsing.look_for(message)
        elif other:
            self.browsing.reload()

    def forget(self) -> None:
        """Show no thread any more."""
        self._leave()
        self._typeahead.drop()
        self.current = None
        self.browsing.begin(None)
        self.stream.show_lines([])

    def show_thread(self, thread: Thread) -> None:
        """Show what is told of the thread itself anew."""
        self.current = thread
        self.head.show_thread(thread, self._people)
        self.patient.show_patient(thread.patient)
        self.letters.of(thread).see(thread.patient)
        self.composer.show_timer(thread.expire_s)
        self.banner.show_thread(thread)
        self.composer.close_for(self._closed(thread))
        self.show_standing(self._messages.standing)

    def show_standing(self, standing: Standing) -> None:
        """Say what happens to what is sent now."""
        if self.current is not None:
            held = bool(self._people.held_by(self.current))
            self.composer.show_standing(held=held, offline=not standing.online and standing.since_ms > 0)

    def _closed(self, thread: Thread) -> Words:
        """Return why nothing can be written, or nothing."""
        if not self._people.listed:
            return ""  # nobody knows yet: what is typed meanwhile is typed
        if not self._people.writable:
            return say("messages.closed.read_only")
        if thread.left:
            return say("messages.closed.left")
        levels = {self._people.of(user).level for user in thread.members}
        if "blocked" in levels and levels <= {"blocked", "none"}:
            return say("messages.closed.blocked")
        return say("messages.closed.nobody") if levels <= {"none"} else ""

    # --- what is in memory --------------------------------------------------------------------------------

    def to_newest(self) -> None:
        """Show the end of the thread."""
        if self.span.newest:
            self.stream.to_end()
        else:
            self.browsing.to_newest()

    def _found(self, message: int) -> None:
        self._reveal = f"message {message}"

    def _not_read(self) -> None:
        if not self.span.messages:
            self.stack.setCurrentIndex(FAILED)
        self._typeahead.press(self._enter)

    def _draw(self, to_end: bool = False, stay: bool = False) -> None:
        thread = self.current
        if thread is None:
            return
        shown = lines(
            self.span.messages,
            self._people,
            self._desk.now_ms(),
            team=thread.kind is ThreadKind.TEAM,
            patient=thread.patient,
            quoted=self.browsing.quoted,
            new_from=self.browsing.new_from,
            read=self.browsing.read_ms,
        )
        if self.stack.currentIndex() != STREAM:
            self.stream.resize(self.stack.size())  # measured for the width that it will have
        reveal, self._reveal = self._reveal, ""
        self.stream.show_lines(shown, to_end=to_end, stay=stay, reveal=reveal)

    def _come(self, any_lines: bool) -> None:
        if self.current is not None:
            self.stack.setCurrentIndex(STREAM if any_lines else EMPTY)

    def _drawn(self) -> None:
        if self.current is not None:
            self.loaded.emit()
            self._settle.start(0)
            if not self.browsing.busy:
                self._typeahead.press(self._enter)

    @property
    def busy(self) -> bool:
        """Whether something is being read, or will be shown soon."""
        return self.browsing.busy or self.stream.busy

    def redraw(self) -> None:
        """Say times and names again."""
        if self.span.messages:
            self._draw()

    def ask_name(self, title: str, act: Callable[[str], object]) -> None:
        """Let the team get another name."""
        self.strip.ask_words(say("messages.rename"), title, say("messages.rename.yes"), act)

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
            self.browsing.read_on(-1)
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
        self._typeahead.drop()
        self.composer.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def to_stream(self) -> None:
        """Go among the messages, to the newest where none is chosen; what is pressed while they are read is for them too."""
        self._newest_key = ""
        if self.busy:
            self._enter()
        self._wait()

    def to_found(self) -> None:
        """Go to the message that was looked for, as soon as it is there."""
        self._newest_key = ""
        self._wait()

    def _wait(self) -> None:
        self._typeahead.hold()
        if not self.busy:
            self._typeahead.press(self._enter)

    def _enter(self) -> None:
        stream = self.stream
        if self.stack.currentIndex() == STREAM and stream.shown.lines:
            if stream.chosen in {"", self._newest_key}:
                stream.choose_last()
                self._newest_key = stream.chosen
            stream.setFocus(Qt.FocusReason.TabFocusReason)

    def _keep_draft(self) -> None:
        if self.current is not None:
            self.letters.keep(self.current.id)

    def _leave(self) -> None:
        """Keep what is typed, and let the list show it."""
        if self.current is not None:
            self.letters.keep(self.current.id, self.drafted.emit)

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
