"""A call out of sight: who speaks, how long, one's own microphone; the way back and the way out."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt

from app.scenes import stills
from media.engine import messages as m


def bar(desk):
    return desk.office._return


def words(desk):
    return (bar(desk)._title.text(), bar(desk)._line.text(), bar(desk)._said.text())


@pytest.fixture
def away(desk, settle):
    """A call of five, left for the directory; the microphone was on."""
    desk.call()
    desk.meeting.microphone(True)
    settle(desk)
    desk.window.show_feature("directory")
    return desk


def test_in_front_of_the_call_there_is_no_bar(desk, settle):
    desk.call()
    settle(desk)
    assert not bar(desk).isVisible()


def test_leaving_the_screen_mutes_and_says_so(away):
    assert bar(away).isVisible()
    assert away.meeting.view.microphone.wanted is False
    assert away.said(m.Microphone)[-1].on is False
    assert words(away)[2] == "Votre micro s’est coupé en quittant l’écran de la RCP."


def test_who_was_muted_already_is_not_told_that_leaving_did_it(desk, settle):
    desk.call()
    settle(desk)
    desk.window.show_feature("directory")
    assert words(desk)[2] == "Votre micro est coupé."


@pytest.mark.parametrize("how", ["button", "key"])
def test_the_microphone_opens_again_by_hand_and_the_bar_warns(away, qtbot, how):
    if how == "button":
        bar(away).microphone.click()
    else:
        qtbot.keyClick(away.window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "vous entend" in words(away)[2])
    assert away.meeting.view.microphone.wanted
    away.window.show_feature("settings")
    assert away.meeting.view.microphone.wanted


def test_coming_back_opens_no_microphone(away, qtbot):
    bar(away)._return.click()
    assert away.window.current == "meeting"
    assert not bar(away).isVisible()
    assert not away.meeting.view.microphone.wanted


def test_title_time_and_speaker_are_shown_and_count(away, qtbot):
    away.hear(m.Speaking(slots=[4], level=0.0))
    away.now_ms += 42_000
    name = next(person.name for person in stills.people(5) if person.slot == 4)
    qtbot.waitUntil(lambda: name in words(away)[1])
    bar(away).tick()
    assert words(away)[:2] == ("RCP Thorax", f"00:42 · \u2068{name}\u2069 parle")


def test_the_engine_is_asked_for_the_one_small_picture_and_for_the_wall_again_afterwards(away, qtbot):
    away.hear(m.Speaking(slots=[4], level=0.0))
    qtbot.waitUntil(lambda: [tile.slot for tile in away.said(m.Tiles)[-1].tiles] == [4])
    bar(away)._return.click()
    assert len(away.said(m.Tiles)[-1].tiles) > 1


def test_leaving_by_the_bar_ends_it(away, qtbot):
    leave = bar(away)._return.parent().findChildren(type(bar(away)._return))[-1]
    assert leave.name == "Quitter"
    leave.click()
    assert len(away.said(m.Leave)) == 1
    qtbot.waitUntil(lambda: not bar(away).isVisible())


def test_reconnecting_is_said(away, qtbot):
    away.hear(m.Phase(phase="reconnecting", is_host=True, title="RCP Thorax"))
    qtbot.waitUntil(lambda: "econnexion" in words(away)[1])


def test_the_lock_shows_no_bar_and_the_unlocked_desk_again(away, qtbot):
    away.office.lock()
    qtbot.waitUntil(lambda: not bar(away).isVisible())
    away.office.enter_as(stills.session())
    away.window.show_feature("directory")
    assert bar(away).isVisible()
