"""How long a thief of this disk would try before a password is found: an estimate that errs on the low side. Qt-free.

No rule asks for capitals, digits or signs: only what an attacker would have to try counts. A run of letters that reads
like a word counts as one of a few thousand words, however long; sequences, repeats, years and well-known passwords
count for what they are.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

TRIES_PER_SECOND = 10_000
"""What a well-funded attacker does against Argon2id at 256 MiB: some hundred machines."""
ENOUGH_BITS, GOOD_BITS, STRONG_BITS = 36.0, 46.0, 60.0
MAX_LENGTH = 256
_WORD_BITS = 12.0
_KNOWN_BITS = 7.0
_LETTER_BITS, _DIGIT_BITS, _SIGN_BITS = 4.2, 3.3, 4.5
_RUN = re.compile(r"[^\W\d_]+|\d+|.", re.DOTALL)
_YEAR = re.compile(r"(19|20)\d\d")
_VOWELS = frozenset("aeiouyàâäéèêëîïôöùûü")
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "azertyuiop",
    "qwertyuiop",
    "qsdfghjklm",
    "asdfghjkl",
    "0123456789" * 3,
)
COMMON = frozenset(
    """
    123456 123456789 12345678 password motdepasse azerty qwerty azertyuiop qwertyuiop bonjour soleil doudou loulou
    chouchou marseille jetaime iloveyou admin administrateur administrator root user test demo welcome bienvenue
    secret letmein dragon monkey football baseball princess princesse sunshine shadow master maitre superman batman
    camille nicolas julien thomas pierre marie sophie isabelle caroline alexandre maxime chocolat vanille toulouse
    paris lyon bordeaux nantes lille france hopital hospital clinique clinic docteur doctor medecin infirmier
    infirmiere nurse secretaire patient sante health oncologie oncology cancer radiologie chirurgie bloc urgence
    urgences consilium rcp chu ch aphp poste ordinateur computer windows microsoft google facebook internet
    printemps ete automne hiver summer winter spring autumn janvier fevrier mars avril mai juin juillet aout
    septembre octobre novembre decembre lundi mardi mercredi jeudi vendredi samedi dimanche abc abcd abc123
    passw0rd p@ssword p@ssw0rd azerty123 qwerty123 changeme changezmoi temporaire temp default guest invite
    coucou salut hello bisous amour love maison voiture chien chat tigre lion papillon fleur rose
    """.split()  # noqa: SIM905 -- 200 strings in lines of their own would fill the file
)


@dataclass(frozen=True)
class Strength:
    """`bits` of guessing; `level` 0 too weak to protect a vault, 1 fair, 2 good, 3 strong; `time` the id of a duration."""

    bits: float
    level: int
    time: str

    @property
    def enough(self) -> bool:
        """Tell whether a vault may be protected by it."""
        return self.level > 0


def estimate(password: str) -> Strength:
    """Judge *password*; only its first 256 characters count."""
    bits = _bits(password[:MAX_LENGTH])
    level = sum(bits >= mark for mark in (ENOUGH_BITS, GOOD_BITS, STRONG_BITS))
    return Strength(bits, level, _time(bits))


def _time(bits: float) -> str:
    seconds = 2.0 ** (min(bits, 200.0) - 1) / TRIES_PER_SECOND
    marks = (
        (60, "moment"),
        (3600, "minutes"),
        (86_400, "hours"),
        (30 * 86_400, "days"),
        (365 * 86_400, "months"),
    )
    return next((name for mark, name in marks if seconds < mark), "years" if seconds < 3e9 else "centuries")


def _bits(password: str) -> float:
    plain = password.strip().lower()
    if plain in COMMON or plain.rstrip("0123456789!?.*") in COMMON:
        return _KNOWN_BITS + 3.0
    seen: set[str] = set()
    total, case = 0.0, 0.0
    for match in _RUN.finditer(password):
        run = match[0]
        low = run.lower()
        total += 1.0 if low in seen else _run_bits(low)
        case += _case_bits(run) if low not in seen else 0.0
        if not run.isspace():
            seen.add(low)
    return total + min(case, 6.0)


def _run_bits(run: str) -> float:
    if len(run) > 2 and (len(set(run)) == 1 or any(run in row or run in row[::-1] for row in _ROWS)):
        return 4.0 + math.log2(len(run))
    if run.isdigit():
        return 6.0 if _YEAR.fullmatch(run) else _DIGIT_BITS * len(run)
    if run.isspace():
        return 0.5
    if not run.isalpha():
        return _SIGN_BITS
    if run in COMMON:
        return _KNOWN_BITS
    chance = _LETTER_BITS * len(run)
    return min(chance, _WORD_BITS + max(0, len(run) - 14)) if _reads_like_a_word(run) else chance


def _reads_like_a_word(run: str) -> bool:
    vowels = sum(letter in _VOWELS for letter in run)
    longest = max((len(part) for part in re.split("[aeiouyàâäéèêëîïôöùûü]", run)), default=0)
    return 0.2 <= vowels / len(run) <= 0.75 and longest <= 4


def _case_bits(run: str) -> float:
    if run.islower() or not run.isalpha():
        return 0.0
    return 1.0 if run.istitle() or run.isupper() else 3.0
