"""`consilium-gateway`: the HL7 listener of a site, without a window, with a vault of its own (docs/gateway.md)."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import secrets
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import cores, logs, secretfile
from app.admin import profiles, store
from app.admin.errors import AdminError
from app.checkpoints import Checkpoints
from app.config import AUDIT_CHECKPOINTS, DIRECTORY_FILE, KEEP_DAYS, MAPPING, SITE_ZONE, BadValue, ForcedByIt
from app.fanout.rules import Rules, RulesError
from app.interop import mapping
from app.interop.endpoint import EndpointError, address, client_tls, server_tls
from app.interop.flow import Flow
from app.secretfile import SecretFileError
from media.patience import within
from storage.errors import Damaged, ProfileExists, ProfileInUse, StorageError, WrongPassword
from storage.vault import Terms, Vault

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence

    from app.config import Config, Setting
    from app.fanout.outbox import Record
    from app.session import Session

DONE, REFUSED, _USAGE, SECRET, IN_USE, ADDRESS, STORAGE = range(7)
EPILOG = (
    "Codes de retour : 0 arrêté dans l'ordre, 2 commande mal écrite, 3 secret refusé, 4 profil déjà ouvert,"
    " 5 adresse ou TLS refusés, 6 profil ou disque en panne, 1 autre refus. Le message dit que faire."
)
SECRET_BYTES = 32
PATIENCE_S, LOOK_EVERY_S = 5.0, 5.0
TERMS = Terms("off")
"""A service has no session, so no keyring to count on: its secret is a file, kept by systemd or by IT."""
log = logging.getLogger(__name__)


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    top = argparse.ArgumentParser(
        prog="consilium-gateway", description="Écoute HL7 d'un site, sans fenêtre.", epilog=EPILOG
    )
    actions = top.add_subparsers(required=True, metavar="ACTION")
    init = actions.add_parser("init", help="créer le profil ; affiche son code de secours, une seule fois")
    init.set_defaults(run=_init)
    run = actions.add_parser("run", help="écouter jusqu'à SIGTERM")
    run.set_defaults(run=_run)
    for action in (init, run):
        profiles.options(action)
    _listening(run)
    _handing_on(run)
    return top


def _listening(run: argparse.ArgumentParser) -> None:
    run.add_argument(
        "--mllp", required=True, metavar="HÔTE:PORT", help="où écouter (port 0 : au choix du système)"
    )
    run.add_argument("--tls-cert", type=Path, metavar="PEM", help="certificat de l'écoute")
    run.add_argument("--tls-key", type=Path, metavar="PEM", help="sa clé, fichier en 0600, sans mot de passe")
    run.add_argument(
        "--tls-client-ca", type=Path, metavar="PEM", help="autorité des émetteurs, seuls acceptés"
    )
    run.add_argument("--zone", help=f"fuseau du site, retenu ({SITE_ZONE.default} à défaut)")
    run.add_argument(
        "--keep-days",
        type=int,
        metavar="JOURS",
        help="oublier les patients sans nouvelles depuis, retenu (0 : jamais)",
    )


def _handing_on(run: argparse.ArgumentParser) -> None:
    """Declare what an enrolled gateway does besides (« consilium-admin gateway enrol »)."""
    run.add_argument(
        "--rules", type=Path, metavar="TOML", help="qui peut suivre quelles unités de soins (sans : personne)"
    )
    run.add_argument("--directory", metavar="FICHIER", help="annuaire de l'organisation, retenu")
    run.add_argument(
        "--record", metavar="HÔTE:PORT", help="écoute MLLP du dossier patient, pour les documents"
    )
    run.add_argument(
        "--record-form", choices=("mdm", "oru"), default="mdm", help="message qui porte un document"
    )
    run.add_argument("--record-tls-ca", type=Path, metavar="PEM", help="autorité du dossier patient : TLS")
    run.add_argument("--record-tls-cert", type=Path, metavar="PEM", help="certificat présenté au dossier")
    run.add_argument("--record-tls-key", type=Path, metavar="PEM", help="sa clé, fichier en 0600")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    chosen = parser().parse_args(arguments)
    logs.begin(logging.INFO, "%(asctime)s %(levelname)s %(name)s %(message)s")
    os.umask(0o077)
    cores.leave_none()
    try:
        chosen.run(chosen)
    except StorageError as error:
        return _refused(_code(error), f"{chosen.profile} : {profiles.explain(error)}")
    except SecretFileError as error:
        return _refused(SECRET, str(error))
    except EndpointError as error:
        return _refused(ADDRESS, str(error))
    except AdminError as error:
        return _refused(REFUSED, str(error))
    except KeyboardInterrupt:
        return _refused(REFUSED, "abandonné avant d'écouter.")
    return DONE


def _code(error: StorageError) -> int:
    if isinstance(error, ProfileInUse):
        return IN_USE
    return SECRET if isinstance(error, WrongPassword) else STORAGE


def _refused(code: int, text: str) -> int:
    print(f"consilium-gateway : {text}", file=sys.stderr)
    return code


def _init(arguments: argparse.Namespace) -> None:
    """Make the profile under the secret of the file, or under a new one that is written there."""
    if Vault.exists(arguments.profile):
        raise ProfileExists
    if not secretfile.place(arguments.secret_file).exists():
        store.write_new(arguments.secret_file, secrets.token_urlsafe(SECRET_BYTES).encode() + b"\n")
    vault, code = Vault.create(arguments.profile, secretfile.secret(arguments.secret_file), TERMS)
    vault.lock()
    print(f"Profil créé : {arguments.profile}")
    print(f"Code de secours, à imprimer et à mettre au coffre, il ne sera plus montré : {code}")


def _run(arguments: argparse.Namespace) -> None:
    """Listen until SIGTERM: what was answered AA is on disk before the answer, whatever happens then."""
    where, tls = address(arguments.mllp), _tls(arguments)
    rules, record = _rules(arguments.rules), _record(arguments)
    profiles.check_there(arguments.profile)
    vault = _unlock(arguments.profile, secretfile.secret(arguments.secret_file))
    try:
        _say_what_was_found(vault)
        config = _settle(vault, arguments)
        asyncio.run(_serve(vault, config, (rules, record), where, tls))
    finally:
        vault.lock()


def _unlock(profile: Path, secret: str) -> Vault:
    """Open the profile; one that an administrator's command holds is waited for. Raises StorageError."""
    patience = time.monotonic() + PATIENCE_S
    while True:
        try:
            return Vault.unlock(profile, secret, TERMS)
        except ProfileInUse:
            if time.monotonic() > patience:
                raise
            time.sleep(0.2)


def _tls(arguments: argparse.Namespace) -> ssl.SSLContext | None:
    certificate, key, authority = arguments.tls_cert, arguments.tls_key, arguments.tls_client_ca
    if certificate and key:
        return server_tls(certificate, key, authority)
    if certificate or key or authority:
        raise EndpointError("TLS demande --tls-cert et --tls-key ensemble.")
    return None


def _rules(path: Path | None) -> Rules:
    if path is None:
        return Rules()
    try:
        return Rules.load(path)
    except (OSError, RulesError) as error:
        raise AdminError(f"{path} : règles illisibles ou mal écrites ({error}).") from error


def _record(arguments: argparse.Namespace) -> Record | None:
    from app.fanout.outbox import Record  # noqa: PLC0415 -- a listener alone does without

    if not arguments.record:
        return None
    files = arguments.record_tls_ca, arguments.record_tls_cert, arguments.record_tls_key
    tls = client_tls(*files) if any(files) else None
    return Record(*address(arguments.record), tls, arguments.record_form)


def _settle(vault: Vault, arguments: argparse.Namespace) -> Config:
    """Keep what was chosen with the profile, for the commands that read it later; return the settings that hold."""
    config = profiles.settings(vault)
    chosen: tuple[tuple[Setting[Any], Any], ...] = (
        (SITE_ZONE, arguments.zone),
        (KEEP_DAYS, arguments.keep_days),
        (DIRECTORY_FILE, arguments.directory),
    )
    for setting, value in chosen:
        if value is not None:
            try:
                text = config.choose(setting, value)
            except (BadValue, ForcedByIt) as error:
                raise AdminError(
                    f"« {setting.french} » : valeur impossible, ou fixée par la politique."
                ) from error
            vault.settings.save(setting.key, text).result()
    return config


def _say_what_was_found(vault: Vault) -> None:
    """Log what the checks of the start put aside; raises Damaged where nothing could be kept."""
    if vault.read_only:
        raise Damaged("vault.db")
    for happened, text in (
        (vault.inbox_set_aside, "the inbox was damaged: it lies in set-aside and a new one was begun"),
        (vault.audit_set_aside, "the audit trail was damaged: it lies in set-aside and a new one was begun"),
        (vault.audit_cut, "rows of the audit trail are missing"),
        (
            vault.cache_rebuilt,
            "the patients' cache was damaged or missing: it is filled again from the inbox",
        ),
        (
            vault.mail_read_only,
            "mail.db is damaged: it is only read, nothing goes to desks; a backup brings it back",
        ),
        (vault.mail_lost, "mail.db was missing: nothing goes to desks before the gateway is enrolled anew"),
    ):
        if happened:
            log.warning(text)
    if vault.recovery_code and sys.stderr.isatty():
        print(
            f"Nouveau code de secours, à imprimer et à mettre au coffre : {vault.recovery_code}",
            file=sys.stderr,
        )


async def _serve(
    vault: Vault,
    config: Config,
    handing_on: tuple[Rules, Record | None],
    where: tuple[str, int],
    tls: ssl.SSLContext | None,
) -> None:
    stop = asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C ends it by itself
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
    zone = config.get(SITE_ZONE)
    table, fault = mapping.of_site(config.get(MAPPING))
    if fault:
        log.warning("the site's table of questionnaires' codes is not used: %s", fault)
    flow = Flow(vault, _now_ms, zone=zone, keep_days=config.get(KEEP_DAYS), table=table)
    try:
        await flow.listen(*where, tls)
    except OSError as error:
        host, port = where
        raise EndpointError(
            f"{host}:{port} ne peut être écouté : adresse inconnue, prise ou réservée."
        ) from error
    flow.follow()
    vault.watch(lambda: _tell_of_the_disk(failing=vault.failing))
    session = await _session(vault)
    print(
        json.dumps({"ready": True, "mllp": flow.state.address, "enrolled": session is not None}), flush=True
    )
    work = asyncio.create_task(_hand_on(vault, session, config, handing_on)) if session else None
    try:
        await _until(stop, vault)
    finally:
        if work is not None:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
        await flow.stop()


async def _session(vault: Vault) -> Session | None:
    """Return who this gateway is; None for one that only listens."""
    device = await asyncio.wrap_future(vault.identity.device())
    if device is None or not device.certificate:
        return None
    from app.signin.service import read_session  # noqa: PLC0415 -- a listener alone does without

    return await read_session(vault)


async def _hand_on(
    vault: Vault, session: Session, config: Config, handing_on: tuple[Rules, Record | None]
) -> None:
    """Serve the desks, and write signed checkpoints of the trail, until cancelled."""
    from app.fanout.program import Program  # noqa: PLC0415 -- a listener alone does without
    from app.signin.service import read_session  # noqa: PLC0415

    path = config.get(DIRECTORY_FILE)
    program = Program(vault, read_session, Path(path) if path else None, _now_ms)
    checkpoints = Checkpoints(_now_ms)
    checkpoints.open(vault.audit, session, config.get(AUDIT_CHECKPOINTS))
    try:
        while True:
            try:
                await program.run(session, *handing_on, config.get(SITE_ZONE))
            except Exception as error:  # noqa: BLE001 -- whatever it is, the listener goes on, and this begins again
                log.error("nothing is handed on to desks: %s", type(error).__name__)  # noqa: TRY400 -- a trace may show patients
            await asyncio.sleep(PATIENCE_S)
    finally:
        checkpoints.close()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


async def _until(stop: asyncio.Event, vault: Vault) -> None:
    """Wait for *stop*; raises Damaged once a file no longer verifies: it takes a new start to check and mend it."""
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await within(LOOK_EVERY_S, stop.wait())
        if vault.damaged:
            log.error("a file of the profile no longer verifies: the next start checks all of them")
            raise Damaged("a file of the profile")


def _tell_of_the_disk(*, failing: bool) -> None:
    if failing:
        log.error("the disk is full, protected or failing: senders are answered AE until it is mended")
    else:
        log.warning("the disk takes messages again")


if __name__ == "__main__":
    sys.exit(main())
