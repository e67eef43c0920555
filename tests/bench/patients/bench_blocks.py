"""How long the window's thread is busy at a stretch in the section Patients: typing, opening, each tab, documents, news.

What `tests/bench/window/bench_blocks.py` is for the other sections; here among 100,000 patients, from the real vault.
"""

from __future__ import annotations

import base64
import os
import threading
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from app.patients.person.page import TABS
from tests.bench.patients.bench_feed import messages
from tests.bench.patients.desk import keep, morning, open_desk
from tests.bench.window.rig import Watched, percentile, report, worst

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from app.workstation import Office
    from tests.bench.window.rig import Step, Stretch

BLOCK_MS, FIRST_MS = 16.0, 50.0
WORST = 12
RICH = "80421937"
FLOOD, LETTERS = 1_500, 120
SCAN_BYTES = 15 << 20
"""In base64: a message of 20 MB."""


def tour(office: Office) -> Iterator[Step]:
    """Work in the section as a doctor would, one act a step."""
    yield "first: section", partial(office.window.show_feature, "patients")
    page: Any = office.window.page("patients")
    yield "to the search", page.finder.to_search
    for name in ("key", "key again"):
        for letter in "martin je":
            yield name, partial(press, letter)
        for _ in range(9):
            yield "key back", partial(strike, Qt.Key.Key_Backspace)
    for letter in "marie":
        yield "key", partial(press, letter)
    yield "into the list", partial(strike, Qt.Key.Key_Down)
    for at in range(15):
        yield "arrow", partial(strike, Qt.Key.Key_Down)
        yield "open" if at else "first: page", partial(strike, Qt.Key.Key_Return)
        yield "", lambda: None
        yield "back to the list", page.finder.list.setFocus
    yield from _rich(office, page)
    yield from _news(office, page)


def _rich(office: Office, page: Any) -> Iterator[Step]:
    vault = office.sitting.opened.vault  # type: ignore[union-attr]  # it is open
    number = vault.patients.search(RICH).result()[0].id
    yield "open a long record", partial(page.open_patient, number, ipp=RICH)
    for kind in ("first: tab", "tab"):
        for tab in TABS:
            yield f"{kind} {tab}", partial(page.person.choose, tab)
            yield f"{kind} {tab}, filled", lambda: None
    yield "tab papers", partial(page.person.choose, "papers")
    papers = page.person.part("papers")
    for at, line in enumerate([one for one in papers.list.shown.lines if hasattr(one, "paper")][:4]):
        yield f"document {at}", partial(papers.open_key, line.key)
        for _ in range(25):
            yield f"document {at} shown", lambda: None
        yield "close document", papers.close_paper


def _news(office: Office, page: Any) -> Iterator[Step]:
    """Let messages arrive while somebody reads, and types."""
    vault = office.sitting.opened.vault  # type: ignore[union-attr]  # it is open
    told = morning()
    later = {"summary": told[:3], "values": told[3:6], "moves": told[6:]}
    for tab, told_then in later.items():
        yield f"tab {tab}", partial(page.person.choose, tab)
        yield "news of the patient shown", partial(aside, vault, told_then)
        for _ in range(30):
            yield f"news: {tab}", lambda: None
    yield "to the search", page.finder.to_search
    yield "news: flood", partial(aside, vault, chain.from_iterable(map(_some, range(4))))
    yield from _typing("typing while messages are read")
    yield "news: scan", partial(aside, vault, map(scan, range(1)))
    yield from _typing("typing while 20 MB are read")


def _some(sender: int) -> Iterable[bytes]:
    """Yield ADT that the profile may have already: then they are read, and known again."""
    made = messages(sender)
    return (next(made) for _ in range(FLOOD // 4))


def _typing(name: str) -> Iterator[Step]:
    for at in range(LETTERS):
        yield (
            name,
            partial(press, "marie"[at % 5])
            if at % 6
            else partial(QTest.keyClick, QApplication.focusWidget(), Qt.Key.Key_Escape),
        )


def aside(vault: Any, told: Iterable[bytes]) -> None:
    """Keep *told* from another thread, as the listener's workers do."""
    threading.Thread(target=lambda: [one.result() for one in keep(vault, told)], daemon=True).start()


def scan(_number: int) -> bytes:
    """Return a document of 20 MB, another each time."""
    first = next(iter(messages(7))).split(b"\r")
    header = first[0].replace(b"ADT^A04^ADT_A01", b"ORU^R01^ORU_R01").split(b"|")
    header[8], header[9] = b"ORU^R01^ORU_R01", os.urandom(6).hex().encode()
    patient = next(one for one in first if one.startswith(b"PID"))
    content = base64.b64encode(os.urandom(SCAN_BYTES))
    return b"\r".join((
        b"|".join(header), patient, b"ORC|NW|1", b"OBR|1|1|1|11502-2^CR^LN|||20261120090000",
        b"OBX|1|ED|11502-2^CR^LN||^application^pdf^Base64^" + content + b"||||||F", b"",
    ))  # fmt: skip


def press(letter: str) -> None:
    """Type one letter where the focus is."""
    QTest.keyClicks(QApplication.focusWidget(), letter)


def strike(key: Qt.Key) -> None:
    """Strike one key where the focus is."""
    QTest.keyClick(QApplication.focusWidget(), key)


def main() -> None:
    """Play the tour, print three results."""
    app = Watched()
    office = open_desk()
    stretches = app.play(tour(office))
    office.close()
    firsts = [one for one in stretches if one.step.startswith("first: ")]
    busy = [one for one in stretches if one.step.startswith(("news", "typing"))]
    usual = [one for one in stretches if one not in firsts and one not in busy]
    said("blocks of the window's thread among 100,000 patients, p99", usual, BLOCK_MS)
    said("the same while messages arrive, p99", busy, BLOCK_MS)
    slowest = max(one.ms for one in firsts)
    report(
        "first opening of section, page and tabs, slowest", slowest, FIRST_MS, {"worst": worst(firsts, WORST)}
    )


def said(name: str, stretches: list[Stretch], limit: float) -> None:
    """Print one result."""
    detail: dict[str, object] = {
        "stretches": len(stretches),
        "over": sum(one.ms > limit for one in stretches),
        "over_by_itself": sum(one.cpu_ms > limit for one in stretches),
        "p50_ms": round(percentile([one.ms for one in stretches], 0.5), 1),
        "own_p99_ms": round(percentile([one.cpu_ms for one in stretches], 0.99), 1),
        "worst": worst(stretches, WORST),
        "worst_by_itself": worst(sorted(stretches, key=lambda one: -one.cpu_ms)[:WORST], WORST),
    }
    report(name, percentile([one.ms for one in stretches], 0.99), limit, detail)


if __name__ == "__main__":
    main()
