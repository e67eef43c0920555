"""Deposits for people without Consilium at the relay: left in pieces, asked after and taken back by their owner (docs/protocol.md §14)."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, TypeVar

from media import depositwire, wire
from media.errors import LinkLost
from media.link.control import Control

if TYPE_CHECKING:
    from collections.abc import Callable

    from media.link.admission import OrganisationProof, RelayAddress, Sign

TIMEOUT_S = 30.0
PIECE = 64 * 1024
WINDOW = 4
"""Pieces under way: more would keep the line's heartbeat waiting where it is narrow."""
T = TypeVar("T", bound=wire.Message)


async def leave(
    address: RelayAddress,
    proof: OrganisationProof,
    draft: depositwire.Leave,
    sealed: BinaryIO,
    digest: bytes,
    told: Callable[[int], None] = lambda _: None,
) -> None:
    """Leave *sealed* (`draft.size` bytes, SHA-256 *digest*), or go on where an earlier call was cut; *told* hears how many bytes are there.

    *draft* is without proof. On the relay's disk once this returns. `LinkLost`, `LinkRefused` (not-allowed, taken, quota, damaged, busy).
    """
    control = await Control.connect(address, path=depositwire.PATH)
    try:
        text = depositwire.proof_text(depositwire.LEAVE, control.nonce, control.cert_hash, draft)
        control.send(_proven(draft, proof.sign(text)))
        there = (await control.answer(depositwire.DOWN, depositwire.Here, TIMEOUT_S)).size
        await _send(control, sealed, there, draft.size, told)
        control.send(depositwire.End(digest))
        await control.answer(depositwire.DOWN, depositwire.Fine, TIMEOUT_S)
    finally:
        await control.close()


async def standing(address: RelayAddress, deposit: bytes, sign: Sign) -> depositwire.Stands:
    """Ask how a deposit stands, as its owner; `LinkLost`, `LinkRefused` (unknown)."""
    return await _ask(address, deposit, 0, sign, depositwire.Stands)


async def take_back(address: RelayAddress, deposit: bytes, sign: Sign) -> None:
    """Take a deposit back: nothing of it stays at the relay; `LinkLost`, `LinkRefused` (unknown)."""
    await _ask(address, deposit, 1, sign, depositwire.Fine)


def _proven(draft: depositwire.Leave, proof: bytes) -> depositwire.Leave:
    named = (draft.id, draft.verifier, draft.owner_pk, draft.relay_pk)
    return depositwire.Leave(*named, proof, draft.size, draft.life_s, draft.single)


async def _send(
    control: Control, sealed: BinaryIO, there: int, size: int, told: Callable[[int], None]
) -> None:
    """Send what is missing, a few pieces ahead of what the relay says it has."""
    if there > size:
        raise LinkLost("unreachable")
    sealed.seek(there)
    sent = there
    told(there)
    while there < size:
        while sent < size and sent - there < WINDOW * PIECE:
            piece = sealed.read(PIECE)
            if not piece:
                raise EOFError("the sealed file is shorter than was said")
            control.send(depositwire.Put(sent, piece))
            sent += len(piece)
        now = (await control.answer(depositwire.DOWN, depositwire.Here, TIMEOUT_S)).size
        if not there < now <= sent:
            raise LinkLost("lost")
        there = now
        told(there)


async def _ask(address: RelayAddress, deposit: bytes, drop: int, sign: Sign, kind: type[T]) -> T:
    control = await Control.connect(address, path=depositwire.PATH)
    try:
        draft = depositwire.Ask(deposit, drop, b"")
        text = depositwire.proof_text(depositwire.OWN, control.nonce, control.cert_hash, draft)
        control.send(depositwire.Ask(deposit, drop, sign(text)))
        return await control.answer(depositwire.DOWN, kind, TIMEOUT_S)
    finally:
        await control.close()
