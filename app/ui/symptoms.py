"""Symptoms over twelve weeks: one look of three (heat map, curves, table), and what the signs mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPoint, QRectF, Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.i18n import tr
from app.ui import paint
from app.ui.choices import Segmented
from app.ui.flow import Flow
from app.ui.grades import GradeLabel
from app.ui.heat import HeatMap, paint_cell
from app.ui.table import Table
from app.ui.text import Label, Named
from app.ui.theme import theme
from app.ui.trends import TrendChart
from app.ui.weekly import NOT_ASKED, Symptoms
from app.ui.words import say, says

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QPaintEvent

    from app.ui.weekly import SymptomRow

LOOKS = (("map", "layout-grid"), ("curves", "activity-heartbeat"), ("table", "tabs"))
_TABLE_ROW = 34


class SymptomView(QWidget):
    """`asked`: something is to be done about a symptom. Which look is chosen stays, whatever is shown."""

    asked = pyqtSignal(str, QPoint)

    def __init__(self) -> None:
        super().__init__()
        self._shown = Symptoms()
        self._stale: set[str] = set()
        self.looks = Segmented([(key, say(f"weekly.look.{key}"), icon) for key, icon in LOOKS])
        Named(self.looks, say("weekly.looks"))
        self.looks.chosen.connect(self._choose)
        self.heat, self.chart, self.table = HeatMap(), TrendChart(), Table(say("weekly.table"))
        self.heat.asked.connect(self.asked)
        self._legend, self._title = Flow(12, 4), Label(say("weekly.title"), "heading")
        self._below = Label("", "caption", "text_2", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        head = Flow(12, 6, tail=True)
        head.fill((self._title, self.looks))
        for part in (head, self._legend, self.heat, self.chart, self.table, self._below):
            column.addWidget(part)
        self._legend.fill([*map(_Legend, (0, 1, 2, 3, 4)), _Legend(NOT_ASKED)])
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.looks.choose("map")
        self._choose("map")

    def show_symptoms(self, shown: Symptoms) -> None:
        """Show *shown* in the look of now; the others follow when they are looked at."""
        if shown == self._shown:
            return
        self._shown = shown
        self._stale = {key for key, _ in LOOKS}
        self._fill()

    def choose(self, look: str) -> None:
        """Look another way."""
        self.looks.choose(look)
        self._choose(look)

    def next_look(self) -> None:
        """Look the next way."""
        keys = [key for key, _ in LOOKS]
        self.choose(keys[(keys.index(self.looks.choice) + 1) % len(keys)])

    def _choose(self, look: str) -> None:
        for key, part in (("map", self.heat), ("curves", self.chart), ("table", self.table)):
            part.setVisible(key == look)
        self._legend.setVisible(look == "map")
        self._fill()

    def _fill(self) -> None:
        look = self.looks.choice
        if look in self._stale:
            self._stale.discard(look)
            {"map": self.heat.show_symptoms, "curves": self.chart.show_symptoms, "table": self._fill_table}[
                look
            ](self._shown)
        more = self.chart.left_out if look == "curves" else 0
        self._below.say(says("weekly.more", more) if more else "")
        self._below.setVisible(bool(more))

    def _fill_table(self, shown: Symptoms) -> None:
        """One line a week, the newest first; one column a symptom."""
        table = self.table.shown
        table.cell = lambda week, column: _cell(shown, week, column)
        table.told = lambda week, column: shown.sentence(shown.rows[column - 1], week) if column else ""
        table.order = lambda week, column: shown.rows[column - 1].grades[week] if column else week
        heads = [tr("weekly.column.week"), *(row.label for row in shown.rows)]
        self.table.show_rows(heads, reversed(range(len(shown.weeks))), (90, 130))
        self.table.setFixedHeight(theme().scaled(38) + (len(shown.weeks) + 1) * theme().scaled(_TABLE_ROW))


def _cell(shown: Symptoms, week: int, column: int) -> str:
    if not column:
        return shown.weeks[week]
    return short(shown.rows[column - 1].grades[week])


def short(grade: int) -> str:
    """Return a grade as it stands in a table."""
    if grade >= 0:
        return tr("weekly.grade", n=grade)
    return tr("weekly.short.not_asked" if grade == NOT_ASKED else "weekly.short.not_told")


def as_rows(rows: Sequence[SymptomRow]) -> list[tuple[str, ...]]:
    """Return symptom and grades for a sheet of paper."""
    return [(row.label, *(short(one) for one in row.grades)) for row in rows]


class _Legend(QWidget):
    """One sign and what it means."""

    def __init__(self, grade: int) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(GradeLabel(grade, 18) if grade >= 0 else _Hatched())
        key = f"kit.grade.{grade}" if grade >= 0 else "weekly.not_asked"
        row.addWidget(Label(say(key), "caption", "text_2"))


class _Hatched(QLabel):
    """The sign of a week without an answer."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(18, 14)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint it as in the map."""
        paint_cell(paint.painter_for(self), QRectF(self.rect()), NOT_ASKED)
