"""The section Messages in the rail. Its page is loaded when it is first shown."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.feature import Feature
from app.intents import OpenDeposits, OpenLeaving, OpenThread, WriteMessage
from app.messages.deposittoday import DepositsSource
from app.messages.found import found_threads
from app.messages.habits import Habits
from app.messages.leaving import LeavingSource
from app.messages.people import People
from app.messages.today import MessagesSource
from app.ui.words import say

if TYPE_CHECKING:
    from app.config import Config
    from app.feature import Desk, Page
    from app.messages.deposits import Deposits
    from app.messages.people import Directory, Patients
    from app.messages.ports import Messages


def feature(
    messages: Messages, directory: Directory, patients: Patients, deposits: Deposits, config: Config
) -> Feature:
    """Return the rail's entry."""
    people = People(directory)

    def make_page(desk: Desk) -> Page:
        from app.messages.page import MessagesPage  # noqa: PLC0415 -- loaded when first shown

        return MessagesPage(desk, messages, people, patients, deposits, Habits(config))

    return Feature(
        "messages",
        say("messages.section"),
        "message-2",
        make_page,
        "Ctrl+5",
        frozenset({WriteMessage, OpenThread, OpenDeposits, OpenLeaving}),
        letter="M",
        seeks="thread",
        seek=partial(found_threads, messages, people),
        today=lambda desk: (
            MessagesSource(desk, messages, people),
            DepositsSource(desk, deposits),
            LeavingSource(desk, messages),
        ),
    )
