"""The safety number as a QR code, for the camera of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import segno
from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.ui import paint
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent

    from app.ui.words import Words

SMALL, LARGE = 123, 164
"""Sides in pixels: three and four a module, with the quiet zone (33 modules and twice four)."""
_QUIET = 4
_PAPER, _INK = QColor("#FFFFFF"), QColor("#11222A")
"""A QR code is dark on light in both themes: not every camera reads the other."""


class QrCode(QLabel):
    """A code, dark on white."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self.setFixedSize(side, side)
        self._side = side
        self._rows: tuple[bytes, ...] = ()

    def show_code(self, text: str, name: Words) -> None:
        """Show *text*, none where it is empty, under *name*."""
        made = segno.make(text, error="m", micro=False) if text else None
        self._rows = tuple(bytes(row) for row in made.matrix) if made is not None else ()
        self.setAccessibleName(str(name))
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint whole pixels a module, in the middle of white paper."""
        painter = paint.painter_for(self)
        paint.box(painter, QRectF(self.rect()), 6, _PAPER, theme().color("line"))
        if not self._rows:
            return
        painter.setRenderHint(painter.RenderHint.Antialiasing, False)
        module = self._side // (len(self._rows) + 2 * _QUIET)
        corner = (self._side - module * len(self._rows)) // 2
        for y, row in enumerate(self._rows):
            for x, dark in enumerate(row):
                if dark:
                    painter.fillRect(corner + x * module, corner + y * module, module, module, _INK)


def beside(code: QrCode, title: Words, detail: Words, verb: QWidget | None = None) -> QWidget:
    """Return the code beside the words that say what it is for, and a verb below them."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(14)
    row.addWidget(code, 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(2)
    words.addWidget(Label(title, "small_strong", wrap=True))
    words.addWidget(Label(detail, "small", "text_2", wrap=True))
    if verb is not None:
        words.addSpacing(6)
        words.addWidget(verb, 0, Qt.AlignmentFlag.AlignLeft)
    words.addStretch(1)
    row.addLayout(words, 1)
    return holder


def named(name: str) -> Words:
    """Return what a screen reader says of the code shared with *name*."""
    return say("directory.qr", name=name)
