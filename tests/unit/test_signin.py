"""The door without Qt: the directory is followed before anybody works, and the trail tells who came and what was done."""

from __future__ import annotations

import asyncio
import shutil
import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest

from app import trust
from app.admin.organisation import Organisation
from app.audit import Trail
from app.config import Policy
from app.intents import JoinMeeting
from app.meeting.service import Meeting
from app.signin import service
from app.signin.service import SignIn, SignInRefused
from media.engine import messages as m
from media.events import Event
from media.keys.certs import DeviceKeys, Request
from media.keys.invite import Link
from resources.locale import po
from storage import errors
from storage.identity import Relay
from storage.oskeyring import OsKeyring
from storage.vault import Vault
from tests.harness.cheap import CHEAP

NOW = 1_790_000_000
DAY = 86_400
PASSWORD = "correct horse battery"
LINK = Link("relay.test:443", b"t" * 16, b"s" * 16, b"h" * 16)


def issue(organisation, device, user=b"", name="Dr Iris Vanel"):
    return organisation.issue(Request.parse(device.request(name, "doctor", "Radiologie")), NOW, user=user)


@pytest.fixture
def desk(tmp_path):
    """A desk that is enrolled and locked, and its organisation's directory file."""
    organisation, device = Organisation.create("CH d'essai", NOW)[0], DeviceKeys.generate()
    certificate = issue(organisation, device)
    vault, code = Vault.create(tmp_path / "profile", PASSWORD, CHEAP)
    relay = Relay("relay.test", 443, b"p" * 32)
    asyncio.run(trust.enrol(vault, device, organisation.enrolment(certificate, NOW), relay, NOW))
    vault.lock()
    file = tmp_path / "directory.csl"

    def publish(now_s=NOW):
        file.write_bytes(organisation.bundle(now_s).encode())

    return SimpleNamespace(
        folder=tmp_path / "profile",
        code=code,
        organisation=organisation,
        certificate=certificate,
        device=device,
        file=file,
        publish=publish,
    )


@pytest.fixture
def door(desk):
    """Make the door as policy wants it; every vault that it opens is shut at the end."""
    opened = []

    class Door(SignIn):
        def __init__(self, now_s=NOW, terms=CHEAP, **forced):
            self.now_s = now_s
            policy = Policy(forced={"directory.file": str(desk.file), **forced})
            super().__init__(desk.folder, terms, policy, lambda: self.now_s * 1000)

        def open(self):
            found = asyncio.run(self.unlock(PASSWORD))
            opened.append(found.vault)
            return found

        def shut(self, found, reason=""):
            self.close(found.vault, lambda call: call(), reason)

    yield Door
    for vault in opened:
        vault.lock()


@pytest.fixture
def keyring():
    """The session's keyring, in memory."""
    secrets = {}
    return SimpleNamespace(
        usable=lambda: True,
        read=lambda name: secrets.get(name, b""),
        write=lambda name, secret: secrets.update({name: secret}) is None,
        forget=lambda name: secrets.pop(name, None),
    )


def trail(desk):
    """Read the trail as IT would, oldest first; it must be whole."""
    vault = Vault.unlock(desk.folder, PASSWORD, CHEAP)
    try:
        assert vault.audit.verify().result().whole
        return vault.audit.newest().result()[::-1]
    finally:
        vault.lock()


def test_a_colleague_and_a_revocation_of_the_directory_count_at_once(desk, door):
    colleague = issue(desk.organisation, DeviceKeys.generate(), name="Dr Jean Hoffmann")
    gone = issue(desk.organisation, DeviceKeys.generate(), name="Dr Zoé Petit")
    desk.organisation.revoke(gone, NOW)
    desk.publish()
    found = door().open()
    assert found.warnings == ()
    assert colleague.signed in found.session.trust.certificates
    assert gone.hash in found.session.trust.revoked


def test_a_certificate_in_my_name_that_this_desk_did_not_ask_for_is_told(desk, door):
    issue(desk.organisation, DeviceKeys.generate(), user=desk.certificate.user)
    desk.publish()
    found = door().open()
    assert found.warnings == (("device-unexpected", 1),)
    assert found.session.user == desk.certificate.user


@pytest.mark.parametrize(("age", "code"), [(DAY + 1, "directory-old"), (7 * DAY + 1, "directory-blocked")])
def test_an_old_directory_opens_and_is_told(desk, door, age, code):
    desk.publish()
    lease = (("lease-over", 0),) if age > 7 * DAY else ()
    assert door(NOW + age).open().warnings == (*lease, (code, 0))


def test_a_directory_on_a_drive_that_hangs_keeps_nobody_out(desk, door, monkeypatch):
    monkeypatch.setattr(trust, "READ_S", 0.05)
    signin, read = door(), threading.Event()
    unlock = signin.unlock

    async def unlocked(password):
        try:
            return await unlock(password)
        finally:
            read.set()  # the drive answers at last, to nobody

    monkeypatch.setattr(signin, "unlock", unlocked)
    monkeypatch.setattr(trust, "_verified", lambda *_: read.wait(60))
    assert signin.open().warnings == (("directory-unreadable", 0),)


def test_the_users_own_path_counts_where_it_forces_none(desk, door):
    vault = Vault.unlock(desk.folder, PASSWORD, CHEAP)
    vault.settings.save("directory.file", '"/nowhere/mine.csl"').result()
    vault.lock()
    desk.publish()
    free = SignIn(desk.folder, CHEAP, Policy(), lambda: NOW * 1000)
    found = asyncio.run(free.unlock(PASSWORD))
    assert found.warnings == (("directory-unreadable", 0),)
    found.vault.lock()
    assert door().open().warnings == ()


def test_a_later_look_renews_the_trust_and_tells_what_is_new(desk, door):
    desk.publish()
    signin = door()
    found = signin.open()
    rogue = issue(desk.organisation, DeviceKeys.generate(), user=desk.certificate.user)
    desk.publish(NOW + 3600)
    signin.now_s += 3600
    news, session = asyncio.run(signin.refresh(found.vault))
    assert news.unexpected == (rogue,)
    assert session.trust.head_time == NOW + 3600
    asyncio.run(signin.refresh(found.vault))
    signin.shut(found)
    assert [(row.action, row.reason) for row in trail(desk)] == [
        ("unlock", "password"),
        ("directory-alarm", "device-unexpected"),
        ("lock", ""),
    ]


def test_a_look_after_the_lock_says_so_and_gives_nothing(door):
    signin = door()
    found = signin.open()
    signin.shut(found)
    with pytest.raises(errors.Locked):
        asyncio.run(signin.refresh(found.vault))


def test_a_damaged_trail_is_told(desk, door):
    desk.publish()
    found = door().open()
    found.vault.audit_set_aside, found.vault.audit_cut = "audit.damaged", True
    assert found.warnings == (("audit-set-aside", 0),)
    found.vault.audit_set_aside = ""
    assert found.warnings == (("audit-cut", 0),)
    assert replace(found, read_only=True).warnings == (("vault-read-only", 0), ("audit-cut", 0))


def test_a_damaged_vault_still_opens_for_reading(desk, door, monkeypatch):
    desk.publish()
    unlock = Vault.unlock

    def damaged(*arguments):
        vault = unlock(*arguments)
        vault.read_only = True
        vault.directory.see_head = vault.directory.add_certificate = vault.directory.revoke = _refuse
        return vault

    monkeypatch.setattr(Vault, "unlock", damaged)
    assert ("vault-read-only", 0) in door().open().warnings


def _refuse(*_):
    raise errors.ReadOnly


# --- how the vault is protected -----------------------------------------------------------------------------


def test_it_may_demand_the_systems_keyring(desk, door, monkeypatch):
    monkeypatch.setattr(OsKeyring, "write", lambda *_: False)
    signin = door(terms=None, **{"vault.keyring": "required"})
    with pytest.raises(SignInRefused) as refused:
        asyncio.run(signin.recover(desk.code, "une nouvelle phrase"))
    assert refused.value.code == "keyring-unavailable"


@pytest.mark.parametrize(
    ("error", "code"),
    [(errors.NotEnoughMemory(), "memory"), (errors.ChangeCutShort(), "change-cut-short")],
)
def test_what_helps_is_told_apart_from_a_wrong_password(door, monkeypatch, error, code):
    def fail(*_):
        raise error

    monkeypatch.setattr(Vault, "unlock", fail)
    with pytest.raises(SignInRefused) as refused:
        door().open()
    assert refused.value.code == code


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_refusal_has_a_sentence(language):
    said = {f"signin.refused.{code}" for _, code in service._CODES}
    assert said <= po.load(language).forms.keys()


# --- the trail ----------------------------------------------------------------------------------------------


class Peer:
    def __init__(self):
        self.messages, self.died = Event(), Event()

    def start(self, arena, /):
        self.arena = arena

    def send(self, message, /):
        self.last = message

    def stop(self):
        self.arena = None


@pytest.fixture
def call():
    """A meeting at a door: enter as the user would, hear what the engine says."""

    def make(signin, session):
        peer = Peer()
        meeting = Meeting(lambda: peer, None, lambda: signin.now_s * 1000, lambda run: run(), signin.trail)
        meeting.sign_in(session)
        meeting.open(JoinMeeting(LINK.format(), title="RCP Thorax"))
        meeting.enter()
        meeting.hear = peer.messages.fire
        return meeting

    return make


def live(meeting):
    meeting.hear(m.Phase(phase="in-call", is_host=True, title="RCP Thorax"))


def test_a_day_at_the_desk_is_in_the_trail(desk, door, call):
    desk.publish()
    signin = door()
    found = signin.open()
    meeting = call(signin, found.session)
    live(meeting)
    meeting.hear(m.Phase(phase="reconnecting"))
    live(meeting)
    meeting.admit(1)
    meeting.refuse(2)
    meeting.remove(b"m" * 32)
    meeting.hand_over(b"n" * 32)
    meeting.leave(end=True)
    signin.shut(found, "idle")
    rows = trail(desk)
    assert [row.action for row in rows] == [
        *("unlock", "meeting-join", "admit", "refuse", "remove", "handover", "end", "meeting-leave", "lock")
    ]
    assert {row.who for row in rows} == {desk.certificate.user}
    assert len({row.subject for row in rows[1:-1]}) == 1, "all under the meeting, hashed"
    assert LINK.tag not in {row.subject for row in rows}
    assert [rows[-2].reason, rows[-1].reason] == ["ended", "idle"]
    assert not any("Thorax" in str(row) or "Vanel" in str(row) for row in rows)


def test_an_act_on_a_person_stands_under_that_person_and_a_guest_under_the_meeting(desk, door, call):
    desk.publish()
    signin = door()
    found = signin.open()
    meeting = call(signin, found.session)
    live(meeting)
    shown = {"role": "", "specialty": "", "trust": "certified"}
    guest = m.Knocker(knock=1, name="M. Caron", since_ms=0, **shown)
    doctor = m.Knocker(knock=2, name="Dr Dumont", since_ms=0, user=b"u" * 16, **shown)
    meeting.hear(m.Lobby(waiting=[guest, doctor]))
    flags = {"state": 0, "live": True, "host": False, "me": False}
    member = m.Person(member=b"m" * 32, slot=3, name="Dr Dumont", user=b"u" * 16, **flags, **shown)
    meeting.hear(m.Roster(n=2, people=[member]))
    meeting.admit(1)
    meeting.admit(2)
    meeting.remove(b"m" * 32)
    signin.shut(found)
    vault = Vault.unlock(desk.folder, PASSWORD, CHEAP)
    try:
        about = {name: vault.audit.about(key).result() for name, key in (("u", b"u" * 16), ("t", LINK.tag))}
    finally:
        vault.lock()
    assert [row.action for row in about["u"]] == ["admit", "remove"]
    assert [row.action for row in about["t"]][:2] == ["meeting-join", "admit"]


def test_a_call_that_outlives_the_lock_is_told_at_the_next_unlock(desk, door, call):
    desk.publish()
    signin = door()
    found = signin.open()
    meeting = call(signin, found.session)
    live(meeting)
    signin.shut(found)
    meeting.sign_in(None)
    signin.now_s += 60
    meeting.leave()
    signin.now_s += 60
    signin.shut(signin.open())
    rows = [(row.action, row.time_ms // 1000 - NOW) for row in trail(desk)]
    assert rows == [
        ("unlock", 0),
        ("meeting-join", 0),
        ("lock", 0),
        ("meeting-leave", 60),
        ("unlock", 120),
        ("lock", 120),
    ]


def test_who_waits_or_is_turned_away_has_not_joined(desk, door, call):
    desk.publish()
    signin = door()
    found = signin.open()
    meeting = call(signin, found.session)
    meeting.hear(m.Phase(phase="waiting"))
    meeting.hear(m.Phase(phase="ended", reason="refused"))
    signin.shut(found)
    assert [row.action for row in trail(desk)] == ["unlock", "lock"]


def test_a_guest_at_the_hosts_buttons_leaves_no_false_row(desk, door, call):
    desk.publish()
    signin = door()
    found = signin.open()
    meeting = call(signin, found.session)
    meeting.hear(m.Phase(phase="in-call", is_host=False))
    meeting.admit(1)
    meeting.remove(b"m" * 32)
    signin.shut(found)
    assert [row.action for row in trail(desk)] == ["unlock", "meeting-join", "lock"]


def test_a_trail_that_cannot_be_written_stops_nobody(desk, caplog):
    vault = Vault.unlock(desk.folder, PASSWORD, CHEAP)
    acts = Trail(lambda: NOW)
    acts.open(vault.audit, b"u" * 16)
    vault.lock()
    acts.record("admit", subject=b"secret")
    assert caplog.messages == ["an act could not be recorded: Locked"]


def test_what_is_held_is_bounded():
    acts = Trail(lambda: NOW)
    for _ in range(1000):
        acts.record("admit")
    assert len(acts._held) == 256


def test_a_member_who_is_revoked_during_the_call_is_told_to_all(desk, door, call):
    colleague = issue(desk.organisation, DeviceKeys.generate(), user=b"u" * 16, name="Dr Dumont")
    desk.publish()
    signin = door()
    found = signin.open()
    meeting = call(signin, found.session)
    live(meeting)
    flags = {"state": 0, "live": True, "host": False, "me": False}
    shown = {"role": "", "specialty": "", "trust": "certified"}
    people = [
        m.Person(member=b"m" * 32, slot=3, name="Dr Dumont", user=b"u" * 16, **flags, **shown),
        m.Person(member=b"n" * 32, slot=4, name="Dr Petit", user=b"v" * 16, **flags, **shown),
    ]
    meeting.hear(m.Roster(n=2, people=people))
    desk.organisation.revoke(colleague, NOW + 60)
    desk.publish(NOW + 3600)
    signin.now_s += 3600
    _, session = asyncio.run(signin.refresh(found.vault))
    meeting.revoked(trust.newly_revoked(found.session.trust, session.trust))
    assert [(one.code, one.name) for one in meeting.view.notices] == [("member-revoked", "Dr Dumont")]
    assert trust.newly_revoked(session.trust, session.trust) == frozenset()


def test_without_a_word_of_the_organisation_the_patients_close_and_open_again(desk, door):
    desk.publish()
    signin = door(NOW + 7 * DAY + 1)
    found = signin.open()
    assert found.lease_over
    with pytest.raises(errors.Locked):
        found.vault.patients.count().result()
    with pytest.raises(errors.Locked):
        found.vault.inbox.newest().result()
    assert found.vault.settings.all().result() == {}
    desk.publish(NOW + 7 * DAY)
    news, _ = asyncio.run(signin.refresh(found.vault))
    assert not news.patients_closed
    assert found.vault.patients.count().result() == 0


def test_the_clock_set_back_does_not_open_them(desk, door):
    desk.publish()
    for now_s in (NOW + 7 * DAY + 1, NOW + 60):
        signin = door(now_s)
        found = signin.open()
        assert found.lease_over
        signin.shut(found)
    assert not door(NOW + 60, **{"patients.lease-days": 0}).open().lease_over


def test_a_clock_that_ran_ahead_once_is_put_right_by_the_next_directory(desk, door):
    desk.publish()
    signin = door(NOW + 4000 * DAY)
    signin.shut(signin.open())
    desk.publish(NOW + 120)
    assert not door(NOW + 180).open().lease_over


def test_a_desk_without_an_organisations_directory_has_no_lease(door):
    assert not door(NOW + 60 * DAY, **{"directory.file": ""}).open().lease_over


def test_a_revoked_desk_keeps_its_vault_and_closes_its_patients(desk, door):
    desk.organisation.revoke(desk.certificate, NOW)
    desk.publish()
    found = door().open()
    assert ("device-revoked", 0) in found.warnings
    with pytest.raises(errors.Locked):
        found.vault.patients.count().result()
    assert found.vault.identity.device().result() is not None


def test_a_desk_with_a_new_certificate_for_its_old_keys_is_not_taken_for_revoked(desk, door):
    issue(desk.organisation, desk.device, desk.certificate.user)
    desk.organisation.revoke(desk.certificate, NOW)
    desk.publish()
    found = door().open()
    assert ("device-revoked", 0) not in found.warnings
    assert found.vault.patients.count().result() == 0


def test_an_old_vault_put_back_is_told_once_and_stands_in_the_trail(desk, door, keyring, tmp_path):
    desk.publish()
    terms = replace(CHEAP, keyring="allowed", store=keyring)
    vault = Vault.unlock(desk.folder, PASSWORD, terms)
    vault.change_password(PASSWORD, PASSWORD)  # from now on the keyring keeps a half of the key
    vault.lock()
    kept = shutil.copytree(desk.folder, tmp_path / "kept")
    for _ in range(2):
        signin = door(terms=terms)
        found = signin.open()
        assert not found.vault.restored
        signin.shut(found)
    shutil.rmtree(desk.folder)
    shutil.copytree(kept, desk.folder)
    signin = door(terms=terms)
    found = signin.open()
    assert ("vault-restored", 0) in found.warnings
    signin.shut(found)
    found = signin.open()
    assert not found.vault.restored
    assert "vault-restored" in [row.reason for row in found.vault.audit.newest().result()]


def test_the_trail_lets_its_oldest_rows_go_but_not_by_a_clock_that_ran_ahead(desk, door):
    vault = Vault.unlock(desk.folder, PASSWORD, CHEAP)
    vault.audit.record((NOW - 400 * DAY) * 1000, b"u", "long ago")
    vault.audit.record((NOW - 300 * DAY) * 1000, b"u", "this year").result()
    vault.lock()
    desk.publish()
    signin = door(NOW + 4000 * DAY)
    signin.shut(signin.open())
    assert [row.action for row in trail(desk)][:2] == ["this year", "unlock"]
