"""The encrypted cache of 100,000 patients and 1,000,000 values against the same tables in plain SQLite (the same library without a key), in one run."""

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
from storage.patients import finder
from storage.profile import DATABASES, Profile
from storage.slots import open_with_password
from storage.vault import Vault
from tests.bench.patients.ground import PASSWORD, QUERIES, profile, terms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from sqlite3 import Connection

ROUNDS, LIMIT, PAGES = 30, 50, 200


def main() -> None:
    """Measure, print one line for each figure."""
    folder = profile()
    keys = unlock_in_parts(folder)
    search(folder, keys["cache"])
    pages(folder)


def result(name: str, ratio: float, target: float, unit: str, **detail: object) -> None:
    """Print one result."""
    line = {"name": name, "ratio": round(ratio, 3), "target": target, "unit": unit, "detail": detail}
    print(json.dumps(line, ensure_ascii=False), flush=True)


def unlock_in_parts(folder: Path) -> dict[str, bytes]:
    """Time what an unlock is made of; return the keys of the databases."""
    opened = Profile(folder)
    keyfile, read_ms = timed(lambda: rotation.read(opened))
    opener, kdf_ms = timed(lambda: open_with_password(keyfile, PASSWORD, terms().cost, terms().store))
    keys, unwrap_ms = timed(lambda: rotation.enter(opened, keyfile, opener).now)
    open_ms = {
        name: timed(lambda name=name: connect(opened.database(name), keys[name]).close())[1]
        for name in DATABASES
    }
    vault, whole_ms = timed(lambda: Vault.unlock(folder, PASSWORD, terms()))
    vault.lock()
    detail = {
        "key_file_ms": round(read_ms, 2),
        "argon2id_ms": round(kdf_ms, 1),
        "unwrap_ms": round(unwrap_ms, 2),
        "open_ms": {name: round(ms, 2) for name, ms in open_ms.items()},
        "whole_ms": round(whole_ms, 1),
    }
    result("unlock of a big profile / its key derivation alone", whole_ms / kdf_ms, 1.3, "x", **detail)
    return keys


def timed(act: Callable[[], object]) -> tuple[object, float]:
    start = time.perf_counter()
    return act(), (time.perf_counter() - start) * 1000


def search(folder: Path, key: bytes) -> None:
    """Search the same things in the encrypted and in the plain file, in turns."""
    with tempfile.TemporaryDirectory() as scratch:
        plain_path = Path(scratch) / "plain.db"
        before = private_kb()
        with closing(connect(folder / "cache.db", key)) as encrypted:
            export(encrypted, plain_path)
            with closing(sqlcipher.connect(plain_path)) as plain:
                plain.execute("PRAGMA query_only = ON")
                times = race(encrypted, plain)
                grown = private_kb() - before
        size = (folder / "cache.db").stat().st_size / plain_path.stat().st_size
    for share in (0.5, 0.95):
        ours, theirs = (percentile(one, share) for one in times)
        detail = {"encrypted_ms": round(ours, 3), "plain_ms": round(theirs, 3), "queries": len(times[0])}
        result(f"search p{share * 100:.0f}, encrypted / plain SQLite", ours / theirs, 1.2, "x", **detail)
    result("size, encrypted / plain SQLite", size, 1.05, "x")
    result("memory of both connections after the searches, of 64 MB", grown / 65_536, 1.0, "x", kb=grown)


def race(encrypted: Connection, plain: Connection) -> tuple[list[float], list[float]]:
    """Return the milliseconds of each query, in the encrypted and the plain file."""
    times: tuple[list[float], list[float]] = ([], [])
    gc.disable()
    for turn in range(ROUNDS):
        for query in QUERIES:
            for which in (turn % 2, 1 - turn % 2):
                connection = (encrypted, plain)[which]
                times[which].append(
                    timed(lambda c=connection, q=query: finder.search(c, q, LIMIT, inside=False, unit=""))[1]
                )
    gc.enable()
    return times


def export(encrypted: Connection, path: Path) -> None:
    """Copy the encrypted database, tables and indexes, into a plain file."""
    encrypted.execute("ATTACH DATABASE ? AS plain KEY ''", (str(path),))
    encrypted.execute("SELECT sqlcipher_export('plain')").fetchall()
    encrypted.execute("DETACH DATABASE plain")


def pages(folder: Path) -> None:
    """Open patients' pages through the vault, one after another, as somebody who clicks does."""
    vault = Vault.unlock(folder, PASSWORD, terms())
    try:
        found = [one.id for query in QUERIES for one in vault.patients.search(query).result()][:PAGES]
        times = [timed(lambda number=number: vault.patients.get(number).result())[1] for number in found]
    finally:
        vault.lock()
    p95 = percentile(times, 0.95)
    result(
        "a patient's whole page from the vault, p95, of 50 ms",
        p95 / 50,
        1.0,
        "x",
        p50_ms=round(percentile(times, 0.5), 2),
        p95_ms=round(p95, 2),
    )


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which *share* of *values* lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def private_kb() -> int:
    """Return the private memory of this process."""
    with Path("/proc/self/smaps_rollup").open() as file:
        return sum(int(line.split()[1]) for line in file if line.startswith("Private_"))


if __name__ == "__main__":
    main()
