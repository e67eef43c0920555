"""What can be done with a message or a thread, and doing it: asked inside the thread where it cannot be taken back."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QPoint, Qt, pyqtSignal
from PyQt6.QtWidgets import QApplication, QMenu

from app.i18n import isolated, tr
from app.messages.bubbles import file_acts
from app.messages.items import Said, openable
from app.messages.ports import Outgoing, Refused, Unwritable
from app.messages.start import timer_choices
from app.ui.icons import icon
from app.ui.words import say, says
from storage.messages.records import State, ThreadKind

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path
    from typing import Any

    from app.feature import Desk
    from app.messages.conversation import Conversation
    from app.messages.panel import Panel
    from app.messages.people import People
    from app.messages.ports import Messages
    from app.messages.preview import Preview
    from storage.messages.records import File, PatientLink, Receipt, Thread

ICONS = {
    "reply": "arrow-back-up",
    "correct": "pencil",
    "withdraw": "eraser",
    "copy": "copy",
    "take": "clipboard-check",
    "receipts": "checks",
    "versions": "history",
    "again": "refresh",
    "open-once": "hourglass-high",
    "preview": "eye",
    "save": "download",
    "fetch": "download",
    "pause": "player-pause",
}
REFUSED = frozenset(
    (
        "too-long",
        "too-many",
        "too-big",
        "no-recipient",
        "not-own",
        "late",
        "gone",
        "opened",
        "expired",
        "offline",
        "unknown",
        "crowd",
    )
)
log = logging.getLogger(__name__)


class Deeds(QObject):
    """Ties the thread to its service. `begun` carries a thread that was made; `listed` asks to read the threads anew."""

    listed = pyqtSignal()

    def __init__(
        self,
        desk: Desk,
        messages: Messages,
        people: People,
        talk: Conversation,
        preview: Preview,
        panel: Panel,
    ) -> None:
        super().__init__(talk)
        self._desk, self._messages, self._people = desk, messages, people
        self._talk, self._preview, self._panel = talk, preview, panel
        self._sending = False
        talk.composer.sent.connect(self.send)
        talk.composer.attach_asked.connect(self.attach)
        talk.composer.timer_asked.connect(self._ask_timer)
        talk.released.connect(self.release)
        talk.seen.connect(self._seen)
        talk.stream.acted.connect(self.act)
        talk.stream.asked.connect(self.ask_message)
        preview.counted.connect(talk.count_down)
        preview.save_asked.connect(self._save_file)
        panel.linked.connect(self.link)
        panel.timed.connect(self.set_timer)
        panel.added.connect(self._add)
        panel.removed.connect(self._remove)
        panel.file_acted.connect(self._act_on_file)

    @property
    def _thread(self) -> Thread | None:
        return self._talk.current

    def do(self, work: Coroutine[Any, Any, Any], done: Callable[[Any], object] | None = None) -> None:
        """Let the service do something; say in the thread why it did not."""

        def finished(answer: Any) -> None:
            if done is not None:
                done(answer)

        self._desk.bridge.start(self._talk, work, finished, self.fail)

    def fail(self, error: Exception) -> None:
        """Say why something was not done."""
        log.warning("a message's act was not done: %s", type(error).__name__)
        self._sending = False
        self._talk.strip.tell(*failure(error))

    # --- sending ------------------------------------------------------------------------------------------

    def send(self, *, confirmed: bool = False) -> None:
        """Send what is written; what was written stays until it is kept."""
        thread, composer = self._thread, self._talk.composer
        if thread is None or self._sending:
            return
        self._sending = True
        text = "" if composer.once else composer.text
        if composer.correcting:
            work: Coroutine[Any, Any, Any] = self._messages.correct(composer.correcting, composer.text)
        else:
            files = composer.files
            work = self._messages.send(thread.id, text, composer.quote, files, confirmed=confirmed)
        done = partial(self._sent, thread.id, text)
        self._desk.bridge.start(self._talk, work, lambda _id: done(), self._not_sent)

    def _sent(self, thread: int, text: str) -> None:
        """Empty the field of what was sent; what was typed meanwhile stays."""
        self._sending = False
        if self._thread is not None and self._thread.id == thread:
            composer = self._talk.composer
            if composer.correcting:
                composer.drop_reference()
            elif composer.text != text:
                composer.sent_only(text)
            else:
                composer.emptied()
            self._talk.to_newest()
            self._talk.reload()
        self.listed.emit()

    def _not_sent(self, error: Exception) -> None:
        if isinstance(error, Refused) and error.code == "crowd":
            self._sending = False
            thread = self._thread
            n = len(thread.members) if thread is not None else 0
            words = says("messages.crowd", n), say("messages.crowd.detail"), say("messages.crowd.yes")
            self._talk.strip.ask(*words, lambda: self.send(confirmed=True))
        else:
            self.fail(error)

    def attach(self) -> None:
        """Let a file be chosen."""
        self._talk.strip.ask_file(lambda path: self._talk.composer.add_files([Outgoing(path, path.name)]))

    # --- one message --------------------------------------------------------------------------------------

    def acts(self, said: Said) -> list[tuple[str, int]]:
        """Return what can be done with a message now: act, and the file that it is about."""
        one, writable = said.message, self._people.writable
        thread = self._thread
        open_thread = writable and thread is not None and not thread.left
        told: list[tuple[bool, str, int]] = [
            (openable(file, said), "open-once", file.id) for file in said.files
        ]
        told += [(True, act, file.id) for file in said.files for act, _icon in file_acts(file, own=one.own)]
        text = bool(one.text) and not said.effaced
        mine = any(act.user == self._people.me for act in one.taken)
        told += [
            (open_thread and not said.effaced, "reply", 0),
            (not one.own and not said.effaced and not mine and open_thread, "take", 0),
            (text, "copy", 0),
            (
                one.own and text and open_thread and not any(file.ephemeral for file in one.files),
                "correct",
                0,
            ),
            (one.own and not said.effaced and open_thread, "withdraw", 0),
            (one.own, "receipts", 0),
            (bool(one.edited_ms), "versions", 0),
            (writable and one.own and one.state in {State.UNDELIVERED, State.FAILED}, "again", 0),
        ]
        seen: list[tuple[str, int]] = []
        for yes, act, file in told:
            if yes and (act, file) not in seen:
                seen.append((act, file))
        return seen

    def ask_message(self, key: str, at: QPoint) -> None:
        """Show the menu of a message."""
        said = self._talk.stream.line(key)
        if isinstance(said, Said):
            names = {file.id: file.name for file in said.files}
            several = len(names) > 1
            menu = _menu(self._talk)
            for act, file in self.acts(said):
                words = tr(f"messages.act.{act}")
                if file and several:
                    words = tr("messages.act.spoken", act=words, name=names[file])
                _entry(menu, words, ICONS[act], partial(self.act, act, key, file))
            menu.popup(at)

    def act(self, act: str, key: str, file: int) -> None:
        """Do one thing with a message."""
        said = self._talk.stream.line(key)
        if not isinstance(said, Said):
            return
        if act == "main":
            act, file = self._main(said)
        if act == "quoted":
            self._show_quoted(said)
        elif (act, file) in self.acts(said):
            self._do(act, said, file)

    def _main(self, said: Said) -> tuple[str, int]:
        """Return what ↵ means: the file where there is one, else to answer."""
        able = self.acts(said)
        wanted = ("open-once", "preview", "fetch", "again", "reply")
        return next(((act, file) for want in wanted for act, file in able if act == want), ("", 0))

    def _do(self, act: str, said: Said, file: int) -> None:
        one, messages = said.message, self._messages
        plain: dict[str, Callable[[], object]] = {
            "reply": lambda: self._reply(said),
            "correct": lambda: self._talk.composer.correct(one.id, one.text),
            "copy": lambda: _copy(one.text),
            "withdraw": lambda: self._ask_withdraw(one.id),
            "take": lambda: self._ask_take(said),
            "receipts": lambda: self._show_message(said),
            "versions": lambda: self._show_message(said),
            "again": lambda: self.do(messages.again(one.id)),
            "open-once": lambda: self._open_once(said, file),
            "preview": lambda: self._show_file(said, file),
            "save": lambda: self._save(said, file),
            "fetch": lambda: self.do(messages.fetch(file)),
            "pause": lambda: self.do(messages.pause(file)),
        }
        plain[act]()

    def _reply(self, said: Said) -> None:
        who = tr("messages.you") if said.message.own else isolated(said.author)
        first = said.files[0].name if said.files else ""
        words = " ".join(said.message.text.split())[:120] or first
        self._talk.composer.answer(said.message.msg_id, tr("messages.answering", name=who, text=words))

    def _ask_withdraw(self, message: int) -> None:
        words = say("messages.withdraw"), say("messages.withdraw.detail"), say("messages.act.withdraw")
        self._talk.strip.ask(*words, lambda: self.do(self._messages.withdraw(message)))

    def _ask_take(self, said: Said) -> None:
        detail = say("messages.take.detail")
        if said.message.patient is not None:
            detail = say(
                "messages.take.detail.patient",
                patient=said.message.patient.label,
                ipp=said.message.patient.ipp,
            )
        words = say("messages.take", name=isolated(said.author)), detail, say("messages.take.yes")
        self._talk.strip.ask(*words, lambda: self.do(self._messages.take(said.message.id)), tone="info")

    def _show_message(self, said: Said) -> None:
        """Show receipts and earlier versions in the panel."""
        messages, panel, talk = self._messages, self._panel, self._talk

        async def both() -> tuple[tuple[Receipt, ...], tuple[tuple[int, str], ...]]:
            receipts = await messages.receipts(said.message.id) if said.message.own else ()
            versions = await messages.versions(said.message.id) if said.message.edited_ms else ()
            return receipts, versions

        def show(both: tuple[tuple[Receipt, ...], tuple[tuple[int, str], ...]]) -> None:
            talk.head.panel_asked.emit() if panel.isHidden() else None
            panel.show_message(*both)

        self.do(both(), show)

    def _show_quoted(self, said: Said) -> None:
        other = next((one for one in self._talk.span.messages if one.msg_id == said.message.quote), None)
        if other is not None:
            self._talk.stream.reveal(f"message {other.id}")

    # --- files --------------------------------------------------------------------------------------------

    def _act_on_file(self, act: str, file: int) -> None:
        """Do something with a file that the panel lists."""
        for one in self._talk.stream.shown.lines:
            if isinstance(one, Said) and any(kept.id == file for kept in one.message.files):
                self.act(act, one.key, file)
                return

    def _file(self, said: Said, file: int) -> File:
        return next(one for one in said.message.files if one.id == file)

    def _show_file(self, said: Said, number: int) -> None:
        file, preview = self._file(said, number), self._preview
        preview.load(file.id, file.name, once=False)

        def failed(error: Exception) -> None:
            if preview.file == file.id:
                preview.fail(*failure(error))

        def show(data: bytes) -> None:
            preview.show_file(file.id, file.kind, data, file.name)

        self._desk.bridge.start(preview, self._messages.content(file.id), show, failed)

    def _open_once(self, said: Said, number: int) -> None:
        file, preview = self._file(said, number), self._preview
        preview.load(file.id, file.name, once=True)

        def failed(error: Exception) -> None:
            if preview.file == file.id:
                preview.fail(*failure(error))

        self._desk.bridge.start(
            preview,
            self._messages.open_once(file.id),
            lambda shown: preview.show_once(file.id, shown),
            failed,
        )

    def _save(self, said: Said, number: int) -> None:
        file = self._file(said, number)
        self._talk.strip.ask_place(file.name, partial(self._write, file.id))

    def _save_file(self, number: int) -> None:
        self._act_on_file("save", number)

    def _write(self, file: int, path: Path) -> None:
        self.do(self._messages.save(file, path), lambda _none: self._desk.tell(say("messages.saved")))

    # --- the thread ---------------------------------------------------------------------------------------

    def ask_thread(self, thread: Thread, at: QPoint) -> None:
        """Show the menu of a thread."""
        menu, team = _menu(self._talk), thread.kind is ThreadKind.TEAM
        pinned, muted = thread.pinned, thread.muted
        _entry(
            menu,
            tr("messages.unpin" if pinned else "messages.pin"),
            "pin",
            partial(self.pin, thread, not pinned),
        )
        _entry(
            menu,
            tr("messages.unmute" if muted else "messages.mute"),
            "bell" if muted else "bell-off",
            partial(self.mute, thread, not muted),
        )
        if (
            self._thread is not None
            and thread.id == self._thread.id
            and self._people.writable
            and not thread.left
        ):
            menu.addSeparator()
            _entry(
                menu,
                tr("messages.panel.relink" if thread.patient else "messages.panel.link"),
                "link",
                partial(self._pick, "patient"),
            )
            if team:
                _entry(menu, tr("messages.panel.add"), "user-plus", partial(self._pick, "person"))
                _entry(menu, tr("messages.rename"), "pencil", self._ask_name)
                _entry(menu, tr("messages.panel.leave"), "door-enter", partial(self._remove, self._people.me))
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
            self.do(call(thread, not yes), lambda _none: self.listed.emit())

        def done(_none: None) -> None:
            self.listed.emit()
            self._desk.tell(words, back)

        self.do(call(thread, yes), done)

    def _ask_timer(self) -> None:
        """Offer how long messages stay."""
        menu, thread = _menu(self._talk), self._thread
        for value, words in timer_choices():
            mark = "check" if thread is not None and thread.expire_s == int(value) else "hourglass-high"
            _entry(menu, str(words), mark, partial(self.set_timer, int(value)))
        button = self._talk.composer.timer
        menu.popup(button.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    def set_timer(self, seconds: int) -> None:
        """Let messages from now on go after so long, for all of the thread."""
        thread = self._thread
        if thread is not None and thread.expire_s != seconds:
            self.do(self._messages.set_timer(thread.id, seconds), lambda _none: self.listed.emit())

    def link(self, patient: PatientLink | None) -> None:
        """Say which patient the thread is about."""
        thread = self._thread
        if thread is not None:
            self.do(self._messages.link(thread.id, patient), lambda _none: self.listed.emit())

    def _ask_name(self) -> None:
        thread = self._thread
        if thread is not None:
            self._talk.ask_name(
                thread.title,
                lambda title: self.do(
                    self._messages.rename(thread.id, title), lambda _none: self.listed.emit()
                ),
            )

    def _add(self, user: bytes) -> None:
        thread = self._thread
        if thread is not None:
            self.do(self._messages.add(thread.id, user), lambda _none: self.listed.emit())

    def _remove(self, user: bytes) -> None:
        """Ask before somebody, or oneself, is in the team no more."""
        thread = self._thread
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
            *words, lambda: self.do(self._messages.remove(thread.id, user), lambda _none: self.listed.emit())
        )

    def release(self) -> None:
        """Send what was held."""
        if self._thread is not None:
            self.do(self._messages.release(self._thread.id))

    def _seen(self, order: int) -> None:
        thread = self._thread
        if thread is not None:
            self._desk.bridge.start(
                self._talk, self._messages.read(thread.id, order), lambda _none: None, _quietly
            )


def failure(error: Exception) -> tuple[Any, Any]:
    """Return the sentences for something that was not done."""
    if isinstance(error, Unwritable):
        return say("messages.refused.unwritable"), say("messages.refused.unwritable.detail")
    if isinstance(error, Refused) and error.code in REFUSED:
        return say(f"messages.refused.{error.code}"), ""
    return say("messages.refused.other"), say("messages.refused.other.detail")


def _quietly(error: Exception) -> None:
    log.warning("a thread was not marked as read: %s", type(error).__name__)


def _copy(text: str) -> None:
    clipboard = QApplication.clipboard()
    if clipboard is not None:
        clipboard.setText(text)


def _menu(owner: Conversation) -> QMenu:
    menu = QMenu(owner)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu


def _entry(menu: QMenu, words: str, icon_name: str, call: Callable[[], object]) -> None:
    entry = menu.addAction(icon(icon_name), words.replace("&", "&&"))
    assert entry is not None
    entry.triggered.connect(lambda _on=False: call())
