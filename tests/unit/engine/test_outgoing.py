from __future__ import annotations

import itertools
import os

from media.av.opus import SILENCE
from media.engine.outgoing import Outgoing
from media.wire import (
    CAMERA,
    FLAG_KEY,
    FLAG_START,
    FLAG_VOICE,
    SCREEN,
    THUMBNAIL,
    VOICE,
    unpack_video,
    unpack_voice,
)
from tests.unit.av.pictures import card, noise, tone

BEGIN = 1_800_000_000_000_000


class Sent(list):
    def send(self, stream: int, flags: int, payload: bytes) -> None:
        self.append((stream, flags, payload))

    def of(self, stream: int) -> list:
        return [one for one in self if one[0] == stream]


def camera(out: Outgoing, frames: int, start: int = 0, fps: int = 30) -> None:
    for number in range(start, start + frames):
        out.camera(card(number), BEGIN + number * 1_000_000 // fps)


def rig(*wanted: int) -> tuple[Outgoing, Sent]:
    sent = Sent()
    out = Outgoing(sent.send)
    out.camera_on = out.screen_on = True
    out.want(set(wanted))
    return out, sent


def test_nobody_watching_means_nothing_encoded():
    out, sent = rig()
    camera(out, 10)
    assert sent == []


def test_two_layers_at_their_own_rates():
    out, sent = rig(THUMBNAIL, CAMERA)
    camera(out, 30)
    assert len(sent.of(CAMERA)) == 30
    assert 14 <= len(sent.of(THUMBNAIL)) <= 16
    capture_us, width, height, data = unpack_video(sent.of(THUMBNAIL)[0][2])
    assert (capture_us, width, height) == (BEGIN, 320, 180)
    assert data.startswith(b"\0\0\0\1")


def test_a_camera_of_60_pictures_sends_30():
    out, sent = rig(CAMERA)
    camera(out, 60, fps=60)
    assert 29 <= len(sent.of(CAMERA)) <= 31


def test_a_camera_that_stutters_loses_no_picture():
    out, sent = rig(CAMERA)
    for number in range(60):
        out.camera(card(number), BEGIN + number * 33_333 + (12_000 if number % 3 else 0))
    assert len(sent.of(CAMERA)) == 60


def test_a_layer_wanted_again_starts_with_a_key_frame():
    out, sent = rig(CAMERA)
    camera(out, 40)
    out.want(set())
    camera(out, 10, 40)
    out.want({CAMERA})
    camera(out, 5, 50)
    keys = [bool(flags & FLAG_KEY) for _, flags, _ in sent.of(CAMERA)]
    assert len(keys) == 45
    assert [number for number, key in enumerate(keys) if key] == [0, 40]


def test_key_frames_on_request_come_at_most_once_a_second():
    out, sent = rig(THUMBNAIL)
    for number in range(90):
        out.want_key(THUMBNAIL)
        out.camera(card(number), BEGIN + number * 33_333)
    keys = [unpack_video(payload)[0] for _, flags, payload in sent.of(THUMBNAIL) if flags & FLAG_KEY]
    assert len(keys) == 3
    assert all(after - before >= 1_000_000 for before, after in itertools.pairwise(keys))


def test_a_ceiling_stops_the_camera_first_and_never_the_voice():
    out, sent = rig(THUMBNAIL, CAMERA)
    out.up_kbps = 200
    out.share_out()
    camera(out, 30)
    out.voice.hear(tone(200, 9_000), BEGIN)
    assert sent.of(CAMERA) == []
    assert sent.of(THUMBNAIL)
    out.up_kbps = 1
    out.share_out()
    sent.clear()
    camera(out, 30, 30)
    out.voice.hear(tone(200, 9_000), BEGIN)
    assert [stream for stream, _, _ in sent] == [VOICE]


def test_a_noisy_share_keeps_to_its_ceiling_by_skipping_pictures():
    out, sent = rig(SCREEN)
    out.up_kbps = 600
    out.share_out()
    pictures = [noise(seed, 640, 360) for seed in range(3)]
    for number in range(15 * 6):
        out.screen(pictures[number % 3], BEGIN + number * 1_000_000 // 15)
    late = [payload for _, _, payload in sent.of(SCREEN) if unpack_video(payload)[0] > BEGIN + 2_000_000]
    assert 0 < len(late) < 60
    assert sum(map(len, late)) * 8 / 4 / 1000 < 600 * 2.5


def test_every_voice_packet_has_one_size_and_speech_is_flagged():
    out, sent = rig()
    sounds = (
        [SILENCE] * 30 + [tone(220, 8_000, start=n * 960) for n in range(30)] + [os.urandom(1920), SILENCE]
    )
    for number, sound in enumerate(sounds):
        out.voice.hear(sound, BEGIN + number * 20_000)
    assert {len(payload) for _, _, payload in sent} == {88}
    flags = [flags for _, flags, _ in sent]
    assert not any(flags[:30])
    assert flags[30] == FLAG_VOICE | FLAG_START
    assert set(flags[31:60]) == {FLAG_VOICE}
    assert unpack_voice(sent[3][2])[0] == BEGIN + 60_000
    assert out.voice.active
    out.voice.silent()
    assert (out.voice.active, out.voice.level) == (False, 0.0)


def test_a_clock_set_back_does_not_stop_the_picture():
    out, sent = rig(THUMBNAIL)
    camera(out, 4)
    for number in range(8):
        out.camera(card(number), BEGIN - 3_600_000_000 + number * 33_333)
    assert len(sent.of(THUMBNAIL)) >= 5


def test_what_a_ceiling_costs_is_told_in_the_order_of_giving_up():
    costs = {0: [], 5_000: [], 400: ["camera"], 90: ["face"]}
    out, _ = rig(THUMBNAIL, CAMERA)
    for out.up_kbps, cost in costs.items():
        out.share_out()
        assert out.sacrificed == cost
    out, _ = rig(THUMBNAIL, CAMERA, SCREEN)
    for out.up_kbps, cost in {0: [], 5_000: [], 3_500: ["camera"], 1_600: ["face", "imaging"]}.items():
        out.share_out()
        assert out.sacrificed == cost


def test_a_camera_that_is_off_is_no_sacrifice():
    out, _ = rig(THUMBNAIL, CAMERA)
    out.camera_on, out.up_kbps = False, 1
    out.share_out()
    assert out.sacrificed == []
