"""Who follows which care unit at this gateway, and up to which batch each was served: the vault's rows, kept at hand."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from app.fanout.rules import Asker
from app.fanout.thrift import DAY_MS
from storage.feeds import SNAPSHOT, Follower, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from concurrent.futures import Future

    from app.acts import Act
    from app.fanout.rules import Rules
    from media.keys.certs import Verdict
    from media.mail import feeds as words
    from storage.patients.facts import Key
    from storage.vault import Vault

T = TypeVar("T")
RECENT_MS = 30 * DAY_MS
"""So long after a patient left a unit its desks still get what comes, as `app.patients.access` lets them open the page."""
GONE_MS = 7 * DAY_MS
"""A desk that was silent for so long is served no more; it goes on from where it stood, or by a snapshot."""
AGAIN_MS = 60_000
"""How often a device may ask for what it lacks."""
PAGE = 200


class Followers:
    """Of one gateway; `places` says how far each feed is that somebody follows. To be used by one task at a time."""

    def __init__(self, vault: Vault, rules: Rules, now_ms: Callable[[], int]) -> None:
        self._vault, self._rules, self._now_ms = vault, rules, now_ms
        self._rows: dict[bytes, dict[str, Follower]] = {}
        self._again_ms: dict[bytes, int] = {}
        self.places: dict[str, Place] = {}

    async def load(self) -> None:
        """Read who follows and how far all are."""
        self.places = await done(self._vault.feeds.places())
        self._rows = defaultdict(dict)
        for one in await done(self._vault.feeds.followers()):
            self._rows[one.device][one.unit] = one
        await self._end_unfollowed(list(self.places))

    # --- who follows ----------------------------------------------------------------------------------------

    async def follow(self, by: Verdict, asked: words.Follow) -> None:
        """Let the device that *by* speaks for follow what the rules grant of what it *asked*, and nothing else."""
        now_ms, device = self._now_ms(), by.device_id
        granted = self._rules.decide(Asker(by.user, by.role, by.specialty), asked.units)
        before = self.of(device)
        self._trace(by.user, granted - before.keys(), before.keys() - granted, set(asked.units) - granted)
        await self._begin(granted)
        again = asked.again and now_ms - self._again_ms.get(device, 0) >= AGAIN_MS
        if again:
            self._again_ms[device] = now_ms
        has = {one.unit: one for one in asked.has}
        at = {
            unit: before[unit].number if unit in before and not again else await self._stands(has, unit)
            for unit in granted
        }
        await done(self._vault.feeds.follow(device, by.user, at, now_ms))
        self._rows[device] = {
            unit: Follower(device, unit, by.user, number, now_ms) for unit, number in at.items()
        }
        await self._end_unfollowed(before.keys() - granted)

    async def review(self, askers: Mapping[bytes, Asker]) -> None:
        """Judge all anew by what the directory says of their devices now; who is not in *askers* gets nothing more."""
        for device, rows in list(self._rows.items()):
            units, asker = rows.keys(), askers.get(device)
            kept = self._rules.decide(asker, units) if asker and units else frozenset()
            if units - kept:
                self._trace(next(iter(rows.values())).user, (), units - kept, ())
                await self._let_go(device, units - kept)

    async def let_go_silent(self) -> None:
        """Serve no more who was not heard for a week."""
        before_ms = self._now_ms() - GONE_MS
        for device, rows in list(self._rows.items()):
            if all(one.heard_ms < before_ms for one in rows.values()):
                await self._let_go(device, rows)

    async def stand(self, followers: Iterable[Follower], number: int) -> None:
        """Note up to where followers of one unit were served; who left meanwhile is left alone."""
        still = [one for one in followers if one.unit in self.of(one.device)]
        if still:
            await done(self._vault.feeds.stand(still[0].unit, [one.device for one in still], number))
            for one in still:
                self._rows[one.device][one.unit] = replace(one, number=number)

    # --- what is asked of it --------------------------------------------------------------------------------

    def of(self, device: bytes) -> dict[str, Follower]:
        """Return what a device follows."""
        return self._rows.get(device, {})

    def there(self, within_ms: int) -> dict[bytes, bytes]:
        """Return devices, with their users, that were heard lately."""
        since_ms = self._now_ms() - within_ms
        return {one.device: one.user for one in self._all() if one.heard_ms > since_ms}

    def behind(self) -> dict[str, dict[int, list[Follower]]]:
        """Return who lacks batches, by unit and where they stand."""
        found: dict[str, dict[int, list[Follower]]] = defaultdict(lambda: defaultdict(list))
        for one in self._all():
            if SNAPSHOT < one.number < self.places[one.unit].number:
                found[one.unit][one.number].append(one)
        return found

    def new(self) -> dict[str, list[Follower]]:
        """Return who was given nothing yet, by unit."""
        found: dict[str, list[Follower]] = defaultdict(list)
        for one in self._all():
            if one.number == SNAPSHOT:
                found[one.unit].append(one)
        return found

    def _all(self) -> list[Follower]:
        return [one for rows in self._rows.values() for one in rows.values()]

    # --- feeds ----------------------------------------------------------------------------------------------

    async def _begin(self, units: Iterable[str]) -> None:
        """Begin the feeds of *units* that nobody followed, with all who are there."""
        new = {unit for unit in units if unit not in self.places}
        keys: dict[str, list[Key]] = {unit: [] for unit in new}
        after, going = 0, bool(new)
        while going:
            asked = self._vault.patients.cared_for(after, PAGE, self._now_ms() - RECENT_MS)
            after, persons = await done(asked)
            for person in persons:
                for unit in person.units & new:
                    keys[unit] += person.keys
            going = after > 0
        for unit in sorted(new):
            self.places[unit] = await done(self._vault.feeds.begin(unit, keys[unit]))

    async def _stands(self, has: Mapping[str, words.Place], unit: str) -> int:
        """Return from where a follower of *unit* goes on that says what it *has*."""
        place, told = self.places[unit], has.get(unit)
        if told is None or told.life != place.life or told.number > place.number:
            return SNAPSHOT
        oldest = await done(self._vault.feeds.oldest(unit)) or place.number + 1
        return told.number if told.number >= oldest - 1 else SNAPSHOT

    async def _let_go(self, device: bytes, units: Iterable[str]) -> None:
        gone = set(units)
        await done(self._vault.feeds.leave(device, gone))
        self._rows[device] = {unit: one for unit, one in self.of(device).items() if unit not in gone}
        await self._end_unfollowed(gone)

    async def _end_unfollowed(self, units: Iterable[str]) -> None:
        self._rows = {device: rows for device, rows in self._rows.items() if rows}
        for unit in set(units) - {one.unit for one in self._all()}:
            await done(self._vault.feeds.end(unit))
            self.places.pop(unit, None)

    def _trace(self, user: bytes, come: Iterable[str], gone: Iterable[str], refused: Iterable[str]) -> None:
        said: Sequence[tuple[Act, Iterable[str]]] = (
            ("feed-follow", come),
            ("feed-leave", gone),
            ("feed-refused", refused),
        )
        for action, units in said:
            for unit in sorted(units):
                self._vault.audit.record(self._now_ms(), user, action, reason=unit)


async def done(future: Future[T]) -> T:
    """Wait for the vault."""
    return await asyncio.wrap_future(future)
