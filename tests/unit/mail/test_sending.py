"""Who gets a block, who does not and why, and what is done without a receipt; teams, timers, vouches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from media.errors import TrustError
from media.keys import cbor, sign
from media.keys.cards import DAY_MS
from media.keys.certs import DeviceKeys
from media.keys.vouch import Vouch
from media.mail import sending, team
from media.mail.bodies import Patient, Team
from media.mail.sending import Device, Step, Target, targets
from media.mail.team import Change, Standing
from media.mail.timers import due_ms
from tests.harness.letters import NOW_MS, Desk, certify

ME, ANNE, BRUNO = b"m" * 16, b"a" * 16, b"b" * 16
HOUR = 3_600_000


def device(user: bytes, number: int, **changed) -> Device:
    return replace(Device(user, bytes((number,)) * 16, "certified"), **changed)


def aim(*devices: Device, to=(ANNE,), restored=False):
    return targets(to, ME, b"\1" * 16, [device(ME, 1), *devices], restored=restored)


def test_every_device_of_a_recipient_and_the_own_others_get_a_block() -> None:
    found = aim(device(ANNE, 2), device(ANNE, 3), device(ME, 4), device(BRUNO, 5))
    assert found == (
        Target(ANNE, b"\2" * 16, own=False),
        Target(ANNE, b"\3" * 16, own=False),
        Target(ME, b"\4" * 16, own=True),
    )


def test_a_message_to_oneself_goes_to_the_own_others_once() -> None:
    assert aim(device(ME, 4), to=(ME,)) == (Target(ME, b"\4" * 16, own=True),)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"level": "changed"}, "key-changed"),
        ({"different": True}, "key-different"),
        ({"level": "verified"}, ""),
        ({"level": "changed", "different": True}, "key-different"),
    ],
)
def test_a_key_that_is_not_the_persons_holds_the_message(changed, code) -> None:
    (found,) = aim(device(ANNE, 2, **changed))
    assert found.held == code


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, "key-unverified"),
        ({"level": "changed"}, "key-changed"),
        ({"different": True}, "key-different"),
        ({"level": "verified"}, ""),
        ({"level": "guest"}, "key-unverified"),
    ],
)
def test_what_only_compared_keys_may_have_waits_for_the_comparison(changed, code) -> None:
    known = [device(ME, 1), device(ANNE, 2, **changed)]
    (found,) = targets((ANNE,), ME, b"\1" * 16, known, restored=False, compared=True)
    assert found.held == code


def test_one_doubtful_device_does_not_hold_the_others() -> None:
    found = aim(device(ANNE, 2), device(ANNE, 3, level="changed"))
    assert [one.held for one in found] == ["", "key-changed"]


def test_an_unexpected_own_device_gets_no_copy() -> None:
    assert aim(device(ANNE, 2), device(ME, 4, asked=False))[1].held == "device-unexpected"


def test_whoever_has_no_device_is_waited_for_and_whoever_is_blocked_is_not() -> None:
    assert aim() == (Target(ANNE, b"", own=False, held="no-device"),)
    assert aim(device(ANNE, 2, blocked=True)) == ()


def test_a_restored_vault_sends_nothing() -> None:
    found = aim(device(ANNE, 2), device(ME, 4), to=(ANNE, BRUNO), restored=True)
    assert {one.held for one in found} == {"restored"}
    assert len(found) == 3


def test_without_a_receipt_it_is_sealed_again_and_given_up() -> None:
    assert sending.step(0, 0, 24 * HOUR - 1) == Step.WAIT
    assert sending.step(0, 0, 24 * HOUR) == Step.AGAIN
    assert sending.step(0, 24 * HOUR, 30 * HOUR) == Step.WAIT
    assert sending.step(0, 48 * HOUR, 72 * HOUR) == Step.UNDELIVERED


def test_a_clock_set_back_seals_nothing_again() -> None:
    assert sending.step(10 * HOUR, 10 * HOUR, 0) == Step.WAIT


# --- teams ------------------------------------------------------------------------------------------------


MINE = Team("RCP", (ANNE, BRUNO, ME))
KNOWN = Standing(MINE, NOW_MS, b"k" * 16)


def say(said: Team, author=ANNE, known=KNOWN, sent=NOW_MS + 1, msg_id=b"n" * 16):
    header, _ = Desk().head(b"", [ME], type=6, sent_ms=sent, msg_id=msg_id)
    return team.apply(known, said, header, author, NOW_MS)


def test_a_team_is_created_by_a_member_only() -> None:
    assert say(MINE, known=None)[1] == (Change("created"),)
    assert say(MINE, known=None, author=b"z" * 16) == (None, ())


@pytest.mark.parametrize(
    ("said", "author", "change"),
    [
        (replace(MINE, title="RCP sein"), ANNE, Change("renamed", text="RCP sein")),
        (replace(MINE, expire_s=60), ANNE, Change("timer")),
        (replace(MINE, patient=Patient("CHU", "1", "")), ANNE, Change("linked")),
        (team.without(MINE, BRUNO), ANNE, Change("removed", BRUNO)),
        (team.without(MINE, ANNE), ANNE, Change("left", ANNE)),
        (team.with_member(MINE, b"z" * 16), ANNE, Change("joined", b"z" * 16)),
    ],
    ids=lambda one: one.what if isinstance(one, Change) else "",
)
def test_members_change_a_team(said, author, change) -> None:
    standing, found = say(said, author)
    assert standing.team == said
    assert found == (change,)


def test_whoever_was_removed_cannot_come_back_by_itself() -> None:
    without = Standing(team.without(MINE, BRUNO), NOW_MS, b"k" * 16)
    assert say(MINE, BRUNO, without) == (without, ())


def test_the_newest_word_counts_whatever_the_order_of_arrival() -> None:
    one = (replace(MINE, title="un"), NOW_MS + 5, b"1" * 16)
    two = (replace(MINE, title="deux"), NOW_MS + 5, b"2" * 16)
    ends = set()
    for order in ((one, two), (two, one)):
        known = KNOWN
        for said, sent, msg_id in order:
            known, _ = say(said, known=known, sent=sent, msg_id=msg_id)
        ends.add(known.team.title)
    assert ends == {"deux"}


def test_a_word_from_the_future_has_not_the_last_word() -> None:
    known, _ = say(replace(MINE, title="demain"), sent=NOW_MS + 900 * DAY_MS)
    assert known.sent_ms == NOW_MS + DAY_MS


# --- timers -----------------------------------------------------------------------------------------------


def test_a_life_ends_by_the_earlier_of_two_clocks() -> None:
    assert due_ms(NOW_MS, NOW_MS + 5, 0) == 0
    assert due_ms(NOW_MS, NOW_MS + 5, 1) == NOW_MS + 1000
    assert due_ms(NOW_MS + 900 * DAY_MS, NOW_MS, 1) == NOW_MS + 1000


# --- vouches ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def devices():
    return DeviceKeys.generate(), DeviceKeys.generate(), DeviceKeys.generate()


def test_an_older_device_vouches_for_a_newer_one_of_the_same_person(devices) -> None:
    older, newer, other = devices
    old, new, third = (certify(one, ANNE) for one in devices)
    vouch = Vouch.make(old, new, 5, older.hybrid.sign)
    Vouch.parse(vouch.signed).verify(old, new)
    for one, two in ((old, third), (new, old), (third, new), (old, certify(newer, BRUNO))):
        with pytest.raises(TrustError, match="vouch-foreign"):
            vouch.verify(one, two)
    forged = Vouch.make(old, new, 5, other.hybrid.sign)
    with pytest.raises(TrustError, match="signature"):
        forged.verify(old, new)


def test_nobody_vouches_for_somebody_else_or_for_itself(devices) -> None:
    older, newer, _ = devices
    old = certify(older, ANNE)
    for new in (certify(newer, BRUNO), old):
        with pytest.raises(TrustError, match="vouch-foreign"):
            Vouch.make(old, new, 5, older.hybrid.sign)


def test_a_verified_colleague_vouches_for_nobody_else(devices) -> None:
    """Eve's key is compared and her signature holds; the device that she names is to pass for Bruno's."""
    eve, lure, _ = devices
    hers, his = certify(eve, ANNE), certify(lure, BRUNO)
    keys = [eve.public.ed25519, lure.public.ed25519, lure.public.mldsa]
    body = cbor.encode(["CSL1/vouch", his.org, his.user, *keys, lure.device_id, 5])
    forged = Vouch.parse(sign.signed(body, eve.hybrid.sign("CSL1/vouch", body)))
    with pytest.raises(TrustError, match="vouch-foreign"):
        forged.verify(hers, his)
