"""Things side by side in columns of one width: as many as there is room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QGridLayout, QWidget

from app.ui.theme import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QResizeEvent


class Columns(QWidget):
    """*least*: how narrow a column may become at 100 %; *most*: how many columns there are at most; *whole*: the last one ends at the right."""

    def __init__(self, least: int, most: int, gap: int = 12, *, whole: bool = False) -> None:
        super().__init__()
        self._least, self._most, self._whole = least, most, whole
        self._items: list[QWidget] = []
        self._count = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(gap)

    def fill(self, items: Sequence[QWidget]) -> None:
        """Hold these widgets; those that are hidden take no room after `arrange`."""
        self._items = list(items)
        for item in self._items:
            item.setParent(self)
        self.arrange()

    def arrange(self) -> None:
        """Lay out anew those that are not hidden."""
        self._count = 0
        self._lay()

    def _fitting(self) -> int:
        gap = self._grid.horizontalSpacing()
        return max(1, min(self._most, (self.width() + gap) // (theme().scaled(self._least) + gap)))

    def _lay(self) -> None:
        count = self._fitting()
        if count == self._count:
            return
        self._count = count
        for item in self._items:
            self._grid.removeWidget(item)
        shown = [one for one in self._items if not one.isHidden()]
        for place, item in enumerate(shown):
            row, column = divmod(place, count)
            span = count - column if self._whole and item is shown[-1] else 1
            self._grid.addWidget(item, row, column, 1, span)
        for column in range(self._most):
            self._grid.setColumnStretch(column, int(column < count))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Have as many columns as fit now."""
        super().resizeEvent(event)
        self._lay()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Measure anew for another text size."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.StyleChange and hasattr(self, "_grid"):
            self._lay()
