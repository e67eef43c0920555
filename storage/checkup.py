"""The look at the databases before a profile opens: what is damaged is set aside and said, never deleted."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.database import connect, translated
from storage.errors import Damaged, DiskTrouble
from storage.migrate import migrate

if TYPE_CHECKING:
    from pathlib import Path

    from storage.profile import Profile


@dataclass(frozen=True)
class Health:
    """What the look found: a read-only vault, or an audit trail that was set aside and begun anew (its stamp)."""

    read_only: bool = False
    audit_set_aside: str = ""


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


def examine(profile: Profile, keys: dict[str, bytes], *, thorough: bool) -> Health:
    """Check both databases, set aside what is damaged, bring the rest to the newest layout.

    Raises Damaged when nothing of the vault can be read (the file stays where it is), and TooNew.
    """
    vault, audit = profile.database("vault"), profile.database("audit")
    if not opens(vault, keys["vault"]):
        raise Damaged(vault.name, "does not open with its key")
    if not _sound(vault, keys["vault"], thorough=thorough):
        with suppress(DiskTrouble):  # the damaged file itself stays where it is, and is written no more
            profile.copy_aside("vault", _stamp(vault))
        return Health(read_only=True)
    _update(vault, keys["vault"])
    if _usable(audit, keys["audit"], thorough=thorough):
        _update(audit, keys["audit"])
        return Health()
    return Health(audit_set_aside=_restart_audit(profile, keys))


def _usable(path: Path, key: bytes, *, thorough: bool) -> bool:
    return path.exists() and opens(path, key) and _sound(path, key, thorough=thorough)


def _sound(path: Path, key: bytes, *, thorough: bool) -> bool:
    """Read the schema, or every page. The checkpoint comes first: without it the page check raises false alarms."""
    try:
        connection = connect(path, key)
        try:
            with translated(path.name):
                if not thorough:
                    return bool(connection.execute("PRAGMA schema_version").fetchone())
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                pages = connection.execute("PRAGMA cipher_integrity_check").fetchall()
                return not pages and connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        finally:
            connection.close()
    except Damaged:
        return False


def _update(path: Path, key: bytes) -> None:
    connection = connect(path, key)
    try:
        with translated(path.name):
            migrate(connection, path.stem)
    finally:
        connection.close()


def _restart_audit(profile: Profile, keys: dict[str, bytes]) -> str:
    """Move the damaged trail away, remember its key in the vault for IT, begin a new one."""
    path = profile.database("audit")
    stamp = _stamp(path) if path.exists() else "missing"
    connection = connect(profile.database("vault"), keys["vault"])
    try:
        with translated("vault.db"):
            row = (stamp, path.name, keys["audit"])
            connection.execute("INSERT OR REPLACE INTO set_aside VALUES (?, ?, ?)", row)
            connection.execute("DELETE FROM audit_anchor")
    finally:
        connection.close()
    profile.move_aside("audit", stamp)
    create(path, keys["audit"])
    return stamp


def _stamp(path: Path) -> str:
    """Name a damaged file by its content: the same damage is copied once, however often the program starts."""
    with path.open("rb") as file:
        return f"{path.stem}-{hashlib.file_digest(file, 'sha256').hexdigest()[:16]}"
