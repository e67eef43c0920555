"""The system locks or sleeps: real signals over a real, private message bus; and clocks that are turned."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import uuid

import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtDBus import QDBusConnection, QDBusMessage
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from app.signin.idle import IdleLock
from app.signin.oslock import LOGIND, SystemLock, own_session
from app.signin.oslock_windows import Message, why
from app.ui.marks import Chip

HOURS_MS = 3_600_000


@pytest.fixture
def bus():
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        pytest.skip("needs dbus-daemon")
    process = subprocess.Popen(
        [daemon, "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, text=True
    )
    address = process.stdout.readline().strip()
    names = []

    def connect(service=""):
        names.append(uuid.uuid4().hex)
        made = QDBusConnection.connectToBus(address, names[-1])
        assert made.isConnected()
        assert not service or made.registerService(service)
        return made

    yield connect
    for name in names:
        QDBusConnection.disconnectFromBus(name)
    process.terminate()
    process.wait()
    process.stdout.close()


def send(bus, path, interface, name, *arguments):
    message = QDBusMessage.createSignal(path, interface, name)
    message.setArguments(list(arguments))
    assert bus.send(message)


@pytest.fixture
def heard(bus, monkeypatch):
    monkeypatch.setenv("XDG_SESSION_ID", "2")
    lock, said = SystemLock(), []
    lock.locked.connect(said.append)
    lock.watch_linux(bus(), bus())
    yield said
    lock.deleteLater()


def test_the_screen_saver_locks_and_its_end_does_not(bus, heard, qtbot):
    desktop = bus("org.freedesktop.ScreenSaver")
    send(desktop, "/ScreenSaver", "org.freedesktop.ScreenSaver", "ActiveChanged", False)
    send(desktop, "/ScreenSaver", "org.freedesktop.ScreenSaver", "ActiveChanged", True)
    qtbot.waitUntil(lambda: heard == ["system"])


def test_the_session_locks_and_another_ones_does_not(bus, heard, qtbot):
    logind = bus(LOGIND)
    send(logind, "/org/freedesktop/login1/session/_33", f"{LOGIND}.Session", "Lock")
    send(logind, "/org/freedesktop/login1/session/_32", f"{LOGIND}.Session", "Lock")
    qtbot.waitUntil(lambda: heard == ["system"])


def test_sleep_locks_before_it_begins_and_waking_does_not_again(bus, heard, qtbot):
    logind = bus(LOGIND)
    send(logind, "/org/freedesktop/login1", f"{LOGIND}.Manager", "PrepareForSleep", True)
    send(logind, "/org/freedesktop/login1", f"{LOGIND}.Manager", "PrepareForSleep", False)
    qtbot.waitUntil(lambda: heard == ["sleep"])


def test_nobody_but_logind_speaks_of_sleep(bus, heard, qtbot):
    bus(LOGIND)
    send(bus(), "/org/freedesktop/login1", f"{LOGIND}.Manager", "PrepareForSleep", True)
    send(bus("org.gnome.ScreenSaver"), "/x", "org.gnome.ScreenSaver", "ActiveChanged", True)
    qtbot.waitUntil(lambda: heard == ["system"])


@pytest.mark.parametrize(("number", "path"), [("2", "_32"), ("c1", "c1"), ("12", "_312"), ("a-b", "a_2db")])
def test_a_session_is_known_by_its_path(number, path):
    assert own_session(f"/org/freedesktop/login1/session/{path}", number)
    assert not own_session("/org/freedesktop/login1/session/_39", number)
    assert own_session("/org/freedesktop/login1/session/_39", ""), "rather once too often"


@pytest.mark.parametrize(
    ("message", "wparam", "reason"),
    [(0x02B1, 7, "system"), (0x02B1, 8, ""), (0x0218, 4, "sleep"), (0x0218, 7, ""), (0x0200, 7, "")],
)
def test_windows_messages_are_told_apart(message, wparam, reason):
    assert why(Message(None, message, wparam, 0)) == reason
    assert ctypes.sizeof(Message) >= 24


def test_a_locked_system_locks_the_desk_and_says_why(desk, qtbot):
    desk.office.lock_with_system("sleep")
    assert desk.window.locked
    chips = desk.office.lock_page.findChildren
    qtbot.waitUntil(lambda: any("mise en veille" in chip.text() for chip in chips(Chip) if chip.isVisible()))


# --- clocks -------------------------------------------------------------------------------------------------


@pytest.fixture
def watch(qapp):
    wall, running, busy, fired = [0], [0], [False], []
    idle = IdleLock(lambda: wall[0], lambda: busy[0], lambda: running[0])
    idle.idle.connect(lambda: fired.append(1))
    idle.arm(60_000)
    idle.wall, idle.running, idle.busy_now, idle.fired = wall, running, busy, fired
    return idle


def test_a_clock_set_back_keeps_no_desk_open(watch):
    watch.wall[0] = -HOURS_MS
    watch.running[0] = 60_000
    watch.check()
    assert watch.fired


def test_a_jump_forward_locks_even_in_a_call(watch):
    watch.busy_now[0] = True
    watch.wall[0] = HOURS_MS
    watch.check()
    assert watch.fired


def test_the_touch_that_wakes_a_sleeping_pc_locks_and_reaches_nothing(watch):
    watch.wall[0] = 8 * HOURS_MS
    key = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(1, 1),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    assert watch.eventFilter(QApplication.instance(), key)
    assert watch.fired == [1]
    assert not watch.eventFilter(QApplication.instance(), key)


def test_a_touch_in_time_begins_anew(watch):
    for minute in range(1, 10):
        watch.wall[0] = watch.running[0] = minute * 50_000
        watch.eventFilter(None, QEvent(QEvent.Type.Wheel))
        watch.check()
    assert not watch.fired


def test_keys_and_moves_in_the_window_are_touches(desk, qtbot):
    idle, window = desk.office.idle, desk.window.windowHandle()
    for touch in (
        lambda: QTest.keyClick(window, Qt.Key.Key_Shift),
        lambda: QTest.mouseMove(window, QPoint(200, 200)),
    ):
        desk.now_ms += 60_000
        assert idle.left_ms <= 4 * 60_000
        touch()
        assert idle.left_ms > 4 * 60_000 + 50_000  # the running clock is the real one
