"""Signed checkpoints of the audit trail on their way out of the machine, by a thread of their own; no Qt.

A cut tail leaves a chain that holds: only who was told how far it had come can tell. Every 1,000 rows or 5 minutes, and at
the lock, a checkpoint goes to each place that IT names: a folder of a file share (one file a device, a line each) or
`syslog://host:port` (RFC 5424 over UDP; `syslog+tcp://` over TCP, RFC 6587 octet counting).
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from media.events import Event
from media.keys.checkpoint import Checkpoint
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from app.session import Session
    from storage.audit import Anchor, AuditRepository

EVERY_ROWS, EVERY_MS = 1000, 300_000
LOOK_EVERY_S = 10.0
SYSLOG_PORT = 514
TIMEOUT_S = 5.0
_PRIORITY = 13 * 8 + 5
"""Facility log audit, severity notice."""
log = logging.getLogger(__name__)


class Checkpoints:
    """Follows one open trail at a time. `failing` fires True when no place takes a checkpoint, False when one does again."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self.failing: Event[bool] = Event()
        self._watch: _Watch | None = None

    def open(self, rows: AuditRepository, session: Session, places: Sequence[str]) -> None:
        """Follow *rows* from now on, in the name of *session*'s device; without *places* nothing is written."""
        self.close()
        if places:
            self._watch = _Watch(rows, session, places, self)
            self._watch.start()

    def close(self) -> None:
        """Write a last checkpoint, without waiting for it: the vault may be shut right after."""
        if self._watch is not None:
            self._watch.end()
            self._watch = None

    def now_ms(self) -> int:
        """Return the time."""
        return self._now_ms()


class _Watch(threading.Thread):
    def __init__(
        self, rows: AuditRepository, session: Session, places: Sequence[str], owner: Checkpoints
    ) -> None:
        super().__init__(name="checkpoints", daemon=True)
        self._rows, self._session, self._places, self._owner = rows, session, tuple(places), owner
        self._over = threading.Event()
        self._last: Future[Anchor] | None = None
        self._writer = Writer(session, self._places)
        self._failed = False

    def end(self) -> None:
        self._last = self._rows.head()
        self._over.set()

    def run(self) -> None:
        going = True
        while going:
            going = not self._over.wait(LOOK_EVERY_S)
            self._look(self._last or self._rows.head(), last=not going)

    def _look(self, head: Future[Anchor], *, last: bool) -> None:
        try:
            anchor = head.result()
        except StorageError:
            return
        failed = not self._writer.look(anchor, self._owner.now_ms(), at_once=last)
        if failed != self._failed:
            self._failed = failed
            self._owner.failing.fire(failed)


class Writer:
    """Decides when a checkpoint is due, and brings it out; time is passed in."""

    def __init__(self, session: Session, places: Sequence[str]) -> None:
        self._session, self._places = session, places
        self._seq = dict.fromkeys(places, 0)
        self._at_ms = dict.fromkeys(places, 0)

    def look(self, head: Anchor, now_ms: int, *, at_once: bool = False) -> bool:
        """Write to every place for which a checkpoint of *head* is due; False when one would not take it."""
        due = [place for place in self._places if self._due(place, head, now_ms, at_once=at_once)]
        if not due:
            return True
        place_in_chain = (head.seq, head.chain)
        point = Checkpoint.make(self._session.cert_hash, place_in_chain, now_ms, self._session.sign)
        brought = [self._bring(place, point) for place in due]
        return all(brought)

    def _due(self, place: str, head: Anchor, now_ms: int, *, at_once: bool) -> bool:
        rows = head.seq - self._seq[place]
        late = abs(now_ms - self._at_ms[place]) >= EVERY_MS
        return rows >= EVERY_ROWS or (rows > 0 and (at_once or late))

    def _bring(self, place: str, point: Checkpoint) -> bool:
        try:
            bring(place, point)
        except (OSError, ValueError):
            log.warning("a checkpoint of the audit trail could not be brought out")
            return False
        self._seq[place], self._at_ms[place] = point.seq, point.time_ms
        return True


def bring(place: str, point: Checkpoint) -> None:
    """Write one checkpoint to a folder, or send it to a syslog; raises OSError, ValueError (no such place)."""
    if place.startswith(("syslog://", "syslog+tcp://")):
        _send(place, point)
    else:
        _append(Path(place) / file_name(point.device), point)


def file_name(device: bytes) -> str:
    """Return the file of a device's checkpoints, *device* being the hash of its certificate."""
    return f"audit-{device.hex()[:16]}.jsonl"


def _append(path: Path, point: Checkpoint) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    with os.fdopen(handle, "ab") as file:
        file.write(point.line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _send(place: str, point: Checkpoint) -> None:
    where = urlsplit(place)
    address = (where.hostname or "", where.port or SYSLOG_PORT)
    time = datetime.fromtimestamp(point.time_ms / 1000, UTC).isoformat(timespec="milliseconds")
    head = f"<{_PRIORITY}>1 {time} {socket.gethostname()} consilium - audit-checkpoint - "
    packet = head.encode("ascii", "replace") + point.line.encode()
    if where.scheme == "syslog":
        family, kind, protocol, _, found = socket.getaddrinfo(*address, type=socket.SOCK_DGRAM)[0]
        with contextlib.closing(socket.socket(family, kind, protocol)) as udp:
            udp.sendto(packet, found)
    else:
        with socket.create_connection(address, TIMEOUT_S) as tcp:
            tcp.sendall(b"%d " % len(packet) + packet)
