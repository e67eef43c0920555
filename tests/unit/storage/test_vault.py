"""Ways in and ways that stay shut: what a user, a thief or a broken disk meets."""

from __future__ import annotations

import asyncio
import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from storage import keyfile, rotation
from storage.errors import (
    Damaged,
    DiskTrouble,
    KeyringLost,
    KeyringUnavailable,
    Locked,
    MistypedCode,
    ProfileExists,
    ProfileInUse,
    ReadOnly,
    TooNew,
    WeakKdf,
    WrongPassword,
    WrongRecoveryCode,
)
from storage.identity import Device
from storage.meetings import Meeting
from storage.slots import CEILING, KdfCost
from storage.vault import Terms, Vault

ROOT = Path(__file__).parents[3]
PASSWORD = "mot de passe"
DEVICE = Device(b"e" * 32, b"m" * 32, b"certificate")
CANARIES = ("CANARI-MOREAU", "CANARI-RCP-SEIN", "canari.relais.example", "CANARI-THEME", "CANARI-MOTIF")


def fill(vault: Vault) -> None:
    """Put something in that must come back."""
    vault.identity.save_device(DEVICE).result()
    meeting = Meeting("CANARI-RCP-SEIN", "canari.relais.example", 8443, b"t" * 16, b"s" * 16, b"h" * 16)
    vault.meetings.save(meeting).result()
    vault.settings.save("theme", '"CANARI-THEME"').result()
    vault.audit.record(1, b"u" * 16, "unlock", subject=b"CANARI-MOREAU", reason="CANARI-MOTIF").result()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def edit_body(folder: Path, change) -> None:
    """Change keys.json as an attacker would: with a checksum that fits."""
    path = folder / "keys.json"
    body = json.loads(path.read_bytes())["body"]
    change(body)
    raw = json.dumps(body, separators=(",", ":")).encode()
    sealed = {"format": keyfile.FORMAT, "sum": keyfile._sum(keyfile.FORMAT, raw)}
    path.write_bytes(json.dumps(sealed).encode()[:-1] + b', "body": ' + raw + b"}")


def test_what_was_kept_comes_back_after_a_lock(vault, folder, terms):
    fill(vault)
    vault.lock()
    again = Vault.unlock(folder, PASSWORD, terms)
    assert again.identity.device().result() == DEVICE
    assert again.meetings.find(b"t" * 16).result().title == "CANARI-RCP-SEIN"
    assert not again.read_only
    assert not again.audit_cut
    again.lock()


def test_answers_can_be_awaited(vault):
    async def ask() -> Device | None:
        await asyncio.wrap_future(vault.identity.save_device(DEVICE))
        return await asyncio.wrap_future(vault.identity.device())

    assert asyncio.run(ask()) == DEVICE


def test_a_locked_vault_answers_nothing(vault):
    vault.lock()
    with pytest.raises(Locked):
        vault.identity.device().result()
    with pytest.raises(Locked):
        vault.settings.save("a", "1").result()
    vault.lock()


def test_a_wrong_password_is_refused_and_harms_nothing(vault, folder, terms):
    fill(vault)
    vault.lock()
    before = contents(folder)
    for wrong in ("mot de passe ", "Mot de passe", "", "x" * 2000, "\ud800"):
        with pytest.raises(WrongPassword):
            Vault.unlock(folder, wrong, terms)
    assert contents(folder) == before


def test_an_accent_typed_in_another_form_is_the_same_password(folder, terms):
    Vault.create(folder, "é", terms)[0].lock()
    Vault.unlock(folder, "e\u0301", terms).lock()


def test_nothing_readable_lies_in_the_folder(vault, folder):
    fill(vault)
    secrets = (*CANARIES, PASSWORD, vault.printed, vault.printed.replace("-", ""))
    for moment in ("open", "locked"):
        for path, data in contents(folder).items():
            for text in secrets:
                assert text.encode() not in data, (moment, path)
                assert text.encode("utf-16-le") not in data, (moment, path)
        vault.lock()


def test_the_folder_is_the_users_alone(vault, folder):
    fill(vault)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_a_new_password_shuts_the_old_one_out(vault, folder, terms):
    fill(vault)
    old_keys = (folder / "keys.json").read_bytes()
    vault.change_password(PASSWORD, "nouveau")
    assert vault.identity.device().result() == DEVICE
    vault.lock()
    with pytest.raises(WrongPassword):
        Vault.unlock(folder, PASSWORD, terms)
    Vault.unlock(folder, "nouveau", terms).lock()
    (folder / "keys.json").write_bytes(old_keys)
    with pytest.raises(Damaged, match=r"vault\.db"):
        Vault.unlock(folder, PASSWORD, terms)
    assert (folder / "vault.db").exists()


def test_a_wrong_old_password_changes_nothing(vault, folder):
    before = (folder / "keys.json").read_bytes()
    with pytest.raises(WrongPassword):
        vault.change_password("autre", "nouveau")
    assert (folder / "keys.json").read_bytes() == before
    vault.identity.save_device(DEVICE).result()


def test_the_recovery_code_opens_once_and_gives_the_next(vault, folder, terms):
    fill(vault)
    vault.lock()
    opened, code = Vault.unlock_with_recovery(
        folder, vault.printed.lower().replace("-", " "), "nouveau", terms
    )
    assert opened.identity.device().result() == DEVICE
    opened.lock()
    with pytest.raises(WrongRecoveryCode):
        Vault.unlock_with_recovery(folder, vault.printed, "x", terms)
    with pytest.raises(WrongPassword):
        Vault.unlock(folder, PASSWORD, terms)
    Vault.unlock_with_recovery(folder, code, "encore", terms)[0].lock()
    Vault.unlock(folder, "encore", terms).lock()


def test_a_change_of_password_makes_a_new_recovery_code(vault, folder, terms):
    code = vault.change_password(PASSWORD, "nouveau")
    vault.lock()
    with pytest.raises(WrongRecoveryCode):
        Vault.unlock_with_recovery(folder, vault.printed, "x", terms)
    Vault.unlock_with_recovery(folder, code, "x", terms)[0].lock()


def test_a_mistyped_code_is_told_before_anything_is_tried(vault, folder, terms):
    vault.lock()
    typed = vault.printed[:-1] + ("0" if vault.printed[-1] != "0" else "1")
    with pytest.raises(MistypedCode) as caught:
        Vault.unlock_with_recovery(folder, typed, "x", terms)
    assert caught.value.group == 7


def test_a_lost_keyring_leads_to_the_recovery_code(folder, keyring):
    terms = Terms("required", keyring, KdfCost(1, 8))
    vault, code = Vault.create(folder, PASSWORD, terms)
    fill(vault)
    vault.lock()
    Vault.unlock(folder, PASSWORD, terms).lock()
    before = contents(folder)
    for secrets in ({}, dict.fromkeys(keyring.secrets, b"another")):
        lost = type(keyring)()
        lost.secrets = secrets
        with pytest.raises(KeyringLost):
            Vault.unlock(folder, PASSWORD, Terms("required", lost, KdfCost(1, 8)))
    assert contents(folder) == before
    opened, _ = Vault.unlock_with_recovery(folder, code, PASSWORD, terms)
    assert opened.identity.device().result() == DEVICE
    opened.lock()
    Vault.unlock(folder, PASSWORD, terms).lock()


def test_the_keyring_keeps_only_the_half_in_use(folder, keyring):
    terms = Terms("allowed", keyring, KdfCost(1, 8))
    vault, _ = Vault.create(folder, PASSWORD, terms)
    vault.change_password(PASSWORD, "nouveau")
    vault.lock()
    assert len(keyring.secrets) == 1
    Vault.unlock(folder, "nouveau", terms).lock()


def test_a_wrong_password_is_not_called_a_lost_keyring(folder, keyring):
    terms = Terms("required", keyring, KdfCost(1, 8))
    Vault.create(folder, PASSWORD, terms)[0].lock()
    with pytest.raises(WrongPassword):
        Vault.unlock(folder, "autre", terms)


def test_a_required_keyring_that_is_missing_is_said_and_leaves_no_profile(folder, terms):
    with pytest.raises(KeyringUnavailable):
        Vault.create(folder, PASSWORD, Terms("required", terms.store, terms.cost))
    Vault.create(folder, PASSWORD, Terms("allowed", terms.store, terms.cost))[0].lock()
    Vault.unlock(folder, PASSWORD, terms).lock()


def test_a_cheaper_key_derivation_is_refused(vault, folder):
    vault.lock()
    with pytest.raises(WeakKdf):
        Vault.unlock(folder, PASSWORD, Terms("off"))


@pytest.mark.parametrize("field", ["ops", "mem_kib"])
def test_a_dearer_key_derivation_is_refused(vault, folder, terms, field):
    vault.lock()
    edit_body(folder, lambda body: body["slots"][0]["kdf"].update({field: getattr(CEILING, field) + 1}))
    with pytest.raises(WeakKdf):
        Vault.unlock(folder, PASSWORD, terms)


def test_a_machine_short_of_memory_is_told_from_a_wrong_password(folder):
    program = (
        "import resource, sys; from pathlib import Path; from storage.vault import Vault\n"
        "from storage.errors import NotEnoughMemory\n"
        "resource.setrlimit(resource.RLIMIT_AS, (240 << 20, 240 << 20))\n"
        "try: Vault.create(Path(sys.argv[1]), 'x')\n"
        "except NotEnoughMemory: print('short')"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout == "short\n"
    assert not Vault.exists(folder)


def test_the_real_cost_is_256_mebibytes():
    assert KdfCost() == KdfCost(ops=3, mem_kib=256 * 1024)


def swap_wraps(body) -> None:
    for slot in body["slots"]:
        slot["wraps"]["vault"], slot["wraps"]["audit"] = slot["wraps"]["audit"], slot["wraps"]["vault"]


def swap_file_ids(body) -> None:
    body["files"]["vault"], body["files"]["audit"] = body["files"]["audit"], body["files"]["vault"]


def move_wraps_between_slots(body) -> None:
    first, second = body["slots"]
    first["wraps"], second["wraps"] = second["wraps"], first["wraps"]


@pytest.mark.parametrize("attack", [swap_wraps, swap_file_ids, move_wraps_between_slots])
def test_a_wrap_moved_elsewhere_does_not_open(vault, folder, terms, attack):
    vault.lock()
    edit_body(folder, attack)
    with pytest.raises(Damaged, match=r"keys\.json"):
        Vault.unlock(folder, PASSWORD, terms)


@pytest.mark.parametrize("field", ["id", "profile"])
def test_a_slot_of_another_profile_does_not_open(vault, folder, terms, field):
    vault.lock()
    other = "AAAAAAAAAAAAAAAAAAAAAA=="
    edit_body(folder, lambda body: (body if field == "profile" else body["slots"][0]).update({field: other}))
    with pytest.raises(WrongPassword):
        Vault.unlock(folder, PASSWORD, terms)


def test_a_profile_of_a_newer_consilium_is_told_from_a_damaged_one(vault, folder, terms):
    vault.lock()
    path = folder / "keys.json"
    keys, good = json.loads(path.read_bytes()), path.read_bytes()
    raw = good[good.index(b'"body":') + 7 : -1]
    keys.update(format=2, sum=keyfile._sum(2, raw))
    path.write_bytes(b'{"format":2,"sum":"' + keys["sum"].encode() + b'","body":' + raw + b"}")
    with pytest.raises(TooNew):
        Vault.unlock(folder, PASSWORD, terms)
    path.write_bytes(good.replace(b'"format":1', b'"format":2'))
    with pytest.raises(Damaged, match="checksum"):
        Vault.unlock(folder, PASSWORD, terms)


def test_a_database_of_a_newer_consilium_is_refused(vault, folder, terms):
    vault._databases["vault"].write(lambda db: None).result()
    vault.lock()
    opened = Vault.unlock(folder, PASSWORD, terms)
    connection_key = _key(folder, terms)
    opened.lock()
    connection = rotation.connect(folder / "vault.db", connection_key)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(TooNew):
        Vault.unlock(folder, PASSWORD, terms)


def _key(folder: Path, terms: Terms) -> bytes:
    from storage.profile import Profile
    from storage.slots import open_with_password

    keys = rotation.read(Profile(folder))
    return open_with_password(keys, PASSWORD, terms.cost, terms.store).unwrap(keys)["vault"][0]


@pytest.mark.parametrize("missing", ["keys.json", "vault.db"])
def test_a_missing_file_is_told_and_nothing_is_made_in_its_place(vault, folder, terms, missing):
    vault.lock()
    (folder / missing).unlink()
    with pytest.raises(Damaged, match=missing):
        Vault.unlock(folder, PASSWORD, terms)
    assert Vault.exists(folder)
    with pytest.raises(ProfileExists):
        Vault.create(folder, "x", terms)


def test_a_profile_half_made_is_made_anew(folder, terms, monkeypatch):
    monkeypatch.setattr(rotation, "write", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        Vault.create(folder, PASSWORD, terms)
    monkeypatch.undo()
    assert not Vault.exists(folder)
    Vault.create(folder, PASSWORD, terms)[0].lock()
    Vault.unlock(folder, PASSWORD, terms).lock()


def test_a_profile_made_but_for_its_mark_is_whole(vault, folder, terms):
    vault.lock()
    (folder / "unfinished").touch()
    assert Vault.exists(folder)
    Vault.unlock(folder, PASSWORD, terms).lock()
    (folder / "keys.json").unlink()
    assert Vault.exists(folder)


@pytest.mark.parametrize("name", ["Émile Ünal", "a#b?c%20d", "it's"])
def test_any_folder_name_will_do(tmp_path, terms, name):
    Vault.create(tmp_path / name, PASSWORD, terms)[0].lock()
    Vault.unlock(tmp_path / name, PASSWORD, terms).lock()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_key_file_that_cannot_be_read_is_not_called_missing(vault, folder, terms):
    vault.lock()
    (folder / "keys.json").unlink()
    (folder / "keys.json").mkdir()
    with pytest.raises(DiskTrouble):
        Vault.unlock(folder, PASSWORD, terms)


def test_a_folder_that_cannot_be_made_is_said(tmp_path, terms):
    (tmp_path / "file").touch()
    with pytest.raises(DiskTrouble):
        Vault.create(tmp_path / "file" / "profile", PASSWORD, terms)


def test_a_second_process_is_refused(vault, folder):
    program = (
        "import sys; from pathlib import Path; from storage.vault import Vault; from storage.errors import ProfileInUse\n"
        "try: Vault.unlock(Path(sys.argv[1]), 'x')\n"
        "except ProfileInUse: print('in use')"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout == "in use\n"
    vault.identity.save_device(DEVICE).result()


def test_the_same_process_cannot_open_it_twice(vault, folder, terms):
    with pytest.raises(ProfileInUse):
        Vault.unlock(folder, PASSWORD, terms)


def test_a_read_only_vault_reads_and_says_so(vault, folder, terms):
    fill(vault)
    for n in range(64):  # the last page is one of these, not the layout's
        vault.settings.save(f"setting {n}", "x" * 400).result()
    vault.lock()
    data = bytearray((folder / "vault.db").read_bytes())
    data[-2000] ^= 1
    (folder / "vault.db").write_bytes(data)
    (folder / "dirty").touch()
    opened = Vault.unlock(folder, PASSWORD, terms)
    assert opened.read_only
    assert opened.identity.device().result() == DEVICE
    for refused in (
        lambda: opened.settings.save("a", "1").result(),
        lambda: opened.change_password(PASSWORD, "x"),
    ):
        with pytest.raises(ReadOnly):
            refused()
    opened.lock()
    kept = list((folder / "set-aside").rglob("vault.db"))
    assert [path.read_bytes() for path in kept] == [bytes(data)]
    again, code = Vault.unlock_with_recovery(folder, vault.printed, "x", terms)
    assert again.read_only
    assert code == ""
    again.lock()
    assert len(list((folder / "set-aside").rglob("vault.db"))) == 1
    Vault.unlock(folder, PASSWORD, terms).lock()
