"""Starts a process that looks at the bytes of strangers: our own program, with nothing of the window but a pipe. No Qt."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path


def start(word: str, module: str) -> subprocess.Popen[bytes]:
    """Start *module*, in a frozen program by its *word* on the command line; raise OSError."""
    frozen = getattr(sys, "frozen", False)
    return subprocess.Popen(  # noqa: S603 -- our own interpreter and module
        [sys.executable, word] if frozen else [sys.executable, "-I", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        cwd=Path(sys.executable).anchor or os.sep,
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """End it at once; waits for nothing but the kernel."""
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            if stream is not None:
                stream.close()


def _environment() -> dict[str, str]:
    """Return what such a process needs of the window's environment: nothing, on Windows the system's folder."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    return {
        **kept,
        "HOME": os.devnull,
        "TMPDIR": os.devnull,
        "LC_ALL": "C.UTF-8",
        "QT_QPA_PLATFORM": "offscreen",
    }
