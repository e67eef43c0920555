"""A second start of the same profile: its link reaches the first window, and nothing else happens."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from PyQt6.QtNetwork import QLocalServer, QLocalSocket

from app import instance
from app.instance import Doorbell, address
from app.meeting.view import Stage
from app.scenes import stills
from app.scenes.stills import LINK

SECOND = """
import sys
from pathlib import Path
from PyQt6.QtCore import QCoreApplication
from app.instance import hand_over
app = QCoreApplication([])
sys.exit(0 if hand_over(Path(sys.argv[1]), sys.stdin.readline().strip()) else 3)
"""


@pytest.fixture
def bell(tmp_path, qapp, runtime):
    made = Doorbell(tmp_path / "p")
    assert made.listening
    yield made
    made.close()


def second(folder, link, qtbot, busy_s=0.0):
    """Start again as another process would, while this one is busy; return its exit status once it ended."""
    process = subprocess.Popen([sys.executable, "-c", SECOND, str(folder)], stdin=subprocess.PIPE, text=True)
    process.stdin.write(f"{link}\n")
    process.stdin.close()
    time.sleep(busy_s)
    qtbot.waitUntil(lambda: process.poll() is not None)
    return process.returncode


def test_the_link_of_a_second_start_reaches_the_first(bell, tmp_path, qtbot):
    heard = []
    bell.rung.connect(heard.append)
    assert second(tmp_path / "p", LINK.format(), qtbot) == 0
    assert heard == [LINK.format()]


def test_a_busy_first_window_takes_the_link_when_it_comes_to_it(bell, tmp_path, qtbot):
    heard = []
    bell.rung.connect(heard.append)
    assert second(tmp_path / "p", LINK.format(), qtbot, busy_s=1 + 1.5 * instance.WAIT_MS / 1000) == 0
    assert heard == [LINK.format()]


def test_a_window_that_stands_still_once_it_was_called_takes_the_link_once(
    bell, tmp_path, qtbot, monkeypatch
):
    heard = []
    bell.rung.connect(heard.append)
    monkeypatch.setattr(instance, "WAIT_MS", 20)
    bell.findChild(QLocalServer).newConnection.connect(lambda: time.sleep(0.5))
    assert second(tmp_path / "p", LINK.format(), qtbot) == 0
    assert heard == [LINK.format()]


def test_another_profile_is_another_window(bell, tmp_path, qtbot):
    assert second(tmp_path / "other", "", qtbot) == 3


def test_nobody_else_can_listen_or_call(tmp_path, runtime):
    folder = tmp_path / "p"
    assert address(folder).startswith(str(runtime))
    runtime.chmod(0o777)
    assert address(folder).startswith(str(folder)), "a folder that others write to is not used"


def test_who_talks_without_end_is_hung_up_on(bell, tmp_path, qtbot):
    heard = []
    bell.rung.connect(heard.append)
    socket = QLocalSocket()
    socket.connectToServer(address(tmp_path / "p"))
    socket.write(b"x" * (2 * instance.MAX_LINE))
    qtbot.waitUntil(lambda: socket.state() == QLocalSocket.LocalSocketState.UnconnectedState)
    assert heard == []


def test_a_link_is_shown_and_never_entered(make_desk):
    desk = make_desk(session=stills.session())
    desk.office.ring(LINK.format())
    assert desk.window.current == "meeting"
    assert desk.meeting.view.stage is Stage.READY


def test_a_locked_desk_shows_it_after_the_unlock(make_desk):
    desk = make_desk()
    desk.office.ring(LINK.format())
    assert desk.window.locked
    desk.office.enter_as(stills.session())
    assert desk.meeting.view.stage is Stage.READY


def test_a_running_meeting_is_not_disturbed(make_desk):
    desk = make_desk(session=stills.session())
    desk.call(3)
    desk.office.ring(LINK.format())
    assert desk.meeting.view.stage is Stage.LIVE
