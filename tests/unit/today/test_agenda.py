"""The agenda on Today: the quarter of an hour before, midnight, summer time, time zones, series, the running meeting."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from app import i18n
from app.board import Rank
from app.config import Config
from app.intents import JoinMeeting, OpenSection
from app.meeting.agenda.today import AgendaSource
from app.meeting.linkcheck import Invitation
from app.meeting.view import Notice, Stage, View
from media.events import Event
from media.keys.invite import Link
from storage.errors import DiskTrouble
from storage.identity import Relay
from storage.meetings import Meeting

PARIS = ZoneInfo("Europe/Paris")
MINUTE, HOUR, DAY = 60, 3600, 86_400
pytestmark = pytest.mark.usefixtures("paris")


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp())


NOW = at("2026-11-24 13:12")


def meeting(title="RCP Thorax", starts=NOW + 12 * MINUTE, minutes=90, **more):
    tag = title.encode().ljust(16, b".")[:16]
    ends = starts + minutes * MINUTE if minutes else 0
    return Meeting(title, "relais", 443, tag, b"s" * 16, b"h" * 16, starts_s=starts, ends_s=ends, **more)


class Desk:
    """A desk whose vault holds these meetings."""

    def __init__(self, *meetings, error=None):
        self.meetings, self.error = meetings, error
        self.opened, self.told, self.dismissed, self.changes = [], [], [], []
        self.view = View()
        self.meeting = SimpleNamespace(view=View(), changed=Event(), dismiss=self.dismissed.append)
        self.planning = SimpleNamespace(changed=Event())
        desk = SimpleNamespace(open=self.opened.append, tell=self.told.append)
        session = SimpleNamespace(agenda=self, meetings=meetings)
        self.source = AgendaSource(desk, self.meeting, self.planning, lambda: session, Config())
        self.source.changed.subscribe(self.changes.append)

    def upcoming(self, _since_s):
        future = Future()
        if self.error:
            future.set_exception(self.error)
        else:
            future.set_result(list(self.meetings))
        return future

    def board(self, now_s=NOW):
        return asyncio.run(self.source.read())(now_s * 1000)

    def enter(self, one):
        link = Link("relais:443", one.tag, one.secret, one.invite_hash)
        invitation = Invitation(link, Relay("relais", 443))
        self.meeting.view = replace(View(), stage=Stage.LIVE, invitation=invitation)
        self.meeting.changed.fire(self.meeting.view)


def heads(board):
    return [str(card.head) for card in board.cards]


def lefts(board):
    return [(str(row.first), str(row.second)) for row in board.column.rows]


@pytest.mark.parametrize(
    ("before_s", "head"),
    [
        (15 * MINUTE + 1, None),
        (15 * MINUTE, "RCP dans 15 minutes"),
        (11 * MINUTE + 1, "RCP dans 12 minutes"),
        (1, "RCP dans 1 minute"),
        (0, "RCP : c’est l’heure"),
        (-59, "RCP : c’est l’heure"),
        (-60, "RCP en cours depuis 1 minute"),
        (-90 * MINUTE + 1, "RCP en cours depuis 89 minutes"),
        (-90 * MINUTE, None),
    ],
)
def test_a_meeting_waits_from_a_quarter_of_an_hour_before_until_its_end(before_s, head):
    start = at("2026-11-24 13:24")
    board = Desk(meeting(starts=start)).board(start - before_s)
    assert [text.replace("\u00a0", " ") for text in heads(board)] == ([head] if head else [])


def test_a_card_opens_the_meeting_and_never_enters_it():
    desk = Desk(meeting())
    (card,) = desk.board().cards
    card.act.run()
    (intent,) = desk.opened
    assert isinstance(intent, JoinMeeting)
    assert intent.title == "RCP Thorax"
    assert card.rank is Rank.MEETING


def test_today_shows_hours_and_another_day_its_name():
    desk = Desk(meeting(starts=at("2026-11-24 17:00")), meeting("RCP Sein", at("2026-11-26 14:00")))
    assert lefts(desk.board()) == [("17:00", "1\u202fh 30"), ("Jeu. 26", "14:00")]


def test_at_midnight_tomorrow_becomes_today():
    desk = Desk(meeting(starts=at("2026-11-25 08:00")))
    assert lefts(desk.board(at("2026-11-24 23:59"))) == [("Mer. 25", "08:00")]
    assert lefts(desk.board(at("2026-11-25 00:00"))) == [("08:00", "1\u202fh 30")]


def test_a_meeting_over_midnight_stays_while_it_runs():
    desk = Desk(meeting(starts=at("2026-11-24 23:30")))
    board = desk.board(at("2026-11-25 00:15"))
    assert heads(board) == ["RCP en cours depuis 45 minutes"]
    assert lefts(board)[0][0] == "23:30"


def test_the_week_is_seven_days_of_the_calendar_also_when_clocks_change():
    now = at("2026-10-24 23:30")  # summer time ends in the night
    last, after = meeting(starts=at("2026-10-30 23:45")), meeting("RCP Sein", at("2026-10-31 00:15"))
    board = Desk(last, after).board(now)
    assert [row.title for row in board.column.rows] == ["RCP Thorax"]


def test_times_are_those_of_this_machine(monkeypatch):
    desk = Desk(meeting(starts=at("2026-11-24 23:30")))
    monkeypatch.setenv("TZ", "America/Cayenne")
    time.tzset()
    assert lefts(desk.board())[0][0] == "19:30"


def test_what_is_over_is_gone_and_what_comes_next_is_ahead():
    desk = Desk(meeting(starts=NOW - 3 * HOUR), meeting("RCP Sein", NOW + 30 * DAY))
    board = desk.board()
    assert board.cards == ()
    assert board.column.rows == ()
    assert board.ahead.title == "RCP Sein"
    assert "RCP Sein" in str(board.column.none_detail)


def test_an_end_that_nobody_gave_is_two_hours_later():
    desk = Desk(meeting(starts=NOW - HOUR, minutes=0))
    assert len(desk.board().cards) == 1
    assert desk.board(NOW + HOUR).cards == ()


def test_a_meeting_without_a_time_is_listed_last():
    desk = Desk(meeting("Sans heure", 0, 0), meeting())
    assert [row.title for row in desk.board().column.rows] == ["RCP Thorax", "Sans heure"]


def test_a_date_that_was_called_off_is_told_and_not_joined():
    start = NOW + 5 * MINUTE
    weekly = meeting(starts=start, every=1)
    weekly = replace(weekly, starts=(start, start + 3 * DAY), off=(0,))
    board = Desk(weekly).board()
    assert board.cards == ()
    assert [[str(mark.words) for mark in row.marks] for row in board.column.rows] == [["Annulée"], []]
    assert len({row.id for row in board.column.rows}) == 2


def test_a_full_week_ends_with_how_many_more_and_the_way_there():
    desk = Desk(*(meeting(f"RCP {n}", NOW + HOUR + n * MINUTE) for n in range(400)))
    column = desk.board().column
    assert len(column.rows) == 6
    assert column.rest == 394
    column.all.run()
    assert desk.opened == [OpenSection("meeting")]


def test_the_running_meeting_offers_the_way_back_and_keeps_the_others_away():
    mine, other = meeting(starts=NOW - 5 * MINUTE), meeting("RCP Sein")
    desk = Desk(mine, other)
    desk.enter(mine)
    assert desk.changes == [None]
    cards = desk.board().cards
    assert [str(card.act.words) for card in cards] == ["Revenir", "Rejoindre"]
    cards[1].act.run()
    assert not desk.opened
    assert desk.told
    cards[0].act.run()
    assert len(desk.opened) == 1


def test_what_a_call_says_each_second_is_not_read_again():
    desk = Desk(meeting())
    desk.enter(meeting())
    for level in (0.1, 0.2):
        desk.meeting.changed.fire(replace(desk.meeting.view, level=level))
    assert desk.changes == [None]


def test_what_is_wrong_with_the_desk_is_told_and_can_be_put_away():
    desk = Desk()
    notices = (Notice("vault-read-only"), Notice("device-unexpected", n=1))
    desk.meeting.view = replace(View(), standing=notices)
    (note,) = desk.board().notes
    assert note.tone == "danger"
    note.act.run()
    assert desk.dismissed == [notices[0]]


def test_a_vault_that_fails_is_the_columns_error():
    with pytest.raises(DiskTrouble):
        Desk(error=DiskTrouble("full")).board()


def test_english_says_the_same():
    i18n.set_language("en")
    board = Desk(meeting()).board()
    assert heads(board) == ["MDT in 12 minutes"]
    assert str(board.cards[0].detail) == "13:24 – 14:54 · you take part"
