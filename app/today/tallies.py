"""How many of each grade stand in a column, and the line below its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QPainterPath
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from app.i18n import fmt_number
from app.ui import paint
from app.ui.buttons import Button
from app.ui.grades import GradeLabel
from app.ui.panes import Glyph, rule
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import say, says

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QPaintEvent, QResizeEvent

    from app.board import Foot

CORNER = 7
SIGN, GAP = 22, 5


class Strip(QWidget):
    """A line of a column's frame on the sunken ground, round where the frame is."""

    def __init__(self, *, top: bool) -> None:
        super().__init__()
        self._top = top
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(14, 9, 12, 9)
        self.row.setSpacing(6)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the ground."""
        rect = QRectF(self.rect()).adjusted(0, 0 if self._top else -CORNER, 0, CORNER if self._top else 0)
        path = QPainterPath()
        path.addRoundedRect(rect, CORNER, CORNER)
        painter = paint.painter_for(self)
        painter.setClipRect(self.rect())
        painter.fillPath(path, theme().color("sunken"))


class Tally(QWidget):
    """One grade: its sign, how many, and what they are."""

    def __init__(self, grade: int) -> None:
        super().__init__()
        self._grade = grade
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        self._number, self.word = Label("", "heading"), Label("", "small", "text_2")
        row.addWidget(GradeLabel(grade, SIGN))
        row.addWidget(self._number)
        row.addWidget(self.word)
        row.addStretch(1)

    @property
    def whole(self) -> float:
        """How wide it is with its word."""
        words = ((self._number, "heading"), (self.word, "small"))
        return SIGN + sum(GAP + paint.text_width(one.text(), theme().font(role)) for one, role in words)

    def show_number(self, number: int, *, old: bool) -> None:
        """Show how many there are; *old*: it may be more by now."""
        self._number.say(fmt_number(number))
        self._number.set_tone("text_disabled" if old else "text")
        self.word.say(says("today.graded.open", number))
        grade = say("kit.grade", n=self._grade, name=say(f"kit.grade.{self._grade}"))
        key = "today.graded.tally.old" if old else "today.graded.tally"
        self.setAccessibleName(str(say(key, grade=grade, open=says("today.graded.open_n", number))))
        self.setToolTip(self.accessibleName())


class Tallies(Strip):
    """The strip above the rows, the gravest grade first."""

    def __init__(self) -> None:
        super().__init__(top=True)
        self._cells: dict[int, Tally] = {}

    def show_tallies(self, tallies: Sequence[tuple[int, int]], *, old: bool) -> None:
        """Show how many there are of each grade."""
        self.setVisible(bool(tallies))
        if [grade for grade, _ in tallies] != list(self._cells):
            self._lay_out([grade for grade, _ in tallies])
        for grade, number in tallies:
            self._cells[grade].show_number(number, old=old)
        self._make_room()

    def _lay_out(self, grades: Sequence[int]) -> None:
        while self.row.count():
            item = self.row.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._cells = {grade: Tally(grade) for grade in grades}
        for place, cell in enumerate(self._cells.values()):
            if place:
                self.row.addWidget(rule("v"))
            self.row.addWidget(cell, 1)

    def _make_room(self) -> None:
        """Give each number its word where there is room for all; the name of the sign says it in any case."""
        between = self.row.contentsMargins().left() + self.row.contentsMargins().right() + 1
        needed = sum(cell.whole + 2 * self.row.spacing() + 1 for cell in self._cells.values()) + between
        for cell in self._cells.values():
            cell.word.setVisible(self.width() >= needed)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Leave the numbers their room."""
        super().resizeEvent(event)
        self._make_room()


class FootLine(Strip):
    """The line below the rows: an icon, what is to be said, one verb."""

    def __init__(self) -> None:
        super().__init__(top=False)
        self._foot: Foot | None = None
        self._glyph = Glyph("info-circle", "text_2", 20)
        self._words = Label("", "body", wrap=True)
        self.verb = Button("", "secondary", "s")
        self.verb.clicked.connect(self._run)
        self.row.addWidget(self._glyph)
        self.row.addWidget(self._words, 1)
        self.row.addWidget(self.verb, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_foot(self, foot: Foot | None) -> None:
        """Say something below the rows, or nothing."""
        self._foot = foot
        self.setVisible(foot is not None)
        if foot is not None:
            self._glyph.show_icon(foot.icon, "text_2")
            self._words.say(foot.words)
            self.verb.say(foot.act.words)
            self.verb.speak(foot.act.spoken)

    def _run(self) -> None:
        if self._foot is not None:
            self._foot.act.run()
