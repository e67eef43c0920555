"""`consilium-admin monitoring` as IT types it, on a coordinator's profile that is shut."""

from __future__ import annotations

import asyncio
import json
import stat
from datetime import datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from app import trust
from app.admin.__main__ import main
from app.admin.organisation import Organisation
from app.audit import Trail
from app.config import COORDINATORS
from app.monitoring.service import Monitoring
from app.monitoring.sharing import Sharing
from app.post.office import Post
from app.session import read as read_session
from media.keys.certs import DeviceKeys, Request
from media.mail.policy import Part, Policy
from storage.identity import Relay
from storage.vault import Terms, Vault
from tests.harness.wards import AUTHORITY, alert_of, asked, named

NOW = 1_790_000_000
SECRET = "phrase de passe d'essai"
MONTH = f"{datetime.fromtimestamp(NOW, ZoneInfo('Europe/Paris')):%Y-%m}"


async def _work(vault: Vault, user: bytes, part: Part) -> None:
    """Sign rules, and close an alert, without a relay."""
    session = await read_session(vault)
    post = Post(lambda: NOW * 1000)
    work = asyncio.create_task(post.work(session, vault))
    await post.opened.wait()
    trail = Trail(lambda: NOW * 1000)
    trail.open(vault.audit, user)
    alerts = Monitoring(Sharing(post), lambda: NOW * 1000, trail, lambda: {user}, lambda: 0)
    await alerts.begin(session, vault)
    await alerts.sign(Policy("ONCO1", "Oncologie", 1, made_ms=NOW * 1000, members=((user, part),)))
    fact = asked("80417702", (NOW - 600) * 1000, "Q1", pain=2)
    batch = [(1, (named("80417702", "DUMAS", "Solange", NOW * 1000),)), (2, (fact,))]
    await alerts.refresh(await asyncio.wrap_future(vault.patients.apply(batch)))
    await alerts.close(alert_of(fact), "known", 1, "vue ce matin")
    alerts.end()
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


@pytest.fixture
def make(tmp_path):
    def made(part: Part) -> SimpleNamespace:
        folder = tmp_path / "profile"
        organisation, device = Organisation.create("CH d'essai", NOW)[0], DeviceKeys.generate()
        asked_for = Request.parse(device.request("Cadre Essai", "nurse", ""))
        certificate = organisation.issue(asked_for, NOW)
        vault, _ = Vault.create(folder, SECRET, Terms(keyring="off"))
        enrolment = organisation.enrolment(certificate, NOW)

        async def story():
            await trust.enrol(vault, device, enrolment, Relay("relay.test", 443, b"p" * 32), NOW)
            await _work(vault, certificate.user, part)

        asyncio.run(story())
        vault.settings.save(COORDINATORS.key, json.dumps([certificate.user.hex()])).result()
        vault.lock()
        secret = tmp_path / "secret"
        secret.write_text(SECRET + "\n")
        secret.chmod(0o600)
        opened = ["--profile", str(folder), "--secret-file", str(secret)]
        return SimpleNamespace(folder=folder, opened=opened, user=certificate.user, place=tmp_path)

    return made


def acts(desk):
    vault = Vault.visit(desk.folder, SECRET, Terms(keyring="off"))
    try:
        return [(row.action, row.reason) for row in vault.audit.newest().result()]
    finally:
        vault.lock()


def test_a_month_is_written_for_its_owner_only_and_traced(make, capsys):
    desk = make(Part.COORDINATOR)
    pdf = desk.place / "mois.pdf"
    told = ["--month", MONTH, "--to", str(desk.place), "--pdf", str(pdf)]
    assert main(["monitoring", "month", *desk.opened, *told]) == 0
    assert "1 patients actifs, 1 alertes, 0 ouvertes" in capsys.readouterr().out
    actives = desk.place / f"actifs-{MONTH}.csv"
    assert "DUMAS Solange" in actives.read_text("utf-8-sig")
    assert stat.S_IMODE(actives.stat().st_mode) == 0o600
    assert pdf.read_bytes().startswith(b"%PDF-1.")
    action, reason = acts(desk)[0]
    assert (action, reason.startswith(f"month ONCO1 {MONTH} compte ")) == ("monitoring-exported", True)
    assert main(["monitoring", "month", *desk.opened, *told]) == 1  # nothing is overwritten


def test_a_trace_is_written_with_its_signatures_and_the_number_is_in_no_command_line(make, capsys):
    desk = make(Part.COORDINATOR)
    number = desk.place / "patient"
    number.write_text(f"80417702 {AUTHORITY}\n")
    target = desk.place / "trace.jsonl"
    told = ["--patient-file", str(number), "--to", str(target)]
    assert main(["monitoring", "trace", *desk.opened, *told]) == 0
    assert "2 vérifiées, 0 fausses" in capsys.readouterr().out
    lines = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert lines[0]["name"] == "DUMAS Solange"
    [closure] = [one for one in lines if one["type"] == "record"]
    assert (closure["step"], closure["text"], closure["author"]["name"]) == (
        "close",
        "vue ce matin",
        "Cadre Essai",
    )


def test_a_trace_from_which_a_record_was_edited_ends_with_1(make, capsys):
    desk = make(Part.COORDINATOR)
    vault = Vault.visit(desk.folder, SECRET, Terms(keyring="off"))
    vault.mail.write(
        lambda rows: (
            rows.trace._db.execute("UPDATE record SET author = ? WHERE kind = 'alert'", (bytes(16),)) and None
        )
    ).result()
    vault.lock()
    number = desk.place / "patient"
    number.write_text("80417702")
    told = ["--patient-file", str(number), "--to", str(desk.place / "trace.jsonl")]
    assert main(["monitoring", "trace", *desk.opened, *told]) == 1
    assert "1 signatures fausses" in capsys.readouterr().err


@pytest.mark.parametrize(("number", "why"), [("404", "Aucun questionnaire"), ("", "Il faut un IPP")])
def test_a_patient_who_is_not_there_is_said(make, capsys, number, why):
    desk = make(Part.COORDINATOR)
    file = desk.place / "patient"
    file.write_text(number)
    told = ["--patient-file", str(file), "--to", str(desk.place / "trace.jsonl")]
    assert main(["monitoring", "trace", *desk.opened, *told]) == 1
    assert why in capsys.readouterr().err
    assert not (desk.place / "trace.jsonl").exists()


def test_who_is_no_coordinator_takes_nothing_out(make, capsys):
    desk = make(Part.NURSE)
    assert main(["monitoring", "month", *desk.opened, "--month", MONTH, "--to", str(desk.place)]) == 1
    assert "coordinateur" in capsys.readouterr().err
    assert "monitoring-exported" not in {action for action, _ in acts(desk)}
    assert list(desk.place.glob("*.csv")) == []
