"""What a feature shows on Today, as values without Qt: cards, one column, notes. Today imports no feature.

A feature hands over its sources by `Feature.today`. Words are `Say` or plain names; what depends on the time is made anew
each minute by the function that `Source.read` returns, so a card may say "in 12 minutes" and simply be right.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.words import Words
    from media.events import Event


class Rank(IntEnum):
    """What comes first among the cards; within a rank the nearest deadline."""

    GRADE_4 = 0
    ALERT = 1
    MEETING = 2
    KEY = 3
    MESSAGE = 4


@dataclass(frozen=True)
class Act:
    """One verb; `spoken` says to a screen reader whom it is about, `keys` are shown beside it."""

    words: Words
    run: Callable[[], object] = field(compare=False, repr=False)
    icon: str = ""
    spoken: Words = ""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gauge:
    """What is left of a delay: `share` 1 all of it, 0 and less none, drawn as a ring; `words` say it."""

    share: float
    words: Words


@dataclass(frozen=True)
class Card:
    """Something that waits now. `id` stays the same while its words change; `tone`: accent, warn or danger.

    `note` stands at the upper right, or a `gauge`; `can_wait` offers to put the card aside until the next unlock. Before the head
    stands `icon`, or the sign of a `grade` where that is not negative. `seen` is called, more than once, while it is in sight.
    """

    id: str
    rank: Rank
    head: Words
    title: Words
    detail: Words
    act: Act
    icon: str
    deadline_ms: int = 0
    tone: str = "accent"
    note: Words = ""
    more: tuple[Act, ...] = ()
    can_wait: bool = False
    grade: int = -1
    gauge: Gauge | None = None
    seen: Callable[[], object] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Mark:
    """A state in a few words; tones as a chip's."""

    words: Words
    icon: str
    tone: str = "plain"


@dataclass(frozen=True)
class Graded:
    """What a row about a graded alert shows besides: its sign at the left (a negative grade: none told), more words, the ring at the right.

    `beside` follows the row's title; `title` with `icon` over `detail` stand in a second pair.
    """

    grade: int
    title: Words
    detail: Words
    gauge: Gauge
    beside: Words = ""
    icon: str = ""
    tone: str = "text_2"


@dataclass(frozen=True)
class Row:
    """One line of a column: `first` over `second` at the left, or the initials of `person`, or what `graded` says.

    `strong` rows are what goes on now; they show `verb` as a button, the others a chevron.
    """

    id: str
    title: Words
    detail: Words
    run: Callable[[], object] = field(compare=False, repr=False)
    first: Words = ""
    second: Words = ""
    person: str = ""
    marks: tuple[Mark, ...] = ()
    strong: bool = False
    verb: Words = ""
    graded: Graded | None = None


@dataclass(frozen=True)
class Foot:
    """A line below the rows, with one verb."""

    icon: str
    words: Words
    act: Act


@dataclass(frozen=True)
class Column:
    """The rows of one source, at most a handful; `rest` more are behind `all`. `none` and `none_detail`: when it is empty.

    `tallies` (grade, how many) stand above the rows; `alarm` says that what is shown may be old: the tallies are greyed then.
    """

    rows: tuple[Row, ...]
    all: Act
    none: Words
    none_detail: Words = ""
    note: Words = ""
    count: int = 0
    rest: int = 0
    tallies: tuple[tuple[int, int], ...] = ()
    foot: Foot | None = None
    alarm: Note | None = None


@dataclass(frozen=True)
class Note:
    """What is wrong with the desk itself: what happened, what to do; `act` puts it away or opens where it is mended."""

    id: str
    tone: str
    title: Words
    detail: Words
    act: Act


@dataclass(frozen=True)
class Board:
    """All that one source shows at one moment. `ahead` is shown large when nothing waits."""

    cards: tuple[Card, ...] = ()
    column: Column | None = None
    notes: tuple[Note, ...] = ()
    ahead: Card | None = None


Reading: TypeAlias = "Callable[[int], Board]"
"""From a moment (Unix milliseconds) to the board of that moment; fast: it runs on the Qt thread."""


class Source(Protocol):
    """Where a board comes from. `title` heads its column; `place`: 0 left, 1 middle, 2 right, several stand one over another.

    `changed` may fire on any thread: then it is read again.
    """

    @property
    def id(self) -> str: ...  # noqa: D102 -- stays the same
    @property
    def title(self) -> Words: ...  # noqa: D102 -- said above
    @property
    def place(self) -> int: ...  # noqa: D102 -- said above
    @property
    def changed(self) -> Event[None]: ...  # noqa: D102 -- said above

    async def read(self) -> Reading:
        """Read what is slow, once; whatever it raises is shown in the column, with a way to try again."""
        ...
