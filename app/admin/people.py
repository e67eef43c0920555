"""`consilium-admin people`: who works in the organisation, taken from the lists that IT has."""

from __future__ import annotations

import csv
import io
import json
import os
from dataclasses import astuple, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.admin import peoplefiles, store
from app.admin.errors import AdminError
from app.names import sort_key
from app.spreadsheet import no_formula
from media.keys.issuers import ID_BYTES

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Collection, Iterable

    from app.admin.organisation import Organisation
    from app.admin.peoplefiles import Row
    from media.keys.people import Entry

COLUMNS = (
    "personne",
    "nom",
    "fonction",
    "specialite",
    "service",
    "structure",
    "rpps",
    "telephone",
    "courriel",
)
MAX_MAP = 65_536
_TELL_APART = "donnez le RPPS, le courriel ou la colonne « personne »"


def import_options(action: ArgumentParser) -> None:
    """Declare the options of `people import`."""
    action.add_argument("file", type=Path, metavar="FICHIER", help="CSV avec en-tête, ou export LDIF (.ldif)")
    action.add_argument(
        "--map", type=Path, metavar="TOML", help="correspondance des colonnes, attributs et fonctions"
    )
    action.add_argument("--dry-run", action="store_true", help="dire ce qui changerait, sans rien changer")
    action.add_argument(
        "--complete", action="store_true", help="retirer de la liste ceux que le fichier ne nomme pas"
    )


def run_import(arguments: Namespace, now_s: int) -> None:
    """`people import`: merge a file into the list, or replace the list by it."""
    ldif = arguments.file.suffix.casefold() == ".ldif"
    given = store.read(arguments.map, MAX_MAP).decode("utf-8", "replace") if arguments.map else ""
    names = peoplefiles.names_of(given, ldif=ldif)
    rows = peoplefiles.read(store.read(arguments.file, peoplefiles.MAX_FILE), names, ldif=ldif)
    with store.locked(arguments.dir):
        organisation, _ = store.load(arguments.dir, now_s)
        before = {one.user: one for one in organisation.people}
        found = {one.user: one for one in _matched(rows, organisation)}
        after = found if arguments.complete else before | found
        _tell(before, after)
        if not arguments.dry_run:
            organisation.list_people(after.values(), now_s)
            store.save(arguments.dir, organisation, now_s)
    print("Rien n'a été changé (--dry-run)." if arguments.dry_run else "Annuaire mis à jour.")


def _matched(rows: list[Row], organisation: Organisation) -> Iterable[Entry]:
    """Give everybody the user id under which the organisation knows them already, or a fresh one."""
    known = _Known(organisation)
    wrong: list[tuple[int, str]] = []
    taken: dict[bytes, int] = {}
    bare: dict[str, int] = {}
    made = []
    sure = {row.line: user for row in rows if (user := known.surely(row))}
    others = frozenset(sure.values())
    for row in rows:
        user = sure.get(row.line, b"")
        users = [user] if user else known.named(row, without=others)
        if len(users) > 1:
            wrong.append((row.line, f"plusieurs personnes de ce nom : {_TELL_APART}"))
            continue
        if not users and not (row.guid or row.entry.rpps or row.entry.mail):
            first = bare.setdefault(sort_key(row.entry.name)[0], row.line)
            if first != row.line:
                wrong.append((row.line, f"le même nom qu'à la ligne {first} : {_TELL_APART}"))
        user = users[0] if users else row.guid or os.urandom(ID_BYTES)
        if user in taken:
            wrong.append((row.line, f"la même personne qu'à la ligne {taken[user]}"))
        taken[user] = row.line
        made.append(replace(row.entry, user=user, role=row.role or known.role(user)))
    if wrong:
        raise peoplefiles.Wrong(wrong)
    return made


class _Known:
    """Whom the organisation knows: listed, or with a device."""

    def __init__(self, organisation: Organisation) -> None:
        self._rpps = {one.rpps: one.user for one in organisation.people if one.rpps}
        self._numbers = {user: rpps for rpps, user in self._rpps.items()}
        self._mails: dict[tuple[str, str], set[bytes]] = {}
        self._names: dict[str, list[bytes]] = {}
        self._roles: dict[bytes, str] = {}
        for one in organisation.people:
            self._add(one.user, one.name, one.role)
            self._mails.setdefault(_letterbox(one), set()).add(one.user)
        for certificate in organisation.certificates:
            self._add(certificate.user, certificate.name, certificate.role)

    def _add(self, user: bytes, name: str, role: str) -> None:
        users = self._names.setdefault(sort_key(name)[0], [])
        if user not in users:
            users.append(user)
        self._roles.setdefault(user, role)

    def surely(self, row: Row) -> bytes:
        """Return who a row is by id, GUID, RPPS, or name and mail together; empty where none of them says."""
        number = row.entry.rpps
        if row.user:
            return row.user
        if row.guid in self._roles:
            return row.guid
        if number in self._rpps:
            return self._rpps[number]
        found = self._mails.get(_letterbox(row.entry), set()) if row.entry.mail else set()
        return next(iter(found)) if len(found) == 1 and self._fits(row, *found) else b""

    def named(self, row: Row, without: Collection[bytes]) -> list[bytes]:
        """Return the users that a row may be by name, where no other RPPS contradicts; *without* are other rows."""
        named = self._names.get(sort_key(row.entry.name)[0], [])
        return [user for user in named if user not in without and self._fits(row, user)]

    def _fits(self, row: Row, user: bytes) -> bool:
        number = row.entry.rpps
        return not number or self._numbers.get(user, number) == number

    def role(self, user: bytes) -> str:
        """Return the role that somebody had, `other` for a newcomer."""
        return self._roles.get(user, "other")


def _letterbox(one: Entry) -> tuple[str, str]:
    """Return name and mail: a mailbox alone may be a team's, or go to a successor."""
    return sort_key(one.name)[0], one.mail.casefold()


def _tell(before: dict[bytes, Entry], after: dict[bytes, Entry]) -> None:
    for user, one in sorted(after.items(), key=lambda item: sort_key(item[1].name)):
        was = before.get(user)
        if was is None:
            print(f"+ {_line(one)}")
        elif was != one:
            pairs = zip(COLUMNS, astuple(was), astuple(one), strict=True)
            changes = ", ".join(f"{name} « {old} » → « {new} »" for name, old, new in pairs if old != new)
            print(f"~ {one.name} : {changes}")
    for user, one in before.items():
        if user not in after:
            print(f"- {_line(one)}")
    added, gone = len(after.keys() - before.keys()), len(before.keys() - after.keys())
    changed = sum(after[user] != before[user] for user in after.keys() & before.keys())
    print(f"{added} ajoutées, {changed} modifiées, {gone} retirées, {len(after)} au total.")


def _line(one: Entry) -> str:
    told = (one.name, one.specialty, one.service, one.structure, one.rpps)
    return " · ".join(text for text in told if text)


def list_options(action: ArgumentParser) -> None:
    """Declare the options of `people list`."""
    action.add_argument("--json", action="store_true", help="pour les programmes")


def run_list(arguments: Namespace, now_s: int) -> None:
    """`people list`: everybody, with how many devices they have now."""
    with store.locked(arguments.dir):
        organisation, _ = store.load(arguments.dir, now_s)
    devices, people = (
        _devices(organisation, now_s),
        sorted(organisation.people, key=lambda one: sort_key(one.name)),
    )
    if arguments.json:
        rows = [
            dict(zip(COLUMNS, (one.user.hex(), *astuple(one)[1:]), strict=True))
            | {"postes": devices.get(one.user, 0)}
            for one in people
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for one in people:
        count = devices.get(one.user, 0)
        print(
            f"{_line(one)}\n         personne {one.user.hex()}  {f'{count} poste(s)' if count else 'sans poste'}"
        )


def run_export(arguments: Namespace, now_s: int) -> None:
    """`people export`: the list as CSV, as `people import` takes it."""
    with store.locked(arguments.dir):
        organisation, _ = store.load(arguments.dir, now_s)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(COLUMNS)
    for one in sorted(organisation.people, key=lambda one: sort_key(one.name)):
        writer.writerow((one.user.hex(), *map(no_formula, astuple(one)[1:])))
    store.write(arguments.file, b"\xef\xbb\xbf" + text.getvalue().encode())
    print(f"{len(organisation.people)} personnes écrites : {arguments.file}")


def _devices(organisation: Organisation, now_s: int) -> dict[bytes, int]:
    revoked, found = organisation.log.revoked, dict[bytes, set[bytes]]()
    for one in organisation.certificates:
        if one.hash not in revoked and one.not_after > now_s:
            found.setdefault(one.user, set()).add(one.device_id)
    return {user: len(devices) for user, devices in found.items()}


def user_of(organisation: Organisation, rpps: str) -> bytes:
    """Return the user whom the list knows under *rpps*; raises AdminError where there is none."""
    found = next((one.user for one in organisation.people if one.rpps == rpps), b"")
    if not found:
        raise AdminError("Personne de ce RPPS dans l'annuaire : voyez « consilium-admin people list ».")
    return found
