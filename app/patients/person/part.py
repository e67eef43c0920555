"""What every part of the page has in common, and lists that stay where they are when news come."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PyQt6.QtCore import QPoint, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QFont
from PyQt6.QtWidgets import QAbstractItemView, QHBoxLayout, QWidget

from app.ui import paint
from app.ui.buttons import Button
from app.ui.icons import paint_icon
from app.ui.marks import chip_colours
from app.ui.rows import Line, RowList
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QColor, QPainter, QPaintEvent

    from app.patients.person.view import Record
    from app.ui.buttons import Press
    from app.ui.words import Words

L = TypeVar("L", bound=Line)
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute


class Part(QWidget):
    """One tab. `acted` asks the page to do something on the patient, by name."""

    acted = pyqtSignal(str)

    def show_record(self, record: Record) -> None:
        """Show what *record* has of this part."""
        raise NotImplementedError

    def clear(self) -> None:
        """Let go of everything shown."""
        raise NotImplementedError

    def printing(self) -> QWidget:
        """Return the line above all of a part, with the way to have it on paper."""
        printer = Button(say("person.print"), size="s", icon="printer")
        printer.clicked.connect(lambda: self.acted.emit("print"))
        return bar(None, printer, margins=(20, 8, 20, 0))

    def show_one(self, _key: str) -> None:
        """Go to one thing of this part; a part that has no such things stays as it is."""

    def text(self, _act: str) -> str:
        """Return what is copied by *act*; empty for a part that has nothing to copy."""
        return ""

    def first(self) -> QWidget:
        """Return where the focus goes."""
        raise NotImplementedError


class SteadyList(RowList[L]):
    """A list to be read: what stands at its top stays there when lines come above; a ring marks the line of the keys."""

    def __init__(self, name: Words) -> None:
        super().__init__(name)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)

    def show_lines(self, lines: Sequence[L]) -> None:
        """Show *lines*; who reads further down goes on reading there."""
        bar = self.verticalScrollBar()
        assert bar is not None
        top = self.indexAt(QPoint(1, 1))
        line = top.data(Qt.ItemDataRole.UserRole) if bar.value() else None
        offset = self.visualRect(top).top()
        super().show_lines(lines)
        place = next((at for at, one in enumerate(lines) if line is not None and one.key == line.key), None)
        if place is not None:
            self.executeDelayedItemsLayout()
            self.scrollTo(self.shown.index(place), QAbstractItemView.ScrollHint.PositionAtTop)
            bar.setValue(bar.value() - offset)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the lines, then a ring around the one that the arrows reached."""
        super().paintEvent(event)
        viewport = self.viewport()
        if self.hasFocus() and viewport is not None and self.currentIndex().isValid():
            painter = paint.painter_for(viewport)
            place = self.visualRect(self.currentIndex()).toRectF().adjusted(2, 2, -2, -2)
            paint.box(painter, place, 4, None, theme().color("focus"))


def bar(*items: QWidget | None, margins: tuple[int, int, int, int] = (20, 10, 20, 10)) -> QWidget:
    """Return *items* side by side; None is the room that gives way."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(*margins)
    row.setSpacing(8)
    for item in items:
        if item is None:
            row.addStretch(1)
        else:
            row.addWidget(item, isinstance(item, Label))
    return holder


def heading(words: Words, *after: Press | Label) -> QWidget:
    """Return the title of a column with what stands at its right."""
    holder = bar(Label(words, "heading"), *after, margins=(0, 0, 0, 0))
    holder.setMinimumHeight(theme().scaled(28))
    return holder


def write(
    painter: QPainter,
    rect: QRectF,
    words: str,
    role: str,
    tone: str,
    *,
    struck: bool = False,
    align: Qt.AlignmentFlag = LEFT,
) -> float:
    """Draw one line, struck through where it does not hold; return its width."""
    font = QFont(theme().font(role))
    font.setStrikeOut(struck)
    color: QColor = theme().color(tone)
    paint.text(painter, rect, words, font, color, align)
    return paint.text_width(words, font)


def mark_width(mark: tuple[str, str, str], *, icon: bool) -> float:
    """Return the width of a chip."""
    return (39.0 if icon else 18.0) + paint.text_width(mark[0], theme().font("caption"))


def paint_mark(
    painter: QPainter, right: float, middle: float, mark: tuple[str, str, str], *, icon: bool
) -> float:
    """Paint words, icon and tone as a chip that ends at *right*; return where it begins."""
    words, name, tone = mark
    before = 30.0 if icon else 9.0
    wide = mark_width(mark, icon=icon)
    high = theme().scaled(24)
    box = QRectF(right - wide, middle - high / 2, wide, high)
    fill, line, ink = chip_colours(tone)
    paint.box(painter, box, 5, fill, line)
    if icon:
        paint_icon(painter, name, QRectF(box.x() + 9, middle - 8, 16, 16), ink)
    paint.text(painter, box.adjusted(before, 0, -4, 0), words, theme().font("caption"), ink)
    return box.x()
