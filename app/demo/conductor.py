"""Holds a demo RCP from the first process to the last: relay, colleagues, the doctor's workstation, the scene, the figures."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.demo import clips, hospital, orders, prepare
from app.demo.actor import now_us
from app.demo.house import HOST, Display, RelayProcess
from app.demo.passage import Passage
from app.demo.player import Player
from app.demo.record import Record
from app.demo.report import Findings
from app.demo.writing import CHEAP
from media.patience import within
from resources.demo import messages as story
from resources.demo.monitoring import COORDINATOR
from resources.demo.monitoring import RELIEF as NURSE
from resources.demo.people import CAST, ME

if TYPE_CHECKING:
    from collections.abc import Callable

    from resources.demo.people import Person

SHARER = "tran"
MOST_PROCESSES = 3
ENTER_S, CODE_S, COUNT_S = 60.0, 15.0, 30.0
SETTLE_S, SETTLE_EACH_S = 2.0, 0.3
"""Who has just come in still exchanges keys with everybody; here all of them share two cores."""
NEXT_CASE, ASK_CODE, PICTURES = 0.2, 0.3, (0.5, 0.85)
"""Shares of the scene at which the keys change, the code is asked for, and pictures are taken."""
COLLEAGUES, DOCTOR, GAM = "app.demo.colleagues", "app.demo.doctor", "app.demo.gam"
LETTERS, PLATFORM, RELIEF = "app.demo.letters", "app.demo.platform", "app.demo.relief"
PINNED = {"SSL_CERT_FILE": os.devnull, "SSL_CERT_DIR": os.devnull}
"""Colleagues know the relay by its pin; reading the system's authorities for each of them takes seconds of CPU."""
UNSEEN = {**PINNED, "QT_QPA_PLATFORM": "offscreen"}
"""Desks without a window still make PDFs."""

log = logging.getLogger(__name__)


class DemoFailed(Exception):  # noqa: N818 -- the field's word
    """The demo could not be held; the text says what was waited for."""


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line. `seconds` 0: until the window is closed."""

    participants: int
    seconds: float
    headless: bool
    screenshots: Path | None = None
    camera: Path | None = None
    nurse: bool = False
    """Whether the second nurse has a window, too."""


class Conductor:
    """Starts everything, waits until all are in, plays the scene, collects, and takes everything down again."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._cast: list[Person] = list(CAST[: options.participants - 1])
        self._findings = Findings([ME.name, *(one.name for one in self._cast)])
        self._others: dict[str, int] = {}
        self._entered: set[str] = set()
        self._listens: orders.Listens | None = None
        self._written = self._triaged = False
        self._news = asyncio.Event()
        self._players: list[Player] = []

    # --- the whole ---

    async def perform(self) -> Findings:
        """Hold the demo and return what was counted; raises DemoFailed, HouseError, StudioFailed."""
        folder = await asyncio.to_thread(prepare.ready, self._cast)
        async with AsyncExitStack() as stack:
            home = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="consilium-demo-"))
            stack.callback(shutil.rmtree, home, ignore_errors=True)
            screen = await self._screen(stack)
            ground = hospital.Hospital.found(self._cast, int(time.time()), self._away(), story.MOVED)
            relay = await RelayProcess.start(home / "relay", ground.organisation.relay_key.ed25519)
            stack.push_async_callback(relay.close)
            record = await Record.start()
            stack.push_async_callback(record.close)
            passage = await Passage.start(home / "gateway", ground, relay.address, record.port)
            stack.push_async_callback(passage.close)
            stack.push_async_callback(self._dismiss)
            meeting = await hospital.call_meeting(ground, relay.address, int(time.time()))
            profile = home / "profile"
            letters, doctor = await self._player(LETTERS, UNSEEN), await self._player(DOCTOR, screen)
            await hospital.furnish(ground, meeting, profile, terms=CHEAP)
            await letters.order(hospital.correspond(ground, relay.address, home, profile))
            await self._colleagues(ground.parts(SHARER), meeting, folder)
            await self._until(lambda: self._written, ENTER_S, "all that was said before was written")
            await doctor.order(self._sit(meeting, folder, profile, ground.user(COORDINATOR)))
            relief = await self._relieve(ground, meeting, home / "relief", screen)
            await self._tell_patients(letters, passage, relief)
            await self._all_in()
            await self._until(lambda: self._triaged, ENTER_S, "the nurse triaged the alerts of the morning")
            if self._options.seconds:
                await doctor.order(orders.Reply())
            await self._play(doctor, relay)
            self._findings.recorded = len(record.kept)
        return self._findings

    def _away(self) -> list[Person]:
        """Return who writes and does not come to the meeting."""
        known = {one.key: one for one in (*CAST, story.LABORATORY)}
        away = [known[key] for key in story.WRITERS if known[key] not in self._cast]
        return [*away, NURSE] if self._options.nurse else away

    async def _screen(self, stack: AsyncExitStack) -> dict[str, str]:
        """Return the environment in which a window can open, with a display of its own when there is none."""
        if not self._options.headless:
            return {}
        display = await Display.start()
        stack.push_async_callback(display.close)
        return {"DISPLAY": display.name, "QT_QPA_PLATFORM": "xcb"}

    async def _all_in(self) -> None:
        everybody = len(self._findings.expected)
        await self._until(
            lambda: len(self._others) == everybody and set(self._others.values()) == {everybody - 1},
            ENTER_S,
            "everybody saw everybody",
        )

    async def _dismiss(self) -> None:
        await asyncio.gather(*(player.leave() for player in reversed(self._players)), return_exceptions=True)

    # --- coming in ---

    async def _colleagues(self, parts: list[orders.Part], meeting: orders.Meeting, folder: Path) -> None:
        """Let the host open the meeting, and the others follow, spread over a few processes."""
        processes = min(MOST_PROCESSES, len(parts))
        troupes = [await self._player(COLLEAGUES, PINNED) for _ in range(processes)]
        self._host = troupes[0]
        host, others = parts[:1], parts[1:]
        await troupes[0].order(orders.Cast(meeting=meeting, clips=str(folder), parts=host))
        await self._until(lambda: bool(self._entered), ENTER_S, "the host opened the meeting")
        for at, troupe in enumerate(troupes):
            share = others[at::processes]
            await troupe.order(orders.Cast(meeting=meeting, clips=str(folder), parts=share))

    async def _relieve(
        self, ground: hospital.Hospital, meeting: orders.Meeting, profile: Path, screen: dict[str, str]
    ) -> bytes:
        """Open the second nurse's window where it is wanted; return who she is."""
        if not self._options.nurse:
            return b""
        desk = next(one for one in ground.morning if one.person is NURSE)
        await hospital.furnish(ground, meeting, profile, desk, terms=CHEAP)
        player = await self._player(RELIEF, UNSEEN if self._options.headless else screen)
        coordinators = [ground.user(COORDINATOR).hex()]
        order = orders.Relieve(
            name=NURSE.name, profile=str(profile), password=hospital.PASSWORD, coordinators=coordinators
        )
        await player.order(order)
        self._findings.desks += 1
        return desk.certificate.user

    async def _player(self, module: str, env: dict[str, str] | None = None) -> Player:
        player = await Player.start(module, self._hear, env)
        self._players.append(player)
        return player

    async def _tell_patients(self, letters: Player, passage: Passage, relief: bytes) -> None:
        """Let the hospital's systems tell the gateway, and the doctor's workstation as soon as it listens; the service begins its day."""
        await self._until(lambda: self._listens is not None, ENTER_S, "the workstation took HL7 messages")
        assert self._listens is not None
        listeners = [(self._listens.host, self._listens.port), (HOST, passage.port)]
        began_s = int(time.time())
        gam, platform = await self._player(GAM), await self._player(PLATFORM)
        await gam.order(orders.Tell(listeners=listeners, began_s=began_s))
        await platform.order(orders.Ask(listeners=listeners, began_s=began_s))
        await letters.order(orders.Watch(began_s=began_s, relief=relief))

    def _sit(self, meeting: orders.Meeting, folder: Path, profile: Path, coordinator: bytes) -> orders.Sit:
        camera = self._options.camera or folder / clips.CAMERA_FILE
        return orders.Sit(
            name=ME.name,
            profile=str(profile),
            password=hospital.PASSWORD,
            link=meeting.link,
            title=meeting.title,
            camera=f"file:{camera.resolve()}",
            microphone=f"file:{folder / clips.MICROPHONE_FILE}",
            speaker="none" if self._options.headless else "",
            coordinators=[coordinator.hex()],
        )

    # --- the scene ---

    @property
    def _many(self) -> bool:
        """True when the new keys of all would stop the scene for a second: then they are drawn before it."""
        return len(self._cast) > clips.CALM

    async def _play(self, doctor: Player, relay: RelayProcess) -> None:
        if self._many:
            await self._host.order(orders.NextCase())
        await asyncio.sleep(SETTLE_S + SETTLE_EACH_S * len(self._cast))
        seconds = self._options.seconds
        start_us = now_us() + 500_000
        scene = orders.Scene(start_us=start_us, seconds=seconds, speakers=len(self._cast))
        await self._tell_all(scene)
        acts = asyncio.create_task(self._acts(doctor, start_us))
        if seconds:
            await _sleep_until(start_us + int(seconds * 1e6))
        else:
            await doctor.wait()
        acts.cancel()
        await asyncio.gather(acts, return_exceptions=True)
        self._findings.duration_s = (now_us() - start_us) / 1e6
        await self._collect(relay)

    async def _acts(self, doctor: Player, start_us: int) -> None:
        """Change the keys as for a new case, ask for the code, take pictures, each at its time."""
        length_us = (self._options.seconds or 60) * 1e6
        acts: list[tuple[float, orders.Order]] = [
            (NEXT_CASE, orders.NextCase()),
            (ASK_CODE, orders.AskCode()),
        ]
        folder = self._options.screenshots
        if folder is not None:
            await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
            acts += [
                (at, orders.Photograph(path=str(folder.resolve() / f"rcp-{number}.png")))
                for number, at in enumerate(PICTURES, 1)
            ]
        for at, order in sorted(acts, key=lambda act: act[0]):
            await _sleep_until(start_us + int(at * length_us))
            if isinstance(order, orders.Photograph):
                await doctor.order(order)
            else:
                await self._host.order(order)

    async def _collect(self, relay: RelayProcess) -> None:
        expected, desks = len(self._findings.expected), self._findings.desks
        self._findings.packets = await relay.packets()
        if self._options.seconds:
            await self._wait_quietly(lambda: len(self._findings.codes) >= expected, CODE_S)
        else:
            expected, desks = expected - 1, desks - 1  # the window is closed and counts no more
        await self._tell_all(orders.Count())
        await self._wait_quietly(
            lambda: len(self._findings.counts) >= expected and self._findings.complete(desks), COUNT_S
        )

    async def _tell_all(self, order: orders.Order) -> None:
        await asyncio.gather(*(player.order(order) for player in self._players))

    # --- news ---

    def _hear(self, news: orders.Order) -> None:
        match news:
            case orders.Entered(name=name):
                self._entered.add(name)
            case orders.Sees(name=name, others=others):
                self._others[name] = others
            case orders.Listens():
                self._listens = news
            case orders.Written():
                self._written = True
            case orders.Triaged():
                self._triaged = True
            case _:
                self._findings.hear(news)
        self._news.set()

    async def _until(self, holds: Callable[[], bool], seconds: float, what: str) -> None:
        waiting = asyncio.create_task(self._wait(holds))
        endings = [asyncio.create_task(player.wait()) for player in self._players]
        tasks = [waiting, *endings]
        try:
            await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                ended = any(player.ended for player in self._players)
                raise DemoFailed(f"{'a process ended' if ended else f'{seconds:.0f} s passed'} before {what}")
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _wait_quietly(self, holds: Callable[[], bool], seconds: float) -> None:
        """Wait, but let the checks of the report say what is missing."""
        try:
            await within(seconds, self._wait(holds))
        except TimeoutError:
            log.warning("not everybody answered in time")

    async def _wait(self, holds: Callable[[], bool]) -> None:
        while not holds():
            self._news.clear()
            await self._news.wait()


async def _sleep_until(at_us: int) -> None:
    await asyncio.sleep(max(0, at_us - now_us()) / 1e6)
