"""A desk follows its organisation's log: what a user sees when the log ages, forks, goes back or betrays them."""

from __future__ import annotations

import asyncio

import pytest

from app import trust
from app.admin.organisation import Organisation
from app.signin.service import read_session
from media.errors import TrustError
from media.keys.certs import DeviceKeys, Request
from storage.identity import Relay
from storage.slots import KdfCost
from storage.vault import Terms, Vault

NOW = 1_790_000_000
DAY = 86_400
RELAY = Relay("relay.test", 443, b"p" * 32)


def issue(organisation, device, user=b"", name="Dr Iris Vanel", now_s=NOW):
    request = Request.parse(device.request(name, "doctor", "Radiologie"))
    return organisation.issue(request, now_s, user=user)


@pytest.fixture
def organisation():
    return Organisation.create("CH d'essai", NOW)[0]


@pytest.fixture
def device():
    return DeviceKeys.generate()


@pytest.fixture
def vault(tmp_path):
    terms = Terms(keyring="off", cost=KdfCost(ops=1, mem_kib=8))
    made, _ = Vault.create(tmp_path / "profile", "essai", terms)
    yield made
    made.lock()


@pytest.fixture
def desk(vault, organisation, device, tmp_path):
    certificate = issue(organisation, device)
    asyncio.run(trust.enrol(vault, device, organisation.enrolment(certificate, NOW), RELAY, NOW))

    def look(now_s=NOW, of=organisation, publish=True):
        if publish:
            (tmp_path / "directory.csl").write_bytes(of.bundle(now_s).encode())
        return asyncio.run(trust.refresh(vault, tmp_path / "directory.csl", now_s))

    look.certificate = certificate
    return look


def test_an_enrolled_desk_can_sign_in_and_knows_its_relay(vault, desk, device):
    session = asyncio.run(read_session(vault))
    assert session.name == "Dr Iris Vanel"
    assert session.relay("relay.test", 443) == RELAY
    assert session.relay_key


def test_an_enrolment_for_other_keys_is_refused(vault, organisation, device):
    certificate = issue(organisation, device)
    enrolment = organisation.enrolment(certificate, NOW)
    with pytest.raises(TrustError, match="certificate-foreign"):
        asyncio.run(trust.enrol(vault, DeviceKeys.generate(), enrolment, RELAY, NOW))
    assert asyncio.run(trust.refresh(vault, None, NOW)) == trust.News()


def test_a_colleague_who_joins_is_known_after_the_next_look(vault, desk, organisation):
    other = issue(organisation, DeviceKeys.generate(), name="Dr Jean Hoffmann")
    assert desk() == trust.News()
    assert other.signed in asyncio.run(read_session(vault)).trust.certificates


def test_a_revocation_arrives(vault, desk, organisation):
    other = issue(organisation, DeviceKeys.generate(), name="Dr Jean Hoffmann")
    organisation.revoke(other, NOW)
    desk()
    assert other.hash in asyncio.run(read_session(vault)).trust.revoked


def test_a_device_in_my_name_that_i_did_not_enrol_is_an_alarm_until_it_is_revoked(desk, organisation):
    rogue = issue(organisation, DeviceKeys.generate(), user=desk.certificate.user)
    assert desk().unexpected == (rogue,)
    assert desk(NOW + 91 * DAY).unexpected == ()
    organisation.revoke(rogue, NOW)
    assert desk(NOW + 91 * DAY).unexpected == ()


@pytest.mark.parametrize(
    ("age", "said"), [(0, ""), (DAY, ""), (DAY + 1, "directory-old"), (7 * DAY + 1, "directory-blocked")]
)
def test_an_old_directory_is_said(desk, age, said):
    desk()
    assert desk(NOW + age, publish=False).trouble == said


def test_a_directory_that_goes_back_is_refused(vault, desk, organisation, tmp_path):
    desk()
    old = (tmp_path / "directory.csl").read_bytes()
    other = issue(organisation, DeviceKeys.generate(), name="Dr Jean Hoffmann")
    organisation.revoke(other, NOW)
    desk()
    (tmp_path / "directory.csl").write_bytes(old)
    assert desk(publish=False).trouble == "directory-rollback"
    assert other.hash in asyncio.run(read_session(vault)).trust.revoked


def test_another_organisations_directory_is_refused(desk):
    assert desk(of=Organisation.create("CH d'essai", NOW)[0]).trouble == "directory-unreadable"


@pytest.mark.parametrize("garbage", [b"", b"\x00\x01", bytes.fromhex("9bffffffffffffffff")])
def test_garbage_is_said_and_changes_nothing(desk, tmp_path, garbage):
    (tmp_path / "directory.csl").write_bytes(garbage)
    assert desk(publish=False).trouble == "directory-unreadable"


def test_a_missing_file_is_said(desk):
    assert desk(publish=False).trouble == "directory-unreadable"
