"""Questionnaires of telemonitoring platforms (docs/telemonitoring.md §2)."""

from __future__ import annotations

import base64
import json

import pytest

from app.interop import mapping
from app.interop.understand import understand
from storage.patients.facts import Document, Questionnaire, Report
from tests.harness.er7 import NOW_MS, message, msh, pid

OBR = "OBR|1||Q7^SUIVI|EPRO^Questionnaire^L|||20260301105600|||||||||||||||20260301105700|||F"
AT = 1_772_359_000_000 // 1000 * 1000


def read(*segments):
    return understand(message(msh("ORU^R01"), pid(), *segments), arrived_ms=NOW_MS)


def one(*segments, before=()):
    (fact,) = read(*before, OBR, *segments).facts
    assert isinstance(fact.content, Questionnaire)
    return fact.content


def test_a_questionnaire_with_all_that_the_profile_has():
    made = one(
        "OBX|1|NM|DIARRHEA-F^Fréquence^PRO-CTCAE||3||||||F",
        "OBX|2|NM|DIARRHEA-G^Diarrhée^PRO-CTCAE||3||||||F",
        "OBX|3|CE|DIARRHEA^Diarrhée^CTCAE||3^sévère^CTCAE||||||F",
        "OBX|4|CE|ALERT^Alerte^EPRO||Y||||||F",
        "OBX|5|TX|TEXT^^EPRO||Je me lève 4 fois la nuit.||||||F",
        "OBX|6|NM|8310-5^Temp^LN||37.4|Cel|||||F",
        "OBX|7|TS|NEXT^^EPRO||20260308||||||F",
        "OBX|8|ST|STATUS^^EPRO||active||||||F",
        "OBX|9|ST|PHONE^^EPRO||06 00 00 41 27||||||F",
        "OBX|10|ST|TREATMENT^^EPRO||FOLFIRINOX C4 J6||||||F",
        before=("PV1|1|O|ONCO1^^^CHU",),
    )
    assert (made.id, made.alert, made.state, made.phone) == ("Q7@SUIVI", "Y", "ACTIVE", "06 00 00 41 27")
    assert (made.unit, made.treatment) == ("ONCO1", "FOLFIRINOX C4 J6")
    assert made.said == "Je me lève 4 fois la nuit."
    assert [(item.symptom, item.attribute, item.value) for item in made.items] == [
        ("diarrhea", "frequency", "3"),
        ("diarrhea", "composite", "3"),
        ("diarrhea", "grade", "3"),
        ("8310-5", "vital", "37.4"),
    ]
    assert made.next_ms > made.at_ms
    assert not made.warnings


def test_codes_that_nobody_mapped_are_kept_with_the_senders_words():
    made = one("OBX|1|ST|X12^Moral^LOCAL||plutôt bas||||||F")
    (item,) = made.items
    assert (item.symptom, item.code, item.label, item.value) == ("", "X12", "Moral", "plutôt bas")


def test_an_order_of_another_kind_is_a_questionnaire_where_an_item_is_mapped():
    facts = read("OBR|1||Q8|Z9^Suivi", "OBX|1|NM|NAUSEA^^CTCAE||2||||||F").facts
    assert [type(fact.content) for fact in facts] == [Questionnaire]


def test_laboratory_results_stay_results():
    facts = read("OBR|1||F1|58410-2^NFS^LN", "OBX|1|NM|718-7^Hb^LN||13.5|g/dL|||||F").facts
    assert [type(fact.content) for fact in facts] == [Report]


@pytest.mark.parametrize("value", ["6", "-1", "beaucoup", "3.5"])
def test_a_grade_out_of_range_is_kept_and_said(value):
    made = one(f"OBX|1|NM|PAIN^Douleur^CTCAE||{value}||||||F")
    assert made.items[0].value == value
    assert made.warnings == ("out-of-range",)


def test_an_answer_of_tomorrow_is_taken_at_its_arrival_and_said():
    obr = OBR.replace("20260301105600", "20310301105600")
    (fact,) = read(obr, "OBX|1|NM|PAIN^^CTCAE||1||||||F").facts
    assert "ahead" in fact.content.warnings
    assert fact.content.at_ms == fact.content.sent_ms


def test_the_report_is_a_document_beside_the_questionnaire():
    pdf = base64.b64encode(b"%PDF-1.7").decode()
    facts = read(
        OBR,
        "OBX|1|NM|PAIN^^CTCAE||1||||||F",
        f"OBX|2|ED|PDF^Rapport^L||^application^pdf^Base64^{pdf}||||||F",
    ).facts
    assert [type(fact.content) for fact in facts] == [Questionnaire, Document]
    assert len(facts[0].content.items) == 1


def test_with_two_patients_nobody_gets_the_others_telephone():
    two = [pid(), OBR, "OBX|1|NM|PAIN^^CTCAE||1||||||F"]
    raw = message(msh("ORU^R01"), *two, *two)
    assert {fact.content.phone for fact in understand(raw, arrived_ms=NOW_MS).facts} == {""}


def test_a_sites_table_lies_over_the_own_one():
    data = b'{"version": 1, "symptoms": {"pain": {"fr": "Mal", "en": "Ache", "codes": ["LOCAL|D1"]}}}'
    made = mapping.parse(data, mapping.own())
    assert made.item("d1-g", "local") == ("pain", "composite")
    assert made.item("PAIN", "CTCAE") == ("pain", "grade")
    assert (made.label("pain", "fr"), made.label("nausea", "fr")) == ("Mal", "Nausées")


@pytest.mark.parametrize(
    "data", [b"", b"[]", b'{"version": "x"}', b'{"version": 1, "more": 1}', b"[" * 100_000]
)
def test_a_table_that_is_none_is_refused(data):
    with pytest.raises(mapping.MappingError):
        mapping.parse(data)


def test_every_symptom_has_a_short_label_in_both_languages():
    table = mapping.own()
    codes = {*table.items.values(), *table.vitals}
    assert len(codes) > 80
    assert all(table.label(code, language) for code in codes for language in ("fr", "en"))


def test_a_platform_whose_clock_is_years_ahead_does_not_say_the_newest_answer_for_ever():
    (fact,) = read(OBR.replace("20260301", "20310301"), "OBX|1|NM|DIARRHEA^^CTCAE||3||||||F").facts
    assert fact.content.at_ms <= NOW_MS
    assert "ahead" in fact.content.warnings


@pytest.mark.parametrize("day", ["00010101", "19690101", "99991231235959-1200", "99991231", "20990101"])
def test_a_date_that_no_platform_means_is_none(day):
    made = one(f"OBX|1|TS|NEXT^^EPRO||{day}||||||F")
    assert made.next_ms == 0
    (fact,) = read(OBR.replace("20260301105600", day), "OBX|1|NM|DIARRHEA^^CTCAE||3||||||F").facts
    assert AT - 86_400_000 <= fact.content.at_ms <= NOW_MS


@pytest.mark.parametrize(
    ("value", "raised"),
    [
        ("Y", "Y"),
        ("Oui", "Y"),
        ("1", "Y"),
        ("true", "Y"),
        ("?", "Y"),
        ("N", "N"),
        ("Non", "N"),
        ("0", "N"),
        ("", ""),
    ],
)
def test_whoever_does_not_say_no_raises_an_alert(value, raised):
    assert one(f"OBX|1|ST|ALERT^^EPRO||{value}||||||F").alert == raised


def test_a_site_names_the_codes_of_what_is_about_the_whole_questionnaire():
    codes = {
        "ALERT": "ALARM", "TEXT": "MOTS", "PHONE": "TEL", "TREATMENT": "TTT",
        "REFERENT": "DR", "NEXT": "PROCHAIN", "STATUS": "ETAT",
    }  # fmt: skip
    site = {"version": 1, "about": {name: [f"LOCAL|{code}"] for name, code in codes.items()}}
    values = {"ALARM": "Y", "MOTS": "Je tremble.", "TEL": "06 00 00 41 27", "TTT": "FOLFOX",
              "DR": "Dr MARTIN", "PROCHAIN": "20260308", "ETAT": "PAUSED"}  # fmt: skip
    rows = [
        f"OBX|{at}|ST|{code}^^LOCAL||{value}||||||F" for at, (code, value) in enumerate(values.items(), 1)
    ]
    raw = message(msh("ORU^R01"), pid(), OBR, *rows)
    table = mapping.parse(json.dumps(site).encode(), mapping.own())
    (fact,) = understand(raw, arrived_ms=NOW_MS, table=table).facts
    made = fact.content
    assert (made.alert, made.said, made.phone, made.state) == ("Y", "Je tremble.", "06 00 00 41 27", "PAUSED")
    assert (made.treatment, made.referent, made.items) == ("FOLFOX", "Dr MARTIN", ())
    assert made.next_ms > made.at_ms


def test_an_unknown_code_of_the_own_system_is_kept_and_one_of_an_own_name_is_mapped_still():
    made = one("OBX|1|ST|HUMEUR^Humeur^EPRO||basse||||||F", "OBX|2|ST|TEXT^^epro||Bonjour.||||||F")
    assert [(item.code, item.value) for item in made.items] == [("HUMEUR", "basse")]
    assert made.said == "Bonjour."


def test_a_table_that_says_what_nothing_is_about_is_refused():
    with pytest.raises(mapping.MappingError, match="about"):
        mapping.parse(b'{"version": 1, "about": {"GRADE": ["LOCAL|X"]}}')


@pytest.mark.parametrize("code", ["2708-6", "8302-2", "39156-5", "72514-3", "89247-1"])
def test_further_measures_of_loinc_have_a_label(code):
    (item,) = one(f"OBX|1|NM|{code}^x^LN||7||||||F").items
    assert (item.symptom, item.attribute) == (code, "vital")
    assert all(mapping.own().label(code, language) for language in ("fr", "en"))
