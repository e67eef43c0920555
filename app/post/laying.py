"""Bytes that are held in memory, left at the relay as a sealed file and fetched from there: for what is small and of today."""

from __future__ import annotations

import asyncio
import hashlib
import os
from typing import TYPE_CHECKING

from media.errors import ProtocolError
from media.keys.envelope import CLASSES
from media.keys.files import FileOpener, FileSealer, new_key, parts, sealed_size, spans
from media.keys.issuers import ID_BYTES
from media.mail.bodies import Attachment

if TYPE_CHECKING:
    from collections.abc import Callable

    from media.link.mailbox import Mailbox

PIECE = 256 * 1024


async def lay(
    line: Mailbox, name: str, data: bytes, life_s: int, drop: Callable[[bytes], bytes]
) -> Attachment:
    """Leave *data* at the relay for *life_s*; *drop* says the key that deletes a blob. Raises LinkLost, LinkRefused."""
    key = new_key()
    sealer = FileSealer(key)
    sealed = await asyncio.to_thread(lambda: sealer.header + sealer.push(data) + sealer.finish())
    blobs = tuple(os.urandom(ID_BYTES) for _ in parts(len(data)))
    for blob, kind, (start, end) in zip(blobs, parts(len(data)), spans(len(data)), strict=True):
        piece = sealed[start:end].ljust(CLASSES[kind], b"\0")
        await line.begin_blob(blob, kind, life_s, hashlib.sha256(drop(blob)).digest())
        await asyncio.gather(
            *(line.put(blob, at, piece[at : at + PIECE]) for at in range(0, len(piece), PIECE))
        )
        await line.end_blob(blob, hashlib.sha256(piece).digest())
    return Attachment(name, "application/octet-stream", len(data), key, sealer.digest, blobs)


async def fetch(line: Mailbox, file: Attachment, most: int) -> bytes:
    """Return what `lay` left, at most *most* bytes; raises LinkLost, LinkRefused, TrustError("file-forged"), ProtocolError."""
    if file.size > most:
        raise ProtocolError("more than it may be")
    rest, texts = sealed_size(file.size), []
    opener = FileOpener(file.key, file.size, file.digest)
    for blob, (start, end) in zip(file.blobs, spans(file.size), strict=True):
        wanted = min(end - start, rest)
        places = [(at, min(PIECE, wanted - at)) for at in range(0, wanted, PIECE)]
        pieces = await asyncio.gather(*(line.get(blob, *place) for place in places))
        rest -= wanted
        texts.append(await asyncio.to_thread(opener.push, b"".join(pieces)))
    opener.finish()
    return b"".join(texts)
