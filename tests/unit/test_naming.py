"""A patient's name in a message: the same from every desk, read in the language of whoever reads."""

from __future__ import annotations

import pytest

from app import i18n
from app.naming import born, born_in, label, name_in, read


@pytest.fixture(autouse=True)
def _french():
    yield
    i18n.set_language("fr")


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_a_label_is_written_the_same_in_every_language(language):
    i18n.set_language(language)
    assert label("LEMAÎTRE Odile", "F", "19540314") == "LEMAÎTRE Odile, née le 14/03/1954"
    assert label("ROCHE Jean", "M", "195403") == "ROCHE Jean, né le 03/1954"
    assert label("ROCHE Camille", "", "1954") == "ROCHE Camille, né(e) le 1954"
    assert born("F", "19540314") == {"fr": "née le 14/03/1954", "en": "born 14 Mar 1954"}[language]
    assert born("F", "") == ""
    assert [label("ROCHE Jean", "M", day) for day in ("", "inconnue", "19")] == ["ROCHE Jean"] * 3


@pytest.mark.parametrize(
    ("written", "french", "english"),
    [
        ("LEMAÎTRE Odile, née le 14/03/1954", "née le 14/03/1954", "born 14 Mar 1954"),
        ("ROCHE Jean, né le 03/1954", "né le 03/1954", "born 03/1954"),
        ("ROCHE Camille, né(e) le 1954", "né(e) le 1954", "born 1954"),
        ("ROCHE Jean, né le 31/02/1954", "né le 31/02/1954", "né le 31/02/1954"),
        ("ROCHE Jean, born 14 Mar 1954", "born 14 Mar 1954", "born 14 Mar 1954"),
        ("ROCHE Jean, né le 14/03/1954 ou 1955", "né le 14/03/1954 ou 1955", "né le 14/03/1954 ou 1955"),
        ("ROCHE Jean", "", ""),
    ],
)
def test_a_label_is_read_in_the_readers_language(written, french, english):
    name = name_in(written)
    for language, words in (("fr", french), ("en", english)):
        i18n.set_language(language)
        assert born_in(written) == words
        assert read(written) == ", ".join(part for part in (name, words) if part)
