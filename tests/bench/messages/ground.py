"""A profile with 200,000 invented messages in 1,000 threads; made once, kept in `build/bench`. A few threads have most of it, as with people."""

from __future__ import annotations

import hashlib
import random
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from storage.messages.posting import NewMessage
from storage.messages.records import PatientLink, State, ThreadKind
from storage.slots import KdfCost
from storage.vault import Terms, Vault

if TYPE_CHECKING:
    from storage.messages.store import Mail

MESSAGES, THREADS, BATCH = 200_000, 1_000, 1_000
PASSWORD = "bench"
BEGAN_MS = 1_790_000_000_000
ROOT = Path(__file__).parents[3]
ME = bytes(16)
_WORDS = [
    "bonjour",
    "merci",
    "patient",
    "patiente",
    "dossier",
    "scanner",
    "IRM",
    "biopsie",
    "résultat",
    "compte-rendu",
    "avis",
    "chirurgie",
    "oncologie",
    "anatomopathologie",
    "radiologie",
    "cardiologie",
    "œdème",
    "hémorragie",
    "créatinine",
    "hémoglobine",
    "plaquettes",
    "traitement",
    "chimiothérapie",
    "radiothérapie",
    "protocole",
    "demain",
    "matin",
    "après-midi",
    "vendredi",
    "réunion",
    "RCP",
    "consultation",
    "hôpital",
    "service",
    "lit",
    "sortie",
    "entrée",
    "transfert",
    "famille",
    "téléphone",
    "d’accord",
    "vu",
    "reçu",
    "possible",
    "urgent",
    "stable",
    "mieux",
    "fièvre",
    "douleur",
    "antibiotique",
    "prélèvement",
    "contrôle",
    "semaine",
    "prochaine",
]
QUERIES = (
    *("b", "bi", "biop", "biopsie", "œd", "oedeme", "hemorragie", "irm", "avis chir", "rcp vendredi"),
    *("patient sortie demain", "bozu", "bozu mite", "l’hôpital", "xyzzy", "traitement chimio protocole"),
)
"""What people type: short beginnings, the commonest words, two and three of them, a rare word, nothing that exists."""


def terms() -> Terms:
    """Return the costs that people have."""
    return Terms(keyring="off", cost=KdfCost())


def profile() -> Path:
    """Return the folder of the profile, made now when it is missing or another version's."""
    folder = ROOT / "build" / "bench" / f"messages-{_version()}"
    if not (folder / "ready").exists():
        print(f"  making {MESSAGES} messages …", file=sys.stderr, flush=True)
        for old in (ROOT / "build" / "bench").glob("messages-*"):
            shutil.rmtree(old)
        folder.parent.mkdir(parents=True, exist_ok=True)
        _make(folder)
        (folder / "ready").touch()
    return folder


def _version() -> str:
    files = [Path(__file__), *sorted((ROOT / "storage" / "messages").glob("*.py"))]
    files += sorted((ROOT / "storage" / "migrations").glob("mail-*.sql"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _make(folder: Path) -> None:
    vault, _code = Vault.create(folder, PASSWORD, terms())
    dice = random.Random(5)
    try:
        _fill(vault.mail, dice)
    finally:
        vault.lock()


def _fill(mail: Mail, dice: random.Random) -> None:
    people = [dice.randbytes(16) for _ in range(THREADS)]
    threads = mail.write(
        lambda m: [
            m.threads.begin(
                dice.randbytes(16),
                ThreadKind.TEAM if number % 4 == 0 else ThreadKind.DIRECT,
                dice.sample(people, 5) if number % 4 == 0 else [people[number]],
                f"Équipe {number}" if number % 4 == 0 else "",
                PatientLink("1.2.250.1.999", str(80_000_000 + number), "MOREAU Odile")
                if number % 3
                else None,
            )
            for number in range(THREADS)
        ]
    ).result()
    for start in range(0, MESSAGES, BATCH):
        batch = [_message(number, threads, people, dice) for number in range(start, start + BATCH)]
        mail.write(lambda m, batch=batch: [m.messages.add(one) for one in batch]).result()


def _message(number: int, threads: list[int], people: list[bytes], dice: random.Random) -> NewMessage:
    own, at_ms = dice.random() < 0.5, BEGAN_MS + number * 60_000
    return NewMessage(
        threads[int(THREADS * dice.random() ** 2)],
        number.to_bytes(16, "big"),
        ME if own else dice.choice(people),
        own=own,
        sent_ms=at_ms,
        at_ms=at_ms,
        text=text(dice),
        state=State.READ if own else State.RECEIVED,
        read=own or number < MESSAGES - 500,
    )


def text(dice: random.Random) -> str:
    """Return what somebody might write."""
    return " ".join(_word(dice) for _ in range(dice.randint(3, 30)))


def _word(dice: random.Random) -> str:
    """Return one of the common words, or one that hardly any other message has."""
    if dice.random() < 0.9:
        return dice.choice(_WORDS)
    return "".join(dice.choice("bcdlmnrstvz") + dice.choice("aeiou") for _ in range(dice.randint(2, 5)))
