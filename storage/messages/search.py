"""Finding messages as somebody types: by the beginnings of words, without accents or case; what is typed is never an error."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from storage.messages.records import Hit

if TYPE_CHECKING:
    from sqlite3 import Connection

MAX_TEXT = 200
MAX_WORDS = 8
AROUND = 60
"""So many characters before and after a match are shown."""
_WORD = re.compile(r"[^\W_]+")
_WIDE = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae"})
"""As the view `spoken` has them."""
_FOUND = """
    SELECT m.id, m.thread, m.author, m.sent_ms, m.text FROM message_words AS w CROSS JOIN message AS m ON m.place = w.rowid
    WHERE w.message_words MATCH ? AND (m.expires_ms = 0 OR m.expires_ms > ?) ORDER BY w.rowid DESC LIMIT ?
"""


class Search:
    """Queries over the words of messages, on the connection of one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def find(self, text: str, thread: int = 0, limit: int = 50, now_ms: int = 0) -> tuple[Hit, ...]:
        """Return messages that have a word beginning with each of those typed, in one thread or all (0), newest first.

        None whose timer ended before *now_ms*.
        """
        said = unicodedata.normalize("NFC", text[:MAX_TEXT]).translate(_WIDE)
        typed = _WORD.findall(said)[:MAX_WORDS]
        if not typed:
            return ()
        rows = self._db.execute(_FOUND, (_expression(typed, thread), now_ms, limit))
        return tuple(_hit(row, typed) for row in rows)


def _hit(row: tuple[Any, ...], typed: list[str]) -> Hit:
    message, thread, author, sent_ms, said = row
    return Hit(message, thread, author, sent_ms, *_pieces(said, typed))


def _expression(typed: list[str], thread: int) -> str:
    words = " AND ".join(f'"{word}"*' for word in typed)
    return f'text : ({words}) AND thread : "t{thread}"' if thread else f"text : ({words})"


def _folded(text: str) -> str:
    """Return *text* as it is compared: no accents, no ligatures, no case."""
    flat = unicodedata.normalize("NFD", text.translate(_WIDE).casefold())
    return "".join(char for char in flat if not unicodedata.combining(char))


def _pieces(said: str, typed: list[str]) -> tuple[str, str, str]:
    """Return what stands before the first match, the word that matches, and what stands behind it."""
    begun = tuple(map(_folded, typed))
    for word in _WORD.finditer(said):
        if _folded(word[0]).startswith(begun):
            start, end = word.span()
            before, after = said[max(0, start - AROUND) : start], said[end : end + AROUND]
            return (
                before if start <= AROUND else f"…{before}",
                word[0],
                f"{after}…" if end + AROUND < len(said) else after,
            )
    return "", "", said[: 2 * AROUND]
