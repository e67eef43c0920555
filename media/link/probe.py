"""A look at the relay without entering any room: is it there, how far, does UDP pass, how fast is the way up.

All figures are measured on the line that a meeting would take; nothing is guessed, and nothing needs an admission.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from media import wire
from media.errors import LinkLost, LinkRefused, ProtocolError
from media.link.control import Control
from media.link.medium import medium
from media.patience import within

if TYPE_CHECKING:
    from collections.abc import Callable

    from media.link.admission import RelayAddress

PINGS = 3
ANSWER_S = 6.0
FIRST_BYTES = 32 * 1024
FAST_KBPS = 1_000
"""From this rate on the long measure takes about two seconds at most, and says more than the short one."""
MOST_KBPS = 20_000
"""Beyond, a quarter of a megabyte is too short a measure: "at least" is all that can be said."""
HELLO_S = 0.3
FEW_HELLOS, MANY_HELLOS = 3, 20
GIVE_UP_AFTER = 3


@dataclass(frozen=True)
class Seen:
    """What a look showed. `transport`: "udp" where UDP passes, else "tls"; `skew_s`: the relay's clock less ours, 0 unknown.

    Only a thorough look measures the rest: `up_kbps` (0: could not be measured), `lost` of the `sent` datagrams, `jitter_ms`.
    """

    rtt_ms: float
    transport: str
    skew_s: float = 0.0
    up_kbps: int = 0
    sent: int = 0
    lost: int = 0
    jitter_ms: float = 0.0
    medium: str = ""
    """What leads to the relay: "wifi", "cable", or "" where the system does not tell."""


async def look(
    address: RelayAddress, now_s: Callable[[], float] = time.time, *, thorough: bool = False
) -> Seen:
    """Look whether the relay is there: a second at most on a good line; `LinkLost`, `LinkRefused` as for a link.

    *thorough*: measure the line as well; at most 290 kB go up, for a few seconds.
    """
    hellos = MANY_HELLOS if thorough else FEW_HELLOS
    control = await Control.connect(address)
    theirs, ours = control.relay_time_s, now_s()
    try:
        rtt_ms = min([await control.ping() for _ in range(PINGS)])
        up_kbps, answer = await _measure(control, rtt_ms, thorough=thorough)
        trips = await _try_udp(control.peer, answer, hellos) if not address.force_tls else []
    except (ProtocolError, TimeoutError) as error:
        raise LinkLost("unreachable") from error
    finally:
        await control.close()
    came = [trip for trip in trips if trip is not None]
    steps = [abs(after - before) for before, after in pairwise(came)]
    return Seen(
        rtt_ms=min(came, default=rtt_ms),
        transport="udp" if came else "tls",
        skew_s=theirs - ours if theirs is not None else 0.0,
        up_kbps=up_kbps,
        sent=len(trips) if came else 0,
        lost=len(trips) - len(came) if came else 0,
        jitter_ms=sum(steps) / len(steps) if steps else 0.0,
        medium=medium(control.local) if thorough else "",
    )


async def _measure(control: Control, rtt_ms: float, *, thorough: bool) -> tuple[int, wire.Measured]:
    """Return kb/s upwards and the relay's answer; a short measure first, so that the long one finds the line open."""
    answer, took_ms = await _send(control, FIRST_BYTES if thorough else 0)
    rate = _rate(FIRST_BYTES, took_ms - rtt_ms) if thorough else 0
    if rate >= FAST_KBPS:
        answer, took_ms = await _send(control, wire.MAX_MEASURE)
        rate = _rate(wire.MAX_MEASURE, took_ms - rtt_ms)
    return rate, answer


def _rate(size: int, took_ms: float) -> int:
    return min(MOST_KBPS, round(8 * size / max(1.0, took_ms)))


async def _send(control: Control, size: int) -> tuple[wire.Measured, float]:
    filler = os.urandom(size)  # nothing on the way can squeeze it
    began = time.monotonic()
    control.send(wire.Measure(filler))
    message = wire.decode_down(await within(ANSWER_S, control.receive()))
    if isinstance(message, wire.Refused):
        raise LinkRefused(message.code)
    if not isinstance(message, wire.Measured):
        raise LinkLost("unreachable")
    return message, (time.monotonic() - began) * 1000


async def _try_udp(peer: str, answer: wire.Measured, hellos: int) -> list[float | None]:
    """Return the round trip of each hello in ms, None for one that was not answered; empty where there is no UDP."""
    if not answer.udp_port:
        return []
    trips: list[float | None] = []
    while len(trips) < hellos and (len(trips) < GIVE_UP_AFTER or any(trips)):
        trips.append(await _hello(peer, answer.udp_port, answer.ticket))
    return trips


async def _hello(peer: str, port: int, ticket: bytes) -> float | None:
    """Greet from a port of its own, so that a late answer to an earlier hello is not taken for this one's."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        with contextlib.closing(_socket_to(peer, port)) as link:
            async with asyncio.timeout(HELLO_S):
                await loop.sock_sendall(link, wire.pack_introduction(ticket))
                wire.unpack_cookie(await loop.sock_recv(link, 64))
    except (TimeoutError, OSError, ProtocolError):
        return None
    return (loop.time() - began) * 1000


def _socket_to(peer: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        peer, port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST
    )[0]
    link = socket.socket(family, kind, protocol)
    try:
        link.setblocking(False)
        link.connect(address)
    except OSError:
        link.close()
        raise
    return link
