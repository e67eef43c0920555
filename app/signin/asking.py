"""The first run by a ticket from IT, without Qt: the sealed request goes out, the answer is looked for until it is there.

Ticket and secret rest in the vault, so that a desk that was closed meanwhile goes on waiting.
"""

from __future__ import annotations

import asyncio
import base64
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.relay import address_of
from app.signin import enrol
from app.signin.enrol import EnrolRefused, Pending
from media.errors import LinkLost, LinkRefused, MediaError
from media.keys.directory import Enrolment
from media.keys.enrolment import LENGTH_BYTES, MAX_TICKET, Answer, Ask, Ticket, box_length, reply_id
from storage.identity import Relay

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from media.link.mailbox import Mailbox

PIECE, AT_ONCE = 256 * 1024, 4
MAX_TEXT = 8192


async def ask(pending: Pending, typed: str, now_s: int) -> Pending:
    """Send the request of this desk under the ticket that was typed, pasted, or lies in a file.

    Raises EnrolRefused: "ticket", "ticket-over", "relay-unreachable", "relay-impostor", "ticket-refused".
    """
    ticket = await asyncio.to_thread(_ticket, typed)
    if ticket.not_after < now_s:
        raise EnrolRefused("ticket-over")
    asked = Ask.make(pending.request)
    block = await asyncio.to_thread(asked.seal, ticket)
    waiting = replace(pending, ticket=ticket.encode(), reply=asked.reply)
    await enrol.keep_waiting(waiting)  # before it leaves: its answer must be found after a restart
    try:
        async with _line(ticket) as line:
            await line.send(ticket.queue, block, ticket.writer.sign)
    except EnrolRefused:
        await enrol.keep_waiting(pending)
        raise
    return waiting


async def look(pending: Pending, now_s: int) -> tuple[Relay, enrol.Answer] | None:
    """Return the organisation's answer to the request under a ticket, None while there is none.

    Raises EnrolRefused: "request-refused" (IT said no), "relay-unreachable", "relay-impostor", or what `enrol.look` raises.
    """
    ticket = Ticket.parse(pending.ticket)
    async with _line(ticket) as line:
        box = await _fetch(line, reply_id(pending.reply))
    if box is None:
        return None
    try:
        answer = await asyncio.to_thread(Answer.open, pending.reply, box)
        enrolment = None if answer.code else await asyncio.to_thread(Enrolment.parse, answer.enrolment)
    except MediaError as error:
        raise EnrolRefused("untrusted") from error
    if enrolment is None:
        raise EnrolRefused("request-refused")
    if enrolment.bundle.org != ticket.org:
        raise EnrolRefused("untrusted")
    return _relay(ticket), await enrol.judged(pending, enrolment, now_s)


async def _fetch(line: Mailbox, blob: bytes) -> bytes | None:
    try:
        size = await line.blob_size(blob)
    except LinkRefused as error:
        if error.code == "blob-unknown":
            return None
        raise
    try:
        length = box_length(await line.get(blob, 0, LENGTH_BYTES))
    except MediaError as error:
        raise EnrolRefused("untrusted") from error
    end = min(size, LENGTH_BYTES + length)
    places = [(at, min(PIECE, end - at)) for at in range(LENGTH_BYTES, end, PIECE)]
    room = asyncio.Semaphore(AT_ONCE)

    async def piece(at: int, many: int) -> bytes:
        async with room:
            return await line.get(blob, at, many)

    return b"".join(await asyncio.gather(*(piece(*place) for place in places)))


@asynccontextmanager
async def _line(ticket: Ticket) -> AsyncIterator[Mailbox]:
    """Be a stranger at the relay of the ticket."""
    from media.link.mailbox import Mailbox  # noqa: PLC0415 -- the lock does not wait for it

    try:
        line = await Mailbox.connect(address_of(_relay(ticket)))
        try:
            yield line
        finally:
            await line.close()
    except LinkLost as error:
        raise EnrolRefused("relay-unreachable") from error
    except LinkRefused as error:
        raise EnrolRefused(
            "relay-impostor" if error.code == "relay-impostor" else "ticket-refused"
        ) from error


def _relay(ticket: Ticket) -> Relay:
    return Relay(ticket.host, ticket.port, ticket.pin)


def _ticket(typed: str) -> Ticket:
    """Read a ticket that was pasted, or the file that is named."""
    text = typed.strip()
    try:
        return Ticket.parse(base64.b64decode("".join(text.split()), validate=True))
    except (MediaError, ValueError):
        pass
    try:
        with Path(text).expanduser().open("rb") as file:
            data = file.read(MAX_TEXT)
        return Ticket.parse(base64.b64decode(b"".join(data.split()), validate=True)[:MAX_TICKET])
    except (MediaError, OSError, ValueError) as error:
        raise EnrolRefused("ticket") from error
