"""XML from strangers into a tree, over expat: no document type, no entity, nothing external, and a limit on everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat  # only its tokens: every declaration that could grow or reach out is refused

from app.papers.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 60
MAX_ELEMENTS = 200_000
MAX_ATTRIBUTES = 40
MAX_ATTRIBUTE = 20_000
MAX_TEXT = 8_000_000
"""Characters of all texts but one base64 body, which has the document's own limit."""
_CHUNK = 65_536


class Node:
    """One element: local name, attributes by local name, children and texts in their order."""

    __slots__ = ("attributes", "parts", "tag")

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag, self.attributes = tag, attributes
        self.parts: list[Node | str] = []

    def get(self, name: str) -> str:
        """Return an attribute without the space around it, empty where there is none."""
        return self.attributes.get(name, "").strip()

    def all(self, *path: str) -> Iterator[Node]:
        """Yield the descendants along *path*."""
        for part in self.parts:
            if isinstance(part, Node) and part.tag == path[0]:
                if len(path) == 1:
                    yield part
                else:
                    yield from part.all(*path[1:])

    def first(self, *path: str) -> Node:
        """Return the first descendant along *path*, an empty element where there is none."""
        return next(self.all(*path), _NOTHING)

    def elements(self) -> Iterator[Node]:
        """Yield the child elements."""
        return (part for part in self.parts if isinstance(part, Node))

    def walk(self) -> Iterator[Node]:
        """Yield this element and all below it."""
        yield self
        for child in self.elements():
            yield from child.walk()

    @property
    def text(self) -> str:
        """All text below, runs of white space made one space."""
        return " ".join(self.raw.split())

    @property
    def raw(self) -> str:
        """All text below, as it stands."""
        return "".join(part if isinstance(part, str) else part.raw for part in self.parts)

    def __bool__(self) -> bool:
        return bool(self.parts or self.attributes)


_NOTHING = Node("", {})


class _Builder:
    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []
        self._elements = self._letters = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS or len(self._open) >= MAX_DEPTH or len(attributes) > MAX_ATTRIBUTES:
            raise Refused("too-large")
        if any(len(value) > MAX_ATTRIBUTE for value in attributes.values()):
            raise Refused("too-large")
        node = Node(_local(name), {_local(key): value for key, value in attributes.items()})
        if self._open:
            self._open[-1].parts.append(node)
        else:
            self.root = node
        self._open.append(node)

    def end(self, _name: str) -> None:
        self._open.pop()

    def text(self, data: str) -> None:
        holder = self._open[-1]
        if holder.get("representation") != "B64":
            self._letters += len(data)
        if self._letters > MAX_TEXT:
            raise Refused("too-large")
        holder.parts.append(data)


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _refuse(*_declaration: object) -> NoReturn:
    raise Refused("entities")


def parse(data: bytes) -> Node:
    """Return the root of *data*; raise Refused on a document type, on anything above a limit, on broken XML."""
    if len(data) > MAX_BYTES:
        raise Refused("too-large")
    builder = _Builder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.buffer_size = _CHUNK
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        for place in range(0, len(data), _CHUNK):
            parser.Parse(data[place : place + _CHUNK], False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Refused("damaged") from error
    if builder.root is None:
        raise Refused("damaged")
    return builder.root
