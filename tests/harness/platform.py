"""A telemonitoring platform as a sender: raw ORU^R01 of invented patients (docs/telemonitoring.md §2), sent over real MLLP."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any, Self

from app.interop.client import Client
from app.interop.flow import Flow
from storage.monitoring.answers import alert_id
from storage.patients.facts import Key

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.harness.wards import Watch

AUTHORITY = "510999999"
PLATFORM = "SUIVI"
_controls = itertools.count(1)


def hl7_time(at_ms: int) -> str:
    """Return a moment as HL7 writes it, with its offset."""
    return f"{dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC):%Y%m%d%H%M%S}+0000"


def _msh(kind: str, at_ms: int, control: str = "", unit: str = "ONCO1") -> str:
    control = control or f"P{next(_controls)}"
    return f"MSH|^~\\&|{PLATFORM}|CH-FICTIF|CONSILIUM|{unit}|{hl7_time(at_ms)}||{kind}|{control}|T|2.5|||||FRA|UNICODE UTF-8"


def _pid(ipp: str, *, nameless: bool = False) -> str:
    if nameless:
        return f"PID|1||{ipp}^^^CH-FICTIF&{AUTHORITY}&N^PI"
    return f"PID|1||{ipp}^^^CH-FICTIF&{AUTHORITY}&N^PI||DUMAS^Solange^^^^^L||19620907|F"


def asked(
    ipp: str,
    number: str,
    at_ms: int,
    *more: str,
    status: str = "F",
    sent_ms: int = 0,
    control: str = "",
    unit: str = "ONCO1",
    nameless: bool = False,
    **grades: object,
) -> bytes:
    """Return a questionnaire: the sender's grade of each symptom (`mouth_sores=2`), and *more* OBX written out."""
    rows = [
        f"OBX|{at}|NM|{one.upper().replace('_', '-')}^{one}^CTCAE||{grade}||||||{status if status == 'C' else 'F'}"
        for at, (one, grade) in enumerate(grades.items(), 1)
    ]
    obr = (
        f"OBR|1||{number}|EPRO^Questionnaire^L|||{hl7_time(at_ms)}"
        + "|" * 15
        + hl7_time(sent_ms or at_ms)
        + f"|||{status}"
    )
    return _joined(
        _msh("ORU^R01^ORU_R01", sent_ms or at_ms, control, unit),
        _pid(ipp, nameless=nameless),
        obr,
        *rows,
        *more,
    )


def admitted(ipp: str, at_ms: int) -> bytes:
    """Return the ADT that says who somebody is."""
    return _joined(_msh("ADT^A28^ADT_A05", at_ms), f"EVN||{hl7_time(at_ms)}", _pid(ipp), "PV1|1|N")


def merged(into: str, old: str, at_ms: int) -> bytes:
    """Return the ADT that says that *old* is *into*."""
    mrg = f"MRG|{old}^^^CH-FICTIF&{AUTHORITY}&N^PI"
    return _joined(_msh("ADT^A40^ADT_A39", at_ms), f"EVN||{hl7_time(at_ms)}", _pid(into), mrg)


def _joined(*segments: str) -> bytes:
    return "".join(f"{one}\r" for one in segments).encode()


def alert(ipp: str, number: str) -> bytes:
    """Return the alert that a questionnaire is."""
    return alert_id(Key(AUTHORITY, ipp), PLATFORM, number)


class Listening:
    """The feed of one desk with its monitoring behind it, and a platform that sends to it: `async with Listening(watch) as feed`."""

    def __init__(self, watch: Watch, now_ms: Callable[[], int] | None = None) -> None:
        self.watch, self._now_ms = watch, now_ms or watch.desk.clock.now_ms

    async def __aenter__(self) -> Self:
        self.flow = Flow(self.watch.desk.vault, self._now_ms)
        host, port = await self.flow.listen("127.0.0.1", 0)
        self.flow.patients_changed.subscribe(self._changed)
        self._reads: set[Any] = set()
        self.flow.follow()
        self._client = await Client.connect(host, port)
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._client.__aexit__(None, None, None)
        await self.flow.stop()
        while self._reads:
            await self._reads.pop()

    def _changed(self, persons: frozenset[int]) -> None:
        self._reads.add(asyncio.ensure_future(self.watch.alerts.refresh(persons)))

    async def send(self, *messages: bytes) -> list[str]:
        """Send messages; return how each was answered."""
        return [(await self._client.send(one))[0].code for one in messages]
