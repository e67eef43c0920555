"""A list of documents: icon, title, author and what became of it, the day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QRectF

from app.patients.person.papers import PaperLine
from app.patients.person.part import write
from app.ui import paint
from app.ui.icons import paint_icon
from app.ui.rows import RowDelegate, RowList, paint_chip
from app.ui.theme import theme

if TYPE_CHECKING:
    from PyQt6.QtCore import QModelIndex
    from PyQt6.QtGui import QPainter

    from app.ui.words import Words


class PaperDelegate(RowDelegate):
    """Icon, title, author; a chip or the day at the right. `full` has room for everything."""

    height = 50

    def paint_line(self, painter: QPainter, rect: QRectF, line: Any, _index: QModelIndex) -> None:
        """Paint one document; one that was withdrawn is struck through, an earlier version stands further right."""
        shown: PaperLine = line
        box = rect.adjusted(14 + (28 if shown.older else 0), 0, -14, 0)
        middle, high = box.center().y(), theme().scaled(20)
        paint_icon(painter, shown.icon, QRectF(box.x(), middle - 10, 20, 20), theme().color("text_2"))
        right = box.right()
        if shown.mark is not None:
            wide = 39 + paint.text_width(shown.mark[0], theme().font("caption"))
            paint_chip(
                painter,
                QRectF(right - wide, middle - theme().scaled(12), wide, theme().scaled(24)),
                *shown.mark,
            )
            right -= wide + 8
        wide = paint.text_width(shown.aside, theme().font("small"))
        if shown.mark is None or box.width() > 420:
            write(painter, QRectF(right - wide, box.y(), wide, box.height()), shown.aside, "small", "text_2")
            right -= wide + 10
        words = QRectF(box.x() + 32, middle - high, right - box.x() - 32, high)
        gone = shown.paper.withdrawn
        write(
            painter,
            words,
            shown.title,
            "body" if shown.older else "body_strong",
            "text_3" if gone else "text",
            struck=gone,
        )
        write(painter, words.translated(0, high), shown.detail, "small", "text_2")


class PaperList(RowList[PaperLine]):
    """Documents to open by ↵ or a click."""

    def __init__(self, name: Words) -> None:
        super().__init__(name)
        self.setItemDelegate(PaperDelegate(self))
