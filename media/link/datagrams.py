"""The UDP side of a link, on the running loop: ticket and cookie, media both ways, liveness by ping.

Trains: where the kernel has it, several packets come in one read (UDP_GRO) and go in one write (UDP_SEGMENT).
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import sys
from collections import deque
from typing import Protocol

from media import wire
from media.errors import ProtocolError
from media.link.packets import Credentials, read_packet

UDP_SEGMENT, UDP_GRO = 103, 104
LINUX = sys.platform == "linux"
TRAIN = 48
"""Packets in one write: 57,600 B, below the 64 kB of one datagram train."""
BUFFER_BYTES = 1 << 20
READS = 32
"""Reads in one wake, so that a flood does not hold the loop."""
RATE_BYTES_S = 690_000
"""Pace of large frames, 5.5 Mb/s: below the relay's 6 Mb/s a slot."""
BURST_BYTES = 150_000
BACKLOG_BYTES = 2 << 20
_SEGMENT = wire.MAX_DATAGRAM.to_bytes(2, sys.byteorder)
NO_TRAINS = {errno.EINVAL, errno.EIO, errno.EOPNOTSUPP, errno.EMSGSIZE, errno.ENOPROTOOPT}
FULL_S = 0.002
HELLO_S, PING_S, DEAD_S, RETRY_S = 0.2, 1.0, 3.0, 5.0

log = logging.getLogger(__name__)


class Receiver(Protocol):
    """Whom the datagrams are for."""

    def on_packet(
        self, slot: int, stream: int, flags: int, frame: int, fragment: int, fragments: int, piece: bytes
    ) -> None:
        """Take a media packet; its tag and header were found sound."""

    def on_nack(self, nack: wire.Nack) -> None:
        """Send those fragments of an own frame again."""

    def on_udp(self, alive: bool) -> None:
        """UDP answers, or does not answer any more."""

    def on_rtt(self, rtt_ms: float) -> None:
        """Take a measured round trip."""


class Datagrams:
    """One UDP socket towards the relay, for the life of one control connection."""

    def __init__(self, credentials: Credentials, peer: str, receiver: Receiver) -> None:
        self._loop = asyncio.get_running_loop()
        self._credentials = credentials
        self._receiver = receiver
        self.alive = False
        self._began = self._heard = self._loop.time()
        self._socket = _connected(peer, credentials.port)
        self._buffer = bytearray(65536)
        self._view = memoryview(self._buffer)
        self._reads_sizes = self._cuts_trains = LINUX
        self._backlog: deque[bytes] = deque()
        self._backlog_bytes = 0
        self._credit = float(BURST_BYTES)
        self._credit_at = self._began
        self._drain: asyncio.TimerHandle | None = None
        self._loop.add_reader(self._socket.fileno(), self._read)
        self._alarm = self._loop.call_soon(self._beat)

    def close(self) -> None:
        """Stop timers and close the socket."""
        self._alarm.cancel()
        if self._drain:
            self._drain.cancel()
        self._loop.remove_reader(self._socket.fileno())
        self._socket.close()

    # --- liveness ---

    def _beat(self) -> None:
        now = self._loop.time()
        if self.alive and now - self._heard > DEAD_S:
            self.alive = False
            self._began = now
            self._receiver.on_udp(False)
        if self.alive:
            stamp = int(now * 1e6)
            self._put(wire.pack_beat(wire.PING, self._credentials.slot, stamp, self._credentials.hop))
            delay = PING_S
        else:
            self._put(wire.pack_introduction(self._credentials.ticket))
            delay = HELLO_S if now - self._began < PING_S else RETRY_S
        self._alarm = self._loop.call_later(delay, self._beat)

    def _other(self, data: bytes) -> None:
        """Anything that is not media."""
        kind = data[0]
        if kind == wire.COOKIE and not self.alive:
            self._put(wire.pack_introduction(self._credentials.ticket, wire.unpack_cookie(data)))
        elif kind == wire.NACK:
            self._receiver.on_nack(wire.Nack.unpack(data, self._credentials.hop))
        elif kind in {wire.BOUND, wire.PONG}:
            _, _, stamp = wire.unpack_beat(data, self._credentials.hop)
            self._answered(kind, stamp)

    def _answered(self, kind: int, stamp: int) -> None:
        self._heard = now = self._loop.time()
        if kind == wire.PONG:
            self._receiver.on_rtt(((int(now * 1e6) - stamp) & 0xFFFFFFFF) / 1000)
        if kind == wire.BOUND and not self.alive:  # a late PONG does not mean that the address is still bound
            self.alive = True
            self._receiver.on_udp(True)
            self._alarm.cancel()
            self._beat()

    # --- receiving ---

    def _read(self) -> None:
        for _ in range(READS):
            try:
                size, segment = self._receive()
            except (
                OSError
            ):  # nothing more; or an ICMP answer to an earlier write: liveness is the ping's matter
                return
            for start in range(0, size, segment):
                self._packet(start, min(start + segment, size))

    def _receive(self) -> tuple[int, int]:
        """(bytes read, size of each datagram in them)."""
        if not self._reads_sizes:
            size = self._socket.recv_into(self._buffer)
            return size, max(size, 1)
        size, ancillary, _, _ = self._socket.recvmsg_into((self._buffer,), 64)
        if ancillary:
            return size, int.from_bytes(ancillary[0][2][:4], sys.byteorder) or size
        return size, max(size, 1)

    def _packet(self, start: int, end: int) -> None:
        if self._buffer[start] != wire.VERSION:
            try:
                self._other(bytes(self._view[start:end]))
            except ProtocolError:
                log.debug("datagram refused")
            return
        piece = read_packet(self._view[start:end], self._credentials.down)
        if piece:
            self._receiver.on_packet(*piece)

    # --- sending ---

    def ask(self, nack: wire.Nack) -> None:
        """Send a NACK."""
        self._put(nack.pack(self._credentials.hop))

    def send(self, packets: list[bytes], *, paced: bool) -> None:
        """Send the packets of one frame; *paced* ones wait behind a rate of 5.5 Mb/s after a burst of 150 kB."""
        if not paced:
            for packet in packets:
                self._put(packet)
            return
        if self._backlog_bytes > BACKLOG_BYTES:
            return
        for start in range(0, len(packets), TRAIN):
            train = b"".join(packets[start : start + TRAIN])
            self._backlog.append(train)
            self._backlog_bytes += len(train)
        if self._drain is None:
            self._pump()

    def _pump(self) -> None:
        """Write what the pace allows, and come again for the rest."""
        self._drain = None
        now = self._loop.time()
        self._credit = min(BURST_BYTES, self._credit + (now - self._credit_at) * RATE_BYTES_S)
        self._credit_at = now
        delay = 0.0
        while self._backlog and not delay:
            train = self._backlog[0]
            if self._credit < min(len(train), BURST_BYTES):
                delay = (min(len(train), BURST_BYTES) - self._credit) / RATE_BYTES_S
            elif not self._put(train):
                delay = FULL_S
            else:
                self._backlog.popleft()
                self._backlog_bytes -= len(train)
                self._credit -= len(train)
        if self._backlog:
            self._drain = self._loop.call_later(max(delay, FULL_S), self._pump)

    def _put(self, data: bytes) -> bool:
        """Write one datagram or one train; False when the socket's buffer is full."""
        try:
            if len(data) <= wire.MAX_DATAGRAM:
                self._socket.send(data)
            elif self._cuts_trains:
                self._socket.sendmsg((data,), ((socket.IPPROTO_UDP, UDP_SEGMENT, _SEGMENT),))
            else:
                self._put_singly(data)
        except BlockingIOError:
            return False
        except OSError as error:
            if self._cuts_trains and len(data) > wire.MAX_DATAGRAM and error.errno in NO_TRAINS:
                self._cuts_trains = False
                log.info("no segmentation offload here")
                return self._put(data)
        return True

    def _put_singly(self, data: bytes) -> None:
        for start in range(0, len(data), wire.MAX_DATAGRAM):
            self._socket.send(data[start : start + wire.MAX_DATAGRAM])


def _connected(peer: str, port: int) -> socket.socket:
    """Open a non-blocking UDP socket that hears the relay only."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        peer, port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST
    )[0]
    link = socket.socket(family, kind, protocol)
    link.setblocking(False)
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        link.setsockopt(socket.SOL_SOCKET, option, BUFFER_BYTES)
    if LINUX:
        with contextlib.suppress(OSError):
            link.setsockopt(socket.IPPROTO_UDP, UDP_GRO, 1)
    link.connect(address)
    return link
