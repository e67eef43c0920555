"""The meetings that this user was invited to or called: what a join needs, by tag and occurrence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import Future
    from sqlite3 import Connection

    from storage.database import Database

_COLUMNS = (
    "tag, occurrence, title, relay_host, relay_port, secret, invite_hash, inv_sk, starts_s, host, last_joined_ms, "
    "ends_s, uid, sequence, hosts"
)
_USER_BYTES = 16


@dataclass(frozen=True)
class Meeting:
    """One meeting: `inv_sk` is empty unless this user is a listed `host`; 0 = no start, no end given, never joined.

    `uid` and `sequence` are its name and version in calendars, `hosts` the user ids listed in the invitation; only whoever
    called the meeting knows these three.
    """

    title: str
    relay_host: str
    relay_port: int
    tag: bytes
    secret: bytes
    invite_hash: bytes
    inv_sk: bytes = b""
    occurrence: int = 0
    starts_s: int = 0
    host: bool = False
    last_joined_ms: int = 0
    ends_s: int = 0
    uid: bytes = b""
    sequence: int = 0
    hosts: tuple[bytes, ...] = ()

    def __repr__(self) -> str:
        return f"Meeting(tag={self.tag.hex()}, occurrence={self.occurrence})"


class MeetingsRepository:
    """Queries over meetings; every answer is a future."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, meeting: Meeting) -> Future[None]:
        """Keep *meeting*, instead of an earlier one of the same tag and occurrence."""
        row = _row(meeting)
        marks = ",".join("?" * len(row))
        sql = f"INSERT OR REPLACE INTO meeting ({_COLUMNS}) VALUES ({marks})"  # noqa: S608 -- constants

        def act(db: Connection) -> None:
            db.execute(sql, row)

        return self._database.write(act)

    def find(self, tag: bytes, occurrence: int = 0) -> Future[Meeting | None]:
        """Return the meeting of a link, if it is known."""

        def act(db: Connection) -> Meeting | None:
            found = _select(db, "WHERE tag = ? AND occurrence = ?", tag, occurrence)
            return found[0] if found else None

        return self._database.read(act)

    def upcoming(self, since_s: int) -> Future[list[Meeting]]:
        """Return what starts at *since_s* or later, the soonest first."""
        return self._database.read(
            lambda db: _select(db, "WHERE starts_s >= ? ORDER BY starts_s, title", since_s)
        )

    def recent(self, limit: int = 20) -> Future[list[Meeting]]:
        """Return what was joined, the latest first."""
        order = "WHERE last_joined_ms > 0 ORDER BY last_joined_ms DESC LIMIT ?"
        return self._database.read(lambda db: _select(db, order, limit))

    def joined(self, tag: bytes, occurrence: int, now_ms: int) -> Future[None]:
        """Remember when a meeting was last joined."""

        def act(db: Connection) -> None:
            sql = "UPDATE meeting SET last_joined_ms = ? WHERE tag = ? AND occurrence = ?"
            db.execute(sql, (now_ms, tag, occurrence))

        return self._database.write(act)

    def forget(self, tag: bytes, occurrence: int = 0) -> Future[None]:
        """Delete a meeting and its secret."""

        def act(db: Connection) -> None:
            db.execute("DELETE FROM meeting WHERE tag = ? AND occurrence = ?", (tag, occurrence))

        return self._database.write(act)


def _select(db: Connection, where: str, *values: object) -> list[Meeting]:
    sql = f"SELECT {_COLUMNS} FROM meeting {where}"  # noqa: S608 -- *where* is a constant of this file
    return [_meeting(row) for row in db.execute(sql, values)]


def _row(meeting: Meeting) -> tuple[object, ...]:
    """Return *meeting* in the order of the columns."""
    return (
        *(meeting.tag, meeting.occurrence, meeting.title, meeting.relay_host, meeting.relay_port),
        *(meeting.secret, meeting.invite_hash, meeting.inv_sk, meeting.starts_s, meeting.host),
        *(meeting.last_joined_ms, meeting.ends_s, meeting.uid, meeting.sequence, b"".join(meeting.hosts)),
    )


def _meeting(row: tuple[Any, ...]) -> Meeting:
    names = (
        *("tag", "occurrence", "title", "relay_host", "relay_port", "secret", "invite_hash", "inv_sk"),
        *("starts_s", "host", "last_joined_ms", "ends_s", "uid", "sequence", "hosts"),
    )
    known = dict(zip(names, row, strict=True))
    joined = known.pop("hosts")
    hosts = tuple(joined[at : at + _USER_BYTES] for at in range(0, len(joined), _USER_BYTES))
    return Meeting(**{**known, "host": bool(known["host"])}, hosts=hosts)
