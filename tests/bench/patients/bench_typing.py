"""From a key press to the painted list, and from ↵ to the painted page, in the real window among 100,000 patients."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PyQt6.QtTest import QTest

from app.patients.findpages import LIST
from tests.bench.patients.desk import open_desk
from tests.bench.window.rig import START_MS, Watched, percentile, report

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtWidgets import QWidget

    from app.patients.page import PatientsPage
    from app.workstation import Office

TYPED = ("lema", "martin je", "marso", "baro 1954", "80012345", "xyzzy")
GOAL_MS, PAGE_MS, PATIENCE_S = 50.0, 100.0, 5.0
"""DESIGN.md §4: search under 50 ms."""
Taken = tuple[float, float]
"""Milliseconds by the clock, and of the processor."""


class Painted(QObject):
    """Tells when one of some widgets was painted last."""

    def __init__(self, *widgets: QWidget | None) -> None:
        super().__init__()
        self.at = 0.0
        for widget in filter(None, widgets):
            widget.installEventFilter(self)

    def eventFilter(self, _target: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 -- Qt's name
        """Note the time of a paint."""
        if event is not None and event.type() == QEvent.Type.Paint:
            self.at = time.perf_counter()
        return False


class Typist:
    """Types, waits until what was asked is shown and painted, and notes how long that took."""

    def __init__(self, app: Watched, office: Office) -> None:
        self._app = app
        office.window.show_feature("patients")
        self.page: PatientsPage = office.window.page("patients")  # type: ignore[assignment]  # its own page
        finder = self.page.finder
        pages = [finder.stack.widget(index) for index in range(finder.stack.count())]
        self._list, self._person = Painted(finder.list.viewport(), *pages), Painted(self.page.person)
        self.keys: list[Taken] = []
        self.pages: list[Taken] = []
        self._alarm = QTimer()
        self._alarm.start(100)  # so that waiting for an event ends, also where none comes

    def perform(self) -> None:
        """Type everything, open somebody after each."""
        finder = self.page.finder
        self._timed(lambda: None, lambda: finder.answered, None)
        for words in TYPED:
            self._timed(finder.search.clear, lambda: finder.shows(""), None)
            for typed in range(1, len(words) + 1):
                key = partial(QTest.keyClicks, finder.search, words[typed - 1])
                shown = partial(finder.shows, words[:typed])
                self.keys.append(self._timed(key, shown, self._list))
            if finder.stack.currentIndex() == LIST:
                first = finder.list.shown.lines[finder.list.first().row()].key
                there = lambda: self.page.stack.currentWidget() is self.page.person  # noqa: E731 -- asked below
                self.pages.append(self._timed(partial(finder.list.opened.emit, first), there, self._person))
        self._app.quit()

    def _timed(self, act: Callable[[], object], holds: Callable[[], bool], painted: Painted | None) -> Taken:
        """Act, wait until it holds and what was pending is painted; return how long, and the processor's time of all threads."""
        start, cpu = time.perf_counter(), time.process_time()
        act()
        seen = self._seen()
        while not (holds() and (painted is None or painted.at >= start or self._seen() == seen)):
            self._app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            assert time.perf_counter() < start + PATIENCE_S, "nothing was shown"
        self._app.processEvents()
        end = painted.at if painted is not None and painted.at > start else time.perf_counter()
        return (end - start) * 1000, (time.process_time() - cpu) * 1000

    def _seen(self) -> tuple[object, ...]:
        """Return what is on the screen: where it does not change nothing is painted."""
        finder = self.page.finder
        return self.page.stack.currentIndex(), finder.stack.currentIndex(), finder.list.shown.lines


def main() -> None:
    """Type, print."""
    app = Watched()
    office = open_desk()
    typist: list[Typist] = []

    def begin() -> None:
        typist.append(Typist(app, office))
        typist[0].perform()

    QTimer.singleShot(START_MS, begin)
    app.exec()
    office.close()
    for name, times, goal in (
        ("a key to the painted list among 100,000, p95", typist[0].keys, GOAL_MS),
        ("an opened patient's page painted, p95", typist[0].pages, PAGE_MS),
    ):
        wall, cpu = ([one[at] for one in times] for at in (0, 1))
        detail = {
            "times": len(times),
            "p50_ms": round(percentile(wall, 0.5), 1),
            "worst_ms": round(max(wall), 1),
            "own_p50_ms": round(percentile(cpu, 0.5), 1),
            "own_p95_ms": round(percentile(cpu, 0.95), 1),
        }
        report(name, percentile(wall, 0.95), goal, detail)


if __name__ == "__main__":
    main()
