"""The safety number: twelve groups of five digits, spelt one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout

from app.ui import paint
from app.ui.buttons import Button
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import Words, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QFont, QKeyEvent, QPaintEvent

GROUPS, COLUMNS = 12, 4
_BLANK = "·····"


class Group(QLabel):
    """Five digits; framed while they are the ones to read."""

    def __init__(self) -> None:
        super().__init__(_BLANK)
        self.framed = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_digits(self, digits: str, *, framed: bool) -> None:
        """Show *digits*, framed or not."""
        self.framed = framed
        self.setText(digits)
        self.setAccessibleName(" ".join(digits) if digits != _BLANK else "")
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Room for five digits and the frame."""
        return QSize(int(paint.text_width("00000", _font())) + 10, theme().scaled(32))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Never cut a digit."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the frame and the digits."""
        painter = paint.painter_for(self)
        color = theme().color
        if self.framed:
            rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            paint.box(painter, rect, 6, color("accent_soft"), color("accent"))
        ink = color("text_3" if self.text() == _BLANK else "text")
        middle = Qt.AlignmentFlag.AlignHCenter
        paint.text(painter, QRectF(self.rect()), self.text(), _font(), ink, middle)


def _font() -> QFont:
    return theme().font("safety_number")


class Spell(Button):
    """Steps through the groups: press for the next one, ← and → to go back and forth."""

    stepped = pyqtSignal(int)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Arrows step."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = steps.get(Qt.Key(event.key())) if event is not None else None
        if step is None:
            super().keyPressEvent(event)
        else:
            self.stepped.emit(step)


class NumberCard(QFrame):
    """The number that two people compare. `finished` tells that every group was framed once."""

    finished = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", "sunken")
        self._digits: tuple[str, ...] = ()
        self._at = -1
        self._seen: set[int] = set()
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 14, 12)
        column.setSpacing(6)
        row = QHBoxLayout()
        row.addWidget(Label(say("directory.number"), "small", "text_2"), 1)
        self.spell = Spell(say("directory.spell"), "ghost", "s", "volume")
        self.spell.setMinimumHeight(self.spell.sizeHint().height())
        self.spell.clicked.connect(self._next)
        self.spell.stepped.connect(self._step)
        row.addWidget(self.spell)
        column.addLayout(row)
        grid = QGridLayout()
        grid.setSpacing(4)
        self.groups = [Group() for _ in range(GROUPS)]
        for place, group in enumerate(self.groups):
            grid.addWidget(group, place // COLUMNS, place % COLUMNS)
        column.addLayout(grid)
        self._said = Label("", "small", "text_2", wrap=True)
        column.addWidget(self._said)

    def show_number(self, groups: Sequence[str]) -> None:
        """Show another number, not spelt yet; empty while it is computed."""
        self._digits, self._at = tuple(groups), -1
        self._seen.clear()
        self._show()

    @property
    def ready(self) -> bool:
        """Whether there is a number to spell."""
        return bool(self._digits)

    @property
    def spelt(self) -> bool:
        """Whether every group was shown."""
        return len(self._seen) == GROUPS

    def _next(self) -> None:
        self._step(1)

    def _step(self, step: int) -> None:
        if not self._digits:
            return
        before = self.spelt
        self._at = (self._at + step) % GROUPS if self._at >= 0 else 0
        self._seen.add(self._at)
        self._show()
        if self.spelt and not before:
            self.finished.emit()

    def _show(self) -> None:
        for place, group in enumerate(self.groups):
            digits = self._digits[place] if self._digits else _BLANK
            group.show_digits(digits, framed=place == self._at)
        self.spell.say(say("directory.spell" if self._at < 0 else "directory.spell.next"))
        self._said.say(self._words())

    def _words(self) -> Words:
        if self._at < 0:
            return say("directory.spell.hint")
        digits = " ".join(self._digits[self._at])
        return say("directory.spell.group", at=self._at + 1, of=GROUPS, digits=digits)
