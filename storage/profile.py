"""The profile folder: permissions, its two locks, atomic writes, the dirty flag, setting aside.

`lock` is held by the program that works here, `visit` by one that comes beside it for a moment; who works here takes the
second too while it checks the files or gives them new keys.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from storage.errors import DiskTrouble, NoFolder, ProfileExists, ProfileInUse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

DATABASES = ("vault", "audit", "inbox", "cache", "mail")
"""Who we are; who did what; what was acknowledged to a sender; what was read from that, to be made again at any time; messages."""
PATIENTS = ("inbox", "cache")
PATIENCE_S = 10.0
"""How long one waits for a visitor to leave, or for the check of the files to end."""
DIRTY = "dirty"
PUT_BACK = "put-back"
"""Lies in a folder that was made from a backup, until the messages know it."""
FILES = "files"
"""The folder of the sealed files of messages."""
PRIVATE = 0o600
_PARTS = ("", "-wal", "-shm", "-journal")


class Profile:
    """One user's folder, held by this process from `hold()`, or visited from `visit()`, to `release()`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = folder / "keys.json"
        self._flag = folder / DIRTY
        self._birth = folder / "unfinished"
        self._handle: int | None = None
        self._visit: int | None = None
        self._giving = threading.Lock()

    def database(self, name: str) -> Path:
        """Return the path of the database *name*."""
        return self.folder / f"{name}.db"

    def exists(self) -> bool:
        """Tell whether anything of a profile is here, even a half of it (but not one whose making was cut short)."""
        if self._birth.exists():
            return self.keys.exists()
        return any(path.exists() for path in (self.keys, *map(self.database, DATABASES)))

    def begin_making(self) -> None:
        """Remember that a profile is being made; put away what an earlier making left. Raises ProfileExists."""
        if self.exists():
            raise ProfileExists
        for name in DATABASES:
            self.move_aside(name, "unfinished")
        write_atomically(self._birth, b"")

    def end_making(self) -> None:
        """Remember that the profile is whole: its `keys.json` is on disk, and opens."""
        with suppress(OSError):
            self._birth.unlink(missing_ok=True)

    def hold(self) -> None:
        """Make the folder private (0700) and take its lock; raises ProfileInUse, NoFolder."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.chmod(0o700)
        except OSError as error:
            raise NoFolder("the profile folder cannot be written") from error
        self._handle = self._take("lock")

    @property
    def held(self) -> bool:
        """True while this process works here, and is no visitor."""
        return self._handle is not None

    def visit(self) -> None:
        """Come beside the program that works here: one at a time; raises ProfileInUse, NoFolder."""
        self._visit = self._take("visit", PATIENCE_S)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let no visitor in; raises ProfileInUse when one stays for too long."""
        handle = self._take("visit", PATIENCE_S)
        try:
            yield
        finally:
            os.close(handle)

    def release(self) -> None:
        """Give the lock back; the lock file stays, so that no one locks a deleted one.

        From two threads at once a handle is closed by one of them: the number may be another file's right after.
        """
        with self._giving:
            held, self._handle, self._visit = (self._handle, self._visit), None, None
        for handle in held:
            if handle is not None:
                os.close(handle)

    def _take(self, name: str, patience_s: float = 0.0) -> int:
        try:
            handle = os.open(self.folder / name, os.O_RDWR | os.O_CREAT, PRIVATE)
        except OSError as error:
            raise NoFolder("the profile folder cannot be written") from error
        until = time.monotonic() + patience_s
        while True:
            try:
                _lock(handle)
            except OSError as error:
                if time.monotonic() < until:
                    time.sleep(0.02)
                    continue
                os.close(handle)
                raise ProfileInUse from error
            return handle

    def remove(self) -> None:
        """Delete every file of the profile, its locks last; what is not of it stays. Raises OSError."""
        for name in DATABASES:
            for part in _PARTS:
                (self.folder / f"{name}.db{part}").unlink(missing_ok=True)
        for folder in ("set-aside", FILES):
            shutil.rmtree(self.folder / folder, ignore_errors=True)
        for path in (
            *(self._flag, self._birth, self.folder / PUT_BACK),
            *(self.keys.with_name("keys.json.new"), self.folder / "visit"),
        ):
            path.unlink(missing_ok=True)
        with suppress(OSError):  # the lock is held while it goes, which Windows does not like
            (self.folder / "lock").unlink()
        with suppress(OSError):  # other things may lie beside a profile
            self.folder.rmdir()

    @property
    def dirty(self) -> bool:
        """True from `mark_dirty()` to `mark_clean()`, over a crash."""
        return self._flag.exists()

    @property
    def damage_met(self) -> bool:
        """True when a page did not verify while the databases were last open: all of them are to be read."""
        return self.dirty and self._flag.stat().st_size > 0

    def mark_dirty(self, *, damaged: bool = False) -> None:
        """Remember on disk that the databases are open, or were found damaged."""
        write_atomically(self._flag, b"damaged" if damaged else b"")

    def mark_clean(self) -> None:
        """Remember that the databases were closed in order."""
        with suppress(OSError):
            self._flag.unlink(missing_ok=True)

    @property
    def put_back(self) -> bool:
        """True in a folder that was made from a backup, until `mark_known`."""
        return (self.folder / PUT_BACK).exists()

    def mark_known(self) -> None:
        """Remember that whoever must know of the backup does."""
        with suppress(OSError):
            (self.folder / PUT_BACK).unlink(missing_ok=True)

    def put_files_aside(self, stamp: str) -> None:
        """Move the sealed files of messages whose database is lost into `set-aside/<stamp>/`; raises DiskTrouble."""
        place = self.folder / "set-aside" / stamp
        try:
            if (self.folder / FILES).exists():
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
                free = next(n for n in itertools.count() if not (place / f"{FILES}-{n}").exists())
                (self.folder / FILES).replace(place / f"{FILES}-{free}")
        except OSError as error:
            raise DiskTrouble("files cannot be set aside") from error

    def copy_aside(self, name: str, stamp: str) -> None:
        """Copy the files of a damaged database into `set-aside/<stamp>/`; raises DiskTrouble."""
        self._put_aside(name, stamp, _copy)

    def move_aside(self, name: str, stamp: str) -> None:
        """Move the files of a damaged database into `set-aside/<stamp>/`: takes no room; raises DiskTrouble."""
        self._put_aside(name, stamp, Path.replace)

    def _put_aside(self, name: str, stamp: str, put: Callable[[Path, Path], object]) -> None:
        place = self.folder / "set-aside" / stamp
        sources = [path for part in _PARTS if (path := self.folder / f"{name}.db{part}").exists()]
        try:
            if sources:
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
            for source in sources:
                put(source, place / source.name)
        except OSError as error:
            raise DiskTrouble("a damaged file cannot be set aside") from error


def write_atomically(path: Path, data: bytes) -> None:
    """Replace *path* by *data*, 0600, on disk when this returns; raises DiskTrouble and leaves the old content."""
    fresh = path.with_name(path.name + ".new")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise DiskTrouble("a file of the profile cannot be written") from error


def _copy(source: Path, target: Path) -> None:
    fresh = target.with_name(target.name + ".new")
    shutil.copyfile(source, fresh)
    fresh.chmod(PRIVATE)
    fresh.replace(target)


if sys.platform == "win32":

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def sync_folder(folder: Path) -> None:
        """Windows has no handle to a folder's entry to flush; NTFS journals the rename."""
else:

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def sync_folder(folder: Path) -> None:
        """Make the names in *folder* last over a power cut."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
