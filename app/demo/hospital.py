"""The demo hospital on paper: an organisation, certified devices, a meeting, and the doctor's enrolled profile.

Everything is made with the real means (`app.admin`, `media.keys`, `storage`) and lives for one demo.
"""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import trust
from app.admin.organisation import Organisation, anchor
from app.config import CARE_UNITS, MLLP_LISTEN, RPPS
from app.demo import clips
from app.demo.orders import Correspond, Given, Meeting, Part
from app.demo.prepare import FILMED
from media.keys import invite
from media.keys.certs import DeviceKeys, Request
from media.keys.directory import Enrolment
from media.keys.people import Entry
from media.keys.sign import Signer
from media.link import OrganisationProof, RelayAddress, put_blob
from resources.demo.messages import WRITERS
from resources.demo.patients import PROFESSIONALS, UNITS
from resources.demo.people import HOSPITAL, ME, TITLE, Person, Voice
from storage.identity import Relay
from storage.meetings import Meeting as KeptMeeting
from storage.vault import Terms, Vault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from media.engine.messages import TrustAnchor
    from media.keys.certs import DeviceCert
    from media.keys.directory import Bundle

PASSWORD = "demo"  # noqa: S105 -- opens a profile that holds invented people only
MEETING_S = 12 * 3600
BEFORE_S = 300
GATEWAY = Person("gateway", "Passerelle HL7", "gateway", "", Voice(150), "")


@dataclass(frozen=True)
class Desk:
    """One person's device and what the organisation certified of it."""

    person: Person
    device: DeviceKeys
    certificate: DeviceCert


@dataclass(frozen=True)
class Hospital:
    """An organisation with one certified device for each of its people, the doctor's (`ME`) first."""

    organisation: Organisation
    desks: tuple[Desk, ...]
    trust: TrustAnchor
    morning: tuple[Desk, ...]
    """Everybody's, those of people who are away last, before one of them was given another PC."""
    begun: Bundle
    """The directory of then."""
    gateway: Desk
    """The device that hands on what the hospital's systems tell."""
    moved: Desk | None = None

    @classmethod
    def found(
        cls, cast: Sequence[Person], now_s: int, away: Sequence[Person] = (), moved: str = ""
    ) -> Hospital:
        """Found it for the doctor, her colleagues *cast* and people who are *away*; *moved* (a key) has another PC since."""
        organisation, _root = Organisation.create(HOSPITAL, now_s)
        morning = [_enrol(organisation, one, now_s) for one in (ME, *cast, *away)]
        organisation.list_people(map(_listed, morning), now_s)
        gateway = _enrol(organisation, GATEWAY, now_s)
        begun, desks, new = organisation.bundle(now_s), morning, None
        for old in morning:
            if old.person.key == moved:
                new = _enrol(organisation, old.person, now_s, old.certificate.user)
                organisation.revoke(old.certificate, now_s)
                desks = [new if one is old else one for one in morning]
        directory = organisation.bundle(now_s).verify(organisation.id, now_s)
        here = tuple(desks[: len(cast) + 1])
        return cls(organisation, here, anchor(directory), tuple(morning), begun, gateway, new)

    @property
    def doctor(self) -> Desk:
        """The desk at which the user of this demo sits."""
        return self.desks[0]

    @property
    def host(self) -> Desk:
        """The colleague who opens the meeting."""
        return self.desks[1]

    def enrolment(self, desk: Desk) -> Enrolment:
        """Return what IT gives to a device of this morning."""
        return Enrolment(desk.certificate.signed, self.organisation.relay_seed, self.begun)

    def user(self, key: str) -> bytes:
        """Return the id of a person."""
        return next(one.certificate.user for one in self.morning if one.person.key == key)

    def parts(self, sharer: str) -> list[Part]:
        """Give every colleague a part; *sharer* is the key of the one who shares a scan."""
        return [
            Part(
                key=desk.person.key,
                thumbnail=clips.thumbnail(desk.person.key, len(self.desks) - 1),
                certificate=desk.certificate.signed,
                device_seed=desk.device.seeds[0],
                turn=turn,
                host=desk is self.host,
                filmed=desk.person.key in FILMED,
                shares=desk.person.key == sharer,
            )
            for turn, desk in enumerate(self.desks[1:])
        ]


def _listed(desk: Desk) -> Entry:
    """Return what IT's list says of somebody."""
    person, (number, _name) = desk.person, PROFESSIONALS.get(desk.person.key, ("", ""))
    return Entry(
        desk.certificate.user, person.name, person.role, person.specialty, structure=HOSPITAL, rpps=number
    )


def _enrol(organisation: Organisation, person: Person, now_s: int, user: bytes = b"") -> Desk:
    device = DeviceKeys.generate()
    request = Request.parse(device.request(person.name, person.role, person.specialty))
    return Desk(person, device, organisation.issue(request, now_s, user=user))


def correspond(hospital: Hospital, relay: RelayAddress, home: Path, profile: Path) -> Correspond:
    """Let everybody who writes do so from desks under *home*, with the doctor whose *profile* is furnished."""
    now_s = hospital.trust.head_time
    new, newer = hospital.moved, hospital.organisation.bundle(now_s)
    assert new is not None
    return Correspond(
        home=str(home),
        profile=str(profile),
        password=PASSWORD,
        host=relay.host,
        port=relay.port,
        pin=relay.pin,
        writers=[
            _given(hospital, one, hospital.begun) for one in hospital.morning if one.person.key in WRITERS
        ],
        moved=_given(hospital, new, newer),
        newer=newer.encode(),
    )


def _given(hospital: Hospital, desk: Desk, bundle: Bundle) -> Given:
    enrolment = Enrolment(desk.certificate.signed, hospital.organisation.relay_seed, bundle)
    return Given(key=desk.person.key, seeds=desk.device.seeds, enrolment=enrolment.encode())


async def call_meeting(hospital: Hospital, relay: RelayAddress, now_s: int) -> Meeting:
    """Let the host sign an invitation and leave it, encrypted, at the relay."""
    host, inv_sk = hospital.host, os.urandom(32)
    secret, tag = os.urandom(invite.SECRET_BYTES), os.urandom(invite.TAG_BYTES)
    made = invite.Invite.create(
        host.device.hybrid,
        org=hospital.organisation.id,
        organiser=host.certificate.user,
        title=TITLE,
        hosts=[host.certificate.user, hospital.doctor.certificate.user],
        relay=f"{relay.host}:{relay.port}",
        inv_pk=Signer(inv_sk).public,
        not_before=now_s - BEFORE_S,
        not_after=now_s + MEETING_S,
    )
    seed = hospital.organisation.relay_seed
    key = Signer(seed)
    blob = invite.seal_blob(secret, tag, made.signed, host.certificate.signed)
    await put_blob(relay, OrganisationProof(key.public, key.sign), tag, blob)
    link = invite.Link(made.relay, tag, secret, made.hash[: invite.HASH_BYTES])
    return Meeting(
        title=TITLE,
        link=link.format(),
        relay_pin=relay.pin,
        trust=hospital.trust,
        invitation_secret=inv_sk,
        relay_key=seed,
    )


async def furnish(
    hospital: Hospital,
    meeting: Meeting,
    folder: Path,
    desk: Desk | None = None,
    *,
    host: bool = False,
    terms: Terms | None = None,
) -> None:
    """Make the profile of *desk* (the doctor's) in *folder*: enrolled, with directory, relay and meeting, as a *host* of it."""
    terms = terms or Terms(keyring="off")
    vault, _code = await asyncio.to_thread(Vault.create, folder, PASSWORD, terms)
    try:
        sitting, now_s = desk or hospital.doctor, hospital.trust.head_time
        await trust.enrol(vault, sitting.device, hospital.enrolment(sitting), _relay(meeting), now_s)
        await _keep_meeting(vault, meeting, host=host)
        await _take_messages(vault, sitting.person)
    finally:
        await asyncio.to_thread(vault.lock)


def _relay(meeting: Meeting) -> Relay:
    link = invite.Link.parse(meeting.link)
    return Relay(link.host, link.port, meeting.relay_pin)


async def _take_messages(vault: Vault, person: Person) -> None:
    """Let the workstation take HL7 messages on a port of this machine that is free, as somebody of the oncology."""
    care = {
        MLLP_LISTEN.key: "127.0.0.1:0",
        RPPS.key: PROFESSIONALS.get(person.key, ("", ""))[0],
        CARE_UNITS.key: [UNITS[unit][0] for unit in ("onco", "onco-hdj")],
    }
    for key, value in care.items():
        await asyncio.wrap_future(vault.settings.save(key, json.dumps(value)))


async def _keep_meeting(vault: Vault, meeting: Meeting, *, host: bool) -> None:
    link = invite.Link.parse(meeting.link)
    inv_sk = meeting.invitation_secret if host else b""
    place = (link.host, link.port, link.tag, link.secret, link.invite_hash)
    kept = KeptMeeting(meeting.title, *place, inv_sk=inv_sk, host=host)
    await asyncio.wrap_future(vault.meetings.save(kept))
