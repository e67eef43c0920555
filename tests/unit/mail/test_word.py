"""Words of presence: what a relay that lies, and a reader that would write, can make of them."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import MediaError, TrustError
from media.keys import cbor, seal
from media.keys.sign import Signer
from media.keys.word import FRESH_MS, SKEW_MS, WORD, WORD_BYTES, Here, Word, open_word, seal_word

NOW_MS = 1_800_000_000_000
OWNER, KEY = Signer.generate(), os.urandom(32)


@pytest.mark.parametrize("here", Here)
def test_whoever_was_given_the_key_reads_what_the_owner_said(here):
    word = Word(NOW_MS, here)
    assert open_word(seal_word(word, OWNER, KEY), OWNER.public, KEY) == word


def test_all_words_have_one_size_and_look_alike():
    sealed = [seal_word(Word(NOW_MS, here), OWNER, KEY) for here in Here]
    assert {len(one) for one in sealed} == {WORD_BYTES}
    assert len(set(sealed)) == len(sealed)


def test_a_reader_cannot_say_anything_in_the_owners_name():
    reader = Signer.generate()
    head = NOW_MS.to_bytes(8, "big") + bytes((Here.ONLINE,)) + bytes(15)
    text = cbor.encode([WORD, OWNER.public, head])
    forged = seal.box(KEY, head + reader.sign(text), cbor.encode([WORD, OWNER.public, b""]))
    with pytest.raises(TrustError, match="signature"):
        open_word(forged, OWNER.public, KEY)


def test_a_word_laid_out_in_anothers_place_opens_nothing():
    other = Signer.generate()
    with pytest.raises(TrustError):
        open_word(seal_word(Word(NOW_MS, Here.ONLINE), other, KEY), OWNER.public, KEY)


def test_without_the_key_nothing_is_read():
    with pytest.raises(TrustError):
        open_word(seal_word(Word(NOW_MS, Here.ONLINE), OWNER, KEY), OWNER.public, os.urandom(32))


@given(st.integers(0, WORD_BYTES * 8 - 1))
def test_no_bit_of_a_word_can_be_changed(bit):
    sealed = bytearray(seal_word(Word(NOW_MS, Here.AWAY), OWNER, KEY))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(TrustError):
        open_word(bytes(sealed), OWNER.public, KEY)


@given(st.binary(max_size=300))
def test_no_bytes_are_taken_for_a_word(data):
    with pytest.raises(MediaError):
        open_word(data, OWNER.public, KEY)


@given(
    st.binary(max_size=120).filter(lambda head: len(head) != 24)
    | st.integers(max(Here) + 1, 255).map(lambda here: bytes(8) + bytes((here,)) + bytes(15))
    | st.integers(1, 255).map(lambda more: bytes(8) + bytes((Here.ONLINE,)) + bytes(14) + bytes((more,)))
)
def test_what_the_owner_signed_and_is_no_word_is_refused(head):
    """A later version's word, or a broken desk's: nothing is shown."""
    text = cbor.encode([WORD, OWNER.public, head])
    made = seal.box(KEY, head + OWNER.sign(text), cbor.encode([WORD, OWNER.public, b""]))
    with pytest.raises(MediaError):
        open_word(made, OWNER.public, KEY)


@pytest.mark.parametrize(
    ("said_ms", "first_ms", "fresh"),
    [
        (0, 0, True),
        (-FRESH_MS + 1, 0, True),
        (-FRESH_MS, 0, False),
        (SKEW_MS, 0, True),
        (SKEW_MS + 1, 0, False),
        (SKEW_MS, -FRESH_MS + 1, True),
        (SKEW_MS, -FRESH_MS, False),
        (0, 1, False),
    ],
)
def test_a_word_counts_for_two_and_a_half_minutes_by_whichever_clock_says_more(said_ms, first_ms, fresh):
    word = Word(NOW_MS + said_ms, Here.ONLINE)
    assert word.fresh(NOW_MS + first_ms, NOW_MS) is fresh
