"""The bytes of blobs: a file each in `state_dir/blobs`, grown from its beginning. What is whole, the store knows."""

from __future__ import annotations

import hashlib
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from media.errors import LinkRefused

if TYPE_CHECKING:
    from pathlib import Path

HOUR_S = 3600


class Shelf:
    """Methods block on the disk and run on `worker`, one at a time, in the order in which they were asked for."""

    def __init__(self, folder: Path, reserve_bytes: int) -> None:
        self._folder = folder
        self._reserve = reserve_bytes
        folder.mkdir(mode=0o700, exist_ok=True)
        self.worker = ThreadPoolExecutor(1, "shelf")
        self._whole: set[bytes] = set()
        """What ended since the start: a connection that began it before then may not write it over."""

    def _path(self, name: bytes) -> Path:
        return self._folder / name.hex()

    def room_for(self, size: int) -> bool:
        """Tell whether *size* bytes fit beside the reserve that blocks need."""
        return shutil.disk_usage(self._folder).free >= size + self._reserve

    def there(self, name: bytes) -> int:
        """Return how many bytes of a blob are there."""
        try:
            return self._path(name).stat().st_size
        except FileNotFoundError:
            return 0

    def put(self, name: bytes, offset: int, piece: bytes, size: int) -> None:
        """Write a piece; refuses blob-gap, blob-over, quota (no room on the disk)."""
        if offset + len(piece) > size or name in self._whole:
            raise LinkRefused("blob-over")
        try:
            with os.fdopen(os.open(self._path(name), os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
                if offset > file.seek(0, os.SEEK_END):
                    raise LinkRefused("blob-gap")
                file.seek(offset)
                file.write(piece)
        except OSError as error:
            raise LinkRefused("quota") from error

    def finish(self, name: bytes, size: int, digest: bytes, now_h: int) -> None:
        """Have a whole blob on the disk; refuses blob-gap, blob-broken (then nothing of it is left)."""
        if self.there(name) != size:
            raise LinkRefused("blob-gap")
        try:
            with self._path(name).open("r+b") as file:
                if hashlib.file_digest(file, "sha256").digest() != digest:
                    file.truncate(0)
                    raise LinkRefused("blob-broken")
                os.fsync(file.fileno())
            self._sync_folder()
            os.utime(self._path(name), (now_h * HOUR_S, now_h * HOUR_S))
        except OSError as error:
            raise LinkRefused("busy") from error
        self._whole.add(name)

    def _sync_folder(self) -> None:
        if os.name != "posix":
            return
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def get(self, name: bytes, offset: int, length: int) -> bytes:
        """Read a piece of a whole blob; refuses blob-unknown (it expired just now)."""
        try:
            with self._path(name).open("rb") as file:
                file.seek(offset)
                return file.read(length)
        except OSError as error:
            raise LinkRefused("blob-unknown") from error

    def drop(self, *names: bytes) -> None:
        """Remove blobs."""
        for name in names:
            self._path(name).unlink(missing_ok=True)
            self._whole.discard(name)

    def keep_only(self, names: set[bytes]) -> None:
        """Remove what no index knows: left over by a crash."""
        known = {name.hex() for name in names}
        for path in self._folder.iterdir():
            if path.name not in known:
                path.unlink(missing_ok=True)
