"""The directory as its user meets it: finding somebody, comparing a number, what a changed key looks like."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractButton, QApplication, QLineEdit

from app import i18n
from app.directory.model import PERSON
from app.scenes import stills
from app.trust import News
from app.ui.marks import Chip
from app.ui.text import Label

SPELT = 12


class Section:
    """The page of the directory in an unlocked window, and what its vault was told."""

    def __init__(self, desk, qtbot, *, alarm=False, writable=True):
        self.desk, self.qtbot = desk, qtbot
        self.shelf = stills.shelf()
        self.shelf.read_only = not writable
        session = stills.directory_session(alarm=alarm)
        desk.office.sign_in(session)
        news = News("", stills.unexpected() if alarm else ())
        desk.office.directory.open(session, self.shelf, news)
        open_directory = desk.office.directory.open
        desk.office.sitting._open_directory = lambda: open_directory(desk.office.session(), self.shelf, news)
        qtbot.keyClick(desk.window, Qt.Key.Key_6, Qt.KeyboardModifier.ControlModifier)
        self.page = desk.window.page("directory")
        qtbot.waitUntil(lambda: self.page.model.rowCount() > 20)

    @property
    def panel(self):
        return self.page.panel

    def open(self, name):
        self.page.open_name(name)
        if self.panel.comparison.card.isVisible():
            self.qtbot.waitUntil(lambda: self.panel.comparison.card.ready)
            self.qtbot.waitUntil(lambda: self.panel.comparison.qr._rows != ())

    def press(self, key):
        self.qtbot.keyClick(QApplication.focusWidget() or self.page, key)

    def spell(self):
        self.panel.comparison.card.spell.setFocus()
        for _ in range(SPELT):
            self.press(Qt.Key.Key_Return)

    def level(self, name):
        return self.page.model.named(name).level

    def buttons(self):
        return {one.text() for one in self.page.findChildren(QAbstractButton) if one.isVisible()}

    def texts(self):
        kinds = self.page.findChildren(Label) + self.page.findChildren(Chip)
        return [label.text() for label in kinds if label.isVisible()]


@pytest.fixture
def section(desk, qtbot):
    return Section(desk, qtbot)


def test_a_colleague_is_found_without_accents_and_opened_by_the_keyboard(section, qtbot):
    section.page.list.setFocus()
    qtbot.keyClick(section.page.list, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.focusWidget() is section.page.search
    qtbot.keyClicks(section.page.search, "ines")
    assert section.page.model.rowCount() == 1
    section.press(Qt.Key.Key_Return)
    section.press(Qt.Key.Key_Return)
    assert section.panel.isVisible()
    assert section.panel.person.name == "Dr Inès Belkacem"
    assert QApplication.focusWidget() is section.panel.comparison.card.spell
    section.press(Qt.Key.Key_Escape)
    assert not section.panel.isVisible()
    assert QApplication.focusWidget() is section.page.list


def test_arrows_change_the_person_in_the_open_panel(section):
    section.open("Dr Aïssata Koné")
    section.page.list.setFocus()
    section.press(Qt.Key.Key_Down)
    assert section.panel.person is section.page.list.currentIndex().data(PERSON)
    assert section.panel.person.name == "Dr Amina Benali"


def test_identical_opens_only_after_all_groups_were_shown_and_verifies(section, qtbot):
    section.open("Dr Fatou Mbaye")
    section.page.list.setFocus()
    section.press(Qt.Key.Key_I)
    assert not section.panel.comparison.identical.isEnabled()
    section.panel.comparison.card.spell.setFocus()
    for place in range(SPELT):
        assert not section.panel.comparison.identical.isEnabled()
        section.press(Qt.Key.Key_Return)
        assert [group.framed for group in section.panel.comparison.card.groups].index(True) == place
    section.press(Qt.Key.Key_I)
    qtbot.waitUntil(lambda: section.level("Dr Fatou Mbaye") == "verified")
    qtbot.waitUntil(section.panel.comparison.withdraw.isVisible)
    user = section.panel.person.user
    assert user in dict(section.desk.office.session().trust.verified)
    assert user in dict(section.desk.meeting._session.trust.verified)
    qtbot.mouseClick(section.panel.comparison.withdraw, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: section.level("Dr Fatou Mbaye") == "certified")
    assert user not in dict(section.desk.office.session().trust.verified)


def test_palette_and_help_offer_what_the_page_can_do_now(section, qtbot):
    section.open("Dr Fatou Mbaye")
    able = lambda: {one.text for one in section.page.commands() if one.enabled()}  # noqa: E731
    assert able() == {"Chercher dans l'annuaire", "Écrire", "Scanner avec la caméra"}
    section.spell()
    assert able() == {"Chercher dans l'annuaire", "Écrire", "Scanner avec la caméra", "Codes identiques"}


def test_g_then_d_opens_the_directory(desk, qtbot):
    desk.window.setFocus()
    for key in (Qt.Key.Key_G, Qt.Key.Key_D):
        qtbot.keyClick(desk.window, key)
    assert desk.window.current == "directory"


def test_another_person_must_be_spelt_anew(section):
    section.open("Dr Fatou Mbaye")
    section.spell()
    assert section.panel.comparison.identical.isEnabled()
    section.open("Dr Amina Benali")
    assert not section.panel.comparison.identical.isEnabled()


def test_a_changed_key_is_amber_until_it_is_acknowledged(section, qtbot):
    section.open("Dr Paul Vasseur")
    assert "Clé changée depuis la vérification" in section.texts()
    qtbot.waitUntil(lambda: "Codes comparés, identiques" in section.texts())
    qtbot.mouseClick(section.panel.comparison.accept, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: section.level("Dr Paul Vasseur") == "certified")
    qtbot.waitUntil(lambda: "Nouvelle clé acceptée sans comparaison" in section.texts())
    assert not section.panel.comparison.accept.isVisible()


def test_different_codes_are_red_and_say_what_to_do(section, qtbot):
    section.open("Dr Mei-Lin Tran")
    qtbot.mouseClick(section.panel.comparison.different, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: section.level("Dr Mei-Lin Tran") == "different")
    qtbot.waitUntil(lambda: "Codes différents, constaté le 24/11/2026" in section.texts())
    assert any("RSSI" in text for text in section.texts())


def test_a_read_only_vault_shows_the_code_and_refuses_decisions(desk, qtbot):
    section = Section(desk, qtbot, writable=False)
    section.open("Dr Fatou Mbaye")
    section.spell()
    qtbot.waitUntil(lambda: "Décisions impossibles pour l'instant" in section.texts())
    assert not section.panel.comparison.identical.isEnabled()
    assert not section.panel.comparison.different.isEnabled()


def test_a_decision_that_the_disk_refused_is_said(section, qtbot, monkeypatch):
    def full(*_):
        raise OSError("disk full")

    monkeypatch.setattr(section.shelf, "verify", full)
    section.open("Dr Fatou Mbaye")
    qtbot.mouseClick(section.panel.comparison.different, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Le coffre n'a pas répondu" in section.texts())
    assert section.level("Dr Fatou Mbaye") == "certified"


def test_a_device_in_my_name_raises_an_alarm_with_a_request_to_copy(desk, qtbot):
    section = Section(desk, qtbot, alarm=True)
    qtbot.waitUntil(lambda: "Un poste inattendu est certifié à votre nom" in section.texts())
    see = next(b for b in section.page.findChildren(QAbstractButton) if b.text() == "Voir mes postes")
    qtbot.mouseClick(see, Qt.MouseButton.LeftButton)
    assert section.panel.person.me
    rogue = stills.unexpected()[0]
    copy = next(
        b
        for b in section.panel.findChildren(QAbstractButton)
        if b.text() == "Copier la demande de révocation"
    )
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    copied = QApplication.clipboard().text()
    assert rogue.hash.hex() in copied
    assert rogue.device_id.hex() in copied


def test_nobody_found_offers_the_way_back(section, qtbot):
    section.page.search.setText("zzz")
    assert "Personne ne correspond" in section.texts()
    back = next(b for b in section.page.findChildren(QAbstractButton) if b.text() == "Tout afficher")
    qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
    assert section.page.list.isVisible()
    assert section.page.search.text() == ""


def test_an_unreadable_directory_says_so(desk, qtbot):
    desk.window.show_feature("directory")
    page = desk.window.page("directory")
    shown = lambda: [label.text() for label in page.findChildren(Label) if label.isVisible()]  # noqa: E731
    qtbot.waitUntil(lambda: "L'annuaire n'est pas lisible" in shown())


def test_a_row_is_read_out_as_a_sentence(section):
    index = section.page.model.place(section.page.model.named("Dr Paul Vasseur").user)
    spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert (
        spoken
        == "\u2068Dr Paul Vasseur\u2069, Anatomopathologie, \u2068CHU de Champagne\u2069, Clé changée, 1 poste"
    )


@pytest.mark.parametrize("name", ["Dr Paul Vasseur", "Dr Hélène Marchetti", "Dr Mei-Lin Tran"])
def test_every_control_has_a_name(desk, qtbot, name):
    section = Section(desk, qtbot, alarm=True)
    section.open(name)
    for kind in (QAbstractButton, QLineEdit):
        for control in section.page.findChildren(kind):
            if control.isVisible() and not control.objectName().startswith("qt_"):
                assert control.accessibleName() or control.parent() is section.page.search


def test_the_language_changes_without_a_restart(section, qtbot):
    section.open("Dr Paul Vasseur")
    i18n.set_language("en")
    qtbot.waitUntil(lambda: "Key changed since it was verified" in section.texts())
    assert "They differ" in [b.text() for b in section.panel.findChildren(QAbstractButton)]


def test_the_lock_leaves_nothing_of_the_directory(section):
    section.desk.office.lock()
    assert not section.desk.office.directory.writable
    assert section.desk.window.current == ""
