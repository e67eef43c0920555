"""Whom a certificate speaks for, and every way in which one is refused."""

from __future__ import annotations

import pytest

from media.errors import ProtocolError, TrustError
from media.keys import cbor, sign
from media.keys.certs import CERT, DeviceCert, DeviceKeys, GuestCert, Request
from media.keys.issuers import DAY_S, Issuer, RelayKey, org_id
from media.keys.sign import HybridSigner, Signer


def refused(code, trust, data, now):
    with pytest.raises(TrustError) as error:
        trust.judge(data, now)
    assert error.value.code == code


# --- levels -----------------------------------------------------------------------------------------------


def test_a_certified_device_is_named_with_its_key(hospital, device):
    cert = hospital.publish(hospital.certify(device, user=b"u" * 16))
    verdict = hospital.trust().judge(cert.signed, hospital.now)
    assert (verdict.level, verdict.name, verdict.role, verdict.specialty) == (
        "certified",
        "Dr Anne Le Goff",
        "doctor",
        "oncologie",
    )
    assert (verdict.user, verdict.public, verdict.hash) == (b"u" * 16, device.public, cert.hash)
    assert verdict.logged


def test_a_guest_is_a_name_and_no_more(hospital):
    key = Signer.generate()
    verdict = hospital.trust().judge(GuestCert.issue(key, "Jean Dupont").signed, hospital.now)
    assert (verdict.level, verdict.name, verdict.user, verdict.role) == ("guest", "Jean Dupont", b"", "")


def test_a_compared_user_is_verified_until_the_key_changes(hospital, device, other_device):
    trust = hospital.trust(verified=[(bytes(16), device.public.ed25519)])
    assert trust.judge(hospital.certify(device).signed, hospital.now).level == "verified"
    assert trust.judge(hospital.certify(other_device).signed, hospital.now).level == "changed"


def test_an_unlogged_certificate_says_so(hospital, device):
    assert not hospital.trust().judge(hospital.certify(device).signed, hospital.now).logged


def test_befriended_organisations_are_judged_by_their_own_root(hospital, other_hospital, device):
    roots = [(h.root.public.ed25519, h.root.public.mldsa) for h in (hospital, other_hospital)]
    issuers = [hospital.issuer.signed, other_hospital.issuer.signed]
    trust = hospital.trust(roots=roots, issuers=issuers)
    assert trust.judge(other_hospital.certify(device).signed, hospital.now).org == other_hospital.issuer.org


# --- time -------------------------------------------------------------------------------------------------


def test_a_clock_a_day_off_still_works_and_a_second_more_does_not(hospital, device):
    cert = hospital.certify(device)
    trust = hospital.trust(head_time=cert.not_after)
    assert trust.judge(cert.signed, cert.not_before - DAY_S)
    assert trust.judge(cert.signed, cert.not_after + DAY_S)
    refused("clock", trust, cert.signed, cert.not_before - DAY_S - 1)
    refused("certificate-expired", trust, cert.signed, cert.not_after + DAY_S + 1)


def test_an_expired_issuer_takes_its_certificates_along(hospital, device):
    late = hospital.issuer.not_after + DAY_S + 1
    cert = hospital.certify(device, not_before=late, not_after=late + DAY_S)
    refused("issuer-expired", hospital.trust(head_time=late), cert.signed, late)


def test_lives_longer_than_allowed_are_refused_even_when_signed(hospital, device):
    for end in (hospital.now, hospital.now + 90 * DAY_S + 1):
        with pytest.raises(ProtocolError):
            hospital.certify(device, not_after=end)
    with pytest.raises(ProtocolError):
        Issuer.issue(hospital.root, device.public, serial=2, not_before=0, not_after=367 * DAY_S)


def test_an_old_directory_blocks_whom_it_does_not_know(hospital, device, other_device):
    known, new = hospital.publish(hospital.certify(device)), hospital.certify(other_device)
    guest = GuestCert.issue(Signer.generate(), "Jean Dupont")
    trust, late = hospital.trust(), hospital.now + 7 * DAY_S
    assert trust.directory_state(hospital.now + DAY_S) == ""
    assert trust.directory_state(late) == "old"
    assert trust.judge(new.signed, late)
    assert trust.directory_state(late + 1) == "blocked"
    assert trust.judge(known.signed, late + 1)
    refused("directory-old", trust, new.signed, late + 1)
    refused("directory-old", trust, guest.signed, late + 1)


def test_no_directory_at_all_counts_as_old(hospital, device):
    refused("directory-old", hospital.trust(head_time=0), hospital.certify(device).signed, hospital.now)


# --- forgery ----------------------------------------------------------------------------------------------


def test_a_revoked_certificate_is_refused(hospital, device):
    cert = hospital.publish(hospital.certify(device))
    hospital.revoke(cert)
    refused("certificate-revoked", hospital.trust(), cert.signed, hospital.now)


def test_a_revoked_issuer_issues_nothing(hospital, device):
    cert = hospital.certify(device)
    refused("issuer-unknown", hospital.trust(revoked=[hospital.issuer.hash]), cert.signed, hospital.now)


def test_a_rogue_issuer_without_the_root_is_nobody(hospital, other_hospital, device):
    """Mallory signs an issuer for our organisation's id with her own root, and hands it over with the directory."""
    rogue = HybridSigner.generate()
    fields = ["CSL1/issuer", hospital.issuer.org, rogue.public.ed25519, rogue.public.mldsa, 9]
    body = cbor.encode([*fields, hospital.now, hospital.now + DAY_S])
    forged = sign.signed(body, other_hospital.root.sign("CSL1/issuer", body))
    cert = hospital.certify(device, signer=rogue)
    refused("issuer-unknown", hospital.trust(issuers=[forged]), cert.signed, hospital.now)
    refused("signature", hospital.trust(issuers=[forged, hospital.issuer.signed]), cert.signed, hospital.now)


def test_an_unknown_organisation_is_refused(hospital, other_hospital, device):
    refused("issuer-unknown", hospital.trust(), other_hospital.certify(device).signed, hospital.now)


def test_another_organisations_issuer_cannot_certify_into_ours(hospital, other_hospital, device):
    roots = [(h.root.public.ed25519, h.root.public.mldsa) for h in (hospital, other_hospital)]
    issuers = [hospital.issuer.signed, other_hospital.issuer.signed]
    cert = hospital.certify(device, signer=other_hospital.issuer_key)
    refused("signature", hospital.trust(roots=roots, issuers=issuers), cert.signed, hospital.now)


def test_an_issuer_vouches_for_its_own_organisation_only(hospital, other_hospital, device):
    theirs = hospital.certify(device, org=other_hospital.issuer.org)
    with pytest.raises(TrustError, match="issuer-unknown"):
        theirs.verify(hospital.issuer)


def test_a_device_cannot_certify(hospital, device, other_device):
    refused(
        "signature",
        hospital.trust(),
        hospital.certify(other_device, signer=device.hybrid).signed,
        hospital.now,
    )


def test_a_certificate_signed_under_another_label_is_refused(hospital, device):
    body, _ = sign.split_signed(hospital.certify(device).signed)
    relabelled = sign.signed(body, hospital.issuer_key.sign("CSL1/head", body))
    refused("signature", hospital.trust(), relabelled, hospital.now)


@pytest.mark.parametrize("half", [slice(0, 64), slice(64, None)], ids=["Ed25519", "ML-DSA-65"])
def test_half_a_signature_on_a_certificate_is_refused(hospital, device, half):
    body, signature = sign.split_signed(hospital.certify(device).signed)
    kept = bytearray(len(signature))
    kept[half] = signature[half]
    refused("signature", hospital.trust(), sign.signed(body, bytes(kept)), hospital.now)


def test_any_changed_field_is_refused(hospital, device):
    body, signature = sign.split_signed(hospital.certify(device).signed)
    fields = cbor.use(body, CERT, 11)
    others = {
        bytes: lambda b: bytes((b[0] ^ 1,)) + b[1:],
        str: lambda s: "nurse" if s == "doctor" else s + "x",
    }
    for index, field in enumerate(fields):
        other = field - 1 if isinstance(field, int) else others[type(field)](field)
        forged = cbor.encode([CERT, *fields[:index], other, *fields[index + 1 :]])
        with pytest.raises((TrustError, ProtocolError)):
            hospital.trust().judge(sign.signed(forged, signature), hospital.now)


def test_a_guest_cannot_sign_for_another_key(hospital):
    body, _ = sign.split_signed(GuestCert.issue(Signer.generate(), "Jean Dupont").signed)
    forged = sign.signed(body, Signer.generate().sign(body))
    refused("signature", hospital.trust(), forged, hospital.now)


def test_a_guest_key_of_small_order_is_refused(hospital):
    identity = b"\x01" + bytes(31)
    body = cbor.encode(["CSL1/guest", "Jean Dupont", identity])
    base_point = b"\x58" + b"\x66" * 31
    refused("signature", hospital.trust(), sign.signed(body, base_point + b"\x01" + bytes(31)), hospital.now)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " Anne",
        "Anne\n",
        "Anne\u202e",
        "An\u200bne",
        "An\ufe0fne",
        "\u3164",
        "A" + "\u0334" * 5 + "nne",
        "A" * 101,
        "Anne\u2028",
        "\u00ad",
        "\ufeffAnne",
    ],
)
def test_names_that_hide_or_reorder_are_refused(hospital, device, name):
    with pytest.raises(ProtocolError):
        hospital.certify(device, name=name)
    body = cbor.encode(["CSL1/guest", name, bytes(32)])
    with pytest.raises(ProtocolError):
        GuestCert.parse(sign.signed(body, bytes(64)))


def test_names_are_kept_in_one_form(hospital, device):
    assert hospital.certify(device, name="Andre\u0301").name == "Andr\u00e9"


def test_roles_are_those_of_the_protocol(hospital, device):
    with pytest.raises(ProtocolError):
        hospital.certify(device, role="admin")


def test_other_bytes_are_refused_as_such(hospital):
    for data in (
        b"",
        b"\x80",
        sign.signed(b"", b""),
        sign.signed(cbor.encode(["CSL1/other"]), b""),
        bytes(70_000),
    ):
        with pytest.raises(ProtocolError):
            hospital.trust().judge(data, hospital.now)


# --- requests, relay keys ---------------------------------------------------------------------------------


def test_a_request_proves_possession(device, other_device):
    asked = device.request("Dr Anne Le Goff", "doctor", "oncologie")
    assert Request.parse(asked).public == device.public
    body, _ = sign.split_signed(asked)
    stolen = sign.signed(body, other_device.hybrid.sign("CSL1/request", body))
    with pytest.raises(TrustError, match="signature"):
        Request.parse(stolen)


def test_a_device_comes_back_from_its_seeds(device):
    again = DeviceKeys.from_seeds(device.device_id, *device.seeds)
    assert again.public == device.public
    with pytest.raises(ProtocolError):
        DeviceKeys.from_seeds(b"short", *device.seeds)


def test_a_relay_key_is_the_roots_word(hospital, other_hospital):
    key = RelayKey.issue(hospital.root, bytes(32), not_before=1, not_after=DAY_S)
    RelayKey.parse(key.signed).verify(hospital.root.public)
    with pytest.raises(TrustError, match="issuer-unknown"):
        key.verify(other_hospital.root.public)
    body, _ = sign.split_signed(key.signed)
    forged = RelayKey.parse(sign.signed(body, other_hospital.root.sign("CSL1/relay-key", body)))
    with pytest.raises(TrustError, match="signature"):
        forged.verify(hospital.root.public)


def test_secrets_do_not_show(hospital, device):
    assert device.seeds[0].hex() not in repr(device) + repr(device.hybrid) + repr(device.signer)
    assert org_id(hospital.root.public) == hospital.issuer.org
    assert repr(DeviceCert.parse(hospital.certify(device).signed).signed) not in repr(
        hospital.certify(device)
    )
