"""Encrypted invitations at the relay: put under the organisation's relay key, fetched by whoever knows the tag."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from media import wire
from media.link.control import Control

if TYPE_CHECKING:
    from media.link.admission import OrganisationProof, RelayAddress

TIMEOUT_S = 5.0


async def put_blob(address: RelayAddress, proof: OrganisationProof, tag: bytes, data: bytes) -> None:
    """Store *data* (≤ 64 KiB) under *tag* (16 B), on disk once this returns; `LinkLost`, `LinkRefused` (not-allowed, taken, quota)."""
    control = await Control.connect(address)
    try:
        rest = hashlib.sha256(data).digest()
        signature = proof.sign(wire.admission_text(wire.STORE, control.nonce, control.cert_hash, tag, rest))
        control.send(wire.StoreBlob(tag, proof.relay_pk, signature, data))
        await control.answer(wire.DOWN, wire.BlobStored, TIMEOUT_S)
    finally:
        await control.close()


async def get_blob(address: RelayAddress, tag: bytes) -> bytes:
    """Fetch what lies under *tag*; `LinkLost`, `LinkRefused` (link-unknown)."""
    control = await Control.connect(address)
    try:
        control.send(wire.FetchBlob(tag))
        return (await control.answer(wire.DOWN, wire.Blob, TIMEOUT_S)).data
    finally:
        await control.close()
