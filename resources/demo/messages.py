"""What the demo hospital's people write to each other: invented words, told as values; `app.demo.letters` sends them for real.

A thread is named by the colleague at its other end, or by a key of `TOPICS`.
"""

from __future__ import annotations

from dataclasses import dataclass

from resources.demo.people import ME, Person, Voice

LABORATORY = Person("labo", "Laboratoire de biologie", "other", "Biologie médicale", Voice(150), "")
"""The laboratory's own desk: it writes, it does not come to meetings."""
WRITERS = ("roussel", "vasseur", "belkacem", "delcourt", "bensaid", LABORATORY.key)
"""Who has a desk that writes and answers while the demo runs."""
VERIFIED = ("roussel", "vasseur", "belkacem", "delcourt", "bensaid")
"""With whom the doctor compared the safety number, in person."""
MOVED = "vasseur"
"""Who was given another PC this morning: the doctor has not compared its number yet."""
TEAM = "thorax"
ODILE, SOLANGE = "80421937", "80377204"
DAY_S = 86_400


@dataclass(frozen=True)
class Topic:
    """What a thread is: the patient that it is about (IPP), how long its messages stay, and of a team its title and members."""

    ipp: str = ""
    keep_s: int = 0
    title: str = ""
    members: tuple[str, ...] = ()


TOPICS = {
    "vasseur": Topic(ODILE, keep_s=30 * DAY_S),
    "belkacem": Topic(ODILE),
    "bensaid": Topic(SOLANGE),
    LABORATORY.key: Topic(ODILE),
    TEAM: Topic(title="RCP Thorax", members=("roussel", "vasseur", "belkacem", "delcourt")),
}


@dataclass(frozen=True)
class Paper:
    """A document of one page; `once`: it is seen once, for ten seconds."""

    name: str
    lines: tuple[str, ...]
    once: bool = False


@dataclass(frozen=True)
class Said:
    """Somebody (`marchetti` is the doctor) says something in a thread. `taken`: by whom it is then taken in charge."""

    who: str
    thread: str
    text: str = ""
    paper: Paper | None = None
    taken: str = ""


@dataclass(frozen=True)
class Moment:
    """What is said so many minutes before the demo begins. `moved`: the new PC of `MOVED` is there from then on.

    `read`: the doctor looks at everything; else what came stays unread.
    """

    ago_min: int
    said: tuple[Said, ...]
    read: bool = True
    moved: bool = False


HEAD = ("CHU de Champagne", "LEMAÎTRE Odile, née le 14/03/1954, IPP 80421937", "")
SLIDES = Paper(
    "CR_anapath_LEMAITRE_O.pdf",
    (
        "Anatomopathologie : marqueurs",
        *HEAD,
        "PD-L1 (22C3, double lecture) : 60 %",
        "EGFR, ALK, ROS1 : négatifs. KRAS G12C : en cours, résultat jeudi.",
        "Conclusion : adénocarcinome bronchique, PD-L1 fortement exprimé.",
    ),
)
ENDOSCOPY = Paper(
    "EBUS_4R_LEMAITRE_O.pdf",
    (
        "Écho-endoscopie bronchique : note de travail",
        *HEAD,
        "Station 4R : 14 mm, trois ponctions. Station 7 : 9 mm, deux ponctions.",
        "Note personnelle avant compte rendu, à ne pas conserver.",
    ),
    once=True,
)
RESULTS = Paper(
    "Biologie_LEMAITRE_O.pdf",
    (
        "Laboratoire de biologie : résultats",
        *HEAD,
        "Hémoglobine 11,2 g/dL (12,0 - 16,0)",
        "Plaquettes 204 G/L (150 - 400)",
        "Leucocytes 5,3 G/L (4,0 - 10,0)",
        "Créatinine 74 µmol/L (45 - 84)",
        "CRP 7 mg/L (< 5)",
    ),
)

BEFORE = (
    Moment(
        1_290,
        (
            Said("belkacem", "belkacem", "L’EFR est programmée demain à 8 h, je vous envoie les chiffres avant la RCP."),
            Said("delcourt", "delcourt", "Chère Hélène, peut-on voir les deux dossiers de lobectomie mardi, avant le staff ?"),
        ),
    ),
    Moment(
        1_265,
        (
            Said(ME.key, "delcourt", "D’accord pour mardi, 8 h en salle Curie."),
            Said(ME.key, "belkacem", "Merci Inès. Pouvez-vous aussi joindre l’EBUS ?"),
        ),
    ),
    Moment(
        186,
        (
            Said("roussel", TEAM, "Ordre des dossiers : Lemaître, Berthelot, Kowalski. Le quorum est annoncé complet."),
            Said(ME.key, "vasseur", "Bonjour Paul, le PD-L1 de Mme Lemaître sera-t-il prêt pour la RCP ? Elle passe en premier."),
        ),
    ),
    Moment(
        168,
        (
            Said("vasseur", "vasseur", "Oui, je finis la double lecture ce matin."),
            Said("belkacem", TEAM, "Qui rappelle M. Kowalski pour la biopsie ? Il part en ambulance à 14 h.", taken="delcourt"),
        ),
    ),
    Moment(
        24,
        (
            Said("vasseur", "vasseur", "PD-L1 : 60 % (22C3, double lecture). EGFR, ALK, ROS1 négatifs.", SLIDES),
            Said("belkacem", "belkacem", "VEMS 71 %, DLCO 64 %. Mes notes de l’EBUS, à voir une fois.", ENDOSCOPY),
        ),
        moved=True,
    ),
    Moment(
        9,
        (
            Said(ME.key, "vasseur", "Merci, je l’ajoute à la fiche avant la RCP."),
            Said("bensaid", "bensaid", "Je vous la passe : 7 selles/jour depuis hier, pas de fièvre."),
        ),
        read=False,
    ),
)  # fmt: skip
"""In order; the last moments are what the doctor finds unread."""

MEANWHILE = (
    (2, Said("roussel", TEAM, "La RCP est ouverte. Mme Lemaître passe en premier.")),
    (3, Said(LABORATORY.key, LABORATORY.key, "Résultats de ce matin, validés.", RESULTS)),
    (45, Said("bensaid", "bensaid", "TA 11/7, elle boit bien. Je garde la perfusion jusqu’à votre passage.")),
    (90, Said("delcourt", TEAM, "M. Kowalski est prévenu, la biopsie est maintenue.")),
)
"""Seconds after the scene begins, and what is said then."""

ANSWERS = {
    "roussel": ("Bien noté, je l’ajoute à l’ordre du jour.", "C’est fait.", "Entendu."),
    "vasseur": ("Merci Hélène. Le KRAS suit jeudi.", "Je regarde et je vous réponds.", "Bien reçu."),
    "belkacem": ("Oui, je m’en occupe.", "Bien reçu, merci.", "D’accord."),
    "delcourt": ("Parfait, à mardi.", "D’accord avec vous.", "Bien reçu."),
    "bensaid": ("Merci, je fais ça tout de suite.", "Entendu, je vous tiens au courant.", "C’est fait."),
    LABORATORY.key: ("Bien reçu, le technicien vous rappelle.", "Un contrôle est en cours."),
}
"""What each says to the doctor, in turn; in the team `ANSWERS_FOR_TEAM` alone does."""
ANSWERS_FOR_TEAM = "roussel"
