"""Questionnaires by a gateway: they reach the desks of the service that follows the patient, and stand in their queue."""

from __future__ import annotations

import asyncio

from app.interop.follow import Follower
from app.monitoring.memory import Memory
from app.monitoring.ports import List
from app.monitoring.stock import who_of
from tests.harness.feeds import BEGIN_MS, DAY, MINUTE
from tests.harness.platform import admitted, alert, asked

ME = b"m" * 16


async def queue(desk, clock):
    """Return what stands in the queue of a desk, once it has applied what it got."""
    await Follower(desk.vault.inbox, desk.vault.patients, clock).catch_up()
    memory = Memory(ME)
    for last in await asyncio.wrap_future(desk.vault.answers.last()):
        told = await asyncio.wrap_future(desk.vault.answers.of([last.person]))
        rows = await asyncio.wrap_future(desk.vault.patients.recent([last.person]))
        memory.answer(last.person, told, who_of(rows[0], told[-1].key) if rows else None)
    return {one.alert: one for one in memory.queue(List.TODO, clock())}


def test_the_service_that_follows_a_patient_sees_the_alert_and_no_other_does(site):
    async def story():
        await site.start()
        here, there = site.desk("2101"), site.desk("2102")
        await site.pass_time()
        await site.receive(
            admitted("1", BEGIN_MS - DAY),
            asked("1", "Q1", BEGIN_MS, unit="2101", pain=3),
            asked("2", "Q2", BEGIN_MS, unit="2102", pain=2),
        )
        await site.pass_time()
        found = await queue(here, site.clock)
        assert [(one.who.name, one.grade) for one in found.values()] == [("DUMAS Solange", 3)]
        assert [*await queue(there, site.clock)] == [alert("2", "Q2")]

    asyncio.run(story())


def test_letters_that_are_lost_doubled_or_late_end_in_one_alert_with_its_correction(site):
    async def story():
        await site.start()
        here = site.desk("2101")
        await site.pass_time()
        await site.receive(asked("1", "Q1", BEGIN_MS, unit="2101", pain=3))
        await site.pass_time(lost=lambda _letter: True)
        fixed = asked("1", "Q1", BEGIN_MS, status="C", sent_ms=BEGIN_MS + MINUTE, unit="2101", pain=2)
        await site.receive(fixed)
        await site.receive(asked("1", "Q2", BEGIN_MS + MINUTE, unit="2101", pain=1))
        for _ in range(4):
            await site.pass_time(5 * MINUTE)
        found = await queue(here, site.clock)
        assert set(found) == {alert("1", "Q1"), alert("1", "Q2")}
        assert found[alert("1", "Q1")].grade == 2
        assert "corrected" in found[alert("1", "Q1")].warnings

    asyncio.run(story())


def test_who_is_known_later_is_named_at_the_desk_too(site):
    async def story():
        await site.start()
        here = site.desk("2101")
        await site.pass_time()
        await site.receive(asked("1", "Q1", BEGIN_MS, unit="2101", nameless=True, pain=3))
        await site.pass_time()
        assert "unknown-patient" in (await queue(here, site.clock))[alert("1", "Q1")].warnings
        await site.receive(admitted("1", BEGIN_MS + MINUTE))
        await site.pass_time()
        found = (await queue(here, site.clock))[alert("1", "Q1")]
        assert (found.who.name, found.warnings) == ("DUMAS Solange", ())

    asyncio.run(story())
