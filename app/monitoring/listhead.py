"""The head of the queue: which list it is, how many are in it, how it is sorted, and the field that narrows it to names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.monitoring.reading import SORTS
from app.ui import paint
from app.ui.buttons import IconButton
from app.ui.choices import Select
from app.ui.marks import Badge
from app.ui.panes import SearchField
from app.ui.text import Label, Named
from app.ui.theme import theme
from app.ui.words import Words, say

if TYPE_CHECKING:
    from PyQt6.QtGui import QResizeEvent

PAD, GAP = 12, 8
CHROME = 92
"""What the list that unfolds needs beside its words: icon, chevron, edges."""
_INTO = {Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter}


class ListHead(QWidget):
    """`asked`: another order or text; `entered`: from the field to what was found; `left`: the field was emptied and closed."""

    asked = pyqtSignal()
    entered = pyqtSignal()
    left = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._title, self._badge = Label("", "subhead"), Badge()
        self.sort = Select("arrows-sort")
        Named(self.sort, say("monitoring.sort"))
        self.sort.offer([(one, say(f"monitoring.sort.{one}")) for one in SORTS], "grade")
        self.sort.activated.connect(lambda _at: self.asked.emit())
        self.sort.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.filter = IconButton(say("monitoring.filter"), "filter", ("Ctrl", "F"))
        self.filter.clicked.connect(self._flip)
        self.search = SearchField(say("monitoring.search"), say("monitoring.search.hint"))
        self.search.setMaxLength(200)
        self.search.installEventFilter(self)
        self.search.textChanged.connect(lambda _text: self.asked.emit())
        self._searching, self._which = QWidget(), QWidget()
        self._shown: tuple[Words, int] = ("", 0)
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setContentsMargins(PAD, 10, PAD, 10)
        row.setSpacing(GAP)
        which = QHBoxLayout(self._which)
        which.setContentsMargins(0, 0, 0, 0)
        which.setSpacing(GAP)
        which.addWidget(self._title)
        which.addWidget(self._badge)
        row.addWidget(self._which)
        row.addWidget(self.sort, 1)
        row.addWidget(self.filter)
        column.addLayout(row)
        inner = QHBoxLayout(self._searching)
        inner.setContentsMargins(12, 0, 12, 10)
        inner.addWidget(self.search)
        self._searching.hide()
        column.addWidget(self._searching)

    def _make_room(self) -> None:
        """Leave the name of the list to the top bar where the order could not be read beside it."""
        orders = (self.sort.itemText(at) for at in range(self.sort.count()))
        need = max(paint.text_width(one, theme().font("body")) for one in orders) + CHROME
        named = self._title.sizeHint().width() + self._badge.sizeHint().width() + 2 * GAP
        rest = self.filter.width() + 2 * PAD + GAP
        self._which.setVisible(self.width() >= named + need + rest)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Make room."""
        super().resizeEvent(event)
        self._make_room()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Make room for another text size, or other words."""
        super().changeEvent(event)
        kinds = (QEvent.Type.StyleChange, QEvent.Type.LanguageChange)
        if event is not None and event.type() in kinds and hasattr(self, "_which"):
            self._make_room()

    @property
    def order(self) -> str:
        """By what the list is sorted, one of `SORTS`."""
        return self.sort.currentData() or "grade"

    @property
    def text(self) -> str:
        """What the list is narrowed to."""
        return self.search.text().strip()

    def show_list(self, title: Words, count: int) -> None:
        """Say which list it is, and how many are in it."""
        if (title, count) != self._shown:
            self._shown = title, count
            self._title.say(title)
            self._badge.show_count(count)
            self._make_room()

    def to_search(self) -> None:
        """Let a name be typed."""
        self._searching.show()
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def widen(self) -> None:
        """Empty and close the field, without telling."""
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self._searching.hide()

    def _flip(self) -> None:
        if self._searching.isHidden():
            self.to_search()
        else:
            self.search.clear()
            self._searching.hide()

    def eventFilter(self, target: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 -- Qt's name
        """Let ↓ and ↵ go from the field to what was found, Échap empty and close it."""
        if target is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _INTO:
                self.entered.emit()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self._flip()
                self.left.emit()
                return True
        return False
