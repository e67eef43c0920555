"""The first run as a person sees it: an empty folder, then a desk."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QWidget

from app import i18n
from app.admin.organisation import Organisation
from app.scenes.stills import NOW_MS
from app.signin.service import SignIn
from app.ui.text import Label
from media.keys.certs import Request
from tests.harness.cheap import CHEAP

PASSWORD = "girafe tambour velours cascade"
NOW_S = NOW_MS // 1000


@pytest.fixture
def start(make_desk, tmp_path):
    def make():
        return make_desk(folder=tmp_path / "p", make_signin=SignIn, more={"terms": CHEAP})

    return make


@pytest.fixture
def desk(start):
    return start()


def shown(desk):
    return [label.text() for label in desk.office.door.findChildren(Label) if label.isVisible()]


def says(desk, words):
    return any(words in text.replace("\u00a0", " ").replace("\u202f", " ") for text in shown(desk))


def protect(desk, qtbot, password=PASSWORD, again=None):
    step = desk.office.door.first.protect
    step.forget()
    qtbot.keyClicks(step.password, password)
    qtbot.keyClicks(step.again, password if again is None else again)
    qtbot.keyClick(step.again, Qt.Key.Key_Return)


def confirm(desk, qtbot):
    step = desk.office.door.first.code
    qtbot.waitUntil(lambda: desk.office.door.first.step == "code")
    groups = step._code.split("-")
    for index, field in zip(step.asked, step.fields, strict=True):
        qtbot.keyClicks(field, groups[index])
    qtbot.keyClick(step.fields[-1], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.office.door.first.step != "code")


def identify(desk, qtbot, name="Dr Iris Vanel"):
    step = desk.office.door.first.identity
    qtbot.keyClicks(step.name, name)
    qtbot.keyClicks(step.specialty, "Radiologie")
    qtbot.keyClick(step.specialty, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.office.door.first.step == "import")


def reply(desk, tmp_path, qtbot):
    """Save the request, let the organisation answer."""
    step = desk.office.door.first.answer
    step.saver.path.setText(str(tmp_path / "desk.request"))
    qtbot.mouseClick(step.saver.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: says(desk, "Enregistré"))
    organisation = Organisation.create("CH d'essai", NOW_S)[0]
    certificate = organisation.issue(Request.parse((tmp_path / "desk.request").read_bytes()), NOW_S)
    (tmp_path / "answer").write_bytes(organisation.enrolment(certificate, NOW_S).encode())
    return step


def test_no_other_window_flashes_and_takes_the_focus(start):
    flashed = []

    class Watch(QObject):
        def eventFilter(self, what, event):  # noqa: N802 -- Qt's name
            if event.type() == QEvent.Type.Show and isinstance(what, QWidget) and what.isWindow():
                flashed.append(type(what).__name__)
            return False

    watch = Watch()
    QApplication.instance().installEventFilter(watch)
    assert start().office.door.first.isVisible()
    assert set(flashed) <= {"Window"}


def test_an_empty_folder_opens_on_the_first_step(desk):
    first = desk.office.door.first
    assert first.isVisible()
    assert first.protect.password.hasFocus()
    assert says(desk, "Comment ouvrir vos données sur ce poste ?")


def test_from_nothing_to_an_open_desk(desk, qtbot, tmp_path):
    protect(desk, qtbot)
    confirm(desk, qtbot)
    identify(desk, qtbot)
    step = reply(desk, tmp_path, qtbot)
    step.file.setText(str(tmp_path / "answer"))
    step.relay.setText("relay.test:443")
    step.pin.setText("ab" * 32)
    qtbot.keyClick(step.pin, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: says(desk, "Est-ce bien votre établissement ?"))
    assert says(desk, "CH d'essai")
    assert says(desk, "Dr Iris Vanel, Médecin, Radiologie")
    assert desk.window.locked, "nothing opens before the organisation was accepted"
    first = desk.office.door.first
    assert first._back.hasFocus(), "an Enter too many accepts nobody"
    first.next.click()
    qtbot.waitUntil(lambda: not desk.window.locked)
    assert not first.accept.organisation.text()
    assert desk.office.session().name == "Dr Iris Vanel"
    desk.office.lock()
    assert desk.office.lock_page.isVisible(), "from now on it is a locked desk"


def test_a_restart_goes_on_where_it_stopped(desk, start, qtbot):
    protect(desk, qtbot)
    confirm(desk, qtbot)
    identify(desk, qtbot)
    desk.window.close()
    again = start()
    assert again.office.lock_page.isVisible()
    again.office.lock_page.type_password(PASSWORD)
    qtbot.waitUntil(again.office.door.first.isVisible)
    assert again.office.door.first.step == "import"
    assert again.window.locked
    again.office.door.first._back.click()
    assert again.office.door.first.identity.name.text() == "Dr Iris Vanel"


def test_a_weak_or_mistyped_password_is_told_without_rules(desk, qtbot):
    protect(desk, qtbot, "motdepasse")
    assert says(desk, "se devine trop vite")
    protect(desk, qtbot, PASSWORD, "girafe tambour velours cascad")
    assert says(desk, "Les deux saisies diffèrent")
    assert desk.office.door.first.step == "protect"


def test_wrong_groups_keep_the_code_on_the_screen(desk, qtbot):
    protect(desk, qtbot)
    first = desk.office.door.first
    qtbot.waitUntil(lambda: first.step == "code")
    first.next.click()
    qtbot.waitUntil(lambda: says(desk, "ne sont pas ceux de la clé"))
    assert first.step == "code"


@pytest.mark.parametrize(
    ("file", "relay", "pin", "words"),
    [
        ("answer", "relay.test", "ab" * 32, "s’écrit nom:port"),
        ("answer", "relay.test:443", "ab", "64 chiffres hexadécimaux. Recopiez"),
        ("nowhere", "relay.test:443", "ab" * 32, "n’a pas pu être lu"),
        ("desk.request", "relay.test:443", "ab" * 32, "n’est pas un enrôlement"),
    ],
)
def test_each_wrong_answer_has_its_sentence(desk, qtbot, tmp_path, file, relay, pin, words):
    protect(desk, qtbot)
    confirm(desk, qtbot)
    identify(desk, qtbot)
    step = reply(desk, tmp_path, qtbot)
    step.file.setText(str(tmp_path / file))
    step.relay.setText(relay)
    step.pin.setText(pin)
    desk.office.door.first.next.click()
    qtbot.waitUntil(lambda: says(desk, words))
    assert desk.window.locked


def test_an_idle_half_made_desk_hides_everything_and_asks_for_the_password(desk, qtbot):
    protect(desk, qtbot)
    first = desk.office.door.first
    qtbot.waitUntil(lambda: first.step == "code")
    code = first.code._code
    desk.office.idle.idle.emit()
    assert desk.office.lock_page.isVisible()
    texts = [label.text() for label in desk.window.findChildren(Label)]
    assert not any(code.split("-")[0] in text for text in texts)
    assert not any(
        field.text() for field in first.findChildren(QLineEdit) if "phrase" in field.accessibleName()
    )


def test_a_copied_code_is_the_code(desk, qtbot):
    protect(desk, qtbot)
    first = desk.office.door.first
    qtbot.waitUntil(lambda: first.step == "code")
    first.code._copy.click()
    assert QGuiApplication.clipboard().text() == first.code._code
    assert says(desk, "Le presse-papiers sera vidé")
    desk.office.idle.idle.emit()
    assert QGuiApplication.clipboard().text() == "", "a locked desk leaves no code to paste"


def test_everything_has_a_name_and_speaks_english_at_once(desk, qtbot):
    first = desk.office.door.first
    i18n.set_language("en")
    qtbot.waitUntil(lambda: says(desk, "How will you open your data on this desk?"))
    for kind in (QAbstractButton, QLineEdit, QComboBox, QPlainTextEdit):
        for control in first.findChildren(kind):
            if control.isEnabled() and not control.objectName().startswith("qt_"):
                assert control.accessibleName(), control
