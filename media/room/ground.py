"""What stays the same over all calls of one meeting: the invitation, who I am, whom I trust, the room's keys."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from media.errors import ProtocolError, TrustError
from media.keys import certs, seal
from media.keys.invite import Invite, RoomKeys, room_keys
from media.keys.sign import digest
from media.room.messages import Genesis, JoinBody, open_join, open_signed, peek

if TYPE_CHECKING:
    from collections.abc import Callable

    from media.room.plan import JoinPlan

CERTIFIED = ("certified", "verified")


def _wall_s() -> int:
    return int(time.time())


@dataclass
class Ground:
    """Judges what comes; `certificates` are all that were seen, by hash."""

    plan: JoinPlan
    invite: Invite
    trust: certs.Trust
    me: certs.Verdict
    occurrence: int
    room: RoomKeys = field(repr=False)
    door_key: bytes = field(repr=False)
    wall_s: Callable[[], int]
    certificates: dict[bytes, bytes] = field(repr=False)

    @classmethod
    def of(
        cls, plan: JoinPlan, invitation: Invite, organiser: bytes, wall_s: Callable[[], int] = _wall_s
    ) -> Ground:
        """Verify the invitation and the own certificate; raises TrustError or ProtocolError.

        TrustError("invite-forged"): not by its organiser; "invite-expired", "clock": not now. Guests judge with the trust that they were given.
        Which date of a series is meant is decided here, once.
        """
        anchor = plan.trust
        trust = certs.Trust(
            roots=anchor.roots,
            issuers=anchor.issuers,
            certificates=anchor.certificates,
            revoked=anchor.revoked,
            verified=anchor.verified,
            head_time=anchor.head_time,
        )
        invitation.verify_organiser(organiser, trust, wall_s())
        me = trust.judge(plan.certificate, wall_s())
        known = {digest(data): data for data in (*anchor.certificates, plan.certificate, organiser)}
        number = invitation.terms.occurrence(wall_s())
        room = room_keys(plan.secret, number)
        door = seal.hkdf(plan.secret, ["CSL1/door", number])
        return cls(plan, invitation, trust, me, number, room, door, wall_s, known)

    @property
    def order(self) -> tuple[bytes, ...]:
        """User ids that may open a call, best first, as this participant would name them."""
        hosts = self.invite.hosts
        return hosts + tuple(user for user in self.plan.successors if user not in hosts)

    def judge(self, certificate: bytes) -> certs.Verdict:
        """Say whose certificate it is; raises TrustError, ProtocolError."""
        return self.trust.judge(certificate, self.wall_s())

    def learn(self, certificate: bytes) -> None:
        """Keep a certificate that was asked for."""
        self.certificates[digest(certificate)] = certificate

    def forked(self, join: JoinBody) -> bool:
        """Whether a joiner's directory has another head of the height that we have: two directories, one is a lie."""
        mine = self.plan.trust
        return bool(
            mine.head_hash and join.head_height == mine.head_height and join.head_hash != mine.head_hash
        )

    def door_box(self, kind: int, text: bytes) -> bytes:
        """Box what is said at the door: those who have the link read it, the relay does not."""
        return bytes((kind,)) + seal.box(self.door_key, text, bytes((kind,)))

    def door_text(self, data: bytes) -> bytes:
        """Open what was said at the door, kind byte first; raises TrustError."""
        return seal.unbox(self.door_key, data[1:], data[:1])

    def verify_join(self, call: bytes, obj: bytes) -> tuple[certs.Verdict, JoinBody]:
        """Verify a join object for *call* whose certificate is known; raises TrustError, ProtocolError, KeyError.

        TrustError("no-guests") where the invitation has none: asked by the host at the door, by all of whoever is seated.
        """
        certificate = self.certificates[peek(obj).cert_hash]
        verdict = self.judge(certificate)
        if verdict.level == "guest" and not self.invite.terms.guests:
            raise TrustError("no-guests")
        join = open_join(obj, verdict.ed25519_pk, self.room.knock_key)
        if join.call != call or join.cert_hash != verdict.hash:
            raise TrustError("join-forged", "another call or certificate")
        check_kx(join.kx_pk)
        return verdict, join

    def verify_genesis(
        self, obj: bytes, certificates: tuple[bytes, ...]
    ) -> tuple[certs.Verdict, Genesis, int]:
        """Verify a Genesis by its opener's certificate (and its parent's opener's); return opener, Genesis, rank.

        Raises TrustError("call-refused") unless the opener is a listed host of the invitation's organisation, or is named
        by the Genesis of one.
        """
        if not certificates:
            raise TrustError("call-refused", "no certificate")
        opener = self.judge(certificates[0])
        genesis = Genesis.decode(open_signed(opener.ed25519_pk, obj))
        check_kx(genesis.kx_pk)
        at = genesis.invite_hash, genesis.occurrence
        if opener.level == "guest" or genesis.cert_hash != opener.hash or opener.org != self.invite.org:
            raise TrustError("call-refused", "not by its certificate")
        if at != (self.invite.hash, self.occurrence):
            raise TrustError("call-refused", "another meeting")
        hosts = self.invite.hosts
        if opener.user in hosts:
            return opener, genesis, hosts.index(opener.user)
        succession = self._parent(genesis, certificates)
        if opener.user not in succession:
            raise TrustError("call-refused", "no successor")
        return opener, genesis, len(hosts) + succession.index(opener.user)

    def _parent(self, genesis: Genesis, certificates: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """Return the succession that a listed host's Genesis named."""
        if not genesis.parent or len(certificates) < 2:
            raise TrustError("call-refused", "neither host nor successor")
        host = self.judge(certificates[1])
        if host.user not in self.invite.hosts:
            raise TrustError("call-refused", "a parent that is no host's")
        return self.verify_genesis(genesis.parent, certificates[1:])[1].succession


def check_kx(public: bytes) -> None:
    """Raise TrustError("key-bad") for a key that nothing can be sealed to: it would fail in the middle of a rekey."""
    seal.seal(public, ["CSL1/try"], b"")


def host_certificates(ground: Ground, genesis: Genesis, opener: bytes) -> tuple[bytes, ...]:
    """Return the certificates that an Answer carries for this Genesis."""
    if not genesis.parent:
        return (opener,)
    try:
        parent = ground.certificates[peek(genesis.parent).cert_hash]
    except KeyError as error:
        raise ProtocolError("the parent's opener is unknown") from error
    return opener, parent
