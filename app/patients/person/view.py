"""What the head of a patient's page says, made from the record in the language of the moment. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from app import traits
from app.i18n import fmt_list, isolated, tr, trn
from app.patients.access import WINDOW_MS
from app.patients.person import moves, strangers, values
from app.times import written
from app.traits import sex, unsaid
from storage.patients.ins import spaced
from storage.patients.likeness import Likeness, likeness
from storage.patients.records import Known, Member, Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from app.times import Site
    from storage.patients.facts import Professional
    from storage.patients.records import Found, Paper, Patient
    from storage.patients.vigilance import Jump

OIDS = {"8": "nir", "9": "nia", "10": "test", "11": "demo"}
"""Last arc of 1.2.250.1.213.1.4."""
DOUBTS = frozenset(
    (
        "DOUB",
        "DESA",
        "DPOT",
        "DOUA",
        "COLP",
        "COLV",
        "HOMD",
        "HOMA",
        "FICT",
        "DOUT",
        "ANOM",
        "USUR",
        "IDVER",
        "INVA",
        "CACH",
    )
)
"""Attributes of an identity (PID-32) that are said aloud."""
HEAVY = 600
SHOWN = len("2 54 03 51 454")
"""What is shown of an INS at once: up to the commune of birth."""


@dataclass(frozen=True)
class Record:
    """What a page shows: a patient, others of like name, now, and the clocks of the hospital; `masked`: not all documents."""

    patient: Patient = field(repr=False)
    homonyms: tuple[Found, ...] = field(repr=False)
    now_ms: int
    site: Site
    masked: bool = False
    jump: Jump | None = field(default=None, repr=False)

    @property
    def papers(self) -> tuple[Paper, ...]:
        """The documents, without those that are masked from who reads outside the care team."""
        return tuple(one for one in self.patient.papers if not (self.masked and one.masked))

    @cached_property
    def results(self) -> tuple[values.Line, ...]:
        """All reports and their values, made once for all parts of the page."""
        return values.lines(self.patient, self.site, self.strangers)

    @cached_property
    def strangers(self) -> strangers.Strangers:
        """Whom results and documents name that is not the patient."""
        return strangers.strangers(self.patient)

    @cached_property
    def analytes(self) -> tuple[values.Series, ...]:
        """All values by analyte."""
        return values.series(self.results)

    @cached_property
    def movements(self) -> tuple[moves.Line, ...]:
        """All movements."""
        return moves.lines(self.patient, self.now_ms, self.site)

    @property
    def heavy(self) -> bool:
        """Whether there is so much that the window would be felt to wait."""
        return len(self.patient.stays) + 5 * len(self.patient.reports) > HEAVY

    def prepare(self) -> None:
        """Make what takes time, on any thread."""
        for one in self.analytes:
            _ = one.points, one.trend
        _ = self.movements


@dataclass(frozen=True)
class Chip:
    """A state in a few words; `tone` as app.ui.marks.Chip has it."""

    words: str
    icon: str
    tone: str


@dataclass(frozen=True)
class Trait:
    """A label and its value; `whole` is what stands behind a masked value."""

    label: str
    value: str
    mono: bool = False
    whole: str = ""
    after: str = ""


@dataclass(frozen=True)
class Strip:
    """Something about the identity that nobody may overlook; `act` names what can be done about it."""

    tone: str
    icon: str
    title: str
    detail: str = ""
    act: str = ""


@dataclass(frozen=True)
class Head:
    """The fixed head of the page."""

    birth_name: str
    given: str
    used: str
    status: Chip
    traits: tuple[Trait, ...]
    chips: tuple[Chip, ...]
    strips: tuple[Strip, ...]
    team: str

    @property
    def name(self) -> str:
        """`NOM DE NAISSANCE Prénom`."""
        return f"{self.birth_name} {self.given}".strip()


def head(record: Record) -> Head:
    """Return what the head says of the patient now."""
    patient = record.patient
    return Head(
        birth_name=patient.birth_name.upper() or tr("person.no_name"),
        given=patient.given_name,
        used=patient.used_name.upper() if patient.used_name.upper() != patient.birth_name.upper() else "",
        status=status_chip(patient.status),
        traits=_traits(patient, record.now_ms, record.site),
        chips=(*_inside(patient), *allergies(patient)),
        strips=(*_jumped(record), *_others_named(record), *_strips(patient, record.homonyms)),
        team=_team(record),
    )


def status_chip(status: Status) -> Chip:
    """Return the chip of an identity's status."""
    return Chip(traits.status(status), *traits.STATUSES[status])


def born(patient: Patient, today: date) -> str:
    """Return the birth date with the age of one who lives."""
    return traits.born(patient.birth, today, dead=patient.dead)


def birth_place(patient: Patient) -> str:
    """`Reims (51454)`: the name with its INSEE code, or the one of them that is known."""
    name, code = patient.birth_place_name, patient.birth_place
    return tr("person.place", name=name, code=code) if name and code else unsaid(name or code)


def masked(number: str) -> str:
    """Write the first digits of an INS and dots for the rest."""
    return f"{spaced(number)[:SHOWN]} {'•' * 5}"


def ins_kind(oid: str) -> str:
    """Return what an INS is by the last arc of its OID: NIR, NIA, test or demo."""
    return tr(f"person.ins.{OIDS[arc]}") if (arc := oid.rpartition(".")[2]) in OIDS else ""


def _traits(patient: Patient, now_ms: int, site: Site) -> tuple[Trait, ...]:
    told = [
        Trait(traits.born_label(patient.sex), born(patient, site.at(now_ms).date())),
        Trait(tr("person.sex"), sex(patient.sex)),
        Trait(tr("person.at"), birth_place(patient)),
    ]
    if patient.status is Status.QUALIFIED and patient.ins:
        kind = ins_kind(patient.ins_oid)
        told.append(Trait(tr("person.ins"), masked(patient.ins), True, spaced(patient.ins), kind))
    ipp = "" if patient.by_ins_alone else patient.ipp
    told.append(Trait(tr("person.ipp"), unsaid(ipp), bool(ipp)))
    return tuple(told)


def _inside(patient: Patient) -> tuple[Chip, ...]:
    if not patient.inside or patient.dead:
        return ()
    units = fmt_list([name or code for code, name in patient.units if name or code])
    words = tr("person.inside.unit", unit=units) if units else tr("person.inside")
    return (Chip(words, "bed", "accent"),)


def allergies(patient: Patient) -> tuple[Chip, ...]:
    """Return the known ones, the severe and those of unknown severity first, or whether there are none or nobody said."""
    if patient.allergies is Known.SOME and patient.allergy_list:
        worst_first = sorted(patient.allergy_list, key=lambda one: _HARMLESS.get(one[2], 0))
        return tuple(Chip(_allergy(*one), "alert-circle", "danger") for one in worst_first)
    if patient.allergies is Known.NONE:
        return (Chip(tr("person.allergy.none"), "circle-check", "ok"),)
    return (Chip(tr("person.allergy.unknown"), "info-circle", "plain"),)


def _allergy(code: str, text: str, severity: str, reaction: str) -> str:
    what = ", ".join(part for part in (text or code, reaction, _severity(severity)) if part)
    return tr("person.allergy", what=what)


_HARMLESS = {"MO": 1, "MI": 2}
"""How far below the severe ones an allergy stands."""


def _severity(code: str) -> str:
    return tr(f"person.severity.{code.lower()}") if code in {"SV", "MO", "MI"} else ""


def _jumped(record: Record) -> tuple[Strip, ...]:
    jump = record.jump
    if jump is None:
        return ()
    who = isolated(f"{jump.birth_name} {jump.given_name}".strip())
    title = tr("identity.jump", who=who, birth=written(jump.birth))
    detail = tr("identity.jump.detail", at=record.site.moment(jump.until_ms))
    return (Strip("danger", "alert-triangle", title, detail, "identity-checked"),)


def _others_named(record: Record) -> tuple[Strip, ...]:
    count = strangers.count(record.patient, record.strangers)
    if not count:
        return ()
    words = trn("identity.strangers", count), tr("identity.strangers.detail")
    return (Strip("danger", "alert-triangle", *words),)


def _strips(patient: Patient, homonyms: Sequence[Found]) -> tuple[Strip, ...]:
    shown: list[Strip] = []
    if patient.dead:
        on = written(patient.dead_at)
        title = tr("person.dead.on", day=on) if on else tr("person.dead")
        shown.append(Strip("plain", "ban", title, tr("person.dead.detail")))
    if patient.joined:
        others = fmt_list([isolated(key.ipp) for key in patient.joined])
        shown.append(
            Strip("info", "users", tr("identity.joined", numbers=others), tr("identity.joined.detail"))
        )
    if patient.merged:
        old = fmt_list(patient.merged)
        shown.append(
            Strip("info", "users", tr("person.merged", old=old, ipp=patient.ipp), tr("person.merged.detail"))
        )
    if patient.unnamed:
        shown.append(Strip("warn", "id-badge-2", tr("identity.unnamed"), tr("identity.unnamed.detail")))
    elif patient.status is Status.PROVISIONAL:
        shown.append(
            Strip("warn", "alert-triangle", tr("person.provisional"), tr("person.provisional.detail"))
        )
    if told := doubts(patient):
        shown.append(
            Strip(
                "warn", "alert-triangle", tr("person.doubt", what=fmt_list(told)), tr("person.doubt.detail")
            )
        )
    if patient.ins_warning:
        shown.append(Strip("warn", "key", tr("person.ins.wrong"), tr("person.ins.wrong.detail")))
    return (*shown, *_homonyms(patient, homonyms))


def _homonyms(patient: Patient, others: Sequence[Found]) -> list[Strip]:
    """Return a strip for each kind of likeness: who cannot be told apart by name and birth date comes first, in red."""
    kinds: dict[Likeness, list[Found]] = {}
    for one in others:
        kind = likeness(patient, one) or Likeness.NEAR
        kinds.setdefault(Likeness.NEAR if kind is Likeness.HOMONYM else kind, []).append(one)
    shown = []
    if same := kinds.get(Likeness.SAME):
        who = fmt_list(_named(same))
        shown.append(
            Strip("danger", "users", trn("identity.same", len(same)), tr("identity.same.detail", who=who))
        )
    if twins := kinds.get(Likeness.TWIN):
        who = fmt_list(_named(twins))
        shown.append(
            Strip("warn", "users", trn("identity.twin", len(twins)), tr("identity.twin.detail", who=who))
        )
    if near := kinds.get(Likeness.NEAR):
        detail = tr("person.homonyms.detail", who=fmt_list(_named(near)))
        shown.append(Strip("warn", "users", trn("person.homonyms", len(near)), detail))
    return shown


def doubts(patient: Patient) -> list[str]:
    """Return what is to be checked of an identity, in words."""
    return [tr(f"person.attribute.{one.lower()}") for one in patient.attributes if one in DOUBTS]


def _named(homonyms: Sequence[Found]) -> list[str]:
    """Name the first three."""
    return [
        tr(
            "person.homonym",
            name=isolated(f"{one.birth_name} {one.given_name}"),
            born=written(one.birth) or unsaid(""),
            ipp=one.ipp,
        )
        for one in homonyms[:3]
    ]


def around(record: Record) -> list[Member]:
    """Return who cares now, then who did, the newest first; the general practitioner behind those of now."""
    told = sorted(record.patient.members, key=lambda one: (not one.current, -one.since_ms))
    gp = record.patient.gp
    if gp is not None and all(_who(one.professional) != _who(gp) for one in told):
        told.insert(sum(one.current for one in told), Member(gp, 0, current=True))
    return told


def _team(record: Record) -> str:
    """Name the doctor in charge now or lately, else the general practitioner, and count the others."""
    gp = record.patient.gp
    referent = _in_charge(record) or gp
    if referent is None:
        return tr("person.team.none")
    lately = (one for one in around(record) if one.current or one.since_ms >= record.now_ms - WINDOW_MS)
    others = len({_who(one.professional) for one in lately} - {_who(referent)})
    name = isolated(referent.name or referent.number)
    key = "person.team.gp" if referent is gp else "person.team.referent"
    return trn(f"{key}.others", others, name=name) if others else tr(key, name=name)


def _in_charge(record: Record) -> Professional | None:
    """Return the doctor of the newest movement of the last weeks that names one."""
    stays = [
        one for one in record.patient.stays if not one.cancelled and one.since_ms >= record.now_ms - WINDOW_MS
    ]
    stays.sort(key=lambda one: one.since_ms, reverse=True)
    doctors = (one for stay in stays for one in stay.professionals if one.part in {"AT", "RP"})
    return next(doctors, None)


def _who(one: Professional) -> str:
    return one.number or one.name


def copied(record: Record) -> str:
    """Return the identity as a text for another program; never with the INS."""
    told = head(record)
    lines = [
        told.name,
        *(f"{one.label} {one.value}" for one in told.traits if not one.whole),
        told.status.words,
    ]
    if told.used:
        lines.insert(1, f"{tr('person.used')} {told.used}")
    return "\n".join(lines)


def printed_head(record: Record) -> str:
    """Return the line that names the patient on every printed page."""
    patient, told = record.patient, head(record)
    ipp = unsaid("" if patient.by_ins_alone else patient.ipp)
    born_on = written(patient.birth) or unsaid("")
    shown = sex(patient.sex)
    return tr(
        "person.printed.head", name=told.name, born=born_on, sex=shown, ipp=ipp, status=told.status.words
    )
