"""What the list says of a patient: the name in full, what must not be overlooked, what could be mistaken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.interop.state import Progress, Standing, State
from app.patients.flow import LATE_MS, flow
from app.patients.lines import Heading, PatientLine, alike, results
from app.scenes.stills import NOW_MS
from app.search import marks
from storage.patients.records import Found, Status


def found(name, number=1, *, given="Odile", birth="19540314", status=Status.QUALIFIED, **more):
    return Found(number, name, "", given, birth, "F", "80421937", status, **more)


pytestmark = pytest.mark.usefixtures("paris")


def test_a_row_names_the_patient_as_everywhere():
    line = PatientLine(found("LEMAÎTRE"), NOW_MS)
    assert (line.name, line.beside) == ("LEMAÎTRE Odile", "72 ans · F")
    assert line.detail == "14/03/1954 · IPP 80421937"
    assert line.chips == ()


def test_a_row_says_what_must_not_be_overlooked():
    line = PatientLine(found("LE MAITRE", status=Status.PROVISIONAL, dead=True, near=True), NOW_MS)
    assert [words for words, *_ in line.chips] == ["provisoire", "décédée", "nom proche"]
    assert "ans" not in line.beside
    for word in ("LE MAITRE", "provisoire", "décédé", "14/03/1954"):
        assert word in line.sentence


def test_what_nobody_told_is_said_to_be_unknown():
    line = PatientLine(found("", given="", birth=""), NOW_MS)
    assert line.name == "Identité inconnue"
    assert "naissance inconnue" in line.detail
    assert "?" not in line.sentence


@pytest.mark.parametrize(
    ("names", "warned"),
    [
        (("LEMAÎTRE", "LE MAITRE"), True),
        (("MARTIN", "MARTIN"), True),
        (("LEMAÎTRE", "DUMAS"), False),
        (("LEMAÎTRE",), False),
        ((), False),
    ],
)
def test_names_that_are_too_much_alike_are_warned_of(names, warned):
    assert alike([found(name, n) for n, name in enumerate(names)]) == warned


def test_names_that_sound_alike_are_warned_of():
    assert alike([found("DUPOND", 1), found("DUPONT", 2)])
    assert alike([found("LEMAÎTRE", 1), found("DUMAS", 2, near=True)])


def test_the_warning_stands_where_it_is_seen():
    few = results([found("MARTIN", n) for n in range(2)], "martin", NOW_MS)
    many = results([found("MARTIN", n) for n in range(9)], "martin", NOW_MS)
    assert isinstance(few[-1], Heading)
    assert isinstance(many[0], Heading)


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("lemai", "LEMAÎTRE Odile", ["LEMAÎ"]),
        ("odile lemai", "LEMAÎTRE Odile", ["LEMAÎ", "Odile"]),
        ("lemai", "LE MAITRE Yvonne", ["LE MAI"]),
        ("le mai", "LEMAIRE Gérard", ["LEMAI"]),
        ("14031954", "14/03/1954 · IPP 80421937", ["14/03/1954"]),
        ("maitre", "LEMAITRE Odile", []),
        ("oe", "ŒUVRARD Loïc", ["Œ"]),
    ],
)
def test_what_was_typed_is_marked_where_words_begin(query, text, marked):
    assert [text[start:end] for start, end in marks(query, text)] == marked


@given(st.text(max_size=60), st.text(max_size=60))
def test_marks_lie_in_the_text_in_order_whatever_is_typed(query, text):
    spans = marks(query, text)
    places = [place for span in spans for place in span]
    assert places == sorted(places)
    assert all(0 <= start < end <= len(text) for start, end in spans)


# --- how fresh the patients are -----------------------------------------------------------------------------

LISTENING = Standing.LISTENING


@pytest.mark.parametrize(
    ("state", "words", "strip"),
    [
        (State(), "Cache chiffré", ""),
        (State(LISTENING, "127.0.0.1:2575", NOW_MS - 60_000), "Cache chiffré · ADT à jour 13:11", ""),
        (
            State(LISTENING, "127.0.0.1:2575", NOW_MS - LATE_MS),
            "Cache chiffré · dernier ADT 11:12",
            "Flux ADT en retard",
        ),
        (State(Standing.OFF, "", NOW_MS - 1), "Cache chiffré · dernier ADT 13:11", "Flux ADT arrêté"),
        (State(Standing.PORT_TAKEN, "127.0.0.1:2575"), "Cache chiffré", "Flux ADT\u00a0: adresse occupée"),
        (State(Standing.MISCONFIGURED, "x"), "Cache chiffré", "Flux ADT\u00a0: réglage à corriger"),
        (
            State(LISTENING, "x", NOW_MS, progress=Progress(5, 1200)),
            "Lecture des messages, 5 sur 1\u202f200",
            "Le cache se remplit",
        ),
    ],
)
def test_the_feed_is_told_in_words(state, words, strip):
    told = flow(state, NOW_MS)
    assert str(told.words) == words
    assert (str(told.strip.title) if told.strip else "") == strip
