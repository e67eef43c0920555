"""A list of documents: icon, title, author and what became of it, the day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QRectF

from app.patients.person.papers import PaperLine
from app.patients.person.part import mark_width, paint_mark, write
from app.ui import paint
from app.ui.icons import paint_icon
from app.ui.rows import RowDelegate, RowList
from app.ui.theme import theme

if TYPE_CHECKING:
    from PyQt6.QtCore import QModelIndex
    from PyQt6.QtGui import QPainter

    from app.ui.words import Words


ROOMY = 460
"""Width from which chips have their icon and days their year."""


class PaperDelegate(RowDelegate):
    """Icon, title, author; a chip or the day at the right."""

    height = 54

    def paint_line(self, painter: QPainter, rect: QRectF, line: Any, _index: QModelIndex) -> None:
        """Paint one document; one that was withdrawn is struck through, an earlier version stands further right."""
        shown: PaperLine = line
        roomy = rect.width() > ROOMY
        box = (
            rect.adjusted(20 + (28 if shown.older else 0), 0, -20, 0)
            if roomy
            else rect.adjusted(12, 0, -12, 0)
        )
        middle, high = box.center().y(), theme().scaled(20)
        paint_icon(painter, shown.icon, QRectF(box.x(), middle - 10, 20, 20), theme().color("text_2"))
        title = QRectF(box.x() + 32, middle - high, box.width() - 32, high)
        role = "body" if shown.older else "body_strong"
        beside = title.left() + paint.text_width(shown.title, theme().font(role)) < _aside_left(
            box, shown, roomy=roomy
        )
        below = title.translated(0, high)
        right = _paint_aside(painter, box if beside or roomy else below.translated(0, 2), shown, roomy=roomy)
        below.setRight(right)
        if beside or roomy:
            title.setRight(right)
        gone = shown.paper.withdrawn
        write(painter, title, shown.title, role, "text_3" if gone else "text", struck=gone)
        detail = paint.whole_parts(shown.detail, theme().font("small"), below.width())
        write(painter, below, detail, "small", "text_2")


def _aside_left(box: QRectF, shown: PaperLine, *, roomy: bool) -> float:
    """Return where chip and day begin: a title that has no room before them pushes them to the second line."""
    chip = mark_width(shown.mark, icon=roomy) + 10 if shown.mark is not None else 0.0
    day = paint.text_width(shown.aside if roomy else shown.short_day, theme().font("small")) + 10
    return box.right() - chip - (day if shown.mark is None or roomy else 0.0)


def _paint_aside(painter: QPainter, box: QRectF, shown: PaperLine, *, roomy: bool) -> float:
    """Paint the chip and the day, one of them where there is little room, at the right of *box*; return where they begin."""
    right = box.right()
    if shown.mark is not None:
        right = paint_mark(painter, right, box.center().y(), shown.mark, icon=roomy) - 10
    if shown.mark is None or roomy:
        aside = shown.aside if roomy else shown.short_day
        wide = paint.text_width(aside, theme().font("small"))
        write(painter, QRectF(right - wide, box.y(), wide, box.height()), aside, "small", "text_2")
        right -= wide + 10
    return right


class PaperList(RowList[PaperLine]):
    """Documents to open by ↵ or a click."""

    def __init__(self, name: Words) -> None:
        super().__init__(name)
        self.setItemDelegate(PaperDelegate(self))
