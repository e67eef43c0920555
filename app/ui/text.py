"""Labels that speak in the language of the moment, and key hints."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.ui import paint
from app.ui.theme import theme

if TYPE_CHECKING:
    from app.ui.words import Words


NARROWEST = 160
"""How narrow a text that wraps or ends with … may become, whatever its longest word."""
_RUN = re.compile(r"[^\s-]{25,}")
_PIECE = re.compile(r".{12}(?=\w)", re.DOTALL)
_MARKED = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
BREAK = "\u200b"


def breakable(text: str) -> str:
    """Let a word without end be broken, never between a letter and its marks."""
    return _RUN.sub(lambda run: _PIECE.sub(lambda piece: piece.group() + BREAK, run.group()), text)


class Label(QLabel):
    """One text in a type role and a tone; wraps when asked, otherwise ellipsises instead of pushing its neighbours.

    A word without end is broken where the text wraps, unless the text can be marked and copied.
    """

    def __init__(
        self, words: Words = "", role: str = "body", tone: str = "text", *, wrap: bool = False
    ) -> None:
        super().__init__()
        self._words = words
        self._clip = self._parted = False
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("type", role)
        self.setProperty("tone", tone)
        self.setWordWrap(wrap)
        self._write()

    def say(self, words: Words) -> None:
        """Show other words."""
        if words != self._words:
            self._words = words
            self._write()

    def _write(self) -> None:
        whole = not self.wordWrap() or self.textInteractionFlags() & _MARKED
        self.setText(str(self._words) if whole else breakable(str(self._words)))
        self._tell_whole(cut=False)

    def setTextInteractionFlags(self, flags: Qt.TextInteractionFlag) -> None:  # noqa: N802 -- Qt's name
        """Let the text be marked: then it stands as it is."""
        super().setTextInteractionFlags(flags)
        self._write()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Let no word push the neighbours away."""
        size = super().minimumSizeHint()
        yields = self.wordWrap() or self._clip
        return size.boundedTo(QSize(theme().scaled(NARROWEST), size.height())) if yields else size

    def at_left(self) -> Label:
        """Begin at the left whatever the script: a name stays beside the picture that it names."""
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
        self.setAlignment(left | Qt.AlignmentFlag.AlignVCenter)
        return self

    def set_tone(self, tone: str) -> None:
        """Show the same words in another tone."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            restyle(self)

    def clipped(self, *, parted: bool = False) -> Label:
        """Give way to the neighbours: end with … where there is no room; *parted*: after the last part that fits whole."""
        self._clip, self._parted = True, parted
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        return self

    def paintEvent(self, event: object) -> None:  # noqa: N802 -- Qt's name
        """Ellipsise where asked, otherwise paint as Qt does."""
        if not self._clip:
            super().paintEvent(event)  # type: ignore[arg-type]
            return
        painter = QPainter(self)
        rect = QRectF(self.contentsRect())
        color = self.palette().color(self.foregroundRole())
        words = self.text()
        if self._parted:
            words = paint.whole_parts(words, self.font(), rect.width())
            words = words if paint.text_width(words, self.font()) <= rect.width() + 1 else ""
        self._tell_whole(cut=words != self.text() or paint.text_width(words, self.font()) > rect.width() + 1)
        paint.text(
            painter,
            rect,
            words,
            self.font(),
            color,
            self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask,
        )

    def _tell_whole(self, *, cut: bool) -> None:
        """Say in the tooltip what there is no room for, where nothing else is said there."""
        whole = self.text() if cut else ""
        if whole != self._whole and self.toolTip() == self._whole:
            self._whole = whole
            self.setToolTip(whole)

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Translate again when the language changes."""
        if event is not None and event.type() == QEvent.Type.LanguageChange:
            self._write()
        super().changeEvent(event)


class KeyHint(QLabel):
    """Keys drawn as caps, beside a sentence."""

    def __init__(self, *names: str) -> None:
        super().__init__(" ".join(names))
        self._names = names

    def show_keys(self, *names: str) -> None:
        """Show other caps."""
        self._names = names
        self.setText(" ".join(names))
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Room for the caps."""
        return QSize(int(paint.keys_width(self._names)) + 1, theme().scaled(20) + 2)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Never less."""
        return self.sizeHint()

    def paintEvent(self, _event: object) -> None:  # noqa: N802 -- Qt's name
        """Draw the caps."""
        painter = paint.painter_for(self)
        middle = QRectF(self.rect()).center()
        middle.setX(0)
        paint.keys(painter, middle, self._names, theme().color("text_2"), theme().color("sunken"))


class Named(QObject):
    """Keeps the accessible name of a widget in the language of the moment; lives as long as the widget."""

    def __init__(self, widget: QWidget, words: Words) -> None:
        super().__init__(widget)
        self._widget, self._words = widget, words
        widget.setAccessibleName(str(words))
        widget.installEventFilter(self)

    def eventFilter(self, _target: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 -- Qt's name
        """Name it again when the language changes."""
        if event is not None and event.type() == QEvent.Type.LanguageChange:
            self._widget.setAccessibleName(str(self._words))
        return False


def restyle(widget: QWidget) -> None:
    """Let the style sheet look again at a widget's properties."""
    style = widget.style()
    if style is not None:
        style.unpolish(widget)
        style.polish(widget)
    widget.update()
