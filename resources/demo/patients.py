"""The patients of the demo hospital: all invented, INS under the test OID.

Values only: `app.scenes.wards` makes facts of them for pictures and tests, the demo's simulated GAM makes messages.
Times are told as days and hours before the moment at which the demo begins.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

AUTHORITY = "1.2.250.1.999.51.1"
"""OID of the demo hospital's patient numbers, with `NAMESPACE` in CX.4."""
NAMESPACE = "CHU-CHAMPAGNE"
TEST_OID = "1.2.250.1.213.1.4.10"
UNITS = {
    "onco": ("3120", "Oncologie"),
    "onco-hdj": ("3121", "Oncologie, hôpital de jour"),
    "pneumo": ("3210", "Pneumologie"),
    "thorax": ("3310", "Chirurgie thoracique"),
    "digestif": ("3320", "Chirurgie digestive"),
    "nucleaire": ("4110", "Médecine nucléaire"),
    "radio": ("4210", "Radiothérapie"),
    "pediatrie": ("5110", "Pédiatrie"),
    "urgences": ("1010", "Urgences"),
}
"""Care units: code and name."""


def _luhn(digits: str) -> str:
    """Return *digits* with the digit behind that makes an RPPS of them."""
    doubled = (int(d) * (2 if place % 2 == 0 else 1) for place, d in enumerate(reversed(digits)))
    return f"{digits}{-sum(n // 10 + n % 10 for n in doubled) % 10}"


PROFESSIONALS = {
    "marchetti": (_luhn("1010000001"), "MARCHETTI Hélène"),
    "belkacem": (_luhn("1010000002"), "BELKACEM Inès"),
    "delcourt": (_luhn("1010000003"), "DELCOURT Antoine"),
    "okafor": (_luhn("1010000004"), "OKAFOR Samuel"),
    "lambert": (_luhn("1010000005"), "LAMBERT Julie"),
    "lagarde": (_luhn("1010000006"), "LAGARDE Philippe"),
    "noel": (_luhn("1010000007"), "NOËL Claire"),
}
"""Who cares for them: RPPS and name; `marchetti` is the doctor at the workstation, `lagarde` and `noel` practise in town."""


@dataclass(frozen=True)
class Step:
    """One movement, *days* before the beginning at *time*: its event, the unit (key of `UNITS`), the room, who cares."""

    days: int
    time: str
    event: str
    unit: str
    room: str = ""
    who: str = ""
    visit: int = 1


@dataclass(frozen=True)
class Analyte:
    """One laboratory value over time: LOINC code, label, unit, range, and (days before, value) with the oldest first."""

    code: str
    label: str
    unit: str
    range: str
    values: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Sick:
    """One invented patient. `reliability` is PID-32; `order` the birth register's number, which makes the INS where it is VALI.

    `merged` are earlier numbers, `allergies` (text, severity, reaction), `none_known`: it was asked and there are none.
    """

    ipp: str
    birth_name: str
    given_name: str
    birth: str
    sex: str
    birth_place: str = ""
    birth_place_name: str = ""
    used_name: str = ""
    given_names: str = ""
    reliability: str = "VALI"
    attributes: str = ""
    order: int = 0
    gp: str = ""
    merged: tuple[str, ...] = ()
    dead_days: int = -1
    allergies: tuple[tuple[str, str, str], ...] = ()
    none_known: bool = False
    steps: tuple[Step, ...] = ()
    labs: tuple[Analyte, ...] = field(default=(), repr=False)

    @property
    def ins(self) -> str:
        """The test INS of somebody whose identity is qualified: 13 characters and their key; empty for others."""
        if self.reliability != "VALI" or not self.order or len(self.birth) < 6:
            return ""
        body = f"{1 if self.sex == 'M' else 2}{self.birth[2:6]}{self.birth_place:0>5}{self.order:03d}"
        return f"{body}{97 - int(body) % 97:02d}"


_ODILE_LABS = (
    Analyte(
        "718-7",
        "Hémoglobine",
        "g/dL",
        "12.0-16.0",
        ((96, "12.4"), (75, "11.8"), (54, "11.1"), (33, "10.6"), (13, "10.9")),
    ),
    Analyte(
        "777-3",
        "Plaquettes",
        "G/L",
        "150-400",
        ((96, "268"), (75, "214"), (54, "171"), (33, "142"), (13, "188")),
    ),
    Analyte(
        "6690-2",
        "Leucocytes",
        "G/L",
        "4.0-10.0",
        ((96, "7.2"), (75, "5.9"), (54, "4.4"), (33, "3.1"), (13, "4.8")),
    ),
    Analyte(
        "2160-0",
        "Créatinine",
        "µmol/L",
        "45-84",
        ((96, "68"), (75, "71"), (54, "74"), (33, "79"), (13, "76")),
    ),
    Analyte("1988-5", "CRP", "mg/L", "<5", ((96, "4"), (75, "6"), (54, "12"), (33, "38"), (13, "9"))),
)

PATIENTS = (
    Sick(
        "80421937",
        "LEMAÎTRE",
        "Odile",
        "19540314",
        "F",
        "51454",
        "Reims",
        used_name="LEMAÎTRE-COSTA",
        given_names="Odile Marie Jeanne",
        order=123,
        gp="lagarde",
        allergies=(("Pénicilline", "SV", "Anaphylaxie"),),
        labs=_ODILE_LABS,
        steps=(
            Step(27, "15:10", "A04", "onco", who="marchetti"),
            Step(20, "10:00", "A04", "pneumo", who="belkacem", visit=2),
            Step(13, "14:30", "A01", "pneumo", "312", "belkacem", visit=3),
            Step(12, "11:20", "A02", "pneumo", "314", "belkacem", visit=3),
            Step(11, "16:05", "A03", "pneumo", "314", "belkacem", visit=3),
            Step(6, "08:15", "A04", "nucleaire", who="lambert", visit=4),
            Step(0, "09:40", "A04", "onco", "box 4", "marchetti", visit=5),
        ),
    ),
    Sick(
        "80399120",
        "LEMAIRE",
        "Gérard",
        "19581102",
        "M",
        "51108",
        "Châlons-en-Champagne",
        order=54,
        gp="noel",
        none_known=True,
        steps=(
            Step(3, "09:15", "A01", "onco", "205", "marchetti"),
            Step(1, "10:00", "A02", "onco", "208", "marchetti"),
        ),
    ),
    Sick(
        "80500317",
        "LE MAITRE",
        "Yvonne",
        "19450630",
        "F",
        reliability="PROV",
        steps=(Step(0, "06:50", "A01", "urgences", "box 2"),),
    ),
    Sick(
        "80377204",
        "DUMAS",
        "Solange",
        "19620409",
        "F",
        "51649",
        "Vitry-le-François",
        used_name="DUMAS",
        order=31,
        gp="lagarde",
        allergies=(("Oxaliplatine", "MO", "Bronchospasme"), ("Latex", "MI", "Urticaire")),
        steps=(
            Step(48, "08:00", "A04", "onco-hdj", who="marchetti"),
            Step(34, "08:05", "A04", "onco-hdj", who="marchetti", visit=2),
            Step(6, "08:10", "A04", "onco-hdj", who="marchetti", visit=3),
        ),
        labs=(
            Analyte("718-7", "Hémoglobine", "g/dL", "12.0-16.0", ((34, "10.2"), (6, "9.4"))),
            Analyte("2823-3", "Potassium", "mmol/L", "3.5-5.1", ((34, "3.8"), (6, "3.2"))),
        ),
    ),
    Sick(
        "80401188",
        "FAURE",
        "Michel",
        "19570221",
        "M",
        "08105",
        "Charleville-Mézières",
        order=12,
        gp="noel",
        steps=(
            Step(9, "10:30", "A01", "onco", "203", "marchetti"),
            Step(1, "11:00", "A03", "onco", "203", "marchetti"),
        ),
    ),
    Sick(
        "80433092",
        "ZIANI",
        "Farida",
        "19670815",
        "F",
        "99352",
        "Algérie",
        used_name="BENALI",
        order=207,
        none_known=True,
        steps=(Step(21, "14:00", "A04", "onco-hdj", who="marchetti"),),
    ),
    Sick(
        "80412245",
        "BERTHELOT",
        "Jean-Marc",
        "19590617",
        "M",
        "10387",
        "Troyes",
        given_names="Jean-Marc Louis",
        order=88,
        gp="lagarde",
        steps=(Step(4, "09:30", "A04", "thorax", who="delcourt"),),
    ),
    Sick(
        "80440871",
        "ROSSI",
        "Carla",
        "19680125",
        "F",
        "99127",
        "Italie",
        order=66,
        steps=(Step(15, "08:20", "A04", "onco-hdj", who="marchetti"),),
    ),
    Sick(
        "80366510",
        "KOWALSKI",
        "Henri",
        "19491203",
        "M",
        "62427",
        "Hénin-Beaumont",
        order=19,
        gp="noel",
        merged=("80102233",),
        steps=(Step(7, "13:45", "A04", "thorax", who="delcourt"),),
    ),
    Sick(
        "80428803",
        "AUBERT",
        "Nadine",
        "19520711",
        "F",
        "51230",
        "Épernay",
        used_name="MERCIER",
        order=40,
        steps=(
            Step(5, "16:20", "A01", "digestif", "118", "delcourt"),
            Step(4, "07:30", "A02", "digestif", "121", "delcourt"),
        ),
    ),
    Sick(
        "80290046",
        "NGUYEN",
        "Van Thanh",
        "19440228",
        "M",
        "99243",
        "Viêt Nam",
        order=300,
        dead_days=40,
        steps=(
            Step(61, "17:00", "A01", "pneumo", "310", "belkacem"),
            Step(40, "06:30", "A03", "pneumo", "310", "belkacem"),
        ),
    ),
    Sick("80455501", "MARTIN", "Jean", "19610504", "M", "51454", "Reims", order=140, attributes="HOMA"),
    Sick(
        "80455502",
        "MARTIN",
        "Jean",
        "19610405",
        "M",
        "51454",
        "Reims",
        order=141,
        attributes="HOMA",
        steps=(Step(2, "12:00", "A01", "radio", "12", "okafor"),),
    ),
    Sick("80467733", "MARTIN", "Jeanne", "19730918", "F", reliability="PROV"),
    Sick(
        "80510009",
        "DE LA ROCHEFOUCAULD-MONTBRISON D’AUBIGNY",
        "Marie-Antoinette",
        "19381108",
        "F",
        "75107",
        "Paris 7e arrondissement",
        used_name="DE SAINT-EXUPÉRY-VILLENEUVE",
        given_names="Marie-Antoinette Élisabeth Françoise",
        order=9,
        steps=(Step(2, "18:10", "A01", "pneumo", "306", "belkacem"),),
    ),
    Sick(
        "80512277",
        "PETIT",
        "Lou",
        "20260703",
        "F",
        "51454",
        "Reims",
        order=512,
        none_known=True,
        steps=(Step(1, "20:35", "A01", "pediatrie", "7", "noel"),),
    ),
    Sick("80519940", "DIALLO", "Aminata", "1955", "F", "99341", "Mali", reliability="PROV"),
    Sick(
        "80483321",
        "ŒUVRARD",
        "Loïc",
        "19771230",
        "M",
        "29019",
        "Brest",
        order=77,
        steps=(Step(30, "11:15", "A04", "onco", who="marchetti"),),
    ),
    Sick("80490012", "D’HAENE", "Brigitte", "19640101", "F", "59350", "Lille", reliability="RECD"),
    Sick(
        "80495518",
        "SANTOS",
        "Miguel",
        "19820919",
        "M",
        "99139",
        "Portugal",
        order=44,
        steps=(Step(0, "07:55", "A04", "radio", who="okafor"),),
    ),
    Sick("80499999", "ESSAI", "Camille", "19900101", "F", reliability="PROV", attributes="FICT"),
    Sick("80501230", "GIRARD", "Thérèse", "19360622", "F", "21231", "Dijon", order=58, gp="lagarde"),
    Sick(
        "80503377",
        "GIRARD",
        "Théo",
        "20110622",
        "M",
        "21231",
        "Dijon",
        order=59,
        steps=(Step(12, "15:00", "A04", "pediatrie", who="noel"),),
    ),
    Sick(
        "80507741",
        "BENMOUSSA",
        "Yanis",
        "19951114",
        "M",
        "51454",
        "Reims",
        order=91,
        reliability="VALI",
        allergies=(("Arachide", "SV", "Œdème de Quincke"),),
        steps=(Step(0, "02:20", "A01", "urgences", "box 5"),),
    ),
)
"""Everybody, the patients of the design's pictures first."""

_YVONNE = next(one for one in PATIENTS if one.ipp == "80500317")
QUALIFIED = replace(
    _YVONNE, reliability="VALI", birth_place="51250", birth_place_name="Fismes", order=36, gp="lagarde"
)
"""Who came in at night without papers, once the desk has seen them."""
DOUBLE = replace(_YVONNE, ipp="80267714", steps=(Step(212, "10:40", "A04", "pneumo", who="belkacem"),))
"""The same person under the number of years before: found and merged while the demo runs."""
