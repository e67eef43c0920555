"""The right panel: who somebody is, how to compare keys with them, their devices, what was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.directory.book import history
from app.directory.comparison import Comparison
from app.directory.devices import DeviceList, History
from app.directory.lists import Lists
from app.directory.looks import Day, calling
from app.ui.buttons import Button, IconButton
from app.ui.graphemes import isolated
from app.ui.here import HereMark
from app.ui.marks import Avatar
from app.ui.panes import Banner, clear, ground, rule, scrolled
from app.ui.text import Label
from app.ui.words import say
from storage.directory import FAVOURITES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.directory.book import Book, Device, Person
    from storage.directory import TrustNote
    from storage.messages.transfers import Transfer

WIDTH = 388
_COMPARABLE = frozenset(("verified", "certified", "changed", "different", "alarm"))
_BANNERS = {
    "verified": ("ok", "shield-check"),
    "changed": ("warn", "shield-exclamation"),
    "different": ("danger", "shield-exclamation"),
    "none": ("info", "ban"),
    "blocked": ("danger", "ban"),
    "alarm": ("danger", "alert-circle"),
}


class PersonPanel(QWidget):
    """One person. `decided` names what the user decided; `compared` asks for the number of another device.

    `put`: the person joins or leaves a list; `written`: a message is begun.
    """

    closed = pyqtSignal()
    decided = pyqtSignal(str)
    compared = pyqtSignal(bytes)
    put = pyqtSignal(int, bool)
    written = pyqtSignal()
    handed = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.person: Person | None = None
        self._notes: tuple[TrustNote, ...] = ()
        self._writable = False
        self._failed = ""
        ground(self, "surface")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addWidget(self._verbs())
        column.addWidget(rule())
        self._area = scrolled(self._body())
        bar = self._area.verticalScrollBar()
        assert bar is not None
        bar.rangeChanged.connect(self._see_scan)
        column.addWidget(self._area, 1)

    def _head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(20, 16, 16, 16)
        row.setSpacing(12)
        self._avatar = Avatar("", 48)
        row.addWidget(self._avatar, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(0)
        self._name = Label("", "heading", wrap=True)
        self._calling, self._role, self._listed, self._contact = (
            Label("", "small", "text_2", wrap=True) for _ in range(4)
        )
        self.here = HereMark()
        for label in (self._name, self._calling, self.here, self._role, self._listed, self._contact):
            words.addWidget(label)
        row.addLayout(words, 1)
        self.close_button = IconButton(say("directory.close"), "x", ("Échap",))
        self.close_button.clicked.connect(self.closed)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        return head

    def _verbs(self) -> QWidget:
        self._verb_row = QWidget()
        row = QHBoxLayout(self._verb_row)
        row.setContentsMargins(20, 0, 16, 12)
        row.setSpacing(8)
        self.write = Button(say("directory.write"), size="s", icon="message-2", keys=("E",))
        self.write.clicked.connect(self.written)
        self.star = Button(say("directory.favourite"), "ghost", "s", "star")
        self.star.clicked.connect(self._favour)
        self.block = Button(say("directory.block"), "ghost", "s", "ban")
        self.block.clicked.connect(self._block)
        for button in (self.write, self.star, self.block):
            row.addWidget(button)
        row.addStretch(1)
        return self._verb_row

    def _favour(self) -> None:
        if self.person is not None:
            self.put.emit(FAVOURITES, not self.person.favourite)

    def _block(self) -> None:
        if self.person is not None:
            self.decided.emit("unblock" if self.person.level == "blocked" else "block")

    def _body(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 16, 20, 20)
        column.setSpacing(14)
        self._banners = QVBoxLayout()
        self._banners.setSpacing(8)
        column.addLayout(self._banners)
        self.comparison = Comparison()
        self.comparison.decided.connect(self.decided)
        column.addWidget(self.comparison)
        self._rule = rule()
        column.addWidget(self._rule)
        column.addWidget(Label(say("directory.devices"), "subhead"))
        self._devices = DeviceList()
        self._devices.compared.connect(self.compared)
        self._devices.handed.connect(self.handed)
        column.addWidget(self._devices)
        self._lists_head = Label(say("directory.circles"), "subhead")
        column.addWidget(self._lists_head)
        self.lists = Lists()
        self.lists.put.connect(self.put)
        column.addWidget(self.lists)
        self._past = Label(say("directory.history"), "subhead")
        column.addWidget(self._past)
        self._history = History()
        column.addWidget(self._history)
        column.addStretch(1)
        return body

    def _see_scan(self) -> None:
        """Keep picture and own code of a scan in sight, whatever becomes longer or shorter."""
        if self.comparison.pane.isVisible():
            self._area.ensureWidgetVisible(self.comparison.pane, 0, 8)

    def first(self) -> QWidget:
        """Return where the focus goes: spelling the number, or closing the panel."""
        spell = self.comparison.card.spell
        return spell if spell.isVisible() else self.close_button

    # --- what is shown ------------------------------------------------------------------------------------

    def show_person(self, person: Person, device: Device | None, book: Book, *, anew: bool) -> None:
        """Show *person* of *book* and, where there is one, *device* to compare with; *anew*: its number is not known yet."""
        writable = book.writable
        self.person, self._writable = person, writable
        self._avatar.show_name(person.name)
        self._name.say(person.name)
        self._calling.say(calling(person))
        role = say(f"role.{person.role}")
        self._role.say(role)
        self._role.setVisible(bool(person.specialty) and str(role) != person.specialty)
        self._show_listed(person)
        self._show_verbs(person)
        self.lists.show_person(person, book.circles, writable=writable)
        for part in (self._lists_head, self.lists):
            part.setVisible(not person.me and bool(book.circles))
        self.comparison.setVisible(person.level in _COMPARABLE)
        self._rule.setVisible(person.level in _COMPARABLE)
        if anew:
            self._failed, self._notes = "", ()
        self.comparison.show_person(person, writable=writable, anew=anew)
        self._devices.show_devices(person, device)
        self._show_banners()

    def show_here(self, state: str) -> None:
        """Show how the person can be reached now, nothing for an empty *state*."""
        self.here.show_state(state)

    def _show_listed(self, person: Person) -> None:
        """Show what the organisation says of somebody: where, under which number, how to call."""
        listed = person.listed
        where = ", ".join(isolated(text) for text in (listed.service, listed.structure) if text)
        number = str(say("directory.rpps", number=listed.rpps)) if listed.rpps else ""
        self._listed.say("\n".join(filter(None, (where, number))))
        self._contact.say("\n".join(isolated(text) for text in (listed.phone, listed.mail) if text))
        for label in (self._listed, self._contact):
            label.setVisible(bool(label.text()))

    def _show_verbs(self, person: Person) -> None:
        self._verb_row.setVisible(not person.me)
        self.write.setVisible(person.reachable and person.role not in {"room", "gateway", "issuer"})
        self.star.say(say("directory.unfavourite" if person.favourite else "directory.favourite"))
        self.block.setVisible(bool(person.devices))
        self.block.say(say("directory.unblock" if person.level == "blocked" else "directory.block"))
        for button in (self.star, self.block):
            button.setEnabled(self._writable)

    def show_history(self, notes: Sequence[TrustNote]) -> None:
        """Show what was decided about this person."""
        self._notes = tuple(notes)
        events = history(self.person, self._notes) if self.person is not None else ()
        self._history.show_events(events)
        self._past.setVisible(bool(events))
        self._history.setVisible(bool(events))
        self._show_banners()

    def show_transfers(self, transfers: tuple[Transfer, ...]) -> None:
        """Show how far the history is on its way to the own other desks."""
        self._devices.show_transfers(transfers)

    def show_failure(self, code: str) -> None:
        """Say that a decision was not kept, and why."""
        self._failed = code
        self._show_banners()

    def _show_banners(self) -> None:
        clear(self._banners)
        person = self.person
        if person is None:
            return
        if self._failed:
            self._banner("danger", "alert-circle", f"failed.{self._failed}")
        elif person.level in _COMPARABLE and not self._writable:
            self._banner("info", "lock", "readonly")
        if person.level in _BANNERS:
            self._banner(*_BANNERS[person.level], "listed" if not person.devices else person.level)

    def _banner(self, tone: str, icon: str, key: str) -> None:
        assert self.person is not None
        name = isolated(self.person.name)
        known = {"identical": "verified", "different": "different"}
        at = next((n.time_s for n in self._notes if known.get(n.text) == self.person.level), None)
        title = say(f"directory.banner.{key}", name=name)
        if at is not None and key in known.values():
            title = say(f"directory.banner.{key}.since", name=name, day=Day(at))
        self._banners.addWidget(
            Banner(tone, title, say(f"directory.banner.{key}.detail", name=name), icon=icon)
        )
