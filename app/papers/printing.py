"""A document on paper: the same text or pages, with a line of the caller's at the head and the page's number at the foot."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QPointF, QRectF, QSizeF, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QImage, QPainter, QTextDocument
from PyQt6.QtPrintSupport import QPrintDialog, QPrinter

from app.papers.story import Ink, strokes
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PyQt6.QtWidgets import QWidget

    from app.bridge import Bridge
    from app.papers.link import Press
    from app.papers.slips import Drawn, Opened

_DPI = 200
_SLICE_S = 0.008
_HEAD = 30
"""Points at the head and at the foot of a page of paper."""


class Printing(QObject):
    """Prints what is shown, page by page; `done` at the end, `failed` when a page or the printer would not."""

    done = pyqtSignal()
    failed = pyqtSignal()

    def __init__(self, bridge: Bridge, owner: QWidget) -> None:
        super().__init__(owner)
        self._bridge, self._owner = bridge, owner
        self._dialog: QPrintDialog | None = None
        self._painter: QPainter | None = None
        self._turn = 0
        self._steps: Iterator[None] = iter(())
        self._then: Callable[[], None] = self._end
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._go_on)

    def ask(self, opened: Opened, press: Press, head: str) -> None:
        """Let people choose a printer, then print; nothing waits meanwhile."""
        self.cancel()
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName("Consilium")
        if not opened.sizes:
            printer.setResolution(600)
        self._dialog = dialog = QPrintDialog(printer, self._owner)
        dialog.accepted.connect(lambda: self.start(printer, opened, press, head))
        dialog.open()

    def cancel(self) -> None:
        """Stop asking and printing: what is printed is not shown any more."""
        self._timer.stop()
        self._turn += 1
        self._let_go()
        dialog, self._dialog = self._dialog, None
        if dialog is not None:
            dialog.close()
            dialog.deleteLater()

    def start(self, printer: QPrinter, opened: Opened, press: Press, head: str) -> None:
        """Print onto *printer*."""
        painter = QPainter()
        if not painter.begin(printer):
            self.failed.emit()
            return
        self._painter = painter
        sheet = _Sheet(printer, painter, head)
        told = opened.cda is not None or bool(opened.lines)
        self._steps = sheet.story(opened, last=not opened.sizes) if told else iter(())
        self._then = lambda: self._page(sheet, opened, press, 0)
        self._timer.start(0)

    def _go_on(self) -> None:
        """Take the next steps, then let the window breathe."""
        until = time.monotonic() + _SLICE_S
        while time.monotonic() < until:
            if next(self._steps, self) is self:
                self._timer.stop()
                self._then()
                return

    def _page(self, sheet: _Sheet, opened: Opened, press: Press, page: int) -> None:
        if page == len(opened.sizes):
            self._end()
            return

        turn = self._turn

        def drawn(picture: Drawn) -> None:
            if turn == self._turn:
                sheet.picture(picture, last=page + 1 == len(opened.sizes))
                self._page(sheet, opened, press, page + 1)

        def failed(_error: Exception) -> None:
            if turn == self._turn:
                self._give_up()

        self._bridge.start(self, press.draw(page, sheet.pixels(opened.sizes[page])), drawn, failed)

    def _end(self) -> None:
        self._let_go()
        self.done.emit()

    def _give_up(self) -> None:
        """Stop in the middle of the document and say so: half a document must not look like a whole one."""
        self._let_go()
        self.failed.emit()

    def _let_go(self) -> None:
        if self._painter is not None:
            self._painter.end()
            self._painter = None


class _Sheet:
    """The sheet of paper that is being printed."""

    def __init__(self, printer: QPrinter, painter: QPainter, head: str) -> None:
        self._printer, self._painter, self._words = printer, painter, head
        self._page = 0
        self._scale = printer.resolution() / 72
        rect = printer.pageLayout().paintRectPixels(printer.resolution())
        self._width, self._height = rect.width() / self._scale, rect.height() / self._scale

    def story(self, opened: Opened, *, last: bool) -> Iterator[None]:
        """Print a text, over as many sheets as it needs; laid out while it is written."""
        document = QTextDocument()
        document.setDocumentMargin(0)
        room = QSizeF(self._width, self._height - 2 * _HEAD)
        document.setPageSize(room)
        document.documentLayout()
        yield from strokes(document, opened, Ink.paper())
        pages = document.pageCount()
        for page in range(pages):
            self._begin()
            self._painter.translate(0, _HEAD - page * room.height())
            document.drawContents(self._painter, QRectF(QPointF(0, page * room.height()), room))
            self._finish(last=last and page + 1 == pages)
            yield

    def pixels(self, size: tuple[float, float]) -> int:
        """Return how wide to draw a page of that size."""
        scale = min(self._width / size[0], (self._height - 2 * _HEAD) / size[1])
        return max(1, round(size[0] * scale * _DPI / 72))

    def picture(self, drawn: Drawn, *, last: bool) -> None:
        """Print a page as large as the sheet has room."""
        image = QImage(drawn.pixels, drawn.width, drawn.height, 4 * drawn.width, QImage.Format.Format_RGB32)
        scale = min(self._width / drawn.width, (self._height - 2 * _HEAD) / drawn.height)
        width, height = drawn.width * scale, drawn.height * scale
        self._begin()
        self._painter.drawImage(QRectF((self._width - width) / 2, _HEAD, width, height), image)
        self._finish(last=last)

    def _begin(self) -> None:
        self._page += 1
        self._painter.resetTransform()
        self._painter.scale(self._scale, self._scale)
        self._painter.setFont(Ink.paper().font("caption"))
        self._painter.setPen(Qt.GlobalColor.black)
        line = QRectF(0, 0, self._width, _HEAD - 8)
        foot = QRectF(0, self._height - _HEAD + 8, self._width, _HEAD - 8)
        self._painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, self._words)
        self._painter.drawText(foot, Qt.AlignmentFlag.AlignRight, str(say("papers.print.page", n=self._page)))

    def _finish(self, *, last: bool) -> None:
        self._painter.resetTransform()
        if not last:
            self._printer.newPage()
