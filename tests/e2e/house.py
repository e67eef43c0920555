"""A relay, an organisation and two furnished profiles: what a real meeting needs before anybody sits down."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from app.demo import hospital
from media.link import RelayAddress
from resources.demo.people import CAST

if TYPE_CHECKING:
    from pathlib import Path

GUEST = CAST[0]


class House:
    """A relay, an organisation, and the profiles of a host and of a colleague."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hospital = hospital.Hospital.found([GUEST], int(time.time()))
        self.relay = self._start_relay(folder / "relay")
        asyncio.run(self._furnish())

    def _start_relay(self, folder: Path) -> subprocess.Popen[str]:
        folder.mkdir()
        key = self.hospital.organisation.relay_key.ed25519.hex()
        ports = 'host = "127.0.0.1"\nport = 0\nudp_port = 0\nhttp_host = "127.0.0.1"\nhttp_port = 0\n'
        (folder / "relay.toml").write_text(f'{ports}organisation_keys = ["{key}"]\n')
        command = [sys.executable, "-m", "media.relay", "--config", str(folder / "relay.toml")]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        pin = bytes.fromhex(ready["fingerprint"].replace(":", ""))
        self.address = RelayAddress("127.0.0.1", ready["port"], pin)
        return process

    async def _furnish(self) -> None:
        self.meeting = await hospital.call_meeting(self.hospital, self.address, int(time.time()))
        host, guest = self.hospital.desks
        await hospital.furnish(self.hospital, self.meeting, self.folder / "host", host, host=True)
        await hospital.furnish(self.hospital, self.meeting, self.folder / "guest", guest)

    def close(self) -> None:
        self.relay.terminate()
        self.relay.communicate(timeout=10)
