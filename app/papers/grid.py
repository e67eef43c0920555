"""How a table is laid out: the share of each column, and pieces that a window can lay out between two pictures. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.papers.cda.values import Figure, Listing, Paragraph, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.papers.cda.values import Block

CELLS, LETTERS = 64, 10_000
"""Of a piece: Qt lays a table out in one go, a tenth of a millisecond a cell."""
_NARROW, _WIDE = 6, 48


def shares(table: Table) -> tuple[float, ...]:
    """Return the width of each column in per cent: by its longest text, within bounds."""
    longest = [_NARROW] * table.columns
    for cell in table.cells:
        if cell.across == 1:
            longest[cell.column] = max(longest[cell.column], min(_letters(cell.blocks), _WIDE))
    return tuple(100 * letters / sum(longest) for letters in longest)


def _letters(blocks: Sequence[Block]) -> int:
    return max((_longest(block) for block in blocks), default=0)


def _longest(block: Block) -> int:
    if isinstance(block, Paragraph):
        return max(map(len, "".join(run.text for run in block.runs).split("\n")))
    if isinstance(block, Listing):
        return max((_letters(item) for item in block.items), default=0)
    return _WIDE if isinstance(block, Table | Figure) else 0


def pieces(table: Table) -> Iterator[Table]:
    """Yield *table* in pieces of few cells, cut where no cell reaches across."""
    start = 0
    for end in _cuts(table):
        cells = tuple(
            msgspec.structs.replace(cell, row=cell.row - start)
            for cell in table.cells
            if start <= cell.row < end
        )
        yield Table(end - start, table.columns, max(min(table.head - start, end - start), 0), cells)
        start = end


def _cuts(table: Table) -> Iterator[int]:
    """Yield the rows before which the table is cut, and its end."""
    crossed = {row for cell in table.cells for row in range(cell.row + 1, cell.row + cell.down)}
    held = [0] * table.rows
    for cell in table.cells:
        held[cell.row] += sum(map(_all_letters, cell.blocks))
    last, letters = 0, held[0]
    for row in range(1, table.rows):
        full = (row - last) * table.columns >= CELLS or letters > LETTERS
        if full and row not in crossed and row >= table.head:
            yield row
            last, letters = row, 0
        letters += held[row]
    yield table.rows


def _all_letters(block: Block) -> int:
    if isinstance(block, Paragraph):
        return sum(len(run.text) for run in block.runs)
    if isinstance(block, Listing):
        return sum(_all_letters(inner) for item in block.items for inner in item)
    if isinstance(block, Table):
        return sum(_all_letters(inner) for cell in block.cells for inner in cell.blocks)
    return 0
