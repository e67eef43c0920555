"""Nurses and a doctor of one service, each at a real desk: one queue, whatever the network does."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import msgspec
import pytest

from app.monitoring.ports import Cause, List, Refused, Trend, Unwritable
from media.mail.policy import Part
from storage.monitoring.records import Phase
from tests.harness.postal import until
from tests.harness.wards import alert_of, asked, named, with_team

WEEK = 7 * 86_400_000


async def phase(watch, alert):
    sheet = await watch.alerts.sheet(alert)
    return sheet.life.phase if sheet else None


async def reaches(watch, alert, wanted):
    async def there():
        return await phase(watch, alert) is wanted

    await until(there)


def actions(watch):
    rows = watch.desk.vault.audit.newest().result()
    return [(row.action, row.reason) for row in reversed(rows)]


def test_an_alert_is_seen_taken_called_and_closed_by_all_desks(tmp_path):
    async def story(_clinic, nurse, other):
        now = nurse.desk.clock.now_ms()
        told = asked("80417702", now, pain=2)
        for watch in (nurse, other):
            await until(lambda watch=watch: watch.alerts._desk.memory.services)
            await watch.hear(
                named("80417702", "DUMAS", "Solange", now), asked("80417702", now - WEEK, pain=1), told
            )
        (item, _) = await nurse.alerts.queue(List.TODO)
        assert (item.who.name, item.grade, item.cause, item.trend) == (
            "DUMAS Solange",
            2,
            Cause.SENDER,
            Trend.WORSE,
        )
        await nurse.alerts.take(item.alert)
        await reaches(other, item.alert, Phase.TAKEN)
        (seen,) = await other.alerts.queue(List.IN_HAND)
        assert seen.holder == nurse.user
        await nurse.alerts.call(
            item.alert, reached=True, minutes=6, text="7 selles/j, pas de fièvre", grade=2
        )
        await nurse.alerts.close(item.alert, "resolved", 1)
        await reaches(other, item.alert, Phase.CLOSED)
        assert [one for one in actions(nurse) if one[0] == "alert-step"] == [
            ("alert-step", step) for step in ("take", "call", "close")
        ]
        sheet = await other.alerts.sheet(item.alert)
        assert [row.record.step for row in sheet.life.rows] == ["take", "call", "close"]
        assert sheet.weeks[-1].grades == (("pain", 2),)

    with_team(tmp_path, ("nurse", "nurse"), story)


def test_two_nurses_without_a_network_find_each_other_afterwards(tmp_path):
    async def story(clinic, nurse, other):
        told = asked("1", nurse.desk.clock.now_ms(), pain=2)
        alert = alert_of(told)
        for watch in (nurse, other):
            await until(lambda watch=watch: watch.alerts._desk.memory.services)
            await watch.hear(told)
        clinic.relay.kill()
        await nurse.alerts.take(alert)
        await other.alerts.take(alert)
        assert [(await one.alerts.sheet(alert)).life.holder for one in (nurse, other)] == [
            nurse.user,
            other.user,
        ]
        clinic.relay.start()

        async def both_know():
            lives = [(await one.alerts.sheet(alert)).life for one in (nurse, other)]
            return lives[0] == lives[1] and lives[0].rivals

        assert await until(both_know)
        (item,) = await nurse.alerts.queue(List.IN_HAND)
        assert "conflict" in item.warnings

    with_team(tmp_path, ("nurse", "nurse"), story)


def test_grade_3_goes_to_the_doctor_or_to_a_second_reader(tmp_path):
    async def story(_clinic, nurse, doctor):
        told = asked("1", nurse.desk.clock.now_ms(), diarrhea=3)
        alert = alert_of(told)
        for watch in (nurse, doctor):
            await until(lambda watch=watch: watch.alerts._desk.memory.services)
            await watch.hear(told)
        sheet = await nurse.alerts.sheet(alert)
        assert sheet.suggested == "escalate"
        with pytest.raises(Refused, match="incomplete"):
            await nurse.alerts.close(alert, "", 3)
        await nurse.alerts.close(alert, "resolved", 1)
        assert await phase(nurse, alert) is Phase.CLOSING
        with pytest.raises(Refused, match="same-reader"):
            await nurse.alerts.second(alert)
        await nurse.alerts.escalate(alert, (doctor.user,), "déshydratation ?")
        await reaches(doctor, alert, Phase.ESCALATED)
        assert (await doctor.alerts.counts()).mine == 1
        await doctor.alerts.answer(alert, "HDJ cet après-midi", 3)
        await reaches(nurse, alert, Phase.TAKEN)
        await nurse.alerts.close(alert, "hospital", 3)
        await reaches(doctor, alert, Phase.CLOSED)

    with_team(tmp_path, ("nurse", "doctor"), story)


def test_what_was_done_is_there_after_a_restart_and_an_undo_takes_it_back(tmp_path):
    async def story(_clinic, nurse):
        told = asked("1", nurse.desk.clock.now_ms(), pain=1)
        await nurse.hear(told)
        taken = await nurse.alerts.take(alert_of(told))
        await nurse.restart()
        assert await phase(nurse, alert_of(told)) is Phase.TAKEN
        await nurse.alerts.undo(taken)
        assert await phase(nurse, alert_of(told)) is Phase.NEW

    with_team(tmp_path, ("nurse",), story)


def test_a_muted_symptom_is_quiet_until_it_worsens_and_always_to_be_seen(tmp_path):
    async def story(_clinic, nurse):
        now = nurse.desk.clock.now_ms()
        first = asked("1", now, pain=1)
        await nurse.hear(first)
        with pytest.raises(Refused):
            await nurse.alerts.mute(first.key, "pain", now + WEEK, "")
        with pytest.raises(Refused):
            await nurse.alerts.mute(first.key, "pain", now + 20 * WEEK, "arthrose connue")
        await nurse.alerts.mute(first.key, "pain", now + 2 * WEEK, "arthrose connue")
        again, worse = asked("1", now + 60_000, pain=1), asked("1", now + 120_000, pain=2)
        await nurse.hear(again, worse)
        assert {one.alert for one in await nurse.alerts.queue(List.QUIET)} == {alert_of(again)}
        assert {one.alert for one in await nurse.alerts.queue(List.TODO)} == {
            alert_of(first),
            alert_of(worse),
        }
        assert (await nurse.alerts.counts()).quiet == 1
        await nurse.alerts.unmute(first.key, "pain")
        assert len(await nurse.alerts.queue(List.TODO)) == 3

    with_team(tmp_path, ("nurse",), story)


def test_a_mute_is_told_to_the_service_of_the_patient_where_a_desk_is_in_several(tmp_path):
    async def story(_clinic, nurse, other):
        await until(lambda: other.alerts._desk.memory.services)
        (first,) = await nurse.alerts.services()
        await nurse.alerts.sign(
            replace(first.policy, service="HEMATO", title="Hématologie", members=((nurse.user, Part.NURSE),))
        )
        now = nurse.desk.clock.now_ms()
        told = asked("1", now, pain=1)
        for watch in (nurse, other):
            await watch.hear(told)
        made = await nurse.alerts.mute(told.key, "pain", now + 2 * WEEK, "arthrose connue")

        async def came():
            rows = other.desk.vault.mail.read(lambda rows: rows.trace.get(made.id))
            return await asyncio.wrap_future(rows)

        await until(came)

    with_team(tmp_path, ("nurse", "nurse"), story)


def test_many_of_grade_1_are_closed_as_one_act_and_none_where_one_is_worse(tmp_path):
    async def story(_clinic, nurse):
        now = nurse.desk.clock.now_ms()
        told = [asked(str(ipp), now, pain=1) for ipp in range(5)]
        bad = asked("9", now, pain=2)
        await nurse.hear(*told, bad)
        with pytest.raises(Refused, match="grade"):
            await nurse.alerts.close_many([alert_of(one) for one in (*told, bad)], "known")
        assert (await nurse.alerts.counts()).todo == 6
        made = await nurse.alerts.close_many([alert_of(one) for one in told], "known")
        assert len({one.bulk for one in made}) == 1
        assert (await nurse.alerts.counts()).closed == 5

    with_team(tmp_path, ("nurse",), story)


def test_rules_are_signed_by_a_coordinator_and_by_nobody_else(tmp_path):
    async def story(_clinic, boss, nurse):
        await until(lambda: nurse.alerts._desk.memory.services)
        (service,) = await nurse.alerts.services()
        newer = replace(service.policy, number=2, before=service.id, title="Oncologie B")
        with pytest.raises(Refused, match="not-member"):
            await nurse.alerts.sign(newer)
        with pytest.raises(Refused, match="not-member"):
            await nurse.alerts.sign(replace(service.policy, title="pirate"))
        await boss.alerts.sign(newer)

        async def there():
            (now,) = await nurse.alerts.services()
            return now.policy.title == "Oncologie B"

        await until(there)

    with_team(tmp_path, ("secretary", "nurse"), story)


def test_who_leaves_the_service_did_what_was_done_and_does_nothing_more(tmp_path):
    async def story(_clinic, boss, nurse):
        told = [asked(ipp, boss.desk.clock.now_ms(), pain=1) for ipp in "12"]
        for watch in (boss, nurse):
            await until(lambda watch=watch: watch.alerts._desk.memory.services)
            await watch.hear(*told)
        done, later = map(alert_of, told)
        await nurse.alerts.close(done, "resolved", 1)
        await reaches(boss, done, Phase.CLOSED)
        (service,) = await boss.alerts.services()
        alone = tuple(one for one in service.policy.members if one[0] == boss.user)
        newer = replace(
            service.policy, number=2, before=service.id, members=alone, made_ms=boss.desk.clock.now_ms()
        )
        await boss.alerts.sign(newer)
        nurse.desk.clock.ahead_ms = 60_000

        async def knows():
            return (await nurse.alerts.services())[0].policy.number == 2

        await until(knows)
        key = told[1].key
        acts = (
            lambda: nurse.alerts.take(later),
            lambda: nurse.alerts.note(later, "vue"),
            lambda: nurse.alerts.reopen(done, "revenue"),
            lambda: nurse.alerts.mute(key, "pain", nurse.now_ms() + WEEK, "connue"),
            lambda: nurse.alerts.unmute(key, "pain"),
        )
        for act in acts:
            with pytest.raises(Refused, match="not-member"):
                await act()
        rows = await asyncio.wrap_future(nurse.desk.vault.mail.read(lambda rows: rows.trace.of([later])))
        assert rows == [], "nothing was said"
        nurse.alerts.known.rule({"ONCO1": service})  # as a desk that heard of nothing, or says anything
        taken = await nurse.alerts.take(later)

        async def came():
            rows = boss.desk.vault.mail.read(lambda rows: rows.trace.get(taken.id))
            return await asyncio.wrap_future(rows)

        await until(came)
        assert await phase(boss, done) is Phase.CLOSED
        assert await phase(boss, later) is Phase.NEW

    with_team(tmp_path, ("secretary", "nurse"), story)


def test_who_did_not_answer_in_time_is_an_alert_without_a_grade(tmp_path):
    async def story(_clinic, nurse):
        now = nurse.desk.clock.now_ms()
        fact = asked("1", now - 2 * WEEK, pain=0)
        due = msgspec.structs.replace(fact.content, next_ms=now - WEEK, state="ACTIVE")
        await nurse.hear(msgspec.structs.replace(fact, content=due))
        (item,) = await nurse.alerts.queue(List.TODO)
        assert (item.cause, item.grade) == (Cause.SILENCE, -1)
        assert (await nurse.alerts.counts()).silent == 1
        await nurse.alerts.remind([item.alert])
        await nurse.alerts.close(item.alert, "reached", 0)
        assert not await nurse.alerts.queue(List.TODO)

    with_team(tmp_path, ("nurse",), story)


def test_nothing_is_done_while_the_vault_is_shut(tmp_path):
    async def story(_clinic, nurse):
        told = asked("1", nurse.desk.clock.now_ms(), pain=1)
        await nurse.hear(told)
        await asyncio.to_thread(nurse.desk.vault.lock)
        with pytest.raises(Unwritable):
            await nurse.alerts.take(alert_of(told))

    with_team(tmp_path, ("nurse",), story)
