"""A private sound server for one test: null sinks whose monitors are microphones. Ends with the test."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

LOOP = """
load-module module-null-sink sink_name=speaker rate=48000 channels=2
load-module module-remap-source master=speaker.monitor source_name=microphone
set-default-sink speaker
set-default-source microphone
"""


class Pulse:
    """A PulseAudio of its own in *folder*; *script* loads its sinks (`LOOP`: a microphone that hears the speaker)."""

    def __init__(self, folder: Path, script: str = LOOP) -> None:
        if shutil.which("pulseaudio") is None or shutil.which("pactl") is None:
            pytest.skip("pulseaudio is not installed")
        self.folder = folder
        self.environment = {
            "XDG_RUNTIME_DIR": str(folder),
            "HOME": str(folder),
            "PULSE_SERVER": f"unix:{folder}/pulse/native",
        }
        (folder / "pulse.pa").write_text("load-module module-native-protocol-unix\n" + script)
        folder.chmod(0o700)
        options = ["--daemonize=no", "--exit-idle-time=-1", "--disallow-exit", "--use-pid-file=no"]
        self.process = subprocess.Popen(
            ["pulseaudio", "-n", "-F", "pulse.pa", *options],
            cwd=folder,
            env={**os.environ, **self.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + 10
        while self.control("info", check=False) != 0:
            if time.monotonic() > end:
                self.close()
                pytest.skip("pulseaudio does not start here")
            time.sleep(0.05)

    def control(self, *words: str, check: bool = True) -> int:
        """Run pactl; return its exit status."""
        done = subprocess.run(
            ["pactl", *words],
            env={**os.environ, **self.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=check,
        )
        return done.returncode

    def close(self) -> None:
        """End the server."""
        self.process.terminate()
        self.process.wait(10)
