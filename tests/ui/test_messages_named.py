"""The patient of a thread is named in the language of the window, whoever linked the thread."""

from __future__ import annotations

from app import i18n
from tests.ui.test_messages import Section


def test_the_linked_patient_follows_the_language_of_the_window(make_desk, qtbot):
    section = Section(make_desk, qtbot)
    section.open("Dr Paul")
    qtbot.waitUntil(lambda: "née le 14/03/1954" in " ".join(section.texts(section.talk.patient)))
    qtbot.waitUntil(lambda: "née le 14/03/1954" in " ".join(section.texts(section.page.panel)))
    i18n.set_language("en")
    qtbot.waitUntil(lambda: "born 14 Mar 1954" in " ".join(section.texts(section.talk.patient)))
    assert "born 14 Mar 1954" in section.talk.patient.toolTip()
    assert "née" not in " ".join(section.texts(section.talk.patient))
