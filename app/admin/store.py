"""The files of an organisation, each written whole or not at all, secrets for their owner only.

One file in the folder (0700) holds the directory bundle with the issuing and relay keys' seeds, so that a cut leaves the
state before or after and nothing between. The root key lies elsewhere, encrypted under a passphrase by Argon2id.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id

from app import secretfile
from app.admin.errors import AdminError
from app.admin.organisation import Organisation
from media.errors import ProtocolError, TrustError
from media.keys import cbor, seal
from media.keys.certs import DeviceKeys
from media.keys.directory import MAX_BUNDLE, Bundle
from media.keys.sign import SEED_BYTES, HybridSigner

if TYPE_CHECKING:
    from collections.abc import Iterator

STATE, LOCK = "organisation.key", ".verrou"
ROOT, ORGANISATION, DEVICE = "CSL1/root-file", "CSL1/organisation-file", "CSL1/device-file"
MAX_STATE = MAX_BUNDLE + cbor.MAX_BYTES
MIN_PASSPHRASE = 12
OPS, MEMORY = 3, 256 * 1024 * 1024
MAX_OPS, MAX_MEMORY = 16, 2 * 1024 * 1024 * 1024


def write(path: Path, data: bytes) -> None:
    """Write *data* whole, readable by its owner only, synced before it takes its name."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    except OSError as error:
        raise AdminError(
            f"Impossible d'écrire dans {path.parent} : vérifiez le dossier et vos droits."
        ) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise AdminError(f"Impossible d'écrire {path} : vérifiez la place et vos droits.") from error


def _sync_folder(folder: Path) -> None:
    """Make the new name last: a directory that was shown to devices must not go back after a power cut."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_new(path: Path, data: bytes) -> None:
    """As `write`, but an existing file is never overwritten."""
    check_new(path)
    write(path, data)


def check_new(path: Path) -> None:
    """Refuse a *path* that exists, or whose folder does not."""
    if path.exists():
        raise AdminError(f"{path} existe déjà : choisissez un autre nom ou déplacez ce fichier.")
    if not path.parent.is_dir():
        raise AdminError(f"{path.parent} n'est pas un dossier : créez-le d'abord.")


def read(path: Path, most: int) -> bytes:
    """Return the bytes of *path*, at most *most*."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except FileNotFoundError as error:
        raise AdminError(f"{path} est introuvable : vérifiez le chemin.") from error
    except OSError as error:
        raise AdminError(f"{path} est illisible : vérifiez vos droits.") from error
    if len(data) > most:
        raise AdminError(f"{path} est trop grand pour être le bon fichier.")
    return data


def read_secret(path: Path, most: int = secretfile.MAX_SECRET) -> bytes:
    """As `read`, for a file that others must not be able to read; raises SecretFileError."""
    return secretfile.private(path, most)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the organisation's folder for one command, so that two at once lose nothing."""
    if not (folder / STATE).exists():
        raise AdminError(
            f"{folder} ne contient pas d'organisation : créez-la par « consilium-admin org init »."
        )
    secretfile.check_private(folder, "chmod 700")
    with contextlib.ExitStack() as held:
        try:
            _lock(held.enter_context((folder / LOCK).open("ab")).fileno())
        except OSError as error:
            raise AdminError(
                f"{folder} est protégé ou déjà utilisé : vérifiez vos droits et réessayez."
            ) from error
        yield


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 -- exists on Windows only

        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
    else:
        import fcntl  # noqa: PLC0415 -- exists elsewhere only

        fcntl.flock(handle, fcntl.LOCK_EX)


def make_folder(folder: Path) -> None:
    """Make an empty folder for a new organisation."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise AdminError(f"{folder} n'est pas vide : choisissez un nouveau dossier.")
    except OSError as error:
        raise AdminError(f"Impossible de créer {folder} : vérifiez le chemin et vos droits.") from error
    secretfile.check_private(folder, "chmod 700")


def save(folder: Path, organisation: Organisation, now_s: int) -> None:
    """Write the organisation with a head of now."""
    secrets = [*organisation.issuer_key.seeds, organisation.relay_seed]
    write(folder / STATE, cbor.encode([ORGANISATION, *secrets, organisation.bundle(now_s).encode()]))


def load(folder: Path, now_s: int) -> tuple[Organisation, Bundle]:
    """Return the organisation of *folder*, verified, and its directory as last dated."""
    kinds = (SEED_BYTES, SEED_BYTES, SEED_BYTES, bytes)
    try:
        data = read_secret(folder / STATE, MAX_STATE)
        *issuer, relay_seed, encoded = cbor.record(data, ORGANISATION, kinds, max_bytes=MAX_STATE)
        bundle = Bundle.parse(encoded)
        directory = bundle.verify(bundle.org, now_s)
    except ProtocolError as error:
        raise AdminError(f"{folder} est endommagé : restaurez-le depuis une sauvegarde.") from error
    return Organisation.load(directory, HybridSigner.from_seeds(*issuer), relay_seed), bundle


def seal_root(root: HybridSigner, passphrase: bytes) -> bytes:
    """Return the root key's file: encrypted under the *passphrase*, bound to the cost of finding it."""
    salt = os.urandom(argon2id.SALTBYTES)
    parameters = [ROOT, salt, OPS, MEMORY]
    key = argon2id.kdf(SEED_BYTES, passphrase, salt, OPS, MEMORY)
    box = seal.box(key, b"".join(root.seeds), cbor.encode(parameters))
    return cbor.encode([*parameters, box])


def open_root(path: Path, passphrase: bytes) -> HybridSigner:
    """Return the root key of the file *path*."""
    try:
        salt, ops, memory, box = cbor.record(read_secret(path), ROOT, (argon2id.SALTBYTES, int, int, bytes))
    except ProtocolError as error:
        raise AdminError(f"{path} n'est pas une clé racine : vérifiez le chemin.") from error
    if not (OPS <= ops <= MAX_OPS and MEMORY <= memory <= MAX_MEMORY):
        raise AdminError(f"{path} a été modifié : restaurez-le depuis une sauvegarde.")
    try:
        key = argon2id.kdf(SEED_BYTES, passphrase, salt, ops, memory)
        seeds = seal.unbox(key, box, cbor.encode([ROOT, salt, ops, memory]))
    except CryptoError as error:
        raise AdminError(
            "Mémoire insuffisante pour ouvrir la clé racine : fermez d'autres programmes."
        ) from error
    except TrustError as error:
        raise AdminError("Phrase secrète incorrecte, ou clé racine endommagée.") from error
    return HybridSigner.from_seeds(seeds[:SEED_BYTES], seeds[SEED_BYTES:])


def check_passphrase(passphrase: bytes) -> bytes:
    """Return *passphrase* when it is long enough to protect the root key."""
    if len(passphrase) < MIN_PASSPHRASE:
        raise AdminError(f"Phrase secrète trop courte : {MIN_PASSPHRASE} caractères au moins.")
    return passphrase


def encode_device(device: DeviceKeys) -> bytes:
    """Return the file of a device's keys: for tests and demonstrations, a workstation keeps them in its vault."""
    return cbor.encode([DEVICE, device.device_id, *device.seeds])


def decode_device(data: bytes) -> DeviceKeys:
    """Return the device whose keys `encode_device` wrote; raises ProtocolError."""
    return DeviceKeys.from_seeds(*cbor.record(data, DEVICE, (16, SEED_BYTES, SEED_BYTES)))
