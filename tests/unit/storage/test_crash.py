"""kill -9 at every point: nothing acknowledged is lost, no false alarm, one of two passwords opens."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from storage.errors import WrongPassword, WrongRecoveryCode
from storage.meetings import Meeting
from storage.vault import Vault

ROOT = Path(__file__).parents[3]
START = """
import os, signal, sys
from pathlib import Path
from storage import rotation
from storage.audit import Anchor
from storage.oskeyring import OsKeyring
from storage.slots import KdfCost
from storage.vault import Terms, Vault
folder, terms = Path(sys.argv[1]), Terms("off", OsKeyring(), KdfCost(1, 8))
"""
WRITE_FOR_EVER = """
vault = Vault.unlock(folder, "alt", terms)
number = len(vault.settings.all().result())
while True:
    asked = [(vault.settings.save(str(n), str(n)), vault.audit.record(n, b"u", "write")) for n in range(number, number + 5)]
    for setting, audit in asked:
        setting.result(), audit.result()
    number += 5
    print(number, flush=True)
"""
DIE_AT_STEP = """
steps = iter(range(100))
def dying(act):
    def run(*args):
        if next(steps) == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        return act(*args)
    return run
rotation.write_atomically, rotation.rekey = dying(rotation.write_atomically), dying(rotation.rekey)
"""
CHANGE = """
vault = Vault.unlock(folder, "alt", terms)
print("go", flush=True)
vault.change_password("alt", "neu")
print("done", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
RECOVER = """
vault, code = Vault.unlock_with_recovery(folder, sys.argv[3], "neu", terms)
os.kill(os.getpid(), signal.SIGKILL)
"""
STEPS = 5  # new keys.json, vault, audit, last keys.json, and the end


def start(program: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", START + program, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def make(folder: Path, terms, blobs: int = 0) -> str:
    vault, code = Vault.create(folder, "alt", terms)
    for number in range(blobs):
        meeting = Meeting("x" * 20_000, "relay", 1, number.to_bytes(16, "big"), b"s" * 16, b"h" * 16)
        vault.meetings.save(meeting)
    vault.settings.save("kept", "1").result()
    vault.audit.record(1, b"u", "made").result()
    vault.lock()
    return code


def look(folder: Path, terms, passwords) -> tuple[str, Vault]:
    """Open with the first password that opens; the vault is whole."""
    for password in passwords:
        try:
            vault = Vault.unlock(folder, password, terms)
        except WrongPassword:
            continue
        assert not vault.read_only
        assert not vault.audit_set_aside
        assert not vault.audit_cut
        assert vault.settings.all().result()["kept"] == "1"
        assert vault.audit.verify().result().whole
        return password, vault
    raise AssertionError("neither password opens")


def writes_survive(folder: Path, terms, rounds: int, chance: random.Random) -> None:
    make(folder, terms)
    for _ in range(rounds):
        process = start(WRITE_FOR_EVER, folder)
        assert process.stdout
        seen = process.stdout.readline()
        time.sleep(chance.uniform(0, 0.15))
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
        acknowledged = int(rest.rpartition("\n")[0].rpartition("\n")[2] or seen)
        _, vault = look(folder, terms, ["alt"])
        numbers = vault.settings.all().result().keys()
        assert numbers >= {str(number) for number in range(1, acknowledged)}
        vault.lock()


def rotations_survive(folder: Path, terms, rounds: int, chance: random.Random) -> None:
    make(folder, terms, blobs=150)
    password = "alt"
    for _ in range(rounds):
        if password != "alt":
            _, vault = look(folder, terms, [password])
            vault.change_password(password, "alt")
            vault.lock()
        process = start(CHANGE, folder)
        assert process.stdout
        process.stdout.readline()
        time.sleep(chance.uniform(0, 0.12))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        password, vault = look(folder, terms, ["neu", "alt"])
        assert len(vault.meetings.upcoming(0).result()) == 150
        vault.lock()


def test_what_was_acknowledged_survives_kill_9(folder, terms):
    writes_survive(folder, terms, 6, random.Random(1))


def test_a_change_of_password_killed_at_any_moment_opens_with_one_of_both(folder, terms):
    rotations_survive(folder, terms, 5, random.Random(2))


@pytest.mark.long
def test_many_kills(tmp_path, terms):
    writes_survive(tmp_path / "writes", terms, 200, random.Random(3))
    rotations_survive(tmp_path / "rotations", terms, 200, random.Random(4))


@pytest.mark.parametrize("first", ["alt", "neu"])
@pytest.mark.parametrize("step", range(STEPS))
def test_a_change_of_password_killed_between_steps(folder, terms, step, first):
    make(folder, terms)
    start(DIE_AT_STEP + CHANGE, folder, step).communicate()
    other = {"alt": "neu", "neu": "alt"}[first]
    password, vault = look(folder, terms, [first, other])
    code = vault.recovery_code
    vault.lock()
    interrupted = 0 < step < STEPS - 1
    assert bool(code) == interrupted
    if interrupted:
        assert password == first
    with pytest.raises(WrongPassword):
        Vault.unlock(folder, other if password == first else first, terms)
    if code:
        Vault.unlock_with_recovery(folder, code, "x", terms)[0].lock()


@pytest.mark.parametrize("step", range(STEPS))
def test_a_used_recovery_code_killed_between_steps(folder, terms, step):
    code = make(folder, terms)
    start(DIE_AT_STEP + RECOVER, folder, step, code).communicate()
    try:
        vault, code = Vault.unlock_with_recovery(folder, code, "neu", terms)
    except WrongRecoveryCode:
        assert step == STEPS - 1
        vault = Vault.unlock(folder, "neu", terms)
    assert vault.settings.all().result() == {"kept": "1"}
    vault.lock()
    Vault.unlock(folder, "neu", terms).lock()
