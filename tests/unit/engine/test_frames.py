from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from media.engine.frames import SIZES, TILE_SIZE, Arena

ROOT = Path.cwd()


@pytest.fixture
def arena():
    arena = Arena.create()
    yield arena
    arena.close()


@pytest.fixture
def engine_side(arena):
    side = Arena.attach(arena.ticket)
    yield side
    side.close()


def paint(side: Arena, index: int, colour: int, width: int = 64, height: int = 32, stride: int = 256) -> bool:
    rows = ctypes.create_string_buffer(bytes([colour]) * (stride * height), stride * height)
    return side.write(index, ctypes.addressof(rows), width, height, stride, 7, 3)


def test_a_picture_crosses_and_the_newest_wins(arena, engine_side):
    assert arena.read(5) is None
    for colour in (1, 2, 3, 4, 5):
        assert paint(engine_side, 5, colour)
    picture = arena.read(5)
    assert (picture.width, picture.height, picture.stride, picture.number) == (64, 32, 256, 5)
    assert (picture.slot, picture.stream) == (7, 3)
    assert bytes(picture.view) == b"\5" * (256 * 32)
    assert arena.still_valid(picture)
    assert arena.read(6) is None


def test_the_window_can_only_read(arena, engine_side):
    paint(engine_side, 0, 1)
    with pytest.raises(TypeError):
        arena.read(0).view[0] = 1


def test_a_picture_stays_whole_while_two_more_come_and_then_is_known_to_be_gone(arena, engine_side):
    paint(engine_side, 0, 1)
    picture = arena.read(0)
    paint(engine_side, 0, 2)
    paint(engine_side, 0, 3)
    assert arena.still_valid(picture)
    assert set(picture.view) == {1}
    paint(engine_side, 0, 4)
    assert not arena.still_valid(picture)


@pytest.mark.parametrize("index", range(len(SIZES)))
def test_every_box_takes_its_largest_picture_and_nothing_larger(arena, engine_side, index):
    width, height = SIZES[index]
    assert paint(engine_side, index, 7, width, height, width * 4)
    assert arena.read(index).view[-1] == 7
    assert not paint(engine_side, index, 8, width + 1, height, (width + 1) * 4)
    assert not paint(engine_side, index, 8, width, height + 1, width * 4)


@pytest.mark.parametrize(
    ("width", "height", "stride"),
    [(0, 32, 256), (64, 0, 256), (64, 32, 255), (64, 32, 1 << 40), (1 << 62, 32, 256), (64, 1 << 62, 256)],
)
def test_sizes_from_a_bad_engine_are_refused(arena, engine_side, width, height, stride):
    paint(engine_side, 0, 1)
    box = engine_side._boxes[0]
    for place, value in enumerate((width, height, stride), start=1):
        engine_side._words[box.buffers[1] // 8 + place] = value
    assert arena.read(0) is None


def test_boxes_do_not_overlap(arena, engine_side):
    for index, (width, height) in enumerate(SIZES):
        for _ in range(3):
            paint(engine_side, index, index + 1, width, height, width * 4)
    assert all(set(arena.read(index).view[::4099]) == {index + 1} for index in range(len(SIZES)))


def test_the_engine_cannot_shrink_or_grow_the_memory_under_the_window(arena, engine_side):
    for size in (0, 1 << 30):
        with pytest.raises(PermissionError):
            os.ftruncate(arena.fd, size)


def test_something_else_is_no_arena():
    fd = os.memfd_create("other")
    os.ftruncate(fd, 4096)
    with pytest.raises(ValueError, match="size"):
        Arena.attach(str(fd))
    os.close(fd)


def test_an_arena_takes_memory_only_where_it_is_painted(arena, engine_side):
    paint(engine_side, 0, 1)
    assert os.fstat(arena.fd).st_blocks * 512 < 1_000_000


WRITER = """
import ctypes, sys
from media.engine.frames import Arena
side = Arena.attach(sys.argv[1])
size = 960 * 4 * 540
colours = [ctypes.create_string_buffer(bytes([n]) * size, size) for n in range(1, 8)]
print("up", flush=True)
number = 0
while True:
    number += 1
    side.write(4, ctypes.addressof(colours[number % 7]), 960, 540, 960 * 4, 1, 2)
"""


@pytest.fixture
def racing_writer(arena):
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, arena.ticket], pass_fds=(arena.fd,), stdout=subprocess.PIPE, cwd=ROOT
    )
    writer.stdout.readline()
    yield writer
    writer.kill()
    writer.wait()
    writer.stdout.close()


def test_no_torn_picture_is_taken_for_whole_from_a_writer_that_races(arena, racing_writer):
    whole = torn = 0
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        picture = arena.read(4)
        if picture is None:
            continue
        copied = bytes(picture.view)
        if arena.still_valid(picture):
            whole += 1
            assert copied == copied[:1] * len(copied)
        else:
            torn += 1
    assert whole > 10


def test_a_killed_writer_leaves_its_last_whole_picture_and_the_next_one_goes_on(arena, racing_writer):
    while arena.read(4) is None:
        time.sleep(0.01)
    racing_writer.kill()
    racing_writer.wait()
    picture = arena.read(4)
    assert len(set(picture.view)) == 1
    assert arena.still_valid(picture)
    side = Arena.attach(arena.ticket)
    assert paint(side, 4, 99, *TILE_SIZE, TILE_SIZE[0] * 4)
    assert arena.read(4).number == picture.number + 1
    side.close()


def test_a_wiped_arena_holds_nothing_and_takes_new_pictures(arena, engine_side):
    for index in (0, 5):
        for colour in (7, 8, 9, 7):
            paint(engine_side, index, colour)
    engine_side.close()
    arena.wipe()
    assert arena.read(0) is None
    assert arena.read(5) is None
    assert not any(byte in arena._memory[:] for byte in (b"\7" * 64, b"\x08" * 64, b"\x09" * 64))
    again = Arena.attach(arena.ticket)
    assert paint(again, 5, 4)
    assert bytes(arena.read(5).view[:4]) == b"\4" * 4
    again.close()
