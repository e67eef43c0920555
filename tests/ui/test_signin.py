"""The door, with a real vault behind it (at the cheapest key derivation that storage accepts)."""

from __future__ import annotations

import threading
import time

import pytest
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QLineEdit

from app.meeting.view import Notice, Stage
from app.scenes import stills
from app.scenes.stills import NOW_MS
from app.signin.idle import IdleLock
from app.signin.service import SignIn
from app.signin.tries import Tries
from app.ui.buttons import IconButton
from app.ui.marks import Chip
from app.ui.panes import Banner
from app.ui.text import Label
from media.engine import messages as m
from media.keys.certs import DeviceCert, DeviceKeys, Issuer
from media.keys.sign import HybridSigner
from storage import errors
from storage.identity import Device
from storage.identity import Organisation as Root
from storage.vault import Vault
from tests.harness.cheap import CHEAP

PASSWORD = "correct horse battery"
YEAR, NOW_S = 365 * 86_400, NOW_MS // 1000


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "profile"
    vault, code = Vault.create(place, PASSWORD, CHEAP)
    root, issuing = HybridSigner.generate(), HybridSigner.generate()
    issuer = Issuer.issue(root, issuing.public, serial=1, not_before=NOW_S, not_after=NOW_S + YEAR)
    keys = DeviceKeys.generate()
    certificate = DeviceCert.issue(
        issuing,
        org=issuer.org,
        user=bytes(16),
        name="Dr Hélène Marchetti",
        role="doctor",
        specialty="Oncologie médicale",
        device_id=keys.device_id,
        public=keys.public,
        serial=2,
        not_before=NOW_S,
        not_after=NOW_S + 86_400 * 30,
    )
    ed, ml = keys.seeds
    public = root.public
    vault.identity.trust(Root(issuer.org, "CHU", public.ed25519, public.mldsa, own=True)).result()
    vault.identity.save_device(Device(ed, ml, certificate.signed)).result()
    vault.lock()
    return place, code


@pytest.fixture
def door(make_desk, folder):
    return make_desk(folder=folder[0], make_signin=SignIn, more={"terms": CHEAP})


def shown(page):
    return [label.text() for label in page.findChildren(Label) if label.isVisible()]


def field(page):
    return next(f for f in page.findChildren(QLineEdit) if f.isVisible())


def test_the_right_password_opens(door, qtbot):
    page = door.office.lock_page
    assert field(page).hasFocus()
    qtbot.keyClicks(field(page), PASSWORD)
    qtbot.keyClick(field(page), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not door.window.locked)
    assert door.office.session().name == "Dr Hélène Marchetti"
    assert door.office.session().sign(b"body")


def test_a_wrong_password_is_said_and_the_door_stays_shut(door, qtbot):
    page = door.office.lock_page
    qtbot.keyClicks(field(page), "not this one")
    qtbot.keyClick(field(page), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: any("Phrase de passe incorrecte" in text for text in shown(page)))
    assert door.window.locked
    assert not field(page).isReadOnly()


def test_unlocking_never_blocks_the_window(door, qtbot, monkeypatch):
    unlock, long_enough, beats = Vault.unlock, threading.Event(), []

    def derive(*arguments):
        assert long_enough.wait(30), "the window waits for the key"
        return unlock(*arguments)

    monkeypatch.setattr(Vault, "unlock", derive)
    timer = QTimer()
    timer.timeout.connect(lambda: beats.append(door.window.locked))
    timer.start(10)
    door.office.lock_page.type_password(PASSWORD)
    assert any("Ouverture du coffre" in text for text in shown(door.office.lock_page))
    qtbot.waitUntil(lambda: len(beats) > 10)
    assert all(beats)
    long_enough.set()
    qtbot.waitUntil(lambda: not door.window.locked)


def test_the_recovery_code_opens_and_the_next_one_is_shown(door, folder, qtbot):
    page = door.office.lock_page
    page._turn_to_code()
    page._code.setText(folder[1])
    page._new.setText("une nouvelle phrase")
    qtbot.keyClick(page._new, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: any("ancienne clé de secours" in text for text in shown(page)))
    assert door.window.locked
    assert folder[1] not in shown(page)
    page._new_code._noted()
    assert not door.window.locked


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (errors.KeyringLost(), "ouvrez avec la clé de secours"),
        (errors.Damaged("vault.db"), "Rien n’a été effacé"),
        (errors.TooNew(), "Mettez ce poste à jour"),
        (errors.ProfileInUse(), "Fermez-le d’abord"),
        (errors.DiskTrouble(), "Libérez de la place"),
    ],
)
def test_each_fault_says_what_to_do(door, qtbot, monkeypatch, error, words):
    def fail(*_):
        raise error

    monkeypatch.setattr(Vault, "unlock", fail)
    door.office.lock_page.type_password(PASSWORD)
    qtbot.waitUntil(lambda: any(words in text for text in shown(door.office.lock_page)))
    assert door.window.locked


def test_the_lock_closes_the_vault_and_deletes_the_pages(door, qtbot):
    door.office.lock_page.type_password(PASSWORD)
    qtbot.waitUntil(lambda: not door.window.locked)
    page = door.page
    gone = []
    page.destroyed.connect(lambda: gone.append(1))
    qtbot.keyClick(door.window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert door.window.locked
    qtbot.waitUntil(lambda: bool(gone))
    assert door.office.sitting.session is None
    assert "Dr Hélène Marchetti" in shown(door.office.lock_page)
    door.office.lock_page.type_password(PASSWORD)
    qtbot.waitUntil(lambda: not door.window.locked)


def test_locking_in_a_call_hushes_it_and_leaves_after_a_minute(desk, qtbot, settle):
    desk.call(3)
    desk.meeting.microphone(True)
    desk.meeting.camera(True)
    settle(desk)
    desk.office.lock()
    assert not desk.meeting.view.microphone.wanted
    assert not desk.meeting.view.camera.wanted
    assert desk.said(m.Tiles)[-1].tiles == []
    assert desk.meeting.view.stage is Stage.LIVE
    assert desk.office._silence.isActive()
    desk.office._leave_locked()
    assert desk.meeting.view.stage is Stage.ENDED


def test_unlocking_in_time_returns_to_the_call(desk, settle):
    desk.call(3)
    desk.office.lock()
    desk.office.enter_as(stills.session())
    settle(desk)
    assert not desk.office._silence.isActive()
    assert desk.live.isVisible()


def test_an_idle_desk_locks_and_a_running_meeting_keeps_it_awake(qapp, qtbot):
    now, busy, fired = [0], [True], []
    idle = IdleLock(lambda: now[0], lambda: busy[0], lambda: now[0])
    idle.idle.connect(lambda: fired.append(now[0]))
    idle.arm(60_000)
    for now[0] in range(0, 90_001, 5_000):  # as the timer looks
        idle.check()
    assert not fired
    busy[0] = False
    now[0] = 149_000
    idle.check()
    assert not fired
    now[0] = 150_000
    idle.check()
    idle.check()
    assert fired == [150_000]


def test_unlocking_right_after_the_lock_waits_for_the_vault_to_be_shut(door, qtbot, monkeypatch):
    door.office.lock_page.type_password(PASSWORD)
    qtbot.waitUntil(lambda: not door.window.locked)
    shut = Vault.lock

    def slowly(vault):
        time.sleep(0.3)
        shut(vault)

    monkeypatch.setattr(Vault, "lock", slowly)
    door.office.lock()
    door.office.lock_page.type_password(PASSWORD)
    qtbot.waitUntil(lambda: not door.window.locked)


def banners(page):
    return [banner.accessibleName() for banner in page.findChildren(Banner) if banner.isVisible()]


OLD = "L’annuaire a plus de sept jours"


def test_an_old_directory_is_seen_after_the_unlock_until_it_is_put_away(door, qtbot, settle):
    door.office.lock_page.type_password(PASSWORD)
    qtbot.waitUntil(lambda: not door.window.locked)
    door.window.show_feature("meeting")
    settle(door)
    assert banners(door.page) == [OLD]
    qtbot.mouseClick(door.page.join.notices.findChild(IconButton), Qt.MouseButton.LeftButton)
    settle(door)
    assert banners(door.page) == []
    before = door.office.session()
    door.office.sitting._look.timeout.emit()
    qtbot.waitUntil(lambda: door.office.session() is not before)
    settle(door)
    assert banners(door.page) == [], "the same again is no news"
    assert door.office.sitting._look.isActive()
    door.office.lock()
    assert not door.office.sitting._look.isActive()
    door.office.lock_page.type_password(PASSWORD)
    qtbot.waitUntil(lambda: not door.window.locked)
    door.window.show_feature("meeting")
    settle(door)
    assert banners(door.page) == [OLD], "an unlock says it again"


def test_a_device_in_my_name_is_an_alarm_in_and_between_meetings(desk, settle):
    desk.meeting.warn((Notice("device-unexpected", n=2),))
    settle(desk)
    said = ["2 certificats à votre nom n’ont pas été demandés par ce poste"]
    assert banners(desk.page) == said
    desk.call(3)
    settle(desk)
    assert banners(desk.page) == said
    desk.meeting.leave()
    settle(desk)
    assert banners(desk.page) == said
    assert any("révoquer" in text for text in shown(desk.page))


def test_an_idle_lock_says_why(desk):
    desk.office._lock_idle()
    assert any("poste inactif" in text for text in shown(desk.office.lock_page) + chips(desk))


def chips(desk):
    return [chip.accessibleName() for chip in desk.office.lock_page.findChildren(Chip)]


def test_a_new_code_that_was_locked_away_before_it_was_noted_is_replaced_at_the_next_unlock(
    door, folder, qtbot
):
    page = door.office.lock_page
    page._turn_to_code()
    page._code.setText(folder[1])
    page._new.setText("girafe tambour velours cascade")
    page._with_code.button.click()
    qtbot.waitUntil(page._new_code.isVisible)
    first = page._new_code._code.text()
    door.office.lock_with_system("system")
    assert not page._new_code._code.text()
    page.type_password("girafe tambour velours cascade")
    qtbot.waitUntil(page._new_code.isVisible)
    assert page._new_code._code.text() not in {"", first}
    page._new_code._noted()
    assert not door.window.locked
    door.office.lock()
    page.type_password("girafe tambour velours cascade")
    qtbot.waitUntil(lambda: not door.window.locked)


def test_a_system_that_locks_while_the_vault_opens_finds_it_locked(door, qtbot, monkeypatch):
    slow = Vault.unlock

    def derive(*arguments):
        time.sleep(0.3)
        return slow(*arguments)

    monkeypatch.setattr(Vault, "unlock", derive)
    door.office.lock_page.type_password(PASSWORD)
    door.office.lock_with_system("system")
    qtbot.wait(600)
    assert door.window.locked
    assert not any("Ouverture du coffre" in text for text in shown(door.office.lock_page))
    door.office.lock_page.type_password(PASSWORD)
    qtbot.waitUntil(lambda: not door.window.locked)


def test_a_lost_keyring_leads_straight_to_the_recovery_code(door, qtbot, monkeypatch):
    def fail(*_):
        raise errors.KeyringLost

    monkeypatch.setattr(Vault, "unlock", fail)
    door.office.lock_page.type_password(PASSWORD)
    qtbot.waitUntil(door.office.lock_page._with_code.isVisible)
    assert door.office.lock_page._code.hasFocus()


def test_after_wrong_passwords_one_waits_and_is_told_how_many_failed(door, qtbot):
    page = door.office.lock_page
    now = [0.0]
    door.office.signin._tries[door.office.signin.folder] = Tries(lambda: now[0])
    for _ in range(3):
        page.type_password("not this one")
        qtbot.waitUntil(lambda: page._job is None)
    assert not page._with_password.button.isEnabled()
    assert any("Prochain essai dans 2" in text for text in shown(page))
    now[0] = 2.0
    page.tick()
    assert page._with_password.button.isEnabled()
    page.type_password(PASSWORD)
    qtbot.waitUntil(lambda: not door.window.locked)
    assert any("3 essais manqués" in text for text in shown(door.window))
