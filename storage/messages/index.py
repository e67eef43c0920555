"""The words of messages, kept beside them by their place. What is forgotten leaves no word in the file (FTS5's secure-delete)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection

_LEARN = """
    INSERT INTO message_words (rowid, text, thread)
    SELECT place, text, thread FROM spoken WHERE id = ? AND text <> ''
"""
_FORGET = """
    INSERT INTO message_words (message_words, rowid, text, thread)
    SELECT 'delete', place, text, thread FROM spoken WHERE id = ? AND text <> ''
"""


def learn(db: Connection, message: int) -> None:
    """Add a message's words; one without text has none."""
    db.execute(_LEARN, (message,))


def forget(db: Connection, message: int) -> None:
    """Take a message's words out, before its text changes."""
    db.execute(_FORGET, (message,))
