"""A profile opened for one command, also while its window or gateway runs; and what to do where it does not open."""

from __future__ import annotations

import asyncio
import getpass
import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from app import secretfile
from app.admin.errors import AdminError
from app.config import MAPPING, SITE_ZONE, Config, Policy, policy_path
from app.interop import mapping
from app.interop.follow import Follower
from storage.errors import (
    Damaged,
    DiskTrouble,
    KeyringLost,
    NoFolder,
    NotEnoughMemory,
    ProfileExists,
    ProfileInUse,
    StorageError,
    TooNew,
    WrongPassword,
)
from storage.vault import Vault

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from app.acts import Act
    from app.interop.mapping import Mapping

NOBODY = b""
"""In the trail: no user of Consilium."""
TEXTS: dict[type[StorageError], str] = {
    NoFolder: "le dossier du profil ne s'écrit pas : vérifiez le chemin et vos droits.",
    DiskTrouble: "le disque est plein, protégé ou en panne : libérez de la place, puis recommencez.",
    WrongPassword: "ce secret n'ouvre pas ce profil : vérifiez le fichier du secret.",
    KeyringLost: "le trousseau du système a perdu sa moitié de la clé : il faut le code de secours, au poste.",
    ProfileInUse: "ce profil est ouvert par un autre programme : arrêtez-le d'abord.",
    ProfileExists: "il y a déjà un profil dans ce dossier.",
    TooNew: "ce profil a été écrit par une version plus récente : mettez Consilium à jour.",
    Damaged: "un fichier du profil est endommagé : restaurez une sauvegarde (« consilium-admin vault restore »).",
    NotEnoughMemory: "il faut 256 Mio de mémoire libre pour ouvrir le profil.",
}
OTHER = "le profil ne répond pas."


def options(action: ArgumentParser) -> None:
    """Declare `--profile` and `--secret-file`."""
    action.add_argument("--profile", type=Path, required=True, metavar="DOSSIER", help="dossier du profil")
    action.add_argument(
        "--secret-file",
        type=Path,
        required=True,
        metavar="FICHIER",
        help="secret du profil : fichier en 0600, ou nom d'un « credential » de systemd",
    )


def explain(error: StorageError) -> str:
    """Return the French sentence for what storage refused."""
    return next((text for kind, text in TEXTS.items() if isinstance(error, kind)), OTHER)


def check_there(profile: Path) -> None:
    """Refuse a folder without a profile, and make none."""
    if not Vault.exists(profile):
        raise AdminError(f"{profile} ne contient pas de profil : vérifiez le chemin.")


@contextmanager
def visiting(arguments: Namespace) -> Iterator[Vault]:
    """Open the profile that *arguments* name; raises AdminError, SecretFileError."""
    check_there(arguments.profile)
    secret = secretfile.secret(arguments.secret_file)
    try:
        vault = Vault.visit(arguments.profile, secret)
        if vault.recovery_code:
            print(f"Nouveau code de secours, à imprimer : {vault.recovery_code}", file=sys.stderr)
        try:
            yield vault
        finally:
            vault.lock()
    except StorageError as error:
        raise AdminError(f"{arguments.profile} : {explain(error)}") from error


def note(vault: Vault, now_ms: int, action: Act, about: str = "", subject: bytes = b"") -> None:
    """Write an act of the command line into the trail, with the account of the system that did it; raises StorageError.

    No certificate stands for that account: it tells an auditor whom to ask, and proves no more than the machine's own logs.
    """
    reason = " ".join(part for part in (about, f"compte {account()}") if part)
    vault.audit.record(now_ms, NOBODY, action, subject=subject, reason=reason).result()


def account() -> str:
    """Return the account that runs this process, not what its environment says."""
    if sys.platform == "win32":
        return getpass.getuser()
    import pwd  # noqa: PLC0415 -- exists elsewhere only

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def settings(vault: Vault) -> Config:
    """Return the settings as they hold for this profile: IT's policy of this machine, then what the vault keeps."""
    config = Config(Policy.load(policy_path()))
    config.load_user(vault.settings.all().result())
    return config


def zone(vault: Vault) -> str:
    """Return the site's time zone (IANA), as the listener of this profile reads times."""
    return settings(vault).get(SITE_ZONE)


def table(vault: Vault) -> Mapping:
    """Return what codes of questionnaires mean, as the listener of this profile reads them."""
    return mapping.of_site(settings(vault).get(MAPPING))[0]


def catch_up(vault: Vault) -> None:
    """Apply to the patients what the inbox holds and they have not heard of, whether or not somebody else does it, too."""
    follower = Follower(
        vault.inbox,
        vault.patients,
        lambda: time.time_ns() // 1_000_000,
        zone=zone(vault),
        table=table(vault),
    )
    asyncio.run(follower.catch_up())
