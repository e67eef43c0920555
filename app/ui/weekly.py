"""Symptoms week by week, as heat map, curves and table show them. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.i18n import fmt_list, isolated, language, tr
from storage.monitoring.records import NO_GRADE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Mapping as Told

    from app.interop.mapping import Mapping
    from app.times import Site
    from storage.monitoring.records import Record, Week

NOT_ASKED = -2
"""No questionnaire in that week; `NO_GRADE`: one that did not ask for the symptom."""


@dataclass(frozen=True)
class SymptomRow:
    """One symptom: the highest grade of each week, the oldest first. `muted`: until when and why no alert comes of it, in words."""

    key: str
    label: str
    grades: tuple[int, ...] = field(repr=False)
    muted: str = field(default="", repr=False)

    @property
    def told(self) -> tuple[int, ...]:
        """The grades without the weeks that say nothing."""
        return tuple(one for one in self.grades if one >= 0)


@dataclass(frozen=True)
class Symptoms:
    """`weeks` as people read them; `now`: which one the answer of the day is in, -1 none."""

    weeks: tuple[str, ...] = ()
    rows: tuple[SymptomRow, ...] = ()
    now: int = -1

    @property
    def worst(self) -> tuple[int, ...]:
        """The places of the rows with the highest grade of the answer of the day; none where all is well."""
        grades = [row.grades[self.now] for row in self.rows] if self.now >= 0 else []
        most = max(grades, default=0)
        return tuple(at for at, grade in enumerate(grades) if grade == most) if most > 0 else ()

    def sentence(self, row: SymptomRow, column: int) -> str:
        """Return one cell as it is read out."""
        return tr(
            "weekly.cell", symptom=row.label, week=self.weeks[column], grade=in_words(row.grades[column])
        )


def in_words(grade: int) -> str:
    """Return what a cell means."""
    if grade >= 0:
        return tr("kit.grade", n=grade, name=tr(f"kit.grade.{grade}"))
    return tr("weekly.not_asked" if grade == NOT_ASKED else "weekly.not_told")


def label_of(table: Mapping, code: str, told: str = "") -> str:
    """Return what a symptom or vital sign is called here: the short label of *table*, else the sender's words, else the code."""
    return table.label(code, language()) or told or code.rpartition("|")[2]


def symptoms(
    table: Mapping,
    weeks: Sequence[Week],
    labels: Iterable[tuple[str, str]],
    muted: Told[str, str],
    *,
    current: bool = True,
) -> Symptoms:
    """Return the rows of those symptoms that were told of in *weeks*; *muted* in words by code. *current*: the last week is that of the answer.

    What nobody mapped and never had a grade has no row: it is read among the answers.
    """
    by_week = [dict(one.grades) for one in weeks]
    rows = []
    for code, told in labels:
        least = 0 if "|" in code else NO_GRADE
        if any(grades.get(code, NOT_ASKED) >= least for grades in by_week):
            grades = tuple(
                grades.get(code, NO_GRADE) if week.asked else NOT_ASKED
                for week, grades in zip(weeks, by_week, strict=True)
            )
            rows.append(SymptomRow(code, label_of(table, code, told), grades, muted.get(code, "")))
    heads = tuple(tr("weekly.week", n=f"{one.week:02d}") for one in weeks)
    return Symptoms(heads, tuple(rows), len(heads) - 1 if current else -1)


def muted(records: Iterable[Record], site: Site) -> dict[str, str]:
    """Return in words until when and why symptoms are muted, by code."""
    return {
        one.symptom: tr("answers.muted", until=site.day(one.until_ms), reason=isolated(one.reason))
        for one in records
    }


def summary(shown: Symptoms) -> str:
    """Return all curves in one sentence: for each symptom where it began, its highest grade, where it stands."""
    told = [
        tr("weekly.summary.one", symptom=row.label, first=row.told[0], most=max(row.told), last=row.told[-1])
        for row in shown.rows
        if row.told
    ]
    return tr("weekly.summary", what=fmt_list(told)) if told else tr("weekly.none")
