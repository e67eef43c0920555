"""The directory: rollback, fork, freeze, left-out certificates, and the alarm for one's own name."""

from __future__ import annotations

import dataclasses

import pytest

from media.errors import ProtocolError, TrustError
from media.keys import cbor, people
from media.keys.certs import DeviceKeys
from media.keys.directory import ISSUED, PEOPLE, Bundle, Enrolment, Entry, Head, Log
from media.keys.issuers import DAY_S, RelayKey
from media.keys.sign import HybridSigner, digest


@pytest.fixture
def published(hospital, device, other_device):
    hospital.publish(hospital.certify(device, user=b"a" * 16))
    hospital.publish(hospital.certify(other_device, user=b"b" * 16))
    return hospital


def refused(code, hospital, bundle, seen=None, now=None):
    with pytest.raises(TrustError) as error:
        bundle.verify(hospital.issuer.org, now or hospital.now, seen)
    assert error.value.code == code


def test_a_directory_travels_and_holds(published):
    directory = Bundle.parse(published.bundle().encode()).verify(published.issuer.org, published.now)
    assert [certificate.user for certificate in directory.certificates] == [b"a" * 16, b"b" * 16]
    assert directory.revoked == frozenset()


def test_revocations_come_out(published):
    published.revoke(published.certificates[0])
    directory = published.bundle().verify(published.issuer.org, published.now)
    assert directory.revoked == {published.certificates[0].hash}


def test_a_rolled_back_log_is_refused(published):
    """The relay hides a revocation by handing out yesterday's directory."""
    old = published.bundle()
    published.revoke(published.certificates[0])
    seen = published.bundle().verify(published.issuer.org, published.now).seen
    refused("directory-rollback", published, old, seen)


def test_a_log_frozen_in_time_is_refused_and_ages(published):
    seen = published.bundle().verify(published.issuer.org, published.now).seen
    stale = published.bundle(head=published.log.head(published.issuer_key, published.now - 1).signed)
    refused("directory-rollback", published, stale, seen)
    assert published.trust(head_time=seen.time).directory_state(published.now + 8 * DAY_S) == "blocked"


def test_a_fork_of_equal_height_is_seen(published, hospital):
    """A rogue issuer shows another history of the same length, correctly signed."""
    seen = published.bundle().verify(published.issuer.org, published.now).seen
    other = Log(published.issuer.org)
    other.append(ISSUED, published.certificates[1].hash, published.now)
    other.append(ISSUED, published.certificates[0].hash, published.now)
    forked = published.bundle(
        entries=tuple(entry.encode() for entry in other.entries),
        head=other.head(published.issuer_key, published.now).signed,
    )
    refused("directory-fork", published, forked, seen)


def test_a_longer_fork_is_seen_too(published, hospital):
    seen = published.bundle().verify(published.issuer.org, published.now).seen
    other = Log(published.issuer.org)
    for certificate in (*reversed(published.certificates), published.certificates[0]):
        other.append(ISSUED, certificate.hash, published.now)
    forked = published.bundle(
        entries=tuple(entry.encode() for entry in other.entries),
        head=other.head(published.issuer_key, published.now).signed,
    )
    refused("directory-fork", published, forked, seen)


def test_a_longer_log_that_continues_is_taken(published):
    seen = published.bundle().verify(published.issuer.org, published.now).seen
    published.publish(published.certify(DeviceKeys.generate()))
    assert published.bundle().verify(published.issuer.org, published.now, seen).seen.height == 3


def test_a_head_of_another_log_or_key_is_refused(published, other_hospital):
    refused("directory-fork", published, published.bundle(entries=published.bundle().entries[:1]))
    mallory = HybridSigner.generate()
    refused("signature", published, published.bundle(head=published.log.head(mallory, published.now).signed))
    theirs = Log(other_hospital.issuer.org).head(published.issuer_key, published.now)
    refused("signature", published, published.bundle(head=theirs.signed))


def test_a_revoked_issuer_signs_no_head(published):
    published.log.append(1, published.issuer.hash, published.now)
    refused("signature", published, published.bundle())


def test_a_head_from_the_future_is_a_wrong_clock(published):
    refused("clock", published, published.bundle(), now=published.now - DAY_S - 1)
    assert published.bundle().verify(published.issuer.org, published.now - DAY_S)


def test_another_organisations_directory_is_refused(published, other_hospital):
    refused("issuer-unknown", other_hospital, published.bundle())
    mixed = published.bundle(issuers=(other_hospital.issuer.signed,))
    refused("issuer-unknown", published, mixed)


def test_a_relay_key_that_the_root_did_not_sign_is_refused(published, other_hospital):
    foreign = RelayKey.issue(other_hospital.root, bytes(32), not_before=1, not_after=DAY_S)
    refused("issuer-unknown", published, published.bundle(relay_key=foreign.signed))


def test_a_left_out_certificate_is_seen_while_it_may_be_valid(published):
    """Without it a rogue certificate in one's own name would hide behind its hash."""
    cut = published.bundle(certificates=published.bundle().certificates[:1])
    refused("directory-incomplete", published, cut)
    later = published.now + 93 * DAY_S
    head = published.log.head(published.issuer_key, later).signed
    assert dataclasses.replace(cut, certificates=(), head=head).verify(published.issuer.org, later)


def test_an_unlogged_certificate_in_the_directory_is_refused(published):
    extra = published.certify(DeviceKeys.generate()).signed
    refused(
        "directory-incomplete",
        published,
        published.bundle(certificates=(*published.bundle().certificates, extra)),
    )


def test_an_unexpected_device_of_ones_own_alarms(published):
    """The issuer is rogue: it certifies a device in our user's name that this user never asked for."""
    own = published.certificates[0]
    rogue = published.publish(published.certify(DeviceKeys.generate(), user=own.user))
    directory = published.bundle().verify(published.issuer.org, published.now)
    assert directory.unexpected(own.user, [own.hash]) == [rogue]
    assert directory.unexpected(own.user, [own.hash, rogue.hash]) == []


def test_entries_chain_or_are_refused(published):
    first, second = published.bundle().entries
    for entries in ((second,), (second, first), (first, first), (first, second[:-1]), (first, b"")):
        with pytest.raises((TrustError, ProtocolError)):
            Log(published.issuer.org, entries)
    wrong_kind = Entry(2, published.log.last, 3, bytes(32), published.now).encode()
    with pytest.raises(ProtocolError):
        Log(published.issuer.org, (first, second, wrong_kind))


def test_the_first_entry_is_bound_to_the_organisation(published, other_hospital):
    with pytest.raises(TrustError, match="directory-fork"):
        Log(other_hospital.issuer.org, published.bundle().entries)


def test_time_in_the_log_never_goes_back(published):
    assert published.log.append(ISSUED, bytes(32), published.now - 100).time == published.now
    early = Entry(3, published.log.last, ISSUED, bytes(32), published.now - 1)
    with pytest.raises(TrustError):
        Log(published.issuer.org, [*(entry.encode() for entry in published.log.entries), early.encode()])


def test_a_directory_that_nobody_would_take_is_not_written(published):
    with pytest.raises(ProtocolError, match="16 MiB"):
        published.bundle(certificates=(bytes(16 * 1024 * 1024),)).encode()


def test_heads_have_one_shape():
    with pytest.raises(ProtocolError):
        Head.parse(b"\x82\x40\x40")


def test_an_enrolment_carries_all_a_device_needs(published):
    given = Enrolment(published.certificates[0].signed, b"s" * 32, published.bundle())
    taken = Enrolment.parse(given.encode())
    directory = taken.verify(published.issuer.org, published.now)
    trust = published.trust(certificates=taken.bundle.certificates, head_time=directory.head.time)
    assert trust.judge(taken.certificate, published.now).logged
    assert "s" * 32 not in repr(taken)


def test_an_enrolment_with_a_foreign_or_revoked_certificate_is_refused(published, other_hospital, device):
    foreign = Enrolment(other_hospital.certify(device).signed, b"s" * 32, published.bundle())
    with pytest.raises(TrustError, match="directory-incomplete"):
        foreign.verify(published.issuer.org, published.now)
    published.revoke(published.certificates[0])
    revoked = Enrolment(published.certificates[0].signed, b"s" * 32, published.bundle())
    with pytest.raises(TrustError, match="certificate-revoked"):
        revoked.verify(published.issuer.org, published.now)


def listed(published, *entries):
    """Publish a list of people in the log; return its bytes."""
    data = people.encode(entries)
    published.log.append(PEOPLE, digest(data), published.now)
    return data


NINA, OMAR = people.Entry(b"n" * 16, "Dr Nina Sans"), people.Entry(b"o" * 16, "Dr Omar Deux", service="Bloc")


def test_a_list_of_people_travels_with_the_log_that_names_it(published):
    data = listed(published, OMAR, NINA)
    bundle = Bundle.parse(published.bundle(people=data).encode())
    directory = bundle.verify(published.issuer.org, published.now)
    assert people.parse(directory.bundle.people) == (NINA, OMAR)


def test_a_list_that_is_older_left_out_or_invented_is_refused(published):
    first = listed(published, NINA)
    second = listed(published, NINA, OMAR)
    published.bundle(people=second).verify(published.issuer.org, published.now)
    for wrong in (first, b"", people.encode([OMAR])):
        refused("directory-incomplete", published, published.bundle(people=wrong))


def test_a_log_without_a_list_takes_none(published):
    refused("directory-incomplete", published, published.bundle(people=people.encode([NINA])))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        cbor.encode(["CSL1/people", [["x"]]]),
        cbor.encode(["CSL1/people", ["x"]]),
        cbor.encode(["CSL1/people", [[b"n" * 16, "Dr\u202eX", "doctor", "", "", "", "", "", ""]]]),
        cbor.encode(["CSL1/people", [[b"n" * 16, "X", "gateways", "", "", "", "", "", ""]]]),
        cbor.encode(["CSL1/people", [[b"n" * 16, "X", "doctor", "", "", "", "10100000080", "", ""]]]),
        cbor.encode(["CSL1/people", [[b"n" * 16, "X", "doctor", "", "", "", "", "call me", ""]]]),
        cbor.encode(["CSL1/people", [[b"n" * 16, "X", "doctor", "", "", "", "", "", ""]] * 2]),
    ],
)
def test_a_list_that_shows_other_than_it_says_is_refused(data):
    with pytest.raises(ProtocolError):
        people.parse(data)


def test_a_list_in_a_wrong_place_or_empty_is_no_directory(published):
    fields = cbor.decode(published.bundle().encode(), max_bytes=1 << 20)
    for wrong in ([*fields, b""], [*fields, "x"], [*fields, b"a", b"b"], fields[:-1], [*fields[1:]]):
        with pytest.raises(ProtocolError):
            Bundle.parse(cbor.encode(wrong))
