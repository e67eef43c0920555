from __future__ import annotations

import asyncio
import os

import pytest

from app.demo import hospital
from app.demo.orders import Meeting
from app.signin.service import SignIn, SignInRefused
from media.keys.certs import Trust
from media.keys.invite import Link
from resources.demo.people import CAST, ME

NOW = 1_800_000_000


@pytest.fixture(scope="module")
def founded():
    return hospital.Hospital.found(CAST[:3], NOW)


def test_every_desk_is_certified_under_the_persons_name_and_role(founded):
    known = founded.trust
    trust = Trust(
        roots=known.roots, issuers=known.issuers, certificates=known.certificates, head_time=known.head_time
    )
    for desk in founded.desks:
        verdict = trust.judge(desk.certificate.signed, NOW)
        assert (verdict.level, verdict.name, verdict.role) == (
            "certified",
            desk.person.name,
            desk.person.role,
        )
        assert verdict.specialty == desk.person.specialty
    assert founded.doctor.person is ME


def test_one_colleague_hosts_one_shares_and_the_doctor_has_no_part(founded):
    parts = founded.parts("tran")
    assert [part.key for part in parts] == [one.key for one in CAST[:3]]
    assert [part.host for part in parts] == [True, False, False]
    assert [part.key for part in parts if part.shares] == ["tran"]
    assert len({part.device_seed for part in parts}) == 3


def test_the_doctors_profile_opens_with_the_demo_password_and_no_other(founded, tmp_path):
    link = Link("127.0.0.1:4443", os.urandom(16), os.urandom(16), os.urandom(16))
    meeting = Meeting(
        title="RCP Thorax",
        link=link.format(),
        relay_pin=b"p" * 32,
        trust=founded.trust,
        invitation_secret=bytes(32),
        relay_key=bytes(32),
    )
    asyncio.run(hospital.furnish(founded, meeting, tmp_path / "profile"))
    door = SignIn(tmp_path / "profile")
    with pytest.raises(SignInRefused):
        asyncio.run(door.unlock("another"))
    opened = asyncio.run(door.unlock(hospital.PASSWORD))
    try:
        session = opened.session
        assert (session.name, session.role) == (ME.name, "doctor")
        assert session.relay("127.0.0.1", 4443).pin == b"p" * 32
        assert session.relay_key == founded.organisation.relay_seed
        known = (*founded.desks, founded.gateway)
        assert set(session.trust.certificates) == {desk.certificate.signed for desk in known}
        kept = asyncio.run(asyncio.wait_for(_meeting(opened.vault, link), 30))
        assert kept.title == "RCP Thorax"
        assert kept.secret == link.secret
    finally:
        opened.vault.lock()


async def _meeting(vault, link):
    return await asyncio.wrap_future(vault.meetings.find(link.tag))
