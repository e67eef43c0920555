"""What a member of the call may send, and odd orders of a window: nothing ends the engine, and limits hold."""

from __future__ import annotations

import av
from hypothesis import given, settings
from hypothesis import strategies as st

from media.av.decode import MAX_PIXELS, VideoDecoder
from media.av.encode import THUMBNAIL_LAYER, VideoEncoder
from media.av.jitter import HELD_FRAMES, MOST_MS, Delay, Gap, Voice, VoiceBuffer, video_due_ms
from media.av.opus import SILENCE
from media.av.pace import Pacer
from media.av.rate import choose, split
from media.engine.messages import Tile
from media.engine.tally import Tally
from media.engine.voices import Voices
from media.engine.wall import Spot
from media.room.shown import MediaFrame
from media.wire import CAMERA, SCREEN, THUMBNAIL, VOICE

times = st.floats(0, 1e13)
moments = st.floats(0, 1e6)
coded = [VideoEncoder(THUMBNAIL_LAYER).encode(av.VideoFrame(64, 64, "yuv420p")).data for _ in range(2)]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, (1 << 32) - 1), st.booleans(), times, moments), max_size=120))
def test_any_voice_packets(packets):
    buffer = VoiceBuffer()
    for frame, start, capture_ms, now_ms in packets:
        buffer.put(Voice(frame, start, capture_ms, b""), now_ms)
        got = buffer.pull(now_ms)
        assert isinstance(got, (Voice, Gap))
        assert len(buffer._frames) <= HELD_FRAMES
        assert buffer.delay.target_ms <= MOST_MS


@settings(deadline=None)
@given(st.lists(st.tuples(times, moments), min_size=1, max_size=60), st.none() | st.floats(-1e13, 1e13))
def test_any_capture_times_delay_a_picture_by_a_bounded_time(frames, lag_ms):
    delay = Delay()
    for capture_ms, now_ms in frames:
        delay.arrived(capture_ms, now_ms)
        due_ms = video_due_ms(delay, capture_ms, lag_ms)
        assert due_ms <= now_ms + 2 * MOST_MS + 1


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 255), st.integers(0, 60), st.binary(max_size=200)),
        max_size=40,
    )
)
def test_any_voice_payloads_are_twenty_milliseconds_of_something(frames):
    voices = Voices(Tally())
    for slot, flags, number, payload in frames:
        voices.put(MediaFrame(slot, VOICE, flags, number, payload, 0), 0.0)
        assert len(voices.pull()) == len(SILENCE)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.binary(max_size=400), st.booleans()), max_size=4),
    st.integers(0, 1 << 16),
    st.integers(1, 255),
)
def test_any_video_bytes(pieces, at, change):
    decoder = VideoDecoder()
    damaged = bytearray(coded[0])
    damaged[at % len(damaged)] ^= change
    for data, key in [*pieces, (bytes(damaged), True), (coded[0][: at % len(coded[0])], True)]:
        picture = decoder.decode(data, key=key)
        assert picture is None or picture.width * picture.height <= MAX_PIXELS
    assert decoder.decode(coded[1], key=True) is not None


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 29),
    st.integers(1, 1 << 40),
    st.integers(1, 1 << 40),
    st.booleans(),
    st.integers(2, 200),
    st.integers(2, 200),
)
def test_any_tile_and_any_picture_fit_the_box(index, width, height, fit, source_width, source_height):
    spot = Spot.of(Tile(index=index, slot=1, stream=CAMERA, width=width, height=height, fit=fit))
    picture = spot.scaler.scale(av.VideoFrame(source_width, source_height, "yuv420p"))
    assert (picture.width, picture.height) == spot.scaler.size


@settings(deadline=None)
@given(st.integers(0, 1 << 40), st.sets(st.sampled_from([THUMBNAIL, CAMERA, SCREEN])))
def test_any_ceiling(ceiling, wanted):
    shares = split(ceiling, wanted)
    assert min(shares.thumbnail, shares.camera, shares.screen) >= 0
    assert choose(ceiling, [(1, stream) for stream in sorted(wanted)], {}) <= {
        (1, stream) for stream in wanted
    }


@settings(deadline=None)
@given(st.lists(st.integers(1, 1_500_000), max_size=50), st.integers(1, 10_000), moments)
def test_any_packets_leave_in_order_and_all(sizes, kbps, now_ms):
    plan = Pacer(kbps).plan(sizes, now_ms)
    assert sum(count for _, count in plan) == len(sizes)
    assert [at for at, _ in plan] == sorted(at for at, _ in plan)
