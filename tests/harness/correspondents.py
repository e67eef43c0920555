"""People at desks that write to each other, without a window: a service of messages each, over a real vault, post and relay."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from app.audit import Trail
from app.config import Config
from app.messages.service import Messages
from app.post.office import Post
from app.signin.service import read_session
from storage.directory import Verified
from storage.vault import Vault
from tests.harness.cheap import CHEAP
from tests.harness.postal import PASSWORD, Clock, House, until

if TYPE_CHECKING:
    from pathlib import Path

    from app.session import Session
    from storage.messages.records import Message, State, Thread


class Desk:
    """One device of somebody, open."""

    def __init__(self, house: House, vault: Vault, folder: Path) -> None:
        self.house, self.vault, self.folder = house, vault, folder
        self.clock = Clock()
        self.told: list = []
        self.refused: list[str] = []
        self.refreshes = False

    async def open(self) -> Desk:
        """Begin the post office, with the directory as it is published now."""
        self.session: Session = await self.house.refresh(self.vault)
        self.config = Config()
        self.trail = Trail(self.clock.now_ms)
        self.trail.open(self.vault.audit, self.session.user)
        self.post = Post(self.clock.now_ms, self.clock.steady_ms)
        self.post.told.subscribe(self.told.append)
        self.post.refused.subscribe(self.refused.append)
        self.messages = Messages(self.post, self.config, self.clock.now_ms, self.trail)
        self.task = asyncio.create_task(
            self.messages.work(self.session, self.vault, self._refresh if self.refreshes else None)
        )
        await self.post.opened.wait()
        return self

    async def _refresh(self) -> Session:
        return await self.house.refresh(self.vault)

    async def close(self) -> None:
        """Lock the desk."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await asyncio.to_thread(self.vault.lock)

    async def reopen(self) -> Desk:
        """Unlock it again."""
        self.vault = await asyncio.to_thread(Vault.unlock, self.folder, PASSWORD, CHEAP)
        return await self.open()

    async def renew(self) -> None:
        """Let the desk read the directory and its own decisions again."""
        self.session = await self.house.refresh(self.vault)
        self.messages.renew(self.session)

    async def verify(self, other: Desk) -> None:
        """Keep that the safety number of another desk was compared."""
        cert = other.post.desk.book.own
        row = Verified(cert.user, cert.public.ed25519, 0)
        await asyncio.wrap_future(self.vault.directory.verify(row))
        self.session = await read_session(self.vault)
        self.messages.renew(self.session)

    @property
    def user(self) -> bytes:
        return self.session.user

    async def online(self) -> None:
        await until(lambda: self.post.line.online)

    async def direct(self, other: Desk) -> int:
        return await self.messages.direct(other.user)

    async def thread(self, conv: bytes = b"") -> Thread:
        """Wait for the newest thread, or that of *conv*."""

        async def found():
            rows = await self.messages.threads()
            return next((one for one in rows if conv in {b"", one.conv}), None)

        return await until(found)

    async def texts(self, thread: int) -> list[str]:
        return [one.text for one in await self.messages.page(thread) if not one.event]

    async def hears(self, text: str, conv: bytes = b"") -> Message:
        """Wait until a message with this text stands in a thread."""

        async def found():
            for thread in await self.messages.threads():
                for one in (
                    await self.messages.page(thread.id, limit=500) if conv in {b"", thread.conv} else ()
                ):
                    if one.text == text:
                        return one
            return None

        return await until(found)

    async def reaches(self, message: int, state: State) -> None:
        """Wait until an own message came so far."""

        async def there():
            found = await asyncio.wrap_future(self.vault.mail.read(lambda rows: rows.messages.get(message)))
            return found.state is state

        await until(there)

    async def parcels(self) -> int:
        """Count what the outbox holds still."""
        figures = await asyncio.wrap_future(self.vault.mail.figures())
        return figures.waiting


class Clinic(House):
    """A house whose desks are open and are closed with it."""

    def __init__(self, folder: Path, caps: str = "") -> None:
        super().__init__(folder, caps)
        self.desks: list[Desk] = []

    async def desk(self, name: str, user: bytes = b"", role: str = "doctor") -> Desk:
        """Enrol one more device; `settle` opens all of them."""
        vault = await self.furnish(*self.certify(name, user, role))
        made = Desk(self, vault, self.folder / f"desk {self._numbers}")
        self.desks.append(made)
        return made

    async def settle(self) -> None:
        """Open every desk, with all of them in the directory, and wait for their lines."""
        for desk in self.desks:
            await desk.open()
        for desk in self.desks:
            await desk.online()

    async def end(self) -> None:
        for desk in self.desks:
            if desk.vault is not None and hasattr(desk, "task") and not desk.task.done():
                await desk.close()
            else:
                await asyncio.to_thread(desk.vault.lock)
        self.close()


def with_desks(folder: Path, names: tuple[str, ...], story, caps: str = "") -> None:
    """Run *story* (a coroutine function of the clinic and its desks) among open desks."""

    async def run() -> None:
        clinic = Clinic(folder, caps)
        try:
            desks = [await clinic.desk(name) for name in names]
            await clinic.settle()
            await story(clinic, *desks)
        finally:
            await clinic.end()

    asyncio.run(run())
