"""What a CDA says, as values that cross the pipe: text only, no markup, no address that anything would follow."""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class Run(msgspec.Struct, frozen=True, omit_defaults=True):
    """A piece of text in one look; `rise` is 1 for superscript, -1 for subscript; `link` is shown, never followed."""

    text: str
    bold: bool = False
    italic: bool = False
    underline: bool = False
    struck: bool = False
    rise: int = 0
    link: str = ""


class Paragraph(msgspec.Struct, frozen=True, tag="p", omit_defaults=True):
    """Runs that flow; a line break stands as newline. `caption` names the table or list that follows."""

    runs: tuple[Run, ...]
    caption: bool = False


class Listing(msgspec.Struct, frozen=True, tag="l"):
    """Items under each other, numbered or not."""

    ordered: bool
    items: tuple[tuple[Block, ...], ...]


class Cell(msgspec.Struct, frozen=True, omit_defaults=True):
    """One cell at its place in the grid, over `down` rows and `across` columns."""

    row: int
    column: int
    blocks: tuple[Block, ...]
    head: bool = False
    down: int = 1
    across: int = 1


class Table(msgspec.Struct, frozen=True, tag="t"):
    """A grid of `rows` by `columns`; the first `head` rows are repeated on each printed page."""

    rows: int
    columns: int
    head: int
    cells: tuple[Cell, ...]


class Figure(msgspec.Struct, frozen=True, tag="f"):
    """A picture of the narrative, decoded already: BGRX bytes; without bytes it could not be shown."""

    width: int
    height: int
    pixels: bytes
    caption: str = ""


Block: TypeAlias = Paragraph | Listing | Table | Figure


class Coded(msgspec.Struct, frozen=True, omit_defaults=True):
    """One coded entry; `depth` counts the entries that hold it, `kind` is its element (observation, act …)."""

    depth: int
    kind: str
    label: str
    value: str = ""
    when: str = ""
    status: str = ""


class Section(msgspec.Struct, frozen=True):
    """A section; `level` 1 stands at the top. A section inside another follows it with a deeper level."""

    level: int
    title: str
    blocks: tuple[Block, ...]
    coded: tuple[Coded, ...] = ()


class Identity(msgspec.Struct, frozen=True):
    """The patient whom the document names; `ins` with its OID where it stands under one of the four INS roots."""

    birth_name: str = ""
    used_name: str = ""
    given_names: tuple[str, ...] = ()
    birth: str = ""
    sex: str = ""
    ins: str = ""
    ins_oid: str = ""
    ids: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Identity(…)"


class Party(msgspec.Struct, frozen=True):
    """Somebody of the header: `role` is the element's name, `function` what the document calls the part; `at` an HL7 time."""

    role: str
    name: str
    function: str = ""
    number: str = ""
    organisation: str = ""
    at: str = ""

    def __repr__(self) -> str:
        return f"Party({self.role})"


class Cda(msgspec.Struct, frozen=True):
    """A whole document: header, sections. `replaces` is the document of which this is a newer version."""

    title: str
    code: str
    label: str
    at: str
    language: str
    confidentiality: str
    id: str
    version: str
    replaces: str
    patient: Identity
    parties: tuple[Party, ...]
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]

    def __repr__(self) -> str:
        return "Cda(…)"
