"""An organisation in memory, as the demo hospital makes one."""

from __future__ import annotations

import time

import pytest

from app.admin.organisation import Organisation, anchor
from media.errors import TrustError
from media.keys.certs import DeviceKeys, Request, Trust
from media.keys.directory import Bundle
from media.keys.issuers import DAY_S

NOW = 1_800_000_000


def request(name: str = "Dr Anne Le Goff") -> Request:
    return Request.parse(DeviceKeys.generate().request(name, "doctor", "oncologie"))


def trust_of(organisation: Organisation, now: int, **known) -> Trust:
    made = anchor(organisation.bundle(now).verify(organisation.id, now, **known))
    return Trust(
        roots=made.roots,
        issuers=made.issuers,
        certificates=made.certificates,
        revoked=made.revoked,
        head_time=made.head_time,
    )


def test_a_hospital_of_24_devices_is_made_in_less_than_two_seconds():
    began = time.process_time()
    organisation, _ = Organisation.create("CHU", NOW)
    made = [organisation.issue(request(f"Dr {number}"), NOW) for number in range(24)]
    trust = trust_of(organisation, NOW)
    names = [trust.judge(certificate.signed, NOW).name for certificate in made]
    assert time.process_time() - began < 2
    assert names == [f"Dr {number}" for number in range(24)]


def test_what_the_organisation_decides_stands_before_what_was_asked():
    organisation, _ = Organisation.create("CHU", NOW)
    given = organisation.issue(
        request(), NOW, name="Dr A. Le Goff", role="nurse", specialty="", user=b"u" * 16, days=3
    )
    assert (given.name, given.role, given.specialty, given.user) == ("Dr A. Le Goff", "nurse", "", b"u" * 16)
    assert given.not_after == NOW + 3 * DAY_S


def test_a_certificate_does_not_outlive_its_issuer():
    organisation, _ = Organisation.create("CHU", NOW)
    late = organisation.issuer.not_after - DAY_S
    assert organisation.issue(request(), late).not_after == organisation.issuer.not_after


def test_an_expired_issuer_signs_nothing_until_replaced():
    organisation, root = Organisation.create("CHU", NOW)
    late = organisation.issuer.not_after + 2 * DAY_S
    for act in (lambda: organisation.issue(request(), late), lambda: organisation.bundle(late)):
        with pytest.raises(TrustError, match="issuer-expired"):
            act()
    organisation.new_issuer(root, late)
    assert trust_of(organisation, late).judge(organisation.issue(request(), late).signed, late)
    assert [issuer.serial for issuer in organisation.issuers] == [2]


def test_certificates_of_an_earlier_issuer_stay_good():
    organisation, root = Organisation.create("CHU", NOW)
    before = organisation.issue(request(), NOW)
    organisation.new_issuer(root, NOW)
    after = organisation.issue(request(), NOW)
    trust = trust_of(organisation, NOW)
    assert trust.judge(before.signed, NOW).logged
    assert trust.judge(after.signed, NOW).logged


def test_a_revocation_reaches_those_who_fetch_and_is_written_once():
    organisation, _ = Organisation.create("CHU", NOW)
    given = organisation.issue(request(), NOW)
    seen = organisation.bundle(NOW).verify(organisation.id, NOW).seen
    organisation.revoke(given, NOW)
    organisation.revoke(given, NOW)
    assert organisation.log.height == 2
    with pytest.raises(TrustError, match="certificate-revoked"):
        trust_of(organisation, NOW, seen=seen).judge(given.signed, NOW)
    with pytest.raises(TrustError, match="certificate-revoked"):
        organisation.enrolment(given, NOW)


def test_expired_certificates_leave_the_directory_but_not_the_log():
    organisation, _ = Organisation.create("CHU", NOW)
    organisation.issue(request(), NOW)
    later = NOW + 93 * DAY_S
    recent = organisation.issue(request(), later)
    bundle = Bundle.parse(organisation.bundle(later).encode())
    assert bundle.certificates == (recent.signed,)
    assert bundle.verify(organisation.id, later).seen.height == 2


def test_an_enrolment_verifies_on_the_device():
    organisation, _ = Organisation.create("CHU", NOW)
    given = organisation.issue(request(), NOW)
    enrolment = organisation.enrolment(given, NOW)
    assert enrolment.verify(organisation.id, NOW).certificates == (given,)
    assert enrolment.relay_seed == organisation.relay_seed


def test_a_relay_key_is_replaced_with_its_seed():
    organisation, root = Organisation.create("CHU", NOW)
    before = organisation.relay_seed
    organisation.new_relay_key(root, NOW)
    assert organisation.relay_seed != before
    assert organisation.bundle(NOW).verify(organisation.id, NOW)
