"""What the window's benchmarks share: the real window of a hospital of 400, and stretches of its thread measured."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import msgspec
from PyQt6.QtCore import QAbstractEventDispatcher, QTimer
from PyQt6.QtWidgets import QApplication

from app.scenes import stills
from app.workstation import Profile, build_office
from media.keys.certs import DeviceCert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from PyQt6.QtCore import QEvent, QObject

    from app.session import Session
    from app.workstation import Office
    from media.engine import messages as m

PEOPLE = 400
SIZE = 1440, 900
START_MS, PAUSE_MS = 2_000, 60
"""Nobody opens a section before what is loaded after the first paint is there."""
FELT_MS = 0.5
"""Rounds that did less are thousands: with them no percentile would say anything."""
DAY_S = 86_400
Step = tuple[str, "Callable[[], object]"]


@dataclass(frozen=True)
class Stretch:
    """How long a round of the loop took (`ms`), how much of it was its own work (`cpu_ms`), and in which step."""

    ms: float
    cpu_ms: float
    step: str


class Watched(QApplication):
    """Measures every round of the event loop, under the name of the step then running: so long a key pressed meanwhile waits.

    Work that is cut into steps looks at the keys between two of them (app/ui/steps.py), and paints.
    """

    def __init__(self) -> None:
        super().__init__(sys.argv[:1])
        self.step = "start"
        self.stretches: list[Stretch] = []
        self._depth = 0
        self._start = self._end = self._start_cpu = self._end_cpu = 0.0
        loop = QAbstractEventDispatcher.instance()
        assert loop is not None
        loop.awake.connect(self._round)
        loop.aboutToBlock.connect(self._round)

    def _round(self) -> None:
        if not self._depth:
            self._close()
            self._start = 0.0

    def notify(self, receiver: QObject | None, event: QEvent | None) -> bool:
        """Deliver, and look at the clock around what is not delivered from within."""
        if self._depth:
            return super().notify(receiver, event)
        if not self._start:
            self._start, self._start_cpu = time.perf_counter(), time.thread_time()
        self._depth = 1
        try:
            return super().notify(receiver, event)
        finally:
            self._depth = 0
            self._end, self._end_cpu = time.perf_counter(), time.thread_time()

    def _close(self) -> None:
        if self._start:
            took, cpu = self._end - self._start, self._end_cpu - self._start_cpu
            self.stretches.append(Stretch(took * 1000, cpu * 1000, self.step))

    def _part(self) -> None:
        """End the stretch here: a step that begins at once after a long one is not counted with it."""
        self._end, self._end_cpu = time.perf_counter(), time.thread_time()
        self._close()
        self._start, self._start_cpu = self._end, self._end_cpu

    def play(self, steps: Iterator[Step], pause_ms: int = PAUSE_MS) -> list[Stretch]:
        """Run *steps* one by one, each in a stretch of its own; return all that took `FELT_MS`, but those of the start."""

        def step() -> None:
            self._part()
            self.step, act = next(steps, ("end", self.quit))
            act()
            QTimer.singleShot(0, lambda: QTimer.singleShot(pause_ms, step))

        QTimer.singleShot(START_MS, step)
        self.exec()
        return [one for one in self.stretches if one.step != "start" and one.ms >= FELT_MS]


class PlainArena(stills.StillArena):
    """Pictures of one colour: the real ones are scaled by another process, not on the window's thread."""

    def draw(self, tiles: Sequence[m.Tile]) -> None:
        """Fill what the wall asks for."""
        self._pictures = {t.index: _plain(t.width, t.height) for t in tiles}


@cache
def _plain(width: int, height: int) -> stills.Still:
    return stills.Still(memoryview(bytes(width * height * 4)), width, height, width * 4, (width, height))


def crowd() -> Session:
    """Return the screenshots' doctor in an organisation of 400."""
    session = stills.directory_session()
    now_s = stills.NOW_MS // 1000
    certificates = list(session.trust.certificates)
    for n in range(PEOPLE - len(certificates)):
        certificate = DeviceCert.issue(
            stills.seeded("issuer"),
            org=DeviceCert.parse(session.certificate).org,
            user=n.to_bytes(16, "big"),
            name=f"Dr Prénom{n % 37} de Nom-Composé{n}",
            role="doctor",
            specialty="Anesthésie-réanimation",
            device_id=n.to_bytes(16, "little"),
            public=stills.seeded("crowd").public,
            serial=100 + n,
            not_before=now_s - DAY_S,
            not_after=now_s + 89 * DAY_S,
        )
        certificates.append(certificate.signed)
    return replace(session, trust=msgspec.structs.replace(session.trust, certificates=certificates))


def open_office(session: Session | None, **more: Any) -> tuple[Office, list[stills.StillEngine]]:
    """Return the office, its window shown, and the list in which its engines will be; without a session, locked.

    *more* goes into its profile (app.workstation.Profile).
    """
    arena, engines = PlainArena(), []

    def make_engine() -> stills.StillEngine:
        engines.append(stills.StillEngine(arena))
        return engines[-1]

    profile = Profile(
        folder=Path("/nonexistent"),
        now_ms=lambda: stills.NOW_MS,
        make_engine=make_engine,
        make_arena=lambda: arena,
        make_signin=stills.StillSignIn,
        look=stills.look,
        **more,
    )
    office = build_office(profile, session=session)
    office.window.resize(*SIZE)
    office.window.show()
    return office, engines


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which *share* of *values* lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def worst(stretches: Sequence[Stretch], count: int) -> list[str]:
    """Return the longest stretches in words."""
    longest = sorted(stretches, key=lambda one: -one.ms)[:count]
    return [f"{one.ms:.1f} ms ({one.cpu_ms:.1f} of its own): {one.step}" for one in longest]


def report(name: str, value: float, limit: float, detail: dict[str, object]) -> None:
    """Print one result: milliseconds against their limit."""
    line = {"name": name, "ratio": round(value / limit, 2), "target": 1.0, "unit": f"of {limit:g} ms"}
    print(json.dumps(line | {"detail": detail}, ensure_ascii=False))
