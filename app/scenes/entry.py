"""Scenes of the meeting: before entering."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from app.scenes import stills
from app.scenes.stage import Scene
from app.scenes.stills import LINK, NOW_MS
from media.engine import messages as m
from media.errors import LinkLost
from resources.demo.people import TITLE

if TYPE_CHECKING:
    from app.scenes.stage import Stage


def _join(stage: Stage) -> None:
    stage.enter()
    stage.office.window.show_feature("meeting")


def _join_refused(stage: Stage) -> None:
    from app.intents import JoinMeeting  # noqa: PLC0415 -- as above

    stage.enter()
    other = LINK.format().replace("relais.chu-champagne", "relais.ailleurs")
    stage.office.open(JoinMeeting(other))


def _prejoin(stage: Stage) -> None:
    stage.now_ms = NOW_MS - 2_520_000 - 720_000
    session = stills.directory_session()
    trust = msgspec.structs.replace(session.trust, head_time=stage.now_ms // 1000 - 600)
    stage.office.enter_as(replace(session, trust=trust))
    _show_invitation(stage)
    stage.office.meeting.microphone(True)
    stage.office.meeting.camera(True)
    stage.hear(m.Speaking(slots=[], level=0.55))
    stage.later(stage.prejoin().muted.click)


def _prejoin_bare(stage: Stage) -> None:
    stage.look = stills.answering(LinkLost("unreachable"))
    stage.enter()
    _show_invitation(stage)
    stage.hear(m.Devices(cameras=[], microphones=[], speakers=[], screens=[], windows=[]))


def _show_invitation(stage: Stage) -> None:
    from app.intents import JoinMeeting  # noqa: PLC0415 -- as above

    stage.office.open(JoinMeeting(LINK.format()))


def _waiting(stage: Stage) -> None:
    stage.join()
    stage.office.meeting.enter()
    stage.hear(m.Phase(phase="waiting", title=TITLE))


SCENES = (
    Scene("04-rejoindre", _join),
    Scene("04-lien-refuse", _join_refused),
    Scene("04-avant-de-rejoindre", _prejoin),
    Scene("04-avant-sans-rien", _prejoin_bare),
    Scene("04-avant-150", _prejoin, b'{"default":{"text.size":150}}'),
    Scene("04-sas", _waiting),
)
