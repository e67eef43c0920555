"""Secrets come in files, never on a command line or in the environment, where every process of the machine could read them.

A file that its group or others may read is refused. A name in `$CREDENTIALS_DIRECTORY` (systemd's LoadCredential) is taken
from there, where systemd itself may let the service's group read (0440). On Windows the mode says nothing and is not
looked at: keep the file in a folder that only the account may open.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

MAX_SECRET = 1024
_OTHERS, _OTHERS_OF_A_CREDENTIAL = 0o077, 0o037


class SecretFileError(Exception):
    """The file was refused; its text says what to do."""


def secret(path: Path) -> str:
    """Return the secret that *path* holds: UTF-8 text without its line end, not empty; raises SecretFileError."""
    try:
        text = private(path).decode().strip("\r\n")
    except UnicodeDecodeError as error:
        raise SecretFileError(f"{path} n'est pas du texte UTF-8 : réécrivez le secret.") from error
    if not text:
        raise SecretFileError(f"{path} est vide : écrivez-y le secret.")
    return text


def private(path: Path, most: int = MAX_SECRET) -> bytes:
    """Return the bytes of *path*, at most *most*, when nobody else can read them; raises SecretFileError."""
    path = place(path)
    try:
        with path.open("rb") as file:
            _check(path, os.fstat(file.fileno()), "chmod 600")
            data = file.read(most + 1)
    except FileNotFoundError as error:
        raise SecretFileError(f"{path} est introuvable : vérifiez le chemin.") from error
    except OSError as error:
        raise SecretFileError(f"{path} est illisible : vérifiez vos droits.") from error
    if len(data) > most:
        raise SecretFileError(f"{path} est trop grand pour être le bon fichier.")
    return data


def place(path: Path) -> Path:
    """Return where *path* lies: a bare name is looked for among the service's credentials first."""
    folder = _credentials()
    if folder is not None and path.name == str(path) and (folder / path).exists():
        return folder / path
    return path


def check_private(path: Path, remedy: str = "chmod 600") -> None:
    """Refuse *path*, a file or folder, when it is there and open to others; *remedy* is the command to name."""
    if path.exists():
        _check(path, path.stat(), remedy)


def _check(path: Path, found: os.stat_result, remedy: str) -> None:
    if sys.platform == "win32":
        return
    others = _OTHERS_OF_A_CREDENTIAL if _is_credential(path) else _OTHERS
    if stat.S_IMODE(found.st_mode) & others or found.st_uid not in (0, os.geteuid()):
        raise SecretFileError(f"{path} est accessible à d'autres : corrigez par « {remedy} {path} ».")


def _is_credential(path: Path) -> bool:
    folder = _credentials()
    return folder is not None and path.parent.resolve() == folder.resolve()


def _credentials() -> Path | None:
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    return Path(folder) if folder else None
