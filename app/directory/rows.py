"""How one person is painted in the list, and the heads of the columns above."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFontMetricsF, QPainter, QTextLayout, QTextOption
from PyQt6.QtWidgets import QSizePolicy, QWidget

from app.directory.looks import LEVELS, calling, level_words
from app.directory.model import HERE, PeopleModel
from app.i18n import language
from app.ui import paint
from app.ui.here import DOT, here_width, paint_here
from app.ui.icons import paint_icon
from app.ui.marks import paint_avatar
from app.ui.rows import LineView, RowDelegate, paint_chip
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from PyQt6.QtCore import QModelIndex
    from PyQt6.QtGui import QFont, QPaintEvent, QResizeEvent

    from app.directory.book import Person

ROW, HEAD, ROOMY = 54, 36, 640
PAD, AVATAR, GAP, STAR = 16, 34, 10, 14


@dataclass(frozen=True)
class Columns:
    """Left edge and width of each column in a list *width* px wide."""

    name: tuple[float, float]
    calling: tuple[float, float]
    place: tuple[float, float]
    key: tuple[float, float]
    here: tuple[float, float]

    @classmethod
    def of(cls, width: float, *, shared: bool) -> Columns:
        """Give key and, where anybody shares it, presence as much as their longest words need, the name a little more than half of the rest.

        In a narrow list presence has its dot alone.
        """
        return _columns(width, language(), theme().text_percent, shared)


@lru_cache(maxsize=8)
def _columns(width: float, _language: str, _percent: int, shared: bool) -> Columns:
    key = max(_chip_width(str(level_words(level))) for level in LEVELS)
    roomy = width >= theme().scaled(ROOMY)
    here = (GAP + max(here_width(), _head_width("here")) if roomy else GAP + DOT) if shared else 0
    left, right = PAD + AVATAR + GAP, width - PAD - key - here
    room = right - left - 3 * GAP
    name, calling = room * 0.42, room * 0.31
    middle, last = left + name + GAP, left + name + calling + 2 * GAP
    return Columns(
        (left, name),
        (middle, calling),
        (last, right - GAP - last),
        (right, key),
        (right + key + GAP, max(here - GAP, 0)),
    )


class Heads(QWidget):
    """The names of the columns."""

    def __init__(self, people: PeopleList) -> None:
        super().__init__()
        self._people = people
        people.resized.connect(self.update)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """As high as its words need."""
        return QSize(0, theme().scaled(HEAD))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the words and the line below."""
        painter = paint.painter_for(self)
        painter.fillRect(self.rect(), theme().color("sunken"))
        viewport = self._people.viewport()
        model = self._people.model()
        shared = isinstance(model, PeopleModel) and model.shared
        columns = Columns.of(viewport.width() if viewport is not None else self.width(), shared=shared)
        font, ink = theme().font("caption"), theme().color("text_2")
        for name in ("name", "calling", "place", "key", "here"):
            x, width = getattr(columns, name)
            if width < _head_width(name) and name == "here":
                continue
            x = PAD if name == "name" else x
            paint.text(painter, QRectF(x, 0, width, self.height()), str(_head(name)), font, ink)
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), theme().color("line"))


def _head(name: str) -> object:
    return say(f"directory.column.{name}")


class PersonDelegate(RowDelegate):
    """Avatar, name on one or two lines, what they do, where, key."""

    height = ROW

    def paint_line(self, painter: QPainter, rect: QRectF, line: Person, index: QModelIndex) -> None:
        """Paint one person."""
        painter.translate(rect.topLeft())
        model = index.model()
        columns = Columns.of(rect.width(), shared=isinstance(model, PeopleModel) and model.shared)
        _paint_person(painter, columns, rect.height(), line)
        here = index.data(HERE)
        if here:
            x, room = columns.here
            paint_here(painter, QRectF(x, 0, room, rect.height()), here, words=room > DOT)


def _paint_person(painter: QPainter, columns: Columns, height: float, person: Person) -> None:
    color, font = theme().color, theme().font
    paint_avatar(painter, QRectF(PAD, (height - AVATAR) / 2, AVATAR, AVATAR), person.name)
    x, room = columns.name
    if person.favourite:
        paint_icon(
            painter, "star", QRectF(x + room - STAR, (height - STAR) / 2, STAR, STAR), color("accent_text")
        )
        room -= STAR + 4
    _two_lines(painter, QRectF(x, 3, room, height - 7), person.name, font("subhead"), color("text"))
    x, room = columns.calling
    paint.text(painter, QRectF(x, 0, room, height), str(calling(person)), font("small"), color("text_2"))
    x, room = columns.place
    place = person.listed.structure
    paint.text(painter, QRectF(x, 0, room, height), place, font("small"), color("text_2"))
    x, room = columns.key
    high = theme().scaled(24)
    icon, tone = LEVELS[person.level]
    paint_chip(
        painter, QRectF(x, (height - high) / 2, room, high), str(level_words(person.level)), icon, tone
    )


def _head_width(name: str) -> float:
    return paint.text_width(str(_head(name)), theme().font("caption"))


def _chip_width(words: str) -> float:
    return paint.text_width(words, theme().font("caption")) + 40


def _two_lines(painter: QPainter, rect: QRectF, words: str, font: QFont, color: QColor) -> None:
    """Draw *words* on at most two lines, centred in height; only what the second cannot hold is left out."""
    if paint.text_width(words, font) <= rect.width():
        paint.text(painter, rect, words, font, color, _LEFT)
        return
    layout = QTextLayout(words, font)
    option = QTextOption(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    first = layout.createLine()
    first.setLineWidth(rect.width())
    layout.endLayout()
    cut = first.textLength()
    height = min(QFontMetricsF(font).lineSpacing(), rect.height() / 2)
    top = rect.center().y() - height
    lines = (words[:cut].rstrip(), words[cut:].lstrip())
    for place, line in enumerate(lines):
        box = QRectF(QPointF(rect.x(), top + place * height), rect.bottomRight())
        box.setHeight(height)
        paint.text(painter, box, line, font, color, _LEFT)


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute


class PeopleList(LineView):
    """The list: arrows move, ↵ opens; hundreds scroll smoothly."""

    resized = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setItemDelegate(PersonDelegate(self))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Tell the heads of the columns: the scroll bar takes room, or gives it back."""
        super().resizeEvent(event)
        self.resized.emit()
