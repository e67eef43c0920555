"""`consilium-admin hl7 quarantine`: what could not be taken in, shown and, once it can be, taken in after all.

The list holds no patient data; a message is shown only after that is in the audit trail.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.admin import profiles
from app.admin.errors import AdminError
from app.interop.intake import incoming_of
from app.interop.understand import understand
from storage.inbox import Reason

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from storage.inbox import Quarantined
    from storage.vault import Vault

REASONS = {
    "refused": "refusé",
    "conflict": "identifiant déjà utilisé, contenu différent",
    "unframed": "hors trame MLLP",
    "oversized": "trop long, tronqué",
    "apply": "acquitté, non appliqué",
}


def options(action: ArgumentParser, *, numbers: str = "") -> None:
    """Declare what one of the commands takes; *numbers* is argparse's nargs, empty for the list."""
    profiles.options(action)
    action.add_argument("--json", action="store_true", help="pour les programmes : une ligne par message")
    if numbers:
        action.add_argument("numbers", type=int, nargs=numbers, metavar="ID", help="numéro en quarantaine")


def show_list(arguments: Namespace, _now_s: int) -> None:
    """`list`: what waits, without patient data."""
    with profiles.visiting(arguments) as vault:
        for row in vault.inbox.quarantined().result():
            print(_json(_described(row)) if arguments.json else _line(row))


def show(arguments: Namespace, now_s: int) -> None:
    """`show ID…`: the messages themselves; nothing is shown that could not be recorded."""
    with profiles.visiting(arguments) as vault:
        for number in arguments.numbers:
            row, raw = _found(vault, number)
            profiles.note(vault, now_s * 1000, "quarantine-show", str(number))
            text = raw.decode("utf-8" if _is_utf8(raw) else "cp1252", errors="replace")
            if arguments.json:
                print(_json(_described(row) | {"message": text}))
            else:
                print(f"# {_line(row)}\n{_readable(text)}")


def replay(arguments: Namespace, now_s: int) -> None:
    """`replay [ID…]`: those messages, or all that wait, once more; raises AdminError when some stay.

    A second content under a known id is let in only where somebody names it: which of the two is right nobody else can tell.
    """
    with profiles.visiting(arguments) as vault:
        waiting = {row.id: row.reason for row in vault.inbox.quarantined().result()}
        left = 0
        for number in arguments.numbers or waiting:
            unnamed = not arguments.numbers and waiting[number] is Reason.CONFLICT
            row = _left_out(number) if unnamed else _replay(vault, number, now_s * 1000)
            print(_json(row) if arguments.json else f"{row['id']} : {row['outcome']}")
            left += row["seq"] is None
    if left:
        raise AdminError(
            f"Messages qui restent en quarantaine : {left}. Demandez leur correction à l'émetteur."
        )


def _left_out(number: int) -> dict[str, Any]:
    return {"id": number, "seq": None, "outcome": "contradictoire : à lire (« show »), puis à nommer"}


def _replay(vault: Vault, number: int, now_ms: int) -> dict[str, Any]:
    """Let one message in; its row in the inbox is one, however often this is done."""
    _, raw = _found(vault, number)
    understood = understand(raw, arrived_ms=now_ms, zone=profiles.zone(vault), table=profiles.table(vault))
    if understood.refusal is not None:
        return {"id": number, "seq": None, "outcome": "refusé"}
    incoming = incoming_of(raw, understood, now_ms)
    profiles.note(vault, now_ms, "quarantine-replay", str(number))
    seq = vault.inbox.replay(number, incoming.sender, incoming.control_id, now_ms).result()
    return {"id": number, "seq": seq or None, "outcome": "repris" if seq else "incomplet"}


def _found(vault: Vault, number: int) -> tuple[Quarantined, bytes]:
    found = vault.inbox.put_away(number).result()
    if found is None:
        raise AdminError(f"Rien en quarantaine sous le numéro {number} : voyez « hl7 quarantine list ».")
    return found


def _described(row: Quarantined) -> dict[str, Any]:
    return {
        "id": row.id,
        "reason": row.reason.value,
        "detail": row.detail,
        "sender": row.sender,
        "control_id": row.control_id,
        "first": _time(row.first_ms),
        "last": _time(row.last_ms),
        "times": row.times,
        "bytes": row.size,
        "replayed": _time(row.replayed_ms) if row.replayed_ms else None,
    }


def _line(row: Quarantined) -> str:
    fields = (
        _time(row.last_ms),
        f"× {row.times}",
        REASONS.get(row.reason, row.reason),
        row.detail,
        row.sender,
        row.control_id,
    )
    return _readable(f"{row.id:>6}  " + "  ".join(fields))


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds")


def _readable(text: str) -> str:
    """Show segments as lines, and no control character that a terminal would obey."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter if letter.isprintable() or letter == "\n" else "·" for letter in lines)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _json(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False)
