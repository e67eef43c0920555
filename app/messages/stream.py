"""The messages of a thread as a list that stays where one reads, whatever comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QEvent, QPoint, Qt, pyqtSignal
from PyQt6.QtWidgets import QListView

from app.i18n import tr
from app.messages.bubbles import BubbleDelegate
from app.messages.items import Happened, Said
from app.ui.rows import Model
from app.ui.steps import Steps
from app.ui.text import Named
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PyQt6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QResizeEvent

    from app.messages.items import Line
    from app.messages.parts import Spot
    from app.messages.tiles import Running

NEAR = 600
"""So many pixels before the end of what is in memory, more is asked for."""


class Stream(QListView):
    """The lines of a thread. `acted` names what was pressed: act, key of the line, file; `asked` the menu of a line, and where.

    `coming` tells that lines will be shown at once, or none; `drawn` that they are. `neared` tells that the beginning (-1) or the end (1) of what is in memory comes into sight.
    """

    radius = 2.0
    acted = pyqtSignal(str, str, int)
    asked = pyqtSignal(str, QPoint)
    neared = pyqtSignal(int)
    left = pyqtSignal()
    coming = pyqtSignal(bool)
    drawn = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.shown: Model[Line] = Model()
        self.shown.setParent(self)
        Named(self, say("messages.stream"))
        self.setModel(self.shown)
        self.bubbles = BubbleDelegate(self)
        self.setItemDelegate(self.bubbles)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        bar = self.verticalScrollBar()
        assert bar is not None
        self._bar = bar
        bar.valueChanged.connect(self._scrolled)
        bar.setSingleStep(40)
        self._placing = self._to_end = False
        self._reveal = ""
        self._steps = Steps(self)

    @property
    def room(self) -> int:
        """The width that lines have, shown or not yet."""
        return max(self.width() - self._bar.sizeHint().width(), 240)

    # --- what is shown ------------------------------------------------------------------------------------

    def show_lines(
        self, lines: Sequence[Line], *, to_end: bool = False, stay: bool = False, reveal: str = ""
    ) -> None:
        """Show *lines* once all are measured, which takes some steps where many are new; tell then by `drawn`.

        What was in sight stays where it was, the end stays in sight where it was, unless *stay*; or the line *reveal*
        is chosen.
        """
        if self._steps.busy:  # what was to be shown is overtaken, where to is not
            to_end, reveal = to_end or self._to_end, reveal or self._reveal
        self._to_end, self._reveal = to_end, reveal
        self._steps.run(self._measure(lines, stay=stay), later=True)

    @property
    def busy(self) -> bool:
        """Whether lines are being measured that will be shown."""
        return self._steps.busy

    def _measure(self, lines: Sequence[Line], *, stay: bool) -> Iterator[None]:
        for line in lines:
            self.bubbles.laid(line)
            yield
        if self._to_end or (self.at_end and not stay):
            yield from self._paint_end(lines)
        self._put_in(lines, stay=stay)

    def _paint_end(self, lines: Sequence[Line]) -> Iterator[None]:
        """Paint the lines that will be in sight at the end."""
        top = self.height()
        if sum(self.bubbles.laid(line).height for line in lines) < top:
            return  # they stand at the upper edge
        for line in reversed(lines):
            top -= self.bubbles.laid(line).height
            self.bubbles.prepare(line, top)
            yield
            if top <= 0:
                return

    def _put_in(self, lines: Sequence[Line], *, stay: bool) -> None:
        self.coming.emit(bool(lines))
        at_end = self._to_end or (self.at_end and not stay)
        anchor, chosen = self._anchor(), self.chosen
        self._placing = True
        same = [one.key for one in lines] == [one.key for one in self.shown.lines]
        self.shown.show_lines(lines)
        self.bubbles.keep({one.key for one in lines})
        if not same and chosen:
            self.choose(chosen)
        self._lay_out()
        self._placing = False
        if self._reveal:
            self.reveal(self._reveal)
        elif at_end:
            self.to_end()
        elif anchor is not None:
            self._put(*anchor)
        self.drawn.emit()

    @property
    def at_end(self) -> bool:
        """Whether the last line is in sight."""
        return self._bar.value() >= self._bar.maximum() - 4

    @property
    def short(self) -> bool:
        """Whether what is shown hardly fills the view: nobody could scroll to more."""
        return self._bar.maximum() < NEAR

    def to_end(self) -> None:
        """Show the last line."""
        self._bar.setValue(self._bar.maximum())

    def _lay_out(self) -> None:
        self.scheduleDelayedItemsLayout()
        self.executeDelayedItemsLayout()

    def _anchor(self) -> tuple[str, int] | None:
        """Return the first message in sight and where it stands."""
        row = self.indexAt(QPoint(10, 4)).row()
        for at in range(max(row, 0), len(self.shown.lines)):
            if isinstance(self.shown.lines[at], Said | Happened):
                return self.shown.lines[at].key, self.visualRect(self.shown.index(at)).top()
        return None

    def _put(self, key: str, top: int) -> None:
        place = self._place(key)
        if place is not None:
            now = self.visualRect(self.shown.index(place)).top()
            self._bar.setValue(self._bar.value() + now - top)

    def _place(self, key: str) -> int | None:
        return next((at for at, one in enumerate(self.shown.lines) if one.key == key), None)

    def reveal(self, key: str) -> bool:
        """Choose a line and bring it into the middle; False where it is not in memory."""
        place = self._place(key)
        if place is None:
            return False
        index = self.shown.index(place)
        self.setCurrentIndex(index)
        self.scrollTo(index, QListView.ScrollHint.PositionAtCenter)
        return True

    def count_down(self, running: Running | None) -> None:
        """Paint the line of an open ephemeral document anew, no other."""
        before, self.bubbles.running = self.bubbles.running, running
        if (before is None) != (running is None):
            at_end = self.at_end
            self._lay_out()
            if at_end:
                self.to_end()
        for at, one in enumerate(self.shown.lines):
            if isinstance(one, Said) and any(file.ephemeral for file in one.message.files):
                self.update(self.shown.index(at))

    @property
    def chosen(self) -> str:
        """Key of the chosen line, or an empty one."""
        line = self.currentIndex().data(Qt.ItemDataRole.UserRole)
        return line.key if line is not None else ""

    @property
    def said(self) -> Said | None:
        """The chosen message."""
        line = self.currentIndex().data(Qt.ItemDataRole.UserRole)
        return line if isinstance(line, Said) else None

    def choose(self, key: str) -> None:
        """Choose a line by its key, without scrolling."""
        place = self._place(key)
        model = self.selectionModel()
        if place is not None and model is not None:
            model.setCurrentIndex(self.shown.index(place), model.SelectionFlag.ClearAndSelect)

    def choose_last(self) -> None:
        """Choose the newest line, and show it."""
        self.setCurrentIndex(self.shown.index(len(self.shown.lines) - 1))

    def line(self, key: str) -> Line | None:
        """Return a line by its key."""
        place = self._place(key)
        return self.shown.lines[place] if place is not None else None

    # --- scrolling ----------------------------------------------------------------------------------------

    def _scrolled(self, value: int) -> None:
        if self._placing or not self.shown.lines:
            return
        if value < NEAR:
            self.neared.emit(-1)
        if value > self._bar.maximum() - NEAR:
            self.neared.emit(1)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Measure anew, and stay where one was."""
        at_end, anchor = self.at_end, self._anchor()
        super().resizeEvent(event)
        self._lay_out()
        if at_end:
            self.to_end()
        elif anchor is not None:
            self._put(*anchor)

    # --- mouse and keys -----------------------------------------------------------------------------------

    def _spot(self, at: QPoint) -> tuple[Any, Spot | None]:
        index = self.indexAt(at)
        line = index.data(Qt.ItemDataRole.UserRole)
        if line is None:
            return None, None
        return line, self.bubbles.laid(line).spot(at - self.visualRect(index).topLeft())

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Show a hand where something can be pressed, and say what it is."""
        super().mouseMoveEvent(event)
        viewport = self.viewport()
        if event is None or viewport is None:
            return
        _line, spot = self._spot(event.position().toPoint())
        viewport.setCursor(Qt.CursorShape.PointingHandCursor if spot else Qt.CursorShape.ArrowCursor)
        viewport.setToolTip(tr(f"messages.act.{spot.act}") if spot else "")

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Do what was pressed."""
        super().mouseReleaseEvent(event)
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            line, spot = self._spot(event.position().toPoint())
            if spot is not None:
                self.acted.emit(spot.act, line.key, spot.file)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """↵ does what is meant most, Échap goes back to writing, the usual keys copy."""
        if event is None:
            return
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.chosen:
            self.acted.emit("main", self.chosen, 0)
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() == Qt.Key.Key_C and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.acted.emit("copy", self.chosen, 0)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Ask for the menu of the line under the pointer, or of the chosen one."""
        if event is None:
            return
        by_mouse = event.reason() == event.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        line = index.data(Qt.ItemDataRole.UserRole)
        if isinstance(line, Said):
            if by_mouse:
                self.setCurrentIndex(index)
            at = event.globalPos() if by_mouse else self.mapToGlobal(self.visualRect(index).center())
            self.asked.emit(line.key, at)

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Lay out anew for another text size or language."""
        super().changeEvent(event)
        if event is not None and event.type() in {QEvent.Type.LanguageChange, QEvent.Type.StyleChange}:
            self.scheduleDelayedItemsLayout()
