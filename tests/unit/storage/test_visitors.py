"""Somebody comes beside the program that has the profile open: an administrator's command beside window or gateway."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from storage import profile
from storage.errors import Damaged, ProfileInUse, WrongPassword
from storage.vault import Vault

ROOT = Path(__file__).parents[3]
PASSWORD = "mot de passe"
VISIT = """
import sys
from pathlib import Path
from storage.oskeyring import OsKeyring
from storage.slots import KdfCost
from storage.vault import Terms, Vault
vault = Vault.visit(Path(sys.argv[1]), "mot de passe", Terms("off", OsKeyring(), KdfCost(1, 8)))
print(vault.settings.all().result(), flush=True)
for number in range(60):
    vault.audit.record(number, b"visitor", "write").result()
vault.settings.save("visitor", "1").result()
vault.lock()
"""


def visitor(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", VISIT, str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_two_programs_write_one_trail_that_holds(vault, folder, terms):
    vault.settings.save("host", "1").result()
    process = visitor(folder)
    assert process.stdout
    assert "host" in process.stdout.readline()
    for number in range(60):
        vault.audit.record(number, b"host", "write").result()
    assert process.wait() == 0
    process.stdout.close()
    verdict = vault.audit.verify().result()
    assert verdict.whole
    assert verdict.rows == 120
    assert {entry.who for entry in vault.audit.newest(120).result()} == {b"visitor", b"host"}
    assert vault.settings.all().result()["visitor"] == "1"
    vault.lock()
    again = Vault.unlock(folder, PASSWORD, terms)
    assert not again.audit_cut
    again.lock()


def test_a_visit_where_nobody_is_at_home_is_an_ordinary_unlock(vault, folder, terms):
    vault.lock()
    visit = Vault.visit(folder, PASSWORD, terms)
    with pytest.raises(ProfileInUse):
        Vault.unlock(folder, PASSWORD, terms)
    visit.lock()
    assert not (folder / "dirty").exists()


def test_a_visitor_does_not_call_an_open_profile_closed_in_order(vault, folder, terms):
    Vault.visit(folder, PASSWORD, terms).lock()
    assert (folder / "dirty").exists()


def test_a_visitor_needs_the_password_and_a_profile(vault, folder, terms, tmp_path):
    with pytest.raises(WrongPassword):
        Vault.visit(folder, "autre", terms)
    with pytest.raises(Damaged):
        Vault.visit(tmp_path / "none", PASSWORD, terms)
    assert not (tmp_path / "none").exists()


def test_no_new_keys_while_a_visitor_is_there(vault, folder, terms, monkeypatch):
    monkeypatch.setattr(profile, "PATIENCE_S", 0.0)
    visit = Vault.visit(folder, PASSWORD, terms)
    with pytest.raises(ProfileInUse):
        vault.change_password(PASSWORD, "neu")
    with pytest.raises(ProfileInUse):
        visit.change_password(PASSWORD, "neu")
    with pytest.raises(ProfileInUse):
        Vault.visit(folder, PASSWORD, terms)
    visit.lock()
    vault.settings.save("still", "1").result()
    vault.change_password(PASSWORD, "neu")
    Vault.visit(folder, "neu", terms).lock()
