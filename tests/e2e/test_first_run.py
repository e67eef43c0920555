"""A new desk, by mouse and keys in a real window: from an empty folder to the unlocked desk, with IT's own tool between."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.e2e.desk import Desk, ready

pytestmark = pytest.mark.skipif(not ready(), reason="needs Xvfb, xdotool and the accessibility bus")

PASSWORD = "girafe tambour velours cascade"
PIN = "ab" * 32


@pytest.fixture
def desk(tmp_path):
    with Desk(tmp_path / "desk", HOME=str(tmp_path)) as made:
        yield made
        made.picture(tmp_path / "last.png")


def admin(*words):
    subprocess.run([sys.executable, "-m", "app.admin", *map(str, words)], check=True, timeout=60)


def organisation(folder):
    (folder / "words").write_text("une phrase de passe pour la racine")
    (folder / "words").chmod(0o600)
    paths = ("--dir", folder / "org", "--root", folder / "root.csl", "--passphrase-file", folder / "words")
    admin("org", "init", "--name", "CH d'essai", *paths)


def start(desk, folder, *words):
    profile = str(folder / "profile")
    return desk.start(sys.executable, "-m", "app", "--profile", profile, *words, LANG="fr_FR.UTF-8")


def type_in(desk, name, text):
    desk.click(name, "text")
    desk.press("ctrl+a")
    desk.type(text)


def test_from_an_empty_folder_to_an_unlocked_desk(desk, tmp_path):
    organisation(tmp_path)
    start(desk, tmp_path)
    desk.click("Phrase de passe", "password")
    desk.type(PASSWORD)
    desk.click("La même, encore une fois", "password")
    desk.type(PASSWORD)
    desk.press("Return")

    desk.until("Votre clé de secours")
    code = next(node["name"] for node in desk.look() if node["name"].count(" - ") == 6)
    groups = code.split(" - ")
    asked = [number for number in range(1, 8) if desk.find(f"Groupe {number}", "text")]
    assert len(asked) == 2
    for number in asked:
        type_in(desk, f"Groupe {number}", groups[number - 1])
    desk.press("Return")

    type_in(desk, "Titre, prénom et nom", "Dr Iris Vanel")
    type_in(desk, "Spécialité", "Radiologie")
    desk.press("Return")

    request, answer = tmp_path / "desk.request", tmp_path / "desk.enrolment"
    type_in(desk, "Demande de certificat, à remettre à la DSI", str(request))
    desk.click("Enregistrer", "button")
    desk.until("Enregistré. Vous seul")
    admin("device", "issue", request, "--dir", tmp_path / "org", "--out", answer)
    type_in(desk, "Fichier d’enrôlement reçu", str(answer))
    type_in(desk, "Adresse du relais", "relais.test:443")
    type_in(desk, "Empreinte du relais", PIN)
    desk.click("Vérifier la réponse", "button")
    desk.until("Est-ce bien votre établissement ?")
    desk.click("Accepter et ouvrir", "button")
    desk.until("Verrouiller", "button")
    assert start(desk, tmp_path, "consilium://elsewhere.test:443/x#y").wait(20) == 0
    desk.until("pas un lien de réunion complet", seconds=10)
    desk.press("ctrl+l")
    desk.until("Déverrouiller", "button")
