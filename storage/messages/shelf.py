"""The shelf: sealed bytes of files, under random names in the profile's folder `files`. It seals and opens nothing itself.

Blocks: use a thread. Names come from `files.Files.place`.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from storage.errors import Damaged, DiskTrouble
from storage.profile import PRIVATE, sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import BinaryIO

NAME = re.compile(r"[0-9a-f]{32}")
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class Shelf:
    """Sealed files by name; every act raises DiskTrouble, and Damaged where something else lies in a file's place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def size(self, name: str) -> int:
        """Return how many bytes are there, 0 for a file that is not."""
        try:
            found = self._path(name).lstat()
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise DiskTrouble("a sealed file cannot be looked at") from error
        if not stat.S_ISREG(found.st_mode):
            raise Damaged("files", "not a file")
        return found.st_size

    def room(self) -> int:
        """Return how many bytes the disk has left."""
        try:
            return shutil.disk_usage(self._folder if self._folder.exists() else self._folder.parent).free
        except OSError as error:
            raise DiskTrouble("the disk cannot be looked at") from error

    def write(self, name: str, offset: int, data: bytes) -> None:
        """Write sealed bytes at *offset*; a hole before them is nulls. On disk only after `sync`."""
        with self._open(name, os.O_WRONLY | os.O_CREAT) as handle:
            os.lseek(handle, offset, os.SEEK_SET)
            left = memoryview(data)
            while left:
                left = left[os.write(handle, left) :]

    def read(self, name: str, offset: int, length: int) -> bytes:
        """Return up to *length* sealed bytes from *offset*, fewer at the end."""
        with self._open(name, os.O_RDONLY) as handle, os.fdopen(handle, "rb", closefd=False) as file:
            file.seek(offset)
            return file.read(length)

    @contextmanager
    def file(self, name: str, *, anew: bool = False) -> Iterator[BinaryIO]:
        """Give the sealed bytes as a file, to read or to write *anew*; what was written is on disk afterwards."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC if anew else os.O_RDONLY
        with (
            self._open(name, flags) as handle,
            os.fdopen(handle, "wb" if anew else "rb", closefd=False) as file,
        ):
            yield file
        if anew:
            self.sync(name)

    def cut(self, name: str, size: int) -> None:
        """Make a file end after *size* bytes."""
        with self._open(name, os.O_WRONLY | os.O_CREAT) as handle:
            os.ftruncate(handle, size)

    def sync(self, name: str) -> None:
        """Return once everything written is on the disk, its name too."""
        with self._open(name, os.O_WRONLY) as handle:
            os.fsync(handle)
        sync_folder(self._folder)

    def drop(self, names: Iterable[str]) -> None:
        """Delete files; one that is not there is as good."""
        try:
            for name in names:
                self._path(name).unlink(missing_ok=True)
        except OSError as error:
            raise DiskTrouble("a sealed file cannot be deleted") from error

    def names(self) -> frozenset[str]:
        """Return what lies there; anything that is not a sealed file of ours is left alone."""
        try:
            return frozenset(one.name for one in os.scandir(self._folder) if NAME.fullmatch(one.name))
        except FileNotFoundError:
            return frozenset()
        except OSError as error:
            raise DiskTrouble("the folder of files cannot be read") from error

    def weigh(self) -> int:
        """Return the bytes of everything there."""
        return sum(map(self.size, self.names()))

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise ValueError("not a name of the shelf")
        return self._folder / name

    @contextmanager
    def _open(self, name: str, flags: int) -> Iterator[int]:
        path = self._path(name)
        try:
            if flags & os.O_CREAT:
                self._make()
            handle = os.open(path, flags | _NO_LINK, PRIVATE)
            try:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    raise Damaged("files", "not a file")
                yield handle
            finally:
                os.close(handle)
        except OSError as error:
            raise DiskTrouble("a sealed file cannot be read or written") from error

    def _make(self) -> None:
        """Make the folder, private; a link to elsewhere is refused."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        if not stat.S_ISDIR(self._folder.lstat().st_mode):
            raise Damaged("files", "not a folder")
