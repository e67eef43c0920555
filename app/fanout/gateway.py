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
from typing import TYPE_CHECKING, TypeVar

from app.fanout import packing
from app.fanout.plan import batches, plan
from app.fanout.rules import Asker
from app.fanout.thrift import DAY_MS, Thrift
from app.fanout.wire import MOST_PEOPLE, conv
from media.mail import feeds as words
from storage.errors import StorageError
from storage.feeds import SNAPSHOT, Batch, Follower, Place, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from concurrent.futures import Future

    from app.fanout.plan import Plan
    from app.fanout.rules import Rules
    from app.fanout.wire import Wire
    from app.post.told import Told
    from media.mail.feeds import Packed
    from storage.patients.facts import Key
    from storage.vault import Vault

T = TypeVar("T")
RECENT_MS = 30 * DAY_MS
"""So long after a patient left a unit its desks still get what comes, as `app.patients.access` lets them open the page."""
KEPT_MS = 30 * DAY_MS
ALIVE_MS = 300_000
ALIVE_LIFE_S = 3600
AWAY_MS = 40 * 60_000
"""A desk says every half hour that it follows; one that does not gets no alive: only few ever wait for it."""
GONE_MS = 7 * DAY_MS
"""A desk that was silent for so long is served no more; it goes on from where it stood, or by a snapshot."""
AGAIN_MS = 60_000
FULL = packing.ROW + (256 << 10)
PIECE = 900_000
"""Of a snapshot: fits a blob of 1 MiB."""
LOOK = 256
SAYINGS = 16
TICK_S = 0.5
PAGE = 200
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

    def __init__(self, vault: Vault, wire: Wire, rules: Rules, now_ms: Callable[[], int]) -> None:
        self._vault, self._wire, self._rules, self._now_ms = vault, wire, rules, now_ms
        self._thrift = Thrift(now_ms())
        self._asked: dict[bytes, Told] = {}
        self._again_ms: dict[bytes, int] = {}
        self._followers: dict[tuple[bytes, str], Follower] = {}
        self._places: dict[str, Place] = {}
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
        self._places = await _done(self._vault.feeds.places())
        rows = await _done(self._vault.feeds.followers())
        self._followers = {(one.device, one.unit): one for one in rows}

    async def step(self) -> bool:
        """Do what is to be done now; True where more waits already."""
        now_ms = self._now_ms()
        async with self._turn:
            await self._take_asked(now_ms)
            more = await self._look(now_ms)
            more |= await self._serve(now_ms)
            more |= await self._restore(now_ms)
            await self._say_alive(now_ms)
            await self._keep_house(now_ms)
        return more

    async def review(self, askers: Mapping[bytes, Asker]) -> None:
        """Judge all followers anew by what the directory says of their devices now; who is not in *askers* gets nothing more."""
        async with self._turn:
            for device, user in {one.device: one.user for one in self._followers.values()}.items():
                units = self._rows(device).keys()
                asker = askers.get(device)
                kept = self._rules.decide(asker, units) if asker and units else frozenset()
                if units - kept:
                    self._trace(user, (), units - kept, ())
                    await self._let_go(device, units - kept)

    async def _wait(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._came.wait(), TICK_S)
        self._came.clear()

    # --- who follows ----------------------------------------------------------------------------------------

    async def _take_asked(self, now_ms: int) -> None:
        asked, self._asked = self._asked, {}
        for told in asked.values():
            if isinstance(told.body, words.Follow):
                await self._follow(told, told.body, now_ms)

    async def _follow(self, told: Told, asked: words.Follow, now_ms: int) -> None:
        by, device = told.by, told.by.device_id
        granted = self._rules.decide(Asker(by.user, by.role, by.specialty), asked.units)
        before = self._rows(device)
        self._trace(by.user, granted - before.keys(), before.keys() - granted, set(asked.units) - granted)
        await self._begin(granted)
        again = asked.again and now_ms - self._again_ms.get(device, 0) >= AGAIN_MS
        if again:
            self._again_ms[device] = now_ms
        has = {one.unit: one for one in asked.has}
        at = {
            unit: before[unit].number
            if unit in before and not again
            else await self._stands(unit, has.get(unit))
            for unit in granted
        }
        await _done(self._vault.feeds.follow(device, by.user, at, now_ms))
        for unit in before:
            del self._followers[device, unit]
        self._followers |= {(device, unit): Follower(device, unit, by.user, at[unit], now_ms) for unit in at}
        await self._end_unfollowed(before.keys() - granted)
        await self._say_alive_to(device, by.user, now_ms)

    async def _begin(self, units: Iterable[str]) -> None:
        """Begin the feeds of *units* that nobody followed, with all who are there."""
        new = {unit for unit in units if unit not in self._places}
        if not new:
            return
        keys: dict[str, list[Key]] = {unit: [] for unit in new}
        after, going = 0, True
        while going:
            after, persons = await _done(
                self._vault.patients.cared_for(after, PAGE, self._now_ms() - RECENT_MS)
            )
            for person in persons:
                for unit in person.units & new:
                    keys[unit] += person.keys
            going = after > 0
        for unit in sorted(new):
            self._places[unit] = await _done(self._vault.feeds.begin(unit, keys[unit]))

    async def _stands(self, unit: str, has: words.Place | None) -> int:
        """Return from where a follower goes on that says what it *has*."""
        place = self._places[unit]
        if has is None or has.life != place.life or has.number > place.number:
            return SNAPSHOT
        oldest = await _done(self._vault.feeds.oldest(unit)) or place.number + 1
        return has.number if has.number >= oldest - 1 else SNAPSHOT

    async def _end_unfollowed(self, units: Iterable[str]) -> None:
        followed = {unit for _, unit in self._followers}
        for unit in set(units) - followed:
            await _done(self._vault.feeds.end(unit))
            self._places.pop(unit, None)
            self._snapshots.pop(unit, None)
            self._due_ms.pop(unit, None)

    def _trace(self, user: bytes, come: Iterable[str], gone: Iterable[str], refused: Iterable[str]) -> None:
        said = (("feed-follow", come), ("feed-leave", gone), ("feed-refused", refused))
        for action, units in said:
            for unit in sorted(units):
                self._vault.audit.record(self._now_ms(), user, action, reason=unit)

    def _rows(self, device: bytes) -> dict[str, Follower]:
        return {unit: one for (other, unit), one in self._followers.items() if other == device}

    # --- from the inbox to batches --------------------------------------------------------------------------

    async def _look(self, now_ms: int) -> bool:
        """Give numbers to what inbox and cache have had since the last look; True where more waits."""
        feeds, inbox, patients = self._vault.feeds, self._vault.inbox, self._vault.patients
        since = await _done(feeds.seq())
        applied = await _done(patients.applied())
        if not self._places:
            if applied > since:
                await _done(feeds.advance(Step(applied), now_ms))
            return False
        seqs = await _done(inbox.numbers(since, applied, LOOK))
        if not seqs:
            return False
        concerned = await _done(patients.concerned(seqs, now_ms - RECENT_MS))
        keys = {key for persons in concerned.values() for person in persons for key in person.keys}
        carries = await _done(feeds.carries(keys))
        made = plan(concerned, self._places.keys(), carries)
        cut = await self._cut(made)
        step = Step(seqs[-1], tuple(cut), frozenset(made.carried), frozenset(made.lost))
        for batch in await _done(feeds.advance(step, now_ms)):
            self._places[batch.unit] = replace(self._places[batch.unit], number=batch.number)
        return len(seqs) == LOOK

    async def _cut(self, made: Plan) -> list[tuple[str, tuple[int, ...]]]:
        found: list[tuple[str, tuple[int, ...]]] = []
        for unit, due in made.due.items():
            seqs: dict[int, None] = {}
            for one in due:
                if one.first:
                    history = await _done(self._vault.patients.told_of(one.first, one.seq))
                    seqs |= dict.fromkeys(history)
                seqs[one.seq] = None
            sizes = await _done(self._vault.inbox.sizes(seqs))
            found += [(unit, batch) for batch in batches(seqs, sizes)]
        return found

    # --- batches --------------------------------------------------------------------------------------------

    async def _serve(self, now_ms: int) -> bool:
        """Say to each group of followers what they lack, once it was gathered for long enough; True where more waits."""
        left = SAYINGS
        for unit, place in sorted(self._places.items()):
            groups = self._behind(place)
            if not groups:
                self._due_ms.pop(unit, None)
            elif now_ms - self._due_ms.setdefault(unit, now_ms) >= self._thrift.gather_ms(now_ms):
                for number, devices in sorted(groups.items(), reverse=True):
                    if left <= 0:
                        return True
                    left -= 1
                    await self._hand_on(place, number, devices, now_ms)
                if not self._behind(place):
                    self._due_ms.pop(unit, None)
        return False

    def _behind(self, place: Place) -> dict[int, list[Follower]]:
        """Return who lacks something of a feed, by where they stand."""
        groups: dict[int, list[Follower]] = defaultdict(list)
        for one in self._followers.values():
            if one.unit == place.unit and SNAPSHOT < one.number < place.number:
                groups[one.number].append(one)
        return groups

    async def _hand_on(self, place: Place, number: int, devices: Sequence[Follower], now_ms: int) -> None:
        following = await _done(self._vault.feeds.batches(place.unit, number))
        if not following or following[0].number != number + 1:
            await self._stand(devices, SNAPSHOT)
            return
        packed, last = await self._packed(following)
        said = words.Batch(words.Place(place.unit, place.life, last), number, tuple(packed))
        await self._say(said, devices, now_ms)
        await self._stand(devices, last)

    async def _packed(self, following: Sequence[Batch]) -> tuple[list[Packed], int]:
        """Pack the next batches together, up to `FULL`; return them and the number that they reach."""
        packed: list[Packed] = []
        weight = 0
        for batch in following:
            more = [packing.pack(one) for one in await _done(self._vault.inbox.whole(batch.seqs))]
            weight += sum(map(packing.weight, more))
            if packed and (weight > FULL or len(packed) + len(more) > words.MAX_PACKED):
                return packed, batch.number - 1
            packed += more
        return packed, following[-1].number

    async def _stand(self, devices: Iterable[Follower], number: int) -> None:
        """Note up to where followers of one unit were served; who left meanwhile is left alone."""
        still = [one for one in devices if (one.device, one.unit) in self._followers]
        if still:
            await _done(self._vault.feeds.stand(still[0].unit, [one.device for one in still], number))
            for one in still:
                self._followers[one.device, one.unit] = replace(one, number=number)

    # --- snapshots ------------------------------------------------------------------------------------------

    async def _restore(self, now_ms: int) -> bool:
        """Say one more piece to those who came to each unit; True where more waits."""
        for unit, place in sorted(self._places.items()):
            waiting = [one for one in self._followers.values() if one.unit == unit and one.number == SNAPSHOT]
            if waiting and unit not in self._snapshots:
                keys = await _done(self._vault.feeds.carried_by(unit))
                seqs = await _done(self._vault.patients.told_of(keys, await _done(self._vault.feeds.seq())))
                self._snapshots[unit] = _Snapshot(place, frozenset(one.device for one in waiting), seqs)
            if unit in self._snapshots:
                await self._say_piece(self._snapshots[unit], waiting, now_ms)
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
            await self._stand(devices, of.place.number)

    async def _piece(self, seqs: list[int]) -> list[Packed]:
        """Take the next messages off *seqs*, as many as fit."""
        packed: list[Packed] = []
        weight = 0
        while seqs and len(packed) < words.MAX_PACKED:
            for one in await _done(self._vault.inbox.whole(seqs[:1])):
                made = packing.pack(one)
                weight += packing.weight(made)
                if packed and weight > PIECE:
                    return packed
                packed.append(made)
            del seqs[0]
        return packed

    # --- alive ----------------------------------------------------------------------------------------------

    async def _say_alive(self, now_ms: int) -> None:
        """Say to each desk that is there how far it was served, unless it heard something lately."""
        there = {one.device: one.user for one in self._followers.values() if now_ms - one.heard_ms < AWAY_MS}
        for device, user in there.items():
            if now_ms - self._said_ms.get(device, 0) >= ALIVE_MS:
                await self._say_alive_to(device, user, now_ms)

    async def _say_alive_to(self, device: bytes, user: bytes, now_ms: int) -> None:
        rows = self._rows(device).values()
        places = [
            words.Place(one.unit, self._places[one.unit].life, max(0, one.number))
            for one in sorted(rows, key=lambda one: one.unit)
        ]
        follower = Follower(device, "", user, 0, now_ms)
        await self._say(words.Alive(tuple(places)), [follower], now_ms, ALIVE_LIFE_S)

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
        if now_ms - self._forgot_ms < DAY_MS / 24:
            return
        self._forgot_ms = now_ms
        await _done(self._vault.feeds.forget_batches(now_ms - KEPT_MS))
        silent = {one.device for one in self._followers.values() if now_ms - one.heard_ms > GONE_MS}
        for device in silent:
            await self._let_go(device, self._rows(device))

    async def _let_go(self, device: bytes, units: Iterable[str]) -> None:
        gone = set(units)
        await _done(self._vault.feeds.leave(device, gone))
        for unit in gone:
            del self._followers[device, unit]
        await self._end_unfollowed(gone)


async def _done(future: Future[T]) -> T:
    return await asyncio.wrap_future(future)
