"""The files of a profile: an older one gets them, each may break on its own, none takes the others with it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage import checkup, keyfile, rotation
from storage.checkup import CACHE_ASIDE
from storage.errors import (
    Damaged,
    DiskTrouble,
    KeyringLost,
    Locked,
    StorageError,
    WrongPassword,
    WrongRecoveryCode,
)
from storage.inbox import Incoming, Outcome
from storage.messages.posting import NewMessage
from storage.messages.records import ThreadKind
from storage.patients.facts import Fact, Identity, Key, Stamp
from storage.profile import DATABASES, Profile
from storage.vault import Terms, Vault
from tests.harness.disk import small_disk

ROOT = Path(__file__).parents[3]
PASSWORD = "mot de passe"
NAMES = [f"{name}.db" for name in DATABASES]
NEW = ("inbox", "cache", "mail")
STEPS = 11
"""Three makings, new keys.json, five databases, last keys.json, the end."""


def message(number: int) -> Incoming:
    return Incoming("GAM", str(number), b"MSH|%d" % number * 50, number)


def told(number: int) -> Fact:
    traits = {"birth_name": f"CANARI{number}", "given_name": "Odile"}
    return Fact(Key("1.2.250.1.999", f"CANARI-IPP-{number}"), Stamp(number, str(number)), Identity(traits))


def fill(vault: Vault, count: int = 40) -> None:
    thread = vault.mail.write(lambda m: m.threads.begin(b"c" * 16, ThreadKind.DIRECT, [b"p" * 16])).result()
    for number in range(1, count + 1):
        vault.inbox.keep(message(number)).result()
        vault.patients.apply([(number, [told(number)])]).result()
        vault.audit.record(number, b"u", "act").result()
        vault.settings.save(str(number), "x" * 300).result()
        said = NewMessage(
            thread,
            b"%16d" % number,
            b"a" * 16,
            own=True,
            sent_ms=number,
            at_ms=number,
            text=f"CANARI {number}",
        )
        vault.mail.write(lambda m, said=said: m.messages.add(said)).result()


def texts(vault: Vault) -> list[str]:
    return [one.text for one in vault.mail.read(lambda m: m.messages.page(1, limit=1000)).result()]


def judge(vault: Vault, count: int = 40) -> None:
    """Whatever is read is what was written; what cannot be read says so."""
    reads = (
        (
            lambda: [one.raw for one in vault.inbox.after(0).result()],
            [message(n + 1).raw for n in range(count)],
        ),
        (lambda: vault.settings.all().result().keys(), {str(n + 1) for n in range(count)}),
        (lambda: vault.patients.count().result(), count),
        (lambda: vault.audit.verify().result().rows, count),
        (lambda: texts(vault), [f"CANARI {n + 1}" for n in range(count)]),
    )
    for name, (read, wanted) in zip(("inbox", "vault", "cache", "audit", "mail"), reads, strict=True):
        anew = {
            "inbox": vault.inbox_set_aside,
            "cache": vault.cache_rebuilt,
            "audit": vault.audit_set_aside,
            "mail": vault.mail_lost,
        }
        try:
            found = read()
        except (Damaged, Locked):
            continue
        assert found == wanted or (anew.get(name) and not found), name


def age(folder: Path, new=NEW) -> None:
    """Turn a locked profile into one of a version before, without the files *new* and their keys."""
    profile = Profile(folder)
    keys = rotation.read(profile)
    slots = []
    for slot in keys.slots:
        wraps = {name: boxes for name, boxes in slot.wraps.items() if name not in new}
        slots.append(type(slot)(slot.id, slot.kind, slot.kdf, slot.keyring, slot.check, wraps))
    files = {name: id_ for name, id_ in keys.files.items() if name not in new}
    rotation.write(profile, type(keys)(keys.profile, files, keys.slots), slots)
    for name in new:
        (folder / f"{name}.db").unlink()


@pytest.mark.parametrize("new", [NEW, ("mail",)])
def test_an_older_profile_gets_the_new_files_and_a_new_code(vault, folder, terms, new):
    vault.settings.save("kept", "1").result()
    vault.lock()
    age(folder, new)
    opened = Vault.unlock(folder, PASSWORD, terms)
    code = opened.recovery_code
    assert code
    assert not opened.inbox_set_aside
    assert not opened.cache_rebuilt
    fill(opened, 3)
    assert opened.settings.all().result()["kept"] == "1"
    opened.lock()
    again = Vault.unlock(folder, PASSWORD, terms)
    assert again.recovery_code == ""
    assert again.patients.count().result() == 3
    again.lock()
    with pytest.raises(WrongRecoveryCode):
        Vault.unlock_with_recovery(folder, vault.printed, "x", terms)
    Vault.unlock_with_recovery(folder, code, "x", terms)[0].lock()


def test_a_used_recovery_code_brings_the_new_files_too(vault, folder, terms):
    vault.lock()
    age(folder)
    opened, code = Vault.unlock_with_recovery(folder, vault.printed, "neu", terms)
    fill(opened, 2)
    opened.lock()
    Vault.unlock_with_recovery(folder, code, "x", terms)[0].lock()


UPGRADE = """
import os, signal, sys
from pathlib import Path
from storage import rotation
from storage.oskeyring import OsKeyring
from storage.slots import KdfCost
from storage.vault import Terms, Vault
steps = iter(range(100))
def dying(act):
    def run(*args):
        if next(steps) == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        return act(*args)
    return run
for name in ("write_atomically", "rekey", "create"):
    setattr(rotation, name, dying(getattr(rotation, name)))
Vault.unlock(Path(sys.argv[1]), "mot de passe", Terms("off", OsKeyring(), KdfCost(1, 8)))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("step", range(STEPS))
def test_an_upgrade_killed_between_steps_opens_with_the_same_password(vault, folder, terms, step):
    vault.settings.save("kept", "1").result()
    vault.lock()
    age(folder)
    process = subprocess.run([sys.executable, "-c", UPGRADE, str(folder), str(step)], cwd=ROOT, check=False)
    assert process.returncode == -signal.SIGKILL
    opened = Vault.unlock(folder, PASSWORD, terms)
    assert (opened.read_only, opened.audit_set_aside) == (False, "")
    assert bool(opened.recovery_code) == (step < STEPS - 1)
    assert opened.settings.all().result()["kept"] == "1"
    fill(opened, 2)
    opened.lock()
    Vault.unlock(folder, PASSWORD, terms).lock()


@pytest.mark.parametrize("name", [*NAMES, "keys.json"])
def test_flipped_bits_are_never_read_silently_wrong(vault, folder, terms, name):
    fill(vault)
    vault.lock()
    good = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    chance = random.Random(name)
    for _ in range(25):
        shutil.rmtree(folder / "set-aside", ignore_errors=True)
        for other, data in good.items():
            (folder / other).write_bytes(data)
        data = bytearray(good[name])
        if chance.random() < 0.25:
            del data[chance.randrange(len(data)) :]
        else:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        (folder / name).write_bytes(data)
        if chance.random() < 0.6:
            (folder / "dirty").touch()
        try:
            opened = Vault.unlock(folder, PASSWORD, terms)
        except (Damaged, WrongPassword):
            assert name in ("vault.db", "keys.json")
            assert (folder / name).read_bytes() == bytes(data)
            continue
        judge(opened)
        opened.lock()


def test_a_damaged_cache_is_begun_anew_and_the_inbox_refills_it(vault, folder, terms):
    fill(vault)
    vault.lock()
    data = bytearray((folder / "cache.db").read_bytes())
    data[-2000] ^= 1
    (folder / "cache.db").write_bytes(data)
    (folder / "dirty").touch()
    opened = Vault.unlock(folder, PASSWORD, terms)
    assert opened.cache_rebuilt
    assert opened.patients.applied().result() == 0
    assert len(opened.inbox.after(0).result()) == 40
    assert (folder / "set-aside" / CACHE_ASIDE / "cache.db").read_bytes() == bytes(data)
    opened.lock()
    again = Vault.unlock(folder, PASSWORD, terms)
    assert not again.cache_rebuilt
    again.lock()


@pytest.mark.parametrize("name", NEW)
def test_a_lost_file_is_made_again_and_told(vault, folder, terms, name):
    fill(vault)
    vault.lock()
    (folder / f"{name}.db").unlink()
    opened = Vault.unlock(folder, PASSWORD, terms)
    assert opened.cache_rebuilt == (name == "cache")
    assert opened.inbox_set_aside == ("missing" if name == "inbox" else "")
    assert opened.mail_lost == (name == "mail")
    assert opened.mail.restored().result() == (name == "mail")
    assert opened.inbox.keep(message(41)).result().outcome is Outcome.NEW
    opened.lock()


def test_an_index_that_does_not_fit_its_table_counts_as_damage(vault, folder, terms):
    fill(vault)

    def unhinge(db):
        (table,) = db.execute("SELECT name FROM sqlite_master WHERE sql LIKE '%USING fts5%'").fetchone()
        db.execute(f"DELETE FROM {table}_data WHERE id > 10")

    vault._databases["cache"].write(unhinge).result()
    vault.lock()
    (folder / "dirty").touch()
    opened = Vault.unlock(folder, PASSWORD, terms)
    assert opened.cache_rebuilt
    opened.lock()


def test_patients_of_a_damaged_vault_can_still_be_read(vault, folder, terms):
    fill(vault)
    vault.lock()
    data = bytearray((folder / "vault.db").read_bytes())
    data[-2000] ^= 1
    (folder / "vault.db").write_bytes(data)
    (folder / "dirty").touch()
    opened = Vault.unlock(folder, PASSWORD, terms)
    assert opened.read_only
    assert opened.patients.count().result() == 40
    opened.lock()


def test_a_stolen_folder_opens_nothing_and_shows_nothing(vault, folder, tmp_path, keyring):
    fill(vault)
    vault.lock()
    stolen = shutil.copytree(folder, tmp_path / "stolen")
    for path in stolen.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        assert not any(text in data for text in (b"CANARI", b"MSH|", b"Odile", b"SQLite format"))
    for wrong in ("", "motdepasse", PASSWORD.upper()):
        with pytest.raises(WrongPassword):
            Vault.unlock(stolen, wrong, Terms("off", keyring, vault._terms.cost))


def test_a_stolen_folder_and_password_without_the_keyring_open_nothing(tmp_path, keyring, terms):
    at_home = Terms("required", keyring, terms.cost)
    Vault.create(tmp_path / "profile", PASSWORD, at_home)[0].lock()
    elsewhere = Terms("required", type(keyring)(), terms.cost)
    with pytest.raises(KeyringLost):
        Vault.unlock(tmp_path / "profile", PASSWORD, elsewhere)
    Vault.unlock(tmp_path / "profile", PASSWORD, at_home).lock()


def test_a_full_disk_refuses_the_message_and_takes_it_once_there_is_room(tmp_path, terms):
    with small_disk(tmp_path / "disk") as disk:
        vault, _ = Vault.create(disk.folder / "profile", PASSWORD, terms)
        big = Incoming("GAM", "1", b"x" * 100_000, 1)
        disk.fill()
        with pytest.raises(DiskTrouble):
            vault.inbox.keep(big).result()
        assert vault.failing
        with pytest.raises(StorageError):
            vault.back_up(disk.folder / "backup.tar", 1)
        disk.free()
        assert vault.inbox.keep(big).result().outcome is Outcome.NEW
        assert not vault.failing
        vault.lock()
        again = Vault.unlock(disk.folder / "profile", PASSWORD, terms)
        assert again.inbox.newest().result() == 1
        again.lock()


def test_a_slot_robbed_of_a_file_of_every_profile_is_damage(vault, folder, terms):
    vault.lock()
    profile = Profile(folder)
    keys = rotation.read(profile)
    slot = keys.slots[0]
    less = {name: boxes for name, boxes in slot.wraps.items() if name != "audit"}
    robbed = type(slot)(slot.id, slot.kind, slot.kdf, slot.keyring, slot.check, less)
    rotation.write(profile, keys, [robbed, *keys.slots[1:]])
    with pytest.raises(Damaged):
        keyfile.decode((folder / "keys.json").read_bytes())


def test_a_large_file_is_not_read_whole_after_a_crash_but_once_it_met_damage(
    vault, folder, terms, monkeypatch
):
    monkeypatch.setattr(checkup, "WHOLE_BYTES", 4096)
    for number in range(30):
        vault.inbox.keep(Incoming("GAM", str(number), b"%d" % number * 9000, 1)).result()
    vault.lock()
    data = bytearray((folder / "inbox.db").read_bytes())
    for page in range(12, len(data) // 4096):
        data[page * 4096 + 99] ^= 1
    (folder / "inbox.db").write_bytes(data)
    (folder / "dirty").touch()
    opened = Vault.unlock(folder, PASSWORD, terms)
    assert not opened.inbox_set_aside
    with pytest.raises(Damaged):
        opened.inbox.after(0).result()
    opened.lock()
    opened = Vault.unlock(folder, PASSWORD, terms)
    assert opened.inbox_set_aside
    opened.lock()
    assert not (folder / "dirty").exists()


def test_two_who_lock_at_once_close_no_file_of_another(tmp_path, monkeypatch):
    profile, closed, close = Profile(tmp_path / "profile"), [], os.close
    profile.hold()
    held = profile._handle

    def close_amid_another(handle):
        closed.append(handle)
        if len(closed) == 1:
            profile.release()  # what another thread does in this very moment
        close(handle)

    monkeypatch.setattr(os, "close", close_amid_another)
    profile.release()
    assert closed == [held]
    assert not profile.held
