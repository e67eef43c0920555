"""A desk of the demo that writes without a window: a real vault, its post office, its threads; the hour is passed in."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Self

from app import trust
from app.audit import Trail
from app.config import Config
from app.demo.pdf import pdf
from app.messages.ports import Outgoing
from app.messages.service import Messages
from app.post.office import Post
from app.signin.service import read_session
from media.keys.certs import DeviceCert, DeviceKeys
from media.keys.directory import Enrolment
from resources.demo.messages import DAY_S, TOPICS, Topic
from resources.demo.patients import AUTHORITY, PATIENTS
from resources.demo.people import ME
from storage.directory import Verified
from storage.messages.records import PatientLink, State
from storage.slots import KdfCost
from storage.vault import Terms, Vault

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path

    from app.post.told import Told
    from app.session import Session
    from resources.demo.messages import Paper, Said
    from storage.identity import Relay
    from storage.messages.records import Message

PASSWORD = "demo"  # noqa: S105 -- opens what holds invented people only
CHEAP = Terms(keyring="off", cost=KdfCost(ops=1, mem_kib=8))
"""Vaults of invented people that live for one demo: guessing their password need cost nothing."""
ONCE_S = 10


class Clock:
    """The hour at all these desks: first that of the story, then the real one."""

    ahead_ms = 0

    def now_ms(self) -> int:
        """Return it, Unix milliseconds."""
        return time.time_ns() // 1_000_000 + self.ahead_ms


class Bell:
    """Rings whenever something changed at any desk."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def ring(self, _news: object = None) -> None:
        """Let all who wait look again."""
        self._next.set()
        self._next = asyncio.Event()

    async def until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Return once *holds* says yes; what rings while it is asked is not missed."""
        while True:
            rang = self._next
            if await holds():
                return
            await rang.wait()


class WritingDesk:
    """One device of somebody, open until `close`."""

    def __init__(self, key: str, vault: Vault, session: Session, clock: Clock, bell: Bell) -> None:
        self.key, self.session = key, session
        self.heard: dict[bytes, Told] = {}
        self.begins = True
        """Whether it says what a thread is about; not where another desk of the same person did."""
        self.vault, self._clock, self._bell = vault, clock, bell
        self._sent: list[int] = []
        self.trail = Trail(clock.now_ms)
        self.trail.open(vault.audit, session.user)
        self.post = Post(clock.now_ms)
        self.post.told.subscribe(self._hear)
        self.messages = Messages(self.post, Config(), clock.now_ms, self.trail)
        self.messages.changed.subscribe(bell.ring)
        self._work = asyncio.create_task(self.messages.work(session, vault))

    @classmethod
    async def open(cls, key: str, folder: Path, password: str, clock: Clock, bell: Bell) -> Self:
        """Unlock the desk whose vault lies in *folder*."""
        vault = await asyncio.to_thread(Vault.unlock, folder, password, CHEAP)
        return cls(key, vault, await read_session(vault), clock, bell)

    @classmethod
    async def enrolled(
        cls,
        key: str,
        folder: Path,
        seeds: tuple[bytes, bytes],
        enrolment: bytes,
        relay: Relay,
        clock: Clock,
        bell: Bell,
    ) -> Self:
        """Make a vault in *folder* for a device that the organisation enrolled, and open it."""
        vault, _code = await asyncio.to_thread(Vault.create, folder, PASSWORD, CHEAP)
        given = Enrolment.parse(enrolment)
        device = DeviceKeys.from_seeds(DeviceCert.parse(given.certificate).device_id, *seeds)
        await trust.enrol(vault, device, given, relay, int(time.time()))
        return cls(key, vault, await read_session(vault), clock, bell)

    def _hear(self, told: Told) -> None:
        self.heard[told.msg_id] = told
        self._bell.ring()

    async def close(self) -> None:
        """Lock it."""
        self._work.cancel()
        await asyncio.gather(self._work, return_exceptions=True)
        await asyncio.to_thread(self.vault.lock)

    # --- what it knows of others ----------------------------------------------------------------------------

    async def verify(self, other: WritingDesk) -> None:
        """Keep that the safety number of another desk was compared."""
        certificate = DeviceCert.parse(other.session.certificate)
        row = Verified(certificate.user, certificate.public.ed25519, int(time.time()))
        await asyncio.wrap_future(self.vault.directory.verify(row))

    async def look(self, directory: Path | None = None) -> None:
        """Judge by what the vault knows now, and by a newer *directory*."""
        if directory is not None:
            await trust.refresh(self.vault, directory, int(time.time()))
        self.session = await read_session(self.vault)
        self.messages.renew(self.session)

    # --- writing and reading --------------------------------------------------------------------------------

    async def say(self, said: Said, users: Mapping[str, bytes]) -> tuple[bytes, bool]:
        """Say it to those of *users* (by key) whose thread it is; return the message's id, and whether it is held."""
        thread = await self._thread(said.thread, users)
        about = next(one.patient for one in await self.messages.threads() if one.id == thread)
        message = await self.messages.send(thread, said.text, files=_files(said.paper), patient=about)
        self._sent.append(message)
        found = await self._found(message)
        return found.msg_id, found.state is State.HELD

    async def _thread(self, key: str, users: Mapping[str, bytes]) -> int:
        """Return the thread *key*, begun now where there is none."""
        topic = TOPICS.get(key, Topic())
        if topic.title:
            known = [one.id for one in await self.messages.threads() if one.title == topic.title]
            members = tuple(users[one] for one in (*topic.members, ME.key))
            return known[0] if known else await self.messages.gather(topic.title, members)
        thread = await self.messages.direct(users[key if self.key == ME.key else ME.key])
        if self.begins:
            await self._settle(thread, topic.ipp, topic.keep_s)
        return thread

    async def _settle(self, thread: int, ipp: str, keep_s: int) -> None:
        """Say which patient a thread is about and how long its messages stay, unless it is known."""
        found = next(one for one in await self.messages.threads() if one.id == thread)
        if ipp and found.patient is None:
            await self.messages.link(thread, _patient(ipp))
        if keep_s and not found.expire_s:
            await self.messages.set_timer(thread, keep_s)

    async def answer(self, told: Told, text: str) -> None:
        """Say *text* where *told* was said."""
        thread = next(one for one in await self.messages.threads() if one.conv == told.conv)
        self._sent.append(await self.messages.send(thread.id, text, patient=thread.patient))

    async def take(self, msg_id: bytes) -> None:
        """Take somebody's message in charge."""
        author = self.heard[msg_id].by.user
        found = await asyncio.wrap_future(
            self.vault.mail.read(lambda rows: rows.messages.find(msg_id, author))
        )
        if found is not None:
            await self.messages.take(found.id)

    async def read(self) -> None:
        """Look at everything that came."""
        for thread in await self.messages.threads():
            for newest in await self.messages.page(thread.id, limit=1):
                await self.messages.read(thread.id, newest.order)

    async def pin(self, title: str) -> None:
        """Keep a team at the head of the list."""
        for thread in await self.messages.threads():
            if thread.title == title:
                await self.messages.pin(thread.id, True)

    async def told_all(self, least: State) -> bool:
        """Tell whether all that was said here and is not held came as far as *least*."""
        return all(state is State.HELD or state >= least for state in await self.states())

    async def states(self) -> list[State]:
        """Return how far each message came that was said here."""
        return [(await self._found(one)).state for one in self._sent]

    async def _found(self, message: int) -> Message:
        found = await asyncio.wrap_future(self.vault.mail.read(lambda rows: rows.messages.get(message)))
        assert found is not None
        return found


def _files(paper: Paper | None) -> tuple[Outgoing, ...]:
    if paper is None:
        return ()
    terms = {"open_within_s": DAY_S, "shown_for_s": ONCE_S} if paper.once else {}
    return (Outgoing(None, paper.name, pdf(list(paper.lines)), **terms),)


def _patient(ipp: str) -> PatientLink:
    sick = next(one for one in PATIENTS if one.ipp == ipp)
    born = f"{sick.birth[6:8]}/{sick.birth[4:6]}/{sick.birth[:4]}"
    agreed = "né" if sick.sex == "M" else "née"
    return PatientLink(AUTHORITY, ipp, f"{sick.birth_name} {sick.given_name}, {agreed} le {born}")
