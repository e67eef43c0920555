"""A whole profile in one file, and back: an uncompressed tar of `manifest.json`, `keys.json`, the databases, the files of messages.

Nothing in it opens without the password (and the keyring's half, where the profile has one) or the recovery code. The
manifest's SHA-256 finds a broken copy; what somebody changed on purpose is found when the profile opens, as on any disk.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import msgspec

from storage import keyfile
from storage.database import connect, translated
from storage.errors import Damaged, DiskTrouble, ProfileExists, TooNew
from storage.messages.shelf import NAME, Shelf
from storage.profile import DATABASES, DIRTY, FILES, PRIVATE, PUT_BACK, sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FORMAT = 2
"""1 had no messages; it is still restored."""
MANIFEST, KEYS = "manifest.json", "keys.json"
UNDER_WAY = ".consilium-"
"""How a folder of work begins: one that a kill left behind may be deleted."""
MAX_DATABASE = 1 << 40
_CHUNK = 1 << 20
_NAMES = (KEYS, *(f"{name}.db" for name in DATABASES))
_BEFORE_MESSAGES = tuple(name for name in _NAMES if name != "mail.db")
MAX_MANIFEST = 64 << 20
"""Of half a million files."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of the backup: its size, and its SHA-256 in hexadecimal."""

    size: Annotated[int, msgspec.Meta(ge=0, le=MAX_DATABASE)]
    sha256: Annotated[str, msgspec.Meta(min_length=64, max_length=64)]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the backup holds, and when it was made (Unix milliseconds)."""

    format: int
    made_ms: int
    files: dict[str, Part]


def save(folder: Path, keys: Mapping[str, bytes], target: Path, now_ms: int) -> Manifest:
    """Write the profile in *folder* to *target* (0600), replacing it only once the new one is whole and on disk.

    The profile may be in use: each database is copied as it stands in one moment, the cache before the inbox that it is
    made from, the vault before the trail whose place it keeps, the messages before their files. One that is effaced meanwhile may make
    it fail: repeat. Raises Damaged, DiskTrouble, Busy.
    """
    with (
        _disk("the backup cannot be written"),
        tempfile.TemporaryDirectory(prefix=UNDER_WAY, dir=target.parent) as place,
    ):
        copies = Path(place)
        (copies / KEYS).write_bytes((folder / KEYS).read_bytes())
        for name in ("vault", "cache", "inbox", "mail", "audit"):
            _copy(folder / f"{name}.db", keys[name], copies / f"{name}.db")
        parts = {name: _part(copies / name) for name in _NAMES}
        whole = _whole(folder / "mail.db", keys["mail"]) & Shelf(folder / FILES).names()
        sealed = {f"{FILES}/{name}": folder / FILES / name for name in sorted(whole)}
        parts |= {name: _part(path) for name, path in sealed.items()}
        manifest = Manifest(FORMAT, now_ms, parts)
        fresh = copies / "backup.tar"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb") as file:
            _pack(file, manifest, {name: sealed.get(name, copies / name) for name in parts})
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
        sync_folder(target.parent)
        return manifest


def restore(source: Path, folder: Path) -> Manifest:
    """Make the profile in *folder*, which must be empty or not there, from a backup; all of it or nothing.

    Its next opening checks every page. Raises ProfileExists, Damaged (the backup), TooNew, DiskTrouble.
    """
    with _disk("the profile cannot be written"):
        if folder.exists() and any(folder.iterdir()):
            raise ProfileExists
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=UNDER_WAY, dir=folder.parent) as place:
            whole = Path(place) / "profile"
            whole.mkdir(mode=0o700)
            manifest = _unpack(source, whole)
            for mark in (DIRTY, PUT_BACK):
                (whole / mark).touch(PRIVATE)
            if (whole / FILES).exists():
                sync_folder(whole / FILES)
            sync_folder(whole)
            if folder.exists():
                folder.rmdir()
            whole.replace(folder)
        sync_folder(folder.parent)
        return manifest


def _copy(source: Path, key: bytes, target: Path) -> None:
    connection = connect(source, key)
    try:
        with translated(source.name):
            connection.execute("VACUUM INTO ?", (str(target),))
    finally:
        connection.close()


def _whole(path: Path, key: bytes) -> frozenset[str]:
    """Return the files of messages that are whole and change no more; one under way is fetched or sent again."""
    connection = connect(path, key, query_only=True)
    try:
        with translated(path.name):
            return frozenset(
                name
                for (name,) in connection.execute("SELECT shelf FROM file WHERE state IN ('here', 'sent')")
            )
    finally:
        connection.close()


def _part(path: Path) -> Part:
    with path.open("rb") as file:
        return Part(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _pack(file: IO[bytes], manifest: Manifest, sources: Mapping[str, Path]) -> None:
    with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as tar:
        text = msgspec.json.encode(manifest)
        tar.addfile(_entry(MANIFEST, len(text), manifest), io.BytesIO(text))
        for name, part in _in_order(manifest):
            with sources[name].open("rb") as content:
                tar.addfile(_entry(name, part.size, manifest), content)


def _entry(name: str, size: int, manifest: Manifest) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, PRIVATE, manifest.made_ms // 1000
    return entry


def _unpack(source: Path, folder: Path) -> Manifest:
    """Write the files of the backup *source* into *folder*: these names, once each, in this order, nothing else."""
    with source.open("rb") as file:
        manifest = _manifest(file.read(_header(file, MANIFEST, MAX_MANIFEST)))
        for name, part in _in_order(manifest):
            _align(file)
            if _header(file, name, part.size) != part.size:
                raise Damaged(name, "not of the size it had")
            if name not in _NAMES:
                (folder / FILES).mkdir(mode=0o700, exist_ok=True)
            _write(file, folder / name, part)
        _align(file)
        if file.read(tarfile.BLOCKSIZE).strip(b"\0"):
            raise Damaged(source.name, "more than a profile")
    keyfile.decode((folder / KEYS).read_bytes())
    return manifest


def _in_order(manifest: Manifest) -> Iterator[tuple[str, Part]]:
    first = [name for name in _NAMES if name in manifest.files]
    yield from ((name, manifest.files[name]) for name in (*first, *sorted(set(manifest.files) - set(first))))


def _header(file: IO[bytes], name: str, most: int) -> int:
    """Read the header of the entry *name* and return its size. Extended headers, links and the like are refused unread."""
    try:
        entry = tarfile.TarInfo.frombuf(file.read(tarfile.BLOCKSIZE), "utf-8", "strict")
    except (tarfile.TarError, ValueError) as error:
        raise Damaged(name, "not a backup") from error
    if entry.type != tarfile.REGTYPE or entry.name != name or not 0 <= entry.size <= most:
        raise Damaged(name, "not where it should be in the backup")
    return entry.size


def _align(file: IO[bytes]) -> None:
    """Go to the next block."""
    file.seek(-file.tell() % tarfile.BLOCKSIZE, os.SEEK_CUR)


def _manifest(content: bytes) -> Manifest:
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise Damaged(MANIFEST, "cannot be read") from error
    if manifest.format > FORMAT:
        raise TooNew(MANIFEST)
    needed = _NAMES if manifest.format == FORMAT else _BEFORE_MESSAGES
    others = set(manifest.files) - set(needed)
    if not all(name in manifest.files for name in needed) or manifest.files[KEYS].size > keyfile.MAX_BYTES:
        raise Damaged(MANIFEST, "incomplete")
    if not all(_is_sealed_file(name) for name in others):
        raise Damaged(MANIFEST, "more than a profile")
    return manifest


def _is_sealed_file(name: str) -> bool:
    return name.startswith(f"{FILES}/") and NAME.fullmatch(name.removeprefix(f"{FILES}/")) is not None


def _write(content: IO[bytes], path: Path, part: Part) -> None:
    digest, left = hashlib.sha256(), part.size
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb") as file:
        while chunk := content.read(min(left, _CHUNK)):
            digest.update(chunk)
            left -= len(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if left or digest.hexdigest() != part.sha256:
        raise Damaged(path.name, "changed or cut since the backup was made")


@contextmanager
def _disk(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DiskTrouble(what) from error
