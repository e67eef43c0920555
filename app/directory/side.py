"""The left column: everybody, the own lists, places, states of keys; how old the directory is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSize, pyqtSignal
from PyQt6.QtWidgets import QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from app.directory.book import Book
from app.directory.looks import moment
from app.directory.model import ALL, PeopleModel, groups_of
from app.i18n import fmt_number
from app.ui import paint
from app.ui.buttons import Press, one_stop
from app.ui.icons import paint_icon
from app.ui.panes import Field, clear, ground, rule, scrolled
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import say, says
from media.keys.certs import MAX_TEXT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QPaintEvent

    from app.directory.model import Filter

WIDTH = 212


class FilterButton(Press):
    """One filter: icon, name, how many."""

    radius = 6.0

    def __init__(self, chosen: Filter) -> None:
        self.filter = chosen
        self._count = 0
        super().__init__(chosen.words)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_count(self, count: int) -> None:
        """Show how many there are; a screen reader hears it with the name."""
        self._count = count
        kind = "devices" if self.filter.key == "mine" else "people"
        self.speak(says(f"directory.filter.spoken.{kind}", count, name=self.filter.words))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Room for icon, words and number."""
        words = min(paint.text_width(self.name, theme().font("small_strong")), theme().scaled(WIDTH) * 0.5)
        number = paint.text_width(fmt_number(self._count), theme().font("small"))
        return QSize(int(words + number) + 60, theme().scaled(34))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint ground, icon, words, number."""
        painter = paint.painter_for(self)
        color, on = theme().color, self.isChecked()
        if on or self.underMouse():
            paint.box(painter, QRectF(self.rect()), 6, color("selected" if on else "hover"))
        ink = color("accent_text" if on else "text")
        paint_icon(painter, self.filter.icon, QRectF(10, self.height() / 2 - 9, 18, 18), ink)
        font = theme().font("small_strong" if on else "small")
        number = fmt_number(self._count)
        width = paint.text_width(number, theme().font("small"))
        right = self.width() - 12 - width
        paint.text(painter, QRectF(36, 0, right - 40, self.height()), self.name, font, ink)
        tone = color("accent_text" if on else "text_2")
        paint.text(painter, QRectF(right, 0, width, self.height()), number, theme().font("small"), tone)


class Side(QWidget):
    """The filters of a book; `chosen` hands one over, `listed` the name of a list to begin."""

    chosen = pyqtSignal(object)
    listed = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        ground(self, "surface")
        self._group, self._buttons = QButtonGroup(self), dict[str, FilterButton]()
        self._shown: tuple[object, ...] = ()
        self._choice = ALL.key
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 16)
        outer.setSpacing(0)
        held = QWidget()
        self._column = QVBoxLayout(held)
        self._column.setContentsMargins(12, 12, 12, 8)
        self._column.setSpacing(2)
        outer.addWidget(scrolled(held), 1)
        self.new = Field(say("directory.circle.new"), say("directory.circle.new"))
        self.new.setMaxLength(MAX_TEXT)
        self.new.setToolTip(str(say("directory.circle.new.hint")))
        self.new.returnPressed.connect(self._begin)
        self._dated = Label("", "caption", "text_3", wrap=True)
        foot = QVBoxLayout()
        foot.setContentsMargins(12, 8, 12, 0)
        foot.setSpacing(10)
        foot.addWidget(self.new)
        foot.addWidget(self._dated)
        outer.addLayout(foot)
        self._group.buttonClicked.connect(self._clicked)
        self.show_book(Book(), PeopleModel())

    def show_book(self, book: Book, model: PeopleModel) -> None:
        """Show the filters that *book* gives, how many stand under each, and when the organisation signed its directory."""
        groups = groups_of(book)
        shown = tuple((one.key, str(one.words)) for group in groups for one in group)
        if shown != self._shown:
            self._shown = shown
            self._rebuild(groups)
        self.choose(self._choice)
        me = next((one for one in book.people if one.me), None)
        own = len(me.living) if me is not None else 0
        for group in groups:
            for one in group:
                button = self._buttons[one.key]
                button.filter = one
                button.show_count(own if one.key == "mine" else model.count(one))
        self.new.setVisible(book.writable)
        self._dated.say(say("directory.dated", at=moment(book.head_s)) if book.head_s else "")

    def _rebuild(self, groups: Sequence[Sequence[Filter]]) -> None:
        focused = any(button.hasFocus() for button in self._buttons.values())
        for button in self._buttons.values():
            self._group.removeButton(button)
        clear(self._column)
        self._buttons = {}
        for place, group in enumerate(filter(None, groups)):
            if place:
                self._column.addSpacing(8)
                self._column.addWidget(rule())
                self._column.addSpacing(8)
            if group[0].key == "verified":
                self._column.addWidget(Label(say("directory.filter.state"), "caption", "text_2"))
                self._column.addSpacing(4)
            for one in group:
                button = self._buttons[one.key] = FilterButton(one)
                self._group.addButton(button)
                self._column.addWidget(button)
        self._column.addStretch(1)
        one_stop(self._group)
        self.choose(self._choice)
        if focused:
            self._buttons[self.choice.key].setFocus()

    @property
    def choice(self) -> Filter:
        """The filter that is chosen."""
        return self._buttons[self._choice].filter

    def choose_soon(self, key: str) -> None:
        """Choose a filter that the next book brings."""
        self._choice = key

    def choose(self, key: str) -> None:
        """Mark a filter, without telling; everybody where it is not there any more."""
        self._choice = key if key in self._buttons else ALL.key
        self._buttons[self._choice].setChecked(True)

    def _clicked(self, button: Press) -> None:
        if isinstance(button, FilterButton):
            self._choice = button.filter.key
            self.chosen.emit(button.filter)

    def _begin(self) -> None:
        if self.new.text().strip():
            self.listed.emit(self.new.text())
            self.new.clear()
