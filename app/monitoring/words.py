"""What the centre says of an alert, in the language of the moment. No Qt."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from app import traits
from app.i18n import fmt_list, fmt_number, isolated, language, tr, trn
from app.monitoring.ports import Cause
from app.monitoring.sheets import comparable
from app.times import Site, lasted
from app.ui.weekly import label_of
from storage.monitoring.records import GRADED, NO_GRADE, SEVERE, Step, off_scale
from storage.patients.records import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.interop.mapping import Mapping as Table
    from app.monitoring.ports import Lab, Sheet, Who
    from storage.monitoring.records import Questionnaire, Symptom, Weight

_NUMBER = re.compile(r"-?[0-9]{1,9}([.,]([0-9]{1,6}))?")
_UNITS = {"Cel": "°C", "mm[Hg]": "mmHg", "{beats}/min": "/min", "10*9/L": "G/L", "10*3/uL": "G/L"}
_FLAGS = frozenset(("HH", "LL", "AA", "H", "L", "A"))
_ATTRIBUTES = ("frequency", "severity", "interference", "presence", "amount")
_TELEPHONE = frozenset((Step.CALL, Step.CONFIRM))
WORST = 3
STRIPS = {
    "cancelled": ("danger", "ban"),
    "unknown-patient": ("danger", "id-badge-2"),
    "out-of-range": ("danger", "alert-triangle"),
    "ungraded": ("danger", "alert-triangle"),
    "double": ("warn", "users"),
    "corrected": ("warn", "edit"),
    "ahead": ("warn", "clock"),
    "late": ("warn", "clock"),
    "cut": ("warn", "file-text"),
    "merged": ("info", "users"),
    "conflict": ("warn", "users"),
}
"""Tone and icon of what is said about a questionnaire; in this order. The words are `answers.strip.<code>`."""


@dataclass(frozen=True)
class Strip:
    """Something that nobody may overlook."""

    tone: str
    icon: str
    title: str = field(repr=False)
    detail: str = field(default="", repr=False)


@dataclass(frozen=True)
class Answer:
    """One line of the answer of the day."""

    label: str
    value: str = field(repr=False)
    detail: str = field(default="", repr=False)
    """How often, how strong, how much it hinders, as answered."""
    tone: str = "text"


@dataclass(frozen=True)
class Tile:
    """One value below the symptoms; `note` beside it: what the laboratory flagged."""

    label: str
    value: str = field(repr=False)
    unit: str = ""
    note: str = ""
    tone: str = "text"


# --- who ----------------------------------------------------------------------------------------------------


def name(who: Who) -> str:
    """Return `NOM DE NAISSANCE Prénom`, or that nobody is known by the number."""
    return isolated(who.name) if who.name else tr("answers.nobody", ipp=who.key.ipp)


def status(who: Who) -> tuple[str, str, str] | None:
    """Return words, icon and tone of how sure the identity is; None for one whom the cache does not know."""
    if who.status not in set(Status):
        return None
    told = Status(who.status)
    return (traits.status(told), *traits.STATUSES[told])


def facts(who: Who, site: Site, now_ms: int) -> tuple[tuple[str, str], ...]:
    """Return born, sex, IPP with their labels."""
    born = traits.born(who.birth, site.at(now_ms).date(), dead=who.dead)
    return (
        (traits.born_label(who.sex), born),
        (tr("person.sex"), traits.sex(who.sex)),
        (tr("person.ipp"), traits.unsaid(who.key.ipp)),
    )


def treatment(who: Who) -> str:
    """Return what the patient is treated for, and with."""
    return isolated(who.treatment) if who.treatment else ""


def referent(who: Who) -> str:
    """Return the doctor who is asked."""
    return tr("answers.referent", name=isolated(who.referent)) if who.referent else ""


# --- what nobody may overlook -------------------------------------------------------------------------------


def strips(sheet: Sheet, table: Table) -> tuple[Strip, ...]:
    """Return the strips of an alert: the patient first, then the questionnaire, then why it is an alert."""
    item, site = sheet.item, Site(sheet.zone)
    shown = []
    if item.who.dead:
        shown.append(_strip("plain", "ban", "dead"))
    if item.who.status == Status.PROVISIONAL:
        shown.append(_strip("warn", "alert-triangle", "provisional"))
    for code in sorted(item.warnings, key=lambda one: list(STRIPS).index(one) if one in STRIPS else 99):
        tone, icon = STRIPS.get(code, ("warn", "info-circle"))
        known = code if code in STRIPS else "other"
        shown.append(_strip(tone, icon, known, code=code, ipp=item.who.key.ipp))
    if item.cause is Cause.SILENCE:
        shown.append(_strip("warn", "clock", "silence", at=site.moment(item.received_ms)))
    if item.cause is Cause.RULE:
        shown.append(_strip("info", "info-circle", "rule", rule=item.rule))
    if item.muted:
        what = fmt_list([label_of(table, code) for code in item.muted])
        shown.append(_strip("plain", "bell-off", "quiet", what=what))
    return tuple(shown)


def confirmed(sheet: Sheet, name: Callable[[bytes], str]) -> tuple[Strip, ...]:
    """Return the strip of a grade that somebody found otherwise on the telephone than it was answered; *name* of a user."""
    told = sheet.questionnaire
    found = [row.record for row in sheet.life.rows if row.void is None and row.record.step in _TELEPHONE]
    last = next((one for one in reversed(found) if one.grade != NO_GRADE), None)
    if told is None or last is None or last.grade == told.grade:
        return ()
    before = tr("answers.grade", n=told.grade) if told.grade != NO_GRADE else tr("limits.no_grade")
    at = Site(sheet.zone).moment(last.at_ms)
    return (
        _strip(
            "info",
            "phone",
            "telephone",
            grade=last.grade,
            who=isolated(name(last.author)),
            at=at,
            told=before,
        ),
    )


def _strip(tone: str, icon: str, name: str, **more: object) -> Strip:
    key = f"answers.strip.{name}"
    return Strip(tone, icon, tr(key, **more), tr(f"{key}.detail", **more))


# --- the answer ---------------------------------------------------------------------------------------------


def answers(told: Questionnaire, worst: Sequence[Symptom], table: Table) -> tuple[Answer, ...]:
    """Return what was answered: the worst symptoms, vital signs, then all others; nothing is left out."""
    codes = {one.code for one in worst}
    others = [one for one in told.symptoms if one.code not in codes]
    unmapped = [one for one in others if "|" in one.code]
    absent = [one for one in others if "|" not in one.code]
    vitals = [
        Answer(label_of(table, one.code, one.label), measured(one.value, one.unit)) for one in told.vitals
    ]
    said = partial(_answer, table)
    first, more = worst[:WORST], worst[WORST:]
    return (*map(said, first), *vitals, *map(said, (*more, *unmapped, *absent)))


def _answer(table: Table, one: Symptom) -> Answer:
    label = label_of(table, one.code, one.label)
    if "|" in one.code and one.grade == NO_GRADE:
        return Answer(label, " · ".join(value for _, value in one.answers) or traits.unsaid(""))
    parts = [_graded(one)] if one.grade != NO_GRADE else []
    wrong = [(attribute, value) for attribute, value in one.answers if off_scale(attribute, value)]
    parts += [
        tr("answers.out_of_range", value=isolated(value)) for attribute, value in wrong if attribute in GRADED
    ]
    detail = [
        _asked(table, one.code, attribute, value)
        for attribute, value in one.answers
        if attribute in _ATTRIBUTES
    ]
    tone = "danger" if wrong or one.grade >= SEVERE else "text"
    return Answer(label, " · ".join(parts) or traits.unsaid(""), " · ".join(detail), tone)


def _asked(table: Table, code: str, attribute: str, value: str) -> str:
    """Return an answer with the question as the site's file has it, else with the attribute's name."""
    question = table.text(code, attribute, language())
    if question:
        return f"{question} {isolated(value)}"
    return tr(f"answers.attribute.{attribute}", value=isolated(value))


def _graded(one: Symptom) -> str:
    if one.before in {NO_GRADE, one.grade}:
        return tr("answers.grade", n=one.grade)
    return tr("answers.grade.before", n=one.grade, before=one.before).replace(" ", "\u00a0")


def measured(value: str, unit: str) -> str:
    """Return a number as people write it with its unit; what is no number stays as it came."""
    shown = _UNITS.get(unit, unit)
    return f"{number(value)}\u202f{shown}" if shown else number(value)


def number(value: str) -> str:
    """Write `37,4` in French, `37.4` in English."""
    found = _NUMBER.fullmatch(value.strip())
    if found is None:
        return value
    return fmt_number(float(value.strip().replace(",", ".")), len(found[2] or ""))


def answered(sheet: Sheet, now_ms: int) -> str:
    """Return the title of the answer: the clock alone for today's."""
    told, site = sheet.questionnaire, Site(sheet.zone)
    if told is None:
        return tr("answers.none")
    if site.at(told.answered_ms).date() == site.at(now_ms).date():
        return tr("answers.of_today", at=site.clock(told.answered_ms))
    return tr("answers.of", at=site.moment(told.answered_ms))


def said_title(sex: str) -> str:
    """Return the title of the patient's own words."""
    return tr(f"answers.said.{sex.lower()}" if sex in {"F", "M"} else "answers.said")


def own_words(told: Questionnaire | None) -> tuple[str, str]:
    """Return what the patient wrote, and where the patient can be reached."""
    if told is None:
        return "", ""
    said = tr("answers.quoted", text=isolated(told.said)) if told.said else tr("answers.nothing_said")
    return said, tr(
        "answers.phone", number=isolated(told.phone.replace(" ", "\u00a0"))
    ) if told.phone else tr("answers.no_phone")


def protocol_note(sheet: Sheet) -> str:
    """Return whose text it is, and that it decides nothing."""
    if not sheet.version:
        return tr("answers.protocol.unsigned")
    key = "answers.protocol.note" if sheet.protocol else "answers.protocol.none"
    return tr(key, service=isolated(sheet.service), version=sheet.version)


def provenance(sheet: Sheet) -> str:
    """Return whose grades these are, and that Consilium decides nothing."""
    told = sheet.questionnaire
    whose = tr("answers.grades", platform=isolated(told.platform)) if told is not None else ""
    ruled = tr("answers.ruled", rule=sheet.item.rule) if sheet.item.cause is Cause.RULE else ""
    return " ".join(part for part in (whose, ruled, tr("answers.decides_nothing")) if part)


# --- what stands below --------------------------------------------------------------------------------------


def episode(sheet: Sheet, table: Table) -> tuple[bytes, str] | None:
    """Return a comparable earlier alert and what is said of it."""
    found = comparable(sheet.item, sheet.past)
    if found is None:
        return None
    one, symptom = found
    week = Site(sheet.zone).at(one.answered_ms).isocalendar().week
    how = [
        part
        for part in (
            isolated(_within(one.reason)) if one.reason else "",
            isolated(one.said) if one.said else "",
        )
        if part
    ]
    return one.alert, tr(
        "answers.episode",
        week=tr("weekly.week", n=f"{week:02d}"),
        symptom=_within(label_of(table, symptom.code, symptom.label)),
        n=symptom.grade,
        took=lasted(one.since_ms - one.received_ms),
        how=tr("answers.episode.how", how=", ".join(how)) if how else "",
    )


def _within(said: str) -> str:
    """Return words as they stand within a sentence; an abbreviation keeps its capitals."""
    return said[:1].lower() + said[1:] if said[1:2].islower() else said


def tiles(labs: Sequence[Lab], weight: Weight | None, site: Site, now_ms: int) -> tuple[Tile, ...]:
    """Return the last laboratory values, then the weight."""
    shown = [
        Tile(
            tr("answers.value", label=one.label, day=site.short_day(one.at_ms, now_ms)),
            number(one.value),
            _UNITS.get(one.unit, one.unit),
            ", ".join(map(_flag, one.flags)),
            "danger" if one.flags else "text",
        )
        for one in labs
    ]
    return (*shown, _weight(weight, site, now_ms)) if weight is not None else tuple(shown)


def _flag(code: str) -> str:
    """Return a flag of OBX-8 in words, as on the patient's page; an unknown one as it came."""
    return tr(f"person.flag.{code.lower()}") if code in _FLAGS else code


def _weight(told: Weight, site: Site, now_ms: int) -> Tile:
    newest = tr("answers.weight.kg", n=fmt_number(told.kg, 1))
    if not told.days:
        label = tr("answers.value", label=tr("answers.weight.name"), day=site.short_day(told.at_ms, now_ms))
        return Tile(label, fmt_number(told.kg, 1), "kg")
    change = round(told.change, 1) + 0.0  # no minus before nothing
    sign = "+" if change > 0 else ""
    return Tile(trn("answers.weight", told.days), f"{sign}{fmt_number(change, 1)}", "kg", newest)
