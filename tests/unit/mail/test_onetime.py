"""The ephemeral document: opened once, in time, by the clock of who sent it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from media.errors import TrustError
from media.keys import files
from media.mail.bodies import Answer, Grant
from media.mail.onetime import Offered, Reading
from media.mail.receiving import Author

ANNE, BRUNO, EVE = b"a" * 16, b"b" * 16, b"e" * 16
WARD, OFFICE = Author(ANNE, "doctor", b"1" * 16), Author(ANNE, "doctor", b"2" * 16)
KEY = files.new_key()
ASK = b"h" * 32


@pytest.fixture
def offered() -> Offered:
    return Offered((ANNE, BRUNO), KEY, offered_ms=0, open_within_s=10)


@pytest.fixture
def reading() -> Reading:
    return Reading(b"m" * 16, 0).asked(ASK, 0)


def answer(offered, reading, now_ms, who=WARD, ask=ASK) -> tuple[Offered, Grant]:
    return offered.answer(reading.ask, ask, who, now_ms)


def test_it_opens_at_nine_point_nine_seconds_and_not_at_ten_point_one(offered, reading) -> None:
    assert answer(offered, reading, 9_900)[1].answer == Answer.GRANTED
    assert answer(offered, reading, 10_000)[1].answer == Answer.GRANTED
    late = answer(offered, reading, 10_100)[1]
    assert (late.answer, late.box) == (Answer.EXPIRED, b"")


def test_in_a_thread_it_opens_within_a_day(offered, reading) -> None:
    thread = replace(offered, open_within_s=86_400)
    assert answer(thread, reading, 86_399_000)[1].answer == Answer.GRANTED
    assert answer(thread, reading, 86_401_000)[1].answer == Answer.EXPIRED


def test_the_reader_gets_its_key(offered, reading) -> None:
    _, grant = answer(offered, reading, 5_000)
    spent, key = reading.opened(grant, 5_100)
    assert key == KEY
    assert not spent.waits(5_200)


def test_the_same_ask_is_answered_alike_for_thirty_seconds(offered, reading) -> None:
    """The answer was lost on the way: the retry opens, though the ten seconds are over."""
    kept, _ = answer(offered, reading, 9_900)
    again, grant = answer(kept, reading, 39_900)
    assert (again, grant.answer) == (kept, Answer.GRANTED)
    assert reading.opened(grant, 20_000)[1] == KEY
    assert answer(kept, reading, 39_901)[1].answer == Answer.OPENED


def test_a_second_ask_or_device_is_refused(offered, reading) -> None:
    kept, _ = answer(offered, reading, 1_000)
    assert answer(kept, reading, 2_000, WARD, b"x" * 32)[1].answer == Answer.OPENED
    assert answer(kept, reading, 2_000, OFFICE, b"y" * 32)[1].answer == Answer.OPENED


def test_each_recipient_opens_it_once_and_nobody_else(offered, reading) -> None:
    kept, _ = answer(offered, reading, 1_000)
    bruno = Author(BRUNO, "nurse", b"3" * 16)
    assert answer(kept, reading, 2_000, bruno, b"y" * 32)[1].answer == Answer.GRANTED
    assert (
        answer(kept, reading, 2_000, Author(EVE, "doctor", b"4" * 16), b"z" * 32)[1].answer == Answer.REFUSED
    )


def test_a_refused_ask_stays_refused(offered, reading) -> None:
    kept, _ = answer(offered, reading, 10_100)
    assert kept == offered
    assert answer(kept, reading, 10_200)[1].answer == Answer.EXPIRED


def test_the_answer_to_another_ask_opens_nothing(offered, reading) -> None:
    _, grant = answer(offered, reading, 0, ask=b"o" * 32)
    with pytest.raises(TrustError, match="grant-foreign"):
        reading.opened(grant, 0)
    with pytest.raises(TrustError, match="seal-broken"):
        reading.opened(replace(grant, ask=ASK), 0)
    with pytest.raises(TrustError, match="grant-foreign"):
        Reading(b"m" * 16, 0).opened(Grant(b"", Answer.GRANTED, b""), 0)


def test_an_answer_that_the_relay_kept_back_is_late(offered, reading) -> None:
    _, grant = answer(offered, reading, 0)
    with pytest.raises(TrustError, match="grant-late"):
        reading.opened(grant, 30_001)


def test_an_answer_opens_once(offered, reading) -> None:
    _, grant = answer(offered, reading, 0)
    shown, _ = reading.opened(grant, 0)
    with pytest.raises(TrustError, match="grant-late"):
        shown.opened(grant, 1)


@pytest.mark.parametrize("refusal", [Answer.EXPIRED, Answer.OPENED, Answer.GONE, Answer.REFUSED])
def test_a_refusal_has_its_code(reading, refusal) -> None:
    with pytest.raises(TrustError, match=f"once-{refusal.name.lower()}"):
        reading.opened(Grant(ASK, refusal), 1)


def test_a_one_time_key_to_which_nothing_can_be_sealed_is_refused(offered, reading) -> None:
    with pytest.raises(TrustError, match="key-bad"):
        offered.answer(replace(reading.ask, once_pk=bytes(1216)), ASK, WARD, 0)


def test_keys_are_never_printed(offered, reading) -> None:
    assert repr(KEY) not in repr(offered)
    assert repr(reading.seed) not in repr(reading)
