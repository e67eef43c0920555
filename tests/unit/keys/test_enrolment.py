"""Ticket, request and answer of a new device: only the two who should can read them, and nothing else is taken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from media.errors import ProtocolError, TrustError
from media.keys import enrolment
from media.keys.certs import DeviceKeys, Request
from media.keys.enrolment import Answer, Ask, Ticket, reply_id
from media.keys.envelope import BLOCK_BYTES, CLASSES
from media.keys.seal import XWing

KEY = XWing.from_seed(bytes(32))
TICKET = Ticket("relais.exemple", 443, b"p" * 32, b"o" * 16, b"q" * 16, b"w" * 32, KEY.public, 1_900_000_000)


def box(answer: Answer, reply: bytes) -> bytes:
    blob = answer.seal(reply)
    return blob[4 : 4 + enrolment.box_length(blob)]


def test_a_ticket_comes_out_as_it_went_in() -> None:
    assert Ticket.parse(TICKET.encode()) == TICKET
    assert "777777" not in repr(TICKET)


@pytest.mark.parametrize(
    "wrong",
    [{"host": ""}, {"host": "a" * 254}, {"host": "a\nb"}, {"port": 0}, {"port": 65_536}, {"pin": b"short"}],
)
def test_a_ticket_to_nowhere_is_none(wrong) -> None:
    with pytest.raises(ProtocolError):
        Ticket.parse(replace(TICKET, **wrong).encode())


def test_a_request_of_the_longest_names_fits_into_a_block_that_only_the_issuer_opens() -> None:
    request = DeviceKeys.generate().request("é" * 100, "secretary", "é" * 100)
    ask = Ask.make(request)
    block = ask.seal(TICKET)
    assert len(block) == BLOCK_BYTES
    assert Ask.open(block, TICKET.queue, KEY) == ask
    assert Request.parse(ask.request).name == "é" * 100
    with pytest.raises(TrustError, match="seal-broken"):
        Ask.open(block, TICKET.queue, XWing.from_seed(b"x" * 32))
    with pytest.raises(TrustError, match="seal-broken"):
        Ask.open(block, b"another ticket..", KEY)


def test_an_answer_is_found_and_read_with_the_secret_only() -> None:
    ask = Ask.make(b"request")
    answer = Answer("", b"enrolment")
    assert len(answer.seal(ask.reply)) in CLASSES
    assert Answer.open(ask.reply, box(answer, ask.reply)) == answer
    other = Ask.make(b"request")
    assert reply_id(ask.reply) != reply_id(other.reply)
    with pytest.raises(TrustError, match="seal-broken"):
        Answer.open(other.reply, box(answer, ask.reply))


@pytest.mark.parametrize("answer", [Answer("", b""), Answer("refused", b"enrolment")])
def test_an_answer_says_one_thing(answer) -> None:
    with pytest.raises(ProtocolError):
        Answer.open(bytes(32), box(answer, bytes(32)))
