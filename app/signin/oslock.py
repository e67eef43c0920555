"""The operating system locks its session, or goes to sleep: the desk locks too.

Linux by D-Bus (logind, the desktop's screen saver). Windows by its session notices, in `oslock_windows`.
Whoever can send these signals to this session can lock the desk, and nothing else.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal, pyqtSlot
from PyQt6.QtDBus import QDBusConnection, QDBusMessage

if TYPE_CHECKING:
    from app.signin.oslock_windows import SessionFilter

LOGIND, SESSION = "org.freedesktop.login1", "/org/freedesktop/login1/session/"
SAVERS = ("org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver", "org.cinnamon.ScreenSaver")


class SystemLock(QObject):
    """`locked` carries why: `system` for a locked session, `sleep` before the PC sleeps."""

    locked = pyqtSignal(str)

    def watch_windows(self, window: int) -> SessionFilter:
        """Listen to the notices that Windows sends to *window*; what is returned must be kept."""
        from app.signin.oslock_windows import SessionFilter  # noqa: PLC0415 -- Windows only

        return SessionFilter(window, self.locked.emit)

    def watch_linux(
        self, session: QDBusConnection | None = None, system: QDBusConnection | None = None
    ) -> None:
        """Listen on the two buses; one that is not there is passed over."""
        own = session or QDBusConnection.sessionBus()
        for saver in SAVERS:
            own.connect("", "", saver, "ActiveChanged", self._saver_changed)
        whole = system or QDBusConnection.systemBus()
        whole.connect(LOGIND, "", f"{LOGIND}.Session", "Lock", self._session_locked)
        whole.connect(LOGIND, "", f"{LOGIND}.Manager", "PrepareForSleep", self._sleeps)

    @pyqtSlot(QDBusMessage)
    def _saver_changed(self, message: QDBusMessage) -> None:
        if message.arguments()[:1] == [True]:
            self.locked.emit("system")

    @pyqtSlot(QDBusMessage)
    def _sleeps(self, message: QDBusMessage) -> None:
        if message.arguments()[:1] == [True]:
            self.locked.emit("sleep")

    @pyqtSlot(QDBusMessage)
    def _session_locked(self, message: QDBusMessage) -> None:
        if own_session(message.path(), os.environ.get("XDG_SESSION_ID", "")):
            self.locked.emit("system")


def own_session(path: str, number: str) -> bool:
    """Tell whether logind's object *path* is session *number*; any is where the own number is not known."""
    return not number or path == SESSION + "".join(_escaped(at, letter) for at, letter in enumerate(number))


def _escaped(at: int, letter: str) -> str:
    """Write *letter* as logind does in object paths: a leading digit and signs as `_` and two hexadecimal digits."""
    plain = letter.isascii() and letter.isalnum() and not (at == 0 and letter.isdigit())
    return letter if plain else f"_{ord(letter):02x}"


def follow(lock: SystemLock, window: int) -> object:
    """Listen as this system wants it; keep what is returned as long as the window lives."""
    if sys.platform == "win32":
        return lock.watch_windows(window)
    lock.watch_linux()
    return lock
