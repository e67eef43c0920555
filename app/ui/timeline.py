"""What happened, one below the other: a rail, a dot for each moment, when, what, and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtWidgets import QAbstractItemView

from app.ui import paint
from app.ui.icons import paint_icon
from app.ui.rows import Line, RowDelegate, RowList
from app.ui.theme import theme

if TYPE_CHECKING:
    from PyQt6.QtCore import QModelIndex
    from PyQt6.QtGui import QPainter, QPaintEvent
    from PyQt6.QtWidgets import QWidget

    from app.ui.words import Words

RAIL, DOT = 26.0, 22.0


@dataclass(frozen=True)
class Moment:
    """One entry: *when* as people read it, what happened, smaller words below. `tone` colours the icon in the dot."""

    key: str
    when: str
    title: str
    detail: str = ""
    icon: str = "check"
    tone: str = "text_2"

    @property
    def sentence(self) -> str:
        """All that the entry shows, read out."""
        return ", ".join(part for part in (self.when, self.title, self.detail) if part)


class _Entry(RowDelegate):
    """Paints the rail, the dot, and the words beside it."""

    height = 56

    def paint_line(self, painter: QPainter, rect: QRectF, line: Any, index: QModelIndex) -> None:
        """Paint one moment; the rail begins at the first dot and ends at the last."""
        assert isinstance(line, Moment)
        color, model = theme().color, index.model()
        middle = rect.y() + theme().scaled(18)
        x = rect.x() + RAIL
        last = model is None or index.row() == model.rowCount() - 1
        top, bottom = (middle if index.row() == 0 else rect.y()), (middle if last else rect.bottom() + 1)
        painter.fillRect(rect, color("surface"))
        painter.fillRect(QRectF(x - 1, top, 2, bottom - top), color("line"))
        dot = QRectF(x - DOT / 2, middle - DOT / 2, DOT, DOT)
        paint.box(painter, dot, DOT / 2, color("surface"), color("line_strong"))
        paint_icon(painter, line.icon, dot.adjusted(4, 4, -4, -4), color(line.tone))
        self._paint_words(painter, rect.adjusted(RAIL + DOT, 0, -16, 0), middle, line)

    def _paint_words(self, painter: QPainter, rect: QRectF, middle: float, line: Moment) -> None:
        color, font, high = theme().color, theme().font, theme().scaled(20)
        width = paint.text_width(line.when, font("small"))
        when = QRectF(rect.right() - width, middle - high / 2, width, high)
        paint.text(painter, when, line.when, font("small"), color("text_2"))
        title = QRectF(rect.x(), when.y(), rect.width() - width - 12, high)
        paint.text(painter, title, line.title, font("body_strong"), color("text"), _PLACE)
        below = title.translated(0, high)
        paint.text(painter, below, line.detail, font("small"), color("text_2"), _PLACE)


_PLACE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute


L = TypeVar("L", bound=Line)


class Timeline(RowList[L]):
    """Moments in the order given, read by the arrow keys; nothing in it is chosen. Other lines bring a *delegate* of their own."""

    def __init__(
        self, name: Words, parent: QWidget | None = None, *, delegate: RowDelegate | None = None
    ) -> None:
        super().__init__(name)
        self.setParent(parent)
        self.setItemDelegate(delegate or _Entry(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the entries, then a ring around the one that the arrows reached."""
        super().paintEvent(event)
        viewport = self.viewport()
        if self.hasFocus() and viewport is not None and self.currentIndex().isValid():
            painter = paint.painter_for(viewport)
            place = QRectF(self.visualRect(self.currentIndex())).adjusted(2, 2, -2, -2)
            paint.box(painter, place, 4, None, theme().color("focus"))
