"""Queues, rings, buckets and tables: bounded, and dropping in the right order."""

from __future__ import annotations

from media import wire
from media.relay.config import Caps
from media.relay.counters import Counters
from media.relay.limits import Bucket
from media.relay.outbox import MAX_CONTROL_BYTES, MAX_VIDEO_PACKETS, MAX_VOICE_PACKETS, Outbox
from media.relay.ring import RING_BYTES, Ring
from media.relay.rooms import MAX_ENDED, Rooms

TAGGER = wire.Tagger(bytes(32))


def outbox() -> Outbox:
    return Outbox(lambda: None, Counters())


def packet(frame: int, fragment: int = 0, fragments: int = 1, size: int = 100) -> bytes:
    return wire.Packet(0, wire.CAMERA, 0, frame, fragment, fragments, bytes(size)).pack(TAGGER)


def drained(box: Outbox) -> list[bytes]:
    return list(iter(box.take, None))


def test_control_goes_before_voice_and_voice_before_video():
    box = outbox()
    box.media(b"video", voice=False)
    box.media(b"voice", voice=True)
    box.control(b"control")
    assert drained(box) == [b"control", b"voice", b"video"]


def test_the_oldest_voice_gives_way_and_late_video_goes_whole():
    box = outbox()
    for number in range(MAX_VOICE_PACKETS + 1):
        box.media(b"v%d" % number, voice=True)
    for number in range(MAX_VIDEO_PACKETS + 1):
        box.media(b"p%d" % number, voice=False)
    left = drained(box)
    assert left[0] == b"v1"
    assert left[-1] == b"p%d" % MAX_VIDEO_PACKETS
    assert len(left) == MAX_VOICE_PACKETS + 1


def test_who_is_too_slow_for_control_is_given_up_and_holds_no_memory():
    box = outbox()
    for _ in range(MAX_CONTROL_BYTES // 65536 + 1):
        box.control(bytes(65536))
    assert box.overflowed
    assert drained(box) == []


def test_a_sleeper_is_woken_once():
    wakes = []
    box = Outbox(lambda: wakes.append(1), Counters())
    box.sleep()
    box.control(b"one")
    box.control(b"two")
    assert wakes == [1]


def test_the_ring_keeps_half_a_second_and_512_kb():
    ring = Ring()
    for number in range(1000):
        ring.put(0.0, wire.CAMERA, packet(number, size=1179), 1200)
    assert ring.bytes <= RING_BYTES
    assert ring.find(wire.CAMERA, 0) == (0, {})
    assert ring.find(wire.CAMERA, 999)[0] == 1
    ring.put(501.0, wire.CAMERA, packet(1000), 1200)
    assert ring.find(wire.CAMERA, 999) == (0, {})


def test_the_ring_finds_fragments_of_a_train_by_stream_and_frame():
    ring = Ring()
    train = b"".join(packet(5, number, 3, wire.PIECE_BYTES if number < 2 else 9) for number in range(3))
    ring.put(0.0, wire.CAMERA, train, wire.MAX_DATAGRAM)
    total, held = ring.find(wire.CAMERA, 5)
    assert (total, sorted(held)) == (3, [0, 1, 2])
    assert held[2] == packet(5, 2, 3, 9)
    assert ring.find(wire.SCREEN, 5) == (0, {})


def test_a_bucket_gives_its_burst_then_its_rate():
    bucket = Bucket(1000, 100)
    assert bucket.take(100, 0)
    assert not bucket.take(1, 0)
    assert bucket.take(10, 10)
    assert bucket.owe(30, 10) == 0.03


def test_at_most_eight_speak_and_a_pause_gives_the_place_away():
    room = Rooms(Caps()).open(bytes(16), bytes(32))
    for number in range(8):
        assert room.may_speak(number, wire.FLAG_VOICE, 0)
    assert not room.may_speak(8, wire.FLAG_VOICE, 100)
    assert not room.may_speak(0, 0, 100)
    for number in range(1, 8):
        room.may_speak(number, wire.FLAG_VOICE, 450)
    assert room.may_speak(8, wire.FLAG_VOICE, 450)
    assert not room.may_speak(0, wire.FLAG_VOICE, 451)


def test_an_evicted_key_is_not_entered_again_under_any_slot():
    room = Rooms(Caps()).open(bytes(16), bytes(32))
    assert room.enter(1, b"k" * 32)
    room.strike(1)
    assert not room.enter(1, b"k" * 32)
    assert not room.enter(2, b"k" * 32)
    assert not room.enter(wire.EVERYONE, b"n" * 32)


def test_rooms_are_capped_and_idle_ones_forgotten():
    rooms = Rooms(Caps(rooms=2, room_idle_s=10))
    first = rooms.open(b"1" * 16, bytes(32))
    assert rooms.open(b"2" * 16, bytes(32))
    assert rooms.open(b"3" * 16, bytes(32)) is None
    first.idle_since_ms = 0.0
    rooms.sweep(10_001)
    assert rooms.open(b"3" * 16, bytes(32))


def test_the_memory_of_ended_rooms_is_bounded():
    rooms = Rooms(Caps())
    for number in range(MAX_ENDED + 1):
        rooms.end(rooms.open(number.to_bytes(16, "big"), bytes(32)))
    assert not rooms.has_ended(bytes(16))
    assert rooms.has_ended(MAX_ENDED.to_bytes(16, "big"))
