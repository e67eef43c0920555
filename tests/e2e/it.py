"""The IT department of a hospital: its organisation and its desks by the real tool, its relay, and a newcomer's first run."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

from app.admin import store
from tests.e2e.hands import words
from tests.e2e.house import start_relay

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.hands import Person

PASSWORD = "girafe tambour velours cascade"
NAME = "CH d'essai"


def admin(*arguments: object) -> None:
    """Run IT's tool."""
    command = [sys.executable, "-m", "app.admin", *map(str, arguments)]
    subprocess.run(command, check=True, timeout=60, stdout=subprocess.DEVNULL)


class Department:
    """An organisation in *folder*, and the relay that its desks may open meetings at."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        self._organisation = folder / "org"
        secret = self._secret("words", "une phrase de passe pour la racine")
        root = ("--root", folder / "root.csl", "--passphrase-file", secret)
        admin("org", "init", "--name", NAME, "--dir", self._organisation, *root)
        admin("relay", "key", "--dir", self._organisation, "--out", folder / "key.toml")
        allowed = (folder / "key.toml").read_text()
        self._relay, self.fingerprint, self.port = start_relay(folder / "relay", allowed)

    def _secret(self, name: str, text: str) -> Path:
        path = self._folder / name
        path.write_text(text)
        path.chmod(0o600)
        return path

    @property
    def address(self) -> str:
        """Where the relay is, as a person types it."""
        return f"127.0.0.1:{self.port}"

    def issue(self, request: Path, answer: Path) -> None:
        """Certify what *request* asks for."""
        admin("device", "issue", request, "--dir", self._organisation, "--out", answer)

    def certify(self, name: str, specialty: str) -> None:
        """Certify somebody's device; the directory knows them from now on."""
        who = ("--name", name, "--role", "doctor", "--specialty", specialty)
        made = self._folder / "keys", self._folder / "request"
        admin("device", "request", *who, "--keys", made[0], "--out", made[1])
        self.issue(made[1], self._folder / "answer")

    def furnish(self, profile: Path, name: str) -> None:
        """Make the desk of who was certified, with the directory as it is now."""
        now_s = int(time.time())
        organisation, _ = store.load(self._organisation, now_s)
        certificate = next(one for one in organisation.certificates if one.name == name)
        enrolment = self._folder / "enrolment"
        enrolment.write_bytes(organisation.enrolment(certificate, now_s).encode())
        files = ("--keys", self._folder / "keys", "--enrolment", enrolment)
        password = ("--password-file", self._secret("password", PASSWORD))
        relay = ("--relay", self.address, "--pin", self.fingerprint)
        admin("desk", "create", "--profile", profile, *files, *password, *relay)

    def close(self) -> None:
        """Stop the relay."""
        self._relay.terminate()
        self._relay.communicate(timeout=30)


def arrive(person: Person, it: Department, folder: Path, name: str, specialty: str) -> None:
    """Go from an empty profile to the unlocked desk, as the first run asks for it."""
    person.fill("firstrun.password", PASSWORD, "password")
    person.fill("firstrun.again", PASSWORD, "password")
    person.press("firstrun.next")
    _note_the_code(person)
    person.fill("firstrun.name", name)
    person.fill("firstrun.specialty", specialty)
    person.press("firstrun.next")
    request, answer = folder / "desk.request", folder / "desk.enrolment"
    person.fill("firstrun.request.file", str(request))
    person.press("firstrun.save")
    person.sees("firstrun.saved")
    it.issue(request, answer)
    person.fill("firstrun.answer.file", str(answer))
    person.fill("firstrun.relay", it.address)
    person.fill("firstrun.pin", it.fingerprint)
    person.press("firstrun.check")
    person.sees("firstrun.accept.title")
    person.press("firstrun.accept.open")
    person.sees("window.lock", "button")


def _note_the_code(person: Person) -> None:
    person.sees("firstrun.code.title")
    groups = person.reads(lambda text: text.count(" - ") == 6).split(" - ")
    asked = [n for n in range(1, 8) if person.desk.find(words("firstrun.code.group", n=n), "text")]
    assert len(asked) == 2
    for number in asked:
        person.fill("firstrun.code.group", groups[number - 1], n=number)
    person.press("firstrun.next")
