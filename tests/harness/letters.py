"""Desks that seal and open messages without vault or network: the machines of media.mail as app.post joins them, in memory."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from media.errors import TrustError
from media.keys import envelope
from media.keys.certs import DeviceCert, DeviceKeys
from media.keys.envelope import Content, Header, Opened
from media.keys.issuers import DAY_S, Issuer
from media.keys.seal import XWing
from media.keys.sign import HybridSigner
from media.mail import bodies, convs, receiving, say
from media.mail.receiving import Author, Chain, Judged, Verdict
from media.mail.types import RULES, rule
from tests.harness.chains import after

NOW_MS = 1_800_000_000_000
ROOT, ISSUING = HybridSigner.generate(), HybridSigner.generate()
ISSUER = Issuer.issue(
    ROOT, ISSUING.public, serial=1, not_before=NOW_MS // 1000, not_after=NOW_MS // 1000 + 200 * DAY_S
)


def certify(keys: DeviceKeys, user: bytes, role: str = "doctor", name: str = "Dr Anne Le Goff") -> DeviceCert:
    return DeviceCert.issue(
        ISSUING,
        org=ISSUER.org,
        user=user,
        name=name,
        role=role,
        specialty="",
        device_id=keys.device_id,
        public=keys.public,
        serial=1,
        not_before=NOW_MS // 1000,
        not_after=NOW_MS // 1000 + 90 * DAY_S,
    )


@dataclass
class Letter:
    """A header object and the box that it signs."""

    header: Header
    object: bytes
    box: bytes


@dataclass
class Taken:
    """What became of a block."""

    judged: Judged
    header: Header
    body: object = None


@dataclass
class Desk:
    """A device with its newest pre-key; what it keeps is in plain dictionaries."""

    user: bytes = field(default_factory=lambda: os.urandom(16))
    role: str = "doctor"

    def __post_init__(self) -> None:
        self.keys = DeviceKeys.generate()
        self.cert = certify(self.keys, self.user, self.role)
        self.prekeys = {1: XWing.generate()}
        self.own: dict[bytes, tuple[bytes, int, bytes]] = {}
        self.chains: dict[tuple[bytes, bytes], Chain] = {}
        self.seen: set[tuple[bytes, bytes]] = set()

    @property
    def id(self) -> bytes:
        return self.keys.device_id

    @property
    def prekey(self) -> tuple[int, bytes]:
        number = max(self.prekeys)
        return number, self.prekeys[number].public

    def head(self, body, to, *, conv=b"", now_ms=NOW_MS, devices=(), **changed) -> tuple[Header, Content]:
        """Number a message to these users; *devices* are the audience beside them."""
        recipients = tuple(sorted({user for user in to if user != self.user})) or (self.user,)
        conv = conv or convs.direct(self.user, recipients[0])
        number = changed.pop("type", None) or int(body.TYPE)
        receipted = number not in RULES or rule(number).receipted
        key = convs.chain_key(conv, recipients, devices, receipted=receipted)
        chain, seq, prev = self.own.get(key, (os.urandom(16), 0, b""))
        content = Content.seal(body if isinstance(body, bytes) else body.encode())
        fields = {
            "type": number,
            "conv": conv,
            "msg_id": os.urandom(16),
            "cert_hash": self.cert.hash,
            "recipients": recipients,
            "chain": chain,
            "seq": seq,
            "prev_hash": prev,
            "sent_ms": now_ms,
            "expires_s": 0,
            "head_height": 1,
            "head_hash": bytes(32),
            "content_key": content.key,
            "content_hash": content.digest,
        }
        header = Header(**fields | changed)
        self.own[key] = (chain, seq + 1, header.hash)
        return header, content

    def write(self, body, to, **how) -> Letter:
        header, content = self.head(body, to, **how)
        return Letter(header, self.sign(header), content.box)

    def sign(self, header: Header) -> bytes:
        act = header.type in RULES and rule(header.type).act
        if act:
            return envelope.sign_act(header, self.keys.hybrid.sign)
        return envelope.sign_header(header, self.keys.signer.sign)

    def open(self, block: bytes) -> Opened:
        return envelope.open_block(block, self.id, self.prekeys)

    def take(self, block: bytes, *authors: Desk, now_ms: int = NOW_MS) -> Taken:
        """Open, verify, judge and keep what came; raises TrustError or ProtocolError for what counts for nothing."""
        opened = self.open(block)
        claimed = envelope.claimed(opened.header_object)
        author = next((one for one in authors if one.cert.hash == claimed.cert_hash), None)
        if author is None:
            raise TrustError("certificate-unknown")
        act = rule(claimed.type).act
        header = envelope.verify_header(opened.header_object, author.cert.public, act=act)
        place = (author.id, header.chain)
        chain = self.chains.get(place, Chain())
        who = Author(author.user, author.cert.role, author.id)
        seen = (author.id, header.msg_id) in self.seen
        judged = receiving.judge(header, who, self.user, chain, now_ms, seen=seen)
        if judged.verdict not in (Verdict.TAKE, Verdict.EXPIRED):
            return Taken(judged, header)
        text = envelope.open_content(header, opened.box)
        body = say.parse(header.type, text) if judged.verdict == Verdict.TAKE else None
        self.chains[place] = after(chain, header)
        self.seen.add((author.id, header.msg_id))
        return Taken(judged, header, body)


def block(letter: Letter, to: Desk, offer: bytes = b"") -> bytes:
    """Seal a letter to a desk's newest pre-key."""
    return envelope.seal_block(to.prekey, to.id, letter.object, letter.box, offer)


def text(words: str = "Bonjour") -> bodies.Text:
    return bodies.Text(words)
