"""Deposits: decoders refuse or give back the same bytes; a sealed file opens to what it was, or not at all."""

from __future__ import annotations

import contextlib
import io

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given, settings
from hypothesis import strategies as st

from media import depositwire as dw
from media.errors import ProtocolError
from media.keys import deposit as keys
from tests.fuzz.test_wire import record
from tests.unit.deposit.harness import opened_file

KINDS = [*dw.UP, *(kind for kind in dw.DOWN if not kind.TEXT)]
OPENED = keys.Keys(b"k" * 32, b"p" * 32)
STEP = keys.CHUNK + keys.TAG_BYTES
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=100).filter(keys.fits)


def seal(name: str, data: bytes) -> bytes:
    into = io.BytesIO()
    keys.seal_file(OPENED, name, io.BytesIO(data), len(data), into)
    return into.getvalue()


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_random_messages(data):
    for decode in (dw.decode_up, dw.decode_down):
        with contextlib.suppress(ProtocolError):
            assert decode(data).encode() == data


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_messages_come_back_and_are_refused_when_cut_or_longer(kind, data):
    message = data.draw(record(kind))
    text = message.encode()
    decode = dw.decode_up if kind in dw.UP else dw.decode_down
    assert decode(text) == message
    for other in (text[: kind.HEAD.size], text + b"x"):
        if kind.LIMIT == 0 and other:
            with pytest.raises(ProtocolError):
                decode(other)


@settings(max_examples=40, deadline=None)
@given(NAMES, st.integers(0, 3 * keys.CHUNK), st.integers(0, 255))
def test_what_was_sealed_opens_to_the_same_name_and_bytes(name, size, fill):
    data = bytes((fill,)) * size
    sealed = seal(name, data)
    assert len(sealed) == keys.sealed_size(size, name)
    assert opened_file(OPENED, sealed) == (name, data)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_changed_cut_swapped_or_doubled_chunk_opens(data):
    sealed = seal("a.pdf", bytes(2 * keys.CHUNK + 5))
    chunks = [sealed[at : at + STEP] for at in range(0, len(sealed), STEP)]
    how = data.draw(st.sampled_from(("flip", "cut", "drop", "swap", "double", "key")))
    opened = keys.Keys(b"x" * 32, b"") if how == "key" else OPENED
    number = data.draw(st.integers(0, len(chunks) - 1))
    if how == "flip":
        at = data.draw(st.integers(0, len(sealed) - 1))
        sealed = sealed[:at] + bytes((sealed[at] ^ data.draw(st.integers(1, 255)),)) + sealed[at + 1 :]
    elif how == "cut":
        sealed = sealed[: data.draw(st.integers(0, len(sealed) - 1))]
    elif how == "drop":
        sealed = b"".join(chunks[:number] + chunks[number + 1 :])
    elif how == "swap":
        sealed = b"".join(chunks[1:2] + chunks[:1] + chunks[2:])
    elif how == "double":
        sealed = b"".join([*chunks[:number], chunks[number], *chunks[number:]])
    with pytest.raises((InvalidTag, AssertionError)):
        opened_file(opened, sealed)


@pytest.mark.parametrize("said", [4, 6])
def test_a_file_that_changes_while_it_is_read_is_not_sealed(said):
    with pytest.raises(ProtocolError):
        keys.seal_file(OPENED, "a", io.BytesIO(b"12345"), said, io.BytesIO())


@settings(max_examples=100, deadline=None)
@given(st.integers(0, keys.MAX_FILE))
def test_padding_costs_a_sixteenth_at_most_and_hides_the_rest(size):
    filled = keys.padded(size)
    assert filled % keys.CHUNK == 0
    assert size <= filled <= max(keys.CHUNK, size * 17 // 16 + keys.CHUNK)
