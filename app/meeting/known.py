"""The meetings that this desk knows, as the palette finds them and as the window opens them. No Qt."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from app.commands import Thing
from app.config import ADMIT_CERTIFIED
from app.i18n import fmt_day, fmt_time
from app.intents import JoinMeeting
from media.keys.invite import Link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.config import Config
    from app.feature import Desk
    from app.session import Session
    from storage.meetings import Meeting


def to_join(known: Meeting, config: Config) -> JoinMeeting:
    """Return the intent that shows a known meeting."""
    link = Link(f"{known.relay_host}:{known.relay_port}", known.tag, known.secret, known.invite_hash)
    return JoinMeeting(link.format(), known.title, known.inv_sk, config.get(ADMIT_CERTIFIED))


def known_meetings(session: Session, config: Config, desk: Desk) -> Sequence[Thing]:
    """Return every known meeting; opening one shows it, never enters it."""
    return [
        Thing("meeting", one.title, _when(one), "users-group", partial(_open, desk, one, config))
        for one in session.meetings
    ]


def _open(desk: Desk, known: Meeting, config: Config) -> None:
    desk.open(to_join(known, config))


def _when(known: Meeting) -> str:
    if not known.starts_s:
        return ""
    at = datetime.fromtimestamp(known.starts_s, UTC)
    return f"{fmt_day(at)} {fmt_time(at)}"
