"""Documents in the call's panel: what was handed out, handing out, opening beside the faces."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget

from app.meeting.call.handcard import DocumentCard
from app.meeting.call.handing import Audience, Handouts, audience, refusal
from app.meeting.call.handpick import Keeping, Picking, audience_words
from app.meeting.view import IN_MEETING
from app.ui.buttons import Button, IconButton
from app.ui.panes import Banner, EmptyState, clear, scrolled
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from pathlib import Path

    from app.feature import Desk
    from app.meeting.call.handing import Card
    from app.meeting.call.handread import Reading
    from app.meeting.ports import Documents
    from app.meeting.view import View
    from storage.messages.records import Message

TICK_MS = 250
log = logging.getLogger(__name__)


class DocumentsPanel(QWidget):
    """`came` carries each new document of somebody else; `reading` tells that one is open beside the faces, or none more."""

    came = pyqtSignal(object)
    reading = pyqtSignal(bool)
    counted = pyqtSignal()

    def __init__(self, desk: Desk, documents: Documents) -> None:
        super().__init__()
        self._desk, self._documents = desk, documents
        self._handouts, self._to = Handouts(), Audience()
        self._invite, self._title, self._since_ms = b"", "", 0
        self._looked = False
        self._asked: set[int] = set()
        self._rows: dict[int, DocumentCard] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._stack = QStackedWidget()
        column.addWidget(self._stack)
        self._list = self._make_list()
        self._stack.addWidget(self._list)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self.tick)
        desk.bridge.watch(self, documents.changed, lambda _threads: self._load())

    def _make_list(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 10, 16, 14)
        column.setSpacing(10)
        column.addWidget(Label(say("handing.note"), "caption", "text_3", wrap=True))
        self._troubles = QVBoxLayout()
        column.addLayout(self._troubles)
        self._empty = EmptyState(
            "file-text", say("handing.empty"), say("handing.empty.detail"), tone="text_3"
        )
        column.addWidget(self._empty, 1)
        holder = QWidget()
        outer = QVBoxLayout(holder)
        outer.setContentsMargins(0, 0, 0, 0)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(8)
        outer.addLayout(self._cards)
        outer.addStretch(1)
        self._area = scrolled(holder)
        self._area.hide()
        column.addWidget(self._area, 1)
        self._who = Label("", "caption", "text_2", wrap=True)
        column.addWidget(self._who)
        self.send = Button(say("handing.begin"), "secondary", "m", "paperclip")
        self.send.clicked.connect(self._pick)
        column.addWidget(self.send)
        return page

    # --- the pages over the list, each built when it is first needed ---------------------------------------

    @cached_property
    def picking(self) -> Picking:
        """Choosing what to hand out."""
        made = Picking()
        made.chosen.connect(self._hand_out)
        made.closed.connect(self.back)
        self._stack.addWidget(made)
        return made

    @cached_property
    def keeping(self) -> Keeping:
        """Choosing where to write."""
        made = Keeping()
        made.chosen.connect(self._save)
        made.closed.connect(self.back)
        self._stack.addWidget(made)
        return made

    @cached_property
    def page(self) -> Reading:
        """The open document."""
        from app.meeting.call.handread import Reading  # noqa: PLC0415 -- loads the reader of documents

        made = Reading(self._desk)
        made.closed.connect(self.back)
        self._stack.addWidget(made)
        return made

    def back(self) -> bool:
        """Return to the list; tell whether something lay over it."""
        if self._stack.currentWidget() is self._list:
            return False
        focused = QApplication.focusWidget()
        inside = focused is not None and self.isAncestorOf(focused)
        if "page" in self.__dict__:
            self.page.forget()
        self._stack.setCurrentWidget(self._list)
        self.reading.emit(False)
        if inside:
            self.send.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    # --- what is there -------------------------------------------------------------------------------------

    def show_view(self, view: View) -> None:
        """Follow who is in the call; look at what was handed out once one is in it."""
        if view.stage not in IN_MEETING or view.invitation is None or not view.since_ms:
            return
        self._handouts.meet(view)
        to = audience(view)
        if to != self._to or not self._since_ms:
            self._to = to
            self._who.say(audience_words(to))
            self.send.setEnabled(bool(to.users))
            if "picking" in self.__dict__:
                self.picking.show_audience(to)
        self._title = view.title
        if view.since_ms != self._since_ms:
            self._invite, self._since_ms = view.invitation.link.invite_hash, view.since_ms
            self._looked = False
            self._load()

    def _load(self) -> None:
        if self._since_ms:
            found = self._documents.handed(self._invite, self._since_ms)
            self._desk.bridge.start(self, found, self._take, self._not_read)

    def _not_read(self, error: Exception) -> None:
        log.warning("the documents of the call were not read: %s", type(error).__name__)
        self._tell(error)

    def _take(self, messages: tuple[Message, ...]) -> None:
        if not self._since_ms:  # the call ended meanwhile
            return
        new = self._handouts.take(messages, self._desk.now_ms(), first=not self._looked)
        self._looked = True
        for card in new:
            self.came.emit(card)
        for file in set(self._handouts.to_fetch()) - self._asked:
            self._asked.add(file)
            self._desk.bridge.start(self, self._documents.fetch(file), lambda _none: None, self._not_fetched)
        self.tick()
        self.look()

    def _not_fetched(self, error: Exception) -> None:
        log.warning("a document was not fetched ahead: %s", type(error).__name__)

    @property
    def unseen(self) -> int:
        """How many documents came since the last look."""
        return self._handouts.unseen

    def look(self) -> None:
        """Take what is in sight for seen."""
        unread = self._handouts.see() if self.isVisible() else None
        if unread is not None:
            self._desk.bridge.start(
                self, self._documents.read(*unread), lambda _none: None, self._not_fetched
            )
        self.counted.emit()

    def tick(self) -> None:
        """Show every document as it stands now, and count while something may be opened still."""
        cards = self._handouts.cards(self._desk.now_ms())
        self._lay(cards)
        counting = any(card.left_s for card in cards)
        if counting != self._tick.isActive():
            self._tick.start() if counting else self._tick.stop()

    def _lay(self, cards: tuple[Card, ...]) -> None:
        for file in self._rows.keys() - {card.file for card in cards}:
            row = self._rows.pop(file)
            self._cards.removeWidget(row)
            row.hide()
            row.deleteLater()
        for place, card in enumerate(cards):
            if card.file not in self._rows:
                self._rows[card.file] = self._row(card)
                self._cards.insertWidget(place, self._rows[card.file])
            self._rows[card.file].show_card(card)
        self._empty.setVisible(not cards)
        self._area.setVisible(bool(cards))

    def _row(self, card: Card) -> DocumentCard:
        made = DocumentCard(card)
        made.opened.connect(self.open)
        made.kept.connect(self._keep)
        return made

    # --- what is done --------------------------------------------------------------------------------------

    def _over(self, widget: QWidget) -> None:
        clear(self._troubles)
        self._stack.setCurrentWidget(widget)

    def _pick(self) -> None:
        self._over(self.picking)
        self.picking.show_audience(self._to)
        self.picking.begin()

    def _hand_out(self, path: Path, shown_for_s: int) -> None:
        self.back()
        sent = self._documents.hand_out(self._invite, self._title, self._to.users, path, shown_for_s)
        self._desk.bridge.start(self, sent, lambda _message: None, self._tell)

    def open(self, file: int) -> None:
        """Open a document beside the faces: an ephemeral one is gone then."""
        card = self._rows[file].card
        self._over(self.page)
        self.reading.emit(True)
        self.page.load(file, card.name)

        def failed(error: Exception) -> None:
            self.page.fail(file, *refusal(error))

        if card.once:
            self._desk.bridge.start(
                self, self._documents.open_once(file), lambda shown: self.page.show_once(file, shown), failed
            )
        else:
            self._desk.bridge.start(
                self,
                self._bring(file),
                lambda data: self.page.show_file(file, card.kind, data, card.name),
                failed,
            )

    async def _bring(self, file: int) -> bytes:
        await self._documents.bring(file)
        return await self._documents.content(file)

    def _keep(self, file: int) -> None:
        self._over(self.keeping)
        self.keeping.begin(file, self._rows[file].card.name)

    def _save(self, file: int, to: Path) -> None:
        self.back()
        self._desk.bridge.start(
            self, self._write(file, to), lambda _none: self._desk.tell(say("handing.saved")), self._tell
        )

    async def _write(self, file: int, to: Path) -> None:
        await self._documents.bring(file)
        await self._documents.save(file, to)

    def _tell(self, error: Exception) -> None:
        """Say what could not be done, until it is put away or something else is done."""
        clear(self._troubles)
        close = IconButton(say("notice.close"), "x")
        close.clicked.connect(lambda: clear(self._troubles))
        self._troubles.addWidget(Banner("danger", *refusal(error), actions=(close,)))

    # --- the end -------------------------------------------------------------------------------------------

    def cover(self) -> None:
        """Show nothing that is read once to who stands behind."""
        if "page" in self.__dict__ and self.page.file:
            self.page.close_it()

    def wipe(self) -> None:
        """Keep nothing of the meeting that ended: what is to stay is in Messages."""
        self.back()
        self._tick.stop()
        self._handouts, self._to = Handouts(), Audience()
        self._invite, self._title, self._since_ms = b"", "", 0
        self._asked.clear()
        clear(self._troubles)
        self._lay(())
