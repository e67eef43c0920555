"""The section Annuaire: filters at the left, people in the middle, one of them at the right."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QEvent, QModelIndex, Qt
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.commands import Command
from app.config import SINGLE_KEYS
from app.directory.book import Book
from app.directory.lists import ListBar
from app.directory.model import ALL, MINE, PERSON, PeopleModel
from app.directory.panel import WIDTH as PANEL_WIDTH
from app.directory.panel import PersonPanel
from app.directory.rows import Heads, PeopleList
from app.directory.service import Unwritable
from app.directory.side import WIDTH as SIDE_WIDTH
from app.directory.side import Side
from app.feature import Page
from app.intents import OpenPerson, WriteMessage
from app.ui.buttons import Button
from app.ui.graphemes import isolated
from app.ui.panes import Banner, EmptyState, SearchField, clear, rule
from app.ui.text import Named
from app.ui.theme import theme
from app.ui.words import Words, say, says

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from PyQt6.QtGui import QFocusEvent, QResizeEvent

    from app.config import Config
    from app.directory.book import Device, Person
    from app.directory.model import Filter
    from app.directory.service import Directory
    from app.feature import Desk
    from app.intents import Intent

LIST_WIDTH = 460
_TROUBLED = {"directory-fork", "directory-rollback", "directory-blocked"}
log = logging.getLogger(__name__)


class DirectoryPage(Page):
    """People of the organisation's log. Everything shown comes from the vault: it works without a network."""

    def __init__(self, desk: Desk, directory: Directory, config: Config) -> None:
        super().__init__()
        self._desk, self._directory, self._config = desk, directory, config
        self._book = Book()
        self._device: Device | None = None
        self._asked = 0
        self._wanted = b""
        self.model = PeopleModel()
        self.side, self.panel = Side(), PersonPanel()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.side)
        row.addWidget(rule("v"))
        self._middle_pane = self._middle()
        row.addWidget(self._middle_pane, 1)
        self._panel_rule = rule("v")
        row.addWidget(self._panel_rule)
        row.addWidget(self.panel)
        self._close()
        self._connect()
        self._read()

    def _middle(self) -> QWidget:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        bar = QVBoxLayout()
        bar.setContentsMargins(16, 8, 16, 8)
        bar.setSpacing(8)
        self.search = SearchField(say("directory.search"), say("directory.search.hint"))
        self.search.setMaximumWidth(420)
        bar.addWidget(self.search)
        self.list_bar = ListBar()
        bar.addWidget(self.list_bar)
        self._banners = QVBoxLayout()
        bar.addLayout(self._banners)
        column.addLayout(bar)
        column.addWidget(rule())
        self.list = PeopleList()
        Named(self.list, say("directory.list"))
        self.list.setModel(self.model)
        listed = QWidget()
        inner = QVBoxLayout(listed)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(Heads(self.list))
        inner.addWidget(self.list, 1)
        self._stack = QStackedWidget()
        for page in (listed, self._nobody(), self._none_found(), self._unreadable(), self._empty_list()):
            self._stack.addWidget(page)
        column.addWidget(self._stack, 1)
        return middle

    def _nobody(self) -> QWidget:
        return EmptyState("users", say("directory.nobody"), say("directory.nobody.detail"))

    def _none_found(self) -> QWidget:
        button = Button(say("directory.none_found.clear"))
        button.clicked.connect(self._widen)
        words = say("directory.none_found"), say("directory.none_found.detail")
        return EmptyState("search", *words, actions=(button,))

    def _empty_list(self) -> QWidget:
        button = Button(say("directory.none_found.clear"))
        button.clicked.connect(self._widen)
        words = say("directory.circle.empty"), say("directory.circle.empty.detail")
        return EmptyState("users-group", *words, actions=(button,))

    def _unreadable(self) -> QWidget:
        button = Button(say("directory.unreadable.again"), icon="refresh")
        button.clicked.connect(self._read)
        words = say("directory.unreadable"), say("directory.unreadable.detail")
        return EmptyState("alert-circle", *words, tone="danger", actions=(button,))

    def _connect(self) -> None:
        self.side.chosen.connect(self._filter)
        self.side.listed.connect(self._begin_list)
        self.list_bar.renamed.connect(self._rename_list)
        self.list_bar.dropped.connect(self._drop_list)
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
        self.panel.handed.connect(self._hand)
        if self._directory.transfers is not None:
            self._desk.bridge.watch(self, self._directory.transfers.changed, self._look_at_transfers)
        self._letters = (self._key("I", self._press_identical), self._key("E", self._write))
        self._key("Esc", self._close_by_hand)
        self._key("Ctrl+F", self._to_search)
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

    def _reread(self, _nothing: None) -> None:
        self._read()

    def _not_read(self, error: Exception) -> None:
        log.warning("the directory could not be read: %s", type(error).__name__)
        self._close()
        self._stack.setCurrentIndex(3)

    def _show_book(self, book: Book) -> None:
        self._book = book
        self.model.show_people(book.people)
        self.side.show_book(book, self.model)
        self.model.narrow(self.model.query, self.side.choice)
        self._show_banners(next((one for one in book.people if one.me), None))
        self._show_list()
        self._keep_person()
        self._show_wanted()
        self.headed.emit()

    def _show_banners(self, me: Person | None) -> None:
        clear(self._banners)
        if me is not None and me.level == "alarm":
            button = Button(say("directory.alarm.see"), size="s")
            button.clicked.connect(self._see_own)
            words = say("directory.alarm"), say("directory.alarm.detail")
            self._banners.addWidget(Banner("danger", *words, actions=(button,)))
        code = self._book.trouble
        if code:
            words = say(f"directory.trouble.{code}"), say(f"directory.trouble.{code}.detail")
            self._banners.addWidget(Banner("danger" if code in _TROUBLED else "warn", *words))

    def _show_list(self) -> None:
        """Show the list, or why it is empty."""
        alone = all(one.me for one in self._book.people)
        shown, chosen = self.model.rowCount(), self.model.filter
        whole = not self.model.query and chosen is ALL
        none = 4 if chosen.circle and not self.model.query else 2
        self._stack.setCurrentIndex(1 if alone and whole else 0 if shown else none)
        self.list_bar.show_list(chosen.circle, str(chosen.words), writable=self._book.writable)

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
        self._show_list()
        if chosen is MINE:
            self._clicked(self.model.index(0))

    def _narrow(self, query: str) -> None:
        self.model.narrow(query, self.model.filter)
        self._show_list()

    def _widen(self) -> None:
        self.side.choose(ALL.key)
        self.search.clear()
        self.model.narrow("", ALL)
        self._show_list()
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
        self._asked += anew
        asked = self._asked
        if anew and self._device is not None:
            number = self._directory.number(self._device)
            self._desk.bridge.start(self, number, lambda groups: self._numbered(asked, groups), self._failed)
        history = self._directory.history(person.user)
        self._desk.bridge.start(self, history, lambda notes: self._remembered(asked, notes), self._failed)

        if person.me:
            self._look_at_transfers(None)

    def _look_at_transfers(self, _nothing: None) -> None:
        transfers, person = self._directory.transfers, self.panel.person
        if transfers is not None and person is not None and person.me:
            self._desk.bridge.start(self, transfers.all(), self.panel.show_transfers, self._failed)

    def _hand(self, device: Device) -> None:
        """Bring another own desk the history, or go on with it."""
        transfers = self._directory.transfers
        if transfers is not None:
            self._desk.bridge.start(self, transfers.begin(device), lambda _: None, self._not_handed)

    def _not_handed(self, error: Exception) -> None:
        log.warning("the history was not sent: %s", type(error).__name__)
        self._desk.tell(say("directory.transfer.refused"))

    def _numbered(self, asked: int, groups: tuple[str, ...]) -> None:
        if asked == self._asked:
            self.panel.show_number(groups)

    def _remembered(self, asked: int, notes: tuple[object, ...]) -> None:
        if asked == self._asked:
            self.panel.show_history(notes)  # type: ignore[arg-type]

    def _compare(self, certificate: bytes) -> None:
        person = self.panel.person
        if person is not None:
            self._device = next((d for d in person.living if d.certificate.hash == certificate), self._device)
            self._show_person(person, anew=True)
            self.panel.first().setFocus(Qt.FocusReason.TabFocusReason)

    def _may_confirm(self) -> bool:
        return self.panel.identical.isVisible() and self.panel.identical.isEnabled()

    def _press_identical(self) -> None:
        if self._may_confirm():
            self.panel.identical.click()

    def _decide(self, act: str) -> None:
        person, device = self.panel.person, self._device
        if person is not None and act in {"block", "unblock"}:
            self._block(person.user, act == "block")
            return
        if person is None or device is None:
            return
        directory = self._directory
        work = {
            "identical": lambda: directory.own(device) if person.me else directory.identical(device),
            "different": lambda: directory.different(person.user),
            "withdraw": lambda: directory.withdraw(person.user),
            "accept": lambda: directory.accept(person.user),
        }[act]()
        self._desk.bridge.start(self, work, self._decided, self._failed)

    def _decided(self, _nothing: object) -> None:
        self.panel.first().setFocus(Qt.FocusReason.TabFocusReason)

    def _block(self, user: bytes, yes: bool) -> None:
        """Block or unblock; what was done can be taken back as long as the message stays."""

        def told(_nothing: None) -> None:
            words = say("directory.blocked.told" if yes else "directory.unblocked.told")
            self._desk.tell(words, lambda: self._block(user, not yes))

        self._desk.bridge.start(self, self._directory.block(user, yes), told, self._failed)

    # --- lists and writing --------------------------------------------------------------------------------

    def _put(self, circle: int, yes: bool) -> None:
        person = self.panel.person
        if person is not None:
            self._start(self._directory.put(circle, person.user, yes))

    def _begin_list(self, name: str) -> None:
        def begun(circle: int) -> None:
            self.side.choose_soon(f"circle {circle}")
            self._read()

        self._desk.bridge.start(self, self._directory.add_circle(name), begun, self._not_kept)

    def _rename_list(self, circle: int, name: str) -> None:
        self._start(self._directory.rename_circle(circle, name))

    def _drop_list(self, circle: int, name: str) -> None:
        """Forget a list; as long as the message stays it comes back with everybody on it."""
        members = tuple(one.user for one in self._book.people if circle in one.circles)

        async def restore() -> None:
            number = await self._directory.add_circle(name)
            for user in members:
                await self._directory.put(number, user, True)

        def told(_nothing: None) -> None:
            self.list.setFocus()
            words = say("directory.circle.dropped", name=isolated(name))
            self._desk.tell(words, lambda: self._start(restore()))

        self._desk.bridge.start(self, self._directory.drop_circle(circle), told, self._not_kept)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._desk.bridge.start(self, work, lambda _: None, self._not_kept)

    def _not_kept(self, error: Exception) -> None:
        log.warning("a list of people was not kept: %s", type(error).__name__)
        self._desk.tell(say("directory.circle.failed"))
        self._read()

    def _may_write(self) -> bool:
        return self.panel.write.isVisible()

    def _write(self) -> None:
        if self.panel.person is not None and self._may_write():
            self._desk.open(WriteMessage(self.panel.person.user))

    def _failed(self, error: Exception) -> None:
        log.warning("the directory did not answer: %s", type(error).__name__)
        self.panel.show_failure("closed" if isinstance(error, Unwritable) else "disk")

    def _close_by_hand(self) -> None:
        self._close()
        self.list.setFocus()

    def _close(self) -> None:
        self._device, self.panel.person = None, None
        self._asked += 1
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
        return self.side, self._middle_pane, self.panel

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Give the list its room."""
        super().resizeEvent(event)
        self._make_room()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Make room for another text size."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.StyleChange and hasattr(self, "_stack"):
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
                "directory.write", say("directory.write"), self._write, "E", "message-2", self._may_write
            ),
        )

    def title(self) -> Words:
        """Return the section's name."""
        return say("directory.section")

    def subtitle(self) -> Words:
        """Return how many people there are."""
        return says("directory.people_n", len(self._book.people))
