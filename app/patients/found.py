"""Patients as the palette finds them, at each key: named in full, with whom each could be taken for. No Qt."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from app.commands import Thing
from app.i18n import fmt_date, fmt_time, tr
from app.intents import OpenPatient
from app.patients.lines import age_now, born, full_name, number, sounding_like, too_like
from app.times import DEFAULT_ZONE, Site
from storage.patients.records import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.feature import Desk
    from app.patients.service import Patients
    from storage.patients.records import Found

MOST = 8
LOOKS = {
    Status.PROVISIONAL: ("alert-triangle", "warn"),
    Status.RETRIEVED: ("shield", "info"),
    Status.VALIDATED: ("shield", "ok"),
    Status.QUALIFIED: ("shield-check", "ok"),
}
"""Icon and tone of an identity's status; the words are `patients.status.<status>`."""


async def found_patients(
    patients: Patients, desk: Desk, query: str, zone: str = DEFAULT_ZONE
) -> Sequence[Thing]:
    """Return who matches *query*, at most `MOST`; whom one saw last where nothing is typed. *zone*: the site's clock."""
    if query:
        rows = await patients.search(query, limit=MOST)
    else:
        rows = tuple(seen.found for seen in await patients.recent())[:MOST]
    near = await asyncio.gather(*(patients.homonyms(row.id) for row in rows))
    site = Site(zone)
    return [
        _thing(row, (*others, *sounding_like(row, rows)), site, desk)
        for row, others in zip(rows, near, strict=True)
    ]


def _thing(row: Found, others: Sequence[Found], site: Site, desk: Desk) -> Thing:
    now_ms = desk.now_ms()
    icon, tone = LOOKS[row.status]
    beside = (age_now(row, now_ms), row.sex, number(row))
    return Thing(
        "patient",
        full_name(row),
        " · ".join(part for part in beside if part),
        "id-badge-2",
        partial(desk.open, OpenPatient(row.id, row.ipp)),
        facts=tuple(_facts(row, now_ms, site)),
        mark=(tr(f"patients.status.{row.status.name.lower()}"), icon, tone),
        warning=too_like(row, others),
    )


def _facts(row: Found, now_ms: int, site: Site) -> list[tuple[str, str]]:
    age = age_now(row, now_ms)
    told = f"{born(row)} ({age})" if age else born(row)
    facts = [
        (tr(f"patients.fact.born.{row.sex if row.sex in {'F', 'M'} else 'U'}"), told),
        (tr("patients.fact.sex"), sex_words(row.sex)),
        (tr("patients.fact.ipp"), row.ipp),
    ]
    if row.used_name and row.used_name != row.birth_name:
        facts.insert(0, (tr("patients.fact.used"), row.used_name))
    if row.last_ms:
        facts.append((tr("patients.fact.last"), moment(row.last_ms, now_ms, site)))
    if row.inside:
        facts.append((tr("patients.fact.inside"), row.unit or tr("patients.yes")))
    if row.dead:
        facts.append((tr("patients.fact.dead"), tr("patients.yes")))
    return facts


def sex_words(code: str) -> str:
    """Return what a sex is called; what no message told is said to be unknown."""
    return tr(f"patients.sex.{code}") if code in {"F", "M"} else tr("patients.sex.unknown")


def moment(at_ms: int, now_ms: int, site: Site) -> str:
    """Return `aujourd’hui 09:40`, or the date, on the clock of the site as the patient's page does."""
    at, now = site.at(at_ms), site.at(now_ms)
    return tr("patients.today_at", time=fmt_time(at)) if at.date() == now.date() else fmt_date(at)
