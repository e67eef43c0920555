"""What the thread shows, one line an item: days, what happened, messages with who speaks. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from app.i18n import fmt_list, isolated, tr
from app.messages import looks
from storage.messages.records import FileState, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.messages.people import People
    from storage.messages.records import File, Message, PatientLink

GROUP_MS = 10 * 60_000
"""Messages of one author within this time stand together: one face, one name."""


@dataclass(frozen=True)
class Day:
    """Midnight between two messages."""

    ms: int
    words: str

    @property
    def key(self) -> str:
        """The same for the same day."""
        return f"day {self.ms // 86_400_000}"

    @property
    def sentence(self) -> str:
        """What is read out."""
        return self.words


@dataclass(frozen=True)
class New:
    """Where the unread ones began when the thread was opened."""

    key: str = "new"

    @property
    def sentence(self) -> str:
        """What is read out."""
        return tr("messages.new_below")


@dataclass(frozen=True)
class Happened:
    """Something that happened to the thread, in a sentence."""

    message: Message
    words: str = field(repr=False)

    @property
    def key(self) -> str:
        """The same for the same message."""
        return f"message {self.message.id}"

    @property
    def sentence(self) -> str:
        """What is read out."""
        return self.words


@dataclass(frozen=True)
class Said:
    """One message. `name` stands above the first of several by one author, the face beside the last.

    `about` is whom it is about where that is not whom the thread is about now; `quoted` who wrote what this answers, and what;
    `taken` who took it in charge, in words; `read_ms` when an own one was read, where that is known; `held` why it was not sent.
    """

    message: Message
    author: str
    name: str = ""
    face: bool = False
    about: str = field(default="", repr=False)
    quoted: tuple[str, str] | None = field(default=None, repr=False)
    taken: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    read_ms: int = 0
    now_ms: int = field(default=0, compare=False)

    @cached_property
    def key(self) -> str:
        """The same for the same message."""
        return f"message {self.message.id}"

    @cached_property
    def words(self) -> str:
        """The text, or what stands for it."""
        one = self.message
        if one.withdrawn_ms:
            return tr("messages.withdrawn", when=looks.moment(one.withdrawn_ms, self.now_ms))
        if one.gone_ms:
            return tr("messages.gone", when=looks.moment(one.gone_ms, self.now_ms))
        return one.text

    @property
    def effaced(self) -> bool:
        """Whether nothing but that it was there is left."""
        return bool(self.message.withdrawn_ms or self.message.gone_ms)

    @cached_property
    def meta(self) -> str:
        """`09:14`, and what else is to be known of it."""
        one = self.message
        parts = [looks.clock(one.sent_ms)]
        if one.edited_ms:
            parts.append(tr("messages.edited"))
        if one.warning == "changed-key":
            parts.append(tr("messages.warning.changed-key"))
        return " · ".join(parts)

    @cached_property
    def state(self) -> str:
        """How far an own message came; nothing for a received one. First what was said about it and nobody heard."""
        one = self.message
        if one.unsaid and not one.gone_ms:
            return looks.unsaid_words(one)
        return "" if one.state is State.RECEIVED or self.effaced else looks.state_words(one, self.read_ms)

    @cached_property
    def warning(self) -> str:
        """What is wrong around it, in a sentence."""
        warning = self.message.warning
        known = warning in looks.WARNINGS and warning != "changed-key"
        return tr(f"messages.warning.{warning}", name=isolated(self.author)) if known else ""

    @cached_property
    def sentence(self) -> str:
        """All that the row shows, read out."""
        who = tr("messages.you") if self.message.own else isolated(self.author)
        quoted = tr("messages.quoting", name=self.quoted[0], text=self.quoted[1]) if self.quoted else ""
        files = (
            tr("messages.file.spoken", name=isolated(one.name), about=about(one, self)) for one in self.files
        )
        parts = (
            self.warning,
            who,
            self.about,
            quoted,
            self.words,
            *files,
            *self.taken,
            self.meta,
            self.state,
        )
        return ", ".join(part for part in parts if part)

    @property
    def files(self) -> tuple[File, ...]:
        """The files that are still there."""
        return () if self.effaced else self.message.files


Line: TypeAlias = Day | New | Happened | Said


def about(file: File, said: Said) -> str:
    """Return what stands below a file's name."""
    if file.halted or not file.ephemeral:
        return looks.file_words(file)
    shown = tr("messages.once.shown_for", s=file.shown_for_s)
    until = said.message.sent_ms + 1000 * file.open_within_s
    if file.opened_ms:
        when = looks.moment(file.opened_ms, said.now_ms)
        if not said.message.own:
            return tr("messages.once.gone", when=when)
        return tr("messages.once.opened", name=said.opened[said.files.index(file)], when=when)
    if file.state in {FileState.GONE, FileState.REFUSED}:
        return tr(f"messages.file.{file.state}")
    if said.now_ms > until:
        return tr("messages.once.expired")
    key = "messages.once.sent" if said.message.own else "messages.once.open_before"
    return tr(key, shown=shown, when=looks.moment_until(until, said.now_ms))


def openable(file: File, said: Said) -> bool:
    """Tell whether an ephemeral document may be opened here now."""
    until = said.message.sent_ms + 1000 * file.open_within_s
    gone = file.opened_ms or file.state in {FileState.GONE, FileState.REFUSED}
    return file.ephemeral and not said.message.own and not gone and said.now_ms <= until


def lines(
    messages: Sequence[Message],
    people: People,
    now_ms: int,
    *,
    team: bool = False,
    patient: PatientLink | None = None,
    quoted: dict[bytes, Message] | None = None,
    new_from: int = 0,
    read: dict[int, int] | None = None,
) -> list[Line]:
    """Return the lines for *messages*, oldest first, of a thread about *patient*.

    *quoted* is what they answer and does not stand among them; *new_from* the `order` of the first that was unread, 0 for none.
    """
    by_id = (quoted or {}) | {one.msg_id: one for one in messages}
    shown: list[Line] = []
    for place, one in enumerate(messages):
        before = messages[place - 1] if place else None
        after = messages[place + 1] if place + 1 < len(messages) else None
        if before is None or looks.date_of(before.sent_ms) != looks.date_of(one.sent_ms):
            shown.append(Day(one.sent_ms, looks.day_head(one.sent_ms, now_ms)))
        if new_from and one.order >= new_from and (before is None or before.order < new_from):
            shown.append(New())
        if one.event:
            shown.append(Happened(one, happened(one, people, now_ms)))
            continue
        shown.append(
            Said(
                one,
                people.name(one.author),
                people.name(one.author) if team and not one.own and not _together(before, one) else "",
                face=not one.own and not _together(one, after),
                about="" if looks.same_patient(one.patient, patient) else looks.about(one.patient),
                quoted=_quoted(one, by_id, people),
                taken=tuple(_taken(one, people, now_ms)),
                opened=tuple(people.name(file.opened_by) if file.opened_by else "" for file in one.files),
                read_ms=(read or {}).get(one.id, 0),
                now_ms=now_ms,
            )
        )
    return shown


def _together(one: Message | None, other: Message | None) -> bool:
    if one is None or other is None or one.event or other.event or one.author != other.author:
        return False
    near = 0 <= other.sent_ms - one.sent_ms < GROUP_MS
    return near and looks.date_of(one.sent_ms) == looks.date_of(other.sent_ms)


def _quoted(one: Message, by_id: dict[bytes, Message], people: People) -> tuple[str, str] | None:
    if not one.quote:
        return None
    other = by_id.get(one.quote)
    if other is None:
        return "", tr("messages.quote.earlier")
    if other.withdrawn_ms or other.gone_ms:
        return _who(other, people), tr("messages.quote.gone")
    first = other.files[0].name if other.files else ""
    return _who(other, people), " ".join(other.text.split())[:200] or first


def _who(one: Message, people: People) -> str:
    return tr("messages.you") if one.own else people.name(one.author)


def _taken(one: Message, people: People, now_ms: int) -> Iterable[str]:
    for act in one.taken:
        when = looks.moment(act.at_ms, now_ms)
        if act.user == people.me:
            yield tr("messages.taken.you", when=when)
        else:
            yield tr("messages.taken.by", name=isolated(people.name(act.user)), when=when)


def happened(one: Message, people: People, now_ms: int) -> str:
    """Return what happened to the thread, in a sentence."""
    who = isolated(people.name(one.author))
    about = isolated(people.name(one.event_about)) if one.event_about else ""
    event = one.event if one.event in looks.EVENTS else "other"
    if event == "renamed" and not one.text:
        event = "other"
    if event == "linked":
        event = _linked(one)
    mine = ".you" if one.own and event not in {"key-changed", "other"} else ""
    return tr(
        f"messages.event.{event}{mine}",
        who=who,
        about=about,
        patient=looks.about(one.patient),
        was=looks.about(one.was),
        text=one.text,
        when=looks.moment(one.sent_ms, now_ms),
    )


def _linked(one: Message) -> str:
    """Return which sentence names those that are known: whom the thread is about now, and was before."""
    if one.patient is None:
        return "linked" if one.was is None else "unlinked"
    return "linked.to" if one.was is None else "linked.from"


def everybody(users: Sequence[bytes], people: People) -> str:
    """`Dr A, Dr B et Dr C`."""
    return fmt_list([isolated(people.name(user)) for user in users])
