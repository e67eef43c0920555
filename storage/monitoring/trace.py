"""Signed records in mail.db, own ones and others', with what is needed to verify each again. Nothing is ever deleted or changed here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from sqlite3 import Connection

_COLUMNS = (
    "id, kind, subject, service, at_ms, came_ms, author, device, authority, ipp, label, proof, box, data"
)
_AT_ONCE = 500


@dataclass(frozen=True)
class Kept:
    """One record as it came. `proof`: the signed header object, which has the key and the hash of what `box` holds: the body with `data`.

    `service` is the conversation, `at_ms` by the author's clock, `came_ms` by ours; the patient as the author saw one, or "".
    """

    id: bytes
    kind: str
    subject: bytes
    service: bytes
    at_ms: int
    came_ms: int
    author: bytes
    device: bytes
    authority: str = ""
    ipp: str = field(default="", repr=False)
    label: str = field(default="", repr=False)
    proof: bytes = field(default=b"", repr=False)
    box: bytes = field(default=b"", repr=False)
    data: bytes = field(default=b"", repr=False)


class Trace:
    """Queries on the connection of one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def keep(self, one: Kept) -> bool:
        """Keep a record; False where it is known already: what came first holds."""
        row = (
            *(one.id, one.kind, one.subject, one.service, one.at_ms, one.came_ms, one.author, one.device),
            *(one.authority, one.ipp, one.label, one.proof, one.box, one.data),
        )
        sql = f"INSERT INTO record ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO NOTHING"  # noqa: S608 -- constants
        return self._db.execute(sql, row).rowcount == 1

    def get(self, number: bytes) -> Kept | None:
        """Return one record."""
        return next(iter(self._read("WHERE id = ?", number)), None)

    def of(self, subjects: Collection[bytes]) -> list[Kept]:
        """Return the records on *subjects*, in the order in which they came."""
        found: list[Kept] = []
        names = sorted(subjects)
        for at in range(0, len(names), _AT_ONCE):
            some = names[at : at + _AT_ONCE]
            found += self._read(f"WHERE subject IN ({','.join('?' * len(some))}) ORDER BY place", *some)
        return found

    def since(self, kind: str, came_ms: int) -> list[Kept]:
        """Return the records of *kind* that came since, by this desk's clock, in the order in which they came."""
        return self._read("WHERE kind = ? AND came_ms >= ? ORDER BY place", kind, came_ms)

    def subjects(self) -> list[bytes]:
        """Return what any record is about; what one came about last first."""
        sql = "SELECT subject FROM record GROUP BY subject ORDER BY max(place) DESC"
        return [subject for (subject,) in self._db.execute(sql)]

    def about(self, authority: str, ipp: str) -> list[Kept]:
        """Return the records about a patient by one number, in the order in which they came."""
        return self._read("WHERE authority = ? AND ipp = ? ORDER BY place", authority, ipp)

    def _read(self, where: str, *values: object) -> list[Kept]:
        sql = f"SELECT {_COLUMNS} FROM record {where}"  # noqa: S608 -- *where* is made here, of constants
        return [Kept(*row) for row in self._db.execute(sql, values)]
