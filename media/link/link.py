"""A link that holds: connects, proves, resumes, chooses between UDP and TLS, and says what happens.

All of it runs on one asyncio loop; the handler is called on that loop.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol

from media import wire
from media.errors import LinkLost, LinkRefused, ProtocolError
from media.link.assembly import Assembly
from media.link.control import Control
from media.link.datagrams import Datagrams
from media.link.packets import Credentials, read_packet, split

if TYPE_CHECKING:
    from media.link.admission import Admission, Host, RelayAddress

FIRST_RETRY_S, LAST_RETRY_S = 0.1, 0.5
TICK_S = 0.005
KEEP_MS = 500
KEEP_BYTES = 512 * 1024
RETRIED = frozenset({"busy", "no-room"})
"""Refusals after which a link that once had its slot tries again: the relay restarted, the host will be back."""

log = logging.getLogger(__name__)


class LinkHandler(Protocol):
    """What a link tells, on its loop. Times in microseconds are of `time.monotonic_ns() // 1000`."""

    def on_up(self, slot: int | None, reconnected: bool) -> None:
        """Be connected: at the door (None), or in as *slot*."""

    def on_down(self, reason: str) -> None:
        """Hear that the connection is lost (`lost`) or cannot be made (`unreachable`); the link goes on trying."""

    def on_refused(self, code: str) -> None:
        """Hear that the relay or the host said no for good; the link has ended. Codes: docs/relay.md."""

    def on_control(self, slot: int, data: bytes) -> None:
        """Control bytes from *slot*."""

    def on_frame(self, slot: int, stream: int, flags: int, frame: int, data: bytes, arrival_us: int) -> None:
        """Take a whole frame: video in order, voice as it comes."""

    def on_lost_frame(self, slot: int, stream: int, frame: int) -> None:
        """Hear that a frame was asked for again and given up."""

    def on_knocked(self, knock: int, slot_pk: bytes, data: bytes) -> None:
        """Admin: somebody at the door said *data*."""

    def on_knock_gone(self, knock: int) -> None:
        """Admin: that knocker left the door."""

    def on_answer(self, data: bytes) -> None:
        """Knocker: an admin said *data*."""

    def on_wanted(self, streams: set[int]) -> None:
        """Which of the own video streams anybody receives."""

    def on_key_wanted(self, stream: int) -> None:
        """Somebody needs a key frame of the own *stream*."""

    def on_gone(self, slot: int) -> None:
        """Hear that a slot's connection is lost."""

    def on_back(self, slot: int) -> None:
        """Hear that a slot is connected again."""


class Link:
    """One device's link to its room. *slot* None: not admitted. *transport*: "udp", "tls", or "" while down."""

    def __init__(self, address: RelayAddress, admission: Admission, handler: LinkHandler) -> None:
        self._address = address
        self._admission = admission
        self._handler = handler
        self.slot: int | None = None
        self.transport = ""
        self.tries = 1
        """Which attempt to connect this is; 0 while the link stands."""
        self._udp_rtt_ms = 0.0
        self._control: Control | None = None
        self._datagrams: Datagrams | None = None
        self._credentials: Credentials | None = None
        self._assembly = Assembly(self._deliver, handler.on_lost_frame)
        self._kept: OrderedDict[tuple[int, int], tuple[float, int, bytes]] = OrderedDict()
        self._kept_bytes = 0
        self._wanted: set[tuple[int, int]] = set()
        self._told_down = False
        self._standings: set[int | None] = set()
        self._ticking = False
        self._delay = FIRST_RETRY_S
        self._task: asyncio.Task[None] | None = None

    # --- life ---

    async def start(self) -> None:
        """Begin; what happens is told to the handler."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Leave the relay, after what is queued was sent (1 s at most)."""
        task, self._task = self._task, None
        if self._control:
            await self._control.close()
        if task:
            task.cancel()
            await asyncio.wait({task})
        self._down()

    async def _run(self) -> None:
        while True:
            try:
                await self._connection()
            except LinkRefused as refusal:
                self._down()
                if not (self.slot is not None and refusal.code in RETRIED):
                    self._handler.on_refused(refusal.code)
                    return
                self._say_down(refusal.code)
            except LinkLost as lost:
                self._down()
                self._say_down(str(lost))
            await asyncio.sleep(self._delay)
            self.tries += 1
            self._delay = min(2 * self._delay, LAST_RETRY_S)

    def _say_down(self, reason: str) -> None:
        if not self._told_down:
            self._told_down = True
            self._handler.on_down(reason)

    def _down(self) -> None:
        self.transport = ""
        if self._datagrams:
            self._datagrams.close()
        self._datagrams = self._control = self._credentials = None

    async def _connection(self) -> None:
        """Connect, prove, and serve until the connection ends (which raises)."""
        control = self._control = await Control.connect(self._address)
        try:
            control.send(self._proof(control))
            while True:
                self._message(await control.receive())
        except ProtocolError as error:
            raise LinkLost("lost") from error
        finally:
            await control.close()

    def _proof(self, control: Control) -> wire.Message:
        binding = (control.nonce, control.cert_hash)
        if self._admission.host:
            return self._admission.open(*binding)
        if self.slot is not None:
            return self._admission.resume(*binding, self.slot)
        return self._admission.knock(*binding)

    # --- what the relay says ---

    def _message(self, data: bytes) -> None:
        kind = data[0] if data else 0
        if kind == wire.VERSION:
            self._media(data)
            return
        message = wire.decode_down(data)
        handler = self._handler
        match message:
            case wire.Control(slot, text):
                handler.on_control(slot, text)
            case wire.Knocked(knock, slot_pk, text):
                handler.on_knocked(knock, slot_pk, text)
            case wire.KnockGone(knock):
                handler.on_knock_gone(knock)
            case wire.Answered(text):
                handler.on_answer(text)
            case wire.Wanted(streams):
                handler.on_wanted(set(streams))
            case wire.KeyWanted(stream):
                handler.on_key_wanted(stream)
            case wire.Gone(slot):
                handler.on_gone(slot)
            case wire.Back(slot):
                handler.on_back(slot)
            case _:
                self._standing(message)

    def _standing(self, message: wire.Message) -> None:
        """Messages that change where this link stands."""
        match message:
            case wire.Admitted():
                self._admitted(message)
            case wire.Waiting():
                self._up(None)
            case wire.Refused(code):
                raise LinkRefused(code)
            case _:
                raise ProtocolError("message out of turn")

    def _admitted(self, admitted: wire.Admitted) -> None:
        if self._admission.host:
            self._admission.host.fresh = False
        if self._credentials is None or self._credentials.ticket != admitted.ticket:
            self._sit(admitted)
        self._up(admitted.slot)

    def _sit(self, admitted: wire.Admitted) -> None:
        """Begin with a new seat: its keys, its UDP, its subscriptions."""
        if self._control is None:
            return
        if self._datagrams:
            self._datagrams.close()
        self.slot = admitted.slot
        self.transport = "tls"
        self._credentials = Credentials(admitted)
        with_udp = admitted.udp_port and not self._address.force_tls
        self._datagrams = Datagrams(self._credentials, self._control.peer, self) if with_udp else None
        if self._wanted:
            self._control.send(wire.Subscribe(sorted(self._wanted)))

    def _up(self, slot: int | None) -> None:
        reconnected = slot in self._standings
        self._standings.add(slot)
        self._told_down = False
        self._delay, self.tries = FIRST_RETRY_S, 0
        self._handler.on_up(slot, reconnected)

    # --- media in ---

    def _media(self, data: bytes) -> None:
        piece = read_packet(data, self._credentials.down) if self._credentials else None
        if piece:
            self.on_packet(*piece)

    def on_packet(
        self, slot: int, stream: int, flags: int, frame: int, fragment: int, fragments: int, piece: bytes
    ) -> None:
        """Take a sound media packet (from UDP or TLS)."""
        if stream != wire.VOICE and (slot, stream) not in self._wanted:
            return
        self._assembly.feed(_now_ms(), slot, stream, flags, frame, fragment, fragments, piece)
        if self._assembly.busy and not self._ticking:
            self._ticking = True
            asyncio.get_running_loop().call_later(TICK_S, self._tick)

    def _deliver(self, slot: int, stream: int, flags: int, frame: int, data: bytes) -> None:
        self._handler.on_frame(slot, stream, flags, frame, data, time.monotonic_ns() // 1000)

    def _tick(self) -> None:
        self._ticking = False
        self._assembly.rtt_ms = self.rtt_ms
        for ask in self._assembly.tick(_now_ms()):
            self._ask(ask)
        if self._assembly.busy:
            self._ticking = True
            asyncio.get_running_loop().call_later(TICK_S, self._tick)

    def _ask(self, ask: tuple[int, int, int, tuple[int, ...]]) -> None:
        if self._credentials is None or self._control is None:
            return
        nack = wire.Nack(self._credentials.slot, *ask)
        if self._datagrams and self._datagrams.alive:
            self._datagrams.ask(nack)
        else:
            self._control.send_media(nack.pack(self._credentials.hop), voice=True)

    # --- what UDP tells ---

    def on_udp(self, alive: bool) -> None:
        """UDP answers, or does not any more: media changes over."""
        self.transport = "udp" if alive else "tls"
        if not alive and self._control:
            self._control.send(wire.OverTls())

    def on_rtt(self, rtt_ms: float) -> None:
        """Smooth the measured round trip."""
        self._udp_rtt_ms = 0.8 * self._udp_rtt_ms + 0.2 * rtt_ms if self._udp_rtt_ms else rtt_ms

    def on_nack(self, nack: wire.Nack) -> None:
        """Send fragments of an own frame again, while it is kept."""
        kept = self._kept.get((nack.stream, nack.frame))
        if kept and self._credentials and nack.slot == self._credentials.slot:
            _, flags, data = kept
            flags |= wire.FLAG_RETRANSMIT
            self._send_packets(
                nack.stream, split(self._credentials, nack.stream, flags, nack.frame, data, nack.fragments)
            )

    @property
    def rtt_ms(self) -> float:
        """Round trip to the relay, ms; 0 while unknown."""
        if self.transport == "udp":
            return self._udp_rtt_ms
        return self._control.rtt_ms if self._control else 0.0

    # --- what the room asks ---

    def _send(self, message: wire.Message) -> None:
        if self._control:
            self._control.send(message)

    def send_control(self, data: bytes, to: int = wire.EVERYONE) -> None:
        """Send sealed control bytes (≤ 128 KiB) to one slot or all; dropped while the link is down."""
        if len(data) > wire.MAX_CONTROL:
            raise ProtocolError("control message too long")
        if self.transport:
            self._send(wire.Control(to, data))

    def send_frame(self, stream: int, flags: int, frame: int, data: bytes) -> None:
        """Send a sealed frame, ≤ 1.5 MB: voice at once, video paced at 5.5 Mb/s; dropped while the link is down."""
        if len(data) > wire.MAX_FRAME:
            raise ProtocolError("frame too long")
        if self._credentials:
            self._keep(stream, flags, frame, data)
            self._send_packets(stream, split(self._credentials, stream, flags, frame, data))

    def _send_packets(self, stream: int, packets: list[bytes]) -> None:
        if self._datagrams and self._datagrams.alive:
            self._datagrams.send(packets, paced=stream != wire.VOICE)
        elif self._control:
            for packet in packets:
                self._control.send_media(packet, voice=stream == wire.VOICE)

    def _keep(self, stream: int, flags: int, frame: int, data: bytes) -> None:
        """Keep 500 ms, 512 kB at most, of own frames for the relay's NACKs."""
        now = _now_ms()
        self._kept[stream, frame] = (now, flags, data)
        self._kept_bytes += len(data)
        while self._kept_bytes > KEEP_BYTES or now - next(iter(self._kept.values()))[0] > KEEP_MS:
            _, (_, _, old) = self._kept.popitem(last=False)
            self._kept_bytes -= len(old)
            if not self._kept:
                break

    def subscribe(self, wanted: set[tuple[int, int]]) -> None:
        """Receive these (slot, stream) video streams and no others; voice always comes."""
        for slot, stream in wanted ^ self._wanted:
            self._assembly.forget(slot, stream)
        self._wanted = set(wanted)
        if self.transport:
            self._send(wire.Subscribe(sorted(wanted)))

    def request_key(self, slot: int, stream: int) -> None:
        """Ask *slot* for a key frame of *stream*."""
        if self.transport:
            self._send(wire.KeyRequest(slot, stream))

    def become_host(self, host: Host) -> None:
        """Open as a host from now on, at once where the link is up (a successor, a handover)."""
        self._admission.host = host
        if self._control and self.slot is not None and self.transport:
            self._control.send(self._admission.open(self._control.nonce, self._control.cert_hash))

    def knock(self, data: bytes) -> None:
        """Knocker: say *data* (≤ 16 kB) at the door; 4 at once, then one per 2 s."""
        self._send(wire.KnockText(data))

    def answer(self, knock: int, data: bytes) -> None:
        """Admin: say *data* to a knocker."""
        self._send(wire.Answer(knock, data))

    def admit(self, knock: int, slot: int) -> None:
        """Admin: let a knocker in as *slot*."""
        self._send(wire.Admit(knock, slot))

    def refuse(self, knock: int) -> None:
        """Admin: turn a knocker away."""
        self._send(wire.Refuse(knock))

    def evict(self, slot: int) -> None:
        """Admin: out, and the slot's key stays out."""
        self._send(wire.Evict(slot))

    def close_room(self) -> None:
        """Admin: end the meeting for all."""
        self._send(wire.CloseRoom())


def _now_ms() -> float:
    return time.monotonic_ns() / 1e6
