"""A patient's page as its reader meets it, over a real vault: head, tabs, documents, what is traced, what the lock leaves."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QGuiApplication, QHelpEvent
from PyQt6.QtPdf import QPdfDocument
from PyQt6.QtPrintSupport import QPrinter
from PyQt6.QtWidgets import QAbstractButton, QApplication, QLabel, QToolTip

from app import i18n
from app.config import Policy
from app.patients.access import subject
from app.patients.person import sheets, view
from app.patients.person.page import TABS
from app.scenes import stills, wards
from app.scenes.patients import CHEAP
from app.scenes.person import ODILE, news
from app.scenes.stills import NOW_MS
from app.ui import printing
from app.ui.qtwords import speak_qt
from resources.demo.patients import AUTHORITY, PROFESSIONALS
from storage.patients.facts import Document, Fact, Identity, Key, Movement, Observation, Report, Stamp
from storage.vault import Vault

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
DEFAULT = {"language": "fr", "theme": "light", "patients.rpps": PROFESSIONALS["marchetti"][0]}


class Dossier:
    """The section Patients of an unlocked window, one patient open."""

    def __init__(self, desk, qtbot, vault, ipp=ODILE):
        self.desk, self.qtbot, self.vault = desk, qtbot, vault
        desk.office.patients.begin(stills.session(), vault)
        qtbot.keyClick(desk.window, Qt.Key.Key_3, CTRL)
        self.section = desk.window.page("patients")
        self.page = self.section.person
        self.open(ipp)

    def open(self, ipp):
        number = self.vault.patients.search(ipp).result()[0].id
        self.section.open_patient(number, "emergency")
        self.qtbot.waitUntil(lambda: self.page.patient is not None and self.page.patient.id == number)

    def texts(self):
        return [label.text() for label in self.page.findChildren(QLabel) if label.isVisible()]

    def acts(self):
        return [entry.action for entry in self.vault.audit.about(subject(AUTHORITY, ODILE)).result()]

    def key(self, key, modifiers=Qt.KeyboardModifier.NoModifier):
        self.qtbot.keyClick(QApplication.focusWidget() or self.page, key, modifiers)

    def button(self, name):
        return next(
            one for one in self.page.findChildren(QAbstractButton) if one.text() == name and one.isVisible()
        )

    def press(self, name):
        self.qtbot.mouseClick(self.button(name), Qt.MouseButton.LeftButton)

    def tell(self, *told):
        """Let a message about the patient come in now."""
        seq = self.vault.patients.applied().result() + 1
        stamp = Stamp(NOW_MS + seq, f"N{seq}")
        changed = self.vault.patients.apply(
            [(seq, [Fact(Key(AUTHORITY, ODILE), stamp, one) for one in told])]
        )
        self.desk.office.patients.changed.fire(changed.result())


@pytest.fixture
def vault(tmp_path):
    vault, _code = Vault.create(tmp_path / "profile", "mot de passe", CHEAP)
    vault.patients.apply(wards.facts(NOW_MS)).result()
    news(vault)
    yield vault
    vault.lock()


@pytest.fixture
def dossier(make_desk, qtbot, vault):
    desk = make_desk(session=stills.session(), first="today", policy=Policy(default=DEFAULT))
    return Dossier(desk, qtbot, vault)


def test_the_whole_ins_is_shown_only_once_the_trail_has_it(dossier, qtbot):
    assert "2 54 03 51 454 •••••" in dossier.texts()
    assert not any("123" in text for text in dossier.texts() if "454" in text)
    dossier.press("Afficher le matricule INS")
    qtbot.waitUntil(lambda: any(text.startswith("2 54 03 51 454 123") for text in dossier.texts()))
    assert dossier.acts()[-1] == "patient-ins"
    dossier.press("Masquer le matricule INS")
    assert "2 54 03 51 454 •••••" in dossier.texts()


def test_nothing_is_revealed_or_copied_when_the_trail_takes_nothing(dossier, qtbot):
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("avant")
    dossier.vault.lock()
    dossier.press("Afficher le matricule INS")
    dossier.press("Copier l'identité")
    qtbot.waitUntil(
        lambda: any("Rien n'a été fait" in one.text() for one in dossier.desk.window.findChildren(QLabel))
    )
    assert "2 54 03 51 454 •••••" in dossier.texts()
    assert clipboard.text() == "avant"


def test_the_copied_identity_names_the_patient_and_never_the_ins(dossier, qtbot):
    dossier.press("Copier l'identité")
    clipboard = QGuiApplication.clipboard()
    qtbot.waitUntil(lambda: "LEMAÎTRE Odile" in clipboard.text())
    assert "80421937" in clipboard.text()
    assert "454 " not in clipboard.text()
    assert "•" not in clipboard.text()
    assert dossier.acts()[-1] == "patient-copied"


def test_why_the_record_is_open_stands_whole_below_the_tabs_where_there_is_no_room_beside(dossier, qtbot):
    traced, tabs = dossier.page.traced, dossier.page.tabs

    def whole():
        high = traced.heightForWidth(traced.width())
        inside = traced.parentWidget().rect().contains(traced.geometry())
        return inside and traced.height() >= high and traced.text().startswith("Accès tracé")

    dossier.desk.window.resize(1900, 900)
    qtbot.waitUntil(lambda: whole() and traced.x() > tabs.geometry().right())
    dossier.desk.window.resize(1180, 700)
    qtbot.waitUntil(lambda: whole() and traced.y() >= tabs.geometry().bottom())


def test_ctrl_tab_walks_through_all_parts_and_tab_goes_on_into_them(dossier):
    walked = []
    for _ in TABS:
        walked.append(dossier.page.tabs.choice)
        dossier.key(Qt.Key.Key_Tab, CTRL)
    assert walked == list(TABS)
    assert dossier.page.tabs.isAncestorOf(QApplication.focusWidget())
    dossier.key(Qt.Key.Key_Right)
    assert dossier.page.tabs.choice == "moves"
    dossier.key(Qt.Key.Key_Tab)
    assert dossier.page.parts["moves"].isAncestorOf(QApplication.focusWidget())


def test_news_of_the_patient_leave_tab_and_place_alone(dossier, qtbot):
    moves = [Movement(f"L{n}", "INSERT", "A02", NOW_MS - n * 3_600_000, visit="old") for n in range(60)]
    dossier.tell(*moves)
    dossier.page.choose("moves")
    listed = dossier.page.parts["moves"].list
    qtbot.waitUntil(lambda: listed.shown.rowCount() > 60)
    listed.verticalScrollBar().setValue(700)
    before = listed.indexAt(QPoint(1, 1)).data(Qt.ItemDataRole.UserRole).key
    dossier.tell(Identity({"used_name": "COSTA"}), Movement("new", "INSERT", "A02", NOW_MS - 1, visit="old"))
    qtbot.waitUntil(lambda: "COSTA" in " ".join(dossier.texts()))
    qtbot.waitUntil(lambda: any(line.key.endswith(" new") for line in listed.shown.lines))
    assert dossier.page.tabs.choice == "moves"
    assert listed.indexAt(QPoint(1, 1)).data(Qt.ItemDataRole.UserRole).key == before


def test_a_movement_keeps_its_code_in_the_tooltip(dossier, monkeypatch):
    dossier.page.choose("moves")
    listed, said = dossier.page.parts["moves"].list, []
    monkeypatch.setattr(QToolTip, "showText", lambda _place, text, *_: said.append(text))
    place = listed.visualRect(listed.shown.index(1)).center()
    event = QHelpEvent(QEvent.Type.ToolTip, place, listed.viewport().mapToGlobal(place))
    QApplication.sendEvent(listed.viewport(), event)
    assert said[0].startswith("HL7 A04, mouvement ")


def test_a_document_opens_in_the_window_and_alt_left_goes_back_to_the_list(dossier, qtbot):
    dossier.page.choose("papers")
    reader = dossier.page.parts["papers"]
    reader.list.setCurrentIndex(reader.list.shown.index(0))
    reader.list.setFocus()
    with qtbot.waitSignal(reader.paper.shown):
        dossier.key(Qt.Key.Key_Return)
    assert dossier.acts()[-1] == "patient-document"
    assert reader.back.isVisible()
    dossier.key(Qt.Key.Key_Left, ALT)
    qtbot.waitUntil(reader.list.isVisible)
    assert dossier.desk.window.page("patients").isVisible()


def test_a_withdrawn_document_says_so_and_is_not_fetched(dossier):
    dossier.page.choose("papers")
    reader = dossier.page.parts["papers"]
    gone = next(line for line in reader.list.shown.lines if line.paper.withdrawn)
    reader.open_key(gone.key)
    assert "Ce document a été retiré par son auteur" in dossier.texts()
    assert "patient-document" not in dossier.acts()


def test_a_document_whose_message_has_nothing_says_so(dossier, qtbot):
    dossier.page.choose("papers")
    reader = dossier.page.parts["papers"]
    bare = next(
        line for line in reader.list.shown.lines if line.paper.segment < 0 and not line.paper.withdrawn
    )
    reader.open_key(bare.key)
    assert "Aucun contenu reçu pour ce document" in dossier.texts()
    qtbot.mouseClick(reader.back, Qt.MouseButton.LeftButton)
    assert reader.list.isVisible()


def test_a_masked_document_is_kept_from_who_reads_outside_the_care_team(make_desk, qtbot, vault):
    outside = Policy(default={**DEFAULT, "patients.rpps": "10199999998"})
    dossier = Dossier(make_desk(session=stills.session(), first="today", policy=outside), qtbot, vault)
    dossier.page.choose("papers")
    titles = [line.title for line in dossier.page.parts["papers"].list.shown.lines]
    assert "CR anatomopathologie" in titles
    assert "IRM cérébrale" not in titles
    assert any(text.startswith("1 document masqué") for text in dossier.texts())


def test_a_document_withdrawn_while_it_is_read_is_closed(dossier, qtbot):
    dossier.page.choose("papers")
    reader = dossier.page.parts["papers"]
    with qtbot.waitSignal(reader.paper.shown):
        reader.open_key(reader.list.shown.lines[0].key)
    paper = reader.list.shown.lines[0].paper
    dossier.tell(Document(paper.id, "delete", paper.code, paper.label, paper.at_ms))
    qtbot.waitUntil(reader.list.isVisible)


def test_ctrl_t_shows_the_curve_then_the_same_values_as_a_table(dossier):
    dossier.page.choose("values")
    dossier.page.focus_first()
    dossier.key(Qt.Key.Key_T, CTRL)
    results = dossier.page.part("values")
    assert results.curves.curve.isVisible()
    assert results.curves.curve.accessibleName().startswith("Courbe de Hémoglobine, 5 valeurs, dernière 10,8")
    dossier.key(Qt.Key.Key_T, CTRL)
    assert results.curves.table.isVisible()
    values = [results.curves.table.shown.index(row, 1).data() for row in range(5)]
    assert values == [
        "10,8\u00a0g/dL",
        "10,6\u00a0g/dL",
        "11,1\u00a0g/dL",
        "11,8\u00a0g/dL",
        "12,4\u00a0g/dL",
    ]
    assert results.curves.table.shown.index(0, 4).data() == "corrigé · auparavant 10,9"


def test_the_nearest_point_of_a_curve_tells_its_value(dossier):
    dossier.page.choose("values")
    dossier.page.part("values").choose("curve")
    curve = dossier.page.part("values").curves.curve
    at_ms, value, line = curve._series.points[0]
    assert curve.nearest(curve._place(at_ms, value)) is line
    assert curve.nearest(QPointF(0, 0)) is None


def test_results_over_time_say_in_words_what_they_show_in_colour(dossier):
    dossier.page.choose("values")
    dossier.page.part("values").choose("time")
    shown = dossier.page.part("values").table.shown
    row = next(at for at, one in enumerate(shown.rows) if one.label == "TCA")
    cell = shown.index(row, 1)
    assert cell.data() == "1,9 ↑↑"
    assert (
        cell.data(Qt.ItemDataRole.AccessibleTextRole)
        == "TCA, 11/11/2026 à 08:10\u00a0: 1,9\u00a0ratio, ↑↑ très haut"
    )


def test_a_text_keeps_all_its_words(dossier):
    dossier.page.choose("values")
    listed = dossier.page.parts["values"].list
    row = next(
        at for at, line in enumerate(listed.shown.lines) if getattr(line, "label", "") == "Commentaire"
    )
    plain = listed.visualRect(listed.shown.index(row - 1)).height()
    assert listed.visualRect(listed.shown.index(row)).height() > plain


def test_the_csv_of_results_holds_no_formula(dossier, qtbot):
    odd = Observation("X", "=2+5", "L", "ST", ("@SUM(A1)",), status="F")
    dossier.tell(Report("R-odd", "", "Divers", NOW_MS, "F", observations=(odd,)))
    dossier.page.choose("values")
    qtbot.waitUntil(
        lambda: any(
            getattr(line, "label", "") == "=2+5" for line in dossier.page.parts["values"].list.shown.lines
        )
    )
    dossier.press("Copier en CSV")
    clipboard = QGuiApplication.clipboard()
    qtbot.waitUntil(lambda: "Hémoglobine" in clipboard.text())
    assert ";'=2+5;'@SUM(A1);" in clipboard.text()
    assert dossier.acts()[-1] == "patient-exported"


def test_who_consulted_is_told_with_the_reason(dossier, qtbot):
    dossier.press("Qui a consulté")
    table = dossier.page.parts["readers"].table
    qtbot.waitUntil(lambda: table.isVisible() and table.shown.rowCount() > 0)
    row = [table.shown.index(0, column).data() for column in range(5)]
    assert row[1].endswith("(vous)")
    assert row[3:] == ["Dossier ouvert", "prise en charge"]


def test_the_lock_leaves_nothing_of_the_patient_on_the_page(dossier, qtbot):
    for tab in TABS:
        dossier.page.choose(tab)
    dossier.desk.office.patients.end()
    qtbot.waitUntil(lambda: dossier.page.patient is None)
    qtbot.wait(1)
    texts = " ".join(label.text() for label in dossier.page.findChildren(QLabel))
    assert "LEMA" not in texts
    assert "80421937" not in texts
    for part in ("moves", "values", "papers"):
        assert dossier.page.parts[part].list.shown.rowCount() == 0


def test_another_patient_shows_nothing_of_the_one_before(dossier):
    dossier.page.choose("values")
    dossier.open("80500317")
    assert dossier.page.tabs.choice == "summary"
    assert "LE MAITRE" in " ".join(dossier.texts())
    assert "LEMAÎTRE" not in " ".join(dossier.texts())
    dossier.page.choose("values")
    assert "Aucun résultat reçu" in dossier.texts()


def test_a_printed_page_says_whose_it_is_and_who_printed_it(dossier, tmp_path):
    record = dossier.page._record
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "sheet.pdf"))
    pages = printing.put(
        printer, sheets.results(record) * 4, view.printed_head(record), "Imprimé par Dr Marchetti"
    )
    document = QPdfDocument(None)
    document.load(str(tmp_path / "sheet.pdf"))
    assert document.pageCount() == pages > 1
    for page in range(pages):
        text = document.getAllText(page).text()
        assert "LEMAÎTRE Odile" in text
        assert "Imprimé par Dr Marchetti" in text
    for body in (sheets.identity(record), sheets.movements(record)):
        assert printing.put(printer, body, "x", "y") > 0


def test_every_control_of_every_part_has_a_name_and_a_tooltip(dossier):
    for tab in TABS:
        dossier.page.choose(tab)
        for button in dossier.page.findChildren(QAbstractButton):
            if button.isVisible() and button.focusPolicy() != Qt.FocusPolicy.NoFocus:
                assert button.accessibleName(), button
                assert button.toolTip(), button


def test_the_page_speaks_another_language_at_once(dossier, qtbot):
    dossier.page.choose("values")
    i18n.set_language("en")
    qtbot.waitUntil(lambda: "Female" in dossier.texts())
    assert "14 Mar 1954 (72 years)" in dossier.texts()
    assert "Féminin" not in dossier.texts()
    shown = dossier.page.parts["values"].list.shown
    said = " ".join(shown.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(10))
    assert "corrected, before 10.9" in said
    assert "very high" in said


def test_the_key_of_finding_looks_in_the_document_that_is_open_beside_the_focus(dossier, qtbot):
    dossier.page.choose("papers")
    reader = dossier.page.part("papers")
    with qtbot.waitSignal(reader.paper.shown):
        reader.open_key(reader.list.shown.lines[0].key)
    assert reader.back.hasFocus()
    dossier.key(Qt.Key.Key_F, CTRL)
    assert reader.paper._find.isVisible()
    reader.close_paper()
    dossier.key(Qt.Key.Key_F, CTRL)
    assert dossier.section.finder.search.hasFocus()


def test_what_qt_says_itself_is_said_in_the_language_of_the_window(dossier):
    app = QApplication.instance()
    assert QApplication.translate("QPrintDialog", "Print") == "Imprimer"
    speak_qt(app, "en")
    assert QApplication.translate("QPrintDialog", "Print") == "Print"
    speak_qt(app, "fr")
    assert QApplication.translate("QPrintDialog", "Print") == "Imprimer"
