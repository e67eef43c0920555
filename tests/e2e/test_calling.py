"""RCP called by sealed message, over real vaults and a real relay: who may open, who comes, what changes, who may say so."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from app.meeting.agenda.draft import Draft, PlanRefused
from app.meeting.agenda.known import link_of
from media.keys.invite import Signer
from media.mail import convs
from media.mail.calls import Coming, Convened, Hosting
from media.mail.types import Type
from tests.harness.agendas import agenda, gets, known
from tests.harness.correspondents import with_desks
from tests.harness.postal import until
from tests.harness.seats import seated

TWO, THREE = ("Alice Aubry", "Bruno Bel"), ("Alice Aubry", "Bruno Bel", "Chloé Cot")


async def verify(desk, other) -> None:
    await desk.verify(other)
    desk.planning.sign_in(desk.session)


def draft(desk, **more) -> Draft:
    start = desk.clock.now_ms() // 1000 + 86_400
    return Draft("RCP Thorax", start, start + 5400, **more)


async def guest(desk, meeting, other, true):
    async def found():
        rows = {one.user: one for one in await desk.convening.guests(meeting)}
        return rows[other.user] if other.user in rows and true(rows[other.user]) else None

    return await until(found)


def with_agendas(folder, names, story):
    async def begin(clinic, *desks):
        for desk in desks:
            agenda(desk)
        await story(clinic, *desks)

    with_desks(folder, names, begin)


def test_a_cohost_opens_first_while_the_organiser_is_off(tmp_path):
    async def story(_clinic, alice, bruno, chloe):
        await verify(alice, bruno)
        made = await alice.planning.call(draft(alice, hosts=(bruno.user,), invited=(chloe.user,)))
        there = await gets(bruno, lambda one: one.inv_sk)
        here = await gets(chloe)
        assert there.inv_sk == made.meeting.inv_sk
        assert there.host
        assert (here.inv_sk, here.host, here.organiser) == (b"", False, alice.user)
        await alice.close()
        one, other = link_of(there).format(), link_of(here).format()
        assert one == other == made.link
        async with (
            seated(bruno.session, one, bruno.session.sign, invitation_secret=there.inv_sk) as first,
            seated(chloe.session, other, chloe.session.sign) as second,
        ):
            await until(lambda: all(len(seat.people()) == 2 for seat in (first, second)))
            assert {person.name for person in second.people()} == {"Bruno Bel", "Chloé Cot"}

    with_agendas(tmp_path, THREE, story)


def test_the_key_of_the_room_waits_for_the_comparison_and_the_invitation_does_not(tmp_path):
    async def story(_clinic, alice, bruno):
        made = await alice.planning.call(draft(alice, hosts=(bruno.user,)))
        there = await gets(bruno)
        assert there.inv_sk == b""
        found = await guest(alice, made.meeting, bruno, lambda one: one.state == "delivered")
        assert (found.host, found.key, found.name) == (True, "key-unverified", "Bruno Bel")
        await verify(alice, bruno)
        assert (await gets(bruno, lambda one: one.inv_sk)).inv_sk == made.meeting.inv_sk
        await guest(alice, made.meeting, bruno, lambda one: one.key == "delivered")

    with_agendas(tmp_path, TWO, story)


def test_a_host_who_is_none_any_more_loses_the_key_and_whoever_is_left_out_the_meeting(tmp_path):
    async def story(_clinic, alice, bruno, chloe):
        await verify(alice, bruno)
        await verify(alice, chloe)
        wanted = draft(alice, hosts=(bruno.user, chloe.user))
        made = await alice.planning.call(wanted)
        for desk in (bruno, chloe):
            await gets(desk, lambda one: one.inv_sk)
        fewer = replace(wanted, hosts=(), invited=(bruno.user,))
        newer = (await alice.planning.call(fewer, made.meeting)).meeting
        there = await gets(bruno, lambda one: one.sequence == 1)
        assert (there.inv_sk, there.host, there.tag) == (b"", False, newer.tag)
        assert newer.inv_sk != made.meeting.inv_sk
        left = await gets(chloe, lambda one: one.cancelled)
        assert (left.inv_sk, left.host) == (b"", False)
        assert left.tag == made.meeting.tag  # the link of the new version was never told
        assert left.secret != newer.secret

    with_agendas(tmp_path, THREE, story)


def test_answers_come_back_and_ask_again_where_the_hours_change(tmp_path):
    async def story(_clinic, alice, bruno, chloe):
        wanted = draft(alice, invited=(bruno.user, chloe.user))
        made = (await alice.planning.call(wanted)).meeting
        await bruno.convening.answer(await gets(bruno), Coming.YES)
        await chloe.convening.answer(await gets(chloe), Coming.NO)
        assert (await gets(bruno)).answer == 1
        await guest(alice, made, bruno, lambda one: one.answer == 1)
        await guest(alice, made, chloe, lambda one: one.answer == 2)
        titled = (await alice.planning.call(replace(wanted, title="RCP Thorax 2"), made)).meeting
        assert (await gets(bruno, lambda one: one.title == "RCP Thorax 2")).answer == 1
        await guest(alice, titled, bruno, lambda one: one.answer == 1)
        moved = replace(wanted, starts_s=wanted.starts_s + 3600, ends_s=wanted.ends_s + 3600)
        moved = (await alice.planning.call(moved, titled)).meeting
        assert (await gets(bruno, lambda one: one.starts_s == moved.starts_s)).answer == 0
        await guest(alice, moved, bruno, lambda one: one.answer == 0 and one.state == "delivered")

    with_agendas(tmp_path, THREE, story)


def test_who_was_off_finds_only_what_counts_now(tmp_path):
    async def story(_clinic, alice, bruno):
        start = alice.clock.now_ms() // 1000 + 86_400
        weekly = replace(draft(alice, invited=(bruno.user,)), every=1, starts=(start, start + 604_800))
        await bruno.close()
        made = (await alice.planning.call(weekly)).meeting
        changed = (await alice.planning.call(replace(weekly, title="RCP Sein"), made)).meeting
        off = (await alice.planning.call_off(changed, 1)).meeting
        await bruno.reopen()
        agenda(bruno)
        there = await gets(bruno, lambda one: one.sequence == off.sequence)
        assert (there.title, there.off, there.tag) == ("RCP Sein", (1,), changed.tag)
        await alice.planning.cancel(off)
        assert (await gets(bruno, lambda one: one.cancelled)).title == "RCP Sein"
        assert await known(alice) == []
        assert bruno.alerts

    with_agendas(tmp_path, TWO, story)


def test_what_was_called_while_the_relay_was_gone_waits_in_the_outbox(tmp_path):
    async def story(clinic, alice, bruno):
        made = (await alice.planning.call(draft(alice, invited=(bruno.user,)))).meeting
        await gets(bruno)
        clinic.relay.kill()
        await until(lambda: not alice.post.line.online)
        await alice.planning.cancel(made)
        assert await alice.parcels() == 1
        clinic.relay.start()
        await gets(bruno, lambda one: one.cancelled)

    with_agendas(tmp_path, TWO, story)


def test_nobody_else_changes_cancels_or_opens_a_meeting(tmp_path):
    async def story(_clinic, alice, bruno, chloe):
        wanted = draft(alice, invited=(bruno.user, chloe.user))
        made = (await alice.planning.call(wanted)).meeting
        before, has = await gets(bruno), await gets(chloe)
        own = (await chloe.planning.call(draft(chloe))).meeting
        said = (has.uid, 7, True, has.tag, has.secret, made.invite)
        forged = [
            Convened(*said),  # her word about somebody else's invitation
            Convened(has.uid, 7, True, own.tag, own.secret, own.invite),  # her own under the other's name
            Convened(own.uid, 0, False, has.tag, own.secret, own.invite),  # her own in the other's place
            Hosting(own.uid, 0, False, own.tag, own.secret, own.invite, (), own.inv_sk),  # for no host
        ]
        for one in forged:
            await chloe.post.say(one.TYPE, convs.of_call(one.uid), (bruno.user,), one.encode())
        await verify(chloe, bruno)
        await until(lambda: bruno.refused.count("invite-forged") == len(forged))
        assert await known(bruno) == [before]

    with_agendas(tmp_path, THREE, story)


def test_a_key_of_another_room_is_refused(tmp_path):
    async def story(_clinic, alice, bruno):
        await verify(alice, bruno)
        made = (await alice.planning.call(draft(alice, hosts=(bruno.user,)))).meeting
        await gets(bruno, lambda one: one.inv_sk)
        other = Hosting(made.uid, 5, False, made.tag, made.secret, made.invite, (), bytes(32))
        await alice.post.say(Type.HOSTING, convs.of_call(made.uid), (bruno.user,), other.encode())
        await until(lambda: bruno.refused == ["invite-forged"])
        assert (await gets(bruno)).sequence == 0

    with_agendas(tmp_path, TWO, story)


def test_who_is_blocked_hears_nothing_and_a_changed_key_holds_all_of_it(tmp_path):
    async def story(clinic, alice, bruno, chloe):
        await verify(alice, bruno)
        twin = await clinic.desk("Bruno Bel", bruno.user)
        await twin.open()
        agenda(twin)
        await asyncio.wrap_future(alice.vault.directory.block(chloe.user, 1))
        await alice.renew()
        alice.planning.sign_in(alice.session)
        made = (await alice.planning.call(draft(alice, hosts=(bruno.user,), invited=(chloe.user,)))).meeting
        await gets(bruno, lambda one: one.inv_sk)
        assert (await guest(alice, made, chloe, lambda _one: True)).state == "blocked"
        held = await asyncio.wrap_future(alice.vault.mail.read(lambda rows: rows.outbox.held(bruno.user)))
        assert [one.held for one in held] == ["key-changed", "key-changed"]
        assert await known(twin) == await known(chloe) == []

    with_agendas(tmp_path, THREE, story)


def test_the_own_other_desk_has_the_meeting_with_its_key(tmp_path):
    async def story(clinic, alice, bruno):
        office = await clinic.desk("Alice Aubry", alice.user)
        await office.open()
        agenda(office)
        for desk in (alice, bruno):
            await desk.renew()
            desk.planning.sign_in(desk.session)
        await office.online()
        await verify(alice, office)
        await verify(office, alice)
        await verify(alice, bruno)
        await verify(bruno, alice)
        await verify(bruno, office)
        made = (await alice.planning.call(draft(alice, hosts=(bruno.user,)))).meeting
        there = await gets(office, lambda one: one.inv_sk)
        assert there.own
        assert Signer(there.inv_sk).public == Signer(made.inv_sk).public
        await gets(bruno, lambda one: one.inv_sk)
        assert not office.alerts
        newer = replace(draft(office, invited=(bruno.user,)), title="RCP Sein")
        await until(lambda: office.post.line.online)
        changed = (await office.planning.call(newer, there)).meeting
        assert (await gets(bruno, lambda one: one.sequence == 1)).title == "RCP Sein"
        assert (await gets(alice, lambda one: one.sequence == 1)).tag == changed.tag

    with_agendas(tmp_path, TWO, story)


def test_a_closed_post_office_refuses_what_only_it_could_tell(tmp_path):
    async def story(_clinic, alice, bruno):
        made = (await alice.planning.call(draft(alice, invited=(bruno.user,)))).meeting
        there = await gets(bruno)
        bruno.task.cancel()
        await asyncio.gather(bruno.task, return_exceptions=True)
        with pytest.raises(PlanRefused, match="post-closed"):
            await bruno.convening.answer(there, Coming.YES)
        assert (await gets(bruno)).answer == 0
        alice.task.cancel()
        await asyncio.gather(alice.task, return_exceptions=True)
        with pytest.raises(PlanRefused, match="post-closed"):
            await alice.planning.cancel(made)
        assert await known(alice) == [made]

    with_agendas(tmp_path, TWO, story)
