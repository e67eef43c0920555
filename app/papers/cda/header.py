"""The header of a CDA (CI-SIS, volet structuration minimale): whose document it is, whom it comes from, what it replaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.papers.cda.values import Identity, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.papers.cda.xml import Node

MAX_PARTIES = 200
INS_ROOT = "1.2.250.1.213.1.4."
INS_ROOTS = frozenset(INS_ROOT + last for last in ("8", "9", "10", "11"))
_WHO = {
    "author": ("assignedAuthor", "assignedPerson"),
    "dataEnterer": ("assignedEntity", "assignedPerson"),
    "informant": ("assignedEntity", "assignedPerson"),
    "informationRecipient": ("intendedRecipient", "informationRecipient"),
    "legalAuthenticator": ("assignedEntity", "assignedPerson"),
    "authenticator": ("assignedEntity", "assignedPerson"),
    "participant": ("associatedEntity", "associatedPerson"),
    "performer": ("assignedEntity", "assignedPerson"),
    "responsibleParty": ("assignedEntity", "assignedPerson"),
    "encounterParticipant": ("assignedEntity", "assignedPerson"),
}
"""Element of the header: the role in it, the person in that."""
_ORGANISATIONS = ("representedOrganization", "scopingOrganization", "receivedOrganization")


def patient_of(document: Node) -> Identity:
    """Return the patient of the first recordTarget."""
    role = document.first("recordTarget", "patientRole")
    person = role.first("patient")
    names = list(person.all("name"))
    families = [family for name in names for family in name.all("family")]
    givens = [given for name in names for given in name.all("given")]
    ins = next((node for node in role.all("id") if node.get("root") in INS_ROOTS), None)
    return Identity(
        birth_name=_qualified(families, "BR") or _qualified(families, ""),
        used_name=_qualified(families, "CL") or _qualified(families, "SP"),
        given_names=tuple(dict.fromkeys(given.text for given in givens if given.text)),
        birth=person.first("birthTime").get("value")[:8],
        sex=person.first("administrativeGenderCode").get("code"),
        ins=ins.get("extension") if ins is not None else "",
        ins_oid=ins.get("root") if ins is not None else "",
        ids=tuple(
            node.get("extension") for node in role.all("id") if node is not ins and node.get("extension")
        ),
    )


def _qualified(names: list[Node], qualifier: str) -> str:
    return next((name.text for name in names if qualifier in name.get("qualifier").split(" ")), "")


def parties_of(document: Node) -> tuple[Party, ...]:
    """Return everybody whom the header names, in the order of the standard."""
    return tuple(party for party in _parties(document) if party.name or party.organisation)[:MAX_PARTIES]


def _parties(document: Node) -> Iterator[Party]:
    for tag in ("author", "dataEnterer", "informant"):
        yield from (_party(node) for node in document.all(tag))
    for node in document.all("custodian", "assignedCustodian", "representedCustodianOrganization"):
        yield Party("custodian", "", organisation=node.first("name").text, number=number_of(node))
    for tag in ("informationRecipient", "legalAuthenticator", "authenticator", "participant"):
        yield from (_party(node) for node in document.all(tag))
    yield from (_party(node) for node in document.all("documentationOf", "serviceEvent", "performer"))
    for tag in ("responsibleParty", "encounterParticipant"):
        yield from (_party(node) for node in document.all("componentOf", "encompassingEncounter", tag))


def _party(node: Node) -> Party:
    role, person = _WHO[node.tag]
    entity = node.first(role) or node.first("relatedEntity")
    being = entity.first(person) or entity.first("relatedPerson")
    device = entity.first("assignedAuthoringDevice")
    made_by = " ".join(
        part for tag in ("manufacturerModelName", "softwareName") if (part := device.first(tag).text)
    )
    when = node.first("time")
    return Party(
        role=node.tag,
        name=name_of(being.first("name")) or made_by,
        function=node.first("functionCode").get("displayName") or entity.first("code").get("displayName"),
        number=number_of(entity),
        organisation=next((name for tag in _ORGANISATIONS if (name := entity.first(tag, "name").text)), ""),
        at=when.get("value") or when.first("low").get("value"),
    )


def name_of(name: Node) -> str:
    """Return a name as it is written: title, given names, family, degrees."""
    tags = ("prefix", "given", "family", "suffix")
    parts = [part.text for tag in tags for part in name.all(tag) if part.text]
    return " ".join(parts) or name.text


def number_of(entity: Node) -> str:
    """Return the first number under which somebody is known (RPPS, FINESS, local)."""
    return next((node.get("extension") for node in entity.all("id") if node.get("extension")), "")
