"""What is known of other people: certificates, revocations, the newest log head, who was verified, notes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future
    from sqlite3 import Connection

    from storage.database import Database


@dataclass(frozen=True)
class Head:
    """The newest head seen of an organisation's log: entries, hash of the last, time in seconds since 1970."""

    org: bytes
    height: int
    hash: bytes
    time_s: int


@dataclass(frozen=True)
class Verified:
    """A user whose safety number was compared, with the Ed25519 key seen then."""

    user: bytes
    ed25519_pk: bytes
    time_s: int


@dataclass(frozen=True)
class TrustNote:
    """What this user wrote down, or the program saw, about the trust in another user."""

    user: bytes
    time_s: int
    text: str


class DirectoryRepository:
    """Queries over the directory; every answer is a future. The caller has verified what it adds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_certificate(self, user: bytes, certificate: bytes) -> Future[bytes]:
        """Keep a signed DeviceCert of *user*; return its hash (SHA-256 of the whole)."""
        digest = hashlib.sha256(certificate).digest()

        def act(db: Connection) -> bytes:
            db.execute("INSERT OR IGNORE INTO certificate VALUES (?, ?, ?)", (digest, user, certificate))
            return digest

        return self._database.write(act)

    def certificate(self, digest: bytes) -> Future[bytes | None]:
        """Return the certificate with this hash."""

        def act(db: Connection) -> bytes | None:
            row = db.execute("SELECT certificate FROM certificate WHERE hash = ?", (digest,)).fetchone()
            return bytes(row[0]) if row else None

        return self._database.read(act)

    def certificates(self, user: bytes = b"") -> Future[list[bytes]]:
        """Return every certificate, or those of *user*."""

        def act(db: Connection) -> list[bytes]:
            sql = "SELECT certificate FROM certificate WHERE ? IN (x'', user) ORDER BY hash"
            return [row[0] for row in db.execute(sql, (user,))]

        return self._database.read(act)

    def revoke(self, digests: Iterable[bytes], time_s: int) -> Future[None]:
        """Remember that the certificates with these hashes were revoked; this is never undone."""
        rows = [(digest, time_s) for digest in digests]

        def act(db: Connection) -> None:
            db.executemany("INSERT OR IGNORE INTO revocation VALUES (?, ?)", rows)

        return self._database.write(act)

    def revoked(self) -> Future[list[bytes]]:
        """Return the hashes of all revoked certificates."""

        def act(db: Connection) -> list[bytes]:
            return [row[0] for row in db.execute("SELECT hash FROM revocation ORDER BY hash")]

        return self._database.read(act)

    def head(self, org: bytes) -> Future[Head | None]:
        """Return the newest head seen of *org*."""
        return self._database.read(lambda db: _head(db, org))

    def see_head(self, head: Head) -> Future[Head]:
        """Keep *head* unless a higher one was seen; return the one kept, so that a rollback or fork shows."""

        def act(db: Connection) -> Head:
            sql = (
                "INSERT INTO head VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET height = excluded.height, "
                "hash = excluded.hash, time_s = excluded.time_s WHERE excluded.height > height "
                "OR (excluded.height = height AND excluded.hash = hash AND excluded.time_s > time_s)"
            )
            db.execute(sql, (head.org, head.height, head.hash, head.time_s))
            return _head(db, head.org) or head

        return self._database.write(act)

    def verify(self, verified: Verified) -> Future[None]:
        """Remember that the safety number of a user was compared and equal."""

        def act(db: Connection) -> None:
            row = (verified.user, verified.ed25519_pk, verified.time_s)
            db.execute("INSERT OR REPLACE INTO verified VALUES (?, ?, ?)", row)

        return self._database.write(act)

    def unverify(self, user: bytes) -> Future[None]:
        """Take a verification back."""

        def act(db: Connection) -> None:
            db.execute("DELETE FROM verified WHERE user = ?", (user,))

        return self._database.write(act)

    def verified(self) -> Future[list[Verified]]:
        """Return everyone whose safety number was compared."""

        def act(db: Connection) -> list[Verified]:
            return [
                Verified(*row)
                for row in db.execute("SELECT user, ed25519_pk, time_s FROM verified ORDER BY user")
            ]

        return self._database.read(act)

    def note(self, note: TrustNote) -> Future[None]:
        """Add a note about a user."""

        def act(db: Connection) -> None:
            sql = "INSERT INTO trust_note (user, time_s, text) VALUES (?, ?, ?)"
            db.execute(sql, (note.user, note.time_s, note.text))

        return self._database.write(act)

    def notes(self, user: bytes) -> Future[list[TrustNote]]:
        """Return the notes about *user*, the oldest first."""

        def act(db: Connection) -> list[TrustNote]:
            rows = db.execute("SELECT user, time_s, text FROM trust_note WHERE user = ? ORDER BY id", (user,))
            return [TrustNote(*row) for row in rows]

        return self._database.read(act)


def _head(db: Connection, org: bytes) -> Head | None:
    row = db.execute("SELECT org, height, hash, time_s FROM head WHERE org = ?", (org,)).fetchone()
    return Head(*row) if row else None
