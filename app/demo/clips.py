"""What a colleague sends, encoded beforehand: pictures and voice as files in the user's cache. No Qt, no codec here."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

MAX_CLIP_BYTES = 64 << 20
VOICE_FRAME_MS = 20
CALM = 12
"""Up to so many colleagues send 15 pictures a second; every picture goes to everybody, and two cores play them all."""
CAMERA_FILE, MICROPHONE_FILE, SCAN_FILE, SCAN_IMAGE = "doctor.mp4", "doctor.wav", "scan.screen", "scan.png"


class Picture(msgspec.Struct, frozen=True, array_like=True):
    """One coded picture, H.264 Annex B; a decoder may start at a `key`."""

    data: bytes
    key: bool


class Clip(msgspec.Struct, frozen=True):
    """Pictures of one size (pixels) and rate, the first one a key; meant to be looped."""

    width: int
    height: int
    fps: int
    pictures: list[Picture]

    def next_key(self, at: int) -> int:
        """Return the index of the first key picture from *at* on, 0 past the end."""
        return next((i for i in range(at, len(self.pictures)) if self.pictures[i].key), 0)


class Speech(msgspec.Struct, frozen=True):
    """Opus frames of 20 ms, each with the mark whether somebody speaks in it."""

    frames: list[bytes]
    active: list[bool]


class Reel(msgspec.Struct, frozen=True):
    """One person in one size: silent, and speaking in time with `Speech`."""

    listening: Clip
    speaking: Clip


Kept = TypeVar("Kept", Reel, Speech, Clip)


def folder() -> Path:
    """Return where clips of the present drawings lie; another drawing means another folder."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "consilium" / "demo" / _fingerprint()


TOLD = frozenset(("messages.py", "patients.py", "reports.py"))
"""Of the demo's values, what is told and neither seen nor heard."""


def _fingerprint() -> str:
    """Digest of all that shapes a clip: when it changes, clips are made again."""
    here = Path(__file__).parent
    names = ("voices.py", "formants.py", "studio.py", "paint.py", "clips.py")
    drawn = (here.parent.parent / "resources" / "demo").glob("*.py")
    sources = sorted(one for one in drawn if one.name not in TOLD) + [here / name for name in names]
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:16]


def save(path: Path, thing: Reel | Speech | Clip) -> None:
    """Write *thing* so that a reader sees all of it or nothing."""
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.write_bytes(msgspec.msgpack.encode(thing))
    partial.replace(path)


def load(path: Path, kind: type[Kept]) -> Kept:
    """Read what `save` wrote; msgspec.DecodeError when it is something else."""
    if path.stat().st_size > MAX_CLIP_BYTES:
        raise msgspec.DecodeError("clip too large")
    return msgspec.msgpack.decode(path.read_bytes(), type=kind)


def thumbnail(person: str, people: int) -> str:
    """Return the file of a person's thumbnails: 15 pictures a second, 10 in a meeting of many."""
    return f"{person}.thumbnail" if people <= CALM else f"{person}.thumbnail10"


def names(cast: Sequence[str], filmed: Collection[str]) -> list[str]:
    """Return the files that the colleagues *cast* and the doctor need, the longest work first; *filmed* send 720p."""
    cameras = [f"{key}.camera" for key in cast if key in filmed]
    small = [name for key in cast for name in (thumbnail(key, len(cast)), f"{key}.voice")]
    return [CAMERA_FILE, SCAN_FILE, *cameras, SCAN_IMAGE, MICROPHONE_FILE, *small]
