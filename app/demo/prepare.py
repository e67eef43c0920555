"""Has the missing clips made, on both cores, before a demo begins. The first time takes up to a minute."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from app.demo import clips

if TYPE_CHECKING:
    from pathlib import Path

    from resources.demo.people import Person

FILMED = frozenset({"tran", "delcourt", "belkacem", "okafor"})
"""Who sends 720p beside the thumbnail; drawing that takes seconds a person."""
LONGEST_S = 240


class StudioFailed(Exception):  # noqa: N818 -- the field's word
    """Clips could not be made; the studio's own words are on standard error."""


def ready(cast: list[Person]) -> Path:
    """Return the folder that holds every clip of *cast* and the doctor, made now where missing."""
    folder = clips.folder()
    folder.mkdir(parents=True, exist_ok=True)
    wanted = clips.names([one.key for one in cast], FILMED)
    missing = [name for name in wanted if not (folder / name).exists()]
    if missing:
        print(
            f"Préparation de {len(missing)} clips de démonstration (la première fois seulement)…",
            file=sys.stderr,
        )
        _make(folder, missing)
    return folder


def _make(folder: Path, missing: list[str]) -> None:
    workers = max(1, min(os.cpu_count() or 1, 4))
    shares = [missing[start::workers] for start in range(workers)]
    command = [sys.executable, "-m", "app.demo.studio", str(folder)]
    studios = [subprocess.Popen([*command, *share]) for share in shares if share]  # noqa: S603 -- our own module
    try:
        codes = [studio.wait(LONGEST_S) for studio in studios]
    finally:
        for studio in studios:
            studio.kill()
            studio.wait()
    if any(codes):
        raise StudioFailed("clips not made")
