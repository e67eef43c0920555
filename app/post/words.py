"""Presence on its way (docs/protocol.md §17): the own word, who may read it, and the words of others."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

from app.post.presence import Heard
from media.errors import LinkLost, MediaError
from media.keys.cards import DAY_MS, tag_of
from media.keys.seal import KEY_BYTES
from media.keys.sign import SEED_BYTES, Signer
from media.keys.word import Here, Word, open_word, seal_word
from media.mail import convs, desks, sending
from media.mail.types import PEOPLE, Type
from media.patience import within
from storage.errors import StorageError
from storage.messages.presence import OwnWord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.post.desk import Desk
    from app.post.presence import Presence
    from app.post.writing import Writer
    from media.link.mailbox import Mailbox
    from storage.messages.presence import SharedWord
    from storage.messages.store import Mailbag

TICK_S = 5.0
SAY_MS, READ_MS, SETTLE_MS = 60_000, 30_000, 60_000
RENEW_MS, FORGET_MS = 14 * DAY_MS, 60 * DAY_MS
"""How long the own word stays under the same keys; how long nothing was told of another's until it is forgotten."""
AT_ONCE, MOST = 256, 1024
LEAVE_S = 1.0
log = logging.getLogger(__name__)


class Words:
    """Says the own word and reads those of others while the office is open. `renew` after anything changed about people or keys."""

    def __init__(self, desk: Desk, writer: Writer, presence: Presence) -> None:
        self._desk, self._writer, self._presence = desk, writer, presence
        self._wake = asyncio.Event()
        self._stale = True
        self._sharing = False
        self._own: OwnWord | None = None
        self._number = 0
        self._said: tuple[Mailbox, bytes, Here] | None = None
        self._shared: list[SharedWord] = []
        self._heard: dict[tuple[bytes, bytes], Heard] = {}
        self._settled_ms = self._said_ms = self._read_ms = 0

    async def run(self) -> None:
        """Work until cancelled."""
        self._presence.begin(self._wake.set)
        try:
            await self._forget()
            while True:
                await self._step()
                with contextlib.suppress(TimeoutError):
                    await within(TICK_S, self._wake.wait())
                self._wake.clear()
        finally:
            self._presence.end()

    def renew(self) -> None:
        """Look anew at who may read, and whom one reads."""
        self._stale = True
        self._wake.set()

    async def leave(self, line: Mailbox) -> None:
        """Say on *line*, which is about to be closed, that nobody is here."""
        said, self._said = self._said, None
        if said is not None and said[0] is line and self._own is not None:
            with contextlib.suppress(MediaError, TimeoutError):
                await within(LEAVE_S, self._put(line, self._own, Here.AWAY))

    async def _forget(self) -> None:
        before_ms = self._desk.sure_ms - FORGET_MS
        with contextlib.suppress(StorageError):
            await self._desk.write(lambda rows: rows.presence.forget(before_ms))

    async def _step(self) -> None:
        """Do what is due; what cannot be done now is due again."""
        stale, self._stale = self._stale, False
        for work in (partial(self._settle, stale=stale), self._say, partial(self._read, stale=stale)):
            try:
                await work()
            except LinkLost:
                self._stale |= stale
            except (MediaError, StorageError) as error:
                self._stale |= stale
                log.warning("presence is not up to date: %s", type(error).__name__)

    def _over(self, since_ms: int, life_ms: int) -> bool:
        """Tell whether so long went by; after the clock was set back, too."""
        return not 0 <= self._desk.now_ms() - since_ms < life_ms

    # --- who may read the own word -------------------------------------------------------------------------

    async def _settle(self, *, stale: bool) -> None:
        """Let those who may read the own word, and nobody else, know where it lies."""
        desk, wanted = self._desk, self._presence.wanted
        if wanted is None or desk.restored or desk.book.revoked or desk.book.over:
            return
        sharing = wanted is not Here.GONE
        if not stale and sharing is self._sharing and not self._over(self._settled_ms, SETTLE_MS):
            return
        self._own = await desk.read(lambda rows: rows.presence.own())
        if sharing:
            await self._share()
        elif self._own is not None:
            await self._take_back(self._own)
            await desk.write(lambda rows: rows.presence.stop())
            self._own = None
        self._sharing, self._settled_ms = sharing, desk.now_ms()

    async def _share(self) -> None:
        desk, own = self._desk, self._own
        given = await desk.read(lambda rows: rows.presence.given())
        people = await desk.read(lambda rows: rows.threads.companions())
        for circle in await asyncio.wrap_future(desk.vault.directory.circles()):
            people |= circle.members
        readers = await asyncio.to_thread(self._readers, people)
        if own is None and not readers:
            return
        if own is None or set(given) - set(readers) or self._over(own.made_ms, RENEW_MS):
            if own is not None:
                await self._take_back(own)
            own, given = await self._begin(), {}
        for user in {readers[device] for device in set(readers) - set(given)}:
            await self._give(own, user, {one for one in readers if readers[one] == user} - set(given))

    def _readers(self, people: Iterable[bytes]) -> dict[bytes, bytes]:
        """Return the devices, with their users, of those of *people* whose every key was compared or vouched for."""
        found: dict[bytes, bytes] = {}
        for user in set(people) - {self._desk.session.user}:
            living = self._desk.book.living(user)
            standing = [self._writer.standing(one) for one in living]
            held = any(one.blocked or sending.held(one, own=False, compared=True) for one in standing)
            if not held and all(one.role in PEOPLE for one in living):
                found |= {one.device_id: user for one in living}
        return found

    async def _begin(self) -> OwnWord:
        own = OwnWord(os.urandom(SEED_BYTES), os.urandom(KEY_BYTES), self._desk.now_ms())
        await self._desk.write(lambda rows: rows.presence.begin(own))
        self._own = own
        return own

    async def _give(self, own: OwnWord, user: bytes, devices: set[bytes]) -> None:
        desk, writer = self._desk, self._writer
        body = desks.Presence(Signer(own.seed).public, own.key).encode()
        conv = convs.direct(desk.session.user, user)
        draft = await asyncio.to_thread(writer.draft, Type.PRESENCE, conv, [user], body, devices=devices)
        if not draft.targets:
            return

        def act(rows: Mailbag) -> None:
            writer.post(rows, draft)
            rows.presence.give(user, [one.device for one in draft.targets])

        await desk.write(act)
        desk.wake.set()

    # --- what is said --------------------------------------------------------------------------------------

    async def _say(self) -> None:
        """Say the own word where it is another one, or a minute old."""
        line, own, wanted = self._desk.line, self._own, self._presence.wanted
        if line is None or own is None or wanted is None or wanted is Here.GONE:
            return
        if (line, own.seed, wanted) != self._said or self._over(self._said_ms, SAY_MS):
            await self._put(line, own, wanted)
            self._said, self._said_ms = (line, own.seed, wanted), self._desk.now_ms()

    async def _take_back(self, own: OwnWord) -> None:
        """Say that nothing is shared any more, to all who can read; where that fails the word runs out."""
        self._said = None
        if self._desk.line is not None:
            with contextlib.suppress(MediaError):
                await self._put(self._desk.line, own, Here.GONE)

    async def _put(self, line: Mailbox, own: OwnWord, here: Here) -> None:
        self._number = max(self._number + 1, self._desk.now_ms())
        signer = Signer(own.seed)
        await line.say(signer.public, signer.sign, seal_word(Word(self._number, here), signer, own.key))

    # --- what others say -----------------------------------------------------------------------------------

    async def _read(self, *, stale: bool) -> None:
        """Take the words of those whose words may count; then show what is fresh."""
        desk = self._desk
        try:
            if stale or (desk.line is not None and self._over(self._read_ms, READ_MS)):
                known = await desk.read(lambda rows: rows.presence.shared(MOST))
                self._shared = await asyncio.to_thread(self._trusted, known)
                if desk.line is not None:
                    await self._fetch(desk.line, self._shared)
                    self._read_ms = desk.now_ms()
        finally:
            self._show()

    def _trusted(self, shared: Iterable[SharedWord]) -> list[SharedWord]:
        """Return the words of devices that count now, of people to whom something may be written."""
        users, desk = {one.user for one in shared}, self._desk
        living = {(one.user, one.device_id): one for user in users for one in desk.book.living(user)}
        free = {
            name
            for name, standing in ((name, self._writer.standing(one)) for name, one in living.items())
            if not standing.blocked and not sending.held(standing, own=False)
        }
        return [one for one in shared if (one.user, one.device) in free]

    async def _fetch(self, line: Mailbox, shared: list[SharedWord]) -> None:
        told: defaultdict[bytes, list[SharedWord]] = defaultdict(list)
        for one in shared:
            told[tag_of(one.writer_pk)].append(one)
        tags = list(told)
        for at in range(0, len(tags), AT_ONCE):
            for tag, data in (await line.words(tags[at : at + AT_ONCE])).items():
                for one in told[tag]:
                    self._hear(one, data)

    def _hear(self, one: SharedWord, data: bytes) -> None:
        """Take a word unless it is forged, or older than what was heard."""
        before = self._heard.get(_name(one))
        with contextlib.suppress(MediaError):
            word = open_word(data, one.writer_pk, one.key)
            if before is None or word.number > before.word.number:
                self._heard[_name(one)] = Heard(word, self._desk.now_ms())

    def _show(self) -> None:
        known = {_name(one): one.user for one in self._shared}
        self._heard = {name: heard for name, heard in self._heard.items() if name in known}
        told: defaultdict[bytes, list[Heard]] = defaultdict(list)
        for name, heard in self._heard.items():
            told[known[name]].append(heard)
        self._presence.show(told, shared=bool(self._shared))


def _name(one: SharedWord) -> tuple[bytes, bytes]:
    """Return what a word is known by: somebody may name another's as the own one, with a key that does not open it."""
    return one.device, one.writer_pk
