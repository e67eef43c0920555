"""The section Annuaire: filters at the left, people in the middle, one of them at the right."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QModelIndex, Qt
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from app.commands import Command
from app.config import SINGLE_KEYS
from app.directory.asking import Asking
from app.directory.book import Book
from app.directory.deciding import Deciding
from app.directory.listing import Listing
from app.directory.middle import Middle
from app.directory.model import ALL, MINE, PERSON, PeopleModel
from app.directory.panel import WIDTH as PANEL_WIDTH
from app.directory.panel import PersonPanel
from app.directory.scanning import Scanning
from app.directory.side import WIDTH as SIDE_WIDTH
from app.directory.side import Side
from app.feature import Page
from app.intents import OpenPerson, WriteMessage
from app.ui.panes import rule
from app.ui.theme import theme
from app.ui.words import Words, say, says

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QFocusEvent, QResizeEvent

    from app.config import Config
    from app.directory.book import Device, Person
    from app.directory.comparing import Verdict
    from app.directory.model import Filter
    from app.directory.service import Directory
    from app.directory.sight import Sight
    from app.feature import Desk
    from app.intents import Intent

LIST_WIDTH = 460
log = logging.getLogger(__name__)


class DirectoryPage(Page):
    """People of the organisation's log. Everything shown comes from the vault: it works without a network."""

    def __init__(self, desk: Desk, directory: Directory, config: Config, sight: Sight) -> None:
        super().__init__()
        self._desk, self._directory, self._config = desk, directory, config
        self._book = Book()
        self._device: Device | None = None
        self._wanted = b""
        self.model = PeopleModel(directory.presence)
        self.side, self.panel = Side(), PersonPanel()
        self._middle = Middle(self.model)
        self.search, self.list, self.list_bar = self._middle.search, self._middle.list, self._middle.list_bar
        self._lists = Listing(desk, directory, self)
        self._deciding = Deciding(desk, directory, self)
        self._scanning = Scanning(desk, config, sight, self.panel.comparison, self)
        self._asking = Asking(desk, directory, self.panel, self._scanning, self._deciding)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.side)
        row.addWidget(rule("v"))
        row.addWidget(self._middle, 1)
        self._panel_rule = rule("v")
        row.addWidget(self._panel_rule)
        row.addWidget(self.panel)
        self._close()
        self._connect()
        self._read()

    def _connect(self) -> None:
        self.side.chosen.connect(self._filter)
        lists = self._lists
        self.side.listed.connect(lists.begin)
        self.list_bar.renamed.connect(lists.rename)
        self.list_bar.dropped.connect(self._drop_list)
        lists.begun.connect(self._show_list_begun)
        lists.failed.connect(self._read)
        lists.dropped.connect(self.list.setFocus)
        self._middle.widened.connect(self._widen)
        self._middle.again.connect(self._read)
        self._middle.own.connect(self._see_own)
        self._deciding.decided.connect(self._decided)
        self._deciding.failed.connect(self.panel.show_failure)
        self.search.textChanged.connect(self._narrow)
        self.search.returnPressed.connect(self._to_list)
        self.list.clicked.connect(self._clicked)
        self.list.activated.connect(self._activated)
        chosen = self.list.selectionModel()
        if chosen is not None:
            chosen.currentChanged.connect(self._moved)
        self.panel.closed.connect(self._close_by_hand)
        self.panel.decided.connect(self._decide)
        self.panel.compared.connect(self._compare)
        self.panel.put.connect(self._put)
        self.panel.written.connect(self._write)
        self.panel.handed.connect(self._asking.hand)
        self._scanning.concluded.connect(self._scanned)
        self._letters = tuple(
            self._key(*one) for one in (("I", self._press_identical), ("E", self._write), ("S", self._scan))
        )
        self._key("Esc", self._back)
        self._key("Ctrl+F", self._to_search)
        self._desk.bridge.watch(self, self._directory.presence.changed, self._look_who_is_here)
        self._desk.bridge.watch(self, self._directory.changed, self._reread)
        self._desk.bridge.watch(self, self._config.changed, self._allow_letters, lambda _old, new: new)
        self._allow_letters("")

    def _key(self, keys: str, call: object) -> QShortcut:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(call)  # type: ignore[arg-type]
        return shortcut

    def _allow_letters(self, _key: str) -> None:
        for key in self._letters:
            key.setEnabled(self._config.get(SINGLE_KEYS))

    # --- the list -----------------------------------------------------------------------------------------

    def _read(self) -> None:
        self._desk.bridge.start(self, self._directory.book(), self._show_book, self._not_read)

    def _look_who_is_here(self, _nothing: None) -> None:
        self.model.look_again()
        self._middle.heads.update()
        if self.panel.person is not None:
            self.panel.show_here(self.model.here(self.panel.person))

    def _reread(self, _nothing: None) -> None:
        self._read()

    def _not_read(self, error: Exception) -> None:
        log.warning("the directory could not be read: %s", type(error).__name__)
        self._close()
        self._middle.show_unreadable()

    def _show_book(self, book: Book) -> None:
        self._book = book
        self.model.show_people(book.people)
        self.side.show_book(book, self.model)
        self.model.narrow(self.model.query, self.side.choice)
        self._middle.show_banners(book)
        self._middle.show_list(self._book)
        self._keep_person()
        self._show_wanted()
        self.headed.emit()

    def _keep_person(self) -> None:
        """Bring the panel up to date after the people were read anew."""
        person = self.panel.person
        if person is None:
            return
        now = self.model.person(person.user)
        if now is None:
            self._close()
            return
        self._select(now)
        hashes = {device.certificate.hash: device for device in now.living}
        same = hashes.get(self._device.certificate.hash) if self._device is not None else None
        if self._device is not None and same is not None:
            self._device = same
            self._show_person(now, anew=False)
        else:
            self._open(now)

    def _filter(self, chosen: Filter) -> None:
        self.model.narrow(self.search.text(), chosen)
        self._middle.show_list(self._book)
        if chosen is MINE:
            self._clicked(self.model.index(0))

    def _narrow(self, query: str) -> None:
        self.model.narrow(query, self.model.filter)
        self._middle.show_list(self._book)

    def _widen(self) -> None:
        self.side.choose(ALL.key)
        self.search.clear()
        self.model.narrow("", ALL)
        self._middle.show_list(self._book)
        self.list.setFocus()

    def _see_own(self) -> None:
        self.side.choose(MINE.key)
        self._filter(MINE)

    def _to_list(self) -> None:
        if self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(0))
            self.list.setFocus()

    def _to_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _show_list_begun(self, circle: int) -> None:
        self.side.choose_soon(f"circle {circle}")
        self._read()

    def _drop_list(self, circle: int, name: str) -> None:
        self._lists.drop(circle, name, tuple(one.user for one in self._book.people if circle in one.circles))

    def _put(self, circle: int, yes: bool) -> None:
        if self.panel.person is not None:
            self._lists.put(circle, self.panel.person.user, yes)

    # --- the panel ----------------------------------------------------------------------------------------

    def _clicked(self, index: QModelIndex) -> None:
        person = index.data(PERSON)
        if person is not None:
            self._open(person)

    def _activated(self, index: QModelIndex) -> None:
        self._clicked(index)
        self.panel.first().setFocus(Qt.FocusReason.TabFocusReason)

    def _moved(self, index: QModelIndex, _before: QModelIndex) -> None:
        person = index.data(PERSON)
        if person is not None and self.panel.isVisible() and person != self.panel.person:
            self._open(person)

    def open_name(self, name: str) -> None:
        """Open the first person whose name begins with *name*; nobody for an empty one."""
        person = self.model.named(name) if name else None
        if person is not None:
            self._open(person)

    def take(self, intent: Intent) -> None:
        """Show who was asked for, now or once the people are read."""
        if isinstance(intent, OpenPerson):
            self._wanted = intent.user
            self._show_wanted()

    def _show_wanted(self) -> None:
        person = self.model.person(self._wanted)
        if person is None:
            return
        self._wanted = b""
        if not self.model.place(person.user).isValid():
            self._widen()
        self._open(person)
        self.list.setFocus()

    def _select(self, person: Person) -> None:
        place = self.model.place(person.user)
        if place.isValid() and place != self.list.currentIndex():
            self.list.setCurrentIndex(place)

    def _open(self, person: Person) -> None:
        self._device = person.to_compare
        self.panel.show()
        self._panel_rule.show()
        self._make_room()
        self._show_person(person, anew=True)
        self._select(person)

    def _show_person(self, person: Person, *, anew: bool) -> None:
        self.panel.show_person(person, self._device, self._book, anew=anew)
        self.panel.show_here(self.model.here(person))
        if anew:
            self._asking.begin(person, self._device)
        else:
            self._asking.again(person)

    def _scanned(self, verdict: Verdict) -> None:
        """Say what the other's screen showed; a code of another device than the shown one brings that device."""
        person, shown = self.panel.person, self._device
        if person is None or shown is None:
            return
        if verdict.kind == "equal" and verdict.device is not None:
            equal = verdict.device.certificate.hash
            if equal != shown.certificate.hash:
                self._compare(equal)
            if self._device is None or self._device.certificate.hash != equal:
                return
        me = next((one for one in self._book.people if one.me), None)
        here = next((one.short_id for one in me.living if one.state == "this"), "") if me is not None else ""
        self.panel.comparison.tell(verdict.kind, here)

    def _compare(self, certificate: bytes) -> None:
        person = self.panel.person
        if person is not None:
            self._device = next((d for d in person.living if d.certificate.hash == certificate), self._device)
            self._show_person(person, anew=True)
            self.panel.first().setFocus(Qt.FocusReason.TabFocusReason)

    def _may_confirm(self) -> bool:
        identical = self.panel.comparison.identical
        return identical.isVisible() and identical.isEnabled()

    def _press_identical(self) -> None:
        if self._may_confirm():
            self.panel.comparison.identical.click()

    def _scan(self) -> None:
        if self.panel.comparison.scannable:
            self._scanning.begin()

    def _decide(self, act: str) -> None:
        if self.panel.person is not None:
            self._deciding.decide(act, self.panel.person, self._device)

    def _decided(self) -> None:
        self.panel.comparison.tell("")
        self.panel.first().setFocus(Qt.FocusReason.TabFocusReason)

    # --- writing ------------------------------------------------------------------------------------------

    def _may_write(self) -> bool:
        return self.panel.write.isVisible()

    def _write(self) -> None:
        if self.panel.person is not None and self._may_write():
            self._desk.open(WriteMessage(self.panel.person.user))

    def _back(self) -> None:
        """Leave the scan, else the person."""
        if not self._scanning.stop():
            self._close_by_hand()

    def _close_by_hand(self) -> None:
        self._close()
        self.list.setFocus()

    def _close(self) -> None:
        self._device, self.panel.person = None, None
        self._asking.stop()
        self.panel.hide()
        self._panel_rule.hide()
        self._make_room()

    def _make_room(self) -> None:
        """Where filters, list and panel have no room side by side, the filters give way."""
        needed = SIDE_WIDTH + LIST_WIDTH + PANEL_WIDTH
        self.side.setFixedWidth(theme().scaled(SIDE_WIDTH))
        self.panel.setFixedWidth(theme().scaled(PANEL_WIDTH))
        self.side.setVisible(self.panel.isHidden() or self.width() >= theme().scaled(needed))

    # --- the window ---------------------------------------------------------------------------------------

    def focusInEvent(self, _event: QFocusEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Hand the focus to the list; a focus proxy would hide what stands before the list from Tab."""
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def pane_order(self) -> Sequence[QWidget]:
        """Return filters, list, person, in the order of F6."""
        return self.side, self._middle, self.panel

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Give the list its room."""
        super().resizeEvent(event)
        self._make_room()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Make room for another text size."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.StyleChange and hasattr(self, "panel"):
            self._make_room()

    def commands(self) -> Sequence[Command]:
        """Return what palette and help offer here."""
        return (
            Command("directory.find", say("directory.search"), self._to_search, "Ctrl+F", "search"),
            Command(
                "directory.identical",
                say("directory.identical"),
                self._press_identical,
                "I",
                "shield-check",
                self._may_confirm,
            ),
            Command(
                "directory.scan",
                say("directory.scan"),
                self._scan,
                "S",
                "qrcode",
                lambda: self.panel.comparison.scannable,
            ),
            Command(
                "directory.write", say("directory.write"), self._write, "E", "message-2", self._may_write
            ),
        )

    def title(self) -> Words:
        """Return the section's name."""
        return say("directory.section")

    def subtitle(self) -> Words:
        """Return how many people there are."""
        return says("directory.people_n", len(self._book.people))
