"""Bytes from a broken or hostile process: refused or ended, never anything else."""

from __future__ import annotations

import ctypes
import io
import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from media.engine import messages as m
from media.engine import pipe
from media.engine.frames import SIZES, Arena
from media.errors import ProtocolError

MESSAGES = [
    pipe.pack(m.Phase(phase="in-call", title="RCP"), 4096),
    pipe.pack(m.Roster(n=1, people=[]), 4096),
    pipe.pack(m.Fresh(boxes=[1, 2, 3]), 4096),
    pipe.pack(m.Speaking(slots=[4], level=0.25), 4096),
]


def heard(data: bytes) -> None:
    for read in (pipe.read_from_engine, pipe.read_from_window):
        try:
            for message in read(io.BytesIO(data)):
                assert isinstance(message, m.Message)
        except ProtocolError:
            continue


@given(st.binary(max_size=300))
def test_any_bytes(data):
    heard(data)
    heard(struct.pack("<I", len(data)) + data)


@given(st.sampled_from(MESSAGES), st.integers(0, 1 << 20), st.integers(0, 7))
def test_any_flipped_bit(data, at, bit):
    changed = bytearray(data)
    changed[at % len(data)] ^= 1 << bit
    heard(bytes(changed))


@given(st.integers(1, 5000))
def test_deep_nesting(depth):
    heard(struct.pack("<I", depth) + b"\x91" * depth)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, len(SIZES) - 1),
    st.lists(st.one_of(st.integers(0, (1 << 64) - 1), st.integers(0, 8_000)), min_size=6, max_size=6),
)
def test_any_control_words_in_the_arena(index, words):
    arena = Arena.create()
    side = Arena.attach(arena.ticket)
    rows = ctypes.create_string_buffer(64)
    side.write(index, ctypes.addressof(rows), 4, 4, 16, 1, 2)
    box = side._boxes[index]
    side._words[box.control // 8], side._words[box.control // 8 + 1] = words[:2]
    for buffer in box.buffers:
        for place, word in enumerate(words[2:]):
            side._words[buffer // 8 + place] = word
    picture = arena.read(index)
    if picture is not None:
        assert picture.width * 4 <= picture.stride
        assert len(picture.view) == picture.stride * picture.height
        assert picture.width <= SIZES[index][0]
        assert picture.height <= SIZES[index][1]
        arena.still_valid(picture)
    side.close()
    del picture
    arena.close()
