"""The people that the list shows: all of them, filtered by what is typed and by one of the filters at the left."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QAbstractListModel, QModelIndex, Qt

from app.directory.looks import calling, level_words
from app.names import fits, sort_key
from app.search import plain
from app.ui.graphemes import isolated
from app.ui.words import say, says
from media.keys.certs import ROLES
from storage.directory import FAVOURITES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from app.directory.book import Book, Person
    from app.post.presence import Presence
    from app.ui.words import Words

PERSON, HERE = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class Filter:
    """Some of the people: `key` tells it from others, `words` name it, `circle` is the own list that it shows, if any."""

    key: str
    icon: str
    words: Words
    holds: Callable[[Person], bool]
    circle: int = 0


def of_levels(key: str, icon: str, *levels: str) -> Filter:
    """Return the filter of those whose level is one of *levels*."""
    return Filter(key, icon, say(f"directory.filter.{key}"), lambda one: one.level in levels)


ALL = Filter("all", "users", say("directory.filter.all"), lambda _: True)
FAVOURED = Filter(
    "favourites", "star", say("directory.filter.favourites"), lambda one: one.favourite, FAVOURITES
)
MINE = of_levels("mine", "device-desktop", "me", "alarm")
STATES = (
    of_levels("verified", "shield-check", "verified"),
    of_levels("certified", "shield", "certified"),
    of_levels("held", "shield-exclamation", "changed", "different"),
)
BLOCKED = of_levels("blocked", "ban", "blocked")


def groups_of(book: Book) -> tuple[tuple[Filter, ...], ...]:
    """Return the filters that *book* gives, in groups: people and lists, places, states of keys, the own devices."""
    lists = [
        Filter(f"circle {one.id}", "users-group", one.name, partial(_on, one.id), one.id)
        for one in book.circles
        if one.id != FAVOURITES
    ]
    lists.sort(key=lambda one: sort_key(str(one.words)))
    favoured = (FAVOURED,) if book.circles else ()
    states = (*STATES, BLOCKED) if any(map(BLOCKED.holds, book.people)) else STATES
    return (ALL, *favoured, *lists), tuple(_places(book)), states, (MINE,)


def _on(circle: int, person: Person) -> bool:
    return circle in person.circles


def _places(book: Book) -> Iterator[Filter]:
    """Yield the own structure, rooms, and those without a device: only where there are any."""
    me = next((one for one in book.people if one.me), None)
    here = me.listed.structure if me is not None else ""
    places = (
        Filter("structure", "building-hospital", here, lambda one: one.listed.structure == here),
        Filter("rooms", "device-tv", say("directory.filter.rooms"), lambda one: one.role == "room"),
        Filter("without", "user", say("directory.filter.without"), lambda one: not one.devices),
    )
    for one in places:
        if any(map(one.holds, book.people)) and (here or one.key != "structure"):
            yield one


class PeopleModel(QAbstractListModel):
    """Rows of the directory; a person stands under `PERSON`, how to reach them now under `HERE`, the whole sentence under AccessibleTextRole."""

    def __init__(self, presence: Presence | None = None) -> None:
        super().__init__()
        self._presence = presence
        self._all: tuple[Person, ...] = ()
        self._shown: tuple[Person, ...] = ()
        self.query, self.filter = "", ALL

    def show_people(self, people: Sequence[Person]) -> None:
        """Take everybody anew; where the same stand in the same order, only the rows are repainted."""
        self._all = tuple(people)
        self._choose()

    @property
    def shared(self) -> bool:
        """Whether any colleague shares their presence."""
        return self._presence is not None and self._presence.shared

    def here(self, person: Person) -> str:
        """Return how to reach somebody now (`app.ui.here.STATES`), empty where nothing is known."""
        return self._presence.state(person.user) if self._presence is not None else ""

    def look_again(self) -> None:
        """Let the rows be painted and read out anew: somebody came or went."""
        if self._shown:
            self.dataChanged.emit(self.index(0), self.index(len(self._shown) - 1))

    def narrow(self, query: str, chosen: Filter) -> None:
        """Show those who match *query* and the filter *chosen*."""
        self.query, self.filter = query, chosen
        self._choose()

    def _choose(self) -> None:
        found = self._finder()
        shown = tuple(one for one in self._all if self.filter.holds(one) and found(one))
        if [one.user for one in shown] == [one.user for one in self._shown]:
            self._shown = shown
            self.look_again()
            return
        self.beginResetModel()
        self._shown = shown
        self.endResetModel()

    def _finder(self) -> Callable[[Person], bool]:
        """Return what tells whether somebody matches the query; folded once, as there may be thousands."""
        wanted = plain(self.query)
        roles = {role: f" {plain(str(say(f'role.{role}')))}" for role in ROLES}
        return lambda person: fits(wanted, person.text + roles[person.role])

    def count(self, chosen: Filter) -> int:
        """Return how many stand under a filter, whatever is typed."""
        return sum(map(chosen.holds, self._all))

    def person(self, user: bytes) -> Person | None:
        """Return somebody by user id, shown or not."""
        return next((one for one in self._all if one.user == user), None)

    def named(self, start: str) -> Person | None:
        """Return the first whose name begins with *start*."""
        return next((one for one in self._all if one.name.startswith(start)), None)

    def place(self, user: bytes) -> QModelIndex:
        """Return where somebody stands; an invalid index when not shown."""
        rows = (row for row, one in enumerate(self._shown) if one.user == user)
        return self.index(next(rows, -1))

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802 -- Qt's name
        """Return how many are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the person, the name, or the sentence that is read out."""
        if not 0 <= index.row() < len(self._shown):
            return None
        person = self._shown[index.row()]
        told: dict[int, Callable[[], Any]] = {
            PERSON: lambda: person,
            HERE: lambda: self.here(person),
            Qt.ItemDataRole.DisplayRole: lambda: person.name,
            Qt.ItemDataRole.ToolTipRole: lambda: why(self.here(person)),
            Qt.ItemDataRole.AccessibleTextRole: lambda: spoken(person, self.here(person)),
        }
        return told[role]() if role in told else None


def why(here: str) -> str:
    """Return what a state of presence means, nothing for none."""
    return str(say(f"here.{here}.why")) if here else ""


def spoken(person: Person, here: str = "") -> str:
    """Return one person in a sentence."""
    devices = str(says("directory.devices_n", len(person.living)))
    star = str(say("directory.favourite.is")) if person.favourite else ""
    place = isolated(person.listed.structure) if person.listed.structure else ""
    parts = (
        isolated(person.name),
        star,
        str(calling(person)),
        place,
        str(level_words(person.level)),
        str(say(f"here.{here}")) if here else "",
        devices,
    )
    return ", ".join(filter(None, parts))
