"""The section Patients as its user meets it: finding somebody, saying why, what a lock leaves, the palette."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLabel, QWidget

from app.config import Policy
from app.interop.state import Standing, State
from app.papers.viewer import PaperView
from app.patients.findpages import CLOSED, FAILED, LIST, NOBODY, NONE_FOUND
from app.patients.lines import Heading, PatientLine
from app.patients.page import ASKING, SHOWN
from app.patients.today import facts
from app.scenes import stills, wards
from app.scenes.stills import NOW_MS
from app.settings.rows import SettingRow
from app.ui.palette import GUARD_MS
from resources.demo.patients import PATIENTS, PROFESSIONALS, Sick

THEO, ODILE = "80503377", "80421937"
TEAM = {"patients.rpps": PROFESSIONALS["marchetti"][0], "patients.units": ("3120",)}


class Ward:
    """An unlocked window over a real vault, at the section Patients."""

    def __init__(self, desk, vault, qtbot):
        self.desk, self.vault, self.qtbot = desk, vault, qtbot
        desk.office.patients.begin(stills.session(), vault)
        qtbot.keyClick(desk.window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
        self.page = desk.window.page("patients")
        self.finder = self.page.finder
        self.clock_ms = 10**6
        self.finder._clock_ms = lambda: self.clock_ms
        qtbot.waitUntil(lambda: self.finder.answered)

    def type(self, text):
        self.finder.to_search()
        self.qtbot.keyClick(self.finder.search, Qt.Key.Key_Delete)
        self.qtbot.keyClicks(self.finder.search, text)
        self.settle(text)

    def settle(self, text):
        self.qtbot.waitUntil(lambda: self.finder.shows(text))
        self.clock_ms += GUARD_MS

    def press(self, key):
        self.qtbot.keyClick(QApplication.focusWidget() or self.page, key)

    def names(self):
        return [line.name for line in self.finder.list.shown.lines if isinstance(line, PatientLine)]

    def headings(self):
        return [str(line.words) for line in self.finder.list.shown.lines if isinstance(line, Heading)]

    def id(self, ipp):
        return self.vault.patients.search(ipp).result()[0].id

    def acts(self):
        return [(row.action, row.reason) for row in reversed(self.vault.audit.newest().result())]

    def wait_for(self, page):
        self.qtbot.waitUntil(lambda: self.page.stack.currentIndex() == page)


@pytest.fixture
def make_ward(make_desk, qtbot, vault):
    def make(who=PATIENTS, **forced):
        vault.patients.apply(wards.facts(NOW_MS, who)).result()
        policy = Policy(forced=forced, default={"language": "fr", "theme": "light"})
        return Ward(make_desk(session=stills.session(), policy=policy), vault, qtbot)

    return make


@pytest.fixture
def ward(make_ward):
    return make_ward(**TEAM)


def texts(widget):
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def test_the_first_key_finds_and_the_keyboard_alone_opens(ward):
    ward.type("l")
    assert "LEMAÎTRE Odile" in ward.names()
    ward.type("lemaitre odile")
    assert ward.headings()[0] == "1 correspondance, cache local"
    ward.press(Qt.Key.Key_Down)
    assert QApplication.focusWidget() is ward.finder.list
    ward.press(Qt.Key.Key_Return)
    ward.wait_for(SHOWN)
    assert "LEMAÎTRE Odile" in texts(ward.page.person)
    assert ward.acts() == [("patient-opened", "team")]


def test_the_arrow_from_the_box_goes_to_what_was_found_also_while_another_page_is_open(ward):
    ward.type("a")
    first, second, shown = ward.names()[:3]
    ward.finder.mark(next(x.found.id for x in ward.finder.list.shown.lines if shown in x.sentence))
    for key, name in ((Qt.Key.Key_Down, first), (Qt.Key.Key_Down, second), (Qt.Key.Key_Home, first)):
        ward.press(key)
        assert name in ward.finder.list.currentIndex().data()


def test_the_return_key_in_the_box_opens_the_first_but_not_one_that_has_only_just_come(ward, qtbot):
    ward.finder.to_search()
    qtbot.keyClicks(ward.finder.search, "lemaitre odile")
    qtbot.waitUntil(lambda: ward.finder.shows("lemaitre odile"))
    ward.press(Qt.Key.Key_Return)
    qtbot.wait(50)
    assert ward.acts() == []
    ward.clock_ms += GUARD_MS
    ward.press(Qt.Key.Key_Return)
    ward.wait_for(SHOWN)


def test_a_double_click_opens_and_traces_once(ward, qtbot):
    ward.type("lemaitre odile")
    row = ward.finder.list.visualRect(ward.finder.list.first()).center()
    qtbot.mouseClick(ward.finder.list.viewport(), Qt.MouseButton.LeftButton, pos=row)
    qtbot.mouseDClick(ward.finder.list.viewport(), Qt.MouseButton.LeftButton, pos=row)
    ward.wait_for(SHOWN)
    qtbot.mouseClick(ward.finder.list.viewport(), Qt.MouseButton.LeftButton, pos=row)
    assert ward.acts() == [("patient-opened", "team")]


def test_ctrl_f_belongs_to_an_open_document_while_the_focus_is_in_it(ward, qtbot):
    paper = PaperView(ward.desk.office.bridge)
    paper.setParent(ward.page.person)
    inside = next(w for w in paper.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus)
    ward.page._focus_moved(None, inside)
    assert not ward.page._find.isEnabled()
    ward.page._focus_moved(inside, ward.finder.list)
    assert ward.page._find.isEnabled()


def test_escape_comes_back_to_the_box_then_empties_it(ward):
    ward.type("lema")
    ward.press(Qt.Key.Key_Down)
    ward.press(Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is ward.finder.search
    ward.press(Qt.Key.Key_Escape)
    assert ward.finder.search.text() == ""


def test_a_letter_typed_in_the_list_begins_a_new_search(ward, qtbot):
    ward.type("lema")
    ward.press(Qt.Key.Key_Down)
    qtbot.keyClicks(QApplication.focusWidget(), "d")
    assert QApplication.focusWidget() is ward.finder.search
    assert ward.finder.search.text() == "d"


def test_slash_and_ctrl_f_go_to_the_box(ward, qtbot):
    for key, modifier in (
        (Qt.Key.Key_Slash, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier),
    ):
        ward.type("lema")
        ward.press(Qt.Key.Key_Down)
        qtbot.keyClick(QApplication.focusWidget(), key, modifier)
        assert QApplication.focusWidget() is ward.finder.search


def test_look_alikes_are_warned_of(ward):
    ward.type("lemai")
    assert any("Noms proches" in words for words in ward.headings())
    ward.type("dumas")
    assert not any("Noms proches" in words for words in ward.headings())


def test_filters_say_how_many_and_narrow(ward, qtbot):
    chips = ward.finder.chips.chips
    assert chips["all"].told == f"Tous {len(PATIENTS)}"
    qtbot.mouseClick(chips["mine"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: ward.names() == ["LEMAIRE Gérard"])
    qtbot.mouseClick(chips["inside"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(ward.names()) > 4)


def test_somebody_without_a_unit_is_offered_no_own_unit(make_ward):
    assert make_ward().finder.chips.chips["mine"].isHidden()


def test_outside_the_team_a_reason_is_asked_and_nothing_else_is_shown(make_ward, qtbot):
    ward = make_ward()
    ward.page.open_patient(ward.id(ODILE))
    ward.wait_for(ASKING)
    assert "née le 14/03/1954" in texts(ward.page.reasons)
    assert ward.page.person.patient is None
    assert not ward.page.reasons.open.isEnabled()
    assert QApplication.focusWidget() is ward.page.reasons.rows["emergency"]
    ward.press(Qt.Key.Key_Space)
    qtbot.mouseClick(ward.page.reasons.open, Qt.MouseButton.LeftButton)
    ward.wait_for(SHOWN)
    assert ward.acts() == [("patient-refused", ""), ("patient-opened", "emergency")]


def test_another_reason_is_typed(make_ward, qtbot):
    ward = make_ward()
    ward.page.open_patient(ward.id(THEO))
    ward.wait_for(ASKING)
    reasons = ward.page.reasons
    assert not reasons.text.isVisible()
    reasons.rows["other"].click()
    assert reasons.text.isVisible()
    assert not reasons.open.isEnabled()
    qtbot.keyClicks(reasons.text, "appel de la famille")
    qtbot.keyClick(reasons.text, Qt.Key.Key_Return)
    ward.wait_for(SHOWN)
    assert ward.acts()[-1] == ("patient-opened", "other: appel de la famille")


def test_reasons_and_filters_are_walked_by_the_arrows(make_ward):
    ward = make_ward(**TEAM)
    ward.page.open_patient(ward.id(THEO))
    ward.wait_for(ASKING)
    reasons = ward.page.reasons
    for _ in range(3):
        ward.press(Qt.Key.Key_Down)
    assert reasons.reason == "rcp"
    ward.press(Qt.Key.Key_Up)
    assert reasons.reason == "opinion"
    ward.press(Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is reasons.open
    ward.finder.chips.chips["all"].setFocus()
    ward.press(Qt.Key.Key_Right)
    assert ward.finder.chips.choice == "inside"
    ward.qtbot.waitUntil(lambda: ward.finder.shows("", "inside"))


def test_who_declines_is_back_at_the_box_and_nothing_was_opened(make_ward):
    ward = make_ward()
    ward.page.open_patient(ward.id(THEO))
    ward.wait_for(ASKING)
    ward.page.reasons.left.emit()
    assert QApplication.focusWidget() is ward.finder.search
    assert [action for action, _ in ward.acts()] == ["patient-refused"]
    assert "GIRARD" not in texts(ward.page)


def test_whom_one_opened_stands_among_the_recent(ward):
    ward.page.open_patient(ward.id(ODILE))
    ward.wait_for(SHOWN)
    ward.qtbot.waitUntil(lambda: ward.headings()[:1] == ["Récents"])
    assert ward.names()[0] == "LEMAÎTRE Odile"


def test_a_message_moves_no_row_under_the_hand(ward, vault):
    ward.press(Qt.Key.Key_Down)
    assert QApplication.focusWidget() is ward.finder.list
    before = ward.names()
    newcomer = Sick("99", "ARRIVÉE", "Zoé", "19900101", "F")
    fresh = [(100, wards.facts(NOW_MS + 10**7, [newcomer])[0][1])]
    ward.desk.office.patients.changed.fire(vault.patients.apply(fresh).result())
    ward.qtbot.waitUntil(ward.finder.moved.isVisible)
    assert ward.names() == before
    ward.finder.moved.click()
    assert "ARRIVÉE Zoé" in ward.names()
    assert not ward.finder.moved.isVisible()


def test_an_open_page_follows_the_messages(ward, vault):
    ward.page.open_patient(ward.id(ODILE))
    ward.wait_for(SHOWN)
    sick = Sick(ODILE, "LEMAÎTRE", "Odile", "19540314", "F", used_name="NOUVEAU")
    changed = vault.patients.apply([(100, wards.facts(NOW_MS + 10**7, [sick])[0][1])]).result()
    ward.desk.office.patients.changed.fire(changed)
    ward.qtbot.waitUntil(lambda: ward.page.person.patient.used_name == "NOUVEAU")
    assert [action for action, _ in ward.acts()] == ["patient-opened"]


@pytest.mark.parametrize("query", ["zzz", "NEAR", "\u202e\u05d0", "9" * 200])
def test_nobody_found_says_what_to_try(ward, query):
    ward.finder.search.setText(query)
    ward.settle(query)
    assert ward.finder.stack.currentIndex() == NONE_FOUND
    assert "date de naissance" in texts(ward.finder)


def test_signs_alone_are_no_search(ward):
    ward.type("'\"*(")
    assert ward.finder.stack.currentIndex() == LIST
    assert "correspondance" not in " ".join(ward.headings())


def test_an_empty_cache_says_how_patients_come(make_ward):
    ward = make_ward(())
    assert ward.finder.stack.currentIndex() == NOBODY
    assert "flux HL7" in texts(ward.finder)


def test_a_cache_that_does_not_answer_is_said_and_tried_again(ward, vault):
    real = vault.patients
    vault.lock()
    ward.finder.search.setText("lema")
    ward.qtbot.waitUntil(lambda: ward.finder.stack.currentIndex() == FAILED)
    assert ward.names() == []
    vault.patients = real


def test_the_feed_is_told_as_soon_as_it_changes(ward, qtbot):
    feed = ward.desk.office.feed
    assert "Cache chiffré" in texts(ward.finder)
    feed._tell(feed._round, State(Standing.LISTENING, "127.0.0.1:2575", NOW_MS - 1))
    qtbot.waitUntil(lambda: "ADT à jour" in texts(ward.finder))
    feed._tell(feed._round, State(Standing.PORT_TAKEN, "127.0.0.1:2575", NOW_MS - 1))
    qtbot.waitUntil(lambda: "adresse occupée" in texts(ward.finder))
    feed._tell(feed._round, State(Standing.LISTENING, "127.0.0.1:2575", NOW_MS - 1))
    qtbot.waitUntil(lambda: "adresse occupée" not in texts(ward.finder))


def test_who_was_opened_stays_marked_where_the_list_puts_them(ward, qtbot):
    ward.finder.opened.emit(ward.id(ODILE), ODILE)
    ward.wait_for(SHOWN)
    qtbot.waitUntil(lambda: ward.headings()[0] == "Récents")
    chosen = ward.finder.list.currentIndex()
    assert ward.finder.list.shown.lines[chosen.row()].name == "LEMAÎTRE Odile"
    assert chosen == ward.finder.list.first()


def test_messages_in_quarantine_are_told_in_the_settings_and_on_today(desk, qtbot):
    desk.window.show_feature("settings")
    page = desk.window.page("settings")
    page.choose("patients")
    assert "ne reçoit pas de flux HL7" in texts(page)
    feed = desk.office.feed
    feed._tell(feed._round, State(Standing.LISTENING, "127.0.0.1:2575", NOW_MS - 1, waiting=2))
    qtbot.waitUntil(lambda: "2 messages HL7 en quarantaine" in texts(page))
    assert "reçoit le flux HL7 sur 127.0.0.1:2575" in texts(page)
    assert "quarantine list" in texts(page)
    assert "2 messages HL7 en quarantaine" in [str(words) for *_, words in facts(feed.state, 24, NOW_MS)]
    feed._tell(feed._round, State(Standing.LISTENING, "127.0.0.1:2575", NOW_MS - 1))
    qtbot.waitUntil(lambda: "quarantaine" not in texts(page))


def test_a_desk_without_a_cache_says_so_and_asks_nobody_to_choose(desk, qtbot):
    desk.window.show_feature("patients")
    page = desk.window.page("patients")
    qtbot.waitUntil(lambda: page.finder.stack.currentIndex() == CLOSED)
    assert "Choisissez un patient" not in texts(page)


@pytest.mark.parametrize(("why", "words"), [("lease", "Reliez le poste"), ("revoked", "révoqué")])
def test_patients_that_are_held_back_say_why(ward, qtbot, why, words):
    ward.page.open_patient(ward.id(ODILE))
    ward.wait_for(SHOWN)
    ward.desk.office.patients.begin(stills.session(), None, why)
    qtbot.waitUntil(lambda: ward.finder.stack.currentIndex() == CLOSED)
    assert words in texts(ward.finder)
    assert ward.names() == []
    assert ward.page.person.patient is None


def test_a_lock_leaves_no_patient_in_the_window(ward, qtbot):
    ward.type("lemai")
    ward.page.open_patient(ward.id(ODILE))
    ward.wait_for(SHOWN)
    window = ward.desk.window
    ward.desk.office.lock()
    qtbot.wait(10)
    held = [label.text() for label in window.findChildren(QLabel)]
    assert not any("LEMA" in text for text in held)
    assert not any("LEMA" in widget.accessibleName() for widget in window.findChildren(QWidget))
    assert not ward.desk.office.patients.is_open
    assert "LEMA" not in window.windowTitle()


# --- palette ------------------------------------------------------------------------------------------------


def open_palette(ward):
    ward.desk.window.flip_palette()
    layer = ward.desk.window.palette_layer
    layer._clock_ms = lambda: ward.clock_ms
    return layer


def hits(layer):
    rows = layer.results.found.rows
    return [row.entry.text for row in rows if not isinstance(row, str)]


def seek(layer, qtbot, text):
    """Type, and wait for the answer to the whole of it: one that comes later puts off what Enter opens."""
    answered, sought = [], layer._seek
    layer._seek = lambda query, found: sought(query, lambda some: (found(some), answered.append(query)))
    qtbot.keyClicks(layer.field, f"#{text}")
    qtbot.waitUntil(lambda: text in answered)


def test_the_palette_finds_patients_at_each_key_and_has_them_checked(ward, qtbot):
    layer = open_palette(ward)
    seek(layer, qtbot, "lemai")
    assert len(hits(layer)) == 3
    qtbot.waitUntil(lambda: "Vérifiez le patient" in texts(layer.preview))
    qtbot.keyClick(layer.field, Qt.Key.Key_Return)
    assert layer.isVisible()
    ward.clock_ms += GUARD_MS
    qtbot.keyClick(layer.field, Qt.Key.Key_Return)
    assert not layer.isVisible()
    ward.qtbot.waitUntil(lambda: ward.page.stack.currentIndex() in {SHOWN, ASKING})


def test_an_older_answer_never_replaces_a_newer_one_in_the_palette(ward, qtbot):
    layer = open_palette(ward)
    asked = []
    layer._seek = lambda query, found: asked.append((query, found))
    qtbot.keyClicks(layer.field, "#lemai")
    from app.ui.palette import Entry

    opened = []
    stale = Entry("patient", "MARTIN Jean", "", "user", (), lambda: opened.append("stale"))
    right = Entry("patient", "LEMAIRE Gérard", "", "user", (), lambda: opened.append("right"))
    asked[-1][1]([right])
    asked[0][1]([stale])
    assert hits(layer) == ["LEMAIRE Gérard"]
    qtbot.keyClicks(layer.field, "x")
    ward.clock_ms += GUARD_MS
    qtbot.keyClick(layer.field, Qt.Key.Key_Return)
    assert opened == []


def test_a_closed_palette_keeps_no_patient(ward, qtbot):
    layer = open_palette(ward)
    qtbot.keyClicks(layer.field, "#lemai")
    qtbot.waitUntil(lambda: len(hits(layer)) == 3)
    layer.close_it()
    qtbot.wait(10)
    assert hits(layer) == []
    assert not any("LEMA" in label.text() for label in layer.findChildren(QLabel))
    assert layer.field.text() == ""


# --- settings -----------------------------------------------------------------------------------------------


def row_of(desk, key):
    desk.window.show_feature("settings")
    page = desk.window.page("settings")
    page.choose("patients")
    return next(row for row in page.findChildren(SettingRow) if row.setting.key == key)


def test_a_value_that_does_not_fit_is_marked_and_not_taken(desk, qtbot):
    row = row_of(desk, "patients.rpps")
    row.control.setFocus()
    qtbot.keyClicks(row.control, "12345")
    qtbot.keyClick(row.control, Qt.Key.Key_Return)
    assert "ne convient pas" in row.control.accessibleDescription()
    assert desk.office.config.get(row.setting) == ""
    row.control.setText("10100000016")
    qtbot.keyClick(row.control, Qt.Key.Key_Return)
    assert desk.office.config.get(row.setting) == "10100000016"
    assert row.control.accessibleDescription() == ""


def test_care_units_are_typed_with_commas(desk, qtbot):
    row = row_of(desk, "patients.units")
    row.control.setFocus()
    qtbot.keyClicks(row.control, "3120, 3121,3120")
    qtbot.keyClick(row.control, Qt.Key.Key_Return)
    assert desk.office.config.get(row.setting) == ("3120", "3121")
    assert row.control.text() == "3120, 3121"


def test_what_it_forces_is_shown_locked_with_its_reason(make_desk):
    policy = Policy(
        forced={"mllp.listen": "127.0.0.1:2575"},
        default={"language": "fr", "theme": "light"},
        reasons={"mllp.listen": "Flux du GAM"},
    )
    row = row_of(make_desk(session=stills.session(), policy=policy), "mllp.listen")
    assert not row.control.isEnabled()
    assert row.control.text() == "127.0.0.1:2575"
    assert "Flux du GAM" in texts(row) or row.accessibleDescription() == "Flux du GAM"
