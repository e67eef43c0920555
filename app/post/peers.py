"""Other people's devices as the post reaches them: the card of the day, the queue where each listens for this desk, and ours for it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.post.desk import DAY_MS
from media.errors import MediaError, TrustError
from media.keys.cards import Card, tag_of
from media.keys.envelope import QueueOffer
from media.keys.issuers import ID_BYTES
from media.keys.sign import SEED_BYTES, Signer
from storage.messages.posting import Peer, Queue

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from app.post.desk import Desk
    from media.keys.certs import Verdict
    from storage.messages.store import Mailbag


@dataclass(frozen=True)
class Way:
    """How a device is reached now: its card, the queue to write to and the key that may, None for its contact queue."""

    card: Card
    queue: bytes
    sign: Callable[[bytes], bytes] | None
    fresh: bool
    """False: the card is older than fifteen days, the device was off for long."""


class Peers:
    """Finds the way to devices; what is learnt rests in the vault."""

    def __init__(self, desk: Desk, made: Callable[[Queue], Awaitable[None]]) -> None:
        self._desk, self._made = desk, made
        self._taken: dict[bytes, bytes] = {}
        """The offer of each device that stands: every block of it has the same one."""

    async def way(self, device: Verdict, *, anew: bool = False) -> Way | None:
        """Return the way to *device*, None while it has published nothing; its card is fetched when a day old, or *anew*.

        Raises LinkLost, and TrustError("card-rollback"|"signature"|"clock") for a card that is not to be used.
        """
        peer = await self._desk.read(lambda rows: rows.peers.get(device.device_id))
        peer = peer or Peer(device.device_id, device.user)
        if anew or not peer.card or self._desk.now_ms() - peer.card_ms >= DAY_MS:
            peer = await self._fetch(device, peer)
        if not peer.card:
            return None
        card = Card.parse(peer.card)
        fresh = card.verify(device.ed25519_pk, peer.card_number, self._desk.today)
        if peer.queue:
            return Way(card, peer.queue, Signer(peer.writer_seed).sign, fresh)
        return Way(card, card.contact_queue, None, fresh)

    async def _fetch(self, device: Verdict, peer: Peer) -> Peer:
        line = self._desk.line
        data = await line.card(tag_of(device.ed25519_pk)) if line else None
        if data is None:
            return peer
        card = Card.parse(data)
        card.verify(device.ed25519_pk, peer.card_number, self._desk.today)
        if not self._is_of(card, device):
            raise TrustError("signature", "a card of another device")
        now_ms, place = self._desk.now_ms(), (device.device_id, device.user)
        await self._desk.write(lambda rows: rows.peers.see_card(*place, "", card.number, data, now_ms))
        return replace(peer, card_number=card.number, card=data, card_ms=now_ms)

    def _is_of(self, card: Card, device: Verdict) -> bool:
        try:
            return self._desk.book.certificate(card.cert_hash).device_id == device.device_id
        except KeyError:
            return card.cert_hash == device.hash

    async def offer(self, device: Verdict) -> bytes:
        """Return the signed offer of an own queue for the answers of *device*; the queue is made when there is none yet."""
        queue = await self._desk.read(lambda rows: rows.peers.queue_for(device.device_id))
        if queue is None:
            queue = await self._make(device.device_id, os.urandom(SEED_BYTES))
            await self._made(queue)
        session = self._desk.session
        offer = QueueOffer(
            session.cert_hash, device.device_id, queue.queue, queue.writer_seed, queue.since_ms
        )
        return offer.sign(session.sign)

    async def take(self, offered: bytes, device: Verdict) -> None:
        """Write to *device* at the queue that it offered from now on; a forged offer, or one before the newest seen, changes nothing."""
        if self._taken.get(device.device_id) == offered:
            return
        try:
            offer = QueueOffer.verify(offered, device.ed25519_pk, device.hash, self._desk.device)
        except MediaError:
            return
        place = (device.device_id, device.user, "", offer.queue, offer.writer_seed, offer.made_ms)
        peer = await self._desk.read(lambda rows: rows.peers.get(device.device_id))
        known = (peer.queue, peer.writer_seed, peer.offered_ms) if peer else ()
        if known == place[3:] or await self._desk.write(lambda rows: rows.peers.offered(*place)):
            self._taken[device.device_id] = offered

    async def contact(self) -> Queue:
        """Return the own contact queue, made when there is none yet."""
        queue = await self._desk.read(lambda rows: rows.peers.queue_for(b""))
        return queue or await self._make(b"", b"")

    async def replace(self, queue: Queue) -> Queue:
        """Return a new queue in the place of one whose name somebody else has at the relay."""
        made = self._new(queue.device, os.urandom(SEED_BYTES) if queue.writer_seed else b"", queue.since_ms)

        def act(rows: Mailbag) -> None:
            rows.peers.drop_queue(queue.queue)
            rows.peers.keep_queue(made)

        await self._desk.write(act)
        return made

    async def _make(self, device: bytes, writer_seed: bytes) -> Queue:
        """Keep the seeds of a new queue; the relay hears of it afterwards."""
        queue = self._new(device, writer_seed)
        await self._desk.write(lambda rows: rows.peers.keep_queue(queue))
        return queue

    def _new(self, device: bytes, writer_seed: bytes, after_ms: int = 0) -> Queue:
        """Return a queue whose number is above that of the one before, also where the clock was set back."""
        ids = os.urandom(ID_BYTES), os.urandom(SEED_BYTES)
        return Queue(*ids, device, writer_seed, since_ms=max(self._desk.now_ms(), after_ms + 1))
