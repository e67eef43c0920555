"""Every parser of media/room on any bytes: it decodes to what encodes to the same bytes, or says why not."""

from __future__ import annotations

import contextlib
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.errors import ProtocolError, TrustError
from media.keys import cbor
from media.keys.seal import XWing
from media.keys.sign import Signer, signed
from media.room import controls as say
from media.room import effects as fx
from media.room import messages as m
from media.room.roster import Missing, Roster
from tests.harness.hospital import guest, hospital
from tests.harness.world import World

FEW = settings(max_examples=150, deadline=None)
hashes = st.binary(min_size=32, max_size=32)
numbers = st.integers(0, 2**40)
slots = st.integers(0, 0xFFFE)
values = st.recursive(
    numbers | st.binary(max_size=40) | st.text(max_size=8), lambda inner: st.lists(inner, max_size=5)
)

ops = st.one_of(
    st.builds(m.Op, st.sampled_from([m.ADD, m.REMOVE, m.HANDOVER, m.LEFT]), hashes, slots),
    st.builds(m.Op, st.sampled_from([m.LOCK, m.UNLOCK, m.REKEY, m.END])),
    st.builds(m.Op, st.just(m.REPLACE), hashes, slots, hashes),
)
calls = st.binary(min_size=16, max_size=16)
links = st.builds(m.Link, calls, numbers, hashes, st.lists(ops, max_size=6).map(tuple), hashes, hashes)
joins = st.builds(
    m.JoinBody,
    calls,
    hashes,
    hashes,
    st.just(bytes(1216)),
    hashes,
    hashes,
    hashes,
    numbers,
    hashes | st.just(b""),
)
geneses = st.builds(
    m.Genesis, calls, hashes, numbers, st.just(bytes(1216)), hashes, hashes, hashes,
    st.lists(calls, max_size=4).map(tuple), st.binary(max_size=30),
)  # fmt: skip
pairs = st.tuples(st.binary(max_size=30), st.binary(max_size=30))
welcomes = st.builds(
    m.Welcome, st.binary(max_size=40), st.lists(st.tuples(slots, st.binary(max_size=20)), max_size=4).map(tuple),
    st.binary(max_size=32), st.lists(hashes, max_size=3).map(tuple), st.booleans(),
)  # fmt: skip
answers = st.builds(
    m.Answer, st.binary(max_size=40), st.lists(st.binary(max_size=20), max_size=3).map(tuple),
    st.lists(pairs, max_size=4).map(tuple), st.binary(max_size=40),
)  # fmt: skip
controls = st.one_of(
    st.builds(say.News, st.binary(max_size=40), st.lists(st.binary(max_size=20), max_size=3).map(tuple)),
    st.builds(
        say.Beat, numbers, hashes, numbers,
        st.lists(st.tuples(slots, st.integers(0, 2**32 - 1)), max_size=5).map(lambda rows: say.pack_rows(say.HEARD, rows)),
        st.lists(st.tuples(st.integers(0, 4), numbers), max_size=5).map(lambda rows: say.pack_rows(say.SENT, rows)),
        numbers,
    ),
    st.builds(say.Ack, numbers, hashes, st.lists(slots, max_size=5).map(tuple)),
    st.builds(say.Point, slots, st.integers(0, say.MOST), st.integers(0, say.MOST)),
    st.builds(say.Commit, numbers, hashes, numbers, hashes),
    st.builds(say.Reveal, numbers, hashes, numbers, calls),
    st.builds(say.Mute, st.lists(slots, max_size=5).map(tuple)),
    st.builds(say.Floor, slots, numbers),
    st.builds(say.Leave),
)  # fmt: skip


@FEW
@given(st.one_of(links, joins, geneses, welcomes, answers))
def test_a_message_comes_back_as_it_was(message):
    assert type(message).decode(message.encode()) == message


@FEW
@given(controls)
def test_a_control_message_comes_back_as_it_was(control):
    assert say.decode(control.encode()) == control


DECODERS = [
    say.decode, say.Ask.decode, say.Give.decode, say.Pen.decode, m.Genesis.decode, m.JoinBody.decode, m.Hail.decode,
    m.Challenge.decode, m.Answer.decode, m.Knock.decode, m.Welcome.decode, m.Link.decode, m.peek,
    lambda data: m.open_join(data, bytes(32), bytes(32)), lambda data: m.open_signed(bytes(32), data),
]  # fmt: skip


@pytest.mark.parametrize("decode", DECODERS)
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_bytes_are_decoded_or_refused(decode, data):
    label = data.draw(
        st.sampled_from(
            [
                "CSL1/beat",
                "CSL1/point",
                "CSL1/link",
                "CSL1/join",
                "CSL1/welcome",
                "CSL1/ack",
                "CSL1/news",
                "x",
            ]
        )
    )
    raw = data.draw(
        st.binary(max_size=200)
        | values.map(cbor_or_empty)
        | st.lists(values, max_size=9).map(lambda rest: cbor_or_empty([label, *rest]))
    )
    with contextlib.suppress(ProtocolError, TrustError):
        decode(raw)


def cbor_or_empty(value) -> bytes:
    try:
        return cbor.encode(value)
    except ProtocolError:
        return b""


@FEW
@given(st.lists(ops, min_size=1, max_size=5), st.integers(0, 9))
def test_no_signed_link_breaks_the_roster(steps, n):
    """Even the host's own key signs nothing that leaves a roster other than the link says."""
    host = Signer.generate()
    obj = b"host"
    roster = Roster(bytes(16), m.digest(obj))
    first = roster.draft([m.Op(m.ADD, m.digest(obj), 0)], [obj], bytes(32))
    roster.apply(signed(first.encode(), host.sign(first.encode())), first, [obj])
    roster.seats[0].cs_pk = host.public
    before = roster.members()
    link = m.Link(bytes(16), n, roster.link_hash, tuple(steps), m.roster_hash(roster.rows()), roster.host)
    data = signed(link.encode(), host.sign(link.encode()))
    try:
        roster.apply(data, roster.check(data), [])
    except (ProtocolError, TrustError, Missing):
        assert roster.members() == before
    else:
        assert m.roster_hash(roster.rows()) == link.roster_hash


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=1300),
    st.sampled_from([b"", b"\x01\x00\x00\x00\x00\x01", b"\x01\x01", b"\x01\x02", b"\x02\x00", b"\x02\x05"]),
)
def test_a_letter_or_door_text_of_any_bytes_is_refused(data, head):
    kx = XWing.generate()
    with pytest.raises((TrustError, ProtocolError)):
        say.open_letter(kx, bytes(32), ["CSL1/ask", bytes(16)], head + data)


@pytest.fixture(scope="module")
def seated():
    world = World([hospital().enrol("Ada")])
    ada, bob = world.gather(world.appointment.organiser, hospital().enrol("Bob"))
    world.join(guest("Waiting"))
    world.run(3_000)
    return world, ada, bob


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_call_survives_whatever_relay_and_members_say(seated, data):
    """Any bytes at every ear of a running call: nothing is raised, nobody new appears."""
    world, ada, bob = seated
    raw = data.draw(st.binary(max_size=80))
    kind = data.draw(
        st.sampled_from([b"\x00\x00", b"\x01\x00", b"\x01\x02", b"\x02\x00", b"\x02\x01", b"\x02\x05", b""])
    )
    slot = data.draw(st.sampled_from([0, 1, 7, 0xFFFF]))
    payload = data.draw(controls.map(lambda control: control.encode()) | st.binary(max_size=60))
    with world_intact(ada, bob):
        bob.call.feed(world.now_ms, fx.Control(slot, kind + raw))
        ada.call.feed(world.now_ms, fx.Knocked(data.draw(st.integers(0, 3)), os.urandom(32), kind[1:] + raw))
        bob.call.feed(world.now_ms, fx.Answered(kind[1:] + raw))
        bob.call.frame(
            world.now_ms, slot, data.draw(st.integers(0, 9)), data.draw(st.integers(0, 255)), 3, raw, 0
        )
        bob.meeting._hear(world.now_ms, 0, payload)
        bob.meeting.outcome = None


class world_intact:  # noqa: N801 -- reads as a sentence
    def __init__(self, *people) -> None:
        self._people = people

    def __enter__(self) -> None:
        self._members = [who.meeting.roster.members() for who in self._people]

    def __exit__(self, *_) -> None:
        assert [who.meeting.roster.members() for who in self._people] == self._members
