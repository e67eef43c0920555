"""Every decoder of the mailboxes: gives a record that encodes to the same bytes, or raises `ProtocolError`; nothing else."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import mailwire, wire
from media.errors import ProtocolError

KINDS = sorted(
    {*mailwire.REQUESTS, *mailwire.DOWN, mailwire.Enter} - {wire.Refused},
    key=lambda kind: kind.KIND,
)


def check(data: bytes) -> None:
    for decode in (mailwire.decode_request, mailwire.decode_down, mailwire.Enter.decode):
        with contextlib.suppress(ProtocolError):
            assert decode(data).encode() == data


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2000))
def test_random_messages(data):
    check(data)


@pytest.mark.long
@settings(max_examples=100_000, deadline=None)
@given(st.binary(max_size=9000))
def test_very_many_random_messages(data):
    check(data)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_messages_come_back_and_are_refused_when_cut_or_longer(kind, data):
    head = data.draw(st.integers(0, 255)).to_bytes(1, "big") * kind.HEAD.size
    tail = data.draw(st.binary(max_size=min(kind.LIMIT, 500)))
    if kind.TEXT:
        tail = tail.hex().encode()[: kind.LIMIT]
    if kind.ROW:
        tail = tail[: len(tail) // kind.ROW.size * kind.ROW.size]
    encoded = bytes((kind.KIND,)) + head + tail
    message = kind.decode(encoded)
    assert message.encode() == encoded
    with pytest.raises(ProtocolError):
        kind.decode(encoded[: data.draw(st.integers(0, kind.HEAD.size))])
    with pytest.raises(ProtocolError):
        kind.decode(encoded + bytes((kind.LIMIT + 1) * (kind.ROW.size if kind.ROW else 1)))


def test_kinds_are_all_different_and_none_is_a_meetings():
    numbers = [kind.KIND for kind in KINDS]
    assert len(set(numbers)) == len(numbers)
    assert not {*numbers} & {kind.KIND for kind in (*wire.UP, *wire.DOWN)}


def test_a_field_of_a_wrong_size_is_not_padded_in_silence():
    with pytest.raises(ProtocolError):
        mailwire.Send(1, b"short", bytes(64), bytes(mailwire.BLOCK_BYTES)).encode()
    with pytest.raises(ProtocolError):
        mailwire.Send(1, bytes(16), bytes(64), bytes(100)).encode()
