"""The gateway's side of feeds: what its inbox has is handed on to the devices that follow a care unit, in batches and snapshots.

A follower stands at a number of its unit's feed; whoever lags is served from where it stands. What is said twice, because the
gateway was killed between saying and noting it, the desk drops.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.fanout import packing
from app.fanout.followers import RECENT_MS, Followers, done
from app.fanout.plan import batches, plan
from app.fanout.thrift import DAY_MS, Thrift
from app.fanout.wire import MOST_PEOPLE, conv
from media.mail import feeds as words
from storage.errors import StorageError
from storage.feeds import SNAPSHOT, Batch, Follower, Place, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from app.fanout.plan import Plan
    from app.fanout.rules import Asker, Rules
    from app.fanout.wire import Wire
    from app.post.told import Told
    from media.mail.feeds import Packed
    from storage.vault import Vault

KEPT_MS = 30 * DAY_MS
ALIVE_MS = 300_000
ALIVE_LIFE_S = 3600
AWAY_MS = 40 * 60_000
"""A desk says every half hour that it follows; one that does not gets no alive: only few ever wait for it."""
FULL = 256 << 10
PIECE = 900_000
"""Of a snapshot: fits a blob of 1 MiB."""
LOOK = 256
SAYINGS = 16
TICK_S = 0.5
HOUR_MS = 3_600_000
MAX_ASKED = 1000
log = logging.getLogger(__name__)


@dataclass
class _Snapshot:
    """What is left to say to devices that came to a unit together."""

    place: Place
    devices: frozenset[bytes]
    seqs: list[int]


class Fanout:
    """Hands on what the inbox of the open *vault* has, as *rules* allow. `take` is the post office's handler of `follow`; `run` until cancelled."""

    def __init__(
        self, vault: Vault, wire: Wire, rules: Rules, now_ms: Callable[[], int], thrift: Thrift | None = None
    ) -> None:
        self._vault, self._wire, self._now_ms = vault, wire, now_ms
        self._thrift = thrift or Thrift(now_ms())
        self._followers = Followers(vault, rules, now_ms)
        self._asked: dict[bytes, Told] = {}
        self._due_ms: dict[str, int] = {}
        self._said_ms: dict[bytes, int] = {}
        self._snapshots: dict[str, _Snapshot] = {}
        self._forgot_ms = 0
        self._came = asyncio.Event()
        self._turn = asyncio.Lock()

    # --- what runs ------------------------------------------------------------------------------------------

    async def take(self, told: Told) -> None:
        """Take a follower's word; of one device the newest counts."""
        if len(self._asked) < MAX_ASKED or told.by.device_id in self._asked:
            self._asked[told.by.device_id] = told
            self._came.set()

    async def run(self) -> None:
        """Hand on until cancelled; a disk that refuses is asked again."""
        await self.load()
        while True:
            busy = False
            try:
                busy = await self.step()
            except StorageError as error:
                log.warning("feeds stand still: %s", type(error).__name__)
            if not busy:
                await self._wait()

    async def load(self) -> None:
        """Read who follows and how far all are."""
        await self._followers.load()

    async def step(self) -> bool:
        """Do what is to be done now; True where more waits already."""
        now_ms = self._now_ms()
        async with self._turn:
            await self._take_asked()
            more = await self._look(now_ms)
            more |= await self._serve(now_ms)
            more |= await self._restore(now_ms)
            await self._say_alive()
            await self._keep_house(now_ms)
        return more

    async def review(self, askers: Mapping[bytes, Asker]) -> None:
        """Judge all followers anew by what the directory says of their devices now."""
        async with self._turn:
            await self._followers.review(askers)

    async def _wait(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(TICK_S):
                await self._came.wait()
        self._came.clear()

    async def _take_asked(self) -> None:
        asked, self._asked = self._asked, {}
        for told in asked.values():
            if isinstance(told.body, words.Follow):
                await self._followers.follow(told.by, told.body)
                await self._say_alive_to(told.by.device_id, told.by.user)

    # --- from the inbox to batches --------------------------------------------------------------------------

    async def _look(self, now_ms: int) -> bool:
        """Give numbers to what inbox and cache have had since the last look; True where more waits."""
        feeds, inbox, patients = self._vault.feeds, self._vault.inbox, self._vault.patients
        places = self._followers.places
        since = await done(feeds.seq())
        applied = await done(patients.applied())
        if not places:
            if applied > since:
                await done(feeds.advance(Step(applied), now_ms))
            return False
        seqs = await done(inbox.numbers(since, applied, LOOK))
        if not seqs:
            return False
        concerned = await done(patients.concerned(seqs, now_ms - RECENT_MS))
        keys = {key for persons in concerned.values() for person in persons for key in person.keys}
        carries = await done(feeds.carries(keys))
        made = plan(concerned, places.keys(), carries)
        cut = await self._cut(made)
        step = Step(seqs[-1], tuple(cut), frozenset(made.carried), frozenset(made.lost))
        for batch in await done(feeds.advance(step, now_ms)):
            places[batch.unit] = replace(places[batch.unit], number=batch.number)
        return len(seqs) == LOOK

    async def _cut(self, made: Plan) -> list[tuple[str, tuple[int, ...]]]:
        found: list[tuple[str, tuple[int, ...]]] = []
        for unit, due in made.due.items():
            seqs: dict[int, None] = {}
            for one in due:
                if one.first:
                    history = await done(self._vault.patients.told_of(one.first, one.seq))
                    seqs |= dict.fromkeys(history)
                seqs[one.seq] = None
            sizes = await done(self._vault.inbox.sizes(seqs))
            found += [(unit, batch) for batch in batches(seqs, sizes)]
        return found

    # --- batches --------------------------------------------------------------------------------------------

    async def _serve(self, now_ms: int) -> bool:
        """Say to each group of followers what they lack, once it was gathered for long enough; True where more waits."""
        behind = self._followers.behind()
        self._due_ms = {unit: self._due_ms.get(unit, now_ms) for unit in behind}
        gather_ms, left = self._thrift.gather_ms(now_ms), SAYINGS
        for unit, groups in sorted(behind.items()):
            if now_ms - self._due_ms[unit] < gather_ms:
                continue
            for number, devices in sorted(groups.items(), reverse=True):
                if left == 0:
                    return True
                left -= 1
                await self._hand_on(self._followers.places[unit], number, devices, now_ms)
        return False

    async def _hand_on(self, place: Place, number: int, devices: Sequence[Follower], now_ms: int) -> None:
        following = await done(self._vault.feeds.batches(place.unit, number))
        if not following or following[0].number != number + 1:
            await self._followers.stand(devices, SNAPSHOT)
            return
        packed, last = await self._packed(following)
        said = words.Batch(words.Place(place.unit, place.life, last), number, tuple(packed))
        await self._say(said, devices, now_ms)
        await self._followers.stand(devices, last)

    async def _packed(self, following: Sequence[Batch]) -> tuple[list[Packed], int]:
        """Pack the next batches together, up to `FULL`; return them and the number that they reach."""
        packed: list[Packed] = []
        weight = 0
        for batch in following:
            more = [packing.pack(one) for one in await done(self._vault.inbox.whole(batch.seqs))]
            weight += sum(map(packing.weight, more))
            if packed and (weight > FULL or len(packed) + len(more) > words.MAX_PACKED):
                return packed, batch.number - 1
            packed += more
        return packed, following[-1].number

    # --- snapshots ------------------------------------------------------------------------------------------

    async def _restore(self, now_ms: int) -> bool:
        """Say one more piece to those who came to each unit; True where more waits."""
        feeds, new, places = self._vault.feeds, self._followers.new(), self._followers.places
        for unit, snapshot in list(self._snapshots.items()):
            if unit not in places or places[unit].life != snapshot.place.life:
                del self._snapshots[unit]
        for unit in new.keys() - self._snapshots.keys():
            keys = await done(feeds.carried_by(unit))
            seqs = await done(self._vault.patients.told_of(keys, await done(feeds.seq())))
            devices = frozenset(one.device for one in new[unit])
            self._snapshots[unit] = _Snapshot(places[unit], devices, seqs)
        for unit, snapshot in sorted(self._snapshots.items()):
            await self._say_piece(snapshot, new.get(unit, ()), now_ms)
        return bool(self._snapshots)

    async def _say_piece(self, of: _Snapshot, waiting: Iterable[Follower], now_ms: int) -> None:
        devices = [one for one in waiting if one.device in of.devices]
        packed = await self._piece(of.seqs)
        last = not of.seqs
        if devices:
            place = words.Place(of.place.unit, of.place.life, of.place.number)
            await self._say(words.Snapshot(place, last, tuple(packed)), devices, now_ms)
        if last or not devices:
            del self._snapshots[of.place.unit]
            await self._followers.stand(devices, of.place.number)

    async def _piece(self, seqs: list[int]) -> list[Packed]:
        """Take the next messages off *seqs*, as many as fit."""
        packed: list[Packed] = []
        weight = 0
        while seqs and len(packed) < words.MAX_PACKED:
            for one in await done(self._vault.inbox.whole(seqs[:1])):
                made = packing.pack(one)
                weight += packing.weight(made)
                if packed and weight > PIECE:
                    return packed
                packed.append(made)
            del seqs[0]
        return packed

    # --- alive ----------------------------------------------------------------------------------------------

    async def _say_alive(self) -> None:
        """Say to each desk that is there how far it was served, unless it heard something lately."""
        now_ms = self._now_ms()
        for device, user in self._followers.there(AWAY_MS).items():
            if now_ms - self._said_ms.get(device, 0) >= ALIVE_MS:
                await self._say_alive_to(device, user)

    async def _say_alive_to(self, device: bytes, user: bytes) -> None:
        now_ms, rows = self._now_ms(), self._followers.of(device)
        lives = {unit: self._followers.places[unit].life for unit in rows}
        places = [words.Place(unit, lives[unit], max(0, one.number)) for unit, one in sorted(rows.items())]
        to = [Follower(device, "", user, 0, now_ms)]
        await self._say(words.Alive(tuple(places)), to, now_ms, ALIVE_LIFE_S)

    async def _say(
        self,
        body: words.Batch | words.Snapshot | words.Alive,
        devices: Sequence[Follower],
        now_ms: int,
        expires_s: int = 0,
    ) -> None:
        """Say *body* to *devices*, in as many letters as it takes, and count what it costs."""
        by_user: dict[bytes, set[bytes]] = defaultdict(set)
        for one in devices:
            by_user[one.user].add(one.device)
            self._said_ms[one.device] = now_ms
        about = "" if isinstance(body, words.Alive) else body.place.unit
        people = sorted(by_user.items())
        for first in range(0, len(people), MOST_PEOPLE):
            to: Mapping[bytes, set[bytes]] = dict(people[first : first + MOST_PEOPLE])
            await self._wire.say(body, to, conv=conv(about), expires_s=expires_s)
        self._thrift.spend(len(devices), now_ms)

    # --- house ----------------------------------------------------------------------------------------------

    async def _keep_house(self, now_ms: int) -> None:
        """Once an hour: let go who was silent for long, and forget what old batches held."""
        if now_ms - self._forgot_ms >= HOUR_MS:
            self._forgot_ms = now_ms
            await done(self._vault.feeds.forget_batches(now_ms - KEPT_MS))
            await self._followers.let_go_silent()
