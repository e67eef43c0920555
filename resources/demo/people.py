"""The cast of the demo hospital: all names, faces, voices and words are invented.

`ME` is the doctor at the workstation; `CAST` are the others, in the order in which they come.
"""

from __future__ import annotations

from dataclasses import dataclass

HOSPITAL = "CHU de Champagne"
TITLE = "RCP Thorax"


@dataclass(frozen=True)
class Look:
    """How a face is drawn: keys into the tables of `faces`, `hair`, `clothes` and `scenery`.

    `width` is the half width of the head in picture units (29..36), `age` 0..1 draws the lines of a face.
    """

    skin: str
    hair: str
    style: str
    coat: str
    wall: str
    glasses: bool = False
    beard: bool = False
    stethoscope: bool = False
    width: float = 32.5
    age: float = 0.2
    eyes: str = "brown"
    lips: str = "plain"


@dataclass(frozen=True)
class Voice:
    """`pitch_hz` of the speaking voice, `rate` in words a minute, `tract` scales the formants (1 = a man's)."""

    pitch_hz: int
    rate: int = 165
    tract: float = 1.0


@dataclass(frozen=True)
class Person:
    """One participant. `role` is a role of CSL1 §3; a room has `seats` and no look of its own."""

    key: str
    name: str
    role: str
    specialty: str
    voice: Voice
    says: str
    look: Look | None = None
    seats: int = 0


ME = Person(
    "marchetti",
    "Dr Hélène Marchetti",
    "doctor",
    "Oncologie médicale",
    Voice(205, 170, 1.16),
    "Bonjour à tous. Dossier suivant : madame Lemaître, soixante-douze ans, adénocarcinome du lobe supérieur droit.",
    Look("fair", "brown", "bob", "white", "window", width=32, lips="rose", eyes="hazel"),
)

CAST = (
    Person(
        "roussel",
        "Camille Roussel",
        "secretary",
        "Secrétariat des RCP",
        Voice(210, 180, 1.17),
        "Le quorum est atteint. Je note la proposition, vous pourrez relire la fiche avant de la valider.",
        Look("peach", "copper", "bun", "plum", "shelf", width=30.5, lips="berry", eyes="green", age=0.05),
    ),
    Person(
        "tran",
        "Dr Mei-Lin Tran",
        "doctor",
        "Radiologie",
        Voice(215, 172, 1.18),
        "Sur le scanner, la masse mesure cinquante-quatre millimètres, et la station quatre R est augmentée de taille.",
        Look("ivory", "black", "long", "white", "screens", width=31, lips="rose", age=0.05),
    ),
    Person(
        "delcourt",
        "Pr Antoine Delcourt",
        "doctor",
        "Chirurgie thoracique",
        Voice(98, 150, 0.97),
        "Avec une atteinte de plusieurs relais, je ne proposerais pas de chirurgie d'emblée chez cette patiente.",
        Look("fair", "silver", "side", "scrub", "corridor", glasses=True, width=33, age=0.8, eyes="blue"),
    ),
    Person(
        "belkacem",
        "Dr Inès Belkacem",
        "doctor",
        "Pneumologie",
        Voice(198, 168, 1.14),
        "Le V E M S est à soixante et onze pour cent. La fibroscopie avec ponction a confirmé l'envahissement.",
        Look("tan", "dark", "curly", "blazer", "shelf", width=31.5, lips="berry"),
    ),
    Person(
        "okafor",
        "Dr Samuel Okafor",
        "doctor",
        "Radiothérapie",
        Voice(92, 158, 0.94),
        "La dosimétrie est favorable : soixante-six grays en trente-trois fractions, le cœur et la moelle sont épargnés.",
        Look("deep", "black", "bald", "white", "door", beard=True, width=33.5),
    ),
    Person(
        "curie",
        "Salle Curie",
        "room",
        "Réanimation et chirurgie",
        Voice(118, 160, 1.0),
        "Ici la salle Curie, nous sommes quatre. On vous entend bien, merci de parler un peu plus près du micro.",
        seats=4,
    ),
    Person(
        "vasseur",
        "Dr Paul Vasseur",
        "doctor",
        "Anatomopathologie",
        Voice(112, 155, 1.0),
        "Le marquage T T F un est positif, P D L un à soixante pour cent, sans mutation de l'E G F R.",
        Look("fair", "auburn", "side", "grey", "window", glasses=True, beard=True, age=0.35, eyes="blue"),
    ),
    Person(
        "lambert",
        "Dr Julie Lambert",
        "doctor",
        "Médecine nucléaire",
        Voice(220, 165, 1.2),
        "Au TEP, la fixation est intense, le S U V maximal atteint quatorze virgule deux, sans lésion à distance.",
        Look("fair", "blond", "long", "white", "window", width=31, lips="rose", eyes="blue", age=0.1),
    ),
    Person(
        "nguyen",
        "Dr Thomas Nguyen",
        "doctor",
        "Oncologie médicale",
        Voice(125, 175, 1.02),
        "Je serais favorable à une chimiothérapie concomitante, puis une consolidation par immunothérapie.",
        Look("ivory", "black", "short", "navy", "plant", width=32, age=0.15),
    ),
    Person(
        "benali",
        "Dr Amina Benali",
        "doctor",
        "Oncogénétique",
        Voice(192, 160, 1.12),
        "L'arbre généalogique ne retrouve pas d'agrégation familiale. Pas d'indication d'analyse constitutionnelle.",
        Look("olive", "dark", "scarf", "white", "corridor", width=31.5, lips="rose"),
    ),
    Person(
        "rethel",
        "CH de Rethel, staff",
        "room",
        "Équipe de cancérologie",
        Voice(135, 162, 1.03),
        "Depuis Rethel, nous suivons la patiente à domicile. La saturation reste stable, sans oxygène.",
        seats=3,
    ),
    Person(
        "girardin",
        "Dr Luc Girardin",
        "doctor",
        "Pneumologie",
        Voice(104, 148, 0.96),
        "L'épreuve d'effort est rassurante, la consommation maximale est à dix-huit millilitres par kilo.",
        Look("fair", "silver", "bald", "grey", "shelf", glasses=True, width=34, age=0.9, eyes="blue"),
    ),
    Person(
        "bensaid",
        "Karim Bensaïd",
        "nurse",
        "Infirmier en pratique avancée",
        Voice(116, 170, 1.0),
        "J'ai vu la patiente mardi. L'état général est conservé, elle souhaite être traitée près de chez elle.",
        Look("tan", "black", "crew", "scrub", "door", beard=True, stethoscope=True, width=33),
    ),
    Person(
        "mbaye",
        "Dr Fatou Mbaye",
        "doctor",
        "Chirurgie thoracique",
        Voice(188, 162, 1.1),
        "Après une induction, une lobectomie redeviendrait discutable si le médiastin est stérilisé.",
        Look("deep", "black", "bun", "green", "corridor", width=31, lips="berry", age=0.1),
    ),
    Person(
        "reynaud",
        "Pr Émile Reynaud",
        "doctor",
        "Pneumologie",
        Voice(88, 142, 0.95),
        "Je rappelle que le référentiel régional recommande ici une radio-chimiothérapie d'emblée.",
        Look("peach", "silver", "curly", "white", "window", glasses=True, width=33, age=1.0, eyes="hazel"),
    ),
    Person(
        "hoffmann",
        "Dr Jean Hoffmann",
        "doctor",
        "Cardiologie",
        Voice(108, 158, 0.99),
        "L'échographie est normale, fraction d'éjection à soixante pour cent, pas de contre-indication.",
        Look(
            "peach", "brown", "short", "white", "plant", stethoscope=True, age=0.5, width=33.5, eyes="green"
        ),
    ),
    Person(
        "castelli",
        "Dr Sofia Castelli",
        "doctor",
        "Soins de support",
        Voice(200, 164, 1.15),
        "Nous proposons un accompagnement nutritionnel et une consultation d'annonce avec la psychologue.",
        Look("peach", "brown", "wavy", "plum", "plant", width=31.5, lips="berry", eyes="hazel"),
    ),
    Person(
        "petit",
        "Dr Nicolas Petit",
        "doctor",
        "Pharmacie",
        Voice(120, 172, 1.03),
        "Pas d'interaction avec son traitement habituel, il faudra surveiller la fonction rénale.",
        Look("fair", "auburn", "side", "white", "screens", age=0.15, eyes="green"),
    ),
    Person(
        "dumont",
        "Dr Rachel Dumont",
        "doctor",
        "Radiothérapie",
        Voice(208, 168, 1.16),
        "Nous pouvons débuter dans quinze jours, le scanner de centrage est réservé lundi matin.",
        Look(
            "fair",
            "copper",
            "bob",
            "blazer",
            "shelf",
            glasses=True,
            width=32,
            lips="rose",
            eyes="green",
            age=0.3,
        ),
    ),
    Person(
        "saidi",
        "Yanis Saïdi",
        "other",
        "Interne d'oncologie",
        Voice(128, 182, 1.04),
        "J'ai préparé la fiche, les comptes rendus et les lames sont joints au dossier.",
        Look("tan", "black", "curly", "white", "door", stethoscope=True, width=32, age=0.0),
    ),
    Person(
        "bonnet",
        "Claire Bonnet",
        "nurse",
        "Infirmière de coordination",
        Voice(212, 174, 1.18),
        "J'appelle la patiente cet après-midi pour lui donner les rendez-vous et le numéro de l'astreinte.",
        Look("fair", "blond", "bun", "scrub", "window", width=31, lips="rose", eyes="blue", age=0.2),
    ),
    Person(
        "maurin",
        "Dr Olivier Maurin",
        "doctor",
        "Radiologie interventionnelle",
        Voice(102, 156, 0.98),
        "Si besoin d'une nouvelle biopsie, l'abord est possible sous scanner, le risque est faible.",
        Look("peach", "silver", "short", "grey", "screens", beard=True, age=0.6, width=33.5),
    ),
    Person(
        "marchal",
        "Dr Élise Marchal",
        "doctor",
        "Médecine générale",
        Voice(202, 166, 1.15),
        "Je suis son médecin traitant. Son mari est très présent, elle a bien compris la situation.",
        Look(
            "ivory",
            "auburn",
            "ponytail",
            "green",
            "plant",
            stethoscope=True,
            width=31,
            lips="rose",
            eyes="hazel",
        ),
    ),
    Person(
        "kone",
        "Dr Aïssata Koné",
        "doctor",
        "Médecine palliative",
        Voice(185, 158, 1.1),
        "Notre équipe mobile peut la rencontrer tôt, en complément du traitement, si elle le souhaite.",
        Look("brown", "black", "ponytail", "white", "shelf", width=31.5, lips="berry", age=0.3),
    ),
    Person(
        "lefevre",
        "Dr Bruno Lefèvre",
        "doctor",
        "Oto-rhino-laryngologie",
        Voice(110, 160, 0.99),
        "L'examen des cordes vocales est normal, il n'y a pas d'atteinte du nerf récurrent.",
        Look("peach", "dark", "crew", "green", "corridor", glasses=True, age=0.4, width=34),
    ),
)

EVERYONE = (ME, *CAST)


def person(key: str) -> Person:
    """Return the person with this key; KeyError when nobody has it."""
    for one in EVERYONE:
        if one.key == key:
            return one
    raise KeyError(key)
