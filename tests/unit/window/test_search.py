from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import i18n
from app.commands import Command, Commands, Thing, caps
from app.search import Entry, Recents, find, plain


def entry(text, detail="", kind="action", keys=()):
    return Entry(kind, text, detail, "x", keys, lambda: None)


LIST = [
    entry("Écran de discrétion", keys=("Ctrl", "Maj", "B")),
    entry("Verrouiller", keys=("Ctrl", "L")),
    entry("RCP", kind="go", keys=("Ctrl", "2")),
    entry("RCP Thorax", "mar. 24 nov. 12:30", "meeting"),
    entry("RCP Sein", "jeu. 26 nov. 14:00", "meeting"),
    entry("Lemaître-Œrtel Odile", "Oncologie", "person"),
]


def texts(query):
    return [(group.name, [hit.entry.text for hit in group.hits]) for group in find(query, LIST)]


def test_accents_case_hyphens_and_ligatures_do_not_matter():
    for query in ("lemaitre oertel", "LEMAÎTRE", "odile lemaitre", "œrtel"):
        assert texts(query)[0] == ("best", ["Lemaître-Œrtel Odile"])
    assert texts("ECRAN DISC")[0] == ("best", ["Écran de discrétion"])


def test_the_marked_part_is_what_was_typed():
    best = find("oertel", LIST)[0].hits[0]
    (start, end) = best.text[0]
    assert best.entry.text[start:end] == "Œrtel"


def test_what_was_sought_elsewhere_keeps_its_order_above_weaker_matches():
    sought = [entry("LE MAITRE Yvonne", kind="patient"), entry("LEMAIRE Gérard", kind="patient")]
    shown = [(g.name, [h.entry.text for h in g.hits]) for g in find("odile", LIST, (), sought)]
    assert shown[0] == ("patient", ["LE MAITRE Yvonne", "LEMAIRE Gérard"])
    assert shown[1] == ("best", ["Lemaître-Œrtel Odile"])


def test_an_action_that_begins_as_typed_stays_first():
    sought = [entry("VERRON Paul", kind="patient")]
    assert [g.name for g in find("verr", LIST, (), sought)][:2] == ["best", "patient"]
    assert [g.name for g in find(">verr", LIST, (), sought)] == ["best"]
    assert [g.name for g in find("#rcp", LIST, (), sought)][0:2] == ["best", "patient"]


def test_a_word_at_the_start_comes_before_one_inside():
    assert texts("rcp")[0] == ("best", ["RCP"])
    assert texts("thorax rcp")[0] == ("best", ["RCP Thorax"])


def test_initials_find_and_nonsense_does_not():
    assert texts("edd")[0] == ("best", ["Écran de discrétion"])
    assert texts("zzz") == []


def test_prefixes_keep_one_kind():
    assert [name for name, _ in texts("#")] == ["meeting"]
    assert [name for name, _ in texts("@")] == ["person"]
    assert [name for name, _ in texts(">")] == ["action", "go"]
    assert texts("?")[0][0] == "help"
    assert "RCP Thorax" not in texts("?")[0][1]


def test_an_empty_query_shows_every_group_and_no_best():
    assert [name for name, _ in texts("")] == ["meeting", "person", "action", "go"]


@given(st.text(max_size=300), st.lists(st.text(max_size=40), max_size=8))
def test_any_text_is_searched_and_marks_stay_inside(query, names):
    for group in find(query, [entry(name, name[::-1]) for name in names]):
        for hit in group.hits:
            for start, end in hit.text:
                assert 0 <= start < end <= len(hit.entry.text)
            for start, end in hit.detail:
                assert 0 <= start < end <= len(hit.entry.detail)


def test_a_key_or_an_id_taken_twice_is_refused():
    commands = Commands()
    commands.add([Command("a", "A", list, "Ctrl+K")])
    with pytest.raises(ValueError, match="b"):
        commands.add([Command("b", "B", list, also=("Ctrl+K",))])
    with pytest.raises(ValueError, match="a"):
        commands.add([Command("a", "A", list)])


def test_what_cannot_run_now_is_not_offered():
    commands, can = Commands(), []
    commands.add([Command("a", "A", list, enabled=lambda: bool(can))])
    assert commands.now() == []
    can.append(1)
    assert [command.id for command in commands.now()] == ["a"]


def test_key_caps_speak_the_language():
    i18n.set_language("fr")
    assert caps("Ctrl+Shift+B") == ("Ctrl", "Maj", "B")
    assert caps("G, R") == ("G", "R")
    assert caps("Ctrl+,") == ("Ctrl", ",")
    assert caps("Ctrl++") == ("Ctrl", "+")
    assert caps("Alt+Left") == ("Alt", "←")
    assert caps("") == ()
    i18n.set_language("en")
    assert caps("Shift+Esc") == ("Shift", "Esc")
    i18n.set_language("fr")


def test_what_was_opened_last_comes_first_until_forgotten():
    known = [
        Entry("go", "Annuaire", "", "x", (), lambda: None, id="go.directory"),
        Entry("action", "Verrouiller", "", "x", (), lambda: None, id="lock"),
    ]
    recents = Recents()
    for one in known:
        recents.take(one)
    groups = find("", known, recents.among(known))
    assert [(group.name, [hit.entry.id for hit in group.hits]) for group in groups] == [
        ("recent", ["lock", "go.directory"])
    ]
    assert find("annu", known, recents.among(known))[0].name == "best"
    recents.forget()
    assert [group.name for group in find("", known, recents.among(known))] == ["action", "go"]


def test_a_mark_ends_after_the_accents_of_its_last_letter():
    best = find("le", [entry("Le\u0301on")])[0].hits[0]
    assert best.entry.text[slice(*best.text[0])] == "Le\u0301"


def test_four_hundred_people_are_found_by_the_first_letter():
    people = [entry(f"Dr Prénom{n} Nom-Composé{n}", "Anesthésie-réanimation", "person") for n in range(400)]
    people.append(entry("Pr Zoé Ximénès", kind="person"))
    assert find("x", people)[0].hits[0].entry.text == "Pr Zoé Ximénès"
    assert len(find("@d", people)[1].hits) == 200


@given(st.text(max_size=60))
def test_the_plain_form_has_no_accents_no_case_and_single_spaces(text):
    assert plain(text) == plain(plain(text))
    assert "  " not in plain(text)


async def _breaks(_query):
    raise OSError


async def _finds(query):
    return [Thing("patient", query, "", "user", lambda: None, id="1")]


def test_a_section_that_cannot_be_searched_hides_nothing_of_the_others():
    known = Commands()
    known.seek_by("thread", _breaks)
    known.seek_by("patient", _finds)
    assert [thing.title for thing in asyncio.run(known.sought("lema"))] == ["lema"]
