"""What a desk sees of a unit that it follows: everything, once, in order, nothing of other units; and it notices what is withheld."""

from __future__ import annotations

import asyncio
import random

import pytest

from media.mail import feeds as words
from media.mail.feeds import Packed
from tests.harness.adt import adt
from tests.harness.feeds import DAY, HOUR, MINUTE

IDENTITY = adt("A28^ADT_A05", "1", 1)
COMES = adt("A01^ADT_A01", "2", 1, minute=1, movement="2101")
MOVES = adt("A02^ADT_A02", "3", 1, minute=2, movement="2102")
OTHER = adt("A01^ADT_A01", "9", 9, minute=1, movement="2103")


def stay(number: int, patient: int = 1, unit: str = "2101") -> bytes:
    return adt("A02^ADT_A02", str(number), patient, minute=number, movement=unit)


def play(story):
    asyncio.run(story())


def test_a_desk_gets_the_messages_of_its_unit_and_the_other_desk_does_not(site):
    async def story():
        await site.start()
        here, there = site.desk("2101"), site.desk("2102")
        await site.pass_time()
        await site.receive(IDENTITY, COMES, OTHER)
        await site.pass_time()
        assert here.has() == [IDENTITY, COMES], "who comes brings what was said before"
        assert there.has() == []
        await site.receive(MOVES)
        await site.pass_time()
        assert here.has() == [IDENTITY, COMES, MOVES]
        assert there.has() == [IDENTITY, COMES, MOVES], "the new unit gets the patient whole"
        assert here.following.reception.units == ("2101",)

    play(story)


def test_a_newcomer_gets_who_is_there_before_what_comes_live(site):
    async def story():
        await site.start()
        first = site.desk("2101")
        await site.receive(IDENTITY, COMES, OTHER)
        await site.pass_time()
        second = site.desk("2101")
        await site.receive(stay(5))
        await site.pass_time()
        assert first.has() == second.has() == [IDENTITY, COMES, stay(5)]

    play(story)


def test_a_long_snapshot_comes_in_bounded_pieces_and_nothing_live_overtakes_it(site):
    async def story():
        await site.start()
        long = COMES + b"NTE|1||" + random.Random(1).randbytes(700_000).hex().encode() + b"\r"
        other = long.replace(b"|2|T|", b"|4|T|")
        await site.receive(IDENTITY, long, other)
        desk = site.desk("2101")
        sent = []
        await site.pass_time(lost=lambda letter: sent.append(letter.told) and False)
        pieces = [one.body for one in sent if isinstance(one.body, words.Snapshot)]
        assert [piece.last for piece in pieces] == [False, True]
        assert all(sum(len(one.data) for one in piece.messages) < 1 << 20 for piece in pieces)
        assert desk.has() == [IDENTITY, long, other]

    play(story)


def test_what_the_relay_withholds_is_noticed_and_asked_for_again(site):
    async def story():
        await site.start()
        desk = site.desk("2101")
        await site.receive(IDENTITY, COMES)
        await site.pass_time()
        await site.receive(stay(5))
        await site.pass_time(lost=lambda letter: isinstance(letter.told.body, words.Batch))
        assert desk.has() == [IDENTITY, COMES]
        await site.pass_time(5 * MINUTE)
        await site.pass_time(2 * MINUTE, lost=lambda letter: isinstance(letter.told.body, words.Batch))
        assert desk.following.reception.missing, "the gateway said a number that did not come"
        await site.pass_time(2 * MINUTE)
        await site.pass_time(2 * MINUTE)
        assert desk.has() == [IDENTITY, COMES, stay(5)]
        assert not desk.following.reception.missing

    play(story)


def test_a_snapshot_whose_end_was_withheld_is_asked_for_again(site):
    async def story():
        await site.start()
        await site.receive(IDENTITY, COMES)
        desk = site.desk("2101")
        await site.pass_time(lost=lambda letter: isinstance(letter.told.body, words.Snapshot))
        for _ in range(3):
            await site.pass_time(6 * MINUTE)
        assert desk.has() == [IDENTITY, COMES]

    play(story)


def test_silence_is_an_alarm_after_a_quarter_of_an_hour_and_delay_counts_as_silence(site):
    async def story():
        await site.start()
        desk = site.desk("2101")
        await site.pass_time()
        kept = []
        for _ in range(4):
            await site.pass_time(4 * MINUTE, lost=lambda letter: kept.append(letter) or True)
        assert desk.following.reception.late(site.clock())
        heard_ms = desk.following.reception.heard_ms
        await desk.following.take(kept[0].told)
        assert desk.following.reception.late(site.clock() + 10 * MINUTE), "an old word is no news"
        assert desk.following.reception.heard_ms >= heard_ms
        await site.pass_time(5 * MINUTE)
        assert not desk.following.reception.late(site.clock())

    play(story)


def test_a_gateway_that_never_answers_is_an_alarm_a_minute_after_the_unlock(site):
    async def story():
        await site.start()
        desk = site.desk("2101")
        await desk.following.step()
        assert not desk.following.reception.late(site.clock())
        assert desk.following.reception.late(site.clock() + MINUTE)

    play(story)


def test_a_desk_that_was_off_for_three_days_catches_up(site):
    async def story():
        await site.start()
        desk = site.desk("2101")
        await site.receive(IDENTITY, COMES)
        await site.pass_time()
        site.desks, kept = [], []
        for day in range(3):
            await site.receive(stay(10 + day))
            await site.fanout.step()
            site.clock.ms += DAY
            await site.fanout.step()
            kept += site.wire.take()
        site.desks = [desk]
        alive = [one for one in kept if isinstance(one.told.body, words.Alive)]
        assert len(alive) <= 3, "no alive piles up for who is away"
        for letter in kept:
            await desk.following.take(letter.told)
        await site.pass_time()
        assert desk.has() == [IDENTITY, COMES, *(stay(10 + day) for day in range(3))]

    play(story)


def test_a_desk_that_was_off_for_weeks_costs_nothing_meanwhile_and_gets_a_snapshot(site):
    async def story():
        await site.start()
        desk, other = site.desk("2101"), site.desk("2101")
        await site.receive(IDENTITY, COMES)
        await site.pass_time()
        site.desks = [other]
        for week in range(6):
            await site.receive(stay(20 + week))
            await site.pass_time(4 * DAY)
        site.wire.take()
        site.desks = [desk, other]
        await site.pass_time(MINUTE)
        assert desk.has() == other.has()

    play(story)


def test_doubled_and_shuffled_letters_leave_each_message_once(site):
    async def story():
        chance = random.Random(7)
        await site.start()
        desk = site.desk("2101")
        await site.pass_time()
        expected = [IDENTITY, COMES]
        await site.receive(*expected)
        for number in range(10, 22):
            expected.append(stay(number))
            await site.receive(expected[-1])
            site.clock.ms += 3_000
            await site.fanout.step()
            site.clock.ms += 3_000
            await site.fanout.step()
        letters = site.wire.take() * 2
        chance.shuffle(letters)
        for letter in letters:
            await desk.following.take(letter.told)
        for _ in range(3):
            await site.pass_time(5 * MINUTE)
        assert sorted(desk.has()) == sorted(expected)
        assert not desk.following.reception.missing

    play(story)


def test_a_gateway_killed_between_saying_and_noting_says_twice_and_the_desk_keeps_once(site):
    async def story():
        await site.start()
        desk = site.desk("2101")
        await site.pass_time()
        stand = site.vault.feeds.stand
        site.vault.feeds.stand = lambda *_: (_ for _ in ()).throw(RuntimeError)
        await site.receive(IDENTITY, COMES)
        with pytest.raises(RuntimeError):
            await site.pass_time(10_000)
        site.vault.feeds.stand = stand
        await site.start()
        await site.pass_time(10_000)
        assert desk.has() == [IDENTITY, COMES]

    play(story)


def test_a_feed_that_was_lost_at_the_gateway_begins_a_new_life_with_a_snapshot(site):
    async def story():
        await site.start()
        desk = site.desk("2101")
        await site.receive(IDENTITY, COMES)
        await site.pass_time()
        site.vault.feeds.end("2101").result()
        await site.start()
        await site.receive(stay(7))
        await site.pass_time(31 * MINUTE)
        await site.pass_time(MINUTE)
        assert desk.has() == [IDENTITY, COMES, stay(7)]

    play(story)


def test_who_may_not_follow_gets_nothing_and_both_sides_know(site):
    async def story():
        await site.start()
        nurse = site.desk("2101", role="nurse")
        greedy = site.desk("2101", "9999")
        await site.receive(IDENTITY, COMES)
        await site.pass_time()
        assert nurse.has() == []
        assert nurse.following.reception.refused == ("2101",)
        assert not nurse.following.reception.late(site.clock() + HOUR), "nothing is expected, nothing is late"
        assert greedy.following.reception.refused == ("9999",)
        rows = site.vault.audit.newest().result()
        traced = {(row.who, row.action, row.reason) for row in rows}
        assert traced == {
            (nurse.by.user, "feed-refused", "2101"),
            (greedy.by.user, "feed-refused", "9999"),
            (greedy.by.user, "feed-follow", "2101"),
        }

    play(story)


def test_who_leaves_a_unit_gets_nothing_more_and_keeps_what_is_there(site):
    async def story():
        await site.start()
        desk = site.desk("2101", "2103")
        await site.receive(IDENTITY, COMES)
        await site.pass_time()
        desk.following._units = ("2103",)
        await site.pass_time(31 * MINUTE)
        await site.receive(stay(7))
        await site.pass_time()
        assert desk.has() == [IDENTITY, COMES]
        assert "feed-leave" in [row.action for row in site.vault.audit.newest().result()]

    play(story)


def test_a_patient_who_left_long_ago_sends_nothing_and_brings_all_on_coming_back(site):
    async def story():
        await site.start()
        desk = site.desk("2101")
        await site.receive(IDENTITY, COMES)
        await site.pass_time()
        away = adt("A02^ADT_A02", "5", 1, minute=5, movement="7000")
        await site.receive(away)
        site.clock.ms += 40 * DAY
        lab = adt("A02^ADT_A02", "6", 1, minute=6, movement="7001")
        await site.receive(lab)
        await site.pass_time(MINUTE)
        await site.pass_time(MINUTE)
        assert lab not in desk.has()
        back = adt("A02^ADT_A02", "8", 1, minute=80_000, movement="2101")
        await site.receive(back)
        await site.pass_time(MINUTE)
        assert set(desk.has()) == {IDENTITY, COMES, away, lab, back}

    play(story)


def test_quarantine_does_not_travel(site):
    async def story():
        await site.start()
        desk = site.desk("2101")
        await site.receive(IDENTITY, COMES, adt("A01^ADT_A01", "2", 1, movement="2101", name="AUTRE"))
        await site.pass_time()
        assert desk.has() == [IDENTITY, COMES]
        assert site.vault.inbox.waiting().result() == 1

    play(story)


def test_a_broken_batch_is_passed_over_and_shows_as_missing(site):
    async def story():
        await site.start()
        desk = site.desk("2101")
        await site.receive(IDENTITY, COMES)
        await site.pass_time()

        def spoil(letter):
            body = letter.told.body
            if isinstance(body, words.Batch):
                bad = Packed(b"GAM", b"1", 1, 5, b"\xff")
                letter.told.body = words.Batch(body.place, body.after, (bad,))
            return False

        await site.receive(stay(5))
        await site.pass_time(lost=spoil)
        assert desk.has() == [IDENTITY, COMES]
        await site.pass_time(5 * MINUTE)
        for _ in range(2):
            await site.pass_time(2 * MINUTE)
        assert desk.has() == [IDENTITY, COMES, stay(5)]

    play(story)
