"""What is done about the alerts of this desk: each step tried on the alert's life first, then in the audit trail, then said. No Qt."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from app.monitoring.ground import Ground, subject_of
from app.monitoring.ports import Partly, Refused, Unwritable
from app.monitoring.recorded import record
from app.post.office import Closed
from media.mail import texts
from media.mail.bodies import Patient
from media.mail.steps import AlertStep
from storage.errors import StorageError
from storage.monitoring.answers import patient_id
from storage.monitoring.life import fold, tidings
from storage.monitoring.records import MUTE_MS, NO_GRADE, Life, Phase, Record, Step, Void
from storage.patients.facts import Key

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Sequence

    from app.monitoring.ports import Item
    from app.monitoring.standing import Service

DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS
_REFUSALS = {
    Void.NOT_OPEN: "not-open",
    Void.INCOMPLETE: "incomplete",
    Void.SAME_READER: "same-reader",
    Void.NOT_OWN: "not-own",
    Void.TOO_LATE: "late",
    Void.CROSSED: "not-open",
}


class Steps(Ground):
    """See `app.monitoring.ports.Monitoring`."""

    async def take(self, alert: bytes) -> Record:
        """Take it, or take it over."""
        return await self._do(alert, Step.TAKE)

    async def hand(self, alert: bytes, to: bytes) -> Record:
        """Give it to somebody of the service."""
        if to not in self._opened.memory.service_of(alert).members:
            raise Refused("not-member")
        return await self._do(alert, Step.HAND, to=(to,))

    async def hand_many(self, alerts: Sequence[bytes], to: bytes) -> tuple[Record, ...]:
        """Give several to somebody of their services; refused as a whole where one cannot be given."""
        memory = self._opened.memory
        await self._opened.stock.hold(alerts)
        if any(to not in memory.service_of(alert).members for alert in alerts):
            raise Refused("not-member")
        for alert in alerts:
            self._tried(alert, Step.HAND, to=(to,))
        return await _each(self.hand(alert, to) for alert in alerts)

    async def call(
        self, alert: bytes, *, reached: bool, minutes: int, text: str, grade: int = NO_GRADE
    ) -> Record:
        """Note a call; *grade*: confirmed by telephone."""
        return await self._do(alert, Step.CALL, reached=reached, minutes=minutes, text=text, grade=grade)

    async def advise(self, alert: bytes, text: str) -> Record:
        """Note advice given by the service's protocol."""
        version = self._opened.memory.service_of(alert).policy.number
        return await self._do(alert, Step.ADVISE, text=text, version=version)

    async def escalate(self, alert: bytes, to: tuple[bytes, ...], text: str) -> Record:
        """Bring it before doctors, in this order; it passes on when nobody took it in time."""
        policy = self._opened.memory.service_of(alert).policy
        until_ms = self._now_ms() + policy.pass_on * 60_000 if len(to) > 1 else 0
        places = tuple((os.urandom(16), os.urandom(32)) for _ in to[1:])
        return await self._do(alert, Step.ESCALATE, to=to, text=text, until_ms=until_ms, places=places)

    async def answer(self, alert: bytes, text: str, grade: int = NO_GRADE) -> Record:
        """Say what is to be done, as the doctor."""
        return await self._do(alert, Step.ANSWER, text=text, grade=grade)

    async def close(self, alert: bytes, reason: str, grade: int, text: str = "", bulk: bytes = b"") -> Record:
        """Close it; from grade 3 on it then waits for a second reader, unless an escalation was answered."""
        return await self._do(alert, Step.CLOSE, reason=reason, grade=grade, text=text, bulk=bulk)

    async def second(self, alert: bytes) -> Record:
        """Agree to a closure as the second reader."""
        return await self._do(alert, Step.SECOND)

    async def reopen(self, alert: bytes, text: str) -> Record:
        """Open it again."""
        return await self._do(alert, Step.REOPEN, text=text)

    async def note(self, alert: bytes, text: str, conv: bytes = b"") -> Record:
        """Add a note to the trace; *conv*: the conversation of messages that it is about."""
        if not text.strip():
            raise Refused("incomplete")
        return await self._do(alert, Step.NOTE, text=text, about=conv)

    async def undo(self, record: Record) -> Record:
        """Take an own step back."""
        return await self._do(record.subject, Step.UNDO, about=record.id)

    async def tell(self, closing: Record, step: Step, code: str = "", attempt: int = 0) -> Record:
        """Say what became of the summary of an alert that this device closed by *closing*: ACCEPTED, or REFUSED for a *code*."""
        before = tidings(self._opened.memory.life(closing.subject))
        parents = tuple(sorted({closing.id, *((before.id,) if before is not None else ())}))
        return await self._do(
            closing.subject, step, about=closing.id, reason=code, version=attempt, parents=parents
        )

    async def close_many(self, alerts: Sequence[bytes], reason: str, text: str = "") -> tuple[Record, ...]:
        """Close alerts of grade 0 and 1 as one act; refused as a whole where one is not, or is closed, or waits for a second reader."""
        memory, now_ms = self._opened.memory, self._now_ms()
        await self._opened.stock.hold(alerts)
        items = [memory.case(alert, now_ms) for alert in alerts]
        if any(one is None or not 0 <= one.pressing <= 1 for one in items):
            raise Refused("grade")
        grades = {one.alert: one.grade for one in items if one is not None}
        for alert, grade in grades.items():
            _item, _made, after = self._tried(alert, Step.CLOSE, reason=reason, grade=grade)
            if after.phase is not Phase.CLOSED:
                raise Refused("grade")
        bulk = os.urandom(16)
        return await _each(self.close(alert, reason, grade, text, bulk) for alert, grade in grades.items())

    async def mute(self, who: Key, symptom: str, until_ms: int, reason: str) -> Record:
        """Let one symptom of a patient raise no alert while it is not worse; one week to three months."""
        lasts = until_ms - self._now_ms()
        if not reason.strip() or not lasts + 60_000 >= WEEK_MS or lasts > MUTE_MS:
            raise Refused("incomplete")
        grade = self._opened.memory.newest_grade(who, symptom)
        if grade == NO_GRADE:
            raise Refused("unknown")
        made = AlertStep(
            Step.MUTE,
            patient_id(who),
            self._now_ms(),
            reason=reason,
            symptom=symptom,
            until_ms=until_ms,
            grade=grade,
        )
        return await self._say(replace(made, parents=self._heads(who)), who)

    async def unmute(self, who: Key, symptom: str) -> Record:
        """Let it raise alerts again."""
        made = AlertStep(Step.UNMUTE, patient_id(who), self._now_ms(), symptom=symptom)
        return await self._say(replace(made, parents=self._heads(who)), who)

    async def remind(self, alerts: Sequence[bytes]) -> tuple[Record, ...]:
        """Note that those who did not answer are reminded."""
        return await _each(self._do(one, Step.REMIND) for one in alerts)

    async def send_again(self, alert: bytes) -> None:
        """Give a summary that was refused to the record once more."""
        if self.outward is None:
            raise Refused("unknown")
        await self.outward.again(alert)

    async def _do(self, alert: bytes, step: Step, **more: object) -> Record:
        """Do one step of an alert, where the life of it lets it happen; raises Refused, Unwritable, StorageError."""
        await self._opened.stock.hold([alert])
        item, made, _after = self._tried(alert, step, **more)
        return await self._say(made, item.who.key, item.who.name, self._opened.memory.service_of(alert))

    def _tried(self, alert: bytes, step: Step, **more: object) -> tuple[Item, AlertStep, Life]:
        """Return an alert as a row, a step of it and how it stands after that; raises Refused where the life of it does not let it happen."""
        memory = self._opened.memory
        item = memory.case(alert, self._now_ms())
        if item is None:
            raise Refused("unknown")
        life = memory.life(alert)
        made = replace(AlertStep(step, alert, self._now_ms(), parents=life.heads[-32:]), **_wire(more))  # type: ignore[arg-type]
        told = memory.asked.get(alert)
        after = fold([*memory.records(alert), self._trial(made)], told.grade if told else NO_GRADE)
        self._check(after)
        return item, made, after

    def _trial(self, made: AlertStep) -> Record:
        desk = self._opened
        try:
            return record(made, bytes(16), desk.session.user, self._sharing.device)
        except Closed as error:
            raise Unwritable from error

    def _check(self, after: Life) -> None:
        void = next((row.void for row in after.rows if row.record.id == bytes(16)), None)
        if void is not None:
            raise Refused(_REFUSALS.get(void, "not-open"))

    def _heads(self, who: Key) -> tuple[bytes, ...]:
        """Return what was said last on a patient, by whichever of their numbers."""
        memory = self._opened.memory
        subjects = {patient_id(who)}.union(*(memory.subjects(person) for person in memory.persons_of(who)))
        return fold(memory.every(*subjects)).heads[-32:]

    async def _say(self, made: AlertStep, who: Key, name: str = "", service: Service | None = None) -> Record:
        desk = self._opened
        ruled = service or desk.memory.service_for(who)
        if not ruled.counts(desk.session.user, made.at_ms):
            raise Refused("not-member")
        patient = Patient(who.authority, who.ipp, texts.clean_line(name))
        said = replace(made, text=texts.clean_text(made.text), patient=patient)
        await self.traced("alert-step", subject_of(who), str(made.step))
        kept = await self._said(desk, ruled.policy.service, ruled.members, said)
        return record(said, kept.id, kept.author, kept.device)

    async def _trace_step(self, said: AlertStep) -> None:
        who = said.patient or Patient("", "", "")
        await self.traced("alert-step", subject_of(Key(who.authority, who.ipp)), str(said.step))


async def _each(acts: Iterable[Awaitable[Record]]) -> tuple[Record, ...]:
    """Do several acts one by one; raises Partly with what was done where one could not be."""
    done: list[Record] = []
    for act in acts:
        try:
            done.append(await act)
        except (Refused, Unwritable, StorageError) as error:
            if done:
                raise Partly(tuple(done)) from error
            raise
    return tuple(done)


def _wire(more: dict[str, object]) -> dict[str, object]:
    """Return the fields of a step as they travel: no grade is None there."""
    grade = more.get("grade", NO_GRADE)
    return {**more, "grade": None if grade == NO_GRADE else grade}
