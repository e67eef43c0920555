"""Pre-key cards: the key of the day, what is kept of it, what a hostile relay may show."""

from __future__ import annotations

import os

import pytest

from media.errors import ProtocolError, TrustError
from media.keys.cards import DAY_MS, Card, due, outlived, tag_of
from media.keys.seal import XWing
from media.keys.sign import Signer

DAY = 20_000
SIGNER = Signer.generate()
KEY = XWing.generate()


def card(number: int = 7, day: int = DAY, signer: Signer = SIGNER) -> Card:
    return Card.make(bytes(32), number, KEY.public, b"q" * 16, day, signer.sign)


def test_a_card_says_key_number_and_queue_and_is_found_by_the_device_key() -> None:
    read = Card.parse(card().signed)
    assert (read.number, read.prekey_pk, read.contact_queue, read.day) == (7, KEY.public, b"q" * 16, DAY)
    assert read.verify(SIGNER.public, newest=6, today=DAY)
    assert len(tag_of(SIGNER.public)) == 16


def test_a_card_of_another_key_is_refused() -> None:
    with pytest.raises(TrustError, match="signature"):
        card(signer=Signer.generate()).verify(SIGNER.public, newest=-1, today=DAY)


def test_a_lower_number_than_seen_is_refused_and_the_same_is_not() -> None:
    assert card(7).verify(SIGNER.public, newest=7, today=DAY)
    with pytest.raises(TrustError, match="card-rollback"):
        card(6).verify(SIGNER.public, newest=7, today=DAY)


def test_a_card_older_than_fifteen_days_is_used_and_warned_of() -> None:
    assert card().verify(SIGNER.public, newest=-1, today=DAY + 15)
    assert not card().verify(SIGNER.public, newest=-1, today=DAY + 16)


def test_a_card_of_the_day_after_tomorrow_is_refused() -> None:
    assert card(day=DAY + 1).verify(SIGNER.public, newest=-1, today=DAY)
    with pytest.raises(TrustError, match="clock"):
        card(day=DAY + 2).verify(SIGNER.public, newest=-1, today=DAY)


@pytest.mark.parametrize(("number", "day"), [(2**32, DAY), (1, 2**32)])
def test_numbers_that_nothing_has_are_refused(number: int, day: int) -> None:
    with pytest.raises(ProtocolError):
        card(number, day)


def test_a_card_that_is_too_long_is_refused_before_it_is_read() -> None:
    with pytest.raises(ProtocolError):
        Card.parse(card().signed + os.urandom(2048))


def test_one_key_a_day_and_none_by_a_clock_that_was_set_back() -> None:
    assert due(DAY - 1, DAY)
    assert not due(DAY, DAY)
    assert not due(DAY, DAY - 3)


def test_private_halves_go_fifteen_days_after_being_superseded() -> None:
    now = 1_800_000_000_000
    rows = [(1, now - 16 * DAY_MS), (2, now - 15 * DAY_MS), (3, now - DAY_MS), (4, 0)]
    assert outlived(rows, now) == {1}
    assert outlived(rows, now + 2 * DAY_MS) == {1, 2}


def test_the_newest_private_half_never_goes() -> None:
    assert outlived([(4, 0)], 1 << 47) == frozenset()
    assert outlived([(4, 1)], 1 << 47) == frozenset()
    assert outlived([], 0) == frozenset()
