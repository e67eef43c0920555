"""The estimate errs on the low side, and asks for no kind of character."""

from __future__ import annotations

import pytest

from app.signin.strength import COMMON, estimate


@pytest.mark.parametrize(
    "weak",
    [
        *(
            "",
            "a",
            "motdepasse",
            "Motdepasse2026!",
            "azertyuiop",
            "123456789012",
            "aaaaaaaaaaaaaaaa",
            "abcdefghijkl",
        ),
        *(
            "Consilium2026!",
            "doudou doudou doudou",
            "01/01/1980",
            "marseille13",
            "P@ssw0rd",
            "hopital hopital 2026",
        ),
        *("Bonjour2026", "Azerty123456789!", "    ", "soleil soleil soleil soleil soleil"),
    ],
)
def test_what_everybody_tries_first_is_too_weak(weak):
    assert not estimate(weak).enough


@pytest.mark.parametrize(
    "good", ["correct horse battery staple", "girafe tambour velours cascade", "xq7vkzr9wpmt2d"]
)
def test_four_words_without_capitals_or_digits_are_good(good):
    assert estimate(good).level >= 2


def test_what_is_longer_is_never_weaker():
    text = "girafe tambour velours"
    marks = [estimate(text + extra).bits for extra in ("", " ca", " cascade", " cascade brume")]
    assert marks == sorted(marks)


def test_time_grows_with_the_bits():
    said = [estimate(text).time for text in ("chat", "girafe tam", "girafe tambour velours cascade")]
    assert said[0] == "moment"
    assert said[-1] in {"years", "centuries"}


def test_the_list_of_known_passwords_is_short():
    assert len(COMMON) <= 200


def test_a_huge_paste_is_judged_at_once():
    assert estimate("x9" * 1_000_000).level == 3
