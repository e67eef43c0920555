from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.monitoring.clock import MINUTE_MS, Hours, Steady, between, deadline, easter, is_holiday

PARIS = ZoneInfo("Europe/Paris")
WORK = Hours()


def ms(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=PARIS).timestamp()) * 1000


def test_two_hours_of_the_clock_are_two_hours():
    assert deadline(ms(2026, 11, 22, 23, 0), 120, None) == ms(2026, 11, 23, 1, 0)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ((2026, 11, 24, 10, 0), 120, (2026, 11, 24, 12, 0)),
        ((2026, 11, 24, 17, 0), 120, (2026, 11, 25, 9, 0)),
        ((2026, 11, 24, 3, 0), 60, (2026, 11, 24, 9, 0)),
        ((2026, 11, 20, 17, 30), 60, (2026, 11, 23, 8, 30)),  # over a weekend
        ((2026, 12, 24, 17, 30), 60, (2026, 12, 28, 8, 30)),  # over Christmas and a weekend
        ((2026, 11, 24, 8, 0), 600, (2026, 11, 24, 18, 0)),  # to the end of the day, not into the next
    ],
)
def test_working_time_stops_at_night_on_weekends_and_holidays(start, minutes, end):
    assert deadline(ms(*start), minutes, WORK) == ms(*end)


NIGHTS = Hours(week=((1_200, 1_920),) * 5 + ((0, 0),) * 2, holidays=False)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ((2026, 11, 25, 2, 0), 60, (2026, 11, 25, 3, 0)),
        ((2026, 11, 25, 7, 30), 60, (2026, 11, 25, 20, 30)),
        ((2026, 11, 28, 2, 0), 60, (2026, 11, 28, 3, 0)),  # the night that began on Friday
        ((2026, 11, 29, 2, 0), 60, (2026, 11, 30, 21, 0)),  # none began on Saturday
    ],
)
def test_a_night_service_works_on_after_midnight(start, minutes, end):
    assert deadline(ms(*start), minutes, NIGHTS) == ms(*end)


def test_what_a_night_service_has_left_counts_from_after_midnight():
    at = ms(2026, 11, 25, 2, 0)
    assert between(at, ms(2026, 11, 25, 3, 0), NIGHTS) == 60 * MINUTE_MS
    assert between(at, ms(2026, 11, 25, 21, 0), NIGHTS) == 7 * 60 * MINUTE_MS
    assert between(ms(2026, 11, 25, 3, 0), at, NIGHTS) == -60 * MINUTE_MS


def test_hours_that_reach_into_those_of_the_next_day_count_once():
    always = Hours(week=((0, 2_880),) * 7, holidays=False)
    assert deadline(ms(2026, 11, 25, 2, 0), 60, always) == ms(2026, 11, 25, 3, 0)
    assert between(ms(2026, 11, 25, 2, 0), ms(2026, 11, 26, 2, 0), always) == 24 * 60 * MINUTE_MS


def test_a_day_that_the_service_closes_counts_as_a_holiday():
    closed = Hours(closed=frozenset({20261124}))
    assert deadline(ms(2026, 11, 23, 17, 30), 60, closed) == ms(2026, 11, 25, 8, 30)


def test_a_service_that_never_opens_has_no_deadline():
    assert deadline(ms(2026, 11, 24, 10, 0), 60, Hours(week=((0, 0),) * 7)) == 0


def test_the_night_of_summer_time_is_an_hour_short():
    night = Hours(week=((0, 1440),) * 7, holidays=False)
    start = ms(2026, 3, 28, 22, 0)
    assert deadline(start, 24 * 60, night) == start + 24 * 60 * MINUTE_MS == ms(2026, 3, 29, 23, 0)


@pytest.mark.parametrize(("year", "day"), [(2024, (3, 31)), (2026, (4, 5)), (2027, (3, 28)), (2038, (4, 25))])
def test_easter(year, day):
    assert easter(year) == date(year, *day)


def test_the_holidays_that_move():
    assert all(is_holiday(date(2026, *day)) for day in ((4, 6), (5, 14), (5, 25), (7, 14)))
    assert not is_holiday(date(2026, 4, 5))


@given(st.integers(0, 3_000_000), st.integers(1, 20_000))
@settings(max_examples=200, deadline=None)
def test_what_is_left_at_the_start_is_the_delay_and_nothing_at_the_deadline(offset, minutes):
    start = ms(2026, 1, 1) + offset * MINUTE_MS
    end = deadline(start, minutes, WORK)
    assert between(start, end, WORK) == minutes * MINUTE_MS
    assert between(end, start, WORK) == -minutes * MINUTE_MS


def test_a_clock_that_is_set_back_stops_no_delay():
    clock = Steady(0)
    assert clock.now(1_060_000, 60_000) == 1_060_000
    assert clock.now(400_000, 120_000) == 1_120_000
    assert clock.behind_ms == 720_000
    assert clock.now(1_180_000, 180_000) == 1_180_000
    assert clock.behind_ms == 0, "it was put right"


def test_time_asleep_counts():
    clock = Steady(0)
    assert clock.now(1_000_000, 0) == 1_000_000
    assert clock.now(9_000_000, 10) == 9_000_000


def test_a_clock_that_was_plainly_ahead_leaves_nothing_once_it_is_right():
    clock, months, limit = Steady(0), 90 * 1_440 * MINUTE_MS, 1_000_000
    assert clock.now(900_000, 0, limit) == 900_000
    assert clock.now(months, 1_000, limit) == months
    assert clock.now(902_000, 2_000, limit) == 902_000
    assert clock.behind_ms == 0
    assert clock.now(100_000, 3_000, limit) == 903_000, "set back behind the truth it gives no time either"


@given(st.lists(st.tuples(st.integers(-(10**10), 10**10), st.integers(0, 10**7)), max_size=30))
@settings(max_examples=100, deadline=None)
def test_whatever_is_done_to_the_wall_at_least_the_time_that_passed_counts(jumps):
    clock, wall, steady = Steady(0), 10**12, 0
    start = clock.now(wall, steady)
    for by, passed in jumps:
        wall, steady = wall + by, steady + passed
        assert clock.now(wall, steady) >= start + steady
        assert clock.now(wall, steady) >= wall
