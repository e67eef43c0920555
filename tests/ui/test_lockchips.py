"""What the locked screen says of the day: times and numbers, no names."""

from __future__ import annotations

import pytest

from app.scenes import stills
from app.scenes.stills import NOW_MS
from app.signin.lockchips import told
from app.signin.people import AskLeave
from app.signin.secret import caps_on
from app.ui.marks import Chip
from app.waiting import Count, Waiting

NOW_S = NOW_MS // 1000


def words(waiting, now_ms=NOW_MS):
    return [str(chip[0]).replace("\u202f", " ") for chip in told(waiting, now_ms)]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (170, "Une réunion commence dans 3 min"),
        (3600, "Une réunion commence dans 60 min"),
        (0, "Une réunion vient de commencer"),
        (-599, "Une réunion vient de commencer"),
        (3601, None),
        (-601, None),
    ],
)
def test_the_next_meeting_is_told_by_its_minutes(qapp, seconds, said):
    assert words(Waiting(starts_s=(NOW_S + seconds, NOW_S + 90_000)))[1:] == ([said] if said else [])


def test_counts_have_their_plural_and_none_is_silent(qapp):
    waiting = Waiting(counts=(Count("security", 1, "shield"), Count("security", 0, "shield")))
    assert words(waiting)[1:] == ["1 alerte de sécurité vous attend"]
    waiting = Waiting(counts=(Count("security", 3, "shield"),))
    assert words(waiting)[1:] == ["3 alertes de sécurité vous attendent"]


def shown(desk):
    return [chip.text() for chip in desk.office.lock_page.findChildren(Chip) if chip.isVisible()]


def test_a_call_behind_the_lock_is_told_and_its_end_too(desk, qtbot, settle):
    desk.call(3)
    settle(desk)
    desk.office.lock()
    qtbot.waitUntil(lambda: any("micro et caméra coupés" in text for text in shown(desk)))
    desk.office._leave_locked()
    qtbot.waitUntil(lambda: "Réunion quittée" in shown(desk))
    desk.office.lock_page.show_people()
    desk.office.lock_page._choose(None)
    assert not desk.window.findChild(AskLeave).isVisible(), "there is nothing left to ask for"


def test_a_call_behind_the_lock_tells_nobody_once_the_window_is_gone(desk, settle):
    desk.call(3)
    settle(desk)
    desk.office.lock()
    assert desk.office._silence.isActive()
    desk.window.destroyed.emit()
    assert not desk.office._silence.isActive()


def test_the_locked_screen_names_no_meeting(desk):
    assert desk.office.session().meetings
    title = desk.office.session().meetings[0].title
    assert title
    told = repr(desk.office.sitting.waiting(0, "", in_call=True))
    assert title not in told
    assert stills.session().name not in told
    desk.office.lock()
    assert not any(title in text for text in shown(desk))


@pytest.mark.parametrize(
    ("text", "shift", "on"),
    [
        ("G", False, True),
        ("g", True, True),
        ("g", False, False),
        ("G", True, False),
        ("4", False, None),
        ("", False, None),
    ],
)
def test_caps_lock_is_seen_by_what_is_typed(text, shift, on):
    assert caps_on(text, shift=shift) is on


def test_a_lock_in_a_call_leaves_the_focus_in_the_password(desk, qtbot, settle):
    desk.call(3)
    settle(desk)
    desk.live.setFocus()
    desk.office.lock()
    qtbot.waitUntil(desk.office.lock_page._password.hasFocus)


def test_typing_a_new_password_beside_the_code_keeps_the_focus(desk, qtbot):
    desk.office.lock()
    page = desk.office.lock_page
    page._turn_to_code()
    page._new.setFocus()
    qtbot.keyClicks(page._new, "girafe tambour velours")
    assert page._new.hasFocus()
    assert page._new.text() == "girafe tambour velours"


@pytest.mark.parametrize("password", ["motdepasse1234", "aaaaaaaaaaaaaaaa"])
def test_a_recovery_takes_no_password_that_a_first_run_would_not(desk, password):
    desk.office.lock()
    page = desk.office.lock_page
    page._turn_to_code()
    page._code.setText("AAAAA")
    page._new.setText(password)
    page._with_code.button.click()
    assert "se devine trop vite" in page._with_code._status.text()
