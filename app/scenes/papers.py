"""Scenes of a document inside the window: PDF, a find, another patient's, a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.scenes import person
from app.scenes.patients import LARGE, POLICY
from app.scenes.stage import Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.papers.viewer import PaperView
    from app.scenes.stage import Stage

_REPORT = [
    "TEP-TDM au 18F-FDG",
    "",
    "Indication : bilan d'extension d'un adénocarcinome bronchique du lobe supérieur droit.",
    "",
    "Technique : acquisition 62 min après injection de 215 MBq de 18F-FDG, glycémie 5,4 mmol/L.",
    "",
    "Résultats",
    "Lésion du lobe supérieur droit de 34 mm, hypermétabolique (SUVmax 14,2).",
    "Adénopathies 4R et 7 hypermétaboliques (SUVmax 8,1 et 6,7).",
    "Pas de foyer à distance ; pas d'anomalie de fixation surrénalienne ni hépatique.",
    "",
    "Conclusion : lésion primitive et atteinte ganglionnaire médiastinale N2, sans argument",
    "pour une localisation secondaire à distance.",
]
_LAB = """LABORATOIRE DU VAL DE SEILLE                      24/11/2026 08:10

NUMÉRATION                      résultat      unité       normes
  Hémoglobine                     10,8  L     g/dL        12,0 - 16,0
  Leucocytes                       7,4        G/L          4,0 - 10,0
  Plaquettes                       212        G/L          150 - 400

HÉMOSTASE
  TCA (ratio)                      1,9  HH                 < 1,2

Recontrôlé sur un second prélèvement."""


_OTHER = """<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<code code="11526-1" displayName="CR d’anatomopathologie"/><title>CR d’anatomopathologie</title>
<effectiveTime value="20261124091500+0100"/><confidentialityCode code="N" displayName="Normal"/><versionNumber value="1"/>
<recordTarget><patientRole><id root="1.2.250.1.999.51.1" extension="80421973"/><patient>
<name><family qualifier="BR">LEMAÎTRE</family><given>Odette</given></name>
<administrativeGenderCode code="F"/><birthTime value="19590314"/></patient></patientRole></recordTarget>
<author><time value="20261124"/><assignedAuthor><id extension="10100000032"/><assignedPerson><name><prefix>Dr</prefix>
<given>Paul</given><family>VASSEUR</family></name></assignedPerson></assignedAuthor></author>
<component><structuredBody><component><section><title>Examen</title><text>
<list><item>Ganglion 4R : trois fragments de 2 à 4 mm</item><item>Ganglion 7 : deux fragments</item></list>
<table><thead><tr><th>Marqueur</th><th>Résultat</th><th>Clone</th></tr></thead><tbody>
<tr><td>TTF-1</td><td><content styleCode="Bold">positif</content></td><td>8G7G3/1</td></tr>
<tr><td>PD-L1</td><td>60 % des cellules<footnote ID="n">Au moins 100 cellules comptées.</footnote></td><td>22C3</td></tr>
</tbody></table></text>
<entry><observation><code displayName="PD-L1"/><statusCode code="completed"/><effectiveTime value="20261124"/>
<value xsi:type="PQ" value="60" unit="%"/></observation></entry></section></component>
<component><section><title>Conclusion</title><text><paragraph>Adénocarcinome bronchique primitif, envahissement ganglionnaire
N2.</paragraph></text></section></component></structuredBody></component></ClinicalDocument>""".encode()


def report() -> bytes:
    """Return the report as a PDF of two pages."""
    from PyQt6.QtCore import QBuffer, QIODevice  # noqa: PLC0415 -- Qt starts in main()
    from PyQt6.QtGui import QFont, QPageSize, QPdfWriter, QTextDocument  # noqa: PLC0415

    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setResolution(96)
    document = QTextDocument()
    document.setDefaultFont(QFont("IBM Plex Sans", 11))
    document.setPlainText("\n".join([*_REPORT, "", "Images clés", *[""] * 30, *_REPORT[6:]]))
    document.print(writer)
    del writer
    return buffer.data().data()


def _shown(
    media: str, make: Callable[[], bytes], title: str, act: Callable[[PaperView], object] | None = None
) -> Callable[[Stage], None]:
    """Show a document on Odile's page, then *act* on it."""

    def play(stage: Stage) -> None:
        person.shown(tab="papers")(stage)
        page: Any = stage.office.window.page("patients")

        def opening() -> None:
            reader = page.person.parts["papers"]
            reader.open_key(reader.list.shown.lines[0].key)
            _wait(stage, reader.paper, lambda: show(reader.paper))

        def show(paper: PaperView) -> None:
            paper.show_bytes(media, make(), title, patient=page.person.patient)
            _wait(stage, paper, lambda: act(paper) if act is not None else None)

        stage.later(opening)

    return play


def _wait(stage: Stage, paper: PaperView, then: Callable[[], object]) -> None:
    """Act once a document, or a sentence in its place, is shown."""
    arrived: list[bool] = []
    paper.shown.connect(lambda: arrived.append(True))
    stage.when(lambda: bool(arrived) or paper.troubled, then)


def _find(paper: PaperView) -> None:
    paper.open_find("suvmax")


SCENES = (
    Scene("05-document-pdf", _shown("application/pdf", report, "TEP-TDM au FDG"), POLICY),
    Scene("05-document-cherche", _shown("application/pdf", report, "TEP-TDM au FDG", _find), POLICY),
    Scene("05-document-texte", _shown("text/plain", _LAB.encode, "Biologie"), POLICY),
    Scene("05-document-autre-patient", _shown("text/xml", lambda: _OTHER, "CR anatomopathologie"), POLICY),
    Scene("05-document-refus", _shown("application/pdf", lambda: report()[:200], "TEP-TDM au FDG"), POLICY),
    Scene("05-document-150", _shown("text/xml", lambda: _OTHER, "CR anatomopathologie"), LARGE),
)
