"""What is typed in the forms of alerts: by alert and act, here and in the vault, until it is done or let go of. No Qt."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Draft = dict[str, Any]
    """The answer to each question of a form, by its name."""


class Drafts:
    """Drafts of one page. *keep* puts one into the vault, packed; "" lets it go."""

    def __init__(self, keep: Callable[[bytes, str, str], None]) -> None:
        self._keep = keep
        self._of: dict[tuple[bytes, str], Draft] = {}
        self._let_go: set[tuple[bytes, str]] = set()

    def learn(self, alert: bytes, kept: Iterable[tuple[str, str]]) -> None:
        """Take what the vault has of an alert; what was typed or let go of since the page was made is newer."""
        for act, packed in kept:
            key, draft = (alert, act), unpack(packed)
            if draft and key not in self._let_go:
                self._of.setdefault(key, draft)

    def of(self, alert: bytes, act: str) -> Draft:
        """Return what is typed for an act, nothing where nothing is."""
        return self._of.get((alert, act), {})

    def acts(self, alert: bytes) -> set[str]:
        """Return the acts of which something is typed."""
        return {act for about, act in self._of if about == alert}

    def put(self, alert: bytes, act: str, draft: Draft) -> None:
        """Keep *draft*, an empty one lets it go; the vault hears of what is new only."""
        key = (alert, act)
        if self.of(alert, act) == draft:
            return
        if draft:
            self._of[key] = draft
        else:
            del self._of[key]
            self._let_go.add(key)
        self._keep(alert, act, pack(draft) if draft else "")


def pack(draft: Draft) -> str:
    """Return a draft as text."""
    return json.dumps(draft, ensure_ascii=False)


def unpack(packed: str) -> Draft:
    """Return the draft that *packed* is, an empty one where it is none; several answers are a tuple again."""
    try:
        told = json.loads(packed)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(told, dict):
        return {}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
