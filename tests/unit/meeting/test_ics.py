"""Calendar files: byte for byte, and as a strict reader takes them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.meeting.ics import Entry, calendar

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
