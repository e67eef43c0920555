"""Days and hours as doctors type them, on a clock in Paris."""

from __future__ import annotations

from datetime import UTC, date, datetime
from datetime import time as hour

import pytest

from app.meeting.agenda.draft import PlanRefused
from app.meeting.agenda.when import proposed, read_day, read_span, read_time, write_day

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 11, 18, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("paris")


@pytest.mark.parametrize("text", ["24/11/2026", "24.11.2026", "24/11", " 24 11 2026 ", "2026-11-24"])
def test_the_day_comes_first_or_the_year(text):
    assert read_day(text, TODAY) == TODAY


def test_a_day_without_a_year_is_the_next_one():
    assert read_day("5/1", TODAY) == date(2027, 1, 5)


@pytest.mark.parametrize(
    "text", ["", "31/02/2026", "11/24/2026", "demain", "0/0", "24/11/26", "٢٤/١١/٢٠٢٦", "29/2"]
)
def test_what_is_no_day_is_refused_by_its_field(text):
    with pytest.raises(PlanRefused) as refused:
        read_day(text, TODAY)
    assert (refused.value.code, refused.value.at) == ("day-unreadable", "day")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("12:30", hour(12, 30)),
        ("12h30", hour(12, 30)),
        ("1230", hour(12, 30)),
        ("9", hour(9)),
        ("9 h", hour(9)),
    ],
)
def test_hours_are_read_as_written(text, wanted):
    assert read_time(text, "start") == wanted


@pytest.mark.parametrize("text", ["", "25:00", "12:60", "midi", "12:3", "123456"])
def test_what_is_no_hour_is_refused_by_its_field(text):
    with pytest.raises(PlanRefused) as refused:
        read_time(text, "end")
    assert (refused.value.code, refused.value.at) == ("time-unreadable", "end")


def test_a_span_is_on_this_machines_clock_in_winter_and_in_summer():
    assert read_span("24/11/2026", "12:30", "14:00", NOW) == (1_795_519_800, 1_795_525_200)
    start, _ = read_span("01/07/2027", "12:30", "14:00", NOW)
    assert datetime.fromtimestamp(start, UTC).hour == 10


@pytest.mark.parametrize("clock", ["00:05", "07:10", "12:18", "18:50", "21:00", "23:59"])
def test_the_proposed_time_is_ahead_and_readable(clock):
    now = datetime.fromisoformat(f"2026-11-24T{clock}+01:00")
    start, end = proposed(now)
    assert start > now
    assert 8 <= start.hour <= 19
    read = read_span(write_day(start.date()), f"{start:%H:%M}", f"{end:%H:%M}", now)
    assert read == (int(start.timestamp()), int(end.timestamp()))
