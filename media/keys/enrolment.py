"""A new device and its organisation, before they know each other (docs/protocol.md §16): ticket, request, answer.

IT hands over a `Ticket`; the device seals an `Ask` to the key in it, and finds the `Answer` under a secret that it made itself.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Self

from media.errors import ProtocolError
from media.keys import cbor, envelope, seal
from media.keys.directory import MAX_BUNDLE
from media.keys.issuers import ID_BYTES
from media.keys.seal import PUBLIC_BYTES, XWing
from media.keys.sign import SEED_BYTES, Signer, digest

TICKET, ASK, REPLY, ANSWER = "CSL1/ticket", "CSL1/enrol", "CSL1/enrol-reply", "CSL1/enrol-answer"
PIN_BYTES, SECRET_BYTES, LENGTH_BYTES = 32, 32, 4
MAX_HOST, MAX_TICKET = 253, 4096
MAX_ANSWER = MAX_BUNDLE + cbor.MAX_BYTES
NUMBER = 0


@dataclass(frozen=True)
class Ticket:
    """Where a new device asks: the relay, the organisation that must answer (`org`, the hash of its root), the queue and key of this ticket.

    `pin` is SHA-256 of the relay's certificate, empty where the system's authorities vouch for it. `not_after` in seconds.
    """

    host: str
    port: int
    pin: bytes
    org: bytes
    queue: bytes
    writer_seed: bytes = field(repr=False)
    prekey_pk: bytes = field(repr=False)
    not_after: int

    def encode(self) -> bytes:
        """Return the ticket's bytes."""
        place = [self.host, self.port, self.pin, self.org]
        return cbor.encode([TICKET, *place, self.queue, self.writer_seed, self.prekey_pk, self.not_after])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a ticket; raises ProtocolError."""
        kinds = (str, int, bytes, ID_BYTES, ID_BYTES, SEED_BYTES, PUBLIC_BYTES, int)
        found = cls(*cbor.record(data, TICKET, kinds, max_bytes=MAX_TICKET, max_depth=1))
        if (
            not found.host
            or len(found.host) > MAX_HOST
            or not found.host.isascii()
            or not found.host.isprintable()
        ):
            raise ProtocolError("a ticket names a relay")
        if not 0 < found.port < 65_536 or len(found.pin) not in (0, PIN_BYTES):
            raise ProtocolError("a ticket names a relay's port and pin")
        return found

    @property
    def writer(self) -> Signer:
        """The key that may write to the ticket's queue."""
        return Signer(self.writer_seed)


@dataclass(frozen=True)
class Ask:
    """A certificate request (`media.keys.certs.Request`), and the secret under which its answer is to be left."""

    request: bytes = field(repr=False)
    reply: bytes = field(repr=False)

    @classmethod
    def make(cls, request: bytes) -> Self:
        """Ask with a fresh secret."""
        return cls(request, os.urandom(SECRET_BYTES))

    def seal(self, ticket: Ticket) -> bytes:
        """Return the block for the ticket's queue; raises TrustError("key-bad"), ProtocolError (too long)."""
        text = cbor.encode([ASK, self.request, self.reply])
        return envelope.seal_text((NUMBER, ticket.prekey_pk), ticket.queue, text)

    @classmethod
    def open(cls, block: bytes, queue: bytes, key: XWing) -> Self:
        """Open a block that lay in the queue of a ticket with this key; raises TrustError, ProtocolError."""
        text = envelope.open_text(block, queue, {NUMBER: key})
        return cls(*cbor.record(text, ASK, (bytes, SECRET_BYTES)))


def reply_id(reply: bytes) -> bytes:
    """Return under which id the answer lies at the relay."""
    return digest(seal.hkdf(reply, [REPLY, "id"]))[:ID_BYTES]


@dataclass(frozen=True)
class Answer:
    """What the organisation says to an `Ask`: an encoded `Enrolment`, or a `code` that says why not."""

    code: str
    enrolment: bytes = field(default=b"", repr=False)

    def seal(self, reply: bytes) -> bytes:
        """Return the padded blob: ``length u32 ‖ box ‖ zeros``."""
        box = seal.box(_key(reply), cbor.encode([ANSWER, self.code, self.enrolment]), ANSWER.encode())
        return envelope.padded(len(box).to_bytes(LENGTH_BYTES, "big") + box)

    @classmethod
    def open(cls, reply: bytes, box: bytes) -> Self:
        """Open the box of a blob; raises TrustError("seal-broken"), ProtocolError. Nothing of the enrolment is verified."""
        text = seal.unbox(_key(reply), box, ANSWER.encode())
        code, enrolment = cbor.record(text, ANSWER, (str, bytes), max_bytes=MAX_ANSWER, max_depth=1)
        if bool(code) == bool(enrolment):
            raise ProtocolError("an answer is an enrolment, or says why not")
        return cls(code, enrolment)


def box_length(head: bytes) -> int:
    """Return how long the box of a blob is that begins with these four bytes; raises ProtocolError for what none is."""
    length = int.from_bytes(head[:LENGTH_BYTES], "big")
    if not seal.NONCE_BYTES < length <= MAX_ANSWER + 64:
        raise ProtocolError("not an answer")
    return length


def _key(reply: bytes) -> bytes:
    return seal.hkdf(reply, [REPLY, "key"])
