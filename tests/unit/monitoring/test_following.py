"""Telemonitoring between unlock and lock, without a window: real vaults, post offices and a real relay."""

from __future__ import annotations

import asyncio

import pytest

from app.monitoring.following import Following, Standing
from app.monitoring.hour import Hour
from app.monitoring.ports import List
from storage.errors import StorageError
from tests.harness.postal import until
from tests.harness.wards import alert_of, asked, named, with_team


class Loop:
    """Starts work on the loop of the test, as the bridge does on the window's."""

    def __call__(self, work, done, failed):
        task = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(lambda one: one.cancelled() or (one.exception() and failed(one.exception())))
        return task


def follow(watch):
    """Follow what a desk of the team has, in the place of its harness."""
    return Following(Loop(), watch.alerts, watch.alerts._sharing, Hour(watch.now_ms))


def test_what_comes_is_shown_and_what_a_colleague_does(tmp_path):
    async def story(clinic, nurse, other):
        await until(lambda: other.alerts._desk.memory.services)
        nurse.end()
        following, now_ms = follow(nurse), nurse.desk.clock.now_ms()
        looks = []
        following.looked.subscribe(looks.append)
        following.keep_in(nurse.desk.vault)
        assert following.standing is Standing.CLOSED
        following.follow(nurse.desk.session)
        await until(lambda: following.outlook is not None)
        told = asked("1", now_ms, diarrhea=3)
        batch = [(1, (named("1", "DUMAS", "Solange", now_ms), told))]
        following.hear(await asyncio.wrap_future(nurse.desk.vault.patients.apply(batch)))
        await until(lambda: following.outlook is not None and following.outlook.counts.todo == 1)
        assert [one.alert for one in following.outlook.waits(now_ms)] == [alert_of(told)]
        await other.hear(named("1", "DUMAS", "Solange", now_ms), told)
        await other.alerts.take(alert_of(told))
        await until(lambda: following.outlook.counts.in_hand == 1)
        assert not following.outlook.waits(now_ms), "somebody else has it"
        following.close()
        await until(lambda: following.outlook is None)
        assert following.standing is Standing.SHUT

    with_team(tmp_path, ("nurse", "nurse"), story)


def test_while_the_patients_are_closed_the_records_of_the_team_are_kept(tmp_path):
    async def story(clinic, nurse, other):
        now_ms = nurse.desk.clock.now_ms()
        told = asked("1", now_ms, diarrhea=3)
        facts = named("1", "DUMAS", "Solange", now_ms), told
        await nurse.hear(*facts)
        await other.hear(*facts)
        await until(lambda: other.alerts._desk.memory.services)
        nurse.alerts.end()
        following = follow(nurse)
        following.keep_in(nurse.desk.vault)
        taken = await other.alerts.take(alert_of(told))

        async def kept():
            rows = await asyncio.wrap_future(
                nurse.desk.vault.mail.read(lambda bag: bag.trace.since("alert", 0))
            )
            return taken.id in {one.id for one in rows}

        await until(kept)
        assert following.outlook is None, "kept, and not shown"
        following.follow(nurse.desk.session)
        await until(lambda: following.outlook is not None)
        assert [one.alert for one in await nurse.alerts.queue(List.IN_HAND)] == [alert_of(told)]
        following.stop()
        await until(lambda: following.outlook is None)
        assert following.standing is Standing.CLOSED

    with_team(tmp_path, ("nurse", "nurse"), story)


def test_older_alerts_that_take_long_to_read_are_said_to_be_missing_until_they_are_there(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("app.monitoring.following.NOTICED_S", 0.0)

    async def story(_clinic, nurse):
        now_ms, looks = nurse.desk.clock.now_ms(), []
        old, last = asked("1", now_ms - 900 * 86_400_000, pain=3), asked("1", now_ms, pain=0)
        await nurse.hear(old, last)
        nurse.end()
        following = follow(nurse)
        following.looked.subscribe(looks.append)
        following.keep_in(nurse.desk.vault)
        following.follow(nurse.desk.session)
        await until(lambda: following.outlook is not None and following.outlook.counts.todo == 1)
        assert [(one.reading, one.counts.todo) for one in (looks[0], looks[-1])] == [(True, 0), (False, 1)]
        following.close()
        await until(lambda: following.outlook is None)

    with_team(tmp_path, ("nurse",), story)


@pytest.mark.parametrize("error", [StorageError, ValueError], ids=["the vault", "what nobody foresaw"])
def test_what_fails_is_begun_anew_and_nothing_of_it_goes_on_after_the_lock(tmp_path, monkeypatch, error):
    monkeypatch.setattr("app.monitoring.following.AGAIN_S", 0.01)

    async def story(_clinic, nurse):
        following = follow(nurse)
        nurse.alerts.end()
        stood, counts, failures = [], nurse.alerts.counts, [error(), error(), error()]
        following.looked.subscribe(lambda _outlook: stood.append(following.standing))

        async def fails():
            if failures:
                raise failures.pop()
            return await counts()

        nurse.alerts.counts = fails
        following.keep_in(nurse.desk.vault)
        following.follow(nurse.desk.session)
        await until(lambda: following.outlook is not None)
        assert stood.count(Standing.FAILING) == 3
        following.close()
        await until(lambda: following.outlook is None)
        await until(lambda: not at_work("Escalations.run"))

    with_team(tmp_path, ("nurse",), story)


def at_work(name):
    """Return what of a coroutine's name runs still."""
    return [one for one in asyncio.all_tasks() if one.get_coro().__qualname__ == name]
