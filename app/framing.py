"""The frame around the sheet: the rail of sections, the top bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QRectF, Qt, pyqtSignal
from PyQt6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui import paint
from app.ui.buttons import Press, one_stop
from app.ui.frame import NavButton
from app.ui.marks import Avatar, Logo
from app.ui.palette import SearchPill
from app.ui.panes import ground
from app.ui.text import Label, Named
from app.ui.theme import theme, tokens
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QPaintEvent, QResizeEvent

    from app.feature import Feature, Page


class Rail(QWidget):
    """Sections of this desk, then settings and the lock, then who works here."""

    chosen = pyqtSignal(str)
    lock_asked = pyqtSignal()

    def __init__(self, features: Sequence[Feature]) -> None:
        super().__init__()
        ground(self, "frame")
        self.setMinimumWidth(tokens()["size"]["rail_width"])
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        Named(self, say("window.rail"))
        self._buttons: dict[str, NavButton] = {}
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(self._clicked)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 10, 4, 10)
        column.setSpacing(2)
        middle = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(Logo(), 0, middle)
        column.addSpacing(8)
        for feature in (f for f in features if not f.at_end):
            column.addWidget(self._button(feature), 0, middle)
        column.addStretch(1)
        for feature in (f for f in features if f.at_end):
            column.addWidget(self._button(feature), 0, middle)
        one_stop(self._group)
        lock = NavButton(say("window.lock"), "lock", ("Ctrl", "L"))
        lock.clicked.connect(self.lock_asked)
        column.addWidget(lock, 0, middle)
        column.addSpacing(6)
        self.avatar = Avatar("", 36)
        column.addWidget(self.avatar, 0, middle)

    def _button(self, feature: Feature) -> NavButton:
        button = NavButton(feature.title, feature.icon, feature.shortcut.split("+"))
        button.setCheckable(True)
        button.setProperty("key", feature.key)
        self._group.addButton(button)
        self._buttons[feature.key] = button
        return button

    def _clicked(self, button: Press) -> None:
        self.chosen.emit(button.property("key"))

    def choose(self, key: str) -> None:
        """Mark a section."""
        self._buttons[key].setChecked(True)
        self.update()

    def show_dot(self, key: str, dot: bool) -> None:
        """Show that something runs in a section."""
        self._buttons[key].show_dot(dot)

    def show_count(self, key: str, count: int, tone: str = "accent") -> None:
        """Show how many things wait in a section, *tone* danger where they cannot."""
        if key in self._buttons:
            self._buttons[key].show_count(count, tone)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the bar beside the chosen section."""
        super().paintEvent(event)
        chosen = next((b for b in self._buttons.values() if b.isChecked()), None)
        if chosen is not None:
            bar = QRectF(0, chosen.y() + 14, 3, chosen.height() - 28)
            paint.box(paint.painter_for(self), bar, 1.5, theme().color("accent"))


class Strips(QWidget):
    """What every section must show above the sheet: the line, a running call. They push the sheet down, never cover it."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def hold(self, strip: QWidget) -> None:
        """Show *strip* under those before it."""
        self._column.addWidget(strip)


class TopBar(QWidget):
    """Title of the section, its marks, the line, the time."""

    searched = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        ground(self, "frame")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 16, 0)
        row.setSpacing(10)
        self._title, self._subtitle = Label("", "title").clipped(), Label("", "body", "text_2").clipped()
        self._title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.status = Label("", "caption", "text_2").clipped(parted=True)
        Named(self.status, say("window.status"))
        self._pill, self._small_pill = SearchPill(), SearchPill(compact=True)
        for pill in (self._pill, self._small_pill):
            pill.clicked.connect(self.searched)
        row.addLayout(self._left(), 1)
        row.addWidget(self._pill)
        row.addLayout(self._right(), 1)

    def _left(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self._title)
        row.addWidget(self._subtitle, 1)
        return row

    def _right(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.status, 1)
        self._marks = QHBoxLayout()
        row.addLayout(self._marks)
        row.addWidget(self._small_pill)
        self.clock = Label("", "body_strong")
        row.addSpacing(6)
        row.addWidget(self.clock)
        self._side = row
        return row

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Grow with the text."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.StyleChange:
            self.setFixedHeight(theme().scaled(tokens()["size"]["topbar_height"]))

    def event(self, event: QEvent | None) -> bool:
        """Fit again whenever something in the bar wants another size: larger text, a longer mark."""
        done = super().event(event)
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self.fit()
        return done

    def fit(self) -> None:
        """Show the whole search field where it can stand in the middle, else its icon and keys at the right."""
        right = self._side.sizeHint().width()
        if not self._small_pill.isHidden():
            right -= self._small_pill.sizeHint().width() + self._side.spacing()
        side = max(self._title.sizeHint().width() + 40, right)
        roomy = 2 * side + self._pill.sizeHint().width() + 64 <= self.width()
        self._pill.setVisible(roomy)
        self._small_pill.setVisible(not roomy)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Fit again."""
        super().resizeEvent(event)
        self.fit()

    def show_page(self, page: Page) -> None:
        """Show a section's title and marks."""
        self._title.say(page.title())
        self._title.setToolTip(str(page.title()))
        self._subtitle.say(page.subtitle())
        marks = page.marks()
        item = self._marks.itemAt(0)
        old = item.widget() if item is not None else None
        if old is not marks:
            if old is not None:
                self._marks.removeWidget(old)
                old.hide()
            if marks is not None:
                self._marks.addWidget(marks)
                marks.show()
        self.fit()

    def hold(self, mark: QWidget) -> None:
        """Show *mark* in every section, beside the section's own."""
        self._side.insertWidget(self._side.indexOf(self._small_pill), mark)

    def forget(self) -> None:
        """Leave no title behind: the desk was locked."""
        for label in (self._title, self._subtitle, self.status):
            label.say("")
        self._title.setToolTip("")
