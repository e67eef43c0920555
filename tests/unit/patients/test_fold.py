"""What holds after all that was told: the newest word on each thing, whoever came late."""

from __future__ import annotations

import itertools

import pytest

from storage.patients.facts import (
    Allergies,
    Document,
    Fact,
    Identity,
    Key,
    Merge,
    Observation,
    Professional,
    Receipt,
    Report,
    Stamp,
    Transfer,
)
from storage.patients.records import Known, Status
from tests.unit.patients.conftest import AUTHORITY, BASE, TEST_OID, fact, move

INS = "279035121518989"
UNIT = ("2102", "Hôpital de jour")


def key(ipp):
    return Key(AUTHORITY, ipp)


def qualified(number=INS, oid=TEST_OID):
    return {"reliability": "VALI", "ins": number, "ins_oid": oid}


def by_ins(content, at=0, number=INS, oid=TEST_OID):
    return fact(number, content, at, authority=oid)


# --- identity ---------------------------------------------------------------------------------------------


def test_only_vali_with_an_ins_told_together_is_qualified(clinic):
    clinic.register("1", "BRUN", "Anne", **qualified())
    patient = clinic.by_ipp("1")
    assert (patient.status, patient.ins, patient.ins_oid, patient.ins_warning) == (
        Status.QUALIFIED,
        INS,
        TEST_OID,
        False,
    )
    clinic.tell(fact("1", Identity({"reliability": "VALI"}), 1))
    assert (clinic.by_ipp("1").status, clinic.by_ipp("1").ins) == (Status.VALIDATED, "")
    clinic.tell(fact("1", Identity(qualified()), 2))
    clinic.tell(fact("1", Identity({"reliability": "PROV"}), 3))
    assert (clinic.by_ipp("1").status, clinic.by_ipp("1").ins) == (Status.PROVISIONAL, "")


@pytest.mark.parametrize(
    "told", [{"ins": "2790351215189"}, {"ins": "X" * 15}, {"ins_oid": "1.2.3"}, {"ins": None}]
)
def test_what_is_no_ins_qualifies_nobody(clinic, told):
    clinic.register("1", "BRUN", "Anne", **{**qualified(), **told})
    assert (clinic.by_ipp("1").status, clinic.by_ipp("1").ins) == (Status.VALIDATED, "")


def test_a_wrong_key_warns_and_nothing_more(clinic):
    clinic.register("1", "BRUN", "Anne", **qualified("279035121518900"))
    patient = clinic.by_ipp("1")
    assert (patient.status, patient.ins_warning) == (Status.QUALIFIED, True)


def test_a_late_message_changes_nothing_that_was_said_since(clinic):
    clinic.register("1", "BRUN", "Anne", at=5, phone="01")
    clinic.tell(fact("1", Identity({"birth_name": "BURN", "phone": "02", "email": "a@example.org"}), 1))
    patient = clinic.by_ipp("1")
    assert (patient.birth_name, patient.phone) == ("BRUN", "01")
    trait = next(one for one in patient.traits if one.name == "birth_name")
    assert (trait.value, trait.earlier) == ("BRUN", (("BURN", BASE + 60_000),))


def test_death_is_said_and_can_be_taken_back(clinic):
    clinic.register("1", "BRUN", "Anne", dead="Y", dead_at="20260301")
    assert (clinic.by_ipp("1").dead, clinic.by_ipp("1").dead_at) == (True, "20260301")
    clinic.tell(fact("1", Identity({"dead": "N", "dead_at": None}), 1))
    assert (clinic.by_ipp("1").dead, clinic.by_ipp("1").dead_at) == (False, "")


# --- movements --------------------------------------------------------------------------------------------


def test_cancelling_comes_before_what_it_cancels(clinic):
    clinic.register("1", "BRUN", "Anne")
    clinic.tell(fact("1", move("m2", "A12", "CANCEL", at=3, original="A02", place=("OLD",)), 3))
    clinic.tell(fact("1", move("m2", "A02", at=2, place=("NEW",)), 2))
    clinic.tell(fact("1", move("m1", "A01", at=1, care_unit=UNIT), 1))
    patient = clinic.by_ipp("1")
    assert [(stay.id, stay.event, stay.place, stay.cancelled) for stay in patient.stays] == [
        ("m1", "A01", (), False),
        ("m2", "A02", ("NEW",), True),
    ]
    assert (patient.inside, patient.units) == (True, (UNIT,))


def test_who_left_is_out_and_who_left_by_mistake_is_not(clinic):
    clinic.register("1", "BRUN", "Anne")
    clinic.tell(fact("1", move("m1", "A01", at=1), 1))
    clinic.tell(fact("1", move("m2", "A03", at=2), 2))
    assert not clinic.by_ipp("1").inside
    clinic.tell(fact("1", move("m2", "A13", "CANCEL", at=2, original="A03"), 3))
    assert clinic.by_ipp("1").inside
    assert clinic.patients.inside_count().result() == 1


@pytest.mark.parametrize(
    ("event", "klass", "inside"),
    [
        ("A01", "I", True),
        ("A01", "E", True),
        ("A04", "O", False),
        ("A05", "I", False),
        ("A07", "O", False),
        ("A04", "R", False),
    ],
)
def test_who_is_inside(clinic, event, klass, inside):
    clinic.register("1", "BRUN", "Anne")
    clinic.tell(fact("1", move("m1", event, patient_class=klass, care_unit=UNIT, at=1), 1))
    assert clinic.by_ipp("1").inside is inside


def test_a_series_of_sessions_keeps_its_unit_while_the_patient_is_at_home(clinic):
    clinic.register("1", "BRUN", "Anne")
    clinic.tell(fact("1", move("m1", "A04", patient_class="R", care_unit=UNIT, at=1), 1))
    assert clinic.by_ipp("1").units == (UNIT,)


def test_leaving_one_visit_does_not_end_another(clinic):
    clinic.register("1", "BRUN", "Anne")
    clinic.tell(
        fact("1", move("m1", "A01", at=1, visit="V1"), 1), fact("1", move("m2", "A01", at=2, visit="V2"), 1)
    )
    clinic.tell(fact("1", move("m3", "A03", at=3, visit="V2"), 3))
    assert clinic.by_ipp("1").inside


def test_those_who_care_now_come_first(clinic):
    clinic.register("1", "BRUN", "Anne", gp="EXEMPLE Alix", gp_rpps="10999999991")
    old, new = Professional("1", "ANCIEN", "AT"), Professional("2", "NOUVEAU", "AT")
    clinic.tell(fact("1", move("m1", "A01", at=1, professionals=(old,)), 1))
    clinic.tell(fact("1", move("m2", "A02", at=2, professionals=(new,)), 2))
    patient = clinic.by_ipp("1")
    assert [(one.professional, one.current) for one in patient.members] == [(new, True), (old, False)]
    assert patient.gp == Professional("10999999991", "EXEMPLE Alix", "ODRP")


# --- merges, renames, transfers ---------------------------------------------------------------------------


def test_a_late_message_to_an_old_number_lands_at_the_survivor(clinic):
    clinic.register("2", "BRUN", "Anne", phone="01")
    clinic.tell(fact("2", Merge(key("1"), "merge"), 1))
    clinic.tell(
        fact("1", Identity({"birth_name": "BRUNE", "phone": "02", "email": "a@example.org"}), 9),
        fact("1", move("m1", "A01"), 9),
    )
    patient = clinic.by_ipp("1")
    assert (patient.ipp, patient.birth_name, patient.phone, patient.inside) == ("2", "BRUN", "01", True)
    assert [stay.ipp for stay in patient.stays] == ["1"]


def test_a_merged_number_never_vouches_for_the_survivor(clinic):
    clinic.register("1", "BRUN", "Anne", **qualified())
    clinic.register("2", "BRUNE", "Anne", reliability="PROV")
    clinic.tell(fact("2", Merge(key("1"), "merge"), 1))
    assert (clinic.by_ipp("2").status, clinic.by_ipp("2").ins) == (Status.PROVISIONAL, "")


def test_nor_for_a_survivor_of_whom_nobody_said_how_sure_they_are(clinic):
    clinic.register("1", "BRUN", "Anne", **qualified())
    clinic.register("2", "BRUNE", "Anne")
    clinic.tell(fact("2", Merge(key("1"), "merge"), 1))
    assert (clinic.by_ipp("2").status, clinic.by_ipp("2").ins) == (Status.PROVISIONAL, "")


def test_a_renamed_number_is_the_same_person_and_the_newest_word_holds(clinic):
    clinic.register("1", "BRUN", "Anne", at=2, phone="new")
    clinic.register("2", "BRUN", "Anne", at=1, phone="old")
    clinic.tell(fact("2", Merge(key("1"), "rename"), 3))
    assert (clinic.by_ipp("2").phone, clinic.by_ipp("2").merged) == ("new", ("1",))


def test_chains_and_circles_of_merges_have_one_end(clinic):
    for ipp in "1234":
        clinic.register(ipp, f"NOM{ipp}", "Anne")
    clinic.tell(fact("2", Merge(key("1"), "merge"), 1))
    clinic.tell(fact("3", Merge(key("2"), "merge"), 2))
    assert {clinic.by_ipp(ipp).ipp for ipp in "123"} == {"3"}
    clinic.tell(fact("1", Merge(key("3"), "merge"), 3))
    assert {clinic.by_ipp(ipp).ipp for ipp in "123"} == {"1"}
    assert clinic.by_ipp("1").merged == ("2", "3")
    assert clinic.patients.count().result() == 2


def test_a_merge_said_anew_leads_elsewhere(clinic):
    for ipp in "123":
        clinic.register(ipp, f"NOM{ipp}", "Anne")
    clinic.tell(fact("2", Merge(key("1"), "merge"), 1))
    clinic.tell(fact("3", Merge(key("1"), "merge"), 2))
    assert (clinic.by_ipp("1").ipp, clinic.by_ipp("2").merged) == ("3", ())


def test_a_transferred_file_takes_its_movements_and_results_along(clinic):
    clinic.register("1", "BRUN", "Anne")
    clinic.register("2", "NOIR", "Jean")
    clinic.tell(
        fact("1", move("m1", "A01", file="F1"), 1), fact("1", move("m0", "A01", file="F0", visit="V0"), 1)
    )
    clinic.tell(fact("1", Report("r1", "NFS", "", 1, file="F1"), 1))
    clinic.tell(fact("2", Transfer(key("1"), "F1"), 2))
    clinic.tell(fact("1", move("m2", "A02", file="F1", at=3), 3))
    assert [stay.id for stay in clinic.by_ipp("1").stays] == ["m0"]
    assert [stay.id for stay in clinic.by_ipp("2").stays] == ["m1", "m2"]
    assert (clinic.by_ipp("1").reports, len(clinic.by_ipp("2").reports)) == ((), 1)


def test_allergies_of_a_merged_number_are_not_lost(clinic):
    penicillin = ("1", "Pénicilline", "SV", "Choc")
    clinic.register("1", "BRUN", "Anne")
    assert clinic.by_ipp("1").allergies is Known.UNKNOWN
    clinic.tell(fact("1", Allergies((), none_known=True), 1))
    assert clinic.by_ipp("1").allergies is Known.NONE
    clinic.tell(fact("2", Allergies((penicillin,)), 0))
    clinic.tell(fact("1", Merge(key("2"), "merge"), 2))
    assert (clinic.by_ipp("1").allergies, clinic.by_ipp("1").allergy_list) == (Known.SOME, (penicillin,))


# --- known by the INS alone -------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_results_told_by_the_ins_alone_join_the_patient_who_has_it(clinic, order):
    messages = [
        fact("1", Identity({"birth_name": "BRUN", **qualified()}), 1),
        by_ins(Identity({"birth_name": "BRUN", **qualified()}), 2),
        by_ins(Report("r1", "NFS", "", 1), 3),
    ]
    for place in order:
        clinic.tell(messages[place])
    patient = clinic.by_ipp("1")
    assert (len(patient.reports), patient.merged, clinic.patients.count().result()) == (1, (), 1)


@pytest.mark.parametrize(
    "traits", [{"reliability": "PROV", "ins": INS, "ins_oid": TEST_OID}, qualified(oid="1.2.250.1.213.1.4.8")]
)
def test_an_ins_that_is_not_qualified_or_of_another_oid_joins_nothing(clinic, traits):
    clinic.register("1", "BRUN", "Anne", **traits)
    clinic.tell(by_ins(Report("r1", "NFS", "", 1), 3))
    assert (clinic.by_ipp("1").reports, clinic.patients.count().result()) == ((), 2)


def test_an_ins_taken_back_takes_its_results_away(clinic):
    clinic.register("1", "BRUN", "Anne", **qualified())
    clinic.tell(by_ins(Report("r1", "NFS", "", 1), 1))
    clinic.tell(fact("1", Identity({"reliability": "DOUT"}), 2))
    assert (clinic.by_ipp("1").reports, clinic.patients.count().result()) == ((), 2)
    assert sorted(one.by_ins_alone for one in clinic.patients.search("").result()) == [False, True]


def test_two_numbers_with_the_same_ins_stay_two_and_are_flagged(clinic):
    first = clinic.register("1", "BRUN", "Anne", **qualified())
    assert clinic.by_ipp("1").attributes == ()
    changed = clinic.tell(fact("2", Identity({"birth_name": "BRUN", **qualified()}), 1))
    assert first in changed
    assert (clinic.by_ipp("1").attributes, clinic.by_ipp("2").attributes) == (("DPOT",), ("DPOT",))


# --- reports ----------------------------------------------------------------------------------------------


def seen(code, value, status="F", sub_id=""):
    return Observation(code, code, "LN", "NM", (value,), status=status, sub_id=sub_id)


def report(*observations, number="r1", code="NFS"):
    return Report(number, code, code, 1, observations=observations)


def shown(clinic):
    return [
        [(one.code, one.values, one.earlier) for one in of.observations] for of in clinic.by_ipp("1").reports
    ]


def test_a_correction_replaces_what_it_names_and_says_what_was_before(clinic):
    clinic.tell(fact("1", report(seen("hb", "9"), seen("plt", "200")), 1))
    clinic.tell(fact("1", report(seen("hb", "10", "C")), 2))
    assert shown(clinic) == [[("hb", ("10",), ("9",)), ("plt", ("200",), ())]]


def test_a_correction_that_comes_first_holds_all_the_same(clinic):
    clinic.tell(fact("1", report(seen("hb", "10", "C")), 2))
    clinic.tell(fact("1", report(seen("hb", "9"), seen("plt", "200")), 1))
    assert shown(clinic) == [[("hb", ("10",), ("9",)), ("plt", ("200",), ())]]


def test_a_deleted_value_is_gone_and_what_was_of_another_patient_leaves_no_trace(clinic):
    clinic.tell(fact("1", report(seen("hb", "9"), seen("plt", "200")), 1))
    clinic.tell(fact("1", report(seen("hb", "9", "D")), 2))
    assert shown(clinic) == [[("hb", (), ()), ("plt", ("200",), ())]]
    clinic.tell(fact("1", report(seen("hb", "9", "W"), seen("plt", "200", "W")), 3))
    assert shown(clinic) == []


def test_lines_of_the_same_name_in_one_report_are_all_kept(clinic):
    clinic.tell(fact("1", report(seen("text", "a"), seen("text", "b"), seen("text", "c", sub_id="2")), 1))
    assert [values for _, values, _ in shown(clinic)[0]] == [("a",), ("b",), ("c",)]


def test_two_examinations_of_one_sample_are_two_reports(clinic):
    clinic.tell(fact("1", report(seen("hb", "9")), 1), fact("1", report(seen("na", "140"), code="IONO"), 1))
    assert len(shown(clinic)) == 2


# --- documents --------------------------------------------------------------------------------------------


def paper(number, act="new", replaces="", segment=5):
    return Document(
        number, act, "34794-8", "RCP", 1, media="application/pdf", segment=segment, replaces=replaces
    )


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_document_replaced_and_then_deleted(clinic, order):
    messages = [paper("d1"), paper("d2", "replace", "d1"), paper("d2", "delete", segment=-1)]
    for place in order:
        clinic.tell(fact("1", messages[place], place))
    (one,) = clinic.by_ipp("1").papers
    assert (one.id, one.withdrawn, [old.id for old in one.versions]) == ("d2", True, ["d1"])
    assert one.segment == 5


def test_a_replaced_version_that_is_deleted_takes_nothing_else_along(clinic):
    for at, one in enumerate((paper("d1"), paper("d2", "replace", "d1"), paper("d1", "delete"))):
        clinic.tell(fact("1", one, at))
    (one,) = clinic.by_ipp("1").papers
    assert (one.id, one.withdrawn, one.versions[0].withdrawn) == ("d2", False, True)


def test_a_document_told_anew_after_its_deletion_is_back(clinic):
    for at, one in enumerate((paper("d1"), paper("d1", "delete"), paper("d1"))):
        clinic.tell(fact("1", one, at))
    (one,) = clinic.by_ipp("1").papers
    assert (one.withdrawn, one.versions[0].withdrawn) == (False, True)


def test_a_deletion_under_its_own_id_is_of_what_it_names(clinic):
    clinic.tell(fact("1", paper("d9", "delete", "d1", segment=-1), 2))
    assert clinic.by_ipp("1").papers == ()
    clinic.tell(fact("1", paper("d1"), 1))
    assert [(one.id, one.withdrawn) for one in clinic.by_ipp("1").papers] == [("d1", True)]


def test_a_new_word_on_the_same_document_is_its_next_version(clinic):
    for at in range(3):
        clinic.tell(fact("1", paper("d1", segment=at), at))
    (one,) = clinic.by_ipp("1").papers
    assert (one.segment, [old.segment for old in one.versions]) == (2, [1, 0])


@pytest.mark.parametrize("first", [True, False])
def test_a_receipt_finds_the_document_whose_message_it_answers(clinic, first):
    receipt = Fact(Key("", ""), Stamp(BASE, "ACK1"), Receipt("MSG7", "Z03", BASE, accepted=True))
    messages = [fact("1", paper("d1"), 1, message="MSG7"), receipt]
    for one in messages if first else reversed(messages):
        changed = clinic.tell(one)
    (shown_paper,) = clinic.by_ipp("1").papers
    assert changed == {clinic.by_ipp("1").id}
    assert [one.kind for one in shown_paper.receipts] == ["Z03"]
