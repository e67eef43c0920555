"""What stands beside an alert: weeks, earlier episodes, weight, and the words for all of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import i18n
from app.interop.mapping import own
from app.monitoring import sheets, words
from app.monitoring.memory import Memory
from app.monitoring.ports import Cause, Due, Item, Lab, Sheet, Trend, Who
from app.monitoring.standing import Service, Version
from app.times import Site, lasted
from app.ui import weekly
from app.ui.weekly import NOT_ASKED
from media.mail.policy import Policy
from storage.monitoring.records import (
    NO_GRADE,
    OWN_REASON,
    Life,
    Past,
    Phase,
    Questionnaire,
    Record,
    Row,
    Step,
    Symptom,
    Vital,
    Void,
    Weight,
)
from storage.patients.facts import Key

DAY_MS = 86_400_000
KEY = Key("1.2.250.1.999.51.1", "80417702")
PARIS = Site("Europe/Paris")


def ms(*moment):
    return int(datetime(*moment, tzinfo=UTC).timestamp() * 1000)


NOW = ms(2026, 11, 24, 9, 56)


@pytest.fixture(autouse=True)
def french():
    i18n.set_language("fr")
    yield
    i18n.set_language("fr")


def told(at_ms, *symptoms, **more):
    number = f"Q{at_ms}"
    return Questionnaire(number, number.encode(), KEY, 1, "SUIVI", at_ms, at_ms, symptoms, **more)


def item(*symptoms, **more):
    who = Who(1, KEY, "DUMAS Solange", "19620907", "F", "qualifiée")
    known = {"cause": Cause.SENDER, "trend": Trend.SAME, "phase": Phase.NEW, "received_ms": NOW, **more}
    return Item(b"a" * 16, known.pop("who", who), 3, symptoms=symptoms, due=Due(), **known)


def sheet(*symptoms, **more):
    about = {key: more.pop(key) for key in ("warnings", "cause", "rule", "muted", "who") if key in more}
    answered = told(NOW, *symptoms, **{key: more.pop(key) for key in ("said", "phone") if key in more})
    return Sheet(item(*symptoms, **about), more.pop("questionnaire", answered), Life(), **more)


# --- weeks --------------------------------------------------------------------------------------------------


def test_weeks_are_those_of_the_service_s_clock_across_a_new_year():
    sunday_night = ms(2027, 1, 3, 23, 30)  # Monday, 0:30 in Paris: the first ISO week of 2027
    found = sheets.weeks([told(sunday_night, Symptom("pain", "", 2))], sunday_night, "Europe/Paris")
    assert (found[-1].year, found[-1].week, dict(found[-1].grades)) == (2027, 1, {"pain": 2})
    assert (found[-2].year, found[-2].week, found[-2].asked) == (2026, 53, False)
    assert len(found) == 12


def test_a_week_that_nobody_answered_a_symptom_that_was_not_asked_and_one_that_is_absent_differ():
    answers = [told(NOW - 14 * DAY_MS, Symptom("pain", "", 0)), told(NOW, Symptom("nausea", "", 1))]
    weeks = sheets.weeks(answers, NOW, "Europe/Paris")
    shown = weekly.symptoms(own(), weeks, sheets.labels(answers), {})
    pain = next(one for one in shown.rows if one.key == "pain")
    assert pain.grades[-3:] == (0, NOT_ASKED, NO_GRADE)
    said = [shown.sentence(pain, column) for column in (-3, -2, -1)]
    assert ["absent" in said[0], "non rempli" in said[1], "non demandé" in said[2]] == [True] * 3
    assert shown.now == 11


def test_the_worst_of_the_day_is_marked_and_what_never_had_a_grade_is_left_to_the_answers():
    free = Symptom("L|X9", "Boit plus d'un litre", answers=(("", "Non"),))
    wrong = Symptom("diarrhea", "", NO_GRADE, answers=(("grade", "7"),))
    answers = [
        told(NOW, Symptom("pain", "", 2), Symptom("nausea", "", 2), Symptom("cough", "", 1), free, wrong)
    ]
    weeks = sheets.weeks(answers, NOW, "Europe/Paris")
    shown = weekly.symptoms(own(), weeks, sheets.labels(answers), {})
    assert {shown.rows[at].key for at in shown.worst} == {"pain", "nausea"}
    assert "L|X9" not in {one.key for one in shown.rows}
    assert "diarrhea" in {one.key for one in shown.rows}, "a grade outside the scale is not passed over"
    calm = weekly.symptoms(
        own(), sheets.weeks([told(NOW, Symptom("pain", "", 0))], NOW, "Europe/Paris"), (("pain", ""),), {}
    )
    assert calm.worst == ()


def test_a_symptom_that_no_mapping_knows_keeps_the_sender_s_words():
    assert weekly.label_of(own(), "LOCAL|X9", "Boit plus d'un litre") == "Boit plus d'un litre"
    assert weekly.label_of(own(), "LOCAL|X9") == "X9"
    assert weekly.label_of(own(), "diarrhea", "DIARRHEA") == "Diarrhée"


@given(st.lists(st.integers(-2, 5), min_size=12, max_size=12))
def test_every_cell_has_a_sentence(grades):
    row = weekly.SymptomRow("pain", "Douleur", tuple(grades))
    shown = weekly.Symptoms(tuple(f"S{week}" for week in range(12)), (row,), 11)
    for week in range(12):
        assert "Douleur" in shown.sentence(row, week)
        assert f"S{week}" in shown.sentence(row, week)
    assert weekly.summary(shown)


# --- weight -------------------------------------------------------------------------------------------------


def weighed(days, kilograms, unit="kg", **more):
    return told(NOW - days * DAY_MS, vitals=(Vital("29463-7", "", kilograms, unit),), **more)


def test_a_weight_is_compared_with_the_one_about_two_weeks_before():
    answers = [
        weighed(40, "70"),
        weighed(21, "63,0"),
        weighed(13, "61.5"),
        weighed(3, "60.2"),
        weighed(0, "59.7"),
    ]
    assert sheets.weight(answers) == Weight(59.7, NOW, pytest.approx(59.7 - 61.5), 13)


def test_a_weight_alone_has_no_change_and_nonsense_is_no_weight():
    assert sheets.weight([weighed(2, "70")]) == Weight(70.0, NOW - 2 * DAY_MS)
    for value in ("", "beaucoup", "-4", "99999", "nan", "inf"):
        assert sheets.weight([weighed(0, value)]) is None
    assert sheets.weight([weighed(0, "59700", "g")]) is None
    assert sheets.weight([weighed(0, "60", cancelled=True)]) is None


# --- earlier episodes ---------------------------------------------------------------------------------------


def past(days, code, grade=2, phase=Phase.CLOSED, name=b"p"):
    at_ms = NOW - days * DAY_MS
    return Past(
        name * 16, at_ms, at_ms, grade, (Symptom(code, "", grade),), phase, at_ms + 2 * DAY_MS, "adapté"
    )


def test_the_comparable_episode_is_the_last_closed_one_of_the_worst_symptom():
    now = item(Symptom("diarrhea", "", 3), Symptom("nausea", "", 2))
    others = [past(7, "nausea", name=b"n"), past(14, "diarrhea", name=b"o"), past(70, "diarrhea", name=b"x")]
    assert sheets.comparable(now, others)[0].alert == b"o" * 16
    assert sheets.comparable(now, [past(7, "nausea", name=b"n")])[1].code == "nausea"
    open_or_later = [past(7, "diarrhea", phase=Phase.TAKEN), past(-1, "diarrhea")]
    assert sheets.comparable(now, open_or_later) is None


def test_an_episode_says_week_grade_how_long_and_how():
    shown = sheet(Symptom("nausea", "", 3), past=(past(14, "nausea"),))
    alert, said = words.episode(shown, own())
    assert alert == b"p" * 16
    assert said == "Épisode comparable S46\u00a0: nausées G2, clos en 48\u202fh, \u2068adapté\u2069."


@pytest.mark.parametrize(
    ("hours", "said"), [(0.1, "6\u202fmin"), (6, "6\u202fh\u202f00"), (36, "36\u202fh"), (72, "3 jours")]
)
def test_how_long_it_took_is_said_in_the_unit_that_fits(hours, said):
    assert lasted(int(hours * 3_600_000)).replace("\u00a0", " ").replace("\u202f", " ") == said.replace(
        "\u202f", " "
    )


# --- words --------------------------------------------------------------------------------------------------


def test_a_grade_outside_the_scale_is_shown_as_told_and_counts_as_none():
    wrong = Symptom("diarrhea", "", NO_GRADE, answers=(("grade", "7"), ("frequency", "4")))
    (answer,) = words.answers(told(NOW, wrong), (), own())
    assert "7" in answer.value
    assert "hors de l’échelle" in answer.value
    assert answer.detail == "fréquence \u20684\u2069"
    assert answer.tone == "danger"


def test_nothing_that_was_answered_is_left_out_and_the_worst_stand_first():
    symptoms = [Symptom(code, "", grade) for code, grade in (("pain", 0), ("nausea", 1), ("diarrhea", 3))]
    local = Symptom("L|X9", "Boit plus d'un litre", answers=(("", "Non"),))
    vital = Vital("8310-5", "Temp", "38.4", "Cel")
    answered = told(NOW, *symptoms, local, vitals=(vital,))
    shown = words.answers(answered, (symptoms[2], symptoms[1]), own())
    assert [one.label for one in shown] == [
        "Diarrhée",
        "Nausées",
        "Température",
        "Boit plus d'un litre",
        "Douleur",
    ]
    assert [one.value for one in shown[2:4]] == ["38,4\u202f°C", "Non"]


@pytest.mark.parametrize("value", ["12 à 14", "", "1e3", "<0,5", "٣", "9" * 40])
def test_a_value_that_is_no_plain_number_stays_as_it_came(value):
    assert words.number(value) == value


@pytest.mark.parametrize("code", [*words.STRIPS, "of-a-later-version"])
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_warning_has_a_strip_in_words(code, language):
    i18n.set_language(language)
    (strip,) = words.strips(sheet(warnings=(code,)), own())
    assert not strip.title.startswith("answers.")
    assert not strip.detail.startswith("answers.")
    if code not in words.STRIPS:
        assert code in strip.title


def test_who_died_a_local_rule_and_what_was_muted_are_said():
    dead = replace(item().who, dead=True, status="provisoire")
    shown = words.strips(sheet(who=dead, cause=Cause.RULE, rule="grade ≥ 3, v4", muted=("fatigue",)), own())
    said = "\n".join(one.title for one in shown)
    for part in ("Patient décédé", "Identité provisoire", "grade ≥ 3, v4", "Fatigue"):
        assert part in said
    assert shown[0].tone == "plain"


def test_a_grade_that_the_telephone_found_otherwise_says_by_whom_when_and_what_was_told():
    def called(grade, at_ms, void=None):
        return Row(Record(b"r" * 16, Step.CALL, b"a" * 16, at_ms, b"k" * 16, grade=grade, reached=True), void)

    def said(*rows):
        one = replace(sheet(Symptom("pain", "Douleur", 3)), life=Life(rows=rows))
        return [f"{strip.title} {strip.detail}" for strip in words.confirmed(one, lambda _user: "K. Bensaïd")]

    assert said() == said(called(3, NOW)) == said(called(1, NOW, Void.UNDONE)) == []
    (strip,) = said(called(2, NOW), called(1, NOW + 60_000))
    for part in ("Grade 1", "téléphone", "K. Bensaïd", "10:57", "G3"):
        assert part in strip


def test_whose_grades_these_are_is_always_said():
    for cause, part in ((Cause.SENDER, "SUIVI"), (Cause.RULE, "règle locale")):
        said = words.provenance(sheet(cause=cause, rule="grade ≥ 3, v4"))
        assert part in said
        assert "Consilium n’en calcule et n’en décide aucun" in said
    silent = words.provenance(sheet(cause=Cause.SILENCE, questionnaire=None))
    assert "Consilium" in silent


def test_the_answer_of_today_has_its_clock_and_an_older_one_its_day():
    shown = sheet()
    assert words.answered(shown, NOW + 60_000) == "Réponse du jour, 10:56"
    assert words.answered(shown, NOW + DAY_MS) == "Réponse du 24/11/2026 à 10:56"
    assert words.answered(sheet(questionnaire=None), NOW) == "Aucune réponse reçue"


def test_values_carry_day_unit_and_flag_and_the_weight_its_change():
    labs = (Lab("PNN", "0.9", "10*9/L", ("L",), NOW - 7 * DAY_MS),)
    shown = words.tiles(labs, Weight(59.7, NOW, -1.8, 14), PARIS, NOW)
    assert (shown[0].label, shown[0].value, shown[0].unit, shown[0].note) == (
        "PNN, 17 nov.",
        "0,9",
        "G/L",
        "bas",
    )
    assert (shown[1].label, shown[1].value) == ("Poids, en 14 jours", "\u22121,8")
    (steady,) = words.tiles((), Weight(59.7, NOW, -0.01, 14), PARIS, NOW)
    assert steady.value == "0,0"


def test_what_is_muted_says_until_when_and_why():
    record = Record(
        b"m" * 16,
        Step.MUTE,
        b"s" * 16,
        NOW,
        b"u" * 16,
        reason="connue",
        until_ms=NOW + DAY_MS,
        symptom="pain",
    )
    assert weekly.muted([record], PARIS) == {"pain": "jusqu’au 25/11/2026\u00a0: \u2068connue\u2069"}


def test_the_words_of_the_patient_hold_nothing_back():
    said, note = words.own_words(told(NOW, said="Je ne garde rien", phone="06 00 00 41 27"))
    assert "Je ne garde rien" in said
    assert "06\u00a000\u00a000\u00a041\u00a027" in note
    assert words.own_words(None) == ("", "")


def test_an_own_reason_is_told_by_its_words_alone_and_a_long_one_is_cut():
    def closed(reason, text):
        record = Record(b"c" * 16, Step.CLOSE, b"a" * 16, NOW, b"u" * 16, reason=reason, text=text, grade=1)
        life = Life(Phase.CLOSED, NOW, reason=reason, rows=(Row(record),))
        return sheets.past(told(NOW), item(), life, {"fixed": "Antiémétique adapté"})

    own_words = closed(OWN_REASON, "revue\nà la consultation")
    assert (own_words.reason, own_words.said) == ("", "revue à la consultation")
    assert closed("fixed", "").reason == "Antiémétique adapté"
    assert closed("of-an-old-version", "").reason == "of-an-old-version"
    assert len(closed("fixed", "mot " * 500).said) == sheets.BRIEF + 1


def test_the_words_of_a_reason_are_found_in_earlier_versions_too():
    first = Policy("ONCO1", "Oncologie", 1, reasons=(("gone", "Réglé"), ("same", "avant")))
    second = Policy("ONCO1", "Oncologie", 2, reasons=(("same", "maintenant"),))
    versions = (Version(b"2" * 16, b"u" * 16, second), Version(b"1" * 16, b"u" * 16, first))
    assert Service(second, versions=versions).reasons == {"gone": "Réglé", "same": "maintenant"}


def test_nobody_waits_for_the_answer_of_somebody_who_died():
    memory, last = Memory(b"u" * 16), told(NOW - 30 * DAY_MS, next_ms=NOW - 20 * DAY_MS, state="ACTIVE")
    who = item().who
    memory.answer(1, [last], who)
    assert memory.counts(NOW).silent == 1
    memory.answer(1, [last], replace(who, dead=True))
    assert memory.counts(NOW).silent == 0
