"""From a questionnaire's first byte on the MLLP socket to its alert painted, in the demo's hospital.

What the demo's systems tell comes first: its patients, and months of questionnaires. Then patients answer badly, one after the other,
while somebody looks at the queue. Socket, listener, encrypted inbox, cache, queue and window are the real ones; painted offscreen.
"""

from __future__ import annotations

import asyncio
import socket
import tempfile
import threading
import time
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QEvent, QObject, QTimer

from app.config import MLLP_LISTEN, PATIENTS_ACCESS, Policy
from app.demo import day
from app.demo.hl7 import Desk
from app.demo.questionnaires import NAME, Platform, history, newest, number, questionnaire
from app.scenes import stills
from app.workstation import Profile, build_office
from resources.demo.monitoring import COURSES
from resources.demo.patients import AUTHORITY
from storage.monitoring.answers import alert_id
from storage.patients.facts import Key
from storage.vault import Vault
from tests.bench.patients.ground import PASSWORD, _enrol, terms
from tests.bench.window.rig import SIZE, Watched, percentile, report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.workstation import Office

ARRIVALS, WARM = 40, 3
SECOND_MS, PATIENCE_S, WHOLE_S = 1_000.0, 20.0, 200.0
START, END = b"\x0b", b"\x1c\r"
PLAIN = [one for one in COURSES if not (one.number or one.nameless or one.silent or one.raised == "N")]
"""Whose answers are alerts of a patient who is known."""


def told_before(began: datetime) -> Iterator[bytes]:
    """Yield what the demo's systems tell before it begins."""
    systems = Desk("GAM", began.replace(tzinfo=None)), Desk("SIL", began.replace(tzinfo=None))
    yield from (one.message for one in day.history(*systems))
    yield from (one.message for one in history(Platform(NAME, began)))


class Arrival:
    """The answer number *n* of those that come while somebody looks."""

    def __init__(self, n: int) -> None:
        self._course, self._number = PLAIN[n % len(PLAIN)], f"N{n}"
        self.alert = alert_id(Key(AUTHORITY, self._course.ipp), NAME, self._number)

    def message(self, status: str) -> bytes:
        """Return it as it is told (F), or taken back (X)."""
        now = datetime.now().astimezone()
        grades = newest(self._course, DYSPNEA="4")
        raw = questionnaire(PLATFORM, self._course, now, grades, status=status)
        return raw.replace(number(self._course.ipp).encode(), self._number.encode())


class Hospital(threading.Thread):
    """Sends, each message answered before the next; *say* is called on the window's thread once all of before is there."""

    def __init__(self, address: str, screen: Screen, say: Callable[[Callable[[], None]], None]) -> None:
        super().__init__(daemon=True)
        host, _, port = address.rpartition(":")
        self._socket = socket.create_connection((host, int(port)), timeout=PATIENCE_S)
        self._screen, self._say = screen, say
        self.took_ms: list[float] = []
        self.missed: list[int] = []

    def run(self) -> None:
        """Tell everything, then let the window end."""
        for raw in told_before(datetime.now().astimezone()):
            self._tell(raw)
        shown = self._screen.await_queue()
        self._say(self._screen.show)
        if shown.wait(PATIENCE_S):
            self._arrive()
        self._say(self._screen.end)

    def _arrive(self) -> None:
        end_s = time.monotonic() + WHOLE_S
        for n in range(ARRIVALS + WARM):
            if time.monotonic() > end_s:
                self.missed += range(n, ARRIVALS + WARM)
                return
            one = Arrival(n)
            painted, begun = self._screen.await_alert(one.alert, there=True), time.perf_counter()
            self._tell(one.message("F"))
            if not painted.wait(PATIENCE_S):
                self.missed.append(n)
            elif n >= WARM:
                self.took_ms.append((self._screen.at - begun) * 1000)
            gone = self._screen.await_alert(one.alert, there=False)
            self._tell(one.message("X"))
            gone.wait(PATIENCE_S)

    def _tell(self, raw: bytes) -> None:
        answer = b""
        while b"MSA|AA" not in answer and b"MSA|CA" not in answer:
            self._socket.sendall(START + raw + END)
            answer = b""
            while not answer.endswith(END):
                answer += self._socket.recv(65_536)


class Screen(QObject):
    """What somebody sees: asks after each paint of the queue whether what is awaited stands in it, in sight."""

    def __init__(self, app: Watched, office: Office) -> None:
        super().__init__()
        self._app, self._office = app, office
        self._true: Callable[[], bool] = lambda: False
        self._seen = threading.Event()
        self.at = 0.0

    def begin(self) -> None:
        """Let the hospital begin once the listener listens."""
        if not self._office.feed.state.address:
            QTimer.singleShot(50, self.begin)
            return
        self.hospital = Hospital(self._office.feed.state.address, self, self._office.bridge.post)
        self.hospital.start()

    @property
    def _queue(self) -> Any:
        return self._office.window.page("monitoring").queue  # type: ignore[attr-defined]  # its own page

    def await_queue(self) -> threading.Event:
        """Return what tells that the queue is there."""
        return self._await(lambda: self._queue.answered and self._queue.usable())

    def await_alert(self, alert: bytes, *, there: bool) -> threading.Event:
        """Return what tells that an alert is painted, or no more."""
        return self._await(partial(self._is, alert, there=there))

    def _await(self, true: Callable[[], bool]) -> threading.Event:
        self._seen = threading.Event()
        self._true = true
        return self._seen

    def _is(self, alert: bytes, *, there: bool) -> bool:
        rows = self._queue.list
        row = rows.row_of(alert)
        seen = row >= 0 and rows.visualRect(rows.queue.index(row)).intersects(rows.viewport().rect())
        return seen is there

    def show(self) -> None:
        """Open the section; the focus stands beside the list, among whose rows it would hold them still."""
        self._office.window.show_feature("monitoring")
        self._queue.sort.setFocus()
        self._queue.list.viewport().installEventFilter(self)
        self._queue.list.viewport().update()

    def eventFilter(self, _target: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 -- Qt's name
        """Look once a paint is done."""
        if event is not None and event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self._look)
        return False

    def _look(self) -> None:
        if not self._seen.is_set() and self._true():
            self.at = time.perf_counter()
            self._seen.set()

    def end(self) -> None:
        """Leave."""
        self._queue.list.viewport().removeEventFilter(self)
        self._app.quit()


PLATFORM = Platform(NAME, datetime.now().astimezone())


def main() -> None:
    """Let them arrive, print one result."""
    app = Watched()
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "profile"
        vault, _code = Vault.create(profile, PASSWORD, terms())
        asyncio.run(_enrol(vault))
        vault.lock()
        forced = {MLLP_LISTEN.key: "127.0.0.1:0", PATIENTS_ACCESS.key: "everyone"}
        office = build_office(
            Profile(
                folder=profile,
                policy=Policy(forced=forced),
                make_engine=lambda: stills.StillEngine(stills.StillArena()),
                make_arena=stills.StillArena,
                look=stills.look,
                terms=terms(),
            )
        )
        office.door.opened.emit(asyncio.run(office.signin.unlock(PASSWORD)))
        office.window.resize(*SIZE)
        office.window.show()
        screen = Screen(app, office)
        screen.begin()
        app.exec()
        took, missed = screen.hospital.took_ms, screen.hospital.missed
        office.close()
    if not took:
        raise SystemExit("no alert was painted")
    detail: dict[str, object] = {
        "arrivals": len(took),
        "missed": missed,
        "patients": len(COURSES),
    }
    detail |= {"p50_ms": round(percentile(took, 0.5)), "worst_ms": round(max(took))}
    report(
        "questionnaire over MLLP to its alert painted, in the demo's hospital, p95",
        percentile(took, 0.95),
        SECOND_MS,
        detail,
    )


if __name__ == "__main__":
    main()
