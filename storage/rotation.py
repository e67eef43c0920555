"""New keys for every file after a change of password or a used recovery code, safe against a crash at any point.

1. `keys.json` is replaced by one with the old slots as they were, and the new slots, which wrap the old *and* the new keys.
2. Each database is rewritten under its new key (`PRAGMA rekey`, one transaction with a rollback journal).
3. `keys.json` is replaced by one with the new slots and the new keys only.
Cut short before 2, either secret opens; the old one then undoes the change. Later only the new one opens, and the rotation
is run again. At no time does any `keys.json` wrap a new key under an old secret: who kept a copy of one and knows the old
password opens nothing written since.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from storage import keyfile
from storage.checkup import create, opens
from storage.database import connect, translated
from storage.errors import ChangeCutShort, Damaged, DiskTrouble
from storage.profile import write_atomically
from storage.slots import KEY_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from storage.keyfile import KeyFile, Slot
    from storage.profile import Profile
    from storage.slots import Keys, Opener


@dataclass(frozen=True)
class Opened:
    """A profile with the opener that was used on its key file, and the keys that open its databases now."""

    profile: Profile
    keyfile: KeyFile
    opener: Opener
    now: dict[str, bytes]


def enter(profile: Profile, keys: KeyFile, opener: Opener) -> Opened:
    """Unwrap the keys and find those that open the files now; an old secret undoes a change that was cut short in time.

    Raises Damaged, and ChangeCutShort when it was too late for that.
    """
    found = opener.unwrap(keys)
    if pending(keys) and not _replaced(opener.slot):
        if not all(_is_gone_or_opens(profile.database(name), pair[0]) for name, pair in found.items()):
            raise ChangeCutShort
        keys = write(profile, keys, [slot for slot in keys.slots if not _replaced(slot)])
    return Opened(profile, keys, opener, current(profile, found))


def current(profile: Profile, found: Keys) -> dict[str, bytes]:
    """Return, of each file's keys, the one that opens it now."""
    return {name: _current(profile.database(name), pair) for name, pair in found.items()}


def _is_gone_or_opens(path: Path, key: bytes) -> bool:
    return not path.exists() or opens(path, key)


def extend(opened: Opened, names: Iterable[str]) -> Opened:
    """Make the files *names*, which an older profile has not; a rotation must follow, which wraps their keys."""
    files, now = dict(opened.keyfile.files), dict(opened.now)
    for name in names:
        opened.profile.move_aside(name, "unfinished")
        files[name], now[name] = secrets.token_bytes(16), secrets.token_bytes(KEY_BYTES)
        create(opened.profile.database(name), now[name])
    return replace(opened, keyfile=msgspec.structs.replace(opened.keyfile, files=files), now=now)


def mirror(keys: KeyFile) -> str:
    """Return the name under which the keyring knows how often this profile was unlocked."""
    return f"{keys.profile.hex()}.unlocks"


def pending(keys: KeyFile) -> bool:
    """Tell whether a rotation was cut short."""
    return any(_replaced(slot) for slot in keys.slots)


def _replaced(slot: Slot) -> bool:
    """Tell whether *slot* is one of a rotation under way: it wraps two keys a file."""
    return any(len(boxes) > 1 for boxes in slot.wraps.values())


def _current(path: Path, found: list[bytes]) -> bytes:
    """Return, of a file's keys, the one that opens it, the newest where none does."""
    if len(found) == 1 or not path.exists():
        return found[-1]
    return next((key for key in reversed(found) if opens(path, key)), found[-1])


def rotate(opened: Opened, fresh: list[Opener]) -> dict[str, bytes]:
    """Give every file a new key, wrapped by *fresh* alone (the opener just used may be among them); return the new keys.

    Raises Damaged, DiskTrouble: then the rotation is pending, and the next opening runs it again or undoes it.
    """
    profile, keys, now = opened.profile, opened.keyfile, opened.now
    new = {name: secrets.token_bytes(KEY_BYTES) for name in keys.files}
    both = {name: [now[name], new[name]] for name in keys.files}
    kept = (
        [] if pending(keys) else keys.slots
    )  # after the fresh ones: a password that stays opens the fresh slot
    write(profile, keys, [*(opener.wrap(keys, both) for opener in fresh), *kept])
    for name in keys.files:
        rekey(profile.database(name), now[name], new[name])
    write(profile, keys, [opener.wrap(keys, {name: [key] for name, key in new.items()}) for opener in fresh])
    return new


def write(profile: Profile, keys: KeyFile, slots: list[Slot]) -> KeyFile:
    """Replace `keys.json` by one with *slots*; return it."""
    whole = msgspec.structs.replace(keys, slots=slots)
    write_atomically(profile.keys, keyfile.encode(whole))
    return whole


def read(profile: Profile) -> KeyFile:
    """Read `keys.json`; raises Damaged, TooNew, DiskTrouble."""
    try:
        with profile.keys.open("rb") as file:
            return keyfile.decode(file.read(keyfile.MAX_BYTES + 1))
    except FileNotFoundError as error:
        raise Damaged("keys.json", "missing") from error
    except OSError as error:
        raise DiskTrouble("keys.json cannot be read") from error


def rekey(path: Path, old: bytes, new: bytes) -> None:
    """Rewrite the database under *new* in one transaction.

    A rollback journal instead of the WAL: after a crash SQLite puts the old pages back before it looks at any of them.
    """
    connection = connect(path, old)
    try:
        with translated(path.name):
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
            connection.execute(f"PRAGMA rekey = \"x'{new.hex()}'\"").fetchall()
    finally:
        connection.close()
