"""The WebSocket to the relay: TLS 1.3, the relay's certificate by pin or CA, a queue that prefers control to voice to video."""

from __future__ import annotations

import asyncio
import email.utils
import hashlib
import logging
import ssl
from collections import deque
from typing import TYPE_CHECKING, TypeVar, cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.datastructures import MultipleValuesError
from websockets.exceptions import ConnectionClosed, WebSocketException

from media import wire
from media.errors import LinkLost, LinkRefused, ProtocolError
from media.patience import within

if TYPE_CHECKING:
    from media.link.admission import RelayAddress

OPEN_TIMEOUT_S = 4.0
HEARTBEAT_S = 2.0
MAX_CONTROL_BYTES = 4 << 20
MAX_VOICE_PACKETS = 50
MAX_VIDEO_BYTES = 512 * 1024
M = TypeVar("M", bound=wire.Message)
_LOOPBACK = ("127.", "localhost", "::1")

log = logging.getLogger(__name__)


class _Checked(ClientConnection):
    """Checks the pin before the first byte of the upgrade is written."""

    pin = b""
    impostor = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if self.pin and certificate_hash(transport) != self.pin:
            self.impostor = True
            cast("asyncio.Transport", transport).abort()


def certificate_hash(transport: asyncio.BaseTransport) -> bytes:
    """Hash (SHA-256) the peer's certificate (DER)."""
    return hashlib.sha256(transport.get_extra_info("ssl_object").getpeercert(binary_form=True)).digest()


def _tls(address: RelayAddress) -> ssl.SSLContext:
    if address.pin:  # the system's authorities have no say, and take 0.1 s to load
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context = _trusting(address.ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def _trusting(authority: str) -> ssl.SSLContext:
    """Trust *authority* (PEM text) alone, or the system's when empty; what cannot be read vouches for nobody."""
    try:
        return ssl.create_default_context(cadata=authority or None)
    except (ssl.SSLError, ValueError, TypeError) as error:  # TypeError: not ASCII
        raise LinkRefused("relay-impostor") from error


def _same_version(version: int) -> None:
    if version != wire.VERSION:
        raise LinkRefused("relay-too-old" if version < wire.VERSION else "relay-too-new")


class Control:
    """One connection, greeted. `nonce` and `cert_hash` are what proofs sign; `peer` is the relay's address for UDP, `local` ours."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.cert_hash = certificate_hash(socket.transport)
        self.peer: str = socket.remote_address[0]
        self.local: str = socket.local_address[0]
        self.nonce = b""
        self._control: deque[bytes] = deque()
        self._voice: deque[bytes] = deque(maxlen=MAX_VOICE_PACKETS)
        self._video: deque[bytes] = deque()
        self._control_bytes = self._video_bytes = 0
        self._wake = asyncio.Event()
        self._empty = asyncio.Event()
        self._writer = asyncio.create_task(self._write())

    @classmethod
    async def connect(
        cls, address: RelayAddress, heartbeat_s: float = HEARTBEAT_S, *, path: str = "/csl1"
    ) -> Control:
        """Connect and read the greeting; `LinkLost` or `LinkRefused` (relay-impostor, relay-too-old, relay-too-new)."""
        seen: list[_Checked] = []

        class Pinned(_Checked):
            pin = address.pin

            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                seen.append(self)
                super().connection_made(transport)

        host = f"[{address.host}]" if ":" in address.host else address.host
        try:
            socket = await connect(
                f"wss://{host}:{address.port}{path}",
                ssl=_tls(address),
                create_connection=Pinned,
                compression=None,
                proxy=None if address.host.startswith(_LOOPBACK) else True,
                user_agent_header=None,
                open_timeout=OPEN_TIMEOUT_S,
                ping_interval=heartbeat_s,
                ping_timeout=2 * heartbeat_s,
                close_timeout=1,
                max_size=wire.MAX_MESSAGE,
                max_queue=256,
            )
        except ssl.SSLCertVerificationError as error:
            raise LinkRefused("relay-impostor") from error
        except (OSError, TimeoutError, WebSocketException, EOFError) as error:
            if any(connection.impostor for connection in seen):
                raise LinkRefused("relay-impostor") from error
            raise LinkLost("unreachable") from error
        control = cls(socket)
        try:
            await control._greet()
        except BaseException:
            await control.close()
            raise
        return control

    async def _greet(self) -> None:
        try:
            data = await within(OPEN_TIMEOUT_S, self.receive())
            if data[:1] != bytes((wire.Refused.KIND,)):
                _same_version(wire.greeted_version(data))
            greeting = wire.decode_down(data)
        except (ProtocolError, TimeoutError) as error:
            raise LinkLost("unreachable") from error
        if isinstance(greeting, wire.Refused):
            raise LinkRefused(greeting.code)
        assert isinstance(greeting, wire.Greeting)
        self.nonce = greeting.nonce

    async def receive(self) -> bytes:
        """Await the next message; `LinkLost` when the connection ended."""
        try:
            data = await self._socket.recv()
        except ConnectionClosed as error:
            raise LinkLost("lost") from error
        if isinstance(data, str):
            raise LinkLost("lost")
        return data

    async def answer(self, kinds: wire.Kinds[wire.Message], kind: type[M], patience_s: float) -> M:
        """Await the one answer *kind* of those that the relay may give, *kinds*; `LinkLost`, `LinkRefused` with the relay's code."""
        try:
            message = kinds.decode(await within(patience_s, self.receive()))
        except (ProtocolError, TimeoutError) as error:
            raise LinkLost("unreachable") from error
        if isinstance(message, wire.Refused):
            raise LinkRefused(message.code)
        if not isinstance(message, kind):
            raise LinkLost("unreachable")
        return message

    def send(self, message: wire.Message) -> None:
        """Queue a control message; what no longer fits ends the connection, so that nothing is lost unseen."""
        data = message.encode()
        self._control.append(data)
        self._control_bytes += len(data)
        self._empty.clear()
        self._wake.set()
        if self._control_bytes > MAX_CONTROL_BYTES:
            self._socket.transport.abort()

    def send_media(self, packet: bytes, *, voice: bool) -> None:
        """Queue a packet; the oldest voice gives way to newer, and video that no longer fits is dropped."""
        if voice:
            self._voice.append(packet)
        elif self._video_bytes + len(packet) <= MAX_VIDEO_BYTES:
            self._video.append(packet)
            self._video_bytes += len(packet)
        self._wake.set()

    async def ping(self) -> float:
        """Measure one round trip, ms; `LinkLost` when the connection ended or nothing comes back."""
        try:
            return 1000 * await within(OPEN_TIMEOUT_S, await self._socket.ping())
        except (ConnectionClosed, TimeoutError) as error:
            raise LinkLost("lost") from error

    @property
    def relay_time_s(self) -> float | None:
        """What the relay's clock said at the connection, seconds since 1970, to the second; None when it did not say.

        Good for a warning only: the relay is not trusted with time either.
        """
        response = self._socket.response
        try:
            return (
                email.utils.parsedate_to_datetime(response.headers["Date"]).timestamp() if response else None
            )
        except (LookupError, ValueError, TypeError, OverflowError, MultipleValuesError):
            return None

    @property
    def rtt_ms(self) -> float:
        """Round trip as measured by the heartbeat, ms; 0 while unknown."""
        return self._socket.latency * 1000

    def _next(self) -> bytes | None:
        if self._control:
            data = self._control.popleft()
            self._control_bytes -= len(data)
            return data
        if self._voice:
            return self._voice.popleft()
        if self._video:
            data = self._video.popleft()
            self._video_bytes -= len(data)
            return data
        return None

    async def _write(self) -> None:
        try:
            while True:
                while (data := self._next()) is not None:
                    await self._socket.send(data)
                self._empty.set()
                self._wake.clear()
                await self._wake.wait()
        except ConnectionClosed:
            log.debug("control writer ends with its connection")

    def abort(self) -> None:
        """Close at once, without a word."""
        self._socket.transport.abort()

    async def close(self) -> None:
        """Send what control is queued (1 s at most), then close."""
        if self._control and not self._writer.done():
            await asyncio.wait(
                {asyncio.ensure_future(self._empty.wait()), self._writer},
                timeout=1,
                return_when=asyncio.FIRST_COMPLETED,
            )
        self._writer.cancel()
        await self._socket.close()
