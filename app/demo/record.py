"""The demo hospital's record: takes documents over MLLP as an EHR does, and acknowledges those that it can read."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

from app.interop.ack import ACCEPTED, Code, Header, Verdict, answers
from app.interop.mllp import Listener
from app.interop.understand import understand
from storage.patients.facts import Document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.interop.frames import Frame

HOST = "127.0.0.1"
UNREADABLE = Verdict(Code.REJECT, "207", "MSH", "No document")


class Record:
    """Listens until `close`; `kept` has the number (MSH-10) of each message that it keeps."""

    def __init__(self) -> None:
        self._listener = Listener(self._take)
        self.port = 0
        self.kept: set[bytes] = set()

    @classmethod
    async def start(cls) -> Self:
        """Listen on a port that the system chooses."""
        made = cls()
        _host, made.port = await made._listener.open(HOST, 0)
        return made

    async def close(self) -> None:
        """Close the port."""
        await self._listener.close()

    async def _take(self, frames: Sequence[Frame]) -> list[bytes]:
        return [answer for frame in frames for answer in self._answers(frame)]

    def _answers(self, frame: Frame) -> list[bytes]:
        now_ms, header = time.time_ns() // 1_000_000, Header.read(frame.raw)
        facts = () if frame.fault else understand(frame.raw, arrived_ms=now_ms).facts
        if not any(isinstance(one.content, Document) for one in facts):
            return answers(header, UNREADABLE, now_ms)
        self.kept.add(header[10])
        return answers(header, ACCEPTED, now_ms)
