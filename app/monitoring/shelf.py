"""What a vault knows of telemonitoring: for commands on a profile whose desk is not open. No Qt, no post."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from app.monitoring.memory import Memory
from app.monitoring.standing import Version, services
from app.monitoring.stock import Stock
from media.errors import ProtocolError
from media.mail.policy import KIND as POLICY
from media.mail.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from app.acts import Act
    from storage.monitoring.trace import Kept
    from storage.patients.facts import Key
    from storage.vault import Vault


class Shelf:
    """Made by `of`. *note* writes an act, with its subject and reason, into the audit trail."""

    def __init__(
        self, vault: Vault, known: Memory, stock: Stock, note: Callable[[Act, bytes, str], None]
    ) -> None:
        self._vault, self.known, self._stock, self._note = vault, known, stock, note

    @classmethod
    async def of(
        cls,
        vault: Vault,
        user: bytes,
        founders: Collection[bytes],
        now_ms: int,
        note: Callable[[Act, bytes, str], None],
    ) -> Shelf:
        """Read the vault of *user*; raises StorageError."""
        memory = Memory(user)
        stock = Stock(vault, memory, lambda: now_ms)
        rules = await asyncio.wrap_future(vault.mail.read(lambda rows: rows.trace.since(POLICY, 0)))
        memory.rule(services(_versions(rules), founders))
        await stock.newest()
        return cls(vault, memory, stock, note)

    async def whole(self, who: Key) -> Memory:
        """Return all that there is of a patient, by one of their numbers; raises StorageError."""
        return await self._stock.whole(self.known.persons_of(who))

    async def within(self, since_ms: int, until_ms: int) -> Memory:
        """Return what was answered or came in a time; raises StorageError."""
        return await self._stock.within(since_ms, until_ms)

    async def signed(self, subjects: Collection[bytes]) -> list[Kept]:
        """Return the records on *subjects* as they came."""
        return await asyncio.wrap_future(self._vault.mail.read(lambda rows: rows.trace.of(subjects)))

    async def traced(self, action: Act, subject: bytes, reason: str) -> None:
        """Have an act in the audit trail; raises StorageError."""
        await asyncio.to_thread(self._note, action, subject, reason)


def _versions(rules: Collection[Kept]) -> list[Version]:
    found = []
    for one in rules:
        with suppress(ProtocolError):
            found.append(Version(one.id, one.author, Policy.parse(one.data)))
    return found
