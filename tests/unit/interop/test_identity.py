"""Who a message is about: numbers, names, the INS, what vouches for an identity."""

from __future__ import annotations

import pytest

from app.interop.understand import understand
from storage.patients.facts import Allergies, Identity, Key
from tests.harness.er7 import INS, IPP, NOW_MS, message, msh, pid

TEST_OID = "1.2.250.1.213.1.4.10"


def read(*segments, kind="ADT^A28", country="FRA"):
    return understand(message(msh(kind, country=country), *segments), arrived_ms=NOW_MS)


def traits(*segments, country="FRA"):
    understood = read(*segments, country=country)
    assert understood.refusal is None
    return understood.facts[0].content.traits


def refusal(*segments, kind="ADT^A28"):
    understood = read(*segments, kind=kind)
    assert understood.ack == "AR"
    assert understood.facts == ()
    return understood.refusal.error, understood.refusal.place


@pytest.mark.parametrize(
    ("numbers", "authority", "ipp"),
    [
        (IPP, "510999999", "09000011"),
        ("12^^^CHU^PI", "CHU", "12"),
        ("12^^^^PI^HOPITAL", "HOPITAL", "12"),
        ("12", "CH-FICTIF", "12"),
        (f"{INS}~{IPP}", "510999999", "09000011"),
        ("7^^^LABO^MR~12^^^CHU^PI", "CHU", "12"),
        ("7^^^SS^SS~12^^^CHU^MR", "CHU", "12"),
        ('""~12^^^CHU^PI', "CHU", "12"),
        ("279035121518989^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^PI~12^^^CHU^PI", "CHU", "12"),
    ],
)
def test_the_hospitals_number(numbers, authority, ipp):
    assert read(pid(numbers)).facts[0].key == Key(authority, ipp)


def test_who_has_an_ins_alone_stands_under_it():
    assert read(pid(INS, status="VALI")).facts[0].key == Key(TEST_OID, "279035121518989")


@pytest.mark.parametrize(
    "numbers", ["", '""', "1^^^SS^SS", "279035121518989^^^CNAM^NH", "x" * 101 + "^^^CHU^PI", "^^^CHU^PI"]
)
def test_without_a_number_nobody_is_guessed(numbers):
    assert refusal(pid(numbers)) == ("101", "PID-3")


@pytest.mark.parametrize("status", ["", "PROV", "VIDE", "DOUT~VALI"])
def test_an_ins_alone_that_may_not_be_used_is_refused(status):
    assert refusal(pid(INS, status=status)) == ("903", "PID-3")


def test_the_number_of_the_insured_is_never_an_ins():
    nh = INS.replace("^INS", "^NH")
    assert refusal(pid(nh, status="VALI")) == ("101", "PID-3")
    assert traits(pid(f"{IPP}~{nh}", status="VALI"))["ins"] is None


def test_an_ins_alone_without_its_authority_or_a_digit_is_incomplete():
    assert refusal(pid("279035121518989^^^ASIP-SANTE-INS-NIR^INS", status="VALI")) == ("905", "PID-3")
    assert refusal(pid(INS.replace("518989", "51898"), status="VALI")) == ("905", "PID-3")


def test_an_ins_without_its_authority_is_not_used():
    understood = read(pid(f"{IPP}~279035121518989^^^ASIP-SANTE-INS-NIR^INS", status="VALI"))
    assert understood.facts[0].content.traits["ins"] is None
    assert understood.warnings == ("ins_authority",)


def test_an_old_message_names_its_event_in_evn_1():
    understood = understand(
        message(msh("ADT"), "EVN|A40|20260301", pid(), "MRG|7^^^CHU^PI"), arrived_ms=NOW_MS
    )
    assert len(understood.facts) == 2


def test_no_pid_and_two_people():
    assert refusal("EVN||20260301") == ("100", "PID")
    assert refusal(pid(), pid("12^^^CHU^PI")) == ("198", "PID")
    assert read(pid(), pid()).warnings == ("pid_repeated",)


def test_a_message_cut_in_its_pid_is_refused():
    raw = message(msh("ADT^A28"), pid())
    assert understand(raw[:-1], arrived_ms=NOW_MS).refusal.error == "100"
    assert understand(raw, arrived_ms=NOW_MS).ack == "AA"


def test_the_ins_is_kept_where_the_identity_is_valid_only():
    kept = traits(pid(f"{IPP}~{INS}", status="VALI"))
    assert (kept["ins"], kept["ins_oid"], kept["reliability"]) == ("279035121518989", TEST_OID, "VALI")
    for status in ("PROV", "VIDE", "DOUB"):
        left = traits(pid(f"{IPP}~{INS}", status=status))
        assert (left["ins"], left["ins_oid"], left["reliability"]) == (None, None, status)
    assert "ins" not in traits(pid(f"{IPP}~{INS}", status=""))
    assert traits(pid(status="VALI"))["ins"] is None


def test_the_other_words_on_reliability():
    assert traits(pid(status="VALI~HOMD~DPOT"))["attributes"] == "HOMD DPOT"
    assert traits(pid(status="VALI"))["attributes"] is None
    assert "status_unknown" in read(pid(status="VALI~NEUF")).warnings


@pytest.mark.parametrize(
    ("number", "warning"),
    [
        ("279035121518989", ()),
        ("279035121518988", ("ins_key",)),
        ("27903512151898", ("ins_format",)),
        ("279O35121518989", ("ins_format",)),
        ("165042B09042112", None),
    ],
)
def test_a_wrong_ins_warns_and_never_hinders(number, warning):
    understood = read(pid(f"{IPP}~{number}^^^ASIP-SANTE-INS-NIR&{TEST_OID}&ISO^INS", status="VALI"))
    assert understood.ack == "AA"
    assert warning is None or understood.warnings == warning
    usable = "ins_format" not in understood.warnings
    assert (understood.facts[0].content.traits["ins"] is not None) == usable


def test_an_ins_that_ended_goes_behind_the_one_that_holds():
    old = f"175045151800146^^^ASIP-SANTE-INS-NIR&{TEST_OID}&ISO^INS^^20200101^20230101"
    assert traits(pid(f"{IPP}~{old}~{INS}", status="VALI"))["ins"] == "279035121518989"


@pytest.mark.parametrize(
    ("names", "birth", "used"),
    [
        ("MOREAU^Odile^Odile Marie^^^^L", "MOREAU", "unsaid"),
        ("LE GOFF^Odile^^^^^D~MOREAU^Odile^^^^^L", "MOREAU", "LE GOFF"),
        ('MOREAU^Odile^^^^^L~""^X^^^^^D', "MOREAU", None),
        ('MOREAU^Odile^^^^^L~""^X^^^^^D~LE GOFF^X^^^^^D', "MOREAU", "LE GOFF"),
        ("MOREAU^Odile^^^^^L~A^X^^^^^D~B^X^^^^^D", "MOREAU", "A"),
        ("MOREAU^Odile^^^^^L~^X^^^^^D", "MOREAU", "unsaid"),
        ("MOREAU^Odile", "MOREAU", "unsaid"),
        ("SMITH^Odile^^^^^L~MOREAU^Odile^^^^^B", "MOREAU", "SMITH"),
        ("MOREAU^Odile^^^^^CURRENT", "MOREAU", "unsaid"),
        ("ODI^^^^^^N~MOREAU^Odile^^^^^XX~AUTRE^X^^^^^YY", "MOREAU", "unsaid"),
        ("D'ŒUVRE-L’HÔTE&X^Odile^^^^^L", "D'ŒUVRE-L’HÔTE", "unsaid"),
    ],
)
def test_names(names, birth, used):
    found = traits(pid(names=names))
    assert found["birth_name"] == birth
    assert found.get("used_name", "unsaid") == used


def test_all_given_names():
    assert traits(pid(names="MOREAU^Odile^Odile Marie^^^^L"))["given_names"] == "Odile Marie"
    assert traits(pid(names="SMITH^Mary^Ann^^^^L"), country="GBR")["given_names"] == "Mary Ann"


def test_a_pseudonym():
    assert traits(pid(names="MOREAU^Odile^^^^^L~MARS^^^^^^S"))["pseudonym"] == "MARS"


@pytest.mark.parametrize(
    ("birth", "shown", "warned"),
    [
        ("195403", "195403", False),
        ("1954", "1954", False),
        ("19540000", "1954", True),
        ("hier", "unsaid", True),
        ('""', None, False),
        ("", "unsaid", False),
    ],
)
def test_birth_dates(birth, shown, warned):
    understood = read(pid(birth=birth))
    assert understood.facts[0].content.traits.get("birth", "unsaid") == shown
    assert ("birth" in understood.warnings) == warned


def test_address_birthplace_and_how_to_reach():
    found = traits(
        pid(address="1 RUE DE L'ESSAI^^REIMS^^51100^FRA^H~^^TOURS^^^^BDL^^37261").replace(
            "||||||D1^^^X^AN", "0102030405^PRN^PH~^NET^Internet^a@b.fr|||||D1^^^X^AN"
        )
    )
    assert found["address"] == "1 RUE DE L'ESSAI, 51100 REIMS"
    assert (found["birth_place"], found["birth_place_name"]) == ("37261", "TOURS")


def test_phone_and_mail():
    line = pid().split("|")
    line[13] = "0102030405^PRN^PH~^NET^Internet^a@b.fr"
    assert {"phone": "0102030405", "email": "a@b.fr"}.items() <= traits("|".join(line)).items()
    line[13] = '""'
    assert traits("|".join(line))["phone"] is None


def test_the_dead():
    line = pid().split("|")
    line[29:31] = "20260302", ""
    assert {"dead": "Y", "dead_at": "20260302"}.items() <= traits("|".join(line)).items()
    line[29:31] = '""', "N"
    assert {"dead": "N", "dead_at": None}.items() <= traits("|".join(line)).items()


def test_the_family_doctor():
    doctor = "10999999991^EXEMPLE^Alix^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^L^^^RPPS"
    assert {"gp": "EXEMPLE Alix", "gp_rpps": "10999999991"}.items() <= traits(
        pid(), f"ROL||UC|ODRP|{doctor}"
    ).items()
    assert traits(pid(), f"ROL||DE|ODRP|{doctor}")["gp"] is None
    assert traits(pid(), f"PD1||||{doctor}")["gp"] == "EXEMPLE Alix"


def test_what_french_segments_say():
    found = traits(pid(), "ZFD|||N|N|INSI|20260301|CN|20301231", "ZFA|ACTIF|20260301|||||||INO|20260301|IC")
    assert (found["identity_method"], found["identity_document"], found["dmp_feeding"]) == (
        "INSI",
        "CN",
        "INO",
    )


def test_sex_outside_the_table_is_kept_and_said():
    understood = read(pid(sex="W"))
    assert understood.facts[0].content.traits["sex"] == "W"
    assert understood.warnings == ("sex",)


@pytest.mark.parametrize(
    ("segments", "content"),
    [
        (
            ["AL1|1|DA|1^Pénicilline^L|SV|URTICAIRE~FIEVRE"],
            Allergies((("1", "Pénicilline", "SV", "URTICAIRE, FIEVRE"),)),
        ),
        (["AL1|1||716186003^Pas d'allergie connue^SNOMED"], Allergies((), none_known=True)),
        (["AL1|1||NKA"], Allergies((), none_known=True)),
        (["AL1|1||NKA", "AL1|2|DA|^Iode"], Allergies((("", "Iode", "", ""),))),
        (["IAM|1|DA|9^Latex^L|MO|TOUX"], Allergies((("9", "Latex", "MO", "TOUX"),))),
    ],
)
def test_allergies(segments, content):
    assert read(pid(), *segments).facts[-1].content == content


@pytest.mark.parametrize("segments", [["AL1|1"], ["AL1|1||"], ['AL1|1||""'], []])
def test_an_empty_allergy_says_nothing(segments):
    assert [type(each.content) for each in read(pid(), *segments).facts] == [Identity]


def test_no_name_stands_in_any_repr_or_refusal():
    understood = read(pid("", names="CANARY^Odile^^^^^L"))
    assert "CANARY" not in repr(understood)
    assert "CANARY" not in repr(read(pid(f"{IPP}~{INS}", names="CANARY^Odile^^^^^L", status="VALI")))
    assert "279035121518989" not in repr(read(pid(INS, status="VALI")))
