"""Token buckets and a listening socket that counts; pure but for the socket."""

from __future__ import annotations

import socket
from collections import Counter


class Bucket:
    """*rate* units a second after a burst; times in milliseconds."""

    __slots__ = ("_at_ms", "_burst", "_level", "_rate_ms")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate_ms = rate / 1000
        self._burst = self._level = burst
        self._at_ms = 0.0

    def _fill(self, now_ms: float) -> None:
        self._level = min(self._burst, self._level + (now_ms - self._at_ms) * self._rate_ms)
        self._at_ms = now_ms

    def take(self, amount: float, now_ms: float) -> bool:
        """Take *amount* if it is there."""
        self._fill(now_ms)
        if self._level < amount:
            return False
        self._level -= amount
        return True

    def owe(self, amount: float, now_ms: float) -> float:
        """Take *amount* in any case; return the seconds to wait until the debt is paid."""
        self._fill(now_ms)
        self._level -= amount
        return max(0.0, -self._level / self._rate_ms / 1000)


class Gate(socket.socket):
    """A listening TCP socket that takes at most so many connections, in all and from one address, TLS or not yet."""

    total = 0
    most = 0
    most_per_address = 0
    refused = 0

    @classmethod
    def listen_on(cls, host: str, port: int, most: int, most_per_address: int) -> Gate:
        """Bind and listen."""
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        gate = cls(family, kind, protocol)
        gate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        gate.setblocking(False)
        gate.most, gate.most_per_address = most, most_per_address
        gate.bind(address)
        gate.listen(256)
        return gate

    def __init__(self, *arguments: int) -> None:
        super().__init__(*arguments)
        self._by_address: Counter[str] = Counter()

    def accept(self) -> tuple[socket.socket, object]:
        """Accept, or drop at once what is too much."""
        connection, address = super().accept()
        peer = address[0]
        if self.total >= self.most or self._by_address[peer] >= self.most_per_address:
            self.refused += 1
            connection.close()
            raise ConnectionAbortedError
        self.total += 1
        self._by_address[peer] += 1
        return _Counted(self, peer, connection), address

    def leave(self, peer: str) -> None:
        """Count a closed connection out."""
        self.total -= 1
        self._by_address[peer] -= 1
        if not self._by_address[peer]:
            del self._by_address[peer]


class _Counted(socket.socket):
    """A connection that tells its gate when it closes."""

    def __init__(self, gate: Gate, peer: str, connection: socket.socket) -> None:
        super().__init__(connection.family, connection.type, connection.proto, fileno=connection.detach())
        self._leave: tuple[Gate, str] | None = (gate, peer)

    def close(self) -> None:
        leave, self._leave = self._leave, None
        if leave:
            leave[0].leave(leave[1])
        super().close()
