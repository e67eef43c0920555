"""From the bytes of a CDA to its values, and to the document inside where it is one of level 1."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from app.papers.cda import xml
from app.papers.cda.entries import coded_of, meant, time_of
from app.papers.cda.header import parties_of, patient_of
from app.papers.cda.narrative import Reader
from app.papers.cda.values import Cda, Figure, Section
from app.papers.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.papers.cda.xml import Node

    Draw = Callable[[str, bytes], Figure]

MAX_SECTIONS = 500
MAX_FIGURES = 32


def read(data: bytes, draw: Draw) -> tuple[Cda, str, bytes]:
    """Return the document, and the media type and bytes of its body where that is not XML (else empty).

    *draw* decodes a picture of the narrative. Raise Refused.
    """
    document = xml.parse(data)
    if document.tag != "ClinicalDocument":
        raise Refused("not-cda")
    body = document.first("component", "nonXMLBody", "text")
    return _document(document, draw), body.get("mediaType"), _bytes_of(body)


def _document(document: Node, draw: Draw) -> Cda:
    code = document.first("code")
    return Cda(
        title=document.first("title").text,
        code=code.get("code"),
        label=meant(code, {}),
        at=document.first("effectiveTime").get("value"),
        language=document.first("languageCode").get("code"),
        confidentiality=meant(document.first("confidentialityCode"), {}),
        id=_id(document.first("id")),
        version=document.first("versionNumber").get("value"),
        replaces=_replaced(document),
        patient=patient_of(document),
        parties=parties_of(document),
        facts=tuple(_facts(document)),
        sections=_Sections(document, draw).read(),
    )


def _id(node: Node) -> str:
    return " ".join(part for part in (node.get("root"), node.get("extension")) if part)


def _replaced(document: Node) -> str:
    older = (
        _id(one.first("parentDocument", "id"))
        for one in document.all("relatedDocument")
        if one.get("typeCode") == "RPLC"
    )
    return next(older, "")


def _facts(document: Node) -> Iterator[tuple[str, str]]:
    """Yield what the header says of acts and stays: kind and text."""
    for event in document.all("documentationOf", "serviceEvent"):
        told = " · ".join(
            part for part in (meant(event.first("code"), {}), time_of(event.first("effectiveTime"))) if part
        )
        if told:
            yield "serviceEvent", told
    for stay in document.all("componentOf", "encompassingEncounter"):
        place = stay.first("location", "healthCareFacility")
        told_parts = (
            meant(stay.first("code"), {}),
            meant(place.first("code"), {}),
            place.first("location", "name").text,
        )
        told = " · ".join(part for part in told_parts if part)
        if told:
            yield "encompassingEncounter", told
    for order in document.all("inFulfillmentOf", "order"):
        told = _id(order.first("id"))
        if told:
            yield "order", told


class _Sections:
    def __init__(self, document: Node, draw: Draw) -> None:
        self._document, self._draw = document, draw
        named = [node for node in document.first("component", "structuredBody").walk() if node.get("ID")]
        self._named = {node.get("ID"): node for node in named}
        self._texts = _Texts(self._named)
        self._reader = Reader(self._figure)
        self._figures = 0

    def read(self) -> tuple[Section, ...]:
        sections = []
        for section in self._below(self._document.first("component", "structuredBody"), 1):
            sections.append(section)
            if len(sections) > MAX_SECTIONS:
                raise Refused("too-large")
        return tuple(sections)

    def _below(self, holder: Node, level: int) -> Iterator[Section]:
        for section in holder.all("component", "section"):
            title = section.first("title").text or meant(section.first("code"), {})
            blocks = self._reader.read(section.first("text"))
            yield Section(level, title, blocks, coded_of(section, self._texts))
            yield from self._below(section, level + 1)

    def _figure(self, name: str) -> Figure:
        """Decode the picture that the narrative refers to; one too many is not shown."""
        self._figures += 1
        value = self._named[name].first("value") if name in self._named else None
        value = (
            self._named[name].first("observationMedia", "value") if value is not None and not value else value
        )
        if value is None or self._figures > MAX_FIGURES:
            return Figure(0, 0, b"")
        try:
            return self._draw(value.get("mediaType"), _bytes_of(value))
        except Refused:
            return Figure(0, 0, b"")


class _Texts(dict[str, str]):
    """Texts of the narrative by ID, made when they are asked for."""

    def __init__(self, named: dict[str, Node]) -> None:
        super().__init__()
        self._named = named

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]  # texts only
        node = self._named.get(name)
        return node.text if node is not None else default


def _bytes_of(node: Node) -> bytes:
    if node.get("representation") != "B64":
        return node.raw.strip().encode()
    try:
        return base64.b64decode("".join(node.raw.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("damaged") from error
