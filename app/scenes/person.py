"""Scenes of a patient's page: each tab, and each thing about an identity that nobody may overlook."""

from __future__ import annotations

import base64
from functools import partial
from typing import TYPE_CHECKING, Any

from app.patients.access import subject
from app.scenes import monitoring, patients, stills, wards
from app.scenes.messages import fill
from app.scenes.patients import LARGE, POLICY
from app.scenes.stage import FULL_HD, LAPTOP, Scene
from app.scenes.stills import NOW_MS
from app.trust import readable
from resources.demo.monitoring import SOLANGE
from resources.demo.patients import AUTHORITY, PROFESSIONALS, UNITS
from resources.demo.people import ME
from storage.inbox import Incoming
from storage.patients.facts import (
    Document,
    Fact,
    Key,
    Movement,
    Observation,
    Professional,
    Receipt,
    Report,
    Stamp,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.patients.person.page import PersonPage
    from app.scenes.stage import Stage
    from storage.patients.facts import Content
    from storage.vault import Vault

ODILE = "80421937"
CONTRAST = POLICY.replace(b"{", b'{"default":{"contrast":"high",', 1).replace(b',"default":{', b",", 1)
LOOKS = (
    (26, "Dr Inès Belkacem", "patient-opened", "unit"),
    (25, "Dr Inès Belkacem", "patient-document", "11526-1"),
    (5, "Dr Samuel Okafor", "patient-opened", "opinion"),
    (4, "Dr Samuel Okafor", "patient-printed", ""),
)
"""Who had consulted: hours ago, name, act, reason."""
_CDA = """<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
<code code="11526-1" codeSystem="2.16.840.1.113883.6.1"/><title>CR d’anatomopathologie</title>
<effectiveTime value="20261124091500+0100"/><confidentialityCode code="N"/>
<recordTarget><patientRole><id root="1.2.250.1.999.51.1" extension="80421937"/><patient>
<name><family qualifier="BR">LEMAÎTRE</family><given>Odile</given></name>
<administrativeGenderCode code="F"/><birthTime value="19540314"/></patient></patientRole></recordTarget>
<author><time value="20261124"/><assignedAuthor><assignedPerson><name><family>VASSEUR</family><given>Paul</given></name>
</assignedPerson></assignedAuthor></author>
<component><structuredBody><component><section><title>Examen</title><text>
<paragraph>Prélèvements ganglionnaires 4R et 7, fragments de 2 à 4 mm.</paragraph>
<paragraph>Adénocarcinome d’architecture acinaire.</paragraph>
<table><thead><tr><th>Marqueur</th><th>Résultat</th></tr></thead><tbody>
<tr><td>TTF-1</td><td>positif</td></tr><tr><td>p40</td><td>négatif</td></tr><tr><td>PD-L1 (22C3)</td><td>60 %</td></tr>
</tbody></table></text></section></component>
<component><section><title>Conclusion</title><text><paragraph>Adénocarcinome bronchique primitif,
envahissement ganglionnaire N2.</paragraph></text></section></component></structuredBody></component>
</ClinicalDocument>"""


def news(vault: Vault) -> None:
    """Let more be told of Odile: documents, a cancelled and a late movement, a corrected and a deleted value."""
    content = base64.b64encode(_CDA.encode()).decode()
    raw = f"MSH|^~\\&|SIL|CHU|||20261124||MDM^T02|M1|P|2.6\rOBX|1|ED|11526-1^CR||^TEXT^XML^Base64^{content}\r".encode()
    vault.inbox.keep(Incoming("SIL", "warm-up", b"", NOW_MS)).result()
    vault.inbox.number_after(vault.patients.applied().result()).result()
    seq = vault.inbox.keep(Incoming("SIL", "M1", raw, NOW_MS)).result().seq
    key = Key(AUTHORITY, ODILE)
    told = [*_documents(), *_movements(), *_values()]
    facts = [Fact(key, Stamp(NOW_MS - 30_000, f"M1-{place}"), one) for place, one in enumerate(told)]
    facts.append(Fact(Key("", ""), Stamp(NOW_MS, "Z1"), Receipt("M1-1", "Z01", NOW_MS, accepted=True)))
    vault.patients.apply([(seq, facts)]).result()


def _documents() -> list[Content]:
    moment = partial(wards.moment, NOW_MS)

    def paper(number: str, act: str, label: str, at_ms: int, author: str, **more: Any) -> Document:
        return Document(number, act, "11526-1", label, at_ms, author=author, **more)

    return [
        paper(
            "D1",
            "new",
            "CR anatomopathologie",
            moment(0, "09:15"),
            "Dr VASSEUR Paul",
            media="text/xml",
            segment=1,
            bytes=len(_CDA),
        ),
        paper(
            "D2",
            "new",
            "TEP-TDM au FDG",
            moment(6, "11:30"),
            "LAMBERT Julie",
            media="application/pdf",
            bytes=642_000,
        ),
        paper(
            "D3",
            "new",
            "IRM cérébrale",
            moment(7, "16:00"),
            "Imagerie",
            media="application/pdf",
            bytes=212_000,
            masked=True,
        ),
        paper(
            "D4",
            "new",
            "CR endoscopie, EBUS",
            moment(12, "15:10"),
            "BELKACEM Inès",
            media="text/xml",
            bytes=18_000,
        ),
        paper(
            "D4",
            "replace",
            "CR endoscopie, EBUS",
            moment(12, "17:40"),
            "BELKACEM Inès",
            media="text/xml",
            bytes=19_000,
        ),
        paper(
            "D5",
            "new",
            "EFR : VEMS 71 %",
            moment(12, "10:00"),
            "Pneumologie",
            media="text/plain",
            bytes=4_100,
        ),
        paper(
            "D6",
            "new",
            "Courrier du médecin traitant",
            moment(25, "18:00"),
            "LAGARDE Philippe",
            media="text/plain",
            bytes=2_300,
        ),
        paper("D6", "delete", "Courrier du médecin traitant", moment(25, "18:00"), "LAGARDE Philippe"),
    ]


def _movements() -> list[Content]:
    doctor = (Professional(*PROFESSIONALS["belkacem"], "AT"),)
    more: dict[str, Any] = {"visit": f"{ODILE}03", "patient_class": "I", "professionals": doctor}
    pneumo, thorax = UNITS["pneumo"], UNITS["thorax"]
    at = partial(wards.moment, NOW_MS)
    return [
        Movement("X1", "INSERT", "A02", at(12, "09:05"), care_unit=thorax, place=(thorax[0], "118"), **more),
        Movement(
            "X1",
            "CANCEL",
            "A12",
            at(12, "09:05"),
            original="A02",
            care_unit=thorax,
            place=(thorax[0], "118"),
            **more,
        ),
        Movement(
            "X2",
            "INSERT",
            "Z99",
            at(11, "08:00"),
            care_unit=pneumo,
            place=(pneumo[0], "314"),
            nature="L",
            historic=True,
            **more,
        ),
    ]


def _values() -> list[Content]:
    at_ms = wards.moment(NOW_MS, 13, "08:10")

    def seen(code: str, label: str, *values: str, **more: Any) -> Observation:
        return Observation(code, label, "LN", "NM" if more.get("unit") else "TX", values, at_ms=at_ms, **more)

    text = (
        "Légère hémolyse de l’échantillon ; kaliémie à contrôler sur un nouveau prélèvement si elle importe."
    )
    return [
        Report(f"{ODILE}-13", "11502-2", "Biologie", at_ms, "C", author="Laboratoire", observations=(
            seen("718-7", "Hémoglobine", "10.8", unit="g/dL", range="12.0-16.0", flags=("L",), status="C", notes=("Recontrôlé.",)),
            seen("2823-3", "Potassium", unit="mmol/L", range="3.5-5.1", status="D"),
            seen("8251-1", "Commentaire", text, status="F"),
            seen("14979-9", "TCA", "1.9", unit="ratio", range="<1.2", flags=("HH",), status="F"),
        )),
    ]  # fmt: skip


def shown(
    ipp: str = ODILE,
    tab: str = "summary",
    typed: str = "",
    act: Callable[[PersonPage], object] | None = None,
    before: Callable[[Stage, Vault], None] | None = None,
) -> Callable[[Stage], None]:
    """Show a tab of somebody's page; *act* on it once it is there, *before* asking for it do that."""

    def play(stage: Stage) -> None:
        patients.flowing(stage)
        vault = patients.ward(stage)
        news(vault)
        if before is not None:
            before(stage, vault)
        page = patients.section(stage)
        page.finder.search.setText(typed)
        page.open_patient(vault.patients.search(ipp).result()[0].id, "emergency")
        stage.when(
            lambda: page.person.patient is not None and page.finder.shows(typed),
            lambda: page.person.choose(tab),
        )
        if act is not None:
            stage.later(lambda: act(page.person))

    return play


def _results(view: str, *, table: bool = False) -> Callable[[PersonPage], object]:
    def act(person: PersonPage) -> None:
        results: Any = person.part("values")
        results.choose(view)
        if table:
            results.flip()

    return act


def _looked_before(stage: Stage, vault: Vault) -> None:
    """Let colleagues have consulted before."""
    session = stills.directory_session()
    certified = {one.name: one.user for one in readable(session.trust.certificates)}
    for hours, name, action, reason in LOOKS:
        about, at_ms = subject(AUTHORITY, ODILE), NOW_MS - hours * 3_600_000
        vault.audit.record(at_ms, certified[name], action, subject=about, reason=reason).result()
    stage.office.patients.begin(session, vault)


def _known(stage: Stage, vault: Vault) -> None:
    """Let the page know the colleagues who wrote."""
    fill(stage.office.messages)  # type: ignore[arg-type]  # a scene's own
    stage.office.patients.begin(stills.directory_session(), vault)


def followed(ipp: str) -> Callable[[Stage], None]:
    """Show the summary of somebody who answers at home."""

    def play(stage: Stage) -> None:
        vault = monitoring.ward(stage, who=ME.key)
        page = patients.section(stage)

        def opening() -> None:
            page.open_patient(vault.patients.search(ipp).result()[0].id, "emergency")
            summary: Any = page.person.part("summary")
            stage.when(summary.followed.body.isVisible, lambda: None)

        stage.when(lambda: stage.office.following.outlook is not None, opening)

    return play


def _document(stage: Stage) -> None:
    """Open the CDA; the picture waits for the process that reads it."""
    shown(tab="papers")(stage)
    page: Any = stage.office.window.page("patients")
    reader = page.person.part("papers")
    arrived: list[bool] = []
    reader.paper.shown.connect(lambda: arrived.append(True))

    def opening() -> None:
        reader.open_key(reader.list.shown.lines[0].key)
        stage.when(lambda: bool(arrived), lambda: None)

    stage.later(opening)


SCENES = (
    Scene("05-dossier", shown(typed="lemai"), POLICY),
    Scene("05-dossier-1180", shown(typed="lemai"), POLICY, (1180, 700)),
    Scene("05-dossier-1536", shown(), POLICY, LAPTOP),
    Scene("05-dossier-1920", shown(), POLICY, FULL_HD),
    Scene("05-dossier-150", shown(), LARGE),
    Scene("05-dossier-contraste", shown(), CONTRAST),
    Scene("05-dossier-mouvements", shown(tab="moves"), POLICY),
    Scene("05-dossier-resultats", shown(tab="values"), POLICY),
    Scene("05-dossier-resultats-temps", shown(tab="values", act=_results("time")), POLICY),
    Scene("05-dossier-courbe", shown(tab="values", act=_results("curve")), POLICY),
    Scene("05-dossier-courbe-tableau", shown(tab="values", act=_results("curve", table=True)), POLICY),
    Scene("05-dossier-documents", shown(tab="papers"), POLICY),
    Scene("05-dossier-cda", _document, POLICY),
    Scene("05-dossier-echanges", shown(tab="talks", before=_known), POLICY),
    Scene("05-dossier-echanges-aucun", shown("80366510", "talks"), POLICY),
    Scene("05-dossier-identite", shown(tab="traits"), POLICY),
    Scene("05-dossier-suivi", followed(SOLANGE), POLICY),
    Scene("05-dossier-suivi-1180", followed(SOLANGE), POLICY, (1180, 700)),
    Scene("05-dossier-suivi-150", followed(SOLANGE), LARGE),
    Scene("05-dossier-acces", shown(tab="readers", before=_looked_before), POLICY),
    Scene("05-dossier-provisoire", shown("80500317"), POLICY),
    Scene("05-dossier-fusion", shown("80366510"), POLICY),
    Scene("05-dossier-deces", shown("80290046"), POLICY),
    Scene("05-dossier-allergies", shown("80377204"), POLICY),
    Scene("05-dossier-sans-allergie", shown("80433092"), POLICY),
    Scene("05-dossier-homonyme", shown("80455502"), POLICY),
    Scene("05-dossier-long-nom", shown("80510009"), POLICY),
    Scene("05-dossier-enfant", shown("80512277"), POLICY),
    Scene("05-dossier-vide", shown("80519940"), POLICY),
    Scene("05-dossier-vide-resultats", shown("80519940", "values"), POLICY),
)
