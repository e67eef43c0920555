"""Patients who are followed at home, twenty questionnaires each, in a vault; made once for each number, kept in `build/bench`.

10,000, or as many as `BENCH_PATIENTS` says: 300 are enough while something is worked on. Of a large number one in ten has an alert
that nobody took yet, a busy day's; `BENCH_WAITING=1` lets all of them wait that are bad enough, as if nobody had come for days.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.scenes.stills import NOW_MS
from storage.patients.facts import Answered, Fact, Identity, Key, Questionnaire, Stamp
from storage.vault import Vault
from tests.bench.patients import ground
from tests.bench.patients.ground import PASSWORD, terms

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENTS, ANSWERS, BATCH = int(os.environ.get("BENCH_PATIENTS", "10000")), 20, 100
WAITING = int(os.environ.get("BENCH_WAITING", "10" if PATIENTS > 3000 else "1"))
WEEK_MS, MINUTE_MS = 7 * 86_400_000, 60_000
UNIT = "3120"
SYMPTOMS = (
    "DIARRHEA",
    "VOMITING",
    "NAUSEA",
    "FATIGUE",
    "APPETITE",
    "MOUTH-SORES",
    "NEUROPATHY",
    "PAIN",
    "FEVER",
)
_OFTEN = (0, 0, 0, 0, 0, 0, 1, 1, 1, 2)
"""How bad a symptom usually is."""
_NEWEST = (0, 1, 1, 1, 1, 2, 2, 2, 3, 4)
"""How bad the worst one is in the newest answer."""


def profile() -> Path:
    """Return the folder of the profile, made now when it is missing or another version's."""
    name = f"monitoring-{PATIENTS}-{WAITING}"
    folder = ground.ROOT / "build" / "bench" / f"{name}-{_version()}"
    if not (folder / "ready").exists():
        print(f"  making {PATIENTS} patients with {ANSWERS} answers …", file=sys.stderr, flush=True)
        for old in folder.parent.glob(f"{name}-*"):
            shutil.rmtree(old, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        _make(folder)
        (folder / "ready").touch()
    return folder


def _version() -> str:
    files = [Path(__file__), *sorted((ground.ROOT / "storage" / "migrations").glob("cache-*.sql"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _make(folder: Path) -> None:
    vault, _code = Vault.create(folder, PASSWORD, terms())
    dice = random.Random(6)
    try:
        for start in range(0, PATIENTS, BATCH):
            batch = [(n + 1, tuple(facts(n, dice))) for n in range(start, min(start + BATCH, PATIENTS))]
            vault.patients.apply(batch).result()
    finally:
        vault.lock()


def key_of(number: int) -> Key:
    """Return how the platform knows patient *number*."""
    return Key("1.2.250.1.999.51.1", f"{80_000_000 + number}")


def facts(number: int, dice: random.Random) -> Iterator[Fact]:
    """Yield who patient *number* is, and what was answered week by week, the newest within the last two days."""
    at_ms = NOW_MS - dice.randint(1, 2 * 24 * 60) * MINUTE_MS
    traits: dict[str, str | None] = {
        "birth_name": f"NOM-{number:05d}",
        "given_name": "Camille",
        "birth": f"{dice.randint(1930, 1995)}0101",
        "sex": dice.choice("MF"),
        "reliability": "VALI",
    }
    yield Fact(key_of(number), Stamp(at_ms - ANSWERS * WEEK_MS, f"B{number}"), Identity(traits))
    for back in reversed(range(ANSWERS)):
        yield answered(number, back, at_ms - back * WEEK_MS, dice)


def answered(number: int, back: int, at_ms: int, dice: random.Random) -> Fact:
    """Return one questionnaire, *back* weeks ago; only the newest is an alert, should it be bad enough."""
    grades = {code: dice.choice(_OFTEN) for code in SYMPTOMS}
    if not back:
        grades[dice.choice(SYMPTOMS)] = dice.choice(_NEWEST)
    items = tuple(
        Answered(code.lower().replace("-", "_"), "grade", code, code.title(), "CTCAE", str(grade), "", "F")
        for code, grade in grades.items()
    )
    waits = not back and number % WAITING == 0 and max(grades.values()) > 0
    told = Questionnaire(
        f"Q{number}-{back}",
        "SUIVI",
        "EPRO",
        at_ms,
        at_ms,
        "F",
        items,
        alert="Y" if waits else "N",
        unit=UNIT,
        treatment="FOLFOX C9",
    )
    return Fact(key_of(number), Stamp(at_ms, f"Q{number}-{back}"), told)
