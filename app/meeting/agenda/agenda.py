"""The agenda as a list: week by week, a row a date, hundreds of them at the cost of those that are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QModelIndex, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QFont, QPainter

from app.meeting.agenda.weeks import Line
from app.ui import paint
from app.ui.rows import Model, RowDelegate, RowList, paint_chip
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtWidgets import QStyleOptionViewItem

HEIGHT, HEAD, PAD, GAP, TIME = 60, 40, 16, 12, 84
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute


class _Model(Model[Line]):
    """The head of a week is no place for the cursor."""

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """Let only dates be chosen."""
        line = index.data(Qt.ItemDataRole.UserRole)
        if line is None or line.occurrence is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class _Delegate(RowDelegate):
    """Paints a week's head, or a date: when at the left, the title, what it is, its chip."""

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802 -- Qt's name
        """Heads are lower than dates."""
        line = index.data(Qt.ItemDataRole.UserRole)
        return QSize(0, theme().scaled(HEIGHT if line is not None and line.occurrence is not None else HEAD))

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint a date as rows are, a head without their ground."""
        line = index.data(Qt.ItemDataRole.UserRole)
        if painter is None or line is None or line.occurrence is not None:
            super().paint(painter, option, index)
            return
        rect = QRectF(option.rect)
        painter.fillRect(rect, theme().color("sunken"))
        painter.fillRect(QRectF(rect.x(), rect.bottom() - 1, rect.width(), 1), theme().color("line"))
        words = rect.adjusted(PAD, 0, -PAD, 0)
        paint.text(painter, words, line.title, theme().font("small_strong"), theme().color("text_2"), _LEFT)

    def paint_line(self, painter: QPainter, rect: QRectF, line: Any, _index: QModelIndex) -> None:
        """Paint what stands in a date's row."""
        high = theme().scaled(20)
        top = rect.center().y() - high
        wide = theme().scaled(TIME)
        when = QRectF(rect.x() + PAD, top, wide, high)
        strong, small = theme().font("body_strong"), theme().font("small")
        tone = "text_3" if line.off else "text"
        paint.text(painter, when, line.at, strong, theme().color(tone), _LEFT)
        paint.text(painter, when.translated(0, high), line.below, small, theme().color("text_2"), _LEFT)
        right = _paint_mark(painter, rect.adjusted(0, 0, -PAD, 0), line)
        x = when.right() + GAP
        name = QRectF(x, top if line.detail else rect.center().y() - high / 2, right - GAP - x, high)
        paint.text(
            painter, name, line.title, _struck(strong) if line.off else strong, theme().color(tone), _LEFT
        )
        if line.detail:
            below = QRectF(x, top + high, name.width(), high)
            paint.text(painter, below, line.detail, small, theme().color("text_2"), _LEFT)


def _struck(font: QFont) -> QFont:
    struck = QFont(font)
    struck.setStrikeOut(True)
    return struck


def _paint_mark(painter: QPainter, rect: QRectF, line: Line) -> float:
    if line.mark is None:
        return rect.right()
    high = theme().scaled(24)
    width = 39 + paint.text_width(line.mark[0], theme().font("caption"))
    paint_chip(painter, QRectF(rect.right() - width, rect.center().y() - high / 2, width, high), *line.mark)
    return rect.right() - width


class Agenda(RowList[Line]):
    """`moved` tells that another date is chosen; `entered` carries the key of one that was opened by ↵ or two clicks."""

    moved = pyqtSignal()
    entered = pyqtSignal()

    def __init__(self) -> None:
        super().__init__(say("join.known"), None)
        self.shown = _Model()
        self.setModel(self.shown)
        self.setItemDelegate(_Delegate(self))
        self.setUniformItemSizes(False)
        self.activated.connect(self.entered)
        selection = self.selectionModel()
        assert selection is not None
        selection.currentChanged.connect(self.moved)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show *lines*; the chosen date stays chosen, else the first one is."""
        super().show_lines(lines)
        if not self.chosen:
            first = next((line.key for line in lines if line.occurrence is not None), "")
            self.choose(first)
        self.moved.emit()

    def key_of(self, tag: bytes, starts_s: int) -> str:
        """Return the key of a date, empty where it is not shown."""
        dates = ((one.key, one.occurrence) for one in self.shown.lines)
        wanted = tag, starts_s
        return next((key for key, one in dates if one and (one.meeting.tag, one.starts_s) == wanted), "")

    @property
    def line(self) -> Line | None:
        """The chosen date."""
        line: Line | None = self.currentIndex().data(Qt.ItemDataRole.UserRole)
        return line
