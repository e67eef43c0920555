"""Sending what is written, so that nothing is sent twice and nothing goes that was typed meanwhile."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from app.messages import looks
from app.messages.ports import CROWD_A_MINUTE, Outgoing, Refused
from app.ui.words import say, says

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from app.bridge import Bridge
    from app.messages.conversation import Conversation
    from app.messages.doing import Doing
    from app.messages.letters import Letter, Parcel
    from app.messages.ports import Messages
    from storage.messages.records import PatientLink, Thread


class Sending(QObject):
    """Ties the composer to the service; `sent` once the service has kept what was written, `went` with the thread of a new message."""

    sent = pyqtSignal()
    went = pyqtSignal(object)

    def __init__(self, bridge: Bridge, messages: Messages, talk: Conversation, doing: Doing) -> None:
        super().__init__(talk)
        self._bridge, self._messages, self._talk, self._doing = bridge, messages, talk, doing
        self.under_way: dict[int, deque[Parcel]] = {}
        """What is being kept of each thread, and what was sent behind it."""
        talk.composer.sent.connect(self.send)
        talk.composer.attach_asked.connect(self.attach)

    def send(self, *, confirmed: bool = False) -> None:
        """Send what is written, after what is being kept; what was written stays until it is kept.

        Where the thread is no longer about whom it was when that was begun, its author says first whom it is about.
        """
        thread, letter = self._talk.current, self._talk.composer.letter
        if thread is None:
            return
        if not letter.correcting and not looks.same_patient(letter.linked, thread.patient):
            self._ask_whom(letter, thread.patient, confirmed=confirmed)
            return
        parcels = self.under_way.setdefault(thread.id, deque())
        parcels.append(self._talk.composer.parcel(confirmed=confirmed))
        if len(parcels) == 1:
            self._start(thread, letter)

    def _ask_whom(self, letter: Letter, now: PatientLink | None, *, confirmed: bool) -> None:
        def about(patient: PatientLink | None) -> None:
            letter.settle(patient, now)
            self.send(confirmed=confirmed)

        words = say("messages.whom"), say("messages.whom.detail", now=looks.about(now))
        both = [(looks.about(patient), partial(about, patient)) for patient in (letter.patient, now)]
        self._talk.strip.ask_which(*words, both)

    def _start(self, thread: Thread, letter: Letter) -> None:
        """Let the first of the parcels be kept."""
        parcel = self.under_way[thread.id][0]
        if parcel.correcting:
            work: Coroutine[Any, Any, Any] = self._messages.correct(parcel.correcting, parcel.text)
        else:
            files = tuple(sent for _one, sent in parcel.files)
            work = self._messages.send(
                thread.id,
                parcel.text,
                parcel.quote,
                files,
                patient=parcel.patient,
                confirmed=parcel.confirmed,
            )
        done = partial(self._sent, thread, letter, letter.kept)
        self._bridge.start(self._talk, work, lambda _id: done(), partial(self._not_sent, thread))

    def _sent(self, thread: Thread, letter: Letter, kept: str | None) -> None:
        """Take out what went; what was typed meanwhile stays, here and in the vault, which has no draft of it any more."""
        parcels = self.under_way[thread.id]
        gone = parcels.popleft()
        self._take_out(letter, gone, parcels)
        if not gone.correcting:
            letter.kept = "" if letter.kept == kept else None
        self._talk.letters.keep(thread.id)
        if parcels:
            self._start(thread, letter)
        else:
            del self.under_way[thread.id]
        if self._talk.current is not None and self._talk.current.id == thread.id:
            letter.see(self._talk.current.patient)
            self._talk.composer.show_letter()
            self._talk.to_newest()
            self._talk.browsing.reload()
        self.sent.emit()
        if not gone.correcting:
            self.went.emit(thread.id)

    @staticmethod
    def _take_out(letter: Letter, gone: Parcel, parcels: deque[Parcel]) -> None:
        """Take what went out of the letter and of what was sent behind it, where something is left of that."""
        behind = list(parcels)
        for one in behind:
            one.follow(gone)
        parcels.clear()
        parcels.extend(one for one in behind if not one.empty)
        if not (gone.correcting and any(one.correcting == gone.correcting for one in parcels)):
            letter.went(gone)

    def _not_sent(self, thread: Thread, error: Exception) -> None:
        """Say why; what was sent behind it stands in the field, too."""
        del self.under_way[thread.id]
        here = self._talk.current is not None and self._talk.current.id == thread.id
        if here and isinstance(error, Refused) and error.code in {"crowd", "often"}:
            count = len(thread.members) if error.code == "crowd" else CROWD_A_MINUTE
            words = (
                says(f"messages.{error.code}", count),
                say(f"messages.{error.code}.detail"),
                say("messages.crowd.yes"),
            )
            self._talk.strip.ask(*words, lambda: self.send(confirmed=True))
        else:
            self._doing.fail(error)

    def attach(self) -> None:
        """Let a file be chosen."""
        self._talk.strip.ask_file(lambda path: self._talk.composer.add_files([Outgoing(path, path.name)]))
