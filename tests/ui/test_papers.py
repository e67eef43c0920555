"""Documents as people meet them: shown, searched, marked, printed, refused; the window lives through all of it."""

from __future__ import annotations

import base64
import re
from xml.etree import ElementTree as ET

import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt, QTimer
from PyQt6.QtGui import QGuiApplication, QWheelEvent
from PyQt6.QtPrintSupport import QPrinter
from PyQt6.QtWidgets import QAbstractButton, QApplication, QLabel

from app import i18n
from app.bridge import Bridge
from app.papers import link
from app.papers.viewer import PaperView
from app.ui.theme import dress, theme
from storage.patients.records import Patient, Status
from tests.unit.papers import pdfs
from tests.unit.papers.cdas import cda, section, wrapped
from tests.unit.papers.test_cda import FILES
from tests.unit.papers.test_press import SMALL, endless, flood

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ELISE = Patient(
    1,
    "CHVS",
    "8001234567",
    Status.QUALIFIED,
    birth_name="DELAUNAY ROUSSET",
    given_name="Élise",
    birth="19600514",
    ins="260058815400120",
)
TEN = pdfs.pages(
    *[(f"Page {n} du compte rendu", "Hémoglobine normale" if n == 7 else "rien") for n in range(10)]
)


@pytest.fixture(scope="module")
def bridge():
    made = Bridge()
    yield made
    made.close()


@pytest.fixture
def paper(qtbot, bridge):
    dress(QApplication.instance(), "light")
    view = PaperView(bridge)
    view.resize(900, 700)
    qtbot.addWidget(view)
    view.show()
    yield view
    view.clear()
    i18n.set_language("fr")
    theme().apply("light", 100, "normal")


def show(qtbot, paper, media, data, **more):
    """Show a document and wait until all of it stands there."""
    with qtbot.waitSignal(paper.shown):
        paper.show_bytes(media, data, "Compte rendu", **more)
    if paper._story.isVisible():
        qtbot.waitUntil(lambda: paper._story._writing is None)
    if paper._pages.isVisible():
        qtbot.waitUntil(lambda: bool(paper._pages._pictures.kept) and not paper._pages._busy)


def words(widget):
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def button(paper, name):
    return next(one for one in paper.findChildren(QAbstractButton) if one.accessibleName() == name)


def open_find(qtbot, paper):
    paper.activateWindow()
    qtbot.waitUntil(paper.isActiveWindow)
    paper.setFocus()
    qtbot.keyClick(paper._front(), Qt.Key.Key_F, CTRL)
    assert paper._find.field.hasFocus()


def refused(qtbot, paper, media, data):
    paper.show_bytes(media, data, "Compte rendu")
    qtbot.waitUntil(lambda: paper._stack.currentWidget() is paper._trouble)
    return words(paper)


# --- CDA ----------------------------------------------------------------------------------------------------


def test_cda_is_shown_as_text_with_its_patient_and_its_tables(qtbot, paper):
    text = "<paragraph>Adénocarcinome</paragraph><table><tr><th>Stade</th><td>T2</td></tr></table>"
    show(qtbot, paper, "text/xml", cda(section(text)), patient=ELISE)
    told = paper._story.toPlainText()
    for part in (
        "Fiche RCP thorax",
        "DELAUNAY-ROUSSET Élise",
        "14/05/1960",
        "Adénocarcinome",
        "Stade",
        "T2",
        "DR Hélène Marchetti",
    ):
        assert part in told
    assert "autre patient" not in words(paper)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"birth_name": "DELAUNAY"},
            "Nom de naissance\u00a0: DELAUNAY-ROUSSET dans le document, DELAUNAY ici.",
        ),
        ({"birth": "19600515"}, "Date de naissance\u00a0: 14/05/1960 dans le document, 15/05/1960 ici."),
        ({"given_name": "Éloïse"}, "Prénom"),
        ({"ins": "260058815400121"}, "INS"),
    ],
)
def test_cda_of_another_patient_is_said_in_red_above_it(qtbot, paper, change, said):
    fields = {name: getattr(ELISE, name) for name in ("birth_name", "given_name", "birth", "ins")}
    other = Patient(2, "CHVS", "9", Status.QUALIFIED, **{**fields, **change})
    show(qtbot, paper, "text/xml", cda(section("x")), patient=other)
    assert "Ce document nomme un autre patient" in words(paper)
    assert said in words(paper)
    assert "x" in paper._story.toPlainText()
    paper.clear()
    assert "autre patient" not in words(paper)


def test_cda_that_names_nobody_is_said(qtbot, paper):
    nameless = re.sub(rb"<recordTarget>.*</recordTarget>", b"", cda(section("x")), flags=re.DOTALL)
    show(qtbot, paper, "text/xml", nameless, patient=ELISE)
    assert "ne nomme aucun patient" in words(paper)


def test_cda_of_level_1_shows_header_and_pdf(qtbot, paper):
    inside = base64.b64encode(pdfs.pages(("Scanner",))).decode()
    show(qtbot, paper, "text/xml", wrapped("application/pdf", inside), patient=ELISE)
    assert paper._story.isVisible()
    assert paper._pages.isVisible()
    assert paper._pages.height() > paper._story.height()


def test_markup_in_a_text_stays_text(qtbot, paper):
    text = "&lt;img src='file:///etc/hostname'&gt; &lt;b&gt;gras&lt;/b&gt;"
    show(qtbot, paper, "text/xml", cda(section(text)))
    assert "<img src='file:///etc/hostname'> <b>gras</b>" in paper._story.toPlainText()
    assert paper._story.anchorAt(QPoint(40, 300)) == ""


def test_language_and_theme_may_change_under_a_document(qtbot, paper):
    show(qtbot, paper, "text/xml", cda(section("x")))
    i18n.set_language("en")
    QApplication.sendEvent(paper._story, _language_change())
    qtbot.waitUntil(lambda: "Legal" in paper._story.toPlainText() or "Author" in paper._story.toPlainText())
    theme().apply("dark")
    qtbot.waitUntil(lambda: paper._story._writing is None)
    assert "Author" in paper._story.toPlainText()


def _language_change():
    from PyQt6.QtCore import QEvent

    return QEvent(QEvent.Type.LanguageChange)


def in_words(text):
    return re.findall(r"\w+", text)


@pytest.mark.skipif(not FILES, reason="the corpus is not here")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_word_of_the_corpus_stands_on_the_screen_in_order(qtbot, paper, path):
    show(qtbot, paper, "text/xml", path.read_bytes())
    shown = iter(in_words(paper._story.toPlainText()))
    root = ET.fromstring(path.read_bytes())
    for section_ in root.iter("{urn:hl7-org:v3}section"):
        for tag in ("title", "text"):
            for node in section_.findall(f"{{urn:hl7-org:v3}}{tag}"):
                for word in in_words(" ".join(node.itertext())):
                    assert word in shown, word


def test_long_document_is_written_in_slices(qtbot, paper):
    rows = "".join(f"<tr><td>{n}</td><td>valeur {n}</td><td>g/L</td></tr>" for n in range(1500))
    ticks = []
    timer = QTimer(paper)
    timer.timeout.connect(lambda: ticks.append(1))
    timer.start(0)
    show(qtbot, paper, "text/xml", cda(section(f"<table>{rows}</table>")))
    assert "valeur 1499" in paper._story.toPlainText()
    assert len(ticks) > 10


# --- PDF ----------------------------------------------------------------------------------------------------


def test_pdf_is_paged_zoomed_and_read_aloud(qtbot, paper):
    show(qtbot, paper, "application/pdf", TEN)
    pages = paper._pages
    assert "1 / 10" in words(paper)
    button(paper, "Page suivante").click()
    assert "2 / 10" in words(paper)
    qtbot.waitUntil(lambda: "Page 1 du compte rendu" in pages.accessibleDescription())
    assert "page 2 sur 10" in pages.accessibleName()
    pages.setFocus()
    qtbot.keyClick(pages, Qt.Key.Key_End)
    assert "10 / 10" in words(paper)
    before = pages.percent
    qtbot.keyClick(pages, Qt.Key.Key_Plus, CTRL)
    assert pages.percent > before
    assert "10 / 10" in words(paper)
    qtbot.keyClick(pages, Qt.Key.Key_0, CTRL)
    assert pages.percent == before


def test_wheel_zooms_with_ctrl_only(qtbot, paper):
    show(qtbot, paper, "application/pdf", TEN)
    before = paper._pages.percent
    for keys in (Qt.KeyboardModifier.NoModifier, CTRL):
        at = QPointF(300, 300)
        turn = QWheelEvent(
            at,
            at,
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            keys,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(paper._pages.viewport(), turn)
        assert (paper._pages.percent > before) == (keys == CTRL)


def test_text_of_a_pdf_is_found_on_whatever_page(qtbot, paper):
    show(qtbot, paper, "application/pdf", TEN)
    open_find(qtbot, paper)
    qtbot.keyClicks(paper._find.field, "hemoglobine")
    qtbot.waitUntil(lambda: "1 sur 1" in words(paper))
    assert paper._pages.page == 7
    paper._find.field.setText("compte")
    qtbot.waitUntil(lambda: "1 sur 10" in words(paper))
    qtbot.keyClick(paper._find.field, Qt.Key.Key_Return, SHIFT)
    assert "10 sur 10" in words(paper)
    paper._find.field.setText("absent")
    qtbot.waitUntil(lambda: "Introuvable" in words(paper))
    qtbot.keyClick(paper._find.field, Qt.Key.Key_Escape)
    assert not paper._find.isVisible()


def test_text_of_a_cda_is_found_and_stays_found_when_it_grows(qtbot, paper):
    show(qtbot, paper, "text/xml", cda(section("Dose réduite 𝒳 puis réduite")))
    open_find(qtbot, paper)
    paper._find.field.setText("reduite")
    assert "1 sur 2" in words(paper)
    qtbot.keyClick(paper, Qt.Key.Key_F3)
    assert paper._story.textCursor().selectedText() == "réduite"
    paper._story.zoom_by(1)
    qtbot.waitUntil(lambda: paper._story._writing is None)
    assert "sur 2" in words(paper)


def test_marked_text_of_a_pdf_goes_to_the_clipboard(qtbot, paper):
    show(qtbot, paper, "application/pdf", TEN)
    view = paper._pages.viewport()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    qtbot.mouseMove(view, QPoint(850, 200))
    event_at = QPointF(850, 200)
    from PyQt6.QtCore import QEvent
    from PyQt6.QtGui import QMouseEvent

    left = Qt.MouseButton.LeftButton
    QApplication.sendEvent(
        view,
        QMouseEvent(QEvent.Type.MouseMove, event_at, event_at, left, left, Qt.KeyboardModifier.NoModifier),
    )
    qtbot.waitUntil(lambda: paper._pages.selected is not None)
    qtbot.keyClick(paper._pages, Qt.Key.Key_C, CTRL)
    assert "Page 0 du compte rendu" in QGuiApplication.clipboard().text()


def test_picture_is_shown_and_has_nothing_to_search(qtbot, paper):
    show(qtbot, paper, "image/png", SMALL)
    assert paper._pages.count == 1
    assert not paper._seek.isEnabled()


# --- what is refused, and what breaks -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("media", "data", "said"),
    [
        ("application/pdf", b"nothing", "Ce document est endommagé"),
        ("text/rtf", b"{\\rtf1}", "n'est pas montré ici"),
        ("text/xml", b"<!DOCTYPE a><a/>", "déclarations interdites"),
        ("application/pdf", b"", "est vide"),
    ],
)
def test_what_is_refused_gets_a_sentence_and_a_way_on(qtbot, paper, media, data, said):
    told = refused(qtbot, paper, media, data)
    assert said in told
    assert len(told) > len(said) + 40


def test_window_lives_through_what_kills_or_stops_the_press(qtbot, paper, monkeypatch):
    monkeypatch.setattr(link, "OPEN_S", 2.0)
    for bomb in (flood(), endless()):
        told = refused(qtbot, paper, "application/pdf", bomb)
        assert "échouer son lecteur" in told or "pris trop de temps" in told
    monkeypatch.setattr(link, "OPEN_S", 60)
    show(qtbot, paper, "application/pdf", TEN)
    assert "1 / 10" in words(paper)


def test_page_that_cannot_be_drawn_says_so_and_the_others_are_shown(qtbot, paper, monkeypatch):
    heavy = b"/Sh sh " * 60_000
    shading = (
        b"/Shading << /Sh << /ShadingType 1 /ColorSpace /DeviceRGB /Domain [0 1 0 1] "
        b"/Function << /FunctionType 4 /Domain [0 1 0 1] /Range [0 1 0 1 0 1] /Length 30 >> >> >>"
    )
    monkeypatch.setattr(link, "ASK_S", 1.0)
    paper.show_bytes("application/pdf", pdfs.with_content(heavy, resources=shading), "Compte rendu")
    qtbot.waitUntil(lambda: bool(paper._pages._pictures.failed))
    assert set(paper._pages._pictures.failed.values()) <= {"slow", "died"}
    assert paper._stack.currentWidget() is paper._content


def test_newest_document_wins(qtbot, paper):
    paper.show_bytes("application/pdf", endless(), "Un")
    show(qtbot, paper, "text/plain", b"le second")
    assert "le second" in paper._story.toPlainText()


def test_nothing_stays_after_clear(qtbot, paper):
    show(qtbot, paper, "text/xml", cda(section("secret")), patient=ELISE)
    press = paper._press
    paper.clear()
    assert paper._story.toPlainText() == ""
    assert paper._story.accessibleName() == ""
    qtbot.waitUntil(lambda: press.pid == 0)
    show(qtbot, paper, "application/pdf", TEN)
    paper.clear()
    assert not paper._pages._pictures.kept
    assert "Compte rendu" not in words(paper)


# --- paper --------------------------------------------------------------------------------------------------


def printed(qtbot, paper, tmp_path):
    """Print what is shown into a PDF and return its text, page by page."""
    from app.papers.leaves import Pdf

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "out.pdf"))
    with qtbot.waitSignal(paper.printed):
        paper._printing.start(printer, paper._opened, paper._press, "DELAUNAY ROUSSET Élise")
    del printer
    leaves = Pdf((tmp_path / "out.pdf").read_bytes())
    return ["".join(leaves.read(page).text.split()) for page in range(len(leaves.sizes))]


def test_every_printed_page_names_the_patient(qtbot, paper, tmp_path):
    rows = "".join(f"<tr><td>{n}</td><td>valeur {n}</td></tr>" for n in range(120))
    show(qtbot, paper, "text/xml", cda(section(f"<table>{rows}</table>")))
    sheets = printed(qtbot, paper, tmp_path)
    assert len(sheets) > 2
    assert all("DELAUNAYROUSSET" in sheet for sheet in sheets)
    assert "valeur119" in "".join(sheets)


def test_pdf_is_printed_page_for_page(qtbot, paper, tmp_path):
    show(qtbot, paper, "application/pdf", TEN)
    sheets = printed(qtbot, paper, tmp_path)
    assert len(sheets) == 10
    assert all("DELAUNAYROUSSET" in sheet for sheet in sheets)


# --- everybody ----------------------------------------------------------------------------------------------


def test_every_control_is_named_told_and_reached_by_tab(qtbot, paper):
    show(qtbot, paper, "application/pdf", TEN)
    paper._find.open()
    for one in paper.findChildren(QAbstractButton):
        if one.isVisible() and one.parent() is not paper._find.field:
            assert one.accessibleName()
            assert one.toolTip().startswith(one.accessibleName())
            assert one.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert paper._pages.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_page_pictures_fit_the_view(qtbot, paper):
    show(qtbot, paper, "application/pdf", TEN)
    paper.resize(600, 700)
    qtbot.waitUntil(lambda: not paper._pages._stale(0))
    assert paper._pages.horizontalScrollBar().maximum() == 0
