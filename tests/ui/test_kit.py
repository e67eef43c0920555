"""The kit as people meet it: palette, settings, text sizes, contrast, lists, names of any script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QImage, QPainter
from PyQt6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget

from app.config import TEXT_SIZE, Policy
from app.gallery import NAMES, Gallery
from app.intents import OpenSettings
from app.scenes import stills
from app.settings.rows import SettingRow
from app.trust import News
from app.ui import theme as looks
from app.ui.buttons import Button
from app.ui.grades import GRADES, paint_grade
from app.ui.graphemes import boundaries, first_grapheme
from app.ui.marks import initials
from app.ui.paint import box
from app.ui.palette import GUARD_MS
from app.ui.panes import FocusRing, ground, scrolled
from app.ui.rows import Row, RowList
from app.ui.text import Label
from app.ui.theme import theme, tokens

CTRL = Qt.KeyboardModifier.ControlModifier
POLICY = b'{"forced":{"ceiling.up":1000},"reasons":{"ceiling.up":"Ligne lente"}}'


@pytest.fixture(autouse=True)
def plain_looks():
    yield
    theme().apply("light", 100, "normal")


@pytest.fixture
def window(desk):
    desk.clock_ms = 10_000
    desk.window.palette_layer._clock_ms = lambda: desk.clock_ms
    return desk.window


def find(desk, qtbot, typed):
    qtbot.keyClick(desk.window, Qt.Key.Key_K, CTRL)
    qtbot.keyClicks(desk.window.palette_layer.field, typed)
    desk.clock_ms += GUARD_MS


def read(widget):
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


# --- palette ------------------------------------------------------------------------------------------------


@pytest.fixture
def staffed(desk, qtbot):
    session = stills.directory_session()
    desk.clock_ms = 10_000
    desk.window.palette_layer._clock_ms = lambda: desk.clock_ms
    desk.office.directory.open(session, stills.shelf(), News())
    desk.office.bridge.start(desk.window, desk.office.directory.book(), lambda _book: None, print)
    qtbot.waitUntil(lambda: len(desk.office.directory.known.people) > 20)
    return desk


def test_a_colleague_is_found_recognised_and_opened(staffed, qtbot):
    find(staffed, qtbot, "@tran")
    palette = staffed.window.palette_layer
    qtbot.waitUntil(lambda: {"Dr Mei-Lin Tran", "Radiologie", "Vérifié"} <= set(read(palette.preview)))
    assert "Vérifié" in palette.field.accessibleDescription()
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    page = staffed.window.page("directory")
    qtbot.waitUntil(lambda: page.panel.person is not None)
    assert page.panel.person.name == "Dr Mei-Lin Tran"


def test_nobody_is_found_after_the_lock(staffed):
    staffed.office.lock()
    assert staffed.office.directory.known.people == ()
    assert staffed.window.palette_layer.recents.among([]) == []


def test_what_was_opened_last_stands_first_and_the_lock_forgets_it(desk, window, qtbot):
    find(desk, qtbot, "annuaire")
    qtbot.keyClick(window.palette_layer.field, Qt.Key.Key_Return)
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    rows = window.palette_layer.results.found.rows
    assert (rows[0], rows[1].entry.text) == ("recent", "Annuaire")
    desk.office.lock()
    assert not window.palette_layer.recents._ids


def test_a_setting_is_reached_from_the_palette(desk, window, qtbot):
    find(desk, qtbot, "taille du texte")
    qtbot.keyClick(window.palette_layer.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    assert QApplication.focusWidget().accessibleName() == "Taille du texte"


# --- settings -----------------------------------------------------------------------------------------------


@pytest.fixture
def forced(make_desk):
    made = make_desk(policy=Policy.parse(POLICY), session=stills.session())
    made.office.config.policy.default.update({"language": "fr", "theme": "light"})
    return made


def test_the_search_finds_a_locked_setting_and_says_why(forced, qtbot):
    forced.office.open(OpenSettings("devices"))
    page = forced.window.page("settings")
    qtbot.keyClick(page, Qt.Key.Key_F, CTRL)
    assert page.search.hasFocus()
    qtbot.keyClicks(page.search, "ligne lente")
    qtbot.waitUntil(lambda: "1 réglage trouvé" in read(page))
    (row,) = [row for row in page.findChildren(SettingRow) if row.isVisible()]
    assert row.accessibleName() == "Débit montant maximal\u00a0: 1\u202f000\u202fkb/s, fixé par la DSI"
    assert row.accessibleDescription() == "Ligne lente"
    assert not row.control.isEnabled()
    page.search.clear()
    assert "Audio et vidéo" in read(page)


def test_nothing_found_has_a_way_back(desk, qtbot):
    desk.office.open(OpenSettings("line"))
    page = desk.window.page("settings")
    qtbot.keyClicks(page.search, "zzz")
    qtbot.waitUntil(lambda: "Aucun réglage ne correspond" in read(page))
    page.search.clear()
    assert "Débit" in read(page)


def test_settings_that_cannot_be_read_are_told_with_a_way_on(desk, qtbot):
    desk.office.config.load_user({"text.size": "1e9"})
    desk.office.open(OpenSettings("appearance"))
    page = desk.window.page("settings")
    assert any("n’a pas pu être lu" in text for text in read(page))
    desk.window.page("settings")._mend()
    assert not any("n’a pas pu être lu" in text for text in read(page))


# --- text size, theme, contrast -------------------------------------------------------------------------------


def test_keys_size_the_text_at_once_and_undo_brings_it_back(desk, qtbot):
    bar, pill = desk.window.top, desk.window.top._pill
    before = pill.sizeHint().height()
    for _ in range(5):
        qtbot.keyClick(desk.window, Qt.Key.Key_Plus, CTRL)
    assert desk.office.config.get(TEXT_SIZE) == 150
    qtbot.waitUntil(lambda: theme().text_percent == 150)
    qtbot.waitUntil(lambda: bar.height() >= pill.height() + 8)
    assert pill.sizeHint().height() > before
    qtbot.keyClick(desk.window, Qt.Key.Key_Minus, CTRL)
    assert desk.office.config.get(TEXT_SIZE) == 130
    qtbot.keyClick(desk.window, Qt.Key.Key_0, CTRL)
    assert desk.office.config.get(TEXT_SIZE) == 100
    qtbot.keyClick(desk.window, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: theme().text_percent == 130)


def test_the_system_theme_is_followed_while_it_is_chosen(desk, monkeypatch):
    theme().apply("system")
    monkeypatch.setattr(looks, "system_name", lambda: "dark")
    theme().follow()
    assert theme().name == "dark"
    theme().apply("light")
    theme().follow()
    assert theme().name == "light"


def test_the_systems_contrast_is_worn_when_it_comes(desk, monkeypatch):
    theme().apply(contrast="system")
    monkeypatch.setattr(looks, "system_contrast", lambda: True)
    desk.window.tick()
    assert theme().contrast is not None
    assert tokens()["color"]["light"]["surface"] not in desk.window.top.styleSheet()
    assert theme().color("surface") == QApplication.palette().base().color()
    monkeypatch.setattr(looks, "system_contrast", lambda: False)
    desk.window.tick()
    assert theme().contrast is None


def luminance(color):
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.getRgbF()[:3]
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("level", ["normal", "high"])
def test_the_stage_stays_dark_and_its_words_readable(name, level, qtbot):
    theme().apply(name, contrast=level)
    stage, words = ground(QWidget(), "stage"), Label("Partagé", "body", "stage_text_2")
    QVBoxLayout(stage).addWidget(words)
    qtbot.addWidget(stage)
    stage.setStyleSheet(theme().sheet)
    stage.show()
    behind = stage.grab().toImage().pixelColor(1, 1)
    assert luminance(behind) < 0.05
    assert contrast(words.palette().windowText().color(), behind) >= 4.5


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("level", ["normal", "high"])
def test_contrast_of_text_lines_and_focus(name, level, qtbot):
    theme().apply(name, contrast=level)
    color, high = theme().color, level == "high"
    for below in ("surface", "sunken", "frame", "selected"):
        assert contrast(color("text"), color(below)) >= (15 if high else 10)
        assert contrast(color("text_2"), color(below)) >= (15 if high else 4.5)
        assert contrast(color("focus"), color(below)) >= 3
    assert contrast(color("line_strong"), color("surface")) >= 3
    assert contrast(color("on_accent"), color("accent")) >= 4.5
    for tone in ("ok", "warn", "danger", "info", "ext"):
        assert contrast(color(tone), color(f"{tone}_soft")) >= 4.5


# --- lists, grades, names -------------------------------------------------------------------------------------


def test_a_list_of_400_reads_whole_sentences_and_keeps_its_place(qtbot):
    people: RowList[Row] = RowList("Liste")
    qtbot.addWidget(people)
    rows = [Row(str(n), f"Nom {n}", "64 ans", "FOLFOX", "38 min", grade=n % 6 or None) for n in range(400)]
    people.show_lines(rows)
    people.show()
    people.choose("250")
    index = people.currentIndex()
    sentence = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert sentence == "Grade 4, menace vitale, \u2068Nom 250\u2069, 64 ans, FOLFOX, 38 min"
    people.show_lines(rows[100:])
    assert people.chosen == "250"
    with qtbot.waitSignal(people.opened) as opened:
        qtbot.keyClick(people, Qt.Key.Key_Return)
    assert opened.args == ["250"]


def test_no_two_grades_have_the_same_shape_without_colour(qtbot):
    def shape(grade):
        image = QImage(48, 48, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        paint_grade(painter, image.rect().toRectF(), grade)
        painter.end()
        alpha = image.convertToFormat(QImage.Format.Format_Alpha8)
        return bytes(alpha.constBits().asarray(alpha.sizeInBytes()))

    shapes = {grade: shape(grade) for grade in GRADES}
    assert len({shapes[grade] for grade in (1, 2, 3, 4, 5)}) == 5


@pytest.mark.parametrize("ratio", [1.25, 1.5, 2.0])
def test_a_hairline_is_whole_pixels_of_the_display(qtbot, ratio):
    image = QImage(100, 100, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(3, 3)
    box(painter, image.rect().toRectF().adjusted(0, 0, -60, -60), 0, None, QColor("black"))
    painter.end()
    row = {image.pixelColor(x, 20).name() for x in range(12)}
    assert row == {"#ffffff", "#000000"}, "no grey: the line lies on whole pixels"


def test_initials_keep_their_accents_and_never_cut_a_character():
    assert initials("Dr Nguye\u0302\u0303n Thi\u0323 A\u0301nh") == "NA\u0301"
    assert initials("ד״ר מרים כהן-לוי") == "דכ"
    assert initials("") == "?"


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=40))
def test_graphemes_part_a_text_without_loss(text):
    places = boundaries(text)
    assert places == sorted(set(places))
    if text:
        assert places[0] == 0
        assert places[-1] == len(text)
        assert text.startswith(first_grapheme(text))


def test_the_gallery_shows_odd_names_and_changes_its_looks(qtbot):
    gallery = Gallery()
    qtbot.addWidget(gallery)
    gallery.show()
    people = gallery.findChild(RowList)
    assert [line.title for line in people.shown.lines][2:] == list(NAMES)
    theme().apply("dark", 150)
    qtbot.waitUntil(lambda: gallery._grid.rowCount() == 2)
    gallery.grab()


def test_the_ring_follows_what_is_given_another_holder(qtbot):
    window, first, holder = QWidget(), QPushButton("a"), QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
    window.resize(300, 200)
    banner = QLabel("b")
    banner.hide()
    first.setParent(window)
    for part in (banner, holder):
        column.addWidget(part)
    ring = FocusRing(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    first.setFocus(Qt.FocusReason.TabFocusReason)
    QVBoxLayout(holder).addWidget(first)
    first.show()
    first.setFocus(Qt.FocusReason.TabFocusReason)
    banner.show()
    qtbot.waitUntil(lambda: ring.geometry().center() == first.geometry().center() + holder.pos())


def test_a_button_that_yields_asks_for_its_keys_and_does_without(qtbot):
    firm, yields = (Button("Clore et faire relire", "primary", keys=("Ctrl", "↵")) for _ in range(2))
    yields.yielding()
    for one in (firm, yields):
        qtbot.addWidget(one)
    assert yields.sizeHint() == firm.sizeHint()
    assert yields.minimumSizeHint().width() < firm.minimumSizeHint().width()
    yields.resize(yields.minimumSizeHint())
    yields.show()
    assert yields.sizeHint() == firm.sizeHint(), "it takes its keys back where it has room again"


def test_the_ring_ends_where_the_page_does_that_scrolls(qtbot):
    window, body, tall = QWidget(), QWidget(), QPushButton("a")
    qtbot.addWidget(window)
    tall.setFixedHeight(900)
    inner = QVBoxLayout(body)
    inner.addWidget(tall)
    inner.addSpacing(900)
    area = scrolled(body)
    QVBoxLayout(window).addWidget(area)
    window.resize(300, 200)
    ring = FocusRing(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    tall.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(ring.isVisible)
    assert ring.geometry().bottom() <= area.geometry().bottom() + 4
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
    qtbot.waitUntil(ring.isHidden)
