"""A directory of 400 scrolled by the wheel, and walked by the arrows: handling and painting of each step against a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from tests.bench.window.rig import Watched, crowd, open_office, percentile, report, worst

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PyQt6.QtWidgets import QListView, QWidget

    from app.workstation import Office
    from tests.bench.window.rig import Step

FRAME_MS = 1000 / 60
STEPS = 60


def scroll(office: Office) -> Iterator[Step]:
    """Open the directory, turn the wheel, walk by the arrow."""
    yield "open", lambda: office.window.show_feature("directory")
    people: QListView = office.window.page("directory").list  # type: ignore[attr-defined]  # its own page
    yield "wait", lambda: None
    for _ in range(STEPS):
        yield "wheel", lambda: turn(people.viewport())
    yield "focus", lambda: people.setFocus(Qt.FocusReason.OtherFocusReason)
    for _ in range(STEPS):
        yield "arrow", lambda: QTest.keyClick(people, Qt.Key.Key_Down)


def turn(view: QWidget | None, notches: int = -1) -> None:
    """Turn the wheel: negative notches go down."""
    assert view is not None
    middle = QPointF(view.rect().center())
    event = QWheelEvent(
        middle,
        view.mapToGlobal(middle),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def main() -> None:
    """Scroll, print one result for each way."""
    app = Watched()
    office, _engines = open_office(crowd())
    stretches = app.play(scroll(office))
    for step in ("wheel", "arrow"):
        taken = [one for one in stretches if one.step == step and one.ms > 1]
        detail = {
            "steps": len(taken),
            "p50_ms": round(percentile([one.ms for one in taken], 0.5), 1),
            "own_p99_ms": round(percentile([one.cpu_ms for one in taken], 0.99), 1),
            "worst": worst(taken, 3),
        }
        p99 = percentile([one.ms for one in taken], 0.99)
        report(f"directory of 400, a step by the {step}, p99", p99, FRAME_MS, detail)
    office.close()


if __name__ == "__main__":
    main()
