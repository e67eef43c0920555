"""200,000 encrypted messages against the same tables in plain SQLite (the same library without a key), in one run."""

from __future__ import annotations

import gc
import json
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlcipher3 import dbapi2 as sqlcipher

from storage import rotation
from storage.database import connect
from storage.messages.store import Mailbag
from storage.profile import Profile
from storage.slots import open_with_password
from storage.vault import Vault
from tests.bench.messages.ground import PASSWORD, QUERIES, profile, terms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from sqlite3 import Connection

ROUNDS, TIMES = 20, 200


def main() -> None:
    """Measure, print one line for each figure."""
    folder = profile()
    first_thread(folder)
    opened = Profile(folder)
    keyfile = rotation.read(opened)
    opener = open_with_password(keyfile, PASSWORD, terms().cost, terms().store)
    key = rotation.enter(opened, keyfile, opener).now["mail"]
    with tempfile.TemporaryDirectory() as scratch, closing(connect(folder / "mail.db", key)) as encrypted:
        plain_path = Path(scratch) / "plain.db"
        export(encrypted, plain_path)
        with closing(sqlcipher.connect(plain_path)) as plain:
            against(encrypted, plain)
        encrypted.execute("VACUUM INTO ?", (str(Path(scratch) / "encrypted.db"),))
        ours, theirs = ((Path(scratch) / f"{name}.db").stat().st_size for name in ("encrypted", "plain"))
    detail = {"encrypted_mb": ours >> 20, "plain_mb": theirs >> 20}
    result("messages on disk, encrypted / plain SQLite", ours / theirs, 1.1, "x", **detail)


def result(name: str, ratio: float, target: float, unit: str, **detail: object) -> None:
    """Print one result."""
    line = {"name": name, "ratio": round(ratio, 3), "target": target, "unit": unit, "detail": detail}
    print(json.dumps(line, ensure_ascii=False), flush=True)


def first_thread(folder: Path) -> None:
    """From an unlocked vault to the list of 1,000 threads and the newest page of the first, through the vault's threads."""
    times = []
    for _ in range(5):
        vault = Vault.unlock(folder, PASSWORD, terms())
        try:
            times.append(timed(lambda mail=vault.mail: mail.read(open_first).result()))
        finally:
            vault.lock()
    detail = {"ms": [round(ms, 1) for ms in times]}
    name = "list of 1,000 threads and the first of them after an unlock, median of 5, of 100 ms"
    result(name, percentile(times, 0.5) / 100, 1.0, "x", **detail)


def open_first(mailbag: Mailbag) -> int:
    """Do what the page does when it is first shown."""
    threads = mailbag.threads.all()
    return len(mailbag.messages.page(threads[0].id)) + len(threads)


def timed(act: Callable[[], object]) -> float:
    """Return the milliseconds of an act."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def against(encrypted: Connection, plain: Connection) -> None:
    """Do the same things in the encrypted and in the plain file, by turns."""
    bags = (Mailbag(encrypted), Mailbag(plain))
    busiest = "SELECT thread, (min(place) + max(place)) / 2 FROM message GROUP BY thread ORDER BY count(*) DESC LIMIT 1"
    thread, middle = encrypted.execute(busiest).fetchone()
    acts = {
        "opening the list and a thread": [open_first],
        "a page in the middle of the longest thread": [lambda m: m.messages.page(thread, middle)],
        "search in all messages": [lambda m, text=text: m.search.find(text) for text in QUERIES],
        "search in one thread": [lambda m, text=text: m.search.find(text, thread) for text in QUERIES],
    }
    for name, several in acts.items():
        ours, theirs = race(bags, several)
        for share in (0.5, 0.95):
            mine, peer = percentile(ours, share), percentile(theirs, share)
            detail = {"encrypted_ms": round(mine, 3), "plain_ms": round(peer, 3), "times": len(ours)}
            result(f"{name} p{share * 100:.0f}, encrypted / plain SQLite", mine / peer, 1.2, "x", **detail)


def race(
    bags: tuple[Mailbag, Mailbag], acts: Sequence[Callable[[Mailbag], object]]
) -> tuple[list[float], list[float]]:
    """Return the milliseconds of each act, in the encrypted and the plain file."""
    times: tuple[list[float], list[float]] = ([], [])
    gc.disable()
    for turn in range(max(ROUNDS, TIMES // len(acts))):
        for act in acts:
            for which in (turn % 2, 1 - turn % 2):
                times[which].append(timed(lambda which=which, act=act: act(bags[which])))
    gc.enable()
    return times


def export(encrypted: Connection, path: Path) -> None:
    """Copy the encrypted database, tables and indexes, into a plain file."""
    encrypted.execute("ATTACH DATABASE ? AS plain KEY ''", (str(path),))
    encrypted.execute("SELECT sqlcipher_export('plain')").fetchall()
    encrypted.execute("DETACH DATABASE plain")


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which *share* of *values* lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


if __name__ == "__main__":
    main()
