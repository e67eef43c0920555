"""What a connection may ask for in a second, and what all strangers may together; no clock but the one passed in."""

from __future__ import annotations

import asyncio
import os

import pytest

from media import mailwire
from media.relay import maildesk
from media.relay.admission import Binding
from media.relay.config import Caps
from media.relay.counters import Counters
from media.relay.mail import Mail
from media.relay.queues import SqliteStore
from media.relay.shelf import Shelf

ORG = b"o" * 32
CAPS = Caps(mail_requests_s=80, mail_kbps=16_000_000)
"""Of one second: 80 for a device, 20 for all strangers, 4 for one; four times as much at once."""


@pytest.fixture
def pauses(monkeypatch):
    """Let every pause end at once, and tell how long it would have been."""
    told: list[float] = []

    async def sleep(seconds: float) -> None:
        told.append(seconds)

    monkeypatch.setattr(maildesk.asyncio, "sleep", sleep)
    monkeypatch.setattr(maildesk.time, "monotonic", lambda: 1000.0)
    return told


@pytest.fixture
def desk_for(tmp_path):
    store, shelf = SqliteStore(tmp_path / "queues.db", CAPS), Shelf(tmp_path / "blobs", 0)
    mail = Mail(store, shelf, CAPS, Counters())
    yield lambda organisation: maildesk.MailDesk(
        mail, Binding(bytes(32), bytes(32)), organisation, None, None
    )
    mail.close()


def ask(*desks, times: int = 1) -> None:
    async def all_of_them():
        for desk in desks:
            for _ in range(times):
                await desk._pace(mailwire.FetchCard(1, os.urandom(16)), 21)

    asyncio.run(all_of_them())


def test_a_device_may_ask_for_four_seconds_worth_at_once(desk_for, pauses):
    desk = desk_for(ORG)
    ask(desk, times=320)
    assert pauses == []
    ask(desk, times=80)
    assert pauses[-1] == pytest.approx(1.0)


def test_many_strangers_have_no_more_than_their_share_together_and_the_known_lose_nothing(desk_for, pauses):
    ask(*(desk_for(b"") for _ in range(80)))
    assert pauses == []
    ask(*(desk_for(b"") for _ in range(80)))
    assert pauses[-1] == pytest.approx(4.0)
    pauses.clear()
    ask(desk_for(ORG), times=300)
    assert pauses == []


def test_one_stranger_has_a_twentieth(desk_for, pauses):
    desk = desk_for(b"")
    ask(desk, times=16)
    assert pauses == []
    ask(desk)
    assert pauses == [pytest.approx(0.25)]


def test_the_bytes_of_an_answer_count_for_who_asked(desk_for, pauses):
    desk = desk_for(b"")
    asyncio.run(desk._pace(mailwire.GetPiece(1, bytes(16), 0, 0xFFFFFFFF), 50))
    assert desk._bytes._level == pytest.approx(4 * 100_000_000 - mailwire.MAX_PIECE - 50)
