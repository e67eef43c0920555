"""Receipts on their way: what came and what was read, many in one letter to the device that sent it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from media.mail import convs
from media.mail.bodies import MAX_RECEIPTS, Reached, Receipt
from media.mail.types import Type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.post.desk import Desk
    from app.post.writing import Draft, Writer
    from storage.messages.posting import Owed
    from storage.messages.store import Mailbag


async def pay(desk: Desk, writer: Writer) -> bool:
    """Write the receipts that are owed as letters, in the transaction that forgets them; False where there were none."""
    owed = await desk.read(lambda rows: rows.inflow.owed(MAX_RECEIPTS))
    if not owed:
        return False
    by_device: dict[tuple[bytes, bytes, bool], list[Owed]] = {}
    for one in owed:
        by_device.setdefault((one.user, one.device, bool(one.read_ms)), []).append(one)
    drafts = [_draft(desk, writer, *place, found) for place, found in by_device.items()]

    def act(rows: Mailbag) -> None:
        for draft in drafts:
            writer.post(rows, draft)
        rows.inflow.paid(owed)

    await desk.write(act)
    desk.wake.set()
    return True


def _draft(desk: Desk, writer: Writer, user: bytes, device: bytes, read: bool, owed: Sequence[Owed]) -> Draft:
    about = tuple(sorted({one.msg_id for one in owed}))
    at_ms = max(one.read_ms or one.delivered_ms for one in owed)
    said = Receipt(Reached.READ if read else Reached.DELIVERED, about, at_ms)
    conv = convs.direct(desk.session.user, user)
    return writer.draft(Type.RECEIPT, conv, (user,), said.encode(), devices=(device,))
