"""What the lock's card holds: the card itself, a form to open with, the next recovery code."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PyQt6.QtCore import QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QPen
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.signin.secret import Secret
from app.ui import paint
from app.ui.buttons import Button
from app.ui.panes import Glyph
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import Words, say

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent

    from app.ui.panes import Field

CARD_WIDTH = 458
CARD_PADDING = 36


class Card(QWidget):
    """A raised card with a still shadow."""

    MARGIN = 28
    SHADE: ClassVar = {"light": 0.1, "dark": 0.5}

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(CARD_WIDTH + 2 * self.MARGIN)
        self.column = QVBoxLayout(self)
        edge = self.MARGIN + CARD_PADDING
        self.column.setContentsMargins(edge, self.MARGIN + 32, edge, self.MARGIN + 28)
        self.column.setSpacing(0)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the shadow, then the card."""
        painter = paint.painter_for(self)
        card = QRectF(self.rect()).adjusted(self.MARGIN, self.MARGIN, -self.MARGIN, -self.MARGIN)
        shadow = theme().color("text" if theme().name == "light" else "stage")
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for step in range(self.MARGIN):
            shadow.setAlphaF(self.SHADE[theme().name] * (1 - step / self.MARGIN) ** 2)
            painter.setPen(QPen(shadow, 1.5))
            painter.drawRoundedRect(card.adjusted(-step, -step, step, step), 12 + step, 12 + step)
        paint.box(painter, card, 12, theme().color("raised"), theme().color("line"))


class Form(QWidget):
    """Fields, what went wrong, one main button, and below it the other form and the other people."""

    asked = pyqtSignal()
    turned = pyqtSignal()
    switched = pyqtSignal()

    def __init__(
        self, fields: list[tuple[Field, Words]], button: Words, other: Words, below: QWidget | None = None
    ) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.fields = [field for field, _ in fields]
        for field, name in fields:
            self._add_field(field, name)
        if below is not None:
            self.column.addWidget(below)
            self.column.addSpacing(10)
        self.column.addLayout(self._status_row())
        self.column.addSpacing(14)
        self.button = Button(button, "primary", "l", keys=("↵",))
        self.button.clicked.connect(self.asked)
        self.column.addWidget(self.button)
        self.column.addSpacing(10)
        self.column.addLayout(self._ways_row(other))

    def _add_field(self, field: Field, name: Words) -> None:
        label = Label(name, "caption", "text_2")
        label.setBuddy(field)
        self.column.addWidget(label)
        self.column.addSpacing(6)
        field.setProperty("span", "l")
        field.returnPressed.connect(self.asked)
        self.column.addWidget(field)
        self.column.addSpacing(10)
        if isinstance(field, Secret):
            field.doubted.connect(self._doubt)

    def _status_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self._mark = Glyph("info-circle", "text_3", 16)
        self._status = Label("", "caption", "text_2", wrap=True)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._status, 1)
        return row

    def _ways_row(self, other: Words) -> QHBoxLayout:
        self.turn, self.switch = Button(other, "ghost", "s"), Button(say("door.switch"), "ghost", "s")
        self.turn.clicked.connect(self.turned)
        self.switch.clicked.connect(self.switched)
        row = QHBoxLayout()
        row.addWidget(self.turn)
        row.addStretch(1)
        row.addWidget(self.switch)
        return row

    def tell(self, words: Words, tone: str = "text_2", icon: str = "info-circle") -> None:
        """Say where things stand."""
        self._status.say(words)
        self._status.set_tone(tone)
        self._mark.show_icon(icon, tone)
        for field in self.fields:
            field.set_wrong(tone == "danger")

    def _doubt(self, words: object) -> None:
        self.tell(words, "warn", "keyboard")  # type: ignore[arg-type]  # Secret says words

    def busy(self, yes: bool) -> None:
        """Take no input while the vault opens."""
        for field in self.fields:
            field.setReadOnly(yes)
        for button in (self.button, self.turn, self.switch):
            button.setEnabled(not yes)

    def hold(self, yes: bool) -> None:
        """Let nobody press for a while; typing goes on."""
        self.button.setEnabled(not yes)

    def first(self) -> QWidget:
        """Return the field to type in."""
        return self.fields[0]


class NewCode(QWidget):
    """The next recovery code, to be written down before anything else."""

    noted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(Label(say("signin.new_code"), "body", "text_2", wrap=True))
        self._code = Label("", "mono", wrap=True)
        self._code.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self._code)
        self._button = Button(say("signin.new_code.noted"), "primary", "l")
        self._button.clicked.connect(self._noted)
        column.addWidget(self._button)

    def show_code(self, code: str) -> None:
        """Show *code*; an empty one forgets it."""
        self._code.say(code)

    def _noted(self) -> None:
        self._code.say("")
        self.noted.emit()

    def first(self) -> QWidget:
        """Return the button."""
        return self._button
