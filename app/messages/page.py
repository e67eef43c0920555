"""The section Messages: threads at the left, one of them in the middle, what is to be known of it at the right."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QPoint, Qt, QTimer
from PyQt6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QWidget

from app.feature import Page
from app.intents import OpenDeposits, OpenLeaving, OpenPatient, OpenPerson, OpenThread, WriteMessage
from app.messages.acts import bind, commands
from app.messages.conversation import Conversation
from app.messages.deeds import Deeds
from app.messages.depositpane import DepositPane
from app.messages.doing import Doing
from app.messages.fresh import NOTHING, TALK, Fresh
from app.messages.linked import Linked
from app.messages.panel import Panel
from app.messages.prepared import Prepared
from app.messages.preview import Preview
from app.messages.reader import Reader
from app.messages.room import Room
from app.messages.sending import Sending
from app.messages.start import StartPane
from app.messages.threaddeeds import ThreadDeeds
from app.messages.threads import ThreadsPane
from app.ui.buttons import Button
from app.ui.panes import EmptyState, rule
from app.ui.words import Words, say, says

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from PyQt6.QtGui import QFocusEvent, QResizeEvent, QShowEvent

    from app.commands import Command
    from app.feature import Desk
    from app.intents import Intent
    from app.messages.deposits import Deposits
    from app.messages.habits import Habits
    from app.messages.people import Patients, People
    from app.messages.ports import Messages, Standing
    from storage.messages.records import Thread

MINUTE_MS = 60_000
log = logging.getLogger(__name__)


class MessagesPage(Page):
    """Threads of this desk. All that is shown comes from the vault: it works without a network."""

    wide = True

    def __init__(
        self,
        desk: Desk,
        messages: Messages,
        people: People,
        patients: Patients,
        deposits: Deposits,
        habits: Habits,
    ) -> None:
        super().__init__()
        self._desk, self._messages, self._people = desk, messages, people
        self._wanted: OpenThread | None = None
        self._to_list = False
        self.threads = ThreadsPane(desk, messages, people)
        self.talk = Conversation(desk, messages, people, habits)
        self.to_deposits = Button(say("deposit.section"), "ghost", "s", "upload")
        self.panel, self.preview = Panel(desk, people, patients, habits), Preview(desk)
        doing = Doing(desk.bridge, self.talk)
        self.sending = Sending(desk.bridge, messages, self.talk, doing)
        self._prepared = Prepared(self.talk, self.sending)
        self.stack = QStackedWidget()
        made = (
            partial(StartPane, desk, people, patients, habits),
            partial(DepositPane, desk, deposits, patients),
        )
        self.fresh = Fresh(desk.bridge, messages, self.stack, self._prepared, *made)
        self.deeds = Deeds(desk, messages, people, self.talk, self.preview, self.panel, doing)
        self.thread_deeds = ThreadDeeds(desk, messages, people, self.talk, self.panel, doing, habits)
        self._linked = Linked(desk.bridge, patients, self)
        self._reader = Reader(desk.bridge, messages, self)
        self._lay_out()
        self._connect()
        self._reader.read()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.threads)
        rules = rule("v"), rule("v")
        row.addWidget(rules[0])
        new = Button(say("messages.new"), icon="edit", keys=("Ctrl", "N"))
        new.clicked.connect(self.fresh.write)
        nothing = EmptyState(
            "message-2", say("messages.choose"), say("messages.choose.detail"), actions=(new,)
        )
        for page in (nothing, self.talk, QWidget(), QWidget()):  # the last two: until they are needed
            self.stack.addWidget(page)
        row.addWidget(self.stack, 1)
        row.addWidget(rules[1])
        row.addWidget(self.preview, 1)
        row.addWidget(self.panel)
        self._room = Room(self.threads, self.talk, self.preview, self.panel, rules)
        self._make_room()

    def _connect(self) -> None:
        self.threads.opened.connect(self.open_thread)
        self.threads.hit.connect(self.open_thread)
        self.threads.asked.connect(self._ask_thread)
        self.threads.wanted.connect(self.fresh.write)
        self.threads.retried.connect(self._reader.read)
        self.talk.head.searched.connect(self.search_here)
        self.talk.head.more_asked.connect(self._ask_more)
        self.talk.head.panel_asked.connect(self._flip_panel)
        self.talk.patient.opened.connect(self.open_patient)
        self.talk.compared.connect(lambda user: self._desk.open(OpenPerson(user)))
        self.talk.loaded.connect(lambda: self.panel.show_files(self.talk.span.messages))
        self.panel.person_opened.connect(lambda user: self._desk.open(OpenPerson(user)))
        self.preview.opened.connect(self._make_room)
        self.preview.closed.connect(self._closed_preview)
        self._reader.listed.connect(self._show)
        self._reader.failed.connect(self.threads.show_failure)
        self._linked.looked.connect(self._show_panel)
        self.to_deposits.clicked.connect(self.deposit)
        self.fresh.leaving.connect(self.preview.close_it)
        self.fresh.turned.connect(self._turn)
        self.fresh.begun.connect(lambda number: self._look_for(OpenThread(number)))
        self.fresh.left.connect(self._leave_fresh)
        self.sending.sent.connect(self._reader.read)
        self.talk.drafted.connect(self._reader.read)
        self.thread_deeds.listed.connect(self._reader.read)
        watch = self._desk.bridge.watch
        watch(self, self._messages.progress, self.talk.browsing.show_progress)
        watch(self, self._messages.stood, self._stood)
        watch(self, self._people.changed, lambda _none: self._ask_people())
        self._minute = QTimer(self)
        self._minute.setInterval(MINUTE_MS)
        self._minute.timeout.connect(self._redraw)
        self._minute.start()
        bind(self)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.applicationStateChanged.connect(self._came_back)
        self._ask_people()

    @property
    def start(self) -> StartPane:
        """Where a new message begins."""
        return self.fresh.start

    @property
    def deposits(self) -> DepositPane:
        """Documents for people without Consilium."""
        return self.fresh.deposits

    def ahead(self) -> Iterator[object]:
        """Make both."""
        yield self.start
        yield self.deposits

    def deposit(self) -> None:
        """Leave a document, about the patient whose thread is in sight."""
        current = self.talk.current if self.talk.isVisible() else None
        self.fresh.deposit(current.patient if current is not None else None)

    # --- what is there ------------------------------------------------------------------------------------

    def _show(self, threads: tuple[Thread, ...], changed: Callable[[int], bool]) -> None:
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
            if changed(now.id):
                self.talk.browsing.reload()

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
            self._look_for(OpenThread(number, message))
            return
        if self.talk.current is None or self.talk.current.id != number:
            self.preview.close_it()
        self._turn(TALK)
        self.talk.open(thread, message)
        self._prepared.arrive(thread)
        self.threads.mark(number)
        self._show_panel()
        self.talk.to_found() if message else self.talk.to_field()

    def _look_for(self, wanted: OpenThread) -> None:
        self._wanted = wanted
        self._reader.read()

    def _leave_fresh(self) -> None:
        self._turn(TALK if self.talk.current is not None else NOTHING)
        self.threads.list.setFocus()

    def _show_thread(self, thread: Thread) -> None:
        kept = self.talk.current
        if kept is not None and kept.id == thread.id:
            self.talk.show_thread(thread)
            self._show_panel()

    def _show_panel(self) -> None:
        thread = self.talk.current
        if thread is not None:
            found = self._linked.of(thread.patient)
            self.panel.show_thread(thread, writable=self._people.writable, found=found)

    def _show_wanted(self) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is None:
            return
        thread = self.threads.of(wanted.id, wanted.conv)
        if thread is not None:
            self.open_thread(thread.id, wanted.message)
        elif wanted.conv:
            self._desk.tell(say("messages.not_mine"))

    def _ask_thread(self, number: int, at: QPoint) -> None:
        thread = self.threads.of(number)
        if thread is not None:
            self.thread_deeds.ask_thread(thread, at)

    def _ask_more(self) -> None:
        button = self.talk.head.more
        if self.talk.current is not None:
            self._ask_thread(self.talk.current.id, button.mapToGlobal(QPoint(0, button.height())))

    # --- acts ---------------------------------------------------------------------------------------------

    def has_patient(self) -> bool:
        """Whether the thread in sight is about a patient."""
        thread = self.talk.current
        return self.talking() and thread is not None and thread.patient is not None

    def open_patient(self) -> None:
        """Open the record of the patient whom the thread is about."""
        found = self._linked.found
        if found is not None and self.has_patient():
            self._desk.open(OpenPatient(found.id, found.ipp))
        elif self.has_patient():
            self._desk.tell(say("messages.patient.not_here"))

    def compare(self) -> None:
        """Compare the code of whom the thread is with: of who holds it up, else the first."""
        thread = self.talk.current
        if self.talking() and thread is not None and thread.members:
            held = self._people.held_by(thread)
            self._desk.open(OpenPerson(held[0].user if held else thread.members[0]))

    def flip_once(self) -> None:
        """Make what is attached ephemeral, or not."""
        if self.talking():
            self.talk.composer.flip_once()

    def talking(self) -> bool:
        """Whether a thread is in sight."""
        return self.stack.currentIndex() == TALK and self.talk.current is not None

    def look_for(self) -> None:
        """Look in the document where one is open and has the focus, else in the messages."""
        focus = QApplication.focusWidget()
        if focus is not None and self.preview.isVisible() and self.preview.isAncestorOf(focus):
            self.preview.view.open_find()
        else:
            self.threads.to_search()

    def search_here(self) -> None:
        """Look in the thread in sight."""
        thread = self.talk.current
        self.threads.to_search(thread.id if thread is not None else 0)

    def _closed_preview(self, held: bool) -> None:
        self._make_room()
        if held and self.talking():
            self.talk.to_stream()

    # --- room ---------------------------------------------------------------------------------------------

    def _turn(self, page: int) -> None:
        self.stack.setCurrentIndex(page)
        if page != TALK:
            self.threads.mark(0)
        self._make_room()

    def _make_room(self) -> None:
        self._room.share(self, talking=self.stack.currentIndex() == TALK)

    def _flip_panel(self) -> None:
        self._room.asked = self.panel.isHidden()
        self._make_room()

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
        if isinstance(intent, OpenThread) and intent.conv:
            self._look_for(intent)
        elif isinstance(intent, OpenThread):
            self.open_thread(intent.id, intent.message)
        elif isinstance(intent, WriteMessage):
            self.fresh.answer(intent)
        elif isinstance(intent, OpenDeposits):
            self.fresh.deposit()
        elif isinstance(intent, OpenLeaving):
            self.threads.list_leaving()

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
        return commands(self)


def _not_listed(error: Exception) -> None:
    log.warning("people or patients were not read: %s", type(error).__name__)
