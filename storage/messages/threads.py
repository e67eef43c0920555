"""Threads: who is in them, and, kept beside, what the list shows of their messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from storage.messages.records import PatientLink, State, Thread, ThreadKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from sqlite3 import Connection

USER_BYTES = 16
LINE = 200
"""So many characters of the newest message stand in the list."""
_KINDS = {kind.value: kind for kind in ThreadKind}
_STATES = {state.value: state for state in State}
"""Looked up a thousand times for one list: calling the class takes as long as reading the row."""
_COLUMNS = (
    "id, conv, kind, title, members, authority, ipp, label, expire_s, pinned, muted, gone, unread, held, last_ms, last_author, "
    "last_text, last_state, draft, draft_authority, draft_ipp, draft_label"
)
_REFRESH = """
    UPDATE thread SET
        unread = (SELECT count(*) FROM message WHERE thread = ?1 AND read = 0),
        held = (SELECT count(*) FROM message WHERE thread = ?1 AND held <> ''),
        (last_ms, last_author, last_text, last_state) = (
            SELECT coalesce(max(sent_ms), 0), coalesce(max(author), x''), coalesce(substr(max(text), 1, ?2), ''),
                coalesce(max(state), 0)
            FROM (SELECT sent_ms, author, text, state FROM message WHERE thread = ?1 ORDER BY place DESC LIMIT 1)
        )
    WHERE id = ?1
"""


class Threads:
    """Queries over threads, on the connection of one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def all(self) -> tuple[Thread, ...]:
        """Return all threads, pinned first, then the newest."""
        return self._select("ORDER BY pinned DESC, last_ms DESC, id DESC")

    def get(self, thread: int) -> Thread | None:
        """Return one thread."""
        return next(iter(self._select("WHERE id = ?", thread)), None)

    def find(self, conv: bytes) -> Thread | None:
        """Return the thread of a conversation."""
        return next(iter(self._select("WHERE conv = ?", conv)), None)

    def direct(self, user: bytes) -> Thread | None:
        """Return the direct thread with *user*, the newest where there are several."""
        order = "WHERE kind = 'direct' AND members = ? ORDER BY last_ms DESC, id DESC"
        return next(iter(self._select(order, user)), None)

    def companions(self) -> set[bytes]:
        """Return everybody who is in a thread with this user."""
        rows = self._db.execute("SELECT DISTINCT members FROM thread WHERE gone = 0")
        return {user for (members,) in rows for user in _parted(members)}

    def begin(
        self,
        conv: bytes,
        kind: ThreadKind,
        members: Iterable[bytes],
        title: str = "",
        patient: PatientLink | None = None,
        expire_s: int = 0,
    ) -> int:
        """Begin a thread (the own user id is not in *members*); return its id, or that of the one with this *conv*."""
        self._db.execute(
            "INSERT OR IGNORE INTO thread (conv, kind, title, members, authority, ipp, label, expire_s, pinned, muted, gone,"
            " unread, held, last_ms, last_author, last_text, last_state, draft)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0, x'', '', 0, '')",
            (conv, kind, title, joined(members), *linked(patient), expire_s),
        )
        return int(self._db.execute("SELECT id FROM thread WHERE conv = ?", (conv,)).fetchone()[0])

    def rename(self, thread: int, title: str) -> None:
        """Give a thread a title."""
        self._set(thread, "title", title)

    def set_members(self, thread: int, members: Iterable[bytes]) -> None:
        """Say who is in a thread now."""
        self._set(thread, "members", joined(members))

    def link(self, thread: int, patient: PatientLink | None) -> None:
        """Say which patient a thread is about."""
        sql = "UPDATE thread SET authority = ?, ipp = ?, label = ? WHERE id = ?"
        self._db.execute(sql, (*linked(patient), thread))

    def set_timer(self, thread: int, expire_s: int) -> None:
        """Say how long messages sent from now on stay; 0: for ever."""
        self._set(thread, "expire_s", expire_s)

    def said(self, thread: int) -> tuple[int, bytes]:
        """Return when and in which message it was said what the thread is; (0, b"") where nobody did."""
        row = self._db.execute("SELECT said_ms, said_id FROM thread WHERE id = ?", (thread,)).fetchone()
        return (int(row[0]), bytes(row[1])) if row else (0, b"")

    def say(self, thread: int, sent_ms: int, msg_id: bytes) -> None:
        """Remember by which word the thread is what it is."""
        self._db.execute("UPDATE thread SET said_ms = ?, said_id = ? WHERE id = ?", (sent_ms, msg_id, thread))

    def pin(self, thread: int, yes: bool) -> None:
        """Keep a thread at the head of the list."""
        self._set(thread, "pinned", int(yes))

    def mute(self, thread: int, yes: bool) -> None:
        """Notify of it no more."""
        self._set(thread, "muted", int(yes))

    def leave(self, thread: int, yes: bool = True) -> None:
        """Say that the own user is no longer in it, or is again."""
        self._set(thread, "gone", int(yes))

    def keep_draft(self, thread: int, text: str, patient: PatientLink | None = None) -> None:
        """Keep what is typed and not sent, and whom it is about."""
        sql = "UPDATE thread SET draft = ?, draft_authority = ?, draft_ipp = ?, draft_label = ? WHERE id = ?"
        self._db.execute(sql, (text, *linked(patient), thread))

    def refresh(self, thread: int) -> None:
        """Count and take anew what the list shows of a thread's messages."""
        self._db.execute(_REFRESH, (thread, LINE))

    def counts(self) -> tuple[int, int]:
        """Return how many messages are unread and held, over all threads; muted ones count."""
        row = self._db.execute(
            "SELECT coalesce(sum(unread), 0), coalesce(sum(held), 0) FROM thread"
        ).fetchone()
        return int(row[0]), int(row[1])

    def _set(self, thread: int, column: str, value: object) -> None:
        sql = f"UPDATE thread SET {column} = ? WHERE id = ?"  # noqa: S608 -- *column* is a constant of this file
        self._db.execute(sql, (value, thread))

    def _select(self, where: str, *values: object) -> tuple[Thread, ...]:
        sql = f"SELECT {_COLUMNS} FROM thread {where}"  # noqa: S608 -- *where* is a constant of this file
        return tuple(map(_thread, self._db.execute(sql, values)))


def linked(patient: PatientLink | None) -> tuple[str, str, str]:
    """Return the columns of a patient link, empty ones for none."""
    return (patient.authority, patient.ipp, patient.label) if patient else ("", "", "")


def link(authority: str, ipp: str, label: str) -> PatientLink | None:
    """Return the link that the columns say."""
    return PatientLink(authority, ipp, label) if ipp else None


def joined(users: Iterable[bytes]) -> bytes:
    """Return user ids as a column keeps them: each once, in order, so that the same people are the same bytes."""
    return b"".join(sorted(set(users)))


def _parted(members: bytes) -> tuple[bytes, ...]:
    return tuple(members[at : at + USER_BYTES] for at in range(0, len(members), USER_BYTES))


def _thread(row: tuple[Any, ...]) -> Thread:
    number, conv, kind, title, members, authority, ipp, label, expire_s, pinned, muted, gone, *rest = row
    unread, held, last_ms, last_author, last_text, last_state, draft, *about = rest
    return Thread(
        number,
        conv,
        _KINDS[kind],
        title,
        (members,) if len(members) == USER_BYTES else _parted(members),
        link(authority, ipp, label),
        expire_s,
        bool(pinned),
        bool(muted),
        bool(gone),
        unread,
        held,
        last_ms,
        last_author,
        last_text,
        _STATES[last_state],
        draft,
        link(*about),
    )
