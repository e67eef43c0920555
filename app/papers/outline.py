"""What is shown of a CDA, in its order: key facts, sections, people, coded data. Values and words without Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.i18n import tr
from app.papers.written import day, moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.papers.cda.values import Block, Cda, Coded, Identity, Party

_FIRST = ("author", "legalAuthenticator", "custodian")
_TRUE = {"true": "papers.yes", "false": "papers.no"}


@dataclass(frozen=True)
class Outline:
    """A heading of `level` (0 the title) and what stands under it: notes (text, quiet), rows with their heads, blocks."""

    title: str = ""
    level: int = 1
    notes: tuple[tuple[str, bool], ...] = ()
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    blocks: Sequence[Block] = ()


def outline(cda: Cda) -> Iterator[Outline]:
    """Yield the parts of *cda*."""
    label = ((cda.label, True),) if cda.label not in {"", cda.title, cda.code} else ()
    yield Outline(cda.title or cda.label or tr("papers.untitled"), 0, label, rows=tuple(_facts(cda)))
    for section in cda.sections:
        yield Outline(section.title, section.level, blocks=section.blocks)
    yield from _people(cda)
    yield from _coded(cda)


def _facts(cda: Cda) -> Iterator[tuple[str, str]]:
    yield tr("papers.patient"), _patient(cda.patient)
    if cda.at:
        yield tr("papers.date"), moment(cda.at)
    for role in _FIRST:
        for party in cda.parties:
            if party.role == role:
                yield tr(f"papers.role.{role}"), _party(party)
    if cda.version:
        words = "papers.version.replaces" if cda.replaces else "papers.version.is"
        yield tr("papers.version"), tr(words, n=cda.version)
    if cda.confidentiality:
        known = cda.confidentiality in {"N", "R", "V"}
        yield (
            tr("papers.confidentiality"),
            tr(f"papers.confidentiality.{cda.confidentiality}") if known else cda.confidentiality,
        )


def _patient(patient: Identity) -> str:
    """Write the patient as everywhere: birth name in capitals, given name, born, sex, INS, IPP."""
    names = " ".join(part for part in (patient.birth_name.upper(), _given(patient)) if part)
    used = patient.used_name if patient.used_name.upper() != patient.birth_name.upper() else ""
    parts = (
        names,
        tr("papers.used_name", name=used) if used else "",
        tr("papers.born", day=day(patient.birth)) if patient.birth else "",
        tr(f"papers.sex.{patient.sex}") if patient.sex in {"F", "M"} else "",
        tr("papers.ins", number=patient.ins) if patient.ins else "",
        tr("papers.ids", numbers=", ".join(patient.ids)) if patient.ids else "",
    )
    return " · ".join(part for part in parts if part) or tr("papers.unknown")


def _given(patient: Identity) -> str:
    return min(patient.given_names, key=len, default="").title()


def _party(party: Party) -> str:
    parts = (
        party.name,
        party.function,
        party.organisation,
        party.number and tr("papers.number", number=party.number),
    )
    told = [part for part in parts if part]
    return " · ".join([*told, moment(party.at)] if party.at else told)


def _people(cda: Cda) -> Iterator[Outline]:
    rows = [
        (tr(f"papers.role.{party.role}"), _party(party)) for party in cda.parties if party.role not in _FIRST
    ]
    rows += [(tr(f"papers.fact.{kind}"), _timed(told)) for kind, told in cda.facts]
    if rows:
        yield Outline(tr("papers.people"), rows=tuple(dict.fromkeys(rows)))


def _timed(told: str) -> str:
    """Write the HL7 times among the parts of a fact."""
    return " · ".join(
        moment(part) if part[:8].isdigit() and len(part) >= 8 else part for part in told.split(" · ")
    )


def _coded(cda: Cda) -> Iterator[Outline]:
    sections = [section for section in cda.sections if section.coded]
    if not sections:
        return
    yield Outline(tr("papers.coded"), notes=((tr("papers.coded.detail"), True),))
    heads = tuple(tr(f"papers.coded.{head}") for head in ("label", "value", "when", "status"))
    for section in sections:
        yield Outline(section.title, 2, heads=heads, rows=tuple(_row(coded) for coded in section.coded))


def _row(coded: Coded) -> tuple[str, ...]:
    inset = "\u2003" * min(coded.depth, 8)
    value = tr(_TRUE[coded.value]) if coded.value in _TRUE else coded.value
    return inset + coded.label, value, moment(coded.when), coded.status
