"""A real `consilium-gateway` and `consilium-admin` on a profile of their own, in processes of their own; only a password is cheap."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.harness.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

END_S = 60.0
CHEAPLY = (sys.executable, "-m", "tests.harness.cheap")
GATEWAY, ADMIN = (*CHEAPLY, "app.gateway"), (*CHEAPLY, "app.admin")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


class Gateway:
    """Its profile and secret lie in *folder*; the port stays the same over a restart; what it says is kept."""

    def __init__(self, folder: Path, profile: Path | None = None) -> None:
        self.folder = folder
        self.profile, self.secret = profile or folder / "profile", folder / "secret"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def init(self) -> str:
        """Make the profile; return what it prints."""
        made = run(*GATEWAY, "init", *self._where)
        assert made.returncode == 0, made.stderr
        return made.stdout

    def begin(self, *options: str) -> None:
        """Start it, and do not wait."""
        command = [*GATEWAY, "run", *self._where, "--mllp", f"127.0.0.1:{self.port}", *options]
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said)

    def start(self, *options: str) -> int:
        """Start it; return its port once it listens."""
        self.begin(*options)
        line = self.process.stdout.readline()
        with self.said.open("ab") as said:
            said.write(line)
        assert line, self.said.read_text()
        self.port = int(json.loads(line)["mllp"].rpartition(":")[2])
        return self.port

    def refused(self, port: int = 0, *options: str) -> subprocess.CompletedProcess[str]:
        """Start it where it must not start."""
        return run(*GATEWAY, "run", *self._where, "--mllp", f"127.0.0.1:{port}", *options)

    def send(self, messages: bytes, *options: str) -> subprocess.CompletedProcess[str]:
        """Send a file as the admin does it."""
        file = self.folder / "sent.hl7"
        file.write_bytes(messages)
        return run(*ADMIN, "hl7", "send", str(file), "--to", f"127.0.0.1:{self.port}", *options)

    def kill(self) -> None:
        """As a power cut or the OOM killer does it."""
        self.process.kill()
        self._gone()

    def stop(self) -> int:
        """As systemd does it; return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self._gone()

    def _gone(self) -> int:
        try:
            return self.process.wait(END_S)
        finally:
            self.process.stdout.close()

    def admin(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run an admin command on the profile."""
        return run(*ADMIN, *words, *self._where)

    def patients(self) -> dict[str, dict[str, Any]]:
        """Return the admin's dump by IPP; each number once."""
        dump = self.admin("patients", "--json")
        assert dump.returncode == 0, dump.stderr
        rows = [json.loads(line) for line in dump.stdout.splitlines()]
        assert len({(row["authority"], row["ipp"]) for row in rows}) == len(rows)
        return {row["ipp"]: row for row in rows}

    @property
    def said(self) -> Path:
        """What it wrote on both of its outputs."""
        return self.folder / "gateway.log"

    @property
    def _where(self) -> tuple[str, ...]:
        return "--profile", str(self.profile), "--secret-file", str(self.secret)


@contextmanager
def gateway(folder: Path, profile: Path | None = None, template: Gateway | None = None) -> Iterator[Gateway]:
    """Make a profile in *folder*, or copy that of *template*; whatever happens, no process stays."""
    made = Gateway(folder, profile)
    if template is None:
        made.init()
    else:
        shutil.copytree(template.profile, made.profile)
        shutil.copy2(template.secret, made.secret)
    try:
        yield made
    finally:
        if made.process is not None:
            made.kill()
