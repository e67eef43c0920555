"""One SQLCipher file: one writer thread with group commit, two readers, results as `concurrent.futures.Future`.

From asyncio: `await asyncio.wrap_future(database.write(...))`. A write's future is done after its commit is on disk.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlcipher3 import dbapi2 as sqlcipher

from storage.errors import Busy, Damaged, DiskTrouble, Locked, ReadOnly, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from sqlite3 import Connection

T = TypeVar("T")
READERS = 2
PAGE_BYTES = 4096
MAX_BATCH = 256
REBUILDABLE = ("cache",)
"""Files that can be made again: a power cut may take their last commits, never their order (synchronous NORMAL)."""
_DAMAGE = {11, 26}  # SQLITE_CORRUPT, SQLITE_NOTADB
_BUSY = {5, 6}  # SQLITE_BUSY, _LOCKED
_DISK = {8, 10, 13, 14}  # SQLITE_READONLY, _IOERR, _FULL, _CANTOPEN


@dataclass(frozen=True)
class _Job(Generic[T]):
    act: Callable[[Connection], T]
    future: Future[T]


_Jobs = queue.SimpleQueue["_Job[Any] | None"]


class Database:
    """Where facts rest. `act` functions get the connection, run their SQL and return plain values."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged = False
        """True once a page did not verify: the file must be checked before it is trusted again."""
        self.failing = False
        """True from a write that the disk did not take until one that it did."""
        self.told: Callable[[], object] = bool
        """Called on any thread whenever `failing` changes."""
        self._gate = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._writes: _Jobs | None = None
        self._reads: _Jobs | None = None

    def open(self, key: bytes, *, read_only: bool = False) -> None:
        """Start the threads on the existing file; raises Damaged, DiskTrouble."""
        reads: _Jobs = queue.SimpleQueue()
        writes: _Jobs | None = None if read_only else queue.SimpleQueue()
        dial = partial(connect, self.path, key, query_only=True)
        with ExitStack() as undo:
            readers = [undo.enter_context(closing(dial())) for _ in range(READERS)]
            writers = [] if read_only else [undo.enter_context(closing(connect(self.path, key)))]
            undo.pop_all()
        with self._gate:
            self._reads, self._writes = reads, writes
            self._start(partial(_read_loop, dial), readers, reads)
            if writes is not None:
                self._start(_write_loop, writers, writes)

    def close(self) -> None:
        """Finish what was asked, close the connections, refuse what comes later. Not from a future's callback."""
        with self._gate:
            reads, writes, threads = self._reads, self._writes, self._threads
            self._reads = self._writes = None
            self._threads = []
        if reads is not None:
            for _ in range(READERS):
                reads.put(None)
        if writes is not None:
            writes.put(None)
        for thread in threads:
            thread.join()

    @property
    def is_open(self) -> bool:
        """True between `open` and `close`."""
        return self._reads is not None

    def write(self, act: Callable[[Connection], T]) -> Future[T]:
        """Run *act* in the next transaction; if it raises, its own changes alone are undone."""
        return self._ask(act, write=True)

    def read(self, act: Callable[[Connection], T]) -> Future[T]:
        """Run *act* on a connection that cannot write, over one snapshot."""
        return self._ask(act, write=False)

    def _ask(self, act: Callable[[Connection], T], *, write: bool) -> Future[T]:
        future: Future[T] = Future()
        future.add_done_callback(self._notice)
        if write:
            future.add_done_callback(self._written)
        with self._gate:
            jobs = self._writes if write else self._reads
            if jobs is not None:
                jobs.put(_Job(act, future))
            else:
                future.set_exception(Locked() if self._reads is None else ReadOnly())
        return future

    def _notice(self, future: Future[T]) -> None:
        if not future.cancelled() and isinstance(future.exception(), Damaged):
            self.damaged = True

    def _written(self, future: Future[T]) -> None:
        error = None if future.cancelled() else future.exception()
        failing = isinstance(error, DiskTrouble)
        if failing != self.failing and (failing or error is None):
            self.failing = failing
            self.told()

    def _start(
        self, loop: Callable[[Connection, _Jobs], None], connections: list[Connection], jobs: _Jobs
    ) -> None:
        for connection in connections:
            thread = threading.Thread(target=loop, args=(connection, jobs), name=self.path.name, daemon=True)
            thread.start()
            self._threads.append(thread)


def connect(path: Path, key: bytes, *, create: bool = False, query_only: bool = False) -> Connection:
    """Open *path* by the recipe of `_prepare`, with the raw 32-byte *key*; raises Damaged, DiskTrouble.

    The connection may move to another thread once, and is used by one at a time.
    """
    if not create and path.exists() and path.stat().st_size < PAGE_BYTES:
        raise Damaged(path.name, "shorter than a page")  # SQLite would take it for a new database
    mode = "rwc" if create else "rw"
    with translated(path.name):
        connection: Connection = sqlcipher.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False
        )
        try:
            _prepare(connection, key, path.stem, query_only=query_only)
        except BaseException:
            connection.close()
            raise
    return connection


def _prepare(connection: Connection, key: bytes, name: str, *, query_only: bool) -> None:
    if not connection.execute("PRAGMA cipher_version").fetchone():
        raise StorageError("this SQLite does not encrypt")
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute("PRAGMA cipher_compatibility = 4")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    synchronous = "NORMAL" if name in REBUILDABLE else "FULL"
    wal = ("journal_mode = WAL", f"synchronous = {synchronous}")
    for pragma in (*wal, "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA query_only = {int(query_only)}")


class translated:  # noqa: N801 -- reads as a phrase: with translated("vault.db")
    """Turn SQLite's errors about the file into ours: Damaged, DiskTrouble."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Raise ours instead of SQLite's."""
        if isinstance(error, sqlcipher.Error):
            raise translate(error, self._what) from error


def translate(error: Exception, what: str) -> Exception:
    """Return our error for SQLite's *error* on the file *what*, or *error* itself when it is a programmer's."""
    code = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
    if code in _DAMAGE:
        return Damaged(what, "a page does not verify")
    if code in _BUSY:
        return Busy(what)
    if code in _DISK:
        return DiskTrouble(what)
    return error


def _read_loop(dial: Callable[[], Connection], connection: Connection, jobs: _Jobs) -> None:
    while (job := jobs.get()) is not None:
        connection = _answer(dial, connection, job)
        del job  # what was read is held by who asked, not until the next one does
    connection.close()


def _answer(dial: Callable[[], Connection], connection: Connection, job: _Job[Any]) -> Connection:
    """Carry out a wish, unless it was taken back; return the connection to go on with."""
    if job.future.set_running_or_notify_cancel():
        try:
            result = _in_snapshot(connection, job)
        except Exception as error:  # noqa: BLE001 -- whatever it is belongs to who asked
            trouble = translate(error, threading.current_thread().name)
            if isinstance(trouble, Damaged):
                connection = _redial(dial, connection)
            job.future.set_exception(trouble)
        else:
            job.future.set_result(result)
    return connection


def _redial(dial: Callable[[], Connection], connection: Connection) -> Connection:
    """Replace a connection that met a bad page: SQLCipher lets it read nothing more, not even good pages."""
    try:
        fresh = dial()
    except StorageError:
        return connection
    connection.close()
    return fresh


def _in_snapshot(connection: Connection, job: _Job[Any]) -> Any:
    connection.execute("BEGIN")
    try:
        return job.act(connection)
    finally:
        with suppress(sqlcipher.Error):
            connection.execute("ROLLBACK")


def _write_loop(connection: Connection, jobs: _Jobs) -> None:
    going = True
    while going:
        batch = list(_waiting(jobs))
        going = None not in batch
        _commit(connection, [job for job in batch if job and job.future.set_running_or_notify_cancel()])
        del batch
    with suppress(sqlcipher.Error):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _waiting(jobs: _Jobs) -> Iterator[_Job[Any] | None]:
    """Wait for one job, then take what else is there; the end sign is the last."""
    job = jobs.get()
    yield job
    for _ in range(MAX_BATCH):
        if job is None or jobs.empty():
            return
        job = jobs.get()
        yield job


def _commit(connection: Connection, batch: list[_Job[Any]]) -> None:
    if not batch:
        return
    try:
        connection.execute("BEGIN IMMEDIATE")
        results = [_attempt(connection, job) for job in batch]
        connection.execute("COMMIT")
    except Exception as error:  # noqa: BLE001 -- whatever it is belongs to who asked
        if connection.in_transaction:
            with suppress(sqlcipher.Error):
                connection.execute("ROLLBACK")
        results = [translate(error, threading.current_thread().name)] * len(batch)
    for job, result in zip(batch, results, strict=True):
        if isinstance(result, Exception):
            job.future.set_exception(result)
        else:
            job.future.set_result(result)


def _attempt(connection: Connection, job: _Job[Any]) -> Any:
    """Run one job inside the batch's transaction; return its result or its error."""
    connection.execute("SAVEPOINT job")
    try:
        result = job.act(connection)
    except Exception as error:
        if not connection.in_transaction:  # SQLite gave the whole batch up: disk full, I/O error
            raise
        connection.execute("ROLLBACK TO job")
        result = translate(error, threading.current_thread().name)
    connection.execute("RELEASE job")
    return result
