"""A real relay process on loopback, people with keys made by PyNaCl, and UDP paths that lose or block."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Self

from nacl.signing import SigningKey

from media import wire
from media.link import Admission, Host, Link, OrganisationProof, RelayAddress
from tests.harness.ports import free_port

ORGANISATION = SigningKey(b"\x01" * 32)
PATIENCE_S = 30.0
"""How long a test waits for what it does not time."""
LOOK_S = 0.02


def public(key: SigningKey) -> bytes:
    return bytes(key.verify_key)


def signer(key: SigningKey):
    return lambda text: key.sign(text).signature


class RelayProcess:
    """`consilium-relay` with its state in *folder*; ports stay the same over a restart. With `with` it starts, and is gone at the end."""

    def __init__(self, folder: Path, settings: str = "", caps: str = "") -> None:
        self.folder = folder
        self._settings = settings
        self._caps = caps
        self.port, self.udp_port, self.http_port = free_port(), free_port(), free_port()
        self.pin = b""
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> RelayProcess:
        config = self.folder / "relay.toml"
        config.write_text(
            f'host = "127.0.0.1"\nport = {self.port}\nudp_port = {self.udp_port}\nhttp_port = {self.http_port}\n'
            f'organisation_keys = ["{public(ORGANISATION).hex()}"]\n{self._settings}\n[caps]\n{self._caps}\n'
        )
        command = [sys.executable, "-m", "media.relay", "--config", str(config)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line, f"the relay ended with {self._gone()}"
        ready = json.loads(line)
        self.port, self.udp_port, self.http_port = ready["port"], ready["udp_port"], ready["http_port"]
        self.pin = bytes.fromhex(ready["fingerprint"])
        return self

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()

    def kill(self) -> None:
        self.process.kill()
        self._gone()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self._gone()

    def _gone(self) -> int:
        status = self.process.wait(30)
        self.process.stdout.close()
        return status

    def address(self, **changes) -> RelayAddress:
        return RelayAddress(**{"host": "127.0.0.1", "port": self.port, "pin": self.pin, **changes})

    def http(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}{path}", timeout=30) as answer:
            return answer.read().decode()

    def counter(self, name: str) -> int:
        for line in self.http("/metrics").splitlines():
            if line.startswith(f"consilium_relay_{name} "):
                return int(line.split()[1])
        raise KeyError(name)

    def memory_mb(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


async def soon(holds, seconds: float) -> None:
    """Wait until *holds()*, for so long at most; while the machine keeps this process waiting, hardly any time is counted."""
    for _ in range(round(seconds / LOOK_S)):
        if holds():
            return
        await asyncio.sleep(LOOK_S)
    raise AssertionError(f"not within {seconds} s")


class Handler:
    """Writes down what a link says, and lets a test wait for it."""

    def __init__(self) -> None:
        self.seen: list[tuple] = []
        self.frames: dict[tuple[int, int], dict[int, bytes]] = {}
        self.order: list[tuple[int, int, int]] = []
        self.lost: list[tuple[int, int, int]] = []
        self._news = asyncio.Event()

    def _note(self, *what) -> None:
        self.seen.append(what)
        self._news.set()

    def on_frame(self, slot, stream, flags, frame, data, arrival_us):
        self.frames.setdefault((slot, stream), {})[frame] = data
        self.order.append((slot, stream, frame))
        self._news.set()

    def on_lost_frame(self, slot, stream, frame):
        self.lost.append((slot, stream, frame))
        self._news.set()

    def __getattr__(self, name: str):
        if not name.startswith("on_"):
            raise AttributeError(name)
        return lambda *values: self._note(name[3:], *values)

    def all(self, kind: str) -> list[tuple]:
        return [what[1:] for what in self.seen if what[0] == kind]

    async def until(self, holds, seconds: float = PATIENCE_S) -> None:
        """Wait until *holds()*; fails loudly with what was seen."""
        end = time.monotonic() + seconds
        while not holds():
            self._news.clear()
            left = end - time.monotonic()
            if left <= 0:
                raise AssertionError(
                    f"not seen in {seconds} s; seen: {self.seen[-12:]}, lost: {len(self.lost)}"
                )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), min(left, 0.05))

    async def wait(self, kind: str, count: int = 1, seconds: float = PATIENCE_S) -> tuple:
        """Wait for the *count*-th word of that kind."""
        await self.until(lambda: len(self.all(kind)) >= count, seconds)
        return self.all(kind)[count - 1]


class Person:
    """A device: its slot key, its link, what it heard."""

    def __init__(self, room: Meeting, address: RelayAddress, key: SigningKey | None = None) -> None:
        self.key = key or SigningKey.generate()
        self.room = room
        self.heard = Handler()
        self.admission = Admission(public(room.key), signer(room.key), public(self.key), signer(self.key))
        self.link = Link(address, self.admission, self.heard)

    def as_host(
        self, slot: int = 0, *, fresh: bool = True, organisation: SigningKey = ORGANISATION
    ) -> Person:
        self.room.table[slot] = public(self.key)
        self.admission.host = Host(
            public(self.room.admin),
            signer(self.room.admin),
            public(organisation),
            signer(organisation),
            slot,
            lambda: dict(self.room.table),
            fresh,
        )
        return self


class Meeting:
    """A room's keys, its people, and its table as the host knows it."""

    def __init__(self, relay: RelayProcess) -> None:
        self.relay = relay
        self.key = SigningKey.generate()
        self.admin = SigningKey.generate()
        self.table: dict[int, bytes] = {}
        self.people: list[Person] = []

    @property
    def host(self) -> Person:
        return self.people[0]

    def person(self, **changes) -> Person:
        return Person(self, self.relay.address(**changes))

    async def open(self, **changes) -> Person:
        person = self.person(**changes).as_host()
        self.people.append(person)
        await person.link.start()
        await person.heard.wait("up")
        return person

    async def join(self, **changes) -> Person:
        """Knock, be admitted by the host, come in."""
        person = self.person(**changes)
        self.people.append(person)
        await person.link.start()
        await person.heard.wait("up")
        person.link.knock(b"hail")
        slot = max(self.table) + 1
        host = self.host.heard
        await host.until(lambda: any(k[1] == public(person.key) for k in host.all("knocked")))
        knock = next(k[0] for k in host.all("knocked") if k[1] == public(person.key))
        self.table[slot] = public(person.key)
        self.host.link.admit(knock, slot)
        await person.heard.until(lambda: (slot, False) in person.heard.all("up"))
        return person

    async def all_on_udp(self) -> None:
        for person in self.people:
            await person.heard.until(lambda person=person: person.link.transport == "udp")

    async def close(self) -> None:
        for person in self.people:
            await person.link.close()


class LossyPath(asyncio.DatagramProtocol):
    """A UDP path to the relay that loses a share of packets each way, the same ones for a seed; share 1 blocks."""

    def __init__(self, share: float, seed: int = 1) -> None:
        self.share = share
        self._dice = random.Random(seed)
        self.target: tuple[str, int] = ("127.0.0.1", 9)
        self.port = 0
        self._onward: dict[tuple[str, int], asyncio.DatagramTransport] = {}

    async def open(self) -> LossyPath:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self.port = transport.get_extra_info("sockname")[1]
        return self

    def connection_made(self, transport) -> None:
        self.transport = transport

    def passes(self) -> bool:
        return self._dice.random() >= self.share

    def datagram_received(self, data: bytes, address) -> None:
        if self.passes():
            asyncio.get_running_loop().create_task(self._forward(data, address))

    async def _forward(self, data: bytes, address) -> None:
        if address not in self._onward:
            back = _Back(self, address)
            loop = asyncio.get_running_loop()
            self._onward[address], _ = await loop.create_datagram_endpoint(
                lambda: back, remote_addr=self.target
            )
        self._onward[address].sendto(data)

    def close(self) -> None:
        for transport in [self.transport, *self._onward.values()]:
            transport.close()


class _Back(asyncio.DatagramProtocol):
    def __init__(self, path: LossyPath, address) -> None:
        self._path = path
        self._address = address

    def datagram_received(self, data: bytes, address) -> None:
        if self._path.passes():
            self._path.transport.sendto(data, self._address)

    def error_received(self, error: OSError) -> None:
        """A relay that was killed answers by ICMP."""


def proof() -> OrganisationProof:
    return OrganisationProof(public(ORGANISATION), signer(ORGANISATION))


def tag() -> bytes:
    return os.urandom(16)


def room_id(key: SigningKey) -> bytes:
    return hashlib.sha256(public(key)).digest()[:16]


VIDEO_FRAME = wire.PIECE_BYTES * 3 + 100
