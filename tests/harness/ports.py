"""Ports for servers that come back after a kill: of those that the system gives, another process may have one meanwhile."""

from __future__ import annotations

import itertools
import os
import random
import socket

LOW, HIGH = 15_000, 30_000
"""Below what systems give to those who ask for any port, and to connections."""
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
_share = list(range(LOW + _WORKER, HIGH, _WORKERS))
random.SystemRandom().shuffle(_share)
_next = itertools.cycle(_share)


def free_port() -> int:
    """Return a port of loopback that nobody has, for TCP and for UDP; none twice before it gave its whole share, and none of another worker's."""
    for port in _next:
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as one:
                    one.bind(("127.0.0.1", port))
        except OSError:
            continue
        return port
    raise AssertionError("a cycle does not end")
