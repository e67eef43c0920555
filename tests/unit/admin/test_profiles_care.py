"""`consilium-admin vault` and `audit` as IT types them, on a profile of a certified desk."""

from __future__ import annotations

import asyncio
import csv
import json
import shutil
import stat
from types import SimpleNamespace

import pytest

from app import trust
from app.admin.__main__ import main
from app.admin.organisation import Organisation
from app.checkpoints import bring, file_name
from media.keys.certs import DeviceKeys, Request
from media.keys.checkpoint import Checkpoint
from storage.audit import Anchor
from storage.errors import Damaged
from storage.identity import Relay
from storage.messages.posting import NewMessage
from storage.messages.records import ThreadKind
from storage.profile import DATABASES
from storage.vault import Terms, Vault

NOW = 1_790_000_000
SECRET = "phrase de passe d'essai"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A desk, made once."""
    folder = tmp_path_factory.mktemp("care") / "profile"
    organisation, device = Organisation.create("CH d'essai", NOW)[0], DeviceKeys.generate()
    asked = Request.parse(device.request("Dr Iris Vanel", "doctor", "Radiologie"))
    certificate = organisation.issue(asked, NOW)
    vault, _ = Vault.create(folder, SECRET, Terms(keyring="off"))
    asyncio.run(
        trust.enrol(
            vault,
            device,
            organisation.enrolment(certificate, NOW),
            Relay("relay.test", 443, b"p" * 32),
            NOW,
        )
    )
    for number in range(20):
        reason = "=1+1" if number == 3 else "unlock"
        vault.audit.record(number, certificate.user, "open", subject=b"CANARI", reason=reason).result()
    vault.lock()
    return SimpleNamespace(folder=folder, device=device, certificate=certificate)


@pytest.fixture
def desk(made, tmp_path):
    folder = shutil.copytree(made.folder, tmp_path / "profile")
    secret = tmp_path / "secret"
    secret.write_text(SECRET + "\n")
    secret.chmod(0o600)
    opened = ["--profile", str(folder), "--secret-file", str(secret)]
    return SimpleNamespace(
        folder=folder, secret=secret, opened=opened, keys=made.device, cert=made.certificate
    )


def visit(desk, act):
    vault = Vault.visit(desk.folder, SECRET, Terms(keyring="off"))
    try:
        return act(vault)
    finally:
        vault.lock()


def checkpoint(desk, place, head):
    """Bring out what the desk would have at that moment."""
    signer = desk.keys.hybrid.ed25519
    bring(str(place), Checkpoint.make(desk.cert.hash, (head.seq, head.chain), NOW * 1000, signer.sign))


def rewrite(desk, first_row):
    """Be somebody with the key: take the rows from *first_row* on away, and write others with right hashes."""

    def act(vault):
        def cut(db):
            db.execute("DROP TRIGGER audit_is_never_cut")
            db.execute("DELETE FROM audit WHERE seq >= ?", (first_row,))

        vault._databases["audit"].write(cut).result()
        vault._databases["vault"].write(lambda db: db.execute("DELETE FROM audit_anchor") and None).result()
        for _ in range(first_row, 21):
            vault.audit.record(1, b"thief", "nothing happened").result()

    visit(desk, act)


def test_backup_restore_check(desk, tmp_path, capsys):
    file, other = tmp_path / "kept.tar", tmp_path / "other"
    assert main(["vault", "backup", *desk.opened, "--to", str(file)]) == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert main(["vault", "restore", "--from", str(file), "--profile", str(other)]) == 0
    assert main(["vault", "restore", "--from", str(file), "--profile", str(other)]) == 1
    assert "déjà un profil" in capsys.readouterr().err
    opened = ["--profile", str(other), "--secret-file", str(desk.secret)]
    assert main(["vault", "check", *opened, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["whole"]
    assert said["files"] == {"vault": [], "audit": [], "inbox": [], "cache": [], "mail": []}
    assert said["audit"]["rows"] == 21  # the backup itself is one
    file.write_bytes(file.read_bytes()[:-20_000])  # more than the padding of a tar, which nobody misses
    assert main(["vault", "restore", "--from", str(file), "--profile", str(tmp_path / "third")]) == 1
    assert "abîmée" in capsys.readouterr().err


def test_figures_of_messages_have_no_name(desk, capsys):
    def act(vault):
        thread = vault.mail.write(
            lambda m: m.threads.begin(b"c" * 16, ThreadKind.TEAM, [b"p" * 16], "CANARI-TITRE")
        ).result()
        new = NewMessage(
            thread, b"m" * 16, b"p" * 16, own=False, sent_ms=1, at_ms=1, text="CANARI", read=False
        )
        vault.mail.write(lambda m: m.messages.add(new)).result()

    visit(desk, act)
    assert main(["vault", "messages", *desk.opened, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["threads"], said["messages"], said["unread"], said["restored"]) == (1, 1, 1, False)
    assert main(["vault", "messages", *desk.opened]) == 0
    shown = capsys.readouterr().out
    assert "non lus" in shown
    assert "CANARI" not in shown


def test_check_finds_a_damaged_page_and_sets_nothing_aside(desk, capsys):
    data = bytearray((desk.folder / "audit.db").read_bytes())
    data[-2000] ^= 1
    (desk.folder / "audit.db").write_bytes(data)
    assert main(["vault", "check", *desk.opened, "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert not said["whole"]
    assert said["files"]["audit"]
    assert (desk.folder / "audit.db").read_bytes() == bytes(data)


def test_commands_work_while_the_desk_is_open(desk, tmp_path, capsys):
    window = Vault.unlock(desk.folder, SECRET, Terms(keyring="off"))
    try:
        for command in (
            ["vault", "backup", "--to", str(tmp_path / "b.tar")],
            ["vault", "check"],
            ["audit", "verify"],
        ):
            assert main([*command[:2], *desk.opened, *command[2:]]) == 0, capsys.readouterr()
        window.audit.record(1, b"u", "still").result()
        assert window.audit.verify().result().whole
        assert main(["vault", "erase", "--profile", str(desk.folder), "--yes"]) == 1
        assert "ouvert" in capsys.readouterr().err
    finally:
        window.lock()


def test_a_secret_that_others_can_read_is_refused(desk, capsys):
    desk.secret.chmod(0o644)
    for command in (["vault", "check"], ["audit", "verify"]):
        assert main([*command, *desk.opened]) == 1
        assert "chmod 600" in capsys.readouterr().err


def test_a_wrong_secret_is_told(desk, capsys):
    desk.secret.write_text("autre phrase")
    assert main(["audit", "verify", *desk.opened]) == 1
    assert "n'ouvre pas" in capsys.readouterr().err


def test_erase_leaves_nothing_that_opens(desk, tmp_path, capsys):
    (desk.folder / "shown.json").write_text("{}")
    assert main(["vault", "erase", "--profile", str(desk.folder)]) == 1
    assert "--yes" in capsys.readouterr().err
    stolen = shutil.copytree(desk.folder, tmp_path / "stolen")
    assert main(["vault", "erase", "--profile", str(desk.folder), "--yes"]) == 0
    assert {path.name for path in desk.folder.iterdir()} <= {"shown.json"}
    for name in (f"{one}.db" for one in DATABASES):  # a disk that gives its deleted files back
        shutil.copy(stolen / name, desk.folder / name)
    with pytest.raises(Damaged):
        Vault.unlock(desk.folder, SECRET, Terms(keyring="off"))


@pytest.mark.parametrize("attack", [lambda desk: None, lambda desk: rewrite(desk, 15)])
def test_a_chain_recomputed_by_somebody_with_the_key_is_found_by_a_checkpoint(desk, tmp_path, capsys, attack):
    share = tmp_path / "share"
    share.mkdir()
    checkpoint(desk, share, visit(desk, lambda vault: vault.audit.head().result()))
    harmless = attack(desk) is None and visit(desk, lambda v: v.audit.newest(1).result())[0].who != b"thief"
    assert main(["audit", "verify", *desk.opened]) == 0
    code = main(["audit", "verify", *desk.opened, "--checkpoints", str(share), "--json"])
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (code == 0) == said["whole"] == harmless
    assert said["broken_at"] == (None if harmless else 20)


def test_a_tail_cut_off_is_found_by_a_checkpoint(desk, tmp_path, capsys):
    share = tmp_path / "share"
    share.mkdir()
    checkpoint(desk, share, visit(desk, lambda vault: vault.audit.head().result()))
    visit(
        desk,
        lambda vault: (
            vault._databases["audit"]
            .write(
                lambda db: (
                    db.execute("DROP TRIGGER audit_is_never_cut")
                    and db.execute("DELETE FROM audit WHERE seq > 12")
                    and None
                )
            )
            .result()
        ),
    )
    assert main(["audit", "verify", *desk.opened, "--checkpoints", str(share)]) == 1
    assert "ligne 13" in capsys.readouterr().err


def test_checkpoints_of_nobody_or_forged_are_no_assurance(desk, tmp_path, capsys):
    share = tmp_path / "share"
    share.mkdir()
    assert main(["audit", "verify", *desk.opened, "--checkpoints", str(share)]) == 1
    assert "Aucun point" in capsys.readouterr().err
    forged = Checkpoint(desk.cert.hash, 20, bytes(32), 1, bytes(64))
    (share / file_name(desk.cert.hash)).write_text(forged.line + "\n")
    assert main(["audit", "verify", *desk.opened, "--checkpoints", str(share)]) == 1
    assert "pas signés" in capsys.readouterr().err
    (share / file_name(desk.cert.hash)).write_bytes(b"\x00" * 5000)
    assert main(["audit", "verify", *desk.opened, "--checkpoints", str(share)]) == 1


def test_the_trail_is_exported_for_people_and_programs(desk, tmp_path, capsys):
    lines, sheet = tmp_path / "trail.jsonl", tmp_path / "trail.csv"
    assert main(["audit", "export", *desk.opened, "--to", str(lines)]) == 0
    assert main(["audit", "export", *desk.opened, "--to", str(sheet)]) == 0
    rows = [json.loads(line) for line in lines.read_text().splitlines()]
    assert [row["seq"] for row in rows] == list(range(1, 22))
    assert (rows[-1]["action"], rows[-1]["reason"]) == ("audit-export", f"compte {lines.owner()}")
    assert rows[-1]["words"] == "Journal exporté"
    assert "CANARI" not in lines.read_text()
    with sheet.open(newline="") as file:
        assert [row["reason"] for row in csv.DictReader(file)][3] == "'=1+1"
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    assert main(["audit", "export", *desk.opened, "--to", str(lines)]) == 1
    assert main(["audit", "export", *desk.opened, "--to", str(tmp_path / "trail.txt")]) == 1
    assert visit(desk, lambda vault: vault.audit.verify(Anchor()).result().whole)
