"""Whom an alert reaches that somebody else has: a closure to be read again, a delay that is over; real vaults and a real relay."""

from __future__ import annotations

from dataclasses import replace

from app.monitoring.herald import reasons
from app.monitoring.outlook import look
from storage.monitoring.records import Phase
from tests.harness.postal import until
from tests.harness.wards import alert_of, asked, with_team

HOUR = 3_600_000


async def calls(watch):
    """Return what calls for who works at a desk."""
    return [one.alert for one in (await look(watch.alerts, watch.user)).waits(watch.now_ms())]


async def stands(watch, alert, phase):
    async def there():
        return [one.phase for one in await watch.alerts.items([alert])] == [phase]

    await until(there)


async def heard(fact, *watches):
    for watch in watches:
        await until(lambda watch=watch: watch.alerts._desk.memory.services)
        await watch.hear(fact)
    return alert_of(fact)


def test_the_second_reader_of_a_severe_alert_is_called_whatever_grade_it_was_closed_as(tmp_path):
    async def story(_clinic, nurse, other, doctor):
        told = asked("1", nurse.desk.clock.now_ms(), diarrhea=3)
        alert = await heard(told, nurse, other, doctor)
        await nurse.alerts.call(alert, reached=True, minutes=4, text="2 selles par jour", grade=1)
        await nurse.alerts.close(alert, "resolved", 1)
        await stands(other, alert, Phase.CLOSING)
        assert await calls(other) == [alert]
        assert await calls(nurse) == await calls(doctor) == []
        assert reasons(await look(other.alerts, other.user), other.now_ms())["alert-second"] == {alert}
        late = other.now_ms() + 10 * HOUR
        for watch in (nurse, other):
            outlook = await look(watch.alerts, watch.user)
            assert [one.alert for one in outlook.overdue(late)] == [alert]
        await other.alerts.second(alert)
        assert await calls(other) == []

    with_team(tmp_path, ("nurse", "nurse", "doctor"), story)


def test_a_delay_that_is_over_reaches_the_doctor_on_call_until_one_answers(tmp_path):
    async def story(_clinic, boss, nurse, doctor):
        fact = asked("1", nurse.desk.clock.now_ms() - 59 * HOUR, fatigue=2)
        alert = await heard(fact, boss, nurse, doctor)
        await nurse.alerts.take(alert)
        await stands(doctor, alert, Phase.TAKEN)
        assert await calls(doctor) == []
        (service,) = await boss.alerts.services()
        newer = replace(service.policy, number=2, before=service.id, order=(doctor.user,))
        await boss.alerts.sign(newer)

        async def called():
            return await calls(doctor) == [alert]

        await until(called)
        await nurse.alerts.escalate(alert, (doctor.user,), "fatigue qui dure")
        await stands(doctor, alert, Phase.ESCALATED)
        await doctor.alerts.answer(alert, "bilan lundi")
        assert await calls(doctor) == []

    with_team(tmp_path, ("secretary", "nurse", "doctor"), story)
