"""HTTP for the operator, on loopback: /livez, /readyz, /metrics."""

from __future__ import annotations

import http
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from websockets.asyncio.server import ServerConnection
    from websockets.http11 import Request, Response


class Health:
    """Answers plain HTTP requests before they could become WebSockets."""

    def __init__(self, ready: Callable[[], bool], metrics: Callable[[], str]) -> None:
        self._ready = ready
        self._metrics = metrics

    def respond(self, connection: ServerConnection, request: Request) -> Response:
        """Answer one request."""
        status, text = self._answer(request.path)
        return connection.respond(status, text)

    def _answer(self, path: str) -> tuple[http.HTTPStatus, str]:
        match path:
            case "/livez":
                return http.HTTPStatus.OK, "ok\n"
            case "/readyz" if self._ready():
                return http.HTTPStatus.OK, "ok\n"
            case "/readyz":
                return http.HTTPStatus.SERVICE_UNAVAILABLE, "not ready\n"
            case "/metrics":
                return http.HTTPStatus.OK, self._metrics()
        return http.HTTPStatus.NOT_FOUND, "not found\n"
