"""A desk with one screen: a private Xvfb, a session bus, and a user who sees by accessible names and acts by mouse and keys."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable

SCREEN = ("-screen", "0", "1440x900x24", "-nolisten", "tcp", "-r")
"""`-r`: a key is down until it is let go, and on a machine that stands still meanwhile it would repeat."""
LOOK = Path(__file__).with_name("look.py")
SYSTEM_PYTHON = "/usr/bin/python3"
LAUNCHER = "/usr/libexec/at-spi-bus-launcher"
PLAIN_SPACES = str.maketrans("\u00a0\u202f", "  ")


def ready() -> bool:
    """Tell whether this machine has the programs that a desk needs."""
    programs = ("Xvfb", "xdotool", "dbus-daemon")
    found = all(any((Path(d) / p).exists() for d in os.get_exec_path()) for p in programs)
    probe = [SYSTEM_PYTHON, "-c", "import gi; gi.require_version('Atspi', '2.0')"]
    return (
        found
        and Path(LAUNCHER).exists()
        and subprocess.run(probe, capture_output=True, check=False).returncode == 0
    )


PATIENCE_S = 60.0
"""How long a user who watches the screen waits for what nobody times: a tree of a busy window is read slowly."""


class Desk:
    """One user's screen. Use as a context manager; ends every process that it started."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.environment = {**os.environ, **environment}
        self._started: list[subprocess.Popen[Any]] = []
        self._eyes: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        read, write = os.pipe()
        self._spawn(["Xvfb", *SCREEN, "-displayfd", str(write)], pass_fds=(write,))
        os.close(write)
        with os.fdopen(read) as pipe:
            display = f":{pipe.readline().strip()}"
        sockets = Path(tempfile.mkdtemp(prefix="run-"))  # a socket's whole path has room for 107 bytes
        address = f"unix:path={sockets}/bus"
        self._spawn(["dbus-daemon", "--session", "--nofork", f"--address={address}"])
        self._wait((sockets / "bus").exists)
        self.environment |= {
            "DISPLAY": display,
            "DBUS_SESSION_BUS_ADDRESS": address,
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "XDG_RUNTIME_DIR": self.environment.get("XDG_RUNTIME_DIR", str(sockets)),
        }
        self._spawn([LAUNCHER, "--launch-immediately"])
        self._eyes = subprocess.Popen(
            [SYSTEM_PYTHON, "-W", "ignore", str(LOOK)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=self.environment,
        )
        return self

    def __exit__(self, *_: object) -> None:
        if self._eyes is not None:
            self._started.append(self._eyes)
        for process in reversed(self._started):
            process.terminate()
        for process in self._started:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    def start(self, *command: str, **more: str) -> subprocess.Popen[Any]:
        """Start a program on this screen; its words go to a log beside the screen's files."""
        return self._spawn(list(command), log=True, env={**self.environment, **more})

    def log(self) -> str:
        """All that the started programs have written."""
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    # --- seeing -------------------------------------------------------------------------------------------

    def look(self) -> list[dict[str, Any]]:
        """Return every showing object."""
        assert self._eyes is not None
        assert self._eyes.stdin is not None
        assert self._eyes.stdout is not None
        self._eyes.stdin.write("\n")
        self._eyes.stdin.flush()
        seen: list[dict[str, Any]] = json.loads(self._eyes.stdout.readline().translate(PLAIN_SPACES))
        return seen

    def find(self, words: str, role: str = "") -> dict[str, Any] | None:
        """Return the first showing object whose name or text contains *words*; an exact name comes first."""
        hits = [
            node
            for node in self.look()
            if role in node["role"] and (words in node["name"] or words in node["text"]) and node["box"]
        ]
        return min(hits, key=lambda node: node["name"] != words, default=None)

    def until(self, words: str, role: str = "", seconds: float = PATIENCE_S) -> dict[str, Any]:
        """Wait until *words* show."""
        found: list[dict[str, Any]] = []

        def seen() -> bool:
            node = self.find(words, role)
            found[:] = [node] if node else []
            return bool(found)

        self._wait(seen, seconds, f"{words!r} never showed")
        return found[0]

    def until_gone(self, words: str, seconds: float = PATIENCE_S) -> None:
        """Wait until *words* show no more."""
        self._wait(lambda: self.find(words) is None, seconds, f"{words!r} stayed")

    def until_true(
        self, holds: Callable[[], bool], seconds: float = PATIENCE_S, say: str = "it never came true"
    ) -> None:
        """Wait until *holds* says yes; *say* what did not happen."""
        self._wait(holds, seconds, say)

    def picture(self, path: Path) -> Path:
        """Save the screen as a PNG."""
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["import", "-window", "root", str(path)], env=self.environment, check=True, timeout=20)
        return path

    # --- acting -------------------------------------------------------------------------------------------

    def click(self, words: str, role: str = "", seconds: float = PATIENCE_S) -> None:
        """Click in the middle of what shows *words*."""
        x, y, width, height = self.until(words, role, seconds)["box"]
        self.move(x + width // 2, y + height // 2, press=True)

    def move(self, x: int, y: int, *, press: bool = False) -> None:
        """Move the mouse to a place of the screen, and press there."""
        self._do("mousemove", str(x), str(y), *(("click", "1") if press else ()))

    def click_right(self) -> None:
        """Press the right button where the mouse is."""
        self._do("click", "3")

    def type(self, text: str) -> None:
        """Type *text* where the focus is."""
        self._do("type", "--delay", "5", text)

    def press(self, *keys: str) -> None:
        """Press each of *keys* (xdotool names)."""
        self._do("key", *keys)

    def _do(self, *arguments: str) -> None:
        subprocess.run(["xdotool", *arguments], env=self.environment, check=True, timeout=30)

    def _spawn(self, command: list[str], *, log: bool = False, **options: Any) -> subprocess.Popen[Any]:
        options.setdefault("env", self.environment)
        path = self.folder / f"{len(self._started)}-{Path(command[0]).name}.log"
        with path.open("wb") as sink:
            out = sink if log else subprocess.DEVNULL
            process = subprocess.Popen(command, stdout=out, stderr=out, **options)
        self._started.append(process)
        return process

    @staticmethod
    def _wait(true: Callable[[], bool], seconds: float = PATIENCE_S, say: str = "timed out") -> None:
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                raise AssertionError(say)
            time.sleep(0.1)
