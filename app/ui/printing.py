"""What is read on screen, on paper: A4 pages whose head names whom it is about and whose foot says who printed when."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSizeF, Qt
from PyQt6.QtGui import QFont, QPageLayout, QPageSize, QPainter, QTextDocument
from PyQt6.QtPrintSupport import QPrintDialog, QPrinter

from app.ui.theme import theme

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PyQt6.QtGui import QPdfWriter
    from PyQt6.QtWidgets import QWidget

    from app.ui.words import Words

HEAD, FOOT = 34.0, 24.0
"""Points kept at top and bottom of each page."""
_STYLE = (
    "body{font-size:9.5px;color:#000} h1{font-size:14px} h2{font-size:11px}"
    " td,th{padding:2px 8px 2px 0;text-align:left;vertical-align:top} th{font-weight:600}"
    " table{margin-bottom:8px}"
    " .struck{text-decoration:line-through;color:#555}"
)


def ask(owner: QWidget, body: str, head: str, foot: str) -> QPrintDialog:
    """Let people choose a printer, then print; nothing waits meanwhile."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName("Consilium")
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    dialog = QPrintDialog(printer, owner)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.accepted.connect(lambda: put(printer, body, head, foot))
    dialog.open()
    return dialog


def put(printer: QPrinter | QPdfWriter, body: str, head: str, foot: str) -> int:
    """Print *body* on as many pages as it needs, *head* and *foot* on each; return how many."""
    painter = QPainter()
    if not painter.begin(printer):
        return 0
    scale = printer.resolution() / 72
    rect = printer.pageLayout().paintRect(QPageLayout.Unit.Point)
    painter.scale(scale, scale)
    document = _document(body, QSizeF(rect.width(), rect.height() - HEAD - FOOT))
    for page in range(document.pageCount()):
        if page:
            printer.newPage()
        _put_page(painter, document, page, rect.width(), head)
        line = QRectF(0, rect.height() - FOOT, rect.width(), FOOT)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom), foot)
        number = f"{page + 1} / {document.pageCount()}"
        painter.drawText(line, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom), number)
    painter.end()
    return document.pageCount()


def _document(body: str, room: QSizeF) -> QTextDocument:
    document = QTextDocument()
    document.setDocumentMargin(0)
    document.setDefaultFont(_font(9.5))
    document.setDefaultStyleSheet(_STYLE)
    document.setHtml(f"<body>{body}</body>")
    document.setPageSize(room)
    return document


def _put_page(painter: QPainter, document: QTextDocument, page: int, width: float, head: str) -> None:
    painter.setFont(_font(8))
    painter.setPen(Qt.GlobalColor.black)
    line = QRectF(0, 0, width, HEAD - 8)
    painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap), head)
    painter.save()
    high = document.pageSize().height()
    painter.translate(0, HEAD - page * high)
    document.drawContents(painter, QRectF(0, page * high, width, high))
    painter.restore()


def _font(points: float) -> QFont:
    """Return the program's font in the points of paper, drawn at 72 to the inch."""
    font = QFont(theme().font("body"))
    font.setPixelSize(round(points))
    return font


def title(words: Words, level: int = 1) -> str:
    """Return a heading for the body of a page."""
    return f"<h{level}>{escape(str(words))}</h{level}>"


def paragraph(words: Words) -> str:
    """Return a paragraph for the body of a page; its line breaks stay."""
    return f"<p>{lines(str(words))}</p>"


def lines(words: str) -> str:
    """Return words for the body of a page; their line breaks stay."""
    return escape(words).replace("\n", "<br>")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table for the body of a page; without *heads* it has none."""
    top = "".join(f"<th>{escape(one)}</th>" for one in heads)
    told = "".join("<tr>" + "".join(f"<td>{lines(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<table width="100%">{f"<tr>{top}</tr>" if top else ""}{told}</table>'
