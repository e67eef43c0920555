"""An enrolled profile with 100,000 invented patients, a stay and ten laboratory values each; made once, kept in `build/bench`.

Names are as unevenly spread as in France, and more: half of all people have one of thirty common names.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from app import trust
from app.admin.organisation import Organisation
from app.config import PATIENTS_ACCESS
from media.keys.certs import DeviceKeys, Request
from storage.identity import Relay
from storage.patients.facts import Fact, Identity, Key, Movement, Observation, Report, Stamp
from storage.slots import KdfCost
from storage.vault import Terms, Vault

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENTS, VALUES, BATCH = 100_000, 10, 500
PASSWORD = "bench"
BEGAN_MS = 1_790_000_000_000
ROOT = Path(__file__).parents[3]
_COMMON = """
    Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy Roux David Bertrand
    Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefèvre Faure André

    Marie Jean Pierre Michel Jeanne Monique Jacques Françoise Catherine Jean-Pierre Nathalie Philippe Isabelle Martine Alain
    Sylvie Patrick Christine Nicolas Véronique Daniel Léa Hélène Marcel Odile Zoé Jérôme Marie-Christine Camille Inès

    ba bé bi bo ca che co da de di du fa fé fo ga gue ha jo la lé li lo ma mar mé mi mo na né no pa pé pi po ra ré ri ro
    sa se si so ta té ti to va ve vi
"""
_SURNAMES, _GIVEN, _PARTS = (part.split() for part in _COMMON.split("\n\n"))
QUERIES = (
    *("l", "le", "lem", "lema", "m", "ma", "mar", "mart", "martin", "martin j", "martin je", "mar ma"),
    *("martin marie 1954", "baro 1954", "80012345", "14/03/1954", "rosi vedu", "xyzzy"),
)
"""What people type: short beginnings, the commonest names, two words, a date, a number, nothing that exists."""


def terms() -> Terms:
    """Return the costs that people have."""
    return Terms(keyring="off", cost=KdfCost())


def profile() -> Path:
    """Return the folder of the profile, made now when it is missing or another version's."""
    folder = ROOT / "build" / "bench" / f"patients-{_version()}"
    if not (folder / "ready").exists():
        print(f"  making {PATIENTS} patients …", file=sys.stderr, flush=True)
        for old in folder.parent.glob("patients-*"):
            shutil.rmtree(old, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        _make(folder)
        (folder / "ready").touch()
    return folder


def _version() -> str:
    files = [
        Path(__file__),
        *sorted((ROOT / "storage").rglob("*.py")),
        *sorted((ROOT / "storage").rglob("*.sql")),
    ]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _make(folder: Path) -> None:
    vault, _code = Vault.create(folder, PASSWORD, terms())
    dice = random.Random(4)
    try:
        asyncio.run(_enrol(vault))
        for start in range(0, PATIENTS, BATCH):
            batch = [(n + 1, list(facts(n, dice))) for n in range(start, start + BATCH)]
            vault.patients.apply(batch).result()
    finally:
        vault.lock()


async def _enrol(vault: Vault) -> None:
    """Let an organisation certify the desk."""
    now_s = int(time.time())
    organisation, _root = Organisation.create("CHU de Montclar", now_s)
    device = DeviceKeys.generate()
    request = Request.parse(device.request("Dr Hélène Marchetti", "doctor", "Oncologie médicale"))
    enrolment = organisation.enrolment(organisation.issue(request, now_s), now_s)
    await trust.enrol(vault, device, enrolment, Relay("127.0.0.1", 9), now_s)
    await asyncio.wrap_future(vault.settings.save(PATIENTS_ACCESS.key, json.dumps("everyone")))


def facts(number: int, dice: random.Random) -> Iterator[Fact]:
    """Yield what messages told of patient *number*."""
    key = Key("1.2.250.1.999.51.1", f"{80_000_000 + number}")
    at_ms = BEGAN_MS + number * 1000
    stamp = Stamp(at_ms, f"B{number}")
    traits: dict[str, str | None] = {
        "birth_name": _name(dice, _SURNAMES).upper(),
        "given_name": _name(dice, _GIVEN).title(),
        "birth": f"{dice.randint(1930, 2015)}{dice.randint(1, 12):02d}{dice.randint(1, 28):02d}",
        "sex": dice.choice("MF"),
        "reliability": "PROV",
    }
    yield Fact(key, stamp, Identity(traits))
    yield Fact(
        key,
        stamp,
        Movement(
            f"m{number}",
            "INSERT",
            "A01",
            at_ms,
            visit=f"v{number}",
            patient_class="I",
            care_unit=("2102", "Oncologie"),
        ),
    )
    values = tuple(
        Observation(
            f"{n}-0", f"Analyse {n}", "LN", "NM", (str(dice.randint(1, 99)),), "g/L", "1-50", (), "F", at_ms
        )
        for n in range(VALUES)
    )
    yield Fact(key, stamp, Report(f"r{number}", "26436-6", "Biologie", at_ms, "F", observations=values))


def _name(dice: random.Random, common: list[str]) -> str:
    """Return one of the common names, the first of them most often, or one that hardly anybody else has."""
    if dice.random() < 0.5:
        return common[int(len(common) * dice.random() ** 2)]
    return "".join(dice.choice(_PARTS) for _ in range(dice.randint(2, 4)))
