from __future__ import annotations

import os
import random

import av
import pytest

from media.av.decode import VideoDecoder
from media.av.encode import CAMERA_LAYER, SCREEN_LAYER, THUMBNAIL_LAYER, VideoEncoder
from media.av.scale import Scaler, inside
from tests.unit.av.pictures import card, luma, noise, psnr


def test_camera_picture_comes_back_sharp_and_without_delay():
    encoder, decoder = VideoEncoder(CAMERA_LAYER), VideoDecoder()
    for number in range(20):
        coded = encoder.encode(card(number))
        shown = decoder.decode(coded.data, key=coded.key)
        assert (shown.width, shown.height) == (1280, 720)
        assert coded.key == (number == 0)
    assert psnr(shown, card(19)) > 34


def test_thumbnail_of_a_camera_is_180p_and_small():
    encoder = VideoEncoder(THUMBNAIL_LAYER)
    sizes = [len(encoder.encode(card(number)).data) for number in range(60)]
    coded = encoder.encode(card(60), key=True)
    assert (coded.width, coded.height) == (320, 180)
    assert sum(sizes[30:]) * 8 * 15 / 30 < 150_000


def test_portrait_and_odd_sources_keep_their_aspect():
    assert inside(1080, 1920, 1280, 720) == (404, 720)
    coded = VideoEncoder(THUMBNAIL_LAYER).encode(card(0, 479, 641))
    assert (coded.width, coded.height) == (134, 180)


def test_small_sources_are_not_enlarged():
    coded = VideoEncoder(SCREEN_LAYER).encode(card(0, 640, 360))
    assert (coded.width, coded.height) == (640, 360)


def test_a_source_that_changes_size_goes_on_with_a_key_frame():
    encoder, decoder = VideoEncoder(CAMERA_LAYER), VideoDecoder()
    for size in ((640, 480), (800, 600), (640, 480)):
        coded = encoder.encode(card(1, *size))
        shown = decoder.decode(coded.data, key=coded.key)
        assert coded.key
        assert (shown.width, shown.height) == size


def test_forced_key_frame_starts_a_new_decoder():
    encoder = VideoEncoder(THUMBNAIL_LAYER)
    for number in range(5):
        encoder.encode(card(number))
    coded = encoder.encode(card(5), key=True)
    assert coded.key
    assert VideoDecoder().decode(coded.data, key=True) is not None


def test_bit_rate_follows_live_without_a_key_frame():
    encoder = VideoEncoder(CAMERA_LAYER)
    pictures = [noise(seed, 640, 360) for seed in range(4)]

    def kbps(frames: int) -> float:
        coded = [encoder.encode(pictures[number % 4]) for number in range(frames)]
        keys.extend(one.key for one in coded)
        return sum(len(one.data) for one in coded[frames // 2 :]) * 8 * 30 / (frames - frames // 2) / 1000

    keys: list[bool] = []
    full = kbps(60)
    encoder.set_rate(400)
    low = kbps(60)
    encoder.set_rate(1500)
    again = kbps(60)
    assert keys.count(True) == 1
    assert low < 0.5 * full
    assert again > 0.8 * full


def test_decoder_asks_for_a_key_frame_after_a_loss_and_shows_nothing_before():
    encoder, decoder = VideoEncoder(THUMBNAIL_LAYER), VideoDecoder()
    first, second, third = (encoder.encode(card(number)) for number in range(3))
    assert decoder.decode(second.data, key=False) is None
    assert decoder.decode(first.data, key=True) is not None
    decoder.lost()
    assert decoder.decode(third.data, key=False) is None
    assert decoder.needs_key
    fresh = encoder.encode(card(4), key=True)
    assert decoder.decode(fresh.data, key=True) is not None
    assert not decoder.needs_key


@pytest.mark.parametrize("data", [b"", b"\0\0\0\1", b"\0\0\0\1\x65" + bytes(50), os.urandom(4000)])
def test_rubbish_is_no_picture_and_asks_for_a_key_frame(data):
    decoder = VideoDecoder()
    assert decoder.decode(data, key=True) is None
    assert decoder.needs_key
    coded = VideoEncoder(THUMBNAIL_LAYER).encode(card(0))
    assert decoder.decode(coded.data, key=True) is not None


def test_a_picture_above_the_limit_is_refused():
    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt = 3840, 2160, "yuv420p"
    codec.time_base, codec.options = 1, {"preset": "ultrafast", "tune": "zerolatency"}
    data = b"".join(bytes(packet) for packet in codec.encode(card(0, 3840, 2160)))
    decoder = VideoDecoder()
    assert decoder.decode(data, key=True) is None
    assert decoder.needs_key


def test_flipped_bits_never_end_the_decoder():
    encoder, decoder, chance = VideoEncoder(THUMBNAIL_LAYER), VideoDecoder(), random.Random(1)
    for number in range(60):
        coded = encoder.encode(card(number), key=number % 20 == 0)
        data = bytearray(coded.data)
        for _ in range(4):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        decoder.decode(bytes(data), key=coded.key)


def pixel(frame: av.VideoFrame, x: int, y: int) -> int:
    plane = frame.planes[0]
    return bytes(plane)[y * plane.line_size + x * 4]


def test_crop_fills_the_tile_and_letterbox_shows_bars():
    source = noise(1, 640, 360).reformat(format="gray")
    source.planes[0].update(b"\xff" * source.planes[0].buffer_size)
    cropped = Scaler(200, 200).scale(source)
    barred = Scaler(200, 200, fit="letterbox").scale(source)
    assert {(frame.width, frame.height, frame.format.name) for frame in (cropped, barred)} == {
        (200, 200, "bgra")
    }
    assert pixel(cropped, 100, 2) > 250
    assert pixel(barred, 100, 2) < 5
    assert pixel(barred, 100, 100) > 250


@pytest.mark.parametrize(("pixels", "white"), [("yuvj420p", 235), ("bgra", 235), ("yuv420p", 255)])
def test_white_of_any_camera_is_white_at_the_other_end(pixels, white):
    source = av.VideoFrame(640, 360, pixels)
    for number, plane in enumerate(source.planes):
        plane.update((b"\xff" if number == 0 else b"\x80") * plane.buffer_size)
    coded = VideoEncoder(CAMERA_LAYER).encode(source)
    shown = VideoDecoder().decode(coded.data, key=True)
    assert abs(luma(shown)[1000] - white) <= 2


@pytest.mark.parametrize("size", [(320, 180), (1280, 720), (1920, 1080)])
def test_a_shared_colour_is_the_colour_shown(size):
    source = av.VideoFrame(*size, "bgra")
    source.planes[0].update(bytes((40, 80, 200, 255)) * (source.planes[0].buffer_size // 4))
    coded = VideoEncoder(SCREEN_LAYER).encode(source)
    shown = Scaler(*size).scale(VideoDecoder().decode(coded.data, key=True))
    middle = size[1] // 2 * shown.planes[0].line_size
    assert all(
        abs(got - sent) < 8
        for got, sent in zip(bytes(shown.planes[0])[middle : middle + 3], (40, 80, 200), strict=True)
    )


@pytest.mark.parametrize("size", [(640, 360), (512, 512), (1920, 1080)])
def test_a_whole_picture_is_neither_enlarged_nor_framed_nor_pale(size):
    source = av.VideoFrame(*size, "yuv420p")
    for plane, value in zip(source.planes, (235, 128, 128), strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    shown = Scaler(1280, 720, fit="inside").scale(source)
    ratio = min(1280 / size[0], 720 / size[1], 1)
    assert (shown.width, shown.height) == (size[0] * ratio, size[1] * ratio)
    assert all(pixel(shown, x, y) > 250 for x in (0, shown.width - 1) for y in (0, shown.height - 1))
