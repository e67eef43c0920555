"""The relay put together: TLS and WebSocket, UDP, health; started and stopped as one."""

from __future__ import annotations

import asyncio
import contextlib
import http
import logging
from typing import TYPE_CHECKING

from websockets.asyncio.server import Server, ServerConnection, serve

from media import depositwire, wire
from media.patience import within
from media.relay.blobs import Blobs
from media.relay.certificate import server_context
from media.relay.counters import Counters
from media.relay.depositdesk import DepositDesk
from media.relay.hall import Hall
from media.relay.health import Health
from media.relay.limits import Gate
from media.relay.mail import Mail
from media.relay.queues import SqliteStore
from media.relay.rooms import Rooms
from media.relay.session import Session
from media.relay.shelf import Shelf
from media.relay.udp import UdpLoop

if TYPE_CHECKING:
    from websockets.http11 import Request, Response

    from media.relay.config import Config

HANDSHAKE_S = 5
HEARTBEAT_S = 10
SWEEP_S = 5
HTTP_CONNECTIONS = 32
GRACE_S = 2
"""After a stop: who has not gone by then reads too slowly to be told."""

log = logging.getLogger(__name__)


def _silent() -> logging.Logger:
    """Make a logger for the WebSocket library that says nothing: its texts carry addresses."""
    logger = logging.getLogger("media.relay.websocket")
    logger.disabled = True
    return logger


def _cut(connections: set[ServerConnection]) -> None:
    for connection in connections:
        connection.transport.abort()


async def _only_protocol(connection: ServerConnection, request: Request) -> Response | None:
    if request.path in {"/csl1", depositwire.PATH}:
        return None
    return connection.respond(http.HTTPStatus.NOT_FOUND, "not found\n")


class Relay:
    """One relay process. Ports are known once started."""

    def __init__(self, config: Config) -> None:
        self._config = config
        config.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._context, self.fingerprint = server_context(config)
        caps = config.caps
        self._counters = Counters()
        self._rooms = Rooms(caps)
        self._blobs = Blobs(config.state_dir / "blobs.db", caps.blob_total_mb << 20, caps.blob_days)
        self._gate = Gate.listen_on(config.host, config.port, caps.connections, caps.connections_per_address)
        self.port: int = self._gate.getsockname()[1]
        self._udp = UdpLoop(config.host, config.udp_port, self._rooms, self._counters)
        self.udp_port = self._udp.port
        self._health_gate = Gate.listen_on(
            config.http_host, config.http_port, HTTP_CONNECTIONS, HTTP_CONNECTIONS
        )
        self.http_port: int = self._health_gate.getsockname()[1]
        self._mail = Mail(
            SqliteStore(config.state_dir / "queues.db", caps),
            Shelf(config.state_dir / "blobs", caps.disk_reserve_mb << 20),
            caps,
            self._counters,
        )
        self._hall = Hall(
            config, self.fingerprint, self._counters, self._rooms, self._blobs, self._mail, self._udp
        )
        self._deposits = DepositDesk(
            config.state_dir, caps, self.fingerprint, self._counters, self._hall.valid_keys
        )
        self._servers: list[Server] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until *stop* is set."""
        self._udp.start()
        async with contextlib.AsyncExitStack() as stack:
            stack.callback(self._close)
            health = Health(self._is_ready, self._metrics)
            self._servers = [
                await stack.enter_async_context(
                    serve(
                        self._serve,
                        sock=self._gate,
                        ssl=self._context,
                        ssl_handshake_timeout=HANDSHAKE_S,
                        ssl_shutdown_timeout=1,
                        process_request=_only_protocol,
                        compression=None,
                        server_header=None,
                        open_timeout=HANDSHAKE_S,
                        ping_interval=HEARTBEAT_S,
                        ping_timeout=HEARTBEAT_S,
                        close_timeout=1,
                        max_size=wire.MAX_MESSAGE,
                        max_queue=16,
                        logger=_silent(),
                    )
                ),
                await stack.enter_async_context(
                    serve(
                        self._serve,
                        sock=self._health_gate,
                        process_request=health.respond,
                        server_header=None,
                        open_timeout=HANDSHAKE_S,
                        logger=_silent(),
                    )
                ),
            ]
            log.info("relay listens")
            await self._sweep_until(stop)
            asyncio.get_running_loop().call_later(GRACE_S, _cut, self._servers[0].connections)
        log.info("relay stopped")

    async def _serve(self, socket: ServerConnection) -> None:
        self._counters.connections += 1
        if socket.request is not None and socket.request.path == depositwire.PATH:
            await self._deposits.serve(socket)
        else:
            await Session(self._hall, socket).run()

    async def _sweep_until(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await within(SWEEP_S, stop.wait())
            self._hall.sweep()
            self._deposits.sweep()
            if not self._is_ready():  # half a relay is worse than one that its supervisor restarts
                raise RuntimeError("a thread of the relay ended")

    def _is_ready(self) -> bool:
        return self._udp.is_alive() and self._mail.alive and bool(self._servers)

    def _metrics(self) -> str:
        self._counters.connections_refused = self._gate.refused
        return self._counters.render(
            {
                **self._hall.gauges(),
                "deposits": self._deposits.deposits.waiting,
                "open_connections": self._gate.total,
            }
        )

    def _close(self) -> None:
        self._udp.stop()
        self._hall.close()
        self._blobs.close()
        self._mail.close()
        self._deposits.close()
