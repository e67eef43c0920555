"""The shared picture on another display: a window that holds nothing but it, and says nothing of it in its title."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from PyQt6.QtCore import QPoint, QRect, Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QScreen, QShortcut
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.ui.panes import FocusRing, ground

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PyQt6.QtGui import QCloseEvent


class Display(Protocol):
    """What is needed of a screen (`QScreen`)."""

    def name(self) -> str:
        """Return its name at the system's."""

    def geometry(self) -> QRect:
        """Return where it lies."""


D = TypeVar("D", bound=Display)


def other_display(displays: Sequence[D], at: QPoint) -> D | None:
    """Return the largest of *displays* that does not hold *at*, the middle of the main window; None where there is none."""
    free = [one for one in displays if not one.geometry().contains(at)]
    return max(free, key=lambda one: one.geometry().width() * one.geometry().height(), default=None)


class StageWindow(QWidget):
    """Fills a display with the stage; Échap, F or the window's own cross give it back (`given_back`)."""

    given_back = pyqtSignal()

    def __init__(self, owner: QWidget, stage: QWidget) -> None:
        super().__init__(owner, Qt.WindowType.Window)
        self.setWindowTitle("Consilium")
        ground(self, "stage")
        self.display = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(stage)
        stage.show()
        self.ring = FocusRing(self)

    def bind(self, key: str, call: Callable[[], object]) -> None:
        """Let *key* do here what it does in the main window."""
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(call)

    def fill(self, display: Display) -> None:
        """Fill *display*."""
        self.display = display.name()
        if isinstance(display, QScreen):
            self.setScreen(display)
        self.setGeometry(display.geometry())
        self.showFullScreen()
        self.setFocus()

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Give the stage back instead of ending it."""
        if event is not None:
            event.ignore()
        self.given_back.emit()
