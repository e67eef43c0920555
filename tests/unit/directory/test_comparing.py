"""What a scanned code says: two people in both directions, several devices, and everything that must not pass for equal."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from app.admin.organisation import Organisation
from app.directory.book import Device
from app.directory.comparing import Parties
from media.keys import safety
from media.keys.certs import DeviceKeys, Request
from tests.harness.codes import side, tampered
from tests.unit.directory.test_directory import NOW, Office


@pytest.fixture(scope="module")
def world():
    """Two people with two devices each, and a third person."""
    organisation = Organisation.create("CH d'essai", NOW)[0]

    def issue(name, user=b""):
        request = Request.parse(DeviceKeys.generate().request(name, "doctor", "Radiologie"))
        return organisation.issue(request, NOW, user=user, days=90)

    anna, bruno = issue("Dr Anna Roux"), issue("Dr Bruno Sy")
    return SimpleNamespace(
        issue=issue,
        anna=anna,
        anna2=issue("Dr Anna Roux", anna.user),
        bruno=bruno,
        bruno2=issue("Dr Bruno Sy", bruno.user),
        carla=issue("Dr Carla Duc"),
    )


def parties(mine, theirs, *, own=()):
    """The comparison at the desk of *mine*; the first of *theirs* is the shown device."""
    devices = tuple((Device(one, "certified"), side(one)) for one in theirs)
    return Parties(side(mine), tuple(map(side, own)), devices)


def test_each_reads_from_the_other_that_the_keys_are_equal(world):
    at_anna, at_bruno = parties(world.anna, [world.bruno]), parties(world.bruno, [world.anna])
    assert at_anna.code != at_bruno.code
    assert at_anna.groups == at_bruno.groups
    assert at_anna.judge(at_bruno.code).kind == "equal"
    assert at_anna.judge(at_bruno.code).device.certificate is world.bruno
    assert at_bruno.judge(at_anna.code).kind == "equal"


def test_code_of_another_device_of_the_same_person_is_found(world):
    at_anna = parties(world.anna, [world.bruno, world.bruno2])
    shown = parties(world.bruno2, [world.anna]).code
    assert at_anna.judge(shown).kind == "equal"
    assert at_anna.judge(shown).device.certificate is world.bruno2


def test_code_for_another_of_the_own_desks_is_no_false_alarm_and_verifies_nothing(world):
    at_anna = parties(world.anna, [world.bruno], own=[world.anna2])
    assert at_anna.judge(parties(world.bruno, [world.anna2]).code).kind == "desk"


def test_own_devices_compare_with_each_other(world):
    one = parties(world.anna, [world.anna2], own=[world.anna2])
    other = parties(world.anna2, [world.anna], own=[world.anna])
    assert one.judge(other.code).kind == "equal"
    assert one.judge(one.code).kind == "own"


@pytest.mark.parametrize("text", ["", "https://example.org", "CSL1:", "1234567890" * 6, "CSL2:" + "0" * 77])
def test_any_other_text_is_foreign(world, text):
    assert parties(world.anna, [world.bruno]).judge(text).kind == "foreign"


def test_own_screen_and_codes_for_others_are_told_apart(world):
    at_anna = parties(world.anna, [world.bruno])
    assert at_anna.judge(at_anna.code).kind == "own"
    assert at_anna.judge(parties(world.bruno, [world.carla]).code).kind == "foreign"
    assert at_anna.judge(parties(world.carla, [world.anna]).code).kind == "foreign"


def test_each_tampered_digit_differs(world):
    at_anna, shown = parties(world.anna, [world.bruno]), parties(world.bruno, [world.anna]).code
    kinds = {at_anna.judge(tampered(shown, at)).kind for at in range(len("CSL1:") + 17, len(shown))}
    assert kinds == {"different"}


def test_halves_in_the_wrong_roles_are_not_equal(world):
    at_anna = parties(world.anna, [world.bruno])
    anna, bruno = side(world.anna), side(world.bruno)
    crossed = safety.code(safety.Side(bruno.tag, anna.half), safety.Side(anna.tag, bruno.half))
    assert at_anna.judge(crossed).kind == "different"


@pytest.mark.parametrize("false", ["shower", "reader", "both"])
def test_keys_that_a_rogue_issuer_certified_differ(world, false):
    """One side, or both, were given a certificate with the right person and another's key."""
    rogue_anna = world.issue("Dr Anna Roux", world.anna.user)
    rogue_bruno = world.issue("Dr Bruno Sy", world.bruno.user)
    at_anna = parties(world.anna, [world.bruno if false == "reader" else rogue_bruno])
    at_bruno = parties(world.bruno, [world.anna if false == "shower" else rogue_anna])
    assert at_anna.judge(at_bruno.code).kind == "different"
    assert at_bruno.judge(at_anna.code).kind == "different"


def test_code_for_an_unexpected_device_in_the_own_name_is_a_false_one(tmp_path):
    office = Office(tmp_path / "a")
    peer = office.issue("Dr Bruno Sy")
    office.look()
    person = office.people()["Dr Bruno Sy"]
    rogue = office.issue("Dr Iris Vanel", user=office.own.user)
    office.look()
    office.people()
    found = asyncio.run(office.directory.parties(person, person.to_compare))
    assert found.judge(safety.code(side(peer), side(rogue))).kind == "different"
    own = next(one for one in office.directory.known.people if one.me)
    office.do(office.directory.own(own.to_compare))
    office.people()
    found = asyncio.run(office.directory.parties(person, person.to_compare))
    assert found.judge(safety.code(side(peer), side(rogue))).kind == "desk"
    office.vault.lock()


def test_two_vaults_scan_each_other_and_both_are_verified(tmp_path):
    one = Office(tmp_path / "a", name="Dr Anna Roux")
    other = Office(tmp_path / "b", one.organisation, "Dr Bruno Sy")
    try:
        for office in (one, other):
            office.look()
        seen = {one: one.people()["Dr Bruno Sy"], other: other.people()["Dr Anna Roux"]}
        found = {
            office: asyncio.run(office.directory.parties(person, person.to_compare))
            for office, person in seen.items()
        }
        for office, peer in ((one, other), (other, one)):
            verdict = found[office].judge(found[peer].code)
            assert verdict.kind == "equal"
            office.do(office.directory.identical(verdict.device))
        assert one.people()["Dr Bruno Sy"].level == other.people()["Dr Anna Roux"].level == "verified"
    finally:
        for office in (one, other):
            office.vault.lock()
