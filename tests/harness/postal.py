"""A hospital whose desks write to each other: real vaults, a real relay process, real sockets; only the clock is passed in."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from app import trust
from app.admin.organisation import Organisation
from app.signin.service import read_session
from media.keys.certs import DeviceKeys, Request
from storage.identity import Relay
from storage.vault import Vault
from tests.harness.cheap import CHEAP
from tests.harness.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "mot de passe"
PATIENCE_S = 30.0


class Relaying:
    """`consilium-relay` in *folder*; its port stays the same over a restart."""

    def __init__(self, folder: Path, organisation_key: bytes, caps: str = "") -> None:
        self.folder, self._key, self._caps = folder, organisation_key, caps
        self.port, self.udp_port, self.http_port = free_port(), free_port(), free_port()
        self.pin = b""
        self.process: subprocess.Popen[str] | None = None
        self.said = folder / "said"
        folder.mkdir(parents=True, exist_ok=True)

    def start(self) -> Relaying:
        config = self.folder / "relay.toml"
        config.write_text(
            f'host = "127.0.0.1"\nport = {self.port}\nudp_port = {self.udp_port}\nhttp_port = {self.http_port}\n'
            f'organisation_keys = ["{self._key.hex()}"]\n[caps]\n{self._caps}\n'
        )
        command = [sys.executable, "-m", "media.relay", "--config", str(config)]
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True)
        line = self.process.stdout.readline()
        assert line, f"the relay ended with {self._gone()}: {self.said.read_text()}"
        ready = json.loads(line)
        self.port, self.udp_port, self.http_port = ready["port"], ready["udp_port"], ready["http_port"]
        self.pin = bytes.fromhex(ready["fingerprint"].replace(":", ""))
        return self

    def kill(self) -> None:
        self.process.kill()
        self._gone()

    def _gone(self) -> int:
        status = self.process.wait(30)
        self.process.stdout.close()
        return status

    @property
    def relay(self) -> Relay:
        return Relay("127.0.0.1", self.port, self.pin)


class Clock:
    """The hour at every desk; a test puts it forward, as time that passed, sets back what the wall says, or makes it stand."""

    def __init__(self) -> None:
        self.ahead_ms = self.set_back_ms = 0
        self._stands_ms: int | None = None

    def stand(self, at_ms: int | None) -> None:
        """Say *at_ms* whatever time passes; None goes on."""
        self._stands_ms = at_ms

    def now_ms(self) -> int:
        return self.steady_ms() - self.set_back_ms

    def steady_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self.ahead_ms if self._stands_ms is None else self._stands_ms


class House:
    """An organisation and its relay; `desk` enrols one more device."""

    def __init__(self, folder: Path, caps: str = "") -> None:
        self.folder = folder
        self.now_s = int(time.time())
        self.organisation, self.root = Organisation.create("CHU", self.now_s)
        self.relay = Relaying(folder / "relay", self.organisation.relay_key.ed25519, caps).start()
        self.bundle = folder / "directory.csl"
        self._numbers = 0

    def certify(self, name: str, user: bytes = b"", role: str = "doctor") -> tuple[DeviceKeys, object]:
        """Give somebody a device; nobody knows of it before `publish`."""
        keys = DeviceKeys.generate()
        request = Request.parse(keys.request(name, role, ""))
        return keys, self.organisation.issue(request, self.now_s, user=user)

    async def furnish(self, device: DeviceKeys, certificate: object) -> Vault:
        """Make the vault of a device and open it."""
        self._numbers += 1
        folder = self.folder / f"desk {self._numbers}"
        vault, _code = await asyncio.to_thread(Vault.create, folder, PASSWORD, CHEAP)
        enrolment = self.organisation.enrolment(certificate, self.now_s)
        await trust.enrol(vault, device, enrolment, self.relay.relay, self.now_s)
        return vault

    def publish(self) -> Path:
        """Write the directory as it is now to the file that all desks read."""
        self.bundle.write_bytes(self.organisation.bundle(int(time.time())).encode())
        return self.bundle

    async def refresh(self, vault: Vault) -> object:
        """Let a desk read the directory; return the session that results."""
        await trust.refresh(vault, self.publish(), int(time.time()))
        return await read_session(vault)

    def close(self) -> None:
        if self.relay.process.poll() is None:
            self.relay.kill()


async def until(true, patience_s: float = PATIENCE_S, pause_s: float = 0.02) -> object:
    """Wait for a condition, asked again after each pause; it may be a coroutine function. Fails the test when it never comes."""
    end = time.monotonic() + patience_s
    while True:
        found = true()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(pause_s)
