"""What the patient's page says, without a window: head, ages, movements, values, documents."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app import i18n
from app.patients.person import moves, papers, values, view
from app.times import Site, age, written
from storage.patients.facts import Observation, Professional, Receipt, Report
from storage.patients.records import Found, Known, Member, Paper, Patient, Status, Stay

SITE = Site("Europe/Paris")
INS = "254031499999945"


def ms(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type,misc]


NOW = ms(2026, 11, 24, 11, 18)


def patient(**more) -> Patient:
    given = {"birth_name": "Lemaître", "given_name": "Odile", "birth": "19540314", "sex": "F"}
    return Patient(
        **{"id": 1, "authority": "A", "ipp": "80421937", "status": Status.QUALIFIED, **given, **more}
    )


def stay(number: str, event: str, since_ms: int, **more) -> Stay:
    known = {
        "id": number,
        "event": event,
        "since_ms": since_ms,
        "cancelled": False,
        "visit": "V1",
        "file": "",
        "patient_class": "I",
        "place": ("3210", "312", "1"),
        "medical_unit": ("", ""),
        "care_unit": ("3210", "Pneumologie"),
        "nature": "",
        "historic": False,
        "corrected": False,
        "recorded_ms": since_ms,
        "ipp": "80421937",
    }
    return Stay(**{**known, **more})


def head(one: Patient, *homonyms: Found) -> view.Head:
    return view.head(view.Record(one, homonyms, NOW, SITE))


def value(code: str, text: str, **more) -> Observation:
    return Observation(code, {"718-7": "Hémoglobine"}.get(code, code), "LN", "NM", (text,), **more)


def chips(one: Patient) -> list[tuple[str, str]]:
    return [(chip.words, chip.tone) for chip in head(one).chips]


@pytest.fixture(autouse=True)
def _french():
    i18n.set_language("fr")
    yield
    i18n.set_language("fr")


@pytest.mark.parametrize(
    ("birth", "said"),
    [
        ("19540314", "72 ans"),
        ("195411", "72 ans"),
        ("1954", "environ 72 ans"),
        ("20250901", "14 mois"),
        ("20261112", "12 jours"),
        ("20261124", "0 jour"),
        ("20241125", "23 mois"),
        ("20241124", "2 ans"),
        ("20300101", ""),
        ("19541399", ""),
        ("", ""),
    ],
)
def test_an_age_is_told_as_far_as_the_birth_is_known(birth, said):
    assert age(birth, date(2026, 11, 24)) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("19540314", "14/03/1954"),
        ("195403", "03/1954"),
        ("1954", "1954"),
        ("19540300", "03/1954"),
        ("19540000", "1954"),
        ("19541399", "19541399"),
        ("202611191430", "19/11/2026 à 14:30"),
    ],
)
def test_a_date_is_written_as_far_as_it_is_known(text, said):
    assert written(text) == said


def test_the_hour_that_comes_twice_says_which_it_is():
    assert SITE.clock(ms(2026, 10, 25, 0, 30)) == "02:30 (heure d'été)"
    assert SITE.clock(ms(2026, 10, 25, 1, 30)) == "02:30 (heure d'hiver)"
    assert SITE.clock(ms(2026, 7, 1, 12)) == "14:00"
    assert SITE.clock(ms(2026, 12, 1, 12)) == "13:00"


def test_the_ins_is_shown_masked_and_only_of_a_qualified_identity():
    shown = {trait.label: trait for trait in head(patient(ins=INS, ins_oid="1.2.250.1.213.1.4.10")).traits}
    assert shown["Matricule INS"].value == "2 54 03 14 999 •••••"
    assert shown["Matricule INS"].whole == "2 54 03 14 999 999 45"
    assert shown["Matricule INS"].after == "INS de test"
    provisional = head(patient(ins=INS, status=Status.VALIDATED))
    assert all(trait.label != "Matricule INS" for trait in provisional.traits)


def test_what_nobody_said_is_never_a_question_mark():
    bare = head(Patient(1, "A", "8", Status.PROVISIONAL))
    assert bare.birth_name == "Nom non renseigné"
    assert [trait.value for trait in bare.traits] == ["non renseigné", "non renseigné", "non renseigné", "8"]
    assert bare.team == "Référent non renseigné"
    assert "?" not in str(bare)


def test_allergies_known_none_and_unasked_are_three_different_things():
    known = patient(allergies=Known.SOME, allergy_list=(("", "Pénicilline", "SV", "Anaphylaxie"),))
    assert chips(known) == [("Allergie\u00a0: Pénicilline, Anaphylaxie, grave", "danger")]
    assert chips(patient(allergies=Known.NONE)) == [("Aucune allergie connue", "ok")]
    assert chips(patient()) == [("Allergies non renseignées", "plain")]


def test_strips_say_what_nobody_may_overlook():
    titles = lambda one, *near: [strip.title for strip in head(one, *near).strips]  # noqa: E731
    assert titles(patient()) == []
    assert titles(patient(dead=True, dead_at="20261119")) == ["Décès signalé, 19/11/2026"]
    assert titles(patient(merged=("80102233",))) == ["Identité fusionnée\u00a0: 80102233 réuni sous 80421937"]
    assert titles(patient(status=Status.PROVISIONAL)) == ["Envoi au DPI retenu"]
    assert titles(patient(attributes=("FICT",))) == ["Identité à vérifier\u00a0: fictive"]
    assert titles(patient(ins_warning=True)) == ["La clé du matricule INS ne correspond pas"]
    near = Found(2, "MARTIN", "", "Jean", "19610405", "M", "9", Status.VALIDATED)
    assert titles(patient(), near) == ["Nom proche\u00a0: une autre personne du cache"]
    assert "05/04/1961" in head(patient(), near).strips[0].detail


def test_somebody_who_died_has_no_age():
    assert head(patient(dead=True)).traits[0].value == "14/03/1954"
    assert head(patient()).traits[0].value == "14/03/1954 (72 ans)"


def test_the_team_counts_everybody_once():
    gp = Professional("10100000061", "LAGARDE Philippe", "ODRP")
    doctor = Professional("10100000011", "MARCHETTI Hélène", "AT")
    here = stay("1", "A01", NOW - 1000, professionals=(doctor,))
    said = head(patient(gp=gp, stays=(here,), members=(Member(doctor, 1, True), Member(gp, 1, True)))).team
    assert (
        said.replace("\u2068", "").replace("\u2069", "") == "Référent MARCHETTI Hélène · 1 autre intervenant"
    )


def test_movements_stand_by_visit_the_newest_first_and_a_day_is_said_once():
    shown = moves.lines(
        patient(
            inside=True,
            stays=(
                stay("1", "A01", ms(2026, 11, 11, 13, 30)),
                stay("2", "A02", ms(2026, 11, 12, 10, 20), care_unit=("3310", "Chirurgie")),
                stay("3", "A04", ms(2026, 10, 28, 14, 10), visit="V0", patient_class="O"),
                stay("4", "A11", ms(2026, 11, 12, 8), cancelled=True),
            ),
        ),
        NOW,
        SITE,
    )
    assert [line.title for line in shown] == [
        "Hospitalisation · n° V1",
        "Mutation",
        "Entrée, hospitalisation",
        "Entrée, hospitalisation",
        "Consultation externe · n° V0",
        "Consultation externe",
    ]
    assert shown[0].detail == "Depuis le 11/11/2026, en cours"
    assert shown[1].detail == "Pneumologie → Chirurgie, ch. 312, lit 1"
    assert [line.day for line in shown if isinstance(line, moves.MoveLine)] == [
        "12 nov.",
        "",
        "11 nov.",
        "28 oct.",
    ]
    assert shown[2].mark == ("annulé", "ban", "danger")
    assert "HL7 A11" in shown[2].code
    assert shown[1].clock == "11:20"


def test_the_last_movements_leave_the_cancelled_out():
    stays = (stay("1", "A01", 5), stay("2", "A02", 7, cancelled=True))
    shown = moves.lines(patient(stays=stays), NOW, SITE)
    assert [line.stay.id for line in moves.newest(shown, 8)] == ["1"]


def report(at_ms: int, *observations: Observation) -> Report:
    return Report(f"R{at_ms}", "58410-2", "NFS", at_ms, "F", observations=observations)


def test_values_carry_unit_flag_and_what_became_of_them():
    one = patient(
        reports=(
            report(
                ms(2026, 11, 11, 8),
                value(
                    "718-7",
                    "10.9",
                    unit="g/dL",
                    range="12.0-16.0",
                    flags=("L",),
                    status="C",
                    earlier=("9.9",),
                ),
                value("777-3", "188", unit="G/L", status="D"),
            ),
        )
    )
    _, hb, platelets = values.lines(one, SITE)
    assert (hb.value, hb.flag, hb.range, hb.state) == (
        "10,9\u00a0g/dL",
        ("↓ bas", "warn"),
        "12,0-16,0",
        "corrigé",
    )
    assert hb.earlier == "auparavant 9,9"
    assert platelets.value == "Supprimé par le laboratoire"
    assert platelets.flag is None
    i18n.set_language("en")
    assert values.lines(one, SITE)[1].value == "10.9\u00a0g/dL"


def test_a_series_holds_one_analyte_in_one_unit_and_knows_where_it_goes():
    one = patient(
        reports=(
            report(10, value("718-7", "11.1", unit="g/dL")),
            report(30, value("718-7", "10,6", unit="g/dL", flags=("L",)), value("T", "trouble")),
            report(20, value("718-7", "111", unit="g/L")),
        )
    )
    shown = values.series(values.lines(one, SITE))
    hb = next(each for each in shown if each.label == "Hémoglobine")
    assert [number for _, number, _ in hb.points] == [11.1, 10.6]
    assert hb.trend == "down"
    assert [each.label for each in values.that_matter(shown, 8)] == ["Hémoglobine"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("12.0-16.0", (12.0, 16.0)),
        ("12,0 - 16,0", (12.0, 16.0)),
        ("<5", (None, 5.0)),
        ("> 60", (60.0, None)),
        ("-2-2", (-2.0, 2.0)),
        ("négatif", (None, None)),
        ("9-1", (None, None)),
        ("", (None, None)),
    ],
)
def test_a_reference_range_is_read_where_it_is_one(text, found):
    assert values.bounds(text) == found


def paper(number: str, at_ms: int, **more) -> Paper:
    known = {"segment": 5, "code": "34794-8", "label": "CR de RCP", "media": "application/pdf", "bytes": 2048}
    return Paper(id=number, seq=1, at_ms=at_ms, author="Dr Vasseur", status="AU", **{**known, **more})


def test_documents_say_what_is_to_be_known_before_they_are_read():
    old = paper("D1", 5)
    shown = papers.lines(
        (
            paper("D1", NOW - 1000, versions=(old,), receipts=(Receipt("M1", "Z01", NOW, True),)),
            paper("D2", 9, withdrawn=True),
            paper("D3", 8, masked=True, media="text/xml"),
        ),
        NOW,
        SITE,
    )
    assert [line.mark[0] if line.mark else "" for line in shown] == [
        "nouveau",
        "remplacé",
        "retiré",
        "masqué",
    ]
    assert (
        shown[0].detail == "\u2068Dr Vasseur\u2069 · PDF · 2\u202fko · 1 version antérieure · déposé au DMP"
    )
    assert shown[1].title == "CR de RCP, version 1"
    assert not shown[2].readable
