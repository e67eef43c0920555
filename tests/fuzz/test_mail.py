"""Whatever bytes come out of a block, a card or a file, they are read or refused by our own errors, and have one spelling."""

from __future__ import annotations

import contextlib
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.errors import MediaError, ProtocolError, TrustError
from media.keys import cbor, envelope, files
from media.keys.cards import Card
from media.keys.envelope import Header, QueueOffer
from media.keys.vouch import Vouch
from media.mail import bodies, calls, desks, feeds, receiving, say
from media.mail.receiving import Author, Chain
from media.mail.types import Type
from tests.harness.chains import after
from tests.harness.letters import NOW_MS, Desk, text

EXAMPLES = settings(max_examples=150, deadline=None)
LONG = settings(max_examples=20_000, deadline=None)
ANNE, BRUNO = Desk(), Desk()
ID = b"i" * 16
FILE = bodies.Attachment("a.pdf", "application/pdf", 9, bytes(32), bytes(32), (ID,))
PLACE = feeds.Place("CHIR", bytes(16), 4)
GOOD = [
    bodies.Text("Bonjour é", ID, bodies.Patient("CHU", "1", "MARTIN"), (FILE,)),
    bodies.Correct(ID, "x"),
    bodies.Withdraw(ID),
    bodies.Receipt(bodies.Reached.READ, (ID,), 5),
    bodies.Taken(ID, bytes(32)),
    bodies.Team("RCP", (ID,), 60),
    bodies.Ask(ID, 0, bytes(1216)),
    bodies.Grant(bytes(32), bodies.Answer.GRANTED, b"x"),
    desks.Presence(b"w" * 32, b"k" * 32),
    desks.Newer(3, FILE),
    desks.Vouched(b"v"),
    desks.History(0, False, b"r"),
    bodies.Sheet("rcp", b"r"),
    calls.Convened(ID, 3, True, ID, ID, b"invite", (0, 2)),
    calls.Hosting(ID, 0, False, ID, ID, b"invite", (), bytes(32)),
    calls.Attending(ID, 1, calls.Coming.NO),
    feeds.Batch(PLACE, 3, (feeds.Packed(b"s", b"c", 5, 0, b"MSH"),)),
    feeds.Alive((PLACE,)),
    feeds.Follow(("CHIR",), (PLACE,)),
    feeds.Snapshot(PLACE, True, ()),
    feeds.Request(b"r"),
    feeds.Answered(bytes(32), "", b"x"),
]
LETTER = ANNE.write(text(), [BRUNO.user])
OFFER = QueueOffer(ANNE.cert.hash, BRUNO.id, ID, bytes(32), NOW_MS).sign(ANNE.keys.signer.sign)
OTHER = Desk(ANNE.user)
PARSERS = [
    (Card.parse, Card.make(bytes(32), 1, bytes(1216), ID, 9, ANNE.keys.signer.sign).signed),
    (envelope.claimed, LETTER.object),
    (lambda data: envelope.verify_header(data, ANNE.cert.public, act=True), LETTER.object),
    (lambda data: QueueOffer.verify(data, ANNE.cert.public.ed25519, ANNE.cert.hash, BRUNO.id), OFFER),
    (Vouch.parse, Vouch.make(ANNE.cert, OTHER.cert, 5, ANNE.keys.hybrid.sign).signed),
    (lambda data: envelope.open_content(LETTER.header, data), LETTER.box),
]


def mutated(good: bytes):
    """Strategy: *good* with some bytes changed, cut, doubled or inserted."""
    places = st.integers(0, len(good))
    return st.builds(
        lambda at, end, piece: good[:at] + piece + good[end:], places, places, st.binary(max_size=20)
    )


values = st.recursive(
    st.integers(0, 2**64 - 1) | st.binary(max_size=40) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=6),
    max_leaves=20,
)


def read_or_refuse(number: int, data: bytes) -> None:
    """What is taken says the same when it is said again; names of files may have been made safe."""
    with contextlib.suppress(ProtocolError):
        body = say.parse(number, data)
        if not isinstance(body, bodies.Text | desks.Newer):
            assert body.encode() == data


@pytest.mark.parametrize("body", GOOD, ids=lambda one: type(one).__name__)
@EXAMPLES
@given(data=st.data())
def test_a_mutated_body_is_read_or_refused(body, data) -> None:
    read_or_refuse(body.TYPE, data.draw(mutated(body.encode())))


@EXAMPLES
@given(number=st.sampled_from(list(Type)), value=values)
def test_any_array_is_read_or_refused(number, value) -> None:
    with contextlib.suppress(ProtocolError):
        read_or_refuse(number, cbor.encode(value))


@EXAMPLES
@given(body=st.sampled_from(GOOD), value=values, place=st.integers(0, 5))
def test_a_field_of_another_kind_is_read_or_refused(body, value, place) -> None:
    fields = cbor.decode(body.encode())
    fields[1 + place % (len(fields) - 1)] = value
    with contextlib.suppress(ProtocolError):
        read_or_refuse(body.TYPE, cbor.encode(fields))


@pytest.mark.long
@LONG
@given(body=st.sampled_from(GOOD), data=st.data())
def test_mutated_bodies_for_long(body, data) -> None:
    read_or_refuse(body.TYPE, data.draw(mutated(body.encode())))


@pytest.mark.parametrize(
    ("parse", "good"), PARSERS, ids=["card", "claimed", "header", "offer", "vouch", "content"]
)
@EXAMPLES
@given(data=st.data())
def test_signed_objects_are_read_or_refused(parse, good, data) -> None:
    with contextlib.suppress(ProtocolError, TrustError):
        parse(data.draw(mutated(good) | st.binary(max_size=300)))


@EXAMPLES
@given(inner=values | st.just(LETTER.object), blob=values, offer=st.binary(max_size=300))
def test_any_envelope_is_read_or_refused(inner, blob, offer) -> None:
    with contextlib.suppress(ProtocolError):
        envelope_ = cbor.encode(["CSL1/envelope", inner, b"box", blob, offer])
        BRUNO.open(envelope.seal_text(BRUNO.prekey, BRUNO.id, envelope_))


@EXAMPLES
@given(
    st.binary(max_size=100)
    | st.binary(min_size=8192, max_size=8192)
    | mutated(bytes((1, 0, 0, 0, 1)).ljust(8192, b"x"))
)
def test_any_block_is_refused(block) -> None:
    with pytest.raises(MediaError):
        BRUNO.open(block)


@EXAMPLES
@given(data=st.data())
def test_a_header_has_one_spelling(data) -> None:
    body = LETTER.header.encode()
    bad = data.draw(mutated(body))
    with contextlib.suppress(ProtocolError):
        assert Header.decode(bad).encode() == bad


@EXAMPLES
@given(seqs=st.lists(st.integers(0, 12) | st.integers(0, 2**32 - 1), max_size=12))
def test_a_chain_counts_whatever_numbers_come(seqs) -> None:
    """What came and what is missing are all numbers below the next one, and no number is both."""
    author, chain, came = Author(ANNE.user, "doctor", ANNE.id), Chain(), set()
    for seq in seqs:
        header = Header(1, *_rest(seq))
        judged = receiving.judge(header, author, BRUNO.user, chain, NOW_MS, seen=False)
        assert judged.verdict in receiving.Verdict
        chain = after(chain, header)
        came.add(seq)
    missing = sum(gap.last - gap.first + 1 for gap in chain.gaps)
    assert missing + len(came) == chain.seq
    assert not any(chain.gap(seq) for seq in came)


def _rest(seq: int) -> tuple[object, ...]:
    conv, recipients = LETTER.header.conv, (BRUNO.user,)
    prev = bytes(32) if seq else b""
    return (
        conv,
        os.urandom(16),
        bytes(32),
        recipients,
        ID,
        seq,
        prev,
        NOW_MS,
        0,
        0,
        b"",
        bytes(32),
        bytes(32),
    )


@EXAMPLES
@given(
    size=st.integers(0, 300_000),
    claimed=st.integers(0, 2**31),
    pieces=st.lists(st.binary(max_size=500), max_size=10),
)
def test_a_file_of_any_bytes_is_refused(size, claimed, pieces) -> None:
    opener = files.FileOpener(bytes(32), claimed, bytes(32))
    with pytest.raises(TrustError):
        _feed(opener, [*pieces, bytes(size)])


def _feed(opener: files.FileOpener, pieces: list[bytes]) -> None:
    for piece in pieces:
        assert opener.push(piece) == b""
    opener.finish()
