"""A row about a graded alert: its sign, who it is, what it is about, the ring of what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF

from app.ui import paint
from app.ui.grades import paint_grade, paint_ring
from app.ui.icons import paint_icon
from app.ui.theme import theme

if TYPE_CHECKING:
    from PyQt6.QtGui import QColor, QPainter

    from app.board import Gauge, Graded, Row

EDGE, GAP = 14.0, 12.0
SIGN, RING, ARROW = 26.0, 22.0, 18.0
BOTH = 310
"""From this width on name and symptom stand beside each other."""
NAME_SHARE = 0.54


class GradedPainter:
    """Paints one row into *rect*; `gone` rows are grey."""

    def __init__(self, painter: QPainter, rect: QRectF, row: Row, *, gone: bool) -> None:
        self._painter, self._rect, self._row, self._gone = painter, rect, row, gone

    def paint(self, graded: Graded) -> None:
        """Paint sign, words and ring."""
        left = self._paint_sign(graded.grade)
        right = self._paint_gauge(graded.gauge)
        name = paint.text_width(str(self._row.title), theme().font("body_strong"))
        share = (right - left) * NAME_SHARE
        if right - left < theme().scaled(BOTH) or name > share:
            self._paint_stacked(graded, left, right)
        else:
            self._paint_who(graded, left, left + share - GAP)
            self._paint_what(graded, left + share, right)

    def _paint_sign(self, grade: int) -> float:
        middle = self._rect.center().y()
        box = QRectF(EDGE, middle - SIGN / 2, SIGN, SIGN)
        if grade >= 0:
            paint_grade(self._painter, box, grade)
        else:
            paint_icon(self._painter, "alert-circle", box, theme().color("text_2"))
        return box.right() + GAP

    def _paint_gauge(self, gauge: Gauge) -> float:
        """Paint ring and time; return where the words must end."""
        font, middle = theme().font("small_strong"), self._rect.center().y()
        wide = max(float(theme().scaled(58)), paint.text_width(str(gauge.words), font))
        words = QRectF(self._rect.right() - EDGE - wide, middle - 12, wide, 24)
        paint_ring(self._painter, QRectF(words.left() - RING - 8, middle - RING / 2, RING, RING), gauge.share)
        paint.text(
            self._painter, words, str(gauge.words), font, self._ink("danger" if gauge.share <= 0 else "text")
        )
        return words.left() - RING - 8 - GAP

    def _paint_who(self, graded: Graded, left: float, right: float) -> None:
        first, second = self._lines(left, right)
        self._paint_name(graded, first)
        self._small(second, paint.whole_parts(str(self._row.detail), theme().font("small"), second.width()))

    def _paint_name(self, graded: Graded, line: QRectF) -> None:
        font, name = theme().font("body_strong"), str(self._row.title)
        paint.text(self._painter, line, name, font, self._ink("text"))
        after = line.left() + paint.text_width(name, font) + 7
        room, beside = line.right() - after, str(graded.beside)
        if paint.text_width(beside, theme().font("small")) <= room:  # half an age tells nothing
            self._small(QRectF(after, line.top(), room, line.height()), beside)

    def _paint_what(self, graded: Graded, left: float, right: float) -> None:
        first, second = self._lines(left, right)
        font, words = theme().font("body"), str(graded.title)
        room = first.adjusted(0, 0, -ARROW - 4, 0)
        paint.text(self._painter, room, words, font, self._ink("text"))
        at = min(left + paint.text_width(words, font) + 6, right - ARROW)
        if graded.icon:
            box = QRectF(at, first.center().y() - ARROW / 2, ARROW, ARROW)
            paint_icon(self._painter, graded.icon, box, self._ink(graded.tone))
        self._small(second, str(graded.detail))

    def _paint_stacked(self, graded: Graded, left: float, right: float) -> None:
        """Where there is no room beside each other: who on the first line, what on the second."""
        first, second = self._lines(left, right)
        self._paint_name(graded, first)
        self._small(second, " · ".join(part for part in (str(graded.title), str(graded.detail)) if part))

    def _small(self, line: QRectF, words: str) -> None:
        paint.text(self._painter, line, words, theme().font("small"), self._ink("text_2"))

    def _lines(self, left: float, right: float) -> tuple[QRectF, QRectF]:
        high, low = theme().scaled(21), theme().scaled(19)
        top = self._rect.center().y() - (high + low) / 2
        wide = max(right - left, 0.0)
        return QRectF(left, top, wide, high), QRectF(left, top + high, wide, low)

    def _ink(self, tone: str) -> QColor:
        return theme().color("text_disabled" if self._gone else tone)
