"""The filters above the list: small chips with a number, on as many lines as they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import QButtonGroup, QSizePolicy, QWidget

from app.i18n import fmt_number
from app.ui import paint
from app.ui.buttons import Press, one_stop
from app.ui.text import Named
from app.ui.theme import theme
from app.ui.words import say, says

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent, QResizeEvent

CHIPS = ("all", "inside", "mine", "unnamed")
GAP = 8


class FilterChip(Press):
    """One filter: name and number; a screen reader hears a sentence."""

    radius = 6.0

    def __init__(self, key: str) -> None:
        self.key, self._count = key, -1
        super().__init__(say(f"patients.chip.{key}"))
        self.setCheckable(True)

    def show_count(self, count: int) -> None:
        """Show how many there are."""
        if count != self._count:
            self._count = count
            self.speak(says(f"patients.chip.{self.key}.spoken", count))
            self.updateGeometry()
            self.update()

    @property
    def told(self) -> str:
        """Name and number."""
        return self.name if self._count < 0 else f"{self.name} {fmt_number(self._count)}"

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Room for name and number."""
        return QSize(int(paint.text_width(self.told, theme().font("small_strong"))) + 18, theme().scaled(28))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the box and the words; the chosen one stands out."""
        painter, color, on = paint.painter_for(self), theme().color, self.isChecked()
        plain = "hover" if self.underMouse() else "surface"
        ground, line = ("accent_soft", "accent_line") if on else (plain, "line")
        paint.box(painter, QRectF(self.rect()), self.radius, color(ground), color(line))
        ink, font = color("accent_text" if on else "text_2"), theme().font("small_strong" if on else "small")
        middle = Qt.AlignmentFlag.AlignHCenter
        paint.text(painter, QRectF(self.rect()), self.told, font, ink, middle)


class FilterChips(QWidget):
    """The filters; `chosen` names one. Arrows move among them."""

    chosen = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        Named(self, say("patients.filters"))
        self._group = QButtonGroup(self)
        self.chips = {key: FilterChip(key) for key in CHIPS}
        for chip in self.chips.values():
            chip.setParent(self)
            self._group.addButton(chip)
        self.chips["all"].setChecked(True)
        one_stop(self._group)
        self._group.buttonClicked.connect(self._clicked)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def choice(self) -> str:
        """The filter that is on."""
        return next(key for key, chip in self.chips.items() if chip.isChecked())

    def choose(self, key: str) -> None:
        """Turn a filter on, without telling."""
        self.chips[key].setChecked(True)

    def show_counts(self, counts: dict[str, int]) -> None:
        """Show the numbers; a filter without one is not offered."""
        for key, chip in self.chips.items():
            chip.setVisible(key in counts)
            chip.show_count(counts.get(key, 0))
        if self.choice not in counts:
            self.choose("all")
        self._place()
        self.updateGeometry()

    def _clicked(self, chip: Press) -> None:
        if isinstance(chip, FilterChip):
            self.chosen.emit(chip.key)

    def heightForWidth(self, width: int) -> int:  # noqa: N802 -- Qt's name
        """Return the height of the lines that *width* makes necessary."""
        return self._place(width, move=False)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Return one line, or what the width of now makes of it."""
        return QSize(120, self._place(self.width(), move=False))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Place the chips."""
        super().resizeEvent(event)
        self._place()

    def _place(self, width: int = 0, *, move: bool = True) -> int:
        """Put the chips side by side, on the next line where one has no room; return the height."""
        room, x, y = width or self.width(), 0, 0
        for chip in self.chips.values():
            if chip.isHidden():
                continue
            size = chip.sizeHint()
            if x and x + size.width() > room:
                x, y = 0, y + size.height() + GAP
            if move:
                chip.setGeometry(x, y, size.width(), size.height())
            x += size.width() + GAP
        return y + theme().scaled(28)
