"""Patients that come in while somebody works at the desk: the real listener, vault and window."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import closing

import pytest

from app import trust
from app.admin.organisation import Organisation
from app.config import MLLP_LISTEN, Policy
from app.interop.client import Client
from app.interop.state import Standing
from app.signin.service import Opened, read_session
from app.trust import News
from media.keys.certs import DeviceKeys, Request
from storage.identity import Relay
from storage.vault import Vault
from tests.harness.adt import adt
from tests.harness.cheap import CHEAP

NOW = int(time.time())


@pytest.fixture
def vault(tmp_path):
    organisation, device = Organisation.create("CH d'essai", NOW)[0], DeviceKeys.generate()
    organisation.relay_seed = bytes(range(32))
    made, _ = Vault.create(tmp_path / "profile", "correct horse battery", CHEAP)
    certificate = organisation.issue(Request.parse(device.request("Dr Iris Vanel", "doctor", "")), NOW)
    enrolment = organisation.enrolment(certificate, NOW)
    asyncio.run(trust.enrol(made, device, enrolment, Relay("127.0.0.1", 4443, b"p" * 32), NOW))
    yield made
    made.lock()


@pytest.fixture
def come_in(make_desk, vault, qtbot):
    def act(**more):
        desk = make_desk(**more)
        desk.office._came_in(Opened(vault, asyncio.run(read_session(vault)), {}, "", False, News()))
        qtbot.waitUntil(lambda: desk.office.sitting.session is not None)
        return desk.office

    return act


def listens(office):
    return office.feed.state.standing is Standing.LISTENING


def send(office, *messages):
    host, _, port = office.feed.state.address.rpartition(":")

    async def act():
        async with await Client.connect(host, int(port)) as client:
            return [(await client.send(message))[0].code for message in messages]

    return asyncio.run(act())


def is_open(address):
    host, _, port = address.rpartition(":")
    with closing(socket.socket()) as probe:
        return probe.connect_ex((host, int(port))) == 0


def test_nothing_listens_unless_it_is_set(come_in, qtbot):
    office = come_in()
    qtbot.wait(50)
    assert office.feed.state.standing is Standing.OFF


def test_a_patient_that_comes_in_is_found_at_once_and_the_port_shuts_with_the_desk(come_in, qtbot):
    office = come_in(policy=Policy(forced={MLLP_LISTEN.key: "127.0.0.1:0"}))
    qtbot.waitUntil(lambda: listens(office))
    address, changed = office.feed.state.address, []
    office.patients.changed.subscribe(changed.append)
    assert send(office, adt("A28^ADT_A05", "1", 1)) == ["AA"]
    qtbot.waitUntil(lambda: bool(changed))
    (found,) = asyncio.run(office.patients.search("essai1"))
    assert found.birth_name == "ESSAI1"
    office.lock()
    qtbot.waitUntil(lambda: not is_open(address))
    assert office.feed.state.standing is Standing.OFF


def test_a_setting_changed_while_the_desk_is_open_holds_at_once(come_in, qtbot):
    office = come_in()
    office.config.choose(MLLP_LISTEN, "127.0.0.1:0")
    qtbot.waitUntil(lambda: listens(office))
    address = office.feed.state.address
    office.config.choose(MLLP_LISTEN, "")
    qtbot.waitUntil(lambda: office.feed.state.standing is Standing.OFF)
    qtbot.waitUntil(lambda: not is_open(address))
