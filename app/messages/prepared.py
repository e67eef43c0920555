"""A message that another section prepared: its text stands in the thread that begins, and who asked for it hears once it went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

if TYPE_CHECKING:
    from app.intents import WriteMessage
    from app.messages.conversation import Conversation
    from app.messages.sending import Sending
    from storage.messages.records import Thread


class Prepared(QObject):
    """Nothing of it is sent by itself: the user reads it, changes it, and sends it or not."""

    def __init__(self, talk: Conversation, sending: Sending) -> None:
        super().__init__(talk)
        self._talk = talk
        self._asked: WriteMessage | None = None
        self._begun = 0
        self._waiting: dict[int, tuple[Thread, WriteMessage]] = {}
        sending.went.connect(self._went)

    def begin(self, asked: WriteMessage | None) -> None:
        """Hear what the next thread that begins is for; None: for nothing that was prepared."""
        self._asked, self._begun = asked, 0

    def begun(self, number: int) -> None:
        """Hear which thread it is."""
        self._begun = number

    def arrive(self, thread: Thread) -> None:
        """Put the text into the field once that thread is in sight, below what was written there before."""
        asked = self._asked
        if asked is None or thread.id != self._begun:
            return
        self.begin(None)
        if asked.text:
            letter = self._talk.letters.of(thread)
            letter.text = "\n\n".join(part for part in (letter.text.strip(), asked.text) if part)
            self._talk.composer.show_letter()
            self._talk.composer.keep_draft()
        if asked.sent is not None:
            self._waiting[thread.id] = thread, asked

    def _went(self, number: int) -> None:
        thread, asked = self._waiting.pop(number, (None, None))
        if thread is not None and asked is not None and asked.sent is not None:
            asked.sent(thread.conv, thread.members)
