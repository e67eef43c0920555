"""Scanning the other's code: a real camera file, the real engine, the real reader; what equal, false and foreign codes do."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from app.config import Policy
from app.directory import sight as sights
from app.directory.reader import read_code
from app.directory.sight import Sight
from app.scenes import stills
from app.scenes.stills import StillArena, StillEngine
from media.engine import messages as m
from media.keys.certs import DeviceCert
from tests.harness import codes
from tests.ui.test_directory import Section

NAME = "Dr Fatou Mbaye"
LONG_MS = 90_000
FOREIGN = "Ce code n'est pas pour vous deux. Sur l'écran de \u2068Dr Fatou Mbaye\u2069, ouvrez votre fiche dans l'annuaire."


class Scan(Section):
    """The directory at a person who is not verified, with a camera."""

    def __init__(self, desk, qtbot, name=NAME):
        super().__init__(desk, qtbot)
        self.open(name)

    @property
    def shown(self):
        return self.panel.comparison

    def wait(self, text):
        self.qtbot.waitUntil(lambda: text in self.texts(), timeout=LONG_MS)

    def begin(self):
        self.shown.scan.setFocus()
        self.press(Qt.Key.Key_S)
        assert self.shown.pane.isVisible()
        assert QApplication.focusWidget() is self.shown.pane.stop

    def dark(self):
        """The camera is free: the engine that held it has ended."""
        self.qtbot.waitUntil(lambda: not self.page._scanning._sight._turn.locked(), timeout=LONG_MS)


class Blind(StillEngine):
    """A camera of which the test says what happens."""

    def __init__(self):
        super().__init__(StillArena())
        self.sent, self.stopped = [], False

    def send(self, message, /):
        self.sent.append(message)

    def stop(self):
        self.stopped = True


@pytest.fixture
def scan(make_desk, qtbot, tmp_path, monkeypatch):
    """A section whose camera shows what *text_of* makes of the right code: of them, for me."""
    monkeypatch.setattr(sights, "READ_S", 60)  # the first picture waits until the reader's process stands
    film = tmp_path / "camera.mkv"
    policy = Policy(default={"language": "fr", "theme": "light", "camera": f"file:{film}"})

    def make(*texts_of, name=NAME):
        desk = make_desk(session=stills.session(), policy=policy)
        section = Scan(desk, qtbot, name)
        device = section.page._device
        right = codes.other_parties(desk.office.session(), device).code
        if texts_of:
            codes.film(film, *(text_of(right) for text_of in texts_of))
        section.film = film
        return section

    return make


@pytest.fixture
def blind(make_desk, qtbot):
    eye = Blind()
    sight = Sight(lambda: eye, StillArena)
    desk = make_desk(session=stills.session(), more={"sight": sight})
    section = Scan(desk, qtbot)
    section.eye = eye
    section.begin()
    qtbot.waitUntil(lambda: any(isinstance(one, m.Camera) for one in eye.sent))
    return section


def test_equal_code_verifies_with_one_press_by_keys_alone(scan, qtbot):
    section = scan(lambda right: "", lambda right: right)
    section.begin()
    section.wait("Les codes correspondent")
    assert not section.shown.pane.isVisible()
    assert QApplication.focusWidget() is section.shown.identical
    assert section.level(NAME) == "certified"
    section.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: section.level(NAME) == "verified")
    assert "Les codes correspondent" not in section.texts()
    user = section.panel.person.user
    key = section.page._device.certificate.public.ed25519
    assert (user, key) in section.desk.office.session().trust.verified
    section.dark()


def test_code_with_one_other_digit_is_refused_in_red_even_when_spelt(scan, qtbot):
    section = scan(codes.tampered)
    section.begin()
    section.wait("Les codes ne correspondent pas")
    assert QApplication.focusWidget() is section.shown.different
    section.spell()
    assert not section.shown.identical.isEnabled()
    section.shown.different.setFocus()
    section.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: section.level(NAME) == "different")


def test_own_screen_and_foreign_codes_are_said_and_end_nothing(scan, qtbot):
    section = scan(lambda right: "https://example.org")
    section.begin()
    section.wait(FOREIGN)
    assert section.shown.pane.isVisible()
    section.press(Qt.Key.Key_Escape)
    assert not section.shown.pane.isVisible()
    assert QApplication.focusWidget() is section.shown.scan
    section.dark()
    codes.film(section.film, section.page._scanning.parties.code)
    section.begin()
    section.wait("C'est le code de votre propre écran. Présentez celui de \u2068Dr Fatou Mbaye\u2069.")
    section.press(Qt.Key.Key_Escape)
    assert section.panel.isVisible()
    assert not section.shown.identical.isEnabled()
    section.press(Qt.Key.Key_Escape)
    assert not section.panel.isVisible()
    section.dark()


def test_the_other_reads_from_this_screen_what_makes_this_desk_verified_there(blind):
    section = blind
    for code in (section.shown.pane.qr, section.shown.qr):
        text = read_code(*codes.grey(code.grab().toImage()))
        told = codes.other_parties(section.desk.office.session(), section.page._device).judge(text)
        assert told.kind == "equal"
        assert told.device == DeviceCert.parse(section.desk.office.session().certificate)


def test_no_camera_is_said_with_the_ways_on(scan):
    section = scan()
    section.begin()
    section.wait("Aucune caméra")
    assert {"Réessayer", "Choisir la caméra"} <= section.buttons()
    section.press(Qt.Key.Key_Escape)
    assert section.shown.card.isVisible()


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("busy", "La caméra est occupée"),
        ("denied", "La caméra est refusée à Consilium"),
        ("unplugged", "La caméra a été débranchée"),
        ("failed", "La caméra ne donne pas d'image"),
    ],
)
def test_camera_that_fails_says_why_and_is_tried_again(blind, qtbot, code, title):
    section = blind
    section.eye.say([m.DeviceState(kind="camera", on=False, code=code)])
    section.wait(title)
    section.dark()
    assert section.eye.stopped
    section.eye.stopped = False
    before = len(section.eye.sent)
    section.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(section.eye.sent) > before)
    section.press(Qt.Key.Key_Escape)
    section.dark()


def test_an_engine_that_dies_is_said(blind):
    blind.eye.died.fire(-9)
    blind.wait("La caméra n'a pas pu être lue")


@pytest.mark.parametrize("leave", ["section", "person", "lock", "close"])
def test_whatever_hides_the_scan_frees_the_camera(blind, qtbot, leave):
    section = blind
    assert not section.eye.stopped
    if leave == "section":
        section.desk.window.show_feature("today")
    elif leave == "person":
        section.page.open_name("Dr Amina Benali")
    elif leave == "lock":
        section.desk.office.lock()
    else:
        section.panel.close_button.click()
    qtbot.waitUntil(lambda: section.eye.stopped, timeout=LONG_MS)


def test_another_person_knows_nothing_of_the_last_scan(scan, qtbot):
    section = scan(lambda right: right)
    section.begin()
    section.wait("Les codes correspondent")
    section.open("Dr Amina Benali")
    assert "Les codes correspondent" not in section.texts()
    assert not section.shown.identical.isEnabled()


def test_closing_the_desk_ends_engine_and_reader(scan, qtbot):
    section = scan(lambda right: "https://example.org")
    section.begin()
    section.wait(FOREIGN)
    engine = section.page._scanning._sight._eye
    assert engine._process.poll() is None
    section.desk.office.close()
    qtbot.waitUntil(lambda: engine._process.poll() is not None, timeout=LONG_MS)


def test_every_control_of_the_scan_is_reached_by_tab_and_has_its_key_in_the_tooltip(blind):
    section = blind
    reached = set()
    for _ in range(60):
        section.press(Qt.Key.Key_Tab)
        reached.add(QApplication.focusWidget())
    assert section.shown.pane.stop in reached
    assert section.shown.scan not in reached  # hidden meanwhile
    assert section.shown.pane.stop.toolTip() == "Arrêter (Échap)"
    section.press(Qt.Key.Key_Escape)
    assert section.shown.scan.toolTip() == "Scanner avec la caméra (S)"
