"""The coded entries of a section as rows: what, value with its unit, when, state. Nothing is computed from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.papers.cda.values import Coded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.papers.cda.xml import Node

MAX_CODED = 5_000
_KINDS = frozenset(
    {
        "act",
        "encounter",
        "observation",
        "organizer",
        "procedure",
        "regionOfInterest",
        "substanceAdministration",
        "supply",
    }
)
_HELD = frozenset({"component", "entry", "entryRelationship"})
_PRODUCTS = ("manufacturedLabeledDrug", "manufacturedMaterial")


def coded_of(section: Node, texts: Mapping[str, str]) -> tuple[Coded, ...]:
    """Return the entries of *section*, those inside others after them; *texts* are the narrative's by ID."""
    rows = (row for entry in section.all("entry") for row in _rows(entry, texts, 0))
    return tuple(row for row, _place in zip(rows, range(MAX_CODED), strict=False))


def _rows(holder: Node, texts: Mapping[str, str], depth: int) -> Iterator[Coded]:
    for node in holder.elements():
        if node.tag in _KINDS:
            row = _row(node, texts, depth)
            said = bool(row.label or row.value)
            if said:
                yield row
            for inner in node.elements():
                if inner.tag in _HELD:
                    yield from _rows(inner, texts, depth + said)


def _row(node: Node, texts: Mapping[str, str], depth: int) -> Coded:
    values = [value_of(value, texts) for value in node.all("value")]
    dose = value_of(node.first("doseQuantity"), texts)
    comment = _referred(node.first("text"), texts) if node.tag == "act" and node.first("code") else ""
    found = (*values, dose, comment, *(meant(code, texts) for code in node.all("interpretationCode")))
    return Coded(
        depth=depth,
        kind=node.tag,
        label=_label(node, texts),
        value=" · ".join(part for part in found if part),
        when=time_of(node.first("effectiveTime")) or time_of(node.first("time")),
        status=node.first("statusCode").get("code"),
    )


def _label(node: Node, texts: Mapping[str, str]) -> str:
    """Return what the entry is about: its code, else the product given, else its text."""
    products = [
        meant(product.first(kind, "code"), texts) or product.first(kind, "name").text
        for holder in ("consumable", "product")
        for product in node.all(holder, "manufacturedProduct")
        for kind in _PRODUCTS
    ]
    product = next((name for name in products if name), "")
    code = meant(node.first("code"), texts)
    told = " · ".join(part for part in (code, product) if part)
    return told or _referred(node.first("text"), texts)


def meant(code: Node, texts: Mapping[str, str]) -> str:
    """Return a code in words, else the text that it was made of, else the code itself."""
    words = code.get("displayName") or _referred(code.first("originalText"), texts)
    inner = next((name for one in code.all("translation") if (name := one.get("displayName"))), "")
    return words or inner or code.get("code")


def _referred(text: Node, texts: Mapping[str, str]) -> str:
    return text.text or texts.get(text.first("reference").get("value").removeprefix("#"), "")


def value_of(value: Node, texts: Mapping[str, str]) -> str:
    """Return a value of any HL7 type as people read it: PQ, IVL, RTO, CD, BL, TS, texts, numbers."""
    low, high = value.first("low"), value.first("high")
    if low or high:
        return " – ".join(part for part in (_plain(low), _plain(high)) if part)
    if numerator := value.first("numerator"):
        return " / ".join(_plain(part) for part in (numerator, value.first("denominator")))
    return _plain(value) or meant(value, texts) or _referred(value, texts)


def _plain(value: Node) -> str:
    unit = value.get("unit")
    return f"{value.get('value')} {unit if unit != '1' else ''}".strip()


def time_of(node: Node) -> str:
    """Return an HL7 time, or both ends of a span joined by `/`."""
    low, high = node.first("low").get("value"), node.first("high").get("value")
    return node.get("value") or node.first("center").get("value") or f"{low}/{high}".strip("/")
