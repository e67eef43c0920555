"""kill -9 at every step of an alert: what was shown is there, nothing is there twice, and the colleague's desk sees the same."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from app.monitoring.ports import Proof
from storage.monitoring.answers import patient_id
from storage.monitoring.records import Phase
from storage.patients.facts import Key
from tests.e2e.nursing import MOMENTS, SECOND, STEPS, answered
from tests.harness.platform import AUTHORITY, Listening, alert
from tests.harness.postal import until
from tests.harness.wards import with_team

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
AFTER = {
    "shown": Phase.NEW,
    "take": Phase.TAKEN,
    "hand": Phase.TAKEN,
    "call": Phase.TAKEN,
    "advise": Phase.TAKEN,
    "escalate": Phase.ESCALATED,
    "answer": Phase.TAKEN,
    "close": Phase.CLOSING,
    "reopen": Phase.TAKEN,
    "undo": Phase.CLOSING,
    "mute": Phase.CLOSING,
    SECOND: Phase.CLOSED,
}
"""How the alert stands after each step."""
EVERY = (*STEPS, SECOND)
FEW = tuple((step, MOMENTS[at % len(MOMENTS)]) for at, step in enumerate(EVERY))
ALL = tuple((step, moment) for step in EVERY for moment in MOMENTS)


async def killed(folder, case, step, moment):
    """Let a nurse work until she is killed; return what her screen said by then."""
    command = [sys.executable, "-m", "tests.e2e.nursing", str(folder), case, step, moment]
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == -9, done.stderr[-2_000:]
    return done.stdout.split()


def subjects(case):
    """Return what the steps of a case are about: the alert, and for a mute the patient."""
    return alert(case, case), patient_id(Key(AUTHORITY, case))


async def steps_of(watch, case):
    """Return what counts of a case at a desk."""
    one, patient = subjects(case)
    sheet = await watch.alerts.sheet(one, again=True)
    records = (*(row.record for row in sheet.life.rows), *watch.alerts.known.every(patient))
    return [str(record.step) for record in records]


async def closed_by(colleague, case):
    """Let a colleague close the alert of a case, so that it waits for a second reader."""
    async with Listening(colleague) as feed:
        await feed.send(answered(case, colleague.desk.clock.now_ms()))
        one = alert(case, case)
        await until(lambda: one in colleague.alerts.known.asked)
        await colleague.alerts.close(one, "resolved", 1)


def die_everywhere(tmp_path, cases):
    async def story(_clinic, nurse, other):
        await until(lambda: other.alerts._desk.memory.services)
        nurse.alerts.end()
        await nurse.desk.close()
        stood = {}
        for at, (step, moment) in enumerate(cases):
            case = f"K{at}"
            if step == SECOND:
                await closed_by(other, case)
            said = await killed(nurse.desk.folder, case, step, moment)
            await nurse.desk.reopen()
            await nurse.begin()
            one = alert(case, case)
            shown, *done = said
            assert shown == "shown"
            before = ["close"] if step == SECOND else list(STEPS[: STEPS.index(step)])
            own = [] if step == SECOND else before
            assert done == own or (done == [*own, step] and moment == "sent")
            kept = await steps_of(nurse, case)
            whole = [*before, step]
            assert kept == whole if moment == "sent" else kept in (before, whole), (
                "nothing more, nothing twice"
            )
            assert kept == before or moment in {"written", "sent"}
            stood[case] = kept
            (item,) = await nurse.alerts.items([one])
            assert item.phase is AFTER[kept[-1] if kept else "shown"]
            rows = await asyncio.wrap_future(nurse.desk.vault.audit.newest())
            assert [row.action for row in rows].count("alert-step") >= len(kept) - len(before) + len(own)
            proved = await nurse.alerts.verify(one)
            assert [*proved.of.values()] == [Proof.HOLDS] * (len(kept) - kept.count("mute"))

            async def there(case=case, kept=kept):
                rows = await asyncio.wrap_future(
                    other.desk.vault.mail.read(lambda rows: rows.trace.of(subjects(case)))
                )
                return len(rows) == len(kept)

            await until(there)
            nurse.alerts.end()
            await nurse.desk.close()
        assert await killed(nurse.desk.folder, "none", "begin", "reading") == []
        await nurse.desk.reopen()
        await nurse.begin()
        assert [await steps_of(nurse, case) for case in stood] == list(stood.values())

    with_team(tmp_path, ("nurse", "nurse"), story)


def test_a_kill_at_each_step_loses_nothing_that_was_shown_and_doubles_nothing(tmp_path):
    die_everywhere(tmp_path, FEW)


@pytest.mark.long
def test_a_kill_at_each_moment_of_each_step(tmp_path):
    die_everywhere(tmp_path, ALL)
