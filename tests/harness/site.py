"""The hospital's web server as docs/deposit.md describes it: the static page over TLS, and one path that leads on to the relay."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable

    from media.link import RelayAddress

PAGE = Path(str(files("resources") / "deposit"))
KINDS = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = f"Content-Security-Policy: {POLICY}\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"


class Site:
    """`page` is the address; *through* changes what the relay sends on its way to the browser (and may cut by raising).

    `asked` has the first line of each request, as a web server's log would.
    """

    def __init__(
        self,
        relay: Callable[[], RelayAddress],
        certificate: Path,
        key: Path,
        through: Callable[[bytes], bytes] = bytes,
    ) -> None:
        self._relay, self._through = relay, through
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate, key)
        self.asked: list[str] = []
        self.page = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.page = f"https://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/depot/"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            line = head.split(b"\r\n", 1)[0].decode()
            self.asked.append(line)
            path = line.split(" ")[1]
            if path == "/depot/relay":
                await self._pass_on(head, reader, writer)
            else:
                writer.write(_static(path))
                await writer.drain()
        writer.close()

    async def _pass_on(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = self._relay()
        tls = ssl.create_default_context()
        tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
        try:
            far_reader, far_writer = await asyncio.open_connection(address.host, address.port, ssl=tls)
        except OSError:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        far_writer.write(head.replace(b"/depot/relay", b"/deposit", 1))
        ways = {
            asyncio.create_task(_pipe(reader, far_writer, bytes)),
            asyncio.create_task(_pipe(far_reader, writer, self._through)),
        }
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        far_writer.close()
        writer.close()
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _pipe(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, through: Callable[[bytes], bytes]
) -> None:
    while data := await reader.read(1 << 16):
        writer.write(through(data))
        await writer.drain()


def _static(path: str) -> bytes:
    name = path.removeprefix("/depot/") or "index.html"
    known = {file.name for file in PAGE.iterdir() if file.suffix[1:] in KINDS}
    if name not in known:
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    body = (PAGE / name).read_bytes()
    kind = KINDS[name.rsplit(".", 1)[1]]
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{HEADERS}Connection: close\r\n\r\n"
    return head.encode() + body
