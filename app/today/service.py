"""What Today shows, without Qt: every source's board at one moment, ranked, and what waits while a hand lies on it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeAlias, TypeVar

from app.board import Board

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.board import Card, Column, Note, Reading, Source
    from app.ui.words import Words
    from media.events import Event

Phase: TypeAlias = Literal["loading", "ready", "failed"]
MINUTE_MS = 60_000
log = logging.getLogger(__name__)


class _Named(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Named)


@dataclass(frozen=True)
class Fact:
    """One thing that is true now, for the foot line; `tone` colours the icon."""

    icon: str
    tone: str
    words: Words


@dataclass(frozen=True)
class Around:
    """What is asked of the desk around Today each second, and when it `changed`.

    Facts of the foot line; how long until the idle lock, 0 for none.
    """

    facts: Callable[[], Sequence[Fact]]
    lock_left_ms: Callable[[], int]
    changed: Event[Any]


@dataclass(frozen=True)
class Pane:
    """The column of one source; `column` is there when it is `ready`."""

    id: str
    title: Words
    place: int
    phase: Phase
    column: Column | None = None


@dataclass(frozen=True)
class View:
    """All of Today at one moment. `loading`: something may still come; `partly`: something could not be read.

    Where either holds, nobody is told that nothing waits.
    """

    cards: tuple[Card, ...]
    panes: tuple[Pane, ...]
    notes: tuple[Note, ...]
    ahead: Card | None
    loading: bool
    partly: bool


class Today:
    """The boards of the sources, as far as they are read."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = tuple(sources)
        self._readings: dict[str, Reading] = {}
        self._failed: set[str] = set()
        self._aside: set[str] = set()

    def took(self, source: Source, reading: Reading) -> None:
        """Keep what was read."""
        self._readings[source.id] = reading
        self._failed.discard(source.id)

    def failed(self, source: Source, error: Exception) -> None:
        """Keep that it could not be read: what was read before is older than it looks, and no longer shown."""
        log.warning("%s could not be read for Today: %s", source.id, type(error).__name__)
        self._readings.pop(source.id, None)
        self._failed.add(source.id)

    def again(self, source: Source) -> None:
        """Wait for a new reading where the last one failed."""
        self._failed.discard(source.id)

    def put_aside(self, card: Card) -> None:
        """Show a card no more until the next unlock."""
        self._aside.add(card.id)

    def bring_back(self, card: Card) -> None:
        """Show it again."""
        self._aside.discard(card.id)

    def view(self, now_ms: int) -> View:
        """Return what is shown at *now_ms*."""
        boards = {source.id: self._board(source, now_ms) for source in self._sources}
        known = boards.values()
        cards = ranked([card for board in known for card in board.cards if card.id not in self._aside])
        panes = [
            Pane(source.id, source.title, source.place, self._phase(source), boards[source.id].column)
            for source in self._sources
            if str(source.title)
        ]
        aheads = sorted((b.ahead for b in known if b.ahead is not None), key=lambda one: one.deadline_ms)
        return View(
            cards,
            tuple(pane for pane in panes if pane.column is not None or pane.phase != "ready"),
            tuple(note for board in known for note in board.notes),
            next(iter(aheads), None),
            any(self._phase(source) == "loading" for source in self._sources),
            bool(self._failed),
        )

    def _phase(self, source: Source) -> Phase:
        if source.id in self._failed:
            return "failed"
        return "ready" if source.id in self._readings else "loading"

    def _board(self, source: Source, now_ms: int) -> Board:
        reading = self._readings.get(source.id)
        if reading is None:
            return Board()
        try:
            return reading(now_ms)
        except Exception as error:  # noqa: BLE001 -- one source's mistake must not take the others away
            self.failed(source, error)
            return Board()


def ranked(cards: Sequence[Card]) -> tuple[Card, ...]:
    """Sort: by rank, then the nearest deadline; what has none comes last of its rank."""
    return tuple(sorted(cards, key=lambda card: (card.rank, not card.deadline_ms, card.deadline_ms, card.id)))


@dataclass(frozen=True)
class Held(Generic[T]):
    """What is shown while nothing may move: `gone` are the ids of what is over, `waiting` how many are not shown yet."""

    items: tuple[T, ...]
    gone: frozenset[str] = frozenset()
    waiting: int = 0


def hold(shown: Sequence[T], fresh: Sequence[T]) -> Held[T]:
    """Bring what is *shown* up to date where it stands: nothing moves, nothing comes in between, nothing vanishes."""
    if not shown:
        return Held(tuple(fresh))
    now = {one.id: one for one in fresh}
    kept = tuple(now.get(one.id, one) for one in shown)
    ids = {one.id for one in shown}
    return Held(kept, frozenset(ids - set(now)), len(set(now) - ids))


def append(shown: Sequence[T], fresh: Sequence[T]) -> Held[T]:
    """Bring what is *shown* up to date in its order, what is over taken away, what is new behind it."""
    now = {one.id: one for one in fresh}
    before = tuple(now[one.id] for one in shown if one.id in now)
    ids = {one.id for one in before}
    return Held((*before, *(one for one in fresh if one.id not in ids)))


def minutes_left(left_ms: int) -> int:
    """Return whole minutes, rounded up: "in 1 min" is the last one."""
    return -(-left_ms // MINUTE_MS)
