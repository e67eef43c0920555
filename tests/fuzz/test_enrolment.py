"""Whatever bytes stand for a ticket, a request under one, an answer, a notice or a kept request: read, or refused by our own errors."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.admin.counter import Asked
from app.admin.tickets import Issued
from media.errors import MediaError
from media.keys import cbor, enrolment, seal
from media.keys.enrolment import Answer, Ask, Ticket
from media.keys.envelope import seal_text
from media.keys.seal import XWing
from media.mail import notice
from media.mail.notice import Notice
from storage.identity import Relay
from tests.fuzz.test_mail import FILE

EXAMPLES = settings(max_examples=150, deadline=None)
LONG = settings(max_examples=20_000, deadline=None)
SEED = bytes(32)
KEY = XWing.from_seed(SEED)
TICKET = Ticket("relais", 443, b"p" * 32, b"o" * 16, b"q" * 16, b"w" * 32, KEY.public, 1_900_000_000)


def _answer(text: bytes) -> Answer:
    return Answer.open(SEED, seal.box(enrolment._key(SEED), text, enrolment.ANSWER.encode()))


def _notice(text: bytes) -> Notice:
    return Notice.open(SEED, seal.box(notice._key(SEED), text, notice.NOTICE.encode()))


def _ask(text: bytes) -> Ask:
    return Ask.open(seal_text((0, KEY.public), TICKET.queue, text), TICKET.queue, KEY)


PARSERS = [
    (Ticket.parse, TICKET.encode()),
    (_ask, cbor.encode([enrolment.ASK, b"request", SEED])),
    (_answer, cbor.encode([enrolment.ANSWER, "", b"enrolment"])),
    (_notice, cbor.encode([notice.NOTICE, b"head", FILE.row()])),
    (Asked.parse, Asked(b"request", 5, ticket=b"q" * 16, reply=SEED).encode()),
    (enrolment.box_length, b"\0\0\1\0"),
]


def _try(raw: bytes) -> None:
    for parse, _ in PARSERS:
        with contextlib.suppress(MediaError):
            parse(raw)


def _change(which: int, at: int, new: bytes) -> None:
    parse, good = PARSERS[which % len(PARSERS)]
    place = at % (len(good) + 1)
    with contextlib.suppress(MediaError):
        parse(good[:place] + new + good[place + len(new) :])


def test_what_is_good_is_read() -> None:
    for parse, good in PARSERS:
        assert parse(good)
    issued = Issued.make(b"o" * 16, Relay("relais", 443, b"p" * 32), 9, role="nurse")
    assert Issued.parse(
        cbor.encode(["CSL1/ticket-file", issued.ticket.encode(), SEED, SEED, "nurse", "", "", b""])
    )


BYTES, PLACES = st.binary(max_size=400), st.integers(0, 100_000)


@EXAMPLES
@given(raw=BYTES)
def test_any_bytes(raw) -> None:
    _try(raw)


@EXAMPLES
@given(which=PLACES, at=PLACES, new=st.binary(max_size=8))
def test_good_ones_that_are_changed(which, at, new) -> None:
    _change(which, at, new)


@pytest.mark.long
@LONG
@given(which=PLACES, at=PLACES, new=st.binary(max_size=8), raw=BYTES)
def test_much_longer(which, at, new, raw) -> None:
    _try(raw)
    _change(which, at, new)
