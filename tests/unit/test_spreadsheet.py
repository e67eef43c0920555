"""Whoever sends a result must not have a formula run where somebody pastes it."""

from __future__ import annotations

import pytest

from app.spreadsheet import no_formula


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "-1e5=", "+33 6"])
def test_what_a_spreadsheet_would_run_is_a_text(text):
    assert no_formula(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-3.2", "+12", "-0,5", "12.4", "LEMA", "", "a=b"])
def test_numbers_and_words_stay_what_they_are(text):
    assert no_formula(text) == text
