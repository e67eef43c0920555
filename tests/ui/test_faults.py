"""Bad input and faults as people meet them: names, crowds, a lost line, moved clocks, a hung first window, spoilt rows."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
import subprocess
import sys
import time
import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtCore import QPoint, QRectF, Qt
from PyQt6.QtGui import QImage, QPainter, QRegion
from PyQt6.QtWidgets import QWidget

from app.config import SETTINGS
from app.instance import hand_over
from app.meeting.agenda.draft import Draft, PlanRefused
from app.meeting.agenda.planning import Planning
from app.scenes import stills
from app.signin.service import Opened, SignIn
from app.ui.buttons import IconButton
from app.ui.marks import paint_avatar
from app.ui.panes import Banner
from app.ui.text import BREAK, Label, breakable
from media.engine import messages as m
from media.keys.certs import shown_text
from media.link import probe
from storage.identity import Relay
from tests.unit.directory.test_directory import NOW, Office
from tests.unit.relay.harness import RelayProcess

NAMES = (
    "Dr Marie-Antoinette Charlotte Élisabeth de La Rochefoucauld-Montmorency de Sainte-Croix-du-Mont",
    "W" * 100,
    ("ד״ר מרים " + "כהן-לוי " * 12)[:99],
    "ﷺ" * 100,
    "Z\u0310\u0334\u035d\u0489" * 20,
    "نور",
)
"""The longest and oddest that a certificate may hold: no spaces, right to left, heaps of marks."""


def test_the_odd_names_are_names():
    assert all(shown_text(name) for name in NAMES)


def crowd(n):
    """*n* participants of whom all but the doctor have an odd name."""
    me, *others = stills.people(n)
    named = [msgspec.structs.replace(one, name=NAMES[at % len(NAMES)]) for at, one in enumerate(others)]
    return [me, *named]


def beyond(widget):
    """What stands in *widget* and reaches out of it to the right."""
    edge = widget.width()
    return [
        part
        for part in widget.findChildren(QWidget)
        if part.isVisibleTo(widget) and part.mapTo(widget, part.rect().bottomRight()).x() >= edge
    ]


# --- names --------------------------------------------------------------------------------------------------


@pytest.fixture
def odd(desk, settle):
    """A call of people with odd names, in the smallest window."""
    desk.window.resize(1180, 700)
    desk.call(12)
    waiting = [
        m.Knocker(knock=at, name=name, role="doctor", specialty=NAMES[0], trust="guest", since_ms=desk.now_ms)
        for at, name in enumerate(NAMES)
    ]
    desk.hear(
        m.Phase(phase="in-call", is_host=True, title=NAMES[1], transport="udp"),
        m.Roster(n=2, people=crowd(12)),
        m.Speaking(slots=[1, 2], level=0.5),
        m.Lobby(waiting=waiting),
        *(m.ChatLine(slot=1, name=name, text=name * 5, at_ms=desk.now_ms) for name in NAMES),
    )
    settle(desk)
    return desk


def test_odd_names_cut_neither_the_marks_of_safety_nor_the_panels(odd, settle):
    for mark in odd.page.marks().findChildren(QWidget):
        if mark.isVisible():
            assert mark.width() >= mark.sizeHint().width()
    for show, part in (("open_people", "people"), ("open_chat", "chat")):
        getattr(odd.live, show)()
        settle(odd)
        panel = getattr(odd.live.side, part)
        assert beyond(panel) == []
    assert odd.window.width() == 1180


def test_in_a_low_window_notices_leave_room_for_pictures_and_controls(odd, settle):
    odd.hear(
        m.Roster(n=5, people=crowd(40)),
        *(m.Trouble(code="replay", name=name, slot=at) for at, name in enumerate(NAMES)),
    )
    settle(odd)
    live = odd.live
    assert live.wall.geometry().bottom() < live.controls.geometry().top()
    for banner in live.notices.findChildren(Banner):
        assert banner.height() >= banner.heightForWidth(banner.width())
    (close,) = live.notices.findChildren(IconButton)
    first = close.accessibleName()
    close.click()
    settle(odd)
    (close,) = live.notices.findChildren(IconButton)
    assert close.accessibleName() != first


@given(st.text(alphabet="Wé\u0301\u0334- \u05d0", max_size=200))
def test_a_broken_word_is_the_same_word_and_keeps_its_marks(text):
    broken = breakable(text)
    assert broken.replace(BREAK, "") == text
    assert not any(unicodedata.combining(piece[0]) for piece in broken.split(BREAK)[1:] if piece)


def test_initials_stay_in_their_disc(qapp):
    """Who heaps marks on a letter cannot paint over the neighbours."""
    del qapp
    image = QImage(300, 300, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    disc = QRectF(130, 130, 40, 40)
    painter = QPainter(image)
    paint_avatar(painter, disc, "Z" + "\u0334\u035d\u0489" * 40)
    painter.end()
    rim = QRegion(image.rect()) - QRegion(disc.toAlignedRect())
    assert all(
        image.pixelColor(x, y) == Qt.GlobalColor.white
        for x in range(0, 300, 2)
        for y in range(0, 300, 2)
        if rim.contains(QPoint(x, y))
    )


# --- a lost line --------------------------------------------------------------------------------------------


def test_what_is_typed_while_the_line_is_lost_waits_in_its_field(desk, settle, qtbot):
    desk.call(5)
    desk.live.open_chat()
    settle(desk)
    chat = desk.live.side.chat
    qtbot.keyClicks(chat.field, "la creatinine 80")
    desk.hear(m.Phase(phase="reconnecting", attempt=1))
    settle(desk)
    assert "attend ici" in chat._waits.text()
    assert chat._waits.isVisible()
    qtbot.keyClick(chat.field, Qt.Key.Key_Return)
    assert desk.said(m.Chat) == []
    assert chat.field.text() == "la creatinine 80"
    desk.hear(m.Phase(phase="in-call", is_host=True, title="RCP", transport="udp"))
    settle(desk)
    assert not chat._waits.isVisible()
    qtbot.keyClick(chat.field, Qt.Key.Key_Return)
    assert [one.text for one in desk.said(m.Chat)] == ["la creatinine 80"]
    assert chat.field.text() == ""


def test_what_is_typed_survives_a_crash_of_the_engine_and_another_section(desk, settle, qtbot):
    desk.call(5)
    desk.live.open_chat()
    settle(desk)
    qtbot.keyClicks(desk.live.side.chat.field, "suite")
    desk.engines[-1].died.fire(1)
    desk.window.show_feature("directory")
    desk.hear(m.Phase(phase="in-call", is_host=True, title="RCP", transport="udp"))
    desk.window.show_feature("meeting")
    settle(desk)
    assert desk.live.side.chat.field.text() == "suite"


def test_the_lock_leaves_nothing_of_what_was_typed(desk, settle, qtbot):
    """Drafts may name a patient: they are as private as the rest, and go."""
    desk.call(5)
    desk.live.open_chat()
    settle(desk)
    qtbot.keyClicks(desk.live.side.chat.field, "M. Durand")
    desk.office.lock()
    desk.office.enter_as(stills.session())
    settle(desk)
    assert desk.live.side.chat.field.text() == ""


def test_the_lock_leaves_nothing_of_a_form(desk, settle):
    desk.page.before.start_new()
    desk.page.before.planner.form.fields["title"].setText("M. Durand")
    desk.office.lock()
    desk.office.enter_as(stills.session())
    desk.window.show_feature("meeting")
    desk.page.before.start_new()
    assert desk.page.before.planner.form.fields["title"].text() == ""


def test_a_relay_that_hangs_is_offline_and_keeps_the_form(make_desk, tmp_path, qtbot):
    """Its process is stopped: connections are taken and never answered."""
    relay = RelayProcess(tmp_path).start()
    known = Relay("127.0.0.1", relay.port, relay.pin)
    session = dataclasses.replace(stills.session(), relays=(known,), relay_key=bytes(range(32)))
    desk = make_desk(session=session, look=probe.look)
    try:
        line = desk.office.line
        qtbot.waitUntil(lambda: line.state.online)
        os.kill(relay.process.pid, signal.SIGSTOP)
        line.look()
        planning = Planning(lambda: int(time.time() * 1000))
        planning.sign_in(session)
        start = time.time()
        draft = Draft("RCP", int(start) + 3600, int(start) + 7200)
        with pytest.raises(PlanRefused) as refused:
            asyncio.run(planning.call(draft))
        assert refused.value.code == "relay-unreachable"
        qtbot.waitUntil(lambda: line.state.down)
        banners = desk.office._watch.banner.findChildren
        qtbot.waitUntil(lambda: any(one.isVisible() for one in banners(Banner)))
        os.kill(relay.process.pid, signal.SIGCONT)

        def back():
            if not line.state.looking and not line.state.online:
                line.look()
            return line.state.online

        qtbot.waitUntil(back)
    finally:
        os.kill(relay.process.pid, signal.SIGCONT)
        relay.kill()


# --- crowds -------------------------------------------------------------------------------------------------


def test_four_hundred_people_are_found_everywhere(make_desk, tmp_path, qtbot):
    """Their certificates lie in a directory that the organisation signed, taken over by a real vault."""
    office = Office(tmp_path / "profile")
    for number in range(400):
        office.issue(f"{NAMES[0][: number % 80]} Nom{number:03}".strip())
    office.look()
    desk = make_desk()
    desk.now_ms = NOW * 1000
    try:
        desk.office._came_in(Opened(office.vault, office.session, {}, "", False, office.news))
        desk.window.show_feature("directory")
        page = desk.window.page("directory")
        qtbot.waitUntil(lambda: page.model.rowCount() == 401)
        page.search.setText("nom399")
        assert page.model.rowCount() == 1
        found = [thing for thing in desk.window._desk.commands.things() if "Nom399" in thing.title]
        assert len(found) == 1
        desk.window.show_feature("meeting")
        before = desk.page.before
        before.start_new()
        hosts = before.planner.form.hosts
        qtbot.waitUntil(lambda: hosts.list.count() == 400)
        hosts.search.setText("nom399")
        assert sum(not hosts.list.item(at).isHidden() for at in range(400)) == 1
        assert not hosts._none.isVisible()
        hosts.search.setText("nobody")
        assert hosts._none.isVisible()
        assert desk.window.minimumSizeHint().width() <= 1180
    finally:
        desk.office.lock()
        office.vault.lock()


# --- clocks -------------------------------------------------------------------------------------------------

DAY_MS = 86_400_000


@pytest.mark.parametrize(
    "jump_ms", [-DAY_MS, DAY_MS, -stills.NOW_MS, 60_000 * DAY_MS], ids=["back", "on", "1970", "2190"]
)
def test_a_clock_that_jumps_breaks_no_screen(make_desk, qtbot, settle, jump_ms):
    kept = stills.week(5, 60, 90)
    session = dataclasses.replace(stills.session(), meetings=kept, agenda=stills.StillAgenda(*kept))
    desk = make_desk(session=session)

    def jump():
        desk.now_ms = stills.NOW_MS + jump_ms
        desk.window.tick()
        desk.office._watch._tick()
        desk.page._second()
        desk.window.page("today").tick()
        qtbot.wait(1)
        desk.now_ms = stills.NOW_MS

    jump()
    desk.page.before.start_new()
    jump()
    desk.call(5)
    waits = m.Knocker(knock=1, name="A", role="", specialty="", trust="guest", since_ms=desk.now_ms)
    desk.hear(m.Lobby(waiting=[waits]), m.ChatLine(slot=1, name="A", text="b", at_ms=desk.now_ms))
    settle(desk)
    jump()
    said = desk.page.marks()._time.text()
    assert "-" not in said
    assert "\u2212" not in said


# --- starts -------------------------------------------------------------------------------------------------


@pytest.fixture
def first(tmp_path, runtime):
    """The program itself, started on an empty profile; returns its process and the folder."""
    folder = tmp_path / "profile"
    process = start(folder)
    until = time.time() + 30
    while not list(runtime.glob("consilium-*")) and time.time() < until:
        assert process.poll() is None
        time.sleep(0.05)
    yield process, folder
    os.kill(process.pid, signal.SIGCONT)
    process.kill()
    process.wait()


def start(folder, *arguments):
    command = [sys.executable, "-m", "app", "--profile", str(folder), *arguments]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_a_second_start_hands_over_and_ends(first):
    process, folder = first
    assert start(folder, stills.LINK.format()).wait(90) == 0
    assert process.poll() is None


def test_a_first_window_that_hangs_keeps_nobody_waiting(first, qapp):
    process, folder = first
    del qapp
    os.kill(process.pid, signal.SIGSTOP)
    begun = time.monotonic()
    assert not hand_over(folder, "", answer_ms=500)
    assert time.monotonic() - begun < 10


def test_a_profile_whose_disk_is_gone_is_locked_and_not_a_first_run(make_desk, tmp_path, qtbot):
    office = Office(tmp_path / "profile")
    office.look()
    desk = make_desk(folder=tmp_path / "profile", make_signin=SignIn)
    desk.now_ms = NOW * 1000
    desk.office._came_in(Opened(office.vault, office.session, {}, "", False, office.news))
    (tmp_path / "profile").rename(tmp_path / "unplugged")
    desk.office.lock()
    lock = desk.office.lock_page
    assert desk.office.door.currentWidget() is lock
    office.vault.lock()
    qtbot.waitUntil(desk.office.signin._shut.is_set)
    lock._password.setText("essai")
    qtbot.keyClick(lock._password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: any("Rien n’a été effacé" in label.text() for label in lock.findChildren(Label)))


# --- spoilt settings ----------------------------------------------------------------------------------------


def test_settings_spoilt_one_and_all_open_the_desk_and_are_told(make_desk, tmp_path, qtbot):
    office = Office(tmp_path / "profile")
    spoilt = ("{", "1e999", '"' + "x" * 100_000 + '"', "[[[[", "null", "\x00")
    for at, key in enumerate(SETTINGS):
        office.vault.settings.save(key, spoilt[at % len(spoilt)]).result()
    office.look()
    desk = make_desk()
    desk.now_ms = NOW * 1000
    try:
        stored = office.vault.settings.all().result()
        desk.office._came_in(Opened(office.vault, office.session, stored, "", False, office.news))
        qtbot.waitUntil(lambda: not desk.window.locked)
        own, _ = desk.office.settings.unread()
        assert own
        qtbot.waitUntil(lambda: any(own[0] in label.text() for label in desk.window.findChildren(Label)))
        desk.office.settings.mend()
        assert desk.office.settings.unread() == ((), 0)
    finally:
        desk.office.lock()
        office.vault.lock()
