"""The middle of the section: the search box, what is wrong, and the people, or why nobody is listed and the way on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.directory.lists import ListBar
from app.directory.model import ALL
from app.directory.rows import Heads, PeopleList
from app.ui.buttons import Button
from app.ui.panes import Banner, EmptyState, SearchField, clear, rule
from app.ui.text import Named
from app.ui.words import say

if TYPE_CHECKING:
    from app.directory.book import Book
    from app.directory.model import PeopleModel

_TROUBLED = {"directory-fork", "directory-rollback", "directory-blocked"}
_LISTED, _NOBODY, _NONE_FOUND, _UNREADABLE, _EMPTY_LIST = range(5)


class Middle(QWidget):
    """`widened`: everybody is to be shown; `again`: the directory is to be read anew; `own`: the own devices are to be seen."""

    widened = pyqtSignal()
    again = pyqtSignal()
    own = pyqtSignal()

    def __init__(self, model: PeopleModel) -> None:
        super().__init__()
        self._model = model
        column = QVBoxLayout(self)
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
        self.list.setModel(model)
        self.heads = Heads(self.list)
        self._stack = QStackedWidget()
        nobody = EmptyState("users", say("directory.nobody"), say("directory.nobody.detail"))
        for page in (
            self._listed(),
            nobody,
            self._no_match("search", "directory.none_found"),
            self._unreadable(),
            self._no_match("users-group", "directory.circle.empty"),
        ):
            self._stack.addWidget(page)
        column.addWidget(self._stack, 1)

    def _listed(self) -> QWidget:
        listed = QWidget()
        column = QVBoxLayout(listed)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.heads)
        column.addWidget(self.list, 1)
        return listed

    def _no_match(self, icon: str, key: str) -> QWidget:
        button = Button(say("directory.none_found.clear"))
        button.clicked.connect(self.widened)
        return EmptyState(icon, say(key), say(f"{key}.detail"), actions=(button,))

    def _unreadable(self) -> QWidget:
        button = Button(say("directory.unreadable.again"), icon="refresh")
        button.clicked.connect(self.again)
        words = say("directory.unreadable"), say("directory.unreadable.detail")
        return EmptyState("alert-circle", *words, tone="danger", actions=(button,))

    def show_unreadable(self) -> None:
        """Say that the directory does not answer."""
        self._stack.setCurrentIndex(_UNREADABLE)

    def show_list(self, book: Book) -> None:
        """Show the list, or why it is empty."""
        model = self._model
        alone = all(one.me for one in book.people)
        shown, chosen = model.rowCount(), model.filter
        whole = not model.query and chosen is ALL
        none = _EMPTY_LIST if chosen.circle and not model.query else _NONE_FOUND
        self._stack.setCurrentIndex(_NOBODY if alone and whole else _LISTED if shown else none)
        self.list_bar.show_list(chosen.circle, str(chosen.words), writable=book.writable)

    def show_banners(self, book: Book) -> None:
        """Say what is wrong with the own devices, or with what the organisation says."""
        clear(self._banners)
        me = next((one for one in book.people if one.me), None)
        if me is not None and me.level == "alarm":
            button = Button(say("directory.alarm.see"), size="s")
            button.clicked.connect(self.own)
            words = say("directory.alarm"), say("directory.alarm.detail")
            self._banners.addWidget(Banner("danger", *words, actions=(button,)))
        code = book.trouble
        if code:
            words = say(f"directory.trouble.{code}"), say(f"directory.trouble.{code}.detail")
            self._banners.addWidget(Banner("danger" if code in _TROUBLED else "warn", *words))
