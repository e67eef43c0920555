"""Ports for servers that come back after a kill: of those that the system gives, another process may have one meanwhile."""

from __future__ import annotations

import random
import socket

LOW, HIGH = 15_000, 30_000
"""Below what systems give to those who ask for any port, and to connections."""
_dice = random.SystemRandom()


def free_port() -> int:
    """Return a port of loopback that nobody has, for TCP and for UDP."""
    while True:
        port = _dice.randrange(LOW, HIGH)
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as one:
                    one.bind(("127.0.0.1", port))
        except OSError:
            continue
        return port
