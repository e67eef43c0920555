"""Several alerts closed as one act, while a colleague works on one of them; real vaults and a real relay."""

from __future__ import annotations

import msgspec
import pytest

from app.monitoring.ports import Partly, Refused
from storage.monitoring.answers import silence_id
from storage.monitoring.records import Phase
from tests.harness.postal import until
from tests.harness.wards import alert_of, asked, with_team

WEEK = 7 * 86_400_000


async def heard(*watches, **grades):
    """Let all desks hear of one questionnaire of each of two patients; return the alerts."""
    told = [asked(ipp, watches[0].desk.clock.now_ms(), **grades) for ipp in "12"]
    for watch in watches:
        await until(lambda watch=watch: watch.alerts._desk.memory.services)
        await watch.hear(*told)
    return [alert_of(one) for one in told]


async def phases(watch, alerts):
    return [one.phase for one in await watch.alerts.items(alerts)]


async def stands(watch, alert, phase):
    async def there():
        return await phases(watch, [alert]) == [phase]

    await until(there)


def test_none_is_closed_where_a_colleague_closed_one(tmp_path):
    async def story(_clinic, nurse, other):
        first, second = await heard(nurse, other, pain=1)
        await other.alerts.close(second, "resolved", 1)
        await stands(nurse, second, Phase.CLOSED)
        with pytest.raises(Refused, match="not-open"):
            await nurse.alerts.close_many([first, second], "resolved")
        assert await phases(nurse, [first]) == [Phase.NEW]

    with_team(tmp_path, ("nurse", "nurse"), story)


def test_none_is_closed_where_one_would_wait_for_a_second_reader(tmp_path):
    async def story(_clinic, nurse):
        mild, _ = await heard(nurse, pain=1)
        severe, _ = await heard(nurse, diarrhea=3)
        await nurse.alerts.call(severe, reached=True, minutes=3, text="2 selles par jour", grade=1)
        with pytest.raises(Refused, match="grade"):
            await nurse.alerts.close_many([mild, severe], "resolved")
        assert await phases(nurse, [mild, severe]) == [Phase.NEW, Phase.TAKEN]

    with_team(tmp_path, ("nurse",), story)


def test_who_did_not_answer_is_not_closed_together_with_others(tmp_path):
    """Nobody said a grade, so none is written as the final one."""

    async def story(_clinic, nurse):
        mild, _ = await heard(nurse, pain=1)
        now_ms = nurse.desk.clock.now_ms()
        last = asked("3", now_ms - 3 * WEEK, pain=0)
        due = msgspec.structs.replace(last.content, next_ms=now_ms - 2 * WEEK, state="ACTIVE")
        await nurse.hear(msgspec.structs.replace(last, content=due))
        missed = silence_id(last.key, last.content.platform, last.content.id)
        await nurse.alerts.take(missed)
        with pytest.raises(Refused, match="grade"):
            await nurse.alerts.close_many([mild, missed], "resolved")
        assert await phases(nurse, [mild, missed]) == [Phase.NEW, Phase.TAKEN]

    with_team(tmp_path, ("nurse",), story)


def test_what_was_closed_before_a_colleague_came_between_can_be_taken_back(tmp_path):
    async def story(_clinic, nurse, other):
        first, second = await heard(nurse, other, pain=1)
        close = nurse.alerts.close

        async def closes(*what):
            made = await close(*what)
            await other.alerts.take(second)
            await other.alerts.close(second, "hospital", 1)
            await stands(nurse, second, Phase.CLOSED)
            return made

        nurse.alerts.close = closes
        with pytest.raises(Partly) as partly:
            await nurse.alerts.close_many([first, second], "resolved")
        (done,) = partly.value.done
        assert await phases(nurse, [first]) == [Phase.CLOSED]
        await nurse.alerts.undo(done)
        assert await phases(nurse, [first]) == [Phase.NEW]
        rows = (await nurse.alerts.sheet(second)).life.rows
        assert [row.record.reason for row in rows if row.record.step == "close"] == ["hospital"]

    with_team(tmp_path, ("nurse", "nurse"), story)


def test_all_that_somebody_has_goes_to_one_colleague_and_comes_back(tmp_path):
    async def story(_clinic, nurse, other):
        both = await heard(nurse, other, pain=2)
        for alert in both:
            await nurse.alerts.take(alert)
        made = await nurse.alerts.hand_many(both, other.user)
        assert [one.holder for one in await nurse.alerts.items(both)] == [other.user] * 2
        for one in reversed(made):
            await nurse.alerts.undo(one)
        assert [one.holder for one in await nurse.alerts.items(both)] == [nurse.user] * 2

    with_team(tmp_path, ("nurse", "nurse"), story)


def test_none_is_handed_over_where_one_cannot_be(tmp_path):
    async def story(_clinic, nurse, other, stranger):
        first, second = await heard(nurse, other, pain=1)
        for alert in (first, second):
            await nurse.alerts.take(alert)
        with pytest.raises(Refused, match="not-member"):
            await nurse.alerts.hand_many([first, second], stranger.user)
        await nurse.alerts.close(second, "resolved", 1)
        with pytest.raises(Refused, match="not-open"):
            await nurse.alerts.hand_many([first, second], other.user)
        assert [one.holder for one in await nurse.alerts.items([first])] == [nurse.user]

    with_team(tmp_path, ("nurse", "nurse"), story, strangers=1)
