"""Who is told what of whom in telemonitoring: the service follows its patients, everybody else says why on the patient's page first."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import msgspec
import pytest

from app.monitoring.ports import List, Refused, Shut
from app.patients.access import subject
from tests.harness.postal import until
from tests.harness.wards import AUTHORITY, alert_of, asked, named, with_team

HIDDEN = "DUMAS"


async def follows(watch, *, reliability=""):
    """Let a desk, whose trail is open, follow a patient; return the alert."""
    watch.desk.trail.open(watch.desk.vault.audit, watch.user)
    now = watch.desk.clock.now_ms()
    who, told = named("1", HIDDEN, "Solange", now), asked("1", now, "Q1", pain=3)
    traits = {**who.content.traits, "reliability": reliability}
    who = msgspec.structs.replace(who, content=msgspec.structs.replace(who.content, traits=traits))
    told = msgspec.structs.replace(told, content=msgspec.structs.replace(told.content, said="je tremble"))
    await watch.hear(who, told)
    await until(lambda: bool(watch.alerts.known.cases()))
    return alert_of(told)


async def traced(watch, *acts):
    """Wait until the audit trail has exactly these on the patient, in their order."""

    async def there():
        rows = await asyncio.wrap_future(watch.desk.vault.audit.about(subject(AUTHORITY, "1")))
        return [(one.action, one.reason) for one in sorted(rows, key=lambda one: one.seq)] == [*acts]

    await until(there)


def grounds(watch, ground):
    """Let the patient's page be open on a ground, "" for shut."""

    async def access(_person):
        return ground

    watch.alerts.access = access


@pytest.mark.parametrize("reliability", ["CACH", "ANOM"])
def test_a_hidden_identity_is_a_number_and_opens_for_a_reason_only(tmp_path, reliability):
    async def story(_clinic, _nurse, stranger):
        alert = await follows(stranger, reliability=reliability)
        rows = (
            *await stranger.alerts.queue(List.TODO),
            *await stranger.alerts.queue(List.TODO, "name"),
            *await stranger.alerts.open(),
            *await stranger.alerts.items([alert]),
        )
        assert len(rows) == 4
        for row in rows:
            assert (row.who.name, row.who.birth, row.who.sex, row.symptoms) == ("", "", "", ())
            assert (row.who.key.ipp, row.grade, row.shut) == ("1", 3, True)
        assert await stranger.alerts.queue(List.TODO, text="dumas") == ()
        assert len(await stranger.alerts.queue(List.TODO, text="1")) == 1
        with pytest.raises(Shut):
            await stranger.alerts.sheet(alert)
        with pytest.raises(Shut):
            await stranger.alerts.trace(alert, "alert-printed")
        refused = ("patient-refused", "")
        await traced(stranger, refused, refused)
        grounds(stranger, "emergency")
        sheet = await stranger.alerts.sheet(alert)
        assert (sheet.item.who.name, sheet.questionnaire.said) == ("DUMAS Solange", "je tremble")
        assert [one.code for one in sheet.item.symptoms] == ["pain"]
        await traced(stranger, refused, refused, ("alert-read", "emergency"))

    with_team(tmp_path, ("nurse",), story, strangers=1)


def test_the_service_gives_no_reason_and_is_told_who_it_is(tmp_path):
    async def story(_clinic, nurse):
        alert = await follows(nurse, reliability="CACH")
        (row,) = await nurse.alerts.queue(List.TODO)
        assert row.who.name == "DUMAS Solange"
        assert (await nurse.alerts.sheet(alert)).item.symptoms
        await traced(nurse, ("alert-read", ""))

    with_team(tmp_path, ("nurse",), story)


def test_who_left_the_service_gives_a_reason_as_everybody_does_but_for_what_they_did_in_it(tmp_path):
    async def story(_clinic, boss, nurse):
        for watch in (boss, nurse):
            await until(lambda watch=watch: watch.alerts.known.services)
        alert = await follows(nurse)
        (service,) = await nurse.alerts.services()
        alone = tuple(one for one in service.policy.members if one[0] == boss.user)
        newer = replace(service.policy, number=2, before=service.id, members=alone)
        await boss.alerts.sign(replace(newer, made_ms=boss.desk.clock.now_ms()))

        async def knows():
            return (await nurse.alerts.services())[0].policy.number == 2

        await until(knows)
        (row,) = await nurse.alerts.queue(List.TODO)
        assert (row.who.name, row.symptoms, row.shut) == ("DUMAS Solange", (), True)
        with pytest.raises(Refused, match="reason"):
            await nurse.alerts.sheet(alert)
        grounds(nurse, "team")
        assert (await nurse.alerts.sheet(alert)).item.symptoms

    with_team(tmp_path, ("secretary", "nurse"), story)


def test_who_closed_it_in_the_service_still_brings_its_summary_out(tmp_path):
    async def story(_clinic, boss, nurse):
        for watch in (boss, nurse):
            await until(lambda watch=watch: watch.alerts.known.services)
        alert = await follows(nurse)
        await nurse.alerts.take(alert)
        (service,) = await nurse.alerts.services()
        alone = replace(service.policy, members=((boss.user, service.policy.members[0][1]),))
        nurse.alerts.known.rule({"ONCO1": replace(service, policy=alone, versions=service.versions * 2)})
        assert (await nurse.alerts.sheet(alert, again=True)).item.symptoms

    with_team(tmp_path, ("secretary", "nurse"), story)
