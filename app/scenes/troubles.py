"""Scenes of the meeting: what can go wrong on the line and with the relay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.scenes import stills
from app.scenes.stage import Scene
from media.engine import messages as m
from media.errors import LinkLost, LinkRefused, MediaError
from media.link.probe import Seen
from resources.demo.people import TITLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.scenes.stage import Stage


def _frozen(stage: Stage) -> None:
    stage.call(9)

    def wait() -> None:
        wall = stage.live().wall
        stage.now_ms += 4_000
        wall.freshen(frozenset(look.box for look in wall.looks if look.slot != 7))
        stage.office.window.page("meeting")._second()  # type: ignore[attr-defined]  # noqa: SLF001 -- as its clock does

    def drawn() -> bool:
        wall = stage.live().wall
        return len(wall._seen) == len(wall.looks)  # noqa: SLF001 -- pictures that come after `wait` would end it

    stage.later(lambda: stage.when(drawn, wait))


def _lost_share(stage: Stage) -> None:
    stage.call(9, sharing=True, speaking=3)

    def lose() -> None:
        people = stills.people(9, sharing=True)
        gone = [msgspec.structs.replace(one, live=one.slot != 1) for one in people]
        stage.hear(m.Roster(n=4, people=gone))
        stage.now_ms += 4_000
        wall = stage.live().wall
        wall.freshen(frozenset(look.box for look in wall.looks if look.slot != 1))
        stage.live().second()

    stage.later(lose)


def _reconnecting(stage: Stage) -> None:
    stage.call(9)
    stage.later(lambda: stage.hear(m.Phase(phase="reconnecting", is_host=True, title=TITLE, attempt=2)))


def _line(answer: Seen | MediaError, section: str) -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        stage.look = stills.answering(answer)
        stage.enter()
        stage.office.window.show_feature(section)
        stage.when(lambda: stage.office.line.state.looked_ms > 0, stage.office.window.tick)

    return play


def _network(stage: Stage) -> None:
    stage.call(5)
    stage.office.meeting.set_ceiling(300, 600)
    stage.office.meeting.camera(True)
    for frames, lost in ((900, 90), (1_800, 180)):
        streams = [
            m.StreamFigures(slot=slot, name="", stream=2, frames=frames, lost=lost, p50_ms=60, p95_ms=180)
            for slot in (1, 2, 3)
        ]
        figures = m.Figures(
            streams=streams,
            rekeys=2,
            rtt_ms=84,
            up_kbps=270,
            down_kbps=410,
            jitter_ms=48,
            sacrificed=["received", "camera"],
        )
        stage.hear(figures)
    stage.later(lambda: stage.live().open_network())


def _removed(stage: Stage) -> None:
    stage.call(5)
    stage.hear(m.Phase(phase="ended", reason="removed", title=TITLE))


def _unreachable(stage: Stage) -> None:
    stage.join()
    stage.office.meeting.enter()
    stage.hear(m.Phase(phase="ended", reason="unreachable", title=TITLE))


SCENES = (
    Scene("13-reseau-fige", _frozen),
    Scene("13-partage-perdu", _lost_share),
    Scene("13-reconnexion", _reconnecting),
    Scene("13-retire", _removed),
    Scene("13-injoignable", _unreachable),
    Scene("13-reseau", _network),
    Scene("13-hors-ligne", _line(LinkLost("unreachable"), "meeting")),
    Scene("13-relais-ancien", _line(LinkRefused("relay-too-old"), "settings")),
    Scene("13-relais-inconnu", _line(LinkRefused("relay-impostor"), "settings")),
    Scene("13-horloge", _line(Seen(rtt_ms=23, transport="tls", skew_s=-760), "settings")),
)
