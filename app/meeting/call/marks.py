"""What the top bar says of the meeting: how long, how safe, how well the line holds; and that nothing is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSize, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.i18n import fmt_number, fmt_timer
from app.meeting.view import IN_MEETING, Stage
from app.ui import paint
from app.ui.buttons import IconButton, Press
from app.ui.icons import paint_icon
from app.ui.marks import Chip, chip_colours
from app.ui.theme import theme
from app.ui.words import Words, say

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent

    from app.meeting.view import View


class CodeChip(Press):
    """The end-to-end mark; a press explains it and shows the call code."""

    radius = 5.0

    def __init__(self) -> None:
        self._code = ""
        super().__init__(say("mark.e2ee"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_code(self, code: str) -> None:
        """Show the call code beside the mark, or none."""
        if code != self._code:
            self._code = code
            self.say(say("mark.e2ee_code", code=code) if code else say("mark.e2ee"))
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Room for icon, words, digits."""
        width = 39 + paint.text_width(self._lead, theme().font("caption"))
        if self._code:
            width += 6 + paint.text_width(self._code, theme().font("mono"))
        return QSize(int(width) + 1, theme().scaled(28))

    @property
    def _lead(self) -> str:
        return str(say("mark.e2ee_lead" if self._code else "mark.e2ee"))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint a green chip with the digits in mono."""
        painter = paint.painter_for(self)
        color = theme().color
        paint.box(
            painter, QRectF(self.rect()), 5, color("ok_soft"), color("ok" if self.underMouse() else "ok_line")
        )
        paint_icon(painter, "shield-check", QRectF(9, self.height() / 2 - 8, 16, 16), color("ok"))
        width = paint.text_width(self._lead, theme().font("caption"))
        paint.text(
            painter, QRectF(30, 0, width, self.height()), self._lead, theme().font("caption"), color("ok")
        )
        if self._code:
            rest = QRectF(36 + width, 0, self.width() - width - 36, self.height())
            paint.text(painter, rest, self._code, theme().font("mono"), color("ok"))


class LineChip(Press):
    """How the line holds; a press shows its figures and what they cost."""

    radius = 5.0

    def __init__(self) -> None:
        self._icon, self._tone = "wifi-2", "plain"
        super().__init__("")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_state(self, words: Words, icon: str, tone: str) -> None:
        """Show another state."""
        self._icon, self._tone = icon, tone
        self.say(words)
        self.setToolTip(str(say("network.open")))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Room for icon and words."""
        return QSize(int(40 + paint.text_width(self.name, theme().font("caption"))), theme().scaled(28))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint a chip; its line is stronger under the pointer."""
        painter = paint.painter_for(self)
        fill, line, ink = chip_colours(self._tone)
        paint.box(painter, QRectF(self.rect()), 5, fill, ink if self.underMouse() else line)
        paint_icon(painter, self._icon, QRectF(9, self.height() / 2 - 8, 16, 16), ink)
        words = QRectF(30, 0, self.width() - 30, self.height())
        paint.text(painter, words, self.name, theme().font("caption"), ink)


class MeetingMarks(QWidget):
    """The chips of a running meeting. `code`, `network` and `panel` are wishes."""

    code = pyqtSignal()
    network = pyqtSignal()
    panel = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._time = Chip("", "clock", "plain", height=28)
        self._code = CodeChip()
        self._code.clicked.connect(self.code)
        self._record = Chip(say("mark.forbidden"), "player-record", struck=say("mark.recording"), height=28)
        self._record.setToolTip(str(say("more.recording")))
        self._line = LineChip()
        self._line.clicked.connect(self.network)
        self._panel = IconButton(say("mark.panel"), "users")
        self._panel.clicked.connect(self.panel)
        for widget in (self._time, self._code, self._record, self._line, self._panel):
            row.addWidget(widget)

    def show_view(self, view: View, now_ms: int) -> None:
        """Bring the chips up to date."""
        live = view.stage in {Stage.LIVE, Stage.RECONNECTING}
        for widget in (self._time, self._code, self._line, self._panel):
            widget.setVisible(live)
        self._record.setVisible(view.stage in IN_MEETING)
        if not live:
            return
        self._time.show_state(
            fmt_timer((now_ms - view.since_ms) / 1000 if view.since_ms else 0), "clock", "plain"
        )
        self._code.show_code(view.code.grouped if view.code.state == "ready" else "")
        self._show_line(view)

    def _show_line(self, view: View) -> None:
        if view.stage is Stage.RECONNECTING:
            self._line.show_state(say("mark.reconnecting"), "refresh", "warn")
        elif view.network.own_weak:
            self._line.show_state(
                say("mark.weak", ms=fmt_number(view.network.rtt_ms)), "alert-triangle", "warn"
            )
        elif view.sound_only:
            self._line.show_state(
                say("mark.sound_only", ms=fmt_number(view.network.rtt_ms)), "phone", "accent"
            )
        elif view.transport == "tls":
            self._line.show_state(say("mark.tls", ms=fmt_number(view.network.rtt_ms)), "wifi-1", "warn")
        else:
            self._line.show_state(say("mark.relay", ms=fmt_number(view.network.rtt_ms)), "wifi-2", "plain")
