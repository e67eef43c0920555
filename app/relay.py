"""What the window asks of a relay. The link is loaded when it is first asked: the lock does not wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from media.link import OrganisationProof, RelayAddress
    from media.link.probe import Seen
    from storage.identity import Relay


def address_of(relay: Relay) -> RelayAddress:
    """Return where and how a known relay is spoken to."""
    from media.link import RelayAddress  # noqa: PLC0415 -- as the module says, here and below

    return RelayAddress(relay.host, relay.port, relay.pin, relay.ca)


def proof_of(seed: bytes) -> OrganisationProof:
    """Return the proof that the organisation lets this desk leave something at its relay."""
    from media.keys.sign import Signer  # noqa: PLC0415
    from media.link import OrganisationProof  # noqa: PLC0415

    key = Signer(seed)
    return OrganisationProof(key.public, key.sign)


async def look(address: RelayAddress, now_s: Callable[[], float], *, thorough: bool = False) -> Seen:
    """Look at a relay without entering (media.link.probe)."""
    from media.link import probe  # noqa: PLC0415

    return await probe.look(address, now_s, thorough=thorough)


async def put_blob(address: RelayAddress, proof: OrganisationProof, tag: bytes, blob: bytes) -> None:
    """Leave an invitation at the relay (media.link.blobs)."""
    from media import link  # noqa: PLC0415

    await link.put_blob(address, proof, tag, blob)


async def get_blob(address: RelayAddress, tag: bytes) -> bytes:
    """Fetch an invitation from the relay (media.link.blobs)."""
    from media import link  # noqa: PLC0415

    return await link.get_blob(address, tag)
