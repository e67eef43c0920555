"""Letters left at the relay for a later time, and taken back (docs/protocol.md §12, Later). They are in no outbox."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from media.errors import LinkLost, LinkRefused, MediaError, ProtocolError
from media.keys.envelope import seal_block
from media.keys.sign import Signer

if TYPE_CHECKING:
    from app.post.desk import Desk
    from app.post.peers import Peers
    from app.post.writing import Draft
    from media.keys.certs import Verdict
    from media.link.mailbox import Mailbox
    from storage.messages.posting import NewLetter, Target

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sealed:
    """A signed letter in a chain of its own (`Writer.apart`), and to whom it is to go."""

    draft: Draft = field(repr=False)
    letter: NewLetter = field(repr=False)


@dataclass(frozen=True)
class Spot:
    """Where letters wait: a random name of 16 bytes, the seed of the key that cancels, Unix seconds at which they are let go."""

    place: bytes
    seed: bytes = field(repr=False)
    release_s: int


class Later:
    """Lays and cancels, for one opening of the desk."""

    def __init__(self, desk: Desk, peers: Peers) -> None:
        self._desk, self._peers = desk, peers

    async def lay(self, sealed: Sealed, spot: Spot, *, one: bool = False) -> str:
        """Leave a letter for each device that it is to go to, or for *one* of them, and return how the place stands: "laid", "released" or "cancelled".

        Again is no error. Raises LinkLost, ProtocolError (more than a block takes), and LinkRefused where the relay took not all of it.
        """
        if sealed.letter.blob:
            raise ProtocolError("more than a block takes")
        found = [self._device(target) for target in sealed.draft.targets if target.device and not target.held]
        devices = [device for device in found if device is not None][: 1 if one else None]
        line, key = self._line, Signer(spot.seed)
        sends = (self._send(line, device, sealed.letter, spot, key) for device in devices)
        done = await asyncio.gather(*sends, return_exceptions=True)
        return _outcome([error for error in done if error is not None])

    async def cancel(self, spot: Spot) -> str:
        """Have nothing of a place let go any more; return "cancelled", or "released" where it was. Raises LinkLost, LinkRefused."""
        key = Signer(spot.seed)
        try:
            await self._line.cancel(spot.place, key.public, key.sign)
        except LinkRefused as error:
            if error.code != "released":
                raise
            return error.code
        return "cancelled"

    @property
    def _line(self) -> Mailbox:
        if self._desk.line is None:
            raise LinkLost("unreachable")
        return self._desk.line

    def _device(self, target: Target) -> Verdict | None:
        living = self._desk.book.living(target.user)
        return next((device for device in living if device.device_id == target.device), None)

    async def _send(self, line: Mailbox, device: Verdict, letter: NewLetter, spot: Spot, key: Signer) -> None:
        """Leave one block in the device's queue, in its contact queue where the relay does not know the other (any more)."""
        try:
            way = await self._peers.way(device)
        except LinkLost:
            raise
        except MediaError as error:
            log.warning("a pre-key card was refused: %s", getattr(error, "code", "broken"))
            return
        if way is None:
            return
        prekey = (way.card.number, way.card.prekey_pk)
        block = seal_block(prekey, device.device_id, letter.header, letter.box)
        when = (block, spot.release_s, key.public)
        try:
            await line.send_later(spot.place, way.queue, *when, way.sign)
        except LinkRefused as error:
            if error.code != "queue-unknown" or way.sign is None:
                raise
            await line.send_later(spot.place, way.card.contact_queue, *when)


def _outcome(errors: list[BaseException]) -> str:
    """Return what the relay said of the place; raise what kept it from taking all of a letter."""
    over = {error.code for error in errors if isinstance(error, LinkRefused)} & {"released", "cancelled"}
    rest = [one for one in errors if not isinstance(one, LinkRefused) or one.code not in over]
    for error in sorted(rest, key=lambda one: isinstance(one, LinkRefused)):
        raise error
    return min(over, default="laid")
