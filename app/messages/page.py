"""The section Messages: threads at the left, one of them in the middle, what is to be known of it at the right."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QPoint, Qt, QTimer
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QWidget

from app.commands import Command
from app.feature import Page
from app.intents import OpenDeposits, OpenPatient, OpenPerson, OpenThread, WriteMessage
from app.messages.conversation import Conversation
from app.messages.deeds import Deeds, failure
from app.messages.depositpane import DepositPane
from app.messages.panel import WIDTH as PANEL_WIDTH
from app.messages.panel import Panel
from app.messages.preview import Preview
from app.messages.start import StartPane
from app.messages.threads import WIDTH as LIST_WIDTH
from app.messages.threads import ThreadsPane
from app.ui.buttons import Button
from app.ui.panes import EmptyState, rule
from app.ui.theme import theme
from app.ui.words import Words, say, says

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PyQt6.QtGui import QFocusEvent, QResizeEvent, QShowEvent

    from app.feature import Desk
    from app.intents import Intent
    from app.messages.deposits import Deposits
    from app.messages.people import Patients, People
    from app.messages.ports import Messages, Standing
    from storage.messages.records import PatientLink, Thread
    from storage.patients.records import Found

NOTHING, TALK, START, DEPOSITS = range(4)
TALK_WIDTH = 400
SETTLE_MS = 60
"""So long after a change it is read: a hundred receipts at once make one look."""
MINUTE_MS = 60_000
log = logging.getLogger(__name__)


class MessagesPage(Page):
    """Threads of this desk. All that is shown comes from the vault: it works without a network."""

    wide = True

    def __init__(
        self, desk: Desk, messages: Messages, people: People, patients: Patients, deposits: Deposits
    ) -> None:
        super().__init__()
        self._desk, self._messages, self._people, self._patients = desk, messages, people, patients
        self._found: tuple[tuple[str, str], Found | None] | None = None
        self._changed: set[int] = set()
        self._wanted: OpenThread | None = None
        self._panel_asked = self._to_list = False
        self.threads = ThreadsPane(desk, messages, people)
        self.talk, self.start = Conversation(desk, messages, people), StartPane(desk, people, patients)
        self.deposits = DepositPane(desk, deposits)
        self.to_deposits = Button(say("deposit.section"), "ghost", "s", "upload")
        self.panel, self.preview = Panel(desk, people, patients), Preview(desk)
        self.deeds = Deeds(desk, messages, people, self.talk, self.preview, self.panel)
        self._lay_out()
        self._connect()
        self._read()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.threads)
        self._list_rule, self._side_rule = rule("v"), rule("v")
        row.addWidget(self._list_rule)
        self.stack = QStackedWidget()
        new = Button(say("messages.new"), icon="edit", keys=("Ctrl", "N"))
        new.clicked.connect(self.write_new)
        nothing = EmptyState(
            "message-2", say("messages.choose"), say("messages.choose.detail"), actions=(new,)
        )
        for page in (nothing, self.talk, self.start, self.deposits):
            self.stack.addWidget(page)
        row.addWidget(self.stack, 1)
        row.addWidget(self._side_rule)
        row.addWidget(self.preview, 1)
        row.addWidget(self.panel)
        self._make_room()

    def _connect(self) -> None:
        self.threads.opened.connect(self.open_thread)
        self.threads.hit.connect(self.open_thread)
        self.threads.asked.connect(self._ask_thread)
        self.threads.wanted.connect(self.write_new)
        self.threads.retried.connect(self._read)
        self.talk.head.searched.connect(self._search_here)
        self.talk.head.more_asked.connect(self._ask_more)
        self.talk.head.panel_asked.connect(self._flip_panel)
        self.talk.patient.opened.connect(self.open_patient)
        self.talk.compared.connect(lambda user: self._desk.open(OpenPerson(user)))
        self.talk.loaded.connect(lambda: self.panel.show_files(self.talk.span.messages))
        self.panel.person_opened.connect(lambda user: self._desk.open(OpenPerson(user)))
        self.preview.opened.connect(self._make_room)
        self.preview.closed.connect(self._closed_preview)
        self.start.begun.connect(self._begin)
        self.start.left.connect(self._left_start)
        self.deposits.left.connect(self._left_start)
        self.to_deposits.clicked.connect(self.deposit)
        self.deeds.listed.connect(self._read)
        watch = self._desk.bridge.watch
        watch(self, self._messages.changed, self._news, _merged)
        watch(self, self._messages.progress, self.talk.show_progress)
        watch(self, self._messages.stood, self._stood)
        watch(self, self._people.changed, lambda _none: self._ask_people())
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._read)
        self._minute = QTimer(self)
        self._minute.setInterval(MINUTE_MS)
        self._minute.timeout.connect(self._redraw)
        self._minute.start()
        for keys, call in self._keys():
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(call)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.applicationStateChanged.connect(self._came_back)
        self._ask_people()

    def _keys(self) -> tuple[tuple[str, Callable[[], object]], ...]:
        return (
            ("Ctrl+N", self.write_new),
            ("Ctrl+F", self._find),
            ("Ctrl+Shift+F", self._search_here),
            ("Ctrl+E", self._flip_once),
            ("Ctrl+O", self.open_patient),
            ("Ctrl+I", self.compare),
            ("Ctrl+Shift+D", self.deposit),
        )

    # --- what is there ------------------------------------------------------------------------------------

    def _news(self, changed: frozenset[int]) -> None:
        thread = self.talk.current
        if thread is not None and (not changed or thread.id in changed):
            self._changed.add(thread.id)
        self._settle.start()

    def _read(self) -> None:
        self._desk.bridge.start(self, self._messages.threads(), self._show, self._not_read)

    def _show(self, threads: tuple[Thread, ...]) -> None:
        self.threads.show_threads(threads)
        self.threads.show_leaving(self._messages.standing.leaving)
        self.threads.show_refused(self._messages.standing.refused)
        self.headed.emit()
        if self._to_list:
            self._arrive()
        self._show_wanted()
        current = self.talk.current
        now = self.threads.of(current.id) if current is not None else None
        if current is not None and now is None:
            self.talk.forget()
            self._turn(NOTHING)
        elif now is not None:
            self._show_thread(now)
            if now.id in self._changed:
                self.talk.reload()
        self._changed.clear()

    def _not_read(self, error: Exception) -> None:
        log.warning("the threads could not be read: %s", type(error).__name__)
        self.threads.show_failure()

    def _ask_people(self) -> None:
        self._desk.bridge.start(self, self._people.read(), lambda _book: self._redraw(), _not_listed)

    def _redraw(self) -> None:
        self.threads.redraw()
        self.talk.redraw()
        if self.talk.current is not None:
            self._show_thread(self.talk.current)

    def _stood(self, standing: Standing) -> None:
        self.talk.show_standing(standing)
        self.threads.show_leaving(standing.leaving)
        self.threads.show_refused(standing.refused)
        self.headed.emit()

    def _came_back(self, _state: object) -> None:
        self.talk.look()

    # --- one thread ---------------------------------------------------------------------------------------

    def open_thread(self, number: int, message: int = 0) -> None:
        """Show a thread, at a message of it where one is named."""
        thread = self.threads.of(number)
        if thread is None:
            self._wanted = OpenThread(number, message)
            self._read()
            return
        if self.talk.current is None or self.talk.current.id != number:
            self.preview.close_it()
        self._turn(TALK)
        self.talk.open(thread, message)
        self.threads.mark(number)
        self._show_thread(thread)
        self._make_room()
        self.talk.to_stream() if message else self.talk.to_field()

    def _show_thread(self, thread: Thread) -> None:
        kept = self.talk.current
        if kept is not None and kept.id == thread.id:
            self.talk.show_thread(thread)
        link = thread.patient
        known = (link.authority, link.ipp) if link is not None else None
        if known is not None and (self._found is None or self._found[0] != known):
            self._found = (known, None)
            work = self._patients.named(*known)
            self._desk.bridge.start(self, work, partial(self._named, known), _not_listed)
        found = self._found[1] if self._found is not None and self._found[0] == known else None
        self.panel.show_thread(thread, writable=self._people.writable, found=found)

    def _named(self, known: tuple[str, str], found: Found | None) -> None:
        self._found = (known, found)
        thread = self.talk.current
        if thread is not None:
            self.panel.show_thread(thread, writable=self._people.writable, found=found)

    def _show_wanted(self) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is not None and self.threads.of(wanted.id) is not None:
            self.open_thread(wanted.id, wanted.message)

    def _ask_thread(self, number: int, at: QPoint) -> None:
        thread = self.threads.of(number)
        if thread is not None:
            self.deeds.ask_thread(thread, at)

    def _ask_more(self) -> None:
        button = self.talk.head.more
        if self.talk.current is not None:
            self._ask_thread(self.talk.current.id, button.mapToGlobal(QPoint(0, button.height())))

    # --- a new one ----------------------------------------------------------------------------------------

    def write_new(self) -> None:
        """Begin a message."""
        self._start((), None)

    def _start(self, users: tuple[bytes, ...], patient: PatientLink | None) -> None:
        self.preview.close_it()
        self._turn(START)
        self.start.begin(users, patient)

    def deposit(self) -> None:
        """Leave a document for somebody without Consilium, or see what became of one."""
        self.preview.close_it()
        self._turn(DEPOSITS)
        self.deposits.begin()

    def _begin(self) -> None:
        start, messages = self.start, self._messages
        members, patient, expire_s = start.members, start.patient, start.expire_s
        title = start.title

        async def begin() -> int:
            if len(members) > 1:
                return await messages.gather(title, members, patient, expire_s)
            number = await messages.direct(members[0])
            if patient is not None:
                await messages.link(number, patient)
            if expire_s:
                await messages.set_timer(number, expire_s)
            return number

        failed: Callable[[Exception], None] = lambda error: start.show_failure(*failure(error))  # noqa: E731 -- one line
        self._desk.bridge.start(self, begin(), self._begun, failed)

    def _begun(self, number: int) -> None:
        self._wanted = OpenThread(number)
        self._read()

    def _left_start(self) -> None:
        self._turn(TALK if self.talk.current is not None else NOTHING)
        self.threads.list.setFocus()

    def write_to(self, user: bytes, patient: PatientLink | None) -> None:
        """Write to somebody: in the thread that is there about that patient or none, else in a new one."""
        if user and patient is None:
            self._desk.bridge.start(self, self._messages.direct(user), self._begun, self._not_begun)
        else:
            self._start((user,) if user else (), patient)

    def _not_begun(self, error: Exception) -> None:
        self._start((), None)
        self.start.show_failure(*failure(error))

    # --- acts ---------------------------------------------------------------------------------------------

    def _has_patient(self) -> bool:
        thread = self.talk.current
        return self.stack.currentIndex() == TALK and thread is not None and thread.patient is not None

    def open_patient(self) -> None:
        """Open the record of the patient whom the thread is about."""
        if not self._has_patient():
            return
        found = self._found[1] if self._found is not None else None
        if found is not None:
            self._desk.open(OpenPatient(found.id, found.ipp))
        else:
            self._desk.tell(say("messages.patient.not_here"))

    def _held_by(self) -> bytes:
        thread = self.talk.current
        held = (
            self._people.held_by(thread) if thread is not None and self.stack.currentIndex() == TALK else ()
        )
        return held[0].user if held else b""

    def compare(self) -> None:
        """Compare the code of whom the thread is with: of who holds it up, else the first."""
        thread = self.talk.current
        if thread is not None and thread.members and self.stack.currentIndex() == TALK:
            self._desk.open(OpenPerson(self._held_by() or thread.members[0]))

    def _flip_once(self) -> None:
        if self._talking():
            self.talk.composer.flip_once()

    def _talking(self) -> bool:
        return self.stack.currentIndex() == TALK and self.talk.current is not None

    def _find(self) -> None:
        """Look in the document where one is open and has the focus, else in the messages."""
        focus = QApplication.focusWidget()
        if focus is not None and self.preview.isVisible() and self.preview.isAncestorOf(focus):
            self.preview.view.open_find()
        else:
            self.threads.to_search()

    def _search_here(self) -> None:
        thread = self.talk.current
        self.threads.to_search(thread.id if thread is not None else 0)

    def _closed_preview(self) -> None:
        self._make_room()
        if self._talking():
            self.talk.to_stream()

    # --- room ---------------------------------------------------------------------------------------------

    def _turn(self, page: int) -> None:
        self.stack.setCurrentIndex(page)
        if page != TALK:
            self.threads.mark(0)
        self._make_room()

    def _flip_panel(self) -> None:
        self._panel_asked = self.panel.isHidden()
        self._make_room()

    def _make_room(self) -> None:
        """Where list, thread and panel have no room side by side, the panel gives way, or the list once the panel is asked for."""
        scaled, talking = theme().scaled, self.stack.currentIndex() == TALK
        wide = self.width()
        list_wide, side = scaled(LIST_WIDTH), scaled(PANEL_WIDTH)
        list_wide = min(list_wide, max(280, wide * 36 // 100))
        self.threads.setFixedWidth(list_wide)
        self.panel.setFixedWidth(side)
        watching = not self.preview.isHidden()
        fits = wide >= list_wide + side + scaled(TALK_WIDTH)
        self.panel.setVisible(talking and not watching and (fits or self._panel_asked))
        crowded = self.panel.isVisibleTo(self) and not fits
        narrow = watching and wide < list_wide + 2 * scaled(TALK_WIDTH)
        for part in (self.threads, self._list_rule):
            part.setVisible(not crowded and not narrow)
        self._side_rule.setVisible(self.panel.isVisibleTo(self) or watching)
        self.talk.head.panel.setVisible(not watching and not fits)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Make room."""
        super().resizeEvent(event)
        self._make_room()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Make room for another text size, speak another language."""
        super().changeEvent(event)
        if event is not None and hasattr(self, "deeds"):
            if event.type() == QEvent.Type.StyleChange:
                self._make_room()
            elif event.type() == QEvent.Type.LanguageChange:
                self._redraw()

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Take what is in sight as read from now on."""
        super().showEvent(event)
        QTimer.singleShot(0, self.talk.look)
        QTimer.singleShot(0, self._arrive)

    # --- the window ---------------------------------------------------------------------------------------

    def take(self, intent: Intent) -> None:
        """Show a thread, or begin to write to somebody."""
        if isinstance(intent, OpenThread):
            self.open_thread(intent.id, intent.message)
        elif isinstance(intent, WriteMessage):
            self.write_to(intent.user, intent.patient)
        elif isinstance(intent, OpenDeposits):
            self.deposit()

    def cover(self, yes: bool) -> None:
        """Read nothing and show no ephemeral document while nobody sees the page."""
        self.talk.cover(yes)
        if yes and self.preview.counting:
            self.preview.close_it()

    def title(self) -> Words:
        """Return the section's name; never a person's or a patient's."""
        return say("messages.section")

    def marks(self) -> QWidget:
        """Return the way to the deposits."""
        return self.to_deposits

    def subtitle(self) -> Words:
        """Return how many messages nobody read, and how many wait for the relay."""
        unread, waiting = self.threads.unread, self._messages.standing.waiting
        told = [says("messages.unread_n", unread)] if unread else []
        told += [says("messages.waiting_n", waiting)] if waiting else []
        return " · ".join(str(one) for one in told)

    def pane_order(self) -> Sequence[QWidget]:
        """Return list, thread, document, panel, in the order of F6."""
        return self.threads, self.stack, self.preview, self.panel

    def focusInEvent(self, _event: QFocusEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Hand the focus to the list."""
        self._arrive()

    def _arrive(self) -> None:
        """Hand the focus to the list, as soon as it is there, unless somebody took it elsewhere in the section."""
        focus, found = QApplication.focusWidget(), self.threads.list
        idle = focus is None or focus is self or self.threads.filter.isAncestorOf(focus)
        self._to_list = idle and not found.isVisible()
        if idle and found.isVisible():
            found.setFocus(Qt.FocusReason.OtherFocusReason)

    def commands(self) -> Sequence[Command]:
        """Return what palette and help offer here."""
        composer, here = self.talk.composer, self._talking
        able = partial(self._able, composer.send)
        said = (
            ("new", "messages.new", self.write_new, "Ctrl+N", "edit", lambda: True),
            ("find", "messages.search", self._find, "Ctrl+F", "search", lambda: True),
            ("find_here", "messages.search.here", self._search_here, "Ctrl+Shift+F", "search", here),
            ("send", "messages.send", self.deeds.send, "Ctrl+Return", "send", able),
            ("once", "messages.once", self._flip_once, "Ctrl+E", "hourglass-high", here),
            (
                "attach",
                "messages.attach",
                self.deeds.attach,
                "",
                "paperclip",
                partial(self._able, composer.attach),
            ),
            (
                "patient",
                "messages.open_patient",
                self.open_patient,
                "Ctrl+O",
                "id-badge-2",
                self._has_patient,
            ),
            ("compare", "messages.compare", self.compare, "Ctrl+I", "shield-check", here),
            ("deposit", "deposit.title", self.deposit, "Ctrl+Shift+D", "upload", lambda: True),
        )
        return [
            Command(f"messages.{key}", say(words), run, keys, icon, on)
            for key, words, run, keys, icon, on in said
        ]

    def _able(self, button: QWidget) -> bool:
        return self._talking() and button.isEnabled()


def _merged(old: frozenset[int], new: frozenset[int]) -> frozenset[int]:
    """Of two changes: all threads where one of them says so."""
    return old | new if old and new else frozenset()


def _not_listed(error: Exception) -> None:
    log.warning("people or patients were not read: %s", type(error).__name__)
