"""Deposits for people without Consilium: sealed files, what proves the code, and how often a wrong one came.

SQLite at FULL, and a file a deposit. What the relay holds opens nothing: the verifier is a hash of a value that follows from
the link's key and the code together, and the link's key never comes here (docs/protocol.md §14).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import shutil
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from media.depositwire import COLLECTED, COMING, EXPIRED, MOST_WRONG, SHUT, THERE, TOKEN_BYTES
from media.errors import LinkRefused

if TYPE_CHECKING:
    from pathlib import Path

    from media.depositwire import Leave

HOUR_S, DAY_S = 3600, 86_400
CLAIM_S = HOUR_S
"""How long whoever began to collect may go on after a cut, and keeps others out of a single collection."""
SHORTEST_S = HOUR_S
TOLD_S = 30 * DAY_S
"""How long the owner may still ask what became of it."""
UPLOAD_S = DAY_S
READ = 1 << 20
_SCHEMA = """
create table if not exists deposit (
  id blob primary key, organisation blob not null, verifier blob not null, owner blob not null, size integer not null,
  life_s integer not null, expires_s integer not null, single integer not null,
  state integer not null, wrong integer not null, opened_s integer not null, collected_s integer not null,
  claim blob not null, claimed_s integer not null, served integer not null
) without rowid;
"""
_COLUMNS = "id, organisation, verifier, owner, size, expires_s, single, state, wrong, opened_s, collected_s, claim, claimed_s, served"


class Row(NamedTuple):
    """One deposit. `served`: whether its last byte was given out under the present claim."""

    id: bytes
    organisation: bytes
    verifier: bytes
    owner: bytes
    size: int
    expires_s: int
    single: int
    state: int
    wrong: int
    opened_s: int
    collected_s: int
    claim: bytes
    claimed_s: int
    served: int


@dataclass(frozen=True)
class Limits:
    """What deposits may take: bytes of one, bytes of an organisation's in all, the longest life in seconds.

    `reserve`: bytes of the disk that are left for messages.
    """

    largest: int
    total: int
    longest_s: int
    reserve: int = 0


class Deposits:
    """The store. Methods block on the disk and are called from one thread at a time; each commits before it answers."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._limits = limits
        self._files = folder / "deposits"
        self._files.mkdir(mode=0o700, exist_ok=True)
        self._database = sqlite3.connect(
            folder / "deposits.db", check_same_thread=False, isolation_level=None
        )
        for pragma in ("journal_mode = wal", "synchronous = full", "secure_delete = on"):
            self._database.execute(f"pragma {pragma}")
        self._database.executescript(_SCHEMA)
        self._keep_only_held()
        self._waiting = self._count()

    @property
    def waiting(self) -> int:
        """How many lie here, as far as the last change told: a figure for the metrics."""
        return self._waiting

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    # --- the owner ----------------------------------------------------------------------------------------

    def leave(self, new: Leave, now_s: int) -> int:
        """Begin, or go on with, a deposit; return how many bytes of it are here. LinkRefused: taken, quota."""
        self.sweep(now_s)
        held = self._row(new.id)
        if held is None:
            self._begin(new, now_s)
            return 0
        same = (held.organisation, held.verifier, held.owner, held.size)
        if same != (new.relay_pk, new.verifier, new.owner_pk, new.size) or held.state > THERE:
            raise LinkRefused("taken")
        if held.state == COMING:
            self._path(new.id).touch(0o600)  # a crash may have kept the row alone
        return self._path(new.id).stat().st_size

    def _begin(self, new: Leave, now_s: int) -> None:
        limits = self._limits
        if not (0 < new.size <= limits.largest and SHORTEST_S <= new.life_s <= limits.longest_s):
            raise LinkRefused("quota")
        query = "select coalesce(sum(size), 0) from deposit where organisation = ? and state <= ?"
        (used,) = self._database.execute(query, (new.relay_pk, THERE)).fetchone()
        if used + new.size > limits.total or not self._room_for(new.size):
            raise LinkRefused("quota")
        self._path(new.id).touch(0o600)
        named = (new.id, new.relay_pk, new.verifier, new.owner_pk, new.size, new.life_s, now_s + UPLOAD_S)
        begun = (new.single, COMING, 0, 0, 0, b"", 0, 0)
        marks = ", ".join("?" * (len(named) + len(begun)))
        self._database.execute(f"insert into deposit values ({marks})", named + begun)  # noqa: S608 -- question marks

    def _room_for(self, size: int) -> bool:
        return shutil.disk_usage(self._files).free >= size + self._limits.reserve

    def put(self, deposit: bytes, offset: int, piece: bytes) -> int:
        """Append a piece; return how many bytes are there. A piece that does not follow changes nothing."""
        row = self._row(deposit)
        if row is None or row.state != COMING:
            raise LinkRefused("unknown")
        if not self._room_for(len(piece)):
            raise LinkRefused("quota")
        with self._path(deposit).open("r+b") as file:
            there = file.seek(0, os.SEEK_END)
            if offset != there or there + len(piece) > row.size:
                return there
            file.write(piece)
        return there + len(piece)

    def end(self, deposit: bytes, digest: bytes, now_s: int) -> None:
        """Keep what was sent from now on for its life; LinkRefused("damaged") where it is not what was announced."""
        row = self._row(deposit)
        if row is None or row.state > THERE:
            raise LinkRefused("unknown")
        if row.state == THERE:
            return
        whole = hashlib.sha256()
        with self._path(deposit).open("r+b") as file:
            while piece := file.read(READ):
                whole.update(piece)
            os.fsync(file.fileno())
            size = file.tell()
        if size != row.size or not hmac.compare_digest(whole.digest(), digest):
            self._path(deposit).write_bytes(b"")
            raise LinkRefused("damaged")
        self._sync_folder()
        self._set(deposit, "state = ?, expires_s = ? + life_s", THERE, now_s)

    def owner(self, deposit: bytes) -> bytes | None:
        """Return whose key speaks for a deposit."""
        row = self._row(deposit)
        return row.owner if row else None

    def standing(self, deposit: bytes, now_s: int) -> tuple[int, int, int, int]:
        """Return (state, wrong codes, first opened, last collected); LinkRefused("unknown")."""
        row = self._settled(deposit, now_s)
        return row.state, row.wrong, row.opened_s, row.collected_s

    def drop(self, deposit: bytes) -> None:
        """Take it back: nothing of it stays."""
        self._database.execute("delete from deposit where id = ?", (deposit,))
        self._path(deposit).unlink(missing_ok=True)
        self._waiting = self._count()

    # --- the page -----------------------------------------------------------------------------------------

    def attempt(self, deposit: bytes, proof: bytes, token: bytes, now_s: int) -> Row | int:
        """Judge a proof of link and code: the row with its claim, or how many tries are left.

        A wrong one is counted on the disk before anybody hears of it. LinkRefused: unknown, expired, shut, taken.
        """
        row = self._settled(deposit, now_s)
        _must_wait(row)
        if not hmac.compare_digest(hashlib.sha256(proof).digest(), row.verifier):
            return self._wrong(row)
        again = bool(row.claim) and hmac.compare_digest(row.claim, token)
        if row.single and row.claim and not again:
            raise LinkRefused("taken")
        if not again:
            claim = os.urandom(TOKEN_BYTES)
            opened = row.opened_s or now_s - now_s % 60
            self._set(deposit, "claim = ?, claimed_s = ?, opened_s = ?, served = 0", claim, now_s, opened)
        return self._settled(deposit, now_s)

    def _wrong(self, row: Row) -> int:
        wrong = row.wrong + 1
        self._set(row.id, "wrong = ?", wrong)
        if wrong >= MOST_WRONG:
            self._finish(row.id, SHUT)
        return MOST_WRONG - wrong

    def read(self, deposit: bytes, claim: bytes, offset: int, length: int, now_s: int) -> bytes:
        """Give sealed bytes to whoever holds the claim; LinkRefused as above."""
        row = self._settled(deposit, now_s)
        _must_wait(row)
        if row.single and not hmac.compare_digest(row.claim, claim):
            raise LinkRefused("taken")
        with self._path(deposit).open("rb") as file:
            file.seek(min(offset, row.size))
            data = file.read(length)
        if data and offset + len(data) >= row.size and not row.served:
            self._set(deposit, "served = 1, collected_s = ?", now_s - now_s % 60)
        return data

    def done(self, deposit: bytes, claim: bytes, now_s: int) -> None:
        """Whoever holds the claim has all of it: where it is for one collection, it is gone now."""
        row = self._settled(deposit, now_s)
        if row.state == THERE and row.single and row.served and hmac.compare_digest(row.claim, claim):
            self._finish(deposit, COLLECTED)

    # --- what passes --------------------------------------------------------------------------------------

    def sweep(self, now_s: int) -> None:
        """Let go of what is over: files of expired and collected deposits, uploads never finished, old answers."""
        over = "select id from deposit where state <= ? and (expires_s <= ? or claimed_s between 1 and ?)"
        for (deposit,) in self._database.execute(over, (THERE, now_s, now_s - CLAIM_S)).fetchall():
            self._settle(deposit, now_s)
        old = "select id from deposit where expires_s + ? <= ?"
        for (deposit,) in self._database.execute(old, (TOLD_S, now_s)).fetchall():
            self.drop(deposit)
        self._waiting = self._count()

    def _settled(self, deposit: bytes, now_s: int) -> Row:
        """Return the row as of now; LinkRefused("unknown")."""
        self._settle(deposit, now_s)
        row = self._row(deposit)
        if row is None or row.state == COMING:
            raise LinkRefused("unknown")
        return row

    def _settle(self, deposit: bytes, now_s: int) -> None:
        row = self._row(deposit)
        if row is None or row.state > THERE:
            return
        if row.expires_s <= now_s:
            if row.state == COMING:
                self.drop(deposit)
            else:
                self._finish(deposit, EXPIRED)
        elif row.single and row.claim and row.claimed_s + CLAIM_S <= now_s:
            if row.served:
                self._finish(deposit, COLLECTED)
            else:
                self._set(deposit, "claim = ?, claimed_s = 0", b"")

    def _finish(self, deposit: bytes, state: int) -> None:
        """Keep the answer for the owner, and no byte of the file."""
        self._set(deposit, "state = ?, claim = ?, claimed_s = 0", state, b"")
        self._path(deposit).unlink(missing_ok=True)
        self._waiting = self._count()

    # --- rows and files -----------------------------------------------------------------------------------

    def _keep_only_held(self) -> None:
        """Remove files that the rows let go of already: the relay was killed in between."""
        query = "select id from deposit where state <= ?"
        held = {deposit.hex() for (deposit,) in self._database.execute(query, (THERE,))}
        for path in self._files.iterdir():
            if path.name not in held:
                path.unlink()

    def _row(self, deposit: bytes) -> Row | None:
        query = f"select {_COLUMNS} from deposit where id = ?"  # noqa: S608 -- constants
        row = self._database.execute(query, (deposit,)).fetchone()
        return Row(*row) if row else None

    def _set(self, deposit: bytes, what: str, *values: object) -> None:
        self._database.execute(f"update deposit set {what} where id = ?", (*values, deposit))  # noqa: S608 -- constants of this file

    def _count(self) -> int:
        return int(
            self._database.execute("select count(*) from deposit where state = ?", (THERE,)).fetchone()[0]
        )

    def _path(self, deposit: bytes) -> Path:
        return self._files / deposit.hex()

    def _sync_folder(self) -> None:
        folder = os.open(self._files, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _must_wait(row: Row) -> None:
    """Refuse what cannot be collected any more."""
    codes = {SHUT: "shut", COLLECTED: "taken", EXPIRED: "expired"}
    if row.state in codes:
        raise LinkRefused(codes[row.state])
