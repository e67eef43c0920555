"""`make bench`: runs every benchmark of an area (or all), each a script that prints JSON lines; progress goes to standard error.

An area is a folder beside this file; a benchmark is a `bench_*.py` in it, run as a module of its own process. What an area stands on
(its `ground.py`) is made before, in time of its own: it is made once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
LIMIT_S, GROUND_LIMIT_S = 300, 1_800
FIELDS = {"name", "ratio", "target", "unit", "detail"}


def scripts(area: str | None) -> list[Path]:
    """Return the benchmarks of *area*, or all."""
    return sorted(HERE.glob(f"{area or '*'}/bench_*.py"))


def furnish(area: str, environment: dict[str, str]) -> bool:
    """Make what the benchmarks of *area* stand on, if it has a ground and that is not made yet."""
    if not (HERE / area / "ground.py").exists():
        return True
    make = f"from tests.bench.{area}.ground import profile; profile()"
    try:
        done = subprocess.run(
            [sys.executable, "-c", make], env=environment, timeout=GROUND_LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def installed(cache: str) -> dict[str, str]:
    """Return the environment of an installed program: modules are compiled once, into *cache*, not at each start."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": cache}


def run(script: Path, cache: str) -> bool:
    """Run one benchmark; pass its JSON lines on, refuse anything else."""
    module = f"tests.bench.{script.parent.name}.{script.stem}"
    print(f"{module} …", file=sys.stderr, flush=True)
    start = time.monotonic()
    try:
        done = subprocess.run(
            [sys.executable, "-m", module],
            env=installed(cache),
            stdout=subprocess.PIPE,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        print(f"  no end after {LIMIT_S} s", file=sys.stderr)
        return False
    good = done.returncode == 0
    for line in done.stdout.splitlines():
        result = json.loads(line)
        good &= "skipped" in result or set(result) >= FIELDS
        print(json.dumps(result, ensure_ascii=False), flush=True)
    print(f"  {time.monotonic() - start:.0f} s", file=sys.stderr)
    return good


def main() -> int:
    """Run what the command line names."""
    found = scripts(sys.argv[1] if len(sys.argv) > 1 else None)
    if not found:
        print("no such area: " + ", ".join(sorted({p.parent.name for p in scripts(None)})), file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as cache:
        areas = sorted({script.parent.name for script in found})
        outcomes = [furnish(one, installed(cache)) for one in areas]
        outcomes += [run(script, cache) for script in found]
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    raise SystemExit(main())
