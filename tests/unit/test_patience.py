"""Whoever is told to stop stops, also in the very turn in which what it waited for comes."""

from __future__ import annotations

import asyncio

import pytest

from media.patience import within


def test_a_cancellation_that_comes_with_the_answer_is_not_lost():
    async def story():
        answer = asyncio.get_running_loop().create_future()
        waiting = asyncio.create_task(within(60, answer))
        await asyncio.sleep(0)
        answer.set_result("come")
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(story())


def test_what_is_too_late_is_stopped():
    async def story():
        work = asyncio.get_running_loop().create_future()
        with pytest.raises(TimeoutError):
            await within(0, work)
        assert work.cancelled()

    asyncio.run(story())


def test_what_comes_in_time_is_returned():
    assert asyncio.run(within(60, asyncio.sleep(0, "come"))) == "come"
