"""kill -9 at every point: nothing acknowledged is lost, no false alarm, one of two passwords opens."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from storage import backup, checkup, rotation
from storage.errors import ChangeCutShort, WrongPassword, WrongRecoveryCode
from storage.meetings import Meeting
from storage.profile import Profile
from storage.slots import open_with_password
from storage.vault import Vault

ROOT = Path(__file__).parents[3]
START = """
import os, signal, sys
from pathlib import Path
from storage import rotation
from storage.audit import Anchor
from storage.inbox import Incoming
from storage.patients.facts import Fact, Identity, Key, Stamp
from storage.oskeyring import OsKeyring
from storage.slots import KdfCost
from storage.vault import Terms, Vault
folder, terms = Path(sys.argv[1]), Terms("off", OsKeyring(), KdfCost(1, 8))
"""
WRITE_FOR_EVER = """
vault = Vault.unlock(folder, "alt", terms)
number = len(vault.settings.all().result())
print(number, flush=True)
while True:
    asked = [act for n in range(number, number + 5) for act in (
        vault.settings.save(str(n), str(n)), vault.audit.record(n, b"u", "write"),
        vault.inbox.keep(Incoming("GAM", str(n), b"%d" % n, n)),
        vault.patients.apply([(n, [Fact(Key("A", str(n)), Stamp(n, str(n)), Identity({"birth_name": "N"}))])]),
    )]
    for act in asked:
        act.result()
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
STEPS = 8  # new keys.json, vault, audit, inbox, cache, mail, last keys.json, and the end


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
    acknowledged: set[int] = set()
    for _ in range(rounds):
        process = start(WRITE_FOR_EVER, folder)
        assert process.stdout
        first = process.stdout.readline()
        time.sleep(chance.uniform(0, 0.15))
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
        acknowledged |= set(range(int(first), int(rest.rpartition("\n")[0].rpartition("\n")[2] or first)))
        _, vault = look(folder, terms, ["alt"])
        numbers = vault.settings.all().result().keys()
        assert numbers >= {str(number) for number in acknowledged}
        known = [one.raw for one in vault.inbox.after(0, 10**6).result()]
        assert set(known) >= {b"%d" % number for number in acknowledged}
        assert len(known) == len(set(known))
        assert not vault.inbox_set_aside
        assert not vault.cache_rebuilt
        assert vault.patients.count().result() >= len(acknowledged)
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


BACK_UP = """
vault = Vault.unlock(folder, "alt", terms)
print("go", flush=True)
vault.back_up(Path(sys.argv[2]), 1)
os.kill(os.getpid(), signal.SIGKILL)
"""


def backups_survive(folder: Path, terms, rounds: int, chance: random.Random) -> None:
    """A backup cut short leaves the one before, or none: never half a file, never a shut profile."""
    make(folder, terms, blobs=150)
    file = folder.parent / "backup.tar"
    for number in range(rounds):
        process = start(BACK_UP, folder, file)
        assert process.stdout
        process.stdout.readline()
        time.sleep(chance.uniform(0, 0.12))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        look(folder, terms, ["alt"])[1].lock()
        if file.exists():
            backup.restore(file, folder.parent / f"restored-{number}")
            _, vault = look(folder.parent / f"restored-{number}", terms, ["alt"])
            assert len(vault.meetings.upcoming(0).result()) == 150
            vault.lock()


def test_a_backup_killed_at_any_moment_leaves_a_whole_one_or_none(folder, terms):
    backups_survive(folder, terms, 4, random.Random(5))


def test_what_was_acknowledged_survives_kill_9(folder, terms):
    writes_survive(folder, terms, 6, random.Random(1))


def test_a_change_of_password_killed_at_any_moment_opens_with_one_of_both(folder, terms):
    rotations_survive(folder, terms, 5, random.Random(2))


@pytest.mark.long
def test_many_kills(tmp_path, terms):
    writes_survive(tmp_path / "writes", terms, 200, random.Random(3))
    rotations_survive(tmp_path / "rotations", terms, 200, random.Random(4))
    backups_survive(tmp_path / "backups" / "profile", terms, 200, random.Random(6))


def opens(folder: Path, terms, password: str) -> bool:
    try:
        Vault.unlock(folder, password, terms).lock()
    except WrongPassword:
        return False
    return True


def new_password_ends_the_change(folder: Path, terms, step: int) -> None:
    password, vault = look(folder, terms, ["neu", "alt"])
    code = vault.recovery_code
    vault.lock()
    assert password == ("alt" if step == 0 else "neu")
    assert bool(code) == (0 < step < STEPS - 1)
    assert not opens(folder, terms, {"alt": "neu", "neu": "alt"}[password])
    assert opens(folder, terms, password)
    if code:
        Vault.unlock_with_recovery(folder, code, "x", terms)[0].lock()


def old_password_undoes_the_change_or_is_refused(folder: Path, terms, step: int, code: str) -> None:
    assert opens(folder, terms, "alt") == (step < 2)
    if step < 2:
        assert not opens(folder, terms, "neu")
        Vault.unlock_with_recovery(folder, code, "x", terms)[0].lock()
    else:
        look(folder, terms, ["neu"])[1].lock()


@pytest.mark.parametrize("step", range(STEPS))
def test_a_change_of_password_killed_between_steps(folder, tmp_path, terms, step):
    code = make(folder, terms)
    start(DIE_AT_STEP + CHANGE, folder, step).communicate()
    twin = shutil.copytree(folder, tmp_path / "twin")
    new_password_ends_the_change(folder, terms, step)
    old_password_undoes_the_change_or_is_refused(twin, terms, step, code)


def test_no_key_file_of_a_change_gives_the_new_keys_to_the_old_password(folder, terms):
    """A copy of keys.json taken in the middle (a backup, a disk block) must be worth no more than the one before."""
    make(folder, terms)
    start(DIE_AT_STEP + CHANGE, folder, 2).communicate()
    taken = rotation.read(Profile(folder))
    stolen = open_with_password(taken, "alt", terms.cost, terms.store).unwrap(taken)
    look(folder, terms, ["neu"])[1].lock()
    assert not any(checkup.opens(folder / "vault.db", key) for key in stolen["vault"])
    assert not any(checkup.opens(folder / "audit.db", key) for key in stolen["audit"])


@pytest.mark.parametrize("step", range(STEPS))
def test_a_used_recovery_code_killed_between_steps(folder, terms, step):
    code = make(folder, terms)
    start(DIE_AT_STEP + RECOVER, folder, step, code).communicate()
    if step < 2:
        vault, code = Vault.unlock_with_recovery(folder, code, "neu", terms)
        vault.lock()
    else:
        with pytest.raises((WrongRecoveryCode, ChangeCutShort)):
            Vault.unlock_with_recovery(folder, code, "neu", terms)
    look(folder, terms, ["neu"])[1].lock()
