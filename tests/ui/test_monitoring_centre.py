"""What stands in the middle of Télésuivi, as a nurse reads it: the real window over a real vault, a real relay."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractButton, QApplication, QLabel, QMenu

from app.monitoring.centre import DAY_MS
from app.monitoring.muting import SPANS
from app.times import Site
from app.ui import printing
from media.mail.policy import Part, Policy, Protocol
from storage.patients.facts import Answered, Stamp
from tests.harness.beside import Two
from tests.harness.wards import alert_of, asked, named

CTRL = Qt.KeyboardModifier.ControlModifier
HOUR_MS, WEEK_MS = 3_600_000, 7 * 86_400_000
WORDS = "Je ne garde rien depuis hier"


class Ward(Two):
    """Alice in the section Télésuivi with patients who answered."""

    def __init__(self, make_desk, qtbot, folder):
        super().__init__(make_desk, qtbot, folder)
        self.seq = 0
        qtbot.keyClick(self.desk.window, Qt.Key.Key_4, CTRL)
        self.page = self.desk.window.page("monitoring")
        self.centre = self.page.centre
        self.wait(lambda: self.office.following.outlook is not None)

    def hear(self, *facts):
        self.seq += 1
        changed = self.vault.patients.apply([(self.seq, tuple(facts))]).result()
        self.office.bridge.loop.call_soon_threadsafe(self.office.feed.patients_changed.fire, changed)

    @property
    def vault(self):
        return self.office.sitting.opened.vault

    def answer(self, number="Q1", ago_ms=HOUR_MS, **grades):
        """Return a questionnaire of DUMAS Solange."""
        return asked("80417702", self.desk.now_ms - ago_ms, number, **grades)

    def weeks_ms(self, count):
        """Return how long ago it was this hour of this weekday, whatever the clocks did since."""
        then = Site().at(self.desk.now_ms) - timedelta(weeks=count)
        return self.desk.now_ms - int(then.timestamp() * 1000)

    def with_items(self, fact, *items, **more):
        told = msgspec.structs.replace(fact.content, items=(*fact.content.items, *items), **more)
        return msgspec.structs.replace(fact, content=told)

    def dumas(self, *facts):
        self.hear(named("80417702", "DUMAS", "Solange", self.desk.now_ms - 30 * WEEK_MS), *facts)

    def open(self, fact):
        alert = alert_of(fact)
        self.wait(lambda: self.run(self.office.alerts.sheet(alert, again=True)) is not None)
        self.page.open_alert(alert)
        self.wait(lambda: self.page.alert == alert and self.page.settled)

    def texts(self, owner=None):
        return [
            one.text().replace("\u200b", "")
            for one in (owner or self.centre).findChildren(QLabel)
            if one.isVisibleTo(self.centre) and one.text()
        ]

    def says(self, *parts):
        """Wait until all of *parts* stand somewhere in the centre."""
        self.wait(lambda: all(part in "\n".join(self.texts()) for part in parts))

    def cell(self, row, column):
        model = self.centre.symptoms.heat.model()
        return model.index(row, column).data(Qt.ItemDataRole.AccessibleTextRole)

    def acts(self, action):
        return [one for one in self.vault.audit.newest().result() if one.action == action]

    def press(self, key, widget=None):
        self.qtbot.keyClick(widget or QApplication.focusWidget(), key)


@pytest.fixture
def ward(make_desk, qtbot, tmp_path):
    return Ward(make_desk, qtbot, tmp_path)


def test_the_answer_stands_beside_its_patient_with_whose_grades_they_are(ward):
    with ward:
        unmapped = Answered("", "", "X9", "Boit plus d'un litre", "L", "Non", "", "F")
        heat = Answered("8310-5", "vital", "8310-5", "Temp", "LN", "38.4", "Cel", "F")
        told = ward.with_items(
            ward.answer("Q2", ago_ms=0, diarrhea=3),
            unmapped,
            heat,
            said=WORDS,
            phone="06 00 00 41 27",
            treatment="FOLFIRINOX C4",
        )
        ward.dumas(ward.answer("Q1", ago_ms=ward.weeks_ms(1), diarrhea=1), told)
        ward.open(told)
        ward.says("DUMAS Solange", "07/09/1962", "80417702", "FOLFIRINOX C4", "Féminin")
        ward.says("Diarrhée", "G1\u00a0→\u00a0G3", "38,4\u202f°C", "Boit plus d'un litre", "Non", WORDS)
        ward.says(
            "06\u00a000\u00a000\u00a041\u00a027", "SUIVI", "Consilium n’en calcule et n’en décide aucun"
        )
        ward.says("Aucune règle de service n’est signée")
        assert "grade 3, sévère" in ward.cell(0, 12).casefold()
        assert "questionnaire non rempli" in ward.cell(0, 10)


def test_the_protocol_is_the_service_s_with_its_version_and_no_diagnosis(ward):
    with ward:
        told = ward.answer("Q1", diarrhea=3)
        ward.dumas(told)
        policy = Policy(
            "ONCO1",
            "Oncologie",
            1,
            members=((ward.session.user, Part.COORDINATOR),),
            protocols=(Protocol("diarrhea", 3, "Lopéramide, ionogramme, avis sous 2 h"),),
        )
        ward.office.alerts._founders = lambda: {ward.session.user}
        ward.run(ward.office.alerts.sign(policy))
        ward.open(told)
        ward.says(
            "Lopéramide, ionogramme, avis sous 2 h",
            "Oncologie",
            "v1",
            "aide à la décision",
            "pas un diagnostic",
        )


def test_what_the_platform_took_back_or_corrected_is_said_in_place(ward):
    with ward:
        told = ward.answer("Q1", diarrhea=3, fatigue=2)
        ward.dumas(told)
        ward.open(told)
        assert not any("corrigée" in one for one in ward.texts())
        grade = msgspec.structs.replace(told.content.items[0], value="7", status="C")
        ward.hear(
            msgspec.structs.replace(
                told,
                stamp=Stamp(ward.desk.now_ms, "C1"),
                content=msgspec.structs.replace(
                    told.content, items=(grade, told.content.items[1]), status="C", warnings=("out-of-range",)
                ),
            )
        )
        ward.says("Réponse corrigée par la plateforme", "hors de l’échelle", "«\u00a0\u20687\u2069\u00a0»")


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_symptom_is_muted_by_keys_with_a_reason_and_back_again(ward):
    with ward:
        told = ward.answer("Q1", fatigue=1, diarrhea=3)
        ward.dumas(told)
        ward.open(told)
        heat, form = ward.centre.symptoms.heat, ward.centre.form
        heat.setFocus()
        heat.choose("fatigue")
        ward.press(Qt.Key.Key_Return, heat)
        menu = next(one for one in ward.centre.findChildren(QMenu) if one.isVisible())
        ward.press(Qt.Key.Key_Down, menu)
        ward.press(Qt.Key.Key_Return, menu)
        assert form.isVisible()
        assert form.spans.currentText() == "deux semaines"
        ward.press(Qt.Key.Key_Return, form.reason)
        assert "Un motif est nécessaire\u00a0: il est tracé." in ward.texts(form)
        ward.qtbot.keyClicks(form.reason, "connue, stable")
        ward.press(Qt.Key.Key_Return, form.reason)
        ward.says("Fatigue\u00a0: en sourdine", "connue, stable")
        ward.wait(lambda: not form.isVisible() and ward.desk.window.focusWidget() is heat)
        assert [one.reason for one in ward.acts("alert-step")] == ["mute"]
        assert "connue, stable" in ward.cell(1, 0)
        back = next(one for one in ward.centre.muted.findChildren(QAbstractButton) if one.isVisible())
        assert "Fatigue" in back.accessibleName()
        back.click()
        ward.wait(lambda: not any("en sourdine" in one for one in ward.texts()))
        assert [one.reason for one in ward.acts("alert-step")] == ["unmute", "mute"]


@pytest.mark.parametrize("span", SPANS)
def test_a_symptom_is_muted_for_as_long_as_was_chosen(ward, span):
    with ward:
        told = ward.answer("Q1", fatigue=1)
        ward.dumas(told)
        ward.open(told)
        ward.centre._open_form("fatigue", span)
        ward.qtbot.keyClicks(ward.centre.form.reason, "connue")
        ward.press(Qt.Key.Key_Return, ward.centre.form.reason)
        ward.says("en sourdine", "connue")
        (muted,) = ward.run(ward.office.alerts.sheet(alert_of(told), again=True)).muted
        assert round((muted.until_ms - ward.desk.now_ms) / DAY_MS) == SPANS[span]


def test_the_undo_of_a_mute_is_of_the_patient_who_was_muted(ward):
    with ward:
        told, other = ward.answer("Q1", fatigue=1), asked("2", ward.desk.now_ms, "Q9", fatigue=1)
        ward.dumas(told)
        ward.hear(named("2", "ROSSI", "Carla", ward.desk.now_ms), other)
        ward.open(told)
        undos = []
        ward.centre._desk = replace(ward.centre._desk, tell=lambda _words, undo=None: undos.append(undo))
        ward.centre._open_form("fatigue", "week")
        ward.qtbot.keyClicks(ward.centre.form.reason, "connue")
        ward.press(Qt.Key.Key_Return, ward.centre.form.reason)
        ward.wait(lambda: bool(undos))
        ward.open(other)
        undos[0]()
        ward.wait(lambda: len(undos) == 2)
        ward.open(told)
        assert not any("en sourdine" in one for one in ward.texts())


def test_nothing_of_the_patient_before_is_left(ward):
    with ward:
        first = ward.with_items(ward.answer("Q1", diarrhea=3, fatigue=2), said=WORDS)
        other = asked("2", ward.desk.now_ms, "Q9", pain=2)
        ward.dumas(first)
        ward.hear(named("2", "ROSSI", "Carla", ward.desk.now_ms), other)
        ward.open(first)
        ward.centre._open_form("fatigue", "week")
        ward.qtbot.keyClicks(ward.centre.form.reason, "half written")
        ward.open(other)
        everything = "\n".join(one.text() for one in ward.centre.findChildren(QLabel))
        assert "DUMAS" not in everything
        assert WORDS not in everything
        assert ward.centre.form.isHidden()
        assert ward.centre.form.reason.text() == ""


def test_map_curves_and_table_say_the_same(ward):
    with ward:
        told = ward.answer("Q2", ago_ms=0, diarrhea=3, fatigue=0)
        ward.dumas(ward.answer("Q1", ago_ms=ward.weeks_ms(1), diarrhea=1, fatigue=1), told)
        ward.open(told)
        view = ward.centre.symptoms
        assert view.heat.isVisible()
        ward.qtbot.keyClick(view.heat, Qt.Key.Key_T, CTRL)
        assert view.chart.isVisible()
        assert "Diarrhée de G1 à G3, au plus G3" in view.chart.accessibleName()
        ward.qtbot.keyClick(ward.page, Qt.Key.Key_T, CTRL)
        assert view.table.isVisible()
        model = view.table.model()
        assert [model.index(row, 1).data() for row in range(3)] == ["G3", "G1", "non rempli"]


def test_a_comparable_episode_says_how_it_ended_and_opens(ward):
    with ward:
        before, told = (
            ward.answer("Q1", ago_ms=ward.weeks_ms(2), nausea=2),
            ward.answer("Q2", nausea=2, fatigue=1),
        )
        ward.dumas(before, told)
        ward.open(before)
        assert ward.centre.episode.isHidden()
        ward.run(
            ward.office.alerts.close(alert_of(before), "antiémétique adapté", 1, "revue à la consultation")
        )
        ward.open(told)
        ward.says("nausées G2", "antiémétique adapté", "revue à la consultation")
        ward.centre.episode.see.click()
        ward.wait(lambda: ward.page.alert == alert_of(before))


def test_copy_and_print_are_traced_before_anything_goes_out(ward, monkeypatch):
    with ward:
        told = ward.with_items(ward.answer("Q1", diarrhea=3), said=WORDS)
        ward.dumas(told)
        ward.open(told)
        printed = []
        monkeypatch.setattr(printing, "ask", lambda *args: printed.append(args))
        ward.centre.head.buttons["copy"].click()
        ward.wait(lambda: WORDS in QApplication.clipboard().text())
        assert "DUMAS Solange" in QApplication.clipboard().text()
        assert len(ward.acts("patient-copied")) == 1
        ward.centre.head.buttons["print"].click()
        ward.wait(lambda: bool(printed))
        assert len(ward.acts("patient-printed")) == 1
        _owner, body, head, foot = printed[0]
        assert "DUMAS Solange" in head
        assert "80417702" in head
        assert "Diarrhée" in body
        assert "Alice" in foot


def test_every_control_has_a_name_and_a_tooltip(ward):
    with ward:
        told = ward.answer("Q1", diarrhea=3)
        ward.dumas(told)
        ward.open(told)
        for button in ward.centre.findChildren(QAbstractButton):
            if button.isVisible() and type(button).__module__.startswith("app."):
                assert button.accessibleName(), button
                assert button.toolTip(), button
        assert ward.centre.symptoms.heat.accessibleName()
        assert ward.centre.symptoms.table.accessibleName()


def test_the_patient_s_page_shows_the_weeks_and_the_ends_of_alerts(ward):
    with ward:
        told = ward.answer("Q1", nausea=2, fatigue=1)
        ward.dumas(told)
        ward.open(told)
        ward.run(ward.office.alerts.close(alert_of(told), "antiémétique", 1))
        ward.qtbot.keyClick(ward.desk.window, Qt.Key.Key_3, CTRL)
        section = ward.desk.window.page("patients")
        found = ward.vault.patients.search("80417702").result()[0]
        section.open_patient(found.id, "emergency")
        ward.wait(lambda: section.person.patient is not None)
        section.person.choose("monitored")
        part = section.person.parts["monitored"]
        ward.wait(lambda: bool(part.alerts.shown.lines))
        (line,) = [one.sentence for one in part.alerts.shown.lines]
        assert "Nausées G2" in line
        assert "close" in line
        assert "antiémétique" in line
        assert part.symptoms.heat.model().rowCount() == 2
        part.alerts.setFocus()
        ward.press(Qt.Key.Key_Down, part.alerts)
        ward.press(Qt.Key.Key_Return, part.alerts)
        ward.wait(lambda: ward.desk.window.page("monitoring").alert == alert_of(told))


def test_a_patient_without_monitoring_says_so(ward):
    with ward:
        ward.hear(named("2", "ROSSI", "Carla", ward.desk.now_ms))
        ward.qtbot.keyClick(ward.desk.window, Qt.Key.Key_3, CTRL)
        section = ward.desk.window.page("patients")
        found = ward.vault.patients.search("ROSSI").result()[0]
        section.open_patient(found.id, "emergency")
        ward.wait(lambda: section.person.patient is not None)
        section.person.choose("monitored")
        part = section.person.parts["monitored"]
        ward.wait(
            lambda: any(
                "Pas de télésuivi" in one.text() for one in part.findChildren(QLabel) if one.isVisible()
            )
        )
