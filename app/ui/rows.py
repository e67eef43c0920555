"""Lists: one row an object, all of one height, each a full sentence for a screen reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from PyQt6.QtCore import QAbstractListModel, QEvent, QModelIndex, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.ui import paint
from app.ui.grades import paint_grade
from app.ui.graphemes import isolated
from app.ui.icons import paint_icon
from app.ui.marks import chip_colours, paint_avatar
from app.ui.pictures import Pictures
from app.ui.text import Named
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtWidgets import QAbstractItemView

    from app.ui.words import Words

HEIGHT, PAD, GAP, FACE = 60, 16, 12, 34
_PLACE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
_SEEN = QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver


class Line(Protocol):
    """What a list shows: known by its key, told in a sentence."""

    @property
    def key(self) -> str:
        """The same for the same object."""
        ...

    @property
    def sentence(self) -> str:
        """All that the row shows, read out."""
        ...


@dataclass(frozen=True)
class Row:
    """One object: what it is called, smaller words beside and below, a time or a number at the right.

    Before it stands a grade, an icon, or with `face` the initials of the name. `mark`: words, icon, tone of a chip.
    """

    key: str
    title: str
    beside: str = ""
    detail: str = ""
    aside: str = ""
    icon: str = ""
    face: bool = False
    grade: int | None = None
    mark: tuple[str, str, str] | None = None

    @property
    def sentence(self) -> str:
        """All that the row shows, read out."""
        grade = str(say("kit.grade", n=self.grade, name=say(f"kit.grade.{self.grade}"))) if self.grade else ""
        mark = self.mark[0] if self.mark is not None else ""
        parts = (grade, isolated(self.title), self.beside, self.detail, mark, self.aside)
        return ", ".join(part for part in parts if part)


L = TypeVar("L", bound=Line)


class Model(QAbstractListModel, Generic[L]):
    """Lines under UserRole, their sentences under AccessibleTextRole."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[L, ...] = ()

    def show_lines(self, lines: Sequence[L]) -> None:
        """Show *lines*; where the same objects stand in the same order, they are only painted again."""
        same = [one.key for one in lines] == [one.key for one in self.lines]
        if same and lines:
            self.lines = tuple(lines)
            self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))
        elif not same:
            self.beginResetModel()
            self.lines = tuple(lines)
            self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802 -- Qt's name
        """Return how many there are."""
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the line itself for painting, its sentence for reading."""
        if not 0 <= index.row() < len(self.lines):
            return None
        line = self.lines[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return line
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return line.sentence
        return None


class RowDelegate(QStyledItemDelegate):
    """Paints the ground of a row and its content; another content overrides `paint_line`."""

    height = HEIGHT

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:  # noqa: N802 -- Qt's name
        """All rows are equally high."""
        return QSize(0, theme().scaled(self.height))

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint one row."""
        line = index.data(Qt.ItemDataRole.UserRole)
        if painter is None or line is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect)
        paint_ground(painter, rect, option)
        self.paint_line(painter, rect, line, index)
        painter.restore()

    def paint_line(self, painter: QPainter, rect: QRectF, line: Any, _index: QModelIndex) -> None:
        """Paint what stands before, the words, what stands at the right."""
        assert isinstance(line, Row)
        x = rect.x() + PAD
        x += _paint_face(painter, QRectF(x, rect.center().y() - FACE / 2, FACE, FACE), line)
        right = _paint_aside(painter, rect.adjusted(0, 0, -PAD, 0), line)
        _paint_words(painter, QRectF(x, rect.y(), right - GAP - x, rect.height()), line)


class CopiedRowDelegate(RowDelegate):
    """Paints each row once for as long as it shows the same (`shown`), and copies it from then on."""

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self.pictures = Pictures(view)

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint one row."""
        line = index.data(Qt.ItemDataRole.UserRole)
        if painter is None or line is None:
            return

        def paint_row(onto: QPainter, rect: QRectF) -> None:
            paint_ground(onto, rect, option)
            self.paint_line(onto, rect, line, index)

        state = (*self.shown(line), option.state & _SEEN)
        self.pictures.draw(painter, option.rect, line.key, state, paint_row)

    def shown(self, line: Any) -> tuple[object, ...]:
        """Return all that the row of *line* depends on, itself by default."""
        return (line,)


def paint_ground(painter: QPainter, rect: QRectF, option: QStyleOptionViewItem) -> None:
    """Paint a row's ground: chosen, under the pointer or plain, and the hairline below."""
    color = theme().color
    if option.state & QStyle.StateFlag.State_Selected:
        painter.fillRect(rect, color("selected"))
        painter.fillRect(QRectF(rect.x(), rect.y(), 3, rect.height()), color("accent"))
    elif option.state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(rect, color("hover"))
    painter.fillRect(QRectF(rect.x(), rect.bottom() - 1, rect.width(), 1), color("line"))


def _paint_face(painter: QPainter, rect: QRectF, row: Row) -> float:
    """Paint grade, initials or icon; return the room that they take."""
    if row.face:
        paint_avatar(painter, rect, row.title)
    elif row.grade is not None:
        paint_grade(painter, rect.adjusted(4, 4, -4, -4), row.grade)
    elif row.icon:
        paint_icon(painter, row.icon, rect.adjusted(6, 6, -6, -6), theme().color("text_2"))
    else:
        return 0
    return FACE + GAP


def _paint_aside(painter: QPainter, rect: QRectF, row: Row) -> float:
    """Paint words, then chip, from the right; return where the room for the name ends."""
    right = rect.right()
    if row.aside:
        font = theme().font("small")
        width = paint.text_width(row.aside, font)
        box = QRectF(right - width, rect.y(), width, rect.height())
        paint.text(painter, box, row.aside, font, theme().color("text_2"))
        right -= width + GAP
    if row.mark is not None:
        high = theme().scaled(24)
        width = 39 + paint.text_width(row.mark[0], theme().font("caption"))
        box = QRectF(right - width, rect.center().y() - high / 2, width, high)
        paint_chip(painter, box, *row.mark)
        right -= width + GAP
    return right


def paint_chip(painter: QPainter, rect: QRectF, words: str, icon: str, tone: str) -> None:
    """Paint a chip inside a row: ground, icon, words."""
    fill, line, ink = chip_colours(tone)
    paint.box(painter, rect, 5, fill, line)
    paint_icon(painter, icon, QRectF(rect.x() + 9, rect.center().y() - 8, 16, 16), ink)
    paint.text(painter, rect.adjusted(30, 0, -4, 0), words, theme().font("caption"), ink)


def _paint_words(painter: QPainter, rect: QRectF, row: Row) -> None:
    """Paint the name with what stands beside it, and the smaller words below."""
    color, strong, small = theme().color, theme().font("body_strong"), theme().font("small")
    high = theme().scaled(20)
    top = rect.center().y() - (high if row.detail else high / 2)
    name = QRectF(rect.x(), top, rect.width(), high)
    paint.text(painter, name, row.title, strong, color("text"), _PLACE)
    used = paint.text_width(row.title, strong) + 8
    if row.beside and rect.width() - used > 40:
        beside = name.adjusted(used, 0, 0, 0)
        paint.text(painter, beside, row.beside, small, color("text_2"), _PLACE)
    if row.detail:
        below = QRectF(rect.x(), top + high, rect.width(), high)
        detail = paint.whole_parts(row.detail, small, below.width())
        paint.text(painter, below, detail, small, color("text_2"), _PLACE)


class LineView(QListView):
    """Rows of one height, without a frame; said and laid out again in another language or text size."""

    radius = 2.0

    def __init__(self) -> None:
        super().__init__()
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint again in the new language, lay out again for another text size."""
        super().changeEvent(event)
        if event is not None and event.type() in {QEvent.Type.LanguageChange, QEvent.Type.StyleChange}:
            self.scheduleDelayedItemsLayout()
            viewport = self.viewport()
            if viewport is not None:
                viewport.update()


class RowList(LineView, Generic[L]):
    """A list of lines: arrows move, ↵ or a click opens. Hundreds of rows cost no more than those that are seen."""

    opened = pyqtSignal(str)

    def __init__(self, name: Words, delegate: RowDelegate | None = None) -> None:
        super().__init__()
        self.shown: Model[L] = Model()
        self.shown.setParent(self)
        Named(self, name)
        self.setModel(self.shown)
        self.setItemDelegate(delegate or RowDelegate(self))
        self.activated.connect(self._open)
        self.clicked.connect(self._open)

    def show_lines(self, lines: Sequence[L]) -> None:
        """Show *lines*; the chosen one stays chosen where it is still there."""
        chosen = self.chosen
        self.shown.show_lines(lines)
        if chosen:
            self.choose(chosen)

    @property
    def chosen(self) -> str:
        """Key of the chosen line, or an empty one."""
        line = self.currentIndex().data(Qt.ItemDataRole.UserRole)
        return line.key if line is not None else ""

    def choose(self, key: str) -> None:
        """Choose a line by its key."""
        place = next((at for at, line in enumerate(self.shown.lines) if line.key == key), None)
        if place is not None:
            self.setCurrentIndex(self.shown.index(place))

    def _open(self, index: QModelIndex) -> None:
        line = index.data(Qt.ItemDataRole.UserRole)
        if line is not None:
            self.opened.emit(line.key)
