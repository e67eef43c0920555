"""Files of messages (docs/protocol.md §11): sealed in chunks of 64 KiB, cut into padded blobs.

Sealed: ``header 24 B ‖ chunk…``, each chunk libsodium's secretstream (XChaCha20-Poly1305) of 65,536 bytes, the last one shorter and
marked as last, its index (u64) as additional data. The sealed file rests on the disk of both sides: what is sent and
fetched again are its bytes at any offset, and nothing is sealed twice. Blobs are filled with zeros behind its end.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from nacl import bindings
from nacl.exceptions import CryptoError

from media.errors import ProtocolError, TrustError
from media.keys.envelope import CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY_BYTES = bindings.crypto_secretstream_xchacha20poly1305_KEYBYTES
HEADER_BYTES = bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES
CHUNK = 65_536
TAG_BYTES = bindings.crypto_secretstream_xchacha20poly1305_ABYTES
SEALED_CHUNK = CHUNK + TAG_BYTES
MESSAGE = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
FINAL = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL


def new_key() -> bytes:
    """Return a fresh key, 32 bytes: one file only."""
    return os.urandom(KEY_BYTES)


def sealed_size(size: int) -> int:
    """Return how many bytes a file of *size* bytes has when it is sealed."""
    return HEADER_BYTES + size + TAG_BYTES * chunks(size)


def chunks(size: int) -> int:
    """Return in how many chunks a file of *size* bytes is sealed; an empty one has one."""
    return max(1, -(-size // CHUNK))


def parts(size: int) -> tuple[int, ...]:
    """Return the size classes (`envelope.CLASSES`) of the blobs of a file of *size* bytes, in order: at most 12 % and 64 KiB more than it has.

    The whole is rounded up as Padmé says (PURBs, Nikitin et al. 2019), so that lengths tell little, and cut from the largest down.
    """
    least = CLASSES[0]
    rest = -(-_padme(max(sealed_size(size), least)) // least) * least
    found: list[int] = []
    for index in reversed(range(len(CLASSES))):
        many, rest = divmod(rest, CLASSES[index])
        found += [index] * many
    return tuple(found)


def _padme(length: int) -> int:
    """Round up to a number whose low bits are zero: log log of the length is all that it tells."""
    exponent = length.bit_length() - 1
    low = exponent - exponent.bit_length()
    return (length + (1 << low) - 1) >> low << low


def spans(size: int) -> tuple[tuple[int, int], ...]:
    """Return where each blob of a file begins and ends in its sealed bytes; behind those it is filled with zeros."""
    return tuple(pairwise(accumulate((CLASSES[one] for one in parts(size)), initial=0)))


class FileSealer:
    """Seals one file, in pieces of any size; `header` comes first, then what `push` returns, then what `finish` returns."""

    def __init__(self, key: bytes) -> None:
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        self.header = bindings.crypto_secretstream_xchacha20poly1305_init_push(self._state, key)
        self._rest = b""
        self._index = 0
        self._hash = hashlib.sha256(self.header)

    def push(self, piece: bytes) -> bytes:
        """Take the next piece; return what is sealed by now. The last whole chunk is kept back: it may be the last of all."""
        data = self._rest + piece
        end = max(0, len(data) - 1) // CHUNK * CHUNK
        self._rest = data[end:]
        return b"".join(self._chunk(data[at : at + CHUNK], MESSAGE) for at in range(0, end, CHUNK))

    def finish(self) -> bytes:
        """Return the last chunk; nothing may follow."""
        return self._chunk(self._rest, FINAL)

    @property
    def digest(self) -> bytes:
        """H of what was sealed, once it is finished."""
        return self._hash.digest()

    def _chunk(self, text: bytes, tag: int) -> bytes:
        place = self._index.to_bytes(8, "big")
        sealed = bindings.crypto_secretstream_xchacha20poly1305_push(self._state, text, place, tag)
        self._index += 1
        self._hash.update(sealed)
        return sealed


class FileOpener:
    """Opens one sealed file of *size* plaintext bytes, in pieces of any size, and gives nothing that was not verified.

    What is behind the last chunk is passed over, as the last blob is filled. `push` and `finish` raise TrustError("file-forged")
    for bytes that were not sealed so: changed, swapped, cut, of another file or size.
    """

    def __init__(self, key: bytes, size: int, digest: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ProtocolError("a file's key has 32 bytes")
        self._key, self._digest = key, digest
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        self._hash = hashlib.sha256()
        self._left = sealed_size(size)
        self._rest = b""
        self._lengths = self._expected(size)
        self._next: int | None = HEADER_BYTES
        self._index = -1

    def push(self, piece: bytes) -> bytes:
        """Take the next piece of the sealed bytes; return what could be opened."""
        piece = piece[: self._left]
        self._left -= len(piece)
        self._hash.update(piece)
        data, at, texts = self._rest + piece, 0, []
        while self._next is not None and len(data) - at >= self._next:
            sealed = data[at : at + self._next]
            at += len(sealed)
            texts.append(self._take(sealed))
        self._rest = data[at:]
        return b"".join(texts)

    def finish(self) -> None:
        """Raise TrustError unless the whole file came, and is the one that was announced."""
        if self._next is not None or not hmac.compare_digest(self._hash.digest(), self._digest):
            raise TrustError("file-forged", "not the whole file")

    @staticmethod
    def _expected(size: int) -> Iterator[int]:
        """Yield the length of each sealed chunk."""
        for index in range(chunks(size)):
            yield min(CHUNK, size - index * CHUNK) + TAG_BYTES

    def _take(self, sealed: bytes) -> bytes:
        self._next = next(self._lengths, None)
        self._index += 1
        if not self._index:
            bindings.crypto_secretstream_xchacha20poly1305_init_pull(self._state, sealed, self._key)
            return b""
        return self._pull(sealed)

    def _pull(self, sealed: bytes) -> bytes:
        place = (self._index - 1).to_bytes(8, "big")
        try:
            text, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(self._state, sealed, place)
        except (CryptoError, RuntimeError) as error:
            raise TrustError("file-forged") from error
        if tag != (MESSAGE if self._next is not None else FINAL):
            raise TrustError("file-forged", "the last chunk is where it must not be")
        return text
