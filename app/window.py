"""The one window: rail, top bar, sheet; the lock in front of all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QRectF, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.i18n import fmt_time
from app.ui import paint
from app.ui.buttons import Button, Press
from app.ui.frame import NavButton, Sheet
from app.ui.marks import Avatar, Logo
from app.ui.panes import FocusRing, ground
from app.ui.text import Label, Named
from app.ui.theme import theme, tokens
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QCloseEvent, QPaintEvent

    from app.feature import Desk, Feature, Page
    from app.intents import Intent


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

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the bar beside the chosen section."""
        super().paintEvent(event)
        chosen = next((b for b in self._buttons.values() if b.isChecked()), None)
        if chosen is not None:
            bar = QRectF(0, chosen.y() + 14, 3, chosen.height() - 28)
            paint.box(paint.painter_for(self), bar, 1.5, theme().color("accent"))


class TopBar(QWidget):
    """Title of the section, its marks, the way back to a running meeting, the time."""

    back = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        ground(self, "frame")
        self.setFixedHeight(tokens()["size"]["topbar_height"])
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 16, 0)
        row.setSpacing(10)
        self._title, self._subtitle = Label("", "title"), Label("", "body", "text_2").clipped()
        row.addWidget(self._title)
        row.addWidget(self._subtitle, 1)
        self._return = Button(say("window.return"), "primary", "s", "users-group", ("Ctrl", "J"))
        self._return.clicked.connect(self.back)
        row.addWidget(self._return)
        self._return.hide()
        self._marks = QHBoxLayout()
        row.addLayout(self._marks)
        self.clock = Label("", "body_strong")
        row.addSpacing(6)
        row.addWidget(self.clock)

    def show_page(self, page: Page) -> None:
        """Show a section's title and marks."""
        self._title.say(page.title())
        self._subtitle.say(page.subtitle())
        marks = page.marks()
        item = self._marks.itemAt(0)
        old = item.widget() if item is not None else None
        if old is marks:
            return
        if old is not None:
            self._marks.removeWidget(old)
            old.hide()
        if marks is not None:
            self._marks.addWidget(marks)
            marks.show()

    def show_return(self, yes: bool) -> None:
        """Offer the way back to a running meeting."""
        self._return.setVisible(yes)


class Window(QWidget):
    """Frame or lock. Pages are made when first shown and deleted at the lock."""

    lock_asked = pyqtSignal()
    moved = pyqtSignal()
    closed = pyqtSignal()

    def __init__(self, features: Sequence[Feature], desk: Desk, lock_page: QWidget) -> None:
        super().__init__()
        self.setWindowTitle("Consilium")
        self.setMinimumSize(*tokens()["size"]["window_min"])
        ground(self, "frame")
        self._features = {feature.key: feature for feature in features}
        self._desk = desk
        self._pages: dict[str, Page] = {}
        self._current = ""
        self.rail, self.top, self.sheet = Rail(features), TopBar(), Sheet()
        self.lock_page = lock_page
        self._layers = QStackedWidget()
        self._layers.addWidget(lock_page)
        self._layers.addWidget(self._frame())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._layers)
        self.ring = FocusRing(self)
        self._connect()

    def _frame(self) -> QWidget:
        frame = QWidget()
        row = QHBoxLayout(frame)
        row.setContentsMargins(0, 0, 8, 8)
        row.setSpacing(0)
        row.addWidget(self.rail)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addWidget(self.sheet, 1)
        row.addLayout(column, 1)
        return frame

    def _connect(self) -> None:
        self.rail.chosen.connect(self.show_feature)
        self.rail.lock_asked.connect(self.lock_asked)
        self.top.back.connect(self.show_meeting)
        self._shortcut("Ctrl+L", self.lock_asked.emit)
        self._shortcut("Ctrl+J", self.show_meeting)
        self._shortcut("F6", self._next_pane)
        for feature in self._features.values():
            if feature.shortcut:
                shortcut = QShortcut(QKeySequence(feature.shortcut), self)
                shortcut.setProperty("section", feature.key)
                shortcut.activated.connect(self._section_key)
        timer = QTimer(self)
        timer.timeout.connect(self.tick)
        timer.start(1000)
        self.tick()

    def _shortcut(self, keys: str, call: object) -> None:
        QShortcut(QKeySequence(keys), self).activated.connect(call)  # type: ignore[arg-type]

    def _section_key(self) -> None:
        shortcut = self.sender()
        if shortcut is not None and not self.locked:
            self.show_feature(shortcut.property("section"))

    def tick(self) -> None:
        """Show the time of day."""
        self.top.clock.say(fmt_time(datetime.fromtimestamp(self._desk.now_ms() / 1000, UTC)))

    # --- sections -----------------------------------------------------------------------------------------

    @property
    def current(self) -> str:
        """Key of the section that is shown."""
        return self._current

    def page(self, key: str) -> Page:
        """Return a section's page, made now if it was never shown."""
        if key not in self._pages:
            page = self._features[key].make_page(self._desk)
            page.headed.connect(self._head)
            self._pages[key] = page
            self.sheet.stack.addWidget(page)
        return self._pages[key]

    def show_feature(self, key: str) -> None:
        """Show a section."""
        self._current = key
        page = self.page(key)
        self.sheet.stack.setCurrentWidget(page)
        self.rail.choose(key)
        self._head()
        if not page.isAncestorOf(QApplication.focusWidget() or self):
            page.setFocus(Qt.FocusReason.OtherFocusReason)
        self.moved.emit()

    def show_meeting(self) -> None:
        """Show the meeting's section."""
        if not self.locked:
            self.show_feature("meeting")

    def _head(self) -> None:
        if self._current:
            self.top.show_page(self._pages[self._current])

    def open(self, intent: Intent) -> None:
        """Show the section that takes *intent* and hand it over."""
        for feature in self._features.values():
            if type(intent) in feature.intents:
                self.show_feature(feature.key)
                self._pages[feature.key].take(intent)

    # --- lock ---------------------------------------------------------------------------------------------

    @property
    def locked(self) -> bool:
        """True while the lock is in front."""
        return self._layers.currentIndex() == 0

    def lock(self) -> None:
        """Put the lock in front and delete every page."""
        self._layers.setCurrentIndex(0)
        for page in self._pages.values():
            marks = page.marks()
            if marks is not None:
                marks.deleteLater()
            self.sheet.stack.removeWidget(page)
            page.deleteLater()
        self._pages.clear()
        self._current = ""
        self.rail.avatar.show_name("")

    def unlock(self, name: str, first: str) -> None:
        """Show the frame for *name*, in section *first*."""
        self.rail.avatar.show_name(name)
        self._layers.setCurrentIndex(1)
        self.show_feature(first)

    def _next_pane(self) -> None:
        panes = [self.rail, self.top, self.sheet]
        focused = QApplication.focusWidget()
        at = next((i for i, pane in enumerate(panes) if focused and pane.isAncestorOf(focused)), -1)
        for step in range(1, len(panes) + 1):
            pane = panes[(at + step) % len(panes)]
            target = next((w for w in pane.findChildren(QWidget) if _takes_focus(w)), None)
            if target is not None:
                target.setFocus(Qt.FocusReason.TabFocusReason)
                return

    # --- Qt -----------------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Say the titles again in the new language."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.LanguageChange:
            self._head()

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Tell the composition root."""
        self.closed.emit()
        super().closeEvent(event)


def _takes_focus(widget: QWidget) -> bool:
    tab = widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value
    return bool(tab) and widget.isVisible() and widget.isEnabled()
