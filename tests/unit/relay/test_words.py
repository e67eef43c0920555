"""What the relay keeps of words: the newest of each, for two and a half minutes, and no more than it can hold."""

from __future__ import annotations

import pytest

from media.errors import LinkRefused
from media.relay.words import LIFE_S, SWEPT_AT_ONCE, Words

ONE, TWO, THREE = (bytes([n]) * 16 for n in (1, 2, 3))
ORG, OTHER = b"a" * 32, b"b" * 32


def test_a_newer_word_takes_the_place_of_the_older_one():
    words = Words(10)
    words.put(ONE, b"before", ORG, 0)
    words.put(ONE, b"now", ORG, 1)
    assert words.read([ONE], 2) == [(0, b"now")]
    assert len(words) == 1


def test_a_word_is_gone_after_its_life_and_not_before():
    words = Words(10)
    words.put(ONE, b"one", ORG, 0)
    words.put(TWO, b"two", ORG, 100)
    assert words.read([ONE], LIFE_S - 0.1) == [(0, b"one")]
    assert words.read([ONE, TWO], LIFE_S) == [(1, b"two")]
    words.sweep(LIFE_S)
    assert ONE not in words
    assert TWO in words


def test_a_word_said_again_lives_on_behind_those_that_were_said_after_it():
    words = Words(10)
    words.put(ONE, b"one", ORG, 0)
    words.put(TWO, b"two", ORG, 50)
    words.put(ONE, b"one", ORG, 100)
    words.sweep(LIFE_S + 60)
    assert words.read([ONE, TWO, THREE], LIFE_S + 60) == [(0, b"one")]


def test_an_organisation_that_says_too_much_takes_no_room_from_another():
    words = Words(2)
    words.put(ONE, b"one", ORG, 0)
    words.put(TWO, b"two", ORG, 0)
    with pytest.raises(LinkRefused, match="quota"):
        words.put(THREE, b"three", ORG, 0)
    words.put(THREE, b"three", OTHER, 0)
    words.put(TWO, b"again", ORG, 0)
    words.put(bytes(16), b"later", ORG, LIFE_S)
    assert len(words) == 1


def test_many_go_in_parts_and_nobody_is_given_one_meanwhile():
    words = Words(3 * SWEPT_AT_ONCE)
    tags = [number.to_bytes(16, "big") for number in range(2 * SWEPT_AT_ONCE)]
    for tag in tags:
        words.put(tag, b"word", ORG, 0)
    words.put(ONE, b"new", ORG, LIFE_S - 1)
    held = []
    for _ in range(3):
        words.sweep(LIFE_S)
        held.append(len(words))
        assert words.read([*tags[-9:], ONE], LIFE_S) == [(9, b"new")]
    assert held == [SWEPT_AT_ONCE + 1, 1, 1]
