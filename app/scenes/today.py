"""Scenes of Today for `consilium screenshots`: a full day, a calm one, one that cannot be read, one without a relay."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from app.scenes import stills
from app.scenes.stills import BrokenAgenda, StillAgenda
from app.trust import News
from media.errors import LinkLost

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from app.workstation import Office

    class Stage(Protocol):
        """What a scene is played on."""

        office: Office
        look: Any

        def when(self, ready: Callable[[], bool], act: Callable[[], object]) -> None:
            """Act as soon as *ready*."""


def today(
    *minutes: int, alarm: bool = False, broken: bool = False, calm: bool = False, away: bool = False
) -> Callable[[Stage], None]:
    """Show Today with RCP in so many minutes.

    *alarm*: a device that nobody asked for; *broken*: an agenda that cannot be read; *calm*: no changed key; *away*: no
    relay.
    """

    def play(stage: Stage) -> None:
        if away:
            stage.look = stills.answering(LinkLost("unreachable"))
        meetings = stills.week(*minutes)
        known = stills.directory_session(alarm=alarm)
        if calm:
            known = replace(known, trust=msgspec.structs.replace(known.trust, verified=[]))
        agenda = BrokenAgenda() if broken else StillAgenda(*meetings)
        session = replace(known, meetings=meetings, agenda=agenda)
        stage.office.enter_as(session)
        news = News("", stills.unexpected() if alarm else ())
        stage.office.directory.open(session, stills.shelf(), news)
        window = stage.office.window
        page: Any = window.page("today")
        stage.when(lambda: not page.loading, lambda: None)
        stage.when(lambda: stage.office.line.state.looked_ms > 0, window.tick)

    return play
