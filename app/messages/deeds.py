"""What can be done with one message and its files, and doing it: asked inside the thread where it cannot be taken back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QPoint
from PyQt6.QtWidgets import QApplication

from app import naming
from app.i18n import isolated, tr
from app.messages import looks
from app.messages.doing import failure
from app.messages.items import Said, openable
from app.messages.joining import joinable
from app.messages.tiles import file_acts
from app.ui.menus import entry, menu_of
from app.ui.words import say
from storage.messages.records import FileState, State

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.feature import Desk
    from app.messages.conversation import Conversation
    from app.messages.doing import Doing
    from app.messages.panel import Panel
    from app.messages.people import People
    from app.messages.ports import Messages
    from app.messages.preview import Preview
    from app.ui.words import Words
    from storage.messages.records import File, Receipt

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
    "join": "building-hospital",
    "fetch": "download",
    "pause": "player-pause",
}


class Deeds(QObject):
    """Ties the messages of a thread to their service, to the preview and to the panel."""

    def __init__(
        self,
        desk: Desk,
        messages: Messages,
        people: People,
        talk: Conversation,
        preview: Preview,
        panel: Panel,
        doing: Doing,
    ) -> None:
        super().__init__(talk)
        self._desk, self._messages, self._people = desk, messages, people
        self._talk, self._preview, self._panel, self._doing = talk, preview, panel, doing
        talk.stream.acted.connect(self.act)
        talk.stream.asked.connect(self.ask_message)
        preview.counted.connect(talk.count_down)
        preview.save_asked.connect(self._save_file)
        panel.file_acted.connect(self._act_on_file)

    def acts(self, said: Said) -> list[tuple[str, int]]:
        """Return what can be done with a message now: act, and the file that it is about."""
        one, writable = said.message, self._people.writable
        thread = self._talk.current
        open_thread = writable and thread is not None and not thread.left
        told: list[tuple[bool, str, int]] = [
            (openable(file, said), "open-once", file.id) for file in said.files
        ]
        told += [(True, act, file.id) for file in said.files for act, _icon in file_acts(file, own=one.own)]
        told += [(writable and _may_join(file, said), "join", file.id) for file in said.files]
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
            (writable and (bool(one.unsaid) or _stuck(said)), "again", 0),
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
            menu = menu_of(self._talk)
            for act, file in self.acts(said):
                words = tr(f"messages.act.{act}")
                if file and several:
                    words = tr("messages.act.spoken", act=words, name=names[file])
                why = self._why_not(act, said, file)
                words = tr("messages.act.not_now", act=words, why=str(why)) if why else words
                entry(menu, words, ICONS[act], partial(self.act, act, key, file), able=not why)
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
        elif (act, file) in self.acts(said) and not self._why_not(act, said, file):
            self._do(act, said, file)

    def _why_not(self, act: str, said: Said, file: int) -> Words:
        """Return why an act stands in the menu and cannot be done now, or nothing."""
        if act != "join":
            return ""
        if not self._messages.standing.record:
            return say("messages.join.no_gateway")
        return "" if joinable(self._file(said, file)) else say("messages.join.unjoinable")

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
            "again": lambda: self._doing.do(messages.again(one.id)),
            "open-once": lambda: self._open_once(said, file),
            "preview": lambda: self._show_file(said, file),
            "save": lambda: self._save(said, file),
            "join": lambda: self._ask_join(said, file),
            "fetch": lambda: self._doing.do(messages.fetch(file)),
            "pause": lambda: self._doing.do(messages.pause(file)),
        }
        plain[act]()

    def _reply(self, said: Said) -> None:
        """Answer a message; where it is about another patient than the thread, the answer is asked about before it goes."""
        who = tr("messages.you") if said.message.own else isolated(said.author)
        first = said.files[0].name if said.files else ""
        words = " ".join(said.message.text.split())[:120] or first
        self._talk.composer.answer(said.message.msg_id, tr("messages.answering", name=who, text=words))
        about, thread = said.message.patient, self._talk.current
        if about is not None and thread is not None and not looks.same_patient(about, thread.patient):
            self._talk.composer.letter.settle(about, about)

    def _ask_withdraw(self, message: int) -> None:
        words = say("messages.withdraw"), say("messages.withdraw.detail"), say("messages.act.withdraw")
        self._talk.strip.ask(*words, lambda: self._doing.do(self._messages.withdraw(message)))

    def _ask_take(self, said: Said) -> None:
        detail = say("messages.take.detail")
        if said.message.patient is not None:
            detail = say(
                "messages.take.detail.patient",
                patient=naming.read(said.message.patient.label),
                ipp=said.message.patient.ipp,
            )
        words = say("messages.take", name=isolated(said.author)), detail, say("messages.take.yes")
        self._talk.strip.ask(
            *words, lambda: self._doing.do(self._messages.take(said.message.id)), tone="info"
        )

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

        self._doing.do(both(), show)

    def _show_quoted(self, said: Said) -> None:
        talk = self._talk
        known = talk.browsing.quoted | {one.msg_id: one for one in talk.span.messages}
        other = known.get(said.message.quote)
        if other is not None and talk.current is not None:
            talk.open(talk.current, other.id)

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

    def _ask_join(self, said: Said, number: int) -> None:
        """Ask before a file joins the record of the patient whom its message names."""
        file, patient = self._file(said, number), said.message.patient
        if patient is not None:
            who = {"patient": naming.read(patient.label), "ipp": patient.ipp}
            words = say("messages.join", file=isolated(file.name)), say("messages.join.detail", **who)
            act = partial(self._messages.join, file.id)
            self._talk.strip.ask(*words, say("messages.act.join"), lambda: self._doing.do(act()), tone="info")

    def _save_file(self, number: int) -> None:
        self._act_on_file("save", number)

    def _write(self, file: int, path: Path) -> None:
        self._doing.do(self._messages.save(file, path), lambda _none: self._desk.tell(say("messages.saved")))


def _copy(text: str) -> None:
    clipboard = QApplication.clipboard()
    if clipboard is not None:
        clipboard.setText(text)


def _may_join(file: File, said: Said) -> bool:
    """Tell whether a file is here, about a patient, and not on its way to the record or in it."""
    here = file.state in {FileState.HERE, FileState.SENT} and not file.ephemeral
    return here and said.message.patient is not None and file.joined in {"", "refused"}


def _stuck(said: Said) -> bool:
    """Tell whether an own message, still there, did not reach everybody and is not on its way."""
    one = said.message
    return one.own and not said.effaced and one.state in {State.UNDELIVERED, State.FAILED}
