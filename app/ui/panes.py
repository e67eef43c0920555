"""Bigger pieces: banners that push content down, empty states, the focus ring, cards, fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, QTimer
from PyQt6.QtGui import QPen, QRegion
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.ui import paint
from app.ui.buttons import IconButton
from app.ui.icons import paint_icon
from app.ui.text import Label, Named
from app.ui.theme import theme
from app.ui.words import Words, say

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent, QResizeEvent

    from app.ui.buttons import Press

WIDTH = 2
"""Of the focus ring."""
_BANNER_ICONS = {
    "info": "info-circle",
    "warn": "alert-triangle",
    "danger": "alert-circle",
    "ok": "circle-check",
}


class Glyph(QLabel):
    """An icon that stands beside words and says nothing of its own."""

    def __init__(self, name: str, tone: str = "text_2", side: int = 20) -> None:
        super().__init__()
        self._name, self._tone = name, tone
        self.setFixedSize(side, side)

    def show_icon(self, name: str, tone: str) -> None:
        """Show another icon."""
        self._name, self._tone = name, tone
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the icon."""
        paint_icon(paint.painter_for(self), self._name, QRectF(self.rect()), theme().color(self._tone))


class Banner(QFrame):
    """What happened, what still works, one action; stands in the layout and pushes the rest down, never floats."""

    def __init__(
        self, tone: str, title: Words, detail: Words = "", *, icon: str = "", actions: tuple[Press, ...] = ()
    ) -> None:
        super().__init__()
        self._tone = tone
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 10, 10)
        row.setSpacing(12)
        row.addWidget(Glyph(icon or _BANNER_ICONS[tone], tone))
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Label(title, "body_strong", wrap=True))
        if str(detail):
            words.addWidget(Label(detail, "small", "text_2", wrap=True))
        row.addLayout(words, 1)
        for action in actions:
            row.addWidget(action)
        self.setAccessibleName(str(title))
        self.setAccessibleDescription(str(detail))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the soft ground and its line."""
        painter = paint.painter_for(self)
        color = theme().color
        paint.box(painter, QRectF(self.rect()), 8, color(f"{self._tone}_soft"), color(f"{self._tone}_line"))


class EmptyState(QWidget):
    """An icon, a sentence, what to do next."""

    def __init__(
        self,
        icon: str,
        title: Words,
        detail: Words = "",
        *,
        tone: str = "text_2",
        actions: tuple[Press, ...] = (),
    ) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addStretch(1)
        column.addWidget(Glyph(icon, tone, 36), 0, Qt.AlignmentFlag.AlignHCenter)
        for words, role, ink in ((title, "heading", "text"), (detail, "body", "text_2")):
            label = Label(words, role, ink, wrap=True)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
            label.setVisible(bool(str(words)))
        row = QHBoxLayout()
        row.setContentsMargins(0, 8, 0, 0)
        row.addStretch(1)
        for action in actions:
            row.addWidget(action)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)


class FocusRing(QWidget):
    """The one ring around what has the focus: 2 px, 2 px outside, with the target's own radius; it ends where what it surrounds does.

    A field inside a frame names the frame as `ringed`, to have the ring around it.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._target: QWidget | None = None
        self._ringed: QWidget | None = None
        self._chain: list[QWidget] = []
        self._whole = QRect()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._place)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow)

    def _follow(self, _old: QWidget | None, new: QWidget | None) -> None:
        self._target = getattr(new, "ringed", new) if self._wants_ring(new) else None
        self._watch()
        self._place()

    def _watch(self) -> None:
        """Listen to the target and to all that holds it now."""
        for widget in self._chain:
            widget.removeEventFilter(self)
        self._chain = self._ancestors()
        for widget in self._chain:
            widget.installEventFilter(self)
            widget.destroyed.connect(self._forget)

    def _ancestors(self) -> list[QWidget]:
        chain, widget = [], self._target
        while widget is not None and widget is not self.window():
            chain.append(widget)
            widget = widget.parentWidget()
        return chain

    def _wants_ring(self, widget: QWidget | None) -> bool:
        by_tab = widget is not None and widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value
        return bool(by_tab) and widget is not None and widget.window() is self.window()

    def _forget(self) -> None:
        self._target, self._ringed, self._chain = None, None, []
        self.hide()

    def eventFilter(self, target: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 -- Qt's name
        """Stay around the target when it, or what holds it, moves."""
        moves = (
            QEvent.Type.Move,
            QEvent.Type.Resize,
            QEvent.Type.Hide,
            QEvent.Type.Show,
            QEvent.Type.LayoutRequest,
            QEvent.Type.ParentChange,
        )
        if event is None or target not in self._chain:
            return False
        if event.type() == QEvent.Type.ParentChange:
            self._watch()
        if event.type() in moves:
            self._later.start(0)
        return False

    def _place(self) -> None:
        target, window = self._target, self.parentWidget()
        if target is None or window is None or not target.isVisible():
            self.hide()
            return
        before, self._whole = self._whole, _around(target, window)
        seen = self._whole
        for holder in self._chain:
            area = holder.parentWidget()
            if isinstance(area, QAbstractScrollArea) and area.viewport() is holder:
                seen = seen.intersected(_around(holder, window))
        if seen != self.geometry() or before != self._whole or target is not self._ringed:
            self._ringed = target
            self.setGeometry(seen)
            self._thin()
        self.raise_()
        self.setVisible(not seen.isEmpty())

    def _thin(self) -> None:
        """Be nothing but the ring: what it surrounds is not painted again because of it."""
        whole, edge = self._whole.translated(-self.pos()), int(self._radius) + WIDTH
        self.setMask(QRegion(whole) - QRegion(whole.adjusted(edge, edge, -edge, -edge)))
        self.update()

    @property
    def _radius(self) -> float:
        return float(getattr(self._target, "radius", 6.0)) + 3

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the ring."""
        painter = paint.painter_for(self)
        painter.setPen(QPen(theme().color("focus"), WIDTH))
        whole = self._whole.translated(-self.pos())
        painter.drawRoundedRect(QRectF(whole).adjusted(1, 1, -1, -1), self._radius, self._radius)


def _around(widget: QWidget, window: QWidget) -> QRect:
    """Return where the ring of *widget* lies in its window."""
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()).adjusted(-4, -4, 4, 4)


class Field(QLineEdit):
    """A text field named by its label; `secret` hides what is typed behind an eye button."""

    def __init__(self, name: Words, hint: Words = "", *, secret: bool = False) -> None:
        super().__init__()
        self._name, self._hint = name, hint
        self.radius = 6.0
        self._eye: IconButton | None = None
        self._translate()
        if secret:
            self.setEchoMode(QLineEdit.EchoMode.Password)
            self._eye = IconButton(say("kit.show_secret"), "eye")
            self._eye.setParent(self)
            self._eye.clicked.connect(self._flip)
            self.setTextMargins(0, 0, 34, 0)
            self._translate()

    def _translate(self) -> None:
        self.setAccessibleName(str(self._name))
        self.setPlaceholderText(str(self._hint))
        if self._eye is not None:
            self._eye.speak(say("kit.secret_of", eye=self._eye.name, name=self._name))

    def clear(self) -> None:
        """Empty the field for good: Ctrl+Z brings nothing back, for whoever comes next."""
        self.setText("")

    def rename(self, name: Words) -> None:
        """Go by another name."""
        self._name = name
        self._translate()

    def _flip(self) -> None:
        hidden = self.echoMode() == QLineEdit.EchoMode.Password
        self.setEchoMode(QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password)
        assert self._eye is not None
        self._eye.set_icon("eye-off" if hidden else "eye")
        self._eye.say(say("kit.hide_secret" if hidden else "kit.show_secret"))
        self._translate()

    def set_wrong(self, wrong: bool) -> None:
        """Mark the field, or clear the mark."""
        self.setProperty("wrong", "true" if wrong else "false")
        style = self.style()
        if style is not None:
            style.unpolish(self)
            style.polish(self)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Keep the eye at the right edge."""
        super().resizeEvent(event)
        if self._eye is not None:
            self._eye.move(self.width() - 36, (self.height() - 32) // 2)

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Translate again when the language changes."""
        if event is not None and event.type() == QEvent.Type.LanguageChange:
            self._translate()
        super().changeEvent(event)


class SearchField(Field):
    """A field that narrows what is below it: a magnifier before, a cross that empties behind."""

    def __init__(self, name: Words, hint: Words = "") -> None:
        super().__init__(name, hint)
        self.setClearButtonEnabled(True)
        self.setTextMargins(26, 0, 0, 0)
        for button in self.findChildren(QAbstractButton):
            Named(button, say("kit.clear"))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint as Qt does, then the magnifier."""
        super().paintEvent(event)
        place = QRectF(10, self.height() / 2 - 9, 18, 18)
        paint_icon(paint.painter_for(self), "search", place, theme().color("text_2"))


def rule(direction: str = "h") -> QFrame:
    """Return a hairline: `h` or `v`."""
    line = QFrame()
    line.setProperty("rule", direction)
    return line


def ground(widget: QWidget, name: str) -> QWidget:
    """Give a plain widget a ground of the theme: frame, surface, sunken or stage."""
    widget.setProperty("ground", name)
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    return widget


def scrolled(content: QWidget) -> QScrollArea:
    """Return *content* in an area that scrolls up and down."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(content)
    area.viewport().setAutoFillBackground(False)  # type: ignore[union-attr]
    content.setAutoFillBackground(False)
    return area


def clear(layout: QVBoxLayout | QHBoxLayout) -> None:
    """Take every widget out of *layout* and let it go."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
