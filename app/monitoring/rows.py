"""The rows of the queue: made when they are seen, however many there are, and painted from one clock."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QModelIndex, QPoint, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QFontMetricsF, QKeyEvent
from PyQt6.QtWidgets import QAbstractItemView, QApplication

from app.monitoring import looks
from app.monitoring.queuemodel import AlertLine, QueueModel
from app.ui import paint
from app.ui.grades import paint_grade, paint_ring
from app.ui.icons import paint_icon
from app.ui.rows import CopiedRowDelegate, RowList
from app.ui.theme import theme
from app.ui.words import say
from storage.monitoring.records import Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from PyQt6.QtCore import QItemSelectionRange
    from PyQt6.QtGui import QPainter, QResizeEvent

    from app.interop.mapping import Mapping as Labels
    from app.monitoring.people import People
    from app.monitoring.ports import Item
    from app.monitoring.reading import Step

ROW, PAD, GLYPH, GAP, TIME, RING, LINE, LEAST = 72, 14, 28, 12, 64, 24, 20, 40
"""Height of a row; its margin; the grade; the room between; the column of the ring; the ring; one line of words; how little of them is worth it."""
MOST = 100
"""So many alerts are closed, or patients reminded, at once."""
SEEN = 40
"""So many rows are in sight at most."""
RING_MS = 5_000
"""So long a ring may stand still."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute
_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_MIDDLE = Qt.AlignmentFlag.AlignHCenter


class QueueDelegate(CopiedRowDelegate):
    """Paints one alert: grade, who, what, by when. The name is never cut short, what stands beside it is."""

    height = ROW

    def shown(self, line: Any) -> tuple[object, ...]:
        """Return what the row depends on; a ring may stand still for a moment."""
        assert isinstance(line, AlertLine)
        return (*line.shown, line.now_ms // RING_MS)

    def paint_line(self, painter: QPainter, rect: QRectF, line: Any, _index: QModelIndex) -> None:
        """Paint one row."""
        assert isinstance(line, AlertLine)
        scaled = theme().scaled
        if line.opened:
            painter.fillRect(QRectF(rect.x(), rect.y(), 3, rect.height()), theme().color("accent"))
        if line.where:
            painter.setOpacity(0.6)
        side = scaled(GLYPH)
        _paint_glyph(painter, QRectF(rect.x() + PAD, rect.center().y() - side / 2, side, side), line.item)
        time = QRectF(rect.right() - PAD - scaled(TIME), rect.y(), scaled(TIME), rect.height())
        _paint_time(painter, time, line)
        x = rect.x() + PAD + side + GAP
        _paint_words(painter, QRectF(x, rect.y(), time.x() - GAP - x, rect.height()), line)


def _paint_glyph(painter: QPainter, rect: QRectF, item: Item) -> None:
    icon = looks.glyph(item)
    if icon:
        ink = theme().color("danger" if item.ungraded else "text_2")
        paint_icon(painter, icon, rect.adjusted(3, 3, -3, -3), ink)
    else:
        paint_grade(painter, rect, item.grade)


def _paint_time(painter: QPainter, rect: QRectF, line: AlertLine) -> None:
    """Paint the ring and the words below; of what is closed nothing runs out any more."""
    item, scaled = line.item, theme().scaled
    if item.phase is Phase.CLOSED:
        paint_icon(
            painter,
            "circle-check",
            QRectF(rect.center().x() - 10, rect.center().y() - 10, 20, 20),
            theme().color("ok"),
        )
        return
    share, words = looks.share(item.due, line.now_ms), looks.left(item.due, line.now_ms)
    top = rect.center().y() - scaled(RING + LINE) / 2
    ring = QRectF(rect.center().x() - scaled(RING) / 2, top, scaled(RING), scaled(RING))
    paint_ring(painter, ring, share)
    ink = theme().color("danger" if share <= 0 else "text")
    below = QRectF(rect.x() - GAP, ring.bottom() + 2, rect.width() + 2 * GAP, scaled(LINE - 2))
    paint.text(painter, below, words, theme().font("small_strong"), ink, _MIDDLE)


def _paint_words(painter: QPainter, rect: QRectF, line: AlertLine) -> None:
    """Paint name, symptoms and treatment; a name that needs two lines takes that of the treatment."""
    item, high = line.item, theme().scaled(LINE)
    top = rect.center().y() - 1.5 * high
    rows = [QRectF(rect.x(), top + place * high, rect.width(), high) for place in range(3)]
    names = _broken(looks.name(item), rect.width())
    held = _paint_name(painter, rows, names, line)
    _paint_symptoms(painter, rows[len(names)], line)
    if len(names) == 1:
        _paint_below(painter, rows[2], line, held)


def _broken(name: str, width: float) -> list[str]:
    """Return a name on one line, or on two, broken where a word ends; the end of one that needs more is in the tooltip."""
    font = theme().font("body_strong")
    if paint.text_width(name, font) <= width:
        return [name]
    cut = len(name)
    while cut > 0 and paint.text_width(name[:cut], font) > width:
        cut = max(name.rfind(" ", 0, cut), name.rfind("-", 0, cut - 1) + 1)
    if cut <= 0:
        cut = next(
            at for at in range(len(name), 0, -1) if paint.text_width(name[:at], font) <= width or at == 1
        )
    return [name[:cut].rstrip(), name[cut:].lstrip()]


def _paint_name(painter: QPainter, rows: Sequence[QRectF], names: Sequence[str], line: AlertLine) -> str:
    """Paint the name, beside it the age, and at the right who has the alert; return that where there is no room for it."""
    color, strong, small = theme().color, theme().font("body_strong"), theme().font("small")
    for row, words in zip(rows, names, strict=False):
        paint.text(painter, row, words, strong, color("text"), _LEFT)
    row = rows[len(names) - 1]
    used = paint.text_width(names[-1], strong) + 8
    years = looks.age(line.item, line.now_ms)
    if years and row.width() - used > paint.text_width(years, small):
        paint.text(painter, row.adjusted(used, 0, 0, 0), years, small, color("text_2"), _LEFT)
        used += paint.text_width(years, small) + GAP
    aside, room = line.where or line.holder, row.width() - used
    must = bool(line.where) or line.item.phase is not Phase.NEW
    if room >= paint.text_width(aside, small) or (must and len(names) > 1 and room >= LEAST):
        paint.text(painter, row.adjusted(used, 0, 0, 0), aside, small, color("text_2"), _RIGHT)
        return ""
    return aside if must else ""


def _paint_symptoms(painter: QPainter, row: QRectF, line: AlertLine) -> None:
    font, item = theme().font("body"), line.item
    words = looks.symptoms(item, line.table)
    room = row.width() - (26 if item.symptoms else 0)
    paint.text(
        painter, QRectF(row.x(), row.y(), room, row.height()), words, font, theme().color("text"), _LEFT
    )
    if item.symptoms:
        icon, tone = looks.TRENDS[item.trend]
        x = row.x() + min(QFontMetricsF(font).horizontalAdvance(words), room) + 8
        paint_icon(painter, icon, QRectF(x, row.center().y() - 8, 16, 16), theme().color(tone))


def _paint_below(painter: QPainter, row: QRectF, line: AlertLine, held: str) -> None:
    """Paint what the row warns of, then who has it where that was not said above, and the treatment where there is room left."""
    small = theme().font("small")
    marks = looks.marks(line.item)
    words = " · ".join(told for _code, told in marks)
    used = 0.0
    if words:
        told = paint.whole_parts(words, small, row.width())
        paint.text(painter, row, told, small, theme().color("warn"), _LEFT)
        used = paint.text_width(told, small) + 8
    if row.width() - used > 60:
        rest = row.adjusted(used, 0, 0, 0)
        told = " · ".join(part for part in (held, looks.below(line.item)) if part)
        paint.text(painter, rest, told, small, theme().color("text_2"), _LEFT)


class QueueList(RowList[AlertLine]):
    """↵ or a click opens; with Ctrl or Maj several are chosen, for what can be done with many. `picked` tells that they are others."""

    picked = pyqtSignal()

    def __init__(self, people: People, now_ms: Callable[[], int], table: Callable[[], Labels]) -> None:
        super().__init__(say("monitoring.list"))
        self.queue = QueueModel(people, now_ms, table)
        self.queue.setParent(self)
        self.setModel(self.queue)
        self._delegate = QueueDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        chosen = self.selectionModel()
        assert chosen is not None
        chosen.selectionChanged.connect(lambda _new, _old: self.picked.emit())

    @property
    def current(self) -> bytes:
        """The alert of the row with the cursor, or b""."""
        row = self.currentIndex().row()
        return self.queue.items[row].alert if 0 <= row < len(self.queue.items) else b""

    @property
    def chosen_count(self) -> int:
        """How many rows are chosen."""
        return sum(rows.height() for rows in self._ranges())

    @property
    def selected(self) -> tuple[Item, ...]:
        """The rows that are chosen, from the top; the first `MOST` of more."""
        rows = sorted((one.top(), one.bottom()) for one in self._ranges())
        places = (row for top, bottom in rows for row in range(top, bottom + 1))
        return tuple(self.queue.items[row] for row in islice(places, MOST))

    def _ranges(self) -> Sequence[QItemSelectionRange]:
        chosen = self.selectionModel()
        if chosen is None:
            return ()
        found = chosen.selection()
        return [found[at] for at in range(found.count())]

    def choose_one(self) -> None:
        """Let no row be chosen but that of the cursor."""
        at, chosen = self.currentIndex(), self.selectionModel()
        if chosen is not None and at.isValid():
            chosen.select(at, chosen.SelectionFlag.ClearAndSelect)

    def show_items(
        self, items: tuple[Item, ...], place: Mapping[bytes, int], steps: Sequence[Step] | None
    ) -> None:
        """Show rows, by *steps* or anew; cursor and chosen ones stay on their alerts, and what is seen where it is seen."""
        if not items:
            self._delegate.pictures.keep(set())
        if steps is None:
            self._show_anew(items, place)
            return
        if self.current not in place:
            self._leave_row()
        anchor = self._anchor(place, {one.item.alert for one in steps})
        self.queue.show_items(items, place, steps)
        self._stay(anchor)

    def _show_anew(self, items: tuple[Item, ...], place: Mapping[bytes, int]) -> None:
        current, chosen = self.current, {one.alert for one in self.selected}
        bar = self.verticalScrollBar()
        at = bar.value() if bar is not None else 0
        self.queue.show_items(items, place, None)
        if current in place:
            self.choose_alert(current)
        for alert in chosen - {current}:
            self._add(alert)
        if bar is not None:
            bar.setValue(at)

    def _leave_row(self) -> None:
        """Have the cursor nowhere: it goes to no neighbour by itself, whom nobody chose."""
        chosen = self.selectionModel()
        if chosen is not None:
            chosen.clearCurrentIndex()

    def _anchor(self, place: Mapping[bytes, int], moving: Collection[bytes]) -> tuple[bytes, int] | None:
        """Return the first alert in sight that stays, and its row; none at the top of the list: the worst is to be seen there."""
        bar = self.verticalScrollBar()
        first = self.indexAt(QPoint(0, 0)).row()
        if bar is None or not bar.value() or first < 0:
            return None
        seen = ((one.alert, row) for row, one in enumerate(self.queue.items[first : first + SEEN], first))
        return next((one for one in seen if one[0] in place and one[0] not in moving), None)

    def _stay(self, anchor: tuple[bytes, int] | None) -> None:
        """Scroll by as much as what is in sight went up or down."""
        bar = self.verticalScrollBar()
        if bar is not None and anchor is not None and (by := self.row_of(anchor[0]) - anchor[1]):
            self.executeDelayedItemsLayout()
            bar.setValue(bar.value() + by * self.sizeHintForRow(0))

    def dataChanged(  # noqa: N802 -- Qt's name
        self, first: QModelIndex, last: QModelIndex, roles: Iterable[int] = ()
    ) -> None:
        """Paint rows again; nothing is laid out anew, as all are equally high."""
        QAbstractItemView.dataChanged(self, first, last, roles)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Keep the row of the cursor in sight where it was."""
        at, before = self.currentIndex(), event.oldSize().height() if event is not None else 0
        seen = at.isValid() and 0 <= self.visualRect(at).top() < before
        super().resizeEvent(event)
        if seen:
            self.scrollTo(at)

    def choose_alert(self, alert: bytes) -> None:
        """Put the cursor on an alert, if it is shown."""
        row = self.row_of(alert)
        if row >= 0:
            self.setCurrentIndex(self.queue.index(row))

    def row_of(self, alert: bytes) -> int:
        """Return the row of an alert, -1 where it is not shown."""
        row = self.queue.place.get(alert, -1)
        return row if 0 <= row < len(self.queue.items) else -1

    def choose_more(self, alerts: Collection[bytes], *, alone: bool) -> None:
        """Choose these rows too, *alone*: instead of those that are; the cursor goes to the first of them."""
        rows, chosen = sorted(map(self.row_of, alerts)), self.selectionModel()
        if chosen is None or not rows:
            return
        if alone:
            chosen.clearSelection()
            chosen.setCurrentIndex(self.queue.index(rows[0]), chosen.SelectionFlag.NoUpdate)
        for alert in alerts:
            self._add(alert)

    def _add(self, alert: bytes) -> None:
        row, chosen = self.row_of(alert), self.selectionModel()
        if row >= 0 and chosen is not None:
            chosen.select(self.queue.index(row), chosen.SelectionFlag.Select)

    def step(self, by: int) -> None:
        """Move the cursor up or down."""
        last = len(self.queue.items) - 1
        if last >= 0:
            row = self.currentIndex().row()
            self.setCurrentIndex(self.queue.index(max(0, min(last, row + by if row >= 0 else 0))))
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def tick(self) -> None:
        """Let the rings that are seen run on."""
        viewport = self.viewport()
        if viewport is not None:
            viewport.update()

    def mark(self, alert: bytes) -> None:
        """Show which alert is open."""
        before, self.queue.opened = self.queue.opened, alert
        for one in (before, alert):
            row = self.row_of(one)
            if row >= 0:
                self.update(self.queue.index(row))

    def _open(self, index: QModelIndex) -> None:
        """Open a row, unless it is being chosen among others."""
        choosing = QApplication.keyboardModifiers() & (_CTRL | _SHIFT)
        if not choosing and self.chosen_count < 2:
            super()._open(index)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Let letters be the keys of the page: no search by the first letter of a name."""
        if (
            event is not None
            and event.text().isalnum()
            and event.modifiers() == Qt.KeyboardModifier.NoModifier
        ):
            event.ignore()
            return
        super().keyPressEvent(event)
