"""Who is of a service, as the signed rules in the vault tell: also while the patients are closed. No Qt."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from app.monitoring.standing import Version, services
from media.errors import ProtocolError
from media.mail.policy import KIND, Policy
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from storage.monitoring.trace import Kept
    from storage.vault import Vault


class Company:
    """*founders*: whom IT lets sign first rules. `now`: they, and whom a service names now; `ever`: whom one named before, too."""

    def __init__(self, founders: Callable[[], Collection[bytes]]) -> None:
        self._founders = founders
        self._read_of: Vault | None = None
        self.now: frozenset[bytes] = frozenset()
        self.ever: frozenset[bytes] = frozenset()

    async def read(self, vault: Vault) -> bool:
        """Know who is of a service by this vault; tell whether that was not known yet. Raises StorageError."""
        if self._read_of is vault:
            return False
        self._read_of = vault
        try:
            kept = await asyncio.wrap_future(vault.mail.read(lambda rows: rows.trace.since(KIND, 0)))
        except StorageError:
            self._read_of = None
            raise
        self._reckon([version for one in kept if (version := _version(one)) is not None])
        return True

    def hear(self, kept: Kept) -> None:
        """Read again once there are new rules of somebody who may have signed them."""
        if kept.kind == KIND and kept.author in self.ever.union(self._founders()):
            self._read_of = None

    def _reckon(self, versions: list[Version]) -> None:
        founders = frozenset(self._founders())
        ruled = services(versions, founders).values()
        signed = [version for one in ruled for version in one.versions]
        self.now = founders.union(*(one.members for one in ruled))
        self.ever = self.now | {user for one in signed for user, _part in one.policy.members}


def _version(kept: Kept) -> Version | None:
    try:
        return Version(kept.id, kept.author, Policy.parse(kept.data))
    except ProtocolError:
        return None
