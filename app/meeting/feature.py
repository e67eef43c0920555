"""The section RCP in the rail. Its page is loaded when it is first shown: the lock screen does not wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.feature import Feature
from app.intents import JoinMeeting, OpenDate
from app.meeting.agenda.known import known_meetings
from app.meeting.agenda.today import AgendaSource
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.commands import Thing
    from app.config import Config
    from app.feature import Desk, Page
    from app.line import Line
    from app.meeting.agenda.planning import Planning
    from app.meeting.ports import Documents
    from app.meeting.service import Meeting
    from app.session import Session


def feature(
    meeting: Meeting,
    planning: Planning,
    documents: Documents,
    line: Line,
    session: Callable[[], Session],
    config: Config,
) -> Feature:
    """Return the rail's entry."""

    def make_page(desk: Desk) -> Page:
        from app.meeting.page import MeetingPage  # noqa: PLC0415 -- loaded when first shown

        return MeetingPage(desk, meeting, planning, documents, line, session, config)

    def find(desk: Desk) -> Sequence[Thing]:
        return known_meetings(session(), config, desk)

    return Feature(
        "meeting",
        say("meeting.section"),
        "users-group",
        make_page,
        "Ctrl+2",
        frozenset({JoinMeeting, OpenDate}),
        letter="R",
        find=find,
        today=lambda desk: (AgendaSource(desk, meeting, planning, session, config),),
    )
