"""The tab of movements: a rail, a dot for each, heads of visits between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QEvent, QRectF, Qt
from PyQt6.QtWidgets import QStackedWidget, QStyledItemDelegate, QToolTip, QVBoxLayout

from app.patients.person import moves
from app.patients.person.moves import MoveLine, VisitLine
from app.patients.person.part import Part, SteadyList, paint_mark, write
from app.ui import paint
from app.ui.panes import EmptyState
from app.ui.rows import RowDelegate
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from PyQt6.QtCore import QModelIndex
    from PyQt6.QtGui import QHelpEvent, QPainter
    from PyQt6.QtWidgets import QAbstractItemView, QStyleOptionViewItem, QWidget

    from app.patients.person.view import Record
    from app.ui.words import Words

DAY, WHOLE_DAY, DOT, ROOMY = 58, 84, 12.0, 300
"""Room for the day without and with its year, width of a dot, width from which chips have their icon."""


class MoveDelegate(RowDelegate):
    """Day and hour, the rail with its dot, what happened and where; the code of HL7 in the tooltip."""

    height = 56

    def __init__(self, parent: QWidget, edge: float) -> None:
        super().__init__(parent)
        self._edge = edge

    def paint_line(self, painter: QPainter, rect: QRectF, line: Any, index: QModelIndex) -> None:
        """Paint one line; nothing is chosen here, so the ground stays plain."""
        painter.fillRect(rect, theme().color("surface"))
        if isinstance(line, VisitLine):
            self._paint_visit(painter, rect, line)
        elif isinstance(line, MoveLine):
            self._paint_move(painter, rect, line, index)

    def _paint_visit(self, painter: QPainter, rect: QRectF, line: VisitLine) -> None:
        box = rect.adjusted(self._edge, 14, -self._edge, -4)
        paint.box(painter, box, 6, theme().color("sunken"))
        words = box.adjusted(12, 0, -12, 0)
        used = write(painter, words, line.title, "small_strong", "text") + 12
        write(
            painter,
            words.adjusted(used, 0, 0, 0),
            line.detail,
            "small",
            "accent_text" if line.running else "text_2",
        )

    def _paint_move(self, painter: QPainter, rect: QRectF, line: MoveLine, index: QModelIndex) -> None:
        x, high = rect.x() + self._edge, theme().scaled(20)
        right = Qt.AlignmentFlag.AlignRight
        day = theme().scaled(WHOLE_DAY if self._edge else DAY)
        write(painter, QRectF(x, rect.y() + 6, day, high), line.day, "small_strong", "text", align=right)
        write(
            painter, QRectF(x, rect.y() + 6 + high, day, high), line.clock, "caption", "text_2", align=right
        )
        rail = x + day + 18
        _paint_rail(painter, rect, rail, index)
        _paint_dot(painter, QRectF(rail - DOT / 2, rect.y() + 6 + high / 2 - DOT / 2, DOT, DOT), line)
        box = QRectF(rail + 18, rect.y() + 6, rect.right() - self._edge - rail - 18, high)
        self._paint_words(painter, box, line)

    def _paint_words(self, painter: QPainter, box: QRectF, line: MoveLine) -> None:
        """Write what happened; a chip stands beside it, below it where there is little room."""
        struck, below = line.stay.cancelled, box.translated(0, box.height())
        tone, fainter = ("text_3", "text_3") if struck else ("text", "text_2")
        if line.mark is not None:
            roomy = box.width() > ROOMY
            beside = box if roomy else below
            end = paint_mark(painter, beside.right(), beside.center().y(), line.mark, icon=roomy) - 8
            beside.setRight(end)
        write(painter, box, line.title, "body_strong", tone, struck=struck)
        detail = paint.whole_parts(line.detail, theme().font("small"), below.width())
        write(painter, below, detail, "small", fainter, struck=struck)

    def helpEvent(  # noqa: N802 -- Qt's name
        self,
        event: QHelpEvent | None,
        view: QAbstractItemView | None,
        option: QStyleOptionViewItem,
        index: QModelIndex,
    ) -> bool:
        """Show the movement as the sender wrote it."""
        line = index.data(Qt.ItemDataRole.UserRole)
        if event is None or event.type() != QEvent.Type.ToolTip or not isinstance(line, MoveLine):
            return QStyledItemDelegate.helpEvent(self, event, view, option, index)
        QToolTip.showText(event.globalPos(), line.code, view)
        return True


def _paint_rail(painter: QPainter, rect: QRectF, x: float, index: QModelIndex) -> None:
    """Paint the rail from the first movement of a visit to its last."""
    model, middle = index.model(), rect.y() + 6 + theme().scaled(20) / 2
    beside = [
        model.index(index.row() + step, 0).data(Qt.ItemDataRole.UserRole) if model is not None else None
        for step in (-1, 1)
    ]
    top = rect.y() if isinstance(beside[0], MoveLine) else middle
    bottom = rect.bottom() + 1 if isinstance(beside[1], MoveLine) else middle
    painter.fillRect(QRectF(x - 1, top, 2, bottom - top), theme().color("line"))


def _paint_dot(painter: QPainter, rect: QRectF, line: MoveLine) -> None:
    """Fill the dot of a coming in; leave the others open; grey what is cancelled or was entered later."""
    color = theme().color
    faint = line.stay.cancelled or line.stay.historic
    ink = color("line_strong" if faint else "accent")
    full = line.event in moves.ENTRIES and not line.stay.cancelled
    paint.box(painter, rect, DOT / 2, ink)
    if not full:
        paint.box(painter, rect.adjusted(2.5, 2.5, -2.5, -2.5), DOT / 2, color("surface"))


class MoveList(SteadyList[moves.Line]):
    """Movements to be read by the arrow keys."""

    def __init__(self, name: Words, edge: float = 20.0) -> None:
        super().__init__(name)
        self.setItemDelegate(MoveDelegate(self, edge))


class MovesPart(Part):
    """All movements, or how they come."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._bar = self.printing()
        column.addWidget(self._bar)
        self.list = MoveList(say("person.tab.moves"))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(EmptyState("bed", say("person.moves.none"), say("person.moves.none.detail")))
        column.addWidget(self._stack, 1)

    def show_record(self, record: Record) -> None:
        """Show the movements."""
        lines = record.movements
        self.list.show_lines(lines)
        self._stack.setCurrentIndex(0 if lines else 1)
        self._bar.setVisible(bool(lines))

    def clear(self) -> None:
        """Let go of them."""
        self.list.show_lines(())

    def first(self) -> QWidget:
        """Return the list."""
        return self.list
