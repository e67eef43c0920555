"""Blocks that strangers and insiders leave in a desk's queues: refused, said in the trail, and no way to stop the others."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace

from media.errors import LinkRefused
from media.keys.envelope import seal_block
from media.keys.sign import HybridSigner
from media.link.mailbox import Mailbox
from media.mail import bodies, convs, desks
from media.mail.types import Type
from storage.errors import DiskTrouble
from storage.messages.records import State
from tests.harness.correspondents import with_desks
from tests.harness.postal import until

TWO, THREE = ("Alice Aubry", "Bruno Bel"), ("Alice Aubry", "Bruno Bel", "Chloé Cot")


async def leave(desk, to, header: bytes, box: bytes) -> None:
    """Put a block of *desk*'s own making into the contact queue of *to*."""
    verdict = next(one for one in desk.post.desk.book.living(to.user))
    way = await desk.post._open.peers.way(verdict, anew=True)
    block = seal_block((way.card.number, way.card.prekey_pk), verdict.device_id, header, box)
    await desk.post.mailbox.send(way.card.contact_queue, block)


async def said(desk, recipients, text: str, type_=Type.TEXT, body: bytes = b"", conv: bytes = b""):
    """Return header object and box of a letter that *desk* signed, as it leaves the outbox."""
    writer, found = desk.post.writer, []
    conv = conv or convs.direct(desk.user, recipients[0])
    draft = writer.draft(type_, conv, recipients, body or bodies.Text(text).encode())

    def act(rows):
        rows.outbox.add = lambda letter, *_rest: found.append(letter)
        writer.post(rows, draft)

    await desk.post.desk.write(act)
    return found[0].header, found[0].box


async def still_hears(alice, bruno) -> None:
    """Write something honest: it must come through whatever was left before."""
    message = await alice.messages.send(await alice.direct(bruno), "après")
    await bruno.hears("après")
    await alice.reaches(message, State.DELIVERED)


def test_noise_in_the_contact_queue_stops_nothing(tmp_path):
    async def story(_clinic, alice, bruno):
        (device,) = alice.post.desk.book.living(bruno.user)
        way = await alice.post._open.peers.way(device, anew=True)
        for version in (0, 1):
            number = way.card.number.to_bytes(4, "big")
            await alice.post.mailbox.send(
                way.card.contact_queue, bytes((version,)) + number + os.urandom(8187)
            )
        await alice.post.mailbox.send(way.card.contact_queue, b"\x01" + bytes(8191))
        await still_hears(alice, bruno)
        assert sorted(set(bruno.refused)) == ["malformed", "prekey-unknown", "seal-broken"]

    with_desks(tmp_path, TWO, story)


def test_a_message_handed_on_to_somebody_else_is_refused(tmp_path):
    async def story(_clinic, alice, bruno, chloe):
        header, box = await said(alice, (bruno.user,), "pour Bruno seul")
        await leave(bruno, chloe, header, box)
        await until(lambda: chloe.refused == ["not-recipient"])
        assert await chloe.messages.threads() == ()
        await still_hears(alice, chloe)

    with_desks(tmp_path, THREE, story)


def test_another_text_under_a_signed_header_is_refused(tmp_path):
    async def story(_clinic, alice, bruno):
        header, _ = await said(alice, (bruno.user,), "un")
        _, box = await said(alice, (bruno.user,), "deux")
        await leave(alice, bruno, header, box)
        await until(lambda: bruno.refused == ["content-forged"])

    with_desks(tmp_path, TWO, story)


def test_a_header_signed_by_another_key_is_refused(tmp_path):
    async def story(_clinic, alice, bruno):
        stranger = HybridSigner.generate()
        honest = alice.post.desk.session
        alice.post.desk.session = _signing(honest, stranger)
        header, box = await said(alice, (bruno.user,), "de Alice ?")
        alice.post.desk.session = honest
        await leave(alice, bruno, header, box)
        await until(lambda: bruno.refused == ["signature"])

    with_desks(tmp_path, TWO, story)


def test_a_gateway_neither_writes_nor_takes_in_charge(tmp_path):
    async def story(clinic, alice, bruno):
        gateway = await clinic.desk("Passerelle", role="gateway")
        await gateway.open()
        await gateway.online()
        await bruno.renew()
        conv = convs.direct(gateway.user, bruno.user)
        acts = (
            (Type.TEXT, bodies.Text("urgent").encode()),
            (Type.TAKEN, bodies.Taken(bytes(16), bytes(32)).encode()),
            (Type.TEAM, bodies.Team("x", tuple(sorted((gateway.user, bruno.user)))).encode()),
        )
        for type_, body in acts:
            await gateway.post.say(type_, conv, (bruno.user,), body)
        await until(lambda: bruno.refused.count("type-role") == len(acts))
        assert await bruno.messages.threads() == ()
        await still_hears(alice, bruno)

    with_desks(tmp_path, TWO, story)


def test_blocks_of_unknown_authors_do_not_fill_the_window_of_a_queue(tmp_path):
    async def story(clinic, alice, bruno):
        newcomer = await clinic.desk("Denis Dor")
        await newcomer.open()
        await newcomer.online()
        for number in range(40):
            header, box = await said(newcomer, (bruno.user,), f"inconnu {number}")
            await leave(newcomer, bruno, header, box)
        await until(lambda: bruno.refused.count("certificate-unknown") == 32)
        await still_hears(alice, bruno)

    with_desks(tmp_path, TWO, story)


def test_only_a_member_changes_a_team(tmp_path):
    async def story(_clinic, alice, bruno, chloe):
        team = await alice.messages.gather("RCP", (bruno.user,))
        conv = (await bruno.thread()).conv
        body = bodies.Team("À moi", tuple(sorted((bruno.user, chloe.user)))).encode()
        await chloe.post.say(Type.TEAM, conv, (bruno.user, alice.user), body)
        await until(lambda: any(one.type is Type.TEAM and one.by.user == chloe.user for one in bruno.told))
        for desk in (alice, bruno):
            (thread,) = [one for one in await desk.messages.threads() if one.conv == conv]
            assert thread.title == "RCP"
            assert chloe.user not in thread.members
        assert team

    with_desks(tmp_path, THREE, story)


def test_a_blocked_person_is_neither_heard_nor_written_to(tmp_path):
    async def story(_clinic, alice, bruno):
        await asyncio.wrap_future(bruno.vault.directory.block(alice.user, 0))
        await bruno.renew()
        await until(lambda: alice.user in bruno.post.desk.session.trust.blocked)
        message = await alice.messages.send(await alice.direct(bruno), "Bonjour ?")
        await alice.reaches(message, State.AT_RELAY)
        await until(lambda: "blocked" in bruno.refused)
        assert await bruno.messages.threads() == ()

    with_desks(tmp_path, TWO, story)


def test_what_a_subscriber_could_not_keep_comes_again(tmp_path):
    async def story(_clinic, alice, bruno):
        tries = []

        async def keep(told):
            tries.append(told.msg_id)
            if len(tries) == 1:
                raise DiskTrouble("inbox.db")

        bruno.post.hear(Type.VOUCH, keep)
        conv = convs.direct(alice.user, bruno.user)
        said_id = await alice.post.say(Type.VOUCH, conv, (bruno.user,), desks.Vouched(b"x").encode())
        await until(lambda: [one.msg_id for one in bruno.told if one.type is Type.VOUCH] == [said_id])
        assert tries == [said_id, said_id]

    with_desks(tmp_path, TWO, story)


def test_an_offer_of_before_that_the_relay_shows_again_changes_nothing(tmp_path):
    async def story(_clinic, alice, bruno):
        kept = []
        send = alice.post.mailbox.send

        async def tapped(queue, block, sign=None):
            kept.append(block)  # the relay keeps what it was told to forget
            await send(queue, block, sign)

        alice.post.mailbox.send = tapped
        await still_hears(alice, bruno)
        old = kept[0]
        queue = await asyncio.wrap_future(
            alice.vault.mail.read(lambda rows: rows.peers.queue_for(bruno.post.desk.device))
        )
        await alice.post._open._listen_new(await alice.post._open.peers.replace(queue))
        await alice.messages.send(await alice.direct(bruno), "l'autre file")
        await bruno.hears("l'autre file")
        newest = await _queue_of(bruno, alice)
        assert newest != queue.queue
        (device,) = alice.post.desk.book.living(bruno.user)
        way = await alice.post._open.peers.way(device, anew=True)
        for _ in range(2):
            await send(way.card.contact_queue, old)
            await still_hears(alice, bruno)
            assert await _queue_of(bruno, alice) == newest
            await bruno.close()
            await bruno.reopen()  # what it had in memory is gone
            await bruno.online()

    with_desks(tmp_path, TWO, story)


def test_a_relay_whose_disk_refuses_for_a_moment_loses_no_long_message(tmp_path, monkeypatch):
    """The box of a long text lies in a blob; "busy" says nothing about whether it is there."""

    async def story(_clinic, alice, bruno):
        honest, tries = Mailbox.get, iter(range(3))

        async def get(line, *place):
            if next(tries, 9) < 2:
                raise LinkRefused("busy")
            return await honest(line, *place)

        monkeypatch.setattr(Mailbox, "get", get)
        text = "compte-rendu-" * 1000
        message = await alice.messages.send(await alice.direct(bruno), text)
        await bruno.hears(text)
        await alice.reaches(message, State.DELIVERED)
        assert bruno.refused == []

    with_desks(tmp_path, TWO, story)


def test_what_an_own_device_that_nobody_compared_writes_is_marked(tmp_path):
    """Whoever has a device certified in somebody's name could put words into that person's own threads."""

    async def story(clinic, alice, bruno):
        await still_hears(alice, bruno)
        rogue = await clinic.desk("Alice Aubry", alice.user)
        await rogue.open()
        await rogue.online()
        for desk in (alice, bruno):
            await desk.renew()
        header, box = await said(rogue, (bruno.user,), "jamais écrit")
        await leave(rogue, alice, header, box)
        found = await alice.hears("jamais écrit")
        assert (found.own, found.warning) == (True, "changed-key")
        await alice.verify(rogue)
        header, box = await said(rogue, (bruno.user,), "bien écrit")
        await leave(rogue, alice, header, box)
        assert (await alice.hears("bien écrit")).warning in {"", "gap"}

    with_desks(tmp_path, TWO, story)


async def _queue_of(desk, other) -> bytes:
    """Return the queue where *desk* writes to *other*."""
    peer = await asyncio.wrap_future(
        desk.vault.mail.read(lambda rows: rows.peers.get(other.post.desk.device))
    )
    return peer.queue


def test_a_restored_vault_sends_nothing(tmp_path):
    async def story(_clinic, alice, bruno):
        await asyncio.wrap_future(alice.vault.mail.opened(1 << 20, restored=True))
        await alice.close()
        await alice.reopen()
        message = await alice.messages.send(await alice.direct(bruno), "d'avant")
        await alice.reaches(message, State.HELD)
        assert (await alice.messages.page((await alice.thread()).id))[-1].held == "restored"
        await alice.online()
        await alice.messages.release((await alice.thread()).id)
        await alice.reaches(message, State.HELD)

    with_desks(tmp_path, TWO, story)


def _signing(session, signer):

    return replace(session, sign=signer.ed25519.sign, act=signer.sign)


def test_a_certificate_that_ends_while_the_desk_stays_open_is_believed_no_longer(tmp_path):
    async def story(_clinic, alice, bruno):
        await still_hears(bruno, alice)
        header, box = await said(bruno, (alice.user,), "trop tard")
        alice.clock.ahead_ms += 100 * 86_400_000
        await leave(bruno, alice, header, box)
        await until(lambda: alice.refused == ["certificate-expired"])

    with_desks(tmp_path, TWO, story)
