"""`consilium-admin monitoring`: the month of a service and the trace of one patient, from a coordinator's profile; both are in its trail."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app import session, trust
from app.admin import profiles, store
from app.admin.errors import AdminError
from app.config import COORDINATORS, Config
from app.monitoring import monthly
from app.monitoring.export import Reports
from app.monitoring.monthly import Month
from app.monitoring.ports import Refused
from app.monitoring.shelf import Shelf
from storage.patients.facts import Key

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Awaitable, Callable, Iterable
    from typing import TypeVar

    from app.acts import Act
    from app.monitoring.monthly import Monthly
    from app.monitoring.report import Name, Paper
    from app.monitoring.traced import Traced
    from media.keys.certs import DeviceCert
    from storage.vault import Vault

    T = TypeVar("T")

MAX_PATIENT = 1024
REFUSED = {
    "not-coordinator": "L'utilisateur de ce profil n'est pas coordinateur de ce service : prenez le profil d'un coordinateur.",
    "unknown": "Aucun questionnaire de ce patient sur ce poste : vérifiez l'IPP.",
}


def month_options(action: ArgumentParser) -> None:
    """Declare what `month` takes."""
    profiles.options(action)
    action.add_argument("--month", required=True, metavar="AAAA-MM", help="mois, à l'heure du service")
    action.add_argument(
        "--service", default="", metavar="CODE", help="unité de soins ; inutile s'il n'y en a qu'une"
    )
    _to(action, "dossier où écrire les deux CSV", "DOSSIER")


def trace_options(action: ArgumentParser) -> None:
    """Declare what `trace` takes; the patient's number comes from a file or the keyboard, never from the command line."""
    profiles.options(action)
    action.add_argument(
        "--patient-file",
        type=Path,
        metavar="FICHIER",
        help="« IPP » ou « IPP AUTORITÉ » ; demandé au clavier sinon",
    )
    _to(action, "fichier à écrire, une ligne JSON par élément", "FICHIER")


def _to(action: ArgumentParser, text: str, name: str) -> None:
    action.add_argument("--to", type=Path, required=True, metavar=name, help=text)
    action.add_argument(
        "--pdf", type=Path, metavar="FICHIER", help="écrire aussi le PDF (demande l'installation d'un poste)"
    )


def month(arguments: Namespace, now_s: int) -> None:
    """`month`: active patients and response times."""
    if not arguments.to.is_dir():
        raise AdminError(f"{arguments.to} n'est pas un dossier : créez-le d'abord.")
    _check_pdf(arguments)
    told = _with_reports(arguments, now_s, partial(_month, arguments))
    for name, data in (("actifs", monthly.actives_csv(told)), ("delais", monthly.times_csv(told))):
        target = arguments.to / f"{name}-{told.month}.csv"
        store.write_new(target, data)
        print(f"Écrit : {target}")
    _write_pdf(arguments, lambda: monthly.paper(told, f"compte {profiles.account()}", now_s * 1000))
    print(
        f"{len(told.actives)} patients actifs, {told.times[0].figures[0].alerts} alertes, {told.open} ouvertes."
    )


async def _month(arguments: Namespace, reports: Reports) -> Monthly:
    mine = {one.policy.service: one for one in reports.services()}
    code = arguments.service or next(iter(mine), "")
    if code not in mine:
        raise Refused("not-coordinator")
    if len(mine) > 1 and not arguments.service:
        raise AdminError(f"Plusieurs services : précisez --service ({', '.join(sorted(mine))}).")
    try:
        found = Month.parse(arguments.month, mine[code].policy.zone)
    except ValueError as error:
        raise AdminError("Le mois s'écrit AAAA-MM, par exemple 2026-11.") from error
    return await reports.month(code, found)


def trace(arguments: Namespace, now_s: int) -> None:
    """`trace`: all that is known of one patient, each signature verified; ends with 1 where one does not hold."""
    store.check_new(arguments.to)
    _check_pdf(arguments)
    ipp, authority = _patient(arguments)
    told = _with_reports(arguments, now_s, partial(_trace, ipp, authority))
    store.write_new(arguments.to, told.jsonl)
    print(f"Trace écrite : {arguments.to}, {len(told.lines)} lignes.")
    _write_pdf(arguments, lambda: told.paper)
    counts = {str(proof): count for proof, count in told.proofs.items()}
    print(
        f"Signatures : {counts['holds']} vérifiées, {counts['broken']} fausses, {counts['unknown']} de certificats inconnus."
    )
    if counts["broken"] or told.missing:
        raise AdminError(
            f"La trace n'est pas intacte ({counts['broken']} signatures fausses, {told.missing} actes manquants) :"
            " gardez le profil tel quel pour l'enquête."
        )


async def _trace(ipp: str, authority: str, reports: Reports) -> Traced:
    found = [one for one in reports.numbers(ipp) if authority in {"", one.authority}]
    if len(found) > 1:
        raise AdminError("Plusieurs autorités donnent cet IPP : ajoutez l'autorité après l'IPP.")
    return await reports.trace(found[0] if found else Key(authority, ipp))


def _patient(arguments: Namespace) -> tuple[str, str]:
    """Return IPP and authority, the latter "" where it was not said."""
    if arguments.patient_file is not None:
        told = store.read(arguments.patient_file, MAX_PATIENT).decode("utf-8", "replace")
    else:
        told = input("IPP (et autorité) : ")
    ipp, _, authority = " ".join(told.split()).partition(" ")
    if not ipp:
        raise AdminError("Il faut un IPP.")
    return ipp, authority


def _with_reports(arguments: Namespace, now_s: int, act: Callable[[Reports], Awaitable[T]]) -> T:
    """Do *act* with what the profile knows; raises AdminError."""
    with profiles.visiting(arguments) as vault:
        profiles.catch_up(vault)
        try:
            return asyncio.run(_done(vault, now_s * 1000, profiles.settings(vault), act))
        except session.NotEnrolled as error:
            raise AdminError("Ce profil n'est pas celui d'un poste enrôlé.") from error
        except Refused as error:
            raise AdminError(REFUSED[error.code]) from error


async def _done(vault: Vault, now_ms: int, config: Config, act: Callable[[Reports], Awaitable[T]]) -> T:
    who = await session.read(vault)
    founders = [bytes.fromhex(user) for user in config.get(COORDINATORS)]
    shelf = await Shelf.of(vault, who.user, founders, now_ms, lambda *told: _note(vault, now_ms, *told))
    known = {one.hash: one for one in trust.readable([*who.trust.certificates, who.certificate])}
    return await act(Reports(shelf, known.get, _names(known.values()), lambda: now_ms))


def _note(vault: Vault, now_ms: int, action: Act, subject: bytes, reason: str) -> None:
    profiles.note(vault, now_ms, action, reason, subject)


def _names(certificates: Iterable[DeviceCert]) -> Name:
    newest = {
        one.user: one.name for one in sorted(certificates, key=lambda one: (one.not_before, one.serial))
    }
    return lambda user: newest.get(user, user.hex()[:8])


def _check_pdf(arguments: Namespace) -> None:
    if arguments.pdf is not None:
        store.check_new(arguments.pdf)


def _write_pdf(arguments: Namespace, paper: Callable[[], Paper]) -> None:
    if arguments.pdf is None:
        return
    try:
        from app.monitoring.pdf import paint_alone  # noqa: PLC0415 -- IT's machine may have no Qt
    except ImportError as error:
        raise AdminError("Le PDF demande l'installation d'un poste (PyQt6) ; le reste est écrit.") from error
    store.write_new(arguments.pdf, paint_alone(paper()))
    print(f"Écrit : {arguments.pdf}")
