"""Broken disks and changed bytes: told, set aside, never read silently wrong, never wiped."""

from __future__ import annotations

import random
import resource
import signal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import keyfile
from storage.errors import Damaged, DiskTrouble, StorageError, TooNew, WeakKdf, WrongPassword
from storage.meetings import Meeting
from storage.vault import Vault

PASSWORD = "mot de passe"
VALUES = {str(number): str(number) * 100 for number in range(200)}


SETTINGS_ROOT = 6
"""The page, from 0, at which the table of settings begins: it is made by the first layout."""


def filled(vault: Vault) -> None:
    for key, value in VALUES.items():
        vault.settings.save(key, value)
    for number in range(50):
        vault.audit.record(number, b"u" * 16, "act", reason="r" * 200)
    vault.settings.save("last", "1").result()
    vault.lock()


def open_and_read(folder, terms) -> None:
    """Whatever is read must be what was written; anything else must be said."""
    try:
        vault = Vault.unlock(folder, PASSWORD, terms)
    except (Damaged, WrongPassword):
        return
    try:
        read = vault.settings.all().result()
        assert {key: read[key] for key in VALUES} == VALUES
        assert vault.audit.verify().result().whole
    except Damaged:
        pass
    finally:
        vault.lock()


@pytest.mark.parametrize("name", ["vault.db", "audit.db", "keys.json"])
def test_a_flipped_bit_is_never_read_silently_wrong(vault, folder, terms, name):
    filled(vault)
    good = {path.name: path.read_bytes() for path in folder.glob("*.*")}
    chance = random.Random(name)
    for _ in range(40):
        for other, data in good.items():
            (folder / other).write_bytes(data)
        data = bytearray(good[name])
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        (folder / name).write_bytes(data)
        if chance.random() < 0.5:
            (folder / "dirty").touch()
        open_and_read(folder, terms)
        assert (folder / name).exists()


@pytest.mark.parametrize("name", ["vault.db", "keys.json"])
def test_a_truncated_file_is_damaged_not_a_wrong_password(vault, folder, terms, name):
    filled(vault)
    good = (folder / name).read_bytes()
    for length in (0, 1, 100, len(good) // 2):
        (folder / name).write_bytes(good[:length])
        (folder / "dirty").touch()
        with pytest.raises(Damaged, match=name):
            Vault.unlock(folder, PASSWORD, terms)
        assert (folder / name).read_bytes() == good[:length]


def test_a_damaged_audit_trail_is_put_away_and_a_new_one_begun(vault, folder, terms):
    filled(vault)
    path = folder / "audit.db"
    data = bytearray(path.read_bytes())
    data[3 * 4096 + 50] ^= 1
    path.write_bytes(data)
    (folder / "dirty").touch()
    opened = Vault.unlock(folder, PASSWORD, terms)
    assert opened.audit_set_aside
    assert not opened.read_only
    assert (folder / "set-aside" / opened.audit_set_aside / "audit.db").read_bytes() == bytes(data)
    opened.audit.record(1, b"u", "seen").result()
    assert opened.audit.verify().result().rows == 1
    opened.lock()
    again = Vault.unlock(folder, PASSWORD, terms)
    assert not again.audit_set_aside
    again.lock()


@pytest.mark.parametrize("audit", [b"", b"x" * 8192, None])
def test_a_lost_audit_trail_does_not_shut_a_damaged_vault(vault, folder, terms, audit):
    filled(vault)
    data = bytearray((folder / "vault.db").read_bytes())
    data[-2000] ^= 1
    (folder / "vault.db").write_bytes(data)
    (folder / "audit.db").unlink()
    if audit is not None:
        (folder / "audit.db").write_bytes(audit)
    (folder / "dirty").touch()
    opened = Vault.unlock(folder, PASSWORD, terms)
    assert opened.read_only
    assert opened.audit_cut
    assert opened.identity.device().result() is None
    opened.lock()
    assert (folder / "audit.db").exists() == (audit is not None)


def test_a_missing_audit_trail_is_told(vault, folder, terms):
    filled(vault)
    (folder / "audit.db").unlink()
    opened = Vault.unlock(folder, PASSWORD, terms)
    assert opened.audit_set_aside == "missing"
    opened.lock()


def test_an_older_audit_trail_put_back_is_told(vault, folder, terms):
    vault.audit.record(1, b"u", "first").result()
    vault.lock()
    old = (folder / "audit.db").read_bytes()
    opened = Vault.unlock(folder, PASSWORD, terms)
    opened.audit.record(2, b"u", "second").result()
    opened.lock()
    (folder / "audit.db").write_bytes(old)
    opened = Vault.unlock(folder, PASSWORD, terms)
    assert opened.audit_cut
    opened.lock()


def test_a_page_of_another_place_does_not_verify(vault, folder, terms):
    filled(vault)
    data = bytearray((folder / "vault.db").read_bytes())
    pages = len(data) // 4096
    data[(pages - 1) * 4096 :], data[(pages - 2) * 4096 : (pages - 1) * 4096] = (
        data[(pages - 2) * 4096 : (pages - 1) * 4096],
        data[(pages - 1) * 4096 :],
    )
    (folder / "vault.db").write_bytes(data)
    (folder / "dirty").touch()
    opened = Vault.unlock(folder, PASSWORD, terms)
    assert opened.read_only
    opened.lock()


def test_damage_met_while_reading_is_looked_at_on_the_next_start(vault, folder, terms):
    filled(vault)
    data = bytearray((folder / "vault.db").read_bytes())
    data[SETTINGS_ROOT * 4096 + 99] ^= 1
    (folder / "vault.db").write_bytes(data)
    opened = Vault.unlock(folder, PASSWORD, terms)
    with pytest.raises(Damaged):
        opened.settings.all().result()
    opened.lock()
    opened = Vault.unlock(folder, PASSWORD, terms)
    assert opened.read_only
    opened.lock()


def test_one_bad_page_does_not_hide_the_good_ones(vault, folder, terms):
    vault.meetings.save(Meeting("RCP", "relais", 1, b"t" * 16, b"s" * 16, b"h" * 16))
    filled(vault)
    data = bytearray((folder / "vault.db").read_bytes())
    data[-2000] ^= 1
    (folder / "vault.db").write_bytes(data)
    opened = Vault.unlock(folder, PASSWORD, terms)
    for _ in range(10):
        with pytest.raises(Damaged):
            opened.settings.all().result()
        assert opened.meetings.find(b"t" * 16).result().title == "RCP"
    opened.lock()


def test_a_full_disk_is_said_and_nothing_of_the_act_is_kept(vault, folder, terms):
    """RLIMIT_FSIZE stands in for the full disk: no file may grow past what it has."""
    filled(vault)
    opened = Vault.unlock(folder, PASSWORD, terms)
    old_limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    old_signal = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, old_limit[1]))
        with pytest.raises(DiskTrouble):
            opened.settings.save("big", "x" * 1_000_000).result()
        with pytest.raises(StorageError):
            opened.change_password(PASSWORD, "y")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old_limit)
        signal.signal(signal.SIGXFSZ, old_signal)
    opened.lock()
    opened = Vault.unlock(folder, PASSWORD, terms)
    opened.settings.save("after", "1").result()
    read = opened.settings.all().result()
    assert read["after"] == "1"
    assert "big" not in read
    opened.lock()


def test_writing_goes_on_without_a_restart_once_there_is_room(vault):
    old_limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    old_signal = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (131_072, old_limit[1]))
        with pytest.raises(DiskTrouble):
            vault.settings.save("big", "x" * 1_000_000).result()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old_limit)
        signal.signal(signal.SIGXFSZ, old_signal)
    vault.settings.save("after", "1").result()
    assert vault.settings.all().result() == {"after": "1"}


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_as_key_file_are_damaged(data):
    with pytest.raises(Damaged):
        keyfile.decode(data)


def test_deep_and_huge_key_files_are_damaged():
    for data in (b'{"format":1,"sum":"","body":' + b"[" * 60_000, b" " * (keyfile.MAX_BYTES + 1)):
        with pytest.raises(Damaged):
            keyfile.decode(data)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_key_file_changed_anywhere_is_refused(vault, folder, terms, data):
    good = (folder / "keys.json").read_bytes()
    place = data.draw(st.integers(0, len(good) - 1))
    changed = bytearray(good)
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises((Damaged, TooNew)) as caught:
        keyfile.decode(bytes(changed))
    assert not isinstance(caught.value, TooNew)


json_things = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["profile", "files", "slots", "kdf", "wraps", "check", "kind", "keyring"]), json_things
)
def test_a_forged_body_never_crashes(vault, folder, field, thing):
    import json

    body = json.loads((folder / "keys.json").read_bytes())["body"]
    if field in body:
        body[field] = thing
    else:
        body["slots"][0][field] = thing
    raw = json.dumps(body).encode()
    whole = b'{"format":1,"sum":"' + keyfile._sum(1, raw).encode() + b'","body":' + raw + b"}"
    try:
        keys = keyfile.decode(whole)
    except Damaged:
        return
    assert field in {"files", "keyring", "kind", "wraps"}
    assert isinstance(keys, keyfile.KeyFile)


def test_weak_is_a_kind_of_damage():
    assert issubclass(WeakKdf, Damaged)
