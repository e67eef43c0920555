"""Encrypted invitations at the relay: put under the organisation's relay key, fetched by whoever knows the tag."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, TypeVar

from media import wire
from media.errors import LinkLost, LinkRefused, ProtocolError
from media.link.control import Control

if TYPE_CHECKING:
    from media.link.admission import OrganisationProof, RelayAddress

TIMEOUT_S = 5.0
T = TypeVar("T", bound=wire.Message)


async def put_blob(address: RelayAddress, proof: OrganisationProof, tag: bytes, data: bytes) -> None:
    """Store *data* (≤ 64 KiB) under *tag* (16 B), on disk once this returns; `LinkLost`, `LinkRefused` (not-allowed, taken, quota)."""
    control = await Control.connect(address)
    try:
        rest = hashlib.sha256(data).digest()
        signature = proof.sign(wire.admission_text(wire.STORE, control.nonce, control.cert_hash, tag, rest))
        control.send(wire.StoreBlob(tag, proof.relay_pk, signature, data))
        await _reply(control, wire.BlobStored)
    finally:
        await control.close()


async def get_blob(address: RelayAddress, tag: bytes) -> bytes:
    """Fetch what lies under *tag*; `LinkLost`, `LinkRefused` (link-unknown)."""
    control = await Control.connect(address)
    try:
        control.send(wire.FetchBlob(tag))
        return (await _reply(control, wire.Blob)).data
    finally:
        await control.close()


async def _reply(control: Control, kind: type[T]) -> T:
    try:
        message = wire.decode_down(await asyncio.wait_for(control.receive(), TIMEOUT_S))
    except (ProtocolError, TimeoutError) as error:
        raise LinkLost("unreachable") from error
    if isinstance(message, wire.Refused):
        raise LinkRefused(message.code)
    if not isinstance(message, kind):
        raise LinkLost("unreachable")
    return message
