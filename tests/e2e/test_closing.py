"""A closed alert in the hospital's record: a real gateway, a real relay, a simulated record, a nurse's desk that is killed at each step."""

from __future__ import annotations

import asyncio
import re

import msgspec
import pytest

from app.audit import Trail
from app.interop.documents import document_bytes
from app.interop.understand import understand
from app.monitoring.closing import SETTLE_MS, Closing, document_id
from app.monitoring.pdf import paint
from app.monitoring.ports import List, Refused
from app.monitoring.service import Monitoring
from app.monitoring.sharing import Sharing
from app.monitoring.steps import WEEK_MS
from app.ui.theme import load_fonts
from media.mail.policy import Part, Policy
from storage.monitoring.answers import silence_id
from storage.monitoring.records import Step
from storage.outgoing import Stage
from storage.patients.facts import Fact, Key
from tests.e2e.test_fanout import AUTHORITY, Desk, Site, send
from tests.harness.adt import adt
from tests.harness.postal import Clock, until
from tests.harness.wards import alert_of, asked
from tests.unit.fanout.test_documents import Ehr


@pytest.fixture
def site(tmp_path, qapp):
    load_fonts()
    made = Site(tmp_path)
    yield made
    made.close()


class Killed(BaseException):
    """The desk is gone in the middle of something."""


class Ward(Desk):
    """A nurse's desk: alerts, and what leaves of them."""

    clock: Clock
    founders: frozenset[bytes] = frozenset()

    @classmethod
    async def of(cls, site: Site, name: str = "K. Essai") -> Ward:
        made = await cls.enrol(site, name, role="nurse")
        made.clock = Clock()
        return made

    async def begin(self) -> Ward:
        await self.open()
        session = await self.site.house.refresh(self.vault)
        trail = Trail(self.clock.now_ms)
        trail.open(self.vault.audit, session.user)
        self.alerts = Monitoring(
            Sharing(self.post), self.clock.now_ms, trail, lambda: self.founders, lambda: 0
        )
        self.closing = Closing(
            self._start,
            self.alerts,
            lambda: self.handed.outgoing,
            paint,
            self.post.desk.book.name,
            self.clock.now_ms,
        )
        self.handed.left.subscribe(self.closing.left)
        await self.alerts.begin(session, self.vault)
        return self

    async def hear(self, *facts: Fact) -> None:
        for number, fact in enumerate(facts):
            changed = await asyncio.wrap_future(self.vault.patients.apply([(number + 1, (fact,))]))
            await self.alerts.refresh(changed)

    async def end(self) -> None:
        self.closing.close()
        self.alerts.end()
        await self.close()

    async def reaches(self, alert: bytes, stage: str) -> None:
        def there():
            found = self.closing.sending(alert)
            return found is not None and found.stage == stage

        await until(there, 150)

    async def shows(self, alert: bytes, leaving: str) -> None:
        """Wait until the row of a closed alert says how far its summary is."""

        async def there():
            return [one.leaving for one in await self.alerts.queue(List.CLOSED) if one.alert == alert] == [
                leaving
            ]

        await until(there, 150)

    def later(self, alert: bytes) -> None:
        """Let the time of an undo be over."""
        self.clock.ahead_ms += SETTLE_MS + 1
        self.closing.look(alert)

    def acts(self) -> list[tuple[str, str]]:
        return [(row.action, row.reason) for row in self.vault.audit.newest().result()]


def told(patient: int, number: str = "", **grades: int) -> Fact:
    fact = asked(f"{patient:08}", 1_790_000_000_000, number, **grades)
    return Fact(Key(AUTHORITY, f"{patient:08}"), fact.stamp, fact.content)


def documents(raw: bytes) -> list:
    understood = understand(raw, arrived_ms=1, zone="Europe/Paris")
    assert understood.refusal is None
    return [one.content for one in understood.facts if type(one.content).__name__ == "Document"]


def plain(raw: bytes) -> str:
    [text] = re.findall(r"\rOBX\|2\|TX\|[^|]*\|1\|([^|]*)\|", raw.decode())
    return text.replace("~", "\n")


def test_a_closure_is_in_the_record_once_and_not_before_it_can_be_undone_no_more(site):
    async def story():
        async with Ehr() as ehr:
            port = site.start("--record", f"127.0.0.1:{ehr.port}", "--record-form", "oru")
            await send(port, *(adt("A28^ADT_A05", str(number), number) for number in (1, 2, 3)))
            ward = await (await Ward.of(site)).begin()
            fact, undone = told(1, diarrhea=2), told(2, pain=1)
            broken = told(3, "A3", pain=1)
            await ward.hear(fact, undone, broken)
            ward.closing.follow()
            alert, other, bad = map(alert_of, (fact, undone, broken))
            ward.closing._paint = lambda paper: paint(paper) if "00000003" not in paper.head else 1 // 0
            await ward.alerts.close(bad, "known", 1)
            await ward.alerts.call(alert, reached=True, minutes=6, text="7 selles/j, pas de fièvre", grade=2)
            await ward.alerts.close(alert, "advice", 1, "revue | lundi")
            await ward.reaches(alert, Stage.QUEUED)
            closed = await ward.alerts.close(other, "known", 1)
            await ward.alerts.undo(closed)
            await until(lambda: ward.closing.sending(other) is None)
            assert await ward.handed.outgoing.every() == [], "nothing is on its way while it may be undone"
            ward.later(alert)
            await ward.reaches(alert, Stage.ACCEPTED)
            await ward.reaches(bad, Stage.REFUSED)
            assert ward.closing.sending(bad).code == "unwritten", "it holds the others back no more than this"
            left = {one.alert: one.leaving for one in await ward.alerts.queue(List.CLOSED)}
            assert left == {alert: "accepted", bad: "refused"}
            assert ("document-out", "alert") in ward.acts()
            await ward.end()
            await ward.begin()
            ward.closing.follow()
            await ward.reaches(alert, Stage.ACCEPTED)
            await ward.reaches(bad, Stage.ACCEPTED)
            ward.later(alert)
            await ward.end()
            ward.vault.lock()
        raw, other_raw = ehr.got
        assert b"00000003" in other_raw
        [paper] = documents(raw)
        assert b"ORU^R01" in raw
        assert document_bytes(raw, paper.segment).startswith(b"%PDF-1.")
        for words in (
            "7 selles/j, pas de fièvre",
            "K. Essai",
            "advice",
            "revue \\F\\ lundi",
            "G1",
            "n’a rien décidé",
        ):
            assert words in plain(raw)

    asyncio.run(story())


def test_what_the_record_refuses_is_said_with_its_code_and_sent_again_when_asked(site):
    async def story():
        async with Ehr("AR", "AE", "AA") as ehr:
            port = site.start("--record", f"127.0.0.1:{ehr.port}", "--record-form", "oru")
            await send(port, adt("A28^ADT_A05", "1", 1))
            ward = await (await Ward.of(site)).begin()
            fact = told(1, pain=1)
            await ward.hear(fact)
            alert = alert_of(fact)
            ward.closing.follow()
            await ward.alerts.close(alert, "known", 1)
            with pytest.raises(Refused):
                await ward.closing.again(alert)
            ward.later(alert)
            await ward.reaches(alert, Stage.REFUSED)
            refused = ward.closing.sending(alert)
            assert (refused.code, refused.again) == ("207", True)
            ward.later(alert)
            await ward.closing.again(alert)
            await ward.reaches(alert, Stage.ACCEPTED)
            with pytest.raises(Refused):
                await ward.closing.again(alert)
            await ward.end()
            ward.vault.lock()
        first, second, third = ehr.got
        assert first.split(b"|")[9] != second.split(b"|")[9]
        assert second == third, "a record that was busy is asked with the same message"

    asyncio.run(story())


def test_every_desk_of_the_team_hears_what_became_of_the_summary_and_once(site, monkeypatch):
    async def story():
        async with Ehr("AR", "AA") as ehr:
            port = site.start("--record", f"127.0.0.1:{ehr.port}", "--record-form", "oru")
            await send(port, adt("A28^ADT_A05", "1", 1))
            ward, other = await Ward.of(site), await Ward.of(site, "L. Essai")
            for one in (ward, other):
                await one.begin()
            ward.founders = other.founders = frozenset({ward.me})
            members = tuple((one.me, Part.NURSE) for one in (ward, other))
            await ward.alerts.sign(Policy("ONCO1", "Oncologie", 1, members=members))
            await until(lambda: other.alerts.known.services)
            fact = told(1, pain=1)
            alert = alert_of(fact)
            for one in (ward, other):
                await one.hear(fact)
                one.closing.follow()
            await ward.alerts.close(alert, "known", 1)
            ward.later(alert)
            await other.shows(alert, "refused")
            sheet = await other.alerts.sheet(alert)
            assert (sheet.sending.code, sheet.sending.again) == ("207", False)
            with pytest.raises(Refused):
                await other.alerts.send_again(alert)

            dead = asyncio.Event()

            async def killed(*_args):
                dead.set()
                raise Killed

            with monkeypatch.context() as patch:
                patch.setattr(ward.alerts, "tell", killed)
                await ward.closing.again(alert)
                await until(dead.is_set, 150)
                await ward.end()
            await ward.begin()
            ward.closing.follow()
            await other.shows(alert, "accepted")
            sheet = await other.alerts.sheet(alert)
            assert [row.void for row in sheet.life.rows] == [None] * 3
            assert [row.record.step for row in sheet.life.rows] == [Step.CLOSE, Step.REFUSED, Step.ACCEPTED]
            assert (await ward.alerts.sheet(alert)).life == sheet.life
            assert ("alert-step", "accepted") in ward.acts()
            for one in (ward, other):
                await one.end()
                one.vault.lock()

    asyncio.run(story())


def test_without_a_gateway_it_is_kept_and_leaves_once_there_is_one(tmp_path, qapp):
    load_fonts()

    async def story(site):
        async with Ehr() as ehr:
            ward = await (await Ward.of(site)).begin()
            real = ward.handed.gateways
            ward.handed.outgoing._gateways = tuple
            fact = told(1, pain=1)
            await ward.hear(fact)
            alert = alert_of(fact)
            ward.closing.follow()
            await ward.alerts.close(alert, "known", 1)
            ward.later(alert)
            await ward.reaches(alert, "kept")
            assert (await ward.alerts.queue(List.CLOSED))[0].leaving == "kept"
            port = site.start("--record", f"127.0.0.1:{ehr.port}", "--record-form", "oru")
            await send(port, adt("A28^ADT_A05", "1", 1))
            ward.handed.outgoing._gateways = real
            ward.closing.look(alert)
            await ward.reaches(alert, Stage.ACCEPTED)
            await ward.end()
            ward.vault.lock()
            assert len(ehr.got) == 1

    site = Site(tmp_path)
    try:
        asyncio.run(story(site))
    finally:
        site.close()


def test_the_summary_of_a_missed_questionnaire_leaves_though_an_answer_came_before_the_gateway(
    tmp_path, qapp
):
    load_fonts()

    async def story(site):
        async with Ehr() as ehr:
            ward = await (await Ward.of(site)).begin()
            ward.handed.outgoing._gateways = tuple
            now_ms = ward.clock.now_ms()
            asks = {"next_ms": now_ms - 2 * WEEK_MS, "state": "ACTIVE"}
            last = told(1, "Q1", pain=0)
            last = msgspec.structs.replace(last, content=msgspec.structs.replace(last.content, **asks))
            missed = silence_id(last.key, last.content.platform, "Q1")
            await ward.hear(last)
            ward.closing.follow()
            await ward.alerts.close(missed, "reached", 0, "en voyage")
            ward.later(missed)
            await ward.reaches(missed, "kept")
            came = asked("00000001", now_ms, "Q2", pain=0)
            await ward.hear(last, Fact(last.key, came.stamp, came.content))
            await ward.end()
            await ward.begin()
            real = ward.handed.gateways
            ward.handed.outgoing._gateways = tuple
            ward.closing.follow()
            while ward.alerts.reading:
                await ward.alerts.read_on()
            await ward.reaches(missed, "kept")
            port = site.start("--record", f"127.0.0.1:{ehr.port}", "--record-form", "oru")
            await send(port, adt("A28^ADT_A05", "1", 1))
            ward.handed.outgoing._gateways = real
            ward.closing.look(missed)
            await ward.reaches(missed, Stage.ACCEPTED)
            await ward.end()
            ward.vault.lock()
            (raw,) = ehr.got
            assert "en voyage" in plain(raw)

    site = Site(tmp_path)
    try:
        asyncio.run(story(site))
    finally:
        site.close()


STEPS = (("begin", "before"), ("say", "before"), ("say", "after"), ("given", "after"))


def killing(patch: pytest.MonkeyPatch, ward: Ward, step: str, when: str) -> None:
    """Kill the desk before or after one step of bringing a summary out."""
    owner = ward.handed.outgoing._wire if step == "say" else ward.vault.outgoing
    real = getattr(owner, step)

    async def said(*args, **more):
        if when == "after":
            await real(*args, **more)
        raise Killed

    def written(*args, **more):
        if when == "after":
            real(*args, **more).result()
        raise Killed

    patch.setattr(owner, step, said if step == "say" else written)


def test_a_desk_that_is_killed_at_any_step_brings_each_summary_out_once(site, monkeypatch):
    async def story():
        async with Ehr() as ehr:
            port = site.start("--record", f"127.0.0.1:{ehr.port}", "--record-form", "oru")
            numbers = range(1, len(STEPS) + 1)
            await send(port, *(adt("A28^ADT_A05", str(number), number) for number in numbers))
            ward = await Ward.of(site)
            facts = [told(number, f"Q{number}", pain=1) for number in numbers]
            alerts = list(map(alert_of, facts))
            for number, (alert, (step, when)) in enumerate(zip(alerts, STEPS, strict=True)):
                await ward.begin()
                if not number:
                    await ward.hear(*facts)
                closed = await ward.alerts.close(alert, "known", 1)
                with monkeypatch.context() as patch:
                    killing(patch, ward, step, when)
                    with pytest.raises(Killed):
                        await ward.closing._send(alert, document_id(closed.id))
                await ward.end()
            ward.clock.ahead_ms += SETTLE_MS + 1
            await ward.begin()
            ward.closing.follow()
            for alert in alerts:
                await ward.reaches(alert, Stage.ACCEPTED)
            await ward.end()
            ward.vault.lock()
        assert len(ehr.got) == len({raw.split(b"|")[9] for raw in ehr.got}) == len(STEPS)

    asyncio.run(story())
