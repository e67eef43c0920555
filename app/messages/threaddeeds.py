"""What can be done with a thread as a whole, and doing it: pin, mute, timer, patient, members, name."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QPoint, pyqtSignal

from app.i18n import isolated, tr
from app.messages.timing import Timer
from app.ui.menus import entry, menu_of
from app.ui.words import say
from storage.messages.records import ThreadKind

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from app.feature import Desk
    from app.messages.conversation import Conversation
    from app.messages.doing import Doing
    from app.messages.habits import Habits
    from app.messages.panel import Panel
    from app.messages.people import People
    from app.messages.ports import Messages
    from storage.messages.records import PatientLink, Thread

log = logging.getLogger(__name__)


class ThreadDeeds(QObject):
    """Ties the thread as a whole to its service. `listed` asks to read the threads anew."""

    listed = pyqtSignal()

    def __init__(
        self,
        desk: Desk,
        messages: Messages,
        people: People,
        talk: Conversation,
        panel: Panel,
        doing: Doing,
        habits: Habits,
    ) -> None:
        super().__init__(talk)
        self._desk, self._messages, self._people = desk, messages, people
        self._talk, self._panel, self._doing, self._habits = talk, panel, doing, habits
        talk.composer.timer_asked.connect(self._ask_timer)
        talk.released.connect(self.release)
        talk.seen.connect(self._seen)
        panel.linked.connect(self.link)
        panel.timed.connect(self.set_timer)
        panel.added.connect(self._add)
        panel.removed.connect(self._remove)

    def ask_thread(self, thread: Thread, at: QPoint) -> None:
        """Show the menu of a thread."""
        menu, team = menu_of(self._talk), thread.kind is ThreadKind.TEAM
        pinned, muted = thread.pinned, thread.muted
        entry(
            menu,
            tr("messages.unpin" if pinned else "messages.pin"),
            "pin",
            partial(self.pin, thread, not pinned),
        )
        entry(
            menu,
            tr("messages.unmute" if muted else "messages.mute"),
            "bell" if muted else "bell-off",
            partial(self.mute, thread, not muted),
        )
        if (
            self._talk.current is not None
            and thread.id == self._talk.current.id
            and self._people.writable
            and not thread.left
        ):
            menu.addSeparator()
            entry(
                menu,
                tr("messages.panel.relink" if thread.patient else "messages.panel.link"),
                "link",
                partial(self._pick, "patient"),
            )
            if team:
                entry(menu, tr("messages.panel.add"), "user-plus", partial(self._pick, "person"))
                entry(menu, tr("messages.rename"), "pencil", self._ask_name)
                entry(menu, tr("messages.panel.leave"), "door-enter", partial(self._remove, self._people.me))
        menu.popup(at)

    def _pick(self, what: str) -> None:
        if self._panel.isHidden():
            self._talk.head.panel_asked.emit()
        self._panel.pick(what)

    def pin(self, thread: Thread, yes: bool) -> None:
        """Keep a thread at the head of the list, or not; can be taken back."""
        words = say(
            "messages.pinned.told" if yes else "messages.unpinned.told", name=self._people.title(thread)
        )
        self._flip(self._messages.pin, thread.id, yes, words)

    def mute(self, thread: Thread, yes: bool) -> None:
        """Notify of a thread no more, or again; can be taken back."""
        words = say(
            "messages.muted.told" if yes else "messages.unmuted.told", name=self._people.title(thread)
        )
        self._flip(self._messages.mute, thread.id, yes, words)

    def _flip(
        self, call: Callable[[int, bool], Coroutine[Any, Any, None]], thread: int, yes: bool, words: Any
    ) -> None:
        def back() -> None:
            self._doing.do(call(thread, not yes), self._listed)

        def done(_none: None) -> None:
            self.listed.emit()
            self._desk.tell(words, back)

        self._doing.do(call(thread, yes), done)

    def _ask_timer(self) -> None:
        """Offer how long messages stay."""
        menu, thread = menu_of(self._talk), self._talk.current
        now_s = thread.expire_s if thread is not None else 0
        for value in self._habits.timers(now_s):
            mark = "check" if now_s == value else "hourglass-high"
            entry(menu, str(Timer(value)), mark, partial(self.set_timer, value))
        button = self._talk.composer.timer
        menu.popup(button.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    def set_timer(self, seconds: int) -> None:
        """Let messages from now on go after so long, for all of the thread."""
        thread = self._talk.current
        if thread is not None and thread.expire_s != seconds:
            self._doing.do(self._messages.set_timer(thread.id, seconds), self._listed)

    def link(self, patient: PatientLink | None) -> None:
        """Say which patient the thread is about."""
        thread = self._talk.current
        if thread is not None:
            letter = self._talk.letters.of(thread)
            if letter.linked is None:  # what was begun about nobody is about whom its author names now
                letter.settle(patient, patient)
            self._doing.do(self._messages.link(thread.id, patient), self._listed)

    def _ask_name(self) -> None:
        thread = self._talk.current
        if thread is not None:
            self._talk.ask_name(
                thread.title,
                lambda title: self._doing.do(self._messages.rename(thread.id, title), self._listed),
            )

    def _add(self, user: bytes) -> None:
        thread = self._talk.current
        if thread is not None:
            self._doing.do(self._messages.add(thread.id, user), self._listed)

    def _remove(self, user: bytes) -> None:
        """Ask before somebody, or oneself, is in the team no more."""
        thread = self._talk.current
        if thread is None:
            return
        name = isolated(self._people.name(user))
        kind = "leave" if user == self._people.me else "remove"
        words = (
            say(f"messages.{kind}.ask", name=name),
            say(f"messages.{kind}.detail"),
            say(f"messages.{kind}.yes"),
        )
        self._talk.strip.ask(
            *words, lambda: self._doing.do(self._messages.remove(thread.id, user), self._listed)
        )

    def release(self) -> None:
        """Send what was held."""
        if self._talk.current is not None:
            self._doing.do(self._messages.release(self._talk.current.id))

    def _seen(self, order: int) -> None:
        thread = self._talk.current
        if thread is not None:
            self._desk.bridge.start(
                self._talk, self._messages.read(thread.id, order), lambda _none: None, _quietly
            )

    def _listed(self, _none: object) -> None:
        self.listed.emit()


def _quietly(error: Exception) -> None:
    log.warning("a thread was not marked as read: %s", type(error).__name__)
