"""CDA documents about invented people."""

from __future__ import annotations

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<id root="1.2.250.9" extension="doc-7"/><code code="34794-8" displayName="CR de RCP"/>
<title>Fiche RCP thorax</title><effectiveTime value="20261120143000+0100"/>
<confidentialityCode code="R" displayName="Restreint"/><languageCode code="fr-FR"/>
<setId root="1.2.250.9" extension="set-7"/><versionNumber value="2"/>
<recordTarget><patientRole>
<id extension="260058815400120" root="1.2.250.1.213.1.4.10"/><id extension="8001234567" root="1.2.250.1.9.8"/>
<patient><name><family qualifier="BR">DELAUNAY-ROUSSET</family><family qualifier="CL">Vasseur</family>
<given>Élise Marie</given><given qualifier="BR">Élise</given></name>
<administrativeGenderCode code="F"/><birthTime value="19600514"/></patient></patientRole></recordTarget>
<author><time value="20261120143000+0100"/><assignedAuthor><id extension="10100000016"/>
<assignedPerson><name><prefix>DR</prefix><given>Hélène</given><family>Marchetti</family></name></assignedPerson>
<representedOrganization><name>CH du Val de Seille</name></representedOrganization></assignedAuthor></author>
<relatedDocument typeCode="RPLC"><parentDocument><id root="1.2.250.9" extension="doc-6"/></parentDocument></relatedDocument>
"""
TAIL = "</ClinicalDocument>"


def section(text, *, title="Conclusion", entries="", inside=""):
    return f"<component><section><title>{title}</title><text>{text}</text>{entries}{inside}</section></component>"


def cda(*sections):
    """Return a CDA of these sections."""
    body = "".join(sections)
    return f"{HEAD}<component><structuredBody>{body}</structuredBody></component>{TAIL}".encode()


def wrapped(media, base64):
    """Return a CDA of level 1 around a document."""
    text = f'<text mediaType="{media}" representation="B64">{base64}</text>'
    return f"{HEAD}<component><nonXMLBody>{text}</nonXMLBody></component>{TAIL}".encode()
