"""A profile in one file and back: consistent, private, whole or refused."""

from __future__ import annotations

import hashlib
import io
import json
import random
import shutil
import stat
import tarfile
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import backup
from storage.errors import Damaged, DiskTrouble, ProfileExists, StorageError, WrongPassword
from storage.inbox import Incoming
from storage.survey import survey
from storage.vault import Vault

PASSWORD = "mot de passe"
CANARY = b"MSH|^~\\&|GAM|CHU|||20261122||ADT^A01|CANARI-1|P|2.5\rPID|1||CANARI-IPP||CANARI-MOREAU\r"
NOW = 1_800_000_000_000


def fill(vault: Vault) -> None:
    vault.settings.save("theme", '"dark"').result()
    vault.inbox.keep(Incoming("GAM|CHU", "CANARI-1", CANARY, NOW)).result()
    vault.audit.record(NOW, b"u" * 16, "unlock").result()


@pytest.fixture
def kept(vault, tmp_path):
    fill(vault)
    file = tmp_path / "backup.tar"
    vault.back_up(file, NOW)
    return file


def test_a_profile_comes_back_on_another_disk(vault, kept, folder, terms, tmp_path):
    vault.lock()
    shutil.rmtree(folder)
    manifest = backup.restore(kept, tmp_path / "other")
    assert manifest.made_ms == NOW
    again = Vault.unlock(tmp_path / "other", PASSWORD, terms)
    assert again.settings.all().result()["theme"] == '"dark"'
    assert [message.raw for message in again.inbox.after(0).result()] == [CANARY]
    assert again.audit.verify().result().rows == 1
    assert (again.read_only, again.audit_cut, again.cache_rebuilt, again.inbox_set_aside) == (
        False,
        False,
        False,
        "",
    )
    again.lock()


def test_nobody_else_can_read_a_backup(kept, terms, tmp_path):
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    data = kept.read_bytes()
    assert not any(text in data for text in (b"CANARI", b"theme", b"unlock", PASSWORD.encode()))
    backup.restore(kept, tmp_path / "other")
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "other").iterdir()} == {0o600}
    assert stat.S_IMODE((tmp_path / "other").stat().st_mode) == 0o700
    with pytest.raises(WrongPassword):
        Vault.unlock(tmp_path / "other", "autre", terms)


def test_a_backup_of_a_profile_at_work_is_of_one_moment(vault, terms, tmp_path):
    fill(vault)
    done = threading.Event()

    def work() -> None:
        number = 0
        while not done.is_set():
            number += 1
            vault.audit.record(number, b"u", "act")
            kept = vault.inbox.keep(Incoming("GAM", str(number), b"%d" % number, NOW)).result()
            vault.patients.apply([(kept.seq, [])]).result()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for number in range(5):
            vault.back_up(tmp_path / "backup.tar", NOW)
            backup.restore(tmp_path / "backup.tar", tmp_path / f"at-{number}")
    finally:
        done.set()
        worker.join()
    for number in range(5):
        assert survey(tmp_path / f"at-{number}", PASSWORD, terms).whole
        again = Vault.unlock(tmp_path / f"at-{number}", PASSWORD, terms)
        assert again.patients.applied().result() <= again.inbox.newest().result()
        again.lock()


def test_a_changed_or_cut_backup_makes_no_profile(kept, tmp_path):
    good = kept.read_bytes()
    chance = random.Random(1)
    for _ in range(60):
        data = bytearray(good[: chance.randrange(len(good))] if chance.random() < 0.3 else good)
        if len(data) == len(good):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        kept.write_bytes(data)
        try:
            backup.restore(kept, tmp_path / "other")
        except StorageError:
            assert not (tmp_path / "other").exists()
        else:  # the bit was one of the padding between the files
            assert (tmp_path / "other" / "vault.db").exists()
            shutil.rmtree(tmp_path / "other")
    assert {path.name for path in tmp_path.iterdir()} <= {"backup.tar", "profile", "forged.tar"}


def evil(kept, change) -> None:
    with tarfile.open(kept) as tar:
        parts = [(entry, tar.extractfile(entry).read()) for entry in tar]
    with tarfile.open(kept, "w") as tar:
        for entry, data in change(parts):
            tar.addfile(entry, io.BytesIO(data))


def link_out(parts):
    parts[2][0].type, parts[2][0].linkname = tarfile.SYMTYPE, "/etc/passwd"
    return parts


def climb(parts):
    parts[2][0].name = "../vault.db"
    return parts


def one_more(parts):
    return [*parts, (parts[1][0], parts[1][1])]


def one_less(parts):
    return parts[:-1]


def other_order(parts):
    return [parts[1], parts[0], *parts[2:]]


@pytest.mark.parametrize("trick", [link_out, climb, one_more, one_less, other_order])
def test_a_trick_in_the_backup_is_refused(kept, tmp_path, trick):
    evil(kept, trick)
    with pytest.raises(Damaged):
        backup.restore(kept, tmp_path / "other")
    assert {path.name for path in tmp_path.iterdir()} <= {"backup.tar", "profile", "forged.tar"}


def test_a_profile_is_never_overwritten(vault, kept, folder):
    with pytest.raises(ProfileExists):
        backup.restore(kept, folder)
    vault.settings.save("still", "1").result()


def test_a_missing_backup_or_place_is_said(vault, tmp_path):
    with pytest.raises(DiskTrouble):
        backup.restore(tmp_path / "none.tar", tmp_path / "other")
    with pytest.raises(DiskTrouble):
        vault.back_up(tmp_path / "no" / "folder.tar", NOW)


def test_a_survey_tells_what_is_wrong_and_changes_nothing(vault, folder, terms):
    for number in range(100):
        vault.settings.save(str(number), "x" * 500)
    fill(vault)
    assert survey(folder, PASSWORD, terms).whole  # beside the program that has it open
    vault.lock()
    assert survey(folder, PASSWORD, terms).whole
    data = bytearray((folder / "vault.db").read_bytes())
    data[-2000] ^= 1
    (folder / "vault.db").write_bytes(data)
    (folder / "cache.db").unlink()
    found = survey(folder, PASSWORD, terms)
    assert found.faults["vault"]
    assert found.faults["cache"] == ("missing",)
    assert not found.faults["inbox"]
    assert not found.whole
    assert (folder / "vault.db").read_bytes() == bytes(data)
    assert not (folder / "cache.db").exists()
    assert not (folder / "set-aside").exists()
    with pytest.raises(WrongPassword):
        survey(folder, "autre", terms)


def test_extended_headers_are_refused_unread(kept, tmp_path):
    """A header may claim gigabytes for itself; tarfile would read them into memory."""
    good = kept.read_bytes()
    claim = tarfile.TarInfo("pax")
    claim.type, claim.size = tarfile.XHDTYPE, 1 << 40
    kept.write_bytes(claim.tobuf(tarfile.GNU_FORMAT) + good)
    with pytest.raises(Damaged):
        backup.restore(kept, tmp_path / "other")


def rewritten(parts, change):
    """Yield the parts of a backup with another manifest: *change* gets its decoded content."""
    for entry, data in parts:
        if entry.name == "manifest.json":
            said = json.loads(data)
            change(said)
            text = json.dumps(said).encode()
            entry.size = len(text)
            yield entry, text
        else:
            yield entry, data


def test_a_backup_made_before_there_were_messages_is_still_restored(vault, kept, terms, tmp_path):
    def older(said):
        said["format"] = 1
        del said["files"]["mail.db"]

    evil(kept, lambda parts: (one for one in rewritten(parts, older) if one[0].name != "mail.db"))
    backup.restore(kept, tmp_path / "other")
    assert not (tmp_path / "other" / "mail.db").exists()
    again = Vault.unlock(tmp_path / "other", PASSWORD, terms)
    assert again.mail_lost
    assert again.settings.all().result()["theme"] == '"dark"'
    again.lock()


@pytest.mark.parametrize("name", ["files/../vault.db", "files/", "other.db", "files/" + "AB" * 16])
def test_a_backup_with_another_file_makes_no_profile(kept, tmp_path, name):
    def one_more(said):
        said["files"][name] = {"size": 1, "sha256": hashlib.sha256(b"x").hexdigest()}

    entry = tarfile.TarInfo(name)
    entry.size = 1
    evil(kept, lambda parts: [*rewritten(parts, one_more), (entry, b"x")])
    with pytest.raises(Damaged):
        backup.restore(kept, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_the_backup_is_an_ordinary_tar(kept):
    with tarfile.open(kept) as tar:
        assert tar.getnames() == [
            "manifest.json",
            "keys.json",
            "vault.db",
            "audit.db",
            "inbox.db",
            "cache.db",
            "mail.db",
        ]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=2000), st.integers(0, 3000))
def test_any_bytes_make_no_profile(kept, tmp_path, data, place):
    file = tmp_path / "forged.tar"
    good = kept.read_bytes()[:20_000]
    file.write_bytes(good[:place] + data + good[place + len(data) :])
    with pytest.raises(Damaged):
        backup.restore(file, tmp_path / "other")
    assert not (tmp_path / "other").exists()
