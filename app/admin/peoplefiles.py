"""Lists of people as IT has them: CSV with a header, or LDIF (RFC 2849) of an LDAP directory or Active Directory.

Pure: text in, rows with their line out, or what is wrong with which line. Nothing that a file names is ever fetched.
"""

from __future__ import annotations

import base64
import binascii
import csv
import io
import tomllib
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from app.admin.errors import AdminError
from app.search import plain
from media.errors import ProtocolError
from media.keys.certs import ROLES, shown_text
from media.keys.issuers import ID_BYTES
from media.keys.people import MAX_PEOPLE, Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MAX_FILE = 64 * 1024 * 1024
MAX_FIELD = 10_000
SHOWN = 50
"""How many wrong lines are told."""
CSV_NAMES = {
    "user": ("personne", "user"),
    "name": ("nom", "name"),
    "role": ("fonction", "role"),
    "specialty": ("specialite", "specialty"),
    "service": ("service",),
    "structure": ("structure", "etablissement"),
    "rpps": ("rpps",),
    "phone": ("telephone", "phone"),
    "mail": ("courriel", "mail"),
}
"""Columns by what they are called, accents and case aside."""
LDIF_NAMES = {
    "name": ("displayname", "cn"),
    "role": ("employeetype",),
    "specialty": ("title",),
    "service": ("department", "ou"),
    "structure": ("company", "o"),
    "rpps": ("employeenumber",),
    "phone": ("telephonenumber",),
    "mail": ("mail",),
}
"""Attributes of inetOrgPerson and Active Directory, the first one that is there."""
ROLE_WORDS = {
    **{role: role for role in ROLES - {"gateway", "issuer"}},
    "medecin": "doctor",
    "infirmier": "nurse",
    "infirmiere": "nurse",
    "secretaire": "secretary",
    "salle": "room",
    "autre": "other",
}
GUIDS = ("objectguid", "entryuuid")
"""How Active Directory and OpenLDAP (RFC 4530) number an entry for good."""
PERSONS = frozenset(("person", "inetorgperson", "organizationalperson", "user"))
DISABLED = 2
"""Bit of Active Directory's userAccountControl."""
FORMULA = ("'=", "'+", "'-", "'@")
"""What a spreadsheet was kept from running (app/spreadsheet.py)."""


@dataclass(frozen=True)
class Names:
    """Which column or attribute says what, and which words name a role; IT may give both in a TOML file."""

    fields: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, str]


@dataclass(frozen=True)
class Row:
    """One person of a file; `user` and `role` are empty where the file does not say.

    `guid` is how the directory of the file names the person: it becomes the id of a newcomer.
    """

    line: int
    user: bytes
    role: str
    entry: Entry
    guid: bytes = b""


class Wrong(AdminError):  # noqa: N818 -- what is wrong are lines
    """Some lines cannot be taken; the text names them."""

    def __init__(self, found: list[tuple[int, str]]) -> None:
        told = [f"  ligne {line} : {why}" for line, why in found[:SHOWN]]
        more = [f"  et {len(found) - SHOWN} autres"] if len(found) > SHOWN else []
        super().__init__("\n".join(("Rien n'a été changé, corrigez ces lignes :", *told, *more)))


def names_of(text: str, *, ldif: bool) -> Names:
    """Return the names to look for: those of the TOML *text* (`[fields]`, `[roles]`) before the usual ones."""
    usual = LDIF_NAMES if ldif else CSV_NAMES
    try:
        given = tomllib.loads(text)
        fields = {key: (plain(name),) for key, name in given.get("fields", {}).items()}
        roles = {plain(word): role for word, role in given.get("roles", {}).items()}
    except (tomllib.TOMLDecodeError, AttributeError, TypeError) as error:
        raise AdminError(
            "La correspondance (--map) n'est pas un fichier TOML de noms : voyez docs/admin.md."
        ) from error
    if (
        set(fields) - set(CSV_NAMES)
        or set(given) - {"fields", "roles"}
        or set(roles.values()) - set(ROLE_WORDS.values())
    ):
        raise AdminError(
            "La correspondance (--map) nomme un champ ou une fonction inconnus : voyez docs/admin.md."
        )
    return Names({**usual, **fields}, {**ROLE_WORDS, **roles})


def read(data: bytes, names: Names, *, ldif: bool) -> list[Row]:
    """Return the people of a file, in its order; raises `Wrong` with every line that cannot be taken, AdminError."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AdminError("Le fichier n'est pas en UTF-8 : exportez-le dans cet encodage.") from error
    wrong: list[tuple[int, str]] = []
    rows = [
        row
        for line, found in (_ldif(text) if ldif else _csv(text, names))
        if (row := _row(line, found, names, wrong))
    ]
    if wrong:
        raise Wrong(wrong)
    if len(rows) > MAX_PEOPLE:
        raise AdminError("Plus de 20 000 personnes : partagez l'annuaire.")
    return rows


def _csv(text: str, names: Names) -> Iterator[tuple[int, dict[str, str]]]:
    head = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ","
    )
    try:
        heads = [plain(one) for one in next(reader, [])]
        if not set(heads) & set(names.fields["name"]):
            raise AdminError(
                "La première ligne doit nommer les colonnes, dont « nom » (voyez docs/admin.md)."
            )
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, dict(zip(heads, cells, strict=False))
    except csv.Error as error:
        raise Wrong([(reader.line_num, "guillemets ou champ trop long")]) from error


def _ldif(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    for line, lines in _records(text):
        found = _attributes(lines)
        classes = set(plain(found.get("objectclass", "")).split())
        if not found or (classes and (not classes & PERSONS or "computer" in classes)):
            continue
        control = found.get("useraccountcontrol", "0")
        if not (control.isdecimal() and int(control) & DISABLED):
            yield line, found


def _records(text: str) -> Iterator[tuple[int, list[tuple[int, str]]]]:
    """Yield the records with the line that each begins at; folded lines are unfolded, comments left out."""
    unfolded: list[tuple[int, str]] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if line.startswith(" ") and unfolded:
            unfolded[-1] = (unfolded[-1][0], unfolded[-1][1] + line[1:])
        else:
            unfolded.append((number, line))
    kept = [(number, line) for number, line in unfolded if not line.startswith("#")]
    for blank, group in groupby(kept, lambda one: not one[1].strip()):
        lines = list(group)
        if not blank:
            yield lines[0][0], lines


def _attributes(lines: Iterable[tuple[int, str]]) -> dict[str, str]:
    """Return the first value of each attribute, of objectClass all; nothing for a record that is no entry."""
    found: dict[str, str] = {}
    for number, line in lines:
        name, colon, value = line.partition(":")
        key = name.partition(";")[0].strip().casefold()
        if not colon:
            raise Wrong([(number, "ni attribut ni suite de ligne")])
        if value.startswith("<"):
            continue  # a value that lies elsewhere
        told = _base64(value[1:], binary=key in GUIDS) if value.startswith(":") else value.strip()
        if key == "changetype" and told.casefold() != "add":
            raise Wrong([(number, "une modification (changetype), pas un export")])
        found[key] = f"{found[key]} {told}" if key == "objectclass" and key in found else found.get(key, told)
    return found if "dn" in found else {}


def _base64(value: str, *, binary: bool) -> str:
    try:
        data = base64.b64decode(value.strip(), validate=True)
        return data.hex() if binary else data.decode()
    except (binascii.Error, ValueError):
        return ""  # a photograph or another binary value: no field of ours


def _guid(found: dict[str, str]) -> bytes:
    """Return the 16 bytes by which a directory knows an entry whatever its name, empty where it says none."""
    told = next((found[name] for name in GUIDS if found.get(name)), "")
    try:
        data = bytes.fromhex(told.replace("-", ""))
    except ValueError:
        return b""
    return data if len(data) == ID_BYTES else b""


def _row(line: int, found: dict[str, str], names: Names, wrong: list[tuple[int, str]]) -> Row | None:
    told = {key: _value(found, of) for key, of in names.fields.items()}
    role = names.roles.get(plain(told["role"]), "") if told["role"] else ""
    complaint = _complaint(told, role)
    try:
        user = bytes.fromhex(told.pop("user", ""))
        texts = {key: shown_text(text, empty=True) for key, text in told.items() if key != "role"}
        entry = Entry(user=user if len(user) == 16 else bytes(16), role=role or "other", **texts)
    except (ProtocolError, ValueError):
        complaint = (
            complaint or "un champ contient un caractère invisible, est trop long ou a une autre forme"
        )
    if complaint:
        wrong.append((line, complaint))
        return None
    return Row(line, user, role, entry, _guid(found))


def _complaint(told: dict[str, str], role: str) -> str:
    user = told.get("user", "")
    if not told["name"]:
        return "le nom manque"
    if user and len(user) != 32:
        return "« personne » n'est pas un identifiant de 32 chiffres hexadécimaux"
    if told["role"] and not role:
        return "fonction inconnue : doctor, nurse, secretary, room, other, ou --map"
    try:
        Entry(bytes(16), "?", rpps=told["rpps"])
    except ProtocolError:
        return "RPPS faux : onze chiffres, le dernier de contrôle"
    return ""


def _value(found: dict[str, str], names: tuple[str, ...]) -> str:
    value = next((found[name] for name in names if found.get(name, "").strip()), "")
    value = " ".join(value[:MAX_FIELD].split())
    return value[1:] if value.startswith(FORMULA) else value
