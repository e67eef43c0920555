"""What feeds and documents ask of the post office: say something to devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from app.post.office import Closed
from media.keys import cbor
from media.keys.sign import digest
from media.mail.convs import DIRECT
from storage.errors import Locked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from app.post.office import Post
    from media.mail.say import Body

ID_BYTES = 16
MOST_PEOPLE = 60
"""Recipients of one header; protocol §11 allows 64."""


class Wire(Protocol):
    """The post office, as far as feeds and documents need it."""

    async def say(
        self,
        body: Body,
        to: Mapping[bytes, AbstractSet[bytes]],
        *,
        conv: bytes,
        expires_s: int = 0,
        msg_id: bytes = b"",
    ) -> bytes:
        """Put *body* into the outbox for these devices of each user and no others (none: all of theirs); return its msg_id.

        Under a *msg_id* of the caller's it is put there once, however often it is asked. On disk once it returns; raises StorageError.
        """


class PostWire:
    """The real one."""

    def __init__(self, post: Post) -> None:
        self._post = post

    async def say(
        self,
        body: Body,
        to: Mapping[bytes, AbstractSet[bytes]],
        *,
        conv: bytes,
        expires_s: int = 0,
        msg_id: bytes = b"",
    ) -> bytes:
        """Put *body* into the outbox, as `Wire.say`."""
        devices = frozenset(device for those in to.values() for device in those)
        data = body.encode()
        try:
            return await self._post.say(
                body.TYPE, conv, to.keys(), data, expires_s=expires_s, devices=devices, msg_id=msg_id
            )
        except Closed as error:
            raise Locked from error


def conv(about: str) -> bytes:
    """Return the conversation of everything about a unit's feed, or of documents; the post keeps a chain of headers for each audience."""
    found = digest(cbor.encode(["CSL1/feed", about]))[:ID_BYTES]
    return bytes((found[0] & ~DIRECT & 0xFF,)) + found[1:]
