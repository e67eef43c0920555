"""The ways into a profile: how a password, the keyring and a recovery code wrap the keys of its files.

A key is wrapped by XChaCha20-Poly1305; the additional data bind format, profile, file, slot and the whole key
derivation, so that nothing of it can be exchanged or made cheaper unnoticed.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import nacl.bindings as sodium
import nacl.exceptions
from nacl.pwhash import argon2id

from storage.errors import Damaged, KeyringLost, NotEnoughMemory, WeakKdf, WrongPassword, WrongRecoveryCode
from storage.keyfile import FORMAT, Kdf, KeyFile, Slot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from storage.oskeyring import SecretStore

KEY_BYTES = 32
MAX_PASSWORD = 1024
_NONCE = sodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES


@dataclass(frozen=True)
class KdfCost:
    """What a password costs to try: the cost of new slots and the least that is accepted of old ones.

    The default is libsodium's "moderate" (RFC 9106 Argon2id, 3 passes over 256 MiB): 0.65 s on a desk machine.
    """

    ops: int = argon2id.OPSLIMIT_MODERATE
    mem_kib: int = argon2id.MEMLIMIT_MODERATE // 1024


CEILING = KdfCost(ops=16, mem_kib=2 * 1024 * 1024)
"""The most that is accepted: a changed file must not eat the machine."""

Keys = dict[str, list[bytes]]
"""File name -> its keys, the newest last (two while a change is under way)."""


@dataclass(frozen=True)
class Opener:
    """A slot with the key that opens it, to wrap other keys in the same slot again."""

    slot: Slot
    kek: bytes

    def wrap(self, keyfile: KeyFile, keys: Mapping[str, Sequence[bytes]]) -> Slot:
        """Return the slot with *keys* in it instead of what it held."""
        wraps = {
            name: [_seal(self.kek, key, _bound(keyfile, self.slot, name)) for key in keys[name]]
            for name in keyfile.files
        }
        return msgspec.structs.replace(self.slot, wraps=wraps)

    def unwrap(self, keyfile: KeyFile) -> Keys:
        """Return what the slot holds; raises Damaged when a wrap was changed or moved here."""
        return {
            name: [_open(self.kek, box, _bound(keyfile, self.slot, name)) for box in boxes]
            for name, boxes in self.slot.wraps.items()
        }


def new_password_opener(
    keyfile: KeyFile, password: str, cost: KdfCost, secret: bytes, slot_id: bytes
) -> Opener:
    """Make a password slot; *secret* is the keyring's half, empty for none."""
    kdf = Kdf(cost.ops, cost.mem_kib, secrets.token_bytes(16))
    slot = Slot(slot_id, "password", kdf, _keyring_check(secret), bytes(40), {})
    return _with_check(keyfile, slot, _stretch(password, kdf, secret))


def new_recovery_opener(keyfile: KeyFile, code: bytes) -> Opener:
    """Make a recovery slot for *code*, 16 random bytes."""
    slot = Slot(secrets.token_bytes(16), "recovery", Kdf(0, 0, secrets.token_bytes(16)), b"", bytes(40), {})
    return _with_check(keyfile, slot, _from_code(code, slot.kdf))


def open_with_password(keyfile: KeyFile, password: str, floor: KdfCost, store: SecretStore) -> Opener:
    """Find the slot that *password* opens; raises WrongPassword, KeyringLost, WeakKdf."""
    slots = [slot for slot in keyfile.slots if slot.kind == "password"]
    lost = 0
    for slot in slots:
        _judge(slot.kdf, floor)
        secret = store.read(slot.id.hex()) if slot.keyring else b""
        if _keyring_check(secret) != slot.keyring:
            lost += 1
            continue
        opener = Opener(slot, _stretch(password, slot.kdf, secret))
        if _fits(keyfile, opener):
            return opener
    if lost:
        raise KeyringLost
    raise WrongPassword


def open_with_code(keyfile: KeyFile, code: bytes) -> Opener:
    """Find the slot that *code* (16 bytes) opens; raises WrongRecoveryCode."""
    for slot in keyfile.slots:
        opener = Opener(slot, _from_code(code, slot.kdf))
        if slot.kind == "recovery" and _fits(keyfile, opener):
            return opener
    raise WrongRecoveryCode


def _judge(kdf: Kdf, floor: KdfCost) -> None:
    if not (floor.ops <= kdf.ops <= CEILING.ops and floor.mem_kib <= kdf.mem_kib <= CEILING.mem_kib):
        raise WeakKdf("keys.json", "key derivation out of bounds")


def _stretch(password: str, kdf: Kdf, secret: bytes) -> bytes:
    if not 0 < len(password) <= MAX_PASSWORD:
        raise WrongPassword
    text = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    try:
        key = argon2id.kdf(KEY_BYTES, text, kdf.salt, opslimit=kdf.ops, memlimit=kdf.mem_kib * 1024)
    except nacl.exceptions.RuntimeError as error:
        raise NotEnoughMemory from error
    return hashlib.blake2b(key, key=secret, digest_size=KEY_BYTES, person=b"CSL password").digest()


def _from_code(code: bytes, kdf: Kdf) -> bytes:
    return hashlib.blake2b(kdf.salt, key=code, digest_size=KEY_BYTES, person=b"CSL recovery").digest()


def _keyring_check(secret: bytes) -> bytes:
    return hashlib.blake2b(secret, digest_size=16, person=b"CSL keyring").digest() if secret else b""


def _bound(keyfile: KeyFile, slot: Slot, use: str) -> bytes:
    """Return the additional data: everything that a wrap belongs to, in one canonical form."""
    file_id = keyfile.files.get(use, b"")
    parts = [FORMAT, keyfile.profile, use, file_id, slot.id, slot.kind, slot.kdf, slot.keyring]
    return b"consilium keys" + msgspec.json.encode(parts)


def _with_check(keyfile: KeyFile, slot: Slot, kek: bytes) -> Opener:
    check = _seal(kek, b"", _bound(keyfile, slot, "check"))
    return Opener(msgspec.structs.replace(slot, check=check), kek)


def _fits(keyfile: KeyFile, opener: Opener) -> bool:
    try:
        _open(opener.kek, opener.slot.check, _bound(keyfile, opener.slot, "check"))
    except Damaged:
        return False
    return True


def _seal(key: bytes, text: bytes, bound: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(text, bound, nonce, key)


def _open(key: bytes, box: bytes, bound: bytes) -> bytes:
    try:
        return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(box[_NONCE:], bound, box[:_NONCE], key)
    except nacl.exceptions.CryptoError as error:
        raise Damaged("keys.json", "a wrap does not open") from error
