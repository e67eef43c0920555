"""How somebody can be reached now: a dot, a ring or a square, and a word; nothing where nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QRectF, QSize, Qt
from PyQt6.QtGui import QPen
from PyQt6.QtWidgets import QLabel, QSizePolicy

from app.ui import paint
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from PyQt6.QtGui import QPainter, QPaintEvent

STATES = ("online", "rcp", "away")
"""What can be shown; the words are `here.<state>`."""
DOT, GAP = 9, 6
_INKS = {"online": "ok", "rcp": "warn", "away": "text_2"}


def here_width() -> float:
    """Return how wide the widest state is, words and all, at the text size of now."""
    font = theme().font("small")
    return DOT + GAP + max(paint.text_width(str(say(f"here.{state}")), font) for state in STATES)


def paint_here(painter: QPainter, rect: QRectF, state: str, *, words: bool = True) -> None:
    """Paint *state* at the left of *rect*, centred in height; its shape tells it where there is no room for *words*."""
    ink = theme().color(_INKS[state])
    dot = QRectF(rect.x(), rect.center().y() - DOT / 2, DOT, DOT)
    painter.setPen(QPen(ink, 1.5) if state == "away" else Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush if state == "away" else ink)
    if state == "rcp":
        painter.drawRoundedRect(dot, 1.5, 1.5)
    else:
        painter.drawEllipse(dot.adjusted(0.75, 0.75, -0.75, -0.75))
    if words:
        left = rect.adjusted(DOT + GAP, 0, 0, 0)
        paint.text(painter, left, str(say(f"here.{state}")), theme().font("small"), theme().color("text_2"))


class HereMark(QLabel):
    """The state of one person; not there while nothing is known."""

    def __init__(self) -> None:
        super().__init__()
        self._state = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_state(self, state: str) -> None:
        """Show another state, empty for none."""
        if state != self._state:
            self._state = state
            self._translate()
        self.setVisible(bool(state))

    def _translate(self) -> None:
        words = str(say(f"here.{self._state}")) if self._state else ""
        self.setText(words)
        self.setAccessibleName(words)
        self.setToolTip(str(say(f"here.{self._state}.why")) if self._state else "")
        self.updateGeometry()
        self.update()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Translate again when the language changes."""
        if event is not None and event.type() == QEvent.Type.LanguageChange:
            self._translate()
        super().changeEvent(event)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Room for dot and word."""
        width = DOT + GAP + paint.text_width(self.text(), theme().font("small"))
        return QSize(int(width) + 2, theme().scaled(18))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Never cut the word."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint dot and word."""
        if self._state:
            paint_here(paint.painter_for(self), QRectF(self.rect()), self._state)
