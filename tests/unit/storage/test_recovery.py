"""The printed code: read back however it is typed, mistakes named."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import MistypedCode
from storage.recovery import read_code, write_code

secrets = st.binary(min_size=16, max_size=16)


@given(secrets)
def test_a_code_comes_back_however_it_is_typed(secret):
    code = write_code(secret)
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{5}-){6}[0-9A-HJKMNP-TV-Z]{5}", code)
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert read_code(typed) == secret


@given(secrets, st.integers(0, 34), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_one_wrong_character_is_always_noticed(secret, place, other):
    plain = write_code(secret).replace("-", "")
    if plain[place] != other:
        with pytest.raises(MistypedCode) as caught:
            read_code(plain[:place] + other + plain[place + 1 :])
        assert caught.value.group in {0, place // 5 + 1}


@given(secrets, st.integers(0, 5))
def test_two_groups_swapped_are_noticed(secret, first):
    groups = write_code(secret).split("-")
    swapped = [*groups[:first], groups[first + 1], groups[first], *groups[first + 2 :]]
    if swapped != groups:
        with pytest.raises(MistypedCode):
            read_code("-".join(swapped))


@given(st.text(max_size=300))
def test_any_text_is_a_mistyped_code(text):
    with pytest.raises(MistypedCode):
        read_code(text)
