"""What the window says of the line to the relay: the pill in the top bar, the sentence above the sheet, the look each minute."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, QRectF, QSize, QTimer
from PyQt6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.i18n import fmt_duration, fmt_number, fmt_time
from app.line import Standing, State
from app.ui import paint
from app.ui.buttons import Button, IconButton
from app.ui.icons import paint_icon
from app.ui.marks import chip_colours
from app.ui.panes import Banner, clear
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtGui import QPaintEvent

    from app.bridge import Bridge
    from app.line import Line
    from app.ui.words import Words

SECOND_MS = 1000
_LOOKS = {
    Standing.UNKNOWN: ("clock", "plain"),
    Standing.ONLINE: ("lock", "ok"),
    Standing.OFFLINE: ("cloud-off", "warn"),
    Standing.TOO_OLD: ("alert-triangle", "warn"),
    Standing.TOO_NEW: ("alert-triangle", "warn"),
    Standing.REFUSED: ("alert-triangle", "warn"),
    Standing.IMPOSTOR: ("shield-exclamation", "danger"),
}
"""Icon and tone of each standing."""


class LinePill(QLabel):
    """How safe and how near: "Chiffré de bout en bout | Relais 23 ms"; amber where the relay is not there."""

    def __init__(self) -> None:
        super().__init__()
        self._state = State()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._translate()

    def show_state(self, state: State) -> None:
        """Show the line as it is."""
        self._state = state
        self._translate()

    def _words(self) -> tuple[str, str]:
        standing = self._state.standing
        if standing is Standing.ONLINE:
            return str(say("mark.e2ee")), str(say("mark.relay", ms=fmt_number(max(1, self._state.rtt_ms))))
        return str(say(f"line.{standing}.short", at=_clock(self._state.since_ms))), ""

    def _translate(self) -> None:
        name = " · ".join(part for part in self._words() if part)
        if name != self.text():
            self.setText(name)
            self.setAccessibleName(name)
            self.updateGeometry()
        way = (
            f"line.way.{self._state.transport}"
            if self._state.online
            else f"line.{self._state.standing}.detail"
        )
        self.setToolTip(str(say(way)))
        self.update()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Translate again when the language changes."""
        if event is not None and event.type() == QEvent.Type.LanguageChange:
            self._translate()
        super().changeEvent(event)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Room for icon, words, rule, figure."""
        lead, tail = self._words()
        width = 39 + paint.text_width(lead, theme().font("caption"))
        if tail:
            width += 15 + paint.text_width(tail, theme().font("caption"))
        return QSize(int(width) + 1, theme().scaled(28))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Never cut a word."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the box, the icon, the words and the rule between them."""
        painter = paint.painter_for(self)
        icon, tone = _LOOKS[self._state.standing]
        fill, line, ink = chip_colours(tone)
        paint.box(painter, QRectF(self.rect()), 5, fill, line)
        paint_icon(painter, icon, QRectF(9, self.height() / 2 - 8, 16, 16), ink)
        lead, tail = self._words()
        font, high = theme().font("caption"), self.height()
        width = paint.text_width(lead, font)
        paint.text(painter, QRectF(30, 0, width, high), lead, font, ink)
        if tail:
            painter.fillRect(QRectF(37 + width, high / 2 - 6, 1, 12), line)
            paint.text(painter, QRectF(45 + width, 0, self.width() - width - 45, high), tail, font, ink)


class LineBanner(QWidget):
    """What is wrong with the line, what works all the same, and one thing to do. Empty while all is well."""

    def __init__(self, retry: Callable[[], None], now_ms: Callable[[], int]) -> None:
        super().__init__()
        self._retry_now, self._now_ms = retry, now_ms
        self._state = State()
        self._shown: tuple[object, ...] = ()
        self._skew_noted = False
        self._retry: Button | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 8)
        self._column.setSpacing(6)
        self.hide()

    def show_state(self, state: State) -> None:
        """Show the line as it is; what is said already is not built again, so that the focus stays."""
        self._state = state
        skewed = bool(state.skew_s) and not self._skew_noted
        what = (state.standing, state.since_ms, skewed and state.skew_s // 60, str(say("line.retry")))
        if what != self._shown:
            self._shown = what
            self._build(state, skewed=skewed)
        self.tick()

    def forget(self) -> None:
        """Let the next user be told anew."""
        self._skew_noted = False

    def tick(self) -> None:
        """Count down to the next look."""
        if self._retry is None:
            return
        left_s = self._state.retry_s(self._now_ms())
        self._retry.say(say("line.looking") if self._state.looking else say("line.retry_in", s=left_s))

    def _build(self, state: State, *, skewed: bool) -> None:
        clear(self._column)
        self._retry = None
        if state.down:
            self._retry = Button(say("line.retry"), size="s", icon="refresh")
            self._retry.clicked.connect(self._retry_now)
            icon, tone = _LOOKS[state.standing]
            key = f"line.{state.standing}"
            title = say(f"{key}.title", at=_clock(state.since_ms))
            self._column.addWidget(
                Banner(tone, title, say(f"{key}.detail"), icon=icon, actions=(self._retry,))
            )
        if skewed:
            self._column.addWidget(self._clock_banner(state.skew_s))
        self.setVisible(state.down or skewed)

    def _clock_banner(self, skew_s: int) -> Banner:
        close = IconButton(say("notice.close"), "x")
        close.clicked.connect(self._note_skew)
        way = "behind" if skew_s > 0 else "ahead"
        title: Words = say(f"line.clock.{way}", by=fmt_duration(abs(skew_s)))
        return Banner("warn", title, say("line.clock.detail"), icon="clock", actions=(close,))

    def _note_skew(self) -> None:
        self._skew_noted = True
        self.show_state(self._state)

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Say it again in the new language."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.LanguageChange:
            self.show_state(self._state)


class LineWatch(QObject):
    """Lets a line look each second that it is time, and shows it. `quiet`: a running call says these things itself."""

    def __init__(self, line: Line, bridge: Bridge, now_ms: Callable[[], int], window: QWidget) -> None:
        super().__init__(window)
        self._line = line
        self._quiet = False
        self._up = False
        self.pill, self.banner = LinePill(), LineBanner(line.look, now_ms)
        self._second = QTimer(self)
        self._second.timeout.connect(self._tick)
        self._second.start(SECOND_MS)
        bridge.watch(self, line.changed, self._show)

    def show_call(self, running: bool, up: bool, in_front: bool) -> None:
        """Hear how a call stands: whether there is one, connected, on screen. Up or down, the line is looked at anew."""
        self._quiet = running and in_front
        if up != self._up:
            self._up = up
            self._line.look()
        self._show(self._line.state)

    def _tick(self) -> None:
        self._line.tick()
        self.banner.tick()

    def _show(self, state: State) -> None:
        known = state != State()
        if not known:
            self.banner.forget()
        self.pill.show_state(state)
        self.pill.setVisible(known and not self._quiet)
        self.banner.show_state(State() if self._quiet else state)


def _clock(at_ms: int) -> str:
    return fmt_time(datetime.fromtimestamp(at_ms / 1000, UTC)) if at_ms else ""
