"""One call reaches every receiver, cut into packets by the kernel."""

from __future__ import annotations

import ctypes
import socket
import sys

import pytest

from media.relay.fan import Fan

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="sendmmsg is Linux's")


def spread(family: int, host: str, data: bytes, segment: int) -> tuple[tuple[int, int], list[list[bytes]]]:
    receivers = [socket.socket(family, socket.SOCK_DGRAM) for _ in range(3)]
    sender = socket.socket(family, socket.SOCK_DGRAM)
    try:
        for receiver in receivers:
            receiver.bind((host, 0))
            receiver.settimeout(1)
        fan = Fan([receiver.getsockname() for receiver in receivers], family)
        memory = bytearray(data)
        at = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        outcome = fan.send(sender.fileno(), at, len(data), segment)
        packets = -(-len(data) // segment)
        return outcome, [[receiver.recv(2048) for _ in range(packets)] for receiver in receivers]
    finally:
        for link in [*receivers, sender]:
            link.close()


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_train_arrives_as_packets_at_every_receiver(family, host):
    data = b"a" * 1200 + b"b" * 1200 + b"c" * 7
    try:
        outcome, got = spread(family, host, data, 1200)
    except OSError as error:
        pytest.skip(f"no such loopback: {error}")
    assert outcome == (3, 0)
    assert got == [[b"a" * 1200, b"b" * 1200, b"c" * 7]] * 3


def test_a_single_packet_needs_no_cutting():
    assert spread(socket.AF_INET, "127.0.0.1", b"voice", 5) == ((3, 0), [[b"voice"]] * 3)


def test_one_that_cannot_be_reached_does_not_stop_the_others():
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as good,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        good.bind(("127.0.0.1", 0))
        good.settimeout(1)
        fan = Fan([("255.255.255.255", 9), good.getsockname()], socket.AF_INET)  # broadcast is not permitted
        memory = bytearray(b"voice")
        at = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        assert fan.send(sender.fileno(), at, 5, 5) == (1, 0)
        assert good.recv(16) == b"voice"
