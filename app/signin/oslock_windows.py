"""Windows tells a window that its session is locked or that the PC goes to sleep. Never run on a real Windows yet."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

from PyQt6.QtCore import QAbstractNativeEventFilter, QCoreApplication

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.sip import voidptr

WM_POWERBROADCAST, PBT_APMSUSPEND = 0x0218, 0x0004
WM_WTSSESSION_CHANGE, WTS_SESSION_LOCK = 0x02B1, 0x0007
_WHY = {(WM_WTSSESSION_CHANGE, WTS_SESSION_LOCK): "system", (WM_POWERBROADCAST, PBT_APMSUSPEND): "sleep"}


class Message(ctypes.Structure):
    """The head of Windows' MSG."""

    _fields_ = (
        ("window", ctypes.c_void_p),
        ("message", ctypes.c_uint),
        ("wparam", ctypes.c_size_t),
        ("lparam", ctypes.c_ssize_t),
    )


def why(message: Message) -> str:
    """Return `system`, `sleep`, or an empty text for a message about something else."""
    return _WHY.get((message.message, message.wparam), "")


class SessionFilter(QAbstractNativeEventFilter):
    """Registers *window* for session notices and calls *locked* with why."""

    def __init__(self, window: int, locked: Callable[[str], object]) -> None:
        super().__init__()
        self._locked = locked
        register = ctypes.CDLL("wtsapi32.dll").WTSRegisterSessionNotification
        register(ctypes.c_void_p(window), 0)
        app = QCoreApplication.instance()
        assert app is not None
        app.installNativeEventFilter(self)

    def nativeEventFilter(self, _kind: object, message: voidptr | None) -> tuple[bool, int]:  # type: ignore[override]  # noqa: N802 -- the stubs want a pointer where PyQt takes 0
        """Look at the message; let it through."""
        reason = why(Message.from_address(int(message))) if message else ""
        if reason:
            self._locked(reason)
        return False, 0
