"""Checks of admission proofs: Ed25519 by PyNaCl, which refuses low-order keys (docs/protocol.md §8)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey

from media import mailwire, wire

SIGNATURE_BYTES = 64


@dataclass(frozen=True)
class Binding:
    """What ties a proof to one connection of one relay."""

    nonce: bytes
    cert_hash: bytes

    def holds(
        self, purpose: int, room_id: bytes, rest: bytes, proofs: bytes, keys: tuple[bytes, ...]
    ) -> bool:
        """Tell whether *proofs* are signatures by *keys*, in order."""
        text = wire.admission_text(purpose, self.nonce, self.cert_hash, room_id, rest)
        parts = [proofs[i : i + SIGNATURE_BYTES] for i in range(0, len(proofs), SIGNATURE_BYTES)]
        try:
            for key, signature in zip(keys, parts, strict=True):
                VerifyKey(key).verify(text, signature)
        except (CryptoError, ValueError):
            return False
        return True


def may_open(message: wire.Open, binding: Binding, organisation_keys: frozenset[bytes]) -> bool:
    """Tell whether a host proved room key, admin key, a known organisation's relay key, and its slot's key."""
    slot_pk = dict(message.table).get(message.slot)
    if (
        slot_pk is None
        or message.relay_pk not in organisation_keys
        or not _names(message.room_pk, message.room_id)
    ):
        return False
    keys = (message.room_pk, message.admin_pk, message.relay_pk, slot_pk)
    return binding.holds(wire.OPEN, message.room_id, message.rest, message.proofs, keys)


def may_knock(message: wire.Knock, binding: Binding) -> bool:
    """Tell whether a knocker proved the room key and its slot key."""
    keys = (message.room_pk, message.slot_pk)
    return _names(message.room_pk, message.room_id) and binding.holds(
        wire.KNOCK, message.room_id, message.rest, message.proofs, keys
    )


def may_resume(message: wire.Resume, binding: Binding, slot_pk: bytes) -> bool:
    """Tell whether the key that the table holds for the slot signed."""
    return binding.holds(wire.RESUME, message.room_id, message.rest, message.proofs, (slot_pk,))


def may_store(message: wire.StoreBlob, binding: Binding, organisation_keys: frozenset[bytes]) -> bool:
    """Tell whether a known organisation's relay key signed for this blob."""
    rest = hashlib.sha256(message.data).digest()
    return message.relay_pk in organisation_keys and binding.holds(
        wire.STORE, message.tag, rest, message.proof, (message.relay_pk,)
    )


def may_enter(message: mailwire.Enter, binding: Binding, organisation_keys: frozenset[bytes]) -> bool:
    """Tell whether a known organisation's relay key signed to come to the mailboxes."""
    return message.relay_pk in organisation_keys and binding.holds(
        mailwire.ENTER, mailwire.NOBODY, b"", message.proof, (message.relay_pk,)
    )


def _names(room_pk: bytes, room_id: bytes) -> bool:
    return hashlib.sha256(room_pk).digest()[:16] == room_id
