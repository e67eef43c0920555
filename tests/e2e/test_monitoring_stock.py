"""What of telemonitoring stands in memory after the unlock, and what is reached when it is asked for; real vaults and a real relay."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from dataclasses import replace

import pytest
from msgspec import structs

from app.monitoring.ports import List, Unwritable
from app.monitoring.stock import LATELY_MS
from media.mail.policy import LocalRule
from storage.database import READERS
from storage.monitoring.records import Phase
from tests.harness import platform
from tests.harness.platform import Listening, admitted, merged
from tests.harness.postal import Clock, until
from tests.harness.wards import alert_of, asked, with_team

DAY, WEEK, YEAR = 86_400_000, 7 * 86_400_000, 365 * 86_400_000


async def lists(watch, *, read=True):
    """Return in which list each alert is, once all is read."""
    if read:
        await until(lambda: not watch.alerts.reading)
    return {one.alert: which for which in List for one in await watch.alerts.queue(which)}


async def knows(watch, **where):
    """Wait until alerts are in lists: by alert."""

    async def there():
        return (await lists(watch)) == where["where"]

    await until(there)


async def ruled(*watches):
    for watch in watches:
        await until(lambda watch=watch: watch.alerts._desk.memory.services)


def the_last(told):
    """Return a questionnaire after which none is awaited."""
    return structs.replace(told, content=structs.replace(told.content, state="ENDED"))


def later(watch):
    """Let a desk be looked at a good month later."""
    watch.clock = Clock()
    watch.clock.ahead_ms = LATELY_MS + DAY


def test_an_alert_nobody_acted_on_stands_in_the_queue_however_old_it_is(tmp_path):
    async def story(_clinic, nurse):
        now = nurse.desk.clock.now_ms()
        old, mild, last = (
            asked("1", now - ago, pain=grade) for ago, grade in ((3 * YEAR, 2), (WEEK, 0), (0, 0))
        )
        await nurse.hear(old, mild, last)
        await nurse.restart()
        assert await lists(nurse) == {alert_of(old): List.TODO}
        memory = nurse.alerts.known
        assert set(memory.asked) == {alert_of(old), alert_of(last)}, "the others are in the vault"

    with_team(tmp_path, ("nurse",), story)


def test_what_was_closed_long_ago_is_reached_from_the_patient_and_opened_again(tmp_path):
    async def story(_clinic, nurse, other):
        now = nurse.desk.clock.now_ms()
        old, last = asked("1", now - WEEK, pain=1), the_last(asked("1", now, pain=0))
        await ruled(nurse, other)
        for watch in (nurse, other):
            await watch.hear(old, last)
        await nurse.alerts.close(alert_of(old), "resolved", 1, "réglé")
        await knows(other, where={alert_of(old): List.CLOSED})
        later(other)
        await other.restart()
        assert await lists(other) == {}
        person = next(iter(other.alerts.known.persons()))
        course = await other.alerts.course(person)
        assert [(one.alert, one.phase) for one in course.past] == [(alert_of(old), Phase.CLOSED)]
        sheet = await other.alerts.sheet(alert_of(old))
        assert [row.record.text for row in sheet.life.rows] == ["réglé"]
        await other.alerts.reopen(alert_of(old), "revenu")
        await knows(nurse, where={alert_of(old): List.IN_HAND})
        await knows(other, where={alert_of(old): List.IN_HAND})

    with_team(tmp_path, ("nurse", "nurse"), story)


def test_a_step_of_a_colleague_brings_back_what_was_closed_long_ago(tmp_path):
    async def story(_clinic, nurse, other):
        now = nurse.desk.clock.now_ms()
        old, last = asked("1", now - WEEK, pain=1), the_last(asked("1", now, pain=0))
        await ruled(nurse, other)
        for watch in (nurse, other):
            await watch.hear(old, last)
        await nurse.alerts.close(alert_of(old), "resolved", 1)
        await knows(other, where={alert_of(old): List.CLOSED})
        later(other)
        await other.restart()
        assert await lists(other) == {}
        await nurse.alerts.reopen(alert_of(old), "revenu")
        await knows(other, where={alert_of(old): List.IN_HAND})
        rows = (await other.alerts.sheet(alert_of(old))).life.rows
        assert [str(row.record.step) for row in rows] == ["close", "reopen"]

    with_team(tmp_path, ("nurse", "nurse"), story)


@pytest.mark.parametrize("years", [-30, 30])
def test_a_desk_whose_clock_is_years_off_is_read_by_when_its_records_came(tmp_path, years):
    async def story(_clinic, nurse, other):
        now = nurse.desk.clock.now_ms()
        told = [asked(str(ipp), now - 2 * LATELY_MS, pain=1) for ipp in range(3)]
        await ruled(nurse, other)
        for watch in (nurse, other):
            await watch.hear(*told, *(asked(str(ipp), now, pain=0) for ipp in range(3)))
        closed, taken, new = map(alert_of, told)
        nurse.clock = Clock()
        nurse.clock.ahead_ms = years * YEAR
        await nurse.alerts.close(closed, "resolved", 1)
        await nurse.alerts.take(taken)
        expected = {closed: List.CLOSED, taken: List.IN_HAND, new: List.TODO}
        await knows(other, where=expected)
        nurse.clock = nurse.desk.clock
        for watch in (nurse, other):
            await watch.restart()
            assert await lists(watch) == expected

    with_team(tmp_path, ("nurse", "nurse"), story)


def test_a_rule_that_is_turned_on_speaks_of_older_answers_too(tmp_path):
    async def story(_clinic, nurse):
        now = nurse.desk.clock.now_ms()
        old, last = asked("1", now - WEEK, pain=0), asked("1", now, pain=0)
        await nurse.hear(old, last)
        await nurse.restart()
        assert await lists(nurse) == {}
        (service,) = await nurse.alerts.services()
        on = LocalRule("toute réponse", "any_grade >= 0", on=True)
        newer = replace(service.policy, number=2, before=service.id, rules=(on,))
        await nurse.alerts.sign(newer)
        await knows(nurse, where={alert_of(old): List.TODO, alert_of(last): List.TODO})

    with_team(tmp_path, ("secretary",), story)


def test_a_mute_goes_along_with_a_patient_who_is_merged_and_ends_where_it_worsens(tmp_path):
    async def story(_clinic, nurse):
        now = nurse.desk.clock.now_ms()
        async with Listening(nurse) as feed:
            await feed.send(admitted("1", now - DAY), admitted("2", now - DAY))
            await feed.send(platform.asked("1", "Q1", now - DAY, pain=1))

            async def there():
                return await nurse.alerts.queue(List.TODO)

            (item,) = await until(there)
            await nurse.alerts.mute(item.who.key, "pain", now + 2 * WEEK, "arthrose connue")
            await feed.send(merged("2", "1", now))
            await feed.send(platform.asked("2", "Q2", now + 60_000, pain=1))
            expected = {platform.alert("1", "Q1"): List.TODO, platform.alert("2", "Q2"): List.QUIET}
            await knows(nurse, where=expected)
            await feed.send(platform.asked("2", "Q3", now + 120_000, pain=2))
            await knows(nurse, where=expected | {platform.alert("2", "Q3"): List.TODO})
        await nurse.restart()
        await knows(nurse, where=expected | {platform.alert("2", "Q3"): List.TODO})
        (after,) = await nurse.alerts.items([platform.alert("2", "Q2")])
        assert after.who.key.ipp == "2"
        await nurse.alerts.unmute(after.who.key, "pain")
        await knows(nurse, where=dict.fromkeys((*expected, platform.alert("2", "Q3")), List.TODO))

    with_team(tmp_path, ("nurse",), story)


def test_what_is_read_when_the_desk_locks_stands_up_no_more(tmp_path):
    async def story(_clinic, nurse):
        await nurse.hear(asked("1", nurse.desk.clock.now_ms(), pain=2))
        nurse.end()
        disk, fired = threading.Event(), []
        for _ in range(READERS):
            nurse.desk.vault.answers._database.read(lambda _db: disk.wait(60))
        begun = asyncio.create_task(nurse.alerts.begin(nurse.desk.session, nurse.desk.vault))
        await until(lambda: nurse.alerts._desk is not None)
        nurse.alerts.end()
        nurse.alerts.changed.subscribe(fired.append)
        disk.set()
        await begun
        assert not fired
        assert nurse.alerts._escalating is None
        assert not nurse.alerts.reading

    with_team(tmp_path, ("nurse",), story)


def test_a_step_that_the_lock_overtakes_is_signed_by_nobody(tmp_path):
    async def story(_clinic, nurse):
        told = asked("1", nurse.desk.clock.now_ms(), pain=2)
        await nurse.hear(told)
        traced, waits, gate = nurse.alerts.traced, asyncio.Event(), asyncio.Event()

        async def slow(*what):
            await traced(*what)
            waits.set()
            await gate.wait()

        nurse.alerts.traced = slow
        taking = asyncio.create_task(nurse.alerts.take(alert_of(told)))
        await waits.wait()
        nurse.alerts.end()
        await nurse.alerts.begin(nurse.desk.session, nurse.desk.vault)
        gate.set()
        with pytest.raises(Unwritable):
            await taking
        assert (await lists(nurse)) == {alert_of(told): List.TODO}

    with_team(tmp_path, ("nurse",), story)


def test_a_record_that_is_written_while_the_vault_is_let_go_is_told_to_nobody(tmp_path):
    async def story(_clinic, nurse):
        told, sharing, heard = asked("1", nurse.desk.clock.now_ms(), pain=2), nurse.alerts._sharing, []
        await nurse.hear(told)
        sharing.came.subscribe(heard.append)
        disk, waits = threading.Event(), threading.Event()
        nurse.desk.vault.mail.write(lambda _rows: (waits.set(), disk.wait(60)))
        taking = asyncio.create_task(nurse.alerts.take(alert_of(told)))
        await until(waits.is_set)
        await until(nurse.desk.vault.mail._database._writes.qsize)
        sharing.close()
        disk.set()
        with contextlib.suppress(Unwritable):  # where it was let go before the record was handed to the disk
            await taking
        assert not heard

    with_team(tmp_path, ("nurse",), story)
