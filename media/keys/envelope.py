"""Sealed messages (docs/protocol.md §11): a header signed once for all, its content, and the block that carries both to one device.

`Content` encrypts what is said, `Header` signs who said it to whom, `seal_block` wraps header and content for one pre-key.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

from media.errors import ProtocolError, TrustError
from media.keys import cbor, seal, sign
from media.keys.issuers import ID_BYTES
from media.keys.sign import digest, signed, split_signed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from media.keys.seal import XWing

MSG, ENVELOPE, QUEUE = "CSL1/msg", "CSL1/envelope", "CSL1/queue"
VERSION = 1
BLOCK_BYTES = 8192
HEAD_BYTES = 5
TEXT_BYTES = BLOCK_BYTES - HEAD_BYTES - seal.SEAL_OVERHEAD
LENGTH_BYTES = 2
MAX_ENVELOPE = TEXT_BYTES - LENGTH_BYTES
HASH_BYTES, SALT_BYTES, SEED_BYTES = 32, 16, 32
BOX_OVERHEAD = seal.NONCE_BYTES + 16 + SALT_BYTES
MAX_RECIPIENTS = 64
MAX_SECONDS = 2**32 - 1
MAX_NUMBER = 2**48 - 1
"""Of a time in ms or a place in a log: what every database can hold."""
OFFER_ROOM = 256
"""Kept free for a queue offer, so that what fits for one device fits for all."""
CLASSES = (65_536, 1_048_576, 8_388_608, 67_108_864)
"""Sizes of padded blobs at the relay; a size class is an index into this."""

Prekeys: TypeAlias = "Mapping[int, XWing]"


@dataclass(frozen=True)
class Content:
    """What is said, encrypted once for all: `key` and `digest` go into the header, `box` beside it or into a blob."""

    key: bytes = field(repr=False)
    digest: bytes
    box: bytes = field(repr=False)

    @classmethod
    def seal(cls, text: bytes) -> Content:
        """Encrypt *text* under a fresh key; the digest is over a fresh salt and the text, so that it tells nothing."""
        key, salted = os.urandom(seal.KEY_BYTES), os.urandom(SALT_BYTES) + text
        return cls(key, digest(salted), seal.box(key, salted, b""))


def open_content(header: Header, box: bytes) -> bytes:
    """Return the text of a header's box; raises TrustError("content-forged") for any other than the one that was signed."""
    try:
        salted = seal.unbox(header.content_key, box, b"")
    except TrustError as error:
        raise TrustError("content-forged") from error
    if len(salted) < SALT_BYTES or not hmac.compare_digest(digest(salted), header.content_hash):
        raise TrustError("content-forged", "another text than the signed one")
    return salted[SALT_BYTES:]


@dataclass(frozen=True)
class Header:
    """Who says what kind of thing to whom, at which place of which chain; the same bytes for all recipients.

    `type` is a media.mail.types.Type. `recipients`: user ids in rising order, without the author's (but alone: the own
    devices). `sent_ms`: Unix ms by the author's clock; `expires_s`: life from then, 0 for ever. `head_*`: the author's
    directory. `prev_hash`: H of the chain's header body before, empty at `seq` 0.
    """

    type: int
    conv: bytes
    msg_id: bytes
    cert_hash: bytes
    recipients: tuple[bytes, ...]
    chain: bytes
    seq: int
    prev_hash: bytes
    sent_ms: int
    expires_s: int
    head_height: int
    head_hash: bytes
    content_key: bytes = field(repr=False)
    content_hash: bytes

    def encode(self) -> bytes:
        """Return the body to sign."""
        return cbor.encode(
            [
                MSG,
                self.type,
                self.conv,
                self.msg_id,
                self.cert_hash,
                list(self.recipients),
                self.chain,
                self.seq,
                self.prev_hash,
                self.sent_ms,
                self.expires_s,
                self.head_height,
                self.head_hash,
                self.content_key,
                self.content_hash,
            ]
        )

    @classmethod
    def decode(cls, body: bytes) -> Header:
        """Read a body; nothing is verified but its shape. Raises ProtocolError."""
        kinds: list[cbor.Kind] = [int, ID_BYTES, ID_BYTES, HASH_BYTES, list, ID_BYTES, int, bytes, int, int]
        kinds += [int, bytes, seal.KEY_BYTES, HASH_BYTES]
        values = cbor.record(body, MSG, kinds)
        values[4] = _recipients(values[4])
        header = cls(*values)
        if len(header.prev_hash) != (HASH_BYTES if header.seq else 0):
            raise ProtocolError("a chain begins at 0, and every later header names the one before")
        check_numbers(header.sent_ms, header.head_height)
        if len(header.head_hash) not in (0, HASH_BYTES) or max(header.expires_s, header.seq) > MAX_SECONDS:
            raise ProtocolError("a header out of range")
        return header

    @property
    def hash(self) -> bytes:
        """H of the body: what the next header of the chain names, and what acts are about."""
        return digest(self.encode())


def check_numbers(*values: int) -> None:
    """Raise ProtocolError for a time or place that nothing has."""
    if max(values, default=0) > MAX_NUMBER:
        raise ProtocolError("a number out of range")


def _recipients(value: list[Any]) -> tuple[bytes, ...]:
    cbor.check(value, [ID_BYTES] * len(value))
    if not 0 < len(value) <= MAX_RECIPIENTS or any(one >= other for one, other in pairwise(value)):
        raise ProtocolError("a message has 1 to 64 recipients in rising order")
    return tuple(value)


def sign_header(header: Header, sign: Callable[[bytes], bytes]) -> bytes:
    """Return the header object ``[body, Sig]``; *sign* is the device's Ed25519 key."""
    body = header.encode()
    return signed(body, sign(body))


def sign_act(header: Header, sign: Callable[[str, bytes], bytes]) -> bytes:
    """Return the header object ``[body, HSig]`` of an act; *sign* is the device's hybrid key (use label, text)."""
    body = header.encode()
    return signed(body, sign(MSG, body))


def verify_header(data: bytes, public: sign.HybridPublic, *, act: bool) -> Header:
    """Return the header of a header object that *public* signed: by HSig where it is an act, by Sig where it is none.

    Raises TrustError("signature") or ProtocolError.
    """
    body, signature = split_signed(data)
    if act:
        public.verify(MSG, body, signature)
    else:
        sign.verify(public.ed25519, body, signature)
    return Header.decode(body)


def claimed(data: bytes) -> Header:
    """Return what a header object *claims*, to find whose key must have signed it; nothing is verified."""
    return Header.decode(split_signed(data)[0])


@dataclass(frozen=True)
class BlobRef:
    """Where a box lies that does not fit into a block: the first `length` bytes of the blob `id` (16 bytes)."""

    id: bytes
    length: int

    @property
    def size_class(self) -> int:
        """Index of the blob's size; raises ProtocolError where it would be none."""
        return size_class(self.length)


def size_class(length: int) -> int:
    """Return the smallest class of blob that takes *length* bytes; raises ProtocolError above the largest."""
    for index, size in enumerate(CLASSES):
        if length <= size:
            return index
    raise ProtocolError("more than a blob takes")


def padded(box: bytes) -> bytes:
    """Return the blob of a box: zeros up to the size of its class."""
    return box.ljust(CLASSES[size_class(len(box))], b"\0")


@dataclass(frozen=True)
class QueueOffer:
    """A queue of the sender's where the device `to` may write with `writer_seed`; of two the one with the later `made_ms` counts.

    Signed by its owner (*a co-recipient could else reseal the header with a queue of its own and draw the answers there*).
    """

    cert_hash: bytes
    to: bytes
    queue: bytes
    writer_seed: bytes = field(repr=False)
    made_ms: int

    def sign(self, sign: Callable[[bytes], bytes]) -> bytes:
        """Return the signed object."""
        body = cbor.encode([QUEUE, self.cert_hash, self.to, self.queue, self.writer_seed, self.made_ms])
        return signed(body, sign(body))

    @classmethod
    def verify(cls, data: bytes, ed25519_pk: bytes, cert_hash: bytes, to: bytes) -> QueueOffer:
        """Return the offer of the device with this key and certificate to the device *to*; raises TrustError, ProtocolError."""
        body, signature = split_signed(data)
        sign.verify(ed25519_pk, body, signature)
        offer = cls(*cbor.record(body, QUEUE, (HASH_BYTES, ID_BYTES, ID_BYTES, SEED_BYTES, int)))
        check_numbers(offer.made_ms)
        if offer.cert_hash != cert_hash or offer.to != to:
            raise TrustError("signature", "an offer to somebody else")
        return offer


@dataclass(frozen=True)
class Opened:
    """What a block held; nothing of it is verified. `box` is empty where `blob` says where it lies; `offer` may be empty."""

    header_object: bytes = field(repr=False)
    box: bytes = field(repr=False)
    blob: BlobRef | None
    offer: bytes = field(repr=False)


def fits(header_object: bytes, box: bytes) -> bool:
    """Tell whether the box goes into the block; else it goes into a blob, for all recipients alike."""
    return len(cbor.encode([ENVELOPE, header_object, box, [], b""])) + OFFER_ROOM <= MAX_ENVELOPE


def seal_block(
    prekey: tuple[int, bytes],
    device_id: bytes,
    header_object: bytes,
    content: bytes | BlobRef,
    offer: bytes = b"",
) -> bytes:
    """Return the block of 8,192 bytes for one device; *prekey* is its card's number and key.

    Raises TrustError("key-bad"), and ProtocolError for what does not fit (`fits`).
    """
    box, blob = (b"", [content.id, content.length]) if isinstance(content, BlobRef) else (content, [])
    return seal_text(prekey, device_id, cbor.encode([ENVELOPE, header_object, box, blob, offer]))


def seal_text(prekey: tuple[int, bytes], device_id: bytes, text: bytes) -> bytes:
    """Return the block of any CBOR *text*, at most `MAX_ENVELOPE` bytes."""
    if len(text) > MAX_ENVELOPE:
        raise ProtocolError("more than a block takes")
    number, public = prekey
    whole = (len(text).to_bytes(LENGTH_BYTES, "big") + text).ljust(TEXT_BYTES, b"\0")
    return bytes((VERSION,)) + number.to_bytes(4, "big") + seal.seal(public, _info(device_id, number), whole)


def _info(device_id: bytes, number: int) -> Sequence[object]:
    return [MSG, device_id, number]


def open_text(block: bytes, device_id: bytes, prekeys: Prekeys) -> bytes:
    """Return the text of a block; raises TrustError "prekey-unknown" (its private half is gone) or "seal-broken", or ProtocolError."""
    if len(block) != BLOCK_BYTES or block[0] != VERSION:
        raise ProtocolError("not a block of this version")
    number = int.from_bytes(block[1:HEAD_BYTES], "big")
    if number not in prekeys:
        raise TrustError("prekey-unknown")
    whole = prekeys[number].open(_info(device_id, number), block[HEAD_BYTES:])
    length = int.from_bytes(whole[:LENGTH_BYTES], "big")
    text, rest = whole[LENGTH_BYTES : LENGTH_BYTES + length], whole[LENGTH_BYTES + length :]
    if len(whole) != TEXT_BYTES or len(text) != length or rest.strip(b"\0"):
        raise ProtocolError("a block is filled with zeros")
    return text


def open_block(block: bytes, device_id: bytes, prekeys: Prekeys) -> Opened:
    """Open a block sealed to one of the own *prekeys*; raises as `open_text`."""
    values = cbor.record(open_text(block, device_id, prekeys), ENVELOPE, (bytes, bytes, list, bytes))
    header_object, box, blob, offer = values
    if bool(blob) == bool(box):
        raise ProtocolError("a box is either in the block or in a blob")
    return Opened(header_object, box, _blob(blob) if blob else None, offer)


def _blob(value: list[Any]) -> BlobRef:
    cbor.check(value, (ID_BYTES, int))
    blob = BlobRef(*value)
    if blob.length <= BOX_OVERHEAD or blob.length > CLASSES[-1]:
        raise ProtocolError("a box of a size that none has")
    return blob
