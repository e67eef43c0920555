"""One window a profile: a second `consilium [LINK]` hands its link to the first, which comes to the front, and ends."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtNetwork import QLocalServer, QLocalSocket

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_LINE = 4096
WAIT_MS = 2_000
ANSWER_MS = 20_000
"""For so long a first window that is busy is waited for: another one could not open the vault that it holds."""
TAKEN = b"taken\n"


def address(folder: Path) -> str:
    """Return where the first window of *folder* listens: a place that no other user can write to."""
    name = f"consilium-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:24]}"
    if sys.platform == "win32":
        return name
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return str((Path(runtime) if _private(runtime) else folder) / name)


def _private(folder: str) -> bool:
    """Tell whether *folder* is the own user's alone: a stranger must not answer in the first window's stead."""
    try:
        state = Path(folder).stat() if folder else None
    except OSError:
        return False
    return state is not None and state.st_uid == os.getuid() and not stat.S_IMODE(state.st_mode) & 0o077


def hand_over(folder: Path, link: str, answer_ms: int = ANSWER_MS) -> bool:
    """Give *link* (or nothing) to the window that has *folder* open; False when none answers within *answer_ms*."""
    socket = QLocalSocket()
    socket.connectToServer(address(folder))
    if not socket.waitForConnected(WAIT_MS):
        return False
    socket.write(link.encode()[: MAX_LINE - 1].split(b"\n")[0] + b"\n")
    socket.flush()
    return socket.waitForReadyRead(answer_ms) and socket.readAll().data() == TAKEN


class Doorbell(QObject):
    """Listens for later starts. `rung` carries their link, or an empty text; a start that says nonsense is hung up on."""

    rung = pyqtSignal(str)

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)
        with suppress(OSError):  # a folder that cannot be made is said where it matters, by the first run
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = address(folder)
        QLocalServer.removeServer(place)  # what a crash left: `hand_over` found nobody behind it
        self.listening = self._server.listen(place)

    def _answer(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            _Caller(socket, self.rung.emit)

    def close(self) -> None:
        """Listen no more."""
        self._server.close()


class _Caller(QObject):
    """A later start, as long as its connection lasts: says its link in time, and is told that it was taken."""

    def __init__(self, socket: QLocalSocket, taken: Callable[[str], None]) -> None:
        super().__init__(socket)
        self._socket, self._taken = socket, taken
        self._heard = bytearray()
        socket.readyRead.connect(self._read)
        socket.disconnected.connect(socket.deleteLater)
        self._patience = QTimer(self)
        self._patience.timeout.connect(self._end)
        self._patience.start(WAIT_MS)

    def _read(self) -> None:
        self._heard.extend(self._socket.read(MAX_LINE + 1) or b"")
        line, end, _ = bytes(self._heard).partition(b"\n")
        if len(line) > MAX_LINE:
            self._socket.abort()
        elif end and self._patience.isActive():
            self._patience.stop()
            self._socket.write(TAKEN)
            self._socket.disconnectFromServer()
            self._taken(line.decode(errors="replace"))

    def _end(self) -> None:
        """Hang up on who did not say all; what a busy window did not come to read is read first."""
        self._socket.waitForReadyRead(0)
        if self._patience.isActive():
            self._socket.abort()
