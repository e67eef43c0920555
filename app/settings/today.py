"""What the settings show on Today: that some could not be read. No Qt."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.board import Act, Board, Note
from app.intents import OpenSection
from app.ui.words import say, says
from media.events import Event

if TYPE_CHECKING:
    from app.board import Reading
    from app.feature import Desk
    from app.settings.service import Settings
    from app.ui.words import Words


class ProblemSource:
    """Values of the user or of IT that were passed over; a note each, no column."""

    id = "settings"
    title = ""
    place = 0

    def __init__(self, desk: Desk, settings: Settings) -> None:
        self._desk, self._settings = desk, settings
        self.changed: Event[None] = Event()
        settings.config.changed.subscribe(lambda _key: self.changed.fire(None))

    async def read(self) -> Reading:
        """Return what is asked of the table anew each time."""
        return self._board

    def _board(self, _now_ms: int) -> Board:
        own, policy = self._settings.unread()
        notes = []
        if own:
            detail = say("settings.problem.detail", names=", ".join(own))
            notes.append(self._note("own", says("settings.problem", len(own)), detail))
        if policy:
            detail = say("settings.problem.policy.detail")
            notes.append(self._note("policy", says("settings.problem.policy", policy), detail))
        return Board(notes=tuple(notes))

    def _note(self, key: str, title: Words, detail: Words) -> Note:
        act = Act(say("today.settings"), partial(self._desk.open, OpenSection("settings")), "settings")
        return Note(key, "warn", title, detail, act)
