"""What the issuer lays out for whoever looks: the directory's newest head, and where its bundle lies (docs/protocol.md §16).

It lies at the relay as a card, under the tag of the issuing key, numbered by the head's time, sealed to the organisation.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from media.errors import ProtocolError
from media.keys import cbor, seal
from media.mail.bodies import Attachment

NOTICE = "CSL1/notice"
MAX_NOTICE = 4096


@dataclass(frozen=True)
class Notice:
    """`head` as signed; the bundle in `file` has its height, and may be of an earlier hour."""

    head: bytes = field(repr=False)
    file: Attachment

    def seal(self, relay_seed: bytes) -> bytes:
        """Return the card; raises ProtocolError where it would be too long for one."""
        text = cbor.encode([NOTICE, self.head, self.file.row()])
        card = seal.box(_key(relay_seed), text, NOTICE.encode())
        if len(card) > MAX_NOTICE:
            raise ProtocolError("a notice has at most 4 KiB")
        return card

    @classmethod
    def open(cls, relay_seed: bytes, card: bytes) -> Notice:
        """Open a card; nothing is verified but that somebody of the organisation made it. Raises TrustError, ProtocolError."""
        if len(card) > MAX_NOTICE:
            raise ProtocolError("a notice has at most 4 KiB")
        text = seal.unbox(_key(relay_seed), card, NOTICE.encode())
        head, row = cbor.record(text, NOTICE, (bytes, list))
        return cls(head, Attachment.of_row(row))


def _key(relay_seed: bytes) -> bytes:
    return seal.hkdf(relay_seed, [NOTICE])
