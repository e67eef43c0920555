"""What is asked about the alerts of this desk: lists, figures, one alert whole, its trace and signatures. No Qt."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from app.monitoring import judging
from app.monitoring.ground import subject_of
from app.monitoring.ports import Refused, Sending, Sheet, Shut, Unwritable
from app.monitoring.proving import prove_all
from app.monitoring.recorded import read
from app.monitoring.sheets import labels, labs, past, report, weeks, weight
from app.monitoring.standing import unruled
from app.monitoring.typed import Typed
from app.post.office import Closed
from storage.monitoring.life import tidings
from storage.monitoring.records import Course, Phase, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.acts import Act
    from app.monitoring.export import Reports
    from app.monitoring.ground import Open
    from app.monitoring.memory import Memory
    from app.monitoring.ports import Counts, Item, List, Proved
    from app.monitoring.report import Paper
    from app.monitoring.standing import Service
    from media.keys.certs import DeviceCert
    from storage.messages.store import Mailbag
    from storage.monitoring.records import Life, Past
    from storage.monitoring.trace import Kept


class Queries(Typed):
    """See `app.monitoring.ports.Monitoring`."""

    async def counts(self) -> Counts:
        """Return the figures of now."""
        return self._opened.memory.counts(self._now_ms(), self._silent_ms())

    async def queue(self, which: List, sort: str = "grade", text: str = "") -> Sequence[Item]:
        """Return one list as it stands now."""
        return tuple(map(self._left, self._opened.memory.queue(which, self._now_ms(), sort, text)))

    async def open(self) -> Sequence[Item]:
        """Return all that are open as they stand now, as one list."""
        return self._opened.memory.open(self._now_ms())

    async def items(self, alerts: Sequence[bytes]) -> Sequence[Item]:
        """Return these alerts as rows, whichever list each is in now."""
        memory, now_ms = self._opened.memory, self._now_ms()
        await self._opened.stock.hold(alerts)
        found = (memory.case(alert, now_ms) for alert in alerts)
        return tuple(self._left(one) for one in found if one is not None)

    def _left(self, item: Item) -> Item:
        sending = self._sending(item)
        told = sending is None or sending.stage == item.leaving
        return item if told or sending is None else replace(item, leaving=sending.stage)

    def _sending(self, item: Item) -> Sending | None:
        if self.outward is None or item.phase is not Phase.CLOSED:
            return None
        return self.outward.sending(item.alert)

    def _sent(self, item: Item, life: Life) -> Sending | None:
        """Return how far the summary is, as this desk knows or as the one that closed the alert said."""
        said = tidings(life)
        told = Sending(said.step, said.reason, said.at_ms, said.version, here=False) if said else None
        return self._sending(item) or told

    async def services(self) -> Sequence[Service]:
        """Return the services of which this desk knows rules, or one without any."""
        known = self._opened.memory.services
        return tuple(known[code] for code in sorted(known)) or (unruled("-"),)

    async def sheet(self, alert: bytes, *, again: bool = False) -> Sheet | None:
        """Return one alert whole, and trace that it was read."""
        desk = self._opened
        await desk.stock.hold([alert])
        item = desk.memory.case(alert, self._now_ms())
        person = desk.memory.person_of(alert)
        if item is None or person is None:
            return None
        ground = await self._ground(desk, item)
        if not again:
            await self._read(item, ground)
        told = desk.memory.asked.get(alert)
        life, service = desk.memory.life(alert), desk.memory.service_of(alert)
        whole, upto_ms = await desk.stock.whole({person}), told.answered_ms if told else self._now_ms()
        earlier = whole.weeks(person, upto_ms)
        if item.shut:
            item = whole.case(alert, self._now_ms()) or item
        patient = await asyncio.wrap_future(desk.vault.patients.get(item.who.id)) if item.who.id else None
        return Sheet(
            item=self._left(item),
            questionnaire=told,
            life=life,
            weeks=weeks(earlier, upto_ms, service.hours.zone),
            labels=labels(earlier),
            labs=labs(patient) if patient else (),
            report=report(patient, told) if patient and told else "",
            protocol=judging.protocol(service, item.symptoms, item.grade),
            version=service.policy.number if service.id else 0,
            suggested=judging.suggested(item, life, desk.memory.me),
            ruled=service,
            me=desk.memory.me,
            past=_past(whole, person),
            muted=self._muted(person),
            weight=weight(earlier),
            service=service.policy.title,
            zone=service.hours.zone,
            sending=self._sent(item, life),
            typed=() if again else await self.typed(alert),
        )

    async def _ground(self, desk: Open, item: Item) -> str:
        """Return on what ground an alert is open to who is not of its service, "" where no ground is needed; raises Shut."""
        memory = desk.memory
        if not item.shut or any(one.author == memory.me for one in memory.records(item.alert)):
            return ""
        ground = await self.access(item.who.id) if item.who.id else ""
        if not ground:
            self._trail.record("patient-refused", subject=subject_of(item.who.key))
            raise Shut(item.who)
        return ground

    async def _read(self, item: Item, ground: str) -> None:
        """Trace that an alert is read; outside the service nothing opens where the trail takes nothing."""
        if ground:
            await self.traced("alert-read", subject_of(item.who.key), ground)
        else:
            self._trail.record("alert-read", subject=subject_of(item.who.key))

    async def course(self, person: int) -> Course | None:
        """Return what is known of a patient of the cache."""
        whole = await self._opened.stock.whole({person})
        told = whole.weeks(person, self._now_ms())
        if not told:
            return None
        service = whole.service_of(told[-1].alert)
        return Course(
            newest=told[-1],
            weeks=weeks(told, self._now_ms(), service.hours.zone),
            labels=labels(told),
            past=_past(whole, person),
            muted=self._muted(person),
            weight=weight(told),
            service=service.policy.title,
            zone=service.hours.zone,
        )

    def _muted(self, person: int) -> tuple[Record, ...]:
        """Return by what symptoms of a patient are muted now, against the grades of the newest questionnaire."""
        memory, now_ms = self._opened.memory, self._now_ms()
        told = memory.weeks(person, now_ms)
        return tuple(memory.muted(told[-1], now_ms).values()) if told else ()

    async def trace(self, alert: bytes, action: Act) -> None:
        """Have it in the audit trail that an alert's sheet goes to another program or on paper, before it does."""
        await self._opened.stock.hold([alert])
        item = self._opened.memory.case(alert, self._now_ms())
        if item is None:
            raise Refused("unknown")
        await self._ground(self._opened, item)
        await self.traced(action, subject_of(item.who.key), "")

    async def verify(self, alert: bytes) -> Proved:
        """Verify the signature of each record in an alert's trace, beside the loop; raises Unwritable where the post is shut."""
        desk = self._opened
        await desk.stock.hold([alert])
        shown = [row.record for row in desk.memory.life(alert).rows]
        rows = await asyncio.wrap_future(desk.vault.mail.read(partial(_about, alert)))
        try:
            return await asyncio.to_thread(_proved, shown, rows, self._sharing.certificate)
        except Closed as error:
            raise Unwritable from error

    def reports(self, names: dict[bytes, str], paint: Callable[[Paper], bytes]) -> Reports:
        """Return what a coordinator takes out, with *names* as the directory has them now; *paint* makes a PDF."""
        from app.monitoring import export  # noqa: PLC0415 -- who takes nothing out does without

        def name(user: bytes) -> str:
            return names.get(user) or user.hex()[:8]

        return export.Reports(self, self._sharing.certificate, name, self._now_ms, paint, self.table())


def _past(whole: Memory, person: int) -> tuple[Past, ...]:
    return tuple(
        past(whole.asked[one.alert], one, whole.life(one.alert), whole.service_of(one.alert).reasons)
        for one in whole.alerts(person)
    )


def _about(subject: bytes, rows: Mailbag) -> list[Kept]:
    return rows.trace.of({subject})


def _proved(
    shown: Sequence[Record], rows: Sequence[Kept], find: Callable[[bytes], DeviceCert | None]
) -> Proved:
    return prove_all(shown, [(one, read(one)) for one in rows], find)
