"""What the window shows: tiles to subscriptions, subscriptions to decoders, decoders to boxes of the arena."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from media.av.decode import VideoDecoder
from media.av.jitter import Delay, video_due_ms
from media.av.rate import choose
from media.av.scale import Fit, Scaler
from media.engine.frames import SIZES
from media.engine.hands import Hand
from media.errors import ProtocolError
from media.wire import CAMERA, FLAG_KEY, SCREEN, THUMBNAIL, unpack_video

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import av

    from media.engine.frames import Arena
    from media.engine.messages import Tile
    from media.engine.tally import Count, Tally
    from media.engine.voices import Voices
    from media.room.shown import MediaFrame

OWN_SLOT = 65_535
LARGE_WIDTH, LARGE_HEIGHT = 480, 270
"""A face larger than this, device pixels, is worth the 720p camera stream."""
SOON_MS = 4.0
HELD_PICTURES = 12
MOST_JOBS = 300
"""Jobs a hand may be behind; above that pictures are dropped, for the decoder is too slow."""
CLOCK_JUMP_US = 2_000_000
KEY_EVERY_MS = 1_000.0
CAMERA_QUIET_MS = 2_000.0
HANDS = 2

Stream = tuple[int, int]


@dataclass
class Spot:
    """A tile and what brings pictures to its size."""

    tile: Tile
    scaler: Scaler

    @classmethod
    def of(cls, tile: Tile) -> Spot:
        """Make the spot of a tile, held within its box."""
        width, height = SIZES[tile.index]
        fit: Fit = "inside" if tile.whole else "letterbox" if tile.fit else "crop"
        size = max(2, min(tile.width, width)), max(2, min(tile.height, height))
        return cls(tile, Scaler(*size, "bgra", fit))


class Boxes:
    """The arena as the painters see it: a box belongs to the stream whose tile it is, all others paint in vain."""

    def __init__(self, arena: Arena, fresh: Callable[[int], None]) -> None:
        self._arena = arena
        self._fresh = fresh
        self._locks = [threading.Lock() for _ in SIZES]
        self._spots: dict[int, Spot] = {}
        self._sources: dict[int, Stream] = {}

    def give(self, tiles: Iterable[Tile]) -> None:
        """Say what each box shows from now on; unchanged tiles keep their scaler."""
        spots = {tile.index: self._spot(tile) for tile in tiles}
        self._spots, self._sources = spots, {}

    def source(self, index: int, stream: Stream) -> None:
        """Let *stream* alone paint box *index*."""
        self._sources[index] = stream

    def paint(self, stream: Stream, frame: av.VideoFrame) -> None:
        """Bring *frame* into every box that shows *stream*; on any thread."""
        for index, shown in self._sources.copy().items():
            spot = self._spots.get(index)
            if shown != stream or spot is None:
                continue
            with self._locks[index]:
                picture = spot.scaler.scale(frame)
                plane = picture.planes[0]
                size = picture.width, picture.height, plane.line_size
                source = frame.width, frame.height
                done = self._arena.write(index, plane.buffer_ptr, *size, *stream, source)
            if done:
                self._fresh(index)

    def _spot(self, tile: Tile) -> Spot:
        known = self._spots.get(tile.index)
        return known if known and known.tile == tile else Spot.of(tile)


@dataclass
class Viewer:
    """One received video stream: its decoder and its clock. All but `asked_ms` is touched on its hand only."""

    stream: Stream
    count: Count
    hand: Hand
    decoder: VideoDecoder = field(default_factory=VideoDecoder)
    delay: Delay = field(default_factory=Delay)
    painted_us: int = 0
    held: int = 0
    asked_ms: float = float("-inf")
    seen_ms: float = float("-inf")


class Wall:
    """Shows what the window asks for. All methods are called on the loop.

    *subscribe* and *request_key* go to the session, *fresh* is called on any thread with a box's number.
    """

    def __init__(
        self,
        boxes: Boxes,
        tally: Tally,
        voices: Voices,
        subscribe: Callable[[set[Stream]], None],
        request_key: Callable[[int, int], None],
        later: Callable[..., object],
    ) -> None:
        self.down_kbps = 0
        self.left_out = 0
        """How many streams are worth receiving and are not, under the ceiling."""
        self._boxes, self._tally, self._voices = boxes, tally, voices
        self._subscribe, self._request_key, self._later = subscribe, request_key, later
        self._hands = [Hand(f"picture-{number}") for number in range(HANDS)]
        self._viewers: dict[Stream, Viewer] = {}
        self._tiles: list[Tile] = []
        self._subscribed: set[Stream] = set()

    def show(self, tiles: list[Tile]) -> None:
        """Show these tiles and nothing else; those with no box or no size are left out."""
        self._tiles = [
            tile
            for tile in tiles
            if 0 <= tile.index < len(SIZES)
            and 0 <= tile.slot <= OWN_SLOT
            and min(tile.width, tile.height) > 0
        ]
        self._boxes.give(self._tiles)
        self.refresh()

    def refresh(self) -> None:
        """Choose layers anew: after other tiles, another ceiling, or once a second."""
        now_ms = time.monotonic() * 1000
        asked = self._asked(now_ms)
        wanted = choose(self.down_kbps, asked, self._tally.rates(now_ms))
        self.left_out = len(asked) - len(wanted)
        for stream in self._viewers.keys() - wanted:
            del self._viewers[stream]
        for stream in wanted - self._viewers.keys():
            hand = self._hands[stream[0] % HANDS]
            self._viewers[stream] = Viewer(stream, self._tally.of(*stream), hand)
        for tile in self._tiles:
            self._boxes.source(tile.index, self._layer(tile, wanted, now_ms))
        if wanted != self._subscribed:
            self._subscribed = wanted
            self._subscribe(set(wanted))

    def frame(self, frame: MediaFrame, now_ms: float) -> None:
        """Take a video frame."""
        viewer = self._viewers.get((frame.slot, frame.stream))
        if viewer is None:
            return
        if viewer.hand.waiting > MOST_JOBS:
            self.lost(frame.slot, frame.stream)
            return
        viewer.hand.do(partial(self._decode, viewer, frame, now_ms))

    def lost(self, slot: int, stream: int) -> None:
        """Hear that a frame will never come."""
        viewer = self._viewers.get((slot, stream))
        if viewer:
            viewer.count.lost += 1
            viewer.hand.do(viewer.decoder.lost)
            self._ask_key(viewer)

    def forget(self, slots: set[int]) -> None:
        """Drop the decoders of those who left or are somebody else now."""
        for stream in [stream for stream in self._viewers if stream[0] in slots]:
            del self._viewers[stream]
        self.refresh()

    def close(self) -> None:
        """End the worker threads."""
        for hand in self._hands:
            hand.close()

    # --- layers ---

    def _asked(self, now_ms: float) -> list[Stream]:
        """Return the wanted streams; a large face also asks for its thumbnail until the camera stream flows."""
        asked: list[Stream] = []
        for tile in sorted(self._tiles, key=lambda tile: -tile.width * tile.height):
            if tile.slot == OWN_SLOT:
                continue
            if tile.stream == SCREEN:
                asked.append((tile.slot, SCREEN))
                continue
            if _large(tile):
                asked.append((tile.slot, CAMERA))
            if not _large(tile) or not self._flows((tile.slot, CAMERA), now_ms):
                asked.append((tile.slot, THUMBNAIL))
        return list(dict.fromkeys(asked))

    def _layer(self, tile: Tile, wanted: set[Stream], now_ms: float) -> Stream:
        if tile.slot == OWN_SLOT or tile.stream == SCREEN:
            return (tile.slot, SCREEN if tile.stream == SCREEN else CAMERA)
        camera = (tile.slot, CAMERA)
        flows = _large(tile) and camera in wanted and self._flows(camera, now_ms)
        return camera if flows else (tile.slot, THUMBNAIL)

    def _flows(self, stream: Stream, now_ms: float) -> bool:
        viewer = self._viewers.get(stream)
        return viewer is not None and now_ms - viewer.seen_ms < CAMERA_QUIET_MS

    # --- pictures, on a viewer's hand ---

    def _decode(self, viewer: Viewer, frame: MediaFrame, now_ms: float) -> None:
        try:
            capture_us, _, _, data = unpack_video(frame.payload)
        except ProtocolError:
            return
        picture = viewer.decoder.decode(data, key=bool(frame.flags & FLAG_KEY))
        if picture is None:
            self._later(self._ask_key, viewer)
            return
        viewer.count.decoded(capture_us)
        if viewer.seen_ms < now_ms - CAMERA_QUIET_MS:
            self._later(self.refresh)
        viewer.seen_ms = now_ms
        self._paint_when_due(viewer, picture, capture_us, now_ms)

    def _paint_when_due(self, viewer: Viewer, picture: av.VideoFrame, capture_us: int, now_ms: float) -> None:
        viewer.delay.arrived(capture_us / 1000, now_ms)
        due_ms = video_due_ms(viewer.delay, capture_us / 1000, self._voices.lag_ms(viewer.stream[0]))
        if due_ms - time.monotonic() * 1000 < SOON_MS or viewer.held >= HELD_PICTURES:
            self._paint(viewer, picture, capture_us, 0)
            return
        viewer.held += 1
        viewer.hand.do(partial(self._paint, viewer, picture, capture_us, 1), due_ms)

    def _paint(self, viewer: Viewer, picture: av.VideoFrame, capture_us: int, held: int) -> None:
        viewer.held -= held
        if not viewer.painted_us - CLOCK_JUMP_US < capture_us < viewer.painted_us:
            viewer.painted_us = capture_us
            self._boxes.paint(viewer.stream, picture)

    def _ask_key(self, viewer: Viewer) -> None:
        now_ms = time.monotonic() * 1000
        if now_ms - viewer.asked_ms >= KEY_EVERY_MS:
            viewer.asked_ms = now_ms
            self._request_key(*viewer.stream)


def _large(tile: Tile) -> bool:
    return tile.width > LARGE_WIDTH or tile.height > LARGE_HEIGHT
