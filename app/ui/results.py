"""The results of the palette: an item view, so that a screen reader finds every line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QAbstractListModel, QModelIndex, QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QFont, QFontMetricsF
from PyQt6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QWidget

from app.search import Group, Hit
from app.ui import paint
from app.ui.graphemes import isolated
from app.ui.icons import paint_icon
from app.ui.text import Named
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QColor, QPainter
    from PyQt6.QtWidgets import QStyleOptionViewItem

    from app.search import Span

ROW, HEAD = 44, 34
EDGE = 18.0


class ResultModel(QAbstractListModel):
    """Headings and hits in one list; headings cannot be chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[str | Hit] = []

    def show_groups(self, groups: Sequence[Group]) -> None:
        """Show other results."""
        self.beginResetModel()
        self.rows = []
        for group in groups:
            self.rows += [group.name, *group.hits]
        self.endResetModel()

    def rowCount(self, _parent: QModelIndex | None = None) -> int:  # noqa: N802 -- Qt's name
        """Return headings and hits together."""
        return len(self.rows)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the row itself for painting, sentences for reading; nothing of a row that a screen reader still asks for."""
        if not 0 <= index.row() < len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return str(say(f"palette.{row}")) if isinstance(row, str) else row.entry.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return str(say(f"palette.{row}")) if isinstance(row, str) else sentence(row)
        return None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """Let only hits be chosen."""
        if not isinstance(index.data(Qt.ItemDataRole.UserRole), Hit):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def hits(self) -> list[int]:
        """Return the rows that can be chosen."""
        return [place for place, row in enumerate(self.rows) if isinstance(row, Hit)]


def sentence(hit: Hit) -> str:
    """Return what a screen reader says of a hit."""
    entry = hit.entry
    mark = entry.mark[0] if entry.mark is not None else ""
    facts = (f"{label} {value}" for label, value in entry.facts)
    rest = facts if entry.facts else (" ".join(entry.caps),)
    parts = (isolated(entry.text), entry.detail, mark, *rest, entry.warning)
    return ", ".join(part for part in parts if part)


class ResultDelegate(QStyledItemDelegate):
    """Paints a heading, or icon, marked text, detail and keys."""

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802 -- Qt's name
        """One line each."""
        head = isinstance(index.data(Qt.ItemDataRole.UserRole), str)
        return QSize(100, theme().scaled(HEAD if head else ROW))

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint one row."""
        assert painter is not None
        painter.save()
        painter.setRenderHint(painter.RenderHint.Antialiasing)
        row, rect = index.data(Qt.ItemDataRole.UserRole), QRectF(option.rect)
        if isinstance(row, str):
            words = rect.adjusted(EDGE + 4, 6, -EDGE, 0)
            paint.text(painter, words, index.data(), _caption_strong(), theme().color("text_2"))
        else:
            chosen = bool(option.state & QStyle.StateFlag.State_Selected)
            _paint_hit(painter, rect, row, chosen)
        painter.restore()


def _caption_strong() -> QFont:
    font = QFont(theme().font("small"))
    font.setWeight(QFont.Weight.DemiBold)
    return font


def _paint_hit(painter: QPainter, rect: QRectF, hit: Hit, chosen: bool) -> None:
    color = theme().color
    if chosen:
        ground = rect.adjusted(8, 1, -8, -1)
        paint.box(painter, ground, 8, color("accent"))
        paint.box(painter, ground.adjusted(3, 0, 0, 0), 6, color("selected"))
    middle = rect.center().y()
    tone = color("accent_text" if chosen else "text_2")
    paint_icon(painter, hit.entry.icon, QRectF(rect.x() + EDGE + 4, middle - 10, 20, 20), tone)
    caps = hit.entry.caps or (("↵",) if chosen else ())
    right = rect.right() - EDGE - 4 - paint.keys_width(caps)
    if caps:
        paint.keys(painter, QPointF(right, middle), caps, color("text_2"), color("sunken"))
    x = rect.x() + EDGE + 36
    x += _marked(
        painter, QRectF(x, rect.y(), right - 12 - x, rect.height()), hit.entry.text, hit.text, "body"
    )
    if hit.entry.detail and right - x > 60:
        room = QRectF(x + 12, rect.y(), right - x - 24, rect.height())
        _marked(painter, room, hit.entry.detail, hit.detail, "small")


def _marked(painter: QPainter, rect: QRectF, words: str, spans: Sequence[Span], role: str) -> float:
    """Draw one line with what was typed bold and underlined; return how wide it came out."""
    plain, strong = theme().font(role), QFont(theme().font(f"{role}_strong"))
    ink = theme().color("text" if role == "body" else "text_2")
    shown = QFontMetricsF(strong).elidedText(words, Qt.TextElideMode.ElideRight, rect.width())
    if shown != words:
        spans = ()
    x, done = rect.x(), 0
    for start, end in spans:
        x += _piece(painter, x, rect, words[done:start], plain, ink)
        width = _piece(painter, x, rect, words[start:end], strong, theme().color("accent_text"))
        below = rect.center().y() + QFontMetricsF(strong).ascent() / 2 + 2
        painter.fillRect(QRectF(x, below, width, 1.5), theme().color("accent_text"))
        x, done = x + width, end
    x += _piece(painter, x, rect, shown[done:], plain, ink)
    return x - rect.x()


def _piece(painter: QPainter, x: float, rect: QRectF, words: str, font: QFont, ink: QColor) -> float:
    width = QFontMetricsF(font).horizontalAdvance(words)
    painter.setFont(font)
    painter.setPen(ink)
    where = QRectF(x, rect.y(), width + 4, rect.height())
    painter.drawText(where, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), words)
    return width


class ResultList(QListView):
    """Shows the results; the keyboard stays in the field above."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.found = ResultModel()
        self.setModel(self.found)
        self.setItemDelegate(ResultDelegate(self))
        Named(self, say("palette.results"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setProperty("bare", "true")
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        viewport = self.viewport()
        assert viewport is not None
        viewport.setAutoFillBackground(False)

    def show_groups(self, groups: Sequence[Group]) -> None:
        """Show other results, the first hit chosen."""
        self.found.show_groups(groups)
        self.choose(0)
        self.scrollToTop()

    def move_by(self, step: int) -> None:
        """Choose another hit, round and round."""
        hits, at = self.found.hits(), self.currentIndex().row()
        if hits:
            self.choose((hits.index(at) + step) % len(hits) if at in hits else 0)

    def choose(self, place: int) -> None:
        """Choose the hit number *place*."""
        hits = self.found.hits()
        if hits:
            self.setCurrentIndex(self.found.index(hits[place]))

    def choose_again(self, before: Hit | None) -> None:
        """Choose what was chosen *before* other results came, where it is still among them."""
        hits = [self.found.rows[place] for place in self.found.hits()]
        same = [
            i for i, hit in enumerate(hits) if isinstance(hit, Hit) and before and hit.entry == before.entry
        ]
        if same:
            self.choose(same[0])

    def chosen(self) -> Hit | None:
        """Return the hit that is chosen."""
        row = self.currentIndex().data(Qt.ItemDataRole.UserRole)
        return row if isinstance(row, Hit) else None

    def needed_height(self) -> int:
        """Return the height that shows everything."""
        heads = len(self.found.rows) - len(self.found.hits())
        return heads * theme().scaled(HEAD) + len(self.found.hits()) * theme().scaled(ROW)
