"""The host's side of the door (docs/protocol.md §5): challenges, requests, and who needs a click."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from media.errors import TrustError
from media.keys.sign import Signer, signed
from media.room.ground import CERTIFIED
from media.room.knocker import ANSWER, HINT_BYTES, REFUSED, Standing, knock_head, knock_info
from media.room.messages import HASH, Answer, Challenge, Hail, JoinBody, Knock, digest, peek
from media.room.shown import Knocker

if TYPE_CHECKING:
    from media.keys.certs import Verdict
    from media.keys.seal import XWing
    from media.room.ground import Ground

CHALLENGE_MS = 60_000
MAX_WAITING = 16
MAX_CHALLENGES = 256
REFUSALS = ("refused", "locked", "full", "not-allowed", "no-guests")


@dataclass(frozen=True)
class Given:
    """A challenge that a knocker may answer once."""

    challenge: bytes
    link_hash: bytes
    slot_pk: bytes
    until_ms: int


@dataclass(frozen=True)
class Visitor:
    """Somebody whose request was verified."""

    knock: int
    obj: bytes = field(repr=False)
    join: JoinBody = field(repr=False)
    certificate: bytes = field(repr=False)
    verdict: Verdict
    since_ms: int


class Lobby:
    """Challenges and visitors of one host of one call."""

    def __init__(self, ground: Ground, standing: Standing, cs: Signer, kx: XWing) -> None:
        self._ground, self.standing, self._cs, self._kx = ground, standing, cs, kx
        self._given: dict[int, list[Given]] = {}
        self._spent: set[bytes] = set()
        self.waiting: dict[int, Visitor] = {}

    def answer(self, now_ms: int, knock: int, slot_pk: bytes, hail: bytes, at: tuple[int, bytes]) -> bytes:
        """Return the boxed answer to a hail; *at* is the newest link's number and hash. Raises TrustError, ProtocolError."""
        nonce = Hail.decode(self._ground.door_text(hail)).nonce
        self._forget(now_ms)
        if len(self._given) >= MAX_CHALLENGES:
            raise TrustError("full")
        given = Given(os.urandom(HASH), at[1], slot_pk, now_ms + CHALLENGE_MS)
        self._given[knock] = [*self._given.get(knock, []), given][-2:]
        return self._proof(at, given.challenge, slot_pk, nonce)

    def vouch(self, at: tuple[int, bytes], knocker: bytes, hail: bytes) -> bytes:
        """Return the boxed answer to a hail of a member of another call; its challenge opens nothing."""
        nonce = Hail.decode(self._ground.door_text(hail)).nonce
        return self._proof(at, os.urandom(HASH), knocker, nonce)

    def _proof(self, at: tuple[int, bytes], challenge: bytes, slot_pk: bytes, nonce: bytes) -> bytes:
        """Return a boxed Answer: this call stands, now, says its host."""
        standing = self.standing
        body = Challenge(digest(standing.obj), *at, challenge, slot_pk, nonce).encode()
        text = Answer(
            standing.obj, standing.certificates, standing.handovers, signed(body, self._cs.sign(body))
        ).encode()
        return self._ground.door_box(ANSWER, text)

    def ask_in(self, now_ms: int, knock: int, slot_pk: bytes, data: bytes, retired: set[bytes]) -> Visitor:
        """Verify a knock; its challenge and its `cs_pk` are spent, whatever comes. Raises TrustError, ProtocolError."""
        self._forget(now_ms)
        given, text = self._open(knock, data)
        asked = Knock.decode(text)
        verdict = self._ground.judge(asked.certificate)
        self._ground.learn(asked.certificate)
        if peek(asked.join).cert_hash != verdict.hash:
            raise TrustError("join-forged", "not its certificate")
        _, join = self._ground.verify_join(self.standing.call, asked.join)
        proof = join.challenge, join.link_hash, join.slot_pk
        if proof != (given.challenge, given.link_hash, slot_pk):
            raise TrustError("join-forged", "not the answer to its challenge")
        if given.slot_pk != slot_pk or digest(join.cs_pk) in self._spent | retired:
            raise TrustError("join-forged", "a key that was here before")
        self._spent.add(digest(join.cs_pk))
        return Visitor(knock, asked.join, join, asked.certificate, verdict, self._ground.wall_s() * 1000)

    def _open(self, knock: int, data: bytes) -> tuple[Given, bytes]:
        for given in reversed(self._given.pop(knock, [])):
            try:
                info = knock_info(self.standing.call, given.challenge)
                return given, self._kx.open(info, data[1 + HINT_BYTES :])
            except TrustError:
                continue
        raise TrustError("join-forged", "no challenge is open")

    def concerns(self, data: bytes) -> bool:
        """Whether a knock is for this call."""
        return data.startswith(knock_head(self.standing.call))

    def wait(self, visitor: Visitor) -> bool:
        """Let somebody wait for a click; False when 16 do already. The same device waits once."""
        for knock, other in list(self.waiting.items()):
            if other.verdict.ed25519_pk == visitor.verdict.ed25519_pk:
                del self.waiting[knock]
        if len(self.waiting) >= MAX_WAITING:
            return False
        self.waiting[visitor.knock] = visitor
        return True

    def gone(self, knock: int) -> bool:
        """Forget a knocker; True when it waited."""
        self._given.pop(knock, None)
        return self.waiting.pop(knock, None) is not None

    def refusal(self, reason: str) -> bytes:
        """Return the boxed word that turns somebody away."""
        return self._ground.door_box(REFUSED, bytes((REFUSALS.index(reason),)))

    def shown(self) -> list[Knocker]:
        """Return who waits, in order of coming."""
        return [_knocker(visitor) for visitor in self.waiting.values()]

    def _forget(self, now_ms: int) -> None:
        fresh = {
            knock: [one for one in given if one.until_ms > now_ms] for knock, given in self._given.items()
        }
        self._given = {knock: given for knock, given in fresh.items() if given}


def _knocker(visitor: Visitor) -> Knocker:
    who = visitor.verdict
    return Knocker(visitor.knock, who.name, who.role, who.specialty, who.level, visitor.since_ms, who.user)


def refusal_reason(text: bytes) -> str:
    """Read what `Lobby.refusal` boxed."""
    return REFUSALS[text[0]] if len(text) == 1 and text[0] < len(REFUSALS) else "refused"


def needs_click(visitor: Visitor, known: set[bytes], banned: set[bytes], *, admit_certified: bool) -> bool:
    """Whether the host must decide: not for devices that were in before, nor, if the host chose so, for certified ones."""
    who = visitor.verdict
    if who.ed25519_pk in banned or who.level == "changed":
        return True
    return who.ed25519_pk not in known and not (admit_certified and who.level in CERTIFIED)
