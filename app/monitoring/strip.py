"""The line above the queue: how many alerts of each grade are to do, how many are overdue. A press narrows the list to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.i18n import fmt_number
from app.monitoring.ports import Tally
from app.ui import paint
from app.ui.buttons import Press
from app.ui.flow import Flow
from app.ui.grades import paint_grade
from app.ui.marks import chip_colours
from app.ui.panes import ground
from app.ui.text import Named
from app.ui.theme import theme
from app.ui.words import say, says

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent

GRADES = (5, 4, 3, 2, 1, 0)
ALWAYS = frozenset((1, 2, 3, 4))
"""The grades that are shown without an alert too."""
SIDE = 20


class _Count(Press):
    """A number that narrows the list: checked while it does."""

    radius = 6.0

    def __init__(self, key: str) -> None:
        self.count, self.current = 0, True
        super().__init__(say(f"monitoring.only.{key}"))
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_count(self, count: int, *, current: bool) -> None:
        """Show another number, in grey where it may be old."""
        if (count, current) != (self.count, self.current):
            self.count, self.current = count, current
            self._told()
            self._fit()
            self.update()

    def _fit(self) -> None:
        """Be as large as it has to be: nothing around is laid out anew for another number of the same width."""
        self.setFixedSize(self.sizeHint())

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Fit another text size, or other words."""
        super().changeEvent(event)
        if event is not None and event.type() in {QEvent.Type.StyleChange, QEvent.Type.LanguageChange}:
            self._fit()

    def _told(self) -> None:
        raise NotImplementedError

    def _ground(self) -> None:
        if self.isChecked() or self.underMouse():
            fill = theme().color("pressed" if self.isChecked() else "hover")
            paint.box(paint.painter_for(self), QRectF(self.rect()), self.radius, fill)


class GradeCount(_Count):
    """A grade, and how many alerts of it the list holds."""

    def __init__(self, grade: int) -> None:
        self.grade = grade
        super().__init__("grade")
        self._told()

    def _told(self) -> None:
        self.say(says("monitoring.only.grade", self.count, grade=self.grade))

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Room for glyph and number."""
        width = 18 + theme().scaled(SIDE) + paint.text_width(fmt_number(self.count), theme().font("subhead"))
        return QSize(int(width), theme().scaled(30))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint glyph and number."""
        self._ground()
        painter, side = paint.painter_for(self), theme().scaled(SIDE)
        paint_grade(painter, QRectF(4, (self.height() - side) / 2, side, side), self.grade)
        ink = theme().color("text" if self.current else "text_disabled")
        words = QRectF(10 + side, 0, self.width() - 10 - side, self.height())
        paint.text(painter, words, fmt_number(self.count), theme().font("subhead"), ink)


class OverdueCount(_Count):
    """How many alerts are overdue; not there for none."""

    def __init__(self) -> None:
        super().__init__("overdue")

    def _told(self) -> None:
        self.say(says("monitoring.only.overdue", self.count))

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Room for the words."""
        return QSize(20 + int(paint.text_width(self.name, theme().font("caption"))), theme().scaled(28))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint a chip of danger, filled while it narrows the list."""
        painter = paint.painter_for(self)
        fill, line, ink = chip_colours("danger")
        if self.isChecked():
            fill, ink = theme().color("danger_fill"), theme().color("plate_text")
        paint.box(painter, QRectF(self.rect()), 5, fill, line)
        paint.text(
            painter,
            QRectF(self.rect()),
            self.name,
            theme().font("caption"),
            ink,
            Qt.AlignmentFlag.AlignHCenter,
        )


class GradeStrip(QWidget):
    """`narrowed` tells that `grade` or `overdue` are others."""

    narrowed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        ground(self, "sunken")
        Named(self, say("monitoring.strip"))
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 12, 4)
        self._flow = Flow(4, 2, tail=True)
        row.addWidget(self._flow)
        self._grades = {grade: GradeCount(grade) for grade in GRADES}
        for button in self._grades.values():
            button.clicked.connect(self._press_grade)
        self.late = OverdueCount()
        self.late.clicked.connect(lambda _on: self.narrowed.emit())
        self._flow.fill([*self._grades.values(), self.late])
        self.show_tally(Tally(), current=True)

    @property
    def grade(self) -> int | None:
        """The only grade that is to be shown; None: any."""
        return next((grade for grade, one in self._grades.items() if one.isChecked()), None)

    @property
    def overdue(self) -> bool:
        """Whether only what is overdue is to be shown."""
        return self.late.isChecked()

    def show_tally(self, tally: Tally, *, current: bool) -> None:
        """Show how many there are in the list."""
        for grade, button in self._grades.items():
            count = tally.by_grade[grade]
            button.show_count(count, current=current)
            button.setVisible(grade in ALWAYS or count > 0 or button.isChecked())
        self.late.show_count(tally.overdue, current=current)
        self.late.setVisible(tally.overdue > 0 or self.overdue)

    def widen(self) -> None:
        """Show all again, without telling."""
        for button in (*self._grades.values(), self.late):
            button.setChecked(False)

    def _press_grade(self) -> None:
        pressed = self.sender()
        for button in self._grades.values():
            if button is not pressed:
                button.setChecked(False)
        self.narrowed.emit()
