"""The panel at the right of a call: participants, discussion and documents as tabs; sharing, code and the rest over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.meeting.call.chat import ChatPanel
from app.meeting.call.documents import DocumentsPanel
from app.meeting.call.more import CodePanel, MorePanel
from app.meeting.call.network import NetworkPanel
from app.meeting.call.people import PeoplePanel
from app.meeting.call.share import SharePanel
from app.ui.buttons import IconButton
from app.ui.panes import ground, rule
from app.ui.tabs import Tabs
from app.ui.text import Label, Named
from app.ui.words import say

if TYPE_CHECKING:
    from app.feature import Desk
    from app.meeting.ports import Documents
    from app.meeting.view import View

WIDTH = 384
READING = 620
"""While a document is open beside the faces."""
BESIDE_TABS = 64
"""Margins and the button that closes."""
TABS = ("people", "chat", "documents")


class SidePanel(QWidget):
    """One part at a time; `closed` when nothing is left to show."""

    closed = pyqtSignal()

    def __init__(self, desk: Desk, documents: Documents) -> None:
        super().__init__()
        ground(self, "surface")
        self.setFixedWidth(WIDTH)
        Named(self, say("side.name"))
        self._reading = False
        self._tab = "people"
        self._part = "people"
        self.people, self.chat, self.share = PeoplePanel(), ChatPanel(), SharePanel()
        self.code, self.more = CodePanel(), MorePanel()
        self.network = NetworkPanel()
        self.documents = DocumentsPanel(desk, documents)
        self.documents.reading.connect(self._widen)
        self.documents.counted.connect(self._count)
        self._parts = {
            "people": self.people,
            "chat": self.chat,
            "documents": self.documents,
            "share": self.share,
            "code": self.code,
            "more": self.more,
            "network": self.network,
        }
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._head())
        column.addWidget(rule())
        self._stack = QStackedWidget()
        for part in self._parts.values():
            self._stack.addWidget(part)
        column.addWidget(self._stack, 1)
        self.open("people")

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(16, 0, 8, 0)
        self._tabs = Tabs([(tab, say(f"side.{tab}")) for tab in TABS])
        self._tabs.chosen.connect(self.open)
        self._title = Label("", "heading")
        self._title.setFixedHeight(40)
        row.addWidget(self._tabs, 1)
        row.addWidget(self._title, 1)
        close = IconButton(say("side.close"), "x", ("Échap",))
        close.clicked.connect(self.back)
        row.addWidget(close)
        return row

    @property
    def part(self) -> str:
        """What is shown: people, chat, documents, share, code, more or network."""
        return self._part

    def open(self, part: str) -> None:
        """Show a part."""
        self._part = part
        tab = part in TABS
        if tab:
            self._tab = part
            self._tabs.choose(part)
        self._tabs.setVisible(tab)
        self._title.setVisible(not tab)
        if not tab:
            self._title.say(say(f"side.{part}"))
        self._stack.setCurrentWidget(self._parts[part])
        if part == "documents":
            self.documents.look()
        else:
            self.documents.cover()

    def _widen(self, yes: bool) -> None:
        self._reading = yes
        self._fit()

    def _fit(self) -> None:
        """Take the width that the tabs need in the size of text that is set; half of the window at most while one reads."""
        window = self.window()
        room = window.width() // 2 if window is not None and self._reading else 0
        self.setFixedWidth(max(WIDTH, self._tabs.sizeHint().width() + BESIDE_TABS, min(READING, room)))

    def _count(self) -> None:
        self._tabs.show_count("documents", self.documents.unseen)
        self._fit()

    def back(self) -> None:
        """Close the part that lies over the tabs, or the panel."""
        if self._part == "documents" and self.documents.back():
            return
        if self._part in TABS:
            self.closed.emit()
        else:
            self.open(self._tab)

    def show_view(self, view: View) -> None:
        """Bring every part up to date."""
        self.people.show_view(view)
        self.chat.show_view(view)
        self.documents.show_view(view)
        self.share.show_view(view)
        self.code.show_view(view)
        self.more.show_view(view)
        self.network.show_view(view)
        if self._part == "chat" and self.isVisible():
            self.chat.read()
        self._tabs.show_count("people", len(view.people))
        self._tabs.show_count("chat", self.chat.unread)
        self._fit()

    def wipe(self) -> None:
        """Keep nothing of the meeting that ended."""
        self.chat.wipe()
        self.documents.wipe()
        self.people.search.clear()
        self._tabs.show_count("chat", 0)
        self._count()
