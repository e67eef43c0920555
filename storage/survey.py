"""A look at every page of a profile that changes nothing: for `vault check`, also while the profile is in use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage import rotation
from storage.audit import Anchor, Verdict, verify_chain
from storage.checkup import faults
from storage.database import connect, translated
from storage.errors import Damaged, ProfileInUse
from storage.migrate import newest
from storage.profile import DATABASES, Profile
from storage.slots import open_with_password

if TYPE_CHECKING:
    from pathlib import Path
    from sqlite3 import Connection

    from storage.vault import Terms


@dataclass(frozen=True)
class Survey:
    """What is wrong with each file (empty: nothing), and what the audit trail says (None: it cannot be read)."""

    faults: dict[str, tuple[str, ...]]
    trail: Verdict | None

    @property
    def whole(self) -> bool:
        """True when nothing is wrong."""
        return not any(self.faults.values()) and self.trail is not None and self.trail.whole


def survey(folder: Path, password: str, terms: Terms) -> Survey:
    """Look at the profile in *folder*; raises what `Vault.visit` raises, and mends nothing."""
    profile = Profile(folder)
    if not profile.exists():
        raise Damaged("keys.json", "missing")
    try:
        profile.hold()
    except ProfileInUse:
        profile.visit()
    try:
        keyfile = rotation.read(profile)
        opener = open_with_password(keyfile, password, terms.cost, terms.store)
        keys = rotation.current(profile, opener.unwrap(keyfile))
        found = {name: tuple(_faults(profile, name, keys)) for name in DATABASES}
        return Survey(found, _trail(profile, keys))
    finally:
        profile.release()


def _faults(profile: Profile, name: str, keys: dict[str, bytes]) -> list[str]:
    path = profile.database(name)
    if name not in keys:
        return ["not made yet: the profile is of an older version"]
    if not path.exists():
        return ["missing"]
    try:
        connection = connect(path, keys[name])
        try:
            with translated(path.name):
                return _look(connection, name, alone=profile.held)
        finally:
            connection.close()
    except Damaged as error:
        return [error.detail]


def _look(connection: Connection, name: str, *, alone: bool) -> list[str]:
    """Read all. Beside a program that writes, pages are read as SQLite does: the raw look would raise false alarms."""
    layout = connection.execute("PRAGMA user_version").fetchone()[0]
    found = [] if layout == newest(name) else [f"layout {layout}, this program's is {newest(name)}"]
    raw = alone and connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    return [*found, *faults(connection, raw=raw)]


def _trail(profile: Profile, keys: dict[str, bytes]) -> Verdict | None:
    try:
        vault = connect(profile.database("vault"), keys["vault"], query_only=True)
        try:
            anchor = vault.execute("SELECT seq, chain FROM audit_anchor").fetchone()
        finally:
            vault.close()
        audit = connect(profile.database("audit"), keys["audit"], query_only=True)
        try:
            with translated("audit.db"):
                return verify_chain(audit, [Anchor(*anchor)] if anchor else [])
        finally:
            audit.close()
    except Damaged:
        return None
