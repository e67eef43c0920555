"""The joiner's side of the door (docs/protocol.md §5): hail, judge the calls that answer, ask the best one in."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from media.errors import TrustError
from media.keys.seal import XWing, seal
from media.keys.sign import Signer
from media.room.ground import check_kx
from media.room.messages import (
    HANDOVER,
    NONCE,
    Answer,
    Challenge,
    Genesis,
    Hail,
    JoinBody,
    Knock,
    Link,
    Welcome,
    digest,
    open_signed,
    pack_join,
    peek,
)
from media.room.roster import Roster, Seat

if TYPE_CHECKING:
    from media.keys.certs import Verdict
    from media.room.ground import Ground

HAIL, ANSWER, JOIN, WELCOME, REFUSED, HERE = range(6)
"""First byte of what is said at the door; JOIN and WELCOME are sealed, the rest is boxed under the door key."""
HINT_BYTES = 8
HAIL_MS = 2_500
CHOOSE_MS = 500
SILENCE_MS = 20_000


@dataclass(frozen=True)
class Standing:
    """A call that was judged: who opened it with which rank, and who holds the pen now."""

    genesis: Genesis
    obj: bytes = field(repr=False)
    certificates: tuple[bytes, ...] = field(repr=False)
    opener: Verdict
    rank: int
    host: bytes
    host_kx: bytes = field(repr=False)
    host_cs: bytes = field(repr=False)
    handovers: tuple[tuple[bytes, bytes], ...] = field(default=(), repr=False)

    @property
    def call(self) -> bytes:
        """The call's id."""
        return self.genesis.call

    @property
    def order(self) -> tuple[int, bytes]:
        """The lowest wins: by rank, then by the smaller call id."""
        return self.rank, self.call

    def handed(self, link: bytes, seat: Seat, certificate: bytes = b"") -> Standing:
        """Return the call after the pen went to *seat* with *link*; newcomers will need the new host's *certificate*."""
        pairs = (*self.handovers, (link, seat.obj))
        known = (*self.certificates, certificate) if certificate else self.certificates
        return replace(
            self, host=seat.m, host_kx=seat.kx_pk, host_cs=seat.cs_pk, handovers=pairs, certificates=known
        )


def judge_genesis(ground: Ground, obj: bytes, certificates: tuple[bytes, ...]) -> Standing:
    """Judge a Genesis; raises TrustError, ProtocolError."""
    opener, genesis, rank = ground.verify_genesis(obj, certificates)
    return Standing(genesis, obj, certificates, opener, rank, digest(obj), genesis.kx_pk, genesis.cs_pk)


def judge_answer(
    ground: Ground, text: bytes, knocker: bytes, nonces: tuple[bytes, ...]
) -> tuple[Standing, Challenge]:
    """Judge what answers a hail of *knocker* with one of *nonces*: the call and the fresh word of its present host."""
    answer = Answer.decode(text)
    standing = judge_genesis(ground, answer.genesis, answer.certificates)
    for link, obj in answer.handovers:
        standing = _handed_over(standing, link, obj)
    challenge = Challenge.decode(open_signed(standing.host_cs, answer.challenge))
    named = challenge.genesis_hash, challenge.knocker
    if named != (digest(answer.genesis), knocker) or challenge.nonce not in nonces:
        raise TrustError("call-refused", "an old answer, or another's")
    for certificate in answer.certificates:
        ground.learn(certificate)
    return standing, challenge


def _handed_over(standing: Standing, data: bytes, obj: bytes) -> Standing:
    """Follow one handover of the pen: the old host's signature names the member that H(obj) is."""
    link = Link.decode(open_signed(standing.host_cs, data))
    m = digest(obj)
    named = any(op.kind == HANDOVER and op.m == m for op in link.ops)
    if link.call != standing.call or link.by != standing.host or not named:
        raise TrustError("call-refused", "a handover that is none")
    new = peek(obj)
    check_kx(new.kx_pk)
    return standing.handed(data, Seat(0, m, obj, new.kx_pk, new.cs_pk))


def welcome_info(call: bytes, obj: bytes) -> list[object]:
    """Return the HPKE `info` of a Welcome."""
    return ["CSL1/welcome", call, digest(obj)]


def knock_head(call: bytes) -> bytes:
    """Return what precedes a sealed knock: which call it is for, as two hosts may stand at one door."""
    return bytes((JOIN,)) + digest(call)[:HINT_BYTES]


def knock_info(call: bytes, challenge: bytes) -> list[object]:
    """Return the HPKE `info` of a knock."""
    return ["CSL1/knock", call, challenge]


@dataclass
class Keys:
    """The keys of one life in one call; they die with it."""

    kx: XWing
    cs: Signer
    slot: Signer

    @classmethod
    def generate(cls, slot: Signer | None = None) -> Keys:
        """Draw them."""
        return cls(XWing.generate(), Signer.generate(), slot or Signer.generate())


@dataclass(frozen=True)
class Entry:
    """How I came in: what the in-call part begins with."""

    standing: Standing
    keys: Keys
    obj: bytes
    roster: Roster
    admin_seed: bytes = field(repr=False)


class Knocker:
    """Knocks with one relay key until it is let in. Methods return what to say at the door."""

    def __init__(self, ground: Ground, now_ms: int) -> None:
        self._ground = ground
        self.slot_key = Signer.generate()
        self._nonces = b"", b""
        self._next_hail_ms = now_ms
        self._choose_ms: int | None = None
        self._heard_ms = now_ms
        self._best: tuple[Standing, Challenge] | None = None
        self._asked: Standing | None = None
        self._body = self.obj = b""
        self._keys: Keys | None = None
        self.answered = False

    def begin(self, now_ms: int) -> None:
        """Stand at the door, once more perhaps: the host knows nothing of what was said before."""
        self._best = self._asked = self._choose_ms = None
        self._next_hail_ms = self._heard_ms = now_ms
        self.answered = False

    def tick(self, now_ms: int) -> tuple[list[bytes], bytes]:
        """Return what to say now, and the JoinReq body that the device key shall sign (or b"")."""
        said = []
        if now_ms >= self._next_hail_ms:
            self._nonces = self._nonces[1], os.urandom(NONCE)
            self._next_hail_ms = now_ms + HAIL_MS
            said.append(self._ground.door_box(HAIL, Hail(self._nonces[1]).encode()))
        if now_ms - self._heard_ms > SILENCE_MS:
            self.answered = False
            self._asked = None
        return said, self._choose(now_ms)

    def answer(self, now_ms: int, data: bytes) -> None:
        """Take an answer to one of the last two hails; raises TrustError, ProtocolError for one that is none."""
        standing, challenge = judge_answer(
            self._ground, self._ground.door_text(data), self.slot_key.public, self._nonces
        )
        self.answered, self._heard_ms = True, now_ms
        if self._asked and (self._asked.call, self._asked.host) == (standing.call, standing.host):
            return
        if self._asked and self._asked.order < standing.order:
            return
        if self._best is None or standing.order <= self._best[0].order:
            self._best = standing, challenge
        if self._choose_ms is None:
            self._choose_ms = now_ms + (CHOOSE_MS if standing.rank else 0)

    def _choose(self, now_ms: int) -> bytes:
        if self._best is None or self._choose_ms is None or now_ms < self._choose_ms:
            return b""
        (self._asked, challenge), self._best, self._choose_ms = self._best, None, None
        keys = self._keys = Keys.generate(self.slot_key)
        anchor = self._ground.plan.trust
        self._challenge = challenge
        self._body = JoinBody(
            self._asked.call,
            challenge.link_hash,
            challenge.challenge,
            keys.kx.public,
            keys.cs.public,
            self._ground.me.hash,
            keys.slot.public,
            anchor.head_height,
            anchor.head_hash,
        ).encode()
        return self._body

    def signed(self, signature: bytes) -> bytes:
        """Return the knock to say, now that the device key has signed the request."""
        if self._asked is None:
            return b""
        self.obj = pack_join(self._body, signature, self._ground.room.knock_key)
        text = Knock(self.obj, self._ground.plan.certificate).encode()
        info = knock_info(self._asked.call, self._challenge.challenge)
        return knock_head(self._asked.call) + seal(self._asked.host_kx, info, text)

    def welcome(self, data: bytes) -> Entry:
        """Open a Welcome and check that it lets in whom we sent; raises TrustError, ProtocolError."""
        if self._asked is None or self._keys is None:
            raise TrustError("ghost", "a welcome that nobody asked for")
        text = self._keys.kx.open(welcome_info(self._asked.call, self.obj), data[1:])
        welcome = Welcome.decode(text)
        roster, link = Roster.enter(welcome.link, self._asked.host_cs, welcome.roster)
        if link.call != self._asked.call or link.by != self._asked.host or link.n < self._challenge.n:
            raise TrustError("ghost", "an old link, or another call's")
        if roster.find(digest(self.obj)) is None:
            raise TrustError("ghost", "a roster without me")
        roster.retired, roster.locked = set(welcome.retired), welcome.locked
        return Entry(self._asked, self._keys, self.obj, roster, welcome.admin_seed)
