"""`consilium-admin` as an administrator types it."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from app.admin import commands, store
from app.admin.__main__ import SUBJECTS, main
from app.signin.service import read_session
from media.keys.certs import DeviceKeys, Request
from media.keys.directory import Bundle, Enrolment, Head
from media.keys.enrolment import Ticket
from media.keys.sign import HybridSigner, Signer
from storage.vault import Vault

PASSPHRASE = "cheval exact pile agrafe"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An organisation, made once: each use of the root key costs a real Argon2id."""
    folder = tmp_path_factory.mktemp("admin")
    secret = folder / "phrase"
    secret.write_text(PASSPHRASE + "\n")
    secret.chmod(0o600)
    root = ["--root", str(folder / "racine.key"), "--passphrase-file", str(secret)]
    assert main(["org", "init", "--dir", str(folder / "org"), "--name", "CHU d'Essai", *root]) == 0
    return folder


@pytest.fixture
def folder(made, tmp_path):
    """A copy of that organisation, for one test."""
    copy = tmp_path / "org"
    copy.mkdir(mode=0o700)
    store.write(copy / store.STATE, (made / "org" / store.STATE).read_bytes())
    return tmp_path


@pytest.fixture
def run(folder, capsys):
    """Run one command on the folder; returns exit code, what was printed, what was complained of."""

    def act(*words):
        capsys.readouterr()
        code = main([str(folder / word[1:]) if word.startswith("@") else word for word in words])
        out = capsys.readouterr()
        return code, out.out, out.err

    return act


def issue(run, name="Dr Anne Le Goff", file="poste"):
    who = ["--name", name, "--role", "doctor", "--specialty", "oncologie"]
    assert run("device", "request", *who, "--keys", f"@{file}.key", "--out", f"@{file}.req")[0] == 0
    assert run("device", "issue", "--dir", "@org", f"@{file}.req", "--out", f"@{file}.enrol")[0] == 0


def shown(run):
    return json.loads(run("directory", "show", "--dir", "@org", "--json")[1])


def test_a_device_is_asked_for_issued_shown_and_revoked(run, folder):
    issue(run)
    (device,) = shown(run)["devices"]
    assert (device["name"], device["role"], device["specialty"], device["state"]) == (
        "Dr Anne Le Goff",
        "doctor",
        "oncologie",
        "valid",
    )
    assert run("device", "revoke", "--dir", "@org", "--device", device["device"])[0] == 0
    assert shown(run)["devices"][0]["state"] == "revoked"
    assert "révoqué" in run("directory", "show", "--dir", "@org")[1]


def test_the_enrolment_fits_the_devices_keys_and_its_organisation(run, folder):
    issue(run)
    enrolment = Enrolment.parse((folder / "poste.enrol").read_bytes())
    device = store.decode_device((folder / "poste.key").read_bytes())
    asked = Request.parse((folder / "poste.req").read_bytes())
    directory = enrolment.verify(bytes.fromhex(shown(run)["id"]), Head.parse(enrolment.bundle.head).time)
    assert [certificate.public for certificate in directory.certificates] == [device.public] == [asked.public]


def test_a_second_device_of_the_same_person(run):
    issue(run)
    user = shown(run)["devices"][0]["user"]
    who = ["--name", "Dr Anne Le Goff", "--role", "doctor", "--specialty", ""]
    assert run("device", "request", *who, "--keys", "@deux.key", "--out", "@deux.req")[0] == 0
    assert (
        run("device", "issue", "--dir", "@org", "@deux.req", "--user", user, "--out", "@deux.enrol")[0] == 0
    )
    assert {device["user"] for device in shown(run)["devices"]} == {user}
    assert run("device", "revoke", "--dir", "@org", "--user", user)[0] == 0
    assert {device["state"] for device in shown(run)["devices"]} == {"revoked"}


def test_the_directory_is_dated_and_exported(run, folder):
    issue(run)
    assert run("directory", "head", "--dir", "@org")[0] == 0
    assert run("directory", "export", "--dir", "@org", "@annuaire")[0] == 0
    bundle = Bundle.parse((folder / "annuaire").read_bytes())
    assert bundle.name == "CHU d'Essai"
    assert len(bundle.certificates) == 1


def test_the_relay_gets_the_public_half_and_devices_the_secret(run, folder):
    assert run("relay", "key", "--dir", "@org", "--out", "@relais.toml")[0] == 0
    assert run("relay", "secret", "--dir", "@org", "--out", "@relais.secret")[0] == 0
    seed = bytes.fromhex((folder / "relais.secret").read_text())
    assert Signer(seed).public.hex() in (folder / "relais.toml").read_text()
    assert seed.hex() not in (folder / "relais.toml").read_text()


def test_the_root_signs_a_new_issuer_and_relay_key(run, made):
    root = ["--root", str(made / "racine.key"), "--passphrase-file", str(made / "phrase")]
    assert run("org", "issuer", "--dir", "@org", *root)[0] == 0
    assert [issuer["serial"] for issuer in shown(run)["issuers"]] == [1, 2]
    issue(run)
    assert run("relay", "renew", "--dir", "@org", *root)[0] == 0


def test_a_wrong_passphrase_is_said_so(run, made, folder):
    wrong = folder / "fausse"
    wrong.write_text("pas la bonne phrase")
    wrong.chmod(0o600)
    words = ["--root", str(made / "racine.key"), "--passphrase-file", str(wrong)]
    code, _, complaint = run("org", "issuer", "--dir", "@org", *words)
    assert code == 1
    assert "Phrase secrète incorrecte" in complaint


def test_the_root_key_lies_encrypted(made):
    sealed = (made / "racine.key").read_bytes()
    root = store.open_root(made / "racine.key", PASSPHRASE.encode())
    for seed in root.seeds:
        assert seed not in sealed
        assert seed not in (made / "org" / store.STATE).read_bytes()


def test_a_weakened_root_file_is_refused_before_it_is_tried(made, folder):
    weak = folder / "faible.key"
    data = (made / "racine.key").read_bytes()
    store.write(
        weak, data.replace(b"\x1a" + store.MEMORY.to_bytes(4, "big"), b"\x1a" + (2**17).to_bytes(4, "big"))
    )
    with pytest.raises(store.AdminError, match="modifié"):
        store.open_root(weak, PASSPHRASE.encode())


def test_a_short_passphrase_is_refused(run, folder):
    (folder / "courte").write_text("court")
    (folder / "courte").chmod(0o600)
    words = ["--root", "@r.key", "--passphrase-file", "@courte"]
    code, _, complaint = run("org", "init", "--dir", "@neuf", "--name", "X", *words)
    assert code == 1
    assert "12 caractères" in complaint
    assert not (folder / "neuf").exists()


def test_a_passphrase_is_asked_for_twice_when_no_file_is_given(run, folder, monkeypatch):
    typed = iter([PASSPHRASE, PASSPHRASE + "!", PASSPHRASE, PASSPHRASE])
    monkeypatch.setattr(commands.getpass, "getpass", lambda _: next(typed))
    words = ("org", "init", "--dir", "@neuf", "--name", "CHU", "--root", "@neuf.root")
    code, _, complaint = run(*words)
    assert (code, "diffèrent" in complaint) == (1, True)
    assert run(*words)[0] == 0
    assert store.open_root(folder / "neuf.root", PASSPHRASE.encode())


def test_giving_up_at_the_prompt_changes_nothing(run, folder, monkeypatch):
    def give_up(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(commands.getpass, "getpass", give_up)
    code, _, complaint = run("org", "init", "--dir", "@neuf", "--name", "CHU", "--root", "@neuf.root")
    assert (code, "abandonné" in complaint) == (1, True)
    assert not (folder / "neuf").exists()


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_a_passphrase_file_that_others_can_read_is_refused(run, folder):
    (folder / "phrase").write_text(PASSPHRASE)
    (folder / "phrase").chmod(0o644)
    words = ["--root", "@neuf.root", "--passphrase-file", "@phrase"]
    code, _, complaint = run("org", "init", "--dir", "@neuf", "--name", "CHU", *words)
    assert (code, "chmod 600" in complaint) == (1, True)


def test_another_organisations_root_is_not_taken(run, folder, made):
    store.write(folder / "autre.root", store.seal_root(HybridSigner.generate(), PASSPHRASE.encode()))
    words = ["--root", "@autre.root", "--passphrase-file", str(made / "phrase")]
    code, _, complaint = run("org", "issuer", "--dir", "@org", *words)
    assert (code, "n'est pas celle de l'organisation" in complaint) == (1, True)


def test_a_folder_in_use_by_a_system_that_does_not_wait_is_said_so(run, monkeypatch):
    def busy(_):
        raise OSError(36, "Resource deadlock avoided")

    monkeypatch.setattr(store, "_lock", busy)
    code, _, complaint = run("directory", "show", "--dir", "@org")
    assert (code, "déjà utilisé" in complaint) == (1, True)


# --- files ------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_secrets_are_for_their_owner_only(run, folder):
    issue(run)
    for file in (folder / "org" / store.STATE, folder / "poste.key", folder / "poste.enrol"):
        assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
@pytest.mark.parametrize(
    ("name", "mode", "remedy"), [("org", 0o755, "chmod 700"), ("org/organisation.key", 0o640, "chmod 600")]
)
def test_files_that_others_can_read_are_refused_with_the_remedy(run, folder, name, mode, remedy):
    (folder / name).chmod(mode)
    code, _, complaint = run("directory", "show", "--dir", "@org")
    assert code == 1
    assert remedy in complaint


def test_nothing_is_overwritten(run, folder):
    issue(run)
    before = (folder / "poste.enrol").read_bytes()
    height = shown(run)["height"]
    code, _, complaint = run("device", "issue", "--dir", "@org", "@poste.req", "--out", "@poste.enrol")
    assert code == 1
    assert "existe déjà" in complaint
    assert (folder / "poste.enrol").read_bytes() == before
    assert shown(run)["height"] == height


def test_a_failed_write_leaves_the_organisation_as_it_was(run, folder, monkeypatch):
    issue(run)
    before = (folder / "org" / store.STATE).read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.os, "fsync", full)
    code, _, complaint = run("directory", "head", "--dir", "@org")
    assert code == 1
    assert "place" in complaint
    assert (folder / "org" / store.STATE).read_bytes() == before
    assert not list((folder / "org").glob("*.tmp"))


def test_a_changed_state_file_is_refused(run, folder):
    state = folder / "org" / store.STATE
    data = bytearray(state.read_bytes())
    data[-100] ^= 1
    store.write(state, bytes(data))
    assert run("directory", "show", "--dir", "@org")[0] == 1


@pytest.mark.parametrize(
    "words",
    [
        ("directory", "show", "--dir", "@nulle-part"),
        ("device", "issue", "--dir", "@org", "@absent.req", "--out", "@x"),
        ("device", "issue", "--dir", "@org", "@org/organisation.key", "--out", "@x"),
        ("device", "issue", "--dir", "@org", "@org/organisation.key", "--user", "zz", "--out", "@x"),
        ("device", "revoke", "--dir", "@org", "--device", "00"),
        ("device", "revoke", "--dir", "@org", "--device", "00" * 16),
        ("relay", "key", "--dir", "@org", "--out", "@pas/de/dossier"),
        ("device", "request", "--name", "A\u202eB", "--role", "doctor", "--keys", "@k", "--out", "@r"),
    ],
)
def test_every_refusal_is_one_french_sentence(run, words):
    code, out, complaint = run(*words)
    assert code == 1
    assert out == ""
    assert complaint.startswith("consilium-admin : ")
    assert complaint.count("\n") == 1
    assert "Traceback" not in complaint


def test_a_reader_that_has_enough_is_no_fault(run, folder):
    issue(run)
    words = [sys.executable, "-m", "app.admin", "directory", "show", "--dir", str(folder / "org")]
    with subprocess.Popen(
        words, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0


def test_bad_usage_has_its_own_exit_code():
    with pytest.raises(SystemExit) as stop:
        main(["device", "issue"])
    assert stop.value.code == 2


def test_two_commands_at_once_lose_nothing(run, folder, monkeypatch):
    """The second waits at the door while the first, having read the directory, changes it."""
    issue(run)
    asked = folder / "deux.req"
    asked.write_bytes(DeviceKeys.generate().request("Dr Bruno Petit", "doctor", ""))
    words = ["device", "issue", "--dir", str(folder / "org"), str(asked), "--out", str(folder / "deux.enrol")]
    arrived = threading.Event()
    lock = store._lock

    def watched(handle):
        arrived.set()
        lock(handle)

    with store.locked(folder / "org"):
        now = int(time.time())
        organisation, _ = store.load(folder / "org", now)
        monkeypatch.setattr(store, "_lock", watched)
        second = threading.Thread(target=main, args=(words,))
        second.start()
        assert arrived.wait(30)
        organisation.issue(Request.parse(asked.read_bytes()), now, name="Dr Chloé Roux")
        store.save(folder / "org", organisation, now)
    second.join(30)
    assert {device["name"] for device in shown(run)["devices"]} == {
        "Dr Anne Le Goff",
        "Dr Bruno Petit",
        "Dr Chloé Roux",
    }


def secret_file(folder, name, text):
    (folder / name).write_text(text)
    (folder / name).chmod(0o600)


def test_a_desk_is_created_from_its_enrolment_and_opens(run, folder):
    issue(run)
    secret_file(folder, "mot", "une phrase de passe\n")
    desk = ["desk", "create", "--profile", "@profil", "--keys", "@poste.key", "--password-file", "@mot"]
    relay = ["--relay", "relais.test:443", "--pin", "ab" * 32]
    code, out, _ = run(*desk, "--enrolment", "@poste.enrol", *relay)
    assert code == 0
    assert "Code de secours" in out
    vault = Vault.unlock(folder / "profil", "une phrase de passe")
    try:
        assert asyncio.run(read_session(vault)).relay("relais.test", 443).pin == b"\xab" * 32
    finally:
        vault.lock()
    assert run(*desk, "--enrolment", "@poste.enrol", *relay)[0] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        ["--relay", "relais.test"],
        ["--relay", "r:443", "--pin", "ab"],
        ["--relay", "r:443", "--authority", "@poste.req"],
        ["--relay", "r:443", "--authority", "@mot"],
    ],
)
def test_a_desk_with_an_unusable_relay_is_refused_before_anything_is_made(run, folder, wrong):
    issue(run)
    secret_file(folder, "mot", "une phrase de passe\n")
    desk = ["desk", "create", "--profile", "@profil", "--keys", "@poste.key", "--password-file", "@mot"]
    code, _, said = run(*desk, "--enrolment", "@poste.enrol", *wrong)
    assert code == 1
    assert "relais" in said.lower()
    assert not (folder / "profil").exists()


def test_a_request_cannot_become_an_issuer(run, folder):
    store.write_new(folder / "request", DeviceKeys.generate().request("Consilium", "issuer", ""))
    code, _, said = run("device", "issue", "@request", "--dir", "@org", "--out", "@answer")
    assert code == 1
    assert "service d'inscription" in said
    assert not (folder / "answer").exists()


def test_the_issuer_s_commands_on_an_empty_counter(run, folder):
    assert run("issuer", "list", "--dir", "@org")[:2] == (0, "Aucune demande.\n")
    code, _, said = run("issuer", "approve", "ab", "--dir", "@org")
    assert code == 1
    assert "issuer list" in said
    relay = ("--relay", "relais.test:443", "--pin", "ab" * 32)
    code, said, _ = run("issuer", "ticket", *relay, "--role", "nurse", "--dir", "@org", "--out", "@billet")
    assert code == 0
    assert "un poste" in said
    assert Ticket.parse(base64.b64decode("".join((folder / "billet").read_text().split()))).port == 443


def test_a_command_loads_nothing_of_another_subject():
    program = """
import sys
from app.admin.__main__ import parser
parser("people")
print(*(name for name in sys.modules if name.startswith(("app.monitoring", "app.fanout", "app.post", "storage"))))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not done.stdout.split()


@pytest.mark.parametrize("subject", SUBJECTS)
def test_each_subject_says_what_it_takes(subject, capsys):
    with pytest.raises(SystemExit) as ended:
        main([subject, "--help"])
    assert ended.value.code == 0
    assert f"consilium-admin {subject}" in capsys.readouterr().out
