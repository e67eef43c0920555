"""The left column: everybody, or those whose key is in one state, and how old the directory is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSize, pyqtSignal
from PyQt6.QtWidgets import QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from app.directory.looks import moment
from app.i18n import fmt_number
from app.ui import paint
from app.ui.buttons import Press, one_stop
from app.ui.icons import paint_icon
from app.ui.panes import ground, rule
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import say, says

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent

    from app.directory.model import PeopleModel

WIDTH = 212
ICONS = {
    "all": "users",
    "verified": "shield-check",
    "certified": "shield",
    "held": "shield-exclamation",
    "mine": "device-desktop",
}


class FilterButton(Press):
    """One filter: icon, name, how many."""

    radius = 6.0

    def __init__(self, key: str) -> None:
        self.key = key
        self._count = 0
        super().__init__(say(f"directory.filter.{key}"))
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_count(self, count: int) -> None:
        """Show how many there are; a screen reader hears it with the name."""
        self._count = count
        self.speak(says(f"directory.filter.{self.key}.spoken", count))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Room for icon, words and number."""
        words = paint.text_width(self.name, theme().font("small_strong"))
        number = paint.text_width(fmt_number(self._count), theme().font("small"))
        return QSize(int(words + number) + 60, theme().scaled(34))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint ground, icon, words, number."""
        painter = paint.painter_for(self)
        color, on = theme().color, self.isChecked()
        if on or self.underMouse():
            paint.box(painter, QRectF(self.rect()), 6, color("selected" if on else "hover"))
        ink = color("accent_text" if on else "text")
        paint_icon(painter, ICONS[self.key], QRectF(10, self.height() / 2 - 9, 18, 18), ink)
        font = theme().font("small_strong" if on else "small")
        number = fmt_number(self._count)
        width = paint.text_width(number, theme().font("small"))
        right = self.width() - 12 - width
        paint.text(painter, QRectF(36, 0, right - 40, self.height()), self.name, font, ink)
        tone = color("accent_text" if on else "text_2")
        paint.text(painter, QRectF(right, 0, width, self.height()), number, theme().font("small"), tone)


class Side(QWidget):
    """The filters; `chosen` names one."""

    chosen = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        ground(self, "surface")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 16)
        column.setSpacing(2)
        self._group = QButtonGroup(self)
        self._buttons = {key: FilterButton(key) for key in ICONS}
        for key, button in self._buttons.items():
            if key in {"verified", "mine"}:
                column.addSpacing(8)
                column.addWidget(rule())
                column.addSpacing(8)
            if key == "verified":
                column.addWidget(Label(say("directory.filter.state"), "caption", "text_2"))
                column.addSpacing(4)
            self._group.addButton(button)
            column.addWidget(button)
        self._group.buttonClicked.connect(self._clicked)
        one_stop(self._group)
        self._buttons["all"].setChecked(True)
        column.addStretch(1)
        self._dated = Label("", "caption", "text_3", wrap=True)
        column.addWidget(self._dated)

    def choose(self, key: str) -> None:
        """Mark a filter, without telling."""
        self._buttons[key].setChecked(True)

    def show_counts(self, model: PeopleModel, own_devices: int, head_s: int) -> None:
        """Show how many stand under each filter, and when the organisation last signed its directory."""
        for key, button in self._buttons.items():
            button.show_count(own_devices if key == "mine" else model.count(key))
        self._dated.say(say("directory.dated", at=moment(head_s)) if head_s else "")

    def _clicked(self, button: Press) -> None:
        if isinstance(button, FilterButton):
            self.chosen.emit(button.key)
