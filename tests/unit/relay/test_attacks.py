"""What an attacker tries at the relay, and what comes of it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import random
import socket
import ssl
import time

import pytest
from nacl.signing import SigningKey
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from media import wire
from media.errors import LinkLost, LinkRefused, ProtocolError
from media.link import OrganisationProof, get_blob, put_blob
from media.link.control import Control
from media.link.packets import split
from media.relay.certificate import server_context
from media.relay.config import Config
from tests.unit.relay.harness import (
    ORGANISATION,
    PATIENCE_S,
    Meeting,
    RelayProcess,
    proof,
    public,
    signer,
    tag,
)

CAMERA, VOICE = wire.CAMERA, wire.VOICE


def lenient() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


async def until(holds, seconds: float = PATIENCE_S) -> None:
    end = time.monotonic() + seconds
    while not await asyncio.to_thread(holds):
        assert time.monotonic() < end, "not in time"
        await asyncio.sleep(0.02)


async def until_closed(control: Control) -> None:
    with contextlib.suppress(LinkLost):
        while True:
            await control.receive()


async def refused(person, code: str) -> None:
    await person.link.start()
    try:
        assert await person.heard.wait("refused") == (code,)
    finally:
        await person.link.close()


# --- admission --------------------------------------------------------------------------------------------


def test_another_organisations_key_opens_nothing(call):
    async def scenario(meeting):
        stranger = SigningKey.generate()
        await refused(meeting.person().as_host(organisation=stranger), "not-allowed")

    call(scenario)


def test_a_link_holder_cannot_take_over_the_door(call):
    async def scenario(meeting):
        await meeting.open()
        true_admin, meeting.admin = meeting.admin, SigningKey.generate()
        await refused(meeting.person().as_host(9, fresh=False), "not-allowed")
        meeting.admin = true_admin

    call(scenario)


def test_the_room_key_is_needed_to_knock(call):
    async def scenario(meeting):
        await meeting.open()
        person = meeting.person()
        person.admission.sign_room = signer(SigningKey.generate())
        await refused(person, "not-allowed")

    call(scenario)


def test_somebody_elses_slot_cannot_be_resumed(call):
    async def scenario(meeting):
        await meeting.open()
        await meeting.join()
        thief = meeting.person()
        thief.link.slot = 1
        await refused(thief, "not-allowed")

    call(scenario)


def test_nobody_knocks_where_there_is_no_room_or_no_host(relay, call):
    async def scenario(meeting):
        await refused(meeting.person(), "no-room")
        host = await meeting.open()
        await host.link.close()
        knocker = meeting.person()
        await knocker.link.start()
        await knocker.heard.wait("up")
        knocker.link.knock(b"hail")
        assert await knocker.heard.wait("refused") == ("no-host",)

    call(scenario)


def test_a_second_opener_is_told_that_the_room_is_open(call):
    async def scenario(meeting):
        await meeting.open()
        second = Meeting(meeting.relay)
        second.key, second.admin = meeting.key, meeting.admin
        await refused(second.person().as_host(), "room-open")

    call(scenario)


def test_an_evicted_slot_cannot_come_back_even_after_the_host_reopens(relay, call):
    async def scenario(meeting):
        host, member = await meeting.open(), await meeting.join()
        host.link.evict(1)
        assert await member.heard.wait("refused") == ("removed",)
        again = meeting.person()
        again.key, again.admission.slot_pk = member.key, public(member.key)
        again.admission.sign_slot = signer(member.key)
        again.link.slot = 1
        await refused(again, "removed")
        host.link._control._socket.transport.abort()  # its table still lists the evicted key
        await host.heard.until(lambda: (0, True) in host.heard.all("up"))
        again = meeting.person()
        again.admission.slot_pk, again.admission.sign_slot = public(member.key), signer(member.key)
        again.link.slot = 1
        await refused(again, "removed")

    call(scenario)


def test_a_full_room_says_so(tmp_path):
    async def scenario():
        relay = RelayProcess(tmp_path, caps="slots_per_room = 2").start()
        meeting = Meeting(relay)
        try:
            host = await meeting.open()
            await meeting.join()
            third = meeting.person()
            meeting.people.append(third)
            await third.link.start()
            await third.heard.wait("up")
            third.link.knock(b"hail")
            knock = (await host.heard.wait("knocked", 2))[0]
            host.link.admit(knock, 2)
            assert await third.heard.wait("refused") == ("full",)
        finally:
            await meeting.close()
            relay.stop()

    asyncio.run(asyncio.wait_for(scenario(), 60))


def test_members_do_not_administer(call):
    async def scenario(meeting):
        host, member = await meeting.open(), await meeting.join()
        member.link.evict(0)
        await member.heard.wait("refused")
        assert host.heard.all("refused") == []

    call(scenario)


def test_the_door_takes_four_words_at_once_and_no_more(call):
    async def scenario(meeting):
        host = await meeting.open()
        knocker = meeting.person()
        meeting.people.append(knocker)
        await knocker.link.start()
        await knocker.heard.wait("up")
        for _ in range(5):
            knocker.link.knock(b"hail")
        assert await knocker.heard.wait("refused") == ("busy",)
        await host.heard.wait("knock_gone")
        assert len(host.heard.all("knocked")) == 4

    call(scenario)


def test_the_seventeenth_knocker_waits_outside(call):
    async def scenario(meeting):
        await meeting.open()
        for _ in range(16):
            knocker = meeting.person()
            meeting.people.append(knocker)
            await knocker.link.start()
            await knocker.heard.wait("up")
        await refused(meeting.person(), "full")

    call(scenario)


# --- an impostor ------------------------------------------------------------------------------------------


def test_another_certificate_is_an_impostor(relay, call):
    async def scenario(meeting):
        await refused(meeting.person(pin=b"\0" * 32), "relay-impostor")
        await refused(meeting.person(pin=b""), "relay-impostor")

    call(scenario)


def test_a_proof_given_to_an_impostor_opens_nothing_at_the_real_relay(relay, call, tmp_path):
    async def scenario(meeting):
        folder = tmp_path / "impostor"
        folder.mkdir()
        context, pin = server_context(Config(folder, {}))
        async with contextlib.AsyncExitStack() as stack:
            real = await stack.enter_async_context(
                connect(f"wss://127.0.0.1:{relay.port}/csl1", ssl=lenient(), compression=None, proxy=None)
            )
            taken: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

            async def relay_on(socket):
                await socket.send(await real.recv())  # the real relay's nonce
                taken.set_result(await socket.recv())
                await socket.wait_closed()

            impostor = await stack.enter_async_context(serve(relay_on, "127.0.0.1", 0, ssl=context))
            port = impostor.sockets[0].getsockname()[1]
            victim = meeting.person(port=port, pin=pin).as_host()
            await victim.link.start()
            await real.send(await taken)
            answer = wire.decode_down(await asyncio.wait_for(real.recv(), 30))
            await victim.link.close()
        assert answer == wire.Refused("not-allowed")

    call(scenario)


# --- datagrams --------------------------------------------------------------------------------------------


def udp(relay) -> socket.socket:
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.connect(("127.0.0.1", relay.udp_port))
    return link


def answer_on(link: socket.socket) -> bytes:
    link.settimeout(PATIENCE_S)
    return link.recv(2048)


def silent(link: socket.socket) -> bool:
    link.settimeout(0.3)
    try:
        return not link.recv(2048)
    except TimeoutError:
        return True


def test_a_spoofed_source_gets_nothing_forwarded(relay, call):
    async def scenario(meeting):
        host, reader = await meeting.open(), await meeting.join()
        await meeting.all_on_udp()
        reader.link.subscribe({(0, CAMERA)})
        await host.heard.wait("key_wanted")
        credentials = host.link._credentials
        with udp(relay) as spoofer:  # even with the key, the address counts
            for packet in split(credentials, CAMERA, 0, 0, b"spoofed"):
                spoofer.send(packet)
        forger = wire.Tagger(bytes(32))
        packet = wire.Packet(0, CAMERA, 0, 1, 0, 1, b"forged").pack(forger)
        host.link._datagrams._socket.send(packet)  # the right address, a wrong tag
        other = wire.Packet(1, CAMERA, 0, 2, 0, 1, b"as another").pack(credentials.hop)
        host.link._datagrams._socket.send(other)  # the right tag, another's slot
        host.link.send_frame(CAMERA, 0, 3, b"true")
        await reader.heard.until(lambda: (0, CAMERA) in reader.heard.frames)
        assert reader.heard.frames[0, CAMERA] == {3: b"true"}
        assert relay.counter("datagrams_refused_total") >= 3

    call(scenario)


def test_the_cookie_answer_is_never_larger_than_what_asked_for_it(relay, call):
    async def scenario(meeting):
        host = await meeting.open()
        ticket = host.link._credentials.ticket
        with udp(relay) as stranger:
            hello = wire.pack_introduction(ticket)
            stranger.send(hello)
            answer = await asyncio.to_thread(answer_on, stranger)
            assert 0 < len(answer) <= len(hello)
            for unasked in (
                wire.pack_introduction(os.urandom(16)),
                wire.pack_introduction(ticket, os.urandom(16)),
                hello[:-1],
                os.urandom(1200),
                b"",
            ):
                stranger.send(unasked)
            assert await asyncio.to_thread(silent, stranger)

    call(scenario)


def test_a_cookie_is_good_from_its_own_address_only(relay, call):
    async def scenario(meeting):
        host = await meeting.open()
        await meeting.all_on_udp()
        ticket = host.link._credentials.ticket
        with udp(relay) as one, udp(relay) as other:
            one.send(wire.pack_introduction(ticket))
            cookie = wire.unpack_cookie(await asyncio.to_thread(answer_on, one))
            other.send(wire.pack_introduction(ticket, cookie))
            assert await asyncio.to_thread(silent, other)
        assert relay.counter("addresses_bound_total") == 1

    call(scenario)


def test_garbage_by_udp_does_not_stop_a_meeting(relay, call):
    async def scenario(meeting):
        host, reader = await meeting.open(), await meeting.join()
        await meeting.all_on_udp()
        with udp(relay) as noise:
            for size in range(1, 1400):
                with contextlib.suppress(OSError):
                    noise.send(bytes((size % 9,)) + os.urandom(size))
        host.link.send_frame(VOICE, wire.FLAG_VOICE, 0, b"still heard")
        await reader.heard.until(lambda: (0, VOICE) in reader.heard.frames)

    call(scenario)


def test_a_sender_beyond_its_rate_is_cut_and_voice_is_not(relay, call):
    async def scenario(meeting):
        host, reader = await meeting.open(), await meeting.join()
        await meeting.all_on_udp()
        reader.link.subscribe({(0, CAMERA)})
        await host.heard.wait("key_wanted")
        credentials, raw = host.link._credentials, host.link._datagrams._socket
        frame = bytes(wire.PIECE_BYTES)
        for number in range(1500):  # 1.8 MB at once
            with contextlib.suppress(BlockingIOError):
                raw.send(split(credentials, CAMERA, 0, number, frame)[0])
            if number % 50 == 0:
                await asyncio.sleep(0)
        host.link.send_frame(VOICE, wire.FLAG_VOICE, 0, b"heard")
        await reader.heard.until(lambda: (0, VOICE) in reader.heard.frames)
        assert relay.counter("packets_over_rate_total") > 300

    call(scenario)


def test_asking_again_and_again_is_answered_within_a_share(relay, call):
    async def scenario(meeting):
        host, reader = await meeting.open(), await meeting.join()
        await meeting.all_on_udp()
        reader.link.subscribe({(0, CAMERA)})
        await host.heard.wait("key_wanted")
        host.link.send_frame(CAMERA, 0, 0, bytes(100_000))
        await reader.heard.until(lambda: (0, CAMERA) in reader.heard.frames)
        credentials = reader.link._credentials
        nack = wire.Nack(1, 0, CAMERA, 0, ()).pack(credentials.hop)
        began = time.monotonic()
        for _ in range(50):
            reader.link._datagrams._socket.send(nack)
        await asyncio.to_thread(time.sleep, 0.2)
        answered = relay.counter("nack_packets_total") * wire.MAX_DATAGRAM
        assert answered <= 48 * 1024 + (time.monotonic() - began + 0.5) * 101_000

    call(scenario)


# --- connections ------------------------------------------------------------------------------------------


def test_slow_loris_is_cut_and_others_come_in(tmp_path):
    async def scenario():
        relay = RelayProcess(tmp_path, caps="connections_per_address = 8").start()
        idle = [socket.create_connection(("127.0.0.1", relay.port)) for _ in range(20)]
        meeting = Meeting(relay)
        try:
            await until(lambda: relay.counter("connections_refused_total") >= 12)
            assert relay.counter("open_connections") <= 8
            person = meeting.person().as_host()
            meeting.people.append(person)
            await person.link.start()
            await person.heard.wait("up")  # once the handshakes that never come have timed out
        finally:
            for connection in idle:
                connection.close()
            await meeting.close()
            relay.stop()

    asyncio.run(asyncio.wait_for(scenario(), 60))


def test_a_silent_websocket_is_cut(relay):
    async def scenario():
        async with connect(
            f"wss://127.0.0.1:{relay.port}/csl1", ssl=lenient(), compression=None, proxy=None
        ) as silent:
            await silent.recv()
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(silent.recv(), 30)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"\x21",
        random.Random(7).randbytes(200),
        wire.CloseRoom().encode(),
        wire.Control(0, b"x").encode(),
    ],
    ids=["empty", "unknown", "cut", "random", "close", "control"],
)
def test_a_first_word_that_is_none_ends_the_connection(relay, data):
    async def scenario():
        async with connect(
            f"wss://127.0.0.1:{relay.port}/csl1", ssl=lenient(), compression=None, proxy=None
        ) as socket:
            await socket.recv()
            await socket.send(data)
            assert wire.decode_down(await socket.recv()) == wire.Refused("bad-message")
            with pytest.raises(ConnectionClosed):
                await socket.recv()

    asyncio.run(scenario())


def test_an_oversize_message_ends_the_connection(relay, call):
    async def scenario(meeting):
        host = await meeting.open()
        await host.link._control._socket.send(bytes(wire.MAX_MESSAGE + 1))
        await host.heard.wait("down")
        with pytest.raises(ProtocolError):
            host.link.send_control(bytes(wire.MAX_CONTROL + 1))

    call(scenario)


def test_a_control_flood_is_slowed_down_and_others_go_on(relay, call):
    async def scenario(meeting):
        host, flooder, other = await meeting.open(), await meeting.join(), await meeting.join()
        for _ in range(5000):
            flooder.link.send_control(b"x", to=0)
        other.link.send_control(b"in time")
        await host.heard.until(lambda: (2, b"in time") in host.heard.all("control"))
        assert len(host.heard.all("control")) < 3000

    call(scenario)


def test_one_that_does_not_read_is_given_up_and_memory_stays_bounded(relay, call):
    async def scenario(meeting):
        host, deaf = await meeting.open(), await meeting.join(force_tls=True)
        before = relay.memory_mb()
        deaf.link._control._socket.transport.pause_reading()
        for _ in range(60):
            host.link.send_control(bytes(120_000), to=1)
        await host.heard.until(lambda: (1,) in host.heard.all("gone"), 30)
        assert relay.memory_mb() - before < 40

    call(scenario)


# --- invitations ------------------------------------------------------------------------------------------


def test_only_a_known_organisation_stores_and_nobody_overwrites(relay):
    async def scenario():
        address, name = relay.address(), tag()
        stranger = SigningKey.generate()
        for wrong in (
            OrganisationProof(public(stranger), signer(stranger)),
            OrganisationProof(public(ORGANISATION), signer(stranger)),
        ):
            with pytest.raises(LinkRefused, match="not-allowed"):
                await put_blob(address, wrong, name, b"forged")
        await put_blob(address, proof(), name, b"first")
        await put_blob(address, proof(), name, b"first")
        with pytest.raises(LinkRefused, match="taken"):
            await put_blob(address, proof(), name, b"second")
        with pytest.raises(ProtocolError):
            await put_blob(address, proof(), tag(), bytes(wire.MAX_BLOB + 1))
        assert await get_blob(address, name) == b"first"

    asyncio.run(scenario())


def test_the_blob_quota_holds(tmp_path):
    async def scenario():
        relay = RelayProcess(tmp_path, caps="blob_total_mb = 1").start()
        try:
            for _ in range(16):
                await put_blob(relay.address(), proof(), tag(), bytes(wire.MAX_BLOB))
            with pytest.raises(LinkRefused, match="quota"):
                await put_blob(relay.address(), proof(), tag(), b"x")
        finally:
            relay.stop()

    asyncio.run(asyncio.wait_for(scenario(), 60))


# --- what it learns ---------------------------------------------------------------------------------------


def test_metrics_and_disk_hold_no_identifier(relay, call, tmp_path):
    async def scenario(meeting):
        await meeting.open()
        member = await meeting.join()
        member.link.send_control(b"CONTROLTEXT")
        await meeting.host.heard.wait("control")
        room = hashlib.sha256(public(meeting.key)).digest()[:16]
        text = relay.http("/metrics")
        disk = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        for secret in (room, public(member.key), public(meeting.key), public(meeting.admin)):
            assert secret.hex() not in text
            assert secret not in disk
            assert secret.hex().encode() not in disk
        assert "127.0.0.1" not in text
        assert b"CONTROLTEXT" not in disk

    call(scenario)


def test_its_key_is_readable_by_its_owner_alone(relay, tmp_path):
    key = tmp_path / "state" / "relay.key"
    assert key.stat().st_mode & 0o077 == 0
    assert (tmp_path / "state").stat().st_mode & 0o077 == 0


def test_an_unreachable_relay_is_said_once_and_tried_again(relay, call):
    async def scenario(meeting):
        relay.kill()
        person = meeting.person().as_host()
        meeting.people.append(person)
        await person.link.start()
        assert await person.heard.wait("down") == ("unreachable",)
        await asyncio.to_thread(relay.start)
        await person.heard.wait("up")
        assert person.heard.all("down") == [("unreachable",)]
        with pytest.raises(LinkLost):
            await get_blob(relay.address(port=9), tag())

    call(scenario)


def test_older_tls_is_not_spoken(relay):
    old = lenient()
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with socket.create_connection(("127.0.0.1", relay.port)) as plain, pytest.raises(ssl.SSLError):
        old.wrap_socket(plain)


def test_random_words_after_admission_end_only_ones_own_connection(relay, call):
    async def scenario(meeting):
        host, wild, other = await meeting.open(), await meeting.join(), await meeting.join()
        await wild.link.close()
        for kind in (1, 2, 8, 0x1F, 0x21, 0x22, 0x23, 0x30, 0x41, 0x50, 0x7F, 0xFF):
            control = await Control.connect(relay.address())
            control.send(wild.admission.resume(control.nonce, control.cert_hash, 1))
            assert isinstance(wire.decode_down(await control.receive()), wire.Admitted)
            await control._socket.send(bytes((kind,)) + os.urandom(40))
            control.send(wire.Control(0, bytes((kind,))))
            ended = asyncio.create_task(until_closed(control))
            fence = (1, bytes((kind,)))
            await host.heard.until(
                lambda ended=ended, fence=fence: ended.done() or fence in host.heard.all("control")
            )
            ended.cancel()
            await control.close()
        other.link.send_control(b"still here")
        await host.heard.until(lambda: (2, b"still here") in host.heard.all("control"))
        assert host.heard.all("down") == []
        assert relay.http("/readyz") == "ok\n"

    call(scenario)
