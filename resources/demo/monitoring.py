"""Who the demo hospital follows at home, and what they answer: all invented, told as values.

`app.demo.platform` makes messages of them, `app.demo.nurse` does what the nurse does.
"""

from __future__ import annotations

from dataclasses import dataclass

from resources.demo.patients import PATIENTS, Sick
from resources.demo.people import Person, Voice

UNIT, TITLE = "3120", "Oncologie"
"""The service that follows them: its care unit and its name."""
COORDINATOR, NURSE, SECOND = "roussel", "bensaid", "belkacem"
"""Who signs its rules, who triages, and the second doctor (keys of people); the first is the one at the workstation."""
RELIEF = Person("garnier", "Lucie Garnier", "nurse", "Télésuivi", Voice(212), "")
"""The nurse at the second window, where there is one; she comes to no meeting."""
NOTE = "Première version, validée en réunion de service."
RULES = (("grade ≥ 3", "any_grade >= 3", False), ("aggravation ≥ 2", "any_worse >= 2", True))
"""Local rules: name, expression, on or off."""
SYMPTOMS = {
    "DIARRHEA": "Diarrhée",
    "VOMITING": "Vomissements",
    "NAUSEA": "Nausées",
    "FATIGUE": "Fatigue",
    "APPETITE": "Perte d’appétit",
    "MOUTH-SORES": "Mucite",
    "NEUROPATHY": "Neuropathie",
    "PAIN": "Douleur",
    "FEVER": "Fièvre",
    "DYSPNEA": "Dyspnée",
    "COUGH": "Toux",
    "RASH": "Éruption",
    "HOT-FLASHES": "Bouffées de chaleur",
    "INSOMNIA": "Insomnie",
    "CONSTIPATION": "Constipation",
    "HAND-FOOT": "Syndrome main-pied",
    "ANXIOUS": "Anxiété",
}
"""The platform's codes, of CTCAE, and how it calls them."""


@dataclass(frozen=True)
class Course:
    """What one patient answers, week by week.

    `weeks`: of each symptom one grade a week, the newest last, `-` for a week without an answer. The newest one came `ago_min` minutes
    before the demo begins. The rest is of the newest: the patient's own words, `vitals` (LOINC code, value), `items` that no mapping
    knows (code, question, answer), `raised` (Y, N, or nothing said), a PDF `report`; `number` where the platform knows the patient
    by an earlier one, `nameless` where by nothing else; `silent` where the next answer is missing since a few days.
    """

    ipp: str
    treatment: str
    ago_min: int
    weeks: tuple[tuple[str, str], ...]
    said: str = ""
    phone: str = ""
    vitals: tuple[tuple[str, str], ...] = ()
    items: tuple[tuple[str, str, str], ...] = ()
    raised: str = ""
    report: bool = False
    number: str = ""
    silent: bool = False
    nameless: bool = False


@dataclass(frozen=True)
class Act:
    """What the nurse does about a patient's newest questionnaire, or that of so many `weeks` before: *at_s* after the demo begins, or before it.

    `step` is a verb of `app.monitoring.ports.Monitoring`; `symptom` is one that is muted.
    """

    at_s: int
    ipp: str
    step: str
    text: str = ""
    grade: int = -1
    reason: str = ""
    minutes: int = 0
    symptom: str = ""
    weeks: int = 0


def _at_home(ipp: str, name: str, given: str, birth: str, sex: str, order: int) -> Sick:
    return Sick(ipp, name, given, birth, sex, "51454", "Reims", order=order)


FERREIRA = _at_home("80530001", "FERREIRA", "Beatriz", "19700214", "F", 401)
"""Whom the hospital's GAM names only after the platform did."""
AT_HOME = (
    _at_home("80417110", "TRINH", "Van Thanh", "19550318", "M", 402),
    _at_home("80417122", "PICARD", "Monique", "19580611", "F", 403),
    _at_home("80417135", "LECOMTE", "Bernard", "19600902", "M", 404),
    _at_home("80417148", "HADJI", "Samira", "19770430", "F", 405),
    _at_home("80417151", "TOURÉ", "Ibrahim", "19770119", "M", 406),
    _at_home("80417164", "PERROT", "Geneviève", "19480525", "F", 407),
    _at_home("80417177", "BOURGEOIS", "Lucette", "19510708", "F", 408),
    _at_home("80417180", "ROBIN", "Alain", "19630316", "M", 409),
    _at_home("80417193", "VIDAL", "Roger", "19460921", "M", 410),
    _at_home("80417206", "CHEVALIER", "Anne-Laure", "19810205", "F", 411),
    _at_home("80417219", "SCHMITT", "Joseph", "19530809", "M", 412),
    _at_home("80417222", "OUEDRAOGO", "Awa", "19740412", "F", 413),
    _at_home("80417235", "BARBIER", "Luc", "19671028", "M", 414),
    _at_home("80417248", "MARCHAND", "Édith", "19500630", "F", 415),
    _at_home("80417251", "PEREIRA", "Rui", "19620715", "M", 416),
    _at_home("80417264", "LEGRAND", "Sylvie", "19590103", "F", 417),
    _at_home("80417277", "HUET", "Marcel", "19440819", "M", 418),
    _at_home("80417280", "CARPENTIER", "Josiane", "19560227", "F", 419),
    _at_home("80417293", "YILMAZ", "Deniz", "19790923", "M", 420),
    _at_home("80417306", "COLLET", "Françoise", "19611117", "F", 421),
    _at_home("80417319", "RENAUD", "Patrick", "19640508", "M", 422),
    _at_home("80417322", "BRUNET", "Maryse", "19570401", "F", 423),
    _at_home("80417335", "GAILLARD", "Yves", "19521212", "M", 424),
    _at_home("80417348", "LACROIX", "Bénédicte", "19690606", "F", 425),
    _at_home("80417351", "MENDY", "Fatou", "19830310", "F", 426),
    _at_home("80417364", "PREVOST", "Guy", "19490124", "M", 427),
    _at_home("80417377", "WEBER", "Charlotte", "19760718", "F", 428),
)
BY_IPP = {one.ipp: one for one in (*PATIENTS, *AT_HOME, FERREIRA)}
SOLANGE, TRINH, PICARD, LEMAIRE = "80377204", "80417110", "80417122", "80399120"
BOURGEOIS, ROBIN, FAURE, OEUVRARD = "80417177", "80417180", "80401188", "80483321"
CHEVALIER, SCHMITT, MARCHAND = "80417206", "80417219", "80417248"

COURSES = (
    Course(
        SOLANGE,
        "ADK pancréas IV · FOLFIRINOX C4 J6",
        56,
        (
            ("DIARRHEA", "00101-011113"),
            ("VOMITING", "01001-010112"),
            ("NAUSEA", "01101-011212"),
            ("FATIGUE", "11111-122222"),
            ("APPETITE", "00111-111122"),
            ("MOUTH-SORES", "00000-100000"),
            ("NEUROPATHY", "00000-111111"),
            ("PAIN", "11110-110111"),
            ("FEVER", "00000-000000"),
        ),
        said="Depuis hier soir je ne garde rien, je me lève 4 fois la nuit, la tête qui tourne un peu.",
        phone="06 00 00 41 27",
        vitals=(("8310-5", "37.4"), ("29463-7", "58.2")),
        items=(
            ("SELLES", "Selles en plus par jour", "+ 7"),
            ("VOMISS", "Vomissements par jour", "3"),
            ("BOISSON", "Boit plus d’1 litre", "Non"),
        ),
        report=True,
    ),
    Course(
        TRINH,
        "Poumon · pembrolizumab C7",
        22,
        (("DYSPNEA", "000000000003"), ("COUGH", "111011101112"), ("FATIGUE", "110111011111"), ("RASH", "000110000000")),
        said="Je suis essoufflé pour monter un étage depuis deux jours.",
        phone="06 00 00 18 90",
        vitals=(("59408-5", "93"), ("8310-5", "37.9")),
    ),
    Course(
        PICARD,
        "Poumon · chimio-immunothérapie C3",
        24 * 60 + 12,
        (("NAUSEA", "011011101112"), ("APPETITE", "000111111112"), ("FATIGUE", "11111-111111")),
        said="Je mange la moitié de d’habitude.",
    ),
    Course("80440871", "Côlon · FOLFOX C9", 17 * 60 + 54, (("NEUROPATHY", "000111111112"), ("FATIGUE", "111111111111"))),
    Course(
        "80417135",
        "ORL · radio-chimiothérapie S4",
        17 * 60 + 55,
        (("MOUTH-SORES", "------000122"), ("PAIN", "------011111")),
        vitals=(("29463-7", "71.4"),),
    ),
    Course("80417148", "Sein · EC-docétaxel C3", 6 * 60, (("FATIGUE", "112211122332"), ("NAUSEA", "101010101010"))),
    Course(LEMAIRE, "Prostate · enzalutamide", 4 * 60, (("HOT-FLASHES", "112222222222"), ("FATIGUE", "101111111111"))),
    Course("80417151", "Poumon · osimertinib", 3 * 24 * 60, (("RASH", "000000000001"), ("DIARRHEA", "000100100000"))),
    Course("80417164", "Poumon · surveillance", 2 * 24 * 60, (("FATIGUE", "111111111111"), ("COUGH", "000000000000"))),
    Course(CHEVALIER, "Sein · paclitaxel hebdomadaire S6", 300, (("NEUROPATHY", "0112"), ("NAUSEA", "1111"))),
    Course(SCHMITT, "Rein · sunitinib C2", 280, (("HAND-FOOT", "0112"), ("FATIGUE", "1111"))),
    Course(MARCHAND, "Ovaire · carboplatine C4", 260, (("NAUSEA", "0101"), ("CONSTIPATION", "0012"))),
    Course("80501230", "Myélome · surveillance", 190, (("PAIN", "002"),), raised="N"),
    Course(OEUVRARD, "Testicule · BEP C3", 170, (("NEUROPATHY", "1111"), ("NAUSEA", "0110"))),
    Course(FERREIRA.ipp, "Sein · capécitabine", 90, (("HAND-FOOT", "1"),), nameless=True),
    Course("80366510", "Poumon · surveillance", 140, (("COUGH", "011"),), number="80102233"),
    Course("80417222", "Foie · atézolizumab-bévacizumab", 45, (("FATIGUE", "111"), ("DIARRHEA", "007")), raised="Y"),
    Course(
        "80417235",
        "Lymphome · R-CHOP C2",
        125,
        (("ANXIOUS", "000"),),
        said="J’ai une question sur mon traitement du soir, pouvez-vous me rappeler ?",
        phone="06 00 00 62 05",
        raised="Y",
    ),
    Course(ROBIN, "Vessie · nivolumab", 120, (("RASH", "001"),)),
    *(
        Course(ipp, treatment, 118 - 3 * place, ((symptom, weeks),))
        for place, (ipp, treatment, symptom, weeks) in enumerate(
            (
                ("80421937", "Poumon · bilan", "COUGH", "111"),
                ("80433092", "Sein · létrozole", "HOT-FLASHES", "111"),
                (FAURE, "Poumon · docétaxel C1", "FATIGUE", "001"),
                ("80412245", "Poumon · préopératoire", "ANXIOUS", "001"),
                ("80495518", "Rectum · capécitabine", "NAUSEA", "001"),
                ("80417251", "Estomac · FLOT C2", "APPETITE", "011"),
                ("80428803", "Côlon · surveillance", "DIARRHEA", "010"),
                ("80417264", "Sein · trastuzumab", "FATIGUE", "110"),
                ("80417277", "Prostate · abiratérone", "HOT-FLASHES", "010"),
                ("80417280", "Sein · tamoxifène", "INSOMNIA", "110"),
                ("80417293", "Mélanome · nivolumab", "RASH", "000"),
                ("80417306", "Endomètre · surveillance", "PAIN", "000"),
                ("80417319", "Poumon · durvalumab", "COUGH", "110"),
                ("80417322", "Ovaire · olaparib", "NAUSEA", "110"),
                ("80417335", "ORL · surveillance", "MOUTH-SORES", "100"),
                ("80417348", "Sein · EC C1", "NAUSEA", "00"),
                ("80417351", "Col · pembrolizumab", "FATIGUE", "100"),
                ("80417364", "Prostate · surveillance", "PAIN", "000"),
                ("80417377", "Thyroïde · lenvatinib", "DIARRHEA", "100"),
                ("80455502", "Poumon · surveillance", "FATIGUE", "000"),
            )
        )
    ),
    Course("80417193", "Pancréas · gemcitabine C2", 10 * 24 * 60, (("FATIGUE", "111"),), raised="N", silent=True),
)  # fmt: skip
"""Everybody who answers, the patients of the design's pictures first; the last one should have answered again."""
LATE = Course(
    BOURGEOIS,
    "Poumon · carboplatine-pemetrexed C2",
    0,
    (("DYSPNEA", "0014"), ("PAIN", "1113")),
    said="J’étouffe, j’ai mal dans la poitrine.",
    phone="06 00 00 77 31",
    vitals=(("59408-5", "86"), ("8867-4", "124")),
)
"""Who answers while the demo runs."""
LATE_S, CORRECTED_S, CANCELLED_S, NAMED_S = 20, 30, 40, 46
"""Seconds after the beginning: a grade 4 comes; Faure's fatigue is corrected; Robin's answers are taken back; Ferreira is named."""

BEFORE = (
    Act(-14 * 86_400, SOLANGE, "call", "Nausées, antiémétique adapté.", minutes=4, weeks=2),
    Act(-12 * 86_400, SOLANGE, "close", reason="adapted", grade=1, weeks=2),
    Act(-290 * 60, OEUVRARD, "mute", reason="Neuropathie ancienne, suivie en consultation.", symptom="neuropathy"),
    Act(-240 * 60, CHEVALIER, "take"),
    Act(-236 * 60, CHEVALIER, "call", "Fourmillements des doigts, boutonne seule ses vêtements.", minutes=5, grade=1),
    Act(-230 * 60, CHEVALIER, "close", reason="adapted", grade=1),
    Act(-200 * 60, MARCHAND, "advise", "Hydratation, macrogol deux sachets par jour."),
    Act(-190 * 60, MARCHAND, "close", reason="resolved", grade=1),
    Act(-120 * 60, SCHMITT, "take"),
    Act(-54 * 60, SOLANGE, "take"),
    Act(-48 * 60, SOLANGE, "call", "7 selles/j, vertiges, pas de fièvre.", minutes=6),
    Act(-32 * 60, SOLANGE, "advise", "Lopéramide, boire par petites gorgées."),
    Act(-11 * 60, SOLANGE, "call", "Ne garde ni boisson ni comprimé.", grade=3, minutes=3),
    Act(-9 * 60, SOLANGE, "escalate", "7 selles/j sous FOLFIRINOX, ne garde rien. Déshydratation ?"),
)  # fmt: skip
"""What was done when the demo begins, in order."""
RAISED = frozenset((act.ipp, act.weeks) for act in BEFORE if act.weeks)
"""The answers of earlier weeks that the platform raised an alert for."""
DURING = (
    Act(LATE_S + 12, BOURGEOIS, "take"),
    Act(LATE_S + 40, BOURGEOIS, "call", "SpO₂ 86 % au doigt, le SAMU est appelé.", minutes=1, grade=4),
    Act(LATE_S + 50, BOURGEOIS, "escalate", "Dyspnée G4 et douleur, SAMU en route."),
)
"""And while it runs."""
CLOSING = Act(0, SOLANGE, "close", "Venue en hôpital de jour organisée avec le médecin.", 3, "hospital")
"""What the nurse does once the doctor answered."""
ANSWER = "HDJ cet après-midi, perfusion et ionogramme."
"""What the doctor answers in a demo without a user."""
REASONS = (
    ("resolved", "Symptôme résolu"),
    ("adapted", "Traitement symptomatique adapté"),
    ("known", "Connu et stable"),
    ("hospital", "Venue à l’hôpital organisée"),
    ("reached", "Patient joint, questionnaire repris"),
)
PROTOCOLS = (
    ("diarrhea", 3, "G3 sous irinotécan : lopéramide, bilan ionogramme, créatinine, NFS ; avis médical sous 2\u202fh ; HDJ si déshydratation."),
    ("diarrhea", 1, "Lopéramide après chaque selle liquide, boire 2 litres, régime sans résidus. Rappeler si plus de 4 selles par jour."),
    ("dyspnea", 3, "Saturation et fréquence respiratoire au téléphone ; sous immunothérapie, évoquer une pneumopathie : avis médical immédiat."),
    ("nausea", 2, "Antiémétique de secours, repas fractionnés ; bilan si moins de la moitié des apports depuis 48 h."),
    ("neuropathy", 2, "Interroger sur la gêne des gestes fins ; prévenir l’oncologue avant la cure suivante."),
    ("mouth_sores", 2, "Bains de bouche, antalgiques ; peser ; diététicienne si perte de 5 %."),
    ("", 1, "Conseils du carnet de suivi ; rappeler à une semaine."),
)  # fmt: skip
