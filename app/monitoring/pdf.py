"""A report as a PDF, without a window and beside Qt's thread."""

from __future__ import annotations

import os
from html import escape
from typing import TYPE_CHECKING

from PyQt6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF
from PyQt6.QtGui import QGuiApplication, QPageLayout, QPageSize, QPdfWriter

from app.monitoring.report import Grid, Heading, Prose
from app.ui import printing
from app.ui.theme import load_fonts

if TYPE_CHECKING:
    from app.monitoring.report import Block, Paper

DPI = 300
MARGIN_MM = 15


def paint(paper: Paper) -> bytes:
    """Return *paper* as a PDF of A4 pages; needs a QGuiApplication, of any platform. From any thread."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setCreator("Consilium")
    writer.setResolution(DPI)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
    writer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    printing.put(writer, body(paper), paper.head, paper.foot)
    del writer
    buffer.close()
    return bytes(data.data())


def paint_alone(paper: Paper) -> bytes:
    """As `paint`, in a program that has no window and no display."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QGuiApplication.instance() or QGuiApplication([])
    load_fonts()
    data = paint(paper)
    del application
    return data


def body(paper: Paper) -> str:
    """Return the pages' HTML."""
    return "".join(map(_html, paper.blocks))


def _html(block: Block) -> str:
    match block:
        case Heading(text=text, level=level):
            return printing.title(text, level)
        case Prose(text=text):
            return printing.paragraph(text)
        case Grid(struck=struck) if struck:
            rows = "".join(_row(row, struck=number in struck) for number, row in enumerate(block.rows))
            top = "".join(f"<th>{escape(one)}</th>" for one in block.heads)
            return f'<table width="100%"><tr>{top}</tr>{rows}</table>'
    return printing.table(block.heads, block.rows)


def _row(cells: tuple[str, ...], *, struck: bool) -> str:
    kind = ' class="struck"' if struck else ""
    return "<tr>" + "".join(f"<td{kind}>{printing.lines(cell)}</td>" for cell in cells) + "</tr>"
