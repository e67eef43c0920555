"""The door to mail.db and the folder of files: acts that are whole transactions, over the repositories beside this file.

thread = await asyncio.wrap_future(mail.write(lambda m: m.threads.begin(conv, ThreadKind.DIRECT, [user])))
page = await asyncio.wrap_future(mail.read(lambda m: m.messages.page(thread)))

An act runs on a thread of the database, all of it or nothing of it, and must neither block nor keep what it was given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from storage.messages.addressees import Addressees
from storage.messages.chains import Chains
from storage.messages.deposits import Deposits
from storage.messages.early import Earlies
from storage.messages.files import Files
from storage.messages.history import History
from storage.messages.inflow import Inflow
from storage.messages.messages import Messages
from storage.messages.origins import Origins
from storage.messages.outbox import Outbox
from storage.messages.peers import Peers, PreKeys
from storage.messages.posting import Figures
from storage.messages.presence import Presences
from storage.messages.search import Search
from storage.messages.shelf import Shelf
from storage.messages.threads import Threads
from storage.messages.timers import Timers
from storage.messages.transfers import Transfers
from storage.monitoring.guests import Guests
from storage.monitoring.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path
    from sqlite3 import Connection

    from storage.database import Database

T = TypeVar("T")
_OF_ONE_LIFE = (
    *("letter", "own_chain", "queue", "prekey", "owed", "transfer", "transfer_piece"),
    *("presence_own", "presence_given"),
)


class Mailbag:
    """Everything that mail.db holds, on the connection of one transaction."""

    def __init__(self, db: Connection) -> None:
        self.threads = Threads(db)
        self.messages = Messages(db)
        self.origins = Origins(db)
        self.addressees = Addressees(db)
        self.early = Earlies(db)
        self.search = Search(db)
        self.files = Files(db)
        self.outbox = Outbox(db)
        self.inflow = Inflow(db)
        self.chains = Chains(db)
        self.deposits = Deposits(db)
        self.peers = Peers(db)
        self.prekeys = PreKeys(db)
        self.timers = Timers(db)
        self.history = History(db)
        self.transfers = Transfers(db)
        self.presence = Presences(db)
        self.trace = Trace(db)
        self.guests = Guests(db)


class Mail:
    """Messages and files of one profile. `shelf` holds the sealed bytes of files, `restored` tells that nothing may be sent."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self.shelf = Shelf(folder)

    def read(self, act: Callable[[Mailbag], T]) -> Future[T]:
        """Run *act* over one snapshot; it cannot write."""
        return self._database.read(lambda db: act(Mailbag(db)))

    def write(self, act: Callable[[Mailbag], T]) -> Future[T]:
        """Run *act* in one transaction; the future is done once that is on disk, or undone if *act* raised."""
        return self._database.write(lambda db: act(Mailbag(db)))

    # --- the life of this desk -----------------------------------------------------------------------------

    def restored(self) -> Future[bool]:
        """Tell whether this is an older copy that was put back: nothing may be sent before `begin_anew`."""
        return self._database.read(lambda db: bool(_one(db, "SELECT restored FROM life")))

    def opened(self, at_least: int, *, restored: bool) -> Future[int]:
        """Count an opening; one that was not behind *at_least*, the vault's count, was of an older copy, as *restored* says."""

        def act(db: Connection) -> int:
            sql = "UPDATE life SET restored = restored OR ?2 OR opened < ?1, opened = max(opened, ?1) + 1 RETURNING opened"
            return int(db.execute(sql, (at_least, int(restored))).fetchall()[0][0])

        return self._database.write(act)

    def begin_anew(self) -> Future[None]:
        """Begin a new life after the device was enrolled anew: nothing of the old one is used again.

        Chains, queues, pre-keys and the own word go; what was in the outbox failed with the code `restored` and can be sent again,
        and what was said about messages stands with them as unsaid.
        """

        def act(db: Connection) -> None:
            db.execute(
                "INSERT OR IGNORE INTO unsaid SELECT l.about, l.type FROM letter l JOIN message m ON m.id = l.about"
                " WHERE EXISTS (SELECT 1 FROM parcel p WHERE p.letter = l.id AND p.state <> 4)"  # State.AT_RELAY
            )
            db.execute(
                "UPDATE message SET state = 8, held = 'restored' WHERE state IN (1, 2, 3)"  # State.DRAWN, HELD, QUEUED
            )
            db.execute(
                "DELETE FROM receipt WHERE delivered_ms = 0 AND message IN"
                " (SELECT id FROM message WHERE state IN (7, 8))"  # State.UNDELIVERED, FAILED
            )
            for table in _OF_ONE_LIFE:
                db.execute(f"DELETE FROM {table}")  # noqa: S608 -- constants
            db.execute("UPDATE peer SET queue = x'', writer_seed = x''")
            db.execute("UPDATE life SET restored = 0")
            threads = Threads(db)
            for (thread,) in db.execute("SELECT id FROM thread").fetchall():
                threads.refresh(thread)

        return self._database.write(act)

    def tidy(self) -> Future[None]:
        """Let shelf and table of files agree: what a crash left over goes, what is missing is said. Before anything is sent."""

        def act(db: Connection) -> None:
            files = Files(db)
            known, found = files.on_shelf(), self.shelf.names()
            files.missing(known - found)
            self.shelf.drop(found - known - Deposits(db).on_shelf())

        return self._database.write(act)

    def figures(self) -> Future[Figures]:
        """Return counts, bytes and times for IT: no names."""

        def act(db: Connection) -> Figures:
            count = "SELECT count(*) FROM "
            unread, held = Threads(db).counts()
            return Figures(
                threads=_one(db, f"{count} thread"),
                messages=_one(db, f"{count} message"),
                files=_one(db, f"{count} file"),
                database_bytes=_one(db, "PRAGMA page_count") * _one(db, "PRAGMA page_size"),
                file_bytes=self.shelf.weigh(),
                unread=unread,
                held=held,
                waiting=Outbox(db).waiting(),
                undelivered=_one(db, f"{count} message WHERE state = 7"),
                oldest_ms=_one(db, "SELECT coalesce(min(made_ms), 0) FROM parcel WHERE state = 3"),
                owed=_one(db, f"{count} owed"),
            )

        return self._database.read(act)


def _one(db: Connection, sql: str) -> int:
    return int(db.execute(sql).fetchone()[0])
