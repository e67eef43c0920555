"""A desk follows its organisation's log: what a user sees when the log ages, forks, goes back or betrays them."""

from __future__ import annotations

import asyncio

import pytest

from app import trust
from app.admin.organisation import Organisation
from app.signin.service import read_session
from media.errors import TrustError
from media.keys.certs import DeviceKeys, Request
from media.keys.directory import REVOKED, Log
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


# --- the own certificate ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (59, ()),
        (79, ()),
        (80, (("certificate-ending", 10),)),
        (89.5, (("certificate-ending", 1),)),
        (90, (("certificate-over", 0),)),
        (120, (("certificate-over", 0),)),
    ],
)
def test_that_a_certificate_was_not_renewed_is_said_from_day_80(desk, day, said):
    assert desk(NOW + int(day * DAY)).warnings == said


def test_it_is_due_from_day_60(desk):
    assert not trust.due(desk.certificate, NOW + 60 * DAY - 1)
    assert trust.due(desk.certificate, NOW + 60 * DAY)


def test_a_newer_certificate_for_the_own_keys_is_taken_from_the_directory(vault, desk, device, organisation):
    now_s = NOW + 81 * DAY
    newer = issue(organisation, device, user=desk.certificate.user, now_s=now_s)
    assert desk(now_s).warnings == ()
    assert asyncio.run(read_session(vault)).cert_hash == newer.hash


@pytest.mark.parametrize("other", ["keys", "device", "user"])
def test_one_for_other_keys_another_device_or_somebody_else_is_not(vault, desk, device, organisation, other):
    now_s = NOW + 70 * DAY
    keys = DeviceKeys(DeviceKeys.generate().device_id, device.hybrid) if other == "device" else device
    keys = DeviceKeys(device.device_id, DeviceKeys.generate().hybrid) if other == "keys" else keys
    issue(organisation, keys, user=b"" if other == "user" else desk.certificate.user, now_s=now_s)
    desk(now_s)
    assert asyncio.run(read_session(vault)).cert_hash == desk.certificate.hash


def test_one_that_is_revoked_again_is_not(vault, desk, device, organisation):
    now_s = NOW + 70 * DAY
    organisation.revoke(issue(organisation, device, user=desk.certificate.user, now_s=now_s), now_s)
    desk(now_s)
    assert asyncio.run(read_session(vault)).cert_hash == desk.certificate.hash


def hear(vault, organisation, bundle, now_s, head=b""):
    async def fetch():
        return bundle.encode()

    return asyncio.run(trust.hear(vault, organisation.id, head or bundle.head, fetch, now_s))


def test_a_notice_brings_what_is_new_and_an_older_one_nothing(vault, desk, organisation):
    old = organisation.bundle(NOW)
    organisation.revoke(desk.certificate, NOW + 60)
    new = organisation.bundle(NOW + 60)
    assert hear(vault, organisation, new, NOW + 60)
    assert asyncio.run(read_session(vault)).trust.revoked == [desk.certificate.hash]
    assert not hear(vault, organisation, old, NOW + 60)
    assert not hear(vault, organisation, new, NOW + 60)
    later = organisation.bundle(NOW + 3600)
    assert hear(vault, organisation, new, NOW + 3600, later.head), (
        "the head of the next hour, the bundle of before"
    )
    assert asyncio.run(trust.heard_s(vault)) == NOW + 3600


def test_a_notice_of_somebody_else_or_with_another_log_is_refused(vault, desk, organisation):
    other = Organisation.create("Autre", NOW)[0]
    with pytest.raises(TrustError, match="issuer-unknown"):
        hear(vault, organisation, other.bundle(NOW), NOW)
    forged = organisation.log.head(other.issuer_key, NOW + 60).signed
    with pytest.raises(TrustError, match="signature"):
        hear(vault, organisation, organisation.bundle(NOW), NOW + 60, forged)
    issue(organisation, DeviceKeys.generate())
    hear(vault, organisation, organisation.bundle(NOW + 60), NOW + 60)
    organisation.log = Log(organisation.id, [one.encode() for one in organisation.log.entries[:-1]])
    organisation.log.append(REVOKED, bytes(32), NOW + 61)
    with pytest.raises(TrustError, match="directory-fork"):
        hear(vault, organisation, organisation.bundle(NOW + 120), NOW + 120)
