"""The shared picture below its bar: private zoom, pointers with names, the last frame when the share is lost.

A widget of its own, so that it can stand in the wall, fill the screen or move to another display.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QRectF, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import fmt_number, fmt_time
from app.meeting.call.canvas import Canvas
from app.meeting.call.stagebuttons import StageButton, ZoomChip
from app.meeting.call.zoom import FITTED, STEP
from app.ui import paint
from app.ui.panes import Glyph
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import Words, say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PyQt6.QtGui import QPaintEvent

    from app.meeting.call.boxes import Boxes
    from app.meeting.call.sharing import Share
    from app.meeting.ports import Arena

RADIUS = 8.0


class SharedView(QWidget):
    """The picture below its bar: who shares it, how it is zoomed, where else it can be shown."""

    asked = pyqtSignal()
    closed = pyqtSignal()
    full = pyqtSignal()
    elsewhere = pyqtSignal()

    def __init__(self, arena: Arena, boxes: Boxes, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self.setMouseTracking(True)
        self.canvas = Canvas(arena, boxes, now_ms)
        self._whose = Label("", "caption", "stage_text").clipped()
        self.chip = ZoomChip()
        self.smaller = StageButton(say("stage.zoom_out"), "minus", ("−",))
        self.larger = StageButton(say("stage.zoom_in"), "plus", ("+",))
        self.other = StageButton(say("stage.elsewhere"), "device-desktop")
        self.whole = StageButton(say("stage.full"), "maximize", ("F",))
        self.close_it = StageButton(say("stage.close"), "x")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._bar())
        column.addWidget(self.canvas, 1)
        for signal, call in (
            (self.canvas.asked, self.asked),
            (self.canvas.zoomed, self._show_zoom),
            (self.chip.clicked, self.flip_zoom),
            (self.smaller.clicked, self.zoom_out),
            (self.larger.clicked, self.zoom_in),
            (self.other.clicked, self.elsewhere),
            (self.whole.clicked, self.full),
            (self.close_it.clicked, self.closed),
        ):
            signal.connect(call)

    def _bar(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 4, 6, 4)
        row.setSpacing(4)
        self._sign = Glyph("screen-share", "stage_text", 16)
        row.addWidget(self._sign)
        row.addSpacing(4)
        row.addWidget(self._whose, 1)
        for button in (self.smaller, self.chip, self.larger, self.other, self.whole, self.close_it):
            row.addWidget(button)
        return row

    def show_share(self, share: Share | None, box: int, names: Mapping[int, str]) -> None:
        """Show a share, or none."""
        self.canvas.show_share(share, box, names)
        lost = bool(share and share.lost_ms)
        self.close_it.setVisible(lost)
        self._whose.say(_caption(share))
        self._sign.show_icon("alert-triangle" if lost else "screen-share", "weak" if lost else "stage_text")
        self._show_zoom()

    def freshen(self) -> None:
        """Look at the newest picture."""
        self.canvas.freshen()

    def _show_zoom(self) -> None:
        for button in (self.smaller, self.larger, self.chip):
            button.setEnabled(self.canvas.source is not None)
        field, zoom = self.canvas.field, self.canvas.zoom
        percent = fmt_number(round(field.scale(zoom) * 100))
        self.chip.show_zoom(percent, private=bool(zoom.scale))
        name = str(_caption(self.canvas.share))
        self.canvas.setAccessibleName(name)
        self.canvas.setAccessibleDescription(self.chip.name)
        self.canvas.setToolTip("")
        self.canvas.show_cursor()

    # --- zoom, by keys and buttons ------------------------------------------------------------------------

    def zoom_in(self) -> None:
        """Enlarge."""
        self.canvas.magnify(STEP)

    def zoom_out(self) -> None:
        """Make smaller."""
        self.canvas.magnify(1 / STEP)

    def fit(self) -> None:
        """Show all of the picture."""
        self.canvas.set_zoom(FITTED)

    def flip_zoom(self) -> None:
        """Show the picture's own pixels, or all of it."""
        self.canvas.flip_zoom()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the ground of the bar."""
        paint.box(paint.painter_for(self), QRectF(self.rect()), RADIUS, theme().color("stage_2"))

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Speak the new language."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.LanguageChange:
            self._show_zoom()


def _caption(share: Share | None) -> Words:
    if share is None:
        return ""
    if share.lost_ms:
        at = fmt_time(datetime.fromtimestamp(share.lost_ms / 1000, UTC))
        return say("stage.lost", name=share.name, time=at)
    return say("stage.own") if share.mine else say("meeting.shared_by", name=share.name)
