"""From frames to acknowledgements: each message is understood on a worker thread, kept in the inbox, and only then answered.

What is refused goes to quarantine and is answered AR; what could not be kept now is answered AE: the sender has it still.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from app.interop.ack import ACCEPTED, Code, Header, Verdict, answers
from app.interop.frames import Fault
from app.interop.understand import DEFAULT_ZONE, understand
from storage.errors import StorageError
from storage.inbox import Incoming, Kept, Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.interop.frames import Frame
    from app.interop.mapping import Mapping
    from app.interop.understand import Understood
    from storage.inbox import Inbox

ANSWER_WITHIN_S = 0.9
"""How long a commit is waited for; each MB of a message gives it a little more."""
S_PER_MB = 0.1
WORKERS = 2
QUICK = 32 << 10
"""Bytes of a batch that is read at once; a larger one is read by a worker of its own, so that no other sender waits for it."""
_LATER = Verdict(Code.ERROR, "207", "", "Momentanement impossible, a renvoyer")
_CUT = Verdict(Code.ERROR, "207", "", "Trame interrompue, a renvoyer")
_KNOWN = Verdict(Code.REJECT, "205", "MSH-10", "Identifiant deja utilise pour un autre contenu")
_TOO_LONG = Verdict(Code.REJECT, "207", "", "Message trop long")
_NO_MESSAGE = Verdict(Code.REJECT, "100", "MSH", "Aucun message HL7")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Read:
    """One frame, read."""

    frame: Frame
    header: Header
    understood: Understood | None = field(repr=False)


@dataclass
class Counts:
    """What came in since the start: `kept` anew, `again` (known before), `refused` for good, `put_off` to be sent again."""

    kept: int = 0
    again: int = 0
    refused: int = 0
    put_off: int = 0
    last_ms: int = 0
    """When the last message was kept."""


class Intake:
    """Takes the frames of a `Listener`. *told* hears of each message that was kept anew, in order."""

    def __init__(
        self,
        inbox: Inbox,
        now_ms: Callable[[], int],
        *,
        zone: str = DEFAULT_ZONE,
        table: Mapping | None = None,
        told: Callable[[int, Understood], object] = lambda _seq, _understood: None,
    ) -> None:
        self._inbox, self._now_ms, self._told = inbox, now_ms, told
        self._understand = partial(understand, zone=zone, table=table)
        self._quick, self._long = ThreadPoolExecutor(WORKERS, "intake"), ThreadPoolExecutor(1, "intake-long")
        self.counts = Counts()

    def close(self) -> None:
        """End the worker threads."""
        for pool in (self._quick, self._long):
            pool.shutdown(wait=False, cancel_futures=True)

    async def take(self, frames: Sequence[Frame]) -> list[bytes]:
        """Return the answers to *frames*, in order; what they share is one commit."""
        now_ms = self._now_ms()
        try:
            judged = await self._judge(frames, now_ms)
        except Exception as error:  # noqa: BLE001 -- a fault of ours: the sender still has the message, and must hear so
            log.error("messages could not be taken: %s", type(error).__name__)  # noqa: TRY400 -- a trace may show them
            judged = [(Header.read(frame.raw), _LATER) for frame in frames]
        return [answer for header, verdict in judged for answer in answers(header, verdict, now_ms)]

    async def _judge(self, frames: Sequence[Frame], now_ms: int) -> list[tuple[Header, Verdict]]:
        size = sum(len(frame.raw) for frame in frames)
        pool = self._quick if size <= QUICK else self._long
        read = await asyncio.get_running_loop().run_in_executor(pool, self._read, frames, now_ms)
        stored = [self._store(one, now_ms) for one in read]
        await _committed(stored, size)
        return [
            (one.header, self._verdict(one, future, now_ms)) for one, future in zip(read, stored, strict=True)
        ]

    def _read(self, frames: Sequence[Frame], now_ms: int) -> list[Read]:
        return [self._read_one(frame, now_ms) for frame in frames]

    def _read_one(self, frame: Frame, now_ms: int) -> Read:
        understood = None if frame.fault else self._understand(frame.raw, arrived_ms=now_ms)
        envelope = understood.envelope if understood else None
        header = Header(envelope.header) if envelope else Header.read(frame.raw)
        return Read(frame, header, understood)

    def _store(self, read: Read, now_ms: int) -> Future[Kept] | Future[int] | None:
        incoming = incoming_of(read.frame.raw, read.understood, now_ms)
        if read.frame.fault is Fault.CUT:
            return None
        if read.frame.fault is not None:
            return self._inbox.quarantine(incoming, Reason(read.frame.fault.value))
        refusal = read.understood.refusal if read.understood else None
        if refusal is not None:
            return self._inbox.quarantine(incoming, Reason.REFUSED, refusal.error)
        return self._inbox.keep(incoming)

    def _verdict(self, read: Read, stored: Future[Kept] | Future[int] | None, now_ms: int) -> Verdict:
        if stored is None:
            return _CUT
        kept = _result(stored)
        if kept is None:
            self.counts.put_off += 1
            return _LATER
        if isinstance(kept, Kept) and kept.outcome is not Outcome.CONFLICT:
            self._count(read, kept, now_ms)
            return ACCEPTED
        self.counts.refused += 1
        return _KNOWN if isinstance(kept, Kept) else _refused(read)

    def _count(self, read: Read, kept: Kept, now_ms: int) -> None:
        self.counts.last_ms = now_ms
        if kept.outcome is Outcome.SAME:
            self.counts.again += 1
        elif read.understood is not None:
            self.counts.kept += 1
            self._told(kept.seq, read.understood)


def incoming_of(raw: bytes, understood: Understood | None, now_ms: int) -> Incoming:
    """Return *raw* with what the inbox tells messages apart by."""
    envelope = understood.envelope if understood else None
    if envelope is None:
        return Incoming("", "", raw, now_ms)
    return Incoming("|".join(envelope.sender), envelope.control_id, raw, now_ms)


async def _committed(stored: Sequence[Future[Kept] | Future[int] | None], size: int) -> None:
    """Wait until the inbox has answered (it answers in order), but no longer than a sender should wait."""
    last = next((future for future in reversed(stored) if future is not None), None)
    if last is not None:
        waiting: asyncio.Future[object] = asyncio.wrap_future(last)  # type: ignore[arg-type]  # invariant
        waiting.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.wait([waiting], timeout=ANSWER_WITHIN_S + S_PER_MB * (size >> 20))


def _result(stored: Future[Kept] | Future[int]) -> Kept | int | None:
    """Return what the inbox answered; None where it has not (yet) kept anything."""
    if not stored.done():
        return None
    try:
        return stored.result()
    except StorageError:
        return None
    except Exception as error:  # noqa: BLE001 -- whatever it is, the message is not kept: the sender must hear so
        log.error("a message could not be kept: %s", type(error).__name__)  # noqa: TRY400 -- a trace may show it
        return None


def _refused(read: Read) -> Verdict:
    refusal = read.understood.refusal if read.understood else None
    if refusal is not None:
        return Verdict(Code.REJECT, refusal.error, refusal.place, refusal.text)
    return _TOO_LONG if read.frame.fault is Fault.OVERSIZED else _NO_MESSAGE
