"""The engine as the window sees it: started, spoken to, listened to, and its death noticed. No Qt."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from typing import IO, TYPE_CHECKING

from media.engine import pipe
from media.errors import ProtocolError
from media.events import Event

if TYPE_CHECKING:
    from media.engine import messages
    from media.engine.frames import Arena

STOP_S = 3.0
log = logging.getLogger(__name__)


class Engine:
    """One life of the media engine. After `died`, make a new one with the same arena and join again.

    `messages` and `died` (exit status) fire on the reader's thread; `died` once, after the last message, also after
    `stop`. `send` never waits.
    """

    def __init__(self) -> None:
        self.messages: Event[messages.ToWindow] = Event()
        self.died: Event[int] = Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._outbox: pipe.Outbox | None = None

    @property
    def pid(self) -> int:
        """Process id; 0 before `start`."""
        return self._process.pid if self._process else 0

    def start(self, arena: Arena) -> None:
        """Spawn the engine onto *arena*; it says `Ready` when it is up. Raises OSError when it cannot be started."""
        self._process = process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
            [sys.executable, "-m", "media.engine", "--arena", arena.ticket],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(arena.fd,) if arena.fd >= 0 else (),
        )
        assert process.stdin is not None
        assert process.stdout is not None
        self._outbox = pipe.Outbox(process.stdin, pipe.MOST_FROM_WINDOW, self.kill)
        threading.Thread(target=self._read, args=(process.stdout,), name="engine-reader", daemon=True).start()

    def send(self, message: messages.Message) -> None:
        """Say something to the engine; to a dead one it is lost. One that has stopped reading is ended."""
        if self._outbox is not None:
            self._outbox.put(message)

    def stop(self) -> None:
        """End the engine: it leaves the meeting by itself within 3 s, else it is killed."""
        if self._process is None or self._outbox is None:
            return
        self._outbox.close()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the engine at once; `died` follows."""
        if self._process is not None:
            self._process.kill()

    def _read(self, stream: IO[bytes]) -> None:
        assert self._process is not None
        try:
            for message in pipe.read_from_engine(stream):
                self.messages.fire(message)
        except ProtocolError:
            log.exception("the media engine broke the pipe's rules; ended")
            self.kill()
        status = self._process.wait()
        stream.close()
        if self._outbox is not None:
            self._outbox.close()
        self.died.fire(status)
