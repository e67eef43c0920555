"""How a patient is followed, on the patient's page: the curve, the last answer, the alerts that are open, the way to each."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractButton, QLabel

from tests.harness.wards import alert_of, named
from tests.ui.test_monitoring_centre import CTRL, HOUR_MS, WEEK_MS, Ward


class Page(Ward):
    """Alice on the page of a patient."""

    def open_patient(self, ipp="80417702"):
        self.qtbot.keyClick(self.desk.window, Qt.Key.Key_3, CTRL)
        section = self.desk.window.page("patients")
        section.open_patient(self.vault.patients.search(ipp).result()[0].id, "emergency")
        self.wait(lambda: section.person.patient is not None and section.person.patient.ipp == ipp)
        self.person = section.person
        self.followed = section.person.part("summary").followed

    def reads(self, *parts):
        """Wait until all of *parts* stand in what is shown of telemonitoring."""

        def there():
            texts = [one.text() for one in self.followed.findChildren(QLabel) if one.isVisible()]
            lines = [one.sentence for one in self.followed.alerts.shown.lines]
            said = "\n".join((*texts, *lines, self.followed.chart.accessibleName()))
            return all(
                part in said.translate(dict.fromkeys(map(ord, "\u200b\u2068\u2069"))) for part in parts
            )

        self.wait(there)

    @property
    def nothing(self):
        return self.followed.body.isHidden() and self.followed.trouble.isHidden()


@pytest.fixture
def page(make_desk, qtbot, tmp_path):
    return Page(make_desk, qtbot, tmp_path)


def test_the_summary_shows_the_curve_the_last_answer_and_opens_an_open_alert(page):
    with page:
        before, told = page.answer("Q1", ago_ms=page.weeks_ms(2), diarrhea=1), page.answer("Q2", diarrhea=3)
        page.dumas(before, page.with_items(told, next_ms=page.desk.now_ms + WEEK_MS))
        page.open(before)
        page.run(page.office.alerts.close(alert_of(before), "known", 1))
        page.open_patient()
        page.reads("Télésuivi, 12 semaines", "2 réponses sur 12", "Diarrhée de G1 à G3, au plus G3")
        page.reads("Dernière réponse du", "prochain questionnaire attendu le", "Diarrhée G3, à traiter")
        (line,) = page.followed.alerts.shown.lines
        assert "grade 3" in line.sentence.casefold()
        page.run(page.office.alerts.take(alert_of(told)))
        page.reads("Diarrhée G3, en cours")
        page.followed.alerts.setFocus()
        page.press(Qt.Key.Key_Down, page.followed.alerts)
        page.press(Qt.Key.Key_Return, page.followed.alerts)
        page.wait(lambda: page.page.alert == alert_of(told))
        page.open_patient()
        page.followed.all.click()
        assert page.person.tabs.choice == "monitored"


def test_who_was_never_followed_shows_nothing_until_the_first_answer_comes(page):
    with page:
        page.hear(named("80417709", "ROSSI", "Carla", page.desk.now_ms))
        page.open_patient("80417709")
        summary = page.person.part("summary")
        assert page.run(page.office.patients.course(page.person.patient)) is None
        page.wait(lambda: page.nothing)
        assert summary.values.isVisible()
        page.dumas(page.answer("Q1", nausea=2))
        page.open_patient()
        page.reads("Nausées")
        page.open_patient("80417709")
        page.wait(lambda: page.nothing)
        assert page.followed.chart.accessibleName().find("Nausées") == -1


def test_what_comes_while_another_tab_is_looked_at_stands_there_on_return(page):
    with page:
        page.dumas(page.answer("Q1", ago_ms=page.weeks_ms(1), nausea=2))
        page.open_patient()
        page.reads("Nausées G2, à traiter")
        page.person.choose("moves")
        page.hear(page.answer("Q2", ago_ms=0, nausea=1, diarrhea=3))
        page.wait(lambda: page.run(page.office.alerts.counts()).todo == 2)
        page.person.choose("summary")
        page.reads("Diarrhée G3, Nausées G1, à traiter", "2 réponses sur 12")


def test_a_follow_up_that_ended_and_an_answer_that_is_awaited_say_so(page):
    with page:
        ended = page.with_items(page.answer("Q1", nausea=1), state="ENDED")
        page.dumas(ended)
        page.open_patient()
        page.reads("Suivi terminé", "Nausées")
        late = page.with_items(page.answer("Q2", ago_ms=HOUR_MS // 2, nausea=0), state="ACTIVE")
        page.hear(page.with_items(late, next_ms=page.desk.now_ms - 60_000))
        page.reads("questionnaire attendu depuis le")


def test_what_cannot_be_read_is_said_with_a_way_on_and_the_lock_leaves_nothing(page):
    with page:
        page.dumas(page.answer("Q1", nausea=2))
        page.open_patient()
        page.reads("Nausées G2")
        followed = page.followed
        page.office.bridge.loop.call_soon_threadsafe(page.office.alerts.end)
        page.wait(followed.trouble.isVisible)
        assert followed.body.isHidden()
        page.run(page.office.alerts.begin(page.session, page.vault))
        page.reads("Nausées G2")
        for button in followed.findChildren(QAbstractButton):
            if button.isVisible() and type(button).__module__.startswith("app."):
                assert button.accessibleName()
                assert button.toolTip()
        page.person.blank()
        assert page.nothing
        assert not followed.alerts.shown.lines
        assert "Nausées" not in followed.chart.accessibleName()


def test_a_patient_who_is_closed_to_the_reader_shows_no_telemonitoring(page):
    with page:
        page.dumas(page.answer("Q1", nausea=2))
        page.open_patient()
        page.reads("Nausées G2")
        patients, patient = page.office.patients, page.person.patient
        assert page.run(patients.course(patient)) is not None
        patients._desk.granted.clear()
        assert page.run(patients.course(patient)) is None
