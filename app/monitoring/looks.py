"""What a row of the queue says, in words and signs. No Qt."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.i18n import fmt_date, isolated, tr, trn
from app.monitoring import durations
from app.monitoring.ports import Cause, Trend
from app.times import local, parts
from app.ui.weekly import label_of
from storage.monitoring.records import NO_GRADE, SEVERE, Phase
from storage.patients import ins

if TYPE_CHECKING:
    from app.interop.mapping import Mapping
    from app.monitoring.ports import Due, Item

TRENDS = {
    Trend.WORSE: ("trending-up", "danger"),
    Trend.BETTER: ("trending-down", "ok"),
    Trend.SAME: ("minus", "text_3"),
    Trend.NEW: ("sparkles", "danger"),
}
"""Icon and tone of each change; the words are `monitoring.trend.<trend>`."""
MARKS = (
    "unknown-patient",
    "conflict",
    "out-of-range",
    "ungraded",
    "cancelled",
    "double",
    "corrected",
    "merged",
    "ahead",
    "cut",
)
"""What a row warns of, the weightiest first; the words are `monitoring.mark.<code>`."""
SHOWN = 2


def left(due: Due, now_ms: int) -> str:
    """`1 h 04`, `18 h`, `4 j`, `+ 12 min`; a dash where there is no delay."""
    return durations.left(due.left_ms(now_ms)) if due.due_ms else "—"


def share(due: Due, now_ms: int) -> float:
    """Return how much of the delay is left: 1 all of it, 0 and less none."""
    if not due.due_ms:
        return 1.0
    return due.left_ms(now_ms) / max(due.total_ms, 1)


def age(item: Item, now_ms: int) -> str:
    """Return the age in years alone, empty where nobody knows it."""
    known = parts(item.who.birth)
    if known is None or not known[1]:
        return ""
    today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone().date()
    found = ins.age("".join(f"{part:02d}" for part in known if part), today)
    return str(found[0]) if found is not None and found[1] == "years" else ""


def name(item: Item) -> str:
    """`NOM Prénom`, or the number that the platform gave."""
    who = item.who
    return who.name or tr("patients.veiled" if who.hidden else "monitoring.nameless", ipp=who.key.ipp)


def symptoms(item: Item, table: Mapping) -> str:
    """`Diarrhée G3, vomissements G2`; what it is about where no symptom has a grade."""
    if item.shut:
        return tr("monitoring.shut")
    if item.cause is Cause.SILENCE:
        return tr("monitoring.silent_since", day=_day(item.received_ms))
    told = [f"{label_of(table, one.code, one.label)} G{one.grade}" for one in item.symptoms[:SHOWN]]
    if told:
        return ", ".join([told[0], *(one[:1].lower() + one[1:] for one in told[1:])])
    return item.rule or tr("monitoring.no_symptom")


def unsaid(item: Item) -> str:
    """`Valeur hors échelle`: why no grade is shown of an alert; empty where one is."""
    why = next((code for code in ("out-of-range", "ungraded") if code in item.warnings), "")
    words = tr(f"monitoring.mark.{why}") if why and sign(item) == NO_GRADE else ""
    return words[:1].upper() + words[1:]


def below(item: Item) -> str:
    """Return the treatment, else the number of the patient."""
    return item.who.treatment or tr("monitoring.ipp", ipp=item.who.key.ipp)


def marks(item: Item) -> tuple[tuple[str, str], ...]:
    """Return what the row warns of: code and words."""
    codes = [code for code in MARKS if code in item.warnings]
    codes += [code for code in item.warnings if code not in MARKS]
    if item.cause is Cause.RULE:
        codes.insert(0, "rule")
    if item.muted:
        codes.append("muted")
    if item.phase is Phase.CLOSING:
        codes.insert(0, "closing")
    if item.leaving:
        codes.append(f"leaving-{item.leaving}")
    return tuple((code, tr(f"monitoring.mark.{code}")) for code in codes)


def sentence(item: Item, holder: str, now_ms: int, table: Mapping, where: str = "") -> str:
    """Return all that a row shows, to be read out; *where*: in which list it is now, if not in the one that is shown."""
    shown = sign(item)
    grade = tr("kit.grade", n=shown, name=tr(f"kit.grade.{shown}")) if shown >= 0 else ""
    trend = tr(f"monitoring.trend.{item.trend}") if item.symptoms else ""
    over, years = item.due.over(now_ms), age(item, now_ms)
    said = (
        grade or tr("monitoring.no_grade" if item.cause is not Cause.SILENCE else "monitoring.silent"),
        isolated(name(item)),
        trn("person.age.years", int(years)) if years else "",
        symptoms(item, table),
        trend,
        below(item),
        tr("monitoring.late_by" if over else "monitoring.left_of", time=left(item.due, now_ms)),
        holder,
        *(words for _code, words in marks(item)),
        where,
    )
    return ", ".join(part for part in said if part)


def glyph(item: Item) -> str:
    """Return the icon where there is no grade to show, empty where there is one."""
    if sign(item) != NO_GRADE:
        return ""
    if item.ungraded:
        return "alert-triangle"
    return "bell-off" if item.cause is Cause.SILENCE else "info-circle"


def sign(item: Item) -> int:
    """Return the grade whose sign is shown; NO_GRADE where there is none, or one that would play down what no grade speaks for."""
    return NO_GRADE if item.ungraded and item.grade < SEVERE else item.grade


def _day(ms: int) -> str:
    return fmt_date(local(ms).date())
