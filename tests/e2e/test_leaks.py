"""A hundred meetings joined and left in one window: real relay, real engine process each time; nothing is left behind."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from PyQt6.QtCore import QCoreApplication, QEvent

from app.demo import hospital
from app.intents import JoinMeeting
from app.meeting.view import Stage
from app.signin.service import Opened, SignIn
from app.workstation import Profile, build_office
from tests.e2e.house import House

WARM_UP = 4
FEW, MANY = 6, 100
POOL = 6
"""Worker threads of the window that may come and go."""
GROWTH_KB = 6_000
"""What the allocators of Qt and of Python may still settle; a leaked page of the call alone is over 300 kB a meeting."""


@dataclass(frozen=True)
class Held:
    """What the window's process holds."""

    descriptors: int
    threads: int
    children: int
    private_kb: int

    @classmethod
    def now(cls) -> Held:
        own = Path("/proc/self")
        rows = (own / "smaps_rollup").read_text().splitlines()
        return cls(
            descriptors=len(list((own / "fd").iterdir())),
            threads=len(list((own / "task").iterdir())),
            children=sum(map(_children, own.glob("task/*/children"))),
            private_kb=sum(int(row.split()[1]) for row in rows if row.startswith("Private_")),
        )


def _children(listed: Path) -> int:
    """Count the processes that one thread started; a thread that just ended has none."""
    try:
        return len(listed.read_text().split())
    except OSError:
        return 0


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    yield made
    made.close()


@pytest.fixture
def office(house, qtbot):
    profile = house.folder / "first host"

    async def unlocked():
        first = house.hospital.host
        await hospital.furnish(house.hospital, house.meeting, profile, first, host=True)
        opened = await SignIn(profile).unlock(hospital.PASSWORD)
        assert isinstance(opened, Opened)
        await asyncio.to_thread(opened.vault.lock)
        return opened.session

    made = build_office(Profile(folder=profile), session=asyncio.run(unlocked()))
    qtbot.addWidget(made.window)
    made.window.resize(1440, 900)
    made.window.show()
    yield made
    made.close()


def meet(office, qtbot, link, children):
    """Enter, stay until the call runs, leave, wait until the engine has ended: there are only so many children again."""
    office.open(JoinMeeting(link))
    office.meeting.enter()
    qtbot.waitUntil(lambda: office.meeting.view.stage is Stage.LIVE, timeout=60_000)
    qtbot.waitUntil(lambda: office.window.page("meeting").drawn is office.meeting.view)
    office.meeting.leave()
    office.meeting.forget()
    qtbot.waitUntil(lambda: Held.now().children == children, timeout=60_000)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def assert_flat(office, qtbot, house, meetings):
    children = Held.now().children
    for _ in range(WARM_UP):
        meet(office, qtbot, house.meeting.link, children)
    before, begun = Held.now(), time.monotonic()
    for _ in range(meetings):
        meet(office, qtbot, house.meeting.link, children)
    # a look at the relay may still be under way
    qtbot.waitUntil(lambda: Held.now().descriptors <= before.descriptors)
    after = Held.now()
    print(f"{meetings} meetings in {time.monotonic() - begun:.0f} s: {before} -> {after}")
    assert after.children == children
    assert after.threads <= before.threads + POOL
    assert after.private_kb - before.private_kb < GROWTH_KB


def test_a_few_meetings_leave_nothing_behind(office, qtbot, house):
    assert_flat(office, qtbot, house, FEW)


@pytest.mark.long
def test_a_hundred_meetings_leave_nothing_behind(office, qtbot, house):
    assert_flat(office, qtbot, house, MANY)
