"""Two people at one PC, by mouse and keys in a real window: who opens, what the lock names, and the system's own lock."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from app.demo import hospital
from resources.demo.people import ME
from tests.e2e.desk import Desk, ready
from tests.e2e.house import GUEST, House

pytestmark = pytest.mark.skipif(not ready(), reason="needs Xvfb, xdotool and the accessibility bus")


@pytest.fixture
def home(tmp_path):
    house = House(tmp_path)
    house.close()
    (tmp_path / "host" / "users").mkdir()
    shutil.move(tmp_path / "guest", tmp_path / "host" / "users" / "b")
    return tmp_path / "host"


@pytest.fixture
def desk(tmp_path):
    with Desk(tmp_path / "desk", HOME=str(tmp_path)) as made:
        yield made
        made.picture(tmp_path / "last.png")


def unlock(desk):
    desk.click("Phrase de passe", "password")
    desk.type(hospital.PASSWORD)
    desk.press("Return")
    desk.until("Verrouiller", "button")


def system_locks(desk):
    signal = ["dbus-send", "--session", "--type=signal", "/ScreenSaver"]
    signal += ["org.freedesktop.ScreenSaver.ActiveChanged", "boolean:true"]
    subprocess.run(signal, env=desk.environment, check=True)


def test_two_people_one_after_the_other(desk, home):
    desk.start(sys.executable, "-m", "app", "--profile", str(home), LANG="fr_FR.UTF-8")
    desk.until("Qui ouvre ce poste ?")
    desk.click("Profil 1", "button")
    unlock(desk)
    desk.press("ctrl+l")
    desk.until(ME.name)
    desk.click("Changer d’utilisateur", "button")
    desk.click("Profil 2", "button")
    unlock(desk)
    again = [sys.executable, "-m", "app", "--profile", str(home), "consilium://elsewhere.test:443/x#y"]
    assert desk.start(*again, LANG="fr_FR.UTF-8").wait(90) == 0, "one doorbell, whoever is in"
    desk.until("pas un lien de réunion complet")
    system_locks(desk)
    desk.until("session verrouillée")
    desk.click("Changer d’utilisateur", "button")
    desk.until(ME.name, "button")
    desk.until(GUEST.name, "button")
    desk.click(ME.name, "button")
    unlock(desk)
