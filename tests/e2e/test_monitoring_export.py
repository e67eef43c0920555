"""What a coordinator takes out: a month, and one patient's trace whose signatures others can verify; nobody else may."""

from __future__ import annotations

import asyncio
import base64
import json

import pytest

from app.i18n import set_language
from app.monitoring.export import Reports
from app.monitoring.monthly import Month
from app.monitoring.ports import Proof, Refused
from media.keys.certs import DeviceCert
from media.keys.envelope import open_content, verify_header
from storage.monitoring.records import Phase
from storage.patients.facts import Key
from tests.harness.postal import until
from tests.harness.wards import AUTHORITY, alert_of, asked, named, with_team

WHO = Key(AUTHORITY, "80417702")


def reports(watch) -> Reports:
    book = watch.desk.post.desk.book
    find = {one.hash: one for one in book._certs.values()}.get
    return Reports(watch.alerts, find, book.name, watch.desk.clock.now_ms)


def acts(watch) -> list[tuple[str, str]]:
    return [(row.action, row.reason) for row in watch.desk.vault.audit.newest().result()]


async def closed(boss, nurse):
    """Let the nurse call and close an alert, and the coordinator hear of it."""
    now = nurse.desk.clock.now_ms()
    fact = asked("80417702", now, pain=2)
    for watch in (boss, nurse):
        await until(lambda watch=watch: watch.alerts._desk.memory.services)
        await watch.hear(named("80417702", "DUMAS", "Solange", now), fact)
    alert = alert_of(fact)
    await nurse.alerts.call(alert, reached=True, minutes=6, text="pas de fièvre")
    await nurse.alerts.close(alert, "resolved", 1)

    async def there():
        sheet = await boss.alerts.sheet(alert, again=True)
        return sheet is not None and sheet.life.phase is Phase.CLOSED

    await until(there)
    return now


def test_a_coordinator_takes_out_a_month_and_a_trace_that_others_verify(tmp_path):
    async def story(_clinic, boss, nurse):
        now = await closed(boss, nurse)
        out = reports(boss)
        month = Month.of(now, "Europe/Paris")
        told = await out.month("ONCO1", month)
        assert [(one.who.name, one.answers, one.alerts) for one in told.actives] == [("DUMAS Solange", 1, 1)]
        assert [one.done for one in told.times[0].figures] == [1, 1, 1]
        trace = await out.trace(WHO)
        assert trace.proofs == {Proof.HOLDS: 3, Proof.BROKEN: 0, Proof.UNKNOWN: 0}
        assert trace.missing == 0
        lines = [json.loads(line) for line in trace.jsonl.splitlines()]
        assert [one["type"] for one in lines[:2]] == ["patient", "questionnaire"]
        steps = [one for one in lines if one["type"] == "record"]
        assert [(one["step"], one["signature"], one["void"]) for one in steps] == [
            ("call", "holds", None),
            ("close", "holds", None),
        ]
        certificates = {one["hash"]: one for one in lines if one["type"] == "certificate"}
        signer = next(one for one in certificates.values() if one["user"] == nurse.user.hex())
        certificate = DeviceCert.parse(base64.b64decode(signer["signed"]))
        header = verify_header(base64.b64decode(steps[0]["header"]), certificate.public, act=True)
        assert "pas de fièvre".encode() in open_content(header, base64.b64decode(steps[0]["box"]))
        for words in ("DUMAS Solange", "pas de fièvre", "Appel", "vérifiée", "3 actes signés", "tiennent"):
            assert words in trace.paper.plain
        assert acts(boss)[:2] == [
            ("monitoring-exported", "trace"),
            ("monitoring-exported", f"month ONCO1 {month}"),
        ]

    set_language("fr")
    with_team(tmp_path, ("secretary", "nurse"), story)


def test_nobody_but_a_coordinator_takes_anything_out(tmp_path):
    async def story(_clinic, boss, nurse):
        now = await closed(boss, nurse)
        out = reports(nurse)
        with pytest.raises(Refused, match="not-coordinator"):
            await out.month("ONCO1", Month.of(now, "Europe/Paris"))
        with pytest.raises(Refused, match="not-coordinator"):
            await out.trace(WHO)
        assert "monitoring-exported" not in {action for action, _ in acts(nurse)}
        with pytest.raises(Refused, match="unknown"):
            await reports(boss).trace(Key(AUTHORITY, "404"))

    with_team(tmp_path, ("secretary", "nurse"), story)


def test_a_record_that_was_edited_in_the_file_is_found_and_said(tmp_path):
    async def story(_clinic, boss, nurse):
        await closed(boss, nurse)

        def edit(rows):
            sql = "UPDATE record SET at_ms = at_ms - 1, author = ?, box = x'00' WHERE kind = 'alert'"
            rows.trace._db.execute(sql, (bytes(16),))

        await asyncio.wrap_future(boss.desk.vault.mail.write(edit))
        trace = await reports(boss).trace(WHO)
        assert trace.proofs[Proof.BROKEN] == 2
        assert "2 signatures ne tiennent pas" in trace.paper.plain

    set_language("fr")
    with_team(tmp_path, ("secretary", "nurse"), story)
