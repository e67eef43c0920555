"""Memory after 100 openings of each page against after 5: pages are made at the unlock and deleted at the lock."""

from __future__ import annotations

import gc
import json
from pathlib import Path
from typing import TYPE_CHECKING

from app.scenes import stills
from tests.bench.window.rig import Watched, open_office

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.workstation import Office
    from tests.bench.window.rig import Step

FEW, MANY = 5, 100
TARGET = 1.1
PAUSE_MS = 5


def memory_mb() -> float:
    """Return the megabytes that are this process's own."""
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def openings(office: Office, taken: dict[int, float]) -> Iterator[Step]:
    """Unlock, open each page, lock: again and again."""
    session = stills.directory_session()
    for count in range(1, MANY + 1):
        yield "unlock", lambda: office.enter_as(session)
        for key in office.window.sections:
            yield key, lambda key=key: office.window.show_feature(key)  # type: ignore[misc]
        yield "lock", office.lock
        if count in {FEW, MANY}:
            yield "collect", gc.collect
            yield "look", lambda count=count: taken.update({count: memory_mb()})  # type: ignore[misc]


def main() -> None:
    """Open and lock, print one result."""
    app = Watched()
    office, _engines = open_office(None)
    taken: dict[int, float] = {}
    app.play(openings(office, taken), PAUSE_MS)
    detail = {f"after_{count}_MB": round(megabytes, 1) for count, megabytes in taken.items()}
    print(
        json.dumps(
            {
                "name": f"memory after {MANY} openings of each page",
                "ratio": round(taken[MANY] / taken[FEW], 3),
                "target": TARGET,
                "unit": f"MB / MB after {FEW}",
                "detail": detail,
            }
        )
    )
    office.close()


if __name__ == "__main__":
    main()
