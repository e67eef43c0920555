"""What an alert that this desk closed tells the hospital's record: its summary, brought out once by way of a gateway. No Qt.

    closing = Closing(start, alerts, lambda: handed.outgoing, paint, name, now_ms)
    closing.follow()                       # from the unlock to the lock
    closing.sending(alert)                 # how far it is; `Monitoring.changed` fires when that changes
    await closing.again(alert)             # one that was refused

Which alerts those are follows from the signed records, and the document's id from the closing record's: whatever is killed in
between, the next start finds what is left to do, and nothing leaves twice.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from app.fanout.outgoing import NotSent
from app.i18n import tr
from app.monitoring.ports import List, Refused, Sending, Unwritable
from app.monitoring.report import summary
from app.post.office import Closed
from media.keys import cbor
from media.keys.sign import digest
from media.mail import texts
from media.mail.bodies import ID, Patient
from media.mail.steps import MAX_CODE
from media.patience import within
from storage.errors import StorageError
from storage.monitoring.life import closing_record, tidings
from storage.monitoring.records import Step
from storage.outgoing import Leaving, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.fanout.outgoing import Outgoing
    from app.jobs import Job, Start
    from app.monitoring.report import Name, Paper
    from app.monitoring.service import Monitoring
    from storage.monitoring.records import Record

CODE = "75498-6"
"""LOINC: Telehealth Summary note."""
PDF = "application/pdf"
SETTLE_MS = 15_000
"""So long after a closure its summary leaves: an undo is offered for 10 s, and what was undone must not be in the record."""
LOOK_S = 60.0
KEPT = "kept"
_ENDS = frozenset((Step.CLOSE, Step.SECOND))
_TIDINGS = {str(Stage.ACCEPTED): Step.ACCEPTED, str(Stage.REFUSED): Step.REFUSED}
_PASSING = (StorageError, Unwritable, Closed, NotSent)
log = logging.getLogger(__name__)


def document_id(record: bytes, attempt: int = 0) -> bytes:
    """Return the id of the summary that a closing record leads to; each *attempt* after a refusal is another document."""
    return digest(cbor.encode(["CSL1/closed", record, attempt]))[:ID]


class Closing:
    """Of one desk. All but `follow` and `close` on the loop's thread; *paint* makes a PDF, in a worker thread.

    *outgoing* raises NotSent while nothing may leave.
    """

    def __init__(
        self,
        start: Start,
        alerts: Monitoring,
        outgoing: Callable[[], Outgoing],
        paint: Callable[[Paper], bytes],
        name: Name,
        now_ms: Callable[[], int],
    ) -> None:
        self._start, self._alerts, self._outgoing = start, alerts, outgoing
        self._paint, self._name, self._now_ms = paint, name, now_ms
        self._due: set[bytes] = set()
        self._again: set[bytes] = set()
        self._all = True
        self._sendings: dict[bytes, Sending] = {}
        self._of: dict[bytes, bytes] = {}
        self._news = asyncio.Event()
        self._job: Job | None = None
        alerts.outward = self
        alerts.changed.subscribe(self._changed)

    def follow(self) -> None:
        """Bring out what is closed here, until `close`."""
        if self._job is None:
            self._job = self._start(self.work(), _ended, _failed)

    def close(self) -> None:
        """Bring out nothing more; what is left waits for the next unlock."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    # --- what is asked -------------------------------------------------------------------------------------

    def sending(self, alert: bytes) -> Sending | None:
        """Return how far the summary of an alert is; None where this desk did not close it."""
        return self._sendings.get(alert)

    async def again(self, alert: bytes) -> None:
        """Give a summary that was refused to the record once more; raises Refused, Unwritable, NotSent, StorageError."""
        record = self._closed_here(alert)
        if record is None:
            raise Refused("unknown")
        attempt, left = await self._left(record)
        if left is None or left.stage is not Stage.REFUSED:
            raise Refused("not-open")
        await self._send(alert, document_id(record.id, attempt + 1))
        self.look(alert)

    def look(self, alert: bytes) -> None:
        """Look at an alert's summary now."""
        self._due.add(alert)
        self._news.set()

    def left(self, one: Leaving) -> None:
        """Take it that a document came further, as `Handed.left` tells."""
        if one.id in self._of:
            self.look(self._of[one.id])

    # --- what is done --------------------------------------------------------------------------------------

    async def work(self) -> None:
        """Bring out until cancelled; what fails is tried again."""
        self._due, self._all = set(), True
        try:
            while True:
                self._news.clear()
                wait_s = LOOK_S
                try:
                    wait_s = await self.step()
                except _PASSING as error:
                    log.warning("summaries stay here for now: %s", type(error).__name__)
                self._due |= self._again
                with suppress(TimeoutError):
                    await within(wait_s, self._news.wait())
        finally:
            self._sendings, self._of = {}, {}

    async def step(self) -> float:
        """Bring out what is due; return after how many seconds to look again."""
        if self._all:
            self._due |= set(await self._unsettled(self._closed()))
            self._all = False
        soonest = LOOK_S
        due, self._due = self._due, set()
        self._again = set(due)
        for alert in sorted(due):
            wait_s = await self._try(alert)
            if wait_s is None:
                self._again.discard(alert)
            soonest = min(soonest, LOOK_S if wait_s is None else wait_s)
        return soonest

    async def _try(self, alert: bytes) -> float | None:
        """Bring out one summary; one that cannot be written, or is too big, is said and holds no other back."""
        wait_s = None
        try:
            wait_s = await self._bring(alert)
        except (StorageError, Unwritable, Closed):
            raise
        except NotSent as error:
            if error.code != "too-big":
                raise
            self._show(alert, Sending(Stage.REFUSED, error.code))
        except Exception as error:  # noqa: BLE001 -- what nobody foresaw of one must not hold the others back
            log.warning("a summary cannot be written: %s", type(error).__name__)
            self._show(alert, Sending(Stage.REFUSED, "unwritten"))
        await self._tell(alert)
        return wait_s

    async def _tell(self, alert: bytes) -> None:
        """Let the team know what became of a summary: once of each attempt, whatever is killed in between."""
        record, sending = self._closed_here(alert), self._sendings.get(alert)
        step = _TIDINGS.get(sending.stage) if sending is not None else None
        if record is None or sending is None or step is None:
            return
        code = texts.clean_line(sending.code, MAX_CODE) if step is Step.REFUSED else ""
        said = tidings(self._alerts.known.life(alert))
        if said is None or (said.step, said.reason, said.version) != (step, code, sending.attempt):
            with suppress(Refused):  # the alert moved on meanwhile
                await self._alerts.tell(record, step, code, sending.attempt)

    def _changed(self, alerts: frozenset[bytes]) -> None:
        self._all = self._all or not alerts
        self._due |= alerts
        self._news.set()

    def _closed(self) -> list[tuple[bytes, Record]]:
        """Return all alerts that this desk closed, each with the record that did."""
        closed = self._alerts.known.queue(List.CLOSED, self._now_ms())
        found = ((one.alert, self._closed_here(one.alert)) for one in closed)
        return [(alert, record) for alert, record in found if record is not None]

    def _closed_here(self, alert: bytes) -> Record | None:
        """Return the record by which this desk closed an alert; None where it is open, or another desk did."""
        memory, device = self._alerts.known, self._alerts.device
        if not any(one.step in _ENDS and one.device == device for one in memory.every(alert)):
            return None
        last = closing_record(memory.life(alert))
        return last if last is not None and last.device == device else None

    async def _unsettled(self, closed: Iterable[tuple[bytes, Record]]) -> list[bytes]:
        """Return the alerts whose summary is not in the record's hands; of the others it is known at once that it is."""
        by_number = {document_id(record.id): alert for alert, record in closed}
        known = await self._outgoing().known(by_number)
        rest = []
        for number, alert in by_number.items():
            one = known.get(number)
            said = tidings(self._alerts.known.life(alert))
            heard = said is not None and said.step is Step.ACCEPTED
            if one is not None and (one.stage is Stage.SENT or (one.stage is Stage.ACCEPTED and heard)):
                self._of[number] = alert
                self._sendings[alert] = Sending(one.stage, one.code, one.at_ms)
            else:
                rest.append(alert)
        return rest

    async def _bring(self, alert: bytes) -> float | None:
        """Bring out one summary where it is due; return after how many seconds to look at it again, None: not until something changes."""
        record = self._closed_here(alert)
        if record is None:
            self._show(alert, None)
            return None
        attempt, left = await self._left(record)
        since_ms = self._now_ms() - record.at_ms
        if left is None and 0 <= since_ms < SETTLE_MS:
            self._show(alert, Sending(Stage.QUEUED))
            return (SETTLE_MS - since_ms) / 1000
        number = document_id(record.id, attempt)
        self._of[number] = alert
        outgoing = self._outgoing()
        if left is None or outgoing.stuck(left):
            if not outgoing.reachable:
                self._show(alert, Sending(KEPT, "no-gateway"))
                return LOOK_S
            await self._send(alert, number)
            left = await outgoing.get(number)
        if left is None:
            return LOOK_S
        self._show(alert, Sending(left.stage, left.code, left.at_ms, attempt))
        return LOOK_S if left.stage is Stage.QUEUED else None

    async def _left(self, record: Record) -> tuple[int, Leaving | None]:
        """Return the last attempt to bring out the summary of *record*, and how far it is."""
        outgoing, attempt = self._outgoing(), 0
        left = await outgoing.get(document_id(record.id))
        while left is not None and left.stage is Stage.REFUSED:
            later = await outgoing.get(document_id(record.id, attempt + 1))
            if later is None:
                break
            attempt, left = attempt + 1, later
        return attempt, left

    async def _send(self, alert: bytes, number: bytes) -> None:
        """Give the summary to a gateway; in the audit trail before it may leave."""
        sheet = await self._alerts.sheet(alert, again=True)
        if sheet is None:
            return
        who = sheet.item.who
        paper = summary(sheet, self._name, self._now_ms(), self._alerts.table())
        data = await asyncio.to_thread(self._paint, paper)
        subject = f"patient:{who.key.authority}|{who.key.ipp}".encode()
        await self._alerts.traced("document-out", subject, "alert")
        patient = Patient(who.key.authority, who.key.ipp, texts.clean_line(who.name))
        text = texts.clean_text(paper.plain)[: texts.MAX_CHARACTERS]
        title = texts.clean_line(tr("monitoringout.summary"))
        await self._outgoing().send(CODE, title, PDF, patient, data, text=text, number=number)

    def _show(self, alert: bytes, sending: Sending | None) -> None:
        if self._sendings.get(alert) == sending:
            return
        if sending is None:
            del self._sendings[alert]
        else:
            self._sendings[alert] = sending
        self._alerts.changed.fire(frozenset((alert,)))


def _ended(_nothing: None) -> None:
    """Nothing to do: it ends when it is closed."""


def _failed(error: Exception) -> None:
    log.error("summaries do not leave: %s", type(error).__name__)
