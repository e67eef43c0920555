"""Who sees which alerts, and what of them calls for that person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.monitoring.outlook import Outlook, sees_all
from app.monitoring.ports import Cause, Due, Item, Trend, Who
from app.monitoring.standing import Service
from app.monitoring.today import AHEAD_MS, CARDS, Ahead, tallies
from media.mail.policy import Part, Policy
from storage.monitoring.records import Phase
from storage.patients.facts import Key

NURSE, OTHER, FIRST, SECOND, STRANGER = (bytes([n]) * 16 for n in range(1, 6))
MEMBERS = ((NURSE, Part.NURSE), (OTHER, Part.NURSE), (FIRST, Part.DOCTOR), (SECOND, Part.DOCTOR))
SERVICE = Service(
    Policy("ONCO1", "Oncologie", 1, members=MEMBERS, order=(FIRST, SECOND), pass_on=30), b"v" * 16
)
HOUR = 3_600_000
NOW = 100 * HOUR


def alert(grade, left_ms=2 * HOUR, **more):
    who = Who(1, Key("1.2.250.1.999.51.1", "80417702"), "DUMAS Solange", "19620907", "F", "qualified")
    made = Item(
        bytes([grade]) * 16,
        who,
        grade,
        Cause.SENDER,
        (),
        Trend.SAME,
        Phase.NEW,
        NOW - HOUR,
        Due(NOW + left_ms, 2 * HOUR),
        service="ONCO1",
    )
    return replace(made, **more)


def seen_by(user, *items, **more):
    every = sees_all((SERVICE,), user)
    return Outlook(user, every, True, items, services=(SERVICE,), **more)


def test_a_nurse_sees_all_of_them_and_a_doctor_what_was_escalated():
    new, mine = (
        alert(2),
        alert(3, phase=Phase.ESCALATED, holder=NURSE, escalated_to=(FIRST,)),
    )
    assert seen_by(NURSE, new, mine).seen(NOW) == (new, mine)
    assert seen_by(FIRST, new, mine).seen(NOW) == (mine,)
    assert seen_by(SECOND, new, mine).seen(NOW) == ()
    assert seen_by(STRANGER, new, mine).seen(NOW) == ()


def test_everybody_sees_all_where_nobody_is_a_member_yet():
    assert sees_all((), STRANGER)
    assert sees_all((Service(Policy("ONCO1", "Oncologie", 1)),), STRANGER)


def test_what_a_doctor_took_stays_in_sight():
    taken = alert(3, phase=Phase.TAKEN, holder=FIRST)
    assert seen_by(FIRST, taken).seen(NOW) == (taken,)
    assert seen_by(FIRST, taken).waits(NOW) == (taken,)


@pytest.mark.parametrize(
    ("late_min", "reached"),
    [(-1, ()), (1, (FIRST,)), (29, (FIRST,)), (30, (FIRST, SECOND)), (900, (FIRST, SECOND))],
)
@pytest.mark.parametrize(
    "more",
    [
        {"grade": 2},
        {"grade": 3},
        {"grade": 4, "phase": Phase.TAKEN, "holder": NURSE},
        {"grade": 1, "told": 3, "phase": Phase.TAKEN, "holder": NURSE},
        {"grade": 3, "phase": Phase.ESCALATED, "holder": NURSE, "escalated_to": (STRANGER,)},
        {"grade": 1, "told": 3, "phase": Phase.CLOSING, "holder": NURSE, "closer": NURSE},
    ],
)
def test_what_is_overdue_and_met_by_no_doctor_reaches_the_doctors_in_their_order(more, late_min, reached):
    one = replace(alert(3, left_ms=-late_min * 60_000), **more)
    seeing = tuple(user for user in (FIRST, SECOND) if seen_by(user, one).seen(NOW))
    assert seeing == reached
    for user in reached:
        outlook = seen_by(user, one)
        assert outlook.waits(NOW) == outlook.overdue(NOW) == outlook.presses(NOW) == (one,)


@pytest.mark.parametrize(
    "more",
    [
        {"grade": 1},
        {"phase": Phase.TAKEN, "holder": NURSE, "met": True},
        {"phase": Phase.TAKEN, "holder": SECOND},
        {"phase": Phase.ESCALATED, "holder": SECOND},
        {"service": "CARDIO"},
    ],
)
def test_other_overdue_alerts_do_not_reach_a_doctor(more):
    assert seen_by(FIRST, replace(alert(3, left_ms=-HOUR), **more)).seen(NOW) == ()


def test_a_nurse_is_called_by_what_is_severe_or_overdue_and_in_nobody_elses_hands():
    severe, mild, late = alert(3), alert(1), alert(2, left_ms=-1)
    theirs = alert(4, phase=Phase.TAKEN, holder=OTHER)
    own = alert(3, phase=Phase.TAKEN, holder=NURSE)
    assert seen_by(NURSE, severe, mild, late, theirs, own).waits(NOW) == (severe, late, own)


def test_a_closure_that_waits_for_a_second_reader_calls_for_the_other_nurses():
    closing = alert(1, told=3, phase=Phase.CLOSING, holder=NURSE, closer=NURSE)
    other = seen_by(OTHER, closing)
    assert other.waits(NOW) == (closing,)
    assert [(one.key, one.n) for one in other.told(NOW)] == [("escalated", 0), ("alerts", 1)]
    assert seen_by(NURSE, closing).waits(NOW) == ()
    assert seen_by(FIRST, closing).seen(NOW) == ()
    late = replace(closing, due=Due(NOW - 10 * HOUR, 2 * HOUR))
    assert other.overdue(NOW) == ()
    assert seen_by(OTHER, late).overdue(NOW) == seen_by(NURSE, late).overdue(NOW) == (late,)
    soon = replace(closing, due=Due(NOW + HOUR - 1, 2 * HOUR))
    assert seen_by(OTHER, closing, soon).presses(NOW) == (soon,)


def test_a_closure_waits_for_the_doctors_where_there_is_no_other_nurse():
    alone = replace(SERVICE, policy=replace(SERVICE.policy, members=((NURSE, Part.NURSE), *MEMBERS[2:])))
    closing = alert(4, phase=Phase.CLOSING, holder=NURSE, closer=NURSE)
    for user, waits in ((NURSE, ()), (FIRST, (closing,)), (SECOND, (closing,)), (STRANGER, ())):
        outlook = Outlook(user, sees_all((alone,), user), True, (closing,), services=(alone,))
        assert outlook.waits(NOW) == waits
    elsewhere = replace(closing, service="CARDIO")
    assert seen_by(OTHER, elsewhere).waits(NOW) == (elsewhere,), "nobody ruled that service"


def test_a_card_is_for_the_vital_for_the_last_hour_and_for_what_was_escalated():
    vital, soon, later = alert(4, left_ms=2 * HOUR), alert(2, left_ms=HOUR - 1), alert(3, left_ms=HOUR)
    asked = alert(3, phase=Phase.ESCALATED, holder=OTHER, escalated_to=(NURSE,))
    assert seen_by(NURSE, vital, soon, later, asked).presses(NOW) == (vital, soon, asked)


def test_what_is_overdue_in_other_hands_is_said_from_grade_3_on():
    mild = alert(2, left_ms=-1, phase=Phase.TAKEN, holder=OTHER)
    severe = alert(3, left_ms=-1, phase=Phase.TAKEN, holder=OTHER)
    assert seen_by(NURSE, mild, severe).overdue(NOW) == (severe,)


def test_what_somebody_had_who_left_the_service_calls_the_others_again():
    """Whoever left took it with them: nobody was told that it became overdue."""
    had = alert(2, left_ms=-1, phase=Phase.TAKEN, holder=STRANGER)
    held = alert(2, left_ms=-1, phase=Phase.TAKEN, holder=OTHER)
    assert seen_by(NURSE, had, held).waits(NOW) == (had,)
    assert seen_by(NURSE, had, held).overdue(NOW) == (had,)
    severe = alert(3, left_ms=-1, phase=Phase.TAKEN, holder=STRANGER)
    assert seen_by(FIRST, severe).seen(NOW) == (severe,)


@pytest.mark.parametrize("user", [NURSE, FIRST, SECOND, STRANGER])
@pytest.mark.parametrize("after_ms", [0, HOUR // 12, AHEAD_MS, 3 * HOUR])
def test_what_today_chose_ahead_is_what_calls_as_time_passes(user, after_ms):
    minutes = range(-40, 130, 7)
    mixed = [alert(1 + n % 4, left_ms=minute * 60_000) for n, minute in enumerate(minutes)]
    asked = alert(2, phase=Phase.ESCALATED, holder=NURSE, escalated_to=(FIRST,))
    endless = alert(1, due=Due())
    outlook = seen_by(user, *mixed, asked, endless)
    ahead, now_ms = Ahead(outlook, NOW + AHEAD_MS), NOW + after_ms
    assert ahead.presses(now_ms) == outlook.presses(now_ms)[:CARDS]
    assert ahead.seen(now_ms) == outlook.seen(now_ms)
    assert ahead.tallies(now_ms) == tallies(outlook.seen(now_ms))
