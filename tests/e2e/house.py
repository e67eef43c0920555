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
PORTS = 'host = "127.0.0.1"\nport = 0\nudp_port = 0\nhttp_host = "127.0.0.1"\nhttp_port = 0\n'
ROOM = """
load-module module-null-sink sink_name=host_mouth rate=48000 channels=1
load-module module-null-sink sink_name=host_ears rate=48000 channels=2
load-module module-null-sink sink_name=guest_mouth rate=48000 channels=1
load-module module-null-sink sink_name=guest_ears rate=48000 channels=2
"""
"""The sound of two desks: a mouth (a microphone's source) and ears for each."""


def start_relay(folder: Path, allowed: str) -> tuple[subprocess.Popen[str], str, int]:
    """Start a relay that lets *allowed* organisations in; return it, its fingerprint and its port."""
    folder.mkdir()
    (folder / "relay.toml").write_text(PORTS + allowed)
    command = [sys.executable, "-m", "media.relay", "--config", str(folder / "relay.toml")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    return process, ready["fingerprint"].replace(":", ""), ready["port"]


def sound_of(who: str) -> dict[str, str]:
    """Return the environment in which a desk speaks and hears as *who*."""
    return {"PULSE_SINK": f"{who}_ears", "PULSE_SOURCE": f"{who}_mouth.monitor"}


class House:
    """A relay, an organisation, and the profiles of a host and of a colleague."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hospital = hospital.Hospital.found([GUEST], int(time.time()))
        key = self.hospital.organisation.relay_key.ed25519.hex()
        self.relay, pin, port = start_relay(folder / "relay", f'organisation_keys = ["{key}"]\n')
        self.address = RelayAddress("127.0.0.1", port, bytes.fromhex(pin))
        asyncio.run(self._furnish())

    async def _furnish(self) -> None:
        self.meeting = await hospital.call_meeting(self.hospital, self.address, int(time.time()))
        host, guest = self.hospital.desks
        await hospital.furnish(self.hospital, self.meeting, self.folder / "host", host, host=True)
        await hospital.furnish(self.hospital, self.meeting, self.folder / "guest", guest)

    def close(self) -> None:
        self.relay.terminate()
        self.relay.communicate(timeout=30)
