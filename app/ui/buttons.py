"""Buttons of the kit: painted, translated, with their key shown or announced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PyQt6.QtWidgets import QAbstractButton, QSizePolicy

from app.i18n import tr
from app.ui import paint
from app.ui.icons import paint_icon
from app.ui.text import Named
from app.ui.theme import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
    from PyQt6.QtWidgets import QButtonGroup

    from app.ui.words import Words

_HEIGHT = {"s": 28, "m": 36, "l": 44}
_PADDING = {"s": 10, "m": 14, "l": 20}
_ICON = {"s": 16, "m": 18, "l": 20}
_CAPS = {"Échap": "key.escape", "Maj": "key.shift"}


class Press(QAbstractButton):
    """Parent of every button: takes the focus by Tab only, so that a click never steals it from a text field."""

    def __init__(self, words: Words, keys: Sequence[str] = ()) -> None:
        super().__init__()
        self._words = words
        self._spoken: Words = ""
        self._keys = tuple(keys)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._translate()

    def say(self, words: Words) -> None:
        """Show other words."""
        if words != self._words:
            self._words = words
            self._translate()
            self.updateGeometry()

    def speak(self, words: Words) -> None:
        """Say more to a screen reader than the button shows: whom it acts on."""
        self._spoken = words
        self._translate()

    def _translate(self) -> None:
        name = str(self._words)
        self.setText(name.replace("&", "&&"))
        self.setAccessibleName(str(self._spoken) or name)
        self.setToolTip(f"{name} ({' + '.join(self.keys)})" if self.keys else name)

    @property
    def keys(self) -> tuple[str, ...]:
        """The caps of its key, in the language of the moment."""
        return tuple(tr(_CAPS[key]) if key in _CAPS else key for key in self._keys)

    @keys.setter
    def keys(self, keys: Sequence[str]) -> None:
        self._keys = tuple(keys)

    @property
    def name(self) -> str:
        """What the button says now."""
        return str(self._words)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Enter presses too, as the hint on the main verb says."""
        if (
            event is not None
            and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
            and not event.isAutoRepeat()
        ):
            self.click()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Translate again when the language changes."""
        if event is not None and event.type() == QEvent.Type.LanguageChange:
            self._translate()
            self.updateGeometry()
        super().changeEvent(event)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Never cut a word."""
        return self.sizeHint()


def one_stop(group: QButtonGroup) -> None:
    """Let Tab stop at the chosen button of *group*, at the first where none is; arrows move within it."""

    def keep() -> None:
        chosen = group.checkedButton() or next(iter(group.buttons()), None)
        for button in group.buttons():
            stop = Qt.FocusPolicy.TabFocus if button is chosen else Qt.FocusPolicy.NoFocus
            button.setFocusPolicy(stop)

    group.buttonToggled.connect(keep)
    keep()


class Button(Press):
    """A verb. `kind`: primary, secondary, ghost (discreet) or danger; `size`: s 28, m 36, l 44 px."""

    def __init__(
        self,
        words: Words,
        kind: str = "secondary",
        size: str = "m",
        icon: str = "",
        keys: Sequence[str] = (),
    ) -> None:
        self._kind, self._size, self._icon = kind, size, icon
        self._bare = self._yields = False
        super().__init__(words, keys)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.radius = 6.0 if size == "s" else 8.0

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Room for icon, words and keys."""
        return self._room(keyed=self._yields or not self._bare)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Never cut a word; a key where it yields."""
        return self._room(keyed=not (self._yields or self._bare))

    def _room(self, *, keyed: bool) -> QSize:
        width = self._content_width(keyed=keyed) + 2 * (_PADDING[self._size] if self._kind != "link" else 2)
        return QSize(int(width) + 1, theme().scaled(_HEIGHT[self._size]))

    def yielding(self) -> Button:
        """Leave out the keys by itself where it is too narrow for them."""
        self._yields = True
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        return self

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Show the keys where there is room."""
        super().resizeEvent(event)
        if self._yields:
            self._bare = self.width() < self.sizeHint().width()

    def bare(self, yes: bool) -> None:
        """Leave out the keys where there is no room; the tooltip names them."""
        if yes != self._bare:
            self._bare = yes
            self.updateGeometry()
            self.update()

    def _font_role(self) -> str:
        if self._size == "s":
            return "small_strong"
        return "body_strong"

    def _content_width(self, *, keyed: bool) -> float:
        width = paint.text_width(self.name, theme().font(self._font_role()))
        if self._icon:
            width += _ICON[self._size] + 8
        if self.keys and keyed:
            width += paint.keys_width(self.keys) + 8
        return width

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the box, then icon, words and keys in its middle."""
        painter = paint.painter_for(self)
        fill, line, ink = self._colours()
        paint.box(painter, QRectF(self.rect()), self.radius, fill, line)
        self._paint_content(painter, ink)

    def _paint_content(self, painter: QPainter, ink: QColor) -> None:
        x = max(4.0, (self.width() - self._content_width(keyed=not self._bare)) / 2)
        middle = self.height() / 2
        if self._icon:
            side = _ICON[self._size]
            paint_icon(painter, self._icon, QRectF(x, middle - side / 2, side, side), ink)
            x += side + 8
        font = theme().font(self._font_role())
        width = min(paint.text_width(self.name, font), self.width() - x - 4)
        paint.text(painter, QRectF(x, 0, width, self.height()), self.name, font, ink)
        if self.keys and not self._bare:
            paint.keys(painter, QPointF(x + width + 8, middle), self.keys, ink)

    def _colours(self) -> tuple[QColor | None, QColor | None, QColor]:
        color = theme().color
        if not self.isEnabled():
            plain = self._kind == "ghost"
            return (
                (None if plain else color("sunken")),
                (None if plain else color("line")),
                color("text_disabled"),
            )
        if self._kind == "primary":
            return color("accent" + self._pressure()), None, color("on_accent")
        if self._kind == "danger":
            hover = "_hover" if self.underMouse() or self.isDown() else ""
            return color("danger_fill" + hover), None, color("plate_text")
        ground = {"": "surface", "_hover": "hover", "_pressed": "pressed"}[self._pressure()]
        if self._kind == "ghost":
            return (color(ground) if self._pressure() else None), None, color("accent_text")
        if self._kind == "warning":
            return color(ground), color("danger"), color("danger")
        return color(ground), color("line_strong"), color("text")

    def _pressure(self) -> str:
        if self.isDown():
            return "_pressed"
        return "_hover" if self.underMouse() else ""


class IconButton(Press):
    """An icon alone, 32 px; its name and key are in the tooltip."""

    radius = 6.0

    def __init__(self, words: Words, icon: str, keys: Sequence[str] = (), *, bordered: bool = False) -> None:
        super().__init__(words, keys)
        self._icon, self._bordered = icon, bordered
        self.setFixedSize(32, 32)

    def set_icon(self, icon: str) -> None:
        """Show another icon."""
        self._icon = icon
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the icon, and its ground under the pointer."""
        painter = paint.painter_for(self)
        lit = self.underMouse() or self.isDown() or self.isChecked()
        fill = theme().color("pressed" if self.isDown() or self.isChecked() else "hover") if lit else None
        line = theme().color("line") if self._bordered else None
        paint.box(painter, QRectF(self.rect()), self.radius, fill, line)
        ink = theme().color("text_2" if self.isEnabled() else "text_disabled")
        paint_icon(painter, self._icon, QRectF(6, 6, 20, 20), ink)


class Switch(QAbstractButton):
    """On or off; painted 36 x 20 in a 28 px hit area, named by the row that holds it."""

    radius = 12.0

    def __init__(self, name: Words) -> None:
        super().__init__()
        self.setCheckable(True)
        Named(self, name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(40, 28)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the track and the knob."""
        painter = paint.painter_for(self)
        painter.setOpacity(1.0 if self.isEnabled() else 0.55)
        on = self.isChecked()
        track = QRectF(2, 4, 36, 20)
        paint.box(painter, track, 10, theme().color("accent" if on else "line_strong"))
        dark_knob = on and theme().name == "dark"
        knob = theme().color("on_accent" if dark_knob else "plate_text")
        paint.box(painter, QRectF(21 if on else 5, 7, 14, 14), 7, knob)
