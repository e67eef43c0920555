"""Every screen by keyboard: by Tab and by F6, with names, sizes, tooltips and a ring. New scenes are walked as well."""

from __future__ import annotations

from collections import Counter

import pytest
from PyQt6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QLineEdit, QWidget

from app import i18n
from app.meeting.call.wall import TileSpot
from app.scenes.shoot import SCENES, Stage
from app.ui.buttons import IconButton
from app.ui.theme import theme

LEAST = 28
PATIENCE = 400
"""Presses of Tab after which a screen counts as endless."""


class Walk:
    """One scene, settled, and what Tab reached in it."""

    def __init__(self, stage):
        self.stage, self.window = stage, stage.shown
        self.reached = []

    @property
    def ring(self):
        return getattr(self.window, "ring", None) or self.window._ring

    def tab(self):
        QTest.keyClick(QApplication.focusWidget() or self.window, Qt.Key.Key_Tab)
        return QApplication.focusWidget()

    def go(self):
        """Press Tab until the first widget comes again."""
        first = self.tab()
        at = first
        for _ in range(PATIENCE):
            assert at is not None, f"the focus is nowhere after {[told(one) for one in self.reached[-1:]]}"
            self.reached.append(at)
            following = self.tab()
            if following is first:
                return self
            assert following is not at, f"{told(at)} keeps the focus"
            assert following not in self.reached, f"{told(following)} again before the first"
            at = following
        pytest.fail("Tab never comes back")


def activate(qtbot, window):
    """Give *window* the focus; offscreen, the first asking may come too early."""
    for _ in range(2):
        qtbot.wait(30)
        window.activateWindow()
        qtbot.waitUntil(lambda: window.isActiveWindow() or window.activateWindow())


def told(widget):
    owner = widget.parentWidget()
    return f"{type(widget).__name__} '{widget.accessibleName()}' in {type(owner).__name__}"


def takes_tab(widget):
    tab = widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value
    return bool(tab) and widget.isVisible() and widget.isEnabled()


@pytest.fixture
def walk(qtbot):
    stages = []

    def open_scene(scene):
        stage = Stage(scene, "fr", "light")
        stages.append(stage)
        activate(qtbot, stage.shown)
        for act in stage.acts:
            act()
        qtbot.waitUntil(lambda: not stage.pending)
        activate(qtbot, stage.shown)
        return Walk(stage)

    yield open_scene
    for stage in stages:
        stage.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    theme().apply("light", 100, "normal")
    i18n.set_language("fr")


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_screen_is_walked_by_tab(walk, scene):
    at = walk(scene)
    if at.stage.office.window.palette_layer.isVisible():
        pytest.skip("the palette keeps the keyboard in its field: tests/ui/test_manners.py")
    at.go()
    nameless = [told(one) for one in at.reached if not one.accessibleName().strip()]
    small = [told(one) for one in at.reached if one.width() < LEAST or one.height() < LEAST]
    assert not nameless, "without a name"
    assert not small, f"smaller than {LEAST} px"
    assert not doubles(at.reached), "the same name twice in one pane"
    assert not left_out(at), "never reached"
    assert not badly_told(at.window), "tooltip is not name and key"


def doubles(reached):
    pressed = [
        one
        for one in reached
        if isinstance(one, QAbstractButton | QLineEdit) and not isinstance(one, TileSpot)
    ]
    # the speaker's large tile and the small one are the same person
    names = Counter((pane_of(one), type(one), one.accessibleName()) for one in pressed)
    return [key[1:] for key, count in names.items() if count > 1]


def pane_of(widget):
    """Return the page or the part of the frame that holds *widget*: there its name must be its own."""
    window = widget.window()
    panes = getattr(window, "panes", lambda: [window])()
    return next(
        (place for place, pane in enumerate(panes) if pane.isAncestorOf(widget) or pane is widget), -1
    )


def left_out(at):
    """Return what takes the focus and was not reached; arrows move within a group, so one of it is enough."""
    reached = set(at.reached)
    groups = {one.group() for one in reached if isinstance(one, QAbstractButton) and one.group() is not None}
    return [
        told(one)
        for one in at.window.findChildren(QWidget)
        if takes_tab(one)
        and one not in reached
        and not (isinstance(one, QAbstractButton) and one.group() in groups)
        and one.visibleRegion().boundingRect().isValid()
    ]


def badly_told(window):
    return [
        told(one)
        for one in window.findChildren(IconButton)
        if one.isVisible()
        and one.toolTip() != (f"{one.name} ({' + '.join(one.keys)})" if one.keys else one.name)
    ]


@pytest.mark.parametrize(
    "section", ["today", "meeting", "patients", "monitoring", "messages", "directory", "settings"]
)
def test_f6_walks_the_panes_in_order_and_back(walk, section):
    at = walk(next(scene for scene in SCENES if scene.name == "08-annuaire"))
    window = at.stage.office.window
    window.show_feature(section)
    window.rail.findChild(QAbstractButton).setFocus()
    panes, order = window.panes(), []
    for _ in range(len(panes) + 1):
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_F6)
        order.append(pane_of(QApplication.focusWidget()))
    cycle = order[: order.index(order[0], 1)]
    assert cycle == [*sorted(set(cycle) - {0}), 0], "from the rail on, in order, and back to it"
    assert sorted(cycle) == [n for n, pane in enumerate(panes) if any(map(takes_tab, inside(pane)))]
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert pane_of(QApplication.focusWidget()) == order[-2]


def inside(pane):
    return [pane, *pane.findChildren(QWidget)]


def test_every_feature_has_a_scene(walk):
    """A later section is walked by itself: its page is in a scene."""
    at = walk(SCENES[0])
    sections = set(at.stage.office.window.sections)
    shown = set()
    for name in (
        "01-aujourdhui",
        "04-rejoindre",
        "05-dossier",
        "06-telesuivi",
        "07-messages",
        "08-annuaire",
        "12-reglages-apparence",
    ):
        shown.add(walk(next(one for one in SCENES if one.name == name)).stage.office.window.current)
    assert shown == sections


def test_the_ring_stands_around_what_has_the_focus(walk):
    at = walk(next(scene for scene in SCENES if scene.name == "12-reglages-apparence")).go()
    for one in at.reached:
        if isinstance(one, QAbstractItemView):
            continue
        one.setFocus(Qt.FocusReason.TabFocusReason)
        assert at.ring.isVisible()
        assert at.ring.geometry().center() in one.rect().translated(one.mapTo(at.window, QPoint()))
