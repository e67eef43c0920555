"""Where the relay is, and what proves to it that one may come in (docs/protocol.md §8)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from media import wire

Sign = Callable[[bytes], bytes]
"""Text -> Ed25519 signature, 64 B. The link never sees the key behind it."""


@dataclass(frozen=True)
class RelayAddress:
    """The relay's control port. Its certificate is checked against *pin* (SHA-256 of DER), else *ca* (PEM text), else the system's."""

    host: str
    port: int
    pin: bytes = b""
    ca: str = ""
    force_tls: bool = False


@dataclass
class Host:
    """What a host proves beside: the admin key, the organisation's relay key, and the table that the relay shall know.

    *table* is asked at every (re)opening: slot -> slot_pk, the own one included. *fresh*: open only if there is no room yet
    (refused with `room-open` otherwise); forgotten once open.
    """

    admin_pk: bytes
    sign_admin: Sign
    relay_pk: bytes
    sign_relay: Sign
    slot: int
    table: Callable[[], dict[int, bytes]]
    fresh: bool = True


@dataclass
class Admission:
    """Keys of one device in one room, as public halves and signers. With *host* the link opens, without it knocks."""

    room_pk: bytes
    sign_room: Sign
    slot_pk: bytes
    sign_slot: Sign
    host: Host | None = None

    @property
    def room_id(self) -> bytes:
        """H(room_pk)[:16]."""
        return hashlib.sha256(self.room_pk).digest()[:16]

    def open(self, nonce: bytes, cert_hash: bytes) -> wire.Open:
        """Make the message that opens the room, or comes back to it as a host."""
        host = self.host
        if host is None:
            raise ValueError("only a host opens a room")
        signers = (self.sign_room, host.sign_admin, host.sign_relay, self.sign_slot)
        keys = (self.room_id, self.room_pk, host.admin_pk, host.relay_pk)
        table = sorted(host.table().items())
        draft = wire.Open(*keys, int(host.fresh), host.slot, b"", table)
        proofs = self._proofs(wire.OPEN, nonce, cert_hash, draft.rest, signers)
        return wire.Open(*keys, int(host.fresh), host.slot, proofs, table)

    def knock(self, nonce: bytes, cert_hash: bytes) -> wire.Knock:
        """Make the message that asks to stand at the door."""
        signers = (self.sign_room, self.sign_slot)
        proofs = self._proofs(wire.KNOCK, nonce, cert_hash, self.slot_pk, signers)
        return wire.Knock(self.room_id, self.room_pk, self.slot_pk, proofs)

    def resume(self, nonce: bytes, cert_hash: bytes, slot: int) -> wire.Resume:
        """Make the message that takes *slot* again."""
        rest = wire.Resume(self.room_id, slot, b"").rest
        return wire.Resume(
            self.room_id, slot, self._proofs(wire.RESUME, nonce, cert_hash, rest, (self.sign_slot,))
        )

    def _proofs(
        self, purpose: int, nonce: bytes, cert_hash: bytes, rest: bytes, signers: tuple[Sign, ...]
    ) -> bytes:
        text = wire.admission_text(purpose, nonce, cert_hash, self.room_id, rest)
        return b"".join(sign(text) for sign in signers)


@dataclass(frozen=True)
class OrganisationProof:
    """The organisation's relay key: its public half and a signer."""

    relay_pk: bytes
    sign: Sign
