"""The meetings that this user was invited to or called: what a join needs, by tag."""

from __future__ import annotations

import struct
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from storage.errors import Damaged

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future
    from sqlite3 import Connection

    from storage.database import Database

_USER_BYTES = _KEY_BYTES = 16
_WHEN = struct.Struct(">Q")
TIME_END_S = 1 << 32
"""Later days than those of an invitation (docs/protocol.md §1) cannot be shown everywhere."""


@dataclass(frozen=True)
class Meeting:
    """One meeting: `inv_sk` is empty unless this user is a listed `host`; 0 = no start, no end given, never joined.

    `starts` are the dates of a series, `every` so many weeks at the same hour of `zone` (an IANA name, or empty); the first one is from
    `starts_s` to `ends_s`, all last as long; `off` are the numbers of those called off. A single meeting has none of these.
    `guests` and `most` are what its invitation allows (`media.keys.terms`). `uid` and `sequence` are its name and version in
    calendars, `hosts` the user ids listed in the invitation; only whoever called the meeting knows these three.
    """

    title: str
    relay_host: str
    relay_port: int
    tag: bytes
    secret: bytes
    invite_hash: bytes
    inv_sk: bytes = b""
    starts_s: int = 0
    host: bool = False
    last_joined_ms: int = 0
    ends_s: int = 0
    uid: bytes = b""
    sequence: int = 0
    hosts: tuple[bytes, ...] = ()
    starts: tuple[int, ...] = ()
    off: tuple[int, ...] = ()
    every: int = 0
    zone: str = ""
    guests: bool = True
    most: int = 0

    def __repr__(self) -> str:
        return f"Meeting(tag={self.tag.hex()})"


_NAMES = tuple(field.name for field in fields(Meeting))
_COLUMNS = ", ".join(_NAMES)


class MeetingsRepository:
    """Queries over meetings; every answer is a future."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, meeting: Meeting) -> Future[None]:
        """Keep *meeting*, instead of an earlier one of the same tag."""
        row = _row(meeting)
        marks = ",".join("?" * len(row))
        sql = f"INSERT OR REPLACE INTO meeting ({_COLUMNS}) VALUES ({marks})"  # noqa: S608 -- constants

        def act(db: Connection) -> None:
            db.execute(sql, row)

        return self._database.write(act)

    def find(self, tag: bytes) -> Future[Meeting | None]:
        """Return the meeting of a link, if it is known."""

        def act(db: Connection) -> Meeting | None:
            found = _select(db, "WHERE tag = ?", tag)
            return found[0] if found else None

        return self._database.read(act)

    def upcoming(self, since_s: int) -> Future[list[Meeting]]:
        """Return what starts, or first started, at *since_s* or later, the soonest first."""
        return self._database.read(
            lambda db: _select(db, "WHERE starts_s >= ? ORDER BY starts_s, title", since_s)
        )

    def recent(self, limit: int = 20) -> Future[list[Meeting]]:
        """Return what was joined, the latest first."""
        order = "WHERE last_joined_ms > 0 ORDER BY last_joined_ms DESC LIMIT ?"
        return self._database.read(lambda db: _select(db, order, limit))

    def unreadable(self) -> Future[int]:
        """Count the rows that make no meeting: the other answers pass over them."""
        return self._database.read(lambda db: sum(_meeting(row) is None for row in _rows(db, "")))

    def drop_unreadable(self) -> Future[int]:
        """Delete the rows that make no meeting; return how many there were."""

        def act(db: Connection) -> int:
            tags = [row[_NAMES.index("tag")] for row in _rows(db, "") if _meeting(row) is None]
            db.executemany("DELETE FROM meeting WHERE tag = ?", [(tag,) for tag in tags])
            return len(tags)

        return self._database.write(act)

    def joined(self, tag: bytes, now_ms: int) -> Future[None]:
        """Remember when a meeting was last joined."""

        def act(db: Connection) -> None:
            db.execute("UPDATE meeting SET last_joined_ms = ? WHERE tag = ?", (now_ms, tag))

        return self._database.write(act)

    def forget(self, tag: bytes) -> Future[None]:
        """Delete a meeting and its secret."""

        def act(db: Connection) -> None:
            db.execute("DELETE FROM meeting WHERE tag = ?", (tag,))

        return self._database.write(act)


def _rows(db: Connection, where: str, *values: object) -> Iterable[tuple[Any, ...]]:
    sql = f"SELECT {_COLUMNS} FROM meeting {where}"  # noqa: S608 -- *where* is a constant of this file
    return db.execute(sql, values).fetchall()


def _select(db: Connection, where: str, *values: object) -> list[Meeting]:
    return [one for row in _rows(db, where, *values) if (one := _meeting(row)) is not None]


def _row(meeting: Meeting) -> tuple[object, ...]:
    """Return *meeting* in the order of the columns."""
    packed = {
        "hosts": b"".join(meeting.hosts),
        "starts": b"".join(map(_WHEN.pack, meeting.starts)),
        "off": bytes(meeting.off),
    }
    return tuple(packed.get(name, getattr(meeting, name)) for name in _NAMES)


def _meeting(row: tuple[Any, ...]) -> Meeting | None:
    """Return what a row says; None where its parts do not fit together."""
    known = dict(zip(_NAMES, row, strict=True))
    try:
        known["starts"] = tuple(at for (at,) in _WHEN.iter_unpack(known["starts"]))
        known["hosts"] = _users(known["hosts"])
        made = Meeting(
            **{
                **known,
                "off": tuple(known["off"]),
                "host": bool(known["host"]),
                "guests": bool(known["guests"]),
            }
        )
    except (struct.error, Damaged):
        return None
    return made if _fits(made) else None


def _users(joined: bytes) -> tuple[bytes, ...]:
    if len(joined) % _USER_BYTES:
        raise Damaged("meeting")
    return tuple(joined[at : at + _USER_BYTES] for at in range(0, len(joined), _USER_BYTES))


def _fits(meeting: Meeting) -> bool:
    """Tell whether a meeting can be shown and joined: the sizes of its keys, its dates in order."""
    starts = meeting.starts
    return (
        len(meeting.tag) == len(meeting.secret) == _KEY_BYTES <= len(meeting.invite_hash)
        and 0 < meeting.relay_port < 65_536
        and all(0 <= at < TIME_END_S for at in (meeting.starts_s, meeting.ends_s, *starts))
        and list(starts) == sorted(set(starts))
        and (not starts or starts[0] == meeting.starts_s)
        and all(number < len(starts) for number in meeting.off)
    )
