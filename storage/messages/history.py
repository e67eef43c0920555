"""What was written so far, in pieces, for a new device of the same person (docs/protocol.md §11, type history).

A piece is MessagePack of at most `MAX_PIECE` bytes: threads, then their messages in the order of arrival. What is still on its way,
receipts and the bytes of files do not travel; files can be fetched while the relay has them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from storage.errors import Damaged
from storage.messages.files import Files
from storage.messages.messages import Messages
from storage.messages.origins import Origins
from storage.messages.posting import NewFile
from storage.messages.records import FileState, Message, PatientLink, State, ThreadKind
from storage.messages.threads import Threads

if TYPE_CHECKING:
    from sqlite3 import Connection

    from storage.messages.records import Thread

MAX_PIECE = 900_000
"""Bytes: with its envelope a piece is within what the type may say."""
_MAX_VERSIONS = 200_000
_UNDER_WAY = frozenset((State.DRAWN, State.HELD, State.QUEUED, State.FAILED))

_Id = Annotated[bytes, Meta(min_length=16, max_length=16)]
_Conv = Annotated[bytes, Meta(min_length=1, max_length=32)]
_Maybe = Annotated[bytes, Meta(max_length=16)]
_Text = Annotated[str, Meta(max_length=20_000)]
_Line = Annotated[str, Meta(max_length=1_000)]
_Proof = Annotated[bytes, Meta(max_length=16_384)]
_Time = Annotated[int, Meta(ge=0, lt=1 << 53)]


class _Patient(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    authority: _Line
    ipp: _Line
    label: _Line


class _File(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    name: _Line
    kind: _Line
    size: _Time
    ephemeral: bool
    opened_ms: _Time
    key: Annotated[bytes, Meta(max_length=64)]
    manifest: Annotated[bytes, Meta(max_length=65_536)]


class _Message(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    conv: _Conv
    msg_id: _Id
    author: _Id
    own: bool
    place: _Time
    sent_ms: _Time
    state: State
    text: _Text
    quote: _Maybe
    patient: _Patient | None
    event: _Line
    event_about: _Maybe
    warning: _Line
    edited_ms: _Time
    withdrawn_ms: _Time
    gone_ms: _Time
    expires_ms: _Time
    taken: Annotated[list[tuple[_Id, _Time, _Proof]], Meta(max_length=64)]
    versions: Annotated[list[tuple[_Time, _Text]], Meta(max_length=1_000)]
    files: Annotated[list[_File], Meta(max_length=32)]
    device: _Maybe
    digest: Annotated[bytes, Meta(max_length=64)]


class _Thread(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    conv: _Conv
    kind: ThreadKind
    title: _Line
    members: Annotated[list[_Id], Meta(max_length=64)]
    patient: _Patient | None
    expire_s: _Time
    left: bool
    said_ms: _Time
    said_id: _Maybe


class _Piece(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    threads: Annotated[list[_Thread], Meta(max_length=100_000)]
    messages: Annotated[list[_Message], Meta(max_length=100_000)]


@dataclass(frozen=True)
class Piece:
    """A piece of the history; the next one is asked for with `after`, unless this was the `last`.

    `messages`: how many are in it; `skipped`: the `order` of the first that is still on its way itself, 0 for none.
    """

    records: bytes = field(repr=False)
    after: int
    last: bool
    messages: int
    skipped: int


class History:
    """Writing the history and taking it, on the connection of one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._threads, self._messages, self._files = Threads(db), Messages(db), Files(db)

    def piece(self, after: int = 0, limit: int = 2_000, most_bytes: int = MAX_PIECE) -> Piece:
        """Return up to *limit* messages behind *after* with their threads, in *most_bytes*; of one message at least."""
        threads = {thread.id: thread for thread in self._threads.all()}
        rows = self._messages.every(after, limit)
        chosen: list[_Message] = []
        used: dict[int, _Thread] = {}
        room, skipped = most_bytes, 0
        for message in rows:
            if message.state in _UNDER_WAY:
                skipped, after = skipped or message.order, message.order
                continue
            made, thread = self._message(message, threads[message.thread].conv), threads[message.thread]
            there = used.get(thread.id) or self._thread(thread)
            room -= _weight(made) + (0 if thread.id in used else _weight(there))
            if chosen and room < 0:
                break
            chosen.append(made)
            used[thread.id], after = there, message.order
        done = len(rows) < limit and (not rows or after == rows[-1].order)
        records = msgspec.msgpack.encode(_Piece(list(used.values()), chosen))
        return Piece(records, after, done, len(chosen), skipped)

    def take(self, records: bytes) -> tuple[bytes, ...]:
        """Take a piece; return the ids of its messages that were new. Twice does no harm. Raises Damaged for what is no piece."""
        if len(records) > MAX_PIECE + 1_000:
            raise Damaged("history", "too long")
        try:
            piece = msgspec.msgpack.decode(records, type=_Piece)
        except (msgspec.MsgspecError, RecursionError, ValueError) as error:
            raise Damaged("history", "cannot be read") from error
        threads = {one.conv: self._begin(one) for one in piece.threads}
        if not all(one.conv in threads for one in piece.messages):
            raise Damaged("history", "a message of no thread")
        new = tuple(one.msg_id for one in piece.messages if self._add(one, threads[one.conv]))
        for thread in threads.values():
            self._threads.refresh(thread)
        return new

    def _message(self, message: Message, conv: bytes) -> _Message:
        origin = Origins(self._db).of(message.id)
        return _Message(
            conv,
            message.msg_id,
            message.author,
            message.own,
            message.order,
            message.sent_ms,
            message.state,
            message.text,
            message.quote,
            _patient(message.patient),
            message.event,
            message.event_about,
            message.warning,
            message.edited_ms,
            message.withdrawn_ms,
            message.gone_ms,
            message.expires_ms,
            self._taken(message.id),
            self._versions(message.id),
            [self._file(file.id) for file in message.files],
            origin.device if origin else b"",
            origin.hash if origin else b"",
        )

    def _taken(self, message: int) -> list[tuple[bytes, int, bytes]]:
        sql = "SELECT user, at_ms, proof FROM taken WHERE message = ? ORDER BY at_ms"
        return self._db.execute(sql, (message,)).fetchall()

    def _versions(self, message: int) -> list[tuple[int, str]]:
        """Return what a message said before: of more than a piece can hold the newest."""
        found, room = [], _MAX_VERSIONS
        for at_ms, text in reversed(self._messages.versions(message)):
            room -= len(text.encode())
            if room < 0:
                break
            found.append((at_ms, text))
        return found[::-1]

    def _file(self, number: int) -> _File:
        file, kept = self._files.get(number), self._files.kept(number)
        assert file is not None
        assert kept is not None
        key = b"" if file.ephemeral else kept.key
        return _File(file.name, file.kind, file.size, file.ephemeral, file.opened_ms, key, kept.manifest)

    def _begin(self, thread: _Thread) -> int:
        """Return the thread, begun where it is not there; one that began without a word on what it is becomes what it is."""
        number = self._threads.begin(thread.conv, thread.kind, thread.members)
        if self._threads.said(number) > (thread.said_ms, thread.said_id):
            return number
        self._threads.rename(number, thread.title)
        self._threads.set_members(number, thread.members)
        self._threads.link(number, _link(thread.patient))
        self._threads.set_timer(number, thread.expire_s)
        self._threads.leave(number, thread.left)
        self._threads.say(number, thread.said_ms, thread.said_id)
        return number

    def _thread(self, thread: Thread) -> _Thread:
        return _Thread(
            *(thread.conv, thread.kind, thread.title, list(thread.members), _patient(thread.patient)),
            *(thread.expire_s, thread.left, *self._threads.said(thread.id)),
        )

    def _add(self, message: _Message, thread: int) -> bool:
        if self._messages.find(message.msg_id, message.author) is not None:
            return False
        number = self._messages.put_back(_as_message(message, thread))
        self._db.executemany(
            "INSERT INTO version VALUES (?, ?, ?)", [(number, *one) for one in message.versions]
        )
        if message.device:
            Origins(self._db).keep(number, message.device, message.digest)
        rows = [(number, *one) for one in message.taken]
        self._db.executemany("INSERT OR IGNORE INTO taken VALUES (?, ?, ?, ?)", rows)
        for file in message.files:
            self._add_file(number, file)
        return True

    def _add_file(self, message: int, file: _File) -> None:
        state = FileState.GONE if file.ephemeral or not file.key else FileState.OFFERED
        new = NewFile(file.name, file.kind, file.size, state, file.key, file.manifest, file.ephemeral)
        number = self._files.add(message, new)
        if file.opened_ms:
            self._files.opened(number, b"", file.opened_ms)


def _weight(record: msgspec.Struct) -> int:
    return len(msgspec.msgpack.encode(record))


def _as_message(one: _Message, thread: int) -> Message:
    return Message(
        *(0, one.place, thread, one.msg_id, one.author, one.own, one.sent_ms, one.state, one.text, one.quote),
        patient=_link(one.patient),
        event=one.event,
        event_about=one.event_about,
        warning=one.warning,
        edited_ms=one.edited_ms,
        withdrawn_ms=one.withdrawn_ms,
        gone_ms=one.gone_ms,
        expires_ms=one.expires_ms,
    )


def _patient(link: PatientLink | None) -> _Patient | None:
    return _Patient(link.authority, link.ipp, link.label) if link else None


def _link(patient: _Patient | None) -> PatientLink | None:
    return PatientLink(patient.authority, patient.ipp, patient.label) if patient else None
