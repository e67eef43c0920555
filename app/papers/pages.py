"""Pages of a PDF or picture, under each other: painted from pictures that the press makes, text marked as it says."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PyQt6.QtCore import QPoint, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication, QKeySequence
from PyQt6.QtWidgets import QAbstractScrollArea, QFrame

from app.papers.errors import Refused
from app.papers.marks import Marks
from app.papers.pictures import Pictures
from app.papers.room import FITTED, Notches, Room
from app.ui import paint
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from PyQt6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent, QWheelEvent

    from app.bridge import Bridge
    from app.papers.link import Press
    from app.papers.slips import Drawn, Found, Text
    from app.ui.words import Words

log = logging.getLogger(__name__)


class PageArea(QAbstractScrollArea):
    """Shows one document of pages. `turned`: another page, or another zoom, is in front; `drew`: a page was drawn, or cannot be."""

    turned = pyqtSignal()
    drew = pyqtSignal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._press: Press | None = None
        self._title: Words = ""
        self._room = Room(((1.0, 1.0),), 100)
        self._pictures, self._marks = Pictures(), Marks()
        self._busy = False
        self._notches = Notches()
        self._told: tuple[int, str] = (-1, "")
        self._from: tuple[int, tuple[float, float]] | None = None
        self._to: tuple[float, float] | None = None
        self._selecting = False
        self.copies = True
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        view = self.viewport()
        assert view is not None
        view.setCursor(Qt.CursorShape.IBeamCursor)
        for bar in (self.verticalScrollBar(), self.horizontalScrollBar()):
            assert bar is not None
            bar.valueChanged.connect(self._moved)

    # --- what is shown ------------------------------------------------------------------------------------

    def show_pages(self, press: Press, sizes: tuple[tuple[float, float], ...], title: Words) -> None:
        """Show a document that was opened."""
        self.clear()
        self._press, self._title = press, title
        self._room = Room(sizes, self._view_width(), FITTED, self.devicePixelRatioF())
        self._lay_out()
        self._scroll_to(0)
        self._speak()

    def clear(self) -> None:
        """Forget everything."""
        self._press, self._title = None, ""
        self._room = Room(((1.0, 1.0),), 100)
        self._pictures.clear()
        self._busy, self._selecting = False, False
        self._told, self._from, self._to, self._marks.selected = (-1, ""), None, None, None
        self.forget_hits()
        self.setAccessibleName("")
        self.setAccessibleDescription("")

    @property
    def page(self) -> int:
        """The page in front, from 0."""
        return self._room.page_at(self._top() + self._view_height() // 3)

    @property
    def count(self) -> int:
        """How many pages there are."""
        return len(self._room.sizes)

    @property
    def percent(self) -> int:
        """How large the page in front is shown."""
        return self._room.percent(self.page)

    def turn(self, page: int) -> None:
        """Bring *page* to the front."""
        self._scroll_to(self._room.boxes[min(max(page, 0), self.count - 1)][1] - 12)

    def zoom_by(self, steps: int) -> None:
        """Show the pages larger (or smaller); what is in the middle stays there."""
        if steps:
            self._zoom(self._room.zoomed(self.page, steps))

    def fit(self) -> None:
        """Show the pages as wide as there is room."""
        self._zoom(FITTED)

    def _zoom(self, zoom: float) -> None:
        self._rebuild(Room(self._room.sizes, self._view_width(), zoom, self.devicePixelRatioF()))

    def _rebuild(self, room: Room) -> None:
        """Lay the pages out anew, the same spot of the same page at the upper edge."""
        page = self._room.page_at(self._top())
        _left, top, _width, height = self._room.boxes[page]
        share = (self._top() - top) / height
        self._room = room
        self._lay_out()
        _left, top, _width, height = room.boxes[page]
        self._scroll_to(round(top + share * height))

    def _lay_out(self) -> None:
        width, height = self._room.extent
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        assert across is not None
        assert down is not None
        across.setRange(0, max(0, width - self._view_width()))
        across.setPageStep(self._view_width())
        down.setRange(0, max(0, height - self._view_height()))
        down.setPageStep(self._view_height() - 40)
        down.setSingleStep(48)
        self._moved()

    def _moved(self) -> None:
        self._repaint()
        self._fetch()
        self.turned.emit()

    # --- pictures from the press --------------------------------------------------------------------------

    def _wanted(self) -> int | None:
        """Return the first page in sight, or next to it, whose picture is missing or has another size."""
        seen = self._room.visible(self._top(), self._view_height())
        near = (*seen, seen.stop, seen.start - 1)
        return next((page for page in near if 0 <= page < self.count and self._stale(page)), None)

    def _stale(self, page: int) -> bool:
        return self._pictures.stale(page, self._pixels(page))

    def _pixels(self, page: int) -> int:
        return max(1, round(self._room.boxes[page][2] * self.devicePixelRatioF()))

    def _fetch(self) -> None:
        """Ask for the next picture; one at a time, so that what was scrolled past is never drawn."""
        press, page = self._press, self._wanted()
        if press is None or self._busy or not self.isVisible():
            return
        if page is None:
            self._read()
            return
        self._busy = True
        wanted = page

        def failed(error: Exception) -> None:
            self._not_drawn(press, wanted, error)

        self._bridge.start(
            self, press.draw(wanted, self._pixels(wanted)), lambda drawn: self._drawn(press, drawn), failed
        )

    def _drawn(self, press: Press, drawn: Drawn) -> None:
        if press is not self._press:
            return
        self._busy = False
        self._pictures.keep(drawn, self._room.visible(self._top(), self._view_height()))
        self._repaint()
        self._fetch()
        self.drew.emit()

    def _not_drawn(self, press: Press, page: int, error: Exception) -> None:
        if press is not self._press:
            return
        self._busy = False
        self._pictures.failed[page] = error.code if isinstance(error, Refused) else "died"
        self._repaint()
        self._fetch()
        self.drew.emit()

    # --- words for whoever does not see -------------------------------------------------------------------

    def _read(self) -> None:
        """Fetch the text of the page in front: a screen reader finds it in the description."""
        press, page = self._press, self.page
        if press is None or self._told[0] == page:
            return
        self._busy = True

        def done(text: Text) -> None:
            self._heard(press, page, text.text)

        def failed(_error: Exception) -> None:
            self._heard(press, page, "")

        self._bridge.start(self, press.read(page), done, failed)

    def _heard(self, press: Press, page: int, text: str) -> None:
        if press is not self._press:
            return
        self._busy = False
        self._told = (page, text)
        self._speak()
        self._fetch()

    def _speak(self) -> None:
        self.setAccessibleName(
            str(say("papers.pages.name", title=self._title, n=self.page + 1, of=self.count))
        )
        self.setAccessibleDescription(self._told[1])

    # --- marking text -------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Begin to mark text."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            page, point = self._under(event.position().toPoint())
            self._from, self._to, self._marks.selected = (page, point), None, None
            self._repaint()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Mark from where the button went down to here."""
        if event is None or self._from is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        at = event.position().toPoint() + self._corner()
        self._to = self._room.point(self._from[0], at.x(), at.y())
        self._select()

    def _under(self, place: QPoint) -> tuple[int, tuple[float, float]]:
        at = place + self._corner()
        page = self._room.page_at(at.y())
        return page, self._room.point(page, at.x(), at.y())

    def _select(self) -> None:
        """Ask for what lies between both ends; the newest ends win."""
        press = self._press
        if press is None or self._selecting or self._from is None or self._to is None:
            return
        (page, start), end = self._from, self._to
        self._to, self._selecting = None, True

        def done(text: Text) -> None:
            if press is self._press:
                self._selecting = False
                self._mark(page, text)
                self._select()

        def failed(_error: Exception) -> None:
            self._selecting = False

        self._bridge.start(self, press.select(page, start, end), done, failed)

    def _mark(self, page: int, text: Text) -> None:
        if self._from is not None:
            self._marks.selected = (page, text)
            self._repaint()

    @property
    def selected(self) -> tuple[int, Text] | None:
        """The page on which text is marked, and the text."""
        return self._marks.selected

    def mark_page(self) -> None:
        """Mark all text of the page in front."""
        press, page = self._press, self.page
        if press is None:
            return
        self._from = (page, (0.0, 0.0))
        self._bridge.start(self, press.read(page), lambda text: self._mark(page, text), lambda _error: None)

    def copy(self) -> None:
        """Put the marked text on the clipboard."""
        board = QGuiApplication.clipboard()
        if self.copies and board is not None and self.selected is not None and self.selected[1].text:
            board.setText(self.selected[1].text)

    # --- what was found -----------------------------------------------------------------------------------

    def show_hits(self, found: Found) -> None:
        """Add what was found on a page."""
        self._marks.add(found)
        self._repaint()

    def forget_hits(self) -> None:
        """Mark no finds any more."""
        self._marks.forget_hits()
        self._repaint()

    def show_hit(self, page: int, place: int) -> None:
        """Bring a find to the front."""
        top = self._marks.show_hit(page, place)
        _left, above, _width, _height = self._room.boxes[page]
        self._scroll_to(round(above + top * self._room.scale(page)) - self._view_height() // 3)
        self._repaint()

    # --- painting -----------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the pages in sight."""
        view = self.viewport()
        assert view is not None
        painter = paint.painter_for(view)
        painter.fillRect(view.rect(), theme().color("sunken"))
        if self._press is None:
            return
        painter.translate(-self._corner())
        for page in self._room.visible(self._top(), self._view_height()):
            rect = QRectF(*self._room.boxes[page])
            self._pictures.paint(painter, page, rect, self._pixels(page), self.devicePixelRatioF())
            self._marks.paint(painter, self._room, page)

    # --- the view -----------------------------------------------------------------------------------------

    def _view_width(self) -> int:
        view = self.viewport()
        return max(view.width(), 100) if view is not None else 100

    def _view_height(self) -> int:
        view = self.viewport()
        return max(view.height(), 50) if view is not None else 50

    def _top(self) -> int:
        bar = self.verticalScrollBar()
        return bar.value() if bar is not None else 0

    def _corner(self) -> QPoint:
        across = self.horizontalScrollBar()
        return QPoint(across.value() if across is not None else 0, self._top())

    def _scroll_to(self, top: int) -> None:
        bar = self.verticalScrollBar()
        if bar is not None:
            bar.setValue(top)
        self._moved()

    def _repaint(self) -> None:
        view = self.viewport()
        if view is not None:
            view.update()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Lay the pages out for the new width."""
        super().resizeEvent(event)
        self._rebuild(Room(self._room.sizes, self._view_width(), self._room.zoom, self.devicePixelRatioF()))

    def showEvent(self, event: object) -> None:  # noqa: N802 -- Qt's name
        """Fetch what was not drawn while nobody looked."""
        super().showEvent(event)  # type: ignore[arg-type]
        self._fetch()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Copy, mark the page, first and last page; the rest scrolls as everywhere."""
        if event is None:
            return
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.mark_page()
        elif event.key() == Qt.Key.Key_Home:
            self.turn(0)
        elif event.key() == Qt.Key.Key_End:
            self.turn(self.count - 1)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Zoom with Ctrl, scroll without."""
        if event is not None and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(self._notches.add(event.angleDelta().y()))
        elif event is not None:
            super().wheelEvent(event)
