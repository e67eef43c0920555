"""The coloured side of the first run: the program's name and where one is in the steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPen
from PyQt6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.i18n import tr
from app.ui import paint
from app.ui.icons import paint_icon
from app.ui.marks import paint_logo
from app.ui.theme import theme

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent

PANEL = {"light": "#0B5D70", "dark": "#0F3640"}
NARROW_PANEL = 380


class _Line(QLabel):
    """One line of the list of steps: its number or a check, its name, a detail."""

    def __init__(self, number: int, key: str) -> None:
        super().__init__()
        self._number, self._key, self._state = number, key, "ahead"
        self.setMinimumHeight(theme().scaled(52))

    def show_state(self, state: str) -> None:
        """Show a step that is `past`, `now` or `ahead`."""
        self._state = state
        title = tr(f"firstrun.list.{self._key}")
        self.setAccessibleName(tr(f"firstrun.step.{state}", title=title))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Two lines of text."""
        return QSize(NARROW_PANEL - 96, theme().scaled(52))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the disc and the words."""
        painter = paint.painter_for(self)
        white, ground_color = QColor("#FFFFFF"), QColor(PANEL[theme().name])
        faint = QColor(255, 255, 255, 205)
        lit = self._state != "ahead"
        disc = QRectF(1, 1, 28, 28)
        paint.box(painter, disc, 14, white if lit else None, None if lit else faint)
        middle = Qt.AlignmentFlag.AlignHCenter
        if self._state == "past":
            paint_icon(painter, "check", QRectF(6, 6, 18, 18), ground_color)
        else:
            ink = ground_color if lit else faint
            paint.text(painter, disc, str(self._number), theme().font("small_strong"), ink, middle)
        ink = white if lit else faint
        width = self.width() - 44
        title, detail = tr(f"firstrun.list.{self._key}"), tr(f"firstrun.list.{self._key}.detail")
        high = theme().scaled(24)
        paint.text(painter, QRectF(44, 0, width, high), title, theme().font("heading"), ink)
        paint.text(painter, QRectF(44, high, width, theme().scaled(20)), detail, theme().font("small"), ink)


class StepList(QWidget):
    """The coloured side: the program's name and where one is in the steps."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(48, 176, 48, 48)
        column.setSpacing(14)
        self._lines = {key: _Line(number, key) for number, key in enumerate(keys, 1)}
        column.addSpacing(theme().scaled(72))
        for line in self._lines.values():
            column.addWidget(line)
        column.addStretch(1)

    def show_step(self, key: str) -> None:
        """Mark the step *key*; those before it are done."""
        state = "past"
        for name, line in self._lines.items():
            line.show_state("now" if name == key else state)
            state = "ahead" if name == key else state

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the ground, the mark and the title."""
        painter = paint.painter_for(self)
        painter.fillRect(self.rect(), QColor(PANEL[theme().name]))
        white = QColor("#FFFFFF")
        paint_logo(painter, QRectF(48, 48, 40, 40), white, QColor(PANEL[theme().name]))
        name = QRectF(100, 48, self.width() - 140, 40)
        paint.text(painter, name, "Consilium", theme().font("title"), white)
        painter.setFont(theme().font("display"))
        painter.setPen(QPen(white))
        place = QRectF(48, 152, self.width() - 80, theme().scaled(80))
        painter.drawText(place, Qt.TextFlag.TextWordWrap, tr("firstrun.headline"))
