"""What an invitation says of who may come, how many, and when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import ProtocolError
from media.keys import cbor
from media.keys.invite import INVITE, Invite
from media.keys.issuers import DAY_S
from media.keys.sign import signed
from media.keys.terms import Terms

START = 1_795_519_800
WEEK_S = 7 * DAY_S
HOUR_AND_HALF_S = 5_400
WEEKLY = Terms(length_s=HOUR_AND_HALF_S, starts=tuple(START + n * WEEK_S for n in range(4)))
FIELDS = (bytes(16), bytes(16), "RCP", [bytes(16)], "a:1", bytes(32), 1, START + 5 * WEEK_S)


def invitation(device, *more):
    body = cbor.encode([INVITE, *FIELDS, *more])
    return signed(body, device.hybrid.sign(INVITE, body))


def test_an_invitation_of_before_still_reads(device):
    assert Invite.parse(invitation(device)).terms == Terms()


def test_what_the_organiser_chose_is_signed_and_read_again(device):
    terms = Terms(guests=False, most=12, length_s=WEEKLY.length_s, starts=WEEKLY.starts)
    made = Invite.parse(invitation(device, terms.encode()))
    assert made.terms == terms
    made.verify(device.public)


@pytest.mark.parametrize(
    "more",
    [
        [1, 0, 0, []],  # says nothing
        [2, 0, 0, []],
        [0, 1, 0, []],
        [0, 65, 0, []],
        [0, 0, 60, []],
        [0, 0, 0, [START]],
        [0, 0, 60, [START, START]],
        [0, 0, 60, [START, START + 59]],
        [0, 0, 60, [START + 120, START]],
        [0, 0, 60, [START, b"x"]],
        [0, 0, 60, [START + 6 * WEEK_S]],  # after the invitation's end
        [0, 0, 1, list(range(START, START + 130, 2))],
        [0, 0, 0],
        [0, 0, 0, [], 0],
        [0, 0, 0, [[]]],
        "x",
        7,
    ],
)
def test_terms_that_no_meeting_has_are_refused_even_when_signed(device, more):
    with pytest.raises(ProtocolError):
        Invite.parse(invitation(device, more))


def test_nothing_may_follow_the_terms(device):
    with pytest.raises(ProtocolError):
        Invite.parse(invitation(device, WEEKLY.encode(), []))


@pytest.mark.parametrize(
    ("days", "number"), [(-40, 0), (0, 0), (3, 0), (4, 1), (7, 1), (10, 1), (11, 2), (21, 3), (400, 3)]
)
def test_the_date_that_is_meant_is_the_nearest(days, number):
    assert WEEKLY.occurrence(START + days * DAY_S) == number


@given(st.integers(0, 3), st.integers(-DAY_S, DAY_S), st.integers(0, HOUR_AND_HALF_S))
def test_clocks_a_day_apart_mean_the_same_date_while_it_is_on(number, error_s, into_s):
    at = WEEKLY.starts[number] + into_s
    assert WEEKLY.occurrence(at + error_s) == WEEKLY.occurrence(at) == number


def test_a_meeting_without_dates_has_one_room():
    assert Terms().occurrence(START) == 0
