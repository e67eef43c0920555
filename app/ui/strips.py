"""Strips below the head of a patient or an alert: what nobody may overlook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF
from PyQt6.QtWidgets import QFrame, QHBoxLayout

from app.ui import paint
from app.ui.buttons import Button
from app.ui.flow import Flow
from app.ui.icons import paint_icon
from app.ui.marks import chip_colours
from app.ui.text import Label
from app.ui.theme import theme

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent

    from app.ui.words import Words


class StripFrame(QFrame):
    """One strip: a tone, what is the case, what follows from it; grey has a dark edge. `act`: the button, where something can be done."""

    def __init__(
        self, tone: str, icon: str, title: Words, detail: Words = "", act: Words = "", act_icon: str = "check"
    ) -> None:
        super().__init__()
        self._tone, self._icon = tone, icon
        self.setAccessibleName(str(title))
        self.setAccessibleDescription(str(detail))
        row = QHBoxLayout(self)
        row.setContentsMargins(44, 7, 14, 7)
        flow = Flow(10, 1)
        labels = (Label(title, "small_strong", wrap=True), Label(detail, "small", "text_2", wrap=True))
        flow.fill(labels if str(detail) else labels[:1])
        row.addWidget(flow, 1)
        self.act: Button | None = None
        if str(act):
            self.act = Button(act, size="s", icon=act_icon)
            row.addWidget(self.act)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the ground, the edge of grey, the icon."""
        painter, rect = paint.painter_for(self), QRectF(self.rect())
        fill, line, ink = chip_colours(self._tone)
        paint.box(painter, rect, 8, fill, line)
        if self._tone == "plain":
            paint.box(painter, QRectF(0, 0, 5, rect.height()), 2.5, theme().color("text"))
        paint_icon(painter, self._icon, QRectF(14, rect.center().y() - 10, 20, 20), ink)
