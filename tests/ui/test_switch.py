"""One PC, two people: switching, and an attack that searches the second one's desk for anything of the first."""

from __future__ import annotations

import asyncio
import gc
from concurrent.futures import Future
from dataclasses import replace
from types import SimpleNamespace

import pytest
from PyQt6.QtCore import QCoreApplication, QEvent, Qt
from PyQt6.QtGui import QClipboard, QGuiApplication
from PyQt6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QWidget

from app.config import THEME
from app.meeting.view import IN_MEETING, View
from app.scenes.stills import LINK, RELAY
from app.signin.people import _Row
from app.signin.service import SignIn
from app.ui.buttons import Press
from app.ui.text import Label
from media.engine import messages as m
from media.keys.certs import DeviceCert, DeviceKeys, Issuer
from media.keys.sign import HybridSigner
from storage.identity import Device
from storage.identity import Organisation as Root
from storage.meetings import Meeting
from storage.vault import Vault
from tests.harness.cheap import CHEAP

YEAR = 365 * 86_400
NOW_S = 1_795_522_320
HELENE, PAUL = "Dr Hélène Marchetti", "Dr Paul Vasseur"
SECRETS = ("Marchetti", "Thorax", "Oncologie", "PD-L1", LINK.format())


def furnish(folder, name, specialty, user):
    vault = Vault.create(folder, f"la phrase de {name}", CHEAP)[0]
    root, issuing, keys = HybridSigner.generate(), HybridSigner.generate(), DeviceKeys.generate()
    issuer = Issuer.issue(root, issuing.public, serial=1, not_before=NOW_S - 9, not_after=NOW_S + YEAR)
    certificate = DeviceCert.issue(
        issuing,
        org=issuer.org,
        user=user,
        name=name,
        role="doctor",
        specialty=specialty,
        device_id=keys.device_id,
        public=keys.public,
        serial=2,
        not_before=NOW_S - 9,
        not_after=NOW_S + YEAR // 12,
    )
    public = root.public
    vault.identity.trust(Root(issuer.org, "CHU", public.ed25519, public.mldsa, own=True)).result()
    vault.identity.save_device(Device(*keys.seeds, certificate.signed)).result()
    return vault


@pytest.fixture
def house(tmp_path):
    home = tmp_path / "data"
    first = furnish(home, HELENE, "Oncologie médicale", b"h" * 16)
    first.identity.save_relay(RELAY).result()
    first.meetings.save(
        Meeting("RCP Thorax", RELAY.host, RELAY.port, LINK.tag, LINK.secret, b"", b"", starts_s=NOW_S + 170)
    ).result()
    first.settings.save("theme", '"dark"').result()
    first.lock()
    furnish(home / "users" / "b", PAUL, "Pneumologie", b"p" * 16).lock()
    return SimpleNamespace(home=home, first=home, second=home / "users" / "b")


@pytest.fixture
def desk(make_desk, house):
    return make_desk(folder=house.home, make_signin=SignIn, more={"terms": CHEAP})


@pytest.fixture
def open_as(desk, qtbot):
    def enter(name):
        desk.office.lock_page.type_password(f"la phrase de {name}")
        qtbot.waitUntil(lambda: not desk.window.locked)
        return desk

    return enter


def rows(desk):
    return [row for row in desk.window.findChildren(_Row) if row.isVisible()]


def pick(desk, qtbot, folder):
    page = desk.office.lock_page
    if not page._people.isVisible():
        form = page._forms.currentWidget()
        qtbot.mouseClick(form.switch, Qt.MouseButton.LeftButton)
    users = desk.office.signin.users.all()
    at = next(i for i, user in enumerate(users) if user.folder == folder)
    qtbot.mouseClick(rows(desk)[at], Qt.MouseButton.LeftButton)


def texts(root):
    """Everything that a widget under *root* says, to eyes or to a screen reader."""
    for widget in [root, *root.findChildren(QWidget)]:
        yield widget.accessibleName()
        yield widget.accessibleDescription()
        yield widget.toolTip()
        yield widget.windowTitle()
        if isinstance(widget, QLabel | QLineEdit | Press):
            yield widget.text()
        if isinstance(widget, QPlainTextEdit):
            yield widget.toPlainText()


def found(desk, *secrets):
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return [(secret, text) for text in texts(desk.window) for secret in secrets if secret in text]


def shown(desk):
    return [label.text() for label in desk.window.findChildren(Label) if label.isVisible()]


def acts(rows):
    return [row.action for row in rows if row.action != "directory-alarm"]


# --- the list -----------------------------------------------------------------------------------------------


def test_a_shared_pc_asks_who_opens_it_by_number_before_anybody_showed_a_name(desk):
    assert [row.accessibleName() for row in rows(desk)] == ["Profil 1", "Profil 2"]
    assert rows(desk)[0].hasFocus()
    assert found(desk, "Marchetti", "Vasseur") == []


def test_a_name_stands_at_the_lock_from_the_first_opening_on(desk, house, open_as, qtbot):
    pick(desk, qtbot, house.first)
    open_as(HELENE)
    qtbot.waitUntil(lambda: desk.office.signin.users.all()[0].name == HELENE)
    desk.office.switch_user()
    assert [row.accessibleName() for row in rows(desk)] == [HELENE, "Profil 2"]


def test_by_keys_alone_from_one_to_the_other(desk, house, open_as, qtbot):
    pick(desk, qtbot, house.first)
    open_as(HELENE)
    qtbot.keyClick(desk.window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    page = desk.office.lock_page
    page._forms.currentWidget().switch.setFocus()
    qtbot.keyClick(page._forms.currentWidget().switch, Qt.Key.Key_Return)
    rows(desk)[1].setFocus()
    qtbot.keyClick(rows(desk)[1], Qt.Key.Key_Return)
    assert page._password.hasFocus()
    open_as(PAUL)
    assert desk.office.session().name == PAUL


def test_the_command_locks_first_and_then_asks(desk, house, open_as, qtbot):
    pick(desk, qtbot, house.first)
    open_as(HELENE)
    desk.window.switch_asked.emit()
    assert desk.window.locked
    assert desk.office.sitting.session is None
    assert rows(desk)


def test_a_newcomer_starts_a_first_run_in_a_folder_of_their_own_and_can_go_back(desk, house, qtbot):
    before = {path: path.read_bytes() for path in house.first.glob("*.json")}
    qtbot.mouseClick(desk.office.lock_page._people._new, Qt.MouseButton.LeftButton)
    first = desk.office.door.first
    assert first.isVisible()
    assert first._back.isVisible()
    password = "girafe tambour velours cascade"
    first.protect.password.setText(password)
    first.protect.again.setText(password)
    first.next.click()
    qtbot.waitUntil(lambda: first.step == "code")
    desk.office.idle.idle.emit()
    qtbot.waitUntil(lambda: len(desk.office.signin.users.all()) == 3)
    assert {path: path.read_bytes() for path in house.first.glob("*.json")} == before
    desk.office.lock_page.show_people()
    assert len(rows(desk)) == 3


def test_back_from_an_unstarted_first_run_is_the_list(desk, qtbot):
    qtbot.mouseClick(desk.office.lock_page._people._new, Qt.MouseButton.LeftButton)
    desk.office.door.first._back.click()
    assert len(rows(desk)) == 2
    assert not desk.office.lock_page._people._back.isVisible(), "there is no door to go back to"


# --- nothing of one is visible to the other -----------------------------------------------------------------


def work(desk, qtbot, settle):
    """Leave traces everywhere: a call with people and words, a link, a copy, a message with its way back, settings."""
    desk.window.show_feature("meeting")
    desk.open_link()
    desk.meeting.enter()
    desk.hear(
        m.Phase(phase="in-call", is_host=True, title="RCP Thorax", transport="udp"),
        m.Lobby(
            waiting=[m.Knocker(knock=1, name="M. Thorax", role="", specialty="", trust="guest", since_ms=0)]
        ),
        m.ChatLine(slot=0, name=HELENE, text="PD-L1 relu", at_ms=0),
    )
    settle(desk)
    desk.window.tell("Dr Marchetti a copié RCP Thorax", lambda: None)
    desk.window.flip_palette()
    desk.window.palette_layer.field.setText("thorax")
    QGuiApplication.clipboard().setText(LINK.format())


@pytest.mark.parametrize(("ours", "left"), [(True, ""), (False, "IPP 80421937")])
def test_what_was_copied_here_cannot_be_pasted_at_the_locked_desk(
    desk, house, open_as, qtbot, monkeypatch, ours, left
):
    monkeypatch.setattr(QClipboard, "ownsClipboard", lambda _self: ours)  # the test's display never says so
    pick(desk, qtbot, house.first)
    open_as(HELENE)
    QGuiApplication.clipboard().setText("IPP 80421937")
    desk.office.lock()
    assert QGuiApplication.clipboard().text() == left


def test_the_second_person_finds_nothing_of_the_first(desk, house, open_as, qtbot, settle):
    pick(desk, qtbot, house.first)
    open_as(HELENE)
    assert desk.office.config.get(THEME) == "dark"
    work(desk, qtbot, settle)
    desk.office.lock()
    assert found(desk, "Thorax", "PD-L1") == [], "the lock itself says no title"
    pick(desk, qtbot, house.second)
    page = desk.office.lock_page
    qtbot.mouseClick(page._ask.first(), Qt.MouseButton.LeftButton)
    assert desk.meeting.view.stage in IN_MEETING, "asked before, and 'stay' stays"
    pick(desk, qtbot, house.second)
    page._ask.agreed.emit(house.second)
    assert desk.meeting.view == View()
    open_as(PAUL)
    assert desk.office.session().name == PAUL
    assert found(desk, *SECRETS) == []
    assert QGuiApplication.clipboard().text() == ""
    assert desk.office.config.get(THEME) == "light", "the looks of the first are not the second's"
    assert not desk.window.toast.can_undo()
    assert not desk.window.pages.can_go_back()
    assert desk.office._link == ""
    assert desk.meeting.view.invitation is None
    assert desk.office.session().meetings == ()
    assert desk.office.session().relays == ()
    assert not desk.office.planning._seen
    desk.window.flip_palette()
    desk.window.palette_layer.field.setText("thorax")
    assert found(desk, "Thorax", "Marchetti") == []


def test_the_seconds_preview_never_begins_with_the_firsts_last_picture(desk, house, open_as, qtbot, settle):
    pick(desk, qtbot, house.first)
    open_as(HELENE)
    desk.arena.draw([m.Tile(index=0, slot=0, stream=1, width=64, height=36)])
    assert desk.arena.read(0) is not None
    desk.office.lock()
    desk.office._choose_user(house.second)
    assert desk.arena.read(0) is None


def test_no_object_of_the_program_holds_the_first_ones_session(desk, house, open_as, qtbot, settle):
    pick(desk, qtbot, house.first)
    open_as(HELENE)
    work(desk, qtbot, settle)
    key = desk.office.session().certificate
    desk.office.lock()
    desk.office._choose_user(house.second)
    open_as(PAUL)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    from app.session import Session

    held = [one for one in gc.get_objects() if isinstance(one, Session) and one.certificate == key]
    assert held == []


def test_the_seconds_files_hold_nothing_of_the_first(desk, house, open_as, qtbot, settle):
    pick(desk, qtbot, house.first)
    open_as(HELENE)
    work(desk, qtbot, settle)
    desk.office.lock()
    desk.office._choose_user(house.second)
    open_as(PAUL)
    desk.office.lock()
    qtbot.waitUntil(lambda: not list(house.second.glob("*-wal")))  # the vault is shut on a worker
    words = [word.encode() for word in ("Marchetti", "Thorax", "PD-L1", LINK.format())]
    files = [path for path in house.second.rglob("*") if path.is_file()]
    assert files
    assert not [(path.name, word) for path in files for word in words if word in path.read_bytes()]


def test_each_act_stands_in_the_trail_of_who_did_it(desk, house, open_as, qtbot, settle):
    pick(desk, qtbot, house.first)
    open_as(HELENE)
    work(desk, qtbot, settle)
    desk.office.lock()
    desk.office._choose_user(house.second)
    open_as(PAUL)
    theirs = desk.office.sitting.opened.vault.audit.newest().result()
    assert {row.who for row in theirs} == {b"p" * 16}
    assert acts(theirs) == ["unlock"]
    desk.office.switch_user()
    pick(desk, qtbot, house.first)
    open_as(HELENE)
    hers = desk.office.sitting.opened.vault.audit.newest().result()[::-1]
    assert {row.who for row in hers} == {b"h" * 16}
    assert acts(hers) == ["unlock", "meeting-join", "lock", "meeting-leave", "unlock"]


def test_a_link_that_rang_at_the_lock_waits_for_whoever_opens(desk, house, open_as, qtbot):
    desk.office.ring(LINK.format())
    pick(desk, qtbot, house.first)
    open_as(HELENE)
    assert desk.meeting.view.invitation is not None
    desk.office.switch_user()
    pick(desk, qtbot, house.second)
    open_as(PAUL)
    assert desk.meeting.view == View() or desk.meeting.view.invitation is None
    assert desk.meeting.view.notices == ()


def test_an_agenda_that_was_read_for_the_first_is_not_told_to_the_second(desk, house, open_as, qtbot):
    pick(desk, qtbot, house.first)
    open_as(HELENE)
    theirs = desk.office.session()
    held = SimpleNamespace(upcoming=lambda _since: done(theirs.meetings))
    late = desk.office.planning._look(replace(theirs, agenda=held))
    desk.office.switch_user()
    pick(desk, qtbot, house.second)
    open_as(PAUL)
    asyncio.run(late)
    qtbot.wait(20)
    assert desk.office.session().meetings == ()


def done(value):
    future = Future()
    future.set_result(list(value))
    return future
