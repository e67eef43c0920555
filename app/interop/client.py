"""A sender of HL7: one MLLP connection, one message at a time, each answered before the next (as GAM and laboratories do)."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from media.patience import within

if TYPE_CHECKING:
    import ssl
    from types import TracebackType

START, END = b"\x0b", b"\x1c\r"
ANSWER_S = 30.0
MAX_ANSWER = 1 << 20
MAX_HEADER = 4096
ON_SUCCESS = ("AL", "SU")


class NoAnswerError(Exception):
    """The listener closed, said nothing in time, or something that is no answer: nobody knows whether the message was kept."""


@dataclass(frozen=True)
class Ack:
    """One acknowledgement: `code` MSA-1, `control_id` MSA-2, `error` ERR-3.1, `raw` as it came (never patient data)."""

    code: str
    control_id: str
    error: str
    raw: bytes

    @property
    def accepted(self) -> bool:
        """True for AA and CA: the message is the listener's now."""
        return self.code in {"AA", "CA"}

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read an answer; raises NoAnswerError."""
        segments = _segments(raw)
        msa, err = segments.get("MSA", []), segments.get("ERR", [])
        if len(msa) < 2:
            raise NoAnswerError("the answer has no MSA")
        component = _at(segments.get("MSH", []), 1)[:1] or "^"
        return cls(msa[1], _at(msa, 2), _at(err, 3).split(component)[0], raw)


class Client:
    """`async with await Client.connect("127.0.0.1", 2575) as client: answers = await client.send(message)`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer_s: float) -> None:
        self._reader, self._writer, self._answer_s = reader, writer, answer_s

    @classmethod
    async def connect(
        cls, host: str, port: int, tls: ssl.SSLContext | None = None, answer_s: float = ANSWER_S
    ) -> Self:
        """Open the connection; raises OSError (ssl.SSLError is one, and TimeoutError)."""
        opening = asyncio.open_connection(host, port, ssl=tls, limit=MAX_ANSWER)
        return cls(*await within(answer_s, opening), answer_s)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def send(self, message: bytes) -> list[Ack]:
        """Send one message; return its answers, in enhanced mode the commit's and the application's; raises NoAnswerError."""
        try:
            async with asyncio.timeout(self._answer_s):
                self._writer.write(START + message + END)
                await self._writer.drain()
                answers = [await self._answer()]
                if answers[0].code == "CA" and asks_again(message):
                    answers.append(await self._answer())
                return answers
        except (OSError, EOFError, asyncio.LimitOverrunError, TimeoutError) as error:
            raise NoAnswerError("the listener gave no answer") from error

    async def _answer(self) -> Ack:
        frame = await self._reader.readuntil(END)
        return Ack.parse(frame[: -len(END)].lstrip(START))

    async def close(self) -> None:
        """End the connection."""
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


def asks_again(message: bytes) -> bool:
    """Tell whether MSH-16 asks for the application's answer after a commit that succeeded."""
    header = _segments(message[:MAX_HEADER]).get("MSH", [])
    return _at(header, 15).strip().upper() in ON_SUCCESS


def _segments(raw: bytes) -> dict[str, list[str]]:
    """Return the fields of the first segment of each name; MSH-n stands at n - 1, others at n."""
    lines = raw.decode("latin-1").replace("\n", "\r").split("\r")
    separator = lines[0].lstrip()[3:4] or "|"
    found: dict[str, list[str]] = {}
    for line in lines:
        fields = line.lstrip().split(separator)
        found.setdefault(fields[0], fields)
    return found


def _at(fields: list[str], place: int) -> str:
    return fields[place] if place < len(fields) else ""
