"""The one window: rail, top bar, sheet; the lock in front of all."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.commands import Command
from app.framing import Rail, Strips, TopBar
from app.i18n import fmt_time
from app.intents import OpenSection
from app.ui.frame import Sheet
from app.ui.help import HelpPanel
from app.ui.palette import Palette, entries
from app.ui.panes import FocusRing, ground
from app.ui.theme import theme, tokens
from app.ui.toast import Toast
from app.ui.veil import Veil
from app.ui.words import Words, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PyQt6.QtGui import QCloseEvent, QResizeEvent

    from app.bridge import Job
    from app.feature import Desk, Feature, Page
    from app.intents import Intent
    from app.search import Entry


LOCK, FRAME, VEIL = range(3)
_AZERTY = {
    "Ctrl+1": "Ctrl+&",
    "Ctrl+2": "Ctrl+É",
    "Ctrl+3": 'Ctrl+"',
    "Ctrl+4": "Ctrl+'",
    "Ctrl+5": "Ctrl+(",
}
"""What the digits of the top row send on a French keyboard: sections are bound by position.

The sixth sends Ctrl+-, which makes the text smaller here as in every program: with Maj, or by the keypad, it is Ctrl+6.
"""


class Window(QWidget):
    """Frame or lock. Pages are made when first shown and deleted at the lock."""

    lock_asked = pyqtSignal()
    switch_asked = pyqtSignal()
    moved = pyqtSignal()
    closed = pyqtSignal()

    def __init__(self, features: Sequence[Feature], desk: Desk, lock_page: QWidget) -> None:
        super().__init__()
        self.setWindowTitle("Consilium")
        theme().changed.connect(self._wear)
        self._wear()
        self.setMinimumSize(*tokens()["size"]["window_min"])
        ground(self, "frame")
        self._features = {feature.key: feature for feature in features}
        self._desk = desk
        self._pages: dict[str, Page] = {}
        self._current = ""
        self._was = self.windowState()
        self._past: list[str] = []
        self._future: list[str] = []
        self._letters: list[QShortcut] = []
        self.rail, self.top, self.sheet, self.toast = Rail(features), TopBar(), Sheet(), Toast()
        self.strips = Strips()
        self.lock_page = lock_page
        self.veil = Veil()
        self._layers = QStackedWidget()
        for layer in (lock_page, self._frame(), self.veil):
            self._layers.addWidget(layer)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._layers)
        self._seeking: Job | None = None
        self.palette_layer, self.help = Palette(self, seek=self._seek), HelpPanel(self)
        self.ring = FocusRing(self)
        self._connect()
        self._offer_commands()

    def _fill_screen(self, whole: bool) -> None:
        """Give all of the screen to the page, or take the frame back around it."""
        self.rail.setVisible(not whole)
        self.top.setVisible(not whole)
        self._around.setContentsMargins(0, 0, 0 if whole else 8, 0 if whole else 8)
        self.sheet.round_corners(not whole)
        if whole:
            self._was = self.windowState()
            self.showFullScreen()
        else:
            self.setWindowState(self._was)

    def _frame(self) -> QWidget:
        frame = QWidget()
        row = self._around = QHBoxLayout(frame)
        row.setContentsMargins(0, 0, 8, 8)
        row.setSpacing(0)
        row.addWidget(self.rail)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addWidget(self.strips)
        column.addWidget(self.sheet, 1)
        column.addWidget(self.toast)
        row.addLayout(column, 1)
        return frame

    def _connect(self) -> None:
        self.rail.chosen.connect(self.show_feature)
        self.rail.lock_asked.connect(self.lock_asked)
        self.top.searched.connect(self.flip_palette)
        self.toast.said.connect(self.top.status.say)
        self.veil.lifted.connect(self.flip_veil)
        timer = QTimer(self)
        timer.timeout.connect(self.tick)
        timer.start(1000)
        self.tick()

    # --- commands -----------------------------------------------------------------------------------------

    def _offer_commands(self) -> None:
        known = self._desk.commands
        known.add(self._own_commands())
        for feature in self._features.values():
            known.add([self._section_command(feature)])
            known.add(feature.commands(self._desk))
            known.offer(partial(feature.find, self._desk))
            if feature.seek is not None:
                known.seek_by(feature.seeks, partial(feature.seek, self._desk))
        for command in known.all():
            for keys in (command.keys, *command.also):
                if keys:
                    self._bind(keys, command)

    def _own_commands(self) -> list[Command]:
        has_meeting = "meeting" in self._features
        return [
            Command("palette", say("command.palette"), self.flip_palette, "Ctrl+K", "search"),
            Command("lock", say("window.lock"), self.lock_asked.emit, "Ctrl+L", "lock"),
            Command("switch", say("door.switch"), self.switch_asked.emit, icon="users"),
            Command("discretion", say("command.discretion"), self.flip_veil, "Ctrl+Shift+B", "eye-off"),
            Command("help", say("command.help"), self.flip_help, "F1", "keyboard"),
            Command("undo", say("command.undo"), self.toast.undo, "Ctrl+Z", "history", self.toast.can_undo),
            Command("back", say("command.back"), self.go_back, "Alt+Left", "arrow-left", self._can_go_back),
            Command(
                "forward",
                say("command.forward"),
                self.go_forward,
                "Alt+Right",
                "arrow-right",
                self._can_go_forward,
            ),
            Command(
                "meeting",
                say("command.meeting"),
                self.show_meeting,
                "Ctrl+J",
                "door-enter",
                lambda: has_meeting and self._current != "meeting",
            ),
            Command("next_pane", say("command.next_pane"), self._next_pane, "F6", "tabs"),
            Command("previous_pane", say("command.previous_pane"), self._previous_pane, "Shift+F6", "tabs"),
            Command("status", say("command.status"), self._read_status, "Ctrl+Shift+L", "info-circle"),
        ]

    def _section_command(self, feature: Feature) -> Command:
        letter = (f"G, {feature.letter}",) if feature.letter else ()
        azerty = (_AZERTY[feature.shortcut],) if feature.shortcut in _AZERTY else ()
        show = partial(self.show_feature, feature.key)
        return Command(
            f"go.{feature.key}",
            feature.title,
            show,
            feature.shortcut,
            feature.icon,
            also=letter + azerty,
            kind="go",
        )

    def _bind(self, keys: str, command: Command) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(partial(self._do, command))
        if "+" not in keys and len(keys.split(", ", maxsplit=1)[0]) == 1:
            self._letters.append(shortcut)

    def _do(self, command: Command) -> None:
        """Run a command by its key: nothing at the lock; behind the veil only its own key and the lock's."""
        allowed = self._layers.currentIndex() == FRAME or (
            not self.locked and command.id in {"lock", "discretion"}
        )
        if allowed and command.enabled():
            if command.id != "palette":
                self.palette_layer.close_it()
            command.run()

    def allow_letters(self, yes: bool) -> None:
        """Let single-letter keys act, or not (WCAG 2.1.4)."""
        for shortcut in self._letters:
            shortcut.setEnabled(yes)

    def _here(self) -> Sequence[Command]:
        return self._pages[self._current].commands() if self._current else ()

    def flip_palette(self) -> None:
        """Open the palette, or close it."""
        if self.palette_layer.isVisible():
            self.palette_layer.close_it()
            return
        known = self._desk.commands
        others = [command for command in known.now() if command.id != "palette"]
        found = entries([*self._here(), *others], known.things())
        self.palette_layer.open_with(found, seeks=known.seeks)
        self.ring.hide()

    def _seek(self, query: str, found: Callable[[list[Entry]], None]) -> None:
        """Look for what is typed in the palette; what was typed before is not waited for."""
        if self._seeking is not None:
            self._seeking.cancel()
        work = self._desk.commands.sought(query)
        self._seeking = self._desk.bridge.start(
            self.palette_layer, work, lambda things: found(entries((), things)), lambda _error: found([])
        )

    def flip_help(self) -> None:
        """Show the keys of this screen, or hide them."""
        if self.help.isVisible():
            self.help.close_it()
        else:
            self.help.open_with(self._key_groups())
            self.ring.raise_()

    def _key_groups(self) -> list[tuple[str, Sequence[Command]]]:
        known = self._desk.commands.all()
        actions = [command for command in known if command.kind == "action"]
        sections = [command for command in known if command.kind == "go"]
        return [("here", self._here()), ("go", sections), ("everywhere", actions)]

    def flip_veil(self) -> None:
        """Hide everything that can be read, or show it again. A running meeting goes on."""
        if self._layers.currentIndex() == VEIL:
            self._layers.setCurrentIndex(FRAME)
            self.veil.uncover()
            self._cover_pages(False)
            return
        self.palette_layer.close_it()
        self.help.close_it()
        self.veil.cover(self.grab())
        self._cover_pages(True)
        self._layers.setCurrentIndex(VEIL)
        self.veil.focus_first()

    def _cover_pages(self, yes: bool) -> None:
        for page in self._pages.values():
            page.cover(yes)

    def tell(self, words: Words, undo: Callable[[], object] | None = None) -> None:
        """Show a quiet message, with a way back for ten seconds."""
        self.toast.tell(words, undo)

    def _read_status(self) -> None:
        """Give the focus to the status line, so that a screen reader reads it."""
        self.top.status.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.top.status.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def tick(self) -> None:
        """Show the time of day, and what the system asks of looks."""
        theme().look()
        self.top.clock.say(fmt_time(datetime.fromtimestamp(self._desk.now_ms() / 1000, UTC)))

    # --- sections -----------------------------------------------------------------------------------------

    @property
    def sections(self) -> tuple[str, ...]:
        """Keys of all sections, in the order of the rail."""
        return tuple(self._features)

    @property
    def current(self) -> str:
        """Key of the section that is shown."""
        return self._current

    def page(self, key: str) -> Page:
        """Return a section's page, made now if it was never shown."""
        if key not in self._pages:
            page = self._features[key].make_page(self._desk)
            page.headed.connect(self._head)
            page.whole.connect(self._fill_screen)
            self._pages[key] = page
            self.sheet.stack.addWidget(page)
        return self._pages[key]

    def show_feature(self, key: str) -> None:
        """Show a section; the one before can be come back to."""
        if self._current and self._current != key:
            self._past.append(self._current)
            self._future.clear()
        self._turn_to(key)

    def _turn_to(self, key: str) -> None:
        self._current = key
        page = self.page(key)
        self.sheet.let_wide(page.wide)
        self.sheet.stack.setCurrentWidget(page)
        self.rail.choose(key)
        self._head()
        if not page.isAncestorOf(QApplication.focusWidget() or self):
            page.setFocus(Qt.FocusReason.OtherFocusReason)
        self.moved.emit()

    def go_back(self) -> None:
        """Show the section shown before this one."""
        if self._past:
            self._future.append(self._current)
            self._turn_to(self._past.pop())

    def go_forward(self) -> None:
        """Undo a step back."""
        if self._future:
            self._past.append(self._current)
            self._turn_to(self._future.pop())

    def _can_go_back(self) -> bool:
        return bool(self._past)

    def _can_go_forward(self) -> bool:
        return bool(self._future)

    def show_meeting(self) -> None:
        """Show the meeting's section."""
        if not self.locked:
            self.show_feature("meeting")

    def _head(self) -> None:
        if self._current:
            self.top.show_page(self._pages[self._current])
            if self.help.isVisible():
                self.help.show_groups(self._key_groups())

    def open(self, intent: Intent) -> None:
        """Show the section that takes *intent* and hand it over."""
        if isinstance(intent, OpenSection):
            self.show_feature(intent.key)
            return
        for feature in self._features.values():
            if type(intent) in feature.intents:
                self.show_feature(feature.key)
                self._pages[feature.key].take(intent)

    # --- lock ---------------------------------------------------------------------------------------------

    @property
    def locked(self) -> bool:
        """True while the lock is in front."""
        return self._layers.currentIndex() == LOCK

    def keep(self) -> None:
        """Let every page hand over what was begun, while the vault is still open."""
        self._cover_pages(True)

    def lock(self) -> None:
        """Put the lock in front and delete every page."""
        for close in (self.palette_layer.close_it, self.help.close_it, self.veil.uncover, self.toast.forget):
            close()
        self.palette_layer.recents.forget()
        self.top.forget()
        self._past.clear()
        self._future.clear()
        self._cover_pages(True)
        self._layers.setCurrentIndex(LOCK)
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
        self._layers.setCurrentIndex(FRAME)
        self.show_feature(first)

    def _next_pane(self) -> None:
        self._walk_panes(1)

    def _previous_pane(self) -> None:
        self._walk_panes(-1)

    def panes(self) -> Sequence[QWidget]:
        """Return the panes that F6 walks, in order; a veil or a lock in front is the only one."""
        if self._layers.currentIndex() != FRAME:
            return (self._layers,)
        page = self._pages[self._current].pane_order() if self._current else ()
        return (self.rail, self.top, self.strips, *page, self.toast, self.help)

    def _walk_panes(self, direction: int) -> None:
        panes = self.panes()
        focused = QApplication.focusWidget()
        at = next((i for i, pane in enumerate(panes) if focused and pane.isAncestorOf(focused)), -1)
        for step in range(1, len(panes) + 1):
            pane = panes[(at + step * direction) % len(panes)]
            target = next((w for w in pane.findChildren(QWidget) if _takes_focus(w)), None)
            if target is not None:
                target.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def _wear(self) -> None:
        self.setStyleSheet(theme().sheet)

    # --- Qt -----------------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Say the titles again in the new language."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.LanguageChange:
            self._head()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Let the layers follow."""
        super().resizeEvent(event)
        for layer in (self.palette_layer, self.help):
            layer.fit()

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Tell the composition root."""
        self.closed.emit()
        super().closeEvent(event)


def _takes_focus(widget: QWidget) -> bool:
    tab = widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value
    return bool(tab) and widget.isVisible() and widget.isEnabled()
