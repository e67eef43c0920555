"""What the vault answers to the agenda, its errors in the words of the page. No Qt."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from app.meeting.agenda.draft import PlanRefused
from storage import errors

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")
_CODES: tuple[tuple[type[errors.StorageError], str], ...] = (
    (errors.ReadOnly, "read-only"),
    (errors.Locked, "locked"),
    (errors.DiskTrouble, "disk"),
)


def refused(error: errors.StorageError) -> PlanRefused:
    """Return what the page says of an error of the vault."""
    return PlanRefused(next((code for kind, code in _CODES if isinstance(error, kind)), "vault"))


async def kept(answer: Future[T]) -> T:
    """Wait for the vault; raises PlanRefused."""
    try:
        return await asyncio.wrap_future(answer)
    except errors.StorageError as error:
        raise refused(error) from error
