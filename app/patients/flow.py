"""How fresh the cache is, in words: the foot of the list, its strip when something is wrong, the foot of Today. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

from app.ui.words import Words, say


@dataclass(frozen=True)
class Trouble:
    """What is wrong with the feed, what still holds."""

    tone: str
    title: Words
    detail: Words = ""


@dataclass(frozen=True)
class Flow:
    """The state of the feed as the section shows it; `way`: how patients come here, for an empty cache."""

    icon: str
    tone: str
    words: Words
    way: Words = ""
    strip: Trouble | None = None


def still() -> Flow:
    """Return the words of a desk without a feed."""
    return Flow("database", "ok", say("patients.flow.cache"), say("patients.flow.ask"))
