"""What people in a meeting get from a relay that behaves."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys

import pytest

from media import wire
from media.errors import LinkRefused
from media.link import get_blob, put_blob
from tests.unit.relay.harness import VIDEO_FRAME, LossyPath, Meeting, RelayProcess, proof, public, soon, tag

CAMERA, VOICE = wire.CAMERA, wire.VOICE


def test_the_subscriber_gets_the_frame_and_the_other_does_not(call):
    async def scenario(meeting):
        host, reader, other = await meeting.open(), await meeting.join(), await meeting.join()
        await meeting.all_on_udp()
        reader.link.subscribe({(0, CAMERA)})
        assert await host.heard.wait("key_wanted") == (CAMERA,)
        frame = bytes(VIDEO_FRAME)
        host.link.send_frame(CAMERA, wire.FLAG_KEY, 7, frame)
        await reader.heard.until(lambda: reader.heard.frames.get((0, CAMERA)) == {7: frame})
        other.link.send_control(b"fence")
        await reader.heard.wait("control")
        assert other.heard.frames == {}

    call(scenario)


def test_the_sender_is_told_which_streams_anybody_wants(call):
    async def scenario(meeting):
        host, reader = await meeting.open(), await meeting.join()
        reader.link.subscribe({(0, CAMERA), (0, wire.THUMBNAIL)})
        await host.heard.until(lambda: host.heard.all("wanted")[-1] == ({2, 3},))
        reader.link.subscribe({(0, wire.THUMBNAIL)})
        await host.heard.until(lambda: host.heard.all("wanted")[-1] == ({2},))

    call(scenario)


def test_key_requests_are_passed_on_at_most_once_a_second(call):
    async def scenario(meeting):
        host, reader = await meeting.open(), await meeting.join()
        for _ in range(20):
            reader.link.request_key(0, CAMERA)
        await host.heard.wait("key_wanted", 2)
        reader.link.send_control(b"fence")
        await host.heard.wait("control")
        assert len(host.heard.all("key_wanted")) == 2

    call(scenario)


def test_voice_goes_out_while_it_says_speech(call):
    async def scenario(meeting):
        host, reader = await meeting.open(), await meeting.join()
        await meeting.all_on_udp()
        host.link.send_frame(VOICE, 0, 0, b"silence")
        host.link.send_frame(VOICE, wire.FLAG_VOICE | wire.FLAG_START, 1, b"speech")
        await reader.heard.until(lambda: (0, VOICE) in reader.heard.frames)
        assert reader.heard.frames[0, VOICE] == {1: b"speech"}

    call(scenario)


def test_twenty_four_people_see_every_thumbnail_of_each_other(relay, call):
    async def scenario(meeting):
        await meeting.open()
        for _ in range(23):
            await meeting.join()
        await meeting.all_on_udp()
        slots = range(24)
        for slot, person in enumerate(meeting.people):
            person.link.subscribe({(other, wire.THUMBNAIL) for other in slots if other != slot})
        for person in meeting.people:
            await person.heard.wait("key_wanted")
        await asyncio.sleep(0.2)  # until the last subscription is in
        for number in range(15):
            for person in meeting.people:
                person.link.send_frame(wire.THUMBNAIL, 0, number, bytes(1300))
                await asyncio.sleep(0.002)
        for slot, person in enumerate(meeting.people):
            wanted = {(other, wire.THUMBNAIL): 15 for other in slots if other != slot}
            heard = person.heard
            await heard.until(
                lambda heard=heard, wanted=wanted: {key: len(f) for key, f in heard.frames.items()} == wanted
            )
            assert heard.lost == []

    call(scenario)


def test_control_goes_to_one_or_to_all_others(call):
    async def scenario(meeting):
        host, first, second = await meeting.open(), await meeting.join(), await meeting.join()
        first.link.send_control(b"for the host", to=0)
        first.link.send_control(b"for all")
        assert await host.heard.wait("control", 2) == (1, b"for all")
        assert await second.heard.wait("control") == (1, b"for all")
        assert host.heard.all("control")[0] == (1, b"for the host")
        assert first.heard.all("control") == []

    call(scenario)


def test_with_udp_blocked_everything_goes_over_tls(tmp_path):
    async def scenario():
        path = await LossyPath(1.0).open()
        relay = RelayProcess(tmp_path, f"public_udp_port = {path.port}").start()
        meeting = Meeting(relay)
        try:
            host, reader = await meeting.open(), await meeting.join()
            reader.link.subscribe({(0, CAMERA)})
            await host.heard.wait("key_wanted")
            assert (host.link.transport, reader.link.transport) == ("tls", "tls")
            host.link.send_frame(CAMERA, wire.FLAG_KEY, 0, bytes(VIDEO_FRAME))
            host.link.send_frame(VOICE, wire.FLAG_VOICE, 0, b"speech")
            await reader.heard.until(lambda: len(reader.heard.frames) == 2)
            assert reader.heard.frames[0, CAMERA][0] == bytes(VIDEO_FRAME)
        finally:
            await meeting.close()
            path.close()
            relay.stop()

    asyncio.run(asyncio.wait_for(scenario(), 60))


def test_udp_that_dies_in_a_call_is_replaced_by_tls_and_taken_up_again(tmp_path):
    async def scenario():
        path = await LossyPath(0.0).open()
        relay = RelayProcess(tmp_path, f"public_udp_port = {path.port}").start()
        path.target = ("127.0.0.1", relay.udp_port)
        meeting = Meeting(relay)
        try:
            host, reader = await meeting.open(), await meeting.join(force_tls=True)
            await host.heard.until(lambda: host.link.transport == "udp")
            path.share = 1.0
            await host.heard.until(lambda: host.link.transport == "tls")
            reader.link.send_frame(VOICE, wire.FLAG_VOICE, 0, b"still heard")
            await host.heard.until(lambda: (1, VOICE) in host.heard.frames)
            path.share = 0.0
            await host.heard.until(lambda: host.link.transport == "udp")
        finally:
            await meeting.close()
            path.close()
            relay.stop()

    asyncio.run(asyncio.wait_for(scenario(), 60))


def test_a_mixed_room_hears_each_other(call):
    async def scenario(meeting):
        host, over_tls = await meeting.open(), await meeting.join(force_tls=True)
        await host.heard.until(lambda: host.link.transport == "udp")
        host.link.subscribe({(1, CAMERA)})
        over_tls.link.subscribe({(0, CAMERA)})
        await host.heard.wait("key_wanted")
        await over_tls.heard.wait("key_wanted")
        for person in (host, over_tls):
            person.link.send_frame(CAMERA, wire.FLAG_KEY, 0, bytes(VIDEO_FRAME))
        await host.heard.until(lambda: (1, CAMERA) in host.heard.frames)
        await over_tls.heard.until(lambda: (0, CAMERA) in over_tls.heard.frames)
        assert over_tls.link.transport == "tls"

    call(scenario)


def test_a_killed_and_restarted_relay_has_everyone_back_within_three_seconds(relay, call):
    async def scenario(meeting):
        host, reader = await meeting.open(), await meeting.join()
        await meeting.all_on_udp()
        reader.link.subscribe({(0, CAMERA)})
        await host.heard.wait("key_wanted")
        relay.kill()
        await host.heard.wait("down")
        await reader.heard.wait("down")
        await asyncio.to_thread(relay.start)
        await soon(lambda: all((n, True) in one.heard.all("up") for n, one in enumerate((host, reader))), 3)
        await meeting.all_on_udp()
        await host.heard.until(lambda: host.heard.all("wanted")[-1] == ({CAMERA},))
        host.link.send_frame(CAMERA, wire.FLAG_KEY, 900, bytes(VIDEO_FRAME))
        await reader.heard.until(lambda: 900 in reader.heard.frames.get((0, CAMERA), {}))
        assert reader.heard.all("refused") == []

    call(scenario)


def test_losing_and_regaining_a_connection_is_told_to_the_others(relay, call):
    async def scenario(meeting):
        host, member = await meeting.open(), await meeting.join()
        member.link._control._socket.transport.abort()
        assert await host.heard.wait("gone") == (1,)
        assert await host.heard.wait("back") == (1,)
        assert (1, True) in member.heard.all("up")

    call(scenario)


class Filmed:
    """A camera's rhythm from a host to a reader; tells which of its frames were sent while the machine kept time.

    A machine that others load stands still now and then, and what waits to be sent anew meanwhile is given up by the
    clock. Words over TLS, which nothing loses, say when that was: they come late, too.
    """

    PERIOD_S, LATE_S, PART = 0.01, 0.1, 25

    def __init__(self, host, reader):
        self.host, self.reader = host, reader
        self.loop = asyncio.get_running_loop()
        self.late = {}
        self.sent_s = {}
        reader.heard.on_control = self.on_control

    def on_control(self, _slot, data):
        frame = int(data)
        self._note(frame, self.loop.time() - self.sent_s.pop(frame))

    def _note(self, frame, seconds):
        part = frame // self.PART
        self.late[part] = max(self.late.get(part, 0.0), seconds)

    async def film(self, first, frames):
        begin = self.loop.time()
        for frame in range(first, first + frames):
            due = begin + (frame - first) * self.PERIOD_S
            await asyncio.sleep(due - self.loop.time())
            self._note(frame, self.loop.time() - due)
            self.host.link.send_frame(CAMERA, 0, frame, bytes(VIDEO_FRAME))
            if frame % 5 == 0:
                self.sent_s[frame] = self.loop.time()
                self.host.link.send_control(str(frame).encode(), to=1)
        last = first + frames
        for frame in range(last, last + 3):  # one that arrives shows the loss of those before
            await asyncio.sleep(0.1)
            self.host.link.send_frame(CAMERA, 0, frame, b"end")
        heard = self.reader.heard
        await heard.until(lambda: max(heard.frames[0, CAMERA]) >= last and not self.sent_s)

    def in_time(self, frame):
        part = frame // self.PART
        return all(self.late.get(near, 0.0) < self.LATE_S for near in range(part - 2, part + 3))


def test_five_percent_loss_each_way_costs_less_than_a_frame_in_a_thousand(tmp_path):
    async def scenario():
        path = await LossyPath(0.05, seed=20).open()
        relay = RelayProcess(tmp_path, f"public_udp_port = {path.port}").start()
        path.target = ("127.0.0.1", relay.udp_port)
        meeting = Meeting(relay)
        try:
            host, reader = await meeting.open(), await meeting.join()
            reader.link.subscribe({(0, CAMERA)})
            await meeting.all_on_udp()
            film = Filmed(host, reader)
            got = reader.heard.frames.setdefault((0, CAMERA), {})
            counted, missing, first = 0, [], 0
            while counted < 900 and first < 5000:
                await film.film(first, 1000)
                assert first or min(got) < 20
                for frame in range(max(first, min(got)), first + 1000):
                    if film.in_time(frame):
                        counted += 1
                        missing += [frame] if frame not in got else []
                first += 1100
            assert counted >= 900, film.late
            assert len(missing) <= 1, (missing, reader.heard.lost, film.late)
            numbers = [frame for _, _, frame in reader.heard.order]
            assert numbers == sorted(numbers)
            assert relay.counter("nack_packets_total") > 0
            assert relay.counter("nacks_upstream_total") > 0
        finally:
            await meeting.close()
            path.close()
            relay.stop()

    asyncio.run(asyncio.wait_for(scenario(), 120))


def test_a_large_frame_goes_at_pace_and_voice_overtakes_it(call):
    async def scenario(meeting):
        host, reader = await meeting.open(), await meeting.join()
        await meeting.all_on_udp()
        reader.link.subscribe({(0, wire.SCREEN)})
        await host.heard.wait("key_wanted")
        scan = bytes(500_000)
        host.link.send_frame(wire.SCREEN, wire.FLAG_KEY, 0, scan)
        host.link.send_frame(VOICE, wire.FLAG_VOICE, 0, b"speech")
        await reader.heard.until(lambda: len(reader.heard.frames) == 2)
        assert [stream for _, stream, _ in reader.heard.order] == [VOICE, wire.SCREEN]
        assert reader.heard.frames[0, wire.SCREEN][0] == scan
        assert reader.heard.lost == []

    call(scenario)


def test_an_invitation_outlives_the_relay_process(relay):
    async def scenario():
        name = tag()
        await put_blob(relay.address(), proof(), name, b"sealed invitation")
        relay.kill()
        await asyncio.to_thread(relay.start)
        assert await get_blob(relay.address(), name) == b"sealed invitation"
        with pytest.raises(LinkRefused, match="link-unknown"):
            await get_blob(relay.address(), tag())

    asyncio.run(scenario())


def test_a_host_ends_the_meeting_for_all(call):
    async def scenario(meeting):
        host, member = await meeting.open(), await meeting.join()
        host.link.close_room()
        assert await member.heard.wait("refused") == ("ended",)
        assert await host.heard.wait("refused") == ("ended",)

    call(scenario)


def test_a_successor_takes_over_the_door(call):
    async def scenario(meeting):
        host, successor, witness = await meeting.open(), await meeting.join(), await meeting.join()
        await host.link.close()
        await successor.heard.wait("gone")
        successor.as_host(1, fresh=False)
        successor.link.become_host(successor.admission.host)
        await successor.heard.until(lambda: successor.heard.all("up")[-1] == (1, True))
        newcomer = meeting.person()
        meeting.people.append(newcomer)
        await newcomer.link.start()
        await newcomer.heard.wait("up")
        newcomer.link.knock(b"hail")
        knock, slot_pk, data = await successor.heard.wait("knocked")
        assert (slot_pk, data) == (public(newcomer.key), b"hail")
        successor.link.answer(knock, b"welcome")
        successor.link.admit(knock, 3)
        assert await newcomer.heard.wait("answer") == (b"welcome",)
        await newcomer.heard.until(lambda: (3, False) in newcomer.heard.all("up"))
        assert witness.heard.all("gone") == [(0,)]  # the successor kept its seat

    call(scenario)


def test_the_relay_stops_cleanly_on_sigterm(relay):
    relay.process.send_signal(signal.SIGTERM)
    assert relay.process.wait(30) == 0
    relay.process.stdout.close()


def test_health_answers_on_loopback(relay):
    assert relay.http("/livez") == "ok\n"
    assert relay.http("/readyz") == "ok\n"
    assert "consilium_relay_packets_in_total 0" in relay.http("/metrics")


def test_a_wrong_setting_is_named_and_nothing_starts(tmp_path):
    config = tmp_path / "relay.toml"
    config.write_text("prot = 443\n")
    done = subprocess.run(
        [sys.executable, "-m", "media.relay", "--config", str(config)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "prot" in done.stderr
