"""Whether a questionnaire is an alert, how long it may wait, and how it stands in the queue. Pure, no Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.monitoring.clock import MINUTE_MS, deadline
from app.monitoring.ports import Cause, Due, Trend
from app.monitoring.rules import Rule
from storage.monitoring.records import NO_GRADE, OUT_OF_RANGE, SEVERE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from app.monitoring.ports import Item
    from app.monitoring.standing import Service
    from storage.monitoring.records import Life, Questionnaire, Symptom

HOUR_MS = 60 * MINUTE_MS


@dataclass(frozen=True)
class Judged:
    """`cause` None: no alert. `quiet`: it would be one, but for symptoms that are muted."""

    cause: Cause | None
    rule: str = ""
    quiet: bool = False


def judge(told: Questionnaire, service: Service, muted: Collection[str] = ()) -> Judged:
    """Return whether *told* is an alert for *service*: what calls by itself (`Questionnaire.calls`), and what a rule speaks of."""
    if muted:
        heard = replace(told, symptoms=tuple(one for one in told.symptoms if one.code not in muted))
        found = _judge(heard, service, whole=len(heard.symptoms) == len(told.symptoms))
        if found.cause is None:
            return replace(_judge(told, service, whole=True), quiet=True)
        return found
    return _judge(told, service, whole=True)


def _judge(told: Questionnaire, service: Service, *, whole: bool) -> Judged:
    """Judge what is heard of a questionnaire; of one that is not *whole* the sender's word counts for anything that is left."""
    if told.cancelled:
        return Judged(None)
    left = whole or told.grade >= 1 or told.beside or bool(told.said)
    if told.calls and (left or OUT_OF_RANGE in told.warnings):
        return Judged(Cause.SENDER)
    for one in service.policy.rules:
        if Rule(one.name, one.expression, one.on).speaks(told):
            return Judged(Cause.RULE, f"{one.name}, v{service.policy.number}")
    return Judged(None)


def due(received_ms: int, grade: int, service: Service) -> Due:
    """Return the delay of an alert of *grade*, by the version that held when it came; one without a grade has that of grade 0."""
    then = service.at(received_ms)
    delay = then.policy.delays[max(grade, 0)]
    hours = then.hours if delay.working else None
    return Due(deadline(received_ms, delay.minutes, hours), delay.minutes * MINUTE_MS, hours)


def silent_from(last: Questionnaire, service: Service) -> int:
    """Return from when on the next questionnaire of somebody who is monitored should have come; 0 where none is awaited."""
    due_ms = next_due(last, service)
    return due_ms and due_ms + service.policy.silence * HOUR_MS


def next_due(last: Questionnaire, service: Service) -> int:
    """Return when the next questionnaire is due: as the platform says, else after the service's usual interval; 0 where none is awaited."""
    usual_ms = service.policy.interval * HOUR_MS
    if last.state in {"PAUSED", "ENDED"} or not (last.next_ms or usual_ms):
        return 0
    return last.next_ms or last.answered_ms + usual_ms


def worst(symptoms: Collection[Symptom]) -> tuple[Symptom, ...]:
    """Return the symptoms that speak, the worst first, and of those the ones that got worse most."""
    told = [one for one in symptoms if one.grade > 0]
    return tuple(sorted(told, key=lambda one: (-one.grade, one.before - one.grade, one.label)))


def trend(symptoms: Collection[Symptom]) -> Trend:
    """Return how the worst symptom changed: new where it was absent before, and whether anything got worse."""
    first = next(iter(worst(symptoms)), None)
    if first is None:
        return Trend.SAME
    if first.before in {NO_GRADE, 0}:
        return Trend.NEW
    changes = [one.grade - one.before for one in symptoms if NO_GRADE not in {one.grade, one.before}]
    if any(change > 0 for change in changes):
        return Trend.WORSE
    return Trend.BETTER if any(change < 0 for change in changes) else Trend.SAME


def suggested(item: Item, life: Life, me: bytes) -> str:
    """Return which action stands first; the others are always there. Nothing follows from it by itself."""
    if life.phase.value == "escalated":
        return "answer" if me in life.asked else "call"
    if item.grade >= SEVERE and not life.answered:
        return "escalate"
    if any(row.record.step.value == "call" and row.void is None for row in life.rows):
        return "close"
    return "call" if item.pressing >= 2 else "advise"


def protocol(service: Service, symptoms: Collection[Symptom], grade: int) -> str:
    """Return the service's text for the worst symptom, else the one for any symptom; "" where it has none."""
    first = next(iter(worst(symptoms)), None)
    for code in (first.code if first else "", ""):
        fitting = [one for one in service.policy.protocols if one.symptom == code and one.grade <= grade]
        if fitting:
            return max(fitting, key=lambda one: one.grade).text
    return ""


def mute_grades(newest: Questionnaire | None) -> Mapping[str, int]:
    """Return the newest grade of each symptom: a mute ends as soon as one is worse."""
    return {one.code: one.grade for one in newest.symptoms} if newest else {}
