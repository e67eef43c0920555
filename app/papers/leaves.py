"""Pages of a PDF or a picture: sizes, pictures, text. Runs in the press only; whatever a document does here stays there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from PyQt6.QtCore import QBuffer, QIODevice, QPointF, QSize, Qt
from PyQt6.QtGui import QImage, QImageReader, QPainter
from PyQt6.QtPdf import QPdfDocument

from app.papers.errors import Refused
from app.papers.slips import MAX_PAGES, MAX_PIXELS, Box, Drawn, Found, Text
from app.search import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PyQt6.QtPdf import QPdfSelection

MAX_TEXT = 500_000
MAX_HITS = 500
MAX_BOXES = 2_000
SEEK_S = 0.5
_IMAGE_MEMORY = 512
_DPI = 96
_PDF_ERRORS = {
    QPdfDocument.Error.IncorrectPassword: "password",
    QPdfDocument.Error.UnsupportedSecurityScheme: "password",
    QPdfDocument.Error.None_: "no-pages",
}
IMAGES = {"image/png": b"png", "image/jpeg": b"jpeg", "image/tiff": b"tiff"}


class Leaves(Protocol):
    """A document of pages."""

    searchable: bool
    sizes: tuple[tuple[float, float], ...]

    def draw(self, page: int, width: int) -> Drawn:
        """Return a page as a picture."""

    def read(self, page: int) -> Text:
        """Return the text of a page."""

    def select(self, page: int, start: tuple[float, float], end: tuple[float, float]) -> Text:
        """Return the text between two points."""

    def seek(self, text: str, page: int) -> Found:
        """Look for *text* from *page* on."""


def _buffer(data: bytes) -> QBuffer:
    buffer = QBuffer()
    buffer.setData(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    return buffer


def _height(size: tuple[float, float], width: int) -> int:
    """Return how high a page of that *width* is in pixels; raise Refused above what a page may have."""
    height = max(1, round(width * size[1] / size[0]))
    if width < 1 or width * height > MAX_PIXELS:
        raise Refused("page-too-large")
    return height


def _drawn(page: int, image: QImage) -> Drawn:
    """Return *image* on white paper."""
    paper = QImage(image.size(), QImage.Format.Format_RGB32)
    paper.fill(Qt.GlobalColor.white)
    painter = QPainter(paper)
    painter.drawImage(0, 0, image)
    painter.end()
    bits = paper.constBits()
    if bits is None:
        raise Refused("page-too-large")
    return Drawn(page, paper.width(), paper.height(), bits.asstring(paper.sizeInBytes()))


class Pdf:
    """A PDF by QtPdf (PDFium without JavaScript and XFA). Links are not followed, attachments not opened: nobody asks for them."""

    def __init__(self, data: bytes) -> None:
        self._buffer, self._pdf = _buffer(data), QPdfDocument(None)
        self._pdf.load(self._buffer)
        if self._pdf.status() != QPdfDocument.Status.Ready:
            raise Refused(_PDF_ERRORS.get(self._pdf.error(), "damaged"))
        pages = self._pdf.pageCount()
        if pages > MAX_PAGES:
            raise Refused("too-many-pages")
        self.sizes = tuple(self._size(page) for page in range(pages))
        self.searchable = any(self._pdf.getAllText(page).text().strip() for page in range(min(pages, 3)))

    def _size(self, page: int) -> tuple[float, float]:
        size = self._pdf.pagePointSize(page)
        return max(size.width(), 1.0), max(size.height(), 1.0)

    def draw(self, page: int, width: int) -> Drawn:
        """Return a page as a picture; one that cannot be painted is refused."""
        image = self._pdf.render(page, QSize(width, _height(self.sizes[page], width)))
        if image.isNull():
            raise Refused("page-damaged")
        return _drawn(page, image)

    def read(self, page: int) -> Text:
        """Return the text of a page."""
        return _text(self._pdf.getAllText(page))

    def select(self, page: int, start: tuple[float, float], end: tuple[float, float]) -> Text:
        """Return the text between two points."""
        boxes = _text(self._pdf.getAllText(page)).boxes
        if not boxes:
            return Text("")
        return _text(self._pdf.getSelection(page, _snapped(start, boxes), _snapped(end, boxes)))

    def seek(self, text: str, page: int) -> Found:
        """Look for *text*, blind to accents and case, on the pages from *page* on."""
        wanted, until = fold(text).letters.strip(), time.monotonic() + SEEK_S
        for place in range(page, len(self.sizes) if wanted else 0):
            hits = tuple(self._hits(wanted, place))
            if hits or time.monotonic() > until:
                return Found(place, hits, place + 1 if place + 1 < len(self.sizes) else -1)
        return Found(page, (), -1)

    def _hits(self, wanted: str, page: int) -> Iterator[tuple[Box, ...]]:
        told = fold(self._pdf.getAllText(page).text()[:MAX_TEXT])
        place, count = told.letters.find(wanted), 0
        while place >= 0 and count < MAX_HITS:
            start, last = told.origin[place], told.origin[place + len(wanted) - 1]
            yield _text(self._pdf.getSelectionAtIndex(page, start, last - start + 1)).boxes
            place, count = told.letters.find(wanted, place + len(wanted)), count + 1


def _snapped(point: tuple[float, float], boxes: tuple[Box, ...]) -> QPointF:
    """Return the nearest place to *point* that has text: PDFium finds none a little beside it."""

    def inside(box: Box) -> tuple[float, float]:
        left, top, width, height = box
        return min(max(point[0], left + 1), left + width - 1), min(max(point[1], top + 1), top + height - 1)

    return QPointF(*min(map(inside, boxes), key=lambda at: abs(at[1] - point[1]) * 4 + abs(at[0] - point[0])))


def _text(selection: QPdfSelection) -> Text:
    rects = [bound.boundingRect() for bound in selection.bounds()[:MAX_BOXES]]
    boxes = tuple((rect.x(), rect.y(), rect.width(), rect.height()) for rect in rects)
    return Text(selection.text()[:MAX_TEXT].replace("\r\n", "\n"), boxes)


class Pictures:
    """A picture, or a TIFF of several, by Qt's decoders; sizes are read before any pixel is."""

    searchable = False

    def __init__(self, media: str, data: bytes) -> None:
        QImageReader.setAllocationLimit(_IMAGE_MEMORY)
        self._data, self._format = data, IMAGES[media]
        reader = self._reader(0)
        if not reader.canRead():
            raise Refused("damaged")
        count = max(reader.imageCount(), 1)
        if count > MAX_PAGES:
            raise Refused("too-many-pages")
        self._last: tuple[int, QImage] = (-1, QImage())
        self.sizes = tuple(self._size(page) for page in range(count))

    def _reader(self, page: int) -> QImageReader:
        self._device = _buffer(self._data)
        reader = QImageReader(self._device, self._format)
        reader.setAutoTransform(True)
        if page:
            reader.jumpToImage(page)
        return reader

    def _size(self, page: int) -> tuple[float, float]:
        reader = self._reader(page)
        size = reader.size()
        if size.isEmpty():
            raise Refused("damaged")
        if size.width() * size.height() > MAX_PIXELS:
            raise Refused("page-too-large")
        if reader.transformation() & QImageReader.transformation(reader).TransformationRotate90:
            size.transpose()
        return size.width() * 72 / _DPI, size.height() * 72 / _DPI

    def image(self, page: int) -> QImage:
        """Return a page as it is; the last one is kept for the next scale."""
        if self._last[0] != page:
            image = self._reader(page).read()
            if image.isNull():
                raise Refused("damaged")
            self._last = (page, image)
        return self._last[1]

    def draw(self, page: int, width: int) -> Drawn:
        """Return a page at that width."""
        size = QSize(width, _height(self.sizes[page], width))
        smooth = Qt.TransformationMode.SmoothTransformation
        return _drawn(page, self.image(page).scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth))

    def read(self, _page: int) -> Text:
        """Return nothing: a picture has no text."""
        return Text("")

    def select(self, _page: int, _start: tuple[float, float], _end: tuple[float, float]) -> Text:
        """Return nothing."""
        return Text("")

    def seek(self, _text: str, page: int) -> Found:
        """Find nothing."""
        return Found(page, (), -1)


def leaves(media: str, data: bytes) -> Leaves:
    """Return the pages of *data*; raise Refused."""
    return Pdf(data) if media == "application/pdf" else Pictures(media, data)
