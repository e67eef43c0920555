"""Pieces of a message as they are painted: each knows its size for a width, and where it can be pressed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QPen, QTextLayout, QTextOption

from app.ui import paint
from app.ui.icons import paint_icon
from app.ui.theme import theme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PyQt6.QtGui import QColor, QFont, QPainter

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
BUTTON = 32


@dataclass(frozen=True)
class Spot:
    """Where a row can be pressed: *act* on a file, or on the message for 0."""

    rect: QRectF
    act: str
    file: int = 0


@dataclass(frozen=True)
class Part:
    """A piece that takes *width* x *height*; `draw` paints it into a rectangle; `spots` lie in its own coordinates."""

    width: float
    height: float
    draw: Callable[[QPainter, QRectF], None] = field(repr=False)
    spots: tuple[Spot, ...] = ()


class Text:
    """A text laid out once for a width: lines wrap at words, a word without end anywhere."""

    def __init__(self, words: str, role: str, width: float, most_lines: int = 0) -> None:
        self._font = theme().font(role)
        self._layout = QTextLayout(words.replace("\n", "\u2028"), self._font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._layout.setTextOption(option)
        self._layout.setCacheEnabled(True)
        line_high = theme().scaled(20 if role in {"body", "body_strong", "subhead"} else 18)
        y = wide = 0.0
        self._layout.beginLayout()
        while (line := self._layout.createLine()).isValid():
            line.setLineWidth(max(width, 40.0))
            line.setPosition(QPointF(0, y + (line_high - line.height()) / 2))
            y += line_high
            wide = max(wide, line.naturalTextWidth())
            if most_lines and self._layout.lineCount() >= most_lines:
                break
        self._layout.endLayout()
        self.width, self.height = min(float(-(-wide // 1)) + 1, width), y

    def draw(self, painter: QPainter, at: QPointF, ink: QColor) -> None:
        """Paint it with its upper left corner at *at*."""
        painter.setPen(ink)
        self._layout.draw(painter, at)


def line(words: str, font: QFont, tone: str, width: float = 0, high: int = 18) -> Part:
    """One line of text, ellipsised where *width* is less than it needs."""
    wide = paint.text_width(words, font)
    wide = min(wide, width) if width else wide

    def draw(painter: QPainter, rect: QRectF) -> None:
        paint.text(painter, rect, words, font, theme().color(tone), _LEFT)

    return Part(wide, theme().scaled(high), draw)


def bubble(text: Text, *, own: bool, held: bool, effaced: bool) -> Part:
    """Box the text: teal for own ones, dashed for what was not sent or is there no more."""
    pad_x, pad_y = 13.0, 9.0
    fill, edge = ("accent_soft", "accent_line") if own else ("sunken", "line")

    def draw(painter: QPainter, rect: QRectF) -> None:
        color = theme().color
        if held or effaced:
            dashed(painter, rect, 10, color("accent_line" if held else "line_strong"))
        else:
            paint.box(painter, rect, 10, color(fill), color(edge))
        ink = color("text_2" if effaced else "text")
        text.draw(painter, QPointF(rect.x() + pad_x, rect.y() + pad_y), ink)

    return Part(text.width + 2 * pad_x, text.height + 2 * pad_y, draw)


def dashed(painter: QPainter, rect: QRectF, radius: float, ink: QColor) -> None:
    """Draw a dashed box."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(ink, 1, Qt.PenStyle.DashLine))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def quote(who: str, words: str, width: float) -> Part:
    """Show what is answered: a bar, who said it, the beginning of it."""
    text = Text(words, "small", width - 16, most_lines=2)
    high = theme().scaled(18) if who else 0

    def draw(painter: QPainter, rect: QRectF) -> None:
        color = theme().color
        paint.box(painter, QRectF(rect.x(), rect.y(), 3, rect.height()), 1.5, color("accent_line"))
        if who:
            head = QRectF(rect.x() + 12, rect.y(), rect.width() - 12, high)
            paint.text(painter, head, who, theme().font("small_strong"), color("accent_text"), _LEFT)
        text.draw(painter, QPointF(rect.x() + 12, rect.y() + high), color("text_2"))

    named = paint.text_width(who, theme().font("small_strong"))
    wide = min(max(text.width, named) + 16, width)
    return Part(wide, high + text.height, draw, (Spot(QRectF(0, 0, wide, high + text.height), "quoted"),))


def marked(words: str, icon: str, tone: str, width: float, role: str = "small") -> Part:
    """Put a sentence behind an icon: a warning, an act."""
    text = Text(words, role, width - 24)

    def draw(painter: QPainter, rect: QRectF) -> None:
        paint_icon(painter, icon, QRectF(rect.x(), rect.y() + 1, 16, 16), theme().color(tone))
        text.draw(painter, QPointF(rect.x() + 22, rect.y()), theme().color(tone))

    return Part(text.width + 24, text.height, draw)


def meta(words: str, state: str, icon: str, tone: str, before: str, width: float) -> Part:
    """`09:14 ✓✓ lu 09:31` below a message; *before* is an icon at the beginning. Too long a line is ellipsised."""
    font = theme().font("caption")
    lead = 20 if before else 0
    time_wide = paint.text_width(words, font)
    state_wide = paint.text_width(state, font)
    whole = lead + time_wide + (26 + state_wide if state else 0)

    def draw(painter: QPainter, rect: QRectF) -> None:
        x = rect.x()
        if before:
            paint_icon(painter, before, QRectF(x, rect.center().y() - 8, 16, 16), theme().color("warn"))
            x += lead
        paint.text(
            painter,
            QRectF(x, rect.y(), time_wide, rect.height()),
            words,
            font,
            theme().color("text_2"),
            _LEFT,
        )
        if state:
            x += time_wide + 5
            paint_icon(painter, icon, QRectF(x, rect.center().y() - 8, 16, 16), theme().color(tone))
            room = QRectF(x + 21, rect.y(), rect.right() - x - 21, rect.height())
            paint.text(painter, room, state, font, theme().color(tone), _LEFT)

    return Part(min(whole, width), theme().scaled(18), draw)


@dataclass(frozen=True)
class Tile:
    """What a card of a file shows. `acts` are (act, icon); `share` of the bar, None without one; `left_s` counts down."""

    name: str
    about: str
    icon: str
    tone: str
    file: int
    acts: tuple[tuple[str, str], ...] = ()
    word: str = ""
    share: float | None = None
    left_s: int | None = None
    left_words: str = ""


def card(tile: Tile, width: float) -> Part:
    """Show a file: icon, name, what is to be known of it, what can be done."""
    strong = theme().font("subhead")
    word_font = theme().font("small_strong")
    word_wide = paint.text_width(tile.word, word_font) + 24 if tile.word else 0
    left_wide = 0.0
    if tile.left_s is not None:
        left_wide = paint.text_width(tile.left_words, theme().font("caption")) + 8
    aside = len(tile.acts) * (BUTTON + 10) + (word_wide + 12 if word_wide else 0) + left_wide
    room = width - 64 - aside - 14
    about = Text(tile.about, "small", room)
    head = theme().scaled(20)
    bar = 12 if tile.share is not None else 0
    high = max(14 + head + about.height + bar + 12, 60.0)
    spots = _spots(tile, width, high, word_wide)

    def draw(painter: QPainter, rect: QRectF) -> None:
        color = theme().color
        paint.box(painter, rect, 8, color("surface"), color("line"))
        middle = rect.center().y()
        square = QRectF(rect.x() + 12, middle - 20, 40, 40)
        if tile.tone == "warn":
            paint.box(painter, square, 8, color("warn_soft"))
        paint_icon(
            painter,
            tile.icon,
            square.adjusted(8, 8, -8, -8) if tile.tone == "warn" else square.adjusted(4, 4, -4, -4),
            color(tile.tone),
        )
        x, y = rect.x() + 64, middle - (head + about.height + bar) / 2
        paint.text(painter, QRectF(x, y, room, head), tile.name, strong, color("text"), _LEFT)
        about.draw(painter, QPointF(x, y + head), color("text_2"))
        if tile.share is not None:
            _bar(painter, QRectF(x, y + head + about.height + 6, room, 4), tile)
        if tile.left_s is not None:
            _left(painter, QRectF(rect.right() - left_wide - 12, rect.y(), left_wide, rect.height()), tile)
        for spot, icon in zip(spots, [icon for _act, icon in tile.acts], strict=False):
            place = spot.rect.translated(rect.topLeft())
            paint.box(painter, place, 6, color("surface"), color("line"))
            paint_icon(painter, icon, place.adjusted(7, 7, -7, -7), color("text_2"))
        if tile.word:
            place = spots[-1].rect.translated(rect.topLeft())
            paint.box(painter, place, 6, color("surface"), color("line_strong"))
            paint.text(painter, place, tile.word, word_font, color("text"), Qt.AlignmentFlag.AlignHCenter)

    return Part(width, high, draw, spots)


def _bar(painter: QPainter, rect: QRectF, tile: Tile) -> None:
    color = theme().color
    paint.box(painter, rect, 2, color("line"))
    rect.setWidth(rect.width() * min(max(tile.share or 0.0, 0.0), 1.0))
    paint.box(painter, rect, 2, color("warn" if tile.left_s is not None else "accent"))


def _left(painter: QPainter, rect: QRectF, tile: Tile) -> None:
    """Paint how many seconds are left, large."""
    high = theme().scaled(24)
    top = QRectF(rect.x(), rect.center().y() - high + 2, rect.width(), high)
    middle = Qt.AlignmentFlag.AlignHCenter
    paint.text(painter, top, f"{tile.left_s} s", theme().font("title"), theme().color("warn"), middle)
    below = QRectF(rect.x(), top.bottom(), rect.width(), theme().scaled(16))
    paint.text(painter, below, tile.left_words, theme().font("caption"), theme().color("text_2"), middle)


def _spots(tile: Tile, width: float, high: float, word_wide: float) -> tuple[Spot, ...]:
    spots: list[Spot] = []
    right = width - 12.0
    if word_wide:
        tall = theme().scaled(28)
        spots.append(
            Spot(QRectF(right - word_wide, (high - tall) / 2, word_wide, tall), "open-once", tile.file)
        )
        right -= word_wide + 10
    pressed = []
    for act, _icon in reversed(tile.acts):
        pressed.append(Spot(QRectF(right - BUTTON, (high - BUTTON) / 2, BUTTON, BUTTON), act, tile.file))
        right -= BUTTON + 10
    return (*reversed(pressed), *spots)


def stacked(parts: Sequence[Part], gap: float) -> float:
    """Return the height of *parts* one below the other."""
    return sum(part.height for part in parts) + gap * max(len(parts) - 1, 0)
