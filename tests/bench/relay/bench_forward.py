"""Relay CPU per delivered 1,200 B packet against a C forwarder with GRO and GSO, taken in turns in the same run.

24 slots, every camera wanted by the 23 others, trains of 13 packets. The relay checks a tag, tags anew, keeps a ring and
counts; the forwarder only forwards. CPU is the process's own (all threads), as the scheduler accounts it. The least disturbed
round of each side counts, since whatever else runs on the machine costs caches; medians are in the detail.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from nacl.signing import SigningKey

from media import wire
from media.link import Admission, Host
from media.link.control import Control
from media.link.packets import Credentials
from tests.unit.relay.harness import ORGANISATION, RelayProcess, public, signer

HERE = Path(__file__).parent
SLOTS, TRAIN, SECONDS, WINDOW, ROUNDS = 24, 13, 1.0, 4, 9
TARGET = 1.10


def cpu_s(pid: int) -> float:
    """CPU seconds of all threads of a process."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


class Clients:
    """24 slots of one room: control connections, UDP sockets bound by cookie, and their trains."""

    def __init__(self, relay: RelayProcess) -> None:
        self._relay = relay
        self._room, self._admin = SigningKey.generate(), SigningKey.generate()
        self._keys = [SigningKey.generate() for _ in range(SLOTS)]
        self.sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(SLOTS)]
        self.controls: list[Control] = []
        self.trains = b""

    def _admission(self, slot: int) -> Admission:
        own = self._keys[slot]
        table = {number: public(key) for number, key in enumerate(self._keys)}
        keys = (public(self._admin), signer(self._admin), public(ORGANISATION), signer(ORGANISATION))
        host = Host(*keys, slot, lambda: table, fresh=False)
        return Admission(public(self._room), signer(self._room), public(own), signer(own), host)

    async def enter(self) -> None:
        for slot in range(SLOTS):
            control = await Control.connect(self._relay.address())
            control.send(self._admission(slot).open(control.nonce, control.cert_hash))
            self.controls.append(control)
            admitted = wire.decode_down(await control.receive())
            self.trains += self._train(Credentials(admitted))
            await asyncio.to_thread(self._bind, slot, admitted)
        for slot, control in enumerate(self.controls):
            control.send(wire.Subscribe([(other, wire.CAMERA) for other in range(SLOTS) if other != slot]))
        await asyncio.sleep(0.5)

    def _bind(self, slot: int, admitted: wire.Admitted) -> None:
        link = self.sockets[slot]
        link.connect(("127.0.0.1", admitted.udp_port))
        link.settimeout(2)
        link.send(wire.pack_introduction(admitted.ticket))
        link.send(wire.pack_introduction(admitted.ticket, wire.unpack_cookie(link.recv(64))))
        link.recv(64)

    @staticmethod
    def _train(credentials: Credentials) -> bytes:
        piece = bytes(wire.PIECE_BYTES)
        packets = (
            wire.Packet(credentials.slot, wire.CAMERA, 0, 0, number, TRAIN, piece) for number in range(TRAIN)
        )
        return b"".join(packet.pack(credentials.hop) for packet in packets)

    async def stay(self) -> None:
        """Read what the relay says, so that connections live."""
        await asyncio.gather(*(self._listen(control) for control in self.controls))

    @staticmethod
    async def _listen(control: Control) -> None:
        while True:
            await control.receive()


def compiled(folder: Path, name: str) -> str:
    target = str(folder / name)
    subprocess.run(["cc", "-O2", "-o", target, str(HERE / f"{name}.c")], check=True)
    return target


def measure(load: str, trains: Path, sockets: list[socket.socket], pid: int) -> tuple[float, float]:
    """(µs of the process's CPU per delivered packet, packets delivered a second)."""
    fds = [link.fileno() for link in sockets]
    command = [load, str(SECONDS), str(WINDOW), str(trains), str(wire.MAX_DATAGRAM), *map(str, fds)]
    before = cpu_s(pid)
    done = subprocess.run(command, pass_fds=fds, capture_output=True, text=True, check=True)
    used = cpu_s(pid) - before
    delivered = int(done.stdout.split()[1])
    return used / delivered * 1e6, delivered / SECONDS


def forwarder(program: str) -> tuple[subprocess.Popen[str], list[socket.socket]]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(SLOTS)]
    for link in sockets:
        link.bind(("127.0.0.1", 0))
        link.connect(("127.0.0.1", port))
    ports = [str(link.getsockname()[1]) for link in sockets]
    process = subprocess.Popen([program, str(port), *ports], stdout=subprocess.PIPE, text=True)
    process.stdout.readline()
    return process, sockets


async def compare(folder: Path) -> dict[str, object]:
    load = compiled(folder, "load")
    peer, peer_sockets = forwarder(compiled(folder, "forwarder"))
    relay = RelayProcess(folder, caps="slot_kbps = 100000000").start()
    ours, theirs = [], []
    try:
        clients = Clients(relay)
        await clients.enter()
        trains = folder / "trains"
        trains.write_bytes(clients.trains)
        staying = asyncio.create_task(clients.stay())
        for number in range(ROUNDS):
            ours.append(await asyncio.to_thread(measure, load, trains, clients.sockets, relay.process.pid))
            theirs.append(await asyncio.to_thread(measure, load, trains, peer_sockets, peer.pid))
            print(f"round {number + 1}: relay {ours[-1][0]:.3f}, C {theirs[-1][0]:.3f} µs", file=sys.stderr)
        staying.cancel()
        for control in clients.controls:
            await control.close()
    finally:
        relay.stop()
        peer.kill()
        peer.wait()
        peer.stdout.close()
    relay_us, c_us = min(a[0] for a in ours), min(b[0] for b in theirs)
    detail = {
        "relay_us": round(relay_us, 3),
        "c_us": round(c_us, 3),
        "relay_median_us": round(statistics.median(a[0] for a in ours), 3),
        "c_median_us": round(statistics.median(b[0] for b in theirs), 3),
        "relay_packets_s": round(statistics.median(a[1] for a in ours)),
        "slots": SLOTS,
        "train": TRAIN,
    }
    return {
        "name": "relay CPU per delivered packet / C GRO+GSO forwarder",
        "ratio": round(relay_us / c_us, 3),
        "target": TARGET,
        "unit": "CPU/CPU",
        "detail": detail,
    }


def main() -> int:
    if shutil.which("cc") is None or sys.platform != "linux":
        print(
            json.dumps({"name": "relay CPU per delivered packet", "skipped": "needs Linux and a C compiler"})
        )
        return 0
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(compare(Path(folder)))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
