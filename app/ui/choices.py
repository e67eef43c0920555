"""Choosing one of several: segments, a list that unfolds; tabs are in `tabs.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QSizePolicy, QStyle, QWidget

from app.ui import paint
from app.ui.buttons import Press, one_stop
from app.ui.icons import icon, paint_icon
from app.ui.theme import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QKeyEvent, QPaintEvent
    from PyQt6.QtWidgets import QStyleOptionComboBox

    from app.ui.words import Words


class Choice(Press):
    """One of several: checkable, exclusive by its group."""

    radius = 6.0

    def __init__(self, key: str, words: Words, icon: str = "", keys: Sequence[str] = ()) -> None:
        self.key, self._icon = key, icon
        super().__init__(words, keys)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)


class _Segment(Choice):
    """A part of a segmented control; `dark` where it lies on the stage."""

    dark = False

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Room for icon and words."""
        width = paint.text_width(self.name, theme().font("small_strong")) + 24 + (22 if self._icon else 0)
        return QSize(int(width) + 2, theme().scaled(28))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the chosen one as a raised box."""
        painter = paint.painter_for(self)
        color = theme().color
        on = self.isChecked()
        if on:
            fill, line = ("stage_3", None) if self.dark else ("surface", "line_strong")
            paint.box(painter, QRectF(self.rect()), 6, color(fill), color(line) if line else None)
        tones = ("stage_text", "stage_text_2") if self.dark else ("text", "text_2")
        ink = color(tones[0 if on or self.underMouse() else 1])
        font = theme().font("small_strong" if on else "small")
        content = paint.text_width(self.name, font) + (22 if self._icon else 0)
        x = max(4.0, (self.width() - content) / 2)
        if self._icon:
            paint_icon(painter, self._icon, QRectF(x, self.height() / 2 - 8, 16, 16), ink)
            x += 22
        paint.text(painter, QRectF(x, 0, self.width() - x - 2, self.height()), self.name, font, ink)


class Row(QWidget):
    """Exclusive choices in a row, which whoever inherits lays out; arrow keys move among them."""

    chosen = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._group.buttonClicked.connect(self._clicked)
        one_stop(self._group)
        self._choices: dict[str, Choice] = {}

    def _add(self, choice: Choice) -> None:
        self._group.addButton(choice)
        choice.setParent(self)
        if self._choices:
            choice.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._choices[choice.key] = choice

    def choose(self, key: str) -> None:
        """Mark *key* as chosen, without telling."""
        self._choices[key].setChecked(True)

    def rename(self, key: str, words: Words) -> None:
        """Call a choice otherwise: a number in it changed."""
        self._choices[key].say(words)

    def offer_choice(self, key: str, yes: bool) -> None:
        """Show a choice, or leave it out."""
        self._choices[key].setVisible(yes)

    @property
    def choice(self) -> str:
        """The key that is chosen."""
        return next((key for key, choice in self._choices.items() if choice.isChecked()), "")

    @property
    def stop(self) -> QWidget:
        """Where Tab stops: the chosen one."""
        return self._choices[self.choice]

    def offered(self) -> Sequence[str]:
        """Return the keys among which the arrows move."""
        return [key for key, choice in self._choices.items() if not choice.isHidden()]

    def _clicked(self, choice: Choice) -> None:
        self.chosen.emit(choice.key)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Left and right move the choice."""
        step = (
            {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key())) if event is not None else None
        )
        if step is None:
            super().keyPressEvent(event)
            return
        keys = self.offered()
        choice = self._choices[keys[(keys.index(self.choice) + step) % len(keys)]]
        choice.show()
        choice.setFocus(Qt.FocusReason.TabFocusReason)
        choice.click()


class Segmented(Row):
    """Two to four ways to see the same thing."""

    def __init__(self, choices: Sequence[tuple[str, Words, str]], *, dark: bool = False) -> None:
        super().__init__()
        self._dark = dark
        row = QHBoxLayout(self)
        row.setContentsMargins(3, 3, 3, 3)
        row.setSpacing(2)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        for key, words, icon_name in choices:
            segment = _Segment(key, words, icon_name)
            segment.dark = dark
            segment.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self._add(segment)
            row.addWidget(segment)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the trough."""
        painter = paint.painter_for(self)
        fill, line = ("stage_2", "stage_line") if self._dark else ("sunken", "line")
        paint.box(painter, QRectF(self.rect()), 8, theme().color(fill), theme().color(line))


class Select(QComboBox):
    """One of a list; `choices` are (value, words). An icon stands before the words; `locked`: IT chose."""

    def __init__(self, icon_name: str = "", *, locked: bool = False) -> None:
        super().__init__()
        self._icon, self._locked = icon_name, locked
        self._inked = ""
        self._choices: list[tuple[str, Words]] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.radius = 6.0

    def offer(self, choices: Sequence[tuple[str, Words]], value: str) -> None:
        """Offer *choices* and show *value*; silent."""
        if list(choices) == self._choices and self.currentData() == value:
            return
        self._choices = list(choices)
        self._fill(value)

    def _fill(self, value: object) -> None:
        self.blockSignals(True)
        self.clear()
        for key, words in self._choices:
            self.addItem(str(words), key)
        self._inked = ""
        self._ink()
        self.setCurrentIndex(max(0, self.findData(value)))
        self.blockSignals(False)

    def _ink(self) -> None:
        """Draw the icons in today's colour, unless they are."""
        ink = theme().color("text_2").name()
        if self._icon and ink != self._inked:
            self._inked, drawn = ink, icon(self._icon)
            for place in range(self.count()):
                self.setItemIcon(place, drawn)

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Translate again when the language changes, colour again when the theme does."""
        super().changeEvent(event)
        if event is None or not hasattr(self, "_choices"):
            return
        if event.type() == QEvent.Type.LanguageChange:
            self._fill(self.currentData())
        elif event.type() == QEvent.Type.PaletteChange:
            self._ink()

    def initStyleOption(self, option: QStyleOptionComboBox | None) -> None:  # noqa: N802 -- Qt's name
        """End words with … that the field has no room for."""
        super().initStyleOption(option)
        style = self.style()
        if option is None or style is None:
            return
        kind, part = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
        room = style.subControlRect(kind, option, part, self).width()
        room -= self.iconSize().width() + 8 if self._icon else 0
        words = option.fontMetrics.elidedText(option.currentText, Qt.TextElideMode.ElideRight, room)
        option.currentText = words

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint as Qt does, then the chevron."""
        super().paintEvent(event)
        painter = paint.painter_for(self)
        ink = theme().color("text_2" if self.isEnabled() else "text_disabled")
        name = "lock" if self._locked else "chevron-down"
        paint_icon(painter, name, QRectF(self.width() - 28, self.height() / 2 - 9, 18, 18), ink)
