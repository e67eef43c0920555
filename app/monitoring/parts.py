"""What the forms of an alert are made of: a text, a grade, one of several sentences, several people in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QFontMetricsF
from PyQt6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui import paint
from app.ui.buttons import Press, one_stop
from app.ui.grades import GRADES, paint_grade
from app.ui.icons import paint_icon
from app.ui.text import Named
from app.ui.theme import theme
from app.ui.words import Words, say
from app.ui.writing import Box, Growing
from storage.monitoring.records import NO_GRADE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent

GRADE_SIDE, SIGN, PAD = 36, 16, 8
_ARROWS = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right}
_WRAP = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


class Part(Protocol):
    """One question of a form, and its answer as a draft keeps it."""

    @property
    def value(self) -> Any:
        """What is answered now."""
        ...

    def put(self, value: Any) -> None:
        """Answer it so."""


class Area(Box):
    """A text of several lines."""

    def __init__(self, name: Words, hint: Words = "") -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(5, 3, 5, 3)
        self.field = Growing(name, least=2)
        self.field.ringed = self
        self.field.hint(str(hint))
        self.setFocusProxy(self.field)
        row.addWidget(self.field)

    @property
    def value(self) -> str:
        """What is typed, without blanks around it."""
        return self.field.toPlainText().strip()

    def put(self, value: str) -> None:
        """Let *value* stand there, with the caret behind it; the same text keeps its caret."""
        if value != self.value:
            self.field.setPlainText(value)
            self.field.moveCursor(self.field.textCursor().MoveOperation.End)


class _Chosen(Press):
    """A button of a row or column that moves by arrows itself: Qt would only move the focus."""

    radius = 6.0

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Leave the arrows to who holds it."""
        if event is not None and event.key() in _ARROWS:
            event.ignore()
        else:
            super().keyPressEvent(event)


class Option(_Chosen):
    """One of several sentences, which wraps; *many*: ticked beside others. `entered`: ↵ on one that is chosen."""

    entered = pyqtSignal()

    def __init__(self, key: str, words: Words, *, many: bool = False) -> None:
        self.key, self._many = key, many
        super().__init__(words)
        self.setCheckable(True)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def heightForWidth(self, width: int) -> int:  # noqa: N802 -- Qt's name
        """Room for all lines."""
        room = QRectF(0, 0, max(width - SIGN - 3 * PAD, 40), 10_000)
        metrics = QFontMetricsF(theme().font("small"))
        return max(theme().scaled(30), int(metrics.boundingRect(room, _WRAP, self.name).height()) + 11)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """As high as the width of now needs."""
        return QSize(120, self.heightForWidth(self.width()))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Ask for the height that the new width needs."""
        super().resizeEvent(event)
        self.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """↵ goes on with what is chosen, and chooses what is not."""
        chosen = self._many or self.isChecked()
        if event is not None and chosen and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the ground, the sign, the sentence."""
        painter, color, on = paint.painter_for(self), theme().color, self.isChecked()
        fill = color("selected") if on else color("hover") if self.underMouse() else None
        paint.box(painter, QRectF(self.rect()), self.radius, fill, color("accent") if on else color("line"))
        sign = QRectF(PAD, theme().scaled(30) / 2 - SIGN / 2, SIGN, SIGN)
        ink = color("accent" if on else "line_strong")
        paint.box(painter, sign, 4 if self._many else SIGN / 2, color("surface"), ink)
        if on and self._many:
            paint_icon(painter, "check", sign.adjusted(2, 2, -2, -2), ink)
        elif on:
            paint.box(painter, sign.adjusted(4, 4, -4, -4), SIGN / 2, ink)
        painter.setFont(theme().font("small"))
        painter.setPen(color("text"))
        painter.drawText(QRectF(self.rect()).adjusted(SIGN + 2 * PAD, 5, -PAD, -5), _WRAP, self.name)


class Options(QWidget):
    """One of several sentences, or with *many* several of them; arrows move, ↵ goes on (`entered`), `changed` tells of a choice."""

    entered = pyqtSignal()
    changed = pyqtSignal()

    def __init__(self, name: Words, choices: Sequence[tuple[str, Words]], *, many: bool = False) -> None:
        super().__init__()
        Named(self, name)
        self._many = many
        self._group = QButtonGroup(self)
        self._group.setExclusive(not many)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.options = [Option(key, words, many=many) for key, words in choices]
        for option in self.options:
            self._group.addButton(option)
            column.addWidget(option)
            option.entered.connect(self.entered)
            option.toggled.connect(lambda _on: self.changed.emit())
        if not many:
            one_stop(self._group)

    @property
    def value(self) -> Any:
        """The key that is chosen or "", with *many* those that are."""
        chosen = tuple(one.key for one in self.options if one.isChecked())
        return chosen if self._many else "".join(chosen[:1])

    def put(self, value: Any) -> None:
        """Choose by key, or keys; what is not there any more is left out."""
        wanted = set(value) if self._many else {value}
        for one in self.options:
            if self._many or one.key in wanted:
                one.setChecked(one.key in wanted)

    @property
    def stop(self) -> QWidget:
        """Where the focus goes first."""
        return next(
            (one for one in self.options if one.isChecked()), self.options[0] if self.options else self
        )

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Up and down go on to the next one, and choose it where only one can be."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key())) if event is not None else None
        place = next((at for at, one in enumerate(self.options) if one.hasFocus()), None)
        if step is None or place is None:
            super().keyPressEvent(event)
            return
        option = self.options[(place + step) % len(self.options)]
        option.setFocus(Qt.FocusReason.TabFocusReason)
        if not self._many:
            option.setChecked(True)


class _Grade(_Chosen):
    """One grade to choose."""

    def __init__(self, grade: int) -> None:
        self.grade = grade
        super().__init__(say("kit.grade", n=grade, name=say(f"kit.grade.{grade}")), (str(grade),))
        self.setCheckable(True)
        self.setFixedSize(GRADE_SIDE, GRADE_SIDE)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the box and the glyph."""
        painter, color, on = paint.painter_for(self), theme().color, self.isChecked()
        fill = color("selected") if on else color("hover") if self.underMouse() else None
        paint.box(painter, QRectF(self.rect()), self.radius, fill, color("accent" if on else "line"))
        paint_grade(painter, QRectF(self.rect()).adjusted(7, 7, -7, -7), self.grade)


class GradePick(QWidget):
    """A grade of 0 to 5, or none: pressing the chosen one again leaves none. Arrows and digits choose."""

    changed = pyqtSignal()

    def __init__(self, name: Words) -> None:
        super().__init__()
        Named(self, name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        self.grades = [_Grade(grade) for grade in GRADES]
        for one in self.grades:
            one.clicked.connect(lambda _on, of=one.grade: self._clicked(of))
            row.addWidget(one)
        row.addStretch(1)
        self._value = NO_GRADE
        self.put(NO_GRADE)

    @property
    def value(self) -> int:
        """The chosen grade, `NO_GRADE` for none."""
        return self._value

    def put(self, value: int) -> None:
        """Choose a grade."""
        changes, self._value = value != self._value, value
        for one in self.grades:
            one.setChecked(one.grade == value)
            stop = one.grade == max(value, 0)
            one.setFocusPolicy(Qt.FocusPolicy.TabFocus if stop else Qt.FocusPolicy.NoFocus)
        if changes:
            self.changed.emit()

    def _clicked(self, grade: int) -> None:
        self.put(NO_GRADE if grade == self._value else grade)

    @property
    def stop(self) -> QWidget:
        """Where the focus goes first."""
        return self.grades[max(self._value, 0)]

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Left and right go on to the next grade, a digit to its own."""
        key = Qt.Key(event.key()) if event is not None else Qt.Key.Key_unknown
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(key)
        if step is not None:
            first = 0 if step > 0 else len(self.grades) - 1
            self._go((self._value + step) % len(self.grades) if self._value != NO_GRADE else first)
        elif Qt.Key.Key_0 <= key <= Qt.Key.Key_5:
            self._go(key - Qt.Key.Key_0)
        else:
            super().keyPressEvent(event)

    def _go(self, grade: int) -> None:
        self.put(grade)
        self.grades[grade].setFocus(Qt.FocusReason.TabFocusReason)
