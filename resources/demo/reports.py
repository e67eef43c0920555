"""The documents and news of the demo hospital: invented texts, told as values; `app.demo.hl7` makes messages of them."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Section:
    """One part of a report: LOINC code, title, paragraphs, and a table of two columns when there are values."""

    code: str
    title: str
    paragraphs: tuple[str, ...]
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Written:
    """A report about the patient `ipp`, `days` before the beginning: as CDA, or as `pdf`."""

    ipp: str
    days: int
    code: str
    label: str
    author: str
    sections: tuple[Section, ...]
    pdf: bool = False


REPORTS = (
    Written(
        "80421937",
        12,
        "11526-1",
        "CR d’anatomopathologie",
        "VASSEUR Paul",
        (
            Section(
                "22636-5", "Renseignements cliniques", ("Masse du lobe supérieur droit, ponction par EBUS.",)
            ),
            Section(
                "22634-0",
                "Examen macroscopique et microscopique",
                (
                    "Prélèvements ganglionnaires 4R et 7, fragments de 2 à 4 mm.",
                    "Adénocarcinome d’architecture acinaire, immunomarquage TTF-1 positif, p40 négatif.",
                ),
                (("PD-L1 (22C3)", "60 %"), ("ALK", "absence de réarrangement"), ("EGFR", "non muté")),
            ),
            Section(
                "22637-3",
                "Conclusion",
                ("Adénocarcinome bronchique primitif, envahissement ganglionnaire N2.",),
            ),
        ),
    ),
    Written(
        "80421937",
        6,
        "18748-4",
        "TEP-TDM au 18F-FDG",
        "LAMBERT Julie",
        (
            Section(
                "18782-3",
                "Résultat",
                ("Hyperfixation du lobe supérieur droit.", "Pas de foyer à distance."),
                (("SUV max", "11,4"),),
            ),
            Section("19005-8", "Conclusion", ("Maladie localement évoluée, sans métastase décelable.",)),
        ),
        pdf=True,
    ),
    Written(
        "80399120",
        2,
        "11490-0",
        "Lettre de liaison d’entrée",
        "MARCHETTI Hélène",
        (Section("10164-2", "Histoire de la maladie", ("Entrée pour la deuxième cure, bon état général.",)),),
        pdf=True,
    ),
    Written(
        "80377204",
        6,
        "11502-2",
        "CR d’examens biologiques",
        "Laboratoire de biologie",
        (
            Section(
                "26436-6",
                "Hématologie",
                ("Anémie à surveiller.",),
                (("Hémoglobine", "9,4 g/dL"), ("Potassium", "3,2 mmol/L")),
            ),
        ),
    ),
)
"""What stands in the record when the demo begins."""

NEWS = Written(
    "80421937",
    0,
    "11506-3",
    "CR de consultation d’oncologie",
    "MARCHETTI Hélène",
    (
        Section("29299-5", "Motif", ("Avis avant la RCP de ce jour.",)),
        Section(
            "10210-3",
            "Examen",
            ("État général conservé, OMS 1.", "Dyspnée stable, douleur à 1 sur 10."),
            (("Poids", "61 kg"), ("Saturation", "96 %")),
        ),
    ),
)
"""What comes in while the demo runs."""

NEWS_SIGNED = replace(
    NEWS,
    sections=(
        *NEWS.sections,
        Section(
            "51848-0",
            "Conclusion",
            (
                "Proposition à discuter en RCP : radio-chimiothérapie concomitante, puis durvalumab.",
                "EFR à jour souhaitées avant la première séance.",
            ),
        ),
    ),
)
"""The same letter, completed and signed: it comes in the place of the first."""
