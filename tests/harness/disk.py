"""A real disk of a few megabytes that can be filled and made read-only; only where the machine lets one mount it."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


class Disk:
    """`folder` lies on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        """Leave not one byte free."""
        with (self.folder / "fill").open("ab", buffering=0) as file, suppress(OSError):
            while file.write(bytes(4096)):
                pass

    def free(self) -> None:
        """Give the room back."""
        (self.folder / "fill").unlink()

    def protect(self, yes: bool) -> None:
        """Take no write, or take them again."""
        _mount("-o", f"remount,{'ro' if yes else 'rw'}", str(self.folder))


@contextmanager
def small_disk(folder: Path):
    """Mount 6 MB at *folder*; skip the test where that is not allowed."""
    if shutil.which("mount") is None:
        pytest.skip("no mount here")
    folder.mkdir()
    try:
        _mount("-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder))
    except subprocess.CalledProcessError:
        pytest.skip("this machine lets nobody mount a disk")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _mount(*what: str) -> None:
    subprocess.run(["mount", *what], check=True, capture_output=True)
