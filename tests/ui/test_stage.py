"""The stage, the gallery's pages, full screen and the second display, as a user meets them."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import pytest
from PyQt6 import sip
from PyQt6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PyQt6.QtGui import QMouseEvent, QWheelEvent
from PyQt6.QtWidgets import QAbstractButton, QApplication, QLabel

from app.meeting.call.second import other_display
from app.meeting.call.wall import FROZEN_MS, TileSpot
from app.scenes import stills
from media.engine import messages as m


@dataclass
class FakeDisplay:
    label: str
    place: QRect

    def name(self):
        return self.label

    def geometry(self):
        return self.place


HERE = FakeDisplay("DP-1", QRect(-4000, -4000, 9000, 9000))
THERE = FakeDisplay("HDMI-1", QRect(9000, 0, 2560, 1440))


pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


@pytest.fixture
def shared(desk, settle):
    """Nine people, the second shares a picture."""
    desk.call(9, sharing=True)
    settle(desk)
    return desk


def stage(desk):
    return desk.live.wall.shared


def named(widget, name):
    return next(
        one
        for one in widget.findChildren(QAbstractButton)
        if one.accessibleName() == name and one.isVisible()
    )


def texts(widget):
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def move(canvas, x, y):
    """Move the mouse over *canvas* to a part of its size."""
    at = QPointF(canvas.width() * x, canvas.height() * y)
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, at, canvas.mapToGlobal(at), none, none, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(canvas, event)
    return at


def wheel(canvas, at, notches=1):
    none = Qt.MouseButton.NoButton
    event = QWheelEvent(
        at, canvas.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), none,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


def asked(desk):
    """The tile of the shared picture as it was asked for last."""
    return next(tile for tile in desk.said(m.Tiles)[-1].tiles if tile.stream == 4)


# --- zoom -------------------------------------------------------------------------------------------------------


def test_the_wheel_zooms_at_the_mouse_and_says_that_it_is_private(shared, qtbot):
    canvas = stage(shared).canvas
    at = QPointF(canvas.width() * 0.4, canvas.height() * 0.3)
    before = canvas.field.spot(canvas.zoom, (at.x(), at.y()))
    wheel(canvas, at, 6)
    after = canvas.field.spot(canvas.zoom, (at.x(), at.y()))
    assert after == (pytest.approx(before[0], abs=0.01), pytest.approx(before[1], abs=0.01))
    assert "privé" in stage(shared).chip.name
    assert asked(shared).whole
    assert (asked(shared).width, asked(shared).height) <= (1920, 1200)
    wheel(canvas, at, -20)
    assert "privé" not in stage(shared).chip.name


def test_keys_zoom_and_fit(shared, qtbot):
    canvas = stage(shared).canvas
    qtbot.keyClick(shared.window, Qt.Key.Key_Plus)
    assert canvas.zoom.scale
    qtbot.keyClick(shared.window, Qt.Key.Key_0)
    assert not canvas.zoom.scale
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton)
    assert canvas.zoom.scale == 1.0
    assert stage(shared).chip.name.startswith("100")
    left = canvas.field.place(canvas.zoom).left
    canvas.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.field.place(canvas.zoom).left < left


def test_above_a_hundred_per_cent_a_pixel_stays_a_square(shared, qtbot):
    canvas = stage(shared).canvas
    canvas.set_zoom(canvas.field.to(canvas.zoom, 4.0))
    qtbot.wait(30)
    image = canvas.grab().toImage()
    place, ratio = canvas.field.place(canvas.zoom), canvas.devicePixelRatioF()
    assert ratio == 1
    column = (-place.left) % 4
    start = (4 - column) % 4
    for x in range(start, 200, 4):
        for y in range(100, 140):
            assert len({image.pixel(x + step, y) for step in range(4)}) == 1


# --- pointers ---------------------------------------------------------------------------------------------------


def test_p_tells_all_where_the_mouse_is_and_says_so_on_the_button(shared, qtbot):
    canvas = stage(shared).canvas
    move(canvas, 0.5, 0.5)
    assert not shared.said(m.Point), "nobody sees the mouse before that is wished"
    qtbot.keyClick(shared.window, Qt.Key.Key_P)
    assert named(shared.live.controls, "Ne plus montrer votre pointeur")
    move(canvas, 0.5, 0.5)
    (told,) = shared.said(m.Point)
    assert told.sharer == 1
    assert abs(told.x - 32_768) < 400
    move(canvas, 0.6, 0.5)
    assert len(shared.said(m.Point)) == 1, "not more than sixteen times a second"
    qtbot.keyClick(shared.window, Qt.Key.Key_P)
    shared.heard.clear()
    move(canvas, 0.7, 0.7)
    assert not shared.said(m.Point)


def test_without_a_mouse_p_and_arrows_point_and_an_enlarged_picture_follows(shared, qtbot):
    canvas = stage(shared).canvas
    qtbot.keyClick(shared.window, Qt.Key.Key_P)
    assert QApplication.focusWidget() is canvas
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    (told,) = shared.said(m.Point)
    assert (told.x > 32_768, told.y) == (True, 32_768)
    canvas.set_zoom(canvas.field.to(canvas.zoom, 4.0))
    for _ in range(30):
        shared.now_ms += 100
        qtbot.keyClick(canvas, Qt.Key.Key_Down)
    (spot,) = canvas.pointers.seen(1, shared.now_ms + 90)
    x, y = canvas.field.point(canvas.zoom, (spot.x, spot.y))
    assert spot.y == 1.0
    assert 0 <= x <= canvas.width()
    assert 0 <= y <= canvas.height()
    qtbot.keyClick(shared.window, Qt.Key.Key_P)
    before = canvas.zoom
    qtbot.keyClick(canvas, Qt.Key.Key_Up)
    assert canvas.zoom != before, "the arrows move the picture again"


def test_others_point_at_the_same_spot_at_any_zoom_and_fade(shared, qtbot):
    canvas = stage(shared).canvas
    shared.hear(m.Pointed(slot=4, sharer=1, x=16_384, y=16_384))
    qtbot.waitUntil(lambda: bool(canvas.pointers.seen(1, shared.now_ms)))
    shared.now_ms += 100
    (spot,) = canvas.pointers.seen(1, shared.now_ms)
    before = canvas.grab().toImage()
    assert (spot.slot, round(spot.x, 3)) == (4, 0.25)
    shared.now_ms += 3_000
    assert not canvas.pointers.seen(1, shared.now_ms)
    assert canvas.grab().toImage() != before


@pytest.mark.parametrize("move", [(99, 1, 5, 5), (4, 1, 70_000, 5), (4, 3, 5, 5)])
def test_a_pointer_of_nobody_or_beside_the_picture_is_not_shown(shared, qtbot, move):
    slot, sharer, x, y = move
    shared.hear(m.Pointed(slot=slot, sharer=sharer, x=x, y=y), m.Pointed(slot=2, sharer=1, x=1, y=1))
    seen = stage(shared).canvas.pointers
    qtbot.waitUntil(lambda: bool(seen.seen(1, shared.now_ms)))
    assert [spot.slot for spot in seen.seen(1, shared.now_ms)] == [2]


def test_nothing_to_point_at_is_said(desk, settle):
    desk.call(4)
    settle(desk)
    button = next(
        one
        for one in desk.live.controls.findChildren(QAbstractButton)
        if one.accessibleName().startswith("Pointer")
    )
    assert not button.isEnabled()


# --- the share is lost ------------------------------------------------------------------------------------------


def test_a_lost_share_keeps_its_last_frame_dimmed_and_dated_until_it_is_closed(shared, settle, qtbot):
    bright = stage(shared).canvas.grab().toImage()
    people = [msgspec.structs.replace(one, live=one.slot != 1) for one in shared.meeting.view.people]
    shared.hear(m.Roster(n=2, people=people))
    settle(shared)
    canvas = stage(shared).canvas
    assert stage(shared).isVisible()
    assert any("interrompu à" in text for text in texts(stage(shared)))
    middle = canvas.rect().center()
    dimmed = canvas.grab().toImage()
    assert dimmed.pixelColor(middle).lightness() < bright.pixelColor(middle).lightness()
    qtbot.mouseClick(named(stage(shared), "Fermer la dernière image"), Qt.MouseButton.LeftButton)
    assert not stage(shared).isVisible()


def test_reconnecting_says_which_attempt_and_that_the_others_go_on(shared, settle):
    shared.hear(m.Phase(phase="reconnecting", title="RCP", attempt=2))
    settle(shared)
    said = texts(shared.live.reconnect)
    assert "Reconnexion, essai 2" in said
    assert any("Les autres continuent" in text for text in said)
    assert shared.live.reconnect.geometry().bottom() < shared.live.wall.y()


def test_a_camera_that_stands_still_is_said_to(desk, settle, qtbot):
    desk.call(4)
    settle(desk)
    wall = desk.live.wall
    wall.freshen(frozenset(look.box for look in wall.looks))
    desk.now_ms += FROZEN_MS + 1_000
    wall.tick()
    spots = {spot.slot: spot.accessibleName() for spot in wall.findChildren(TileSpot)}
    assert "Figé 4" in spots[1]
    assert "Figé" not in spots[0], "the own picture is not received"
    wall.freshen(frozenset(look.box for look in wall.looks))
    wall.tick()
    assert not any("Figé" in look.state for look in wall.looks)


# --- pages ------------------------------------------------------------------------------------------------------


def test_forty_people_have_two_pages_and_only_the_shown_one_is_received(desk, settle, qtbot):
    desk.call(40)
    settle(desk)
    live = desk.live
    assert {tile.slot for tile in desk.said(m.Tiles)[-1].tiles} <= {*range(24), 65_535}
    assert "1 / 2" in texts(live.pager)
    qtbot.keyClick(desk.window, Qt.Key.Key_PageDown)
    assert "2 / 2" in texts(live.pager)
    slots = {tile.slot for tile in desk.said(m.Tiles)[-1].tiles}
    assert slots <= set(range(24, 40))
    assert len(live.wall.looks) == 16
    assert not live.pager.on.isEnabled()
    qtbot.mouseClick(live.pager.back, Qt.MouseButton.LeftButton)
    assert "1 / 2" in texts(live.pager)


def test_a_speaker_of_page_two_comes_to_page_one_and_nobody_else_moves(desk, settle):
    desk.call(40)
    settle(desk)
    before = [look.slot for look in desk.live.wall.looks]
    desk.hear(m.Speaking(slots=[30], level=0.0))
    settle(desk)
    after = [look.slot for look in desk.live.wall.looks]
    assert after == [*before[:23], 30]


# --- full screen ------------------------------------------------------------------------------------------------


def test_f_gives_the_picture_all_of_the_screen_and_escape_takes_it_back(shared, qtbot):
    window = shared.window
    qtbot.keyClick(window, Qt.Key.Key_F)
    assert window.isFullScreen()
    assert not window.rail.isVisible()
    assert stage(shared).size() == shared.live.wall.size()
    assert [tile.stream for tile in shared.said(m.Tiles)[-1].tiles] == [4], "nothing unseen is received"
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isFullScreen()
    assert window.rail.isVisible()
    assert shared.live.controls.isVisible()
    assert shared.live.controls.y() > shared.live.wall.y()


def test_controls_rest_until_the_mouse_moves(shared, qtbot):
    qtbot.keyClick(shared.window, Qt.Key.Key_F)
    full = shared.live.full
    full._hide_controls()
    qtbot.waitUntil(shared.live.controls.isHidden)
    move(stage(shared).canvas, 0.5, 0.5)
    assert shared.live.controls.isVisible()


def test_a_lock_leaves_the_full_screen(shared, qtbot):
    qtbot.keyClick(shared.window, Qt.Key.Key_F)
    shared.office.lock()
    assert not shared.window.isFullScreen()


# --- another display --------------------------------------------------------------------------------------------


def test_the_largest_other_display_is_taken():
    small = FakeDisplay("eDP-1", QRect(-1920, 0, 1920, 1080))
    assert other_display([HERE, small, THERE], QPoint(700, 400)) is THERE
    assert other_display([HERE], QPoint(700, 400)) is None


@pytest.fixture
def elsewhere(shared):
    shared.live.staging.displays = lambda: [HERE, THERE]
    shared.live.staging.flip_display()
    return shared


def test_the_picture_goes_to_the_other_display_and_people_stay_here(elsewhere):
    second = elsewhere.live.staging.second
    assert second.windowTitle() == "Consilium"
    assert second.isAncestorOf(stage(elsewhere))
    assert second.display == THERE.label
    assert second.isFullScreen()
    assert len(elsewhere.live.wall.looks) == 9
    assert asked(elsewhere).whole


def test_escape_there_brings_it_back(elsewhere, qtbot):
    second = elsewhere.live.staging.second
    second.activateWindow()
    qtbot.keyClick(second, Qt.Key.Key_Escape)
    assert elsewhere.live.staging.second is None
    assert elsewhere.live.wall.isAncestorOf(stage(elsewhere))
    assert stage(elsewhere).isVisible()


def test_a_display_that_is_unplugged_gives_the_picture_back_with_a_sentence(elsewhere):
    elsewhere.live.staging.displays = lambda: [HERE]
    elsewhere.live.staging._display_gone(THERE)
    assert elsewhere.live.staging.second is None
    assert stage(elsewhere).isVisible()
    assert any("débranché" in text for text in texts(elsewhere.window))


def test_another_display_that_goes_changes_nothing(elsewhere):
    elsewhere.live.staging._display_gone(FakeDisplay("DP-9", QRect()))
    assert elsewhere.live.staging.second is not None


def test_another_section_leaves_the_picture_there_and_receives_nothing_else(elsewhere):
    elsewhere.window.show_feature("settings")
    assert elsewhere.live.staging.second.isVisible()
    assert [tile.stream for tile in elsewhere.said(m.Tiles)[-1].tiles] == [4, 2], "and who speaks, beside"


def test_the_discretion_screen_covers_it_too(elsewhere):
    second = elsewhere.live.staging.second
    elsewhere.window.flip_veil()
    assert not second.isVisible()
    assert elsewhere.said(m.Tiles)[-1].tiles == []
    elsewhere.window.flip_veil()
    assert second.isVisible()


def test_the_lock_closes_it(elsewhere, qtbot):
    second = elsewhere.live.staging.second
    elsewhere.office.lock()
    assert sip.isdeleted(second) or not second.isVisible()
    assert not elsewhere.said(m.Tiles)[-1].tiles


def test_the_end_of_the_meeting_closes_it(elsewhere, settle):
    elsewhere.hear(m.Phase(phase="ended", reason="ended"))
    settle(elsewhere)
    assert elsewhere.live.staging.second is None


def test_without_another_display_the_button_says_what_to_do(shared):
    assert not stage(shared).other.isEnabled()
    assert "branchez-en un second" in stage(shared).other.toolTip()


def test_all_buttons_of_the_stage_are_named_and_large_enough(shared):
    for button in stage(shared).findChildren(QAbstractButton):
        if button.isVisible():
            assert button.accessibleName()
            assert button.toolTip()
            assert min(button.width(), button.height()) >= 28


def test_stills_have_names_for_forty():
    assert len({person.name for person in stills.people(40)}) == 40
