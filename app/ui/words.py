"""Texts that know their id, so that a widget can say them again in another language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from app.i18n import tr, trn


@dataclass(frozen=True)
class Say:
    """A catalogue text with its parameters; `str()` speaks the language of the moment. A parameter may be a `Say`."""

    key: str
    params: tuple[tuple[str, object], ...] = ()
    count: int | None = None

    def __str__(self) -> str:
        params = {name: str(value) for name, value in self.params}
        return tr(self.key, **params) if self.count is None else trn(self.key, self.count, **params)


Words: TypeAlias = Say | str
"""What a widget accepts: an id to translate, or a name to show as it is."""


def say(key: str, **params: object) -> Say:
    """Make the text *key* with its placeholders."""
    return Say(key, tuple(sorted(params.items())))


def says(key: str, count: int, **params: object) -> Say:
    """Make the form of *key* for *count* things."""
    return Say(key, tuple(sorted(params.items())), count)
