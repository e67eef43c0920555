"""A platform that says nothing, beside patients who do not answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.monitoring import judging
from app.monitoring.memory import Memory
from app.monitoring.platforms import LATELY_MS
from app.monitoring.standing import Service
from media.mail.policy import Policy
from storage.monitoring.answers import alert_id
from storage.monitoring.records import Questionnaire
from storage.patients.facts import Key

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NOW = 1_800_000_000_000
LATE_MS = 30 * MINUTE
SERVICE = Service(Policy("ONCO1", "Oncologie", 1, late=30), b"v" * 16)


def told(person, due_ms, platform="SUIVI", came_ms=NOW - 7 * DAY, **more):
    key = Key("1.2.3", str(person))
    made = Questionnaire(
        "1", alert_id(key, platform, "1"), key, person, platform, came_ms, came_ms, next_ms=due_ms
    )
    return replace(made, **more)


def late_ms(*asked, now_ms=NOW, service=SERVICE):
    memory = Memory(b"m" * 16)
    memory.rule({"ONCO1": service})
    for one in asked:
        memory.answer(one.person, [one], None)
    return memory.counts(now_ms).late_ms


def test_a_platform_is_late_once_several_who_were_to_answer_did_not():
    due = [told(one, NOW - LATE_MS, came_ms=NOW - one * DAY) for one in (1, 2, 3)]
    assert late_ms(*due[:2]) == 0
    assert late_ms(*due) == NOW - DAY, "since it spoke last"
    assert late_ms(*due, now_ms=NOW - 1) == 0


def test_one_platform_does_not_answer_for_another():
    due = [told(one, NOW - HOUR) for one in (1, 2, 3)]
    other = told(4, NOW + DAY, "AUTRE", came_ms=NOW - MINUTE)
    assert late_ms(*due, other) == NOW - 7 * DAY


def test_a_platform_that_speaks_is_not_late_however_many_do_not_answer():
    due = [told(one, NOW - HOUR) for one in range(1, 9)]
    assert late_ms(*due, told(9, NOW + DAY, came_ms=NOW - MINUTE)) == 0


def test_nobody_is_awaited_of_those_who_pause_ended_or_were_moved_elsewhere_long_ago():
    for state in ("PAUSED", "ENDED"):
        assert late_ms(*(told(one, NOW - HOUR, state=state) for one in (1, 2, 3))) == 0
    old = [told(one, NOW - LATELY_MS - HOUR, came_ms=NOW - 2 * LATELY_MS) for one in (1, 2, 3)]
    assert late_ms(*old) == 0


def test_who_answers_is_awaited_anew():
    memory = Memory(b"m" * 16)
    memory.rule({"ONCO1": SERVICE})
    for one in (1, 2, 3):
        memory.answer(one, [told(one, NOW - HOUR)], None)
    assert memory.counts(NOW).late_ms
    assert memory.counts(NOW).heard_ms == NOW - 7 * DAY
    memory.answer(3, [told(3, NOW + 7 * DAY, came_ms=NOW)], None)
    assert (memory.counts(NOW).late_ms, memory.counts(NOW).heard_ms) == (0, NOW)


def test_a_gateway_that_is_silent_is_said_as_it_is():
    assert Memory(b"m" * 16).counts(NOW, NOW - HOUR).late_ms == NOW - HOUR


@pytest.mark.parametrize(("interval", "awaited"), [(168, NOW), (720, NOW + 23 * DAY), (0, 0)])
def test_where_the_platform_does_not_say_when_the_services_interval_holds(interval, awaited):
    service = replace(SERVICE, policy=replace(SERVICE.policy, interval=interval, silence=48))
    assert judging.next_due(told(1, 0), service) == awaited
    assert judging.silent_from(told(1, 0), service) == (awaited and awaited + 2 * DAY)
    assert judging.next_due(told(1, NOW + DAY), service) == NOW + DAY, "what it says comes first"
    assert judging.silent_from(told(1, 0, state="ENDED"), service) == 0


def test_who_never_answers_again_is_seen_on_a_platform_that_says_no_date():
    memory = Memory(b"m" * 16)
    memory.answer(1, [told(1, 0)], None)
    assert memory.counts(NOW + 2 * DAY).silent == 1
    assert memory.counts(NOW + 2 * DAY - 1).silent == 0
