"""The window's manners: palette, keys, history, help, messages with a way back, discretion."""

from __future__ import annotations

from importlib.metadata import version

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLabel

from app.intents import OpenSettings
from app.settings.rows import SettingRow
from app.ui.palette import GUARD_MS

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def window(desk):
    desk.clock_ms = 10_000
    desk.window.palette_layer._clock_ms = lambda: desk.clock_ms
    return desk.window


@pytest.fixture
def palette(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    return window.palette_layer


def hits(palette):
    return [palette.results.found.rows[i].entry.text for i in palette.results.found.hits()]


def press(qtbot, key, *more):
    qtbot.keyClick(QApplication.focusWidget(), key, *more)


def test_the_palette_finds_and_opens_a_section(desk, window, palette, qtbot):
    qtbot.keyClicks(palette.field, "reglag")
    assert hits(palette)[0] == "Réglages"
    desk.clock_ms += GUARD_MS
    press(qtbot, Qt.Key.Key_Return)
    assert window.current == "settings"
    assert not palette.isVisible()
    assert not palette.scrim.isVisible()


def test_enter_is_deaf_while_the_list_has_just_changed(desk, window, palette, qtbot):
    qtbot.keyClicks(palette.field, "reglag")
    desk.clock_ms += GUARD_MS - 1
    press(qtbot, Qt.Key.Key_Return)
    assert palette.isVisible()
    assert window.current == "meeting"


def test_arrows_choose_and_a_screen_reader_hears_it(palette, qtbot):
    first = palette.field.accessibleDescription()
    press(qtbot, Qt.Key.Key_Down)
    second = palette.field.accessibleDescription()
    assert first
    assert second
    assert first != second
    press(qtbot, Qt.Key.Key_Up)
    assert palette.field.accessibleDescription() == first


def test_escape_gives_the_focus_back(desk, window, qtbot):
    field = desk.page.join.field
    field.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    assert QApplication.focusWidget() is window.palette_layer.field
    press(qtbot, Qt.Key.Key_Escape)
    assert not window.palette_layer.isVisible()
    assert QApplication.focusWidget() is field


def test_a_click_beside_the_palette_closes_it(palette, qtbot):
    qtbot.mouseClick(palette.scrim, Qt.MouseButton.LeftButton, pos=palette.scrim.rect().bottomLeft())
    assert not palette.isVisible()


def test_the_search_field_of_the_top_bar_opens_it(window, qtbot):
    pill = window.top._pill
    assert pill.isVisible()
    assert pill.accessibleName() == "Chercher"
    qtbot.mouseClick(pill, Qt.MouseButton.LeftButton)
    assert window.palette_layer.isVisible()


def test_known_meetings_are_found_and_shown_but_not_entered(desk, window, palette, qtbot):
    qtbot.keyClicks(palette.field, "#thorax")
    desk.clock_ms += GUARD_MS
    press(qtbot, Qt.Key.Key_Return)
    assert desk.meeting.view.stage.value == "ready"


def test_nothing_found_is_said(palette, qtbot):
    qtbot.keyClicks(palette.field, "zzzz")
    assert "zzzz" in palette.field.accessibleDescription()
    assert [label.text() for label in palette.findChildren(QLabel) if "zzzz" in label.text()]


def test_the_palette_does_not_open_at_the_lock(desk, window, qtbot):
    desk.office.lock()
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    assert not window.palette_layer.isVisible()


def test_the_lock_closes_every_layer(desk, window, palette, qtbot):
    qtbot.keyClicks(palette.field, "lemaitre")
    press(qtbot, Qt.Key.Key_L, CTRL)
    assert window.locked
    assert not palette.isVisible()
    desk.office.lock_page.show()
    assert palette.results.found.rows == []


def test_a_screen_reader_may_ask_for_a_row_that_is_gone(palette, qtbot):
    qtbot.keyClicks(palette.field, "lemaitre")
    found = palette.results.found
    last = found.index(len(found.rows) - 1)
    palette.close_it()
    assert found.data(last) is None
    assert found.flags(last) == Qt.ItemFlag.NoItemFlags


def test_the_commands_of_the_meeting_are_in_the_palette(desk, window, qtbot, settle):
    desk.call()
    settle(desk)
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    qtbot.keyClicks(window.palette_layer.field, "lever main")
    assert hits(window.palette_layer)[0] == "Lever ou baisser la main"
    desk.clock_ms += GUARD_MS
    press(qtbot, Qt.Key.Key_Return)
    assert any(type(one).__name__ == "RaiseHand" for one in desk.heard)


def test_letters_in_the_palette_do_not_press_the_meetings_keys(desk, window, qtbot, settle):
    desk.call()
    settle(desk)
    before = desk.meeting.view.microphone.wanted
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    press(qtbot, Qt.Key.Key_M)
    assert desk.meeting.view.microphone.wanted == before
    assert window.palette_layer.field.text() == "m"


# --- keys and history ---------------------------------------------------------------------------------------


def test_alt_left_and_right_walk_the_history(desk, window, qtbot):
    desk.office.open(OpenSettings("line"))
    qtbot.keyClick(window, Qt.Key.Key_Left, ALT)
    assert window.current == "meeting"
    qtbot.keyClick(window, Qt.Key.Key_Right, ALT)
    assert window.current == "settings"


def test_g_then_r_opens_the_meetings_unless_single_keys_are_off(desk, window, qtbot):
    from app.config import SINGLE_KEYS

    for allowed, expected in ((True, "meeting"), (False, "settings")):
        desk.office.settings.choose(SINGLE_KEYS, allowed)
        QApplication.processEvents()
        window.show_feature("settings")
        window.setFocus()
        qtbot.keyClick(window, Qt.Key.Key_G)
        qtbot.keyClick(window, Qt.Key.Key_R)
        assert window.current == expected


def test_sections_are_bound_by_position_on_a_french_keyboard(desk, window, qtbot):
    window.show_feature("settings")
    qtbot.keyClick(window, Qt.Key.Key_Eacute, CTRL)
    assert window.current == "meeting"


def test_f6_walks_the_panes_both_ways(window, qtbot):
    def pane():
        focused = QApplication.focusWidget()
        return next(p for p in (window.rail, window.top, window.sheet) if p.isAncestorOf(focused))

    qtbot.keyClick(window, Qt.Key.Key_F6)
    first = pane()
    qtbot.keyClick(window, Qt.Key.Key_F6)
    assert pane() is not first
    qtbot.keyClick(window, Qt.Key.Key_F6, SHIFT)
    assert pane() is first


def test_f1_shows_the_keys_of_this_screen(desk, window, qtbot, settle):
    desk.call()
    settle(desk)
    qtbot.keyClick(window, Qt.Key.Key_F1)
    said = [label.text() for label in window.help.findChildren(QLabel) if label.isVisible()]
    assert "Lever ou baisser la main" in said
    assert "H" in said
    assert "Verrouiller" in said
    press(qtbot, Qt.Key.Key_Escape)
    assert not window.help.isVisible()


# --- discretion ---------------------------------------------------------------------------------------------


def test_discretion_leaves_nothing_to_read_and_comes_back(desk, window, qtbot, settle):
    desk.call()
    settle(desk)
    qtbot.keyClick(window, Qt.Key.Key_B, CTRL | SHIFT)
    shown = {label.text() for label in window.findChildren(QLabel) if label.isVisible()}
    assert not {text for text in shown if "Okafor" in text or "Marchetti" in text or "Thorax" in text}
    assert window.veil._picture.width() <= window.width() / 14 + 1
    assert "La RCP continue, micro coupé" in shown
    assert desk.meeting.view.stage.value == "live"
    press(qtbot, Qt.Key.Key_Escape)
    assert desk.live.isVisible()


def test_keys_of_the_hidden_page_do_nothing(desk, window, qtbot, settle):
    desk.call()
    settle(desk)
    before = desk.meeting.view.microphone.wanted
    qtbot.keyClick(window, Qt.Key.Key_B, CTRL | SHIFT)
    for key in (Qt.Key.Key_M, Qt.Key.Key_T):
        press(qtbot, key)
    press(qtbot, Qt.Key.Key_K, CTRL)
    press(qtbot, Qt.Key.Key_Comma, CTRL)
    assert desk.meeting.view.microphone.wanted == before
    assert not window.palette_layer.isVisible()
    assert window.current == "meeting"
    qtbot.keyClick(window, Qt.Key.Key_B, CTRL | SHIFT)
    assert desk.live.isVisible()


def test_discretion_locks_as_well(desk, window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_B, CTRL | SHIFT)
    qtbot.keyClick(window, Qt.Key.Key_L, CTRL)
    assert window.locked
    assert window.veil._picture.isNull()


# --- a way back ---------------------------------------------------------------------------------------------


def test_a_message_tells_and_undoes(window, qtbot):
    undone = []
    window.tell("Fait", lambda: undone.append(1))
    assert window.toast.isVisible()
    assert window.top.status.text() == "Fait"
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert undone == [1]
    assert window.top.status.text() == "Annulé"
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert undone == [1]


def test_a_setting_changes_back(desk, window, qtbot):
    from app.config import SINGLE_KEYS

    desk.office.open(OpenSettings("meetings"))
    row = next(r for r in window.page("settings").findChildren(SettingRow) if r.setting is SINGLE_KEYS)
    row.control.click()
    assert not desk.office.config.get(SINGLE_KEYS)
    assert window.toast.isVisible()
    assert "Raccourcis" in window.top.status.text() or "touche" in window.top.status.text()
    qtbot.mouseClick(window.toast.button, Qt.MouseButton.LeftButton)
    assert desk.office.config.get(SINGLE_KEYS)
    qtbot.waitUntil(row.control.isChecked)


def test_the_palette_changes_the_theme_and_takes_it_back(desk, window, palette, qtbot):
    from app.config import THEME

    qtbot.keyClicks(palette.field, "theme sombre")
    desk.clock_ms += GUARD_MS
    press(qtbot, Qt.Key.Key_Return)
    assert desk.office.config.get(THEME) == "dark"
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert desk.office.config.get(THEME) == "light"


def test_about_tells_versions_and_licences(desk, window):
    desk.office.open(OpenSettings("about"))
    said = {label.text() for label in window.page("settings").findChildren(QLabel) if label.isVisible()}
    for package in ("consilium", "PyQt6", "av", "PyNaCl", "sqlcipher3"):
        assert version(package) in said
    assert {"GPL-3.0-or-later", "OFL-1.1", "MIT"} <= said


def test_a_part_that_is_not_installed_is_told(monkeypatch):
    from app.settings import about

    def absent(_package):
        raise about.PackageNotFoundError

    monkeypatch.setattr(about, "version", absent)
    assert {part.version for part in about.parts()[:-2]} == {""}


def test_after_ten_seconds_the_act_stays(window, qtbot):
    undone = []
    window.tell("Fait", lambda: undone.append(1))
    window.toast.timer.timeout.emit()
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert undone == []
    assert not window.toast.isVisible()


def test_the_lock_forgets_the_message(desk, window):
    window.tell("Dr Okafor ajouté", lambda: None)
    desk.office.lock()
    assert window.top.status.text() == ""
    assert not window.toast.can_undo()
