"""The people that the list shows: all of them, filtered by what is typed and by the state of their key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QAbstractListModel, QModelIndex, Qt

from app.directory.looks import calling, level_words
from app.names import matches
from app.ui.graphemes import isolated
from app.ui.words import say, says

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.directory.book import Person

PERSON = Qt.ItemDataRole.UserRole
FILTERS: dict[str, frozenset[str]] = {
    "all": frozenset(),
    "verified": frozenset(("verified",)),
    "certified": frozenset(("certified",)),
    "held": frozenset(("changed", "different")),
    "mine": frozenset(("me", "alarm")),
}
"""Filters by level; an empty set lets everybody through."""


class PeopleModel(QAbstractListModel):
    """Rows of the directory; a person stands under `PERSON`, the whole sentence under AccessibleTextRole."""

    def __init__(self) -> None:
        super().__init__()
        self._all: tuple[Person, ...] = ()
        self._shown: tuple[Person, ...] = ()
        self.query, self.filter = "", "all"

    def show_people(self, people: Sequence[Person]) -> None:
        """Take everybody anew; where the same stand in the same order, only the rows are repainted."""
        self._all = tuple(people)
        self._choose()

    def narrow(self, query: str, chosen: str) -> None:
        """Show those who match *query* and the filter *chosen*."""
        self.query, self.filter = query, chosen
        self._choose()

    def _choose(self) -> None:
        levels = FILTERS[self.filter]
        shown = tuple(one for one in self._all if (not levels or one.level in levels) and self._found(one))
        if [one.user for one in shown] == [one.user for one in self._shown]:
            self._shown = shown
            if shown:
                self.dataChanged.emit(self.index(0), self.index(len(shown) - 1))
            return
        self.beginResetModel()
        self._shown = shown
        self.endResetModel()

    def _found(self, person: Person) -> bool:
        return matches(self.query, person.name, str(calling(person)), str(say(f"role.{person.role}")))

    def count(self, chosen: str) -> int:
        """Return how many stand under a filter, whatever is typed."""
        levels = FILTERS[chosen]
        return sum(1 for one in self._all if not levels or one.level in levels)

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
        if role == PERSON:
            return person
        if role == Qt.ItemDataRole.DisplayRole:
            return person.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(person)
        return None


def spoken(person: Person) -> str:
    """Return one person in a sentence."""
    devices = str(says("directory.devices_n", len(person.living)))
    parts = (isolated(person.name), str(calling(person)), str(level_words(person.level)), devices)
    return ", ".join(parts)
