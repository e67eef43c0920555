"""The network panel: real figures, what is given up and why, and what one can do."""

from __future__ import annotations

import pytest

from app.meeting.call import sacrifices
from app.meeting.call.network import FIGURES
from app.meeting.view import OWN_PREVIEW, Device, Network, View
from media.engine import messages as m


def figures(lost=0, sacrificed=(), frames=1000, **more):
    streams = [
        m.StreamFigures(slot=slot, name="", stream=2, frames=frames - lost, lost=lost, p50_ms=40, p95_ms=80)
        for slot in (1, 2)
    ]
    counted = {"rekeys": 1, "rtt_ms": 48, "up_kbps": 410, "down_kbps": 1200, "jitter_ms": 12.4, **more}
    return m.Figures(streams=streams, sacrificed=list(sacrificed), **counted)


@pytest.fixture
def live(desk, settle):
    desk.call()
    settle(desk)
    desk.page._marks.network.emit()
    return desk


def panel(desk):
    return desk.live.side.network


def shown(desk):
    return {key: panel(desk)._figures[key].text().replace("\u202f", " ") for key in FIGURES}


def test_the_chip_of_the_line_opens_the_figures(live, settle):
    assert live.live.side.part == "network"
    live.hear(figures(lost=20))
    settle(live)
    assert shown(live) == {
        "up": "410 kb/s",
        "down": "1 200 kb/s",
        "lost": "2,0 %",
        "jitter": "12 ms",
        "rtt": "48 ms",
        "transport": shown(live)["transport"],
    }


def test_a_weak_line_is_said_before_the_figures(live, settle):
    live.hear(figures(), figures(lost=200, frames=2000))
    settle(live)
    assert panel(live)._state.text() == "Votre réseau faiblit"


def test_the_own_camera_is_cut_from_here_and_comes_back(live, settle):
    live.meeting.camera(True)
    settle(live)
    panel(live).camera_button.click()
    assert live.said(m.Camera)[-1].on is False
    settle(live)
    assert panel(live).camera_button.name == "Rallumer ma caméra"


def test_faces_can_be_left_out_and_taken_back(live, settle, qtbot):
    qtbot.waitUntil(lambda: any(one.tiles for one in live.said(m.Tiles)))
    panel(live).faces_button.click()
    assert {tile.slot for tile in live.said(m.Tiles)[-1].tiles} <= {OWN_PREVIEW}
    settle(live)
    panel(live).faces_button.click()
    assert {tile.slot for tile in live.said(m.Tiles)[-1].tiles} > {OWN_PREVIEW}


@pytest.mark.parametrize(
    ("view", "states"),
    [
        (View(), ["full", "off", "off", "kept"]),
        (View(sound_only=True), ["off", "off", "off", "kept"]),
        (
            View(
                camera=Device(wanted=True),
                share=Device(wanted=True),
                network=Network(sacrificed=("received", "face", "imaging")),
            ),
            ["less", "face", "less", "kept"],
        ),
        (
            View(camera=Device(wanted=True), network=Network(sacrificed=("camera",))),
            ["full", "camera", "off", "kept"],
        ),
    ],
)
def test_sacrifices_stand_in_their_order_and_the_voice_is_never_one(view, states):
    assert [step.state for step in sacrifices.steps(view)] == states


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        ((), ""),
        (("received",), "Réception plafonnée à 500"),
        (("camera",), "Envoi plafonné à 300"),
        (("received", "face"), "réception à 500"),
    ],
)
def test_why_names_the_ceiling_that_forces_it(cut, said):
    why = str(sacrifices.why(View(ceiling=(300, 500), network=Network(sacrificed=cut))))
    assert said in why
    assert bool(why) == bool(said)
