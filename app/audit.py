"""What is done at this desk, on its way to the vault's audit trail: no names, no titles, nobody waits for it."""

from __future__ import annotations

import itertools
import logging
import threading
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from storage.errors import DiskTrouble, Locked

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from app.acts import Act
    from storage.audit import AuditRepository, Entry

MAX_HELD = 256
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Act:
    number: int
    desk: str
    time_ms: int
    who: bytes
    action: Act
    subject: bytes = field(repr=False)
    reason: str


class Trail:
    """Records from any thread, never blocks, never raises.

    A call goes on for a minute after the lock: what is done while the vault is shut is held and written at the next
    unlock, under its own time. What a full disk refuses is held as well and written once there is room: after the next
    act that could be written, or by `retry`.
    What was held when the program ends is lost, and of more than `MAX_HELD` acts the oldest. On a PC that several share,
    what one did waits for that one's own vault: a *desk* is the name of its profile.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._gate = threading.RLock()
        self._rows: AuditRepository | None = None
        self._desk, self._who = "", b""
        self._numbers = itertools.count()
        self._held: list[_Act] = []

    def open(self, rows: AuditRepository, who: bytes, desk: str = "") -> None:
        """Write to *rows* from now on, as the user *who* of *desk*."""
        with self._gate:
            self._rows, self._desk, self._who = rows, desk, who
            self.retry()

    @property
    def is_open(self) -> bool:
        """Whether acts are written now."""
        return self._rows is not None

    def close(self) -> None:
        """Write no more: the vault is about to be shut."""
        with self._gate:
            self._rows = None

    def record(self, action: Act, *, subject: bytes = b"", reason: str = "") -> None:
        """Record *action*; *subject* is hashed by the repository, *reason* a code."""
        with self._gate:
            number = next(self._numbers)
            self._hold(_Act(number, self._desk, self._now_ms(), self._who, action, subject, reason))
            self.retry()

    def retry(self) -> None:
        """Write what is held, in the order in which it was done."""
        with self._gate:
            rows = self._rows
            if rows is not None:
                mine = [act for act in self._held if act.desk == self._desk]
                self._held = [act for act in self._held if act.desk != self._desk]
                for act in mine:
                    self._write(rows, act)

    def _hold(self, act: _Act) -> None:
        self._held = sorted([*self._held, act], key=lambda one: one.number)[-MAX_HELD:]

    def _write(self, rows: AuditRepository, act: _Act) -> None:
        future = rows.record(act.time_ms, act.who, act.action, subject=act.subject, reason=act.reason)
        future.add_done_callback(partial(self._written, act))

    def _written(self, act: _Act, done: Future[Entry]) -> None:
        error = done.exception()
        if error is not None:
            log.warning("an act could not be recorded: %s", type(error).__name__)
        with self._gate:
            if isinstance(error, DiskTrouble | Locked):
                self._hold(act)
            elif error is None and self._held:
                self.retry()  # what was refused while this was on its way would wait for the next act
