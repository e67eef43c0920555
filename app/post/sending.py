"""The outbox being emptied: a block for each device, pipelined, in order; sealed again without a receipt in 24 h, given up after 72."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from typing import TYPE_CHECKING

from app.post.writing import unpack
from media.errors import LinkLost, LinkRefused, MediaError
from media.keys import cbor
from media.keys.envelope import padded, seal_block
from media.mail.sending import AGAIN_MS, Step, step
from media.mail.types import rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from app.post.desk import Desk
    from app.post.peers import Peers, Way
    from app.post.writing import Writer
    from media.keys.certs import Verdict
    from media.keys.envelope import BlobRef
    from media.link.mailbox import Mailbox
    from storage.messages.posting import Letter, Parcel
    from storage.messages.store import Mailbag

BATCH = 64
RETRY_MS = (5_000, 15_000, 60_000, 300_000, 1_800_000)
"""After the first refusal of a parcel, the second, …"""
NO_DEVICE_MS = 600_000
PIECE = 256 * 1024
BOX_LIFE_S = 30 * 86_400
log = logging.getLogger(__name__)


class Sender:
    """Sends what the outbox has. *told* hears of the threads whose messages came further."""

    def __init__(
        self, desk: Desk, writer: Writer, peers: Peers, told: Callable[[frozenset[int]], None]
    ) -> None:
        self._desk, self._writer, self._peers, self._told = desk, writer, peers, told
        self._laid: set[bytes] = set()
        self._laying = asyncio.Lock()
        self.review = True
        """Whether what is held may have become free: at the beginning, and whenever somebody's key was compared."""

    async def send(self, line: Mailbox) -> bool:
        """Send what is due; False where nothing was. Raises LinkLost."""
        desk = self._desk
        now_ms = desk.now_ms()
        if self.review:
            self.review = False
            await self._free(now_ms)
        await self._remind(now_ms)
        due = await desk.read(lambda rows: rows.outbox.due(now_ms, BATCH))
        if not due:
            return False
        letters = await desk.read(lambda rows: {one.letter: rows.outbox.letter(one.letter) for one in due})
        by_device: dict[tuple[bytes, bytes], list[Parcel]] = {}
        for parcel in due:
            by_device.setdefault((parcel.user, parcel.device), []).append(parcel)
        await asyncio.gather(
            *(self._to(line, device, parcels, letters) for device, parcels in by_device.items())
        )
        await self._tell(letters.values())
        return True

    async def _tell(self, letters: Iterable[Letter | None]) -> None:
        """Tell of the threads whose messages came further."""
        ids = {letter.message for letter in letters if letter and letter.message}
        found = await self._desk.read(lambda rows: [rows.messages.get(one) for one in ids])
        if threads := frozenset(message.thread for message in found if message):
            self._told(threads)

    async def _free(self, now_ms: int) -> None:
        """Let go what was held for somebody for whom nothing is held any more."""
        desk = self._desk
        held = await desk.read(lambda rows: rows.outbox.held())
        people = {one.user for one in held}
        free = [
            user
            for user in people
            if not all(one.held for one in await asyncio.to_thread(self._writer.targets, [user]))
        ]
        for user in free:
            await desk.write(lambda rows, one=user: rows.outbox.release(one, now_ms))  # type: ignore[misc]
        if free:
            await self._tell(await desk.read(lambda rows: [rows.outbox.letter(one.letter) for one in held]))

    async def _remind(self, now_ms: int) -> None:
        """Seal again what got no receipt in a day, give up what got none in three."""
        desk = self._desk
        silent = await desk.read(lambda rows: rows.outbox.silent(now_ms, BATCH))
        if not silent:
            return
        steps = [(one.id, step(one.first_ms, one.next_ms - AGAIN_MS, now_ms)) for one in silent]
        late = [parcel for parcel, what in steps if what is Step.UNDELIVERED]
        again = [parcel for parcel, what in steps if what is Step.AGAIN]
        await desk.write(lambda rows: _turn(rows, late, again, now_ms))
        letters = await desk.read(lambda rows: [rows.outbox.letter(one.letter) for one in silent])
        self._laid -= {one.blob for one in letters if one}  # the relay may have lost it
        await self._tell(letters)

    async def _to(
        self,
        line: Mailbox,
        place: tuple[bytes, bytes],
        parcels: Sequence[Parcel],
        letters: dict[int, Letter | None],
    ) -> None:
        """Send what one device is to get; what fails is tried again later, or held."""
        user, device_id = place
        device = next((one for one in self._desk.book.living(user) if one.device_id == device_id), None)
        if device is None:
            await self._nobody(user, device_id, parcels)
            return
        parcels = await self._free_to_go(device, parcels, letters)
        if not parcels:
            return
        anew = any(self._desk.now_ms() - one.made_ms >= AGAIN_MS for one in parcels)
        try:
            way = await self._peers.way(device, anew=anew)
        except LinkLost:
            raise
        except MediaError as error:
            log.warning("a pre-key card was refused: %s", getattr(error, "code", "broken"))
            way = None
        if way is None:
            await self._later(parcels)
            return
        await self._put(line, device, way, [(one, letters[one.letter]) for one in parcels])

    async def _free_to_go(
        self, device: Verdict, parcels: Sequence[Parcel], letters: dict[int, Letter | None]
    ) -> list[Parcel]:
        """Hold what may not go to *device* now; return the rest."""
        free: list[Parcel] = []
        for compared in (False, True):
            some = [one for one in parcels if _compared(letters[one.letter]) is compared]
            code = self._writer.held(device, compared=compared) if some else ""
            if code:
                ids = [one.id for one in some]
                await self._desk.write(lambda rows, ids=ids, code=code: rows.outbox.hold(ids, code))  # type: ignore[misc]
            else:
                free += some
        return free

    async def _put(
        self, line: Mailbox, device: Verdict, way: Way, parcels: Sequence[tuple[Parcel, Letter | None]]
    ) -> None:
        """Put the blocks of one device into its queue, all under way at once; the relay keeps their order."""
        offer = await self._peers.offer(device)
        there = [(parcel, letter) for parcel, letter in parcels if letter is not None]
        sends = (self._block(line, device, way, letter, offer) for _, letter in there)
        done = list(
            zip(
                (parcel for parcel, _ in there),
                await asyncio.gather(*sends, return_exceptions=True),
                strict=True,
            )
        )
        now_ms = self._desk.now_ms()
        sent = [parcel.id for parcel, error in done if error is None]
        if sent:
            await self._desk.write(lambda rows: rows.outbox.sent(sent, now_ms, now_ms + AGAIN_MS))
        for parcel, error in done:
            if isinstance(error, MediaError) and not isinstance(error, LinkLost | LinkRefused):
                await self._fail(parcel, getattr(error, "code", "malformed"))
        await self._later([parcel for parcel, error in done if isinstance(error, LinkRefused)])
        for _, error in done:
            if error is not None and (isinstance(error, LinkLost) or not isinstance(error, MediaError)):
                raise error

    async def _fail(self, parcel: Parcel, code: str) -> None:
        """Give up what can be sealed to nobody: it would be so the next time as well."""
        log.warning("a message could not be sealed: %s", code)
        await self._desk.write(lambda rows: rows.outbox.fail([parcel.id], code))

    async def _block(self, line: Mailbox, device: Verdict, way: Way, letter: Letter, offer: bytes) -> None:
        """Put one block into the device's queue; into its contact queue where the relay does not know the other (any more).

        What got no receipt in a day goes into both: the queue of then may be somebody else's at a relay that lost it.
        """
        await self._lay(line, letter)
        content = unpack(letter.blob) if letter.blob else letter.box
        prekey = (way.card.number, way.card.prekey_pk)
        block = seal_block(prekey, device.device_id, letter.header, content, offer)
        try:
            await line.send(way.queue, block, way.sign)
        except LinkRefused as error:
            if error.code != "queue-unknown" or way.sign is None:
                raise
            await line.send(way.card.contact_queue, block)
            return
        if way.sign and self._desk.now_ms() - letter.made_ms >= AGAIN_MS:
            with contextlib.suppress(LinkRefused):
                await line.send(way.card.contact_queue, block)

    async def _lay(self, line: Mailbox, letter: Letter) -> None:
        """Leave a box at the relay that does not fit into a block, once for all devices; it runs out by itself."""
        if not letter.blob or letter.blob in self._laid:
            return
        async with self._laying:
            if letter.blob not in self._laid:
                await self._lay_now(line, unpack(letter.blob), padded(letter.box))
                self._laid.add(letter.blob)

    async def _lay_now(self, line: Mailbox, ref: BlobRef, data: bytes) -> None:
        proof = hashlib.sha256(self._key(ref.id)).digest()
        there = await line.begin_blob(ref.id, ref.size_class, BOX_LIFE_S, proof)
        pieces = (line.put(ref.id, at, data[at : at + PIECE]) for at in range(there, len(data), PIECE))
        await asyncio.gather(*pieces)
        await line.end_blob(ref.id, hashlib.sha256(data).digest())

    def _key(self, blob: bytes) -> bytes:
        """Return the key that deletes a box: nobody but this device can work it out, and nothing need be kept."""
        return hashlib.sha256(self._desk.session.sign(cbor.encode(["CSL1/box", blob]))).digest()

    async def _nobody(self, user: bytes, device_id: bytes, parcels: Sequence[Parcel]) -> None:
        """Turn to the devices that the person has now; a device that does not count any more gets nothing."""
        desk = self._desk
        targets = [one for one in self._writer.targets([user]) if one.device and not one.own]
        now_ms = desk.now_ms()
        if device_id or targets:
            for parcel in parcels:
                await desk.write(lambda rows, one=parcel: rows.outbox.aim(one.letter, targets, now_ms))  # type: ignore[misc]
        if device_id:
            await desk.write(lambda rows: rows.outbox.fail([one.id for one in parcels], "no-device"))
        elif not targets:
            await self._later(parcels, NO_DEVICE_MS)

    async def _later(self, parcels: Sequence[Parcel], wait_ms: int = 0) -> None:
        now_ms = self._desk.now_ms()

        def wait(one: Parcel) -> int:
            return wait_ms or RETRY_MS[min(one.attempts, len(RETRY_MS) - 1)]

        def act(rows: Mailbag) -> None:
            for one in parcels:
                rows.outbox.later(one.id, now_ms + wait(one))

        if parcels:
            await self._desk.write(act)


def _compared(letter: Letter | None) -> bool:
    """Tell whether only devices whose key was compared may have it."""
    return letter is not None and rule(letter.type).compared


def _turn(rows: Mailbag, late: list[int], again: list[int], now_ms: int) -> None:
    rows.outbox.undelivered(late)
    rows.outbox.reseal(again, now_ms)
