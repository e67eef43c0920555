"""What the issuer grants by rule, and what waits: insiders, floods, tickets that are used twice. The clock is passed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.admin import counter as counters
from app.admin import store, tickets
from app.admin.counter import Asked, Counter, Rules, State
from app.admin.errors import AdminError
from app.admin.organisation import Organisation
from media.keys.certs import DeviceCert, DeviceKeys, Request
from storage.identity import Relay

if TYPE_CHECKING:
    from pathlib import Path

NOW, DAY = 1_790_000_000, 86_400
DUE = NOW + 61 * DAY
RULES = Rules()


@pytest.fixture
def folder(tmp_path) -> Path:
    made, _ = Organisation.create("CHU", NOW)
    store.make_folder(tmp_path / "org")
    store.save(tmp_path / "org", made, NOW)
    return tmp_path / "org"


@pytest.fixture
def counter(folder) -> Counter:
    return Counter(folder)


@pytest.fixture
def keys() -> DeviceKeys:
    return DeviceKeys.generate()


@pytest.fixture
def certificate(folder, keys) -> DeviceCert:
    organisation, _ = store.load(folder, NOW)
    made = organisation.issue(Request.parse(keys.request("Anne Dur", "secretary", "")), NOW)
    store.save(folder, organisation, NOW)
    return made


def asked(keys, certificate, name="Anne Dur", role="secretary", at_s=DUE) -> Asked:
    return Asked(keys.request(name, role, ""), at_s, author=certificate.hash)


def state(folder, now_s=DUE):
    return store.load(folder, now_s)[0]


def test_a_renewal_that_is_due_is_granted_once(counter, folder, keys, certificate):
    first = counter.take(asked(keys, certificate), RULES, DUE)
    assert first.state is State.APPROVED
    made = DeviceCert.parse(first.certificate)
    assert (made.user, made.role, made.not_after) == (certificate.user, "secretary", DUE + 90 * DAY)
    height = state(folder).log.height
    again = counter.take(asked(keys, certificate), RULES, DUE + 60)
    assert again.certificate == first.certificate, "asked again, the same is named"
    assert state(folder).log.height == height
    assert len(counter.all()) == 1


def test_one_that_is_not_due_yet_makes_no_certificate(counter, folder, keys, certificate):
    height = state(folder).log.height
    early = counter.take(asked(keys, certificate), RULES, NOW + 59 * DAY)
    assert early.certificate == certificate.signed
    assert state(folder).log.height == height


@pytest.mark.parametrize("wrong", [{"role": "doctor"}, {"role": "issuer"}, {"name": "Dr Anne Dur"}])
def test_another_role_or_name_waits(counter, folder, keys, certificate, wrong):
    height = state(folder).log.height
    assert counter.take(asked(keys, certificate, **wrong), RULES, DUE).state is State.WAITING
    assert state(folder).log.height == height


def test_other_keys_waits_and_so_does_what_somebody_else_sends(counter, folder, keys, certificate):
    other = DeviceKeys(keys.device_id, DeviceKeys.generate().hybrid)
    assert counter.take(asked(other, certificate), RULES, DUE).state is State.WAITING
    organisation = state(folder)
    mallory = organisation.issue(
        Request.parse(DeviceKeys.generate().request("Anne Dur", "secretary", "")), NOW
    )
    store.save(folder, organisation, DUE)
    replayed = Asked(keys.request("Anne Dur", "secretary", ""), DUE, author=mallory.hash)
    assert counter.take(replayed, RULES, DUE).state is State.WAITING


def test_a_revoked_device_is_not_renewed(counter, folder, keys, certificate):
    organisation = state(folder)
    organisation.revoke(certificate, DUE)
    store.save(folder, organisation, DUE)
    assert counter.take(asked(keys, certificate), RULES, DUE).state is State.WAITING


def test_nor_one_whose_certificate_is_over(counter, keys, certificate):
    assert counter.take(asked(keys, certificate), RULES, NOW + 91 * DAY).state is State.WAITING


def test_a_flood_is_dropped_and_of_one_device_one_request_waits(counter, monkeypatch, keys, certificate):
    monkeypatch.setattr(counters, "MAX_WAITING", 3)
    for number in range(5):
        counter.take(asked(keys, certificate, name=f"Anne {number}"), RULES, DUE)
    assert [one.request.name for one in counter.all()] == ["Anne 4"]
    for number in range(5):
        counter.take(asked(DeviceKeys.generate(), certificate, name=f"Autre {number}"), RULES, DUE)
    assert len(counter.all()) == 3


def ticket(folder, **who) -> tickets.Issued:
    made = tickets.Issued.make(state(folder).id, Relay("relais", 443, b"p" * 32), DUE + DAY, **who)
    made.keep(folder)
    return made


def under(made, keys, name="Chloé Cot", role="doctor") -> Asked:
    return Asked(keys.request(name, role, ""), DUE, ticket=made.ticket.queue, reply=bytes(32))


def test_under_a_ticket_role_and_person_are_those_of_the_ticket(counter, folder, keys):
    made = ticket(folder, role="nurse", user=b"u" * 16)
    rules = Rules(tickets=counters._Automatic(automatic=True))
    granted = DeviceCert.parse(counter.take(under(made, keys), rules, DUE).certificate)
    assert (granted.role, granted.user, granted.name) == ("nurse", b"u" * 16, "Chloé Cot")
    assert counter.take(under(made, DeviceKeys.generate()), rules, DUE) is None, "a ticket is for one device"


def test_without_the_rule_a_ticket_waits_and_is_approved_as_it_says(counter, folder, keys):
    made = ticket(folder, role="nurse", name="Chloé Cot-Bel")
    waits = counter.take(under(made, keys, role="issuer"), RULES, DUE)
    assert waits.state is State.WAITING
    _, granted = counter.approve(waits.id, DUE, role="", name="", specialty=None, user=b"", days=30)
    assert (granted.role, granted.name) == ("nurse", "Chloé Cot-Bel")
    assert granted.not_after == DUE + 30 * DAY
    with pytest.raises(AdminError):
        counter.approve(waits.id, DUE)


def test_rules_that_say_something_else_are_refused(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text("[renewal]\nautomatique = true\n")
    with pytest.raises(AdminError):
        Rules.load(path)
    path.write_text("[tickets]\nautomatic = true\n")
    read = Rules.load(path)
    assert (read.renewal.automatic, read.tickets.automatic) == (True, True)
