"""Who is there, between desks without a window: real vaults, a real relay, real sockets; the clock is passed in."""

from __future__ import annotations

import asyncio

import pytest

from app.post import words
from media.keys.cards import tag_of
from media.keys.word import FRESH_MS, Here
from media.mail import convs
from media.mail.desks import Presence
from media.mail.types import Type
from storage.directory import FAVOURITES
from tests.harness.correspondents import Desk, with_desks
from tests.harness.postal import until

TWO, THREE = ("Alice Aubry", "Bruno Bel"), ("Alice Aubry", "Bruno Bel", "Chloé Cot")


@pytest.fixture(autouse=True)
def _often(monkeypatch):
    """Let every desk look all the time: what is shown is judged by the clock that is passed in."""
    monkeypatch.setattr(words, "TICK_S", 0.05)
    monkeypatch.setattr(words, "READ_MS", 100)


async def trust(by: Desk, *others: Desk) -> None:
    """Compare numbers, and have a thread with each."""
    for other in others:
        await by.verify(other)
        await by.direct(other)


def sees(desk: Desk, other: Desk) -> Here | None:
    return desk.post.presence.of(other.user)


async def shows(desk: Desk, other: Desk, here: Here | None) -> None:
    await until(lambda: sees(desk, other) is here)


async def shares(by: Desk, here: Here, *with_: Desk) -> None:
    by.post.presence.say(here)
    for other in with_:
        await shows(other, by, here)


def test_a_colleague_is_online_then_in_a_meeting_then_away_and_then_nothing_is_known(tmp_path):
    async def story(_clinic, alice, bruno):
        await trust(alice, bruno)
        await shares(alice, Here.ONLINE, bruno)
        await shares(alice, Here.RCP, bruno)
        await alice.close()  # locked
        await shows(bruno, alice, Here.AWAY)
        bruno.clock.ahead_ms = FRESH_MS
        await shows(bruno, alice, None)

    with_desks(tmp_path, TWO, story)


def test_a_desk_that_was_killed_is_not_online_for_longer_than_a_word_lives(tmp_path, monkeypatch):
    async def story(_clinic, alice, bruno):
        async def dies(_words, _line) -> None:
            """A process that was killed says nothing any more."""

        monkeypatch.setattr(words.Words, "leave", dies)
        await trust(alice, bruno)
        await shares(alice, Here.ONLINE, bruno)
        await alice.close()
        bruno.clock.ahead_ms = FRESH_MS // 2
        assert sees(bruno, alice) is Here.ONLINE
        told = []
        bruno.post.presence.changed.subscribe(told.append)
        bruno.clock.ahead_ms = FRESH_MS
        assert sees(bruno, alice) is None
        await until(lambda: told)  # and the page hears of it

    with_desks(tmp_path, TWO, story)


def test_who_was_blocked_sees_nothing_and_the_others_go_on(tmp_path):
    async def story(_clinic, alice, bruno, chloe):
        await trust(alice, bruno, chloe)
        await shares(alice, Here.ONLINE, bruno, chloe)
        (before,) = await given_to(bruno)
        await asyncio.wrap_future(alice.vault.directory.block(bruno.user, 1))
        await alice.renew()
        await shows(bruno, alice, None)
        await shares(alice, Here.RCP, chloe)
        await shows(chloe, alice, Here.RCP)
        assert sees(bruno, alice) is None
        assert await given_to(bruno) == (before,)
        (now,) = await given_to(chloe)
        assert (now.writer_pk, now.key) != (before.writer_pk, before.key)

    with_desks(tmp_path, THREE, story)


async def given_to(desk: Desk) -> tuple:
    return await asyncio.wrap_future(desk.vault.mail.read(lambda rows: rows.presence.shared(10)))


def test_who_was_not_compared_or_shares_no_thread_and_no_list_hears_nothing(tmp_path):
    async def story(_clinic, alice, bruno, chloe):
        await alice.direct(bruno)  # a thread, but no number was compared
        await alice.verify(chloe)  # compared, and nothing more
        alice.post.presence.say(Here.ONLINE)
        await asyncio.wrap_future(alice.vault.directory.join_circle(FAVOURITES, chloe.user))
        await alice.renew()
        await shows(chloe, alice, Here.ONLINE)
        assert not bruno.post.presence.shared
        assert Type.PRESENCE not in {one.type for one in bruno.told}
        assert await alice.parcels() == 0

    with_desks(tmp_path, THREE, story)


def test_nothing_is_shared_before_it_was_turned_on_nor_after_it_was_turned_off(tmp_path):
    async def story(_clinic, alice, bruno):
        await trust(alice, bruno)
        await alice.messages.send(await alice.direct(bruno), "Bonjour")
        await bruno.hears("Bonjour")
        assert not bruno.post.presence.shared
        await shares(alice, Here.ONLINE, bruno)
        alice.post.presence.say(Here.GONE)
        await shows(bruno, alice, None)

        async def forgotten():
            return await asyncio.wrap_future(alice.vault.mail.read(lambda rows: rows.presence.own())) is None

        await until(forgotten)

    with_desks(tmp_path, TWO, story)


def test_after_an_unlock_it_goes_on_under_the_same_word_without_another_letter(tmp_path):
    async def story(_clinic, alice, bruno):
        await trust(alice, bruno)
        await shares(alice, Here.ONLINE, bruno)
        await alice.close()
        await alice.reopen()
        await alice.online()
        assert sees(bruno, alice) in {Here.AWAY, Here.ONLINE}
        await shares(alice, Here.RCP, bruno)
        assert [one.type for one in bruno.told].count(Type.PRESENCE) == 1

    with_desks(tmp_path, TWO, story)


def test_a_colleague_who_names_anothers_word_as_the_own_one_hides_nobody(tmp_path):
    async def story(_clinic, alice, bruno, chloe):
        await trust(alice, bruno)
        await shares(alice, Here.ONLINE, bruno)
        (word,) = await given_to(bruno)
        await chloe.verify(bruno)
        await until(lambda: chloe.post.desk.session is chloe.session)
        forged = Presence(word.writer_pk, bytes(32)).encode()
        conv = convs.direct(chloe.user, bruno.user)
        await chloe.post.say(Type.PRESENCE, conv, [bruno.user], forged)

        async def both():
            return len(await given_to(bruno)) == 2

        await until(both)
        await shares(alice, Here.RCP, bruno)
        assert sees(bruno, chloe) is None

    with_desks(tmp_path, THREE, story)


def test_a_relay_that_shows_an_old_word_is_not_believed(tmp_path):
    async def story(_clinic, alice, bruno):
        await trust(alice, bruno)
        await shares(alice, Here.ONLINE, bruno)
        (word,) = await given_to(bruno)
        line = bruno.post.mailbox
        old = await line.words([tag_of(word.writer_pk)])
        await shares(alice, Here.AWAY, bruno)
        asked = []

        async def lies(tags):
            asked.append(tags)
            return old

        line.words = lies
        await until(lambda: len(asked) > 2)
        assert sees(bruno, alice) is Here.AWAY
        await bruno.close()  # one who knows of no later word is not deceived for long either
        await bruno.reopen()
        await bruno.online()
        bruno.clock.ahead_ms = FRESH_MS
        bruno.post.mailbox.words = lies
        asked.clear()
        await until(lambda: len(asked) > 2)
        assert sees(bruno, alice) is None

    with_desks(tmp_path, TWO, story)
