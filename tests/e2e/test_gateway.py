"""The gateway as a site runs it: real processes, real sockets, a real vault."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import ssl
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from app.interop.client import Client, NoAnswerError
from app.interop.endpoint import client_tls
from storage.vault import Vault
from tests.harness.adt import CANARIES, POISON, adt
from tests.harness.cheap import CHEAP
from tests.harness.disk import small_disk
from tests.harness.gateway import GATEWAY, Gateway, gateway, run
from tests.harness.pem import chain

SECRET, IN_USE, ADDRESS, STORAGE = 3, 4, 5, 6
posix = pytest.mark.skipif(os.name != "posix", reason="permissions and signals are POSIX's")


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    made = Gateway(tmp_path_factory.mktemp("template"))
    made.init()
    return made


@pytest.fixture
def site(tmp_path, template):
    with gateway(tmp_path, template=template) as made:
        yield made


async def send(port: int, messages, tls=None) -> list[str]:
    """Send *messages* over one connection, each until its answer is not "later"; return the codes, with each MSA-2 looked at."""
    async with await Client.connect("127.0.0.1", port, tls) as client, asyncio.timeout(120):
        return [await persist(client, message) for message in messages]


async def persist(client: Client, message: bytes) -> str:
    while (code := (await client.send(message))[0].code) == "AE":
        pass
    return code


async def send_once(port: int, messages) -> list[str]:
    async with await Client.connect("127.0.0.1", port) as client:
        return [(await client.send(message))[0].code for message in messages]


def everyone(*senders):
    async def together():
        return await asyncio.gather(*senders)

    return asyncio.run(together())


def history(first: int, count: int, sender: str = "GAM"):
    """Admit *count* patients and move each once."""
    for number in range(first, first + count):
        yield adt("A28^ADT_A05", f"{sender}{number}a", number, minute=number, sender=sender)
        yield adt(
            "A01^ADT_A01", f"{sender}{number}b", number, minute=number + 1, movement="2101", sender=sender
        )


def test_a_new_profile_gets_a_secret_that_only_its_owner_reads_and_a_recovery_code_once(tmp_path):
    site = Gateway(tmp_path)
    said = site.init()
    assert len(site.secret.read_text().strip()) >= 40
    assert site.secret.read_text().strip() not in said
    assert os.name != "posix" or site.secret.stat().st_mode & 0o777 == 0o600
    assert "Code de secours" in said


@posix
def test_a_profile_may_be_made_under_a_secret_that_systemd_holds(tmp_path, monkeypatch):
    (tmp_path / "credentials").mkdir()
    secret = tmp_path / "credentials" / "gateway.secret"
    secret.write_text("un secret que systemd garde\n")
    secret.chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(secret.parent))
    where = ("--profile", str(tmp_path / "profile"), "--secret-file", secret.name)
    for words in (("app.gateway", "init"), ("app.admin", "hl7", "quarantine", "list")):
        assert run(sys.executable, "-m", *words, *where).returncode == 0, "at the price that a password has"
    assert not Path(secret.name).exists()


def test_a_profile_is_never_made_over_another(site):
    again = run(*GATEWAY, "init", "--profile", str(site.profile), "--secret-file", str(site.folder / "other"))
    assert again.returncode == STORAGE
    assert "déjà un profil" in again.stderr
    assert not (site.folder / "other").exists()


def test_a_folder_without_a_profile_is_said_and_nothing_is_made_there(tmp_path):
    site = Gateway(tmp_path)
    site.secret.write_text("un secret qui ne sert pas\n")
    site.secret.chmod(0o600)
    for refused in (site.refused(), site.admin("patients")):
        assert (refused.returncode, "ne contient pas de profil" in refused.stderr) == (1, True)
    assert not site.profile.exists()


@posix
def test_a_secret_file_that_others_can_read_is_refused_with_the_remedy(site):
    site.secret.chmod(0o644)
    refused = site.refused()
    assert refused.returncode == SECRET
    assert "chmod 600" in refused.stderr


def test_a_wrong_secret_is_said(site):
    site.secret.write_text("another secret altogether")
    refused = site.refused()
    assert refused.returncode == SECRET
    assert "another secret" not in refused.stderr


def test_a_profile_that_is_open_is_not_opened_twice(site):
    site.start()
    refused = site.refused()
    assert refused.returncode == IN_USE


def test_a_port_that_is_taken_is_said(site):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = site.refused(taken.getsockname()[1])
    assert refused.returncode == ADDRESS
    assert str(taken) not in refused.stderr


def test_two_thousand_messages_on_one_connection(site):
    port = site.start()
    messages = list(history(1, 1000))
    [codes] = everyone(send(port, messages))
    assert codes == ["AA"] * 2000
    found = site.patients()
    assert len(found) == 1000
    assert all(len(row["movements"]) == 1 for row in found.values())
    one = found["00000007"]
    assert (one["birth_name"], one["used_name"], one["identity_status"]) == ("ESSAI7", "PORTE7", "qualifiée")
    assert one["ins_oid"] == "1.2.250.1.213.1.4.10"
    assert one["merged_from"] == []
    assert [(stay["event"], stay["cancelled"], stay["unit"]) for stay in one["movements"]] == [
        ("A01", False, "2101")
    ]
    assert site.stop() == 0
    assert site.patients() == found


def test_four_senders_at_once_with_poison_in_between(site):
    port = site.start()

    async def poisoned(sender: str, first: int):
        """One message in a hundred is poison; the connection may be closed on it, never the flow."""
        answers = []
        for place, message in enumerate(history(first, 100, sender)):
            if place % 100 == 50:
                answers += await send(port, [POISON[(place + first) % len(POISON)]])
            answers += await send(port, [message])
        return answers

    answers = everyone(*(poisoned(f"S{n}", n * 1000) for n in range(1, 5)))
    assert [codes.count("AA") for codes in answers] == [200] * 4
    assert [codes.count("AR") for codes in answers] == [2] * 4
    assert len(site.patients()) == 400


def test_the_same_message_again_is_accepted_and_kept_once(site):
    port = site.start()
    message = adt("A28^ADT_A05", "1", 1)
    other = adt("A28^ADT_A05", "1", 1, name="AUTRE")
    assert everyone(send(port, [message, message, other, message])) == [["AA", "AA", "AR", "AA"]]
    assert site.patients()["00000001"]["birth_name"] == "ESSAI1"


def test_quarantine_is_listed_without_patients_shown_on_demand_and_replayed_while_the_gateway_runs(site):
    port = site.start()
    everyone(send(port, [adt("A28^ADT_A05", "1", 1), adt("A28^ADT_A05", "1", 1, minute=5, name="CORRIGE")]))
    listed = site.admin("hl7", "quarantine", "list", "--json")
    [row] = [json.loads(line) for line in listed.stdout.splitlines()]
    assert (row["reason"], row["control_id"]) == ("conflict", "1")
    assert not any(
        name in listed.stdout + site.admin("hl7", "quarantine", "list").stdout for name in CANARIES
    )
    shown = site.admin("hl7", "quarantine", "show", str(row["id"]))
    assert "CORRIGE" in shown.stdout
    unnamed = site.admin("hl7", "quarantine", "replay")
    assert unnamed.returncode == 1
    assert site.patients()["00000001"]["birth_name"] == "ESSAI1", "nobody said which of the two is right"
    for _ in range(2):
        replayed = site.admin("hl7", "quarantine", "replay", str(row["id"]), "--json")
        assert replayed.returncode == 0, replayed.stderr
    assert site.patients()["00000001"]["birth_name"] == "CORRIGE"
    assert site.admin("hl7", "quarantine", "list", "--json").stdout == ""
    replays = ["quarantine-replay", "quarantine-replay"]
    assert traced(site) == ["quarantine-show", "patients-export", *replays, "patients-export"]


def traced(site: Gateway) -> list[str]:
    """Return what the audit trail says was done, its chain looked at."""
    vault = Vault.visit(site.profile, site.secret.read_text().strip(), CHEAP)
    try:
        assert vault.audit.verify().result().whole
        return [row.action for row in reversed(vault.audit.newest().result())]
    finally:
        vault.lock()


def test_what_is_still_not_understood_stays_in_quarantine(site):
    port = site.start()
    everyone(send(port, [POISON[0]]))
    replayed = site.admin("hl7", "quarantine", "replay")
    assert replayed.returncode == 1
    assert "restent en quarantaine : 1" in replayed.stderr


def test_the_zone_of_the_site_is_kept_for_who_reads_later(site):
    port = site.start("--zone", "Indian/Reunion")
    everyone(send(port, history(1, 1)))
    site.kill()
    [stay] = site.patients()["00000001"]["movements"]
    assert stay["at"] == "2026-03-01T08:02:00+04:00"
    refused = site.refused(0, "--zone", "Lune/Mer")
    assert refused.returncode == 1
    assert "Fuseau" in refused.stderr


def test_it_starts_where_there_is_no_window_and_no_camera():
    program = """
import sys
for name in ('PyQt6', 'av', 'miniaudio'): sys.modules[name] = None
import app.gateway
from app.admin.__main__ import SUBJECTS, parser
for subject in SUBJECTS: parser(subject)
"""
    assert run(sys.executable, "-c", program).returncode == 0


def test_tls_with_a_client_certificate(site):
    files = chain(site.folder)
    port = site.start(
        "--tls-cert",
        str(files.certificate),
        "--tls-key",
        str(files.key),
        "--tls-client-ca",
        str(files.authority),
    )
    mine = client_tls(files.authority, files.certificate, files.key)
    assert everyone(send(port, [adt("A28^ADT_A05", "1", 1)], mine)) == [["AA"]]
    sent = site.send(
        adt("A28^ADT_A05", "2", 2),
        "--tls-ca",
        str(files.authority),
        "--tls-cert",
        str(files.certificate),
        "--tls-key",
        str(files.key),
    )
    assert sent.returncode == 0, sent.stderr
    with pytest.raises((ssl.SSLError, Exception)):
        everyone(send(port, [adt("A28^ADT_A05", "3", 3)], client_tls(files.authority)))
    assert len(site.patients()) == 2


def test_the_admin_sends_files_and_prints_what_is_answered(site):
    site.start()
    sent = site.send(adt("A28^ADT_A05", "1", 1))
    assert (sent.returncode, "MSA|AA|1" in sent.stdout) == (0, True)
    mixed = site.send(adt("A28^ADT_A05", "2", 2) + adt("A28^ADT_A05", "1", 1, name="AUTRE"), "--json")
    rows = [json.loads(line) for line in mixed.stdout.splitlines()]
    assert (mixed.returncode, [row["ack"] for row in rows]) == (1, ["AA", "AR"])
    whole = site.send(b"no message at all", "--json")
    assert (whole.returncode, json.loads(whole.stdout)["ack"]) == (1, "AR")


def test_sending_to_nobody_is_said(site):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        site.port = taken.getsockname()[1]
    sent = site.send(adt("A28^ADT_A05", "1", 1))
    assert sent.returncode == 1
    assert "ne répond pas" in sent.stderr


def test_merged_patients_are_no_rows_of_their_own(site):
    port = site.start()
    merge = adt("A40^ADT_A39", "3", 2, minute=9) + b"MRG|00000001^^^CH-FICTIF&510999999&N^PI\r"
    messages = [adt("A28^ADT_A05", "1", 1), adt("A28^ADT_A05", "2", 2), merge]
    assert everyone(send(port, messages)) == [["AA", "AA", "AA"]]
    found = site.patients()
    assert list(found) == ["00000002"]
    assert found["00000002"]["merged_from"] == ["00000001"]


def test_a_full_disk_is_answered_ae_and_works_again_without_a_restart(tmp_path):
    with small_disk(tmp_path / "disk") as disk, gateway(tmp_path, disk.folder / "profile") as site:
        port = site.start()
        assert everyone(send(port, [adt("A28^ADT_A05", "1", 1)])) == [["AA"]]
        disk.fill()
        more = [adt("A28^ADT_A05", f"f{n}", 10 + n) for n in range(40)]
        assert everyone(send_once(port, more))[0][-1] == "AE"
        disk.free()
        assert everyone(send(port, more)) == [["AA"] * 40]
        assert len(site.patients()) == 41


def test_a_protected_disk_is_said_at_the_start_and_harms_nothing(tmp_path):
    with small_disk(tmp_path / "disk") as disk, gateway(tmp_path, disk.folder / "profile") as site:
        everyone(send(site.start(), [adt("A28^ADT_A05", "1", 1)]))
        site.kill()
        disk.protect(True)
        refused = site.refused()
        assert refused.returncode == STORAGE
        assert "vérifiez" in refused.stderr
        disk.protect(False)
        assert everyone(send(site.start(), [adt("A28^ADT_A05", "2", 2)])) == [["AA"]]
        assert list(site.patients()) == ["00000001", "00000002"]


@pytest.mark.parametrize("name", ["inbox", "cache"])
def test_a_file_that_rots_ends_it_and_the_next_start_begins_it_anew_and_says_so(site, name):
    port = site.start()
    everyone(send(port, list(history(1, 40))))
    site.patients()
    rot(site.profile / f"{name}.db")
    with suppress(NoAnswerError, OSError):
        everyone(send(port, list(history(100, 40))))
    assert site.process.wait(60) == STORAGE
    site.process.stdout.close()
    assert everyone(send(site.start(), list(history(100, 40)))) == [["AA"] * 80]
    assert {"00000001", "00000100", "00000139"} <= site.patients().keys()
    assert f"{name} was damaged" in site.said.read_text().replace("patients' cache", "cache")
    assert list((site.profile / "set-aside").iterdir())


def rot(path: Path) -> None:
    """Overwrite all but the first page, where the program still looks."""
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(path.stat().st_size - 4096))


def test_no_patient_is_named_in_what_it_says_writes_or_is_called(site):
    port = site.start()
    everyone(send(port, [adt("A28^ADT_A05", "1", 1), adt("A28^ADT_A05", "1", 1, name="AUTRE"), *POISON]))
    process = Path(f"/proc/{site.process.pid}")
    assert re.search(r"Max core file size +0 +0", (process / "limits").read_text())
    said = [
        process / "cmdline",
        process / "environ",
        site.said,
        *filter(Path.is_file, site.profile.rglob("*")),
    ]
    secret = site.secret.read_text().strip()
    read = b"".join(path.read_bytes() for path in said)
    assert not any(name.encode() in read for name in (*CANARIES, "AUTRE", secret))
    site.stop()
    assert not any(name in site.said.read_text() for name in (*CANARIES, "AUTRE", secret))
