"""One column of Today: its title, its rows in a frame, or why there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, Qt, pyqtSignal
from PyQt6.QtWidgets import QApplication, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.today.rows import TWO_LINES, RowButton
from app.today.service import Held, hold
from app.today.tallies import FootLine, Tallies
from app.ui import paint
from app.ui.buttons import Button
from app.ui.marks import Badge
from app.ui.panes import Banner, Glyph, clear, rule
from app.ui.text import Label, Named
from app.ui.theme import theme
from app.ui.words import Words, say, says

if TYPE_CHECKING:
    from PyQt6.QtCore import QEvent
    from PyQt6.QtGui import QPaintEvent

    from app.board import Column, Note, Row
    from app.today.service import Pane

SKELETON_ROWS = 3


class Skeleton(QWidget):
    """Where rows will stand; still, because nothing here moves without telling something."""

    def __init__(self) -> None:
        super().__init__()
        Named(self, say("today.loading"))
        self.setFixedHeight(theme().scaled(TWO_LINES) * SKELETON_ROWS)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint a block for each thing that a row says."""
        painter, step = paint.painter_for(self), self.height() / SKELETON_ROWS
        for place, share in enumerate((0.45, 0.3, 0.38)):
            middle, room = step * (place + 0.5), self.width() - 96
            for box in (
                QRectF(16, middle - 18, 44, 36),
                QRectF(78, middle - 16, room * share, 12),
                QRectF(78, middle + 4, room * (share + 0.2), 10),
            ):
                paint.box(painter, box, 4, theme().color("hover"))


class ColumnPane(QWidget):
    """Shows the pane of one source. `retried` asks to read it again, `walked` passes an arrow key on."""

    retried = pyqtSignal()
    walked = pyqtSignal(object, int, int)

    def __init__(self, pane: Pane) -> None:
        super().__init__()
        self._pane = pane
        self._held: Held[Row] = Held(())
        self._drawn: tuple[object, ...] = ()
        self._alarm: Note | None = None
        self.rows: list[RowButton] = []
        Named(self, pane.title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._title, self._count = Label(pane.title, "heading"), Badge()
        self._note = Label("", "small", "text_2").clipped()
        self.pill = Button("", "secondary", "s", "refresh")
        self.pill.clicked.connect(self.release)
        self.all = Button("", "ghost", "s")
        self.all.clicked.connect(self._open_all)
        self._title.setMinimumHeight(theme().scaled(28))
        column.addLayout(self._head())
        self._alarms = QVBoxLayout()
        column.addLayout(self._alarms)
        column.addWidget(self._make_frame())
        self.pill.hide()
        self.all.hide()
        self.show_pane(pane)

    def _make_frame(self) -> QFrame:
        frame, whole = QFrame(), QVBoxLayout()
        frame.setProperty("card", "plain")
        frame.setLayout(whole)
        self.tallies, self.foot = Tallies(), FootLine()
        self._rules = rule(), rule()
        self._body = QVBoxLayout()
        for layout in (whole, self._body):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        whole.addWidget(self.tallies)
        whole.addWidget(self._rules[0])
        whole.addLayout(self._body)
        whole.addWidget(self._rules[1])
        whole.addWidget(self.foot)
        return frame

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        for widget in (self._title, self._count):
            row.addWidget(widget)
        row.addWidget(self._note, 1)
        row.addWidget(self.pill)
        row.addWidget(self.all)
        return row

    def _open_all(self) -> None:
        if self._pane.column is not None:
            self._pane.column.all.run()

    # --- what is shown ------------------------------------------------------------------------------------

    def held(self) -> bool:
        """Tell whether a pointer or the focus lies on the rows: then nothing moves."""
        focused = QApplication.focusWidget()
        return bool(self.rows) and (self.underMouse() or focused in {self.pill, *self.rows})

    def show_pane(self, pane: Pane) -> None:
        """Show the pane as it is now; rows under a hand are brought up to date where they stand."""
        self._pane = pane
        fresh = pane.column.rows if pane.column is not None else ()
        self._show(hold(self._held.items, fresh) if self.held() else Held(fresh))

    def release(self) -> None:
        """Show the rows as they are, in their order: the pill was pressed."""
        on_pill = self.pill.hasFocus()
        self._show(Held(self._pane.column.rows if self._pane.column is not None else ()))
        if on_pill and self.rows:
            self.rows[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _let_go(self) -> None:
        """Show what waited, once nothing lies on the rows any more."""
        if (self._held.waiting or self._held.gone) and not self.held():
            self.show_pane(self._pane)

    def leaveEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Notice that the pointer went away."""
        super().leaveEvent(event)
        self._let_go()

    def first(self) -> QWidget | None:
        """Return where the focus begins in this column."""
        if self.rows:
            return self.rows[0]
        away = self.foot.verb if self.foot.isHidden() else None
        shown = (one for one in self.findChildren(Button) if not one.isHidden() and one is not away)
        return next(shown, None)

    def _show(self, held: Held[Row]) -> None:
        pane, column, self._held = self._pane, self._pane.column, held
        self.pill.say(says("today.new_rows", held.waiting))
        self.pill.setVisible(held.waiting > 0)
        if column is not None:
            self._show_head(column)
        self._show_around(column)
        below = (column.rest, column.none, column.none_detail) if column is not None else ()
        shape = (pane.phase, tuple(row.id for row in held.items), below)
        if shape != self._drawn:
            self._drawn = shape
            self._draw(pane)
        for button, row in zip(self.rows, held.items, strict=True):
            button.show_row(row, gone=row.id in held.gone)

    def _show_head(self, column: Column) -> None:
        self._note.say(column.note)
        self._count.show_count(column.count)
        self.all.keys = column.all.keys
        self.all.say(column.all.words)
        self.all.speak(column.all.spoken)
        self.all.show()

    def _show_around(self, column: Column | None) -> None:
        """Show what stands above and below the rows."""
        alarm = column.alarm if column is not None else None
        tallies, foot = (column.tallies, column.foot) if column is not None else ((), None)
        if alarm != self._alarm:
            self._alarm = alarm
            clear(self._alarms)
            if alarm is not None:
                self._alarms.addWidget(_alarm(alarm))
        self.tallies.show_tallies(tallies, old=alarm is not None)
        self.foot.show_foot(foot)
        self._rules[0].setVisible(bool(tallies))
        self._rules[1].setVisible(foot is not None)

    def _draw(self, pane: Pane) -> None:
        """Lay the body out again: another order, another phase. Rows that stay are kept, with their focus."""
        kept = {button.row.id: button for button in self.rows}
        focused = QApplication.focusWidget()
        while self._body.count():
            item = self._body.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None and widget not in self.rows:
                widget.hide()
                widget.deleteLater()
        self.rows = [kept.pop(row.id) if row.id in kept else self._make(row) for row in self._held.items]
        for gone in kept.values():
            gone.hide()
            gone.deleteLater()
        for place, button in enumerate(self.rows):
            if place:
                self._body.addWidget(rule())
            self._body.addWidget(button)
            button.show()
        self._add_below(pane)
        rest = pane.column.rest if pane.column is not None else 0
        for button in self.rows:
            column = pane.column
            top = button is self.rows[0] and not (column and column.tallies)
            last = button is self.rows[-1] and not rest and not (column and column.foot)
            button.round_off(top=top, bottom=last)
        if focused in kept.values() and self.rows:
            self.rows[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _make(self, row: Row) -> RowButton:
        button = RowButton(row)
        button.left.connect(self._let_go, Qt.ConnectionType.QueuedConnection)  # type: ignore[call-arg]  # not in the stubs
        button.walked.connect(lambda columns, rows: self.walked.emit(button, columns, rows))
        return button

    def _add_below(self, pane: Pane) -> None:
        if pane.phase == "failed":
            self._body.addWidget(self._failed())
        elif pane.column is None:
            self._body.addWidget(Skeleton())
        elif not self.rows:
            self._body.addWidget(_said("circle-check", "ok", pane.column.none, pane.column.none_detail))
        elif pane.column.rest:
            self._body.addWidget(rule())
            more = Button(says("today.rest", pane.column.rest), "ghost", "m", "dots")
            more.clicked.connect(self._open_all)
            self._body.addWidget(more)

    def _failed(self) -> QWidget:
        again = Button(say("today.retry"), "secondary", "s", "refresh")
        again.speak(say("today.retry.column", title=self._pane.title))
        again.clicked.connect(self.retried)
        words = say("today.failed"), say("today.failed.detail")
        return _said("alert-circle", "danger", *words, again)


def _alarm(note: Note) -> Banner:
    act = Button(note.act.words, "secondary", "s", note.act.icon)
    act.speak(note.act.spoken)
    act.clicked.connect(lambda _checked: note.act.run())
    return Banner(note.tone, note.title, note.detail, actions=(act,))


def _said(icon: str, tone: str, title: Words, detail: Words, act: Button | None = None) -> QWidget:
    """Return a sentence in place of the rows."""
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(16, 18, 16, 18)
    row.setSpacing(14)
    row.addWidget(Glyph(icon, tone, 24), 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(2)
    words.addWidget(Label(title, "body_strong", wrap=True))
    if str(detail):
        words.addWidget(Label(detail, "small", "text_2", wrap=True))
    if act is not None:
        words.addSpacing(8)
        words.addWidget(act, 0, Qt.AlignmentFlag.AlignLeft)
    row.addLayout(words, 1)
    return box
