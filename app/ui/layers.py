"""Layers over the sheet: a scrim, a raised card with a still shadow, and Échap for the topmost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6 import sip
from PyQt6.QtCore import QEvent, QObject, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PyQt6.QtWidgets import QApplication, QFrame, QWidget

from app.ui import paint
from app.ui.theme import theme

if TYPE_CHECKING:
    from PyQt6.QtGui import QHideEvent, QMouseEvent, QMoveEvent, QPaintEvent, QResizeEvent, QShowEvent

SHADOW = 20
_SCRIM_ALPHA = {"light": 115, "dark": 153}
_SHADE = {"light": 0.10, "dark": 0.5}


def paint_shadow(painter: QPainter, card: QRectF, radius: float, reach: int = SHADOW) -> None:
    """Paint a soft shadow around *card*."""
    shade = QColor(theme().color("text" if theme().name == "light" else "stage"))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for step in range(reach):
        shade.setAlphaF(_SHADE[theme().name] * (1 - step / reach) ** 2)
        painter.setPen(QPen(shade, 1.5))
        painter.drawRoundedRect(card.adjusted(-step, -step, step, step), radius + step, radius + step)


class Scrim(QWidget):
    """Dims what lies below; a click on it asks to close."""

    pressed = pyqtSignal()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the veil."""
        dark = QColor(16, 25, 29) if theme().name == "light" else QColor(0, 0, 0)
        dark.setAlpha(_SCRIM_ALPHA[theme().name])
        QPainter(self).fillRect(self.rect(), dark)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Close; the click goes no further."""
        if event is not None:
            event.accept()
        self.pressed.emit()


class _Solid(QWidget):
    """Lies opaque under a card, so that a change in the card does not paint the page below again."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Fill it."""
        QPainter(self).fillRect(self.rect(), theme().color("raised"))


class Raised(QFrame):
    """A card above the sheet, its shadow inside its own margin. Échap closes it, whatever has the focus."""

    radius = 12.0
    closed = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._solid = _Solid(parent)
        self.hide()
        self._solid.hide()

    def _lay_solid(self) -> None:
        """Fill all but the edge and the rows of the round corners."""
        corner = int(self.radius)
        inside = self.card().toRect().adjusted(1, corner, -1, -corner)
        self._solid.setGeometry(inside.translated(self.pos()))

    def moveEvent(self, event: QMoveEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Take the ground along."""
        super().moveEvent(event)
        self._lay_solid()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Let the ground follow."""
        super().resizeEvent(event)
        self._lay_solid()

    def card(self) -> QRectF:
        """Return where the card lies, shadow left out."""
        return QRectF(self.rect()).adjusted(SHADOW, SHADOW, -SHADOW, -SHADOW)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the shadow, then the card."""
        painter = paint.painter_for(self)
        if event is None or not self.card().contains(QRectF(event.rect())):
            paint_shadow(painter, self.card(), self.radius)
        paint.box(painter, self.card(), self.radius, theme().color("raised"), theme().color("line"))

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Listen for Échap before anything below does."""
        super().showEvent(event)
        self._solid.stackUnder(self)
        self._solid.show()
        _application().installEventFilter(self)

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Listen no more."""
        super().hideEvent(event)
        self._solid.hide()
        _application().removeEventFilter(self)

    def eventFilter(self, target: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 -- Qt's name
        """Take Échap: the override keeps it from the shortcuts below, the press closes."""
        if not isinstance(event, QKeyEvent) or event.key() != Qt.Key.Key_Escape:
            return super().eventFilter(target, event)
        if not (isinstance(target, QWidget) and target.window() is self.window()):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress:
            self.closed.emit()
            return True
        return False


class Place:
    """Where the focus was when a layer opened, to be given back."""

    def __init__(self) -> None:
        self._was: QWidget | None = None

    def keep(self) -> None:
        """Remember what has the focus now."""
        self._was = QApplication.focusWidget()

    def give_back(self) -> None:
        """Give the focus back, where that is still there."""
        was, self._was = self._was, None
        if was is not None and not sip.isdeleted(was) and was.isVisible():
            was.setFocus(Qt.FocusReason.OtherFocusReason)


def _application() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app
