"""Codes, pictures and pipes of any bytes: what a code says, a refusal, or the end of the pipe; never anything else."""

from __future__ import annotations

import contextlib
import io
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.directory import readerpipe
from app.directory.reader import FOREIGN, read_code
from media.errors import ProtocolError
from media.keys import safety

DIGITS = st.text("0123456789", min_size=30, max_size=30)
SIDES = st.builds(safety.Side, st.binary(min_size=4, max_size=4).map(lambda tag: tag.hex().upper()), DIGITS)
LETTERS = "CSL1:09AFaf \n\u0660\uff11²"


def check_text(text):
    with contextlib.suppress(ProtocolError):
        assert safety.code(*safety.read_code(text)) == text
        assert text.isascii()


@given(SIDES, SIDES)
def test_codes_come_back_and_each_change_of_length_is_refused(shower, reader):
    text = safety.code(shower, reader)
    assert safety.read_code(text) == (shower, reader)
    for other in (text[:-1], f"{text}0", f" {text}", f"{text}\n", text.lower(), text.replace("1:", "2:", 1)):
        with pytest.raises(ProtocolError):
            safety.read_code(other)


@settings(max_examples=300)
@given(st.text(max_size=200) | st.text(LETTERS, min_size=70, max_size=90))
@example("CSL1:" + "0" * 16 + ":" + "\u0660" * 60)
def test_random_texts(text):
    check_text(text)


@given(SIDES, SIDES, st.data())
def test_codes_with_one_other_letter(shower, reader, data):
    text = safety.code(shower, reader)
    at = data.draw(st.integers(0, len(text) - 1))
    check_text(text[:at] + data.draw(st.text(LETTERS, max_size=2)) + text[at + 1 :])


def check_picture(width, height, rows):
    text = read_code(width, height, rows)
    assert text == FOREIGN or len(text) <= readerpipe.MAX_TEXT
    assert re.fullmatch(r"[ -~]*", text)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 64), st.integers(1, 64), st.data())
def test_random_pictures(width, height, data):
    check_picture(width, height, data.draw(st.binary(min_size=width * height, max_size=width * height)))


@pytest.mark.long
@settings(max_examples=20_000, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.binary(min_size=1, max_size=300), st.integers(1, 9))
def test_very_many_pictures_of_stripes_and_blocks(width, height, pattern, scale):
    size = width * height
    rows = b"".join(bytes((one,)) * scale for one in pattern)
    check_picture(width, height, (rows * (size // len(rows) + 1))[:size])


@settings(max_examples=300)
@given(st.binary(max_size=300))
@example(b"\xff\xff\xff\xff")
@example(b"\0\0\0\0")
def test_random_pipes(data):
    with contextlib.suppress(readerpipe.Broken):
        width, height, rows = readerpipe.asked(io.BytesIO(data))
        assert len(rows) == width * height <= readerpipe.MAX_WIDTH * readerpipe.MAX_HEIGHT
    with contextlib.suppress(readerpipe.Broken):
        assert len(readerpipe.answered(io.BytesIO(data))) <= readerpipe.MAX_TEXT
