"""When to play what arrived: pure logic, times in milliseconds on the receiver's clock, passed in.

The playout target follows the jitter of arrivals; video waits for the voice it belongs to.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum
from itertools import islice, pairwise

WINDOW = 300
QUANTILE = 0.99
LEAST_MS = 10.0
MOST_MS = 400.0
SHRINK = 0.01
LOOK_EVERY = 10
JUMP_MS = 2_000.0
FRAME_MS = 20
HELD_FRAMES = 50
CONCEALED_FRAMES = 3
SPARE_MS = 60.0
LATE_MS = 30.0
LATE_PULLS = 25


class Delay:
    """How long one sender's frames wait after the fastest of the last 300, so that 99 % are there in time.

    The target grows at once and shrinks by 1 % of the difference a frame. A jump of more than 2 s is a new clock: all is forgotten.
    """

    def __init__(self) -> None:
        self.target_ms = LEAST_MS
        self._transits: deque[float] = deque(maxlen=WINDOW)
        self._fastest = 0.0
        self._since = 0

    def arrived(self, capture_ms: float, now_ms: float) -> None:
        """Learn from a frame captured at *capture_ms* (sender's clock)."""
        transit = now_ms - capture_ms
        if self._transits and abs(transit - self._fastest) > JUMP_MS:
            self._transits.clear()
            self.target_ms = LEAST_MS
        self._transits.append(transit)
        self._fastest = min(self._fastest, transit) if len(self._transits) > 1 else transit
        self._since += 1
        due = self._since >= min(LOOK_EVERY, len(self._transits) // 2)
        if due or transit - self._fastest > self.target_ms:
            self._look()

    def due_ms(self, capture_ms: float) -> float:
        """Return when a frame captured then is to be played (receiver's clock)."""
        return capture_ms + self._fastest + self.target_ms

    @property
    def jitter_ms(self) -> float:
        """Return by how much the way of a frame differs from the one's before, in the mean."""
        steps = [abs(after - before) for before, after in pairwise(self._transits)]
        return sum(steps) / len(steps) if steps else 0.0

    def _look(self) -> None:
        """Set the target by what the window holds."""
        self._fastest = min(self._transits)
        wanted = self._wanted()
        shrunk = self.target_ms + (wanted - self.target_ms) * SHRINK * self._since
        self.target_ms = max(wanted, shrunk)
        self._since = 0

    def _wanted(self) -> float:
        late = sorted(self._transits, reverse=True)
        worst = next(islice(late, int(len(late) * (1 - QUANTILE)), None))
        return min(MOST_MS, max(LEAST_MS, worst - self._fastest + LEAST_MS / 2))


class Gap(Enum):
    """What to play where no frame is: nothing, or something like the frame before."""

    SILENCE = 0
    CONCEAL = 1


@dataclass(frozen=True)
class Voice:
    """One received 20 ms frame of a talker; *start* begins a spurt, so that the gap before it is no loss."""

    frame: int
    start: bool
    capture_ms: float
    opus: bytes


class VoiceBuffer:
    """Puts one talker's frames in order and hands out one each 20 ms. Holds at most one second."""

    def __init__(self) -> None:
        self.delay = Delay()
        self.lag_ms: float | None = None
        """Playout minus capture of the frame played last (receiver's minus sender's clock); None in silence."""
        self._frames: dict[int, Voice] = {}
        self._next = 0
        self._concealed = 0
        self._late = 0
        self._playing = False

    def put(self, voice: Voice, now_ms: float) -> None:
        """Take a frame as it arrives, in any order; late ones and the 51st are dropped."""
        self.delay.arrived(voice.capture_ms, now_ms)
        if voice.frame >= self._next and len(self._frames) < HELD_FRAMES:
            self._frames[voice.frame] = voice

    def pull(self, now_ms: float) -> Voice | Gap:
        """Return what to play during the 20 ms from *now_ms*."""
        if not self._playing and not self._begin(now_ms):
            return Gap.SILENCE
        self._skip_when_deep()
        self._skip_concealed()
        voice = self._frames.pop(self._next, None)
        if voice is None:
            return self._miss()
        self._next += 1
        self._concealed = 0
        self._trim(voice, now_ms)
        self.lag_ms = now_ms - voice.capture_ms
        return voice

    def _begin(self, now_ms: float) -> bool:
        first = min(self._frames, default=None)
        if first is None or self.delay.due_ms(self._frames[first].capture_ms) > now_ms:
            return False
        self._playing, self._next, self._concealed = True, first, 0
        return True

    def _skip_when_deep(self) -> None:
        if len(self._frames) * FRAME_MS > self.delay.target_ms + SPARE_MS:
            self._frames.pop(self._next, None)
            self._next += 1

    def _skip_concealed(self) -> None:
        """Go on behind a loss when as many frames were concealed; with nothing behind it, wait for what is late."""
        following = min(self._frames, default=self._next)
        if self._next < following <= self._next + self._concealed:
            self._next = following

    def _trim(self, voice: Voice, now_ms: float) -> None:
        """Leave out one frame after half a second of playing later than the target needs."""
        self._late = self._late + 1 if now_ms - self.delay.due_ms(voice.capture_ms) > LATE_MS else 0
        if self._late >= LATE_PULLS and self._next in self._frames:
            del self._frames[self._next]
            self._next, self._late = self._next + 1, 0

    def _miss(self) -> Gap:
        following = min(self._frames, default=None)
        spurt_over = following is not None and self._frames[following].start
        if spurt_over or self._concealed >= CONCEALED_FRAMES:
            self._playing, self.lag_ms = False, None
            if following is not None:
                self._next = following
            return Gap.SILENCE
        self._concealed += 1
        return Gap.CONCEAL


def video_due_ms(video: Delay, capture_ms: float, voice_lag_ms: float | None) -> float:
    """Return when to show a picture: by its own jitter, and not before the voice captured with it is heard."""
    own = video.due_ms(capture_ms)
    if voice_lag_ms is None:
        return own
    return min(max(own, capture_ms + voice_lag_ms), own + MOST_MS)
