"""What a message says of a person: PID, PD1, ROL, ZFD and ZFA (IHE PAM.fr 2.11, RNIV v2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.interop import times
from app.interop.reading import professional, said, words
from storage.patients.facts import Person

if TYPE_CHECKING:
    from app.interop.er7 import Segment, Value
    from app.interop.identity import Ins
    from app.interop.reading import Reading

Traits = dict[str, str | None]

_STATUS = words(
    "VIDE PROV VALI DOUB DESA DPOT DOUA COLP COLV FILI CACH ANOM IDVER RECD IDRA USUR HOMD HOMA INVA FICT DOUT"
)
_FRENCH = (
    ("sms_consent", "ZFD", 3),
    ("identity_method", "ZFD", 5),
    ("identity_document", "ZFD", 7),
    ("identity_document_until", "ZFD", 8),
    ("dmp_state", "ZFA", 1),
    ("dmp_feeding", "ZFA", 9),
    ("dmp_consultation", "ZFA", 11),
)
_SEXES = frozenset("FMUOANI")
_LONGEST_TRAIT = 1_000
_BIRTH_NAMES = ("B", "L", "", "U", "C", "M")
_OTHER_NAMES = frozenset("DSAN")


def traits(pid: Segment, told: Ins | None, reading: Reading) -> Traits:
    """Return what PID, PD1, ROL and ZFD say of the person: absent is unsaid, None is taken away."""
    found = _names(pid, reading)
    found |= _reliability(pid, told, reading)
    found |= _birth(pid, reading)
    found |= _reach(pid)
    found |= _death(pid)
    sex = pid.field(8)
    _put(found, "sex", sex.component(1))
    if said(sex.component(1)).upper() not in {"", *_SEXES}:
        reading.warn("sex")
    _put(found, "language", pid.field(15).component(1))
    found |= _family_doctor(reading)
    for name, segment, number in _FRENCH:
        if line := reading.first(segment):
            _put(found, name, line.field(number).component(1))
    return {name: value and value[:_LONGEST_TRAIT] for name, value in found.items()}


def _put(found: Traits, name: str, value: Value) -> None:
    if value.null:
        found[name] = None
    elif text := value.text:
        found[name] = text


def person(pid: Segment, told: Ins | None, reading: Reading) -> tuple[Person, ...]:
    """Return whom the PID of a result or document names; nobody where it says no more than a number."""
    found = _names(pid, reading) | _birth(pid, reading)
    texts = {name: found.get(name) or "" for name in ("birth_name", "used_name", "given_name", "birth")}
    kept = told if told and told.usable else None
    named = Person(
        **texts,
        sex=said(pid.field(8).component(1)).upper(),
        ins=kept.number if kept else "",
        ins_oid=kept.oid if kept else "",
    )
    return () if named == Person() else (named,)


def _names(pid: Segment, reading: Reading) -> Traits:
    """PID-5 (XPN): L is the birth name in France; elsewhere B, with L the used one. `""` in a D takes the used name away."""
    kinds: dict[str, list[Value]] = {}
    for each in pid.field(5).repetitions:
        kinds.setdefault(said(each.component(7)).upper(), []).append(each)
    found: Traits = {}
    legal = [kind for kind in kinds if kind not in _OTHER_NAMES]
    if legal:
        birth = kinds[min(legal, key=_rank)][0]
        _put(found, "birth_name", birth.component(1).subcomponent(1))
        _put(found, "given_name", birth.component(2))
        if more := _all_given(birth, reading):
            found["given_names"] = more
    used = kinds.get("D", []) + (kinds.get("L", []) if "B" in kinds else [])
    worn = [name for each in used if (name := each.component(1).subcomponent(1))]
    if worn:
        _put(found, "used_name", next((name for name in worn if not name.null), worn[0]))
    if "S" in kinds:
        _put(found, "pseudonym", kinds["S"][0].component(1).subcomponent(1))
    return found


def _rank(kind: str) -> int:
    return _BIRTH_NAMES.index(kind) if kind in _BIRTH_NAMES else len(_BIRTH_NAMES)


def _all_given(name: Value, reading: Reading) -> str:
    """XPN.3 holds all given names in France, only the further ones elsewhere."""
    first, more = said(name.component(2)), said(name.component(3))
    if not more or reading.envelope.country in {"FRA", ""} or more.startswith(first):
        return more
    return f"{first} {more}"


def _reliability(pid: Segment, told: Ins | None, reading: Reading) -> Traits:
    words = [word for each in pid.field(32).repetitions if (word := each.component(1).text.upper())]
    if any(word not in _STATUS for word in words):
        reading.warn("status_unknown")
    if not words:
        return {}
    kept = told if told and told.usable else None
    return {
        "reliability": words[0],
        "attributes": " ".join(words[1:]) or None,
        "ins": kept.number if kept else None,
        "ins_oid": kept.oid if kept else None,
    }


def _birth(pid: Segment, reading: Reading) -> Traits:
    found: Traits = {}
    _put(found, "birth", pid.field(7).component(1))
    told = found.get("birth")
    if told:
        day = times.day(told)
        if day != told[:8]:
            reading.warn("birth")
        found = {"birth": day} if day else {}
    return found | _birthplace(pid)


def _birthplace(pid: Segment) -> Traits:
    found: Traits = {}
    _put(found, "birth_place_name", pid.field(23))
    for each in pid.field(11).repetitions:
        if said(each.component(7)) == "BDL":
            _put(found, "birth_place", each.component(9))
            _put(found, "birth_place_name", each.component(3))
    return found


def _reach(pid: Segment) -> Traits:
    found: Traits = {}
    homes = [each for each in pid.field(11).repetitions if said(each.component(7)) != "BDL"]
    home = next((each for each in homes if said(each.component(7)) == "H"), homes[0] if homes else None)
    if home is not None and (text := _address(home)):
        found["address"] = text
    for each in [*pid.field(13).repetitions, *pid.field(14).repetitions]:
        mail = said(each.component(4))
        if "@" in mail:
            found.setdefault("email", mail)
        elif number := _phone(each):
            found.setdefault("phone", number)
    if pid.field(11).null:
        found["address"] = None
    if pid.field(13).null:
        found |= {"phone": None, "email": None}
    return found


def _address(home: Value) -> str:
    street = (said(home.component(1).subcomponent(1)), said(home.component(2)))
    town = " ".join(filter(None, (said(home.component(5)), said(home.component(3)))))
    country = said(home.component(6))
    return ", ".join(filter(None, (*street, town, country if country not in {"FRA", "FR"} else "")))


def _phone(number: Value) -> str:
    whole = said(number.component(12)) or said(number.component(1))
    return whole or "".join(said(number.component(each)) for each in (5, 6, 7))


def _death(pid: Segment) -> Traits:
    found: Traits = {}
    _put(found, "dead_at", pid.field(29).component(1))
    _put(found, "dead", pid.field(30).component(1))
    if found.get("dead_at") and "dead" not in found:
        found["dead"] = "Y"
    return found


def _family_doctor(reading: Reading) -> Traits:
    """ROL of part ODRP (the last word: DE takes away), else PD1-4."""
    found: Traits = {}
    for role in reading.all("ROL"):
        doctor = professional(role.field(4), "ODRP")
        if said(role.field(3).component(1)).upper() == "ODRP" and doctor:
            gone = said(role.field(2)).upper() == "DE"
            found = {"gp": None, "gp_rpps": None} if gone else {"gp": doctor.name, "gp_rpps": doctor.number}
    first = reading.first("PD1")
    doctor = professional(first.field(4), "ODRP") if first else None
    if not found and doctor:
        found = {"gp": doctor.name, "gp_rpps": doctor.number}
    return found
