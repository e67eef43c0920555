"""Dates of meetings: summer time, called-off dates, what a link opens now."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from app.meeting.agenda.dates import DAY_S, between, coming, dates, meant, series
from storage.meetings import Meeting

PARIS = ZoneInfo("Europe/Paris")
START = int(datetime(2026, 10, 13, 12, 30, tzinfo=PARIS).timestamp())
WEEK_S = 7 * DAY_S


def weekly(count=4, off=()):
    starts = series(START, 1, count=count, zone=PARIS)
    return Meeting(
        *("RCP Thorax", "relais", 443, b"t" * 16, b"s" * 16, b"h" * 16),
        starts_s=START,
        ends_s=START + 5400,
        starts=starts,
        off=off,
        every=1,
    )


def walls(starts, zone=PARIS):
    return [f"{datetime.fromtimestamp(at, UTC).astimezone(zone):%d/%m %H:%M}" for at in starts]


def test_a_series_keeps_its_hour_when_the_clocks_change():
    starts = series(START, 1, count=3, zone=PARIS)
    assert walls(starts) == ["13/10 12:30", "20/10 12:30", "27/10 12:30"]
    assert starts[2] - starts[1] == WEEK_S + 3600


def test_an_hour_that_does_not_exist_once_is_moved_that_once():
    first = int(datetime(2027, 3, 21, 2, 30, tzinfo=PARIS).timestamp())
    assert walls(series(first, 1, count=3, zone=PARIS)) == ["21/03 02:30", "28/03 03:30", "04/04 02:30"]


def test_a_series_ends_by_number_or_by_date():
    assert len(series(START, 2, count=5, zone=PARIS)) == 5
    until = series(START, 2, until=date(2026, 11, 10), zone=PARIS)
    assert walls(until) == ["13/10 12:30", "27/10 12:30", "10/11 12:30"]
    assert len(series(START, 1, until=date(2036, 1, 1), zone=PARIS)) == 64


def test_the_dates_of_a_week_are_found_those_called_off_too():
    found = between([weekly(off=(1,))], START - DAY_S, START + WEEK_S + DAY_S)
    assert [(one.number, one.off) for one in found] == [(0, False), (1, True)]
    assert found[0].ends_s == START + 5400


def test_a_running_meeting_belongs_to_now_and_an_ended_one_does_not():
    assert len(between([weekly(1)], START + 5399, START + 6000)) == 1
    assert between([weekly(1)], START + 5400, START + 6000) == ()


def test_the_link_opens_the_nearest_date_even_when_it_was_called_off():
    series_ = weekly(off=(1,))
    assert meant(series_, START + WEEK_S).number == 1
    assert meant(series_, START + DAY_S).number == 0
    assert coming(series_, START + DAY_S).number == 2


def test_a_meeting_without_a_time_has_one_date_that_is_never_past():
    (only,) = dates(Meeting("RCP", "relais", 443, b"t" * 16, b"s" * 16, b"h" * 16))
    assert not only.is_past(START)
    assert between([only.meeting], 0, START) == ()
