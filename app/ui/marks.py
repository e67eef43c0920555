"""Chips, trust marks, avatars and level meters: small painted signs that are also read out as labels."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPen
from PyQt6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.ui import paint
from app.ui.graphemes import first_grapheme
from app.ui.icons import paint_icon
from app.ui.text import Named
from app.ui.theme import theme
from app.ui.words import Words, say

if TYPE_CHECKING:
    from PyQt6.QtGui import QPainter, QPaintEvent

_AVATARS = (
    ("#D5E6EA", "#0A4B5B"),
    ("#E3E0F1", "#43337A"),
    ("#F3E3D3", "#6F3F0C"),
    ("#DCEBDD", "#20532F"),
    ("#F1DDE2", "#7A2139"),
    ("#DFE5EE", "#2B4468"),
)
"""Ground and ink of initials (core.py of the mock-ups); which pair follows from the name alone."""
_TITLES = ("Dr", "Pr", "Dr.", "Prof.", "IPA", "IDE", "M.", "Mme")
TRUST = {
    "verified": ("shield-check", "ok"),
    "certified": ("shield", "plain"),
    "changed": ("shield-exclamation", "warn"),
    "guest": ("user", "warn"),
}
"""Trust levels of a member: shape and tone; the word is `trust.<level>`."""


class Chip(QLabel):
    """A state in a few words. `tone`: plain, ok, warn, danger, info, ext (dashed), accent."""

    def __init__(
        self, words: Words, icon: str = "", tone: str = "plain", *, struck: Words = "", height: int = 24
    ) -> None:
        super().__init__()
        self._words, self._icon, self._tone, self._struck = words, icon, tone, struck
        self._height = height
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._translate()

    def show_state(self, words: Words, icon: str, tone: str) -> None:
        """Show another state."""
        if (words, icon, tone) != (self._words, self._icon, self._tone):
            self._words, self._icon, self._tone = words, icon, tone
            self._translate()

    def _translate(self) -> None:
        self.setText(" ".join(part for part in (str(self._struck), str(self._words)) if part))
        self.setAccessibleName(self.text())
        self.updateGeometry()
        self.update()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Translate again when the language changes."""
        if event is not None and event.type() == QEvent.Type.LanguageChange:
            self._translate()
        super().changeEvent(event)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Room for icon and words."""
        width = 18 + paint.text_width(self.text(), theme().font("caption")) + (21 if self._icon else 0)
        return QSize(int(width) + 1, theme().scaled(self._height))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Never cut a word."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the box, the icon, the struck word, the words."""
        painter = paint.painter_for(self)
        fill, line, ink = chip_colours(self._tone)
        paint.box(painter, QRectF(self.rect()), 5, fill, None if self._tone == "ext" else line)
        if self._tone == "ext":
            painter.setPen(QPen(ink, 1, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        x = 9.0
        if self._icon:
            paint_icon(painter, self._icon, QRectF(x, self.height() / 2 - 8, 16, 16), ink)
            x += 21
        self._paint_words(painter, x, ink)

    def _paint_words(self, painter: QPainter, x: float, ink: QColor) -> None:
        font = theme().font("caption")
        if str(self._struck):
            struck = QFont(font)
            struck.setStrikeOut(True)
            width = paint.text_width(f"{self._struck} ", font)
            paint.text(painter, QRectF(x, 0, width, self.height()), str(self._struck), struck, ink)
            x += width
        paint.text(painter, QRectF(x, 0, self.width() - x, self.height()), str(self._words), font, ink)


class Badge(QLabel):
    """How many wait: a number in a pill. `tone`: accent, or danger where it cannot wait. Nothing for zero."""

    def __init__(self, count: int = 0, tone: str = "accent") -> None:
        super().__init__()
        self._tone = tone
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setText(badge_text(count))
        if not count:
            self.hide()

    def show_count(self, count: int) -> None:
        """Show another number; more than 99 is 99+."""
        self.setText(badge_text(count))
        self.setVisible(count > 0)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Return a disc, longer for more digits."""
        return QSize(int(badge_width(self.text())), theme().scaled(18))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the pill."""
        paint_badge(paint.painter_for(self), QRectF(self.rect()), self.text(), self._tone)


def badge_text(count: int) -> str:
    """Return what a badge shows of *count*."""
    return f"{min(count, 99)}{'+' if count > 99 else ''}"


def badge_width(text: str) -> float:
    """Return the width of a badge: never narrower than high."""
    return max(theme().scaled(18), paint.text_width(text, theme().font("micro_label")) + 10)


def paint_badge(painter: QPainter, rect: QRectF, text: str, tone: str) -> None:
    """Draw a badge that fills *rect*."""
    fill, ink = ("danger_fill", "plate_text") if tone == "danger" else ("accent", "on_accent")
    paint.box(painter, rect, rect.height() / 2, theme().color(fill))
    middle = Qt.AlignmentFlag.AlignHCenter
    paint.text(painter, rect, text, theme().font("micro_label"), theme().color(ink), middle)


class TrustMark(Chip):
    """Trust in a member: shield, word and colour together, never one alone."""

    def __init__(self, level: str) -> None:
        icon, tone = TRUST[level]
        super().__init__(say(f"trust.{level}"), icon, tone)
        self.setToolTip(str(say(f"trust.{level}.why")))

    def show_level(self, level: str) -> None:
        """Show another level."""
        icon, tone = TRUST[level]
        self.show_state(say(f"trust.{level}"), icon, tone)
        self.setToolTip(str(say(f"trust.{level}.why")))


def chip_colours(tone: str) -> tuple[QColor, QColor, QColor]:
    """Return ground, line and ink of a tone."""
    color = theme().color
    if tone == "plain":
        return color("sunken"), color("line"), color("text_2")
    if tone == "accent":
        return color("accent_soft"), color("accent_line"), color("accent_text")
    return color(f"{tone}_soft"), color(f"{tone}_line"), color(tone)


def initials(name: str) -> str:
    """`Dr Hélène Marchetti` -> `HM`: first letters of the first and the last word, titles left out."""
    words = [word for word in name.split() if word not in _TITLES and word[:1].isalpha()]
    if not words:
        return "?"
    last = first_grapheme(words[-1]) if len(words) > 1 else ""
    return (first_grapheme(words[0]) + last).upper()


def avatar_colours(name: str) -> tuple[QColor, QColor]:
    """Return ground and ink of a name's initials, the same on every machine."""
    ground, ink = _AVATARS[hashlib.sha256(name.encode()).digest()[0] % len(_AVATARS)]
    return (QColor(ground).darker(116) if theme().name == "dark" else QColor(ground)), QColor(ink)


def paint_avatar(painter: QPainter, rect: QRectF, name: str) -> None:
    """Draw the initials of *name* in a disc that fills *rect*."""
    ground, ink = avatar_colours(name)
    paint.box(painter, rect, rect.width() / 2, ground)
    font = QFont(theme().font("subhead"))
    font.setPixelSize(max(12, int(rect.width() * 0.38)))
    metrics, letters = QFontMetricsF(font), initials(name)
    painter.setFont(font)
    painter.setPen(ink)
    baseline = rect.center().y() + metrics.tightBoundingRect("H").height() / 2
    width = metrics.horizontalAdvance(letters)
    painter.save()
    painter.setClipRect(rect)  # marks heaped on a letter stay in the disc
    painter.drawText(int(rect.center().x() - width / 2), round(baseline), letters)
    painter.restore()


class Avatar(QLabel):
    """Initials in a disc."""

    def __init__(self, name: str, side: int = 36) -> None:
        super().__init__(name)
        self.setFixedSize(side, side)
        self.setAccessibleName(name)

    def show_name(self, name: str) -> None:
        """Show another person."""
        self.setText(name)
        self.setAccessibleName(name)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the disc."""
        paint_avatar(paint.painter_for(self), QRectF(self.rect()), self.text())


class Logo(QLabel):
    """The mark of Consilium."""

    def __init__(self, side: int = 36) -> None:
        super().__init__("Consilium")
        self.setFixedSize(side, side)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint an open C around a point."""
        rect = QRectF(self.rect())
        paint_logo(paint.painter_for(self), rect, theme().color("accent"), theme().color("on_accent"))


def paint_logo(painter: QPainter, rect: QRectF, ground: QColor, ink: QColor) -> None:
    """Draw the mark in a rounded box that fills *rect*."""
    painter.save()
    painter.translate(rect.topLeft())
    painter.scale(rect.width() / 36, rect.height() / 36)
    paint.box(painter, QRectF(1, 1, 34, 34), 9, ground)
    painter.setPen(QPen(ink, 3, cap=Qt.PenCapStyle.RoundCap))
    painter.drawArc(QRectF(9.4, 9.4, 17.2, 17.2), 43 * 16, 274 * 16)
    paint.box(painter, QRectF(15.4, 15.4, 5.2, 5.2), 2.6, ink)
    painter.restore()


class LevelMeter(QWidget):
    """Sound level as a row of bars; the word beside it says the same."""

    BARS = 30

    def __init__(self) -> None:
        super().__init__()
        self._level = 0.0
        self.setFixedHeight(16)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        Named(self, say("meeting.level"))

    def show_level(self, level: float) -> None:
        """Show a level from 0 to 1."""
        lit = round(max(0.0, min(1.0, level)) * self.BARS)
        if lit != round(self._level * self.BARS):
            self._level = lit / self.BARS
            self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the bars."""
        painter = paint.painter_for(self)
        step = self.width() / self.BARS
        lit = round(self._level * self.BARS)
        for bar in range(self.BARS):
            tone = "ok" if bar < lit else "line"
            paint.box(painter, QRectF(bar * step, 0, step - 3, self.height()), 2, theme().color(tone))
