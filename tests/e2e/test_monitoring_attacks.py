"""What a relay, a platform or bad luck does to the alerts of a team, at real desks with real vaults and a real relay."""

from __future__ import annotations

import msgspec
import pytest

from app.monitoring import escalation
from app.monitoring.ports import Cause, List
from app.monitoring.sharing import conv
from media.errors import LinkLost, LinkRefused, ProtocolError
from media.keys import cbor
from media.keys.sign import digest
from media.mail.bodies import Sheet
from media.mail.policy import Part, Policy
from media.mail.steps import AlertStep
from media.mail.types import Type
from tests.harness.postal import Clock, until
from tests.harness.wards import alert_of, asked, named, with_team

DAY_MS = 86_400_000
PASS_ON_MS = 30 * 60_000


@pytest.mark.parametrize(
    "error",
    [LinkRefused("quota"), LinkLost("lost"), ProtocolError("more than a block"), ValueError("unforeseen")],
)
def test_a_relay_that_takes_nothing_for_later_keeps_nobody_from_being_asked(tmp_path, monkeypatch, error):
    """Its word was waited for after the grace as before it: the next doctor was asked never."""
    monkeypatch.setattr(escalation, "LOOK_S", 0.1)

    refusals = []

    async def refuses(*_what, **_more):
        refusals.append(error)
        raise error

    monkeypatch.setattr("app.post.later.Later.lay", refuses)

    async def story(_clinic, nurse, first, second):
        told = asked("80417702", nurse.desk.clock.now_ms() - 7_200_000, diarrhea=3)
        for watch in (nurse, first, second):
            await until(lambda watch=watch: watch.alerts._desk.memory.services)
            await watch.hear(named("80417702", "DUMAS", "Solange", 1000), told)
        await nurse.alerts.escalate(alert_of(told), (first.user, second.user), "déshydratation")
        await until(lambda: len(refusals) > 2)
        nurse.clock = Clock()
        nurse.clock.ahead_ms = PASS_ON_MS + escalation.GRACE_MS

        async def asks_the_next():
            return (await second.alerts.counts()).mine == 1

        await until(asks_the_next)
        rows = (await nurse.alerts.sheet(alert_of(told))).life.rows
        assert [row.record.step for row in rows] == ["escalate", "escalate"], "once, and not at each look"

    with_team(tmp_path, ("nurse", "doctor", "doctor"), story)


def test_who_reminds_a_silent_patient_is_seen_by_the_service_where_there_are_two(tmp_path):
    """A missing questionnaire has no care unit of its own: its steps went to a service of nobody."""

    async def story(_clinic, nurse, other):
        now_ms = nurse.desk.clock.now_ms()
        members = tuple((one.user, Part.NURSE) for one in (nurse, other))
        await nurse.alerts.sign(Policy("SOINS2", "Soins de support", 1, members=members))
        told = asked("1", now_ms - 10 * DAY_MS, pain=0)
        told = msgspec.structs.replace(
            told, content=msgspec.structs.replace(told.content, next_ms=now_ms - 5 * DAY_MS)
        )
        for watch in (nurse, other):
            await until(lambda watch=watch: len(watch.alerts._desk.memory.services) == 2)
            await watch.hear(named("1", "DUMAS", "Solange", 1000), told)
        (item,) = [one for one in await nurse.alerts.queue(List.TODO) if one.cause is Cause.SILENCE]
        await nurse.alerts.remind([item.alert])
        await nurse.alerts.hand(item.alert, other.user)

        async def given():
            return [one.holder for one in await other.alerts.items([item.alert])] == [other.user]

        await until(given)
        sheet = await other.alerts.sheet(item.alert)
        assert [row.record.step for row in sheet.life.rows] == ["remind", "hand"]
        assert sheet.service == "Oncologie"

    with_team(tmp_path, ("nurse", "nurse"), story)


def test_nobody_takes_the_id_of_what_an_escalation_passes_on_as(tmp_path, monkeypatch):
    """It follows from the escalation, which the whole team knows: a note under it was kept, and the next doctor never asked."""
    monkeypatch.setattr(escalation, "LOOK_S", 0.1)

    async def story(_clinic, nurse, mallory, first, second):
        team = (nurse, mallory, first, second)
        told = asked("80417702", nurse.desk.clock.now_ms() - 7_200_000, diarrhea=3)
        alert = alert_of(told)
        for watch in team:
            await until(lambda watch=watch: watch.alerts._desk.memory.services)
            await watch.hear(named("80417702", "DUMAS", "Solange", 1000), told)
        made = await nurse.alerts.escalate(alert, (first.user, second.user), "déshydratation")
        for watch in team:
            await until(lambda watch=watch: watch.alerts._desk.memory.life(alert).rows)
        number = digest(cbor.encode(["CSL1/passed", made.id, 1]))[:16]
        note = AlertStep("note", alert, made.at_ms + 1, parents=(made.id,), text="rien à signaler")
        body = Sheet("alert", note.encode()).encode()
        users = [watch.user for watch in team]
        await mallory.desk.post.say(Type.RECORD, conv("ONCO1"), users, body, msg_id=number)
        for watch in (nurse, first, second):
            await until(lambda watch=watch: watch.desk.refused == ["content-forged"])
        nurse.clock = Clock()
        nurse.clock.ahead_ms = PASS_ON_MS + escalation.GRACE_MS

        async def asks_the_next():
            return (await second.alerts.counts()).mine == 1

        await until(asks_the_next)

    with_team(tmp_path, ("nurse", "nurse", "doctor", "doctor"), story)
