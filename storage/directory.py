"""What is known of other people: certificates, revocations, the newest log head, who was verified or blocked, notes, lists."""

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
    """A user whose safety number was compared for one device, with its Ed25519 key.

    `voucher`: where nobody compared it, the compared key of the same user's older device that signed for it.
    """

    user: bytes
    ed25519_pk: bytes
    time_s: int
    voucher: bytes = b""


@dataclass(frozen=True)
class TrustNote:
    """What this user decided, or the program saw, about the trust in another user; `key` where it is about one device."""

    user: bytes
    time_s: int
    text: str
    key: bytes = b""


@dataclass(frozen=True)
class Circle:
    """A list of people that this user keeps; `FAVOURITES` has no name."""

    id: int
    name: str
    members: frozenset[bytes] = frozenset()


FAVOURITES = 1


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

    def verify(self, verified: Verified, *, alone: bool = False) -> Future[None]:
        """Remember that the safety number of a user was compared and equal; *alone*: no other key of theirs counts any more."""

        def act(db: Connection) -> None:
            if alone:
                db.execute("DELETE FROM verified WHERE user = ?", (verified.user,))
            row = (verified.user, verified.ed25519_pk, verified.time_s, verified.voucher)
            db.execute("INSERT OR REPLACE INTO verified VALUES (?, ?, ?, ?)", row)

        return self._database.write(act)

    def unverify(self, user: bytes) -> Future[None]:
        """Take every verification of a user back."""
        return self._run("DELETE FROM verified WHERE user = ?", (user,))

    def verified(self) -> Future[list[Verified]]:
        """Return every key that was compared or vouched for."""

        def act(db: Connection) -> list[Verified]:
            sql = "SELECT user, ed25519_pk, time_s, voucher FROM verified ORDER BY user, ed25519_pk"
            return [Verified(*row) for row in db.execute(sql)]

        return self._database.read(act)

    def block(self, user: bytes, time_s: int) -> Future[None]:
        """Remember that nothing is sent to a user, and nothing taken."""
        return self._run("INSERT OR IGNORE INTO blocked VALUES (?, ?)", (user, time_s))

    def unblock(self, user: bytes) -> Future[None]:
        """Take it back."""
        return self._run("DELETE FROM blocked WHERE user = ?", (user,))

    def blocked(self) -> Future[list[bytes]]:
        """Return the users that are blocked."""

        def act(db: Connection) -> list[bytes]:
            return [row[0] for row in db.execute("SELECT user FROM blocked ORDER BY user")]

        return self._database.read(act)

    def note(self, note: TrustNote) -> Future[None]:
        """Add a note about a user."""
        row = (note.user, note.time_s, note.text, note.key)
        return self._run("INSERT INTO trust_note (user, time_s, text, key) VALUES (?, ?, ?, ?)", row)

    def notes(self, user: bytes) -> Future[list[TrustNote]]:
        """Return the notes about *user*, the oldest first."""

        def act(db: Connection) -> list[TrustNote]:
            sql = "SELECT user, time_s, text, key FROM trust_note WHERE user = ? ORDER BY id"
            return [TrustNote(*row) for row in db.execute(sql, (user,))]

        return self._database.read(act)

    # --- lists of people, and what the organisation says of everybody ---------------------------------------

    def circles(self) -> Future[list[Circle]]:
        """Return the lists that this user keeps, the favourites first."""

        def act(db: Connection) -> list[Circle]:
            members: dict[int, set[bytes]] = {}
            for circle, user in db.execute("SELECT circle, user FROM circle_member"):
                members.setdefault(circle, set()).add(user)
            rows = db.execute("SELECT id, name FROM circle ORDER BY id")
            return [Circle(number, name, frozenset(members.get(number, ()))) for number, name in rows]

        return self._database.read(act)

    def add_circle(self, name: str) -> Future[int]:
        """Begin an empty list; return its id."""

        def act(db: Connection) -> int:
            return int(db.execute("INSERT INTO circle (name) VALUES (?) RETURNING id", (name,)).fetchone()[0])

        return self._database.write(act)

    def rename_circle(self, circle: int, name: str) -> Future[None]:
        """Give a list another name."""
        return self._run("UPDATE circle SET name = ? WHERE id = ? AND id <> ?", (name, circle, FAVOURITES))

    def drop_circle(self, circle: int) -> Future[None]:
        """Forget a list; the favourites stay."""
        return self._run("DELETE FROM circle WHERE id = ? AND id <> ?", (circle, FAVOURITES))

    def join_circle(self, circle: int, user: bytes) -> Future[None]:
        """Put somebody on a list; on one that is not there any more nobody is put."""
        sql = "INSERT OR IGNORE INTO circle_member SELECT id, ? FROM circle WHERE id = ?"
        return self._run(sql, (user, circle))

    def leave_circle(self, circle: int, user: bytes) -> Future[None]:
        """Take somebody off a list."""
        return self._run("DELETE FROM circle_member WHERE circle = ? AND user = ?", (circle, user))

    def keep_people(self, org: bytes, listed: bytes) -> Future[None]:
        """Keep the list of people of *org* (media/keys/people.py), instead of an earlier one; empty: there is none."""
        return self._run("INSERT OR REPLACE INTO people VALUES (?, ?)", (org, listed))

    def people(self, org: bytes) -> Future[bytes]:
        """Return the list of people of *org*, empty where there is none."""

        def act(db: Connection) -> bytes:
            row = db.execute("SELECT list FROM people WHERE org = ?", (org,)).fetchone()
            return bytes(row[0]) if row else b""

        return self._database.read(act)

    def _run(self, sql: str, values: tuple[object, ...]) -> Future[None]:
        def act(db: Connection) -> None:
            db.execute(sql, values)

        return self._database.write(act)


def _head(db: Connection, org: bytes) -> Head | None:
    row = db.execute("SELECT org, height, hash, time_s FROM head WHERE org = ?", (org,)).fetchone()
    return Head(*row) if row else None
