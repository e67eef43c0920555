"""The profile's disk runs full, or takes no writes, while somebody works: real disks, no mocks."""

from __future__ import annotations

import asyncio
import time

import pytest

from app import trust
from app.admin.organisation import Organisation
from app.config import Policy
from app.meeting.agenda.draft import Draft, PlanRefused
from app.meeting.agenda.planning import Planning
from app.signin.service import Opened, SignIn, SignInRefused, read_session
from app.trust import News
from media.keys.certs import DeviceKeys, Request
from storage.identity import Relay
from storage.vault import Vault
from tests.harness.cheap import CHEAP
from tests.harness.disk import small_disk

NOW = int(time.time())
PASSWORD = "correct horse battery"


@pytest.fixture
def disk(tmp_path):
    with small_disk(tmp_path / "disk") as disk:
        yield disk


@pytest.fixture
def vault(disk):
    """A profile that its organisation enrolled, open."""
    organisation, device = Organisation.create("CH d'essai", NOW)[0], DeviceKeys.generate()
    organisation.relay_seed = bytes(range(32))
    made, _ = Vault.create(disk.folder / "profile", PASSWORD, CHEAP)
    certificate = organisation.issue(Request.parse(device.request("Dr Iris Vanel", "doctor", "")), NOW)
    enrolment = organisation.enrolment(certificate, NOW)
    asyncio.run(trust.enrol(made, device, enrolment, Relay("127.0.0.1", 4443, b"p" * 32), NOW))
    yield made
    made.lock()


def codes(desk):
    return {notice.code for notice in desk.meeting.view.standing}


def test_a_full_disk_is_said_while_it_is_full_and_the_agenda_still_reads(make_desk, vault, disk, qtbot):
    desk = make_desk()
    session = asyncio.run(read_session(vault))
    desk.office._came_in(Opened(vault, session, {}, "", False, News()))
    qtbot.waitUntil(lambda: desk.office.sitting.session is not None)
    assert "vault-failing" not in codes(desk)
    disk.fill()
    vault.settings.save("theme", '"dark"' + " " * 50_000).exception()
    qtbot.waitUntil(lambda: "vault-failing" in codes(desk))
    assert vault.meetings.upcoming(0).result() == []
    disk.free()
    vault.settings.save("theme", '"dark"').result()
    qtbot.waitUntil(lambda: "vault-failing" not in codes(desk))


def test_a_meeting_called_on_a_full_disk_is_refused_and_called_again_once_there_is_room(vault, disk):
    async def put(*_):
        return None

    planning = Planning(lambda: NOW * 1000, put)
    planning.sign_in(asyncio.run(read_session(vault)))
    draft = Draft("RCP Thorax", NOW + 3600, NOW + 7200)
    disk.fill()
    with pytest.raises(PlanRefused) as refused:
        asyncio.run(planning.call(draft))
    assert refused.value.code == "disk"
    disk.free()
    made = asyncio.run(planning.call(draft))
    assert vault.meetings.upcoming(0).result() == [made.meeting]


def test_what_was_done_on_a_full_disk_is_in_the_trail_in_order_once_there_is_room(
    make_desk, vault, disk, qtbot
):
    desk = at_work(make_desk, vault)
    disk.fill()
    act_200_times(desk)
    assert vault.audit.record(1, b"u" * 16, "last").exception(), (
        "the disk is full, and all before it was refused"
    )
    qtbot.waitUntil(lambda: "vault-failing" in codes(desk))
    assert desk.office.sitting._write_again.isActive()
    disk.free()
    desk.office.sitting._write_again.timeout.emit()
    qtbot.waitUntil(lambda: len(kept(vault)) == 200)
    assert kept(vault) == [f"{number:03}" for number in range(200)]
    assert vault.audit.verify().result().whole
    qtbot.waitUntil(lambda: "vault-failing" not in codes(desk))
    assert not desk.office.sitting._write_again.isActive()


def test_room_that_comes_while_acts_are_on_their_way_loses_none_of_them(make_desk, vault, disk, qtbot):
    desk = at_work(make_desk, vault)
    disk.fill()
    act_200_times(desk)
    qtbot.waitUntil(lambda: "vault-failing" in codes(desk))
    disk.free()
    desk.office.sitting._write_again.timeout.emit()
    qtbot.waitUntil(lambda: len(kept(vault)) == 200)
    assert sorted(kept(vault)) == [f"{number:03}" for number in range(200)]


def at_work(make_desk, vault):
    desk = make_desk()
    desk.office._came_in(Opened(vault, asyncio.run(read_session(vault)), {}, "", False, News()))
    desk.office.signin.trail.open(vault.audit, b"u" * 16)
    desk.office.signin.trail.record("unlock")
    return desk


def act_200_times(desk):
    for number in range(200):
        desk.office.signin.trail.record("admit", reason=f"{number:03}" + "x" * 500)


def kept(vault):
    rows = vault.audit.newest(300).result()
    return [row.reason[:3] for row in reversed(rows) if row.action == "admit"]


def door(disk):
    return SignIn(disk.folder / "profile", CHEAP, Policy(), lambda: NOW * 1000)


def test_a_desk_that_was_full_when_locked_opens_whole_once_there_is_room(vault, disk):
    disk.fill()
    vault.audit.record(1, b"u" * 16, "act").exception()
    vault.lock()
    disk.fill()  # the lock gave some room back
    with pytest.raises(SignInRefused, match="disk"):
        asyncio.run(door(disk).unlock(PASSWORD))
    disk.free()
    opened = asyncio.run(door(disk).unlock(PASSWORD))
    assert opened.warnings == ()
    opened.vault.lock()


def test_a_disk_that_takes_no_writes_is_said_at_the_door(vault, disk):
    vault.lock()
    disk.protect(True)
    try:
        with pytest.raises(SignInRefused, match="folder"):
            asyncio.run(door(disk).unlock(PASSWORD))
    finally:
        disk.protect(False)
    opened = asyncio.run(door(disk).unlock(PASSWORD))
    assert not opened.read_only
    opened.vault.lock()


def test_a_profile_begun_on_a_full_disk_can_be_begun_again(disk):
    disk.fill()
    new = SignIn(disk.folder / "new", CHEAP, Policy(), lambda: NOW * 1000)
    with pytest.raises(SignInRefused):
        asyncio.run(new.unlock(PASSWORD))
    disk.free()
    vault, _ = Vault.create(disk.folder / "new", PASSWORD, CHEAP)
    vault.lock()
