"""Messages over a relay that loses, doubles, reorders and forgets, between desks that stop at any moment: whatever the schedule,
nothing is undecryptable, nothing is shown twice, each author's order is kept, and a gap stands where something was lost and nowhere else.

The machines are the real ones, seals and signatures too; queues and disks are lists. A desk's disk changes in one piece or not at all.
`make schedules COUNT=10000` runs as many as one likes.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest

from media.keys import envelope
from media.keys.cards import DAY_MS, outlived
from media.keys.seal import XWing
from media.mail import bodies, convs, sending
from media.mail.receiving import Chain, Verdict
from media.mail.sending import Device, Step, targets
from media.mail.types import rule
from tests.harness.letters import NOW_MS, Desk, Letter

HOUR = 3_600_000
ANNE, BRUNO, CLEO = b"a" * 16, b"b" * 16, b"c" * 16
POOL = [Desk(user) for user in (ANNE, ANNE, BRUNO, BRUNO, CLEO)]
SPARE = [XWing.generate() for _ in range(12)]
"""Key pairs are drawn from these: making them takes longer than a schedule."""


@dataclass
class Row:
    """A letter on its way to one device, as the author's outbox keeps it."""

    letter: Letter
    to: Machine
    state: str = "waiting"
    first_ms: int = 0
    sealed_ms: int = 0
    blocks: int = 0


@dataclass(eq=False)
class Machine:
    """A desk as it is on disk; `cards` is what a stopped program forgets."""

    desk: Desk
    outbox: list[Row] = field(default_factory=list)
    shown: list[tuple[Letter, bodies.Text, str]] = field(default_factory=list)
    superseded: dict[int, int] = field(default_factory=dict)
    made_ms: int = NOW_MS
    cards: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)


class Schedule:
    """One world of five devices and its relay, driven by chance."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.loss = self.chance.choice((0.05, 0.15, 0.7))
        self.now_ms = NOW_MS
        self.machines = [Machine(self._fresh(desk)) for desk in POOL]
        self.queues: dict[bytes, list[bytes]] = {one.desk.id: [] for one in self.machines}
        self.said: dict[bytes, tuple[Letter, Machine, str]] = {}
        self.team = convs.fresh()

    def _fresh(self, desk: Desk) -> Desk:
        desk.own, desk.chains, desk.seen = {}, {}, set()
        desk.prekeys = {1: self.chance.choice(SPARE)}
        return desk

    # --- what desks do ------------------------------------------------------------------------------------

    def say(self) -> None:
        author, words = self.chance.choice(self.machines), f"mot {len(self.said)}"
        others = [user for user in (ANNE, BRUNO, CLEO) if user != author.desk.user]
        to, conv = self.chance.choice(
            ((others, self.team), (others[:1], self.team), (others[:1], b""), (others[1:], b""))
        )
        letter = self._post(author, bodies.Text(words), to, conv)
        self.said[letter.header.msg_id] = (letter, author, words)

    def _post(self, author: Machine, body, to, conv=b"") -> Letter:
        living = [Device(one.desk.user, one.desk.id, "certified") for one in self.machines]
        found = targets(to, author.desk.user, author.desk.id, living, restored=False)
        devices = [one.device_id for one in found]
        letter = author.desk.write(body, to, conv=conv, now_ms=self.now_ms, devices=devices)
        author.outbox += [Row(letter, self._machine(device)) for device in devices]
        return letter

    def _machine(self, device: bytes) -> Machine:
        return next(one for one in self.machines if one.desk.id == device)

    def pump(self, machine: Machine, *, crash: bool = False) -> None:
        """Give the relay what waits; who is stopped before it notes that gives it again."""
        for row in [row for row in machine.outbox if row.state == "waiting"]:
            card = machine.cards.setdefault(row.to.desk.id, row.to.desk.prekey)
            block = envelope.seal_block(card, row.to.desk.id, row.letter.object, row.letter.box)
            self.queues[row.to.desk.id].append(block)
            row.blocks += 1
            if crash:
                machine.cards.clear()
                return
            wanted = rule(row.letter.header.type).receipted
            row.state, row.sealed_ms = ("relay" if wanted else "done"), self.now_ms
            row.first_ms = row.first_ms or self.now_ms

    def fetch(self, machine: Machine, at: int, *, crash: bool = False, again: bool = False) -> None:
        """Take one block; the relay keeps it when the desk is stopped before it acknowledges, or because it lies."""
        queue = self.queues[machine.desk.id]
        block = queue[at]
        self._take(machine, block)
        if not crash and not again:
            queue.remove(block)

    def _take(self, machine: Machine, block: bytes) -> None:
        taken = machine.desk.take(block, *POOL, now_ms=self.now_ms)
        assert taken.judged.verdict in (Verdict.TAKE, Verdict.DUPLICATE)
        assert taken.judged.warning in ("", "gap", "late")
        author = next(one for one in self.machines if one.desk.cert.hash == taken.header.cert_hash)
        if taken.header.type == bodies.Receipt.TYPE:
            if taken.body:
                self._reached(machine, author, taken.body)
            return
        if taken.judged.verdict == Verdict.TAKE:
            machine.shown.append((self.said[taken.header.msg_id][0], taken.body, taken.judged.warning))
        receipt = bodies.Receipt(bodies.Reached.DELIVERED, (taken.header.msg_id,), self.now_ms)
        self._post(machine, receipt, [author.desk.user])

    def _reached(self, machine: Machine, by: Machine, receipt: bodies.Receipt) -> None:
        for row in machine.outbox:
            if row.letter.header.msg_id in receipt.about and row.to is by:
                row.state = "done"

    def hours_pass(self, hours: int) -> None:
        self.now_ms += hours * HOUR
        for machine in self.machines:
            self._look_again(machine)
            if self.chance.random() < 0.7:
                self._rotate(machine)

    def _look_again(self, machine: Machine) -> None:
        for row in [row for row in machine.outbox if row.state == "relay"]:
            step = sending.step(row.first_ms, row.sealed_ms, self.now_ms)
            if step == Step.UNDELIVERED:
                row.state = "undelivered"
            elif step == Step.AGAIN:
                machine.cards.pop(row.to.desk.id, None)
                row.state = "waiting"

    def _rotate(self, machine: Machine) -> None:
        """Make the pre-key of the day; a desk that is off makes none."""
        if self.now_ms - machine.made_ms < DAY_MS:
            return
        newest = max(machine.desk.prekeys)
        machine.superseded[newest] = self.now_ms
        machine.desk.prekeys[newest + 1] = self.chance.choice(SPARE)
        machine.made_ms = self.now_ms
        rows = [(number, machine.superseded.get(number, 0)) for number in machine.desk.prekeys]
        for number in outlived(rows, self.now_ms):
            del machine.desk.prekeys[number]

    # --- the schedule -------------------------------------------------------------------------------------

    def run(self, steps: int) -> None:
        for _ in range(steps):
            self._step()
        self._settle()

    def _step(self) -> None:
        machine, luck = self.chance.choice(self.machines), self.chance.random()
        queue = self.queues[machine.desk.id]
        if luck < 0.2:
            self.say()
        elif luck < 0.5:
            self.pump(machine, crash=self.chance.random() < 0.15)
        elif luck < 0.85 and queue:
            self._relay_acts(machine, queue)
        elif luck < 0.88:
            self.queues = {device: [] for device in self.queues}
        elif luck < 0.96:
            self.hours_pass(self.chance.choice((1, 5, 25, 50)))

    def _relay_acts(self, machine: Machine, queue: list[bytes]) -> None:
        at = self.chance.randrange(len(queue)) if self.chance.random() < 0.4 else 0
        if self.chance.random() < self.loss:
            del queue[at]
            return
        wrong = self.chance.random()
        self.fetch(machine, at, crash=wrong < 0.15, again=wrong > 0.85)

    def _settle(self) -> None:
        """The relay is honest from now on, and everybody is there for four days."""
        for _ in range(5):
            while any(self.queues.values()) or any(self._waiting(one) for one in self.machines):
                for machine in self.machines:
                    self.pump(machine)
                    while self.queues[machine.desk.id]:
                        self.fetch(machine, 0)
            self.hours_pass(24)

    @staticmethod
    def _waiting(machine: Machine) -> bool:
        return any(row.state == "waiting" for row in machine.outbox)

    # --- what must hold -----------------------------------------------------------------------------------

    def check(self) -> None:
        for machine in self.machines:
            self._nothing_twice_and_in_order(machine)
            self._no_gap_without_a_loss(machine)
        for letter, author, words in self.said.values():
            rows = [row for row in author.outbox if row.letter is letter]
            assert {row.state for row in rows} <= {"done", "undelivered"}
            for row in rows:
                self._came_or_is_missed(row, author, words)

    def _no_gap_without_a_loss(self, machine: Machine) -> None:
        """A number that is missing was said to this desk; what went to others leaves none."""
        for (device, chain), known in machine.desk.chains.items():
            rows = [row for row in self._machine(device).outbox if row.letter.header.chain == chain]
            said = {row.letter.header.seq for row in rows if row.to is machine}
            assert {seq for gap in known.gaps for seq in range(gap.first, gap.last + 1)} <= said

    def _nothing_twice_and_in_order(self, machine: Machine) -> None:
        ids = [letter.header.msg_id for letter, _, _ in machine.shown]
        assert len(ids) == len(set(ids))
        last: dict[bytes, int] = {}
        for letter, body, warning in machine.shown:
            header = letter.header
            assert body == bodies.Text(self.said[header.msg_id][2])
            if warning != "late":
                assert header.seq > last.get(header.chain, -1)
                last[header.chain] = header.seq

    def _came_or_is_missed(self, row: Row, author: Machine, words: str) -> None:
        header = row.letter.header
        came = any(letter is row.letter and body.text == words for letter, body, _ in row.to.shown)
        chain = row.to.desk.chains.get((author.desk.id, header.chain), Chain())
        missed = header.seq >= chain.seq or chain.gap(header.seq) is not None
        assert came != missed
        if row.state == "done":
            assert came
        if missed:
            assert row.state == "undelivered"
            assert row.blocks > 1


def play(seeds: range, steps: int) -> tuple[int, int]:
    """Run these schedules; return how many messages came late and how many never did, so that a test knows that they were hard."""
    late = lost = 0
    for seed in seeds:
        schedule = Schedule(seed)
        try:
            schedule.run(steps)
            schedule.check()
        except Exception as error:
            raise AssertionError(f"schedule {seed}") from error
        late += sum(warning == "late" for machine in schedule.machines for _, _, warning in machine.shown)
        lost += sum(row.state == "undelivered" for machine in schedule.machines for row in machine.outbox)
    return late, lost


@pytest.mark.parametrize("part", range(2))
def test_random_schedules(part: int) -> None:
    late, lost = play(range(part * 120, part * 120 + 120), 28)
    assert late > 10
    assert lost > 0


@pytest.mark.long
@pytest.mark.parametrize("part", range(20))
def test_ten_thousand_random_schedules(part: int) -> None:
    late, lost = play(range(1000 + part * 500, 1000 + part * 500 + 500), 45)
    assert late > 80
    assert lost > 3
