"""The meetings that this desk knows, as the palette finds them and as the window opens them. No Qt."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from app.commands import Thing
from app.config import ADMIT_CERTIFIED
from app.i18n import fmt_day, fmt_time
from app.intents import JoinMeeting
from app.meeting.agenda.dates import coming, dates
from media.keys.invite import Link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.config import Config
    from app.feature import Desk
    from app.session import Session
    from storage.meetings import Meeting


def link_of(known: Meeting) -> Link:
    """Return a known meeting's link."""
    return Link(address(known), known.tag, known.secret, known.invite_hash)


def address(known: Meeting) -> str:
    """Return `host:port` as links write it."""
    host = f"[{known.relay_host}]" if ":" in known.relay_host else known.relay_host
    return f"{host}:{known.relay_port}"


def to_join(known: Meeting, config: Config) -> JoinMeeting:
    """Return the intent that shows a known meeting."""
    return JoinMeeting(link_of(known).format(), known.title, known.inv_sk, config.get(ADMIT_CERTIFIED))


def known_meetings(session: Session, config: Config, desk: Desk) -> Sequence[Thing]:
    """Return every known meeting; opening one shows it, never enters it."""
    return [
        Thing(
            "meeting",
            one.title,
            _when(one, desk.now_ms() // 1000),
            "users-group",
            partial(_open, desk, one, config),
        )
        for one in session.meetings
        if not one.cancelled
    ]


def _open(desk: Desk, known: Meeting, config: Config) -> None:
    desk.open(to_join(known, config))


def _when(known: Meeting, now_s: int) -> str:
    """Return when it is next; nothing where that is not known."""
    one = coming(known, now_s) or dates(known)[-1]
    if not one.starts_s:
        return ""
    at = datetime.fromtimestamp(one.starts_s, UTC)
    return f"{fmt_day(at)} {fmt_time(at)}"
