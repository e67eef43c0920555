"""A second device of one person: its word travels over a real relay between real desks, and counts only where it should."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import msgspec
import pytest

from app.audit import Trail
from app.directory.service import Directory
from app.directory.vouching import Vouching
from app.post.office import Post
from app.signin.service import read_session
from app.trust import News
from media.keys.certs import DeviceCert, Trust
from media.keys.vouch import Vouch
from media.mail.desks import Vouched
from media.mail.types import Type
from tests.harness.postal import Clock, House, until


class Desk:
    """A vault with its post office and directory, without a window."""

    def __init__(self, house, vault, session):
        self.house, self.vault, self.session = house, vault, session
        clock = Clock()
        self.post = Post(clock.now_ms)
        trail = Trail(clock.now_ms)
        trail.open(vault.audit, session.user)
        self.directory = Directory(clock.now_ms, trail)
        self.directory.renewed.subscribe(self._renew)
        self.vouching = Vouching(self.directory, self.post, clock.now_ms)
        self.directory.open(session, vault, News())
        self.work = asyncio.get_running_loop().create_task(self.post.work(session, vault))

    @classmethod
    async def open(cls, house, name, user=b""):
        keys, certificate = house.certify(name, user)
        vault = await house.furnish(keys, certificate)
        return cls(house, vault, await read_session(vault))

    def _renew(self, decided):
        trust = msgspec.structs.replace(
            self.session.trust, verified=decided.verified, blocked=decided.blocked
        )
        self._become(replace(self.session, trust=trust))

    def _become(self, session):
        self.session = session
        self.directory.open(session, self.vault, News())
        self.post.renew(session)

    async def refresh(self):
        self._become(await self.house.refresh(self.vault))

    async def person(self, user):
        book = await self.directory.book()
        return next(one for one in book.people if one.user == user)

    async def close(self):
        self.work.cancel()
        await asyncio.gather(self.work, return_exceptions=True)
        self.vault.lock()


def states(person):
    return {device.certificate.hash: (device.state, device.vouched) for device in person.devices}


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    yield made
    made.close()


def test_a_verified_colleague_stays_verified_on_a_new_device_and_a_stranger_gains_nothing(house):
    async def play():
        anne, omar = await Desk.open(house, "Dr Anne Roux"), await Desk.open(house, "Dr Omar Deux")
        for desk in (anne, omar):
            await desk.refresh()
        other = (await omar.person(anne.session.user)).to_compare
        await omar.directory.identical(other)
        await anne.directory.identical((await anne.person(omar.session.user)).to_compare)
        await until(lambda: anne.post.line.online and omar.post.line.online)
        second = house.certify("Dr Anne Roux", anne.session.user)[1]
        rogue = house.certify("Dr Anne Roux", anne.session.user)[1]
        await anne.refresh()
        mine = next(
            one for one in (await anne.person(anne.session.user)).devices if one.certificate == second
        )
        await anne.directory.book()
        await anne.directory.own(mine)  # Omar's directory does not know the device yet
        await asyncio.sleep(0)
        await omar.refresh()

        async def told():
            return states(await omar.person(anne.session.user))[second.hash] == ("verified", True)

        await until(told)
        found = states(await omar.person(anne.session.user))
        assert found[rogue.hash] == ("changed", False)
        assert [note.text for note in await omar.directory.history(anne.session.user)] == [
            "vouched",
            "identical",
        ]
        for desk in (anne, omar):
            await desk.close()

    asyncio.run(play())


class Quiet:
    """An office that carries nothing: what is taken is handed over by the test."""

    def hear(self, _type, _handler):
        return

    async def say(self, *_):
        raise AssertionError


class Said:
    """A vouch as the post office would hand it over, by the device of *certificate*."""

    type = Type.VOUCH

    def __init__(self, trust, certificate, vouch):
        self.by = trust.judge(certificate.signed, int(time.time()))
        self.body = Vouched(vouch)


def test_the_word_of_another_person_or_an_old_or_foreign_signature_changes_nothing(house):
    async def play():
        keys, first = house.certify("Dr Anne Roux")
        foe_keys, foe = house.certify("Dr Faux")
        second = house.certify("Dr Anne Roux", first.user)[1]
        omar = await Desk.open(house, "Dr Omar Deux")
        await omar.refresh()
        for one in (first, foe):
            device = (await omar.person(one.user)).devices
            await omar.directory.identical(next(d for d in device if d.certificate == one))
        anchor = omar.session.trust
        trust = Trust(
            roots=anchor.roots,
            issuers=anchor.issuers,
            certificates=anchor.certificates,
            head_time=anchor.head_time,
        )
        now_s = int(time.time())
        good = Vouch.make(first, second, now_s, keys.hybrid.sign)
        forged = Vouch.make(first, second, now_s, foe_keys.hybrid.sign)
        vouching = Vouching(omar.directory, Quiet(), Clock().now_ms)
        for by, vouch in ((foe, good.signed), (first, forged.signed), (first, b"x"), (foe, forged.signed)):
            await vouching.take(Said(trust, by, vouch))
            assert states(await omar.person(first.user))[second.hash] == ("changed", False)
        await vouching.take(Said(trust, first, good.signed))
        assert states(await omar.person(first.user))[second.hash] == ("verified", True)
        assert DeviceCert.parse(second.signed) == second
        await omar.close()

    asyncio.run(play())
