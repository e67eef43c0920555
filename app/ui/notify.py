"""A word outside the window: by the system's notifications where it has a tray, else by the taskbar's own mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QApplication, QSystemTrayIcon

from app.ui.icons import icon
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtWidgets import QWidget

STAYS_MS = 10_000


def make_tray() -> QSystemTrayIcon | None:
    """Return an icon in the tray, None where the system has no tray or shows no messages."""
    if not QSystemTrayIcon.isSystemTrayAvailable() or not QSystemTrayIcon.supportsMessages():
        return None
    tray = QSystemTrayIcon(icon("users-group", "accent", 22))
    tray.setToolTip("Consilium")
    return tray


class Notifier(QObject):
    """`opened` carries the section of a notification that was clicked. The icon stays in the tray until somebody came."""

    opened = pyqtSignal(str)

    def __init__(self, window: QWidget, make_tray: Callable[[], QSystemTrayIcon | None] = make_tray) -> None:
        super().__init__(window)
        self._window, self._make_tray = window, make_tray
        self._tray: QSystemTrayIcon | None = None
        self._section = ""

    def notify(self, kind: str, section: str) -> None:
        """Say the sentence `alert.<kind>`: it has no parameter, so that it names nobody."""
        self._section = section
        if self._tray is None:
            self._tray = self._make_tray()
            if self._tray is not None:
                self._tray.messageClicked.connect(self._clicked)
                self._tray.activated.connect(self._clicked)
        if self._tray is None:
            QApplication.alert(self._window)
            return
        self._tray.show()
        plain = QSystemTrayIcon.MessageIcon.NoIcon
        self._tray.showMessage(str(say("alert.title")), str(say(f"alert.{kind}")), plain, STAYS_MS)

    def rest(self) -> None:
        """Take the icon out of the tray: somebody looks at the window."""
        if self._tray is not None:
            self._tray.hide()

    def _clicked(self) -> None:
        self.rest()
        self.opened.emit(self._section)
