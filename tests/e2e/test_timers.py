"""Messages that have a timer, at desks whose clocks are wrong: what is over is never shown again, what is not is not lost."""

from __future__ import annotations

import asyncio

from app.config import Config, Policy
from storage.messages.posting import NewMessage
from storage.messages.records import State, ThreadKind
from tests.harness.correspondents import Clinic, with_desks
from tests.harness.postal import until

TWO = ("Alice Aubry", "Bruno Bel")
DAY_MS = 86_400_000


def test_what_is_over_is_never_shown_again_whatever_the_clock_does(tmp_path):
    async def story(_clinic, alice, bruno):
        thread = await alice.direct(bruno)
        await alice.messages.set_timer(thread, 60)
        await alice.messages.send(thread, "Éphémère")
        came = await bruno.hears("Éphémère")
        bruno.clock.ahead_ms = 61_000
        assert "Éphémère" not in await bruno.texts(came.thread)
        bruno.clock.ahead_ms = -30 * DAY_MS
        assert "Éphémère" not in await bruno.texts(came.thread)
        assert await bruno.messages.search("Éphé") == ()
        await bruno.messages._efface()
        await bruno.close()
        await bruno.reopen()
        assert "Éphémère" not in await bruno.texts(came.thread)
        assert await bruno.messages.search("Éphé") == ()

    with_desks(tmp_path, TWO, story)


def test_a_desk_that_starts_with_its_clock_a_month_back_neither_keeps_nor_loses_what_has_a_timer(tmp_path):
    async def story(_clinic, alice, bruno):
        late = await bruno.direct(alice)
        await bruno.close()
        bruno.clock.ahead_ms = -30 * DAY_MS
        await bruno.reopen()
        await bruno.online()
        thread = await alice.direct(bruno)
        await alice.messages.set_timer(thread, 86_400)
        await alice.messages.send(thread, "jusqu'à demain")
        await bruno.hears("jusqu'à demain")
        await bruno.messages._efface()
        assert "jusqu'à demain" in await bruno.texts(late)
        await bruno.messages.send(late, "bien reçu")
        await alice.hears("bien reçu")
        await bruno.messages._efface()
        assert "bien reçu" in await bruno.texts(late)

    with_desks(tmp_path, TWO, story)


def test_what_was_over_when_the_organisation_last_signed_is_not_shown_by_a_clock_that_is_a_month_back(
    tmp_path,
):
    async def run() -> None:
        clinic = Clinic(tmp_path)
        try:
            alice = await clinic.desk("Alice Aubry")
            clinic.relay.kill()
            over_ms = alice.clock.now_ms() - 3_600_000
            alice.clock.ahead_ms = -30 * DAY_MS
            thread = await asyncio.wrap_future(alice.vault.mail.write(lambda rows: _said(rows, over_ms)))
            await alice.open()
            assert await alice.texts(thread) == [""]
            assert await alice.messages.search("éphé") == ()
            await until(lambda: _effaced(alice, thread))
            await alice.close()
        finally:
            clinic.close()

    asyncio.run(run())


def _said(rows, over_ms: int) -> int:
    """Keep a message of a day that was over at *over_ms*."""
    author = bytes(15) + b"b"
    thread = rows.threads.begin(bytes(15) + b"c", ThreadKind.DIRECT, [author])
    at_ms = over_ms - DAY_MS
    rows.messages.add(
        NewMessage(
            thread, bytes(16), author, False, at_ms, at_ms, State.RECEIVED, "Éphémère", expires_ms=over_ms
        )
    )
    return thread


async def _effaced(desk, thread: int) -> bool:
    kept = await asyncio.wrap_future(desk.vault.mail.read(lambda rows: rows.messages.page(thread)))
    return kept[0].gone_ms > 0 and not kept[0].text


def test_the_retention_takes_nothing_of_which_nobody_was_told(tmp_path):
    async def run() -> None:
        clinic = Clinic(tmp_path)
        try:
            alice = await clinic.desk("Alice Aubry")
            clinic.relay.kill()
            old_ms = alice.clock.now_ms() - 400 * DAY_MS
            thread = await asyncio.wrap_future(
                alice.vault.mail.write(lambda rows: _read_long_ago(rows, old_ms))
            )
            await alice.open()
            alice.messages._config = Config(Policy(forced={"messages.keep-days": 365}))
            alice.messages._heard_ms = alice.clock.now_ms() + 100 * DAY_MS  # colleagues' clocks say the same

            async def after(days: int) -> list[str]:
                alice.clock.ahead_ms = days * DAY_MS
                await alice.messages._efface()
                return await alice.texts(thread)

            assert [await after(days) for days in (0, 8, 30)] == [["Lu"]] * 3
            assert [hit.after for hit in await alice.messages.leaving()] == ["Lu"]
            alice.messages.tell_leaving()  # the card came into sight
            assert [await after(days) for days in (30, 36, 37)] == [["Lu"], ["Lu"], []]
            await alice.close()
        finally:
            clinic.close()

    asyncio.run(run())


def _read_long_ago(rows, at_ms: int) -> int:
    author = bytes(15) + b"b"
    thread = rows.threads.begin(bytes(15) + b"c", ThreadKind.DIRECT, [author])
    rows.messages.add(NewMessage(thread, bytes(16), author, False, at_ms, at_ms, State.RECEIVED, "Lu"))
    return thread
