"""What an attacker tries at the mailboxes, and what comes of it."""

from __future__ import annotations

import asyncio
import os

import pytest
from nacl.signing import SigningKey

from media import mailwire, wire
from media.errors import LinkLost, LinkRefused, ProtocolError
from media.link import OrganisationProof
from media.link.control import Control
from media.link.mailbox import Mailbox
from tests.unit.mailbox.people import Box, Came, block, contact, enter, stranger
from tests.unit.relay.harness import ORGANISATION, RelayProcess, proof, public, signer


def other() -> object:
    return signer(SigningKey.generate())


async def refused(code: str, asked) -> None:
    with pytest.raises(LinkRefused) as refusal:
        await asked
    assert refusal.value.code == code


def caught(relay_caps: str, folder, scenario) -> None:
    relay = RelayProcess(folder, caps=relay_caps).start()
    try:
        asyncio.run(asyncio.wait_for(scenario(relay), 60))
    finally:
        relay.stop()


# --- who one is -------------------------------------------------------------------------------------------


def test_another_organisations_key_does_not_enter(relay):
    key = SigningKey.generate()
    for wrong in (
        OrganisationProof(public(key), signer(key)),
        OrganisationProof(public(ORGANISATION), signer(key)),
    ):
        asyncio.run(refused("not-allowed", Mailbox.connect(relay.address(), wrong)))


def test_an_expired_key_does_not_enter(tmp_path):
    key = SigningKey.generate()
    table = f'[[organisation]]\nkey = "{public(key).hex()}"\nnot_after = 1000'
    relay = RelayProcess(tmp_path, settings=table).start()
    try:
        expired = OrganisationProof(public(key), signer(key))
        asyncio.run(refused("not-allowed", Mailbox.connect(relay.address(), expired)))
    finally:
        relay.stop()


def test_an_impostor_relay_learns_nothing_that_opens_the_true_one(tmp_path, relay):
    """It pretends to be the relay; what it gets signs its own certificate and nonce."""
    folder = tmp_path / "impostor"
    folder.mkdir()
    impostor = RelayProcess(folder).start()
    try:
        asyncio.run(refused("relay-impostor", Mailbox.connect(impostor.address(pin=relay.pin), proof())))
    finally:
        impostor.stop()

    async def scenario():
        mine = await enter(relay)
        box = await Box().make(mine)
        control = mine._control
        for nonce, cert in ((os.urandom(32), control.cert_hash), (control.nonce, os.urandom(32))):
            text = wire.admission_text(mailwire.LISTEN, nonce, cert, box.name, b"")
            await refused("queue-unknown", mine._done(mailwire.Listen(9999, box.name, box.sign_owner(text))))
        await mine.close()

    asyncio.run(scenario())


def test_proofs_of_one_connection_are_worth_nothing_on_another(relay):
    async def scenario():
        mine = await enter(relay)
        box, said = await Box().make(mine), []
        mine._control.send, send = (lambda message: (said.append(message), send(message))), mine._control.send
        await mine.listen(box.name, box.sign_owner, Came())
        await mine.send(box.name, block(), box.sign_writer)
        await mine.publish(public(box.owner), box.sign_owner, 1, b"card")
        thief = await enter(relay)
        for message, code in zip(said, ("queue-unknown", "queue-unknown", "not-allowed"), strict=True):
            await refused(code, thief._done(message))
        for mailbox in (thief, mine):
            await mailbox.close()

    asyncio.run(scenario())


def test_a_proof_for_one_purpose_serves_no_other(meet):
    async def scenario(mine, _):
        box = await Box().make(mine)
        listening = mine._prove(box.sign_owner, mailwire.LISTEN, box.name, b"")
        await refused("queue-unknown", mine._done(mailwire.DropQueue(900, box.name, listening)))
        writing = mine._prove(box.sign_writer, mailwire.WRITE, box.name, mailwire.block_digest(block()))
        await refused("queue-unknown", mine._done(mailwire.Send(901, box.name, writing, block())))

    meet(scenario)


def test_strangers_write_with_a_writers_key_and_no_more(relay):
    async def scenario():
        mine, someone = await enter(relay), await stranger(relay)
        box, open_to_all, came = await Box().make(mine), await contact().make(mine), Came()
        await mine.listen(box.name, box.sign_owner, came)
        await someone.send(box.name, block(), box.sign_writer)
        await came.count(1)
        await refused("not-allowed", someone.send(open_to_all.name, block()))
        await refused("not-allowed", someone.send(os.urandom(16), block()))
        await refused("not-allowed", Box().make(someone))
        await refused("not-allowed", someone.listen(box.name, box.sign_owner, came))
        await refused("not-allowed", someone.drop_queue(box.name, box.sign_owner))
        await refused("not-allowed", someone.acknowledge(box.name, 1))
        for mailbox in (mine, someone):
            await mailbox.close()

    asyncio.run(scenario())


# --- other people's queues ---------------------------------------------------------------------------------


def test_a_guessed_queue_and_somebody_elses_get_the_same_answer(meet):
    async def scenario(mine, theirs):
        box = await Box().make(mine)
        for name in (box.name, os.urandom(16)):
            await refused("queue-unknown", theirs.send(name, block(), other()))
            await refused("queue-unknown", theirs.send(name, block()))
            await refused("queue-unknown", theirs.listen(name, other(), Came()))
            await refused("queue-unknown", theirs.drop_queue(name, other()))
            await refused("queue-unknown", theirs.acknowledge(name, 1))

    meet(scenario)


def test_a_proof_is_checked_whether_or_not_there_is_a_queue(monkeypatch, tmp_path):
    """The time that an answer takes says nothing: a decoy key stands in for the queue's."""
    from media.relay.admission import Binding
    from media.relay.config import Caps
    from media.relay.counters import Counters
    from media.relay.mail import DECOY, Mail
    from media.relay.queues import SqliteStore
    from media.relay.shelf import Shelf

    checked = []
    monkeypatch.setattr(
        Binding, "holds", lambda self, purpose, place, rest, proofs, keys: checked.append(keys)
    )
    store = SqliteStore(tmp_path / "queues.db", Caps())
    mail = Mail(store, Shelf(tmp_path / "blobs", 0), Caps(), Counters())
    binding = Binding(bytes(32), bytes(32))
    with pytest.raises(LinkRefused):
        mail._owned(mailwire.Listen(1, bytes(16), b"p" * 64), binding)
    with pytest.raises(LinkRefused):
        mail._put(mailwire.Send(1, bytes(16), b"p" * 64, block()), binding, contact=False)
    mail.close()
    assert checked == [(DECOY,), (DECOY,)]


def test_the_writers_key_neither_reads_nor_acknowledges_and_the_owners_key_does_not_write(meet):
    async def scenario(mine, theirs):
        box, came = await Box().make(mine), Came()
        await mine.listen(box.name, box.sign_owner, came)
        await theirs.send(box.name, block(), box.sign_writer)
        (delivery,) = await came.count(1)
        await refused("queue-unknown", theirs.listen(box.name, box.sign_writer, Came()))
        await refused("queue-unknown", theirs.acknowledge(box.name, delivery.number))
        await refused("queue-unknown", theirs.drop_queue(box.name, box.sign_writer))
        await refused("queue-unknown", theirs.send(box.name, block(), box.sign_owner))

    meet(scenario)


def test_a_contact_queue_takes_no_writers_proof(meet):
    async def scenario(mine, theirs):
        box = await contact().make(mine)
        await refused("queue-unknown", theirs.send(box.name, block(), other()))
        await refused("queue-unknown", theirs.send(box.name, block(), box.sign_owner))

    meet(scenario)


# --- too much ----------------------------------------------------------------------------------------------


def test_a_filled_queue_is_full_and_the_others_are_not(tmp_path):
    async def scenario(relay):
        mine = await enter(relay)
        box, open_to_all, third = await Box().make(mine), await contact().make(mine), await Box().make(mine)
        for queue, most in ((box, 20), (open_to_all, 5)):
            for _ in range(most):
                await mine.send(queue.name, block(), queue.sign_writer)
            await refused("queue-full", mine.send(queue.name, block(), queue.sign_writer))
        await mine.send(third.name, block(), third.sign_writer)
        came = Came()
        await mine.listen(box.name, box.sign_owner, came)
        await mine.acknowledge(box.name, (await came.count(1))[0].number)
        await mine.send(box.name, block(), box.sign_writer)
        await mine.close()

    caught("queue_blocks = 20\ncontact_blocks = 5", tmp_path, scenario)


def test_an_organisation_that_used_up_its_share_leaves_the_others_theirs(tmp_path):
    second = SigningKey.generate()

    async def scenario(relay):
        mine = await enter(relay)
        theirs = await Mailbox.connect(relay.address(), OrganisationProof(public(second), signer(second)))
        boxes = [await Box().make(mine) for _ in range(3)]
        await refused("quota", Box().make(mine))
        for i in range(128):
            await mine.send(boxes[i % 3].name, block(), boxes[i % 3].sign_writer)
        await refused("quota", mine.send(boxes[0].name, block(), boxes[0].sign_writer))
        box = await Box().make(theirs)
        await mine.send(box.name, block(), box.sign_writer)
        await mine.drop_queue(boxes[0].name, boxes[0].sign_owner)
        await mine.send(boxes[1].name, block(), boxes[1].sign_writer)
        for mailbox in (mine, theirs):
            await mailbox.close()

    table = f'[[organisation]]\nkey = "{public(second).hex()}"'
    relay = RelayProcess(tmp_path, settings=table, caps="queues = 3\nqueue_total_mb = 1").start()
    try:
        asyncio.run(asyncio.wait_for(scenario(relay), 60))
    finally:
        relay.stop()


def test_a_connection_listens_to_so_many_queues_and_no_more(tmp_path):
    async def scenario(relay):
        mine = await enter(relay)
        boxes = [await Box().make(mine) for _ in range(4)]
        for box in boxes[:3]:
            await mine.listen(box.name, box.sign_owner, Came())
        await refused("full", mine.listen(boxes[3].name, boxes[3].sign_owner, Came()))
        await mine.listen(boxes[0].name, boxes[0].sign_owner, Came())
        await mine.close()

    caught("listens = 3", tmp_path, scenario)


def test_the_same_block_sent_twice_lies_there_once(meet, relay):
    async def scenario(mine, theirs):
        box, sent = await Box().make(mine), block()
        for _ in range(3):
            await theirs.send(box.name, sent, box.sign_writer)
        assert relay.counter("blocks_waiting") == 1

    meet(scenario)


def test_who_does_not_acknowledge_gets_a_window_and_the_others_go_on(meet):
    async def scenario(mine, theirs):
        held, free = await Box().make(mine), await Box().make(mine)
        held_came, free_came = Came(), Came()
        await mine.listen(held.name, held.sign_owner, held_came)
        await mine.listen(free.name, free.sign_owner, free_came)
        for i in range(40):
            await theirs.send(held.name, block(i), held.sign_writer)
        await held_came.count(32)
        await theirs.send(free.name, block(), free.sign_writer)
        await free_came.count(1)
        assert len(held_came.all) == 32
        for delivery in list(held_came.all):
            await mine.acknowledge(held.name, delivery.number)
        await held_came.count(40)
        assert [int.from_bytes(one[:8], "big") for one in held_came.blocks] == list(range(40))

    meet(scenario)


# --- what is not the protocol ------------------------------------------------------------------------------


@pytest.mark.parametrize("harm", ["short", "long", "kind", "answer", "media"])
def test_what_is_no_request_ends_only_ones_own_connection(relay, harm):
    async def scenario():
        mine, theirs = await enter(relay), await enter(relay)
        good = mailwire.Send(1, os.urandom(16), bytes(64), block()).encode()
        words = {
            "short": good[:-1],
            "long": good + b"\0",
            "kind": b"\x7f" + bytes(50),
            "answer": mailwire.Done(1).encode(),
            "media": b"\x01" + bytes(100),
        }
        await mine._control._socket.send(words[harm])
        assert await asyncio.wait_for(mine.ended(), 30) == "bad-message"
        assert await theirs.card(bytes(16)) is None
        for mailbox in (mine, theirs):
            await mailbox.close()

    asyncio.run(scenario())


def test_a_block_of_another_size_is_not_even_sent(meet):
    async def scenario(mine, _):
        for size in (0, mailwire.BLOCK_BYTES - 1, mailwire.BLOCK_BYTES + 1):
            with pytest.raises(ProtocolError):
                await mine.send(os.urandom(16), bytes(size))

    meet(scenario)


def test_nobody_asks_before_entering_or_enters_twice(relay):
    async def scenario():
        control = await Control.connect(relay.address())
        control.send(mailwire.FetchCard(1, bytes(16)))
        assert wire.decode_down(await control.receive()) == wire.Refused("bad-message")
        await control.close()
        mine = await enter(relay)
        mine._control.send(mailwire.Enter())
        assert await asyncio.wait_for(mine.ended(), 30) == "bad-message"
        await mine.close()

    asyncio.run(scenario())


def test_who_asks_too_much_waits_and_the_others_do_not(tmp_path):
    async def scenario(relay):
        mine, theirs = await enter(relay), await enter(relay)
        flood = [asyncio.create_task(mine.card(os.urandom(16))) for _ in range(400)]
        await theirs.card(bytes(16))
        assert not all(task.done() for task in flood)
        await mine.close()
        results = await asyncio.gather(*flood, return_exceptions=True)
        assert any(isinstance(result, LinkLost) for result in results)
        await theirs.close()

    caught("mail_requests_s = 20", tmp_path, scenario)
