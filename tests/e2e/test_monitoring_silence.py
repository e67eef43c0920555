"""Who did not answer, from the moment somebody works on it: an alert as others are, whatever comes next; real vaults and a real relay."""

from __future__ import annotations

import msgspec

from app.monitoring.herald import reasons
from app.monitoring.outlook import look
from app.monitoring.ports import List
from app.monitoring.reading import Ask, read
from app.monitoring.stock import LATELY_MS
from storage.monitoring.answers import silence_id
from storage.monitoring.records import Phase
from tests.harness.postal import Clock, until
from tests.harness.wards import asked, named, with_team

DAY, WEEK = 86_400_000, 7 * 86_400_000
IPP = "80417702"


def missed(at_ms, number):
    """Return a questionnaire after which the next one was due a week later."""
    fact = asked(IPP, at_ms, number, pain=0)
    due = msgspec.structs.replace(fact.content, next_ms=at_ms + WEEK, state="ACTIVE")
    return msgspec.structs.replace(fact, content=due)


def silence_of(fact):
    return silence_id(fact.key, fact.content.platform, fact.content.id)


async def settled(*watches):
    for watch in watches:
        await until(lambda watch=watch: watch.alerts._desk.memory.services)


async def listed(watch, which=List.TODO, *, silent=False):
    """Return what the page shows of a list."""
    found = await read(watch.alerts, Ask(which, silent=silent), watch.now_ms())
    return [one.alert for one in found.items]


async def shows(watch, alert, which):
    async def there():
        return alert in await listed(watch, which)

    await until(there)


def test_who_does_not_answer_and_is_escalated_reaches_the_doctor(tmp_path):
    async def story(_clinic, nurse, doctor):
        last = missed(nurse.desk.clock.now_ms() - 3 * WEEK, "A")
        alert = silence_of(last)
        await settled(nurse, doctor)
        for watch in (nurse, doctor):
            await watch.hear(named(IPP, "DUMAS", "Solange", 1000), last)
        assert await listed(nurse) == []
        assert await listed(nurse, silent=True) == [alert]
        await nurse.alerts.escalate(alert, (doctor.user,), "injoignable depuis trois semaines")
        await shows(doctor, alert, List.ESCALATED)
        seen, now_ms = await look(doctor.alerts, doctor.user), doctor.now_ms()
        assert [one.alert for one in seen.seen(now_ms)] == [alert]
        assert [one.alert for one in seen.presses(now_ms)] == [alert]
        assert [(one.key, one.n) for one in seen.told(now_ms) if one.n] == [("escalated", 1)]
        assert reasons(seen, now_ms)["alert-mine"] == {alert}
        counts = await doctor.alerts.counts()
        assert (counts.escalated, counts.mine, counts.silent) == (1, 1, 0)
        assert await listed(nurse, silent=True) == []
        await doctor.alerts.answer(alert, "Visite à domicile demandée")
        await shows(nurse, alert, List.IN_HAND)
        await nurse.alerts.close(alert, "reached", 0)
        assert await listed(nurse, List.CLOSED) == [alert]
        await nurse.alerts.reopen(alert, "de nouveau injoignable")
        assert await listed(nurse, List.IN_HAND) == [alert]

    with_team(tmp_path, ("nurse", "doctor"), story)


def test_an_answer_that_comes_takes_nothing_from_who_works_on_its_absence(tmp_path):
    async def story(_clinic, nurse, other):
        now = nurse.desk.clock.now_ms()
        last, late, newest = missed(now - 3 * WEEK, "A"), missed(now - DAY, "B"), missed(now, "C")
        alert = silence_of(last)
        await settled(nurse, other)
        for watch in (nurse, other):
            await watch.hear(last)
        taken = await nurse.alerts.take(alert)
        await shows(other, alert, List.IN_HAND)
        for watch in (nurse, other):
            await watch.hear(late)
            assert await listed(watch, List.IN_HAND) == [alert]
        assert (await nurse.alerts.sheet(alert)).life.phase is Phase.TAKEN
        await nurse.alerts.undo(taken)
        assert await nurse.alerts.sheet(alert) is None, "nobody works on it, and there is an answer"
        await nurse.hear(newest)
        assert await listed(nurse, silent=True) == []

    with_team(tmp_path, ("nurse", "nurse"), story)


def test_what_was_closed_of_it_is_closed_after_the_next_answer_and_the_next_unlock(tmp_path):
    async def story(_clinic, nurse, other):
        now = nurse.desk.clock.now_ms()
        last, late = missed(now - 3 * WEEK, "A"), missed(now, "B")
        alert = silence_of(last)
        await settled(nurse, other)
        await nurse.hear(last)
        await other.hear(last, late)
        assert await listed(other, silent=True) == []
        await nurse.alerts.call(alert, reached=True, minutes=2, text="en voyage")
        await shows(other, alert, List.IN_HAND)
        await nurse.alerts.close(alert, "reached", 0)
        await shows(other, alert, List.CLOSED)
        await nurse.hear(late)
        for watch in (nurse, other):
            assert await listed(watch, List.CLOSED) == [alert]
            await watch.restart()
            assert await listed(watch, List.CLOSED) == [alert]
            assert (await watch.alerts.counts()).closed == 1
        for watch in (nurse, other):
            watch.clock = Clock()
            watch.clock.ahead_ms = LATELY_MS + 2 * DAY
            await watch.restart()
        assert await listed(nurse, List.CLOSED) == [alert], "its summary is not in the record yet"
        assert await listed(other, List.CLOSED) == []
        rows = (await other.alerts.sheet(alert)).life.rows
        assert [str(row.record.step) for row in rows] == ["call", "close"]
        assert await listed(other, List.CLOSED) == [alert]

    with_team(tmp_path, ("nurse", "nurse"), story)
