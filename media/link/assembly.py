"""From packets to frames: assembly, gaps, when to ask again, when to give up. Pure: times come in as milliseconds.

Video frames are handed on in order: one that is complete waits for an older one until that is complete or given up. Voice
frames are handed on as they come (the jitter buffer sorts). Memory is bounded per stream and in the number of streams.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from media.wire import FLAG_START, MAX_FRAME, MAX_NACK, VOICE

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_MS = 5.0
TAIL_MS = 20.0
"""A frame whose end does not come is asked for after this, when nothing newer betrays the loss sooner."""
GIVE_UP_MS = 200.0
MAX_ASKS = 6
MAX_OPEN = 16
"""Begun frames of a stream: at 30 frames a second and a round trip of 100 ms, 5 % loss keeps half a dozen open."""
MAX_HELD = 2 * MAX_FRAME
"""Bytes of a stream that wait for something."""
MAX_GAP = 64
MAX_VOICE_GAP = 25
MAX_TRACKS = 1024


class _Frame:
    """A frame of which something is missing, or that waits for an older one."""

    __slots__ = (
        "asked",
        "data",
        "due_ms",
        "flags",
        "fragments",
        "gap",
        "pieces",
        "progress_ms",
        "size",
        "top",
    )

    def __init__(self, due_ms: float, now_ms: float, fragments: int = 0) -> None:
        self.fragments = fragments
        self.pieces: dict[int, bytes] = {}
        self.size = 0
        self.flags = 0
        self.data: bytes | None = None
        self.top = -1
        self.gap = not fragments
        self.asked = 0
        self.due_ms = due_ms
        self.progress_ms = now_ms

    def missing(self) -> tuple[int, ...]:
        """Fragments that are not here; empty when all are missing."""
        if not self.pieces:
            return ()
        return tuple(i for i in range(self.fragments) if i not in self.pieces)[:MAX_NACK]

    def hurry(self, due_ms: float) -> None:
        """Something newer came: a gap is likely."""
        if not self.gap:
            self.gap = True
            self.due_ms = min(self.due_ms, due_ms)


class _Track:
    """One (slot, stream)."""

    __slots__ = ("frames", "held", "newest", "next", "slot", "stream")

    def __init__(self, slot: int, stream: int, first: int) -> None:
        self.slot = slot
        self.stream = stream
        self.next = first
        self.newest = first - 1
        self.frames: dict[int, _Frame] = {}
        self.held = 0


class Assembly:
    """All streams that one client receives.

    *deliver(slot, stream, flags, frame, data)* gets whole frames, *lost(slot, stream, frame)* those given up (after a jump of
    more than `MAX_GAP` frames only the last of them).
    """

    def __init__(
        self, deliver: Callable[[int, int, int, int, bytes], None], lost: Callable[[int, int, int], None]
    ) -> None:
        self._deliver = deliver
        self._lost = lost
        self._tracks: dict[int, _Track] = {}
        self._busy: set[int] = set()
        self.rtt_ms = 0.0

    @property
    def busy(self) -> bool:
        """True while `tick` has something to do."""
        return bool(self._busy)

    def forget(self, slot: int, stream: int) -> None:
        """Start that stream anew with its next packet."""
        key = slot << 3 | stream
        self._tracks.pop(key, None)
        self._busy.discard(key)

    def feed(
        self,
        now_ms: float,
        slot: int,
        stream: int,
        flags: int,
        frame: int,
        fragment: int,
        fragments: int,
        piece: bytes,
    ) -> None:
        """Take one packet whose header `wire.sound_piece` found sound. *flags* without the hop's."""
        key = slot << 3 | stream
        track = self._tracks.get(key)
        if track is None:
            if len(self._tracks) >= MAX_TRACKS:
                return
            track = self._tracks[key] = _Track(slot, stream, frame)
        if frame > track.newest:
            if fragments == 1 and frame == track.next and not track.frames:
                track.newest = frame
                track.next = frame + 1
                self._deliver(slot, stream, flags, frame, piece)
                return
            self._advance(now_ms, track, flags, frame)
            track.frames[frame] = _Frame(now_ms + TAIL_MS, now_ms, fragments)
        if frame in track.frames:
            self._add(now_ms, track, flags, frame, fragment, fragments, piece)
        if track.frames:
            self._busy.add(key)

    def _advance(self, now_ms: float, track: _Track, flags: int, frame: int) -> None:
        """Begin a newer frame: what lies between is missing, unless the stream was silent or jumped."""
        gap = frame - track.newest - 1
        silent = track.stream == VOICE and (flags & FLAG_START or gap > MAX_VOICE_GAP)
        if gap > MAX_GAP and not silent:
            self._abandon(track, frame)
        elif not silent:
            for missing in range(track.newest + 1, frame):
                track.frames[missing] = _Frame(now_ms + PATIENCE_MS, now_ms)
        for other in track.frames.values():
            other.hurry(now_ms + PATIENCE_MS)
        track.newest = frame
        if not track.frames:
            track.next = frame

    def _abandon(self, track: _Track, frame: int) -> None:
        """Jump with the stream: nothing older can be had any more."""
        track.frames.clear()
        track.held = 0
        self._lost(track.slot, track.stream, frame - 1)

    def _add(
        self,
        now_ms: float,
        track: _Track,
        flags: int,
        frame: int,
        fragment: int,
        fragments: int,
        piece: bytes,
    ) -> None:
        part = track.frames[frame]
        if not part.fragments:
            part.fragments = fragments
        if part.data is not None or part.fragments != fragments or fragment in part.pieces:
            return
        part.pieces[fragment] = piece
        part.size += len(piece)
        track.held += len(piece)
        part.flags = flags
        part.progress_ms = now_ms
        if len(part.pieces) == fragments:
            self._complete(track, frame, part)
            return
        if fragment > part.top + 1:
            part.hurry(now_ms + PATIENCE_MS)
        elif not part.gap:
            part.due_ms = now_ms + TAIL_MS
        part.top = max(part.top, fragment)
        self._bound(track)

    def _complete(self, track: _Track, frame: int, part: _Frame) -> None:
        pieces = part.pieces
        part.data = pieces[0] if part.fragments == 1 else b"".join(pieces[i] for i in range(part.fragments))
        part.pieces = {}
        if track.stream == VOICE:
            del track.frames[frame]
            track.held -= part.size
            if part.flags & FLAG_START:
                self._silence_before(track, frame)
            self._deliver(track.slot, track.stream, part.flags, frame, part.data)
            track.next = min(track.frames, default=track.newest + 1)
            return
        self._release(track)
        self._bound(track)

    def _silence_before(self, track: _Track, frame: int) -> None:
        """Take back losses as the start of a spurt comes late: what seemed missing before it was never sent."""
        before = frame - 1
        while before in track.frames and not track.frames[before].pieces:
            del track.frames[before]
            before -= 1

    def _release(self, track: _Track) -> None:
        """Hand on all complete frames that nothing older holds back."""
        while (part := track.frames.get(track.next)) is not None and part.data is not None:
            del track.frames[track.next]
            track.held -= part.size
            track.next += 1
            self._deliver(track.slot, track.stream, part.flags, track.next - 1, part.data)

    def _bound(self, track: _Track) -> None:
        """Keep at most `MAX_OPEN` begun frames and `MAX_HELD` bytes."""
        begun = [number for number, part in track.frames.items() if part.pieces]
        if len(begun) > MAX_OPEN:
            self._give_up(track, min(begun))
        while track.held > MAX_HELD:
            self._give_up(track, min(track.frames))

    def _give_up(self, track: _Track, frame: int) -> None:
        """Drop *frame*, and in video what is older and not here either."""
        older = [frame] if track.stream == VOICE else sorted(n for n in track.frames if n <= frame)
        for number in older:
            part = track.frames.pop(number)
            track.held -= part.size
            if part.data is None:
                self._lost(track.slot, track.stream, number)
            else:
                self._deliver(track.slot, track.stream, part.flags, number, part.data)
        if track.stream == VOICE:
            track.next = min(track.frames, default=track.newest + 1)
        else:
            track.next = max(track.next, frame + 1)
            self._release(track)

    def tick(self, now_ms: float) -> list[tuple[int, int, int, tuple[int, ...]]]:
        """Give up what is too old; return what to ask for: (slot, stream, frame, fragments), no fragments = all."""
        asks: list[tuple[int, int, int, tuple[int, ...]]] = []
        give_up_ms = max(GIVE_UP_MS, 3 * self.rtt_ms + 50)
        for key in list(self._busy):
            track = self._tracks[key]
            old = [
                n for n, p in track.frames.items() if p.data is None and now_ms - p.progress_ms >= give_up_ms
            ]
            for frame in old:
                if frame in track.frames:
                    self._give_up(track, frame)
            asks += self._asks(now_ms, track)
            if not track.frames:
                self._busy.discard(key)
        return asks

    def _asks(self, now_ms: float, track: _Track) -> list[tuple[int, int, int, tuple[int, ...]]]:
        asks = []
        for number, part in track.frames.items():
            if part.data is None and part.due_ms <= now_ms and part.asked < MAX_ASKS:
                part.asked += 1
                part.due_ms = now_ms + max(15.0, self.rtt_ms + 10)
                asks.append((track.slot, track.stream, number, part.missing()))
        return asks
