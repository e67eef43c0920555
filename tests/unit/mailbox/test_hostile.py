"""A relay that lies: what it says is no answer, no block of a queue that was asked for, or nothing at all. The device gives it up."""

from __future__ import annotations

import asyncio
import os

import pytest
from websockets.asyncio.server import serve

from media import mailwire, wire
from media.errors import LinkLost, LinkRefused
from media.link import RelayAddress
from media.link.mailbox import Mailbox
from media.relay.certificate import server_context
from media.relay.config import Config
from tests.unit.mailbox.people import Box, Came, block
from tests.unit.relay.harness import proof

NAME = os.urandom(16)
SAME = block()


@pytest.fixture
def at(tmp_path):
    """Run a scenario with a mailbox at a relay that answers each word by what *says* returns of it."""

    def run(says, scenario):
        async def hear(socket):
            await socket.send(wire.Greeting(wire.VERSION, os.urandom(32)).encode())
            async for data in socket:
                for word in says(data):
                    await socket.send(word)

        async def whole():
            context, pin = server_context(Config(tmp_path, {}))
            async with serve(hear, "127.0.0.1", 0, ssl=context, compression=None, max_size=1 << 20) as server:
                address = RelayAddress("127.0.0.1", server.sockets[0].getsockname()[1], pin)
                await asyncio.wait_for(scenario(address), 30)

        asyncio.run(whole())

    return run


def friendly(**answers):
    """Let everybody enter, and answer a kind of request by that message."""

    def says(data: bytes):
        if data[0] == mailwire.Enter.KIND:
            return [mailwire.Entered().encode()]
        request = mailwire.decode_request(data)
        answer = answers.get(type(request).__name__)
        return [answer(request.request).encode()] if answer else []

    return says


@pytest.mark.parametrize(
    "words",
    [
        [],
        [b"\x71\0\0\0\1busy"],
        [b"\xff"],
        [mailwire.Done(1).encode()],
        [wire.Measured(1, bytes(16)).encode()],
    ],
    ids=["silence", "refusal", "noise", "answer", "other"],
)
def test_who_is_not_let_in_properly_is_not_in(at, words, monkeypatch):
    monkeypatch.setattr("media.link.mailbox.ANSWER_S", 0.5)

    async def scenario(address):
        with pytest.raises(LinkLost):
            await Mailbox.connect(address, proof())

    at(lambda data: words, scenario)


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({"BlobSize": lambda n: mailwire.Number(n, 1 << 62)}, lambda m: m.blob_size(NAME)),
        ({"BlobSize": lambda n: mailwire.Number(n, 0)}, lambda m: m.blob_size(NAME)),
        ({"GetPiece": lambda n: mailwire.Bytes(n, b"short")}, lambda m: m.get(NAME, 0, 100)),
        ({"GetPiece": lambda n: mailwire.Bytes(n, bytes(101))}, lambda m: m.get(NAME, 0, 100)),
        (
            {"BeginBlob": lambda n: mailwire.Number(n, 65537)},
            lambda m: m.begin_blob(NAME, 0, 3600, bytes(32)),
        ),
        ({"ReadWords": lambda n: mailwire.Words(n, [(1, bytes(128))])}, lambda m: m.words([NAME])),
        ({"ReadWords": lambda n: mailwire.Bytes(n, b"")}, lambda m: m.words([NAME])),
        ({"FetchCard": lambda n: mailwire.Number(n, 5)}, lambda m: m.card(NAME)),
        ({"Send": lambda n: mailwire.Bytes(n, b"")}, lambda m: m.send(NAME, block())),
    ],
)
def test_an_answer_that_can_be_none_ends_the_line(at, answers, asked):
    async def scenario(address):
        mailbox = await Mailbox.connect(address, proof())
        with pytest.raises(LinkLost):
            await asked(mailbox)
        assert await mailbox.ended() == "lost"
        await mailbox.close()

    at(friendly(**answers), scenario)


def test_blocks_of_queues_that_nobody_listens_to_and_answers_that_nobody_awaits_are_passed_over(at):
    stray = [
        mailwire.Delivery(NAME, 1, block()).encode(),
        mailwire.Done(4_000_000_000).encode(),
        mailwire.Entered().encode(),
    ]

    def says(data: bytes):
        if data[0] == mailwire.Enter.KIND:
            return [mailwire.Entered().encode(), *stray]
        return [*stray, mailwire.Bytes(mailwire.decode_request(data).request, b"card").encode()]

    async def scenario(address):
        mailbox = await Mailbox.connect(address, proof())
        assert await mailbox.card(NAME) == b"card"
        await mailbox.close()

    at(says, scenario)


def test_who_was_refused_does_not_go_on_listening(at):
    said = []

    def says(data: bytes):
        if data[0] == mailwire.Enter.KIND:
            return [mailwire.Entered().encode()]
        request = mailwire.decode_request(data)
        said.append(request)
        return [
            mailwire.Not(request.request, "queue-unknown").encode(),
            mailwire.Delivery(request.queue, 1, block()).encode(),
            mailwire.Delivery(request.queue, 2, block()).encode(),
        ]

    async def scenario(address):
        mailbox, box, came = await Mailbox.connect(address, proof()), Box(), Came()
        with pytest.raises(LinkRefused, match="queue-unknown"):
            await mailbox.listen(box.name, box.sign_owner, came)
        before = len(came.all)
        with pytest.raises(LinkRefused):
            await mailbox.drop_queue(box.name, box.sign_owner)
        assert len(came.all) == before
        await mailbox.close()

    at(says, scenario)


def test_a_relay_that_goes_silent_is_given_up_and_closing_does_not_wait_for_it(at, monkeypatch):
    async def scenario(address):
        mailbox = await Mailbox.connect(address, proof())
        monkeypatch.setattr("media.link.mailbox.ANSWER_S", 0.5)
        with pytest.raises(LinkLost):
            await mailbox.card(NAME)
        assert await mailbox.ended() == "lost"
        await mailbox.close()

    at(friendly(), scenario)


def flooding(numbers):
    """Let everybody enter and listen, then hand on blocks by these numbers."""

    def says(data: bytes):
        if data[0] == mailwire.Enter.KIND:
            return [mailwire.Entered().encode()]
        request = mailwire.decode_request(data)
        done = [mailwire.Done(request.request).encode()]
        if not isinstance(request, mailwire.Listen):
            return done
        return done + [mailwire.Delivery(request.queue, number, SAME).encode() for number in numbers]

    return says


def test_a_relay_that_hands_on_more_than_is_acknowledged_does_not_fill_the_memory(at):
    async def scenario(address):
        mailbox, box, came = await Mailbox.connect(address, proof()), Box(), Came()
        await mailbox.listen(box.name, box.sign_owner, came)
        assert await mailbox.ended() == "lost"
        assert len(came.all) == 1024
        await mailbox.close()

    at(flooding(range(3000)), scenario)


def test_a_block_that_a_relay_repeats_before_it_is_acknowledged_is_heard_once(at):
    async def scenario(address):
        mailbox, box, came = await Mailbox.connect(address, proof()), Box(), Came()
        await mailbox.listen(box.name, box.sign_owner, came)
        await mailbox.acknowledge(box.name, 9)  # answered behind all of them
        assert [one.number for one in came.all] == [7, 8]
        await mailbox.listen(box.name, box.sign_owner, came)
        await mailbox.acknowledge(box.name, 9)
        assert [one.number for one in came.all] == [7, 8, 7, 8], "at a new listen all of it comes again"
        await mailbox.close()

    at(flooding([*[7] * 2000, 8]), scenario)
