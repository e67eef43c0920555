"""Everything that the section Messages traces about a patient has its words on the patient's page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app import i18n
from app.patients.person.consulted import ACTS

SECTION = Path(__file__).parents[2] / "app" / "messages"
TRACES = re.compile(r'_traced?\("([a-z-]+)"')


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_what_was_done_with_a_message_about_a_patient_is_said_to_who_asks(language):
    traced = {act for file in SECTION.glob("*.py") for act in TRACES.findall(file.read_text())}
    assert {"message-read", "file-saved"} <= traced <= ACTS
    before = i18n.language()
    i18n.set_language(language)
    try:
        assert not [act for act in ACTS if i18n.tr(f"person.act.{act}").startswith("person.act")]
    finally:
        i18n.set_language(before)
