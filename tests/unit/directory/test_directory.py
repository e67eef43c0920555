"""The directory of people: who is listed, how far each is trusted, what a comparison leaves behind."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from types import SimpleNamespace

import msgspec
import pytest

from app import trust
from app.admin.organisation import Organisation
from app.audit import Trail
from app.directory.book import NO_KEY
from app.directory.service import Directory, Unnameable, Unwritable
from app.names import matches, sort_key
from app.signin.service import read_session
from app.trust import News
from media.keys import safety
from media.keys.certs import DeviceKeys, Request
from media.keys.people import Entry
from storage import migrate
from storage.directory import FAVOURITES
from storage.identity import Relay
from storage.slots import KdfCost
from storage.vault import Terms, Vault

NOW = 1_790_000_000
DAY = 86_400
RELAY = Relay("relay.test", 443, b"p" * 32)


class Office:
    """A vault, its organisation, and the directory as the workstation keeps it."""

    def __init__(self, folder, organisation=None, name="Dr Iris Vanel"):
        self.now_s = NOW
        self.organisation = organisation or Organisation.create("CH d'essai", NOW)[0]
        self.keys = DeviceKeys.generate()
        self.own = self.issue(name, self.keys)
        self.vault, _ = Vault.create(folder, "essai", Terms(keyring="off", cost=KdfCost(ops=1, mem_kib=8)))
        asyncio.run(
            trust.enrol(self.vault, self.keys, self.organisation.enrolment(self.own, NOW), RELAY, NOW)
        )
        self.trail = Trail(lambda: self.now_s * 1000)
        self.trail.open(self.vault.audit, self.own.user)
        self.directory = Directory(lambda: self.now_s * 1000, self.trail)
        self.directory.renewed.subscribe(self._renew)
        self.source = folder.parent / "directory.csl"

    def issue(self, name, keys=None, user=b"", days=90):
        request = Request.parse((keys or DeviceKeys.generate()).request(name, "doctor", "Radiologie"))
        return self.organisation.issue(request, self.now_s, user=user, days=days)

    def look(self):
        """Follow the log and open the desk, as the unlock does."""
        self.source.write_bytes(self.organisation.bundle(self.now_s).encode())
        self.news = asyncio.run(trust.refresh(self.vault, self.source, self.now_s))
        self.session = asyncio.run(read_session(self.vault))
        self.directory.open(self.session, self.vault, self.news)

    def _renew(self, decided):
        anchor = msgspec.structs.replace(
            self.session.trust, verified=decided.verified, blocked=decided.blocked
        )
        self.session = replace(self.session, trust=anchor)
        self.directory.open(self.session, self.vault, self.news)

    def people(self):
        return {person.name: person for person in asyncio.run(self.directory.book()).people}

    def do(self, act):
        asyncio.run(act)

    def acts(self, user):
        self.vault.audit.cut(0).result()  # behind the rows that nobody waits for
        return [entry.action for entry in self.vault.audit.about(user).result()]


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path / "profile")
    yield made
    made.vault.lock()


def test_one_row_a_person_sorted_without_titles(office):
    user = office.issue("Dr Élise Aubry").user
    office.issue("Dr Élise Aubry", user=user)
    office.issue("Pr Zoé Bel")
    office.issue("Camille Roussel")
    office.look()
    book = asyncio.run(office.directory.book())
    assert [p.name for p in book.people] == [
        "Camille Roussel",
        "Dr Élise Aubry",
        "Dr Iris Vanel",
        "Pr Zoé Bel",
    ]
    assert [len(p.living) for p in book.people] == [1, 2, 1, 1]
    assert [p.level for p in book.people] == ["certified", "certified", "me", "certified"]
    assert book.writable
    assert book.head_s == NOW


def test_both_sides_read_the_same_number(office):
    other = office.issue("Dr Jean Hoffmann")
    office.look()
    person = office.people()["Dr Jean Hoffmann"]
    groups = asyncio.run(office.directory.parties(person, person.to_compare)).groups
    theirs = safety.number(
        safety.Identity(other.org, other.user, other.public),
        safety.Identity(office.own.org, office.own.user, office.own.public),
    )
    assert " ".join(groups) == theirs
    assert [len(group) for group in groups] == [5] * 12


def test_identical_numbers_make_a_person_verified_at_once_and_after_the_next_unlock(office):
    office.issue("Dr Jean Hoffmann")
    office.look()
    person = office.people()["Dr Jean Hoffmann"]
    office.do(office.directory.identical(person.to_compare))
    assert office.people()["Dr Jean Hoffmann"].level == "verified"
    office.look()
    assert office.people()["Dr Jean Hoffmann"].level == "verified"
    assert office.acts(person.user) == ["safety-identical"]
    assert [n.text for n in asyncio.run(office.directory.history(person.user))] == ["identical"]


def test_a_verification_can_be_taken_back(office):
    office.issue("Dr Jean Hoffmann")
    office.look()
    person = office.people()["Dr Jean Hoffmann"]
    office.do(office.directory.identical(person.to_compare))
    office.do(office.directory.withdraw(person.user))
    assert office.people()["Dr Jean Hoffmann"].level == "certified"
    assert office.acts(person.user) == ["safety-identical", "safety-withdrawn"]


def test_a_key_that_changed_after_the_comparison_is_held_until_it_is_acknowledged(office):
    old = office.issue("Dr Paul Vasseur")
    office.look()
    office.do(office.directory.identical(office.people()["Dr Paul Vasseur"].to_compare))
    office.now_s += DAY
    office.organisation.revoke(old, office.now_s)
    new = office.issue("Dr Paul Vasseur", user=old.user)
    office.look()
    person = office.people()["Dr Paul Vasseur"]
    assert person.level == "changed"
    assert person.to_compare.certificate == new
    assert [device.state for device in person.devices] == ["changed", "revoked"]
    office.look()
    assert office.people()["Dr Paul Vasseur"].level == "changed"
    office.do(office.directory.accept(person.user))
    assert office.people()["Dr Paul Vasseur"].level == "certified"
    assert office.acts(person.user) == ["safety-identical", "safety-accepted"]


def test_a_second_device_with_another_key_does_not_hide_behind_the_verified_one(office):
    first = office.issue("Dr Paul Vasseur")
    office.look()
    office.do(office.directory.identical(office.people()["Dr Paul Vasseur"].to_compare))
    second = office.issue("Dr Paul Vasseur", user=first.user)
    office.look()
    person = office.people()["Dr Paul Vasseur"]
    assert person.level == "changed"
    assert person.to_compare.certificate == second


def test_a_certificate_renewed_for_the_same_key_stays_verified(office):
    keys = DeviceKeys.generate()
    user = office.issue("Dr Paul Vasseur", keys, days=10).user
    office.look()
    office.do(office.directory.identical(office.people()["Dr Paul Vasseur"].to_compare))
    office.now_s += 11 * DAY
    office.issue("Dr Paul Vasseur", keys, user=user)
    office.look()
    assert office.people()["Dr Paul Vasseur"].level == "verified"


def test_different_numbers_hold_every_key_of_that_person_in_meetings_too(office):
    office.issue("Dr Jean Hoffmann")
    office.look()
    person = office.people()["Dr Jean Hoffmann"]
    office.do(office.directory.different(person.user))
    assert office.people()["Dr Jean Hoffmann"].level == "different"
    assert {d.state for d in office.people()["Dr Jean Hoffmann"].devices} == {"changed"}
    assert (person.user, NO_KEY) in office.session.trust.verified
    assert office.acts(person.user) == ["safety-different"]
    office.do(office.directory.identical(person.to_compare))
    assert office.people()["Dr Jean Hoffmann"].level == "verified"


def test_each_device_of_a_person_is_compared_by_itself(office):
    first = office.issue("Dr Paul Vasseur")
    office.issue("Dr Paul Vasseur", user=first.user)
    office.look()
    for _ in range(2):
        person = office.people()["Dr Paul Vasseur"]
        assert person.level != "verified"
        office.do(office.directory.identical(person.to_compare))
    office.look()
    assert office.people()["Dr Paul Vasseur"].level == "verified"
    office.do(office.directory.withdraw(first.user))
    assert office.people()["Dr Paul Vasseur"].level == "certified"


def test_a_newer_device_counts_by_the_word_of_a_compared_one_only(office):
    old = office.issue("Dr Paul Vasseur")
    office.look()
    new = office.issue("Dr Paul Vasseur", user=old.user)
    rogue = office.issue("Dr Paul Vasseur", user=old.user)
    office.look()
    keys = [one.public.ed25519 for one in (old, new, rogue)]
    vouched = office.directory.vouched
    assert not asyncio.run(vouched(old.user, keys[1], keys[0]))  # nobody compared the older one
    device = next(one for one in office.people()["Dr Paul Vasseur"].devices if one.certificate == old)
    office.do(office.directory.identical(device))
    assert not asyncio.run(vouched(old.user, keys[1], keys[2]))
    assert asyncio.run(vouched(old.user, keys[1], keys[0]))
    states = {
        one.certificate.hash: (one.state, one.vouched) for one in office.people()["Dr Paul Vasseur"].devices
    }
    assert states == {
        old.hash: ("verified", False),
        new.hash: ("verified", True),
        rogue.hash: ("changed", False),
    }
    office.do(office.directory.different(old.user))
    assert not asyncio.run(vouched(old.user, keys[1], keys[0]))
    assert {one.state for one in office.people()["Dr Paul Vasseur"].devices} == {"changed"}


def test_my_second_device_raises_no_alarm_once_i_called_it_mine(office):
    mine = office.issue("Dr Iris Vanel", user=office.own.user)
    office.look()
    device = next(one for one in office.people()["Dr Iris Vanel"].devices if one.certificate == mine)
    office.do(office.directory.own(device))
    assert office.people()["Dr Iris Vanel"].level == "me"
    office.look()
    assert office.news.unexpected == ()
    assert {one.state for one in office.people()["Dr Iris Vanel"].devices} == {"this", "mine"}
    stranger = office.issue("Dr Iris Vanel", user=office.own.user)
    office.look()
    assert [one.hash for one in office.news.unexpected] == [stranger.hash]
    office.organisation.revoke(office.own, office.now_s)
    office.look()
    assert office.news.revoked  # another own device does not stand for this one


def test_whom_one_blocks_is_kept_and_can_be_unblocked(office):
    user = office.issue("Dr Jean Hoffmann").user
    office.look()
    office.do(office.directory.block(user, True))
    office.do(office.directory.block(office.own.user, True))  # nobody blocks themselves
    office.look()
    assert office.people()["Dr Jean Hoffmann"].level == "blocked"
    assert office.session.trust.blocked == [user]
    assert asyncio.run(office.directory.book()).recipients == ()
    office.do(office.directory.block(user, False))
    assert office.people()["Dr Jean Hoffmann"].level == "certified"
    assert office.acts(user) == ["safety-blocked", "safety-unblocked"]


def test_what_the_organisation_lists_is_shown_also_of_who_has_no_device(office):
    user = office.issue("Dr Jean Hoffmann").user
    office.organisation.list_people(
        [
            Entry(user, "Jean Hoffmann", "doctor", "Radiologie interventionnelle", "Imagerie", "CH d'essai"),
            Entry(b"n" * 16, "Dr Nina Sans", "doctor", rpps="10100000081"),
        ],
        NOW,
    )
    office.look()
    people = office.people()
    assert people["Dr Jean Hoffmann"].specialty == "Radiologie interventionnelle"
    assert people["Dr Jean Hoffmann"].listed.service == "Imagerie"
    assert (people["Dr Nina Sans"].level, people["Dr Nina Sans"].reachable) == ("none", False)
    office.organisation.list_people([], NOW)
    office.look()
    assert "Dr Nina Sans" not in office.people()


def test_own_lists_are_kept_and_favourites_come_first(office):
    first, last = office.issue("Dr Anne Abel").user, office.issue("Dr Zoé Zed").user
    office.look()
    office.do(office.directory.put(FAVOURITES, last, True))
    made = asyncio.run(office.directory.add_circle("  RCP   thorax "))
    assert asyncio.run(office.directory.add_circle("RCP thorax")) == made
    office.do(office.directory.put(made, first, True))
    book = asyncio.run(office.directory.book())
    assert [one.name for one in book.recipients] == ["Dr Zoé Zed", "Dr Anne Abel"]
    assert [(one.name, one.members) for one in book.circles] == [("", {last}), ("RCP thorax", {first})]
    office.do(office.directory.drop_circle(1))
    office.do(office.directory.drop_circle(made))
    assert [one.members for one in asyncio.run(office.directory.book()).circles] == [{last}]
    for wrong in ("", "a\u202eb", "x" * 101):
        with pytest.raises(Unnameable):
            asyncio.run(office.directory.add_circle(wrong))


def test_a_vault_of_before_keeps_whom_it_had_verified(tmp_path):
    db = sqlite3.connect(tmp_path / "vault.db", isolation_level=None)
    scripts = migrate._scripts("vault")
    for number, script in enumerate(scripts[:4], 1):
        migrate._apply(db, script, number)
    db.execute("INSERT INTO verified VALUES (?, ?, 7)", (b"u" * 16, b"k" * 32))
    migrate.migrate(db, "vault")
    rows = db.execute("SELECT user, ed25519_pk, time_s, voucher FROM verified").fetchall()
    assert rows == [(b"u" * 16, b"k" * 32, 7, b"")]


def test_revoked_people_stay_listed_until_their_certificate_would_have_ended(office):
    gone = office.issue("Dr Jean Hoffmann", days=30)
    office.organisation.revoke(gone, NOW)
    office.look()
    person = office.people()["Dr Jean Hoffmann"]
    assert (person.level, person.living, person.to_compare) == ("none", (), None)
    office.now_s += 31 * DAY
    office.look()
    assert "Dr Jean Hoffmann" not in office.people()


def test_a_device_in_my_name_that_i_did_not_enrol_is_an_alarm(office):
    rogue = office.issue("Dr Iris Vanel", user=office.own.user)
    office.look()
    me = office.people()["Dr Iris Vanel"]
    assert me.level == "alarm"
    assert {d.certificate.hash: d.state for d in me.devices} == {
        rogue.hash: "unexpected",
        office.own.hash: "this",
    }


def test_a_certificate_that_the_issuer_did_not_sign_is_nobodys(office):
    foreign = Organisation.create("Ailleurs", NOW)[0]
    request = Request.parse(DeviceKeys.generate().request("Dr Faux", "doctor", ""))
    forged = foreign.issue(request, NOW)
    body = forged.signed.replace(foreign.id, office.organisation.id)
    office.look()
    trusted = msgspec.structs.replace(office.session.trust, certificates=[office.own.signed, body])
    office.directory.open(replace(office.session, trust=trusted), office.vault, office.news)
    assert office.people()["Dr Faux"].level == "none"


def test_a_spoilt_certificate_is_nobodys_and_shuts_nobody_out(office):
    spoilt, kept = office.issue("Dr Paul Vasseur"), office.issue("Dr Amina Benali")
    office.look()
    row = "UPDATE certificate SET certificate = x'00ff' WHERE hash = ?"
    office.vault._databases["vault"].write(lambda db: db.execute(row, (spoilt.hash,))).result()
    office.look()
    assert set(office.people()) == {"Dr Iris Vanel", kept.name}


def test_nothing_is_decided_while_the_vault_is_shut_or_read_only(office):
    office.issue("Dr Jean Hoffmann")
    office.look()
    person = office.people()["Dr Jean Hoffmann"]
    for shelf in (None, SimpleNamespace(directory=office.vault.directory, read_only=True)):
        office.directory.open(office.session, shelf, News())
        with pytest.raises(Unwritable):
            office.do(office.directory.identical(person.to_compare))
        assert not asyncio.run(office.directory.book()).writable
    office.directory.close()
    with pytest.raises(Unwritable):
        office.do(office.directory.different(person.user))
    assert asyncio.run(office.directory.book()).people == ()
    assert office.vault.directory.verified().result() == []


@pytest.mark.parametrize(
    ("query", "name", "found"),
    [
        ("", "Dr Inès Belkacem", True),
        ("ines", "Dr Inès Belkacem", True),
        ("BELK inè", "Dr Inès Belkacem", True),
        ("jean pierre", "Jean-Pierre Œuvrard", True),
        ("jeanpierre", "Jean-Pierre Œuvrard", True),
        ("oeuv", "Jean-Pierre Œuvrard", True),
        ("l'hermi", "Anne L’Hermitte", True),
        ("radiol", "Dr Mei-Lin Tran", True),
        ("כהן", "ד״ר מרים כהן", True),
        ("belkacem tran", "Dr Inès Belkacem", False),
    ],
)
def test_search_is_blind_to_accents_case_and_hyphens(query, name, found):
    assert matches(query, name, "Radiologie") is found


def test_accents_follow_their_letter():
    names = ["Dr Éva Zorn", "Dr Eve Abel", "Pr Anne Roux", "Zoé Petit", "Dr Eva Aubin"]
    assert sorted(names, key=sort_key) == [
        "Pr Anne Roux",
        "Dr Eva Aubin",
        "Dr Éva Zorn",
        "Dr Eve Abel",
        "Zoé Petit",
    ]
