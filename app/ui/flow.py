"""Things side by side, on as many lines as they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QSize
from PyQt6.QtGui import QFontMetricsF
from PyQt6.QtWidgets import QLabel, QSizePolicy, QWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QResizeEvent


_CHANGED = {QEvent.Type.LayoutRequest, QEvent.Type.Show, QEvent.Type.StyleChange, QEvent.Type.FontChange}


class Flow(QWidget):
    """Lays its widgets out like words; a label that wraps gets a whole line where it has more to say than one holds.

    What is hidden takes no room. `tail`: the last one ends at the right where it shares its line.
    """

    def __init__(self, gap: int = 8, below: int = 6, *, tail: bool = False) -> None:
        super().__init__()
        self._gap, self._below, self._tail = gap, below, tail
        self._items: list[QWidget] = []
        self._heights: dict[int, int] = {}
        self._wide = -1
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def items(self) -> Sequence[QWidget]:
        """What it holds."""
        return self._items

    def fill(self, items: Sequence[QWidget]) -> None:
        """Hold these widgets instead of the ones before."""
        for old in self._items:
            if old not in items:
                old.hide()
                old.deleteLater()
        self._items = list(items)
        for item in items:
            item.setParent(self)
            item.show()
        self._place_anew()

    def heightForWidth(self, width: int) -> int:  # noqa: N802 -- Qt's name
        """Return the height of all lines; Qt asks many times, so it is remembered until something in it changes."""
        if width not in self._heights:
            self._heights[width] = self._place(width, move=False)
        return self._heights[width]

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Return one line of all, so that a layout gives what room there is."""
        if self._wide < 0:
            shown = (item for item in self._items if not item.isHidden())
            self._wide = sum(_size(item, 10_000).width() + self._gap for item in shown)
        return QSize(self._wide, self.heightForWidth(max(self.width(), 1)))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Become as narrow as the layout wants."""
        return QSize(80, self.heightForWidth(max(self.width(), 80)))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Place everything anew; ask for the height that the width of now needs."""
        super().resizeEvent(event)
        if self._place(self.width(), move=True) != self.height():
            self.updateGeometry()

    def event(self, event: QEvent | None) -> bool:
        """Place everything anew when what it holds asks for other room, or is shown again after it may have changed unseen."""
        if event is not None and event.type() in _CHANGED:
            self._place_anew()
        return super().event(event)

    def _place_anew(self) -> None:
        """Forget what was measured; what nobody sees is placed when it is shown."""
        self._heights.clear()
        self._wide = -1
        self.updateGeometry()
        if self.isVisible():
            self._place(self.width(), move=True)

    def _place(self, width: int, *, move: bool) -> int:
        """Part the items into lines, centre each line's items in its height; return the height of all."""
        line: list[tuple[QWidget, QSize]] = []
        top, used = 0, 0
        for item in self._items:
            if item.isHidden():
                continue
            size = _size(item, width)
            if line and used + self._gap + size.width() > width:
                top += self._lay(line, top, width, move=move) + self._below
                line, used = [], 0
            used += size.width() + (self._gap if line else 0)
            line.append((item, size))
        return top + self._lay(line, top, width, move=move)

    def _lay(self, line: list[tuple[QWidget, QSize]], top: int, width: int, *, move: bool) -> int:
        height = max((size.height() for _, size in line), default=0)
        x = 0
        for item, size in line:
            if self._tail and x and item is self._items[-1]:
                x = width - size.width()
            if move:
                item.setGeometry(x, top + (height - size.height()) // 2, size.width(), size.height())
            x += size.width() + self._gap
        return height


def _size(item: QWidget, width: int) -> QSize:
    if not (isinstance(item, QLabel) and item.wordWrap()):
        return item.sizeHint().boundedTo(QSize(max(width, 1), 10_000))
    item.ensurePolished()
    whole = int(QFontMetricsF(item.font()).horizontalAdvance(item.text())) + 3
    wide = min(whole, max(width, 1))
    return QSize(wide, item.heightForWidth(wide))
