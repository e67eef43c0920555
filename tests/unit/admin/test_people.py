"""`consilium-admin people`: lists of IT come in whole or not at all, and everybody stays who they are."""

from __future__ import annotations

import base64
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.admin import peoplefiles, store
from app.admin.__main__ import main
from app.admin.errors import AdminError
from app.admin.organisation import Organisation
from app.admin.peoplefiles import names_of, read
from media.keys.certs import DeviceKeys
from media.keys.people import is_rpps

HEAD = "Nom;Fonction;Spécialité;Service;Établissement;RPPS;Téléphone;Courriel\n"
VASSEUR = (
    "Dr Paul Vasseur;médecin;Anatomopathologie;Labo;CH Nord;10100000081;03 26 00 00 01;p.vasseur@ch.example\n"
)
AUBRY = "Camille Aubry;secrétaire;;RCP;CH Nord;;;\n"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "org"
    store.make_folder(made)
    store.save(made, Organisation.create("CHU d'Essai", int(time.time()))[0], int(time.time()))
    return tmp_path


@pytest.fixture
def run(folder, capsys):
    def act(*words):
        capsys.readouterr()
        placed = [str(folder / word[1:]) if word.startswith("@") else word for word in words]
        code = main([*placed, "--dir", str(folder / "org")])
        out = capsys.readouterr()
        return code, out.out, out.err

    return act


def take(run, folder, text, *more, name="liste.csv"):
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return run("people", "import", f"@{name}", *more)


def people(run):
    return {one["nom"]: one for one in json.loads(run("people", "list", "--json")[1])}


def issue(run, folder, name, *more):
    device = DeviceKeys.generate()
    (folder / "poste.req").write_bytes(device.request(name, "doctor", "Radiologie"))
    (folder / "poste.enrol").unlink(missing_ok=True)
    code, out, err = run("device", "issue", "@poste.req", "--out", "@poste.enrol", *more)
    assert code == 0, err
    return out.split("personne ")[1].split()[0]


def test_a_csv_of_it_says_who_is_who_also_without_a_device(run, folder):
    code, out, _ = take(run, folder, HEAD + VASSEUR + AUBRY)
    assert (code, "2 ajoutées" in out) == (0, True)
    told = people(run)
    assert told["Dr Paul Vasseur"]["service"] == "Labo"
    assert told["Dr Paul Vasseur"]["courriel"] == "p.vasseur@ch.example"
    assert (told["Camille Aubry"]["fonction"], told["Camille Aubry"]["postes"]) == ("secretary", 0)
    assert "sans poste" in run("people", "list")[1]


def test_a_dry_run_says_what_would_change_and_changes_nothing(run, folder):
    take(run, folder, HEAD + VASSEUR)
    code, out, _ = take(run, folder, HEAD + VASSEUR.replace("Labo", "Biologie") + AUBRY, "--dry-run")
    assert code == 0
    assert "service « Labo » → « Biologie »" in out
    assert "+ Camille Aubry" in out
    assert list(people(run)) == ["Dr Paul Vasseur"]
    assert people(run)["Dr Paul Vasseur"]["service"] == "Labo"


def test_people_keep_their_id_by_rpps_by_name_and_by_their_device(run, folder):
    user = issue(run, folder, "Dr Jean Hoffmann")
    take(run, folder, HEAD + VASSEUR + "HOFFMANN Jean;;;;;;;\n")
    assert people(run)["HOFFMANN Jean"]["personne"] != user  # another order of words is another name
    take(run, folder, HEAD + "Pr Jean Hoffmann;;Chirurgie;;;;;\n")
    assert people(run)["Pr Jean Hoffmann"]["personne"] == user
    assert (people(run)["Pr Jean Hoffmann"]["fonction"], people(run)["Pr Jean Hoffmann"]["postes"]) == (
        "doctor",
        1,
    )
    vasseur = people(run)["Dr Paul Vasseur"]["personne"]
    take(run, folder, HEAD + VASSEUR.replace("Vasseur;", "Vasseur-Roy;"))
    assert people(run)["Dr Paul Vasseur-Roy"]["personne"] == vasseur


def test_a_device_is_issued_to_somebody_who_was_listed_before(run, folder):
    take(run, folder, HEAD + VASSEUR)
    user = people(run)["Dr Paul Vasseur"]["personne"]
    assert issue(run, folder, "Dr Paul Vasseur", "--rpps", "10100000081") == user
    assert people(run)["Dr Paul Vasseur"]["postes"] == 1
    assert run("device", "issue", "@poste.req", "--out", "@x", "--rpps", "10100000015")[0] == 1


def test_namesakes_are_not_guessed(run, folder):
    for _ in range(2):
        issue(run, folder, "Dr Anne Roux")
    code, _, err = take(run, folder, HEAD + AUBRY + "Dr Anne Roux;;;;;;;\n")
    assert code == 1
    assert "ligne 3 : plusieurs personnes de ce nom" in err
    assert people(run) == {}


def test_namesakes_whom_their_mail_tells_apart_come_in_again_and_a_third_one_too(run, folder):
    first, second, third = (
        f"Marie Martin;infirmière;;{one};;;;{one}@ch.example\n" for one in ("a", "b", "c")
    )
    assert take(run, folder, HEAD + first)[0] == 0
    ids = lambda: {one["courriel"]: one["personne"] for one in json.loads(run("people", "list", "--json")[1])}  # noqa: E731
    before = ids()
    for text in (first + second, second + first, third + second + first):
        code, _, err = take(run, folder, HEAD + text)
        assert code == 0, err
        assert ids().items() >= before.items(), "everybody stays who they are"
        before = ids()
    assert len(set(before.values())) == 3


def test_namesakes_whom_nothing_tells_apart_are_refused_before_there_are_two(run, folder):
    code, _, err = take(run, folder, HEAD + AUBRY + AUBRY)
    assert code == 1
    assert "ligne 3 : le même nom qu'à la ligne 2" in err
    assert people(run) == {}


def test_a_wrong_line_is_named_and_nothing_is_taken(run, folder):
    text = (
        HEAD
        + VASSEUR
        + VASSEUR
        + "Dr X;astrologue;;;;;;\nDr Y;;;;;10100000080;;\n;;;;;;;\nDr\u202eZ;;;;;;;\n"
    )
    code, _, err = take(run, folder, text)
    assert code == 1
    for told in ("ligne 4 : fonction inconnue", "ligne 5 : RPPS faux", "ligne 7 : un champ"):
        assert told in err
    assert people(run) == {}


def test_the_same_person_twice_is_refused(run, folder):
    take(run, folder, HEAD + AUBRY)
    assert "ligne 3 : la même personne qu'à la ligne 2" in take(run, folder, HEAD + AUBRY + AUBRY)[2]


def test_complete_takes_those_away_whom_the_file_does_not_name(run, folder):
    take(run, folder, HEAD + VASSEUR + AUBRY)
    assert "- Camille Aubry" in take(run, folder, HEAD + VASSEUR, "--complete")[1]
    assert list(people(run)) == ["Dr Paul Vasseur"]


def test_an_export_comes_back_as_it_was(run, folder):
    take(run, folder, HEAD + VASSEUR + AUBRY.replace(";;;\n", ";;+33 3 26 00 00 02;\n"))
    before = people(run)
    assert run("people", "export", "@sortie.csv")[0] == 0
    assert b"'+33" in (folder / "sortie.csv").read_bytes()  # no spreadsheet runs it
    code, out, err = run("people", "import", "@sortie.csv", "--complete")
    assert (code, "0 ajoutées, 0 modifiées, 0 retirées" in out) == (0, True), err
    assert people(run) == before


LDIF = """\
version: 1

# a department
dn: ou=Radio,dc=ch
objectClass: organizationalUnit
ou: Radio

dn: cn=Tran,ou=Radio,dc=ch
objectClass: top
objectClass: user
displayName:: RHIgTWVpLUxpbiBUcsOibg==
title: Radio
 logie
department: Imagerie
company: CH Nord
employeeNumber: 10100000081
jpegPhoto:: /9j/4AAQ
thumbnail:< file:///etc/passwd
telephoneNumber: 03 26 00 00 09

dn: cn=Gone,dc=ch
objectClass: user
displayName: Dr Parti
userAccountControl: 514
"""


def test_an_export_of_active_directory_is_read_without_its_machines_and_the_disabled(run, folder):
    code, _, err = take(run, folder, LDIF, name="annuaire.ldif")
    assert code == 0, err
    (one,) = people(run).values()
    assert (one["nom"], one["specialite"], one["service"]) == ("Dr Mei-Lin Trân", "Radiologie", "Imagerie")


def test_namesakes_of_active_directory_stay_who_they_are_by_their_guid(run, folder):
    known = issue(run, folder, "Anne Roux")
    one = "dn: cn={n},dc=ch\nobjectClass: user\ndisplayName: {name}\nobjectGUID:: {guid}\n\n"
    guids = [base64.b64encode(bytes([255, n]) * 8).decode() for n in range(3)]
    text = one.format(n=0, name="Anne Roux", guid=guids[0])
    text += "".join(one.format(n=n, name="Marie Martin", guid=guids[n]) for n in (1, 2))
    ids = lambda: sorted(one["personne"] for one in json.loads(run("people", "list", "--json")[1]))  # noqa: E731
    for _ in range(2):
        code, _, err = take(run, folder, text, name="annuaire.ldif")
        assert code == 0, err
        assert ids() == sorted([known, "ff01" * 8, "ff02" * 8])
    renamed = text.replace("Marie Martin", "Marie Martin-Roy", 1)
    assert take(run, folder, renamed, name="annuaire.ldif")[0] == 0
    assert ids() == sorted([known, "ff01" * 8, "ff02" * 8])


def test_the_id_of_an_openldap_entry_counts_as_well(run, folder):
    text = "dn: cn=x\ncn: Marie Martin\nentryUUID: 550e8400-e29b-41d4-a716-446655440000\n"
    assert take(run, folder, text, name="a.ldif")[0] == 0
    assert people(run)["Marie Martin"]["personne"] == "550e8400e29b41d4a716446655440000"


def test_it_says_which_attribute_means_what(run, folder):
    (folder / "carte.toml").write_text('[fields]\nname = "cn"\n[roles]\n"PH" = "doctor"\n')
    text = "dn: cn=x\ncn: Dr Xavier Noir\nemployeeType: PH\n"
    assert take(run, folder, text, "--map", f"{folder}/carte.toml", name="a.ldif")[0] == 0
    assert people(run)["Dr Xavier Noir"]["fonction"] == "doctor"
    (folder / "carte.toml").write_text('[fields]\nshoe = "cn"\n')
    assert take(run, folder, text, "--map", f"{folder}/carte.toml", name="a.ldif")[0] == 1


@pytest.mark.parametrize("text", [b"\xff\xfe", b"a;b\n1;2\n", b'nom\n"x\n'])
def test_a_file_of_another_kind_is_refused_in_words(run, folder, text):
    code, _, err = take(run, folder, text)
    if code == 0:
        assert text.startswith(b"nom")
    else:
        assert "consilium-admin :" in err


@given(
    st.binary(max_size=400) | st.text(alphabet="nom;dn: \n\"'=éx1", max_size=200).map(str.encode),
    st.booleans(),
)
def test_no_file_makes_it_stumble(data, ldif):
    try:
        rows = read(data, names_of("", ldif=ldif), ldif=ldif)
    except AdminError:
        return
    assert all(row.entry.name for row in rows)


def test_the_check_digit_of_an_rpps():
    assert is_rpps("10100000081")
    assert not any(is_rpps(text) for text in ("10100000080", "1010000008", "٠0100000080", "", "a0100000080"))


def test_more_people_than_a_directory_takes(monkeypatch):
    monkeypatch.setattr(peoplefiles, "MAX_PEOPLE", 1)
    with pytest.raises(AdminError):
        read((HEAD + VASSEUR + AUBRY).encode(), names_of("", ldif=False), ldif=False)
