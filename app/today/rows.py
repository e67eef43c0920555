"""One line of a column: a button as wide as the column, painted whole, read out as one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QFont, QPainterPath
from PyQt6.QtWidgets import QSizePolicy

from app.today.graded import GradedPainter
from app.ui import paint
from app.ui.buttons import Press
from app.ui.icons import paint_icon
from app.ui.marks import paint_avatar
from app.ui.rows import paint_chip
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from PyQt6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent

    from app.board import Graded, Mark, Row

EDGE, GAP = 14.0, 14.0
TWO_LINES, CHIP, CORNER, SIGN = 62, 24, 7, 20
_INKS = {"plain": "text_2", "accent": "accent_text"}
_WALKS = {
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
}


class RowButton(Press):
    """Opens what its row names. `walked` carries (columns, rows): an arrow key; `left`: the focus went away."""

    walked = pyqtSignal(int, int)
    left = pyqtSignal()
    radius = 6.0

    def __init__(self, row: Row) -> None:
        self.row = row
        self._top = self._bottom = self._gone = False
        super().__init__(sentence(row))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._run)

    def _run(self) -> None:
        if not self._gone:
            self.row.run()

    def show_row(self, row: Row, *, gone: bool = False) -> None:
        """Show the row as it is now; a `gone` one stays where it is, keeps the focus and opens nothing."""
        changed = row != self.row or gone != self._gone
        taller = bool(row.marks) != bool(self.row.marks)
        self.row, self._gone = row, gone
        if changed:
            self.say(sentence(row))
            self.speak(say("today.gone", what=sentence(row)) if gone else "")
            self.update()
        if taller:
            self.updateGeometry()

    def round_off(self, *, top: bool, bottom: bool) -> None:
        """Leave the corners of the frame around the column free."""
        self._top, self._bottom = top, bottom

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Two lines, and one of chips under them where the row begins with a time."""
        chips = CHIP + 6 if self.row.marks and not self.row.person else 0
        return QSize(200, theme().scaled(TWO_LINES + chips))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Walk by the arrows."""
        walk = _WALKS.get(Qt.Key(event.key())) if event is not None else None
        if walk is not None:
            self.walked.emit(*walk)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Tell that nothing holds the row any more."""
        super().focusOutEvent(event)
        self.left.emit()

    # --- painting -----------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the ground, what stands at the left, the words, what stands at the right."""
        painter = paint.painter_for(self)
        self._paint_ground(painter)
        if self.row.graded is not None:
            GradedPainter(painter, QRectF(self.rect()), self.row, gone=self._gone).paint(self.row.graded)
            return
        left = self._paint_left(painter)
        right = self._paint_right(painter)
        self._paint_words(painter, left, right)

    def _paint_ground(self, painter: QPainter) -> None:
        lit = self.underMouse() and not self._gone
        if self.row.strong or lit:
            tone = "pressed" if self.isDown() else "selected" if self.row.strong else "hover"
            painter.setClipPath(self._outline())
            painter.fillRect(self.rect(), theme().color(tone))
        if self.row.strong:
            painter.fillRect(QRectF(0, 0, 3, self.height()), theme().color("accent"))
        painter.setClipping(False)

    def _outline(self) -> QPainterPath:
        """Return the row's shape: round where the frame is."""
        path = QPainterPath()
        rect = QRectF(self.rect())
        rect.adjust(0, 0 if self._top else -CORNER, 0, 0 if self._bottom else CORNER)
        path.addRoundedRect(rect, CORNER, CORNER)
        return path

    def _paint_left(self, painter: QPainter) -> float:
        """Paint time or initials; return where the words begin."""
        row, middle = self.row, self.height() / 2
        if row.person:
            side = float(theme().scaled(34))
            paint_avatar(painter, QRectF(EDGE, middle - side / 2, side, side), row.person)
            return EDGE + side + 12
        if not str(row.first):
            return EDGE
        width = first_width(row)
        top = middle - theme().scaled(20)
        first = QRectF(EDGE, top, width, theme().scaled(22))
        second = QRectF(EDGE, first.bottom(), width, theme().scaled(17))
        paint.text(painter, first, str(row.first), _figure(), self._ink("text"))
        paint.text(painter, second, str(row.second), theme().font("caption"), self._ink("text_3"))
        return EDGE + width + 4

    def _paint_right(self, painter: QPainter) -> float:
        """Paint verb or chevron, chips of a person before it; return where the words must end."""
        row, right = self.row, self.width() - EDGE
        if str(row.verb) and not self._gone:
            right = self._paint_verb(painter, str(row.verb), right)
        else:
            box = QRectF(right - 20, self.height() / 2 - 10, 20, 20)
            paint_icon(painter, "chevron-right", box, self._ink("text_2"))
            right = box.left()
        return (self._paint_marks(painter, right) if row.person else right) - 10

    def _paint_marks(self, painter: QPainter, right: float) -> float:
        """Paint the chips beside a person, their signs alone where the name would be cut; return where they begin."""
        row, middle = self.row, self.height() / 2
        name = EDGE + theme().scaled(34) + 12 + paint.text_width(str(row.title), theme().font("body_strong"))
        whole = right - sum(mark_width(mark) + 8 for mark in row.marks) - 10 >= name
        for mark in reversed(row.marks):
            right -= (mark_width(mark) if whole else SIGN) + 8
            if whole:
                paint_mark(painter, right, middle, mark)
            else:
                box = QRectF(right, middle - SIGN / 2, SIGN, SIGN)
                paint_icon(painter, mark.icon, box, self._ink(_INKS.get(mark.tone, mark.tone)))
        return right

    def _paint_verb(self, painter: QPainter, verb: str, right: float) -> float:
        font = theme().font("small_strong")
        width, height = paint.text_width(verb, font) + 22, float(theme().scaled(28))
        below = theme().scaled(CHIP + 6) if self.row.marks and not self.row.person else 0
        box = QRectF(right - width, (self.height() - below - height) / 2, width, height)
        paint.box(painter, box, 6, theme().color("surface"), theme().color("line_strong"))
        paint.text(painter, box, verb, font, theme().color("text"), Qt.AlignmentFlag.AlignHCenter)
        return box.left()

    def _paint_words(self, painter: QPainter, left: float, right: float) -> None:
        row, chips = self.row, bool(self.row.marks) and not self.row.person
        line, second = theme().scaled(21), theme().scaled(19)
        top = (self.height() - line - second - (theme().scaled(CHIP) + 6 if chips else 0)) / 2
        width = max(right - left, 0.0)
        paint.text(
            painter,
            QRectF(left, top, width, line),
            str(row.title),
            theme().font("body_strong"),
            self._ink("text"),
        )
        detail = QRectF(left, top + line, width, second)
        paint.text(painter, detail, str(row.detail), theme().font("small"), self._ink("text_2"))
        if chips:
            middle = detail.bottom() + 6 + theme().scaled(CHIP) / 2
            for mark in row.marks:
                paint_mark(painter, left, middle, mark)
                left += mark_width(mark) + 6

    def _ink(self, tone: str) -> QColor:
        return theme().color("text_disabled" if self._gone else tone)


def first_width(row: Row) -> float:
    """Return how wide the time of a row stands, or what is said where it has none: never cut."""
    parts = ((str(row.first), _figure()), (str(row.second), theme().font("caption")))
    return max(float(theme().scaled(64)), *(8 + paint.text_width(text, font) for text, font in parts))


def sentence(row: Row) -> str:
    """Return what a screen reader says of a row."""
    marks = (str(mark.words) for mark in row.marks)
    told = () if row.graded is None else _told(row.graded)
    parts = (str(part) for part in (row.first, row.second, row.title, row.detail))
    return ", ".join(part for part in (*parts, *told, *marks) if part)


def _told(graded: Graded) -> tuple[str, ...]:
    n = graded.grade
    grade = str(say("kit.grade", n=n, name=say(f"kit.grade.{n}"))) if n >= 0 else ""
    parts = (graded.beside, graded.title, graded.detail, graded.gauge.words)
    return grade, *map(str, parts)


def mark_width(mark: Mark) -> float:
    """Return how wide a painted chip is."""
    return 39 + paint.text_width(str(mark.words), theme().font("caption"))


def paint_mark(painter: QPainter, left: float, middle: float, mark: Mark) -> None:
    """Draw a chip from *left*, around *middle*."""
    height = theme().scaled(CHIP)
    box = QRectF(left, middle - height / 2, mark_width(mark), height)
    paint_chip(painter, box, str(mark.words), mark.icon, mark.tone)


def _figure() -> QFont:
    """Return the font of times: a little larger than the words beside them."""
    font = QFont(theme().font("body_strong"))
    font.setPixelSize(font.pixelSize() + 1)
    return font
