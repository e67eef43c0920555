"""Bytes of others: bodies of feeds are refused or mean what they say, and any order of loss, doubling and restarts ends whole."""

from __future__ import annotations

import asyncio
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.fanout.gateway import MAX_ASKED
from media.errors import ProtocolError
from media.mail import feeds as words
from tests.harness.adt import adt
from tests.harness.feeds import DAY, MINUTE, person

KINDS = (words.Batch, words.Alive, words.Follow, words.Snapshot, words.Outgoing, words.OutgoingAck)
PLACE = words.Place("2101", bytes(16), 4)
PACKED = words.Packed(b"GAM", b"1", 7, 0, b"MSH|")
GOOD = (
    words.Batch(PLACE, 3, (PACKED,)).encode(),
    words.Alive((PLACE,)).encode(),
    words.Follow(("2101",), (PLACE,), True).encode(),
    words.Snapshot(PLACE, True, (PACKED,)).encode(),
    words.OutgoingAck(bytes(16), words.Stage.REFUSED, "207").encode(),
)


@given(st.sampled_from(KINDS), st.one_of(st.binary(max_size=200), st.sampled_from(GOOD)), st.data())
def test_any_bytes_are_refused_or_are_the_one_spelling_of_what_they_say(kind, data, draw):
    if data and draw.draw(st.booleans()):
        place = draw.draw(st.integers(0, len(data) - 1))
        data = data[:place] + draw.draw(st.binary(min_size=1, max_size=3)) + data[place + 1 :]
    try:
        read = kind.parse(data)
    except ProtocolError:
        return
    assert read.encode() == data


@pytest.mark.parametrize(
    "bad",
    [
        words.Batch(PLACE, 4, ()),
        words.Batch(words.Place("2101\u202e", bytes(16), 4), 3, ()),
        words.Batch(words.Place("2101", bytes(15), 4), 3, ()),
        words.Batch(PLACE, 3, (PACKED,) * (words.MAX_PACKED + 1)),
        words.Alive((PLACE,) * (words.MAX_UNITS + 1)),
    ],
)
def test_what_no_gateway_says_is_refused(bad):
    with pytest.raises(ProtocolError):
        type(bad).parse(bad.encode())


def test_a_flood_of_followers_has_a_bound(site):
    async def story():
        await site.start()
        for _ in range(MAX_ASKED + 50):
            told = type("Told", (), {"by": person("doctor"), "body": words.Follow(("2101",))})()
            await site.fanout.take(told)
        assert len(site.fanout._asked) == MAX_ASKED

    asyncio.run(story())


class Story:
    """Two units and three desks; letters are lost, held back and doubled, desks are off, the gateway is killed."""

    def __init__(self, site, seed: int) -> None:
        self.site, self.seed, self.chance = site, seed, random.Random(seed)
        self.desks = [site.desk("2101"), site.desk("2102"), site.desk("2101", "2102")]
        self.held: list = []
        self.sent = 0

    async def play(self) -> None:
        await self.site.start()
        for turn in range(12):
            await self.receive()
            self.site.desks = [one for one in self.desks if self.chance.random() < 0.8]
            await self.site.pass_time(
                self.chance.choice((1_000, MINUTE, 6 * MINUTE, 40 * MINUTE)), lost=self.fate
            )
            if self.chance.random() < 0.2:
                await self.site.start()
            if self.chance.random() < 0.3:
                await self.bring_late()
            if turn == 8 and self.chance.random() < 0.3:
                self.site.clock.ms += 8 * DAY
        self.site.desks = self.desks
        for _ in range(6):
            await self.site.pass_time(11 * MINUTE)

    async def receive(self) -> None:
        for _ in range(self.chance.randrange(4)):
            self.sent += 1
            unit, patient = self.chance.choice(("2101", "2102", "7000")), self.chance.randrange(1, 4)
            told = adt("A02^ADT_A02", str(self.sent), patient, minute=self.sent, movement=unit)
            await self.site.receive(told)

    def fate(self, letter) -> bool:
        roll = self.chance.random()
        if roll < 0.2:
            self.held.append(letter)
        return roll < 0.35

    async def bring_late(self) -> None:
        self.chance.shuffle(self.held)
        for letter in self.held:
            desk = next(one for one in self.desks if one.by.device_id == letter.device)
            await desk.following.take(letter.told)

    def check(self, desk) -> None:
        """Hold what a desk has against all that the gateway knows of who is in its units."""
        has, vault = desk.has(), self.site.vault
        assert len(has) == len(set(has))
        assert all(
            row.number == row.said for row in desk.vault.feed_reader.read(self.site.by.device_id).result()
        )
        for unit in desk.following._units:
            seqs = vault.patients.told_of(vault.feeds.carried_by(unit).result(), 10_000).result()
            raws = {one.raw for one in vault.inbox.whole(seqs).result()}
            assert raws <= set(has), f"seed {self.seed}: somebody in {unit} is not whole"


def schedule(site, seed: int) -> None:
    """Play one random story, then let everything arrive: whoever may has everything, once."""
    story = Story(site, seed)
    asyncio.run(story.play())
    assert story.sent
    for desk in story.desks:
        story.check(desk)


@pytest.mark.parametrize("seed", range(6))
def test_random_loss_delay_doubling_and_restarts_end_whole(site, seed):
    schedule(site, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 160))
def test_many_random_schedules_end_whole(site, seed):
    schedule(site, seed)


@pytest.mark.long
@settings(max_examples=20_000)
@given(st.sampled_from(KINDS), st.binary(max_size=2000))
def test_long_fuzz_of_bodies(kind, data):
    try:
        assert kind.parse(data).encode() == data
    except ProtocolError:
        return
