"""Meetings that others called, told in any order and more than once; whom this user told, and what they answered."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from storage.invited import Invited
from storage.meetings import Meeting
from storage.vault import Vault
from tests.harness.cheap import CHEAP

UID, ORGANISER, OTHER = b"u" * 16, b"o" * 16, b"x" * 16
FIRST = Meeting(
    *("RCP Sein", "relais", 4433, b"1" * 16, b"s" * 16, b"h" * 16),
    starts_s=1000,
    ends_s=2000,
    uid=UID,
    organiser=ORGANISER,
    hosts=(ORGANISER, OTHER),
)
KEY = replace(FIRST, inv_sk=bytes(32), host=True)
FEWER = replace(FIRST, sequence=1, starts=(1000, 9000), off=(1,))
MOVED = replace(
    FIRST, sequence=2, tag=b"2" * 16, secret=b"t" * 16, invite_hash=b"i" * 16, starts_s=5000, ends_s=6000
)
GONE = replace(MOVED, sequence=3, cancelled=True)


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    vault, _code = Vault.create(tmp_path_factory.mktemp("profile") / "p", "mot de passe", CHEAP)
    yield vault
    vault.lock()


@pytest.fixture
def agenda(profile):
    yield profile.meetings
    for one in profile.meetings.upcoming(0).result():
        profile.meetings.forget(one.tag).result()
    profile.meetings.invited.forget(UID).result()


def take(agenda, *versions):
    return [agenda.take(one).result() for one in versions]


def test_the_newest_version_counts_in_whichever_order_they_come(agenda):
    for order in itertools.permutations((FIRST, KEY, FEWER, MOVED, GONE)):
        take(agenda, *order, *order)
        assert agenda.upcoming(0).result() == [GONE]
        agenda.forget(GONE.tag).result()


@pytest.mark.parametrize("order", [(FIRST, KEY), (KEY, FIRST)])
def test_the_key_stays_while_the_link_does_and_goes_with_it(agenda, order):
    take(agenda, *order)
    assert agenda.find_uid(UID).result().inv_sk == KEY.inv_sk
    take(agenda, FEWER)
    assert agenda.find_uid(UID).result().inv_sk == KEY.inv_sk
    take(agenda, MOVED)
    assert agenda.find_uid(UID).result().inv_sk == b""
    assert agenda.find(FIRST.tag).result() is None


def test_a_cancelled_meeting_takes_its_key_along(agenda):
    take(agenda, KEY, replace(KEY, sequence=1, cancelled=True))
    kept = agenda.find_uid(UID).result()
    assert (kept.cancelled, kept.inv_sk, kept.host) == (True, b"", False)
    assert take(agenda, KEY) == ["known"]
    assert take(agenda, MOVED) == ["new"]
    assert not agenda.find_uid(UID).result().cancelled


def test_nobody_changes_what_somebody_else_called(agenda):
    own = replace(FIRST, organiser=b"", inv_sk=bytes(32))
    agenda.save(own).result()
    assert take(agenda, replace(MOVED, sequence=9), replace(GONE, sequence=9)) == ["foreign", "foreign"]
    assert take(agenda, replace(MOVED, uid=b"v" * 16, tag=own.tag)) == ["foreign"]
    assert take(agenda, replace(MOVED, uid=b"v" * 16, tag=own.tag, invite_hash=own.invite_hash)) == [
        "foreign"
    ]
    assert agenda.upcoming(0).result() == [own]


def test_what_was_known_by_its_link_becomes_the_invitation(agenda):
    agenda.save(replace(FIRST, uid=b"", organiser=b"", hosts=(), last_joined_ms=7)).result()
    assert take(agenda, FIRST) == ["new"]
    assert agenda.upcoming(0).result() == [replace(FIRST, last_joined_ms=7)]


def test_an_answer_stays_until_the_hours_change(agenda):
    take(agenda, FIRST)
    agenda.answer(UID, 1).result()
    take(agenda, replace(FIRST, sequence=1, title="RCP Sein et ovaire"))
    assert agenda.find_uid(UID).result().answer == 1
    take(agenda, MOVED)
    assert agenda.find_uid(UID).result().answer == 0


def test_answers_count_from_who_was_asked_the_newest_and_to_these_hours(agenda):
    invited = agenda.invited
    invited.invite(UID, (ORGANISER, OTHER), 0, anew=True).result()
    assert invited.answer(UID, OTHER, 0, 1, 50).result()
    assert not invited.answer(UID, OTHER, 0, 2, 40).result()
    assert not invited.answer(UID, b"n" * 16, 0, 1, 50).result()
    invited.invite(UID, (OTHER,), 1, anew=False).result()
    assert invited.of(UID).result() == (Invited(OTHER, answer=1, answer_ms=50),)
    invited.invite(UID, (OTHER,), 2, anew=True).result()
    assert not invited.answer(UID, OTHER, 1, 1, 60).result()
    assert invited.answer(UID, OTHER, 2, 2, 30).result()


def test_what_was_told_is_kept_and_never_put_back(agenda):
    invited = agenda.invited
    invited.invite(UID, (OTHER,), 0, anew=True).result()
    invited.told(UID, (OTHER,), 2, b"l" * 16, b"k" * 16).result()
    invited.told(UID, (OTHER,), 1, b"m" * 16).result()
    assert invited.of(UID).result() == (Invited(OTHER, 0, 2, b"l" * 16, b"k" * 16),)


def test_after_an_older_copy_the_next_version_counts_and_no_letter_is_taken_for_delivered(agenda):
    own = replace(FIRST, organiser=b"")
    agenda.save(own).result()
    agenda.invited.told(UID, (OTHER,), 0, b"l" * 16, b"k" * 16).result()
    agenda.begin_anew().result()
    (after,) = agenda.upcoming(0).result()
    assert after.sequence > 50
    assert agenda.invited.of(UID).result() == (Invited(OTHER, 0, after.sequence),)
