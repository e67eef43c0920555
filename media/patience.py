"""Waiting for so long and no longer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable

T = TypeVar("T")


async def within(seconds: float, work: Awaitable[T]) -> T:
    """Return what *work* comes to; raises TimeoutError, and *work* is cancelled, once *seconds* are over.

    In the place of `asyncio.wait_for`, which before Python 3.12 loses a cancellation that comes in the turn in which *work*
    ends (cpython issue 86296): who was to stop goes on then.
    """
    async with asyncio.timeout(seconds):
        return await work
