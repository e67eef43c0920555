"""The demo hospital's reports as CDA R2: header, narrative with a table, and the same values coded."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from resources.demo.patients import AUTHORITY, NAMESPACE, TEST_OID

if TYPE_CHECKING:
    from datetime import datetime

    from resources.demo.patients import Sick
    from resources.demo.reports import Section, Written

FINESS_OID, FINESS = "1.2.250.1.71.4.2.2", "510999999"
LOINC, SEX = "2.16.840.1.113883.6.1", "2.16.840.1.113883.5.1"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def cda(sick: Sick, written: Written, name: str, when: datetime) -> bytes:
    """Return *written* about *sick* as a document called *name*, told at *when*."""
    root = ET.Element("ClinicalDocument", {"xmlns": "urn:hl7-org:v3", "xmlns:xsi": XSI})
    stamp = when.strftime("%Y%m%d%H%M%S")
    _add(root, "realmCode", code="FR")
    _add(root, "typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040")
    _add(root, "id", root=AUTHORITY, extension=name)
    _add(root, "code", code=written.code, codeSystem=LOINC, displayName=written.label)
    _add(root, "title").text = written.label
    _add(root, "effectiveTime", value=stamp)
    _add(root, "confidentialityCode", code="N", codeSystem="2.16.840.1.113883.5.25", displayName="Normal")
    _add(root, "languageCode", code="fr-FR")
    _patient(root, sick)
    _author(root, written.author, stamp)
    _custodian(root)
    body = _add(_add(root, "component"), "structuredBody")
    for section in written.sections:
        _section(_add(_add(body, "component"), "section"), section, stamp)
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True))


def _add(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, tag, attributes)


def _patient(root: ET.Element, sick: Sick) -> None:
    role = _add(_add(root, "recordTarget"), "patientRole")
    _add(role, "id", extension=sick.ipp, root=AUTHORITY)
    if sick.ins:
        _add(role, "id", extension=sick.ins, root=TEST_OID)
    patient = _add(role, "patient")
    name = _add(patient, "name")
    for one in (sick.given_names or sick.given_name).split():
        _add(name, "given").text = one
    _add(name, "family", qualifier="BR").text = sick.birth_name
    _add(patient, "administrativeGenderCode", code=sick.sex, codeSystem=SEX)
    _add(patient, "birthTime", value=sick.birth)


def _author(root: ET.Element, whole: str, stamp: str) -> None:
    author = _add(root, "author")
    _add(author, "time", value=stamp)
    assigned = _add(author, "assignedAuthor")
    _add(assigned, "id", nullFlavor="UNK")
    name = _add(_add(assigned, "assignedPerson"), "name")
    family, _, given = whole.rpartition(" ")
    _add(name, "given").text = given
    _add(name, "family").text = family


def _custodian(root: ET.Element) -> None:
    keeper = _add(_add(_add(root, "custodian"), "assignedCustodian"), "representedCustodianOrganization")
    _add(keeper, "id", root=FINESS_OID, extension=FINESS)
    _add(keeper, "name").text = NAMESPACE


def _section(place: ET.Element, section: Section, stamp: str) -> None:
    _add(place, "code", code=section.code, codeSystem=LOINC, displayName=section.title)
    _add(place, "title").text = section.title
    text = _add(place, "text")
    for paragraph in section.paragraphs:
        _add(text, "paragraph").text = paragraph
    if not section.values:
        return
    rows = _add(_add(text, "table"), "tbody")
    for label, value in section.values:
        row = _add(rows, "tr")
        _add(row, "td").text, _add(row, "td").text = label, value
        _observation(place, label, value, stamp)


def _observation(place: ET.Element, label: str, value: str, stamp: str) -> None:
    one = _add(_add(place, "entry"), "observation", classCode="OBS", moodCode="EVN")
    code = _add(one, "code", nullFlavor="UNK")
    _add(code, "originalText").text = label
    _add(one, "statusCode", code="completed")
    _add(one, "effectiveTime", value=stamp)
    _add(one, "value", **{"xsi:type": "ST"}).text = value
