"""Crypto-erase: the wrapped keys first, then the files. What has no keys any more is noise, on any disk."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from storage import rotation
from storage.errors import DiskTrouble, StorageError
from storage.profile import Profile, sync_folder

if TYPE_CHECKING:
    from pathlib import Path

    from storage.oskeyring import SecretStore


def erase(folder: Path, store: SecretStore) -> None:
    """Erase the profile in *folder*: its halves in the keyring, `keys.json` overwritten, then every file of it.

    What is not of a profile stays. Cut short, it is ended by the next call. Raises ProfileInUse, DiskTrouble. A flash disk
    may keep the overwritten bytes: they open only with the password or the recovery code, as a stolen copy would.
    """
    profile = Profile(folder)
    profile.hold()
    try:
        with profile.alone():
            _forget(profile, store)
            try:
                _overwrite(profile.keys)
                profile.remove()
            except OSError as error:
                raise DiskTrouble("the profile cannot be erased") from error
    finally:
        profile.release()


def _forget(profile: Profile, store: SecretStore) -> None:
    try:
        keyfile = rotation.read(profile)
    except StorageError:
        return  # without its key file nothing opens, whatever the keyring keeps
    for slot in keyfile.slots:
        store.forget(slot.id.hex())
    store.forget(rotation.mirror(keyfile))


def _overwrite(path: Path) -> None:
    if path.exists():
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        sync_folder(path.parent)
