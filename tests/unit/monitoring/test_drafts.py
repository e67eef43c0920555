"""What is typed about an alert and not done: kept once, brought back, let go of."""

from __future__ import annotations

import pytest

from app.monitoring.drafts import Drafts, pack, unpack

ONE, OTHER = b"1" * 16, b"2" * 16
CALL = {"reached": "yes", "text": "7 selles/j", "grade": 2, "to": ("aa", "bb")}


def test_what_is_packed_is_typed_again():
    assert unpack(pack(CALL)) == CALL


@pytest.mark.parametrize("broken", ["", "{", "[1]", '"text"', "null", "[" * 100_000])
def test_what_is_no_draft_is_none(broken):
    assert unpack(broken) == {}


def test_the_vault_hears_only_of_what_is_new():
    heard = []
    drafts = Drafts(lambda *said: heard.append(said))
    for draft in ({}, CALL, dict(CALL), {}, {}):
        drafts.put(ONE, "call", draft)
    assert heard == [(ONE, "call", pack(CALL)), (ONE, "call", "")]


def test_what_was_typed_or_let_go_of_here_is_newer_than_what_the_vault_told():
    drafts = Drafts(lambda *_said: None)
    drafts.put(ONE, "call", CALL)
    drafts.put(ONE, "close", CALL)
    drafts.put(ONE, "close", {})
    kept = [(act, pack({"text": "old"})) for act in ("call", "close", "advise")]
    drafts.learn(ONE, kept)
    assert drafts.of(ONE, "call") == CALL
    assert drafts.of(ONE, "close") == {}
    assert drafts.acts(ONE) == {"call", "advise"}
    assert drafts.acts(OTHER) == set()
