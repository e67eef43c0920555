"""New keys for every file after a change of password or a used recovery code, safe against a crash at any point.

1. `keys.json` is replaced by one whose slots (the old one just opened, and the new ones) wrap the old *and* the new keys.
2. Each database is rewritten under its new key (`PRAGMA rekey`, one transaction with a rollback journal).
3. `keys.json` is replaced by one with the new slots and the new keys only.
After a crash either secret opens step 1's file, each database opens with one of its two keys, and the rotation is run
again. An old `keys.json` with the old password opens nothing any more.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from storage import keyfile
from storage.checkup import opens
from storage.database import connect, translated
from storage.errors import Damaged
from storage.profile import write_atomically
from storage.slots import KEY_BYTES

if TYPE_CHECKING:
    from pathlib import Path

    from storage.keyfile import KeyFile
    from storage.profile import Profile
    from storage.slots import Opener


@dataclass(frozen=True)
class Opened:
    """A profile with the opener that was used on its key file, and the keys that open its databases now."""

    profile: Profile
    keyfile: KeyFile
    opener: Opener
    now: dict[str, bytes]


def enter(profile: Profile, keys: KeyFile, opener: Opener) -> Opened:
    """Unwrap the keys; of two (a rotation was cut short) find the one that opens each file, the newest if none does."""
    found = opener.unwrap(keys)
    now = {name: _current(profile.database(name), pair) for name, pair in found.items()}
    return Opened(profile, keys, opener, now)


def pending(keys: KeyFile) -> bool:
    """Tell whether a rotation was cut short."""
    return any(len(boxes) > 1 for slot in keys.slots for boxes in slot.wraps.values())


def _current(path: Path, found: list[bytes]) -> bytes:
    if len(found) == 1 or not path.exists():
        return found[-1]
    return next((key for key in reversed(found) if opens(path, key)), found[-1])


def rotate(opened: Opened, fresh: list[Opener]) -> dict[str, bytes]:
    """Give every file a new key, wrapped by *fresh* alone (the old opener may be among them); return the new keys.

    Raises Damaged, DiskTrouble: then the rotation is pending, and the next opening runs it again.
    """
    profile, keys, now = opened.profile, opened.keyfile, opened.now
    new = {name: secrets.token_bytes(KEY_BYTES) for name in keys.files}
    both = {name: [now[name], new[name]] for name in keys.files}
    openers = {opener.slot.id: opener for opener in (opened.opener, *fresh)}
    others = [slot for slot in keys.slots if slot.id not in openers]
    write(profile, keys, [*(opener.wrap(keys, both) for opener in openers.values()), *others])
    for name in keys.files:
        rekey(profile.database(name), now[name], new[name])
    write(profile, keys, [opener.wrap(keys, {name: [key] for name, key in new.items()}) for opener in fresh])
    return new


def write(profile: Profile, keys: KeyFile, slots: list[keyfile.Slot]) -> KeyFile:
    """Replace `keys.json` by one with *slots*; return it."""
    whole = msgspec.structs.replace(keys, slots=slots)
    write_atomically(profile.keys, keyfile.encode(whole))
    return whole


def read(profile: Profile) -> KeyFile:
    """Read `keys.json`; raises Damaged, TooNew."""
    try:
        with profile.keys.open("rb") as file:
            return keyfile.decode(file.read(keyfile.MAX_BYTES + 1))
    except OSError as error:
        raise Damaged("keys.json", "missing") from error


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
