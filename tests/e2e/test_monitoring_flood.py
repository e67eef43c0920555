"""Somebody of the organisation who is in no service floods a nurse's desk with signed steps: the vault stays small, the queue right."""

from __future__ import annotations

import asyncio

from app.monitoring.ports import List
from media.mail.bodies import Sheet
from media.mail.policy import Part, Policy
from media.mail.steps import AlertStep
from media.mail.types import Type
from storage.monitoring.guests import Guests, Room
from tests.harness.postal import until
from tests.harness.wards import alert_of, asked, with_team

FLOOD, TAKEN, KEPT = 60, 40, 25


async def records(watch, author):
    rows = await asyncio.wrap_future(
        watch.desk.vault.mail.read(lambda bag: bag.trace.since("alert", 0) + bag.trace.since("policy", 0))
    )
    return [one for one in rows if one.author == author]


def limited(watch):
    rows = watch.desk.vault.audit.newest().result()
    return [row for row in rows if row.action == "records-limited"]


def little_room(monkeypatch):
    monkeypatch.setattr(Guests, "a_day", Room(TAKEN, 1 << 20))
    monkeypatch.setattr(Guests, "each", Room(KEPT, 1 << 20))


async def flood(stranger, victim, subject):
    """Say steps about *subject* and about nothing, escalations that pass on, and rules that nobody named one for."""
    now_ms = stranger.desk.clock.now_ms()
    for at in range(FLOOD):
        about = subject if at % 2 else bytes([at]) * 16
        passing = {"to": (victim.user, stranger.user), "until_ms": now_ms + 60_000}
        said = (
            rules(at, now_ms),
            AlertStep("note", about, now_ms, text=f"inondation {at}"),
            AlertStep("escalate", about, now_ms, **passing, places=((bytes([at]) * 16, bytes(32)),)),
        )[at % 3]
        await stranger.desk.post.say(
            Type.RECORD, b"\x00" * 16, [victim.user], Sheet(said.KIND, said.encode()).encode()
        )


def rules(at, now_ms):
    return Policy("ONCO1", f"À moi {at}", 1, made_ms=now_ms)


def test_a_flood_of_a_stranger_fills_no_vault_and_loses_nothing_of_the_team(tmp_path, monkeypatch):
    little_room(monkeypatch)

    async def story(_clinic, nurse, other, stranger):
        told = asked("1", nurse.desk.clock.now_ms(), pain=2)
        alert = alert_of(told)
        for watch in (nurse, other):
            await until(lambda watch=watch: watch.alerts._desk.memory.services)
            await watch.hear(told)
        await other.alerts.take(alert)
        await flood(stranger, nurse, alert)
        await until(lambda: stranger_done(stranger))
        closed = await other.alerts.close(alert, "resolved", 1)

        async def seen():
            return {closed.id} & {one.id for one in await records(nurse, other.user)}

        await until(seen)
        await until(lambda: limited(nurse))
        assert len(await records(nurse, stranger.user)) == KEPT
        assert len(limited(nurse)) == 1, "said once a day, the trail is not flooded either"
        assert [one.alert for one in await nurse.alerts.queue(List.CLOSED)] == [alert]
        sheet = await nurse.alerts.sheet(alert)
        assert [str(row.record.step) for row in sheet.life.rows] == ["take", "close"]
        assert len(await records(nurse, other.user)) == 2
        assert (await nurse.alerts.services())[0].policy.title == "Oncologie"

    with_team(tmp_path, ("nurse", "nurse"), story, strangers=1)


async def stranger_done(stranger):
    return await stranger.desk.parcels() == 0


def test_who_is_named_by_the_rules_later_loses_nothing_from_then_on(tmp_path, monkeypatch):
    little_room(monkeypatch)

    async def story(_clinic, nurse, stranger):
        (service,) = await nurse.alerts.services()
        now_ms = nurse.desk.clock.now_ms()
        told = asked("1", now_ms, pain=2)
        await nurse.hear(told)
        early = AlertStep("take", alert_of(told), now_ms)
        await stranger.desk.post.say(
            Type.RECORD, b"\x00" * 16, [nurse.user], Sheet(early.KIND, early.encode()).encode()
        )

        async def kept(count):
            return len(await records(nurse, stranger.user)) == count

        await until(lambda: kept(1))
        member = (stranger.user, Part.NURSE)
        grown = Policy(
            "ONCO1", "Oncologie", 2, service.id, members=(*service.policy.members, member), made_ms=now_ms
        )
        await nurse.alerts.sign(grown)
        for at in range(TAKEN + 5):
            said = AlertStep("note", alert_of(told), now_ms, text=f"suite {at}")
            await stranger.desk.post.say(
                Type.RECORD, b"\x00" * 16, [nurse.user], Sheet(said.KIND, said.encode()).encode()
            )
        await until(lambda: kept(TAKEN + 6))
        assert not limited(nurse)
        assert (await nurse.alerts.sheet(alert_of(told))).life.holder == stranger.user

    with_team(tmp_path, ("secretary",), story, strangers=1)
