"""A document of text on screen: marked, copied, read aloud and walked by keyboard as any text; never edited, nothing followed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QMimeData, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextDocument
from PyQt6.QtWidgets import QFrame, QTextEdit

from app.papers.finding import spans
from app.papers.room import LEAST, MOST, STEP, Notches
from app.papers.story import Ink, strokes
from app.ui.theme import theme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PyQt6.QtGui import QKeyEvent, QWheelEvent

    from app.papers.slips import Opened
    from app.ui.words import Words

SLICE_S = 0.008
"""How long the story is written before the window may breathe."""
FIRST, PAINTED = 4, 25
"""The slice after which one sees something, and after how many more again."""
_MARGIN = 24


class StoryView(QTextEdit):
    """Shows values as text. `turned` tells that the zoom changed, `told` that all of it stands there."""

    turned = pyqtSignal()
    told = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        flags = Qt.TextInteractionFlag
        self.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
        self.copies = True
        self._opened: Opened | None = None
        self._zoom = 1.0
        self._notches = Notches()
        self._writing: Iterator[None] | None = None
        self._written: QTextDocument | None = None
        self._share = 0.0
        self._slice = 0
        self._hits: list[tuple[int, int]] = []
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._write)
        theme().changed.connect(self._again)

    def show_story(self, opened: Opened, title: Words) -> None:
        """Show what was opened, from its beginning."""
        self.clear_story()
        self._opened = opened
        self.setAccessibleName(str(title))
        self._begin()

    def clear_story(self) -> None:
        """Forget everything."""
        self._timer.stop()
        self._paint(now=True)
        self._opened, self._writing, self._hits, self._share = None, None, [], 0.0
        self.setAccessibleName("")
        self._put()

    @property
    def percent(self) -> int:
        """How large the text is, 100 being the window's own."""
        return round(self._zoom * 100)

    def zoom_by(self, steps: int) -> None:
        """Make the text larger or smaller."""
        if steps:
            self._zoom_to(min(max(self._zoom * STEP**steps, LEAST * 2), MOST))

    def fit(self) -> None:
        """Show the text as large as the window's own."""
        self._zoom_to(1.0)

    def _zoom_to(self, zoom: float) -> None:
        self._zoom = zoom
        self._again()
        self.turned.emit()

    # --- writing, a slice at a time -----------------------------------------------------------------------

    def _begin(self) -> None:
        """Write into a document in front: Qt lays out what is added only, so that no slice takes long."""
        assert self._opened is not None
        self._slice = 0
        self._writing = strokes(self._put(), self._opened, Ink.screen(self._zoom))
        self._timer.start(0)

    def _again(self) -> None:
        """Write anew in other colours or another size, and come back to the same share of it."""
        bar = self.verticalScrollBar()
        if self._opened is not None and bar is not None:
            self._share = bar.value() / max(bar.maximum(), 1)
            self._begin()

    def _write(self) -> None:
        """Write a slice; painting it costs more than writing it, so that it is painted now and then only."""
        until = time.monotonic() + SLICE_S
        self._slice += 1
        self._paint(now=self._slice % PAINTED == FIRST)
        while self._writing is not None and time.monotonic() < until:
            if next(self._writing, self) is self:
                self._writing = None
                self._timer.stop()
                self._finish()

    def _paint(self, *, now: bool) -> None:
        view = self.viewport()
        if view is not None and view.updatesEnabled() != now:
            view.setUpdatesEnabled(now)

    def _finish(self) -> None:
        self._paint(now=True)
        bar = self.verticalScrollBar()
        if self._share and bar is not None:
            bar.setValue(round(self._share * bar.maximum()))
        self._mark()
        self.told.emit()

    def _put(self) -> QTextDocument:
        """Put an empty document in front, and let the one before go."""
        self.setExtraSelections([])  # Qt would look into the old document through them
        before, made = self._written, QTextDocument(self)
        made.setDocumentMargin(_MARGIN)
        self.setDocument(made)
        self._written = made
        if before is not None:
            before.deleteLater()
        return made

    # --- finding ------------------------------------------------------------------------------------------

    def seek(self, text: str) -> int:
        """Mark every place of *text*; return how many there are."""
        self._hits = spans(self.toPlainText(), text)
        self._mark()
        return len(self._hits)

    def show_hit(self, place: int) -> None:
        """Bring a find to the front, marked."""
        self.setTextCursor(self._span(*self._hits[place]))
        self.ensureCursorVisible()

    def _span(self, start: int, end: int) -> QTextCursor:
        cursor = self.textCursor()
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _mark(self) -> None:
        marks = []
        for start, end in self._hits:
            mark = QTextEdit.ExtraSelection()
            mark.cursor = self._span(start, end)
            looks = QTextCharFormat()
            looks.setBackground(QColor("#F7D77F"))
            looks.setForeground(QColor("#1A1A1A"))
            mark.format = looks
            marks.append(mark)
        self.setExtraSelections(marks)

    # --- the view -----------------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Zoom with Ctrl, scroll without."""
        if event is not None and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(self._notches.add(event.angleDelta().y()))
        elif event is not None:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Scroll with the arrows as long as no caret is wanted; the rest as in any text."""
        keys = {Qt.Key.Key_Home: -1, Qt.Key.Key_End: 1}
        if event is not None and event.key() in keys and not event.modifiers():
            bar = self.verticalScrollBar()
            assert bar is not None
            bar.setValue(bar.maximum() if keys[Qt.Key(event.key())] > 0 else 0)
        elif event is not None:
            super().keyPressEvent(event)

    def createMimeDataFromSelection(self) -> QMimeData | None:  # noqa: N802 -- Qt's name
        """Copy, or drag out, nothing of what is to be seen only."""
        return super().createMimeDataFromSelection() if self.copies else QMimeData()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Write anew in another language."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.LanguageChange and hasattr(self, "_timer"):
            self._again()
