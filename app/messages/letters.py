"""What is written to each thread and not sent: it stands there again when one comes back, and in the vault as a draft."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.bridge import Bridge
    from app.messages.people import People
    from app.messages.ports import Messages, Outgoing
    from storage.messages.records import PatientLink, Thread

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Letter:
    """What stands in the field, what it answers or corrects, and the files that go with it.

    `patient` is whom it is about, `linked` whom the thread was about when the author last saw or said it.
    `before` is what stood there before a correction. `making`: so many pasted pictures become files still.
    `kept` is the draft that the vault has, None where that is not known.
    """

    text: str = field(default="", repr=False)
    kept: str | None = field(default=None, repr=False)
    quote: bytes = b""
    quoted: str = field(default="", repr=False)
    patient: PatientLink | None = None
    linked: PatientLink | None = None
    correcting: int = 0
    before: str = field(default="", repr=False)
    files: list[Outgoing] = field(default_factory=list, repr=False)
    making: int = 0
    once: bool = False

    @property
    def draft(self) -> str:
        """What is to be kept: a correction is no draft, nor are blanks."""
        draft = self.before if self.correcting else self.text
        return draft if draft.strip() else ""

    def see(self, patient: PatientLink | None) -> None:
        """Take it that the author has *patient* in sight before writing; what is begun stays about whom it was begun."""
        if not (self.draft or self.files or self.making or self.quote):
            self.settle(patient, patient)

    def settle(self, patient: PatientLink | None, linked: PatientLink | None) -> None:
        """Be about *patient* in a thread that is about *linked*: the author said so."""
        self.patient, self.linked = patient, linked

    def drop_reference(self) -> None:
        """Answer and correct nothing."""
        self.quote, self.quoted = b"", ""
        if self.correcting:
            self.correcting, self.text, self.before = 0, self.before, ""

    def went(self, parcel: Parcel) -> None:
        """Take it that *parcel* went out; what was typed, answered or attached meanwhile stays, and so does another correction."""
        if parcel.correcting:
            if parcel.correcting == self.correcting:
                rest = _rest(self.text, parcel.text)
                self.before = "\n".join(one for one in (self.before, rest) if one)
                self.drop_reference()
            return
        if self.correcting:
            self.before = _rest(self.before, parcel.text)
        else:
            self.text = _rest(self.text, parcel.text)
        if self.quote == parcel.quote:
            self.quote, self.quoted = b"", ""
        self.files[:] = [one for one in self.files if not any(one is other for other, _sent in parcel.files)]
        self.once = self.once and not parcel.once


@dataclass(eq=False)
class Parcel:
    """What goes out of a letter at one press; `files` pairs each of the letter's with what is sent of it."""

    text: str = field(repr=False)
    quote: bytes = b""
    patient: PatientLink | None = None
    correcting: int = 0
    files: tuple[tuple[Outgoing, Outgoing], ...] = field(default=(), repr=False)
    once: bool = False
    confirmed: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing is left to send."""
        return not self.text and not self.files

    def follow(self, first: Parcel) -> None:
        """Leave out what went in *first*, which stood in the field still when this was made."""
        if self.correcting or first.correcting:
            again = self.correcting == first.correcting and self.text == first.text
            self.text = "" if again else self.text
            return
        self.text = _rest(self.text, first.text)
        self.quote = b"" if self.quote == first.quote else self.quote
        self.files = tuple(pair for pair in self.files if not any(pair[0] is one for one, _ in first.files))


def _rest(text: str, went: str) -> str:
    return text.lstrip().removeprefix(went).lstrip() if went else text


class Letters:
    """The letter of each thread, for as long as the page lives: nothing that is read later takes its place."""

    def __init__(self, bridge: Bridge, messages: Messages, people: People) -> None:
        self._bridge, self._messages, self._people = bridge, messages, people
        self._letters: dict[int, Letter] = {}

    def of(self, thread: Thread) -> Letter:
        """Return what is written to *thread*: the draft, where nothing was written since the page was made."""
        about = thread.draft_patient if thread.draft else thread.patient
        begun = Letter(thread.draft, thread.draft, patient=about, linked=about)
        return self._letters.setdefault(thread.id, begun)

    def keep(self, thread: int, done: Callable[[], None] = lambda: None) -> None:
        """Let the vault keep the draft, where it is another one than it has."""
        letter = self._letters.get(thread)
        if letter is None or letter.draft == letter.kept or not self._people.writable:
            return
        letter.kept = letter.draft
        work = self._messages.keep_draft(thread, letter.draft, letter.patient)
        # the bridge owns it: the lock deletes the page, not what it kept
        self._bridge.start(self._bridge, work, lambda _none: done(), partial(_not_kept, letter))


def _not_kept(letter: Letter, error: Exception) -> None:
    letter.kept = None
    log.warning("a draft was not kept: %s", type(error).__name__)
