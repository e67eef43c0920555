"""A document for somebody without Consilium (docs/protocol.md §14): its link, its code, and the file sealed under both.

The browser that opens it has no X25519 + ML-KEM-768, XChaCha20 or Argon2: HKDF-SHA512, PBKDF2-HMAC-SHA256 and AES-256-GCM
are what WebCrypto has. There is no key agreement, so nothing here waits for a quantum computer.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from media.errors import ProtocolError
from media.keys.seal import hkdf
from media.keys.sign import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0 O, 1 I L: what is read aloud or copied by hand stays what it was."""
CODE_LENGTH = 8
ROUNDS = 1_000_000
ID_BYTES, KEY_BYTES = 16, 32
CHUNK = 64 * 1024
TAG_BYTES = 16
MAX_NAME = 500
"""Bytes of a file's name."""
MAX_FILE = 250 << 20
_COUNTER_BYTES = 11
_HEAD = 2 + 8


@dataclass(frozen=True)
class Secret:
    """What opens one deposit: `id` and `key` stand in the link, `code` goes another way. One file only is ever sealed under it."""

    id: bytes
    key: bytes = field(repr=False)
    code: str = field(repr=False)

    @classmethod
    def fresh(cls) -> Secret:
        """Draw a new one."""
        code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        return cls(os.urandom(ID_BYTES), os.urandom(KEY_BYTES), code)

    def link(self, page: str) -> str:
        """Return the link at the hospital's *page*; what follows the # is never sent to a server."""
        return f"{page}#{base64.urlsafe_b64encode(self.id + self.key).decode()}"

    def unlock(self) -> Keys:
        """Derive what the code and the link give together; half a second of work, on purpose."""
        stretched = hashlib.pbkdf2_hmac("sha256", self.code.encode(), self.id, ROUNDS)
        both = self.key + stretched
        proof = hkdf(both, ["CSL1/deposit-proof", self.id])
        return Keys(hkdf(both, ["CSL1/deposit-file", self.id]), proof)


@dataclass(frozen=True)
class Keys:
    """`file` opens the file; `proof` shows the relay that link and code are known, and opens nothing."""

    file: bytes = field(repr=False)
    proof: bytes = field(repr=False)

    @property
    def verifier(self) -> bytes:
        """What the relay keeps: H(proof)."""
        return digest(self.proof)


def padded(size: int) -> int:
    """Return the length to which *size* plaintext bytes are filled up: at most a sixteenth more, and never less than a chunk."""
    step = max(CHUNK, 1 << max(0, size.bit_length() - 5))
    return max(1, -(-size // step)) * step


def sealed_size(size: int, name: str) -> int:
    """Return how long a file of *size* bytes is once it is sealed."""
    plain = padded(_HEAD + len(name.encode()) + size)
    return plain + plain // CHUNK * TAG_BYTES


def fits(name: str) -> bool:
    """Tell whether a file's name can be said."""
    return bool(name) and len(name.encode()) <= MAX_NAME and unicodedata.is_normalized("NFC", name)


def seal_file(
    keys: Keys,
    name: str,
    source: BinaryIO,
    size: int,
    into: BinaryIO,
    told: Callable[[int], None] = lambda _: None,
) -> bytes:
    """Seal *size* bytes of *source* into *into*; return the SHA-256 of what was written. Blocks.

    STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015) as age has it: AES-256-GCM by chunks of 64 KiB, the nonce an 11-byte
    counter and a byte that is 1 for the last chunk, so that nothing is cut off, swapped or moved unseen. Raises
    `ProtocolError` where the source has another length than was said: then nothing may be sent, and the secret is spent.
    """
    if not fits(name) or not 0 <= size <= MAX_FILE:
        raise ProtocolError("a file that cannot be deposited")
    cipher, whole = AESGCM(keys.file), hashlib.sha256()
    last = padded(_HEAD + len(name.encode()) + size) // CHUNK - 1
    for number, chunk in enumerate(_chunks(name, source, size)):
        sealed = cipher.encrypt(_nonce(number, number == last), chunk, None)
        whole.update(sealed)
        into.write(sealed)
        told(min(size, (number + 1) * CHUNK))
    return whole.digest()


def _chunks(name: str, source: BinaryIO, size: int) -> Iterator[bytes]:
    text = name.encode()
    head = len(text).to_bytes(2, "big") + text + size.to_bytes(8, "big")
    total, at = padded(len(head) + size), 0
    while at < total:
        chunk = head if at == 0 else b""
        wanted = min(CHUNK - len(chunk), max(0, size - max(0, at - len(head))))
        piece = source.read(wanted)
        if len(piece) != wanted:
            raise ProtocolError("the file became shorter while it was read")
        yield (chunk + piece).ljust(CHUNK, b"\0")
        at += CHUNK
    if source.read(1):
        raise ProtocolError("the file became longer while it was read")


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(_COUNTER_BYTES, "big") + bytes((last,))
