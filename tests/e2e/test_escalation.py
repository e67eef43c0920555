"""An escalation goes on to the next doctor though the PCs of who wrote it and who was asked first are off; a real relay, real vaults."""

from __future__ import annotations

import urllib.request
from dataclasses import replace

import msgspec
import pytest

from app.monitoring import escalation
from app.monitoring.ports import List
from storage.monitoring.records import UNDO_MS, Void
from tests.harness.memory import memory
from tests.harness.postal import Clock, until
from tests.harness.wards import alert_of, asked, named, with_team

PASS_ON_MS = 30 * 60_000
SOON_MS = 20_000
TEAM = ("nurse", "doctor", "doctor")


@pytest.fixture(autouse=True)
def looks_often(monkeypatch):
    monkeypatch.setattr(escalation, "LOOK_S", 0.1)


def figure(clinic, name: str) -> int:
    """Read what the relay counts."""
    with urllib.request.urlopen(f"http://127.0.0.1:{clinic.relay.http_port}/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"consilium_relay_{name} "))


async def counts(clinic, name: str, wanted: int) -> None:
    await until(lambda: figure(clinic, name) == wanted)


def passes_in(watch, left_ms: int) -> None:
    """Let the clock by which a desk escalates be so late that it passes on soon by the relay's."""
    watch.clock = Clock()
    watch.clock.ahead_ms = left_ms - PASS_ON_MS


async def escalated(*team) -> bytes:
    """Let all know of an alert of grade 3, and the nurse bring it before both doctors."""
    told = asked("80417702", team[0].desk.clock.now_ms() - 7_200_000, diarrhea=3)
    for watch in team:
        await until(lambda watch=watch: watch.alerts._desk.memory.services)
        await watch.hear(named("80417702", "DUMAS", "Solange", 1000), told)
    await team[0].alerts.escalate(
        alert_of(told), tuple(one.user for one in team[1:]), "déshydratation, rappeler"
    )
    return alert_of(told)


async def life(watch, alert):
    return (await watch.alerts.sheet(alert)).life


async def mine(watch) -> int:
    return (await watch.alerts.counts()).mine


async def off(*team) -> None:
    """Switch PCs off."""
    for watch in team:
        watch.alerts.end()
        await watch.desk.close()


def test_the_next_doctor_hears_though_the_pcs_of_the_nurse_and_the_first_are_off(tmp_path):
    async def story(clinic, nurse, first, second):
        passes_in(nurse, SOON_MS)
        alert = await escalated(nurse, first, second)

        async def told():
            return await mine(first) == 1

        await until(told)
        await counts(clinic, "later_taken_total", 2)
        await off(nurse, first)
        heard = []
        second.alerts.changed.subscribe(heard.append)

        async def rings():
            return await mine(second) == 1

        await until(rings, 60)
        assert any(alert in one for one in heard)
        (item,) = await second.alerts.queue(List.ESCALATED)
        assert item.escalated_to == (first.user, second.user)
        await second.alerts.take(alert)
        assert (await life(second, alert)).asked == (second.user,)
        await nurse.restart()
        await first.restart()

        async def both_know():
            lives = [await life(one, alert) for one in (nurse, first)]
            return [(one.asked, len(one.rows)) for one in lives] == [((second.user,), 3)] * 2

        await until(
            both_know, 2 * UNDO_MS / 1000
        )  # the take may be there before the nurse's desk asks the relay
        rows = (await life(first, alert)).rows
        assert [(row.record.step, row.void) for row in rows] == [
            ("escalate", None),
            ("escalate", None),
            ("take", None),
        ]

    with_team(tmp_path, TEAM, story)


def test_who_takes_it_in_time_cancels_it_and_the_next_never_hears(tmp_path):
    async def story(clinic, nurse, first, second):
        alert = await escalated(nurse, first, second)
        await counts(clinic, "later_waiting", 2)

        async def told():
            return await mine(first) == 1

        await until(told)
        await off(nurse)
        await first.alerts.take(alert)
        assert (await mine(first), await mine(second)) == (1, 0)
        assert figure(clinic, "later_cancelled_total") == 0, "it may be undone still"
        first.clock = Clock()
        first.clock.ahead_ms = 61_000
        await counts(clinic, "later_waiting", 0)
        assert figure(clinic, "later_released_total") == 0
        assert await mine(second) == 0

    with_team(tmp_path, TEAM, story)


def test_what_is_let_go_although_it_was_taken_moves_nothing_and_stands_in_the_trace(tmp_path):
    async def story(_clinic, nurse, first, second):
        passes_in(nurse, SOON_MS)
        first.clock = second.clock = nurse.clock  # all take it for undoable still
        alert = await escalated(nurse, first, second)

        async def told():
            return await mine(first) == 1

        await until(told)
        await first.alerts.take(alert)

        async def passed():
            return [row.void for row in (await life(second, alert)).rows][2:] == [Void.SETTLED]

        await until(passed)
        assert await mine(second) == 0
        assert (await life(second, alert)).asked == (first.user,)

    with_team(tmp_path, TEAM, story)


@pytest.mark.parametrize("ends", ["answer", "undo", "close"])
def test_whatever_ends_an_escalation_cancels_it(tmp_path, ends):
    async def story(clinic, nurse, first, second):
        alert = await escalated(nurse, first, second)
        await counts(clinic, "later_waiting", 2)
        if ends == "answer":

            async def told():
                return await mine(first) == 1

            await until(told)
            await first.alerts.answer(alert, "HDJ")
        elif ends == "close":
            await nurse.alerts.close(alert, "resolved", 1)
        else:
            await nurse.alerts.undo((await life(nurse, alert)).rows[0].record)
        for watch in (nurse, first, second):
            watch.clock = Clock()
            watch.clock.ahead_ms = 61_000
        await counts(clinic, "later_waiting", 0)
        assert figure(clinic, "later_released_total") == 0

    with_team(tmp_path, TEAM, story)


def test_a_relay_that_lost_everything_is_given_it_again(tmp_path):
    async def story(clinic, nurse, first, second):
        await escalated(nurse, first, second)
        await counts(clinic, "later_waiting", 2)
        clinic.relay.kill()
        for path in clinic.relay.folder.rglob("queues.db*"):
            path.unlink()
        clinic.relay.start()
        await counts(clinic, "later_waiting", 2)

    with_team(tmp_path, TEAM, story)


def test_an_escalation_without_a_relay_is_laid_by_the_desk_that_comes_back(tmp_path):
    async def story(clinic, nurse, first, second):
        for watch in (nurse, first, second):
            await until(lambda watch=watch: watch.alerts._desk.memory.services)
        clinic.relay.kill()
        await escalated(nurse, first, second)
        await off(nurse)
        clinic.relay.start()
        assert figure(clinic, "later_waiting") == 0
        await nurse.restart()
        await counts(clinic, "later_waiting", 2)

    with_team(tmp_path, TEAM, story)


def test_a_relay_that_lets_nothing_go_is_passed_over_by_the_desk_of_the_author(tmp_path):
    async def story(_clinic, nurse, first, second):
        alert = await escalated(nurse, first, second)
        nurse.clock = Clock()
        nurse.clock.ahead_ms = (
            PASS_ON_MS + escalation.GRACE_MS + 1000
        )  # the relay's own clock stands still beside it

        async def rings():
            return await mine(second) == 1

        await until(rings, 60)
        assert (await life(nurse, alert)).asked == (first.user, second.user)

    with_team(tmp_path, TEAM, story)


def test_a_relay_that_lets_go_at_once_is_seen_by_the_time_that_was_meant(tmp_path, monkeypatch):
    spot = escalation.Escalated.spot
    monkeypatch.setattr(escalation.Escalated, "spot", lambda one, rank: replace(spot(one, rank), release_s=1))

    async def story(_clinic, nurse, first, second):
        alert = await escalated(nurse, first, second)

        async def rings():
            return await mine(second) == 1

        await until(rings, 60)
        (row, early) = (await life(second, alert)).rows
        assert early.record.at_ms == row.record.until_ms > second.now_ms() + PASS_ON_MS // 2
        await first.alerts.take(alert)

        async def rests():
            return await mine(second) == 0

        await until(rests)

    with_team(tmp_path, TEAM, story)


def test_that_a_patient_does_not_answer_is_escalated_as_any_alert(tmp_path):
    async def story(_clinic, nurse, doctor):
        now = nurse.now_ms()
        fact = asked("1", now - 14 * 86_400_000, pain=0)
        due = msgspec.structs.replace(fact.content, next_ms=now - 7 * 86_400_000, state="ACTIVE")
        for watch in (nurse, doctor):
            await until(lambda watch=watch: watch.alerts._desk.memory.services)
            await watch.hear(msgspec.structs.replace(fact, content=due))
        (item,) = await nurse.alerts.queue(List.TODO)
        await nurse.alerts.escalate(item.alert, (doctor.user,), "injoignable")

        async def rings():
            return await mine(doctor) == 1

        await until(rings, 60)

    with_team(tmp_path, ("nurse", "doctor"), story)


def test_the_relay_holds_no_name_no_patient_and_no_alert(tmp_path):
    async def story(clinic, nurse, first, second):
        alert = await escalated(nurse, first, second)
        await counts(clinic, "later_waiting", 2)
        (row,) = (await life(nurse, alert)).rows
        ((place, seed),) = row.record.places
        held = memory(clinic.relay.process.pid)
        disk = {path.name: path.read_bytes() for path in clinic.relay.folder.rglob("*") if path.is_file()}
        assert place in held, "the search itself can find"
        secrets = {
            "name": b"DUMAS",
            "IPP": b"80417702",
            "text": "déshydratation".encode(),
            "alert": alert,
            "record": row.record.id,
            "nurse": nurse.user,
            "doctor": second.user,
            "service": b"ONCO1",
            "seed of the cancel key": seed,
        }
        for what, secret in secrets.items():
            assert secret not in held, f"the relay's memory holds the {what}"
            for name, found in disk.items():
                assert secret not in found, f"{name} holds the {what}"

    with_team(tmp_path, TEAM, story)
