"""Calling a meeting from an unlocked vault: what lies at a real relay, what is kept, what is refused."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from app import trust
from app.admin.organisation import Organisation
from app.meeting.agenda import kept as kept_words
from app.meeting.agenda import planning
from app.meeting.agenda.draft import Draft, PlanRefused
from app.meeting.agenda.planning import Planning
from app.signin.service import read_session
from media.errors import LinkLost, LinkRefused, TrustError
from media.keys import invite, terms
from media.keys.certs import DeviceKeys, Request
from media.keys.sign import HybridPublic
from media.link import RelayAddress, get_blob
from resources.locale import po
from storage import errors
from storage.identity import Relay
from storage.vault import Vault
from tests.harness.cheap import CHEAP
from tests.harness.seats import seated
from tests.unit.relay.harness import ORGANISATION, RelayProcess

NOW = int(time.time())
DRAFT = Draft("RCP Thorax", NOW + 3600, NOW + 9000)


class House:
    """An organisation whose relay key the test relay knows, and desks with vaults."""

    def __init__(self, folder, relay=None):
        self.folder, self.relay = folder, relay
        self.organisation = Organisation.create("CH d'essai", NOW)[0]
        self.organisation.relay_seed = bytes(ORGANISATION)
        self.vaults = []

    def certify(self, name, role="doctor"):
        device = DeviceKeys.generate()
        request = Request.parse(device.request(name, role, "Radiologie"))
        return device, self.organisation.issue(request, NOW)

    def desk(self, device, certificate):
        vault, _ = Vault.create(self.folder / certificate.user.hex(), "correct horse battery", CHEAP)
        self.vaults.append(vault)
        enrolment = self.organisation.enrolment(certificate, NOW)
        asyncio.run(trust.enrol(vault, device, enrolment, self.relay, NOW))
        return SimpleNamespace(vault=vault, session=asyncio.run(read_session(vault)))

    def close(self):
        for vault in self.vaults:
            vault.lock()


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path, Relay("127.0.0.1", 4443, b"p" * 32))
    yield made
    made.close()


@pytest.fixture
def relay(tmp_path):
    folder = tmp_path / "relay"
    folder.mkdir()
    process = RelayProcess(folder).start()
    yield process
    process.stop()


@pytest.fixture
def blobs():
    return {}


@pytest.fixture
def desk(house, blobs):
    made = house.desk(*house.certify("Dr Iris Vanel"))

    async def put(_address, _proof, tag, data):
        blobs[tag] = data

    made.put = put
    made.planning = plan(made.session, put)
    return made


def plan(session, put):
    made = Planning(lambda: NOW * 1000, put)
    made.sign_in(session)
    return made


def kept(vault):
    return vault.meetings.upcoming(0).result()


def refused(work):
    with pytest.raises(PlanRefused) as caught:
        asyncio.run(work)
    return caught.value


def test_the_relay_holds_what_the_link_opens_and_the_organiser_signed(tmp_path, relay):
    house = House(tmp_path, Relay("127.0.0.1", relay.port, relay.pin))
    device, certificate = house.certify("Dr Iris Vanel")
    colleague = house.certify("Dr Sami Rey")[1]
    desk = house.desk(device, certificate)
    planning = Planning(lambda: NOW * 1000)
    planning.sign_in(desk.session)
    heard = []
    planning.changed.subscribe(heard.append)
    made = asyncio.run(planning.call(replace(DRAFT, title=" RCP  Thorax ", hosts=(colleague.user,))))
    link = invite.Link.parse(made.link)
    address = RelayAddress("127.0.0.1", relay.port, relay.pin)
    found, signed_by = invite.open_blob(
        link.secret, link.tag, link.invite_hash, asyncio.run(get_blob(address, link.tag))
    )
    found.verify(HybridPublic(device.public.ed25519, device.public.mldsa))
    assert signed_by == certificate.signed
    assert (found.title, found.hosts) == ("RCP Thorax", (certificate.user, colleague.user))
    assert (found.relay, found.not_after) == (f"127.0.0.1:{relay.port}", DRAFT.ends_s)
    found.check_time(NOW)
    (meeting,) = kept(desk.vault)
    assert meeting == made.meeting
    assert heard == [(meeting,)]
    assert meeting.host
    assert invite.Signer(meeting.inv_sk).public == found.inv_pk
    assert made.link in made.file.decode().replace("\r\n ", "")
    house.close()


@pytest.mark.parametrize("weeks", [0, 3])
def test_the_host_opens_the_meeting_and_a_colleague_comes_in_with_the_link(tmp_path, relay, weeks):
    house = House(tmp_path, Relay("127.0.0.1", relay.port, relay.pin))
    seats = [house.certify(name) for name in ("Dr Iris Vanel", "Dr Sami Rey")]
    host, guest = (house.desk(*seat) for seat in seats)
    planning = Planning(lambda: NOW * 1000)
    planning.sign_in(host.session)
    starts = tuple(DRAFT.starts_s + n * 604_800 for n in range(weeks))
    made = asyncio.run(planning.call(replace(DRAFT, every=int(weeks > 0), starts=starts)))

    async def meet():
        secret = made.meeting.inv_sk
        async with (
            seated(host.session, made.link, host.session.sign, invitation_secret=secret) as first,
            seated(guest.session, made.link, guest.session.sign) as second,
            asyncio.timeout(60),
        ):
            while not all(len(one.people()) == 2 for one in (first, second)):  # noqa: ASYNC110 -- two sessions' events
                await asyncio.sleep(0.02)
            return {person.name for person in second.people()}

    assert asyncio.run(meet()) == {"Dr Iris Vanel", "Dr Sami Rey"}
    house.close()


WEEKLY = replace(
    DRAFT, every=1, starts=tuple(DRAFT.starts_s + n * 604_800 for n in range(4)), guests=False, most=12
)


def opened(blobs, made):
    link = invite.Link.parse(made.link)
    return invite.open_blob(link.secret, link.tag, link.invite_hash, blobs[link.tag])[0]


def test_what_was_chosen_is_in_the_signed_invitation(desk, blobs):
    made = asyncio.run(desk.planning.call(WEEKLY))
    found = opened(blobs, made)
    assert found.terms == terms.Terms(guests=False, most=12, length_s=5400, starts=WEEKLY.starts)
    assert found.not_after == WEEKLY.starts[-1] + 5400
    assert kept(desk.vault) == [made.meeting]
    assert (made.meeting.starts, made.meeting.every, made.meeting.most) == (WEEKLY.starts, 1, 12)


def test_a_single_meeting_tells_its_time_in_the_invitation(desk, blobs):
    made = asyncio.run(desk.planning.call(DRAFT))
    assert opened(blobs, made).terms == terms.Terms(length_s=5400, starts=(DRAFT.starts_s,))


def test_one_date_is_called_off_and_the_link_stays(desk):
    made = asyncio.run(desk.planning.call(WEEKLY))
    gone = asyncio.run(desk.planning.call_off(made.meeting, 1))
    assert gone.link == made.link
    assert gone.meeting.off == (1,)
    assert kept(desk.vault) == [gone.meeting]
    text = gone.file.decode()
    assert "METHOD:CANCEL\r\n" in text
    assert "RECURRENCE-ID;" in text
    assert "SEQUENCE:1\r\n" in text
    later = desk.planning.invited(gone.meeting).file.decode()
    assert "METHOD:REQUEST\r\n" in later
    assert "EXDATE;" in later


def test_a_date_called_off_stays_so_when_the_series_is_moved(desk):
    made = asyncio.run(desk.planning.call(WEEKLY))
    fewer = asyncio.run(desk.planning.call_off(made.meeting, 2)).meeting
    moved = replace(WEEKLY, starts_s=WEEKLY.starts_s + 60, starts=tuple(at + 60 for at in WEEKLY.starts))
    again = asyncio.run(desk.planning.call(moved, instead=fewer))
    assert again.meeting.off == (2,)
    assert again.meeting.sequence == 2


def colleague_of(house, blobs):
    """Another desk of the house; what lies at the relay is in *blobs*."""
    other = house.desk(*house.certify("Dr Sami Rey"))

    async def get(_address, tag):
        return blobs[tag]

    other.planning = Planning(lambda: NOW * 1000, get=get)
    other.planning.sign_in(other.session)
    return other


@pytest.mark.parametrize("draft", [DRAFT, WEEKLY])
def test_a_meeting_that_one_joined_is_in_the_agenda_from_then_on(desk, house, blobs, draft):
    made = asyncio.run(desk.planning.call(draft))
    other = colleague_of(house, blobs)
    link = invite.Link.parse(made.link)
    assert other.planning.is_new(link)
    assert not other.planning.is_new(link)
    asyncio.run(other.planning.remember(link))
    (found,) = kept(other.vault)
    same = (
        "title",
        "starts",
        "starts_s",
        "ends_s",
        "every",
        "guests",
        "most",
        "tag",
        "secret",
        "invite_hash",
    )
    assert [getattr(found, name) for name in same] == [getattr(made.meeting, name) for name in same]
    assert (found.host, found.inv_sk, found.uid) == (False, b"", b"")
    asyncio.run(other.planning.forget(found))
    assert kept(other.vault) == []
    asyncio.run(other.planning.keep(found))
    assert kept(other.vault) == [found]


def test_an_invitation_that_the_relay_forged_or_swapped_is_not_kept(desk, house, blobs):
    first, second = (asyncio.run(desk.planning.call(draft)) for draft in (DRAFT, WEEKLY))
    other = colleague_of(house, blobs)
    link = invite.Link.parse(first.link)
    stranger = house.certify("Dr Sami Rey")[1].signed
    mine = opened(blobs, first).signed
    forged = invite.seal_blob(link.secret, link.tag, mine, stranger)
    for lie in (blobs[second.meeting.tag], b"", forged):
        blobs[link.tag] = lie
        with pytest.raises(TrustError):
            asyncio.run(other.planning.remember(link))
    assert kept(other.vault) == []


def test_rows_that_nobody_can_read_hide_no_meeting_and_go_when_asked(desk):
    made = [asyncio.run(desk.planning.call(draft)).meeting for draft in (DRAFT, WEEKLY)]
    spoil = "UPDATE meeting SET starts = x'00' WHERE tag = ?"
    desk.vault.meetings._database.write(lambda db: db.execute(spoil, (made[1].tag,)) and None).result()
    assert kept(desk.vault) == [made[0]]
    assert asyncio.run(desk.planning.unreadable()) == 1
    assert asyncio.run(desk.planning.drop_unreadable()) == 0
    assert kept(desk.vault) == [made[0]]


def test_the_dates_of_a_week_are_told_and_none_after_the_lock(desk):
    made = asyncio.run(desk.planning.call(WEEKLY))
    desk.planning.sign_in(replace(desk.session, meetings=(made.meeting,)))
    assert [one.number for one in desk.planning.between(NOW, NOW + 8 * 86_400)] == [0, 1]
    desk.planning.sign_in(None)
    assert desk.planning.between(NOW, NOW + 8 * 86_400) == ()


def test_a_new_version_has_the_uid_the_next_sequence_and_another_link(desk, blobs):
    first = asyncio.run(desk.planning.call(DRAFT))
    again = asyncio.run(
        desk.planning.call(replace(DRAFT, starts_s=DRAFT.starts_s + 900), instead=first.meeting)
    )
    assert again.meeting.uid == first.meeting.uid
    assert (first.meeting.sequence, again.meeting.sequence) == (0, 1)
    assert again.link != first.link
    assert kept(desk.vault) == [again.meeting]
    assert len(blobs) == 2
    assert again.file_name != first.file_name


def test_a_cancelled_meeting_is_forgotten_and_told(desk):
    made = asyncio.run(desk.planning.call(DRAFT))
    heard = []
    desk.planning.changed.subscribe(heard.append)
    gone = asyncio.run(desk.planning.cancel(made.meeting))
    text = gone.file.decode()
    assert "METHOD:CANCEL\r\n" in text
    assert "SEQUENCE:1\r\n" in text
    assert kept(desk.vault) == []
    assert heard == [()]


@pytest.mark.parametrize(
    ("change", "code", "at"),
    [
        ({"title": "  "}, "title-empty", "title"),
        ({"title": "x" * 101}, "title-long", "title"),
        ({"title": "RCP \u202egnp"}, "title-hidden", "title"),
        ({"ends_s": DRAFT.starts_s}, "end-before-start", "end"),
        ({"starts_s": NOW - 9000, "ends_s": NOW - 60}, "past", "day"),
        ({"starts_s": NOW + 366 * 86400, "ends_s": NOW + 366 * 86400 + 60}, "too-far", "day"),
        ({"hosts": tuple(bytes([n]) * 16 for n in range(64))}, "hosts-many", "hosts"),
        ({"every": 1, "starts": (DRAFT.starts_s,)}, "series-short", "until"),
        ({"every": 2, "starts": (DRAFT.starts_s, NOW + 366 * 86400)}, "series-far", "until"),
        ({"most": 1}, "most-range", "most"),
        ({"most": 65}, "most-range", "most"),
    ],
)
def test_what_cannot_be_called_is_refused_before_anything_is_sent(desk, blobs, change, code, at):
    said = refused(desk.planning.call(replace(DRAFT, **change)))
    assert (said.code, said.at) == (code, at)
    assert (blobs, kept(desk.vault)) == ({}, [])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (LinkLost("unreachable"), "relay-unreachable"),
        (OSError("no route"), "relay-unreachable"),
        (LinkRefused("not-allowed"), "relay-not-allowed"),
        (LinkRefused("quota"), "relay-quota"),
        (LinkRefused("relay-impostor"), "relay-impostor"),
        (LinkRefused("relay-too-old"), "relay-too-old"),
        (LinkRefused("busy"), "relay-refused"),
    ],
)
def test_a_relay_that_says_no_leaves_the_earlier_version_as_it_was(desk, error, code):
    made = asyncio.run(desk.planning.call(DRAFT))

    async def put(*_):
        raise error

    broken = plan(desk.session, put)
    assert refused(broken.call(replace(DRAFT, title="Autre"), instead=made.meeting)).code == code
    assert kept(desk.vault) == [made.meeting]


def test_a_dead_relay_is_said_as_unreachable(desk):
    planning = Planning(lambda: NOW * 1000)
    planning.sign_in(replace(desk.session, relays=(Relay("127.0.0.1", 9, b"p" * 32),)))
    assert refused(planning.call(DRAFT)).code == "relay-unreachable"


@pytest.mark.parametrize(
    ("change", "code"), [({"relays": ()}, "no-relay"), ({"relay_key": b""}, "no-relay-key")]
)
def test_a_desk_without_relay_or_key_says_which(desk, change, code):
    assert refused(plan(replace(desk.session, **change), desk.put).call(DRAFT)).code == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.ReadOnly(), "read-only"),
        (errors.Locked(), "locked"),
        (errors.DiskTrouble("vault.db"), "disk"),
        (errors.Damaged("vault.db"), "vault"),
    ],
)
def test_a_vault_that_does_not_write_is_said(desk, monkeypatch, error, code):
    monkeypatch.setattr(desk.vault.meetings._database, "write", lambda _: _failed(error))
    assert refused(desk.planning.call(DRAFT)).code == code


def _failed(error):
    from concurrent.futures import Future

    future = Future()
    future.set_exception(error)
    return future


def test_after_a_lock_nothing_is_called(desk):
    desk.planning.sign_in(None)
    assert not desk.planning.possible
    assert refused(desk.planning.call(DRAFT)).code == "locked"


def test_colleagues_are_people_whose_certificates_hold_sorted_by_name(house):
    house.certify("Salle Curie", "room")
    for name in ("Dr Zoé Blanc", "Dr Éric Roy"):
        house.certify(name)
    house.organisation.revoke(house.certify("Dr Luc Parti")[1], NOW)
    desk = house.desk(*house.certify("Dr Iris Vanel"))
    found = asyncio.run(plan(desk.session, None).colleagues())
    assert [one.name for one in found] == ["Dr Éric Roy", "Dr Zoé Blanc"]
    assert {one.level for one in found} == {"certified"}


def test_a_file_is_never_written_over_another(tmp_path):
    (tmp_path / "Documents").mkdir()
    path = planning.free_path(tmp_path, "rcp.ics")
    assert path == tmp_path / "Documents" / "rcp.ics"
    planning.save_file(path, b"one")
    with pytest.raises(PlanRefused) as caught:
        planning.save_file(path, b"two")
    assert caught.value.code == "file-exists"
    assert path.read_bytes() == b"one"
    assert planning.free_path(tmp_path, "rcp.ics").name == "rcp-2.ics"
    with pytest.raises(PlanRefused) as caught:
        planning.save_file(tmp_path / "nowhere" / "rcp.ics", b"x")
    assert caught.value.code == "file-nowhere"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_refusal_has_a_sentence_that_says_what_to_do(language):
    import ast
    from pathlib import Path

    codes = {code for _, code in kept_words._CODES} | {f"relay-{code}" for code in planning._RELAY_CODES}
    for name in ("planning", "when", "plan", "handout", "convening", "draft"):
        tree = ast.parse((Path(planning.__file__).parent / f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "PlanRefused":
                codes |= {
                    one.value
                    for one in ast.walk(node.args[0])
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                }
    codes -= {"relay-"}
    forms = po.load(language).forms
    assert len(codes) > 20
    wanted = {f"plan.refused.{code}.{part}" for code in codes for part in ("title", "detail")}
    assert wanted - forms.keys() == set()
