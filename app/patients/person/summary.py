"""The first tab: the last movements, the results that matter, the newest documents, who is around the patient."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QRectF, Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import tr
from app.patients.person import moves, papers, values, view
from app.patients.person.curve import Curve
from app.patients.person.history import MoveList
from app.patients.person.paperlist import PaperList
from app.patients.person.part import Part, heading, write
from app.patients.person.valuelist import paint_flag
from app.ui import paint
from app.ui.buttons import Button
from app.ui.followed import FollowedView
from app.ui.panes import scrolled
from app.ui.rows import Row, RowDelegate, RowList
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from PyQt6.QtCore import QModelIndex
    from PyQt6.QtGui import QPainter, QResizeEvent

    from app.feature import Desk
    from app.patients.person.values import Series
    from app.patients.person.view import Record
    from app.patients.service import Patients
    from app.ui.words import Words
    from storage.patients.records import Member

MOVES, VALUES, PAPERS, TEAM = 8, 7, 7, 6
THREE, TWO = 960, 620
"""Widths from which there are three columns, and two."""
GP = "ODRP"
"""The part of a general practitioner, which no stay ends."""
PARTS = frozenset(("ODRP", "AT", "RP", "CP", "AD"))
_CELLS = {
    3: ((0, 0, 1, 1), (0, 1, 1, 1), (0, 2, 1, 1)),
    2: ((0, 0, 2, 1), (0, 1, 1, 1), (1, 1, 1, 1)),
    1: ((0, 0, 1, 1), (1, 0, 1, 1), (2, 0, 1, 1)),
}
"""Row, column, rows and columns of the movements, the results and the documents in so many columns."""
_SHARES = {3: (30, 41, 29), 2: (42, 58, 0), 1: (1, 0, 0)}
_ARROWS = {"up": "↗", "down": "↘", "level": "→"}


class SeriesLine:
    """The newest value of one analyte, with where it goes."""

    def __init__(self, series: Series, record: Record) -> None:
        newest = series.newest
        assert newest is not None
        self.series, self.newest = series, newest
        self.key = "|".join(series.key)
        self.day = record.site.short_day(newest.at_ms, record.now_ms)
        self.trend = _ARROWS.get(series.trend, "")

    @property
    def sentence(self) -> str:
        """All that the line shows, read out."""
        trend = tr(f"person.trend.{self.series.trend}") if self.series.trend else ""
        return ", ".join(part for part in (self.newest.sentence, trend, self.day) if part)


class SeriesDelegate(RowDelegate):
    """Analyte and day at the left, value, arrow and flag at the right."""

    height = 50

    def paint_line(self, painter: QPainter, rect: QRectF, line: Any, _index: QModelIndex) -> None:
        """Paint one analyte."""
        box, high = rect.adjusted(14, 0, -14, 0), theme().scaled(20)
        top = QRectF(box.x(), box.center().y() - high, box.width(), high)
        right = box.right()
        if line.newest.flag is not None:
            words, tone = line.newest.flag
            wide = paint.text_width(words, theme().font("caption")) + 16
            right -= paint_flag(painter, QRectF(right - wide, box.y(), wide, box.height()), words, tone) + 10
        told = f"{line.newest.value} {line.trend}".strip()
        wide = paint.text_width(told, theme().font("body_strong")) + 2
        write(painter, QRectF(right - wide, box.y(), wide, box.height()), told, "body_strong", "text")
        room = top.adjusted(0, 0, right - wide - 10 - top.right(), 0)
        write(painter, room, line.newest.label, "body", "text")
        write(painter, room.translated(0, high), line.day, "small", "text_2")


class Box(QFrame):
    """A list as long as what it holds, in a frame; a sentence where it holds nothing."""

    def __init__(self, content: RowList[Any], empty: Words, *, framed: bool = True) -> None:
        super().__init__()
        if framed:
            self.setProperty("card", "plain")
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        self.list, self._empty = content, Label(empty, "small", "text_2", wrap=True)
        self._empty.setContentsMargins(14, 12, 14, 12)
        content.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(content)
        column.addWidget(self._empty)

    def show_lines(self, lines: tuple[Any, ...]) -> None:
        """Show *lines*, all of them."""
        self.list.show_lines(lines)
        self.list.setVisible(bool(lines))
        self._empty.setVisible(not lines)
        delegate = self.list.itemDelegate()
        assert isinstance(delegate, RowDelegate)
        self.list.setFixedHeight(max(0, len(lines) * theme().scaled(delegate.height) - 1))


class SummaryPart(Part):
    """Three columns, fewer where there is less room; each goes on to its own tab. `opened`: an alert is to be seen."""

    opened = pyqtSignal(bytes)

    def __init__(self, desk: Desk, patients: Patients) -> None:
        super().__init__()
        self._patients = patients
        self._columns_shown = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        body = QWidget()
        self._grid = QGridLayout(body)
        self._grid.setContentsMargins(20, 14, 20, 20)
        self._grid.setHorizontalSpacing(20)
        column.addWidget(scrolled(body))
        self.moves = Box(
            MoveList(say("person.summary.moves"), 0), say("person.summary.no_moves"), framed=False
        )
        self.values = Box(RowList(say("person.summary.values")), say("person.summary.no_values"))
        self.values.list.setItemDelegate(SeriesDelegate(self.values.list))
        self.papers = Box(PaperList(say("person.summary.papers")), say("person.summary.no_papers"))
        self.team = Box(RowList(say("person.summary.team")), say("person.summary.no_team"))
        self.curve = Curve()
        self.followed = FollowedView(desk.bridge, patients.monitored)
        self.followed.opened.connect(self.opened)
        self.followed.more.connect(lambda: self.acted.emit("monitored"))
        self._columns = [self._moves(), self._values(), self._papers()]
        self.papers.list.opened.connect(lambda key: self.acted.emit(f"paper {key}"))
        self.values.list.opened.connect(lambda key: self.acted.emit(f"value {key}"))
        self._arrange(3)

    def _moves(self) -> QWidget:
        source = Label(say("person.summary.moves.source"), "caption", "text_2")
        source.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return _column(heading(say("person.summary.moves"), source), self.moves, self._more("moves"))

    def _values(self) -> QWidget:
        self._curve_title = Label("", "small_strong").clipped()
        self._curve_box = QFrame()
        self._curve_box.setProperty("card", "plain")
        inner = QVBoxLayout(self._curve_box)
        inner.setContentsMargins(12, 10, 8, 4)
        inner.addWidget(self._curve_title)
        inner.addWidget(self.curve)
        title = heading(say("person.summary.values"), self._more("values"))
        results = _column(title, self._curve_box, self.values)
        return _column(self.followed, results, spacing=0)

    def _papers(self) -> QWidget:
        title = heading(say("person.summary.papers"), self._more("papers"))
        return _column(title, self.papers, heading(say("person.summary.team")), self.team)

    def _more(self, part: str) -> Button:
        button = Button(say(f"person.summary.all_{part}"), "ghost", "s")
        button.speak(say(f"person.summary.all_{part}.spoken"))
        button.clicked.connect(lambda: self.acted.emit(part))
        return button

    def _arrange(self, columns: int) -> None:
        """Put all side by side, or the documents below the results, or everything below each other."""
        if columns == self._columns_shown:
            return
        self._columns_shown = columns
        for place, column in enumerate(self._columns):
            self._grid.removeWidget(column)
            self._grid.addWidget(column, *_CELLS[columns][place], Qt.AlignmentFlag.AlignTop)
        for place, share in enumerate(_SHARES[columns]):
            self._grid.setColumnStretch(place, share)
        self._grid.setRowStretch(3, 1)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Have as many columns as there is room for."""
        super().resizeEvent(event)
        self._arrange(1 + sum(self.width() >= theme().scaled(least) for least in (TWO, THREE)))

    def show_record(self, record: Record) -> None:
        """Show what matters of everything."""
        self.moves.show_lines(moves.newest(record.movements, MOVES))
        series = values.that_matter(record.analytes, VALUES)
        self.values.show_lines(tuple(SeriesLine(one, record) for one in series))
        self.papers.show_lines(
            papers.lines(record.papers, record.now_ms, record.site, record.strangers, versions=False)[:PAPERS]
        )
        self.team.show_lines(tuple(_member(one) for one in view.around(record)[:TEAM]))
        drawn = next((one for one in series if one.trend), None)
        self._curve_box.setVisible(drawn is not None)
        self.curve.setFixedHeight(theme().scaled(190))
        self.curve.show_series(drawn, record.site)
        self._curve_title.say(drawn.label if drawn is not None else "")
        self.followed.show_of(partial(self._patients.course, record.patient), record.site, record.now_ms)

    def clear(self) -> None:
        """Let go of everything."""
        for box in (self.moves, self.values, self.papers, self.team):
            box.show_lines(())
        self._curve_box.hide()
        self._curve_title.say("")
        self.followed.clear()

    def first(self) -> QWidget:
        """Return the first list that has something."""
        boxes = (self.moves, self.values, self.papers, self.team)
        return next((box.list for box in boxes if box.list.shown.lines), self.moves.list)


def _column(*widgets: QWidget, spacing: int = 8) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(spacing)
    for widget in widgets:
        if isinstance(widget, Button):
            row = QHBoxLayout()
            row.addWidget(widget)
            row.addStretch(1)
            column.addLayout(row)
        else:
            column.addWidget(widget)
    return holder


def _member(one: Member) -> Row:
    told = one.professional
    part = tr(f"person.part.{told.part.lower() if told.part in PARTS else 'other'}")
    number = (
        tr("person.member.rpps", number=told.number)
        if len(told.number) == 11 and told.number.isdigit()
        else told.number
    )
    lasting = one.current or told.part == GP
    ended = "" if lasting else tr("person.member.past")
    detail = " · ".join(word for word in (part, ended, number) if word)
    return Row(
        f"{told.number} {told.name} {told.part}",
        told.name or told.number,
        detail=detail,
        face=bool(told.name),
    )
