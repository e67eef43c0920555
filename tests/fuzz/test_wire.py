"""Every decoder of outside bytes: gives a record that encodes to the same bytes, or raises `ProtocolError`; nothing else."""

from __future__ import annotations

import contextlib
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import wire
from media.errors import ProtocolError
from media.link.assembly import MAX_OPEN, MAX_TRACKS, Assembly
from media.link.packets import read_packet

HOP = wire.Tagger(b"h" * 32)
KINDS = sorted({*wire.UP, *wire.DOWN}, key=lambda kind: kind.KIND)
BYTES = st.binary(max_size=2000)


def record(kind: type[wire.Message]) -> st.SearchStrategy[wire.Message]:
    """Any record of that kind, made of its layout."""

    def build(head: bytes, tail: bytes) -> wire.Message:
        values = list(kind.HEAD.unpack(head))
        if kind.ROW:
            size = kind.ROW.size
            values.append(list(kind.ROW.iter_unpack(tail[: len(tail) // size * size])))
        elif kind.LIMIT:
            values.append(tail[: kind.LIMIT].hex()[: kind.LIMIT] if kind.TEXT else tail[: kind.LIMIT])
        return kind(*values)

    return st.builds(
        build, st.binary(min_size=kind.HEAD.size, max_size=kind.HEAD.size), st.binary(max_size=500)
    )


@settings(max_examples=300, deadline=None)
@given(BYTES)
def test_random_control_messages(data):
    for decode in (wire.decode_up, wire.decode_down):
        with contextlib.suppress(ProtocolError):
            assert decode(data).encode() == data


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_control_messages_come_back_and_are_refused_when_cut_or_longer(kind, data):
    message = data.draw(record(kind))
    encoded = message.encode()
    assert kind.decode(encoded) == message
    cut = encoded[: data.draw(st.integers(0, len(encoded) - 1))]
    with contextlib.suppress(ProtocolError):
        assert kind.decode(cut).encode() == cut
    with pytest.raises(ProtocolError):
        kind.decode(bytes((kind.KIND ^ 0x80,)) + encoded[1:])
    if not kind.LIMIT:
        with pytest.raises(ProtocolError):
            kind.decode(encoded + b"\0")


@pytest.mark.parametrize("kind", [k for k in KINDS if k.LIMIT], ids=lambda kind: kind.__name__)
def test_a_tail_beyond_its_limit_is_refused_both_ways(kind):
    unit = kind.ROW.size if kind.ROW else 1
    with pytest.raises(ProtocolError):
        kind.decode(bytes((kind.KIND,)) + bytes(kind.HEAD.size) + b"a" * unit * (kind.LIMIT + 1))
    head = kind.HEAD.unpack(bytes(kind.HEAD.size))
    tail = [kind.ROW.unpack(bytes(unit))] if kind.ROW else "a" if kind.TEXT else b"a"
    with pytest.raises(ProtocolError):
        kind(*head, tail * (kind.LIMIT + 1)).encode()


def test_a_field_of_a_wrong_size_is_not_padded_in_silence():
    with pytest.raises(ProtocolError):
        wire.Resume(b"short", 1, bytes(64)).encode()
    assert len(fields(wire.Resume)) == 3


@settings(max_examples=300, deadline=None)
@given(BYTES)
def test_random_datagrams(data):
    decoders = (
        lambda: wire.Packet.unpack(data, HOP),
        lambda: wire.unpack_introduction(data),
        lambda: wire.unpack_cookie(data),
        lambda: wire.unpack_beat(data, HOP),
        lambda: wire.Nack.unpack(data, HOP),
        lambda: wire.unpack_voice(data),
        lambda: wire.unpack_video(data),
    )
    for decode in decoders:
        with contextlib.suppress(ProtocolError):
            decode()
    read_packet(data, HOP)


@settings(max_examples=300, deadline=None)
@given(st.binary(min_size=wire.HEADER.size, max_size=wire.HEADER.size), st.binary(max_size=1300))
def test_a_packet_with_a_good_tag_and_a_wild_header(head, piece):
    data = head + piece + HOP.tag(head)
    with contextlib.suppress(ProtocolError):
        packet = wire.Packet.unpack(data, HOP)
        assert packet.pack(HOP) == data
        assert packet.fragment < packet.fragments <= wire.MAX_FRAGMENTS
        assert read_packet(data, HOP)[5] == packet.fragments


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=600))
def test_a_request_or_beat_with_a_good_tag_and_a_wild_body(body):
    data = body + HOP.tag(body)
    with contextlib.suppress(ProtocolError):
        nack = wire.Nack.unpack(data, HOP)
        assert nack.pack(HOP) == data
        assert len(nack.fragments) <= wire.MAX_NACK
    with contextlib.suppress(ProtocolError):
        kind, slot, stamp = wire.unpack_beat(data, HOP)
        assert wire.pack_beat(kind, slot, stamp, HOP) == data


PIECES = st.tuples(
    st.integers(0, 3),
    st.integers(1, 4),
    st.integers(0, 15),
    st.integers(0, 200) | st.integers(0, 2**32 - 1),
    st.integers(0, 5),
    st.integers(1, 6),
    st.binary(min_size=1, max_size=8),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=120))
def test_assembly_survives_any_order_of_sound_pieces_and_holds_little(pieces):
    handed: list[tuple[int, int, int]] = []
    lost: list[tuple[int, int, int]] = []
    assembly = Assembly(
        lambda slot, stream, flags, frame, data: handed.append((slot, stream, frame)),
        lambda *what: lost.append(what),
    )
    now = 0.0
    for slot, stream, flags, frame, fragment, fragments, piece in pieces:
        now += 3
        if fragment < fragments:
            assembly.feed(now, slot, stream, flags, frame, fragment, fragments, piece)
        assembly.tick(now)
        for track in assembly._tracks.values():
            assert sum(1 for part in track.frames.values() if part.pieces) <= MAX_OPEN
    assert len(assembly._tracks) <= MAX_TRACKS
    assert len(set(handed)) == len(handed)
    for key in {what[:2] for what in handed}:
        numbers = [frame for *whose, frame in handed if tuple(whose) == key]
        if key[1] != wire.VOICE:
            assert numbers == sorted(numbers)
    assembly.tick(now + 10_000)
    assert not assembly.busy
