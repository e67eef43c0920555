"""A word that nobody may overlook, in a narrow column: what is the case, what follows, what can be done about it below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF
from PyQt6.QtWidgets import QFrame, QVBoxLayout

from app.ui import paint
from app.ui.flow import Flow
from app.ui.icons import paint_icon
from app.ui.marks import chip_colours
from app.ui.text import Label
from app.ui.theme import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QPaintEvent

    from app.ui.buttons import Press
    from app.ui.words import Words

SIGN, PAD = 18, 10


class Notice(QFrame):
    """Shows words until others are; `tone` and icon as those of chips. Hidden without words."""

    def __init__(self, acts: Sequence[Press] = ()) -> None:
        super().__init__()
        self._tone, self._icon = "info", "info-circle"
        column = QVBoxLayout(self)
        column.setContentsMargins(PAD + SIGN + 8, 8, PAD, 8)
        column.setSpacing(2)
        self._title, self._detail = (
            Label("", "small_strong", wrap=True),
            Label("", "small", "text_2", wrap=True),
        )
        column.addWidget(self._title)
        column.addWidget(self._detail)
        if acts:
            flow = Flow()
            flow.fill(acts)
            column.addSpacing(4)
            column.addWidget(flow)
        self.hide()

    def tell(self, tone: str, icon: str, title: Words, detail: Words = "") -> None:
        """Show these words; none: nothing."""
        self._tone, self._icon = tone, icon
        self._title.say(title)
        self._detail.say(detail)
        self._detail.setVisible(bool(str(detail)))
        self.setAccessibleName(str(title))
        self.setAccessibleDescription(str(detail))
        self.setVisible(bool(str(title)))
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the ground, its line and the icon."""
        painter = paint.painter_for(self)
        fill, line, ink = chip_colours(self._tone)
        paint.box(painter, QRectF(self.rect()), 8, fill, line)
        middle = 8 + theme().scaled(18) / 2
        paint_icon(painter, self._icon, QRectF(PAD, middle - SIGN / 2, SIGN, SIGN), ink)
