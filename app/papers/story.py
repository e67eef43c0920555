"""A document of text on screen and on paper: a QTextDocument made from values, never from the document's own markup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PyQt6.QtCore import QUrl
from PyQt6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QImage,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextImageFormat,
    QTextLength,
    QTextTableFormat,
)

from app.papers.cda.values import Figure, Listing, Paragraph, Run, Table
from app.papers.outline import Outline, outline
from app.ui.theme import theme

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PyQt6.QtGui import QTextTable

    from app.papers.cda.values import Block
    from app.papers.slips import Opened

_INSET = 22
_WIDEST_FIGURE = 640
_MARK = "•"
_HEADINGS = {0: "title", 1: "heading", 2: "subhead"}


@dataclass(frozen=True)
class Ink:
    """Colours and size: of the screen's theme, or black on white for paper."""

    text: QColor
    quiet: QColor
    line: QColor
    ground: QColor
    zoom: float = 1.0

    @classmethod
    def screen(cls, zoom: float) -> Ink:
        """Return the theme's colours of this moment."""
        color = theme().color
        return cls(color("text"), color("text_2"), color("line"), color("sunken"), zoom)

    @classmethod
    def paper(cls) -> Ink:
        """Return what is printed, whatever the theme."""
        return cls(QColor("#000000"), QColor("#333333"), QColor("#888888"), QColor("#EEEEEE"), 0.8)

    def font(self, role: str) -> QFont:
        """Return the font of a type role at this zoom."""
        font = QFont(theme().font(role))
        font.setPixelSize(max(6, round(font.pixelSize() * self.zoom)))
        return font


def strokes(document: QTextDocument, opened: Opened, ink: Ink) -> Iterator[None]:
    """Write *opened* into *document*, pausing often, so that the window can breathe between."""
    pen = _Pen(document, ink)
    if opened.cda is not None:
        for part in outline(opened.cda):
            yield from pen.part(part)
    yield from pen.lines(opened.lines)


class _Pen:
    def __init__(self, document: QTextDocument, ink: Ink) -> None:
        self._document, self._ink = document, ink
        self._cursor = QTextCursor(document)
        self._fresh = True
        self._figures = 0
        document.setUndoRedoEnabled(False)
        document.setDefaultFont(ink.font("body"))

    # --- parts of a CDA -----------------------------------------------------------------------------------

    def part(self, part: Outline) -> Iterator[None]:
        """Write a heading, and what stands under it."""
        if part.title:
            self._line(part.title, _HEADINGS.get(part.level, "body_strong"), above=14 if part.level else 0)
        for words, quiet in part.notes:
            self._line(words, "small", self._ink.quiet if quiet else self._ink.text)
        if part.rows:
            yield from self._rows(part.heads, part.rows)
        yield from self._blocks(part.blocks, 0)
        yield

    def lines(self, lines: Sequence[str]) -> Iterator[None]:
        """Write plain text as it stands, in letters of one width: tables of laboratories are made of spaces."""
        for line in lines:
            self._line(line, "mono", gap=0)
            yield

    def _line(
        self, words: str, role: str, color: QColor | None = None, above: float = 0, gap: float = 4
    ) -> None:
        self._new_block(above=above, gap=gap)
        self._cursor.insertText(words, self._char(role, color))

    def _char(self, role: str, color: QColor | None = None) -> QTextCharFormat:
        char = QTextCharFormat()
        char.setFont(self._ink.font(role))
        char.setForeground(QBrush(color or self._ink.text))
        return char

    def _new_block(self, left: float = 0, hang: float = 0, above: float = 0, gap: float = 4) -> None:
        block = QTextBlockFormat()
        block.setLeftMargin(left * self._ink.zoom)
        block.setTextIndent(-hang * self._ink.zoom)
        block.setTopMargin(above * self._ink.zoom)
        block.setBottomMargin(gap * self._ink.zoom)
        if self._fresh:
            self._cursor.setBlockFormat(block)
        else:
            self._cursor.insertBlock(block)
        self._fresh = False

    # --- narrative ----------------------------------------------------------------------------------------

    def _blocks(self, blocks: Sequence[Block], left: float, mark: str = "") -> Iterator[None]:
        """Write *blocks*, the first one with *mark* before it."""
        for block in blocks:
            if isinstance(block, Paragraph):
                self._paragraph(block, left, mark)
            elif isinstance(block, Listing):
                yield from self._listing(block, left)
            elif isinstance(block, Table):
                yield from self._table(block)
            else:
                self._figure(block, left)
            mark = ""
            yield

    def _paragraph(self, paragraph: Paragraph, left: float, mark: str) -> None:
        self._new_block(left, _INSET * 0.7 if mark else 0)
        if mark:
            self._cursor.insertText(f"{mark} ", self._char("body", self._ink.quiet))
        role = "body_strong" if paragraph.caption else "body"
        for run in paragraph.runs:
            self._cursor.insertText(run.text.replace("\n", "\u2028"), self._run(run, role))

    def _run(self, run: Run, role: str) -> QTextCharFormat:
        char = self._char("body_strong" if run.bold else role)
        char.setFontItalic(run.italic)
        char.setFontUnderline(run.underline or bool(run.link))
        char.setFontStrikeOut(run.struck)
        if run.rise:
            align = QTextCharFormat.VerticalAlignment
            char.setVerticalAlignment(align.AlignSuperScript if run.rise > 0 else align.AlignSubScript)
        return char

    def _listing(self, listing: Listing, left: float) -> Iterator[None]:
        for place, item in enumerate(listing.items, 1):
            yield from self._blocks(item, left + _INSET, f"{place}." if listing.ordered else _MARK)

    def _figure(self, figure: Figure, left: float) -> None:
        self._new_block(left)
        if figure.pixels and len(figure.pixels) == 4 * figure.width * figure.height:
            picture = QImage(figure.pixels, figure.width, figure.height, QImage.Format.Format_RGB32).copy()
            self._figures += 1
            name = f"paper:{self._figures}"
            self._document.addResource(
                int(QTextDocument.ResourceType.ImageResource.value), QUrl(name), picture
            )
            shown = QTextImageFormat()
            shown.setName(name)
            shown.setWidth(min(figure.width, _WIDEST_FIGURE) * self._ink.zoom)
            self._cursor.insertImage(shown)
            self._new_block(left)
        self._cursor.insertText(figure.caption, self._char("caption", self._ink.quiet))

    # --- tables -------------------------------------------------------------------------------------------

    def _grid(self, rows: int, columns: int, head: int) -> QTextTable | None:
        table = QTextTableFormat()
        table.setBorderCollapse(True)
        table.setBorder(1)
        table.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        table.setBorderBrush(QBrush(self._ink.line))
        table.setCellPadding(5 * self._ink.zoom)
        table.setTopMargin(4 * self._ink.zoom)
        table.setHeaderRowCount(min(head, rows - 1))
        table.setWidth(QTextLength(QTextLength.Type.PercentageLength, 99))
        if not self._fresh:
            self._new_block(gap=0)
        return self._cursor.insertTable(rows, columns, table)

    def _table(self, table: Table) -> Iterator[None]:
        if not table.rows or not table.columns:
            return
        grid = self._grid(table.rows, table.columns, table.head)
        if grid is None:
            return
        for cell in table.cells:
            if cell.down > 1 or cell.across > 1:
                grid.mergeCells(cell.row, cell.column, cell.down, cell.across)
            self._into(grid, cell.row, cell.column, head=cell.head)
            yield from self._blocks(cell.blocks, 0)
        self._leave(grid)

    def _rows(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[None]:
        lines = ([heads] if heads else []) + list(rows)
        grid = self._grid(len(lines), max(map(len, lines)), 1 if heads else 0)
        if grid is None:
            return
        for row, line in enumerate(lines):
            for column, words in enumerate(line):
                head = (row == 0 and bool(heads)) or (column == 0 and not heads)
                self._into(grid, row, column, head=head)
                self._line(words, "small_strong" if head else "small", gap=0)
            yield
        self._leave(grid)

    def _into(self, grid: QTextTable, row: int, column: int, *, head: bool) -> None:
        cell = grid.cellAt(row, column)
        if head:
            looks = cell.format()
            looks.setBackground(QBrush(self._ink.ground))
            cell.setFormat(looks)
        self._cursor = cell.firstCursorPosition()
        self._fresh = True

    def _leave(self, grid: QTextTable) -> None:
        self._cursor = grid.lastCursorPosition()
        self._cursor.movePosition(QTextCursor.MoveOperation.NextBlock)
        self._fresh = True
        self._new_block(gap=0)
