"""What stands beside an alert: symptoms week by week, the last laboratory values. Pure, no Qt."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.monitoring.ports import Lab
from app.times import local
from storage.monitoring.records import NO_GRADE, OWN_REASON, Past, Phase, Step, Week, Weight

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.monitoring.ports import Item
    from storage.monitoring.records import Life, Questionnaire, Symptom
    from storage.patients.records import Patient

WEEKS = 12
LABS = 5
DAY_MS = 86_400_000
COMPARED_DAYS, NEAREST_DAYS, FARTHEST_DAYS = 14, 7, 28
"""A weight is compared with the one told about so long before, within these bounds."""
_WEIGHT, _KILOGRAMS = "29463-7", frozenset({"kg", ""})
BRIEF = 200
"""Characters of what whoever closed an alert wrote, where others are listed; the trace has all of it."""
NORMAL = "N"
"""OBX-8 (table 0078) of a value that is not out of its range."""
_NUMERIC = frozenset({"NM", "SN"})


def weeks(told: Sequence[Questionnaire], upto_ms: int, zone: str) -> tuple[Week, ...]:
    """Return the twelve ISO weeks up to a moment, the oldest first; of several questionnaires of a week the highest grades."""
    at = local(upto_ms, ZoneInfo(zone))
    names = [(at - timedelta(weeks=back)).isocalendar()[:2] for back in reversed(range(WEEKS))]
    grades: dict[tuple[int, int], dict[str, int]] = {}
    for one in told:
        if not one.cancelled:
            day = local(one.answered_ms, ZoneInfo(zone)).isocalendar()
            worst = grades.setdefault((day.year, day.week), {})
            for symptom in one.symptoms:
                worst[symptom.code] = max(worst.get(symptom.code, NO_GRADE), symptom.grade)
    return tuple(
        Week(year, week, (year, week) in grades, tuple(grades.get((year, week), {}).items()))
        for year, week in names
    )


def labels(told: Sequence[Questionnaire]) -> tuple[tuple[str, str], ...]:
    """Return each symptom code with its label as told, those of the newest questionnaire first, the worst of them at the head."""
    found: dict[str, str] = {}
    for one in reversed(told):
        for symptom in sorted(one.symptoms, key=lambda each: -each.grade):
            found.setdefault(symptom.code, symptom.label)
    return tuple(found.items())


def report(patient: Patient, told: Questionnaire) -> str:
    """Return the newest document that came with a questionnaire and that is not hidden from some, by its key; "" for none."""
    came = (one for one in patient.papers if one.seq in told.seqs and one.readable and not one.masked)
    newest = max(came, key=lambda one: (one.at_ms, one.key), default=None)
    return newest.key if newest is not None else ""


def labs(patient: Patient) -> tuple[Lab, ...]:
    """Return the last five laboratory values that are numbers, each analyte once, those that the sender flagged first."""
    newest: dict[str, Lab] = {}
    for report in patient.reports:
        for one in report.observations:
            if one.kind in _NUMERIC and one.values:
                flags = tuple(flag for flag in one.flags if flag != NORMAL)
                made = Lab(one.label or one.code, one.values[0], one.unit, flags, one.at_ms or report.at_ms)
                known = newest.get(one.code or one.label)
                if known is None or known.at_ms < made.at_ms:
                    newest[one.code or one.label] = made
    ordered = sorted(newest.values(), key=lambda one: (not one.flags, -one.at_ms, one.label))
    return tuple(ordered[:LABS])


def weight(told: Sequence[Questionnaire]) -> Weight | None:
    """Return the newest weight of questionnaires, the oldest first, and its change since about two weeks before."""
    known = [(one.answered_ms, kilograms) for one in told if (kilograms := _kilograms(one)) is not None]
    if not known:
        return None
    at_ms, newest = known[-1]
    aged = [((at_ms - then) / DAY_MS, kilograms) for then, kilograms in known]
    before = [one for one in aged if NEAREST_DAYS <= one[0] <= FARTHEST_DAYS]
    if not before:
        return Weight(newest, at_ms)
    days, kilograms = min(before, key=lambda one: abs(one[0] - COMPARED_DAYS))
    return Weight(newest, at_ms, newest - kilograms, round(days))


def _kilograms(told: Questionnaire) -> float | None:
    if told.cancelled:
        return None
    values = (one.value for one in told.vitals if one.code == _WEIGHT and one.unit in _KILOGRAMS)
    for value in values:
        with contextlib.suppress(ValueError):
            found = float(value.replace(",", "."))
            return found if 0 < found < 1_000 else None
    return None


def past(told: Questionnaire, item: Item, life: Life, reasons: Mapping[str, str]) -> Past:
    """Return an alert for the list of a patient's."""
    closing = [row.record for row in life.rows if row.record.step is Step.CLOSE and row.void is None]
    return Past(
        alert=item.alert,
        answered_ms=told.answered_ms,
        received_ms=item.received_ms,
        grade=item.grade,
        symptoms=item.symptoms,
        phase=item.phase,
        since_ms=life.since_ms,
        reason="" if life.reason == OWN_REASON else reasons.get(life.reason, life.reason),
        said=_brief(closing[-1].text) if closing else "",
        rule=item.rule,
    )


def _brief(text: str) -> str:
    line = " ".join(text.split())
    return f"{line[:BRIEF]}…" if len(line) > BRIEF else line


def comparable(item: Item, others: Sequence[Past]) -> tuple[Past, Symptom] | None:
    """Return the last closed alert of the same patient with one of the symptoms of *item*, the worst of them first, and that symptom as it was."""
    earlier = [one for one in others if one.phase is Phase.CLOSED and one.received_ms < item.received_ms]
    for symptom in item.symptoms:
        for one in sorted(earlier, key=lambda each: -each.received_ms):
            same = next((each for each in one.symptoms if each.code == symptom.code), None)
            if same is not None:
                return one, same
    return None
