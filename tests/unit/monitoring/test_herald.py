"""What of telemonitoring is told of, to whom, and once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.monitoring.herald import Herald
from app.monitoring.outlook import Outlook, sees_all
from app.monitoring.ports import Cause, Due, Item, Trend, Who
from app.monitoring.standing import Service
from media.mail.policy import Part, Policy
from storage.monitoring.records import Phase
from storage.patients.facts import Key

NURSE, DOCTOR = b"n" * 16, b"d" * 16
SERVICE = Service(
    Policy("ONCO1", "Oncologie", 1, members=((NURSE, Part.NURSE), (DOCTOR, Part.DOCTOR)), order=(DOCTOR,)),
    b"v" * 16,
)
NOW, HOUR = 360_000_000, 3_600_000


def alert(grade, number=1, left_ms=HOUR, **more):
    who = Who(number, Key("1.2.250.1.999.51.1", str(number)), "DUMAS Solange", "19620907", "F", "qualified")
    due = Due(NOW + left_ms, 2 * HOUR)
    made = Item(
        bytes([number]) * 16,
        who,
        grade,
        Cause.SENDER,
        (),
        Trend.SAME,
        Phase.NEW,
        NOW - HOUR,
        due,
        service="ONCO1",
    )
    return replace(made, **more)


class Ear:
    def __init__(self, user):
        self.user, self.told = user, []
        self.herald = Herald(self.told.append)
        self.hear()

    def hear(self, *items, now_ms=NOW):
        """What is told of these alerts, beyond what was told before."""
        self.told.clear()
        every = sees_all((SERVICE,), self.user)
        self.herald.follow(Outlook(self.user, every, True, items, services=(SERVICE,)), now_ms)
        return list(self.told)


def test_a_nurse_hears_of_what_is_severe_and_new_once():
    ear = Ear(NURSE)
    assert ear.hear(alert(2), alert(1, 2)) == []
    assert ear.hear(alert(2), alert(3, 3)) == ["alert-severe"]
    assert ear.hear(alert(2), alert(3, 3)) == []
    assert ear.hear(alert(3, 3), alert(4, 4)) == ["alert-severe"]
    assert ear.hear(alert(3, 5, phase=Phase.TAKEN, holder=b"o" * 16)) == [], "somebody has it already"


def test_a_second_reader_hears_of_a_closure_once_and_who_closed_it_does_not():
    closing = alert(1, told=3, phase=Phase.CLOSING, holder=b"o" * 16, closer=b"o" * 16)
    ear = Ear(NURSE)
    assert ear.hear(closing) == ["alert-second"]
    assert ear.hear(closing) == []
    assert ear.hear(closing, now_ms=NOW + 2 * HOUR) == ["alert-late"]
    assert Ear(NURSE).hear(replace(closing, closer=NURSE)) == []


def test_a_doctor_hears_of_what_is_escalated_and_of_nothing_else():
    ear, asked = Ear(DOCTOR), alert(3, phase=Phase.ESCALATED, holder=NURSE, escalated_to=(DOCTOR,))
    assert ear.hear(alert(3), alert(4, 2)) == []
    assert ear.hear(asked) == ["alert-mine"]
    assert ear.hear(asked) == []
    assert ear.hear(replace(asked, phase=Phase.TAKEN, escalated_to=())) == []
    assert ear.hear(asked) == ["alert-mine"], "escalated once more"


def test_time_alone_makes_an_alert_overdue_and_a_vital_one_calls_louder():
    ear, mild, vital = Ear(NURSE), alert(2, left_ms=1_000), alert(4, 2, left_ms=1_000)
    ear.hear(mild, vital)
    assert ear.hear(mild, vital, now_ms=NOW + 999) == []
    assert ear.hear(mild, vital, now_ms=NOW + 1_001) == ["alert-vital", "alert-late"]
    assert ear.hear(mild, vital, now_ms=NOW + 60_000) == []


@pytest.mark.parametrize("more", [{}, {"phase": Phase.TAKEN, "holder": NURSE}])
def test_the_doctor_on_call_hears_of_what_is_overdue_whoever_took_it(more):
    ear, one, vital = Ear(DOCTOR), alert(2, left_ms=1_000, **more), alert(4, 2, left_ms=1_000, **more)
    assert ear.hear(one) == []
    assert ear.hear(one, now_ms=NOW + 1_001) == ["alert-late"]
    assert ear.hear(one, vital, now_ms=NOW + 1_001) == ["alert-vital"]
    assert ear.hear(replace(vital, met=True), now_ms=NOW + 1_001) == [], "a doctor answered"


def test_what_was_there_at_the_unlock_is_told_by_today_alone():
    told = []
    herald = Herald(told.append)
    outlook = Outlook(NURSE, True, True, (alert(4, left_ms=-1),), services=(SERVICE,))
    herald.follow(outlook, NOW)
    assert told == []
    herald.follow(replace(outlook, open=()), NOW)
    herald.forget()
    herald.follow(outlook, NOW)
    assert told == []
