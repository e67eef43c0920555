"""The alerts of the queue as a model: made into lines when they are seen, changed by the rows that change."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QAbstractItemModel, QModelIndex, QStringListModel, Qt

from app.i18n import tr
from app.monitoring import looks
from app.monitoring.reading import OUT, differing
from storage.monitoring.records import Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from app.interop.mapping import Mapping as Labels
    from app.monitoring.people import People
    from app.monitoring.ports import Item
    from app.monitoring.reading import Step

FEW = 5
"""So many rows are painted again one by one."""


@dataclass(frozen=True)
class AlertLine:
    """One alert as a row. `holder`: who has it, in words; `table`: what symptoms are called; `where`: the list that it went to, while this one is held."""

    item: Item = field(repr=False)
    holder: str
    now_ms: int
    table: Labels = field(repr=False)
    where: str = ""
    opened: bool = False

    @property
    def key(self) -> str:
        """The same for the same alert."""
        return self.item.alert.hex()

    @property
    def shown(self) -> tuple[object, ...]:
        """All that the row shows, but the time."""
        return self.item, self.table, self.holder, self.where, self.opened

    @property
    def sentence(self) -> str:
        """All that the row shows, read out."""
        return looks.sentence(self.item, self.holder, self.now_ms, self.table, self.where)


class QueueModel(QStringListModel):
    """Items as the service sorted them; `place` of each alert. *now_ms* is the one clock of all rings.

    How many rows there are is asked thousands of times to lay out thousands: Qt keeps that itself, as a list of empty texts.
    """

    def __init__(self, people: People, now_ms: Callable[[], int], table: Callable[[], Labels]) -> None:
        super().__init__()
        self._people, self._now_ms, self._table = people, now_ms, table
        self.items: Sequence[Item] = ()
        self.place: Mapping[bytes, int] = {}
        self.gone: frozenset[bytes] = frozenset()
        self.opened = b""

    def show_items(
        self, items: tuple[Item, ...], place: Mapping[bytes, int], steps: Sequence[Step] | None
    ) -> None:
        """Show these rows: by *steps* that lead from those shown to them, None: anew."""
        if steps is None:
            self.items, self.gone = items, frozenset()
            self.setStringList([""] * len(items))
        else:
            self._go(steps)
            self.renew(items, frozenset())
        self.place = place

    def _go(self, steps: Sequence[Step]) -> None:
        """Let one row after the other come, go, or stand elsewhere; what is chosen stays chosen."""
        rows = self.items = list(self.items)
        for source, target, item in steps:
            if target == OUT:
                self.removeRow(source)
                del rows[source]
            elif source == OUT:
                rows.insert(target, item)
                self.insertRow(target)
            else:
                self.moveRow(QModelIndex(), source, QModelIndex(), target + (target > source))
                rows.insert(target, rows.pop(source))

    def renew(self, items: tuple[Item, ...], gone: frozenset[bytes]) -> None:
        """Show the same alerts as they stand now, each where it stands; those *gone* went to another list."""
        changed = () if gone != self.gone else tuple(islice(differing(self.items, items), FEW + 1))
        whole = gone != self.gone or len(changed) > FEW
        self.items, self.gone = items, gone
        if whole:
            self.touch()
        for row in () if whole else changed:
            self.dataChanged.emit(self.index(row), self.index(row))

    def touch(self) -> None:
        """Have what is seen painted again."""
        if self.items:
            self.dataChanged.emit(self.index(0), self.index(len(self.items) - 1))

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """Let rows be chosen, not written."""
        return QAbstractItemModel.flags(self, index)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the row for painting, its sentence for reading."""
        if not 0 <= index.row() < len(self.items):
            return None
        if role == Qt.ItemDataRole.UserRole:
            return self._line(self.items[index.row()])
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return self._line(self.items[index.row()]).sentence
        if role == Qt.ItemDataRole.ToolTipRole:
            return looks.name(self.items[index.row()])
        return None

    def _line(self, item: Item) -> AlertLine:
        where = tr(f"monitoring.now.{item.phase}") if item.alert in self.gone else ""
        opened = item.alert == self.opened
        return AlertLine(item, self.holder(item), self._now_ms(), self._table(), where, opened)

    def holder(self, item: Item) -> str:
        """Return who has an alert, or whom it waits for, in words."""
        if item.phase is Phase.NEW:
            return tr("monitoring.free")
        if item.phase is Phase.ESCALATED and item.escalated_to:
            return tr("monitoring.asked", name=self._name(item.escalated_to[-1]))
        return self._name(item.holder) if item.holder else ""

    def _name(self, user: bytes) -> str:
        who = self._people.of(user)
        return tr("monitoring.me") if who.me else who.name
