"""Sealed files on the shelf, read: their plaintext, and how far they are what was announced. Blocks: use a thread."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from media.errors import TrustError
from media.keys import cbor
from media.keys.files import HEADER_BYTES, SEALED_CHUNK, FileOpener, sealed_size
from media.mail.bodies import Attachment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.messages.posting import Kept
    from storage.messages.shelf import Shelf

READ = 1 << 20


def attachment(kept: Kept) -> Attachment:
    """Return the manifest that travels, or came, in the message; raises ProtocolError."""
    return Attachment.of_row(cbor.decode(kept.manifest))


def opened(shelf: Shelf, name: str, manifest: Attachment, key: bytes) -> Iterator[bytes]:
    """Yield the plaintext of a sealed file; the last piece comes before the whole is judged: TrustError then, throw all away."""
    opener = FileOpener(key, manifest.size, manifest.digest)
    for at in range(0, sealed_size(manifest.size), READ):
        yield opener.push(shelf.read(name, at, READ))
    opener.finish()


def unsealed(shelf: Shelf, kept: Kept) -> Iterator[bytes]:
    """Yield the plaintext of a file that is here; as `opened`."""
    return opened(shelf, kept.shelf, attachment(kept), kept.key)


def wholeness(shelf: Shelf, name: str, manifest: Attachment) -> int:
    """Return up to which byte the shelf has the file that was announced: its whole length where all is well.

    Without the key, which the reader of an ephemeral document has not yet, it is there as a whole or not at all.
    """
    whole = sealed_size(manifest.size)
    if not manifest.key:
        return whole if _has(shelf, name, whole, manifest.digest) else 0
    opener, at = FileOpener(manifest.key, manifest.size, manifest.digest), 0
    try:
        for sealed in _chunks(shelf, name, whole):
            opener.push(sealed)
            at += len(sealed)
        opener.finish()
    except TrustError:
        return at if at < whole else 0
    return whole


def _has(shelf: Shelf, name: str, whole: int, digest: bytes) -> bool:
    found = hashlib.sha256()
    for at in range(0, whole, READ):
        found.update(shelf.read(name, at, min(READ, whole - at)))
    return hmac.compare_digest(found.digest(), digest)


def _chunks(shelf: Shelf, name: str, whole: int) -> Iterator[bytes]:
    """Yield each chunk of a sealed file, the first one with the header, which nothing else would prove."""
    first = HEADER_BYTES + SEALED_CHUNK
    yield shelf.read(name, 0, min(first, whole))
    window = READ // SEALED_CHUNK * SEALED_CHUNK
    for start in range(first, whole, window):
        data = shelf.read(name, start, min(window, whole - start))
        yield from (data[at : at + SEALED_CHUNK] for at in range(0, len(data), SEALED_CHUNK))
