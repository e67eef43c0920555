"""Who may build a room on an invitation, and when."""

from __future__ import annotations

import pytest

from media.errors import TrustError
from media.keys.sign import signed
from media.keys.terms import Terms
from media.room.ground import Ground
from media.room.knocker import Keys
from media.room.messages import Genesis
from tests.harness.hospital import DAY_S, NOW_S, Appointment, hospital


@pytest.fixture
def meeting():
    return Appointment([hospital().enrol("Dr Iris Vanel")])


def stand(meeting, now_s, device=None):
    device = device or meeting.organiser
    certificate = meeting.organiser.certificate
    return Ground.of(meeting.plan(device), meeting.invite, certificate, lambda: now_s)


@pytest.mark.parametrize("after_s", [0, 3600, DAY_S, 2 * DAY_S - 1])
def test_an_invitation_holds_on_its_day_and_a_clock_error_of_a_day_beside(meeting, after_s):
    assert stand(meeting, NOW_S + after_s).me.name == "Dr Iris Vanel"


def test_an_invitation_of_last_week_opens_nothing(meeting):
    with pytest.raises(TrustError, match="invite-expired"):
        stand(meeting, NOW_S + 7 * DAY_S)


def test_a_clock_two_days_slow_is_named(meeting):
    with pytest.raises(TrustError, match="clock"):
        stand(meeting, NOW_S - 2 * DAY_S - 1)


def test_an_invitation_by_somebody_else_than_its_organiser_is_forged(meeting):
    other = hospital().enrol("Dr Jean Hoffmann")
    meeting.organiser = other
    with pytest.raises(TrustError, match="invite-forged"):
        stand(meeting, NOW_S)


WEEK_S = 7 * DAY_S
WEEKLY = Terms(length_s=3600, starts=tuple(NOW_S + n * WEEK_S for n in range(3)))


def test_a_host_of_another_date_opens_no_call_for_this_one():
    """Last week's Genesis, replayed by the relay, is another meeting's."""
    host = hospital().enrol("Dr Iris Vanel")
    series = Appointment([host], terms=WEEKLY)
    today, next_week = (
        Ground.of(series.plan(host), series.invite, host.certificate, lambda at=at: at)
        for at in WEEKLY.starts[:2]
    )
    assert (today.occurrence, next_week.occurrence) == (0, 1)
    assert today.room.room_id != next_week.room.room_id
    keys = Keys.generate()
    genesis = Genesis(
        bytes(16),
        series.invite.hash,
        0,
        keys.kx.public,
        keys.cs.public,
        today.me.hash,
        keys.slot.public,
        (),
        b"",
    ).encode()
    obj = signed(genesis, host.signer.sign(genesis))
    assert today.verify_genesis(obj, (host.certificate,))[2] == 0
    with pytest.raises(TrustError, match="another meeting"):
        next_week.verify_genesis(obj, (host.certificate,))
