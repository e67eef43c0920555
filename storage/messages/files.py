"""Files of messages: what they are, how far they came, the key of their sealed bytes, the blobs that they are cut into."""

from __future__ import annotations

import secrets
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from storage.messages.posting import Blob, Kept, Want
from storage.messages.records import File, FileState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from sqlite3 import Connection

    from storage.messages.posting import NewFile

NAME_BYTES = 16
_SHOWN = (
    "id, name, kind, size, state, done, ephemeral, open_within_s, shown_for_s, opened_ms, opened_by, halted,"
    " joined, joined_code"
)
_KEPT = "id, message, key, manifest, shelf, source, asked_ms"
MOST_WANTED = 256
"""Of one person; more is not kept, and asked for again later."""


class Files:
    """Queries over files, on the connection of one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    # --- reading -------------------------------------------------------------------------------------------

    def get(self, file: int) -> File | None:
        """Return what is shown of a file."""
        row = self._db.execute(f"SELECT {_SHOWN} FROM file WHERE id = ?", (file,)).fetchone()  # noqa: S608 -- constants
        return _file(row) if row else None

    def of(self, messages: Iterable[int]) -> dict[int, list[File]]:
        """Return the files of messages, in order."""
        found: dict[int, list[File]] = defaultdict(list)
        numbers = ",".join(map(str, messages))
        sql = f"SELECT message, {_SHOWN} FROM file WHERE message IN ({numbers}) ORDER BY id"  # noqa: S608 -- integers
        for message, *row in self._db.execute(sql):
            found[message].append(_file(row))
        return found

    def kept(self, file: int) -> Kept | None:
        """Return what rests of a file: key, manifest, place on the shelf."""
        row = self._db.execute(f"SELECT {_KEPT} FROM file WHERE id = ?", (file,)).fetchone()  # noqa: S608 -- constants
        return Kept(*row) if row else None

    def under_way(self) -> tuple[int, ...]:
        """Return the files that were coming or going when last looked at, ephemeral ones first, then the oldest."""
        sql = "SELECT id FROM file WHERE state IN ('coming', 'going') ORDER BY ephemeral DESC, id"
        return tuple(number for (number,) in self._db.execute(sql))

    def blobs(self, file: int) -> tuple[Blob, ...]:
        """Return the blobs of a file in order, none before they are known."""
        sql = "SELECT number, blob, size_class, done, delete_key FROM blob WHERE file = ? ORDER BY number"
        return tuple(Blob(*row) for row in self._db.execute(sql, (file,)))

    def on_shelf(self) -> frozenset[str]:
        """Return the name of everything that should lie on the shelf."""
        return frozenset(name for (name,) in self._db.execute("SELECT shelf FROM file WHERE shelf <> ''"))

    def wanted(self) -> tuple[Want, ...]:
        """Return who waits for which own file to be laid out again."""
        return tuple(Want(*row) for row in self._db.execute("SELECT about, number, user, device FROM wanted"))

    # --- writing -------------------------------------------------------------------------------------------

    def add(self, message: int, new: NewFile) -> int:
        """Add a file to a message; return its id."""
        ephemeral = (int(new.ephemeral), new.open_within_s, new.shown_for_s)
        row = (
            message,
            new.name,
            new.kind,
            new.size,
            new.state,
            *ephemeral,
            new.key,
            new.manifest,
            new.source,
        )
        sql = (
            "INSERT INTO file (message, name, kind, size, state, ephemeral, open_within_s, shown_for_s, key, manifest, source,"
            " done, opened_ms, opened_by, shelf) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, x'', '')"
        )
        return int(self._db.execute(sql, row).lastrowid or 0)

    def place(self, file: int) -> str:
        """Give a file a name on the shelf, before its first byte is written there; return it, the same each time."""
        name = secrets.token_hex(NAME_BYTES)
        self._db.execute("UPDATE file SET shelf = ? WHERE id = ? AND shelf = ''", (name, file))
        return str(self._db.execute("SELECT shelf FROM file WHERE id = ?", (file,)).fetchone()[0])

    def seal(self, file: int, key: bytes, manifest: bytes) -> None:
        """Keep the key and the manifest of a file that is now sealed, and forget where it came from."""
        sql = "UPDATE file SET key = ?, manifest = ?, source = '' WHERE id = ?"
        self._db.execute(sql, (key, manifest, file))

    def state(self, file: int, state: FileState, done: int | None = None) -> None:
        """Say where a file is, and how many bytes of its plaintext came or went: it moves, or rests."""
        sql = "UPDATE file SET state = ?, done = coalesce(?, done), halted = '' WHERE id = ?"
        self._db.execute(sql, (state, done, file))

    def halt(self, file: int, code: str) -> None:
        """Say why a file that is coming or going does not move."""
        sql = "UPDATE file SET halted = ? WHERE id = ? AND state IN ('coming', 'going')"
        self._db.execute(sql, (code, file))

    def halted(self) -> dict[int, str]:
        """Return the threads in which a file does not move, and why the oldest of each does not."""
        sql = (
            "SELECT thread, halted FROM file JOIN message ON message.id = message WHERE file.state IN ('coming', 'going')"
            " AND halted <> '' ORDER BY file.id DESC"
        )
        return dict(self._db.execute(sql))

    def join(self, file: int, document: bytes) -> bool:
        """Say that a file is given to the record as *document*; False where it was, and not refused."""
        sql = "UPDATE file SET document = ?, joined = 'queued', joined_code = '' WHERE id = ? AND joined IN ('', 'refused')"
        return bool(self._db.execute(sql, (document, file)).rowcount)

    def stand(self, document: bytes, stage: str, code: str) -> int:
        """Say how far a document of the record is; return the thread of its file, 0 where nothing is new."""
        sql = (
            "UPDATE file SET joined = ?1, joined_code = ?2 WHERE document = ?3 AND (joined, joined_code) <> (?1, ?2)"
            " RETURNING (SELECT thread FROM message WHERE id = message)"
        )
        return next((thread for (thread,) in self._db.execute(sql, (stage, code, document)).fetchall()), 0)

    def leaving(self) -> dict[bytes, int]:
        """Return the documents that are on their way to the record, and of which file each is."""
        return dict(self._db.execute("SELECT document, id FROM file WHERE joined IN ('queued', 'sent')"))

    def ask(self, file: int, at_ms: int) -> None:
        """Say that the author of a file was asked for it."""
        sql = "UPDATE file SET state = ?, asked_ms = ? WHERE id = ?"
        self._db.execute(sql, (FileState.ASKED, at_ms, file))

    def want(self, want: Want) -> None:
        """Keep that somebody waits for an own file."""
        sql = (
            "INSERT OR IGNORE INTO wanted SELECT ?1, ?2, ?3, ?4"
            " WHERE (SELECT count(*) FROM wanted WHERE user = ?3) < ?5"
        )
        self._db.execute(sql, (want.about, want.number, want.user, want.device, MOST_WANTED))

    def answered(self, want: Want) -> None:
        """Forget who waited: the answer is in the outbox, in the same transaction."""
        sql = "DELETE FROM wanted WHERE about = ? AND number = ? AND device = ?"
        self._db.execute(sql, (want.about, want.number, want.device))

    def opened(self, file: int, user: bytes, at_ms: int) -> bool:
        """Say that an ephemeral document was opened, and forget its key; False where it was before."""
        sql = "UPDATE file SET opened_ms = ?, opened_by = ?, key = x'' WHERE id = ? AND opened_ms = 0"
        return bool(self._db.execute(sql, (at_ms, user, file)).rowcount)

    def cut(self, file: int, blobs: Iterable[Blob]) -> None:
        """Say which blobs a file is cut into, instead of what was said before."""
        self._db.execute("DELETE FROM blob WHERE file = ?", (file,))
        rows = [(file, one.number, one.blob, one.size_class, one.done, one.delete_key) for one in blobs]
        self._db.executemany("INSERT INTO blob VALUES (?, ?, ?, ?, ?, ?)", rows)

    def went(self, file: int, number: int, done: int) -> None:
        """Say how many bytes of a blob are there, or here."""
        self._db.execute("UPDATE blob SET done = ? WHERE file = ? AND number = ?", (done, file, number))

    def forget(self, message: int) -> tuple[str, ...]:
        """Delete the files of a message with their keys; return what is to go from the shelf."""
        sql = "DELETE FROM file WHERE message = ? RETURNING shelf"
        return tuple(name for (name,) in self._db.execute(sql, (message,)).fetchall() if name)

    def missing(self, names: Iterable[str]) -> None:
        """Say of what is not on the shelf any more that it is gone; what somebody else sent can be fetched again."""
        sql = (
            "UPDATE file SET shelf = '', done = 0, state = iif((SELECT own FROM message WHERE id = message), 'gone', 'offered')"
            " WHERE shelf = ?"
        )
        self._db.executemany(sql, [(name,) for name in names])


def _file(row: Sequence[Any]) -> File:
    number, name, kind, size, state, done, ephemeral, *rest = row
    return File(number, name, kind, size, FileState(state), done, bool(ephemeral), *rest)
