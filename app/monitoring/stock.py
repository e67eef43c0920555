"""What of a vault is held in memory: the newest answer of each patient, every alert that is open, what somebody touched lately. No Qt.

stock = Stock(vault, memory, now_ms)
await stock.newest()                 # the queue stands
while stock.behind:
    await stock.read_on()            # older alerts, a batch at a time
one = await stock.whole({person})    # all of one patient, apart from the memory

What was closed longer ago comes back when somebody asks for it (`hold`), or when a record on it comes (`miss`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from app.monitoring.memory import Memory, unanswered
from app.monitoring.ports import Who
from app.monitoring.recorded import read
from media.mail.steps import KIND
from storage.monitoring.answers import END, patient_id
from storage.patients.facts import Key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from app.monitoring.standing import Service
    from storage.messages.store import Mailbag
    from storage.monitoring.answers import Page
    from storage.monitoring.records import Questionnaire, Record
    from storage.monitoring.trace import Kept
    from storage.patients.records import Found
    from storage.vault import Vault

    Heard = Callable[[Kept, Record], None]
    Pairs = list[tuple[Kept, Record]]

AT_ONCE = 200
LATELY_MS = 30 * 86_400_000
"""A closed alert stays in the list for as long after the last record on it came, or its questionnaire."""


def _unheard(_kept: Kept, _record: Record) -> None:
    """Hear nothing."""


class Stock:
    """Of one vault that is open. *heard* is told of every record that is read. All coroutines raise StorageError."""

    def __init__(
        self, vault: Vault, memory: Memory, now_ms: Callable[[], int], heard: Heard = _unheard
    ) -> None:
        self._vault, self._memory, self._now_ms, self._heard = vault, memory, now_ms, heard
        self._turn = asyncio.Lock()
        self._page: Page | None = None
        self._left: list[bytes] | None = None
        self._touched: frozenset[bytes] = frozenset()
        self._missed: set[bytes] = set()
        self._asked_for: set[bytes] = set()

    # --- after the unlock ------------------------------------------------------------------------------------

    async def newest(self) -> None:
        """Hold the newest questionnaire of each patient; the older ones are then to be read."""
        after = 0
        while True:
            async with self._turn:
                told = await asyncio.wrap_future(self._vault.answers.lasts(after, AT_ONCE))
                await self._answer(self._memory, _by_person(told))
            if not told:
                return self.again()
            after = told[-1].person

    def again(self) -> None:
        """Read all older ones again: other rules hold, or nothing is read yet."""
        self._page, self._left = END, None

    def miss(self, subject: bytes) -> None:
        """Take it that there is a record on something of which not all is held."""
        self._missed.add(subject)

    @property
    def behind(self) -> bool:
        """Whether there is more to be read."""
        return bool(self._missed) or self._page is not None

    async def read_on(self) -> frozenset[bytes]:
        """Read one batch more; return the alerts that may have changed."""
        async with self._turn:
            if self._missed:
                missed, self._missed = self._missed, set()
                await self._touch(missed)
                return frozenset(missed)
            if self._left is None:
                self._left = await asyncio.wrap_future(
                    self._vault.mail.read(lambda rows: rows.trace.subjects())
                )
                self._touched = frozenset(self._left)
            if self._left:
                some, self._left = self._left[:AT_ONCE], self._left[AT_ONCE:]
                await self._touch([one for one in some if not self._memory.holds(one)])
            elif self._page is not None:
                await self._turn_page(self._page)
        return frozenset()

    async def _turn_page(self, page: Page) -> None:
        """Take older questionnaires on which nobody did anything: where they are alerts, they still are."""
        told = await asyncio.wrap_future(
            self._vault.answers.before(page, AT_ONCE, every=_rules(self._memory.services))
        )
        if self._page is page:
            self._page = (told[-1].answered_ms, told[-1].alert) if told else None
        fresh = [
            one for one in told if one.alert not in self._touched and one.alert not in self._memory.asked
        ]
        self._memory.add(fresh)
        self._memory.slim((one.alert for one in fresh), ())

    async def _touch(self, subjects: Collection[bytes]) -> None:
        """Take alerts with what was done about them; of what is none here, what was done lately."""
        told = await asyncio.wrap_future(self._vault.answers.told(subjects))
        pairs, lately = await self._records(subjects)
        told += await self._unanswered(set(subjects).difference(one.alert for one in told), pairs)
        alerts = {alert for one in told for alert in (one.alert, unanswered(one))}
        pairs += (await self._records(alerts.difference(subjects)))[0]
        self._tell(self._memory, [one for one in pairs if one[1].subject in alerts | lately])
        self._memory.add(told)
        self._memory.slim(alerts, lately | self._came_lately(told) | self._asked_for)

    async def _unanswered(self, subjects: Collection[bytes], pairs: Pairs) -> list[Questionnaire]:
        """Return the questionnaires that none followed, where that is one of *subjects*: of the patients whom *pairs* on it name."""
        keys = {Key(kept.authority, kept.ipp) for kept, made in pairs if made.subject in subjects}
        persons = {person for key in keys for person in self._memory.persons_of(key)}
        told = await asyncio.wrap_future(self._vault.answers.of(persons))
        return [one for one in told if unanswered(one) in subjects]

    # --- while it is open ------------------------------------------------------------------------------------

    async def refresh(self, persons: Iterable[int]) -> frozenset[bytes]:
        """Read again what these patients answered; return the alerts that may have changed."""
        changed: set[bytes] = set()
        ordered = sorted(persons)
        for at in range(0, len(ordered), AT_ONCE):
            some = ordered[at : at + AT_ONCE]
            async with self._turn:
                told = await asyncio.wrap_future(self._vault.answers.of(some))
                found, lately = await self._answer(self._memory, _by_person(told, some))
                self._memory.slim(found, lately | self._came_lately(told) | self._asked_for)
            changed |= found
        return frozenset(changed)

    async def hold(self, alerts: Collection[bytes]) -> None:
        """Have these alerts in memory, however long ago they were closed."""
        missing = [one for one in alerts if self._memory.person_of(one) is None]
        if missing:
            async with self._turn:
                self._asked_for.update(missing)
                await self._touch(missing)

    async def whole(self, persons: Collection[int]) -> Memory:
        """Return all that there is of some patients."""
        told = await asyncio.wrap_future(self._vault.answers.of(persons))
        return await self._apart(told)

    async def within(self, since_ms: int, until_ms: int) -> Memory:
        """Return what was answered or came in a time, with what was done about it until now."""
        told = await asyncio.wrap_future(self._vault.answers.within(since_ms, until_ms))
        return await self._apart(told)

    async def _apart(self, told: Sequence[Questionnaire]) -> Memory:
        made = Memory(self._memory.me, whole=True)
        made.rule(self._memory.services)
        rest = list(_by_person(told).items())
        for at in range(0, len(rest), AT_ONCE):
            await self._answer(made, dict(rest[at : at + AT_ONCE]))
        return made

    # --- reading ---------------------------------------------------------------------------------------------

    async def _answer(
        self, memory: Memory, told: Mapping[int, Sequence[Questionnaire]]
    ) -> tuple[frozenset[bytes], frozenset[bytes]]:
        """Give *memory* what patients answered, with all that is known of it; return which alerts changed, and were touched lately."""
        persons = sorted(told)
        numbers = await asyncio.wrap_future(self._vault.answers.numbers(persons))
        rows = {row.id: row for row in await asyncio.wrap_future(self._vault.patients.recent(persons))}
        subjects = {one for person in persons for one in about(told[person], numbers[person])}
        pairs, lately = await self._records(subjects)
        self._tell(memory, pairs)
        changed: set[bytes] = set()
        for person in persons:
            row, those = rows.get(person), told[person]
            who = who_of(row, those[-1].key, numbers[person]) if row is not None and those else None
            changed |= memory.answer(person, those, who, numbers[person])
        return frozenset(changed), lately

    async def _records(self, subjects: Collection[bytes]) -> tuple[Pairs, frozenset[bytes]]:
        """Return the steps on *subjects*, and about which of those one came lately by this desk's clock."""
        since_ms = self._now_ms() - LATELY_MS

        def act(rows: Mailbag) -> tuple[Pairs, frozenset[bytes]]:
            kept = rows.trace.of(subjects)
            read_as = [(one, made) for one in kept if one.kind == KIND and (made := read(one)) is not None]
            return read_as, frozenset(one.subject for one in kept if one.came_ms >= since_ms)

        return await asyncio.wrap_future(self._vault.mail.read(act))

    def _tell(self, memory: Memory, pairs: Pairs) -> None:
        memory.hear(*(record for _kept, record in pairs))
        if memory is self._memory:
            for kept, record in pairs:
                self._heard(kept, record)

    def _came_lately(self, told: Iterable[Questionnaire]) -> frozenset[bytes]:
        since_ms = self._now_ms() - LATELY_MS
        return frozenset(one.alert for one in told if one.received_ms >= since_ms)


def about(told: Iterable[Questionnaire], numbers: Iterable[Key]) -> set[bytes]:
    """Return what records on a patient may be about: each alert, that nothing came after it, the patient by each number."""
    told = list(told)
    found = {patient_id(key) for key in {*numbers, *(one.key for one in told)}}
    for one in told:
        found |= {one.alert, unanswered(one)}
    return found


def who_of(row: Found, told: Key, numbers: Iterable[Key] = ()) -> Who:
    """Return a patient of the cache, under the one of their *numbers* that holds now; *told*: what a platform said."""
    key = next((one for one in numbers if one.ipp == row.ipp), Key(told.authority, row.ipp))
    name = " ".join(part for part in (row.birth_name, row.given_name) if part)
    return Who(row.id, key, name, row.birth, row.sex, str(row.status), dead=row.dead, hidden=row.hidden)


def _by_person(told: Iterable[Questionnaire], persons: Iterable[int] = ()) -> dict[int, list[Questionnaire]]:
    found: dict[int, list[Questionnaire]] = {one: [] for one in persons}
    for one in told:
        found.setdefault(one.person, []).append(one)
    return found


def _rules(services: Mapping[str, Service]) -> bool:
    """Tell whether any rule is or was on: then what no sender raised may be an alert all the same."""
    versions = (version.policy for one in services.values() for version in one.versions)
    return any(rule.on for policy in versions for rule in policy.rules)
