"""What the fan-out asks of the post office: say something to devices, hear what came for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from media.keys import cbor
from media.keys.sign import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from media.mail.say import Body

ID_BYTES = 16
MOST_PEOPLE = 60
"""Recipients of one header; protocol §11 allows 64."""


class Wire(Protocol):
    """The post office, as far as feeds and documents need it."""

    async def say(
        self,
        body: Body,
        to: Mapping[bytes, AbstractSet[bytes] | None],
        *,
        conv: bytes,
        expires_s: int = 0,
    ) -> bytes:
        """Put *body* into the outbox for these devices of each user (None: all), and no own ones; return its msg_id.

        On disk once it returns; raises StorageError.
        """


def conv(about: str, devices: Iterable[bytes]) -> bytes:
    """Return the conversation of a feed with *devices*: all of them hear all of it, so that no chain of headers has a gap."""
    return digest(cbor.encode(["CSL1/feed", about, sorted(devices)]))[:ID_BYTES]
