"""What is said of a gateway's feed: fresh, silent, missing, refused; in both languages there is a sentence."""

from __future__ import annotations

import pytest

from app import i18n
from app.interop.state import LATE_MS, Reception, Standing, State
from app.patients.flow import care, flow

NOW_MS = 1_772_400_000_000
MINUTE = 60_000
FRESH = Reception(("2101", "2102"), (), NOW_MS - MINUTE, NOW_MS - 10 * LATE_MS)


def reception(**what) -> State:
    base = {"units": ("2101",), "heard_ms": NOW_MS - MINUTE, "since_ms": NOW_MS - 10 * LATE_MS}
    return State(last_ms=NOW_MS - 3 * 3_600_000, reception=Reception(**(base | what)))


@pytest.mark.parametrize(
    ("state", "current", "strip"),
    [
        (State(reception=FRESH, last_ms=NOW_MS - 3 * 3_600_000), True, ""),
        (reception(heard_ms=NOW_MS - LATE_MS), False, "Passerelle muette"),
        (reception(heard_ms=0), False, "Passerelle muette"),
        (reception(heard_ms=0, since_ms=NOW_MS - MINUTE), True, ""),
        (reception(missing=True), False, "Des messages ne sont pas arrivés"),
    ],
)
def test_a_silent_gateway_is_red_and_a_quiet_one_is_not(state, current, strip):
    told = flow(state, NOW_MS)
    assert (str(told.strip.title) if told.strip else "") == strip
    assert told.strip is None or told.strip.tone == "danger"
    assert ("à jour" in str(told.words)) is current


def test_the_last_reception_is_said():
    told = flow(reception(heard_ms=NOW_MS - 2 * LATE_MS), NOW_MS)
    assert "Dernière réception" in str(told.strip.detail)


def test_it_is_said_which_units_are_followed_and_which_are_not_given():
    state = State(reception=Reception(("2101",), ("9999",), NOW_MS, NOW_MS))
    gateway, refused = care(state, NOW_MS)
    assert (gateway.tone, refused.tone) == ("ok", "warn")
    assert "2101" in str(gateway.detail)
    assert "9999" in str(refused.detail)


def test_a_desk_that_listens_by_itself_too_is_told_of_both():
    late = State(Standing.PORT_TAKEN, "127.0.0.1:2575", NOW_MS, reception=FRESH)
    assert "adresse occupée" in str(flow(late, NOW_MS).strip.title)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_sentence_is_there_in_both_languages(language):
    before = i18n.language()
    i18n.set_language(language)
    try:
        for state in (reception(), reception(heard_ms=0), reception(missing=True), reception(refused=("1",))):
            told = flow(state, NOW_MS)
            said = [told.words, told.way, *(one.title for one in care(state, NOW_MS))]
            assert all(str(one) and "patients." not in str(one) for one in said)
    finally:
        i18n.set_language(before)
