"""Whom somebody looked at last, kept with their settings. No Qt."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from app.patients.ports import Shelf
    from storage.patients.records import Patient

REMEMBERED = 12
_KEY = "patients.recent"


class Glance(msgspec.Struct, frozen=True, array_like=True):
    """A patient seen, also by the number that outlives a rebuild of the cache."""

    id: int
    authority: str
    ipp: str
    at_ms: int


class Recent:
    """The glances of one user, the newest first; read once."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._glances: list[Glance] | None = None

    async def all(self) -> list[Glance]:
        """Return the glances; raises StorageError."""
        if self._glances is None:
            kept = await asyncio.wrap_future(self._shelf.settings.all())
            self._glances = _read(kept.get(_KEY, "[]"))
        return self._glances

    async def remember(self, patient: Patient, now_ms: int) -> None:
        """Put a patient first, and keep that unless the vault is only read; raises StorageError."""
        number = (patient.authority, patient.ipp)
        others = [one for one in await self.all() if (one.authority, one.ipp) != number]
        self._glances = [Glance(patient.id, *number, now_ms), *others][:REMEMBERED]
        if not self._shelf.read_only:
            kept = self._shelf.settings.save(_KEY, msgspec.json.encode(self._glances).decode())
            await asyncio.wrap_future(kept)


def _read(text: str) -> list[Glance]:
    try:
        return msgspec.json.decode(text, type=list[Glance])[:REMEMBERED]
    except msgspec.MsgspecError:
        return []
