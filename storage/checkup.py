"""The look at the databases before a profile opens: what is damaged is set aside and said, never deleted."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.database import REBUILDABLE, connect, translated
from storage.errors import Damaged, DiskTrouble
from storage.migrate import migrate, newest
from storage.profile import DATABASES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from sqlite3 import Connection

    from storage.profile import Profile


WHOLE_BYTES, ALL = 32 << 20, 1 << 62
"""Up to which size every page is read after a crash: 1 s on a slow disk; and without a limit."""
CACHE_ASIDE = "cache-damaged"
"""Where the last damaged cache lies: one is kept, as everything in it can be read from the inbox again."""


@dataclass(frozen=True)
class Health:
    """What the look found: a read-only vault; what was set aside and begun anew (the name it was given, else empty).

    Damaged messages are read-only as the vault is; `mail_set_aside` says that their file was gone.
    """

    read_only: bool = False
    audit_set_aside: str = ""
    inbox_set_aside: str = ""
    cache_set_aside: str = ""
    mail_read_only: bool = False
    mail_set_aside: str = ""


def opens(path: Path, key: bytes) -> bool:
    """Tell whether *key* opens the database; raises Damaged when there is no file, DiskTrouble."""
    if not path.exists():
        raise Damaged(path.name, "missing")
    try:
        connect(path, key, query_only=True).close()
    except Damaged:
        return False
    return True


def create(path: Path, key: bytes) -> None:
    """Make an empty database in the newest layout."""
    connection = connect(path, key, create=True)
    try:
        path.chmod(0o600)
        with translated(path.name):
            migrate(connection, path.stem)
    finally:
        connection.close()


def examine(profile: Profile, keys: dict[str, bytes], *, up_to: int = 0) -> Health:
    """Check the databases, set aside what is damaged, bring the rest to the newest layout.

    Every page is read of files of *up_to* bytes, of larger ones the schema: SQLCipher refuses a changed page whenever it is
    read, and who reopens after a crash must not wait for a million rows. Files that *keys* do not name are left alone. Raises Damaged when nothing of the vault can be read (the file
    stays where it is), and TooNew.
    """
    vault = profile.database("vault")
    if not opens(vault, keys["vault"]):
        raise Damaged(vault.name, "does not open with its key")
    if not _sound(vault, keys["vault"], up_to):
        _copy_aside(profile, "vault")
        return Health(read_only=True)
    _update(vault, keys["vault"])
    broken = "mail" in keys and _broken(profile, keys, up_to)
    spared = ("vault", "mail") if broken else ("vault",)
    aside = {name: _mended(profile, keys, name, up_to) for name in keys if name not in spared}
    audit, inbox, cache, mail = (aside.get(name, "") for name in ("audit", "inbox", "cache", "mail"))
    return Health(False, audit, inbox, cache, broken, mail)


def current(profile: Profile, keys: dict[str, bytes]) -> bool:
    """Tell whether every file is there, opens, and has this program's layout; raises Damaged, DiskTrouble."""
    return all(
        name in keys and _layout(profile.database(name), keys[name]) == newest(name) for name in DATABASES
    )


def _broken(profile: Profile, keys: dict[str, bytes], up_to: int) -> bool:
    """Tell whether messages are there and damaged: what people wrote is never begun anew without anybody's word."""
    path = profile.database("mail")
    broken = path.exists() and not (opens(path, keys["mail"]) and _sound(path, keys["mail"], up_to))
    if broken:
        _copy_aside(profile, "mail")
    return broken


def _copy_aside(profile: Profile, name: str) -> None:
    """Keep a copy; the damaged file itself stays where it is, and is written no more."""
    with suppress(DiskTrouble):
        profile.copy_aside(name, _stamp(profile.database(name)))


def _layout(path: Path, key: bytes) -> int:
    if not path.exists():
        return -1
    connection = connect(path, key, query_only=True)
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    finally:
        connection.close()


def _mended(profile: Profile, keys: dict[str, bytes], name: str, up_to: int) -> str:
    """Bring a sound file to the newest layout; begin a damaged one anew and return where the old one lies."""
    path = profile.database(name)
    if path.exists() and opens(path, keys[name]) and _sound(path, keys[name], up_to):
        _update(path, keys[name])
        return ""
    return _restart(profile, keys, name)


def _sound(path: Path, key: bytes, up_to: int) -> bool:
    """Read the schema, or every page. The checkpoint comes first: without it the page check raises false alarms."""
    try:
        connection = connect(path, key)
        try:
            with translated(path.name):
                if path.stat().st_size > up_to:
                    return bool(connection.execute("PRAGMA schema_version").fetchone())
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return not any(faults(connection))
        finally:
            connection.close()
    except Damaged:
        return False


def faults(connection: Connection, *, raw: bool = True) -> Iterator[str]:
    """Read every page (*raw*: also those not in use), the structure, full-text indexes included; yield what is wrong.

    Raises SQLite's errors.
    """
    pages = connection.execute("PRAGMA cipher_integrity_check").fetchall() if raw else []
    if pages:
        yield f"{len(pages)} pages do not verify"
    if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
        yield "the structure does not hold"


def _update(path: Path, key: bytes) -> None:
    connection = connect(path, key)
    try:
        with translated(path.name):
            migrate(connection, path.stem)
    finally:
        connection.close()


def _restart(profile: Profile, keys: dict[str, bytes], name: str) -> str:
    """Move the damaged file away, remember its key in the vault for IT, begin a new one."""
    path = profile.database(name)
    stamp = "missing"
    if path.exists():
        stamp = CACHE_ASIDE if name in REBUILDABLE else _stamp(path)
    connection = connect(profile.database("vault"), keys["vault"])
    try:
        with translated("vault.db"):
            row = (stamp, path.name, keys[name])
            connection.execute("INSERT OR REPLACE INTO set_aside VALUES (?, ?, ?)", row)
            if name == "audit":
                connection.execute("DELETE FROM audit_anchor")
    finally:
        connection.close()
    profile.move_aside(name, stamp)
    if name == "mail":
        profile.put_files_aside(stamp)
    create(path, keys[name])
    return stamp


def _stamp(path: Path) -> str:
    """Name a damaged file by its content: the same damage is copied once, however often the program starts."""
    with path.open("rb") as file:
        return f"{path.stem}-{hashlib.file_digest(file, 'sha256').hexdigest()[:16]}"
