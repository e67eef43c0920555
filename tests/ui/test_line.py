"""What a doctor sees of the line: near, gone, old, new, false, the clock; never in the way, always with a way on."""

from __future__ import annotations

import dataclasses
import re
import time

import pytest

from app import i18n
from app.line import BACK_OFF_MS, Standing
from app.scenes import stills
from app.ui.buttons import Button, IconButton
from app.ui.panes import Banner
from media.errors import LinkLost, LinkRefused
from media.link import probe
from media.link.probe import Seen
from storage.identity import Relay as Known
from tests.unit.relay.harness import RelayProcess


class Relay:
    """A relay that answers as the test says."""

    def __init__(self):
        self.answer = Seen(rtt_ms=23, transport="udp")
        self.looks = 0

    async def __call__(self, _address, _now_s, *, thorough=False):
        self.looks += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def relay():
    return Relay()


@pytest.fixture
def sit(make_desk, relay, qtbot):
    def sit(answer=None, session=None):
        relay.answer = answer or relay.answer
        desk = make_desk(session=session or stills.session(), look=relay)
        qtbot.waitUntil(lambda: desk.office.line.state.looked_ms > 0)
        qtbot.wait(1)
        return desk

    return sit


def pill(desk):
    return desk.office._watch.pill


def banner(desk):
    return desk.office._watch.banner


def said(desk):
    return " ".join(
        part
        for one in banner(desk).findChildren(Banner)
        if one.isVisibleTo(banner(desk))
        for part in (one.accessibleName(), one.accessibleDescription())
    )


def retry(desk):
    return next(b for b in banner(desk).findChildren(Button) if b.isVisibleTo(banner(desk)))


def test_a_near_relay_is_said_in_the_top_bar_and_nothing_above_the_sheet(sit):
    desk = sit()
    assert pill(desk).text() == "Chiffré de bout en bout · Relais 23\u202fms"
    assert pill(desk).isVisible()
    assert not banner(desk).isVisible()
    assert "UDP" in pill(desk).toolTip()


def test_offline_at_start_says_since_when_what_works_and_offers_a_try(sit):
    desk = sit(LinkLost("unreachable"))
    assert banner(desk).isVisible()
    assert re.search(r"Hors ligne depuis \d\d:\d\d", said(desk))
    assert "restent disponibles" in said(desk)
    assert retry(desk).text() == f"Réessayer ({BACK_OFF_MS[0] // 1000}\u202fs)"


@pytest.mark.parametrize("section", ["today", "meeting", "directory", "settings"])
def test_a_network_lost_later_is_said_in_every_section(sit, relay, qtbot, section):
    desk = sit()
    desk.window.show_feature(section)
    relay.answer = LinkLost("unreachable")
    desk.office.line.look()
    qtbot.waitUntil(banner(desk).isVisible)
    assert "Hors ligne" in pill(desk).text()


def test_the_countdown_counts_and_the_button_looks_at_once(sit, relay, qtbot):
    desk = sit(LinkLost("unreachable"))
    button = retry(desk)
    desk.now_ms += 3_000
    desk.office._watch._tick()
    assert button.text() == "Réessayer (5\u202fs)"
    relay.answer = Seen(rtt_ms=7, transport="tls")
    button.setFocus()
    button.click()
    qtbot.waitUntil(lambda: not banner(desk).isVisible())
    assert pill(desk).text().endswith("Relais 7\u202fms")


def test_a_try_that_fails_leaves_the_focus_where_it_is(sit, relay, qtbot):
    desk = sit(LinkLost("unreachable"))
    button = retry(desk)
    button.setFocus()
    button.click()
    qtbot.waitUntil(lambda: relay.looks == 2 and not desk.office.line.state.looking)
    qtbot.wait(1)
    assert retry(desk) is button
    assert button.hasFocus()


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("relay-too-old", "plus ancien que ce poste"),
        ("relay-too-new", "plus récent que ce poste"),
        ("relay-impostor", "n’est pas celui de l’établissement"),
        ("busy", "ne répond pas comme prévu"),
    ],
)
def test_each_refusal_has_its_sentence_and_says_what_to_do(sit, code, sentence):
    desk = sit(LinkRefused(code))
    assert sentence in said(desk)
    assert "DSI" in said(desk)
    assert retry(desk).isEnabled()


@pytest.mark.parametrize(("skew", "way"), [(-720, "avance de 12"), (720, "retarde de 12")])
def test_a_wrong_clock_is_told_and_can_be_put_away(sit, qtbot, skew, way):
    desk = sit(Seen(rtt_ms=23, transport="udp", skew_s=skew))
    assert way in said(desk)
    close = next(b for b in banner(desk).findChildren(IconButton))
    close.click()
    assert not banner(desk).isVisible()


def test_a_clock_before_the_directorys_head_is_told_offline_too(sit):
    trust = stills.session().trust
    session = dataclasses.replace(
        stills.session(),
        trust=type(trust)(
            org=b"", roots=[], issuers=[], certificates=[], revoked=[], head_time=stills.NOW_S + 7200
        ),
    )
    desk = sit(LinkLost("unreachable"), session)
    assert "retarde de 2" in said(desk)
    assert "Hors ligne" in said(desk)


def test_a_running_call_on_screen_says_it_itself(sit, relay, qtbot):
    desk = sit()
    desk.call()
    qtbot.waitUntil(lambda: not pill(desk).isVisible() and not desk.office.line.state.looking)
    relay.answer = LinkLost("unreachable")
    desk.office.line.look()
    qtbot.waitUntil(lambda: desk.office.line.state.standing is Standing.OFFLINE)
    qtbot.wait(1)
    assert not banner(desk).isVisible()
    desk.window.show_feature("directory")
    assert banner(desk).isVisible()
    assert pill(desk).isVisible()


def test_a_call_that_begins_or_ends_is_a_reason_to_look(sit, relay, qtbot):
    desk = sit()
    before = relay.looks
    desk.call()
    qtbot.waitUntil(lambda: relay.looks == before + 1)
    qtbot.waitUntil(lambda: not desk.office.line.state.looking)
    desk.meeting.leave()
    qtbot.waitUntil(lambda: relay.looks == before + 2)


def test_the_lock_forgets_the_line_and_looks_no_more(sit, relay):
    desk = sit(LinkLost("unreachable"))
    desk.office.lock()
    before = relay.looks
    desk.now_ms += 600_000
    desk.office._watch._tick()
    assert desk.office.line.state.standing is Standing.UNKNOWN
    assert relay.looks == before


def test_a_desk_without_a_relay_claims_nothing(make_desk, relay):
    desk = make_desk(session=dataclasses.replace(stills.session(), relays=()), look=relay)
    assert not pill(desk).isVisible()
    assert not banner(desk).isVisible()
    assert relay.looks == 0


def test_a_real_relay_is_followed_from_start_to_stop(make_desk, tmp_path, qtbot, monkeypatch):
    monkeypatch.setattr(probe, "HELLO_S", 30)
    real = RelayProcess(tmp_path).start()
    try:
        known = Known("127.0.0.1", real.port, real.pin)
        desk = make_desk(session=dataclasses.replace(stills.session(), relays=(known,)), look=probe.look)
        desk.now_ms = int(time.time() * 1000)
        qtbot.waitUntil(lambda: "Relais" in pill(desk).text() and desk.office.line.state.online)
        assert desk.office.line.state.transport == "udp"
    finally:
        real.stop()
    desk.office.line.look()
    qtbot.waitUntil(lambda: "Hors ligne" in pill(desk).text())
    assert banner(desk).isVisible()


def test_it_is_said_again_in_the_new_language(sit, qtbot):
    desk = sit(LinkLost("unreachable"))
    i18n.set_language("en")
    desk.office._speak("en")
    qtbot.wait(1)
    assert "Offline since" in said(desk)
    assert "Offline since" in pill(desk).text()
    assert retry(desk).text().startswith("Try again")
