"""What the retention shows on Today: that it is about to erase messages. Once somebody saw it, they go a week later. No Qt."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.board import Act, Board, Card, Rank
from app.intents import OpenLeaving
from app.ui.words import say, says
from media.events import Event

if TYPE_CHECKING:
    from app.board import Reading
    from app.feature import Desk
    from app.messages.ports import Messages


class LeavingSource:
    """One card while read messages are about to go."""

    id = "leaving"
    place = 2

    def __init__(self, desk: Desk, messages: Messages) -> None:
        self._desk, self._messages = desk, messages
        self._count = messages.standing.leaving
        self.title = ""
        self.changed: Event[None] = Event()
        messages.stood.subscribe(lambda standing: self._stood(standing.leaving))

    def _stood(self, count: int) -> None:
        if count != self._count:
            self._count = count
            self.changed.fire(None)

    async def read(self) -> Reading:
        """Read how many go."""
        return partial(self._board, self._messages.standing.leaving)

    def _board(self, count: int, _now_ms: int) -> Board:
        return Board((self._card(count),) if count else ())

    def _card(self, count: int) -> Card:
        words = say("today.leaving.open")
        return Card(
            id="leaving",
            rank=Rank.MESSAGE,
            head=say("today.leaving"),
            title=says("today.leaving.n", count),
            detail=say("today.leaving.detail"),
            act=Act(words, partial(self._desk.open, OpenLeaving()), "message-2", words),
            icon="hourglass-high",
            tone="warn",
            can_wait=True,
            seen=self._messages.tell_leaving,
        )
