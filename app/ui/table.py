"""A table: sorted by its heads, copied by Ctrl+C, each cell a sentence for who cannot see it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QAbstractTableModel, QModelIndex, QSize, Qt
from PyQt6.QtGui import QGuiApplication, QKeySequence
from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from app.spreadsheet import no_formula
from app.ui.text import Named
from app.ui.theme import theme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from PyQt6.QtGui import QKeyEvent

    from app.ui.words import Words


class Rows(QAbstractTableModel):
    """Rows of anything: `cell` is what stands there, `told` what is read out, `tone` its colour, `order` what a column is sorted by.

    `side` is the head of a row, which stays in sight where the table is wider than its room.
    """

    def __init__(self, parent: QTableView) -> None:
        super().__init__(parent)
        self.heads: Sequence[str] = ()
        self.rows: list[Any] = []
        self.side: Callable[[Any], str] = lambda _row: ""
        self.cell: Callable[[Any, int], str] = lambda _row, _column: ""
        self.told: Callable[[Any, int], str] = lambda _row, _column: ""
        self.tone: Callable[[Any, int], str] = lambda _row, _column: "text"
        self.order: Callable[[Any, int], Any] = lambda _row, _column: ""

    def show_rows(self, heads: Sequence[str], rows: Iterable[Any]) -> None:
        """Show *rows* below *heads*."""
        self.beginResetModel()
        self.heads, self.rows = heads, list(rows)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802 -- Qt's name
        """Return how many rows there are."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802 -- Qt's name
        """Return how many columns there are."""
        return 0 if parent is not None and parent.isValid() else len(self.heads)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, sentence or colour."""
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cell(row, column)
        if role in {Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole}:
            return self.told(row, column) or self.cell(row, column)
        if role == Qt.ItemDataRole.ForegroundRole:
            return theme().color(self.tone(row, column))
        return None

    def headerData(  # noqa: N802 -- Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the head of a column or of a row."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        across = orientation == Qt.Orientation.Horizontal
        if role != Qt.ItemDataRole.DisplayRole or not 0 <= section < len(self.heads if across else self.rows):
            return None
        return self.heads[section] if across else self.side(self.rows[section])

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by one column."""
        if not 0 <= column < len(self.heads):
            return
        self.layoutAboutToBeChanged.emit()
        back = order == Qt.SortOrder.DescendingOrder
        self.rows.sort(key=lambda row: self.order(row, column), reverse=back)
        self.layoutChanged.emit()

    def texts(self) -> list[list[str]]:
        """Return all of it as texts, heads first."""
        columns = range(len(self.heads))
        return [list(self.heads), *([self.cell(row, column) for column in columns] for row in self.rows)]


class _Head(QHeaderView):
    """Heads of columns, of one height: Qt would measure them all."""

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """One line."""
        return QSize(0, theme().scaled(38))


class Table(QTableView):
    """A table to be read; arrows move from cell to cell, Tab leaves it."""

    radius = 2.0

    def __init__(self, name: Words, *, sides: bool = False) -> None:
        super().__init__()
        Named(self, name)
        self.shown = Rows(self)
        self.setModel(self.shown)
        top = _Head(Qt.Orientation.Horizontal, self)
        top.setSectionsClickable(True)
        self.setHorizontalHeader(top)
        self.setSortingEnabled(True)
        self.setShowGrid(False)
        self.setAlternatingRowColors(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        side = self.verticalHeader()
        assert side is not None
        side.setVisible(sides)
        side.setHighlightSections(False)
        top.setHighlightSections(False)
        top.setStretchLastSection(True)
        top.setSortIndicatorClearable(True)
        top.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)

    def show_rows(self, heads: Sequence[str], rows: Iterable[Any], widths: Sequence[int]) -> None:
        """Show *rows* below *heads*, as wide as given (at 100 %, the last for all others), sorted as before; who scrolled stays there."""
        bars = [bar for bar in (self.verticalScrollBar(), self.horizontalScrollBar()) if bar is not None]
        places = [bar.value() for bar in bars]
        side = self.verticalHeader()
        assert side is not None
        side.setDefaultSectionSize(theme().scaled(34))
        self.shown.show_rows(heads, rows)
        top = self.horizontalHeader()
        assert top is not None
        if top.sortIndicatorSection() < len(heads):
            self.shown.sort(top.sortIndicatorSection(), top.sortIndicatorOrder())
        top.setDefaultSectionSize(theme().scaled(widths[-1]))
        for column, width in enumerate(widths[: len(heads)]):
            self.setColumnWidth(column, theme().scaled(width))
        for bar, place in zip(bars, places, strict=True):
            bar.setValue(place)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Copy the chosen cells as text."""
        if event is None or not event.matches(QKeySequence.StandardKey.Copy):
            super().keyPressEvent(event)
            return
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(as_text(self._chosen()))

    def _chosen(self) -> list[list[str]]:
        lines: dict[int, list[str]] = {}
        for index in sorted(self.selectedIndexes(), key=lambda one: (one.row(), one.column())):
            side = self.shown.side(self.shown.rows[index.row()])
            lines.setdefault(index.row(), [side] if side else []).append(str(index.data()))
        return list(lines.values())


def as_text(lines: Iterable[Sequence[str]]) -> str:
    """Return *lines* for a text, columns parted by tabs."""
    return "\n".join("\t".join(line) for line in lines)


def as_csv(lines: Iterable[Sequence[str]]) -> str:
    """Return *lines* for a spreadsheet: semicolons, as French ones expect; no cell is taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([no_formula(cell) for cell in line] for line in lines)
    return out.getvalue()
