"""`consilium-admin vault`: a profile backed up, restored, checked, erased."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import secretfile
from app.admin import profiles
from app.admin.errors import AdminError
from storage import backup
from storage.errors import Damaged, StorageError
from storage.survey import survey
from storage.vault import Terms, Vault

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from storage.survey import Survey

FILES = {
    "vault": "coffre",
    "audit": "journal",
    "inbox": "messages HL7 reçus",
    "cache": "patients",
    "mail": "messagerie",
}

FIGURES = {
    "threads": "fils",
    "messages": "messages",
    "files": "fichiers",
    "database_bytes": "octets de la base",
    "file_bytes": "octets des fichiers",
    "unread": "non lus",
    "held": "retenus",
    "waiting": "en attente du relais",
    "undelivered": "non remis",
    "oldest_ms": "le plus ancien non envoyé",
    "owed": "accusés à envoyer",
}


def backup_options(action: ArgumentParser) -> None:
    """Declare what `backup` takes."""
    profiles.options(action)
    action.add_argument(
        "--to",
        type=Path,
        required=True,
        metavar="FICHIER",
        help="sauvegarde à écrire ; remplacée si elle existe",
    )


def restore_options(action: ArgumentParser) -> None:
    """Declare what `restore` takes: no secret, as nothing is opened."""
    action.add_argument(
        "--from", dest="source", type=Path, required=True, metavar="FICHIER", help="sauvegarde"
    )
    action.add_argument(
        "--profile", type=Path, required=True, metavar="DOSSIER", help="dossier à créer, ou vide"
    )


def check_options(action: ArgumentParser) -> None:
    """Declare what `check` takes."""
    profiles.options(action)
    action.add_argument("--json", action="store_true", help="pour les programmes")


def erase_options(action: ArgumentParser) -> None:
    """Declare what `erase` takes: no secret, as it must be possible when nobody has it."""
    action.add_argument("--profile", type=Path, required=True, metavar="DOSSIER", help="dossier du profil")
    action.add_argument("--yes", action="store_true", help="sans quoi rien n'est effacé")


def back_up(arguments: Namespace, now_s: int) -> None:
    """`backup`: the profile in one file, also while it is in use."""
    with profiles.visiting(arguments) as vault:
        profiles.note(vault, now_s * 1000, "backup")
        manifest = vault.back_up(arguments.to, now_s * 1000)
    size = sum(part.size for part in manifest.files.values())
    print(f"Sauvegarde écrite : {arguments.to} ({size / 1_000_000:.1f} Mo).")
    print("Elle s'ouvre avec la phrase de passe d'aujourd'hui, ou le code de secours.")


def restore(arguments: Namespace, _now_s: int) -> None:
    """`restore`: a profile from its backup, into an empty folder."""
    try:
        manifest = backup.restore(arguments.source, arguments.profile)
    except Damaged as error:
        raise AdminError(
            f"{arguments.source} est abîmée, ou n'est pas une sauvegarde : prenez-en une autre."
        ) from error
    except StorageError as error:
        raise AdminError(f"{arguments.profile} n'a pas été restauré : {profiles.explain(error)}") from error
    made = datetime.fromtimestamp(manifest.made_ms / 1000, UTC).isoformat(timespec="minutes")
    print(
        f"Profil restauré : {arguments.profile}, tel qu'au {made}. Il sera vérifié à sa prochaine ouverture."
    )


def check(arguments: Namespace, _now_s: int) -> None:
    """`check`: every page, the structure, the indexes, the trail; raises AdminError when something is wrong."""
    secret = secretfile.secret(arguments.secret_file)
    try:
        found = survey(arguments.profile, secret, Terms())
    except StorageError as error:
        raise AdminError(f"{arguments.profile} : {profiles.explain(error)}") from error
    if arguments.json:
        print(json.dumps(_described(found), ensure_ascii=False))
    else:
        _print(found)
    if not found.whole:
        raise AdminError(
            "Le profil est endommagé : gardez-en une copie, puis restaurez une sauvegarde. Les patients seuls"
            " endommagés se refont d'eux-mêmes à la prochaine ouverture."
        )


def messages(arguments: Namespace, _now_s: int) -> None:
    """`messages`: counts, bytes and the oldest one unsent; no name and no text."""
    with profiles.visiting(arguments) as vault:
        figures, restored = vault.mail.figures().result(), vault.mail.restored().result()
    if arguments.json:
        print(json.dumps({**asdict(figures), "restored": restored}))
        return
    for name, count in asdict(figures).items():
        shown = _when(count) if name == "oldest_ms" else f"{count:_}".replace("_", " ")
        print(f"{FIGURES[name]:34} {shown}")
    if restored:
        print("copie ancienne remise : rien ne part avant une nouvelle inscription du poste")


def _when(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="minutes") if time_ms else "aucun"


def _described(found: Survey) -> dict[str, Any]:
    trail = found.trail
    audit = None if trail is None else {"rows": trail.rows, "broken_at": trail.broken_at or None}
    files = {name: list(faults) for name, faults in found.faults.items()}
    return {"whole": found.whole, "files": files, "audit": audit}


def _print(found: Survey) -> None:
    for name, faults in found.faults.items():
        print(f"{FILES[name]:16} {'; '.join(faults) or 'intact'}")
    if found.trail is None:
        print("chaîne du journal illisible")
    elif found.trail.whole:
        print(f"chaîne du journal intacte, {found.trail.rows} lignes")
    else:
        print(f"chaîne du journal rompue à la ligne {found.trail.broken_at}")


def erase(arguments: Namespace, _now_s: int) -> None:
    """`erase`: the keys first, then the files; nothing opens afterwards."""
    if not Vault.exists(arguments.profile):
        raise AdminError(f"{arguments.profile} ne contient pas de profil : vérifiez le chemin.")
    if not arguments.yes:
        raise AdminError("Rien n'a été effacé. C'est sans retour : ajoutez --yes pour le faire.")
    try:
        Vault.erase(arguments.profile)
    except StorageError as error:
        raise AdminError(f"{arguments.profile} : {profiles.explain(error)}") from error
    print(
        f"Clés et fichiers effacés : {arguments.profile}. Ses sauvegardes s'ouvrent encore : détruisez-les aussi."
    )
