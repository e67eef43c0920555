"""A new desk, by mouse and keys in a real window: from an empty folder to the unlocked desk, with IT's own tool between."""

from __future__ import annotations

import sys

import pytest

from tests.e2e.desk import Desk, ready
from tests.e2e.hands import ByMouse
from tests.e2e.it import Department, arrive

pytestmark = pytest.mark.skipif(not ready(), reason="needs Xvfb, xdotool and the accessibility bus")


@pytest.fixture
def desk(tmp_path):
    with Desk(tmp_path / "desk", HOME=str(tmp_path)) as made:
        yield made
        made.picture(tmp_path / "last.png")


@pytest.fixture
def it(tmp_path):
    made = Department(tmp_path / "it")
    yield made
    made.close()


def start(desk, folder, *words):
    profile = str(folder / "profile")
    return desk.start(sys.executable, "-m", "app", "--profile", profile, *words, LANG="fr_FR.UTF-8")


def test_from_an_empty_folder_to_an_unlocked_desk(desk, it, tmp_path):
    start(desk, tmp_path)
    person = ByMouse(desk, tmp_path / "pictures")
    arrive(person, it, tmp_path, "Dr Iris Vanel", "Radiologie")
    assert start(desk, tmp_path, "consilium://elsewhere.test:443/x#y").wait(90) == 0
    desk.until("pas un lien de réunion complet")
    desk.press("ctrl+l")
    desk.until("Déverrouiller", "button")
