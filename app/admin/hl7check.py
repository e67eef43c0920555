"""`consilium-admin hl7 check FILE…`: what the workstation understands of each message, and what it would answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from app.admin.errors import AdminError
from app.interop import mapping
from app.interop.check import REFUSED, check
from app.interop.understand import DEFAULT_ZONE

if TYPE_CHECKING:
    import argparse

    from app.interop.check import Row
    from app.interop.mapping import Mapping

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

_SENTENCES = {
    "birth": "PID-7 n'est pas une date, ou pas entièrement",
    "charset": "MSH-18 ne dit pas le jeu de caractères des octets ; lu d'après les octets",
    "charset_unknown": "MSH-18 hors de la table 0211",
    "continued_line": "ligne sans nom de segment, rattachée à la précédente",
    "control_characters": "caractères de commande, laissés de côté dans les textes",
    "document_act": "ORC-1, OBX-11 et l'événement ne disent pas la même chose du document",
    "document_empty": "document sans contenu",
    "document_encoding": "document qui n'est pas en base64",
    "document_missing": "avis sans document",
    "event_unknown": "événement hors du profil, lu comme une identité",
    "grade_range": "réponse hors de son échelle, gardée telle quelle mais sans grade",
    "ins_authority": "INS sans son OID : inutilisable",
    "ins_format": "INS qui n'a pas 15 caractères : inutilisable",
    "ins_key": "clé de contrôle de l'INS fausse",
    "lower_case": "noms de segments en minuscules",
    "merge_itself": "numéro fusionné avec lui-même, sans effet",
    "movement_action": "ZBE-4 hors de INSERT, UPDATE, CANCEL",
    "movement_missing": "mouvement sans PV1 ni ZBE",
    "pid_repeated": "PID répété pour le même patient",
    "questionnaire_cut": "plus de 500 réponses dans un questionnaire, les premières sont gardées",
    "segment_unknown": "segment Z inconnu, gardé mais pas lu",
    "sex": "PID-8 hors de la table 0001",
    "status_unknown": "PID-32 hors de la table 0445",
    "text_cut": "texte de plus de 64 Ko, montré en partie",
    "time": "date illisible, laissée de côté",
    "time_ahead": "EVN-2 ou MSH-7 dans l'avenir ; l'heure d'arrivée compte",
    "version": "MSH-12 absent ou inconnu",
}
_REFUSALS = {
    "100": "pas de message, segment absent, ou message coupé",
    "101": "champ obligatoire absent",
    "102": "champ illisible",
    "198": "trop de segments, de champs ou d'octets, ou plusieurs patients",
    "200": "type de message non pris en charge",
    "201": "événement non pris en charge",
    "903": "INS seul, que PID-32 ne permet pas d'utiliser",
    "905": "INS seul et incomplet",
}


def options(action: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    action.add_argument(
        "files", nargs="+", metavar="FICHIER", help="messages HL7 v2, un ou plusieurs par fichier"
    )
    action.add_argument(
        "--zone", default=DEFAULT_ZONE, help="fuseau des heures sans décalage (défaut : %(default)s)"
    )
    action.add_argument(
        "--mapping", default="", metavar="FICHIER", help="table de codes des questionnaires du site (JSON)"
    )
    action.add_argument("--json", action="store_true", help="un objet JSON par message, pour les programmes")


def run(chosen: argparse.Namespace, now: int) -> None:
    """Print one row a message; refused ones are no error of the command. Raises AdminError after all, where a file cannot be read."""
    troubles: list[str] = []
    table = _mapping(chosen.mapping)
    for name in chosen.files:
        try:
            rows = check(_read(name), name, now_ms=now * 1000, zone=chosen.zone, table=table)
        except AdminError as error:
            troubles.append(str(error))
            continue
        if chosen.json:
            print(*map(json.dumps, rows), sep="\n")
        else:
            _table(name, rows)
    if troubles:
        raise AdminError("\n".join(troubles))


def _mapping(name: str) -> Mapping:
    try:
        return mapping.load(Path(name)) if name else mapping.own()
    except mapping.MappingError as error:
        raise AdminError(f"{name} : table de codes inutilisable ({error}).") from error
    except OSError as error:
        raise AdminError(f"{name} : lecture impossible ({error.strerror}).") from error


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
    told = {each for row in rows for each in row["warnings"]}
    for code, sentence in sorted({_explained(each) for each in told}):
        print(f"  {code} : {sentence}")


def _explained(warning: str) -> tuple[str, str]:
    code, _, rest = warning.partition(":")
    if code == REFUSED:
        return f"{code}:{rest[:3]}", _REFUSALS.get(rest[:3], "message incompris")
    return code, _SENTENCES[code]


def _cell(row: Row, key: str) -> str:
    value = row[key]
    if key == "ins" and value:
        return value if row["ins_usable"] else f"{value} (inutilisable)"
    return ", ".join(value) if isinstance(value, list) else _visible(value or "–")


def _visible(text: str) -> str:
    return "".join(each if each.isprintable() else "·" for each in text)
