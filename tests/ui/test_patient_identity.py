"""Never the wrong patient: from messages on the hospital's socket to what list and page say, and what acts do meanwhile."""

from __future__ import annotations

import asyncio
import itertools
import socket
import threading

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QAbstractButton, QLabel

from app.config import Policy
from app.patients.access import subject
from app.patients.lines import Heading, PatientLine
from app.patients.page import ASKING, SHOWN
from app.scenes import stills
from app.signin.service import Opened
from app.trust import News
from app.ui import printing

CHU, LAB = "CHU&1.2.250.1.999.51.1&ISO", "LABO&1.2.250.1.999.77&ISO"
INS = "~279035121518989^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS"
ODILE = "LEMAÎTRE^Odile^^^^^L"
ISOLATES = {ord(sign): None for sign in "\u2066\u2067\u2068\u2069"} | {0xA0: " ", 0x202F: " "}


class Hospital:
    """A desk that listens, and the senders around it."""

    def __init__(self, desk, qtbot, vault):
        self.desk, self.qtbot, self.vault = desk, qtbot, vault
        office = desk.office
        office.sitting.begin(Opened(vault, stills.session(), {}, "", False, News()))
        qtbot.waitUntil(lambda: office.feed.state.standing == "listening")
        self.address = office.feed.state.address.rsplit(":", 1)
        self.counted = itertools.count(1)
        desk.window.show_feature("patients")
        self.section = desk.window.page("patients")
        self.page = self.section.person
        qtbot.waitUntil(lambda: self.section.finder.answered)

    def send(self, kind, *segments):
        """Send one message a second later than the last, and wait until the cache has it."""
        number = next(self.counted)
        at = f"2026112412{number:02d}00"
        head = f"MSH|^~\\&|GAM|CHU|CONSILIUM|CHU|{at}||{kind}|m{number}|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8"
        text = "\r".join((head, f"EVN||{at}", *segments)) + "\r"
        with socket.create_connection((self.address[0], int(self.address[1])), timeout=30) as link:
            link.sendall(b"\x0b" + text.encode() + b"\x1c\r")
            assert f"MSA|AA|m{number}" in link.recv(4096).decode()
        self.qtbot.waitUntil(
            lambda: self.vault.patients.applied().result() >= self.vault.inbox.newest().result()
        )

    def adt(self, ipp, name=ODILE, **pid):
        self.send("ADT^A31^ADT_A05", whom(ipp, name, **pid))

    def result(self, ipp, name=ODILE, value="11.2", **pid):
        number = f"F{value}^LABO"
        obr = f"OBR|1||{number}|58410-2^NFS^LN|||20261124113000|||||||||||||||||||F"
        self.send(
            "ORU^R01", whom(ipp, name, **pid), obr, f"OBX|1|NM|718-7^Hémoglobine^LN||{value}|g/dL|12-16|L|||F"
        )

    def paper(self, ipp, name=ODILE, **pid):
        body = "^TEXT^XML^Base64^PENsaW5pY2FsRG9jdW1lbnQvPg=="
        txa = "TXA|1|34794-8^CR de RCP|TEXT|20261124113000||||||||DOC1||||||AU"
        self.send("MDM^T02", whom(ipp, name, **pid), txa, f"OBX|1|ED|34794-8^CR de RCP^LN||{body}||||||F")

    def merge(self, ipp, old):
        mrg = f"MRG|{old}^^^{CHU}^PI"
        self.send("ADT^A40^ADT_A39", whom(ipp), mrg)

    def id(self, ipp):
        asked = (self.vault.patients.by_ipp(giver.split("&")[1], ipp).result() for giver in (CHU, LAB))
        return next(one.id for one in asked if one is not None)

    def open(self, ipp, reason=""):
        number = self.id(ipp)
        self.section.open_patient(number, reason, ipp=self.vault.patients.get(number).result().ipp)
        self.qtbot.waitUntil(lambda: self.page.patient is not None and self.page.patient.id == number)

    def reads(self, *words):
        """Wait until the page says all of *words*."""
        self.qtbot.waitUntil(lambda: all(word in self.text() for word in words))

    def text(self):
        words = " ".join(label.text() for label in self.page.findChildren(QLabel) if label.isVisible())
        return words.translate(ISOLATES)

    def values(self):
        self.page.choose("values")
        return [line.sentence.translate(ISOLATES) for line in self.page.parts["values"].list.shown.lines]

    def find(self, text, chip="all"):
        finder = self.section.finder
        finder.search.setText(text)
        finder.chips.choose(chip)
        finder.look()
        self.qtbot.waitUntil(lambda: finder.shows(text, chip))
        return finder.list.shown.lines

    def names(self, text, chip="all"):
        return [
            (line.name, [words for words, *_ in line.chips])
            for line in self.find(text, chip)
            if isinstance(line, PatientLine)
        ]

    def acts(self):
        return [
            (row.action, row.reason)
            for row in reversed(self.vault.audit.newest().result())
            if "patient" in row.action
        ]


def whom(ipp, name=ODILE, *, giver=CHU, birth="19540314", sex="F", status="", ins="", dead=""):
    fields = {3: f"{ipp}^^^{giver}^PI{ins}", 5: name, 7: birth, 8: sex, 29: dead, 32: status}
    return "|".join(("PID", *(fields.get(number, "") for number in range(1, 33))))


@pytest.fixture
def make_hospital(make_desk, qtbot, vault):
    def make(**forced):
        forced = {"mllp.listen": "127.0.0.1:0", "patients.access": "everyone", **forced}
        policy = Policy(forced=forced, default={"language": "fr", "theme": "light"})
        return Hospital(make_desk(session=stills.session(), policy=policy), qtbot, vault)

    return make


@pytest.fixture
def hospital(make_hospital):
    return make_hospital()


def test_a_result_of_somebody_else_is_said_in_red_wherever_it_is_shown(hospital):
    hospital.adt("1")
    hospital.result("1", "DUPONT^Jean^^^^^L", birth="19500201", sex="M")
    hospital.result("1", "LEMAITRE^ODILE^^^^^L", value="12.5")
    hospital.open("1")
    hospital.reads("1 résultat ou document porte une autre identité")
    shown = hospital.values()
    assert "L'identité écrite ici diffère : DUPONT Jean, né le 01/02/1950, autre sexe" in shown
    assert sum("≠" in line for line in shown) == 1
    assert sum("autre identité" in line for line in shown) == 1


def test_a_document_of_somebody_else_is_marked_in_the_list_and_above_itself(hospital, qtbot):
    hospital.adt("1", status="VALI", ins=INS)
    hospital.paper("1", "LEMAÎTRE^Odette^^^^^L")
    hospital.open("1")
    hospital.page.choose("papers")
    (line,) = hospital.page.parts["papers"].list.shown.lines
    assert line.mark == ("autre identité", "alert-triangle", "danger")
    hospital.page.parts["papers"].open_key(line.key)
    hospital.reads("L'identité écrite ici diffère", "LEMAÎTRE Odette", "Vérifiez auprès de l'émetteur")
    hospital.page.parts["papers"].close_paper()
    assert "Odette" not in hospital.text()


def test_a_result_without_identity_is_found_and_joins_when_the_adt_comes(hospital):
    hospital.result("9", "DUMAS^Luc^^^^^L", giver=LAB, sex="M")
    assert hospital.names("dumas") == [("DUMAS Luc", ["sans identité"])]
    assert hospital.names("", "unnamed") == [("DUMAS Luc", ["sans identité"])]
    assert str(hospital.find("", "unnamed")[0].words) == "1 sans identité"
    hospital.open("9")
    hospital.reads("Sans identité : aucun message d'identité", "DUMAS")
    hospital.adt("9", "MARTIN^Léa^^^^^L", giver=LAB)
    hospital.reads("MARTIN", "porte une autre identité")
    assert "Sans identité" not in hospital.text()


def test_a_document_under_a_producers_number_joins_by_the_ins_and_a_page_of_it_turns_into_the_patients(
    hospital,
):
    hospital.paper("P7", giver=LAB, status="VALI", ins=INS)
    hospital.open("P7")
    hospital.page.choose("papers")
    hospital.adt("1", status="VALI", ins=INS)
    hospital.reads("Rapproché par l'INS : documents reçus sous P7", "2 79 03 51 215")
    assert hospital.page.patient.ipp == "1"
    assert hospital.page.tabs.choice == "papers"


def test_the_ins_goes_everywhere_at_once_when_the_identity_falls_back(hospital, qtbot):
    hospital.adt("1", status="VALI", ins=INS)
    hospital.open("1")
    hospital.reads("2 79 03 51 215")
    assert hospital.names("279035121518989") == [("LEMAÎTRE Odile", [])]
    hospital.adt("1", status="PROV", ins=INS)
    hospital.reads("Identité provisoire")
    assert "2 79 03" not in hospital.text()
    hospital.page.choose("traits")
    assert not any("2 79 03" in line.sentence for line in hospital.page.parts["traits"].list.shown.lines)
    assert hospital.vault.patients.search("279035121518989").result() == []
    (patient,) = hospital.vault.patients.every().result()
    assert (patient.ins, patient.ins_oid) == ("", "")


def test_a_merged_numbers_ins_is_never_the_survivors(hospital):
    hospital.adt("1", status="PROV")
    hospital.adt("2", status="VALI", ins=INS)
    hospital.merge("1", "2")
    hospital.open("1")
    hospital.reads("Identité provisoire")
    assert "2 79 03" not in hospital.text()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("DOUT", "douteuse"),
        ("FICT", "fictive"),
        ("USUR", "usurpation"),
        ("ANOM", "anonyme"),
        ("CACH", "cachée"),
    ],
)
def test_what_is_to_be_checked_of_an_identity_is_said(hospital, code, words):
    hospital.adt("1", status=f"PROV~{code}")
    hospital.open("1", "emergency")
    hospital.reads(f"Identité à vérifier : {words}")


def test_a_hidden_identity_is_a_number_outside_the_care_team(make_hospital, qtbot):
    hospital = make_hospital()
    hospital.adt("80421937", "SECRET^Rose^^^^^L", status="VALI~CACH", ins=INS)
    hospital.adt("2", "SECRET^Rose^^^^^L")
    assert hospital.names("secret") == [("SECRET Rose", ["provisoire"])]
    assert hospital.names("80421937") == [("Identité masquée", ["identité masquée"])]
    assert not hospital.find("279035121518989")
    hospital.open("2")
    assert "80421937" not in hospital.text()
    hospital.section.open_patient(hospital.id("80421937"), ipp="80421937")
    qtbot.waitUntil(lambda: hospital.section.stack.currentIndex() == ASKING)
    asked = " ".join(label.text() for label in hospital.section.reasons.findChildren(QLabel))
    assert "Identité masquée" in asked
    assert "Rose" not in asked
    hospital.open("80421937", "emergency")
    hospital.reads("SECRET", "Identité à vérifier : cachée")
    assert ("patient-opened", "emergency") in hospital.acts()


def test_the_dead_a_baby_and_an_unknown_sex_are_said(hospital):
    hospital.adt("1", sex="I")
    hospital.open("1")
    hospital.reads("Indéterminé")
    hospital.adt("2", "MARTIN^Bébé de Léa^^^^^L", birth="20261124", sex="U")
    hospital.open("2")
    hospital.reads("MARTIN", "Bébé de Léa")
    hospital.adt("1", dead="20261123")
    hospital.open("1")
    hospital.reads("23/11/2026")
    assert "72 ans" not in hospital.text()


def test_duplicates_and_twins_are_said_by_list_and_banner(hospital):
    hospital.adt("1", "MARTIN^Jean^^^^^L", sex="M")
    hospital.adt("2", "MARTIN^Jeanne^^^^^L")
    hospital.open("1")
    hospital.reads("Même nom, même date de naissance : une autre personne", "Jumeaux")
    hospital.adt("3", "Martin^JEAN^^^^^L", sex="M")
    hospital.open("3")
    hospital.reads("Homonyme exact : une autre personne", "doublon ou vrai homonyme")
    strips = [
        str(line.words).translate(ISOLATES)
        for line in hospital.find("martin")
        if isinstance(line, Heading) and line.warns
    ]
    assert strips == ["Même nom, même prénom, même date de naissance : comparez IPP et INS."]


def test_a_page_whose_number_is_merged_turns_into_the_survivors_at_the_same_tab(hospital, qtbot):
    hospital.adt("1", "MARTIN^Jean^^^^^L", sex="M")
    hospital.adt("2", "MARTIN^Jean^^^^^L", sex="M")
    hospital.open("2")
    hospital.page.choose("traits")
    hospital.merge("1", "2")
    qtbot.waitUntil(lambda: hospital.page.patient is not None and hospital.page.patient.ipp == "1")
    assert hospital.page.tabs.choice == "traits"
    assert hospital.section.stack.currentIndex() == SHOWN
    assert [act for act, _ in hospital.acts()] == ["patient-opened", "patient-opened"]
    hospital.adt("1", "MARTIN^Paul^^^^^L", sex="M")
    hospital.reads("Paul")


def test_a_number_that_became_another_person_at_once_is_said_until_somebody_checked(hospital, qtbot):
    hospital.adt("1")
    hospital.adt("1", "MARTIN^Jean^^^^^L", birth="19500201", sex="M")
    hospital.open("1")
    hospital.reads("Nom et date de naissance changés à la fois", "Avant : LEMAÎTRE Odile, 14/03/1954")
    button = next(one for one in hospital.page.findChildren(QAbstractButton) if one.text() == "J'ai vérifié")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "changés à la fois" not in hospital.text())
    assert hospital.acts()[-1][0] == "patient-identity-checked"
    hospital.adt("1", "MARTIN^Jean^^^^^L", birth="19500201", sex="M", status="VALI")
    hospital.reads("Identité validée")
    assert "changés à la fois" not in hospital.text()
    hospital.adt("1", "DUMAS^Luc^^^^^L", birth="19600101", sex="M")
    hospital.reads("Avant : MARTIN Jean, 01/02/1950")


class Gate:
    """Holds the answers of one method back until it is opened; `reached` once one waits."""

    def __init__(self, target, name, monkeypatch):
        self._way, self.reached, original = threading.Event(), threading.Event(), getattr(target, name)

        async def held(*args, **kwargs):
            answer = await original(*args, **kwargs)
            self.reached.set()
            await asyncio.to_thread(self._way.wait, 20)
            return answer

        monkeypatch.setattr(target, name, held)

    def open(self):
        self._way.set()


@pytest.fixture
def two(hospital):
    hospital.adt("1")
    hospital.paper("1")
    hospital.adt("2", "MARTIN^Jean^^^^^L", sex="M")
    return hospital


def about(hospital, ipp):
    return [row.action for row in hospital.vault.audit.about(subject("1.2.250.1.999.51.1", ipp)).result()]


def test_of_two_openings_only_the_last_one_is_shown_and_each_is_traced_as_itself(two, qtbot, monkeypatch):
    gate = Gate(two.section._patients, "open", monkeypatch)
    two.section.open_patient(two.id("1"), ipp="1")
    qtbot.waitUntil(gate.reached.is_set)
    two.section.open_patient(two.id("2"), ipp="2")
    gate.open()
    two.reads("MARTIN")
    assert "LEMAÎTRE" not in two.text()
    assert (about(two, "1"), about(two, "2")) == (["patient-opened"], ["patient-opened"])


def test_a_document_that_comes_late_never_stands_under_another_patient(two, qtbot, monkeypatch):
    gate = Gate(two.section._patients, "content", monkeypatch)
    two.open("1")
    two.page.choose("papers")
    papers = two.page.parts["papers"]
    papers.open_key(papers.list.shown.lines[0].key)
    qtbot.waitUntil(gate.reached.is_set)
    two.open("2")
    shown = []
    monkeypatch.setattr(papers.paper, "show_bytes", lambda *args, **_more: shown.append(args))
    gate.open()
    qtbot.waitUntil(lambda: "patient-document" in about(two, "1"))
    two.page.choose("papers")
    two.reads("MARTIN")
    assert shown == []
    assert not papers.list.shown.lines
    assert "patient-document" not in about(two, "2")


def test_a_print_or_copy_that_was_traced_late_is_never_of_another_patient(two, qtbot, monkeypatch):
    gate = Gate(two.section._patients, "trace", monkeypatch)
    printed = []
    monkeypatch.setattr(printing, "ask", lambda *args: printed.append(args))
    two.open("1")
    two.page._act("print")
    qtbot.waitUntil(gate.reached.is_set)
    two.open("2")
    gate.open()
    qtbot.waitUntil(lambda: "patient-printed" in about(two, "1"))
    two.page._act("copy")
    qtbot.waitUntil(lambda: "MARTIN" in QGuiApplication.clipboard().text())
    assert printed == []
    assert about(two, "2") == ["patient-opened", "patient-copied"]


def test_a_reason_opens_whom_it_was_given_for_and_nobody_else(make_hospital, qtbot, monkeypatch):
    two = make_hospital(**{"patients.access": "care_team"})
    two.adt("1")
    two.adt("2", "MARTIN^Jean^^^^^L", sex="M")
    two.section.open_patient(two.id("1"), ipp="1")
    qtbot.waitUntil(lambda: two.section.stack.currentIndex() == ASKING)
    gate = Gate(two.section._patients, "open", monkeypatch)
    two.section.reasons.given.emit("emergency", "")
    qtbot.waitUntil(gate.reached.is_set)
    two.section.open_patient(two.id("2"), ipp="2")
    gate.open()
    qtbot.waitUntil(lambda: two.section.stack.currentIndex() == ASKING)
    asked = " ".join(label.text() for label in two.section.reasons.findChildren(QLabel))
    assert "MARTIN" in asked
    assert two.page.patient is None
    assert (about(two, "1"), about(two, "2")) == (["patient-refused", "patient-opened"], ["patient-refused"])
