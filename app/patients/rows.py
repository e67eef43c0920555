"""The rows of the list, painted: a name is never cut short, what stands beside it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QModelIndex, QRectF, QSize, Qt
from PyQt6.QtGui import QFont, QFontMetricsF, QPainter, QTextLayout, QTextOption
from PyQt6.QtWidgets import QListView

from app.patients.lines import Heading, Line, PatientLine
from app.ui import paint
from app.ui.icons import paint_icon
from app.ui.marks import chip_colours
from app.ui.rows import Model, RowDelegate, RowList
from app.ui.theme import theme

if TYPE_CHECKING:
    from PyQt6.QtGui import QColor, QResizeEvent
    from PyQt6.QtWidgets import QStyleOptionViewItem

    from app.search import Span
    from app.ui.words import Words

ROW, HEAD, STRIP, MORE = 58, 34, 56, 20
"""Heights: a patient, a heading, the warning, one more line of a long name."""
PAD, GAP, LINE = 14, 8, 20
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute


class FoundModel(Model[Line]):
    """Headings cannot be chosen."""

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """Let only patients be chosen."""
        if isinstance(index.data(Qt.ItemDataRole.UserRole), Heading):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class FoundDelegate(RowDelegate):
    """Paints patients, headings and the warning of look-alikes."""

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802 -- Qt's name
        """Give a long name as many lines as it needs."""
        line, scaled = index.data(Qt.ItemDataRole.UserRole), theme().scaled
        if isinstance(line, Heading):
            return QSize(0, scaled(STRIP if line.warns else HEAD))
        view = self.parent()
        assert isinstance(view, FoundList)
        return QSize(0, scaled(ROW) + (view.lines_needed(line.name) - 1) * scaled(MORE))

    def paint_line(self, painter: QPainter, rect: QRectF, line: Any, _index: QModelIndex) -> None:
        """Paint one row."""
        if isinstance(line, PatientLine):
            _paint_patient(painter, rect.adjusted(PAD, 0, -PAD, 0), line)
        elif line.warns:
            _paint_strip(painter, rect, str(line.words))
        else:
            painter.fillRect(rect, theme().color("surface"))
            words = rect.adjusted(PAD, 6, -PAD, 0)
            paint.text(painter, words, str(line.words), theme().font("small"), theme().color("text_2"), _LEFT)


class FoundList(RowList[Line]):
    """The list of patients: arrows pass over headings, ↵ or a click opens."""

    def __init__(self, name: Words) -> None:
        super().__init__(name)
        self.shown = FoundModel()
        self.shown.setParent(self)
        self.setModel(self.shown)
        self.setItemDelegate(FoundDelegate(self))
        self.setUniformItemSizes(False)
        self._needed: dict[tuple[str, int, int], int] = {}

    def moveCursor(  # noqa: N802 -- Qt's name
        self, action: QListView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Let Home reach the first patient, behind the heading."""
        home = action == QListView.CursorAction.MoveHome
        return self.first() if home else super().moveCursor(action, modifiers)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Measure the names anew: they may need more lines."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def lines_needed(self, name: str) -> int:
        """Return on how many lines a name stands; remembered as long as this list lives, so that no lock leaves it behind."""
        viewport = self.viewport()
        width = (viewport.width() if viewport is not None else self.width()) - 2 * PAD
        key = (name, width, theme().text_percent)
        if key not in self._needed:
            self._needed[key] = len(_wrapped(name, width, theme().font("body_strong")))
        return self._needed[key]

    def first(self) -> QModelIndex:
        """Return the first patient; an invalid index when there is none."""
        rows = (row for row, line in enumerate(self.shown.lines) if isinstance(line, PatientLine))
        return self.shown.index(next(rows, -1))


def _paint_patient(painter: QPainter, rect: QRectF, line: PatientLine) -> None:
    color, small = theme().color, theme().font("small")
    high = theme().scaled(LINE)
    name, detail = line.marked
    lines = _wrapped(line.name, rect.width(), theme().font("body_strong"))
    top = rect.center().y() - (len(lines) + 1) * high / 2
    right = rect.right()
    if line.chips:
        row = len(lines) if len(lines) > 1 or _crowded(rect.width(), line) else 0
        right = _paint_chip(painter, rect, top + row * high, line.chips[0])
    done = 0
    for place, words in enumerate(lines):
        box = QRectF(rect.x(), top + place * high, rect.width(), high)
        spans = _inside(name, done, done + len(words))
        used = _paint_marked(painter, box, words, spans, "body_strong")
        done += len(words)
    beside = QRectF(rect.x() + used + GAP, top + (len(lines) - 1) * high, 0, high)
    beside.setRight(right if line.chips and not row else rect.right())
    if beside.width() > 30:
        paint.text(painter, beside, line.beside, small, color("text_2"), _LEFT)
    below = QRectF(rect.x(), top + len(lines) * high, rect.width(), high)
    used = _paint_marked(painter, below, line.detail, detail, "small")
    _paint_aside(painter, below.adjusted(used + GAP, 0, 0, 0), line)


def _crowded(width: float, line: PatientLine) -> bool:
    """Tell whether name, age and chip have no room side by side, and the chip has some on the line below."""
    used = paint.text_width(line.name, theme().font("body_strong")) + GAP
    used += paint.text_width(line.beside, theme().font("small")) + GAP + _chip_width(line.chips[0])
    return used > width and not line.found.inside and len(line.chips) == 1


def _chip_width(chip: tuple[str, str, str]) -> float:
    return 18 + paint.text_width(chip[0], theme().font("caption"))


def _paint_chip(painter: QPainter, rect: QRectF, top: float, chip: tuple[str, str, str]) -> float:
    """Paint the chip at the right of the line at *top*; return where the room for words ends."""
    words, _icon, tone = chip
    width, high = _chip_width(chip), theme().scaled(22)
    place = QRectF(rect.right() - width, top - 1, width, high)
    fill, edge, ink = chip_colours(tone)
    paint.box(painter, place, 5, fill, edge)
    paint.text(painter, place, words, theme().font("caption"), ink, Qt.AlignmentFlag.AlignHCenter)
    return place.left() - GAP


def _paint_aside(painter: QPainter, rect: QRectF, line: PatientLine) -> None:
    """Paint, at the right of the second line, where the patient lies now, or what no chip had room for."""
    others = [words for words, *_ in line.chips[1:]]
    words = " · ".join([*others, line.found.unit] if line.found.inside else others)
    if rect.width() < 40 or not (words or line.found.inside):
        return
    font, ink = theme().font("small"), theme().color("text_2")
    icon = 20 if line.found.inside else 0
    width = min(paint.text_width(words, font), rect.width() - icon)
    x = rect.right() - width
    if icon:
        paint_icon(
            painter, "bed", QRectF(x - icon, rect.center().y() - 8, 16, 16), theme().color("accent_text")
        )
    paint.text(painter, QRectF(x, rect.y(), width, rect.height()), words, font, ink, _LEFT)


def _paint_strip(painter: QPainter, rect: QRectF, words: str) -> None:
    color = theme().color
    painter.fillRect(rect, color("warn_soft"))
    painter.fillRect(QRectF(rect.x(), rect.bottom() - 1, rect.width(), 1), color("warn_line"))
    paint_icon(
        painter, "alert-triangle", QRectF(rect.x() + PAD, rect.center().y() - 10, 20, 20), color("warn")
    )
    box = rect.adjusted(PAD + 28, 0, -PAD, 0)
    lines = _wrapped(words, box.width(), theme().font("small"))[:2]
    high = theme().scaled(18)
    for place, line in enumerate(lines):
        y = box.center().y() + (place - len(lines) / 2) * high
        paint.text(
            painter, QRectF(box.x(), y, box.width(), high), line, theme().font("small"), color("text"), _LEFT
        )


def _wrapped(words: str, width: float, font: QFont) -> list[str]:
    """Return *words* parted into the lines that they need."""
    if paint.text_width(words, font) <= width:
        return [words]
    layout = QTextLayout(words, font)
    option = QTextOption(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    lines = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(width, 40))
        lines.append(words[line.textStart() : line.textStart() + line.textLength()])
    layout.endLayout()
    return lines


def _inside(spans: tuple[Span, ...], start: int, end: int) -> tuple[Span, ...]:
    """Return the parts of *spans* between two places, counted from the first."""
    cut = ((max(a, start) - start, min(b, end) - start) for a, b in spans)
    return tuple((a, b) for a, b in cut if a < b)


def _paint_marked(painter: QPainter, rect: QRectF, words: str, spans: tuple[Span, ...], role: str) -> float:
    """Draw one line in one piece, what was typed underlined; return its width."""
    font, ink = theme().font(role), theme().color("text" if role == "body_strong" else "text_2")
    paint.text(painter, rect, words, font, ink, _LEFT)
    metrics = QFontMetricsF(font)
    width = metrics.horizontalAdvance(words)
    if not words.isascii() and any(_runs_left(char) for char in words):
        return width
    below = rect.center().y() + metrics.ascent() / 2 + 1
    for start, end in spans:
        left = metrics.horizontalAdvance(words[:start])
        _underline(painter, rect.x() + left, below, metrics.horizontalAdvance(words[:end]) - left)
    return width


def _underline(painter: QPainter, x: float, y: float, width: float) -> None:
    ink: QColor = theme().color("accent_text")
    painter.fillRect(QRectF(x, y, width, 1.5), ink)


def _runs_left(char: str) -> bool:
    return "\u0590" <= char <= "\u08ff" or "\ufb1d" <= char <= "\ufefc"
