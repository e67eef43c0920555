"""What one look into the cache brought, as the lines of the list. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.patients.lines import Heading, group, results
from app.ui.words import Words, say, says

if TYPE_CHECKING:
    from app.patients.answers import Counts, Seen
    from app.patients.lines import Line
    from storage.patients.records import Found

RECENT_BELOW = 5


@dataclass(frozen=True, repr=False)
class Look:
    """What was asked, and what came of it."""

    query: str
    chip: str
    limit: int
    found: tuple[Found, ...]
    recent: tuple[Seen, ...]
    counts: Counts

    def asks_as(self, other: Look | None) -> bool:
        """Tell whether *other* asked the same."""
        mine = self.query, self.chip, self.limit
        return other is not None and mine == (other.query, other.chip, other.limit)

    def lines(self, now_ms: int) -> list[Line]:
        """Return what is found, with how many, and below it whom one saw last; nothing typed: these first."""
        recent = [seen.found for seen in self.recent]
        if not self.query and self.chip == "all":
            return self._everybody(recent, now_ms)
        if not self.found:
            return []
        lines: list[Line] = [Heading(self._how_many()), *results(self.found, self.query, now_ms)]
        below = [one for one in recent if one.id not in {found.id for found in self.found}][:RECENT_BELOW]
        if below and self.query:
            lines += [Heading(say("patients.recent")), *group(below, "recent", now_ms)]
        return lines

    def _everybody(self, recent: list[Found], now_ms: int) -> list[Line]:
        others = [found for found in self.found if found.id not in {one.id for one in recent}]
        first: list[Line] = [Heading(say("patients.recent"))] if recent else []
        rest: list[Line] = [Heading(say("patients.others"))] if others else []
        return [*first, *group(recent, "recent", now_ms), *rest, *group(others, "found", now_ms)]

    def _how_many(self) -> Words:
        n = len(self.found)
        if n >= self.limit:
            return say("patients.found.many", n=n)
        return says("patients.found", n) if self.query else says(f"patients.found.{self.chip}", n)


def asked(text: str) -> str:
    """Return what is searched for; signs alone are nothing to search for."""
    return text.strip() if any(char.isalnum() for char in text) else ""
