"""The tab of documents: their list, and one of them open inside the window. Every opening is in the trail before it shows."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, Qt, QTimer
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.papers.viewer import PaperView
from app.patients.person import papers, view
from app.patients.person.paperlist import PaperList
from app.patients.person.part import Part, bar
from app.ui.buttons import Button
from app.ui.marks import Chip
from app.ui.panes import Banner, EmptyState, Glyph, clear
from app.ui.text import Label
from app.ui.words import say, says
from storage.errors import StorageError

if TYPE_CHECKING:
    from app.feature import Desk
    from app.patients.person.papers import PaperLine
    from app.patients.person.view import Record
    from app.patients.service import Patients

LIST, OPEN, NONE = range(3)
log = logging.getLogger(__name__)


class PapersPart(Part):
    """A list; ↵ opens, Alt+← goes back to it."""

    def __init__(self, desk: Desk, patients: Patients) -> None:
        super().__init__()
        self._desk, self._patients = desk, patients
        self._record: Record | None = None
        self._open: PaperLine | None = None
        self._asked = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.list = PaperList(say("person.tab.papers"))
        self.list.opened.connect(self.open_key)
        self.paper = PaperView(desk.bridge)
        self.paper.printed.connect(self._printed)
        self._held = Label("", "small", "text_2", wrap=True)
        self._held_row = bar(Glyph("eye-off", "text_2", 18), self._held)
        self._stack = QStackedWidget()
        empty = EmptyState("file-text", say("person.papers.none"), say("person.papers.none.detail"))
        for page in (self.list, self._viewer(), empty):
            self._stack.addWidget(page)
        column.addWidget(self._held_row)
        column.addWidget(self._stack, 1)

    def _viewer(self) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.back = Button(say("person.papers.back"), "ghost", "s", "arrow-left", ("Alt", "←"))
        self.back.clicked.connect(self.close_paper)
        self._mark = Chip("")
        column.addWidget(bar(self.back, None, self._mark, margins=(12, 6, 20, 0)))
        self._other = QVBoxLayout()
        self._other.setContentsMargins(20, 6, 20, 0)
        column.addLayout(self._other)
        column.addWidget(self.paper, 1)
        return holder

    # --- the list -----------------------------------------------------------------------------------------

    def show_record(self, record: Record) -> None:
        """Show the documents; one that is open stays open, unless it was withdrawn meanwhile."""
        self._record = record
        lines = papers.lines(record.papers, record.now_ms, record.site, record.strangers)
        self.list.show_lines(lines)
        held = len(record.patient.papers) - len(record.papers)
        self._held.say(says("person.papers.held", held) if held else "")
        self._held_row.setVisible(held > 0)
        now = next((line for line in lines if self._open is not None and line.key == self._open.key), None)
        if self._open is None or (now is None or not now.readable):
            self._drop()
            self._stack.setCurrentIndex(LIST if lines else NONE)
        if self._open is not None and now is not None:
            self._show_mark(now)

    def clear(self) -> None:
        """Let go of list and content."""
        self._record = None
        self._drop()
        self.list.show_lines(())
        self._stack.setCurrentIndex(NONE)
        self._held_row.hide()

    def first(self) -> QWidget:
        """Return the list, or the way back to it."""
        return self.list if self._open is None else self.back

    # --- one document -------------------------------------------------------------------------------------

    def show_one(self, key: str) -> None:
        """Open a document that was chosen elsewhere."""
        if key:
            self.open_key(key)

    def open_key(self, key: str) -> None:
        """Open a document of the list."""
        line = next((one for one in self.list.shown.lines if one.key == key), None)
        if line is None or self._record is None:
            return
        self._drop()
        self._open = line
        self.list.choose(key)
        self._show_mark(line)
        self._stack.setCurrentIndex(OPEN)
        self.back.setFocus(Qt.FocusReason.OtherFocusReason)
        self.paper.show_loading(line.title)
        if line.paper.withdrawn:
            self._trouble("withdrawn")
        elif line.paper.segment < 0:
            self._trouble("empty")
        else:
            self._fetch(line, self._record)

    def _fetch(self, line: PaperLine, record: Record) -> None:
        asked = self._asked
        work = self._patients.content(record.patient, line.paper)
        done = lambda data: self._show(asked, line, record, data)  # noqa: E731 -- what came for this line
        self._desk.bridge.start(self, work, done, lambda error: self._failed(asked, error))

    def _show(self, asked: int, line: PaperLine, record: Record, data: bytes | None) -> None:
        if asked != self._asked:
            return
        if data is None:
            self._trouble("gone")
            return
        head = view.printed_head(record)
        self.paper.show_bytes(line.paper.media, data, line.title, patient=record.patient, head=head)

    def _failed(self, asked: int, error: Exception) -> None:
        log.warning("a document could not be opened: %s", type(error).__name__)
        if asked == self._asked:
            self._trouble("untraced" if isinstance(error, StorageError) else "broken")

    def _trouble(self, key: str) -> None:
        self.paper.show_trouble(say(f"person.papers.{key}"), say(f"person.papers.{key}.detail"))

    def _show_mark(self, line: PaperLine) -> None:
        mark = line.mark
        self._mark.setVisible(mark is not None)
        if mark is not None:
            self._mark.show_state(*mark)
        clear(self._other)
        if line.stranger is not None:
            self._other.addWidget(
                Banner(line.stranger.tone, line.stranger.words, say("identity.stranger.detail"))
            )

    def _printed(self) -> None:
        self.acted.emit("paper-printed")

    def close_paper(self) -> None:
        """Go back to the list."""
        if self._open is not None:
            self._drop()
            self._stack.setCurrentIndex(LIST)
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _drop(self) -> None:
        """Forget what is open; what was asked for it is not waited for."""
        self._asked += 1
        self._open = None
        clear(self._other)
        self.paper.clear()

    def event(self, event: QEvent | None) -> bool:
        """Take Alt+← while a document is open, before the window goes back a section.

        Acted upon here: the press that follows goes to a button, which takes any arrow as its own.
        """
        override = event is not None and event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and self._open is not None and _goes_back(event):
            event.accept()
            QTimer.singleShot(0, self.close_paper)
            return True
        return super().event(event)


def _goes_back(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Left and event.modifiers() == Qt.KeyboardModifier.AltModifier
