"""How the demo's telemonitoring platform writes: questionnaires in ORU^R01 after docs/telemonitoring.md §2, one message each."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from app.demo.hl7 import Desk, escaped, pid, segment
from app.demo.pdf import pdf
from resources.demo.monitoring import BY_IPP, COURSES, RAISED, SYMPTOMS, UNIT
from resources.demo.patients import AUTHORITY, PROFESSIONALS, Sick
from storage.monitoring.answers import alert_id
from storage.patients.facts import Key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from resources.demo.monitoring import Course

NAME = "SUIVI"
"""MSH-3 of the platform."""
REFERENT = f"Dr {PROFESSIONALS['marchetti'][1]}"
UNITS = {"8310-5": "Cel", "29463-7": "kg", "8867-4": "/min", "59408-5": "%"}
VITALS = {
    "8310-5": "Température",
    "29463-7": "Poids",
    "8867-4": "Fréquence cardiaque",
    "59408-5": "SpO2",
}


class Platform(Desk):
    """The sending system. It knows its zone, and tells the offset with every time."""

    def time(self, when: datetime) -> str:
        """Return an aware *when* as HL7 writes it."""
        return when.strftime("%Y%m%d%H%M%S%z")


@dataclass(frozen=True)
class Sent:
    """One message, and when the platform sends it; `newest`: it is the answer that was due, not one of weeks before."""

    when: datetime
    message: bytes
    newest: bool


def number(ipp: str, week: int = 0) -> str:
    """Return the platform's number of what a patient answered so many weeks ago."""
    return f"Q{ipp}-{week}"


def alert(ipp: str, week: int = 0) -> bytes:
    """Return the alert that it is, should it be one."""
    return alert_id(Key(AUTHORITY, ipp), NAME, number(ipp, week))


def history(desk: Platform) -> list[Sent]:
    """Return everything that was answered before the demo begins, the oldest first."""
    told = [one for course in COURSES for one in _weekly(desk, course)]
    return sorted(told, key=lambda one: one.when)


def answered(desk: Platform, course: Course) -> datetime:
    """Return when the newest answer came."""
    return desk.began - timedelta(minutes=course.ago_min)


def _weekly(desk: Platform, course: Course) -> Iterator[Sent]:
    for week in range(max(len(grades) for _, grades in course.weeks)):
        grades = _grades(course, week)
        if grades:
            when = answered(desk, course) - timedelta(weeks=week)
            made = questionnaire(desk, course, when, grades, week=week)
            yield Sent(when, made, not week and not course.silent)


def _grades(course: Course, week: int) -> dict[str, str]:
    told = {symptom: grades[-1 - week] for symptom, grades in course.weeks if len(grades) > week}
    return {symptom: grade for symptom, grade in told.items() if grade != "-"}


def newest(course: Course, **changed: str) -> dict[str, str]:
    """Return the grades of the newest answer, some of them *changed* (FATIGUE="2")."""
    return {**_grades(course, 0), **changed}


def questionnaire(
    desk: Platform,
    course: Course,
    when: datetime,
    grades: dict[str, str],
    *,
    week: int = 0,
    status: str = "F",
    sent: datetime | None = None,
) -> bytes:
    """Return what was answered at *when*. Of earlier weeks grades only; for most of them the platform raised no alert.

    *status* C: the grades are others than it said before; X: it takes all back; then *sent* is when it says so.
    """
    sick = BY_IPP[course.ipp]
    if course.number:
        sick = replace(sick, ipp=course.number)
    if course.nameless:
        sick = Sick(sick.ipp, "", "", "", "", reliability="")
    stamp = desk.time(when)
    kind = "EPRO^Questionnaire hebdomadaire^L"
    obr = segment(
        "OBR", "1", None, number(course.ipp, week), kind, None, None, stamp, *[None] * 14, desk.time(sent or when), None, None, status
    )  # fmt: skip
    lines = [*_items(grades), *_about(desk, course, when), *([] if week else _newest(course, when))]
    if week and (course.ipp, week) not in RAISED:
        lines.append(("CE", "ALERT^Alerte^EPRO", "N", ""))
    told = [
        segment("OBX", str(n), kind, code, None, value, unit or None, *[None] * 4, status, None, None, stamp)
        for n, (kind, code, value, unit) in enumerate(lines, 1)
    ]
    return desk.message(
        "ORU^R01^ORU_R01", sent or when, pid(sick), f"PV1|1|O|{UNIT}", obr, *told, version="2.5"
    )


def _items(grades: dict[str, str]) -> Iterator[tuple[str, str, str, str]]:
    for symptom, grade in grades.items():
        yield "NM", f"{symptom}^{escaped(SYMPTOMS[symptom])}^CTCAE", grade, ""


def _about(desk: Platform, course: Course, when: datetime) -> Iterator[tuple[str, str, str, str]]:
    yield "ST", "TREATMENT^Traitement^EPRO", escaped(course.treatment), ""
    yield "ST", "REFERENT^Référent^EPRO", escaped(REFERENT), ""
    yield "TS", "NEXT^Prochain^EPRO", desk.time(when + timedelta(weeks=1)), ""
    yield "CE", "STATUS^Suivi^EPRO", "ACTIVE", ""


def _newest(course: Course, when: datetime) -> Iterator[tuple[str, str, str, str]]:
    for code, value in course.vitals:
        yield "NM", f"{code}^{VITALS[code]}^LN", value, UNITS[code]
    for code, question, answer in course.items:
        yield "ST", f"{code}^{escaped(question)}^99SUIVI", escaped(answer), ""
    for code, label, text in (("TEXT", "Texte libre", course.said), ("PHONE", "Téléphone", course.phone)):
        if text:
            yield ("TX" if code == "TEXT" else "ST"), f"{code}^{label}^EPRO", escaped(text), ""
    if course.raised:
        yield "CE", "ALERT^Alerte^EPRO", course.raised, ""
    if course.report:
        content = base64.b64encode(pdf(_lines(course, when))).decode()
        yield "ED", "RAPPORT^Rapport de suivi^99SUIVI", f"^application^pdf^Base64^{content}", ""


def _lines(course: Course, when: datetime) -> list[str]:
    sick = BY_IPP[course.ipp]
    answers = (f"{SYMPTOMS[symptom]} : grade {grade}" for symptom, grade in newest(course).items())
    return [
        "Rapport de suivi à domicile",
        f"{sick.birth_name} {sick.given_name}, IPP {sick.ipp}",
        f"{when:%d/%m/%Y}, {course.treatment}",
        "",
        *answers,
        "",
        course.said,
    ]
