"""kill -9 of the workstation while patients come in and its vault is written: nothing acknowledged lost, nothing doubled."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app import trust
from app.admin import patients, profiles
from app.admin.organisation import Organisation
from media.keys.certs import DeviceKeys, Request
from storage.identity import Relay
from storage.vault import Vault
from tests.harness.cheap import CHEAP
from tests.harness.ports import free_port
from tests.harness.senders import Sender, check, live

SECRET = "correct horse battery"
PROGRAM = Path(__file__).with_name("window.py")
ROOT = Path(__file__).parents[2]


class Window:
    """A doctor's workstation on a profile that its organisation enrolled; on a screen where QT_QPA_PLATFORM names one."""

    def __init__(self, folder: Path) -> None:
        self.profile, self.said = folder / "profile", folder / "window.log"
        self.secret = folder / "secret"
        self.secret.write_text(SECRET)
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        now_s = int(time.time())
        organisation, device = Organisation.create("CH d'essai", now_s)[0], DeviceKeys.generate()
        organisation.relay_seed = bytes(range(32))
        vault, _ = Vault.create(self.profile, SECRET, CHEAP)
        certificate = organisation.issue(Request.parse(device.request("Dr Iris Vanel", "doctor", "")), now_s)
        enrolment = organisation.enrolment(certificate, now_s)
        asyncio.run(trust.enrol(vault, device, enrolment, Relay("127.0.0.1", 9, b"p" * 32), now_s))
        vault.lock()

    def begin(self) -> None:
        command = [sys.executable, str(PROGRAM), str(self.profile), str(self.secret), str(self.port)]
        environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ, "PYTHONPATH": str(ROOT)}
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, env=environment)

    def start(self) -> int:
        self.begin()
        line = self.process.stdout.readline()
        assert line, self.said.read_text()
        self.port = int(json.loads(line)["mllp"].rpartition(":")[2])
        return self.port

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(20)
        self.process.stdout.close()


def look(window: Window, senders: list[Sender]) -> None:
    vault = Vault.unlock(window.profile, SECRET, CHEAP)
    try:
        damage = (
            vault.read_only,
            vault.audit_set_aside,
            vault.audit_cut,
            vault.inbox_set_aside,
            vault.cache_rebuilt,
        )
        assert not any(damage), damage
        assert vault.audit.verify().result().whole
        profiles.catch_up(vault)
        rows = [
            patients.described(one, ZoneInfo("Europe/Paris")) for one in vault.patients.every(0, 500).result()
        ]
        check({row["ipp"]: row for row in rows}, vault, senders)
    finally:
        vault.lock()


def survives(folder: Path, rounds: int, look_every: int, chance: random.Random) -> None:
    senders = [Sender(number) for number in range(1, 5)]
    window = Window(folder)
    try:
        for number in range(1, rounds + 1):
            live(window, senders, chance)
            if number % look_every == 0:
                look(window, senders)
        look(window, senders)
    finally:
        if window.process.poll() is None:
            window.kill()
    assert sum(sender.acknowledged for sender in senders) > rounds
    assert b"ESSAI" not in window.said.read_bytes()


def test_five_kills(tmp_path):
    survives(tmp_path, 5, 2, random.Random(5))


@pytest.mark.long
def test_a_thousand_kills(tmp_path):
    survives(tmp_path, 1000, 20, random.Random(1001))
