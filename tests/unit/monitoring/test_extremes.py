"""Moments that no calendar has, in records, rules and messages: one of them must not end the section for everybody."""

from __future__ import annotations

import pytest

from app.monitoring import judging
from app.monitoring.clock import Hours, between, deadline
from app.monitoring.sheets import weeks
from app.monitoring.standing import Service
from app.times import Site
from media.mail.policy import Delay, Policy
from storage.monitoring.records import Questionnaire
from storage.patients.facts import Key

MOMENTS = (-(1 << 60), -62_135_596_800_001, -1, 253_402_300_799_999, (1 << 48) - 1, 1 << 60)


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Martinique", "Pacific/Noumea"])
@pytest.mark.parametrize("at_ms", MOMENTS)
def test_a_moment_that_no_calendar_has_ends_nothing(zone, at_ms):
    hours = Hours(zone)
    for minutes in (0, 120, 130_000):
        deadline(at_ms, minutes, hours)
        between(at_ms, 0, hours)
    told = Questionnaire("1", b"a" * 16, Key("1", "2"), 1, "P", at_ms, at_ms)
    assert len(weeks([told], at_ms, zone)) == 12
    assert Site(zone).moment(at_ms)
    service = Service(Policy("U", "U", 1, delays=(Delay(120, working=True),) * 6, zone=zone))
    due = judging.due(at_ms, 3, service)
    assert due.over(at_ms + 1) in {True, False}
