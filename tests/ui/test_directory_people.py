"""Lists, blocking and what the organisation says of people, as the user of the directory meets them."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget

from app.intents import WriteMessage
from app.ui.buttons import Switch
from tests.ui.test_directory import Section


class Listed(Section):
    """The page once it knows the own lists."""

    def __init__(self, desk, qtbot, *, alarm=False):
        super().__init__(desk, qtbot, alarm=alarm)
        qtbot.waitUntil(lambda: self.page.model.named("Dr Mei-Lin").favourite)

    def open(self, name):
        self.page.open_name(name)
        self.qtbot.waitUntil(
            lambda: self.panel.person is not None and self.panel.person.name.startswith(name)
        )

    def press(self, button):
        button.setFocus(Qt.FocusReason.TabFocusReason)
        self.qtbot.keyClick(button, Qt.Key.Key_Return)

    def filter(self, key):
        self.press(self.page.side._buttons[key])


@pytest.fixture
def section(desk, qtbot):
    return Listed(desk, qtbot)


def test_somebody_is_found_by_rpps_service_and_structure(section, qtbot):
    for typed, found in (("10100000081", 1), ("thoracique", 7), ("montclar", 1), ("rethel lagarde", 1)):
        section.page.search.setText(typed)
        assert section.page.model.rowCount() == found, typed


def test_somebody_without_a_device_is_listed_and_cannot_be_written_to(section, qtbot):
    section.open("Dr Philippe Lagarde")
    assert section.level("Dr Philippe Lagarde") == "none"
    qtbot.waitUntil(lambda: any("Sans poste certifié" in one for one in section.texts()))
    assert any("RPPS" in one for one in section.texts())
    assert not section.panel.write.isVisible()
    assert not section.panel.comparison.card.isVisible()
    section.filter("without")
    assert section.page.model.rowCount() == 2


def test_favourites_are_kept_and_filtered(section, qtbot):
    section.open("Dr Fatou Mbaye")
    section.press(section.panel.star)
    qtbot.waitUntil(lambda: section.page.model.named("Dr Fatou Mbaye").favourite)
    assert section.panel.star.name == "Plus favori"
    section.filter("favourites")
    assert section.page.model.rowCount() == 3
    assert not section.page.list_bar.isVisible()
    section.press(section.panel.star)
    qtbot.waitUntil(lambda: section.page.model.rowCount() == 2)


def test_a_list_is_begun_filled_renamed_dropped_and_brought_back(section, qtbot):
    side = section.page.side
    side.new.setFocus()
    qtbot.keyClicks(side.new, "  Garde   du mois ")
    qtbot.keyClick(side.new, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: side._choice == "circle 3")
    qtbot.waitUntil(lambda: "Personne dans cette liste" in section.texts())
    section.open("Dr Fatou Mbaye")
    switch = next(one for one in section.panel.findChildren(Switch) if "Garde" in one.accessibleName())
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: section.page.model.rowCount() == 1)
    bar = section.page.list_bar
    assert bar.name.text() == "Garde du mois"
    bar.name.setFocus()
    bar.name.setText("Garde")
    qtbot.keyClick(bar.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: section.shelf._circles[3][0] == "Garde")
    section.press(bar.drop)
    qtbot.waitUntil(lambda: 3 not in section.shelf._circles)
    qtbot.waitUntil(lambda: section.page.model.rowCount() > 20)
    assert not bar.isVisible()
    qtbot.keyClick(section.page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: section.shelf._circles.get(3) == ("Garde", {section.panel.person.user}))


def test_blocking_is_said_traced_and_taken_back_by_undo(section, qtbot):
    section.open("Dr Fatou Mbaye")
    user = section.panel.person.user
    section.press(section.panel.block)
    qtbot.waitUntil(lambda: section.level("Dr Fatou Mbaye") == "blocked")
    assert section.desk.office.session().trust.blocked == [user]
    assert section.panel.block.name == "Débloquer"
    assert not section.panel.write.isVisible()
    qtbot.waitUntil(lambda: any("Personne bloquée" in one for one in section.texts()))
    section.filter("blocked")
    assert section.page.model.rowCount() == 1
    qtbot.keyClick(section.page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: section.level("Dr Fatou Mbaye") == "certified")
    assert section.desk.office.session().trust.blocked == []


def test_a_message_is_begun_from_the_panel_and_by_a_key(section, qtbot):
    opened = []
    section.page._desk = type(section.page._desk)(
        section.page._desk.bridge, opened.append, section.page._desk.now_ms, section.page._desk.tell
    )
    section.open("Dr Fatou Mbaye")
    section.press(section.panel.write)
    section.page.list.setFocus()
    qtbot.keyClick(section.page.list, Qt.Key.Key_E)
    assert opened == [WriteMessage(section.panel.person.user)] * 2


def test_my_other_device_is_mine_once_both_show_the_same_code_and_the_alarm_ends(desk, qtbot):
    section = Listed(desk, qtbot, alarm=True)
    section.open("Dr Hélène Marchetti")
    panel = section.panel
    qtbot.waitUntil(lambda: panel.comparison.card.ready)
    assert panel.comparison.identical.isVisible()
    assert not panel.comparison.identical.isEnabled()
    assert not any(
        one.isVisible()
        for one in (
            panel.comparison.different,
            panel.comparison.accept,
            panel.comparison.withdraw,
            panel.write,
            panel.block,
        )
    )
    for _ in range(12):
        section.press(panel.comparison.card.spell)
    section.press(panel.comparison.identical)
    qtbot.waitUntil(lambda: section.level("Dr Hélène Marchetti") == "me")
    assert sorted(d.state for d in section.panel.person.devices) == ["mine", "this"]
    assert not panel.comparison.card.isVisible()


def test_the_history_tells_keys_and_decisions_with_their_device(section, qtbot):
    section.open("Dr Paul Vasseur")
    qtbot.waitUntil(lambda: any("Clé certifiée, poste" in one for one in section.texts()))
    assert any("Codes comparés, identiques" in one for one in section.texts())


@pytest.mark.parametrize("name", ["Dr Fatou Mbaye", "Dr Philippe Lagarde", "Dr Hélène Marchetti"])
def test_everything_that_takes_the_focus_has_a_name(section, name):
    section.open(name)
    stops = [
        one
        for one in section.page.findChildren(QWidget)
        if one.isVisible() and one.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert [type(one).__name__ for one in stops if not one.accessibleName()] == []


def test_the_lock_leaves_no_name_of_the_list(section, qtbot):
    from app.directory.book import entries

    section.desk.office.lock()
    qtbot.waitUntil(lambda: section.desk.window.locked)
    assert entries.cache_info().currsize == 0
