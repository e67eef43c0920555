"""What the demo's people stand on: a real relay with its own folder, and a display where there is none."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sys
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from app.demo.player import end, spawn
from media.link import RelayAddress
from media.patience import within

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from pathlib import Path

HOST = "127.0.0.1"
START_S = 15.0
SCREEN = "1440x900x24"
_COUNTER = re.compile(r"^consilium_relay_(packets_in|packets_out)_total (\d+)$", re.MULTILINE)


class HouseError(Exception):
    """The relay or the display did not start; what it said is on standard error."""


@dataclass(frozen=True)
class RelayProcess:
    """A relay of this machine only, on ports that the system chose."""

    process: Process
    address: RelayAddress
    http_port: int

    @classmethod
    async def start(cls, folder: Path, organisation_key: bytes) -> Self:
        """Start it with its files in *folder*; raises HouseError."""
        config = _write_config(folder, organisation_key)
        process = await spawn(sys.executable, "-m", "media.relay", "--config", str(config))
        try:
            ready = json.loads(await _first_line(process))
            pin = bytes.fromhex(ready["fingerprint"].replace(":", ""))
            return cls(process, RelayAddress(HOST, ready["port"], pin), ready["http_port"])
        except (ValueError, KeyError, TimeoutError) as error:
            await end(process)
            raise HouseError("the relay did not start") from error

    async def packets(self) -> dict[str, int]:
        """Return `packets_in` and `packets_out` as the relay counts them."""
        url = f"http://{HOST}:{self.http_port}/metrics"
        text = await asyncio.to_thread(_get, url)
        return {name: int(value) for name, value in _COUNTER.findall(text)}

    async def close(self) -> None:
        """End it."""
        await end(self.process)


def _write_config(folder: Path, organisation_key: bytes) -> Path:
    folder.mkdir()
    config = folder / "relay.toml"
    config.write_text(
        f'host = "{HOST}"\nport = 0\nudp_port = 0\nhttp_host = "{HOST}"\nhttp_port = 0\n'
        f'organisation_keys = ["{organisation_key.hex()}"]\n',
        "utf-8",
    )
    return config


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 -- our own relay on loopback
        return str(answer.read(1 << 20), "utf-8")


async def _first_line(process: Process) -> bytes:
    assert process.stdout is not None
    return await within(START_S, process.stdout.readline())


@dataclass(frozen=True)
class Display:
    """An X server without a screen."""

    process: Process
    name: str

    @classmethod
    async def start(cls) -> Self:
        """Start Xvfb on a free number; raises HouseError."""
        program = shutil.which("Xvfb")
        if program is None:
            raise HouseError("Xvfb is not installed")
        reading, writing = os.pipe()
        try:
            number = ("-displayfd", str(writing))
            process = await spawn(
                program, *number, "-screen", "0", SCREEN, "-nolisten", "tcp", pass_fds=(writing,), quiet=True
            )
        finally:
            os.close(writing)
        text = await asyncio.to_thread(_line, reading)
        if not text.isdigit():
            await end(process)
            raise HouseError("Xvfb did not start")
        return cls(process, f":{int(text)}")

    async def close(self) -> None:
        """End it."""
        await end(self.process)


def _line(descriptor: int) -> str:
    """Return the line that the X server writes when it is up, empty when it ends without one."""
    with os.fdopen(descriptor) as pipe:
        return pipe.readline().strip()


def has_display() -> bool:
    """Tell whether a window can open here."""
    return sys.platform == "win32" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
