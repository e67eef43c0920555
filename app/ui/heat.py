"""The heat map of symptoms: weeks side by side, a grade in each cell, read by the arrow keys; not answered is hatched."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPoint,
    QPointF,
    QRectF,
    QSize,
    Qt,
    pyqtSignal,
)
from PyQt6.QtGui import QBrush, QContextMenuEvent, QPainter, QPen, QPixmap, QPolygonF
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from app.i18n import tr
from app.ui import paint
from app.ui.icons import paint_icon
from app.ui.text import Named
from app.ui.theme import theme
from app.ui.weekly import NOT_ASKED, Symptoms
from app.ui.words import say
from storage.monitoring.records import NO_GRADE

if TYPE_CHECKING:
    from PyQt6.QtGui import QContextMenuEvent as ContextMenu
    from PyQt6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent

    from app.ui.weekly import SymptomRow

ROW, HEAD, INSET = 33, 28, 4
"""Height of a row and of the heads; so far from the left edge words begin, so that no ring lies on them."""
LABEL, NARROW_LABEL, TREND = 150, 96, 64
CELL, NARROWEST_CELL, WIDEST_CELL = 34, 20, 52
_MIDDLE = Qt.AlignmentFlag.AlignHCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute


class _Model(QAbstractTableModel):
    """Label, one column a week, the line of all weeks."""

    def __init__(self, parent: QTableView) -> None:
        super().__init__(parent)
        self.shown = Symptoms()

    def show_symptoms(self, shown: Symptoms) -> None:
        """Show *shown*; the same rows and weeks are only painted again, so that who reads stays where it was."""
        before, self.shown = self.shown, shown
        same = [one.key for one in before.rows] == [one.key for one in shown.rows]
        if same and before.weeks == shown.weeks and shown.rows:
            last = self.index(len(shown.rows) - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)
        else:
            self.beginResetModel()
            self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802 -- Qt's name
        """Return how many symptoms there are."""
        return 0 if parent is not None and parent.isValid() else len(self.shown.rows)

    def columnCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802 -- Qt's name
        """Return label, weeks and trend."""
        return 0 if parent is not None and parent.isValid() else len(self.shown.weeks) + 2

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell as it is painted, or as it is read out."""
        if not index.isValid() or index.row() >= len(self.shown.rows):
            return None
        row, column = self.shown.rows[index.row()], index.column() - 1
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role in {Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole}:
            return self._sentence(row, column)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if column < 0:
            return row.label
        return _sign(row.grades[column]) if column < len(row.grades) else _trend(row)

    def _sentence(self, row: SymptomRow, column: int) -> str:
        if 0 <= column < len(row.grades):
            return self.shown.sentence(row, column)
        told = row.label if column < 0 else _trend(row)
        return " · ".join(part for part in (told, row.muted) if part)

    def headerData(  # noqa: N802 -- Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the head of a column."""
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        if section == 0:
            return tr("weekly.symptom")
        return self.shown.weeks[section - 1] if section <= len(self.shown.weeks) else tr("weekly.trend")


def _sign(grade: int) -> str:
    return str(grade) if grade > 0 else {0: "·", NO_GRADE: "–"}.get(grade, "")


def _trend(row: SymptomRow) -> str:
    if len(row.told) < 2:
        return tr("weekly.trend.none")
    before, now = row.told[-2:]
    key = "worse" if now > before else "better" if now < before else "same"
    return tr(f"weekly.trend.{key}", symptom=row.label)


class _Head(QHeaderView):
    """Weeks above their columns; that of the answer of the day is bold."""

    def __init__(self, view: HeatMap) -> None:
        super().__init__(Qt.Orientation.Horizontal, view)
        self._view = view
        self.setSectionsClickable(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(8)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """One line."""
        return QSize(0, theme().scaled(HEAD))

    def paintSection(self, painter: QPainter | None, rect: Any, section: int) -> None:  # noqa: N802 -- Qt's name
        """Paint one head on the ground of the page."""
        model = self.model()
        if painter is None or model is None:
            return
        painter.save()
        box = QRectF(rect)
        painter.fillRect(box, theme().color("surface"))
        now = section == self._view.shown.now + 1 > 0
        font = theme().font("micro_label" if now else "caption")
        words = str(model.headerData(section, Qt.Orientation.Horizontal))
        if 0 < section <= len(self._view.shown.weeks) and paint.text_width(words, font) + 4 > box.width():
            words = words[1:]  # the number alone
        week = 0 < section <= len(self._view.shown.weeks)
        align = _MIDDLE if week else _LEFT
        box.adjust(0 if week else INSET, 0, 0, 0)
        paint.text(painter, box, words, font, theme().color("text" if now else "text_2"), align)
        painter.restore()


class _Cell(QStyledItemDelegate):
    """Paints a label, a grade on its colour, or the line of all weeks. A hundred cells show few grades: each is drawn once, then stamped."""

    def __init__(self, view: QTableView) -> None:
        super().__init__(view)
        self._stamps: dict[tuple[int, float, float, float], QPixmap] = {}
        theme().changed.connect(self._forget)

    def _forget(self) -> None:
        self._stamps.clear()

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint one cell and the ring of the one that the keys are at."""
        model = index.model()
        if painter is None or not isinstance(model, _Model) or index.row() >= len(model.shown.rows):
            return
        row, rect, week = model.shown.rows[index.row()], QRectF(option.rect), index.column() - 1
        if 0 <= week < len(row.grades):
            self._paint_grade(painter, rect, row.grades[week])
        else:
            _paint_side(painter, rect, row, label=week < 0)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint.box(painter, rect.adjusted(1, 1, -1, -1), 4, None, theme().color("focus"))
            paint.box(painter, rect.adjusted(2, 2, -2, -2), 3, None, theme().color("focus"))
            painter.restore()

    def _paint_grade(self, painter: QPainter, rect: QRectF, grade: int) -> None:
        device = painter.device()
        ratio = device.devicePixelRatioF() if device is not None else 1.0
        if not ratio.is_integer():
            rect, _hairline = paint.snapped(painter, rect)
        key = grade, rect.width(), rect.height(), ratio
        if key not in self._stamps:
            self._stamps[key] = _stamp(grade, rect, ratio)
        painter.drawPixmap(rect.topLeft(), self._stamps[key])


def _stamp(grade: int, rect: QRectF, ratio: float) -> QPixmap:
    """Return a cell as large as *rect* with its ground, for a display of so many pixels a point."""
    made = QPixmap(round(rect.width() * ratio), round(rect.height() * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(theme().color("surface"))
    painter = paint.painter_for(made)
    paint_cell(painter, QRectF(1, 1, rect.width() - 2, rect.height() - 2), grade)
    painter.end()
    return made


def _paint_side(painter: QPainter, rect: QRectF, row: SymptomRow, *, label: bool) -> None:
    """Paint what stands at the left of the weeks, or at their right."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(rect, theme().color("surface"))
    if label:
        _paint_label(painter, rect, row)
    else:
        _paint_line(painter, rect.adjusted(6, 8, -2, -8), row.grades)
    painter.restore()


def paint_cell(painter: QPainter, rect: QRectF, grade: int) -> None:
    """Draw the grade of one week: digit and colour, a point for none, hatching where nobody answered."""
    color = theme().color
    if grade >= 0:
        paint.box(painter, rect, 3, color(f"g{grade}"))
        font = theme().font("micro_label" if grade else "caption")
        paint.text(painter, rect, _sign(grade), font, color(f"g{grade}_ink"), _MIDDLE)
    elif grade == NOT_ASKED:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(color("line_strong"), Qt.BrushStyle.BDiagPattern))
        painter.setOpacity(0.55)
        painter.drawRect(rect)
        painter.setOpacity(1.0)
    else:
        paint.text(painter, rect, _sign(grade), theme().font("caption"), color("text_3"), _MIDDLE)


def _paint_label(painter: QPainter, rect: QRectF, row: SymptomRow) -> None:
    box = rect.adjusted(INSET, 0, -6, 0)
    if row.muted:
        paint_icon(
            painter, "bell-off", QRectF(box.x(), box.center().y() - 8, 16, 16), theme().color("text_2")
        )
        box.adjust(20, 0, 0, 0)
    worst = max(row.grades[-1:], default=0)
    font = theme().font("small_strong" if worst > 0 else "small")
    paint.text(painter, box, row.label, font, theme().color("text"), _LEFT)


def _paint_line(painter: QPainter, rect: QRectF, grades: tuple[int, ...]) -> None:
    """Draw the grades as a line, dotted over weeks that nobody answered."""
    rect.setWidth(min(rect.width(), theme().scaled(2 * TREND)))
    step, high = rect.width() / max(len(grades) - 1, 1), max(*grades, 3) if grades else 3
    runs: list[QPolygonF] = []
    for place, grade in enumerate(grades):
        if grade >= 0:
            if not place or grades[place - 1] < 0:
                runs.append(QPolygonF())
            runs[-1].append(QPointF(rect.x() + place * step, rect.bottom() - rect.height() * grade / high))
    ink = theme().color("text_2")
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(ink, 1.25, Qt.PenStyle.DotLine))
    for before, after in pairwise(runs):
        painter.drawLine(before.last(), after.first())
    for run in runs:
        painter.setPen(QPen(ink, 1.25 if run.size() > 1 else 2.5, cap=Qt.PenCapStyle.RoundCap))
        painter.drawPolyline(run) if run.size() > 1 else painter.drawPoint(run.first())


class HeatMap(QTableView):
    """As high as its rows: the page around it scrolls. `asked`: something is to be done about a symptom, by ↵, the menu key or the pointer."""

    radius = 4.0
    asked = pyqtSignal(str, QPoint)

    def __init__(self) -> None:
        super().__init__()
        Named(self, say("weekly.heat"))
        self._model = _Model(self)
        self.setModel(self._model)
        self.setItemDelegate(_Cell(self))
        self.setHorizontalHeader(_Head(self))
        side = self.verticalHeader()
        assert side is not None
        side.hide()
        side.setMinimumSectionSize(8)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setWordWrap(False)

    @property
    def shown(self) -> Symptoms:
        """What is shown."""
        return self._model.shown

    def show_symptoms(self, shown: Symptoms) -> None:
        """Show *shown*."""
        if shown != self.shown:
            self._model.show_symptoms(shown)
        self._fit()

    def choose(self, key: str) -> None:
        """Go to a symptom, in the week of the answer."""
        place = next((at for at, row in enumerate(self.shown.rows) if row.key == key), None)
        if place is not None:
            self.setCurrentIndex(self._model.index(place, max(self.shown.now + 1, 0)))

    def _fit(self) -> None:
        """Share the width among label, weeks and line; without the line where the weeks would become too narrow to read."""
        side, top, count = self.verticalHeader(), self.horizontalHeader(), len(self.shown.weeks)
        if side is None or top is None or not count:
            self.setFixedHeight(theme().scaled(HEAD))
            return
        label, trend = theme().scaled(LABEL), theme().scaled(TREND)
        roomy = (self.width() - label - 2 * trend) // count
        most = min(max(theme().scaled(CELL), roomy), theme().scaled(WIDEST_CELL))
        cell = min((self.width() - label - trend) // count, most)
        least = max(NARROWEST_CELL, int(paint.text_width("00", theme().font("micro_label"))))
        if cell < least:
            label, trend = theme().scaled(NARROW_LABEL), 0
            cell = max((self.width() - label) // count, least)
            label = max(label, self.width() - cell * count)
        widths = (label, *[cell] * count, trend and self.width() - label - cell * count)
        for column, width in enumerate(widths):
            self.setColumnHidden(column, not width)
            self.setColumnWidth(column, width)
        side.setDefaultSectionSize(theme().scaled(ROW))
        bar = self.horizontalScrollBar()
        below = bar.sizeHint().height() if bar is not None and sum(widths) > self.width() else 0
        self.setFixedHeight(top.sizeHint().height() + len(self.shown.rows) * theme().scaled(ROW) + below + 2)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the cells, then a frame around the worst of the answer."""
        super().paintEvent(event)
        viewport, now = self.viewport(), self.shown.now
        if viewport is None:
            return
        painter = paint.painter_for(viewport)
        for row in self.shown.worst:
            place = QRectF(self.visualRect(self._model.index(row, now + 1)))
            painter.setPen(QPen(theme().color("surface"), 1))
            painter.drawRoundedRect(place.adjusted(1.5, 1.5, -1.5, -1.5), 3, 3)
            painter.setPen(QPen(theme().color("text"), 2))
            painter.drawRoundedRect(place, 5, 5)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Share the width anew."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Measure anew for another text size."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.StyleChange and hasattr(self, "_model"):
            self._fit()

    def focusInEvent(self, event: Any) -> None:  # noqa: N802 -- Qt's name
        """Begin at the worst symptom of the day."""
        if not self.currentIndex().isValid() and self.shown.rows:
            self.choose(self.shown.rows[0].key)  # else Qt begins at the first label
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """↵ asks what can be done about the symptom."""
        row = self.currentIndex().data(Qt.ItemDataRole.UserRole)
        if event is not None and row is not None and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._ask(row, self.visualRect(self.currentIndex()).bottomLeft())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: ContextMenu | None) -> None:  # noqa: N802 -- Qt's name
        """Ask what can be done about the symptom under the pointer, or at the keys."""
        if event is None:
            return
        keys = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if keys else self.indexAt(event.pos())
        row = index.data(Qt.ItemDataRole.UserRole)
        if row is not None:
            self._ask(row, self.visualRect(index).bottomLeft())

    def _ask(self, row: SymptomRow, corner: QPoint) -> None:
        viewport = self.viewport()
        assert viewport is not None
        self.asked.emit(row.key, viewport.mapToGlobal(corner))
