"""Reports and their values, one below the other: analyte, value, flag, reference, state; texts on lines of their own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QFontMetricsF

from app.patients.person import values
from app.patients.person.part import LEFT, SteadyList, write
from app.patients.person.values import ReportLine, StrangerLine, ValueLine
from app.ui import paint
from app.ui.icons import paint_icon
from app.ui.marks import chip_colours
from app.ui.rows import RowDelegate, RowList
from app.ui.theme import theme

if TYPE_CHECKING:
    from PyQt6.QtCore import QModelIndex
    from PyQt6.QtGui import QPainter, QResizeEvent
    from PyQt6.QtWidgets import QStyleOptionViewItem

    from app.ui.words import Words

BATCH = 200
"""Lines that are measured at once."""
STRANGER = 28
"""Room for the icon before whom a report names."""
SHARES = (0.28, 0.22, 0.14, 0.13, 0.23)
"""Of the width of a value's line: analyte, value, flag, reference, state."""


class ValueDelegate(RowDelegate):
    """Heads of reports and values in columns."""

    height = 40

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802 -- Qt's name
        """Give a long text and notes the lines that they need: nothing that was written is cut."""
        line, view = index.data(Qt.ItemDataRole.UserRole), self.parent()
        high = theme().scaled(self.height)
        if isinstance(line, StrangerLine) and isinstance(view, ValueList):
            return QSize(0, math.ceil(_text_height(line, view.text_width() - STRANGER)) + theme().scaled(18))
        if not isinstance(line, ValueLine) or not line.long or not isinstance(view, ValueList):
            return QSize(0, high)
        return QSize(0, high + math.ceil(_text_height(line, view.text_width())))

    def paint_line(self, painter: QPainter, rect: QRectF, line: Any, _index: QModelIndex) -> None:
        """Paint one line; nothing is chosen here, so the ground stays plain."""
        painter.fillRect(rect, theme().color("surface"))
        if isinstance(line, ReportLine):
            _paint_report(painter, rect, line)
        elif isinstance(line, StrangerLine):
            _paint_stranger(painter, rect, line)
        elif isinstance(line, ValueLine):
            painter.fillRect(
                QRectF(rect.x() + 20, rect.bottom() - 1, rect.width() - 40, 1), theme().color("line")
            )
            _paint_value(painter, rect.adjusted(32, 0, -32, 0), line)


def _paint_report(painter: QPainter, rect: QRectF, line: ReportLine) -> None:
    box = rect.adjusted(20, 4, -20, -2)
    paint.box(painter, box, 6, theme().color("sunken"))
    used = write(painter, box.adjusted(12, 0, -12, 0), line.title, "small_strong", "text") + 12
    write(painter, box.adjusted(12 + used, 0, -12, 0), line.detail, "small", "text_2")


def _paint_stranger(painter: QPainter, rect: QRectF, line: StrangerLine) -> None:
    fill, edge, ink = chip_colours(line.stranger.tone)
    box = rect.adjusted(20, 2, -20, -4)
    paint.box(painter, box, 6, fill, edge)
    paint_icon(painter, "alert-triangle", QRectF(box.x() + 12, box.center().y() - 9, 18, 18), ink)
    painter.setFont(theme().font("small"))
    painter.setPen(theme().color("text"))
    painter.drawText(
        box.adjusted(40, 0, -12, 0),
        int(Qt.TextFlag.TextWordWrap | LEFT | Qt.AlignmentFlag.AlignVCenter),
        line.long,
    )


def _paint_value(painter: QPainter, rect: QRectF, line: ValueLine) -> None:
    if line.long:
        below = rect.adjusted(0, theme().scaled(ValueDelegate.height) - 8, 0, 0)
        painter.setFont(theme().font("small"))
        painter.setPen(theme().color("text"))
        painter.drawText(below, int(Qt.TextFlag.TextWordWrap | LEFT), line.long)
        rect = QRectF(rect.x(), rect.y(), rect.width(), theme().scaled(ValueDelegate.height))
    boxes, x = [], rect.x()
    for share in SHARES:
        boxes.append(QRectF(x, rect.y(), rect.width() * share - 10, rect.height()))
        x += rect.width() * share
    label, value, flag, reference, state = boxes
    write(painter, label, line.label, "small", "text")
    tone = "text_3" if line.void else "text"
    write(painter, value, line.short, "small" if line.void else "small_strong", tone)
    if line.flag is not None:
        paint_flag(painter, flag, *line.flag)
    write(painter, reference, line.range, "small", "text_2")
    told = " · ".join(part for part in (line.state, line.earlier) if part)
    write(painter, state, told, "small", "warn" if line.state else "text_2")


def paint_flag(painter: QPainter, rect: QRectF, words: str, tone: str) -> float:
    """Paint glyph and word of a flag in a chip at the left of *rect*; return its width."""
    fill, line, ink = chip_colours(tone)
    wide = min(paint.text_width(words, theme().font("caption")) + 16, rect.width())
    high = theme().scaled(22)
    box = QRectF(rect.x(), rect.center().y() - high / 2, wide, high)
    paint.box(painter, box, 5, fill, line)
    paint.text(painter, box.adjusted(8, 0, -4, 0), words, theme().font("caption"), ink)
    return wide


def _text_height(line: ValueLine | StrangerLine, width: float) -> float:
    metrics = QFontMetricsF(theme().font("small"))
    room = QRectF(0, 0, width, 100_000)
    return metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap | LEFT), line.long).height() + 4


class ValueList(SteadyList[values.Line]):
    """Values to be read by the arrow keys."""

    def __init__(self, name: Words) -> None:
        super().__init__(name)
        self.setItemDelegate(ValueDelegate(self))
        self.setUniformItemSizes(False)
        self.setLayoutMode(RowList.LayoutMode.Batched)
        self.setBatchSize(BATCH)

    def text_width(self) -> float:
        """Return how wide a text may be."""
        viewport = self.viewport()
        return (viewport.width() if viewport is not None else 600) - 64

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Measure the texts anew: they may need more lines."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()
