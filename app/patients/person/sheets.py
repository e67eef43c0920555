"""Identity, movements and results on paper: A4 pages whose head names the patient and whose foot says who printed when."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSizeF, Qt
from PyQt6.QtGui import QFont, QPageLayout, QPageSize, QPainter, QTextDocument
from PyQt6.QtPrintSupport import QPrintDialog, QPrinter

from app.i18n import tr
from app.patients.person import traits
from app.patients.person.moves import MoveLine
from app.patients.person.values import ReportLine, StrangerLine, ValueLine
from app.ui.theme import theme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from PyQt6.QtWidgets import QWidget

    from app.patients.person.view import Record

HEAD, FOOT = 34.0, 24.0
"""Points kept at top and bottom of each page."""
_STYLE = (
    "body{font-size:9.5pt;color:#000} h1{font-size:14pt} h2{font-size:11pt}"
    " td,th{padding:2pt 8pt 2pt 0;text-align:left;vertical-align:top} th{font-weight:600}"
    " .struck{text-decoration:line-through;color:#555}"
)


def identity(record: Record) -> str:
    """Return the identity sheet as the body of a page."""
    parts = [_title("person.printed.identity")]
    for section, names in traits.SECTIONS:
        rows = ((tr(f"person.trait.{name}"), traits.value(record, name)) for name in names)
        parts.append(f"<h2>{escape(tr(f'person.traits.{section}'))}</h2>{_table((), rows)}")
    return "".join(parts)


def movements(record: Record) -> str:
    """Return all movements as the body of a page, cancelled ones struck through."""
    rows = []
    for line in record.movements:
        if isinstance(line, MoveLine):
            mark = line.mark[0] if line.mark is not None else ""
            rows.append((record.site.moment(line.stay.since_ms), line.title, line.detail, mark))
        else:
            rows.append(("", line.title, line.detail, ""))
    return _title("person.printed.moves") + _table((), rows)


def results(record: Record) -> str:
    """Return all results by report as the body of a page."""
    heads = [tr(f"person.column.{key}") for key in ("analyte", "value", "flag", "range", "state")]
    rows: list[Sequence[str]] = []
    parts = [_title("person.printed.values")]
    lines = record.results
    for place, line in enumerate(lines):
        if isinstance(line, ReportLine):
            parts.append(f"<h2>{escape(line.title)}</h2><p>{escape(line.detail)}</p>")
            rows = []
        elif isinstance(line, StrangerLine):
            parts.append(f"<p><b>{escape(line.long)}</b></p>")
        elif isinstance(line, ValueLine):
            flag = line.flag[0] if line.flag is not None else ""
            state = " · ".join(part for part in (line.state, line.earlier) if part)
            rows.append((line.label, line.value, flag, line.range, state))
        if rows and (place + 1 == len(lines) or isinstance(lines[place + 1], ReportLine)):
            parts.append(_table(heads, rows))
    return "".join(parts)


SHEETS: dict[str, Callable[[Record], str]] = {"moves": movements, "values": results}
"""What is printed from a tab; the identity from all others."""


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


def put(printer: QPrinter, body: str, head: str, foot: str) -> int:
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


def _title(key: str) -> str:
    return f"<h1>{escape(tr(key))}</h1>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(one)}</th>" for one in heads)
    told = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<table width="100%">{f"<tr>{top}</tr>" if top else ""}{told}</table>'
