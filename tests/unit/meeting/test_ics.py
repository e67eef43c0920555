"""Calendar files: byte for byte, and as a strict reader takes them."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.meeting.agenda import zone
from app.meeting.agenda.dates import series
from app.meeting.agenda.ics import Entry, calendar

LINK = "consilium://relais.chu.example:443/AAECAwQFBgcICQoLDA0ODw#EBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8"
ENTRY = Entry(
    uid=bytes(range(16)),
    sequence=0,
    organiser=bytes(range(16, 32)),
    title="RCP Thorax, côlon; étage 2 \\ salle Curie",
    starts_s=1_795_519_800,
    ends_s=1_795_525_200,
    link=LINK,
    note="Ouvrez ce lien avec Consilium :",
)
GOLDEN = (
    "BEGIN:VCALENDAR\r\n"
    "VERSION:2.0\r\n"
    "PRODID:-//Consilium//RCP//FR\r\n"
    "CALSCALE:GREGORIAN\r\n"
    "METHOD:REQUEST\r\n"
    "BEGIN:VEVENT\r\n"
    "UID:00010203-0405-0607-0809-0a0b0c0d0e0f\r\n"
    "SEQUENCE:0\r\n"
    "DTSTAMP:20261124T121200Z\r\n"
    "DTSTART:20261124T113000Z\r\n"
    "DTEND:20261124T130000Z\r\n"
    "ORGANIZER:urn:uuid:10111213-1415-1617-1819-1a1b1c1d1e1f\r\n"
    "SUMMARY:RCP Thorax\\, côlon\\; étage 2 \\\\ salle Curie\r\n"
    "DESCRIPTION:Ouvrez ce lien avec Consilium :\\nconsilium://relais.chu.example\r\n"
    " :443/AAECAwQFBgcICQoLDA0ODw#EBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8\r\n"
    "URL:consilium://relais.chu.example:443/AAECAwQFBgcICQoLDA0ODw#EBESExQVFhcYG\r\n"
    " RobHB0eHyAhIiMkJSYnKCkqKywtLi8\r\n"
    "CLASS:PRIVATE\r\n"
    "STATUS:CONFIRMED\r\n"
    "END:VEVENT\r\n"
    "END:VCALENDAR\r\n"
)


def read(data: bytes) -> dict[str, str]:
    """Unfold and unescape, as RFC 5545 §3.1 and §3.3.11 say; every line must keep the rules."""
    assert data.endswith(b"\r\n")
    lines = data[:-2].split(b"\r\n")
    assert all(len(line) <= 75 and b"\r" not in line and b"\n" not in line for line in lines)
    for line in lines:
        line.decode()  # no character is cut
    unfolded = b"\r\n".join(lines).replace(b"\r\n ", b"").decode()
    values = {}
    for line in unfolded.split("\r\n"):
        name, _, value = line.partition(":")
        values.setdefault(name, value)
    return values


def plain(value: str) -> str:
    text, signs = "", iter(value)
    for sign in signs:
        escaped = next(signs) if sign == "\\" else ""
        text += {"n": "\n"}.get(escaped, escaped) if escaped else sign
    return text


def test_an_invitation_is_this_file():
    assert calendar(ENTRY, 1_795_522_320).decode() == GOLDEN


def test_a_cancellation_keeps_the_uid_and_says_so_twice():
    seen = read(calendar(replace(ENTRY, cancelled=True, sequence=2), 1_795_522_320))
    assert (seen["METHOD"], seen["STATUS"], seen["SEQUENCE"]) == ("CANCEL", "CANCELLED", "2")
    assert seen["UID"] == "00010203-0405-0607-0809-0a0b0c0d0e0f"


@given(title=st.text(st.characters(blacklist_categories=("C", "Zl", "Zp")), min_size=1, max_size=100))
def test_any_title_comes_back_and_adds_no_line(title):
    data = calendar(replace(ENTRY, title=title), 1_795_522_320)
    seen = read(data)
    assert plain(seen["SUMMARY"]) == title
    assert plain(seen["DESCRIPTION"]).endswith(LINK)
    assert seen["URL"] == LINK
    assert data.count(b"BEGIN:VEVENT\r\n") == 1


PARIS_RULES = (
    "BEGIN:VTIMEZONE\r\n"
    "TZID:Europe/Paris\r\n"
    "BEGIN:DAYLIGHT\r\n"
    "DTSTART:20260329T020000\r\n"
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"
    "TZOFFSETFROM:+0100\r\n"
    "TZOFFSETTO:+0200\r\n"
    "END:DAYLIGHT\r\n"
    "BEGIN:STANDARD\r\n"
    "DTSTART:20261025T030000\r\n"
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"
    "TZOFFSETFROM:+0200\r\n"
    "TZOFFSETTO:+0100\r\n"
    "END:STANDARD\r\n"
    "END:VTIMEZONE\r\n"
)
SERIES = replace(
    ENTRY,
    starts=series(ENTRY.starts_s, 1, count=20, zone=ZoneInfo("Europe/Paris")),
    every=1,
    zone="Europe/Paris",
)


def lines(entry: Entry) -> list[str]:
    return calendar(entry, 1_795_522_320).decode().split("\r\n")


def test_a_series_is_one_event_in_its_zone_without_the_dates_called_off():
    text = calendar(replace(SERIES, off=(2, 18)), 1_795_522_320).decode()
    assert PARIS_RULES in text
    assert "DTSTART;TZID=Europe/Paris:20261124T123000\r\nDTEND;TZID=Europe/Paris:20261124T140000\r\n" in text
    assert "RRULE:FREQ=WEEKLY;INTERVAL=1;COUNT=20\r\n" in text
    assert "EXDATE;TZID=Europe/Paris:20261208T123000\r\nEXDATE;TZID=Europe/Paris:20270330T123000\r\n" in text


def test_one_date_called_off_names_that_date_only():
    said = lines(replace(SERIES, cancelled=True, only=2, sequence=3, off=(2,)))
    assert "METHOD:CANCEL" in said
    assert "RECURRENCE-ID;TZID=Europe/Paris:20261208T123000" in said
    assert "DTSTART;TZID=Europe/Paris:20261208T123000" in said
    assert "SEQUENCE:3" in said
    assert "STATUS:CANCELLED" in said
    assert not [line for line in said if line.startswith(("RRULE:FREQ=WEEKLY", "EXDATE"))]


def test_a_cancelled_series_keeps_its_rule_so_that_all_of_it_goes():
    said = lines(replace(SERIES, cancelled=True))
    assert "RRULE:FREQ=WEEKLY;INTERVAL=1;COUNT=20" in said
    assert not [line for line in said if line.startswith("RECURRENCE-ID")]


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        (
            "America/New_York",
            ["RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"],
        ),
        ("Indian/Reunion", ["DTSTART:19700101T000000", "TZOFFSETFROM:+0400", "TZOFFSETTO:+0400"]),
        ("Asia/Kathmandu", ["TZOFFSETTO:+0545"]),
    ],
)
def test_other_zones_are_written_with_their_own_rules(name, holds):
    said = lines(replace(SERIES, zone=name))
    assert f"TZID:{name}" in said
    assert set(holds) <= set(said)


def test_a_machine_that_names_no_zone_writes_its_rules_under_a_name_of_its_own(monkeypatch):
    monkeypatch.setenv("TZ", "XXX-3")
    time.tzset()
    try:
        said = lines(replace(SERIES, zone=zone.own()))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert "TZID:Local" in said
    assert "TZOFFSETTO:+0300" in said
    assert "DTSTART;TZID=Local:20261124T143000" in said


@pytest.mark.parametrize(
    "name", ["", "Europe/Paris", ":Europe/Paris", "../../etc/passwd", "x" * 300, "Nowhere/Never", "\0"]
)
def test_a_name_of_a_zone_is_looked_up_and_never_believed(monkeypatch, name):
    if "\0" not in name:
        monkeypatch.setenv("TZ", name)
        assert zone.own() in {"", "Europe/Paris", zone._linked(Path("/etc/localtime"))}
    zone.named(name)
