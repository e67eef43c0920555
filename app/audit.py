"""What is done at this desk, on its way to the vault's audit trail: no names, no titles, nobody waits for it."""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from storage.audit import AuditRepository, Entry

MAX_HELD = 256
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Act:
    desk: str
    time_ms: int
    who: bytes
    action: str
    subject: bytes = field(repr=False)
    reason: str


class Trail:
    """Records from any thread, never blocks, never raises.

    A call goes on for a minute after the lock: what is done while the vault is shut is held and written at the next
    unlock, under its own time. What was held when the program ends is lost. On a PC that several share, what one did
    waits for that one's own vault: a *desk* is the name of its profile.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._gate = threading.Lock()
        self._rows: AuditRepository | None = None
        self._desk, self._who = "", b""
        self._held: deque[_Act] = deque(maxlen=MAX_HELD)

    def open(self, rows: AuditRepository, who: bytes, desk: str = "") -> None:
        """Write to *rows* from now on, as the user *who* of *desk*."""
        with self._gate:
            self._rows, self._desk, self._who = rows, desk, who
            held, self._held = self._held, deque(maxlen=MAX_HELD)
            for act in held:
                self._take(act)

    @property
    def is_open(self) -> bool:
        """Whether acts are written now."""
        return self._rows is not None

    def close(self) -> None:
        """Write no more: the vault is about to be shut."""
        with self._gate:
            self._rows = None

    def record(self, action: str, *, subject: bytes = b"", reason: str = "") -> None:
        """Record *action*; *subject* is hashed by the repository, *reason* a code."""
        with self._gate:
            self._take(_Act(self._desk, self._now_ms(), self._who, action, subject, reason))

    def _take(self, act: _Act) -> None:
        if self._rows is None or act.desk != self._desk:
            self._held.append(act)
        else:
            _write(self._rows, act)


def _write(rows: AuditRepository, act: _Act) -> None:
    future = rows.record(act.time_ms, act.who, act.action, subject=act.subject, reason=act.reason)
    future.add_done_callback(_written)


def _written(done: Future[Entry]) -> None:
    if done.exception() is not None:
        log.warning("an act could not be recorded")
