"""Acts of somebody at the window, each over once what it is to bring about is there; how long it kept the window's thread at a stretch."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.bench.window.rig import percentile, report, worst

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.bench.window.rig import Step, Stretch

PATIENCE_S, WHOLE_S = 20.0, 200.0
"""So long one act may take; after so long no other begins, so that the benchmark ends on any machine."""
SHOWN = 12


class Acts:
    """Numbers what is done. `missed`: what did not come about in time; `left_out`: how many acts there was no time for."""

    def __init__(self) -> None:
        self.missed: list[str] = []
        self.left_out = 0
        self._count = 0
        self._end_s = time.monotonic() + WHOLE_S

    def do(
        self, name: str, act: Callable[[], object], true: Callable[[], object], patience_s: float = PATIENCE_S
    ) -> Iterator[Step]:
        """Yield the steps of one act: what is done, then looks until *true* holds and it is painted."""
        if time.monotonic() > self._end_s:
            self.left_out += 1
            return
        self._count += 1
        named = f"{name}#{self._count}"
        yield named, act
        end_s = time.monotonic() + patience_s
        while not true():
            if time.monotonic() > end_s:
                self.missed.append(named)
                return
            yield named, _nothing
        yield named, _nothing


def longest(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Return of each act the longest stretch, by the name of the act alone; the processor's time is that of the act's busiest."""
    found: dict[str, Stretch] = {}
    for one in stretches:
        known = found.get(one.step, one)
        found[one.step] = replace(one, ms=max(one.ms, known.ms), cpu_ms=max(one.cpu_ms, known.cpu_ms))
    return [replace(one, step=one.step.partition("#")[0]) for one in found.values()]


def told(name: str, acts: Sequence[Stretch], limit_ms: float, more: dict[str, object]) -> None:
    """Print one result: the p99 of *acts* against a limit, with the worst, and both without what the rest of the machine took."""
    wall, own = [one.ms for one in acts], [one.cpu_ms for one in acts]
    detail = {
        "acts": len(acts),
        "over": sum(one > limit_ms for one in wall),
        "over_by_itself": sum(one > limit_ms for one in own),
        "p50_ms": round(percentile(wall, 0.5), 1),
        "worst_ms": round(max(wall), 1),
        "own_p99_ms": round(percentile(own, 0.99), 1),
        "own_worst_ms": round(max(own), 1),
        "worst": worst(acts, SHOWN),
        "worst_by_itself": [
            f"{one.cpu_ms:.1f} ms: {one.step}" for one in sorted(acts, key=lambda one: -one.cpu_ms)[:SHOWN]
        ],
    }
    report(name, percentile(wall, 0.99), limit_ms, detail | more)


def _nothing() -> None:
    """Wait."""
