"""The one window: rail, top bar, sheet; the lock in front of all."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QCoreApplication, QEvent, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.framing import Rail, Strips, TopBar
from app.i18n import fmt_time
from app.intents import OpenSection
from app.pages import Pages
from app.shortcuts import Shortcuts, own, to_section
from app.ui.deck import wear
from app.ui.frame import Sheet
from app.ui.help import HelpPanel
from app.ui.palette import Palette, entries
from app.ui.panes import FocusRing
from app.ui.theme import theme, tokens
from app.ui.toast import Toast
from app.ui.veil import Veil
from app.ui.walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from PyQt6.QtGui import QCloseEvent, QPaintEvent, QResizeEvent

    from app.bridge import Job
    from app.commands import Command
    from app.feature import Desk, Feature, Page
    from app.intents import Intent
    from app.search import Entry
    from app.ui.words import Words


LOCK, FRAME, VEIL = range(3)


class Window(QWidget):
    """Frame or lock. Pages are made when first shown and deleted at the lock."""

    lock_asked = pyqtSignal()
    switch_asked = pyqtSignal()
    moved = pyqtSignal()
    closed = pyqtSignal()

    def __init__(self, features: Sequence[Feature], desk: Desk, lock_page: QWidget) -> None:
        super().__init__()
        self.setWindowTitle("Consilium")
        self.setMinimumSize(*tokens()["size"]["window_min"])
        self._desk = desk
        self._was = self.windowState()
        self.rail, self.top, self.sheet, self.toast = Rail(features), TopBar(), Sheet(), Toast()
        self.strips = Strips()
        self.pages = Pages(features, desk, self.sheet)
        self._shortcuts = Shortcuts(self, self._do)
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
        theme().changed.connect(self._wear)
        self._wear()
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
        self.pages.headed.connect(self._head)
        self.pages.whole.connect(self._fill_screen)
        self.pages.turned.connect(self._turned)
        self.pages.moved.connect(self.moved)
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
        known.add(own(self))
        for feature in self.pages.features:
            known.add([to_section(feature, partial(self.show_feature, feature.key))])
            known.add(feature.commands(self._desk))
            known.offer(partial(feature.find, self._desk))
            if feature.seek is not None:
                known.seek_by(feature.seeks, partial(feature.seek, self._desk))
        for command in known.all():
            self._shortcuts.bind(command)

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
        self._shortcuts.allow_letters(yes)

    def _here(self) -> Sequence[Command]:
        page = self.pages.shown
        return page.commands() if page is not None else ()

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
            self.pages.cover(False)
            return
        self.palette_layer.close_it()
        self.help.close_it()
        self.veil.cover(self.grab())
        self.pages.cover(True)
        self._layers.setCurrentIndex(VEIL)
        self.veil.focus_first()

    def tell(self, words: Words, undo: Callable[[], object] | None = None) -> None:
        """Show a quiet message, with a way back for ten seconds; nothing at the lock, where what was under way ends unseen."""
        if not self.locked:
            self.toast.tell(words, undo)

    def read_status(self) -> None:
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
        return tuple(feature.key for feature in self.pages.features)

    @property
    def current(self) -> str:
        """Key of the section that is shown."""
        return self.pages.current

    def page(self, key: str) -> Page:
        """Return a section's page, made now if it was never shown."""
        return self.pages.page(key)

    def ahead(self) -> Iterator[object]:
        """Make and dress the pages that are not in sight, one part a step."""
        return self.pages.ahead()

    def show_feature(self, key: str) -> None:
        """Show a section; the one before can be come back to."""
        self.pages.show(key)

    def show_meeting(self) -> None:
        """Show the meeting's section."""
        if not self.locked:
            self.show_feature("meeting")

    def _turned(self, key: str) -> None:
        self.rail.choose(key)
        self._head()

    def _head(self) -> None:
        page = self.pages.shown
        if page is not None:
            self.top.show_page(page)
            if self.help.isVisible():
                self.help.show_groups(self._key_groups())

    def open(self, intent: Intent) -> None:
        """Show the section that takes *intent* and hand it over; behind the lock no page is made."""
        if self.locked:
            return
        if isinstance(intent, OpenSection):
            self.show_feature(intent.key)
            return
        for feature in self.pages.features:
            if type(intent) in feature.intents:
                self.show_feature(feature.key)
                self.page(feature.key).take(intent)

    # --- lock ---------------------------------------------------------------------------------------------

    @property
    def locked(self) -> bool:
        """True while the lock is in front."""
        return self._layers.currentIndex() == LOCK

    def keep(self) -> None:
        """Let every page hand over what was begun, while the vault is still open."""
        self.pages.cover(True)

    def lock(self) -> None:
        """Put the lock in front and delete every page."""
        for close in (self.palette_layer.close_it, self.help.close_it, self.veil.uncover, self.toast.forget):
            close()
        self.palette_layer.recents.forget()
        self.top.forget()
        self.pages.cover(True)
        self._layers.setCurrentIndex(LOCK)
        self.pages.drop()
        self.rail.avatar.show_name("")

    def paint_now(self) -> None:
        """Show what is in front before what was behind it is deleted: all pages take a tenth of a second."""
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        self.repaint()

    def unlock(self, name: str, first: str) -> None:
        """Show the frame for *name*, in section *first*."""
        self.rail.avatar.show_name(name)
        self._layers.setCurrentIndex(FRAME)
        self.show_feature(first)

    def panes(self) -> Sequence[QWidget]:
        """Return the panes that F6 walks, in order; a veil or a lock in front is the only one."""
        if self._layers.currentIndex() != FRAME:
            return (self._layers,)
        page = self.pages.shown
        order = page.pane_order() if page is not None else ()
        return (self.rail, self.top, self.strips, *order, self.toast, self.help)

    def walk_panes(self, direction: int) -> None:
        """Give the focus to the next pane (1), or the one before (-1)."""
        walk(self.panes(), direction)

    def _wear(self) -> None:
        """Wear today's look: what is in sight at once, a page behind it when it is shown, or ahead of that.

        A sheet of the window itself would be matched with all of them, a quarter of a second.
        """
        frame = self.rail, self.top, self.strips, self.toast
        for part in (self.lock_page, *frame, self.veil, self.palette_layer, self.help):
            wear(part)
        if self.pages.shown is not None:
            self.pages.shown.wear()
        self.update()

    # --- Qt -----------------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Say the titles again in the new language."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.LanguageChange:
            self._head()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the ground of the frame."""
        if event is not None:
            QPainter(self).fillRect(event.rect(), theme().color("frame"))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Let the layers follow."""
        super().resizeEvent(event)
        for layer in (self.palette_layer, self.help):
            layer.fit()

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Tell the composition root."""
        self.closed.emit()
        super().closeEvent(event)
