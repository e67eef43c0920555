"""Where the audit chain stood when the profile was last closed, kept in the vault: a tail cut off later is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.audit import Anchor
from storage.errors import StorageError

if TYPE_CHECKING:
    from concurrent.futures import Future
    from sqlite3 import Connection

    from storage.audit import AuditRepository
    from storage.database import Database


def was_cut(vault: Database, audit: AuditRepository) -> bool:
    """Tell whether *audit* no longer reaches the place that *vault* remembers; what cannot be read counts as cut. Blocks."""
    try:
        return not audit.holds(_read(vault).result()).result()
    except StorageError:
        return True


def remember(vault: Database, audit: AuditRepository) -> bool:
    """Keep the place of *audit* in *vault*; False when the files do not answer: check them next time. Blocks."""
    try:
        _keep(vault, audit.head().result()).result()
    except StorageError:
        return False
    return True


def _read(vault: Database) -> Future[Anchor]:
    """Return the anchor, the beginning of the chain when there is none."""

    def act(db: Connection) -> Anchor:
        row = db.execute("SELECT seq, chain FROM audit_anchor").fetchone()
        return Anchor(*row) if row else Anchor()

    return vault.read(act)


def _keep(vault: Database, anchor: Anchor) -> Future[None]:
    def act(db: Connection) -> None:
        db.execute("INSERT OR REPLACE INTO audit_anchor VALUES (1, ?, ?)", (anchor.seq, anchor.chain))

    return vault.write(act)
