"""The top bar: what it has to say at the right is said whole, as long as title and words fit beside it."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint

from app.config import TEXT_SIZE
from app.framing import TopBar
from app.line import Standing, State
from app.linemarks import LinePill
from app.scenes.stills import NOW_MS
from app.ui.buttons import Button
from app.ui.marks import Chip
from tests.ui.test_messages import Section


def settled(desk, qtbot, width):
    """Wait until the bar has laid itself out at this width."""
    desk.window.resize(width, 800)
    bar = desk.window.findChild(LinePill).parentWidget()
    qtbot.waitUntil(lambda: bar.width() > width - 140 and bar.geometry().right() <= width)
    bar.layout().activate()
    return bar


def cut(bar):
    """The marks of the bar that have not the room that they ask for."""
    marks = [one for kind in (Chip, LinePill, Button) for one in bar.findChildren(kind) if one.isVisible()]
    assert marks
    return [type(one).__name__ for one in marks if one.width() < one.sizeHint().width()]


@pytest.mark.parametrize("width", [1180, 1440])
def test_no_mark_of_a_running_meeting_is_cut(desk, qtbot, settle, width):
    desk.call(3)
    settle(desk)
    assert cut(settled(desk, qtbot, width)) == []


@pytest.mark.parametrize(("size", "width"), [(100, 1180), (100, 1440), (150, 1440)])
def test_the_line_is_told_whole_beside_the_deposits(make_desk, qtbot, size, width):
    section = Section(make_desk, qtbot)
    section.desk.office.config.choose(TEXT_SIZE, size)
    pill = section.desk.window.findChild(LinePill)
    for state in (State(Standing.ONLINE, rtt_ms=4123), State(Standing.OFFLINE, since_ms=NOW_MS)):
        pill.show_state(state)
        bar = settled(section.desk, qtbot, width)
        assert cut(bar) == []
        assert pill.mapTo(bar, QPoint(pill.width(), 0)).x() <= bar.width()


@pytest.mark.parametrize("width", [1180, 1440])
def test_what_is_told_in_the_bar_gives_way_to_the_line(make_desk, qtbot, width):
    section = Section(make_desk, qtbot)
    bar = settled(section.desk, qtbot, width)
    bar.status.say(
        "Dr Hélène Marchetti-Vandenbroucke a quitté la réunion RCP Thorax du mardi 24 novembre à 9 h"
    )
    assert cut(settled(section.desk, qtbot, width)) == []


def test_what_is_told_in_the_bar_is_whole_or_not_there(qtbot):
    bar = TopBar()
    qtbot.addWidget(bar)

    def seen(words):
        bar.status.say(words)
        bar.status.setFixedSize(60, 20)
        return bar.status.grab().toImage()

    assert seen("Étape annulée, elle reste dans la traçabilité") == seen("")
    assert seen("Fait") != seen("")
