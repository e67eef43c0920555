"""Pre-key cards (docs/protocol.md §11): the key of the day to which a device's messages are sealed, signed by the device."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from media.errors import ProtocolError, TrustError
from media.keys import cbor
from media.keys.issuers import ID_BYTES
from media.keys.seal import PUBLIC_BYTES
from media.keys.sign import digest, signed, split_signed, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CARD = "CSL1/card"
HASH_BYTES = 32
MAX_CARD = 2048
MAX_NUMBER = 2**32 - 1
KEPT_DAYS = 15
"""A private half stays so long after it was superseded; a card older than that warns the sender."""
DAY_MS = 86_400_000


def tag_of(ed25519_pk: bytes) -> bytes:
    """Return under which 16 bytes the relay keeps the card of the device with this key."""
    return digest(ed25519_pk)[:ID_BYTES]


@dataclass(frozen=True)
class Card:
    """The pre-key `number` of the device with this certificate, made on `day` (days since 1970); `signed` is as received.

    `contact_queue` is the 16-byte id of the queue for first messages.
    """

    cert_hash: bytes
    number: int
    prekey_pk: bytes
    contact_queue: bytes
    day: int
    signed: bytes = field(repr=False)

    @classmethod
    def make(
        cls,
        cert_hash: bytes,
        number: int,
        prekey_pk: bytes,
        contact_queue: bytes,
        day: int,
        sign: Callable[[bytes], bytes],
    ) -> Card:
        """Sign a card with the device's Ed25519 key."""
        body = cbor.encode([CARD, cert_hash, number, prekey_pk, contact_queue, day])
        return cls.parse(signed(body, sign(body)))

    @classmethod
    def parse(cls, data: bytes) -> Card:
        """Read *data*; nothing is verified but its shape."""
        kinds = (HASH_BYTES, int, PUBLIC_BYTES, ID_BYTES, int)
        body, _ = split_signed(data, max_bytes=MAX_CARD)
        cert_hash, number, prekey, queue, day = cbor.record(body, CARD, kinds)
        if max(number, day) > MAX_NUMBER:
            raise ProtocolError("a pre-key's number and day have 32 bits")
        return cls(cert_hash, number, prekey, queue, day, data)

    def verify(self, ed25519_pk: bytes, newest: int, today: int) -> bool:
        """Return whether the card is fresh; a device that was off for more than 15 days has an old one: the sender is warned.

        *newest*: highest number ever seen of that device, -1 for none. Raises TrustError: "signature", "card-rollback"
        (a lower number than seen), "clock" (more than a day ahead).
        """
        verify(ed25519_pk, *split_signed(self.signed))
        if self.number < newest:
            raise TrustError("card-rollback")
        if self.day > today + 1:
            raise TrustError("clock", "pre-key card")
        return today - self.day <= KEPT_DAYS


def due(newest_day: int, today: int) -> bool:
    """Tell whether a new pre-key is to be made: one a day; a clock set back makes none."""
    return today > newest_day


def outlived(superseded: Iterable[tuple[int, int]], now_ms: int) -> frozenset[int]:
    """Return the numbers whose private halves are to go.

    *superseded*: (number, when superseded in Unix ms; 0 for not yet). The highest number stays whatever its time says.
    """
    rows = tuple(superseded)
    newest = max((number for number, _ in rows), default=-1)
    last = now_ms - KEPT_DAYS * DAY_MS
    return frozenset(number for number, at_ms in rows if number != newest and 0 < at_ms < last)
