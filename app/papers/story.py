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

from app.i18n import tr
from app.papers.cda.values import Cell, Listing, Paragraph, Run, Table
from app.papers.grid import pieces, shares
from app.papers.outline import Outline, outline
from app.ui.theme import theme

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PyQt6.QtGui import QTextTable

    from app.papers.cda.values import Block, Figure
    from app.papers.slips import Opened

_INSET = 22
_LINES = 50
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
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0)
        return font


def strokes(document: QTextDocument, opened: Opened, ink: Ink) -> Iterator[None]:
    """Write *opened* into *document*; between two strokes, each a few milliseconds of layout, the window may breathe."""
    pen = _Pen(document, ink)
    if opened.cda is not None:
        for part in outline(opened.cda):
            yield from pen.strokes(pen.part(part))
    yield from pen.strokes(pen.lines(opened.lines))


class _Pen:
    def __init__(self, document: QTextDocument, ink: Ink) -> None:
        self._document, self._ink = document, ink
        self._cursor = QTextCursor(document)
        self._fresh = True
        self._figures = 0
        document.setUndoRedoEnabled(False)
        document.setDefaultFont(ink.font("body"))

    def strokes(self, steps: Iterator[None]) -> Iterator[None]:
        """Take *steps*, each as one change, so that it is laid out once."""
        edit, going = QTextCursor(self._document), True
        while going:
            edit.beginEditBlock()
            going = next(steps, self) is not self
            edit.endEditBlock()
            yield

    # --- parts of a CDA -----------------------------------------------------------------------------------

    def part(self, part: Outline) -> Iterator[None]:
        """Write a heading, and what stands under it."""
        if part.title:
            self._line(part.title, _HEADINGS.get(part.level, "body_strong"), above=14 if part.level else 0)
        for words, quiet in part.notes:
            self._line(words, "small", self._ink.quiet if quiet else self._ink.text)
        yield
        if part.rows:
            yield from self._table(_table_of(part))
        yield from self._blocks(part.blocks, 0)

    def lines(self, lines: Sequence[str]) -> Iterator[None]:
        """Write plain text as it stands, in letters of one width: tables of laboratories are made of spaces."""
        for start in range(0, len(lines), _LINES):
            for line in lines[start : start + _LINES]:
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
        else:
            self._cursor.insertText(tr("papers.figure.missing"), self._char("small", self._ink.quiet))
            self._new_block(left)
        self._cursor.insertText(figure.caption, self._char("caption", self._ink.quiet))

    # --- tables -------------------------------------------------------------------------------------------

    def _table(self, table: Table) -> Iterator[None]:
        """Write a table piece by piece, the columns of all pieces under each other."""
        if table.rows and table.columns:
            widths = shares(table)
            for piece in pieces(table):
                self._piece(piece, widths)
                yield

    def _piece(self, table: Table, widths: Sequence[float]) -> None:
        if not self._fresh:
            self._new_block(gap=0)
        grid = self._cursor.insertTable(table.rows, table.columns, self._grid(table, widths))
        if grid is None:
            return
        for cell in table.cells:
            if cell.down > 1 or cell.across > 1:
                grid.mergeCells(cell.row, cell.column, cell.down, cell.across)
            self._into(grid, cell)
            for _ in self._blocks(cell.blocks, 0):
                pass
        self._leave(grid)

    def _grid(self, table: Table, widths: Sequence[float]) -> QTextTableFormat:
        looks = QTextTableFormat()
        looks.setBorderCollapse(True)
        looks.setBorder(1)
        looks.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        looks.setBorderBrush(QBrush(self._ink.line))
        looks.setCellPadding(5 * self._ink.zoom)
        looks.setHeaderRowCount(min(table.head, table.rows - 1))
        share = QTextLength.Type.PercentageLength
        looks.setWidth(QTextLength(share, 99))
        looks.setColumnWidthConstraints([QTextLength(share, width) for width in widths])
        return looks

    def _into(self, grid: QTextTable, value: Cell) -> None:
        cell = grid.cellAt(value.row, value.column)
        if value.head:
            looks = cell.format()
            looks.setBackground(QBrush(self._ink.ground))
            cell.setFormat(looks)
        self._cursor = cell.firstCursorPosition()
        self._fresh = True

    def _leave(self, grid: QTextTable) -> None:
        """Go on behind the table: Qt keeps a line there, which is made as thin as can be."""
        self._cursor = grid.lastCursorPosition()
        self._cursor.movePosition(QTextCursor.MoveOperation.NextBlock)
        thin = QTextBlockFormat()
        thin.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)  # type: ignore[arg-type]  # an int
        self._cursor.setBlockFormat(thin)
        self._fresh = False


def _table_of(part: Outline) -> Table:
    """Return rows of words as a table: heads above, or labels at the left where there are none."""
    lines = ([part.heads] if part.heads else []) + list(part.rows)
    cells = tuple(
        Cell(row, column, (Paragraph((Run(words, bold=head),)),) if words else (), head=head)
        for row, line in enumerate(lines)
        for column, words in enumerate(line)
        for head in [(row == 0 and bool(part.heads)) or (column == 0 and not part.heads)]
    )
    return Table(len(lines), max(map(len, lines)), bool(part.heads), cells)
