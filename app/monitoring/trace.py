"""The trace on the screen: each moment with its time, its words and its author; and whether every signature holds."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QFont, QFontMetricsF
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import tr, trn
from app.intents import OpenThread
from app.monitoring.ports import Proof
from app.monitoring.told import Telling, Told, moment
from app.times import Site
from app.ui import paint
from app.ui.buttons import Button
from app.ui.rows import RowDelegate
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.timeline import Timeline
from app.ui.words import Words, say
from storage.monitoring.records import Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PyQt6.QtCore import QModelIndex
    from PyQt6.QtGui import QColor, QPainter, QResizeEvent
    from PyQt6.QtWidgets import QStyleOptionViewItem

    from app.feature import Desk
    from app.monitoring.people import People
    from app.monitoring.ports import Monitoring, Proved, Sheet

DOT, GAP, BELOW, EDGE = 10.0, 10.0, 10.0, 16.0
_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
log = logging.getLogger(__name__)


class _Moment(RowDelegate):
    """Paints the time, the rail with its dot, and the words, which wrap: nothing of a trace is cut."""

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802 -- Qt's name
        """As high as the words need."""
        line, view = index.data(Qt.ItemDataRole.UserRole), self.parent()
        if line is None or not isinstance(view, TraceList):
            return QSize(0, theme().scaled(20))
        return QSize(0, view.height_of(line))

    def paint_line(self, painter: QPainter, rect: QRectF, line: Any, index: QModelIndex) -> None:
        """Paint one moment; the rail begins at the first dot and ends at the last."""
        assert isinstance(line, Told)
        color = theme().color
        painter.fillRect(rect, color("surface"))
        if not line.when:
            font = theme().font("small_strong")
            paint.text(painter, rect.adjusted(EDGE, 0, -EDGE, 0), line.title, font, color("text_2"))
            return
        self._paint_rail(painter, rect, line, index)
        high = theme().scaled(20)
        when = QRectF(rect.x() + EDGE, rect.y(), _when(), high)
        paint.text(painter, when, line.when, theme().font("small"), color("text_2"))
        x = rect.x() + EDGE + _when() + 2 * GAP + DOT
        y = rect.y()
        for words, font, ink in _texts(line):
            room = QRectF(x, y, rect.right() - EDGE - x, rect.height())
            painter.setFont(font)
            painter.setPen(ink)
            painter.drawText(room, int(_WRAP), words)
            y += _text_height(words, font, room.width())

    def _paint_rail(self, painter: QPainter, rect: QRectF, line: Told, index: QModelIndex) -> None:
        color, model = theme().color, index.model()
        lines = model.lines if model is not None else ()  # type: ignore[attr-defined]  # the list's own model
        row = index.row()
        first = not row or not lines[row - 1].when
        last = row == len(lines) - 1 or not lines[row + 1].when
        x, middle = rect.x() + EDGE + _when() + GAP + DOT / 2, rect.y() + theme().scaled(20) / 2
        top, bottom = middle if first else rect.y(), middle if last else rect.bottom() + 1
        painter.fillRect(QRectF(x - 1, top, 2, bottom - top), color("line"))
        dot = QRectF(x - DOT / 2, middle - DOT / 2, DOT, DOT)
        fill = "danger" if line.alarm else "line_strong" if line.void else line.tone
        paint.box(painter, dot, DOT / 2, color(fill))


def _when() -> float:
    return paint.text_width("00:00", theme().font("small")) + 2


def _room(width: float) -> float:
    return max(width - 2 * EDGE - _when() - 2 * GAP - DOT, 40.0)


def _texts(line: Told) -> list[tuple[str, QFont, QColor]]:
    """Return the lines of a moment with their fonts and inks; what moved nothing is struck through."""
    color, title = theme().color, QFont(theme().font("body_strong"))
    title.setStrikeOut(bool(line.void))
    small = theme().font("small")
    found = [(line.title, title, color("danger" if line.alarm else "text_2" if line.void else "text"))]
    found += [(words, small, color("text")) for words in (line.void, line.words) if words]
    if line.by:
        found.append((line.by, small, color("danger" if line.alarm else "text_2")))
    return found


def _text_height(words: str, font: QFont, width: float) -> float:
    return float(QFontMetricsF(font).boundingRect(QRectF(0, 0, width, 100_000), int(_WRAP), words).height())


def _height(line: Told, room: float) -> float:
    if not line.when:
        return float(theme().scaled(26))
    return sum(_text_height(words, font, room) for words, font, _ink in _texts(line)) + BELOW


class TraceList(Timeline[Told]):
    """The moments, the newest at the end and in sight."""

    def __init__(self) -> None:
        super().__init__(say("alertacts.trace"), delegate=_Moment())
        delegate = self.itemDelegate()
        if delegate is not None:
            delegate.setParent(self)
        self.setUniformItemSizes(False)
        self._heights: dict[tuple[str, int, int], int] = {}

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Ask for little: it takes what the others leave."""
        return QSize(200, theme().scaled(60))

    def height_of(self, line: Told) -> int:
        """Return how high a moment is in the width of now; Qt asks many times, so it is remembered until there are others."""
        viewport = self.viewport()
        width = viewport.width() if viewport is not None else self.width()
        place = (line.key, width, theme().text_percent)
        if place not in self._heights:
            self._heights[place] = int(_height(line, _room(width)))
        return self._heights[place]

    def show_lines(self, lines: Sequence[Told]) -> None:
        """Show *lines*, each as high as its words need now; a new one comes into sight."""
        if tuple(lines) == self.shown.lines:
            return
        more = len(lines) != len(self.shown.lines)
        self._heights.clear()
        super().show_lines(lines)
        self.scheduleDelayedItemsLayout()
        self.executeDelayedItemsLayout()
        if more:
            self.scrollToBottom()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Wrap anew; who was at the end stays there."""
        bar = self.verticalScrollBar()
        ended = bar is not None and bar.value() == bar.maximum()
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()
        self.executeDelayedItemsLayout()
        if ended:
            self.scrollToBottom()


class Trace(QWidget):
    """Head, list, and what became of the signatures when somebody had them verified."""

    def __init__(self, desk: Desk, monitoring: Monitoring, people: People) -> None:
        super().__init__()
        self._desk, self._monitoring, self._people = desk, monitoring, people
        self._sheet: Sheet | None = None
        self._proofs: Mapping[bytes, Proof] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setContentsMargins(16, 0, 10, 0)
        row.addWidget(Label(say("alertacts.trace"), "subhead").clipped(), 1)
        self.verify = Button(say("alertacts.trace.verify.short"), "ghost", "s", "link")
        self.verify.speak(say("alertacts.trace.verify"))
        self.verify.clicked.connect(self._verify)
        row.addWidget(self.verify)
        column.addLayout(row)
        self.state = Label("", "caption", "text_2", wrap=True)
        self.state.setContentsMargins(16, 0, 16, 2)
        column.addWidget(self.state)
        self.list = TraceList()
        self.list.opened.connect(self._open)
        column.addWidget(self.list, 1)

    def show_sheet(self, sheet: Sheet, now_ms: int) -> None:
        """Show an alert's trace; what was verified is said until the trace is another one."""
        before, self._sheet = self._sheet, sheet
        if before is None or before.item.alert != sheet.item.alert:
            self._proofs = {}
        if before is None or before.life.heads != sheet.life.heads:
            self._say(say("alertacts.trace.signed"))
        self.list.show_lines(self.lines(now_ms))
        self.verify.setEnabled(bool(sheet.life.rows))

    def lines(self, now_ms: int) -> tuple[Told, ...]:
        """Return the trace as it is told now."""
        return Telling(self._sheet, self._people, self._proofs).lines(now_ms) if self._sheet else ()

    def _open(self, key: str) -> None:
        """Open the messages that a note is about."""
        rows = self._sheet.life.rows if self._sheet is not None else ()
        about = {row.record.id.hex(): row.record.about for row in rows if row.record.step is Step.NOTE}
        if about.get(key):
            self._desk.open(OpenThread(conv=about[key]))

    def forget(self) -> None:
        """Show nothing."""
        self._sheet, self._proofs = None, {}
        self.list.show_lines(())

    def _say(self, words: Words, tone: str = "text_2") -> None:
        self.state.say(words)
        self.state.set_tone(tone)

    # --- signatures ---------------------------------------------------------------------------------------

    def _verify(self) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        self._say(say("alertacts.trace.verifying"))
        alert = sheet.item.alert
        work = self._monitoring.verify(alert)
        self._desk.bridge.start(self, work, partial(self._verified, alert), partial(self._failed, alert))

    def _verified(self, alert: bytes, proved: Proved) -> None:
        if self._sheet is None or self._sheet.item.alert != alert:
            return
        self._proofs = proved.of
        now_ms = self._desk.now_ms()
        self.list.show_lines(self.lines(now_ms))
        self._say(*self._outcome(proved, now_ms))

    def _outcome(self, proved: Proved, now_ms: int) -> tuple[Words, str]:
        """Return what to say: the worst first."""
        assert self._sheet is not None
        counts = {one: list(proved.of.values()).count(one) for one in Proof}
        holds, all_of = counts[Proof.HOLDS], len(proved.of)
        troubles = (
            ("broken", counts[Proof.BROKEN]),
            ("missing", proved.missing),
            ("unknown", counts[Proof.UNKNOWN]),
        )
        said = [trn(f"alertacts.trace.{code}", count) for code, count in troubles if count]
        if not said:
            at = moment(Site(self._sheet.ruled.hours.zone), now_ms, now_ms)
            return trn("alertacts.trace.holds", holds, at=at), "ok"
        some = tr("alertacts.trace.some", n=holds, of=all_of)
        return " ".join((*said, some)), "danger" if counts[Proof.BROKEN] else "warn"

    def _failed(self, alert: bytes, error: Exception) -> None:
        log.warning("a trace was not verified: %s", type(error).__name__)
        if self._sheet is not None and self._sheet.item.alert == alert:
            self._say(say("alertacts.trace.not_verified"), "danger")
