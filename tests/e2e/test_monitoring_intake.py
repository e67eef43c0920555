"""What a platform sends badly, from raw HL7 over a real socket to the queue: shown, said, never lost, never doubled."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace

import pytest

from app.monitoring.hour import Hour
from app.monitoring.ports import Cause, List, Refused
from app.monitoring.service import Monitoring
from storage.monitoring.records import NO_GRADE, Phase
from tests.harness.platform import Listening, admitted, alert, asked, hl7_time, merged
from tests.harness.postal import until
from tests.harness.wards import with_team

DAY, WEEK = 86_400_000, 7 * 86_400_000
MINUTE = 60_000


def told(story):
    """Return a story of one nurse whose desk listens to the platform."""

    async def play(_clinic, nurse):
        async with Listening(nurse) as feed:
            await story(nurse, feed, nurse.desk.clock.now_ms())

    return play


def at_one_desk(tmp_path, story):
    with_team(tmp_path, ("nurse",), told(story))


async def queued(watch, *alerts, which=List.TODO):
    """Wait until exactly these are in a list; return their rows."""

    async def there():
        rows = await watch.alerts.queue(which)
        return rows if {one.alert for one in rows} == set(alerts) and len(rows) == len(alerts) else None

    return await until(there) if alerts else await watch.alerts.queue(which)


async def shown(watch, number, true):
    """Wait until the row of a questionnaire is as it should be."""

    async def there():
        rows = await watch.alerts.items([alert("1", number)])
        return rows[0] if rows and true(rows[0]) else None

    return await until(there)


@pytest.mark.parametrize("value", ["7", "-1", "grave"])
def test_a_grade_out_of_range_is_shown_with_a_warning_and_counts_as_none(tmp_path, value):
    async def story(nurse, feed, now):
        assert await feed.send(asked("1", "Q1", now, pain=value, nausea=2)) == ["AA"]
        (item,) = await queued(nurse, alert("1", "Q1"))
        assert item.grade == 2
        assert "out-of-range" in item.warnings
        sheet = await nurse.alerts.sheet(item.alert)
        pain = next(one for one in sheet.questionnaire.symptoms if one.code == "pain")
        assert (pain.grade, pain.answers) == (NO_GRADE, (("grade", value),))

    at_one_desk(tmp_path, story)


ODD = "OBX|9|NM|DIARRHEA-G^^PRO-CTCAE||7||||||F"
RAISED = "OBX|10|CE|ALERT^^EPRO||Y||||||F"
NO_ALERT = "OBX|10|CE|ALERT^^EPRO||N||||||F"
FEVER = "OBX|9|NM|8310-5^Temp^LN||39.6|Cel|||||F"


@pytest.mark.parametrize(
    ("more", "grades"),
    [((ODD, RAISED), {"fatigue": 1}), ((ODD, NO_ALERT), {}), ((FEVER, RAISED), {}), ((ODD,), {})],
)
def test_what_no_grade_speaks_for_is_seen_first_and_never_closed_with_others(tmp_path, more, grades):
    async def story(nurse, feed, now):
        await feed.send(asked("2", "Q2", now, pain=4), asked("3", "Q3", now, pain=1))
        await feed.send(asked("1", "Q1", now, *more, **grades))
        rows = await queued(nurse, *(alert(one, f"Q{one}") for one in "123"))
        assert [one.alert for one in rows] == [alert(one, f"Q{one}") for one in "123"]
        assert rows[0].due.due_ms < now + 7 * DAY
        with pytest.raises(Refused, match="grade"):
            await nurse.alerts.close_many([alert("1", "Q1"), alert("3", "Q3")], "resolved")
        assert len(await nurse.alerts.queue(List.TODO)) == 3
        await nurse.alerts.call(alert("1", "Q1"), reached=True, minutes=2, text="", grade=1)
        assert (await nurse.alerts.open())[0].alert == alert("2", "Q2")

    at_one_desk(tmp_path, story)


def test_a_cancellation_under_the_other_number_of_who_was_merged_leaves_nothing_to_do(tmp_path):
    async def story(nurse, feed, now):
        await feed.send(admitted("1", now - DAY), admitted("2", now - DAY), asked("1", "Q1", now, pain=3))
        await queued(nurse, alert("1", "Q1"))
        await feed.send(merged("2", "1", now), asked("2", "Q1", now, status="X", sent_ms=now + MINUTE))

        async def gone():
            return not await nurse.alerts.queue(List.TODO)

        await until(gone)

    at_one_desk(tmp_path, story)


def test_what_was_done_about_a_double_before_the_merge_stays_with_it(tmp_path):
    async def story(nurse, feed, now):
        await feed.send(admitted("1", now - DAY), admitted("2", now - DAY))
        await feed.send(asked("1", "Q1", now, pain=3), asked("2", "Q1", now, sent_ms=now + MINUTE, pain=3))
        await queued(nurse, alert("1", "Q1"), alert("2", "Q1"))
        await nurse.alerts.take(alert("2", "Q1"))
        await feed.send(merged("2", "1", now + MINUTE))
        (taken,) = await queued(nurse, alert("2", "Q1"), which=List.IN_HAND)

        async def said():
            rows = await nurse.alerts.items([alert("2", "Q1")])
            return "double" in rows[0].warnings and "cancelled" not in rows[0].warnings

        await until(said)
        assert taken.holder == nurse.user
        await queued(nurse, alert("1", "Q1"))

    at_one_desk(tmp_path, story)


def test_a_questionnaire_twice_is_one_alert(tmp_path):
    async def story(nurse, feed, now):
        same = asked("1", "Q1", now, control="C1", pain=2)
        assert await feed.send(same, same, asked("1", "Q1", now, control="C2", pain=2)) == ["AA"] * 3
        (item,) = await queued(nurse, alert("1", "Q1"))
        assert not item.warnings or "corrected" not in item.warnings
        assert (await nurse.alerts.counts()).todo == 1

    at_one_desk(tmp_path, story)


def test_one_that_comes_late_has_its_week_and_its_delay_from_now(tmp_path):
    async def story(nurse, feed, now):
        await feed.send(asked("1", "Q2", now, pain=2))
        await feed.send(asked("1", "Q1", now - WEEK, sent_ms=now, pain=3))
        rows = {one.alert: one for one in await queued(nurse, alert("1", "Q1"), alert("1", "Q2"))}
        late = rows[alert("1", "Q1")]
        assert not late.due.over(nurse.desk.clock.now_ms())
        newer = await shown(nurse, "Q2", lambda one: one.symptoms[0].before == 3)
        assert newer.grade == 2
        sheet = await nurse.alerts.sheet(alert("1", "Q2"))
        assert [one.grades for one in sheet.weeks[-2:]] == [(("pain", 3),), (("pain", 2),)]

    at_one_desk(tmp_path, story)


def test_whose_identity_is_not_known_is_held_and_shown_and_found_when_the_adt_comes(tmp_path):
    async def story(nurse, feed, now):
        await feed.send(asked("1", "Q1", now, nameless=True, pain=3))
        (item,) = await queued(nurse, alert("1", "Q1"))
        assert ("unknown-patient" in item.warnings, item.who.name, item.who.key.ipp) == (True, "", "1")
        await nurse.alerts.take(item.alert)
        await feed.send(admitted("1", now))
        known = await shown(nurse, "Q1", lambda one: "unknown-patient" not in one.warnings)
        assert (known.who.name, known.holder) == ("DUMAS Solange", nurse.user)

    at_one_desk(tmp_path, story)


def test_a_merge_keeps_the_alert_and_what_was_done_about_it(tmp_path):
    async def story(nurse, feed, now):
        await feed.send(admitted("1", now - DAY), admitted("2", now - DAY), asked("1", "Q1", now, pain=2))
        (item,) = await queued(nurse, alert("1", "Q1"))
        await nurse.alerts.take(item.alert)
        await feed.send(merged("2", "1", now))
        moved = await shown(nurse, "Q1", lambda one: "merged" in one.warnings)
        assert (moved.who.key.ipp, moved.phase, moved.holder) == ("2", Phase.TAKEN, nurse.user)
        assert (await nurse.alerts.counts()).followed == 1

    at_one_desk(tmp_path, story)


def test_a_correction_is_said_and_what_somebody_did_stays(tmp_path):
    async def story(nurse, feed, now):
        await feed.send(asked("1", "Q1", now, pain=3), asked("2", "Q2", now, pain=2))
        await queued(nurse, alert("1", "Q1"), alert("2", "Q2"))
        await nurse.alerts.take(alert("1", "Q1"))
        await feed.send(asked("1", "Q1", now, status="C", pain=0), asked("2", "Q2", now, status="C", pain=0))
        mended = await shown(nurse, "Q1", lambda one: "corrected" in one.warnings)
        assert mended.phase is Phase.TAKEN

        async def gone():
            return not await nurse.alerts.queue(List.TODO)

        await until(gone)  # of the other, nothing is left to be an alert for

    at_one_desk(tmp_path, story)


def test_a_cancelled_one_stays_where_somebody_acted_and_says_so(tmp_path):
    async def story(nurse, feed, now):
        await feed.send(asked("1", "Q1", now, pain=3))
        await queued(nurse, alert("1", "Q1"))
        await nurse.alerts.take(alert("1", "Q1"))
        await feed.send(asked("1", "Q1", now, status="X"))
        gone = await shown(nurse, "Q1", lambda one: "cancelled" in one.warnings)
        assert gone.phase is Phase.TAKEN
        assert [row.record.step for row in (await nurse.alerts.sheet(gone.alert)).life.rows] == ["take"]

    at_one_desk(tmp_path, story)


def test_what_was_cancelled_before_it_came_is_no_alert(tmp_path):
    async def story(nurse, feed, now):
        await feed.send(asked("1", "Q1", now, status="X", sent_ms=now + MINUTE))
        await feed.send(asked("1", "Q1", now, pain=3), asked("2", "Q2", now, pain=1))
        await queued(nurse, alert("2", "Q2"))

    at_one_desk(tmp_path, story)


def test_a_code_that_nobody_mapped_is_kept_with_the_senders_words(tmp_path):
    async def story(nurse, feed, now):
        odd = "OBX|9|ST|X12^Moral^LOCAL||plutôt bas||||||F"
        await feed.send(asked("1", "Q1", now, odd, pain=1))
        await queued(nurse, alert("1", "Q1"))
        told = (await nurse.alerts.sheet(alert("1", "Q1"))).questionnaire
        assert ("LOCAL|X12", "Moral") in [(one.code, one.label) for one in told.symptoms]

    at_one_desk(tmp_path, story)


def test_a_platform_that_stops_is_known_while_patients_come_and_go(tmp_path):
    async def story(_clinic, nurse):
        async with Listening(nurse) as feed:
            now = nurse.desk.clock.now_ms() // 1000 * 1000
            due = f"OBX|9|DTM|NEXT^Prochain^EPRO||{hl7_time(now + 60 * MINUTE)}||||||F"
            await feed.send(*(asked(ipp, f"Q{ipp}", now, due, pain=1) for ipp in "123"))
            await queued(nurse, *(alert(ipp, f"Q{ipp}") for ipp in "123"))
            nurse.desk.clock.ahead_ms = 4 * 60 * MINUTE
            assert (await nurse.alerts.counts()).late_ms == 0, "they have time yet"
            nurse.desk.clock.ahead_ms = 6 * 60 * MINUTE
            later = nurse.desk.clock.now_ms()
            await feed.send(admitted("9", later))
            await until(lambda: feed.flow.state.last_ms >= later)
            counts = await nurse.alerts.counts()
            assert (counts.heard_ms, counts.late_ms) == (now, now)

    with_team(tmp_path, ("nurse",), story)


def test_a_clock_that_is_set_back_gives_no_alert_more_time(tmp_path):
    async def story(_clinic, nurse):
        start = nurse.desk.clock.now_ms()
        wall, steady = [start], [0]
        hour = Hour(lambda: wall[0], lambda: steady[0])
        hour.heard(start // 1000)
        now_ms = nurse.alerts._now_ms = hour.now_ms
        async with Listening(nurse, now_ms) as feed:
            await feed.send(asked("1", "Q1", start, pain=3))
            (item,) = await queued(nurse, alert("1", "Q1"))
            wall[0], steady[0] = start - DAY, 3 * 3_600_000  # three hours go by, the clock says yesterday
            assert item.due.over(now_ms())
            assert (await nurse.alerts.counts()).overdue == 1
            taken = await nurse.alerts.take(item.alert)
            assert taken.at_ms == start + 3 * 3_600_000

    with_team(tmp_path, ("nurse",), story)


def days(now):
    """Return two hundred days of a platform: questionnaires, doubles, corrections, cancellations, a merge, identities."""
    chance = random.Random(20_260)
    made = [admitted("1", now - 201 * DAY), admitted("2", now - 201 * DAY)]
    for day in range(200):
        at, ipp, number = now - (200 - day) * DAY, str(1 + day % 3), f"Q{day}"
        made.append(asked(ipp, number, at, pain=chance.randint(0, 4), nausea=chance.randint(0, 3)))
        if chance.random() < 0.15:
            made.append(
                asked(ipp, number, at, status="C", sent_ms=at + 2 * MINUTE, pain=chance.randint(0, 4))
            )
        if chance.random() < 0.08:
            made.append(asked(ipp, number, at, status="X", sent_ms=at + 4 * MINUTE))
    made += chance.sample(made, 20)
    return [*made, admitted("3", now - 5 * DAY), merged("2", "1", now - 3 * DAY)]


async def standing(watch):
    """Return all that the queue shows, without what differs from desk to desk."""
    rows = [one for which in List for one in await watch.alerts.queue(which)]
    return {
        one.alert: replace(one, who=replace(one.who, id=0), received_ms=0, due=None) for one in rows
    }, replace(await watch.alerts.counts(), heard_ms=0)


def test_200_days_of_a_platform_in_any_order_end_in_one_state(tmp_path):
    async def story(_clinic, nurse, other):
        now = nurse.desk.clock.now_ms()
        in_order = days(now)
        mixed = random.Random(7).sample(in_order, len(in_order))
        for watch, messages in ((nurse, in_order), (other, mixed)):
            await until(lambda watch=watch: watch.alerts._desk.memory.services)
            async with Listening(watch) as feed:
                assert set(await feed.send(*messages)) == {"AA"}
                newest = await asyncio.wrap_future(watch.desk.vault.inbox.newest())

                async def applied(watch=watch, newest=newest):
                    return await asyncio.wrap_future(watch.desk.vault.patients.applied()) >= newest

                await until(applied)
            await watch.alerts.refresh(frozenset())
        rows, counts = await standing(nurse)
        assert len(rows) > 100
        assert {one.cause for one in rows.values()} == {Cause.SENDER}
        assert (rows, counts) == await standing(other)

    with_team(tmp_path, ("nurse", "nurse"), story)


def test_what_came_and_was_done_is_there_after_a_restart_and_reads_the_same(tmp_path):
    async def story(_clinic, nurse):
        async with Listening(nurse) as feed:
            now = nurse.desk.clock.now_ms()
            await feed.send(
                admitted("1", now), *(asked("1", f"Q{at}", now - at * WEEK, pain=2) for at in range(8))
            )
            await queued(nurse, *(alert("1", f"Q{at}") for at in range(8)))
            await nurse.alerts.take(alert("1", "Q3"))
        before = await standing(nurse)
        await nurse.restart()
        assert await standing(nurse) == before

    with_team(tmp_path, ("nurse",), story)


def test_the_service_that_is_read_anew_answers_from_the_same_vault(tmp_path):
    """The page of a desk and a second reading of its vault never differ."""

    async def story(_clinic, nurse):
        async with Listening(nurse) as feed:
            now = nurse.desk.clock.now_ms()
            await feed.send(*(asked(str(one), f"Q{one}", now, pain=one % 5) for one in range(1, 20)))
            await queued(nurse, *(alert(str(one), f"Q{one}") for one in range(1, 20) if one % 5))
            again = Monitoring(
                nurse.alerts._sharing,
                nurse.desk.clock.now_ms,
                nurse.desk.trail,
                lambda: nurse.founders,
                lambda: 0,
            )
            before = await standing(nurse)
            await again.begin(nurse.desk.session, nurse.desk.vault)
            nurse.alerts.end()
            nurse.alerts = again
            assert await standing(nurse) == before

    with_team(tmp_path, ("nurse",), story)
