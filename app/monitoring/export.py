"""Reports for a service's coordinator: a month, and the full trace of one patient. No Qt.

reports = Reports(alerts, certificate, name, now_ms)
told = await reports.month("ONCO1", Month(2026, 11))     # in the audit trail before it is returned
told = await reports.trace(key)
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.interop.mapping import own
from app.monitoring.monthly import Monthly, actives_csv, monthly, paper, times_csv
from app.monitoring.ports import Refused
from app.monitoring.sharing import conv
from app.monitoring.stock import about
from app.monitoring.traced import Trace, Traced
from app.times import Site
from media.mail.policy import KIND as POLICY
from media.mail.policy import Part
from media.mail.texts import plain_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from app.acts import Act
    from app.interop.mapping import Mapping as Table
    from app.monitoring.memory import Memory
    from app.monitoring.monthly import Month
    from app.monitoring.report import Name, Paper
    from app.monitoring.standing import Service
    from media.keys.certs import DeviceCert
    from storage.monitoring.records import Questionnaire
    from storage.monitoring.trace import Kept
    from storage.patients.facts import Key

ACT: Act = "monitoring-exported"


class Source(Protocol):
    """What knows of a service's alerts: `app.monitoring.service.Monitoring` of an open desk, or `app.monitoring.shelf.Shelf`."""

    @property
    def known(self) -> Memory:
        """What is in mind, the rules among it; raises Unwritable."""
        ...

    async def whole(self, who: Key) -> Memory:
        """Return all that there is of a patient; raises Unwritable, StorageError."""

    async def within(self, since_ms: int, until_ms: int) -> Memory:
        """Return what was answered or came in a time; raises Unwritable, StorageError."""

    async def signed(self, subjects: Collection[bytes]) -> list[Kept]:
        """Return the records on *subjects* as they came."""

    async def traced(self, action: Act, subject: bytes, reason: str) -> None:
        """Have an act in the audit trail; raises Unwritable."""


def _no_pages(_paper: Paper) -> bytes:
    """Paint nothing: who asks for values alone needs no pages."""
    raise NotImplementedError


class Reports:
    """What a coordinator takes out; raises Refused("not-coordinator") for everybody else, Unwritable where nothing can be traced.

    *certificate* finds one by its hash, *name* what somebody is called; *paint* makes a PDF, in a worker thread.
    *table* says what symptoms are called, the program's own where none is given.
    """

    def __init__(
        self,
        alerts: Source,
        certificate: Callable[[bytes], DeviceCert | None],
        name: Name,
        now_ms: Callable[[], int],
        paint: Callable[[Paper], bytes] = _no_pages,
        table: Table | None = None,
    ) -> None:
        self._alerts, self._certificate, self._name, self._now_ms = alerts, certificate, name, now_ms
        self._paint, self._table = paint, table or own()

    def services(self) -> tuple[Service, ...]:
        """Return the services of which this user is a coordinator; raises Unwritable."""
        known = self._alerts.known
        ruled = (known.services[code] for code in sorted(known.services))
        return tuple(one for one in ruled if one.id and known.me in one.of(Part.COORDINATOR))

    def numbers(self, ipp: str) -> tuple[Key, ...]:
        """Return the patients of these services whom a platform calls by *ipp*, by authority; raises Unwritable."""
        mine, known = self.services(), self._alerts.known
        ours = (one for one in known.asked.values() if known.service_of(one.alert) in mine)
        found = {key for one in ours for key in known.numbers(one.person) if key.ipp == ipp}
        return tuple(sorted(found, key=lambda one: one.authority))

    async def month(self, code: str, month: Month) -> Monthly:
        """Return a month of a service."""
        service = next((one for one in self.services() if one.policy.service == code), None)
        if service is None:
            raise Refused("not-coordinator")
        await self._alerts.traced(ACT, b"", f"month {code} {month}")
        told = await self._alerts.within(month.since_ms, month.until_ms)
        return monthly(told, service, month, self._now_ms())

    async def write_month(self, code: str, month: Month, folder: Path) -> tuple[Path, ...]:
        """Write a month into *folder*: patients, response times, pages; raises OSError (FileExistsError) too, and then leaves nothing."""
        told = await self.month(code, month)
        pages = paper(told, self._name(self._alerts.known.me), self._now_ms())
        made = {"actifs.csv": actives_csv(told), "delais.csv": times_csv(told)}
        made["telesuivi.pdf"] = await asyncio.to_thread(self._paint, pages)
        stem = f"{plain_name(code)}-{month}"
        return await asyncio.to_thread(keep, {folder / f"{stem}-{end}": data for end, data in made.items()})

    async def write_trace(self, who: Key, folder: Path) -> tuple[Path, ...]:
        """Write a trace into *folder*, under the time as its name: no file's name has a patient's."""
        told = await self.trace(who)
        pages = await asyncio.to_thread(self._paint, told.paper)
        at = Site(self.services()[0].policy.zone).at(self._now_ms())
        stem = folder / f"trace-telesuivi-{at:%Y%m%d-%H%M%S}"
        made = {Path(f"{stem}.jsonl"): told.jsonl, Path(f"{stem}.pdf"): pages}
        return await asyncio.to_thread(keep, made)

    async def trace(self, who: Key) -> Traced:
        """Return all that is known of a patient by one number of theirs, as far as the own services follow them."""
        mine, known = self.services(), await self._alerts.whole(who)
        told = [one for one in _of(known) if known.service_of(one.alert) in mine]
        if not told:
            raise Refused("not-coordinator" if not mine else "unknown")
        subject = f"patient:{who.authority}|{who.ipp}".encode()
        await self._alerts.traced(ACT, subject, "trace")
        signed = await self._alerts.signed(about(told, known.numbers(told[-1].person)))
        rules = await self._alerts.signed({conv(known.service_of(one.alert).policy.service) for one in told})
        made = Trace(known, told, self._name, self._certificate, self._now_ms(), self._table)
        return await asyncio.to_thread(made.tell, signed, [one for one in rules if one.kind == POLICY])


def keep(files: Mapping[Path, bytes]) -> tuple[Path, ...]:
    """Write new *files*, all or none, for their owner only; return them. Raises FileExistsError, OSError."""
    written: list[Path] = []
    try:
        for path, data in files.items():
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            written.append(path)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
    except OSError:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    return tuple(written)


def _of(memory: Memory) -> list[Questionnaire]:
    """Return all questionnaires, under whichever of their patient's numbers they came, the oldest first."""
    return sorted(memory.asked.values(), key=lambda one: (one.answered_ms, one.alert))
