"""What all parts of the post office stand on."""

from __future__ import annotations

import asyncio

import pytest

from app.post.desk import Desk


@pytest.mark.parametrize("turns", range(4))
def test_a_lock_that_comes_together_with_work_ends_the_wait(turns):
    async def story():
        desk = Desk.__new__(Desk)  # only its bell
        desk.wake = asyncio.Event()
        waiting = asyncio.create_task(desk.woken(60.0))
        for _ in range(3):
            await asyncio.sleep(0)
        desk.wake.set()
        for _ in range(turns):
            await asyncio.sleep(0)
        if waiting.cancel():  # it was still waiting: then it must not go on as if nothing had been said
            with pytest.raises(asyncio.CancelledError):
                await waiting

    asyncio.run(story())
