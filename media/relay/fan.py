"""One system call for one train to many receivers: sendmmsg(2) through ctypes, on Linux.

`socket.sendmsg` once a receiver costs more in arguments than in the kernel's own way; here the message headers of a set of
receivers are built once and kept with the routes that they came from.
"""

from __future__ import annotations

import ctypes
import errno
import socket
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from media.relay.rooms import Address

UDP_SEGMENT = 103
AVAILABLE = sys.platform == "linux"


class _Iovec(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Control(ctypes.Structure):
    """struct cmsghdr with the one 16-bit value that UDP_SEGMENT takes, padded to its alignment."""

    _fields_ = (
        ("length", ctypes.c_size_t),
        ("level", ctypes.c_int),
        ("kind", ctypes.c_int),
        ("segment", ctypes.c_uint16),
        ("padding", ctypes.c_uint8 * (ctypes.sizeof(ctypes.c_size_t) - 2)),
    )


class _Message(ctypes.Structure):
    """struct msghdr."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("parts", ctypes.POINTER(_Iovec)),
        ("part_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Header(ctypes.Structure):
    """struct mmsghdr."""

    _fields_ = (("message", _Message), ("sent", ctypes.c_uint))


class Fan:
    """A fixed set of receivers. Not for two threads at once; whoever sends holds the room's lock."""

    def __init__(self, addresses: Sequence[Address], family: int) -> None:
        self._names = [_name(address, family) for address in addresses]
        self._part = _Iovec()
        size = _Control.segment.offset + 2
        self._control = _Control(size, socket.IPPROTO_UDP, UDP_SEGMENT)
        self._headers = (_Header * len(addresses))()
        for header, name in zip(self._headers, self._names, strict=True):
            message = header.message
            message.name, message.name_length = ctypes.addressof(name), len(name)
            message.parts, message.part_count = ctypes.pointer(self._part), 1
        self._cut = False

    def _cuts(self, cut: bool) -> None:
        """Have trains cut by the kernel, or send single packets."""
        self._cut = cut
        for header in self._headers:
            header.message.control = ctypes.addressof(self._control) if cut else None
            header.message.control_length = ctypes.sizeof(self._control) if cut else 0

    def send(self, link: int, at: int, size: int, segment: int) -> tuple[int, int]:
        """Send *size* bytes at memory *at*; (receivers reached, errno of what stopped it or 0)."""
        if (size > segment) != self._cut:
            self._cuts(size > segment)
        self._part.base, self._part.length, self._control.segment = at, size, segment
        count = len(self._headers)
        sent = skipped = 0
        while sent + skipped < count:
            done = sent + skipped
            more = _sendmmsg(link, ctypes.byref(self._headers, done * _HEADER_BYTES), count - done, _DONTWAIT)
            if more > 0:
                sent += more
                continue
            error = ctypes.get_errno()
            if error in {errno.EAGAIN, errno.EINVAL, errno.EIO, errno.EOPNOTSUPP}:
                return sent, error
            skipped += 1  # this receiver cannot be reached; the others can
        return sent, 0


_HEADER_BYTES = ctypes.sizeof(_Header)
_DONTWAIT = getattr(socket, "MSG_DONTWAIT", 0)
if AVAILABLE:
    _sendmmsg = ctypes.CDLL(None, use_errno=True).sendmmsg
    _sendmmsg.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)
    _sendmmsg.restype = ctypes.c_int


def _name(address: Address, family: int) -> ctypes.Array[ctypes.c_char]:
    """Build a sockaddr_in or sockaddr_in6."""
    port = address[1].to_bytes(2, "big")
    host = socket.inet_pton(family, address[0].partition("%")[0])
    kind = family.to_bytes(2, sys.byteorder)
    if family == socket.AF_INET:
        raw = kind + port + host + bytes(8)
    else:
        flow, scope = address[2:] if len(address) == 4 else (0, 0)
        raw = kind + port + flow.to_bytes(4, "big") + host + scope.to_bytes(4, sys.byteorder)
    return ctypes.create_string_buffer(raw, len(raw))
