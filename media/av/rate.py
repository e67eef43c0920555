"""How a ceiling is split: pure. Voice is never cut; first the 720p camera gives way, then the thumbnail, then the screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from media.wire import CAMERA, SCREEN, THUMBNAIL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

VOICE_KBPS = 48
"""32 kb/s of Opus with headers, signature and tags."""
CAMERA_MOST, CAMERA_LEAST = 1500, 300
THUMBNAIL_MOST, THUMBNAIL_LEAST = 150, 50
SCREEN_MOST, SCREEN_LEAST = 3000, 200
SCREEN_FPS_MOST, SCREEN_FPS_LEAST = 15, 5
OVERHEAD = 1.08
"""Packet headers, signatures and tags of video, as a share of its payload."""


@dataclass(frozen=True)
class Split:
    """kb/s of payload for each stream, 0 where it is not sent, and the screen's pictures a second."""

    thumbnail: int
    camera: int
    screen: int
    screen_fps: int

    def of(self, stream: int) -> int:
        """Return the kb/s of a video stream."""
        return {THUMBNAIL: self.thumbnail, CAMERA: self.camera, SCREEN: self.screen}[stream]


def split(ceiling_kbps: int, wanted: set[int]) -> Split:
    """Share *ceiling_kbps* (0 = none) among the *wanted* streams; what does not fit is left out."""
    left = (ceiling_kbps - VOICE_KBPS) / OVERHEAD if ceiling_kbps else float("inf")
    screen = _share(left, SCREEN_LEAST, SCREEN_MOST) if SCREEN in wanted else 0
    thumbnail = _share(left - screen, THUMBNAIL_LEAST, THUMBNAIL_MOST) if THUMBNAIL in wanted else 0
    camera = _share(left - screen - thumbnail, CAMERA_LEAST, CAMERA_MOST) if CAMERA in wanted else 0
    return Split(thumbnail, camera, screen, _screen_fps(screen))


def _share(left: float, least: int, most: int) -> int:
    return int(min(most, left)) if left >= least else 0


def _screen_fps(kbps: int) -> int:
    return max(SCREEN_FPS_LEAST, min(SCREEN_FPS_MOST, kbps * SCREEN_FPS_MOST // 1500))


def choose(
    ceiling_kbps: int, asked: Iterable[tuple[int, int]], measured: Mapping[tuple[int, int], int]
) -> set[tuple[int, int]]:
    """Return which (slot, stream) to receive under *ceiling_kbps* (0 = none): screens first, then thumbnails, then cameras.

    *asked* is in the order of importance; *measured* gives kb/s where known; the layer's nominal rate counts else, and at most, so that a
    choice does not swing to and fro.
    """
    wishes = list(asked)
    if not ceiling_kbps:
        return set(wishes)
    nominal = {THUMBNAIL: THUMBNAIL_MOST, CAMERA: CAMERA_MOST, SCREEN: SCREEN_MOST}
    left, chosen = float(ceiling_kbps - VOICE_KBPS), set()
    for wish in sorted(wishes, key=lambda wish: (SCREEN, THUMBNAIL, CAMERA).index(wish[1])):
        cost = min(measured.get(wish, nominal[wish[1]]), nominal[wish[1]]) * OVERHEAD
        if cost <= left:
            chosen.add(wish)
            left -= cost
    return chosen
