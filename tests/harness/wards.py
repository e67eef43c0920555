"""A service that follows patients at home: desks of a team with their monitoring, over real vaults and a real relay."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING

from app.monitoring.service import Monitoring
from app.monitoring.sharing import Sharing
from media.mail.policy import Part, Policy
from storage.monitoring.answers import alert_id
from storage.patients.facts import Answered, Fact, Identity, Key, Questionnaire, Stamp
from tests.harness.correspondents import Clinic, Desk
from tests.harness.postal import until

if TYPE_CHECKING:
    from pathlib import Path

AUTHORITY = "1.2.250.1.999.51.1"
PARTS = {"nurse": Part.NURSE, "doctor": Part.DOCTOR, "secretary": Part.COORDINATOR}
_numbers = itertools.count(1)


def asked(ipp: str, at_ms: int, number: str = "", unit: str = "ONCO1", **grades: int) -> Fact:
    """Return a questionnaire of a patient with the sender's grade of each symptom."""
    number = number or f"Q{next(_numbers)}"
    items = tuple(
        Answered(one, "grade", one.upper(), one, "CTCAE", str(grade), "", "F")
        for one, grade in grades.items()
    )
    told = Questionnaire(number, "SUIVI", "EPRO", at_ms, at_ms, "F", items, unit=unit)
    return Fact(Key(AUTHORITY, ipp), Stamp(at_ms, f"M{number}"), told)


def named(ipp: str, birth_name: str, given_name: str, at_ms: int) -> Fact:
    traits = {"birth_name": birth_name, "given_name": given_name, "birth": "19620907", "sex": "F"}
    return Fact(Key(AUTHORITY, ipp), Stamp(at_ms, f"A{ipp}"), Identity(traits))


def alert_of(fact: Fact) -> bytes:
    return alert_id(fact.key, fact.content.platform, fact.content.id)


class Watch:
    """The monitoring of one desk."""

    def __init__(self, desk: Desk, founders: set[bytes]) -> None:
        self.desk, self._seqs = desk, itertools.count(1)
        self.clock = desk.clock
        """The hour by which alerts are seen; a test gives another one to put it back without touching certificates."""
        self.founders = founders
        self._news = asyncio.Event()

    async def begin(self) -> Watch:
        self.alerts = Monitoring(
            Sharing(self.desk.post, lambda: self.founders),
            self.now_ms,
            self.desk.trail,
            lambda: self.founders,
            lambda: 0,
        )
        self.alerts.changed.subscribe(lambda _alerts: self._news.set())
        await self.alerts.begin(self.desk.session, self.desk.vault)
        self._reading = asyncio.create_task(self._read_on())
        return self

    async def _read_on(self) -> None:
        """Read what is older or was missed, as `Following` does."""
        while True:
            self._news.clear()
            while self.alerts.reading:
                await self.alerts.read_on()
            await self._news.wait()

    def end(self) -> None:
        self._reading.cancel()
        self.alerts.end()

    def now_ms(self) -> int:
        return self.clock.now_ms()

    async def hear(self, *facts: Fact) -> None:
        """Take what a platform told, as the feed does."""
        batch = [(next(self._seqs), (one,)) for one in facts]
        changed = await asyncio.wrap_future(self.desk.vault.patients.apply(batch))
        await self.alerts.refresh(changed)

    async def restart(self) -> None:
        """Lock the desk and unlock it."""
        self.end()
        await self.desk.close()
        await self.desk.reopen()
        await self.begin()
        await until(lambda: not self.alerts.reading)

    @property
    def user(self) -> bytes:
        return self.desk.user


def with_team(folder: Path, roles: tuple[str, ...], story, strangers: int = 0) -> None:
    """Run *story* with the watches of a team; the first signs the service's first rules. *strangers* stand behind, in no service."""

    async def run() -> None:
        clinic = Clinic(folder)
        try:
            everybody = (*roles, *("nurse",) * strangers)
            desks = [
                await clinic.desk(f"Soignant {number}", role=role) for number, role in enumerate(everybody)
            ]
            await clinic.settle()
            founders = {desks[0].user}
            watches = [await Watch(desk, founders).begin() for desk in desks]
            members = tuple((one.user, PARTS[role]) for one, role in zip(desks, roles, strict=False))
            await watches[0].alerts.sign(Policy("ONCO1", "Oncologie", 1, members=members))
            await story(clinic, *watches)
        finally:
            await clinic.end()

    asyncio.run(run())
