"""What one link tells the session that dialled it."""

# ruff: noqa: D102 -- `media.link.LinkHandler` says what each is told

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from media.room import effects as fx

if TYPE_CHECKING:
    from media.link import Link
    from media.room.session import Session

log = logging.getLogger(__name__)


class Ears:
    """The handler of one link: whatever an older link still says is not heard."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.link: Link | None = None

    def on_up(self, slot: int | None, reconnected: bool) -> None:
        transport = self.link.transport if self.link else ""
        self._session.heard(self.link, fx.Up(slot, reconnected, transport))

    def on_down(self, reason: str) -> None:
        self._session.heard(self.link, fx.Down(reason))

    def on_refused(self, code: str) -> None:
        self._session.heard(self.link, fx.Refused(code))

    def on_control(self, slot: int, data: bytes) -> None:
        self._session.heard(self.link, fx.Control(slot, data))

    def on_frame(self, slot: int, stream: int, flags: int, frame: int, data: bytes, arrival_us: int) -> None:
        self._session.frame_came(self.link, slot, stream, flags, frame, data, arrival_us)

    def on_lost_frame(self, slot: int, stream: int, frame: int) -> None:
        self._session.lost.fire((slot, stream, frame))

    def on_knocked(self, knock: int, slot_pk: bytes, data: bytes) -> None:
        self._session.heard(self.link, fx.Knocked(knock, slot_pk, data))

    def on_knock_gone(self, knock: int) -> None:
        self._session.heard(self.link, fx.KnockGone(knock))

    def on_answer(self, data: bytes) -> None:
        self._session.heard(self.link, fx.Answered(data))

    def on_wanted(self, streams: set[int]) -> None:
        self._session.wanted.fire(streams)

    def on_key_wanted(self, stream: int) -> None:
        self._session.key_wanted.fire(stream)

    def on_gone(self, slot: int) -> None:
        log.debug("slot %d lost its connection; beats will tell", slot)

    def on_back(self, slot: int) -> None:
        log.debug("slot %d has its connection again", slot)
