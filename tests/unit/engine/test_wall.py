from __future__ import annotations

import threading
import time

import pytest

from media.av.encode import CAMERA_LAYER, SCREEN_LAYER, THUMBNAIL_LAYER, VideoEncoder
from media.av.source import now_us
from media.engine.frames import SIZES, Arena
from media.engine.messages import Tile
from media.engine.tally import Tally
from media.engine.voices import Voices
from media.engine.wall import OWN_SLOT, Boxes, Wall
from media.room.shown import MediaFrame
from media.wire import CAMERA, FLAG_KEY, SCREEN, THUMBNAIL, pack_video
from tests.unit.av.pictures import card


class Rig:
    """A wall without a meeting: what it asks for is noted, frames are given by hand."""

    def __init__(self) -> None:
        self.arena = Arena.create()
        self.side = Arena.attach(self.arena.ticket)
        self.tally = Tally()
        self.fresh: list[int] = []
        self.subscribed: set = set()
        self.keys: list = []
        self.boxes = Boxes(self.side, self.fresh.append)
        self.wall = Wall(
            self.boxes,
            self.tally,
            Voices(self.tally),
            self._subscribe,
            lambda slot, stream: self.keys.append((slot, stream)),
            lambda call, *arguments: call(*arguments),
        )
        layers = {THUMBNAIL: THUMBNAIL_LAYER, CAMERA: CAMERA_LAYER, SCREEN: SCREEN_LAYER}
        self.encoders = {stream: VideoEncoder(layer) for stream, layer in layers.items()}
        self.number = 0

    def _subscribe(self, streams: set) -> None:
        self.subscribed = streams

    def send(self, slot: int, stream: int, *, key: bool = False) -> None:
        coded = self.encoders[stream].encode(card(self.number), key=key)
        self.number += 1
        self.raw(
            slot,
            stream,
            FLAG_KEY if coded.key else 0,
            pack_video(now_us(), coded.width, coded.height, coded.data),
        )

    def raw(self, slot: int, stream: int, flags: int, payload: bytes) -> None:
        frame = MediaFrame(slot, stream, flags, self.number, payload, now_us())
        self.wall.frame(frame, time.monotonic() * 1000)

    def picture(self, index: int):
        end = time.monotonic() + 5
        while (picture := self.arena.read(index)) is None and time.monotonic() < end:
            time.sleep(0.005)
        return picture

    def settle(self) -> None:
        end = time.monotonic() + 5
        while any(hand.waiting for hand in self.wall._hands) and time.monotonic() < end:
            time.sleep(0.005)
        for hand in self.wall._hands:
            reached = threading.Event()
            hand.do(reached.set)
            assert reached.wait(30)

    def close(self) -> None:
        self.wall.close()
        self.side.close()
        self.arena.close()


@pytest.fixture
def rig():
    rig = Rig()
    yield rig
    rig.close()


def tile(index: int, slot: int, width: int, height: int, stream: int = CAMERA, *, fit: bool = False) -> Tile:
    return Tile(index=index, slot=slot, stream=stream, width=width, height=height, fit=fit)


def test_a_gallery_of_24_asks_for_thumbnails_only(rig):
    rig.wall.show([tile(4 + n, n, 240, 136) for n in range(24)])
    assert rig.subscribed == {(n, THUMBNAIL) for n in range(24)}


def test_a_stage_asks_for_the_camera_and_shows_the_thumbnail_until_it_flows(rig):
    rig.wall.show([tile(0, 7, 1280, 720)])
    assert rig.subscribed == {(7, CAMERA), (7, THUMBNAIL)}
    rig.send(7, THUMBNAIL)
    first = rig.picture(0)
    assert (first.width, first.height) == (1280, 720)
    rig.send(7, CAMERA)
    rig.settle()
    rig.wall.refresh()
    assert rig.subscribed == {(7, CAMERA)}


def test_what_is_not_shown_is_neither_received_nor_decoded(rig):
    rig.wall.show([tile(4, 1, 240, 136)])
    rig.wall.show([])
    assert rig.subscribed == set()
    rig.send(1, THUMBNAIL)
    rig.settle()
    assert rig.tally.of(1, THUMBNAIL).frames == 0


def test_a_picture_has_the_size_of_its_tile_and_is_announced(rig):
    rig.wall.show([tile(4, 1, 333, 137), tile(5, 1, 200, 200, fit=True)])
    rig.send(1, THUMBNAIL)
    for index, size in ((4, (333, 137)), (5, (200, 200))):
        picture = rig.picture(index)
        assert (picture.width, picture.height) == size
        assert (picture.slot, picture.stream) == (1, THUMBNAIL)
    assert set(rig.fresh) == {4, 5}


@pytest.mark.parametrize(
    "bad",
    [tile(30, 1, 10, 10), tile(-1, 1, 10, 10), tile(4, 1, 0, 10), tile(4, 1, -5, 10), tile(4, 70_000, 9, 9)],
)
def test_tiles_that_cannot_be_are_left_out(rig, bad):
    rig.wall.show([bad])
    assert rig.subscribed == set()


def test_a_tile_larger_than_its_box_gets_the_box(rig):
    rig.wall.show([tile(4, 1, 3_000, 3_000)])
    rig.send(1, THUMBNAIL)
    assert (rig.picture(4).width, rig.picture(4).height) == SIZES[4]


def test_a_share_is_a_stream_of_its_own(rig):
    rig.wall.show([tile(0, 3, 1600, 900, SCREEN)])
    assert rig.subscribed == {(3, SCREEN)}


def test_without_a_key_frame_nothing_is_shown_and_one_is_asked_for_once_a_second(rig):
    rig.wall.show([tile(4, 1, 240, 136)])
    rig.encoders[THUMBNAIL].encode(card(0))
    for _ in range(5):
        rig.send(1, THUMBNAIL)
    rig.settle()
    assert rig.arena.read(4) is None
    assert rig.keys == [(1, THUMBNAIL)]
    rig.send(1, THUMBNAIL, key=True)
    assert rig.picture(4) is not None


def test_after_a_lost_frame_the_last_picture_stays_until_the_next_key_frame(rig):
    rig.wall.show([tile(4, 1, 240, 136)])
    rig.send(1, THUMBNAIL)
    before = rig.picture(4).number
    rig.wall.lost(1, THUMBNAIL)
    rig.send(1, THUMBNAIL)
    rig.settle()
    assert rig.arena.read(4).number == before
    assert rig.tally.of(1, THUMBNAIL).lost == 1
    assert rig.keys == [(1, THUMBNAIL)]


def test_rubbish_from_a_member_stops_nobody(rig):
    rig.wall.show([tile(4, 1, 240, 136), tile(5, 2, 240, 136)])
    for payload in (b"", bytes(5), bytes(12), bytes(13), b"\xff" * 500):
        rig.raw(1, THUMBNAIL, FLAG_KEY, payload)
    rig.send(2, THUMBNAIL)
    assert rig.picture(5) is not None
    assert rig.arena.read(4) is None


def test_a_ceiling_keeps_faces_small_before_it_drops_them(rig):
    rig.wall.show([tile(0, 1, 1280, 720), tile(4, 2, 240, 136)])
    rig.wall.down_kbps = 600
    rig.wall.refresh()
    assert rig.subscribed == {(1, THUMBNAIL), (2, THUMBNAIL)}


def test_own_preview_needs_no_subscription(rig):
    rig.wall.show([tile(6, OWN_SLOT, 320, 180)])
    assert rig.subscribed == set()
    rig.boxes.paint((OWN_SLOT, CAMERA), card(1))
    assert rig.picture(6).width == 320


def test_a_box_given_to_another_person_shows_nobody_else(rig):
    rig.wall.show([tile(4, 1, 240, 136)])
    rig.send(1, THUMBNAIL)
    before = rig.picture(4).number
    rig.wall.show([tile(4, 2, 240, 136)])
    rig.boxes.paint((1, THUMBNAIL), card(3))
    assert rig.arena.read(4).number == before


def test_who_comes_again_in_a_slot_needs_a_new_start(rig):
    rig.wall.show([tile(4, 1, 240, 136)])
    rig.send(1, THUMBNAIL)
    before = rig.picture(4).number
    rig.wall.forget({1})
    rig.send(1, THUMBNAIL)
    rig.settle()
    assert rig.arena.read(4).number == before


def test_latencies_are_counted_from_capture(rig):
    rig.wall.show([tile(4, 1, 240, 136)])
    for _ in range(10):
        rig.send(1, THUMBNAIL)
    rig.settle()
    (figures,) = rig.tally.figures({1: "A. Martin"})
    assert (figures.name, figures.frames, figures.lost) == ("A. Martin", 10, 0)
    assert 0 < figures.p50_ms <= figures.p95_ms < 30_000


def test_a_whole_picture_keeps_its_size_and_tells_its_sources(rig):
    rig.wall.show([Tile(index=0, slot=7, stream=SCREEN, width=1280, height=720, whole=True)])
    rig.send(7, SCREEN)
    first = rig.picture(0)
    source = first.source
    assert (first.width, first.height) == source
    rig.wall.show([Tile(index=1, slot=7, stream=SCREEN, width=source[0] // 2, height=4000, whole=True)])
    rig.send(7, SCREEN, key=True)
    half = rig.picture(1)
    assert half.width == source[0] // 2
    assert half.source == source


def test_no_tile_is_larger_than_its_box(rig):
    rig.wall.show([Tile(index=0, slot=7, stream=SCREEN, width=60_000, height=60_000, whole=True)])
    rig.send(7, SCREEN)
    picture = rig.picture(0)
    assert picture.width <= 1920
    assert picture.height <= 1200
