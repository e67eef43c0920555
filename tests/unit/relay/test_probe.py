"""Looking at a relay without entering: what is measured, what an old, new, false or silent one says, what a stranger can abuse."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from media import wire
from media.errors import LinkLost, LinkRefused
from media.link import probe
from media.link.admission import RelayAddress
from media.link.control import Control
from media.relay.certificate import server_context
from media.relay.config import Config
from media.relay.udp import Trial
from tests.unit.relay.test_attacks import lenient


def test_a_look_sees_the_way_and_the_clock(relay, monkeypatch):
    monkeypatch.setattr(probe, "HELLO_S", 30)
    seen = asyncio.run(probe.look(relay.address()))
    assert seen.transport == "udp"
    assert 0 < seen.rtt_ms < 1000
    assert abs(seen.skew_s) <= 10
    assert seen.up_kbps == 0


def test_our_clock_behind_shows_as_the_relays_ahead(relay):
    seen = asyncio.run(probe.look(relay.address(), lambda: time.time() - 600))
    assert seen.skew_s == pytest.approx(600, abs=10)


def test_a_thorough_look_measures_the_way_up_and_the_loss(relay, monkeypatch):
    monkeypatch.setattr(probe, "HELLO_S", 30)
    seen = asyncio.run(probe.look(relay.address(), thorough=True))
    assert 0 < seen.up_kbps <= probe.MOST_KBPS
    assert (seen.sent, seen.lost) == (probe.MANY_HELLOS, 0)


def test_a_blocked_udp_is_said(relay):
    assert asyncio.run(probe.look(relay.address(force_tls=True))).transport == "tls"


def test_a_slow_line_is_not_called_fast(relay):
    async def scenario():
        async with slow(relay.port, kbps=800) as port:
            return await probe.look(relay.address(port=port, force_tls=True), thorough=True)

    assert 0 < asyncio.run(scenario()).up_kbps < 900


def test_looking_leaves_nothing_behind_and_refuses_nobody(relay):
    before = [relay.counter(f"{name}_total") for name in ("messages_refused", "admissions_refused")]
    asyncio.run(probe.look(relay.address(), thorough=True))
    assert relay.counter("rooms") == 0
    assert [relay.counter(f"{name}_total") for name in ("messages_refused", "admissions_refused")] == before


def test_nobody_there_is_said():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        address = RelayAddress("127.0.0.1", held.getsockname()[1], pin=b"x" * 32)
        with pytest.raises(LinkLost):
            asyncio.run(probe.look(address))


def test_another_certificate_is_an_impostor(relay):
    with pytest.raises(LinkRefused, match="relay-impostor"):
        asyncio.run(probe.look(relay.address(pin=bytes(32))))


@pytest.mark.parametrize(
    ("version", "code"), [(0, "relay-too-old"), (2, "relay-too-new"), (255, "relay-too-new")]
)
@pytest.mark.parametrize("rest", [bytes(32), b"", b"anything" * 9])
def test_another_version_is_named_whatever_follows(tmp_path, version, code, rest):
    greeting = bytes((wire.Greeting.KIND, version)) + rest
    with pytest.raises(LinkRefused, match=code):
        visit(tmp_path, [greeting])


@pytest.mark.parametrize("greeting", [b"", b"\x20", b"\x20\x01", b"\x99" * 40, b"\x20\x01" + bytes(31)])
def test_a_greeting_that_is_none_is_no_relay(tmp_path, greeting):
    with pytest.raises(LinkLost):
        visit(tmp_path, [greeting])


@settings(max_examples=20, deadline=None)
@given(answer=st.one_of(st.binary(max_size=80), st.binary(max_size=17).map(lambda rest: b"\x55" + rest)))
def test_any_answer_to_a_measure_ends_in_a_figure_or_a_known_error(tmp_path_factory, answer):
    with contextlib.suppress(LinkLost, LinkRefused):
        seen = visit(tmp_path_factory.mktemp("relay"), [wire.Greeting(1, bytes(32)).encode(), answer])
        assert seen.transport == "tls"


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Sat, 99 Nov 2026 99:99:99 GMT", "0" * 400, "Thu, 01 Jan 1 00:00 +9999"]
)
def test_a_date_that_is_none_says_nothing_of_the_clock(tmp_path, date):
    async def scenario():
        async with pretend(tmp_path, [wire.Greeting(1, bytes(32)).encode()], date) as address:
            control = await Control.connect(address)
            said = control.relay_time_s
            await control.close()
            return said

    assert asyncio.run(scenario()) is None


# --- what a stranger could abuse ----------------------------------------------------------------------------


def test_measuring_without_end_is_refused(relay):
    async def scenario():
        async with connect(
            f"wss://127.0.0.1:{relay.port}/csl1", ssl=lenient(), compression=None, proxy=None
        ) as raw:
            await raw.recv()
            answers = []
            with contextlib.suppress(ConnectionClosed):
                for _ in range(10):
                    await raw.send(wire.Measure(bytes(100)).encode())
                    answers.append(wire.decode_down(await raw.recv()))
            with contextlib.suppress(
                ConnectionClosed
            ):  # what came before the end of a connection that took no more
                while True:
                    answers.append(wire.decode_down(await raw.recv()))
            return answers

    answers = asyncio.run(scenario())
    assert [type(answer) for answer in answers[:3]] == [wire.Measured] * 3
    assert answers[3:] == [wire.Refused("bad-message")]


def test_a_trial_ticket_gets_a_cookie_no_larger_than_its_hello_and_binds_nothing(relay):
    async def scenario():
        control = await Control.connect(relay.address())
        control.send(wire.Measure(b""))
        answer = wire.decode_down(await control.receive())
        await control.close()
        return answer.ticket

    ticket = asyncio.run(scenario())
    bound = relay.counter("addresses_bound_total")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.settimeout(30)
        link.connect(("127.0.0.1", relay.udp_port))
        hello = wire.pack_introduction(ticket)
        link.send(hello)
        answer = link.recv(100)
        assert len(answer) < len(hello)
        link.send(wire.pack_introduction(ticket, wire.unpack_cookie(answer)))
        link.send(wire.pack_introduction(os.urandom(16)))
        link.settimeout(0.2)
        with pytest.raises(TimeoutError):
            link.recv(100)
    assert relay.counter("addresses_bound_total") == bound


def test_a_trial_ticket_ends():
    trial = Trial()
    ticket = trial.ticket(1000)
    assert trial.good(ticket, 1059)
    assert not trial.good(ticket, 1200)
    assert not trial.good(bytes(16), 1000)


# --- relays that are none -----------------------------------------------------------------------------------


def visit(folder, words):
    async def scenario():
        async with pretend(folder, words) as address:
            return await probe.look(address)

    return asyncio.run(scenario())


@contextlib.asynccontextmanager
async def pretend(folder, words, date=None):
    """Serve *words*: the first at once, the others one for each message that comes; *date* instead of the own."""
    context, pin = server_context(Config(folder, {}))

    async def play(ws):
        with contextlib.suppress(ConnectionClosed):
            await ws.send(words[0])
            for word in words[1:]:
                await ws.recv()
                await ws.send(word)
            await ws.wait_closed()

    def dated(_connection, _request, response):
        if date is not None:
            del response.headers["Date"]
            response.headers["Date"] = date

    async with serve(play, "127.0.0.1", 0, ssl=context, compression=None, process_response=dated) as server:
        yield RelayAddress("127.0.0.1", server.sockets[0].getsockname()[1], pin=pin)


@contextlib.asynccontextmanager
async def slow(to_port, *, kbps):
    """A way to *to_port* on which no more than *kbps* go up."""

    async def pour(reader, writer, rate):
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(4096):
                if rate:
                    await asyncio.sleep(len(data) * 8 / rate / 1000)
                writer.write(data)
                await writer.drain()
        writer.close()

    ends = []

    async def carry(reader, writer):
        there, back = await asyncio.open_connection("127.0.0.1", to_port)
        ends.extend((writer, back))
        await asyncio.gather(pour(reader, back, kbps), pour(there, writer, 0))

    server = await asyncio.start_server(carry, "127.0.0.1", 0, limit=4096)
    async with server:
        yield server.sockets[0].getsockname()[1]
        for end in ends:
            end.close()
        await asyncio.gather(*(end.wait_closed() for end in ends), return_exceptions=True)
