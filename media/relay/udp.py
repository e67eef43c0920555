"""The UDP side: one socket, one blocking thread, standard library only.

Where the kernel has it, trains of packets are read in one call (UDP_GRO) and written in one call per receiver (UDP_SEGMENT);
elsewhere one call a packet.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import hmac
import logging
import os
import socket
import struct
import sys
import threading
import time
from typing import TYPE_CHECKING

from media import wire
from media.errors import ProtocolError
from media.relay.fan import AVAILABLE, Fan
from media.relay.forward import Forwarder

if TYPE_CHECKING:
    from media.relay.counters import Counters
    from media.relay.rooms import Address, Rooms, Routes, Seat

UDP_GRO = 104
LINUX = sys.platform == "linux"
BUFFER_BYTES = 8 << 20
WAKE_S = 0.25
"""How long a stop may take: the read returns this often even when nothing comes."""
EPOCH_S = 60
NO_TRAINS = {errno.EINVAL, errno.EIO, errno.EOPNOTSUPP, errno.ENOPROTOOPT}
_DONTWAIT = getattr(socket, "MSG_DONTWAIT", 0)

log = logging.getLogger(__name__)


class Cookies:
    """Stateless proofs that an address receives: keyed hashes of ticket, address and minute; good for one to two minutes."""

    def __init__(self) -> None:
        self._key = os.urandom(32)

    def make(self, ticket: bytes, address: Address, now_s: float, back: int = 0) -> bytes:
        """Make the cookie of that minute, or of *back* minutes before."""
        text = f"{address[0]}|{address[1]}|{int(now_s // EPOCH_S) - back}".encode()
        return hashlib.blake2b(ticket + text, digest_size=wire.COOKIE_BYTES, key=self._key).digest()

    def good(self, cookie: bytes, ticket: bytes, address: Address, now_s: float) -> bool:
        """Tell whether *cookie* was made for that address not long ago."""
        made = (self.make(ticket, address, now_s, back) for back in (0, 1))
        return any(hmac.compare_digest(cookie, one) for one in made)


class Trial:
    """The ticket of those who only try whether UDP passes: the same for all in one minute, good for one to two, binds nothing."""

    def __init__(self) -> None:
        self._key = os.urandom(32)

    def ticket(self, now_s: float, back: int = 0) -> bytes:
        """Make the ticket of this minute, or of *back* minutes before."""
        minute = (int(now_s // EPOCH_S) - back).to_bytes(8, "big", signed=True)
        return hashlib.blake2b(minute, digest_size=wire.TICKET_BYTES, key=self._key).digest()

    def good(self, ticket: bytes, now_s: float) -> bool:
        """Tell whether *ticket* was given not long ago."""
        return any(hmac.compare_digest(ticket, self.ticket(now_s, back)) for back in (0, 1))


class UdpLoop(threading.Thread):
    """Reads, answers introductions and pings, hands media to the forwarder, and writes for it."""

    def __init__(self, host: str, port: int, rooms: Rooms, counters: Counters) -> None:
        super().__init__(name="udp", daemon=True)
        self._rooms = rooms
        self._counters = counters
        self._cookies = Cookies()
        self.trial = Trial()
        self._trains = AVAILABLE
        self._stopping = False
        self._socket = _bound(host, port)
        self.port: int = self._socket.getsockname()[1]
        self.forwarder = Forwarder(counters, self)

    def stop(self) -> None:
        """End the thread and close the socket."""
        self._stopping = True
        self.join()
        self._socket.close()

    def run(self) -> None:
        """Loop until stopped."""
        buffer = bytearray(65536)
        view = memoryview(buffer)
        receive = self._receive_train if LINUX else self._receive_plain
        while not self._stopping:
            try:
                size, segment, address = receive(buffer)
            except OSError:  # the wake-up, or an ICMP answer to an earlier write
                continue
            if size:
                self._take(view[:size], segment, address)

    def _receive_train(self, buffer: bytearray) -> tuple[int, int, Address]:
        size, ancillary, _, address = self._socket.recvmsg_into((buffer,), 32)
        segment = int.from_bytes(ancillary[0][2][:4], sys.byteorder) if ancillary else size
        return size, segment or size, address

    def _receive_plain(self, buffer: bytearray) -> tuple[int, int, Address]:
        size, address = self._socket.recvfrom_into(buffer)
        return size, size, address

    def _take(self, data: memoryview, segment: int, address: Address) -> None:
        seat = self._rooms.by_address.get(address)
        if seat is not None and data[0] == wire.VERSION:
            self.forwarder.train(seat, data, segment, time.monotonic() * 1000)
            return
        for start in range(0, len(data), segment):
            try:
                self._other(bytes(data[start : start + segment]), address, seat)
            except ProtocolError:
                self._counters.datagrams_refused += 1

    def _other(self, data: bytes, address: Address, seat: Seat | None) -> None:
        """Introductions from anybody; pings and requests from bound addresses."""
        kind = data[0]
        if kind in {wire.HELLO, wire.ECHO}:
            self._introduction(data, address)
        elif seat is None:
            raise ProtocolError("stranger")
        elif kind == wire.PING:
            _, slot, stamp = wire.unpack_beat(data, seat.hop)
            self.send_one(wire.pack_beat(wire.PONG, slot, stamp, seat.hop), address)
        elif kind == wire.NACK:
            self.forwarder.nack(seat, data, time.monotonic() * 1000)
        else:
            raise ProtocolError("unknown datagram")

    def _introduction(self, data: bytes, address: Address) -> None:
        ticket, cookie = wire.unpack_introduction(data)
        seat = self._rooms.by_ticket.get(ticket)
        now_s = time.monotonic()
        hello = data[0] == wire.HELLO
        if seat is None and not (hello and self.trial.good(ticket, now_s)):
            raise ProtocolError("unknown ticket")
        if hello:
            self._counters.cookies += 1
            self.send_one(wire.pack_cookie(self._cookies.make(ticket, address, now_s)), address)
        elif seat is not None and self._cookies.good(cookie, ticket, address, now_s):
            self._counters.addresses_bound += 1
            self._rooms.bind(seat, address)
            self.send_one(wire.pack_beat(wire.BOUND, seat.number, 0, seat.hop), address)
        else:
            raise ProtocolError("wrong cookie")

    # --- writing ---

    def send(self, train: memoryview, segment: int, routes: Routes) -> None:
        """Write a train to every UDP receiver; what a full buffer refuses is counted and left to NACKs."""
        if not self._trains:
            self._send_plain(train, segment, routes)
            return
        fan = routes.fan
        if fan is None:
            fan = routes.fan = Fan(routes.by_udp, self._socket.family)
        at = ctypes.addressof(ctypes.c_char.from_buffer(train))
        sent, error = fan.send(self._socket.fileno(), at, len(train), segment)
        packets = -(-len(train) // segment)
        self._counters.packets_out += sent * packets
        self._counters.bytes_out += sent * len(train)
        self._counters.packets_unsent += (len(routes.by_udp) - sent) * packets
        if error in NO_TRAINS and packets > 1:
            self._trains = False
            log.info("no segmentation offload here")
            self._send_plain(train, segment, routes)

    def _send_plain(self, train: memoryview, segment: int, routes: Routes) -> None:
        for start in range(0, len(train), segment):
            packet = train[start : start + segment]
            for address in routes.by_udp:
                self.send_one(packet, address)

    def send_one(self, datagram: bytes | memoryview, address: Address) -> None:
        """Write one datagram."""
        try:
            self._socket.sendto(datagram, _DONTWAIT, address)
        except OSError:
            self._counters.packets_unsent += 1
            return
        self._counters.packets_out += 1
        self._counters.bytes_out += len(datagram)


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    link = socket.socket(family, kind, protocol)
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        link.setsockopt(socket.SOL_SOCKET, option, BUFFER_BYTES)
    if LINUX:
        wake = struct.pack("ll", 0, int(WAKE_S * 1e6))
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, wake)
        _wide(link)
    else:
        link.settimeout(WAKE_S)
    link.bind(address)
    return link


def _wide(link: socket.socket) -> None:
    """Ask for trains, and for buffers beyond the system's limit where the process may."""
    for level, option, value in (
        (socket.IPPROTO_UDP, UDP_GRO, 1),
        (socket.SOL_SOCKET, 33, BUFFER_BYTES),  # SO_RCVBUFFORCE
        (socket.SOL_SOCKET, 32, BUFFER_BYTES),  # SO_SNDBUFFORCE
    ):
        try:
            link.setsockopt(level, option, value)
        except OSError:
            log.info("socket option not available")
