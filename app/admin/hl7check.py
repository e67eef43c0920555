"""`consilium-admin hl7 check FILE…`: what the workstation understands of each message, and what it would answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from app.admin.errors import AdminError
from app.interop.check import check
from app.interop.understand import DEFAULT_ZONE

if TYPE_CHECKING:
    import argparse

    from app.interop.check import Row

LIMIT = 256 << 20
"""Bytes of one file."""
_COLUMNS = (
    ("RÉPONSE", "ack"),
    ("ÉVT", "event"),
    ("MESSAGE", "control_id"),
    ("IPP", "ipp"),
    ("INS", "ins"),
    ("IDENTITÉ", "status"),
    ("FUSION", "merge_ipp"),
    ("REMARQUES", "warnings"),
)


def options(action: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    action.add_argument(
        "files", nargs="+", metavar="FICHIER", help="messages HL7 v2, un ou plusieurs par fichier"
    )
    action.add_argument(
        "--zone", default=DEFAULT_ZONE, help="fuseau des heures sans décalage (défaut : %(default)s)"
    )
    action.add_argument("--json", action="store_true", help="un objet JSON par message, pour les programmes")


def run(chosen: argparse.Namespace, now: int) -> None:
    """Print one row a message; refused ones are no error of the command. Raises AdminError after all, where a file cannot be read."""
    troubles: list[str] = []
    for name in chosen.files:
        try:
            rows = check(_read(name), name, now_ms=now * 1000, zone=chosen.zone)
        except AdminError as error:
            troubles.append(str(error))
            continue
        if chosen.json:
            print(*map(json.dumps, rows), sep="\n")
        else:
            _table(name, rows)
    if troubles:
        raise AdminError("\n".join(troubles))


def _read(name: str) -> bytes:
    path = Path(name)
    try:
        if path.stat().st_size > LIMIT:
            raise AdminError(f"{name} : fichier de plus de {LIMIT >> 20} Mo, à découper.")
        return path.read_bytes()
    except OSError as error:
        raise AdminError(f"{name} : lecture impossible ({error.strerror}).") from error


def _table(name: str, rows: list[Row]) -> None:
    if not rows[0]["segments"]:
        print(f"{name} : aucun message HL7")
        return
    print(f"{name} : {len(rows)} message{'s' if len(rows) > 1 else ''}")
    cells = [[title for title, _ in _COLUMNS]] + [[_cell(row, key) for _, key in _COLUMNS] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _cell(row: Row, key: str) -> str:
    value = row[key]
    if key == "ins" and value:
        return value if row["ins_usable"] else f"{value} (inutilisable)"
    return ", ".join(value) if isinstance(value, list) else _visible(value or "–")


def _visible(text: str) -> str:
    return "".join(each if each.isprintable() else "·" for each in text)
