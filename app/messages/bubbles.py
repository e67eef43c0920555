"""The lines of a thread: each measured once for a width, painted from what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PyQt6.QtCore import QModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PyQt6.QtGui import QPen
from PyQt6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.i18n import language
from app.messages import looks, parts
from app.messages.items import Day, Happened, New, Said
from app.messages.parts import Part, Text
from app.messages.tiles import Running, tile
from app.ui import paint
from app.ui.marks import paint_avatar
from app.ui.pictures import Pictures
from app.ui.theme import theme
from storage.messages.records import State

if TYPE_CHECKING:
    from PyQt6.QtGui import QPainter

    from app.messages.items import Line
    from app.messages.stream import Stream
    from app.ui.pictures import Paint

EDGE, FACE, INDENT, GAP = 20.0, 28.0, 38.0, 6.0
SHARE = 0.72
"""Of the width, what a bubble takes at most."""
CARD, WIDEST = 400.0, 680.0


@dataclass(frozen=True, eq=False)
class Laid:
    """A line measured for a width: its pieces and where they lie in the row."""

    height: int
    pieces: tuple[tuple[QRectF, Part], ...] = ()

    def spot(self, at: QPoint) -> parts.Spot | None:
        """Return what lies under a point of the row."""
        for rect, part in self.pieces:
            for spot in part.spots:
                if spot.rect.translated(rect.topLeft()).contains(at.x(), at.y()):
                    return spot
        return None


class BubbleDelegate(QStyledItemDelegate):
    """Measures and paints the lines; what was measured is kept for as long as line, width and text size stay the same."""

    def __init__(self, view: Stream) -> None:
        super().__init__(view)
        self._view = view
        self._laid: dict[str, tuple[tuple[object, ...], Laid]] = {}
        self._pictures = Pictures(view)
        self.running: Running | None = None

    def laid(self, line: Line) -> Laid:
        """Return *line* as measured for the view of now."""
        width = self._view.room
        running = self.running if self._counts(line) else None
        state = (line, width, theme().text_percent, running, language(), _minute(line))
        held = self._laid.get(line.key)
        laid = held[1] if held is not None and held[0] == state else self._lay(line, width, running)
        self._laid[line.key] = state, laid  # of this very line: told from another at a glance next time
        return laid

    def keep(self, keys: set[str]) -> None:
        """Forget what is not shown any more."""
        self._laid = {key: laid for key, laid in self._laid.items() if key in keys}
        self._pictures.keep(keys)

    def _counts(self, line: Line) -> bool:
        running = self.running
        return (
            running is not None
            and isinstance(line, Said)
            and running.file in {one.id for one in line.message.files}
        )

    def _lay(self, line: Line, width: int, running: Running | None) -> Laid:
        if isinstance(line, Day | New):
            return Laid(theme().scaled(40))
        if isinstance(line, Happened):
            text = Text(line.words, "caption", width - 2 * EDGE - 40)
            part = Part(
                text.width, text.height, lambda p, r: text.draw(p, r.topLeft(), theme().color("text_2"))
            )
            place = QRectF((width - text.width) / 2, 8, text.width, text.height)
            return Laid(int(text.height) + 16, ((place, part),))
        return _lay_message(line, width, running)

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802 -- Qt's name
        """Return the height that was measured."""
        line = index.data(Qt.ItemDataRole.UserRole)
        return QSize(0, self.laid(line).height if line is not None else 0)

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint one line."""
        line = index.data(Qt.ItemDataRole.UserRole)
        if painter is None or line is None:
            return
        marked = bool(option.state & QStyle.StateFlag.State_Selected) and isinstance(line, Said | Happened)
        ringed = marked and self._view.hasFocus()
        picture = self._picture(line, marked=marked, ringed=ringed)
        self._pictures.draw(painter, option.rect, line.key, *picture)

    def prepare(self, line: Line, top: int) -> None:
        """Paint a line before it is shown, *top* below the upper edge of the view."""
        rect = QRect(0, top, self._view.room, self.laid(line).height)
        self._pictures.prepare(rect, line.key, *self._picture(line))

    def _picture(
        self, line: Line, *, marked: bool = False, ringed: bool = False
    ) -> tuple[tuple[object, ...], Paint]:
        laid = self.laid(line)

        def paint_line(painter: QPainter, rect: QRectF) -> None:
            if marked:
                _paint_mark(painter, rect.adjusted(6, 1, -6, -1), ringed=ringed)
            if isinstance(line, Day | New):
                _paint_rule(painter, rect, line.sentence, new=isinstance(line, New))
            for place, part in laid.pieces:
                part.draw(painter, place.translated(rect.topLeft()))

        return (laid, marked, ringed), paint_line


def _paint_mark(painter: QPainter, rect: QRectF, *, ringed: bool) -> None:
    """Paint the ground of the chosen line, and a ring where keys go to it."""
    paint.box(painter, rect, 8, theme().color("hover"))
    if ringed:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme().color("focus"), 1.5))
        painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 8, 8)


def _minute(line: Line) -> int:
    """Return what time it is where that matters: an ephemeral document may be opened until some minute."""
    timed = isinstance(line, Said) and any(one.ephemeral for one in line.message.files)
    return line.now_ms // 60_000 if isinstance(line, Said) and timed else 0


def _paint_rule(painter: QPainter, rect: QRectF, words: str, *, new: bool) -> None:
    """Paint words in the middle of a hairline."""
    font, color = theme().font("caption"), theme().color
    wide = paint.text_width(words, font)
    middle = rect.center()
    ink, edge = ("accent_text", "accent_line") if new else ("text_2", "line")
    for x, to in (
        (rect.x() + EDGE, middle.x() - wide / 2 - 10),
        (middle.x() + wide / 2 + 10, rect.right() - EDGE),
    ):
        painter.fillRect(QRectF(x, round(middle.y()), max(to - x, 0), 1), color(edge))
    place = QRectF(middle.x() - wide / 2, rect.y(), wide, rect.height())
    paint.text(painter, place, words, font, color(ink), Qt.AlignmentFlag.AlignHCenter)


def _lay_message(said: Said, width: int, running: Running | None) -> Laid:
    own = said.message.own
    room = min(width - 2 * EDGE - (0 if own else INDENT), WIDEST * theme().text_percent / 100)
    pieces = _pieces(said, room, running)
    placed: list[tuple[QRectF, Part]] = []
    y = GAP
    for part, gap in pieces:
        x = width - EDGE - part.width if own else EDGE + INDENT
        placed.append((QRectF(x, y, part.width, part.height), part))
        y += part.height + gap
    if said.face:
        bottom = placed[-1][0].top() if len(placed) > 1 else y
        placed.append((QRectF(EDGE, bottom - FACE, FACE, FACE), _face(said.author)))
    return Laid(int(y + (GAP if said.face or own else 0)), tuple(placed))


def _face(name: str) -> Part:
    return Part(FACE, FACE, lambda painter, rect: paint_avatar(painter, rect, name))


def _pieces(said: Said, room: float, running: Running | None) -> list[tuple[Part, float]]:
    """Return the pieces from top to bottom, with the gap below each."""
    one, width = said.message, max(room * SHARE, 200)
    made: list[tuple[Part, float]] = []
    if said.warning:
        made.append((parts.marked(said.warning, "alert-triangle", "warn", width), 6))
    if said.name:
        made.append((parts.line(said.name, theme().font("small_strong"), "text_2", width), 3))
    if said.about:
        tone = "warn" if one.patient else "text_2"
        made.append((parts.marked(said.about, "id-badge-2", tone, width), 4))
    if said.quoted:
        made.append((parts.quote(*said.quoted, width), 4))
    if said.words:
        held = one.own and one.state in {State.HELD, State.FAILED, State.UNDELIVERED}
        text = Text(said.words, "body", width - 26)
        made.append((parts.bubble(text, own=one.own, held=held, effaced=said.effaced), 4))
    wide = min(CARD * theme().text_percent / 100, room)
    made.extend((parts.card(tile(file, said, running), wide), 4) for file in said.files)
    made.extend((parts.marked(words, "clipboard-check", "ok", width), 3) for words in said.taken)
    icon, tone = looks.state_mark(one)
    before = "shield-exclamation" if one.warning == "changed-key" else ""
    made.append((parts.meta(said.meta, said.state, icon, tone, before, width), 0))
    return made
