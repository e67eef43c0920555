"""The meetings that this user was invited to or called: what a join needs, by tag."""

from __future__ import annotations

import struct
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal

from storage.errors import Damaged
from storage.invited import InvitedRepository

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future
    from sqlite3 import Connection

    from storage.database import Database

_USER_BYTES = _KEY_BYTES = 16
_LEAP = 100
"""So many versions may have been told that an older copy of the vault does not know."""
_WHEN = struct.Struct(">Q")
TIME_END_S = 1 << 32
"""Later days than those of an invitation (docs/protocol.md §1) cannot be shown everywhere."""


@dataclass(frozen=True)
class Meeting:
    """One meeting: `inv_sk` is empty unless this user is a listed `host`; 0 = no start, no end given, never joined.

    `starts` are the dates of a series, `every` so many weeks at the same hour of `zone` (an IANA name, or empty); the first one is from
    `starts_s` to `ends_s`, all last as long; `off` are the numbers of those called off. A single meeting has none of these.
    `guests` and `most` are what its invitation allows (`media.keys.terms`). `uid` and `sequence` are its name and version in
    calendars, `hosts` the user ids listed in the invitation: known to whoever called it, and who was told by message.
    `organiser` told this user so; it is empty for an own meeting and for one known by its link. `answer`: 1 I come, 2 I do not.
    `cancelled`: it does not take place, or without this user. `invite` is the signed invitation of an own meeting, as messages carry it.
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
    organiser: bytes = b""
    answer: int = 0
    cancelled: bool = False
    invite: bytes = b""

    @property
    def own(self) -> bool:
        """Whether this user called it."""
        return bool(self.uid) and not self.organiser

    def __repr__(self) -> str:
        return f"Meeting(tag={self.tag.hex()})"


_NAMES = tuple(field.name for field in fields(Meeting))
_COLUMNS = ", ".join(_NAMES)


class MeetingsRepository:
    """Queries over meetings; every answer is a future."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.invited = InvitedRepository(database)

    def save(self, meeting: Meeting) -> Future[None]:
        """Keep *meeting*, instead of an earlier one of the same tag."""
        return self._database.write(lambda db: _save(db, meeting))

    def take(self, meeting: Meeting) -> Future[Literal["new", "known", "foreign"]]:
        """Keep the version of a meeting that its `organiser` tells, in whichever order versions come, each once or often.

        "known": this one or a newer was here. "foreign": what is known under its uid or tag is somebody else's; it stays.
        """
        return self._database.write(lambda db: _take(db, meeting))

    def begin_anew(self) -> Future[None]:
        """Go on after the device was enrolled anew, maybe in an older copy of the vault.

        The next version of an own meeting is newer than any that others may know; what became of earlier letters is not known.
        """

        def act(db: Connection) -> None:
            own = "uid <> x'' AND organiser = x''"
            db.execute(f"UPDATE meeting SET sequence = sequence + {_LEAP:d} WHERE {own}")  # noqa: S608 -- constants
            sql = (
                f"UPDATE invited SET said = said + {_LEAP:d}, letter = x'', key_letter = x'' WHERE said >= 0"  # noqa: S608
            )
            db.execute(sql)

        return self._database.write(act)

    def find_uid(self, uid: bytes) -> Future[Meeting | None]:
        """Return the meeting with this name."""
        return self._database.read(lambda db: next(iter(_select(db, "WHERE uid = ?", uid)), None))

    def answer(self, uid: bytes, answer: int) -> Future[None]:
        """Keep whether this user comes."""

        def act(db: Connection) -> None:
            db.execute("UPDATE meeting SET answer = ? WHERE uid = ? AND cancelled = 0", (answer, uid))

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


def _save(db: Connection, meeting: Meeting) -> None:
    row = _row(meeting)
    marks = ",".join("?" * len(row))
    db.execute(f"INSERT OR REPLACE INTO meeting ({_COLUMNS}) VALUES ({marks})", row)  # noqa: S608 -- constants


def _take(db: Connection, told: Meeting) -> Literal["new", "known", "foreign"]:
    before = next(iter(_select(db, "WHERE uid = ?", told.uid)), None)
    same = next(iter(_select(db, "WHERE tag = ?", told.tag)), None)
    if before is not None and before.organiser != told.organiser:
        return "foreign"
    if same is not None and (same.uid not in {b"", told.uid} or same.invite_hash != told.invite_hash):
        return "foreign"
    after = _after(before, told)
    if after == before:
        return "known"
    if same is not None:
        after = replace(after, last_joined_ms=same.last_joined_ms)
    if before is not None:
        db.execute("DELETE FROM meeting WHERE tag = ?", (before.tag,))
    _save(db, after)
    return "new"


def _after(before: Meeting | None, told: Meeting) -> Meeting:
    """Return what counts of two versions: the newer, with what goes on from the older one."""
    if before is None or told.sequence > before.sequence:
        return _newer(before, told)
    gives_key = told.sequence == before.sequence and told.tag == before.tag and told.inv_sk
    return replace(before, inv_sk=told.inv_sk) if gives_key and not before.cancelled else before


def _newer(before: Meeting | None, told: Meeting) -> Meeting:
    if told.cancelled:
        return replace(told, inv_sk=b"", host=False)
    if before is None:
        return told
    hours = (before.starts_s, before.ends_s, before.starts) == (told.starts_s, told.ends_s, told.starts)
    goes_on = hours and not before.cancelled
    key = told.inv_sk or (before.inv_sk if before.tag == told.tag and not before.cancelled else b"")
    return replace(told, inv_sk=key, answer=before.answer if goes_on else 0)


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
                "cancelled": bool(known["cancelled"]),
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
        len(meeting.organiser) in {0, _USER_BYTES}
        and meeting.answer in {0, 1, 2}
        and len(meeting.tag) == len(meeting.secret) == _KEY_BYTES <= len(meeting.invite_hash)
        and 0 < meeting.relay_port < 65_536
        and all(0 <= at < TIME_END_S for at in (meeting.starts_s, meeting.ends_s, *starts))
        and list(starts) == sorted(set(starts))
        and (not starts or starts[0] == meeting.starts_s)
        and all(number < len(starts) for number in meeting.off)
    )
