"""What is understood of a file of messages, for whoever connects a sender: the same reading as the listener answers from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.interop import identity
from app.interop.envelope import envelope
from app.interop.er7 import Er7Error, Message
from app.interop.reading import Reading, said
from app.interop.split import messages
from app.interop.understand import understand

if TYPE_CHECKING:
    from app.interop.er7 import Segment
    from app.interop.mapping import Mapping

Row = dict[str, Any]
REFUSED = "refused"
"""First part of the warning that says why a message is refused: `refused:101:PID-3`."""


def check(raw: bytes, name: str, *, now_ms: int, zone: str, table: Mapping | None = None) -> list[Row]:
    """Return one row a message of the file *raw*, or one with `ack` AR where there is none.

    Keys: file (*name*), control_id, event, charset (MSH-18 as written), ipp, ins, ins_oid, ins_usable, birth (PID-7 as written),
    sex, status (the first of PID-32), used_name (XPN.1 of type D), merge_ipp, segments (names), ack, warnings. What a message does
    not have is None, what it leaves empty is "".
    """
    return [_row(each, name, now_ms, zone, table) for each in messages(raw) or [raw]]


def _row(raw: bytes, name: str, now_ms: int, zone: str, table: Mapping | None) -> Row:
    understood = understand(raw, arrived_ms=now_ms, zone=zone, table=table)
    row: Row = dict.fromkeys(
        (
            "control_id",
            "event",
            "charset",
            "ipp",
            "ins",
            "ins_oid",
            "birth",
            "sex",
            "status",
            "used_name",
            "merge_ipp",
        )
    )
    row |= {"file": name, "ins_usable": False, "segments": []}
    try:
        row |= _told(raw, now_ms, zone)
    except Er7Error:
        row["segments"] = []
    refusal = understood.refusal
    said_no = [f"{REFUSED}:{refusal.error}:{refusal.place}"] if refusal else []
    return row | {"ack": understood.ack, "warnings": [*said_no, *understood.warnings]}


def _told(raw: bytes, now_ms: int, zone: str) -> Row:
    message = Message.parse(raw)
    head = envelope(message, zone)
    reading = Reading(message, head, zone, now_ms)
    row: Row = {
        "control_id": head.control_id,
        "event": head.event,
        "charset": head.charset,
        "segments": [each.name for each in message.segments],
    }
    merged = reading.first("MRG")
    old = identity.ipp(merged.field(1), reading) if merged else None
    row["merge_ipp"] = old.ipp if old else None
    pid = reading.first("PID")
    return row | (_person(pid, reading) if pid else {})


def _person(pid: Segment, reading: Reading) -> Row:
    key, ins = identity.ipp(pid.field(3), reading), identity.ins(pid)
    return {
        "ipp": key.ipp if key else None,
        "ins": ins.number if ins else None,
        "ins_oid": ins.oid if ins else None,
        "ins_usable": bool(ins and ins.usable),
        "birth": pid.field(7).component(1).text,
        "sex": pid.field(8).component(1).text,
        "status": identity.status(pid),
        "used_name": _used_name(pid),
    }


def _used_name(pid: Segment) -> str | None:
    names = [
        each.component(1).subcomponent(1)
        for each in pid.field(5).repetitions
        if said(each.component(7)) == "D"
    ]
    return next((said(each) for each in names if not each.null), "" if names else None)
