"""Before a meeting: what is measured is shown, nothing stands in the way, and one enters as one chose."""

from __future__ import annotations

import re

import pytest

from app.meeting.entry.checklist import CheckList
from app.meeting.entry.devices import DeviceChoice
from app.meeting.view import View
from app.scenes import stills
from app.ui.choices import Select
from app.ui.text import Label
from media.engine import messages as m
from media.errors import LinkLost
from media.link.probe import Seen

GOOD = Seen(rtt_ms=23, transport="udp", up_kbps=3_100, sent=20, jitter_ms=2)


class Relay:
    def __init__(self):
        self.answer, self.thorough = GOOD, 0

    async def __call__(self, _address, _now_s, *, thorough=False):
        self.thorough += thorough
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def relay():
    return Relay()


@pytest.fixture
def ready(make_desk, relay, qtbot, settle):
    def ready(answer=GOOD, session=None):
        relay.answer = answer
        desk = make_desk(session=session or stills.session(), look=relay)
        desk.open_link()
        settle(desk)
        qtbot.waitUntil(lambda: desk.page.prejoin._exam is not None)
        return desk

    return ready


def findings(desk):
    labels = desk.page.prejoin.findChild(CheckList).findChildren(Label)
    return " ".join(label.text() for label in labels).replace("\u202f", " ")


def test_the_four_checks_are_shown(ready):
    desk = ready()
    for words in ("Relais joignable, 23 ms", "3,1 Mbit/s", "perte 0 %", "confrère"):
        assert words in findings(desk)


def test_warnings_never_block(ready, qtbot):
    desk = ready(LinkLost("unreachable"))
    assert "Relais injoignable" in findings(desk)
    desk.page.prejoin.enter.click()
    assert len(desk.said(m.Join)) == 1


def test_a_relay_that_comes_back_is_measured_again(ready, relay, qtbot):
    desk = ready(LinkLost("unreachable"))
    relay.answer = GOOD
    desk.office.line.look()
    qtbot.waitUntil(lambda: "Relais joignable" in findings(desk))


def test_each_meeting_is_measured_once_and_again_when_it_is_opened_again(ready, relay, qtbot, settle):
    desk = ready()
    desk.meeting.microphone(True)
    settle(desk)
    assert relay.thorough == 1
    desk.meeting.forget()
    settle(desk)
    desk.open_link()
    settle(desk)
    qtbot.waitUntil(lambda: relay.thorough == 2)


def test_nothing_of_the_meeting_is_sent_before_entering(ready):
    desk = ready()
    desk.meeting.camera(True)
    assert not desk.said(m.Join)


def test_entering_muted_lets_one_be_heard_before_and_not_after(ready, settle):
    desk = ready()
    desk.meeting.microphone(True)
    settle(desk)
    prejoin = desk.page.prejoin
    assert not prejoin.muted.isChecked()
    prejoin.muted.click()
    assert desk.meeting.view.microphone.wanted
    prejoin.enter.click()
    assert desk.said(m.Microphone)[-1].on is False
    assert desk.heard.index(desk.said(m.Microphone)[-1]) < desk.heard.index(desk.said(m.Join)[0])


def test_entering_without_camera_sends_none(ready, settle):
    desk = ready()
    desk.meeting.camera(True)
    settle(desk)
    desk.page.prejoin.blind.click()
    desk.page.prejoin.enter.click()
    assert desk.said(m.Camera)[-1].on is False


def test_the_switches_tell_the_truth_and_turn_devices_on(ready, settle):
    desk = ready()
    prejoin = desk.page.prejoin
    assert prejoin.muted.isChecked()
    assert prejoin.blind.isChecked()
    prejoin.muted.click()
    prejoin.blind.click()
    settle(desk)
    assert desk.meeting.view.microphone.wanted
    assert desk.meeting.view.camera.wanted
    assert not prejoin.muted.isChecked()


def test_a_wish_for_one_meeting_is_none_for_the_next(ready, settle):
    desk = ready()
    desk.meeting.microphone(True)
    settle(desk)
    desk.page.prejoin.muted.click()
    desk.meeting.forget()
    settle(desk)
    desk.open_link()
    desk.meeting.microphone(True)
    settle(desk)
    assert not desk.page.prejoin.muted.isChecked()


def test_sound_only_asks_for_no_face_but_for_what_is_shared(ready, settle):
    desk = ready()
    desk.meeting.camera(True)
    desk.page.prejoin.sound_only.click()
    assert desk.said(m.Camera)[-1].on is False
    desk.hear(
        m.Phase(phase="in-call", is_host=True, title="RCP Thorax", transport="udp"),
        m.Roster(n=1, people=stills.people(5, sharing=True)),
    )
    settle(desk)
    desk.meeting.show(
        [m.Tile(index=i, slot=i, stream=s, width=320, height=180) for i, s in ((0, 4), (1, 2), (2, 3))]
    )
    assert [tile.stream for tile in desk.said(m.Tiles)[-1].tiles] == [4]
    desk.meeting.see(True)
    assert len(desk.said(m.Tiles)[-1].tiles) == 3


def test_no_device_is_said_to_be_missing_before_the_engine_has_looked(qtbot):
    choice = DeviceChoice()
    qtbot.addWidget(choice)
    choice.show_view(View())
    shown = choice.findChildren(Select)
    assert {one.currentText() for one in shown} == {"Recherche des appareils…"}
    none = m.Devices(cameras=[], microphones=[], speakers=[], screens=[], windows=[])
    choice.show_view(View(devices=none))
    assert {one.currentText() for one in shown} == {"Aucun microphone", "Aucun haut-parleur", "Aucune caméra"}
    captions = {label.buddy(): label.text() for label in choice.findChildren(Label)}
    assert [captions[one] for one in shown] == ["Microphone", "Haut-parleur", "Caméra"]


def test_without_a_microphone_one_enters_to_listen(ready, settle):
    desk = ready()
    desk.meeting.camera(True)
    desk.hear(m.Devices(cameras=[], microphones=[], speakers=[], screens=[], windows=[]))
    settle(desk)
    assert desk.page.prejoin.enter.text() == "Entrer en écoute"


def test_the_speaker_is_tested_by_the_engine(ready):
    desk = ready()
    desk.page.prejoin.devices.test.click()
    assert len(desk.said(m.TestSpeaker)) == 1


def test_the_chip_counts_with_the_clock(ready):
    desk = ready()
    prejoin = desk.page.prejoin
    before = prejoin._start.text()
    desk.now_ms += 600_000
    prejoin._show_start()
    assert re.search(r"\d+\smin", before)
    assert prejoin._start.text() != before
