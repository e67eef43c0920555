"""The window as its user meets it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import msgspec
import pytest
from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit

from app import i18n
from app.config import LANGUAGE, Policy
from app.intents import OpenSettings
from app.meeting.call.wall import TileSpot
from app.scenes import stills
from app.scenes.stills import LINK
from app.ui.text import Label
from app.ui.theme import theme
from media.engine import messages as m
from resources.locale import po

APP = Path(__file__).parents[2] / "app"
SOURCES = [path for path in APP.rglob("*.py") if not {"demo", "admin", "i18n.py"} & set(path.parts)]


def texts(widget):
    return [label.text() for label in widget.findChildren(Label) if label.isVisible()]


def named(widget, name):
    return next(
        b for b in widget.findChildren(QAbstractButton) if b.accessibleName() == name and b.isVisible()
    )


# --- the frame ----------------------------------------------------------------------------------------------


def test_the_title_bar_names_nobody(desk):
    desk.call()
    assert desk.window.windowTitle() == "Consilium"


def test_the_rail_shows_only_what_works(desk):
    names = [b.accessibleName() for b in desk.window.rail.findChildren(QAbstractButton)]
    assert names == [
        "Aujourd’hui",
        "RCP",
        "Patients",
        "Télésuivi",
        "Messages",
        "Annuaire",
        "Réglages",
        "Verrouiller",
    ]


def test_sections_open_by_key(desk, qtbot):
    qtbot.keyClick(desk.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert desk.window.current == "settings"
    qtbot.keyClick(desk.window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert desk.window.current == "meeting"


def test_a_running_meeting_leaves_a_way_back(desk, qtbot, settle):
    desk.call()
    settle(desk)
    desk.office.open(OpenSettings("line"))
    back = named(desk.window.strips, "Revenir à la RCP")
    qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
    assert desk.window.current == "meeting"
    assert not back.isVisible()


@pytest.mark.parametrize(
    "shown", ["join", "prejoin", "live", "share", "code", "more", "ended", "settings", "lock"]
)
def test_every_control_has_a_name(desk, settle, shown):
    arrive(desk, shown)
    if shown != "lock":
        settle(desk)
    kinds = (QAbstractButton, QLineEdit, QComboBox)
    for kind in kinds:
        for control in desk.window.findChildren(kind):
            if control.isVisible():
                assert control.accessibleName(), f"{type(control).__name__} in {shown}"


def arrive(desk, shown):
    if shown == "prejoin":
        desk.open_link()
    elif shown in {"live", "share", "code", "more"}:
        desk.call()
        desk.page.show_view(desk.meeting.view)
        if shown != "live":
            {"share": desk.live.open_share, "code": desk.live.open_code, "more": desk.live.open_more}[shown]()
    elif shown == "ended":
        desk.call()
        desk.meeting.leave()
    elif shown == "settings":
        desk.office.open(OpenSettings("appearance"))
    elif shown == "lock":
        desk.office.lock()


def test_icon_buttons_say_name_and_key(desk, settle):
    desk.call()
    settle(desk)
    close = named(desk.live.side, "Fermer le panneau")
    assert close.toolTip() == "Fermer le panneau (Échap)"
    desk.office.config.choose(LANGUAGE, "en")
    settle(desk)
    assert close.toolTip() == "Close the panel (Esc)"


class Hearing(QObject):
    """Counts how often somebody hears of another language."""

    def __init__(self, target):
        super().__init__(target)
        self.count = 0
        target.installEventFilter(self)

    def eventFilter(self, _target, event):  # noqa: N802 -- Qt's name
        self.count += event.type() == QEvent.Type.LanguageChange
        return False


def test_another_language_is_heard_once(desk, qtbot):
    hearing = Hearing(desk.window)
    for language in ("en", "fr"):
        hearing.count = 0
        desk.office.config.choose(LANGUAGE, language)
        qtbot.waitUntil(lambda: hearing.count > 0)
        QApplication.sendPostedEvents()
        assert hearing.count == 1


def test_exactly_one_focus_ring_follows_the_focus(desk, qtbot, settle):
    desk.open_link()
    settle(desk)
    enter = desk.page.prejoin.enter
    qtbot.waitUntil(desk.window.ring.isVisible)
    ring = desk.window.ring.geometry()
    top_left = enter.mapTo(desk.window, enter.rect().topLeft())
    assert (ring.x(), ring.y()) == (top_left.x() - 4, top_left.y() - 4)


def test_tab_reaches_every_control_of_the_call(desk, qtbot, settle):
    desk.call(3)
    settle(desk)
    wanted = {b for b in desk.live.findChildren(QAbstractButton) if b.isVisible() and b.isEnabled()}
    wanted = {b for b in wanted if b.focusPolicy() != Qt.FocusPolicy.NoFocus}
    wanted -= {
        b for b in wanted if b.group() is not None and not b.isChecked()
    }  # arrow keys move within a group
    reached = set()
    desk.live.setFocus()
    for _ in range(len(wanted) * 3 + 20):
        qtbot.keyClick(QApplication.focusWidget() or desk.window, Qt.Key.Key_Tab)
        reached.add(QApplication.focusWidget())
    assert wanted <= reached


def test_there_is_no_dialog_anywhere():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node, "id", getattr(node, "attr", ""))
            assert name not in {"QDialog", "QMessageBox", "QFileDialog", "processEvents"}, path


# --- language, theme, text size -----------------------------------------------------------------------------


def test_every_text_id_exists_in_both_languages():
    used = set()
    for path in SOURCES:
        used |= set(
            re.findall(r'\b(?:say|says|tr|trn)\(\s*"([a-z][a-z0-9_.-]+)"', path.read_text(encoding="utf-8"))
        )
    assert len(used) > 100
    for language in ("fr", "en"):
        assert not used - po.load(language).forms.keys()


def test_the_language_changes_without_a_restart(desk, settle, qtbot):
    desk.call(4)
    settle(desk)
    assert "Participants" in [b.accessibleName() for b in desk.live.findChildren(QAbstractButton)]
    i18n.set_language("en")
    qtbot.waitUntil(
        lambda: (
            "Unmute the microphone" in [b.accessibleName() for b in desk.live.findChildren(QAbstractButton)]
        )
    )
    assert named(desk.window.rail, "Settings")
    assert any("participants" in text for text in texts(desk.live))
    french = {"Quitter", "Galerie", "Réglages", "Verrouiller", "Certifié"}
    shown = {b.accessibleName() for b in desk.window.findChildren(QAbstractButton)} | set(texts(desk.window))
    assert not french & shown


def test_a_theme_is_worn_at_once(desk, settle):
    desk.call(4)
    settle(desk)
    light = desk.window.grab().toImage().pixelColor(40, 500)
    theme().apply("dark")
    dark = desk.window.grab().toImage().pixelColor(40, 500)
    theme().apply("light")
    assert light.lightness() > 200
    assert dark.lightness() < 60


@pytest.mark.parametrize("percent", [100, 150])
def test_no_word_is_cut_at_any_text_size(desk, settle, percent):
    theme().apply(text_percent=percent)
    try:
        desk.call(4)
        settle(desk)
        for button in desk.live.controls.findChildren(QAbstractButton):
            assert button.width() >= button.sizeHint().width()
    finally:
        theme().apply(text_percent=100)


# --- joining ------------------------------------------------------------------------------------------------


def test_a_bad_link_is_refused_in_words(desk, qtbot, settle):
    desk.page.join.field.setText("https://example.org/rcp")
    qtbot.keyClick(desk.page.join.field, Qt.Key.Key_Return)
    settle(desk)
    qtbot.waitUntil(lambda: "Ce texte n’est pas un lien de réunion complet" in texts(desk.page.join))


def test_a_link_shows_the_prejoin_and_enter_enters(desk, qtbot, settle):
    desk.page.join.field.setText(LINK.format())
    qtbot.keyClick(desk.page.join.field, Qt.Key.Key_Return)
    settle(desk)
    assert desk.page.prejoin.isVisible()
    assert not desk.said(m.Join)
    qtbot.keyClick(desk.page.prejoin.enter, Qt.Key.Key_Return)
    assert len(desk.said(m.Join)) == 1


def test_enter_presses_what_has_the_focus_and_nothing_else(desk, qtbot, settle):
    desk.open_link()
    settle(desk)
    cancel = named(desk.page.prejoin, "Annuler")
    cancel.setFocus()
    qtbot.keyClick(cancel, Qt.Key.Key_Return)
    settle(desk)
    assert not desk.said(m.Join)
    assert desk.page.join.isVisible()


def test_the_prejoin_says_what_entering_without_devices_means(desk, settle):
    desk.open_link()
    settle(desk)
    assert named(desk.page.prejoin, "Entrer en écoute")
    desk.meeting.microphone(True)
    settle(desk)
    assert named(desk.page.prejoin, "Entrer dans la RCP")


@pytest.mark.parametrize(
    ("reason", "title", "retry"),
    [
        ("removed", "Vous avez été retiré de la réunion", False),
        ("refused", "L’entrée vous a été refusée", True),
        ("unreachable", "Le relais ne répond pas", True),
        ("ended", "La réunion est terminée", False),
        ("relay-impostor", "Ce relais n’est pas celui de l’établissement", False),
    ],
)
def test_each_end_says_what_happened(desk, settle, reason, title, retry):
    desk.call()
    desk.hear(m.Phase(phase="ended", reason=reason))
    settle(desk)
    assert title in texts(desk.page.status)
    retries = [b for b in desk.page.status.findChildren(QAbstractButton) if b.accessibleName() == "Réessayer"]
    assert retries[0].isVisible() is retry


# --- the call -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "kind"),
    [(Qt.Key.Key_M, m.Microphone), (Qt.Key.Key_V, m.Camera), (Qt.Key.Key_H, m.RaiseHand)],
)
def test_single_keys_work_the_call(desk, qtbot, settle, key, kind):
    desk.call()
    settle(desk)
    desk.heard.clear()
    qtbot.keyClick(desk.window, key)
    assert len(desk.said(kind)) == 1


def test_single_keys_type_while_a_text_field_has_the_focus(desk, qtbot, settle):
    desk.call()
    settle(desk)
    qtbot.keyClick(desk.window, Qt.Key.Key_T)
    field = desk.live.side.chat.field
    qtbot.waitUntil(field.hasFocus)
    desk.heard.clear()
    for key in "mvshla":
        qtbot.keyClick(field, key)
    assert field.text() == "mvshla"
    assert not desk.heard
    qtbot.keyClick(field, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert len(desk.said(m.Microphone)) == 1, "Ctrl+D works while typing"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert desk.said(m.Chat) == [m.Chat(text="mvshla")]


def test_single_keys_can_be_turned_off(make_desk, qtbot, settle):
    policy = Policy(default={"language": "fr", "theme": "light", "keys.single": False})
    desk = make_desk(policy=policy, session=stills.session())
    desk.call()
    settle(desk)
    desk.heard.clear()
    qtbot.keyClick(desk.window, Qt.Key.Key_M)
    assert not desk.said(m.Microphone)


def test_the_space_bar_talks_while_held(desk, qtbot, settle):
    desk.call()
    settle(desk)
    desk.live.setFocus()
    desk.heard.clear()
    press = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, " ")
    QApplication.sendEvent(desk.window, press)
    assert desk.meeting.view.microphone.wanted
    release = QKeyEvent(QEvent.Type.KeyRelease, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, " ")
    QApplication.sendEvent(desk.window, release)
    assert [said.on for said in desk.said(m.Microphone)] == [True, False]


def test_a_key_admits_the_certified_and_leaves_the_guest(desk, qtbot, settle):
    desk.call()
    guest = m.Knocker(knock=1, name="M. Caron", role="", specialty="", trust="guest", since_ms=0)
    doctor = m.Knocker(knock=2, name="Dr Dumont", role="doctor", specialty="", trust="certified", since_ms=0)
    desk.hear(m.Lobby(waiting=[guest, doctor]))
    settle(desk)
    above = desk.live.wall.y()
    assert desk.live.lobby.isVisible()
    assert desk.live.lobby.geometry().bottom() < above, (
        "the bar pushes the pictures down, it never covers them"
    )
    qtbot.keyClick(desk.window, Qt.Key.Key_A)
    assert desk.said(m.Admit) == [m.Admit(knock=2)]
    qtbot.mouseClick(named(desk.live, "Refuser M. Caron"), Qt.MouseButton.LeftButton)
    assert desk.said(m.Refuse) == [m.Refuse(knock=1)]


def test_the_lobby_is_the_hosts(desk, settle):
    desk.call(host=False)
    people = [msgspec.structs.replace(person, host=person.slot == 1) for person in stills.people(3)]
    desk.hear(m.Roster(n=2, people=people))
    desk.hear(
        m.Lobby(waiting=[m.Knocker(knock=1, name="X", role="", specialty="", trust="guest", since_ms=0)])
    )
    settle(desk)
    assert not desk.live.lobby.isVisible()


def test_removing_asks_once_in_place(desk, qtbot, settle):
    desk.call(3)
    settle(desk)
    person = desk.meeting.view.people[1]
    qtbot.mouseClick(named(desk.live, f"Actions pour {person.name}"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(named(desk.live, f"Retirer {person.name}"), Qt.MouseButton.LeftButton)
    assert not desk.said(m.Remove)
    assert any(f"Retirer {person.name}" in text for text in texts(desk.live.side))
    qtbot.mouseClick(named(desk.live, "Retirer maintenant"), Qt.MouseButton.LeftButton)
    assert desk.said(m.Remove) == [m.Remove(member=person.member)]


def test_a_tile_is_told_to_a_screen_reader(desk, settle):
    desk.call(5)
    desk.hear(m.Speaking(slots=[4], level=0.0))
    settle(desk)
    spots = {spot.slot: spot.accessibleName() for spot in desk.live.wall.findChildren(TileSpot)}
    name = desk.meeting.view.person(4).name
    assert spots[4] == f"{name}\u00a0: parle et main levée 1"
    assert "sans image" not in spots[4]


def test_the_engine_is_asked_for_what_is_seen_at_its_device_size(desk, settle):
    desk.call(5)
    settle(desk)
    asked = desk.said(m.Tiles)[-1].tiles
    assert sorted(tile.slot for tile in asked) == [1, 2, 3, 4, 65535]
    shown = {look.box: look.picture_rect for look in desk.live.wall.looks}
    for tile in asked:
        assert (tile.width, tile.height) == (
            round(shown[tile.index].width()),
            round(shown[tile.index].height()),
        )


def test_pictures_are_drawn_where_they_belong(desk, settle, qtbot):
    desk.call(4)
    settle(desk)
    qtbot.wait(50)
    wall = desk.live.wall
    image = wall.grab().toImage()
    for look in wall.looks:
        middle = look.rect.center().toPoint()
        colours = {image.pixelColor(middle.x() + dx, middle.y() - 20).name() for dx in range(-60, 60, 6)}
        assert len(colours) > 3, "a portrait, not a flat tile"


def test_only_the_small_picture_of_the_way_back_is_asked_while_another_section_is_shown(desk, settle):
    desk.call(4)
    settle(desk)
    desk.office.open(OpenSettings("line"))
    assert [(tile.width, tile.height) for tile in desk.said(m.Tiles)[-1].tiles] == [(80, 48)]
    desk.window.show_meeting()
    assert len(desk.said(m.Tiles)[-1].tiles) == 4


def test_people_without_room_are_counted(desk, settle):
    desk.call(24, sharing=True)
    settle(desk)
    assert any("hors vue" in text for text in texts(desk.live))
    desk.live.choose_view("gallery")
    assert not any("hors vue" in text for text in texts(desk.live))


def test_the_code_is_shown_in_two_groups_of_four(desk, settle):
    desk.call()
    desk.hear(m.Code(state="ready", digits="41820733"))
    desk.live.open_code()
    settle(desk)
    assert "4182 0733" in texts(desk.live.side.code)


def test_a_trouble_is_said_and_can_be_put_away(desk, qtbot, settle):
    desk.call()
    desk.hear(m.Trouble(code="frame-forged", name="Dr Tran", slot=2))
    settle(desk)
    assert any("falsifiées" in text for text in texts(desk.live.notices))
    away = next(b for b in desk.live.notices.findChildren(QAbstractButton) if b.isVisible())
    assert away.accessibleName().startswith("Masquer cet avis\xa0: ")
    qtbot.mouseClick(away, Qt.MouseButton.LeftButton)
    settle(desk)
    assert not desk.live.notices.isVisible()


def test_leaving_ends_the_engine_and_shows_the_end(desk, qtbot, settle):
    desk.call()
    settle(desk)
    qtbot.mouseClick(named(desk.live.controls, "Quitter"), Qt.MouseButton.LeftButton)
    settle(desk)
    assert desk.said(m.Leave) == [m.Leave(end=False)]
    assert "Vous avez quitté la réunion" in texts(desk.page.status)


# --- settings -----------------------------------------------------------------------------------------------


def test_what_it_forces_is_readable_and_not_changeable(make_desk):
    policy = Policy.parse(b'{"name":"P","forced":{"ceiling.up":1000},"reasons":{"ceiling.up":"Ligne lente"}}')
    desk = make_desk(policy=policy, session=stills.session())
    i18n.set_language("fr")
    desk.office.open(OpenSettings("line"))
    page = desk.window.page("settings")
    assert "Ligne lente" in texts(page)
    up = next(box for box in page.findChildren(QComboBox) if box.accessibleName() == "Débit montant maximal")
    assert not up.isEnabled()
    assert up.currentText().startswith("1")


def test_the_language_is_chosen_in_the_settings(desk, qtbot):
    desk.office.open(OpenSettings("appearance"))
    page = desk.window.page("settings")
    box = next(box for box in page.findChildren(QComboBox) if box.accessibleName() == "Langue")
    box.setCurrentIndex(box.findData("en"))
    box.activated.emit(box.currentIndex())
    qtbot.waitUntil(lambda: "Language and appearance" in texts(page))


def test_an_image_is_shared_by_its_path(desk, qtbot, settle, tmp_path):
    desk.call()
    settle(desk)
    picture = tmp_path / "scan.png"
    picture.write_bytes(b"\x89PNG")
    desk.live.open_share()
    qtbot.mouseClick(named(desk.live.side.share, "Image"), Qt.MouseButton.LeftButton)
    (path,) = desk.live.side.share.findChildren(QLineEdit)
    qtbot.waitUntil(path.isVisible)
    path.setText(str(tmp_path))
    qtbot.keyClick(path, Qt.Key.Key_Return)
    assert not desk.said(m.Share), "a folder is opened, not shared"
    path.setText(str(picture))
    qtbot.keyClick(path, Qt.Key.Key_Return)
    assert desk.said(m.Share) == [m.Share(kind="image", target=str(picture))]
    desk.live.open_share()
    assert desk.said(m.Share)[-1] == m.Share(kind="stop")


def test_after_sharing_keys_do_not_go_into_the_discussion(desk, qtbot, settle, tmp_path):
    desk.call()
    settle(desk)
    desk.live.open_chat()
    desk.live.open_share()
    qtbot.mouseClick(named(desk.live.side.share, "Image"), Qt.MouseButton.LeftButton)
    (path,) = desk.live.side.share.findChildren(QLineEdit)
    qtbot.waitUntil(path.isVisible)
    path.setFocus()
    path.setText(str(tmp_path / "scan.png"))
    qtbot.keyClick(path, Qt.Key.Key_Return)
    assert desk.live.side.part == "chat"
    assert desk.live.hasFocus()


def test_names_for_a_screen_reader_follow_the_language(desk, qtbot, settle):
    desk.call()
    guest = m.Knocker(knock=1, name="M. Caron", role="", specialty="", trust="guest", since_ms=0)
    desk.hear(m.Lobby(waiting=[guest]))
    settle(desk)
    i18n.set_language("en")
    qtbot.waitUntil(lambda: desk.live.side.accessibleName() == "Meeting panel")
    assert named(desk.live, "Examine M. Caron")
