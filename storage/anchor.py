"""Where the audit chain stood when the profile was last closed, kept in the vault: a tail cut off later is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.audit import Anchor

if TYPE_CHECKING:
    from concurrent.futures import Future
    from sqlite3 import Connection

    from storage.database import Database


def read_anchor(vault: Database) -> Future[Anchor]:
    """Return the anchor, the beginning of the chain when there is none."""

    def act(db: Connection) -> Anchor:
        row = db.execute("SELECT seq, chain FROM audit_anchor").fetchone()
        return Anchor(*row) if row else Anchor()

    return vault.read(act)


def keep_anchor(vault: Database, anchor: Anchor) -> Future[None]:
    """Remember *anchor*."""

    def act(db: Connection) -> None:
        db.execute("INSERT OR REPLACE INTO audit_anchor VALUES (1, ?, ?)", (anchor.seq, anchor.chain))

    return vault.write(act)
