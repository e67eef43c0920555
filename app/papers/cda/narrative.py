"""The narrative of a section (CDA R2 §4.3.5): every visible text of it, in the looks that the standard knows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

import msgspec

from app.papers.cda.values import Block, Cell, Figure, Listing, Paragraph, Run, Table
from app.papers.cda.xml import Node
from app.papers.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_CELLS = 20_000
MAX_INNER = 3_000
"""Cells of tables inside tables, each counted as often as it is laid out."""
MAX_ROW = 60_000
"""Letters of one row: it is laid out in one go."""
MAX_COLUMNS = 64
MAX_NESTED = 6
LONGEST = 4_000
"""Letters of a paragraph; a longer one goes on in the next, so that no layout of one takes long."""
_SPACE = re.compile(r"[ \t\r\n]+")
_PARTS_OF_TABLE = ("thead", "tbody", "tfoot")


@dataclass(frozen=True)
class _Look:
    bold: bool = False
    italic: bool = False
    underline: bool = False
    struck: bool = False
    rise: int = 0
    link: str = ""

    def of(self, node: Node) -> _Look:
        """Return the look inside *node*."""
        if node.tag in {"sub", "sup"}:
            return replace(self, rise=1 if node.tag == "sup" else -1)
        if node.tag == "linkHtml":
            return replace(self, link=node.get("href"))
        style = set(node.get("styleCode").lower().split())
        return replace(
            self,
            bold=self.bold or "bold" in style,
            italic=self.italic or bool(style & {"italics", "emphasis"}),
            underline=self.underline or "underline" in style,
            struck=self.struck or node.get("revised") == "delete",
        )


_PLAIN = _Look()


@dataclass
class Reader:
    """Reads the narratives of one document; *figure* gives the picture of an observationMedia by its ID."""

    figure: Callable[[str], Figure]
    cells: int = 0
    inner: int = 0
    notes: list[Node] = field(default_factory=list)

    def read(self, text: Node) -> tuple[Block, ...]:
        """Return what stands in *text*, its footnotes at the end."""
        self.notes = [node for node in text.walk() if node.tag == "footnote"]
        blocks = list(self._blocks(text, 0))
        for place, note in enumerate(self.notes, 1):
            inside = _Flow(self, 0)
            inside.say(f"[{place}] ", _PLAIN)
            inside.walk(note, _PLAIN)
            blocks += inside.end()
        return tuple(blocks)

    def _blocks(self, node: Node, nested: int, look: _Look = _PLAIN) -> tuple[Block, ...]:
        flow = _Flow(self, nested)
        flow.walk(node, look)
        return flow.end()

    def mark_of(self, node: Node) -> str:
        """Return the mark of a footnote, or of a reference to one."""
        wanted = node.get("ID") or node.get("IDREF")
        for place, note in enumerate(self.notes, 1):
            if note is node or (wanted and note.get("ID") == wanted):
                return f"[{place}]"
        return ""

    def listing(self, node: Node, nested: int) -> Listing:
        """Return a list; what is no item of it stands as one all the same."""
        ordered = node.get("listType") == "ordered"
        items = (self._blocks(item, nested) for item in node.elements() if item.tag != "caption")
        return Listing(ordered, tuple(item for item in items if item))

    def table(self, node: Node, nested: int) -> Table:
        """Return a table, each cell at its place in the grid."""
        rows = list(_rows(node))
        taken: set[tuple[int, int]] = set()
        cells: list[Cell] = []
        for row, (part, line) in enumerate(rows):
            if len(line.raw) > MAX_ROW:
                raise Refused("too-large")
            column = 0
            for child in line.elements():
                while (row, column) in taken:
                    column += 1
                cell = self._cell(child, row, column, len(rows), nested, part)
                taken |= {(row + y, column + x) for y in range(cell.down) for x in range(cell.across)}
                cells.append(cell)
                self._count(cell, nested)
                column += cell.across
        columns = max((place[1] + 1 for place in taken), default=0)
        head = sum(1 for part, _line in rows if part == "thead")
        return Table(len(rows), columns, head, tuple(cells))

    def _cell(self, node: Node, row: int, column: int, rows: int, nested: int, part: str) -> Cell:
        down, across = _span(node, "rowspan", rows - row), _span(node, "colspan", MAX_COLUMNS)
        head = node.tag == "th" or part == "thead"
        return Cell(
            row, column, self._blocks(node, nested + 1, _Look(bold=head)), head=head, down=down, across=across
        )

    def _count(self, cell: Cell, nested: int) -> None:
        size = cell.down * cell.across
        self.cells += size
        self.inner += size * 3 ** (nested // 2) if nested > 1 else 0
        if self.cells > MAX_CELLS or self.inner > MAX_INNER or cell.column + cell.across > MAX_COLUMNS:
            raise Refused("too-large")


class _Flow:
    """Collects runs into paragraphs, and the blocks between them."""

    def __init__(self, reader: Reader, nested: int) -> None:
        self._reader, self._nested = reader, nested
        self._blocks: list[Block] = []
        self._runs: list[Run] = []

    def say(self, text: str, look: _Look) -> None:
        """Add text that flows; white space as in the standard's rendering: runs of it are one space."""
        text = _SPACE.sub(" ", text)
        if text.startswith(" ") and self._at_space():
            text = text[1:]
        if text:
            self._runs.append(_run(text, look))

    def _at_space(self) -> bool:
        return not self._runs or self._runs[-1].text.endswith((" ", "\n"))

    def walk(self, node: Node, look: _Look) -> None:
        """Take in all below *node*; an element that nobody knows gives its text."""
        for part in node.parts:
            if isinstance(part, str):
                self.say(part, look)
            else:
                self._take(part, look)

    def _take(self, node: Node, look: _Look) -> None:
        act = self._acts.get(node.tag)
        if act is not None:
            act(self, node, look)
        else:
            self.walk(node, look.of(node))

    def _link(self, node: Node, look: _Look) -> None:
        """Show a link as its text and its address: nothing is followed."""
        self.walk(node, look.of(node))
        target = node.get("href")
        if target and not target.startswith("#") and target != node.text:
            self.say(f" ({target})", look)

    def _break(self, node: Node, look: _Look) -> None:
        self._runs.append(Run("\n"))
        self.walk(node, look)

    def _footnote(self, node: Node, look: _Look) -> None:
        self.say(self._reader.mark_of(node), replace(look, rise=1))

    def _mark(self, node: Node, look: _Look) -> None:
        self._footnote(node, look)
        self.walk(node, look)

    def _paragraph(self, node: Node, look: _Look) -> None:
        self._flush()
        self.walk(node, look.of(node))
        self._flush(caption=node.tag == "caption")

    def _list(self, node: Node, _look: _Look) -> None:
        self._block(node, self._reader.listing)

    def _table(self, node: Node, _look: _Look) -> None:
        self._block(node, self._reader.table)

    def _block(self, node: Node, read: Callable[[Node, int], Block]) -> None:
        if self._nested >= MAX_NESTED:
            raise Refused("too-large")
        self._flush()
        for caption in node.all("caption"):
            self._paragraph(caption, _PLAIN)
        self._blocks.append(read(node, self._nested + 1))
        self.walk(_astray(node), _PLAIN)
        self._flush()

    def _figure(self, node: Node, _look: _Look) -> None:
        self._flush()
        caption = node.first("caption").text
        for name in node.get("referencedObject").split():
            self._blocks.append(msgspec.structs.replace(self._reader.figure(name), caption=caption))
            caption = ""
        self.walk(_without_caption(node) if not caption else node, _PLAIN)
        self._flush()

    def _flush(self, *, caption: bool = False) -> None:
        for runs in _cut(_trim(self._runs)):
            self._blocks.append(Paragraph(runs, caption))
        self._runs = []

    def end(self) -> tuple[Block, ...]:
        """Return all that was collected."""
        self._flush()
        return tuple(self._blocks)

    _acts: ClassVar = {
        "br": _break,
        "caption": _paragraph,
        "footnote": _footnote,
        "footnoteRef": _mark,
        "item": _paragraph,
        "linkHtml": _link,
        "list": _list,
        "paragraph": _paragraph,
        "renderMultiMedia": _figure,
        "table": _table,
    }


def _run(text: str, look: _Look) -> Run:
    return Run(text, look.bold, look.italic, look.underline, look.struck, look.rise, look.link)


def _rows(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield the rows of a table with the part that holds each; a foot comes last whatever its place."""
    held = [(part.tag, line) for part in node.elements() for line in _lines(part)]
    yield from (row for row in held if row[0] == "thead")
    yield from (row for row in held if row[0] not in {"thead", "tfoot"})
    yield from (row for row in held if row[0] == "tfoot")


def _lines(part: Node) -> Iterator[Node]:
    if part.tag == "tr":
        yield part
    elif part.tag in _PARTS_OF_TABLE:
        yield from part.all("tr")


def _astray(node: Node) -> Node:
    """Return what stands in a list or table outside of its items and cells, where nothing should be."""
    astray = Node("", {})
    held = [node, *(part for part in node.elements() if part.tag in _PARTS_OF_TABLE)]
    for holder in held:
        fitting = {"caption", "tr", *_PARTS_OF_TABLE} if holder is node else {"tr"}
        astray.parts += [
            part for part in holder.parts if isinstance(part, str) or _loose(part, node, fitting)
        ]
    for _part, line in _rows(node):
        astray.parts += [part for part in line.parts if isinstance(part, str)]
    return astray


def _without_caption(node: Node) -> Node:
    rest = Node("", {})
    captions = list(node.all("caption"))[:1]
    rest.parts = [part for part in node.parts if part not in captions]
    return rest


def _loose(part: Node, holder: Node, fitting: set[str]) -> bool:
    return holder.tag == "table" and part.tag not in fitting


def _span(node: Node, name: str, most: int) -> int:
    told = node.get(name)
    return min(max(int(told), 1), most) if told.isascii() and told.isdigit() and len(told) < 6 else 1


def _trim(runs: list[Run]) -> list[Run]:
    """Drop the white space at both ends, and the runs that hold nothing else."""
    while runs and not runs[0].text.strip(" \n"):
        runs = runs[1:]
    while runs and not runs[-1].text.strip(" \n"):
        runs = runs[:-1]
    return runs


def _cut(runs: list[Run]) -> Iterator[tuple[Run, ...]]:
    """Yield *runs* in paragraphs of at most about LONGEST letters."""
    held: list[Run] = []
    size = 0
    for run in runs:
        for place in range(0, len(run.text), LONGEST):
            held.append(msgspec.structs.replace(run, text=run.text[place : place + LONGEST]))
            size += len(held[-1].text)
            if size >= LONGEST:
                yield tuple(held)
                held, size = [], 0
    if held:
        yield tuple(held)
