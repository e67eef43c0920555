"""The queue of 10,000 patients and 200,000 answers: opening it, sorting, narrowing, scrolling, alerts whole, answers that come.

The window is the real one, painted offscreen, over a real vault. Printed: how long each act keeps the window's thread at a stretch, how long
it takes from a message's facts in the vault to the painted queue, and how long the queue is read after the unlock.
"""

from __future__ import annotations

import json
import random
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import structs
from PyQt6.QtCore import QEvent, QObject, Qt, QTimer

from app.monitoring.ports import List
from app.scenes import stills
from app.scenes.stills import NOW_MS
from app.trust import News
from storage.monitoring.answers import alert_id
from storage.vault import Vault
from tests.bench.monitoring.acts import Acts, longest, told
from tests.bench.monitoring.ground import ANSWERS, PASSWORD, PATIENTS, answered, profile, terms
from tests.bench.window.bench_blocks import strike
from tests.bench.window.bench_scroll import turn
from tests.bench.window.rig import Watched, crowd, open_office, percentile, report, worst

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.workstation import Office
    from storage.patients.facts import Fact
    from tests.bench.window.rig import Step

BLOCK_MS, FIRST_MS, SECOND_MS, READ_S = 16.0, 50.0, 1_000.0, 60.0
UNLOCK_S = 120.0
OPENED, WHEEL, ARROWS, COMING, BURST = 12, 40, 20, 20, 50
FORMS = ("call", "close", "escalate", "advise")


class Rig(QObject):
    """The office over the vault, and what is measured beside its stretches."""

    def __init__(self) -> None:
        super().__init__()
        session = crowd()
        self.office, _engines = open_office(session)
        self.vault = Vault.unlock(profile(), PASSWORD, terms())
        self.office.directory.open(session, stills.shelf(), News("", ()))
        self.began = time.perf_counter()
        self.read_ms = 0.0
        self.office.following.looked.subscribe(self._looked)
        self.office.following.keep_in(self.vault)
        self.office.following.follow(session)
        self.dice = random.Random(9)
        self.seq = self.vault.patients.applied().result()
        self._awaited: dict[bytes, float] = {}
        self.shown_ms: list[float] = []

    def _looked(self, outlook: object) -> None:
        if outlook is not None and not self.read_ms:
            self.read_ms = (time.perf_counter() - self.began) * 1000

    @property
    def page(self) -> Any:
        return self.office.window.page("monitoring")

    # --- answers that come ----------------------------------------------------------------------------------

    def come(self, *numbers: int) -> None:
        """Let patients answer badly now: facts to the vault, the feed's event, the queue."""
        begun = time.perf_counter()
        for number in numbers:
            self.seq += 1
            told_ms = NOW_MS - BURST + self.seq % BURST
            fact = _named_anew(answered(number % PATIENTS, 0, told_ms, self.dice), self.seq)
            self._awaited[alert_id(fact.key, fact.content.platform, fact.content.id)] = begun
            self.vault.patients.apply([(self.seq, (fact,))]).add_done_callback(self._kept)

    def _kept(self, done: Any) -> None:
        self.office.bridge.loop.call_soon_threadsafe(self.office.feed.patients_changed.fire, done.result())

    def watch(self) -> None:
        """Look at each paint of the queue and of the word that new rows wait."""
        self.page.queue.list.viewport().installEventFilter(self)
        self.page.queue.pill.installEventFilter(self)

    def eventFilter(self, _target: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 -- Qt's name
        """Ask what is there once a paint is done."""
        if self._awaited and event is not None and event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self._painted)
        return False

    def _painted(self) -> None:
        queue, now = self.page.queue, time.perf_counter()
        answer = queue._waiting or queue._answer
        for alert in [one for one in self._awaited if answer is not None and one in answer.place]:
            self.shown_ms.append((now - self._awaited.pop(alert)) * 1000)

    def all_came(self) -> bool:
        """Tell whether all that was answered is painted, or said to wait."""
        return not self._awaited

    def change(self, alert: bytes) -> None:
        """Say that an alert changed, as a colleague's record does."""
        self.office.bridge.loop.call_soon_threadsafe(self.office.alerts.changed.fire, frozenset((alert,)))


def _named_anew(fact: Fact, seq: int) -> Fact:
    """Give a questionnaire a number of its own, and raise an alert with it."""
    return structs.replace(fact, content=structs.replace(fact.content, id=f"N{seq}", alert="Y"))


def tour(rig: Rig, acts: Acts) -> Iterator[Step]:
    """Work in the section as a nurse would, one act after the other."""
    office: Office = rig.office
    window = office.window
    yield from acts.do("first: messages", partial(window.show_feature, "messages"), lambda: True)
    yield from acts.do("unlock: the vault is read", lambda: None, lambda: rig.read_ms, UNLOCK_S)
    show = partial(window.show_feature, "monitoring")
    yield from acts.do("first: section", show, lambda: rig.page.queue.answered and rig.page.queue.usable())
    rig.watch()
    yield from _listing(rig.page, acts)
    yield from _narrowing(rig.page, acts)
    yield from _alerts(rig, acts)
    yield from _coming(rig, acts)


def _listing(page: Any, acts: Acts) -> Iterator[Step]:
    queue = page.queue
    for sort in ("time", "name", "arrival", "grade") * 2:
        yield from acts.do(f"sort by {sort}", partial(_sort, page, sort), lambda: queue.answered)
    for which in (List.CLOSED, List.IN_HAND, List.TODO):
        yield from acts.do("another list", partial(page.show_list, which), lambda: queue.answered)
    yield from acts.do("into the queue", queue.to_list, queue.list.hasFocus)
    for _ in range(ARROWS):
        yield from acts.do("arrow", partial(strike, Qt.Key.Key_Down), lambda: True)
    for _ in range(WHEEL):
        yield from acts.do("wheel", lambda: turn(queue.list.viewport()), lambda: True)
    yield from acts.do("to the end", partial(strike, Qt.Key.Key_End), lambda: True)
    yield from acts.do("to the beginning", partial(strike, Qt.Key.Key_Home), lambda: True)


def _sort(page: Any, sort: str) -> None:
    box = page.queue.sort
    box.setCurrentIndex(box.findData(sort))
    box.activated.emit(box.currentIndex())


def _narrowing(page: Any, acts: Acts) -> Iterator[Step]:
    queue = page.queue
    for grade in (3, 3, 1, 1):
        press = queue.strip._grades[grade].click
        yield from acts.do("narrow to a grade", press, lambda: queue.answered)
    yield from acts.do("to the search", queue.to_search, lambda: True)
    for length in range(1, 8):
        typed = partial(queue.search.setText, "nom-000"[:length])
        yield from acts.do("search key", typed, lambda: queue.answered)
    yield from acts.do("whole again", queue.widen, lambda: queue.answered)


def _alerts(rig: Rig, acts: Acts) -> Iterator[Step]:
    page, centre = rig.page, rig.page.centre
    yield from acts.do(
        "first: alert", partial(strike, Qt.Key.Key_Return), lambda: page.alert and page.settled
    )
    for at in range(OPENED):
        alert = page.queue.list.queue.items[5 + 3 * at].alert
        opened = partial(page.open_alert, alert)
        yield from acts.do("open an alert", opened, lambda one=alert: page.alert == one and page.settled)  # type: ignore[misc]
    for _ in range(4):
        yield from acts.do("the alert changes", partial(rig.change, page.alert), lambda: page.settled)
    for look in ("curves", "table", "map") * 2:
        yield from acts.do(f"look: {look}", partial(centre.symptoms.choose, look), lambda: True)
    yield from acts.do("into the map", centre.first().setFocus, lambda: True)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Down) * 4:
        yield from acts.do("arrow in the map", partial(strike, key), lambda: True)
    for form in FORMS * 2:
        yield from acts.do(
            f"form: {form}", partial(page.panel.act, form), lambda: page.panel.form is not None
        )
        yield from acts.do("form put away", page.panel.leave, lambda: page.panel.form is None)


def _coming(rig: Rig, acts: Acts) -> Iterator[Step]:
    page = rig.page
    yield from acts.do("out of the queue", page.queue.sort.setFocus, lambda: True)
    for n in range(COMING):
        yield from acts.do("an answer comes", partial(rig.come, n * 7), rig.all_came)
    yield from acts.do("fifty answers come", partial(rig.come, *range(0, BURST * 11, 11)), rig.all_came)
    yield from acts.do("into the queue", page.queue.to_list, page.queue.list.hasFocus)
    for n in range(COMING):
        yield from acts.do("an answer comes, rows are held", partial(rig.come, n * 5 + 1), rig.all_came)
    yield from acts.do(
        "fifty come, rows are held", partial(rig.come, *range(2, BURST * 11, 11)), rig.all_came
    )
    yield from acts.do("what waits is shown", page.queue.take_waiting, lambda: not page.queue.waits())
    for _ in range(4):
        yield from acts.do(
            "rings run on", partial(page.queue.tick, NOW_MS + random.randrange(10**9)), lambda: True
        )


def main() -> None:
    """Play the tour, print the results."""
    profile()
    app = Watched()
    rig, acts = Rig(), Acts()
    found = longest(app.play(tour(rig, acts)))
    size = {
        "patients": PATIENTS,
        "answers": PATIENTS * ANSWERS,
        "missed": acts.missed,
        "left_out": acts.left_out,
    }
    firsts = [one for one in found if one.step.startswith("first: ")]
    usual = [one for one in found if not one.step.startswith("first: ")]
    told("blocks of the window's thread in the queue of alerts, p99 of acts", usual, BLOCK_MS, size)
    slowest = max(one.ms for one in firsts)
    report("first opening of Télésuivi, slowest", slowest, FIRST_MS, {"worst": worst(firsts, len(firsts))})
    shown = rig.shown_ms or [float("inf")]
    came: dict[str, object] = {"answers": len(rig.shown_ms), "p50_ms": round(percentile(shown, 0.5))}
    report("answer in the vault to the queue painted, p95", percentile(shown, 0.95), SECOND_MS, came)
    line = {"name": "queue read after the unlock", "ratio": round(rig.read_ms / 1000 / READ_S, 3)}
    line |= {"target": 1.0, "unit": f"of {READ_S:g} s", "detail": size | {"s": round(rig.read_ms / 1000, 2)}}
    print(json.dumps(line, ensure_ascii=False))
    for seen in (rig.page.queue.list.viewport(), rig.page.queue.pill):
        seen.removeEventFilter(rig)
    rig.office.following.close()
    rig.office.close()
    rig.vault.lock()


if __name__ == "__main__":
    main()
