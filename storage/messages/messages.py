"""Messages in their order: added, corrected, withdrawn, taken, read; how far own ones came."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from storage.messages.files import Files
from storage.messages.index import forget, learn
from storage.messages.progress import folded
from storage.messages.records import Message, Receipt, State, Taken
from storage.messages.threads import Threads, link, linked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from sqlite3 import Connection

    from storage.messages.posting import NewMessage
    from storage.messages.records import PatientLink

_COLUMNS = (
    "id, place, thread, msg_id, author, own, sent_ms, state, text, quote, authority, ipp, label, event, event_about, read, held, "
    "warning, edited_ms, withdrawn_ms, gone_ms, expires_ms"
)
_MARKS = ", ".join("?" * 21)
_LINKED = """
    SELECT authority, ipp, label FROM message WHERE thread = ? AND place < ? AND event IN ('created', 'linked')
    ORDER BY place DESC LIMIT 1
"""
_ABOUT = """
    SELECT id FROM message WHERE {named} UNION ALL
    SELECT id FROM message WHERE ipp = '' AND thread IN (SELECT id FROM thread WHERE {named})
"""


class Messages:
    """Queries over messages, on the connection of one transaction. Who writes refreshes the thread's row in the list as well."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._threads = Threads(db)

    # --- reading -------------------------------------------------------------------------------------------

    def page(self, thread: int, before: int = 0, limit: int = 50) -> tuple[Message, ...]:
        """Return up to *limit* messages before the `order` *before* (0: the newest), oldest first."""
        where = "WHERE thread = ? AND place < ? ORDER BY place DESC LIMIT ?"
        return self._select(where, thread, before or 1 << 62, limit)[::-1]

    def around(self, message: int, limit: int = 50) -> tuple[Message, ...]:
        """Return a message with what stands before and after it, oldest first; nothing where there is no such message."""
        row = self._db.execute("SELECT thread, place FROM message WHERE id = ?", (message,)).fetchone()
        if row is None:
            return ()
        before = "WHERE thread = ? AND place <= ? ORDER BY place DESC LIMIT ?"
        after = "WHERE thread = ? AND place > ? ORDER BY place LIMIT ?"
        half = limit // 2
        return self._select(before, *row, limit - half)[::-1] + self._select(after, *row, half)

    def get(self, message: int) -> Message | None:
        """Return one message."""
        return next(iter(self._select("WHERE id = ?", message)), None)

    def find(self, msg_id: bytes, author: bytes) -> Message | None:
        """Return the message that *author* gave this id."""
        return next(iter(self._select("WHERE msg_id = ? AND author = ?", msg_id, author)), None)

    def quoted(self, thread: int, msg_id: bytes) -> Message | None:
        """Return the message of a thread that a quote names."""
        return next(iter(self._select("WHERE thread = ? AND msg_id = ?", thread, msg_id)), None)

    def about(self, numbers: Iterable[tuple[str, str]], limit: int = 50) -> tuple[Message, ...]:
        """Return what names a patient by one of *numbers*, or names nobody in a thread that does now; the newest first."""
        known = [number for number in numbers if number[1]]
        named = f"ipp <> '' AND (authority, ipp) IN (VALUES {', '.join(['(?, ?)'] * len(known))})"
        where = f"WHERE id IN ({_ABOUT.format(named=named)}) AND event = '' ORDER BY place DESC LIMIT ?"
        values = [part for number in known for part in number]
        return self._select(where, *values, *values, limit) if known else ()

    def unread(self, thread: int, order: int) -> tuple[Message, ...]:
        """Return what is unread in a thread up to `order`, oldest first."""
        return self._select("WHERE thread = ? AND read = 0 AND place <= ? ORDER BY place", thread, order)

    def every(self, after: int = 0, limit: int = 500) -> tuple[Message, ...]:
        """Return the messages of all threads behind the `order` *after*, oldest first: page by page."""
        return self._select("WHERE place > ? ORDER BY place LIMIT ?", after, limit)

    def versions(self, message: int) -> tuple[tuple[int, str], ...]:
        """Return what a corrected message said before: (time, text), oldest first."""
        sql = "SELECT at_ms, text FROM version WHERE message = ? ORDER BY rowid"
        return tuple(self._db.execute(sql, (message,)))

    def receipts(self, message: int) -> tuple[Receipt, ...]:
        """Return how far an own message came, a row a person: with the first of their devices, and why others do not get it."""
        first = "coalesce(min(nullif({0}, 0)), 0)"
        columns = ", ".join(first.format(name) for name in ("relay_ms", "delivered_ms", "read_ms"))
        held = "coalesce(group_concat(DISTINCT nullif(held, '')), '')"
        sql = f"SELECT user, {columns}, {held} FROM receipt WHERE message = ? GROUP BY user ORDER BY user"  # noqa: S608 -- constants
        rows = self._db.execute(sql, (message,)).fetchall()
        return tuple(
            Receipt(user, relay, delivered, read, _codes(held)) for user, relay, delivered, read, held in rows
        )

    # --- writing -------------------------------------------------------------------------------------------

    def add(self, new: NewMessage) -> int:
        """Add a message at the end of its thread; return its id. Raises SQLite's error where author and id are known."""
        message = self._insert(
            *(
                self._place(new.at_ms),
                new.thread,
                new.msg_id,
                new.author,
                int(new.own),
                new.sent_ms,
                int(new.state),
            ),
            *(new.text, new.quote, *linked(new.patient), new.event, new.event_about, int(new.read), new.held),
            *(new.warning, 0, 0, 0, new.expires_ms),
        )
        learn(self._db, message)
        for file in new.files:
            Files(self._db).add(message, file)
        self._threads.refresh(new.thread)
        return message

    def put_back(self, old: Message) -> int:
        """Add a message where it stood on another device of this user, as read; return its id. Files and list are the caller's."""
        place = old.order
        while self._db.execute("SELECT 1 FROM message WHERE place = ?", (place,)).fetchone():
            place += 1
        message = self._insert(
            *(place, old.thread, old.msg_id, old.author, int(old.own), old.sent_ms, int(old.state), old.text),
            *(old.quote, *linked(old.patient), old.event, old.event_about, 1, "", old.warning, old.edited_ms),
            *(old.withdrawn_ms, old.gone_ms, old.expires_ms),
        )
        learn(self._db, message)
        return message

    def correct(self, message: int, text: str, at_ms: int) -> None:
        """Replace the text; what stood before becomes a version."""
        old = "INSERT INTO version SELECT id, max(sent_ms, edited_ms), text FROM message WHERE id = ?"
        self._db.execute(old, (message,))
        self._say(message, text)
        self._set(message, "edited_ms", at_ms)

    def withdraw(self, message: int, at_ms: int) -> tuple[str, ...]:
        """Take a message back: its text, its versions, its files; return what is to go from the shelf."""
        self._set(message, "withdrawn_ms", at_ms)
        return self.empty(message)

    def empty(self, message: int) -> tuple[str, ...]:
        """Drop text, versions, files and their keys, also from the search; return what is to go from the shelf."""
        self._say(message, "")
        self._db.execute("DELETE FROM version WHERE message = ?", (message,))
        return Files(self._db).forget(message)

    def take(self, message: int, user: bytes, at_ms: int, proof: bytes) -> None:
        """Keep somebody's signed "pris en charge"; the first one of a person stays."""
        sql = "INSERT OR IGNORE INTO taken VALUES (?, ?, ?, ?)"
        self._db.execute(sql, (message, user, at_ms, proof))

    def said_again(self, message: int) -> None:
        """Say that what was unsaid about a message is in the outbox, in the same transaction."""
        self._db.execute("DELETE FROM unsaid WHERE message = ?", (message,))

    def read(self, thread: int, order: int) -> int:
        """Mark as read up to `order`; return how many were not."""
        sql = "UPDATE message SET read = 1 WHERE thread = ? AND read = 0 AND place <= ?"
        count = self._db.execute(sql, (thread, order)).rowcount
        if count:
            self._threads.refresh(thread)
        return count

    def warn(self, message: int, warning: str) -> None:
        """Say a warning with a message, "" for none."""
        self._set(message, "warning", warning)

    def hold(self, message: int, state: State, held: str) -> None:
        """Say of an own message that has no letter yet how it stands: DRAWN, HELD or FAILED, and the code why."""
        self._db.execute("UPDATE message SET state = ?, held = ? WHERE id = ?", (int(state), held, message))
        self._refresh(message)

    def said(self, message: int, sent_ms: int, expires_ms: int) -> None:
        """Say when an own message that waited for its files went out, and until when it stays."""
        self._set(message, "sent_ms", sent_ms)
        self._set(message, "expires_ms", expires_ms)

    def fold(self, message: int) -> None:
        """Say anew how far an own message came, from what is known of each device; nothing for 0."""
        sql = "SELECT user, state FROM receipt WHERE message = ?"
        found = [(user, State(state)) for user, state in self._db.execute(sql, (message,))]
        state = folded(found)
        if state is None:
            return
        code = "SELECT p.held FROM parcel p JOIN letter l ON l.id = p.letter WHERE l.message = ? AND p.state = ? LIMIT 1"
        told = state in (State.HELD, State.FAILED)
        row = self._db.execute(code, (message, int(state))).fetchone() if told else None
        self.hold(message, state, row[0] if row else "")

    def _insert(self, *row: object) -> int:
        sql = f"INSERT INTO message ({_COLUMNS.removeprefix('id, ')}) VALUES ({_MARKS})"  # noqa: S608 -- constants
        return int(self._db.execute(sql, row).lastrowid or 0)

    def _say(self, message: int, text: str) -> None:
        forget(self._db, message)
        self._set(message, "text", text)
        learn(self._db, message)

    def _set(self, message: int, column: str, value: object) -> None:
        sql = f"UPDATE message SET {column} = ? WHERE id = ?"  # noqa: S608 -- *column* is a constant of this file
        self._db.execute(sql, (value, message))
        self._refresh(message)

    def _refresh(self, message: int) -> None:
        row = self._db.execute("SELECT thread FROM message WHERE id = ?", (message,)).fetchone()
        if row:
            self._threads.refresh(row[0])

    def _place(self, at_ms: int) -> int:
        """Return the next place: the time of arrival, behind whatever came before, also where the clock was set back."""
        newest = self._db.execute("SELECT coalesce(max(place), 0) FROM message").fetchone()[0]
        return max(at_ms, int(newest) + 1)

    def _select(self, where: str, *values: object) -> tuple[Message, ...]:
        sql = f"SELECT {_COLUMNS} FROM message {where}"  # noqa: S608 -- *where* is a constant of this file
        rows = self._db.execute(sql, values).fetchall()
        ids = [row[0] for row in rows]
        files, taken, unsaid = Files(self._db).of(ids), _taken(self._db, ids), _unsaid(self._db, ids)
        return tuple(
            _message(row, files[row[0]], taken[row[0]], unsaid[row[0]], self._was(row)) for row in rows
        )

    def _was(self, row: Sequence[Any]) -> PatientLink | None:
        """Return whom a thread was about before the event that links it."""
        place, thread, event = row[1], row[2], row[13]
        before = self._db.execute(_LINKED, (thread, place)).fetchone() if event == "linked" else None
        return link(*before) if before else None


def _codes(found: str) -> tuple[str, ...]:
    return tuple(sorted(found.split(","))) if found else ()


def _taken(db: Connection, ids: Iterable[int]) -> dict[int, list[Taken]]:
    found: dict[int, list[Taken]] = defaultdict(list)
    numbers = ",".join(map(str, ids))
    sql = f"SELECT message, user, at_ms FROM taken WHERE message IN ({numbers}) ORDER BY at_ms"  # noqa: S608 -- integers
    for message, user, at_ms in db.execute(sql):
        found[message].append(Taken(user, at_ms))
    return found


def _unsaid(db: Connection, ids: Iterable[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    numbers = ",".join(map(str, ids))
    sql = f"SELECT message, type FROM unsaid WHERE message IN ({numbers}) ORDER BY type"  # noqa: S608 -- integers
    for message, type_ in db.execute(sql):
        found[message].append(type_)
    return found


def _message(
    row: Sequence[Any],
    files: Iterable[Any],
    taken: Iterable[Taken],
    unsaid: Iterable[int],
    was: PatientLink | None,
) -> Message:
    number, place, thread, msg_id, author, own, sent_ms, state, text, quote, authority, ipp, label, *rest = (
        row
    )
    event, event_about, read, held, warning, edited_ms, withdrawn_ms, gone_ms, expires_ms = rest
    return Message(
        number,
        place,
        thread,
        msg_id,
        author,
        bool(own),
        sent_ms,
        State(state),
        text,
        quote,
        link(authority, ipp, label),
        tuple(files),
        tuple(taken),
        event,
        event_about,
        was,
        bool(read),
        held,
        warning,
        edited_ms,
        withdrawn_ms,
        gone_ms,
        expires_ms,
        tuple(unsaid),
    )
