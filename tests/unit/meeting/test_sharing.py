"""Whose picture is on the stage, and what stays of it when it is lost."""

from __future__ import annotations

import msgspec

from app.meeting.call.sharing import Share, follow
from app.meeting.view import SCREEN, Stage, View
from app.scenes import stills

CAMILLE = "Camille Roussel"


def view(stage=Stage.LIVE, people=5, **changes):
    """A running call whose slots share (True) or are gone (`live`) as *changes* say."""
    roster = stills.people(people)
    for name, fields in changes.items():
        slot = int(name[1:])
        state = roster[slot].state | SCREEN if fields.get("shares", True) else roster[slot].state
        roster[slot] = msgspec.structs.replace(roster[slot], state=state, live=fields.get("live", True))
    return View(stage=stage, people=tuple(roster))


def test_the_first_who_shares_stays_on_the_stage():
    share = follow(None, view(_3={}), 1)
    assert share.slot == 3
    assert follow(share, view(_1={}, _3={}), 2) == share, "a second share does not push the first away"
    assert follow(share, view(_1={}), 3).slot == 1


def test_who_stops_takes_the_picture_away():
    share = follow(None, view(_1={}), 1)
    assert share == Share(1, CAMILLE)
    assert follow(share, view(), 2) is None


def test_who_falls_silent_leaves_the_last_frame_and_its_time():
    share = follow(None, view(_1={}), 1_000)
    lost = follow(share, view(_1={"live": False}), 5_000)
    assert lost.lost_ms == 5_000
    assert follow(lost, view(_1={"live": False}), 9_000).lost_ms == 5_000
    gone = follow(lost, view(people=1), 40_000)
    assert gone == lost, "it stays though the roster forgot them"
    assert follow(lost, view(_1={}), 9_000) == share
    assert follow(lost, view(_3={}), 9_000).slot == 3


def test_the_own_line_lost_dims_it_too():
    share = follow(None, view(_1={}), 1_000)
    assert follow(share, view(Stage.RECONNECTING, _1={}), 2_000).lost_ms == 2_000
    assert follow(share, View(stage=Stage.RECONNECTING), 2_000).lost_ms == 2_000


def test_an_ended_meeting_leaves_nothing():
    share = follow(None, view(_1={}), 1_000)
    assert follow(share, View(stage=Stage.ENDED), 2_000) is None
    lost = follow(share, view(_1={"live": False}), 5_000)
    assert follow(lost, View(stage=Stage.ENDED), 6_000) is None


def test_the_own_share_is_never_lost_to_oneself():
    share = follow(None, view(_0={"live": False}), 1_000)
    assert share.mine
    assert not share.lost_ms
