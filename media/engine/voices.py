"""The voices of the others: ordered, decoded, mixed, and who speaks now.

The loop puts packets in; the speaker's thread pulls 20 ms at a time, and its clock is the clock of playout.
"""

from __future__ import annotations

import audioop
import threading
import time
from typing import TYPE_CHECKING

from media.av.gaps import Gaps
from media.av.jitter import Gap, Voice, VoiceBuffer
from media.av.mixer import Mixer
from media.av.opus import SILENCE, OpusDecoder
from media.av.vad import level
from media.errors import ProtocolError
from media.wire import FLAG_START, FLAG_VOICE, VOICE, unpack_voice

if TYPE_CHECKING:
    from media.engine.tally import Count, Tally
    from media.room.shown import MediaFrame

SPEAKS_MS = 400
FADE = 0.5


class Talker:
    """One remote voice."""

    def __init__(self, count: Count) -> None:
        self.count = count
        self.buffer = VoiceBuffer()
        self.level = 0.0
        self.active_ms = float("-inf")
        self.gaps = Gaps(voice=True)
        self._decoder = OpusDecoder()
        self._sound = SILENCE
        self._bridged = 0

    def play(self, got: Voice | Gap) -> bytes | None:
        """Return 20 ms of sound, None for silence."""
        if got is Gap.SILENCE:
            self._sound, self.level = SILENCE, 0.0
            return None
        if isinstance(got, Voice):
            self.count.made_up += 0 if got.start else self._bridged
            self._bridged = 0
            self._sound = self._decode(got)
        else:
            self._bridged += 1
            self._sound = audioop.mul(self._sound, 2, FADE)
        self.level = level(audioop.rms(self._sound, 2))
        return self._sound

    def _decode(self, voice: Voice) -> bytes:
        sound = self._decoder.decode(voice.opus)
        if sound is None:
            return SILENCE
        self.count.decoded(int(voice.capture_ms * 1000))
        return sound


class Voices:
    """Everyone's voice into one."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._talkers: dict[int, Talker] = {}
        self._lock = threading.Lock()
        self._mixer = Mixer()

    def put(self, frame: MediaFrame, now_ms: float) -> None:
        """Take a voice frame as it arrives."""
        try:
            capture_us, opus = unpack_voice(frame.payload)
        except ProtocolError:
            return
        voice = Voice(frame.frame, bool(frame.flags & FLAG_START), capture_us / 1000, opus)
        with self._lock:
            talker = self._talkers.get(frame.slot)
            if talker is None:
                talker = self._talkers[frame.slot] = Talker(self._tally.of(frame.slot, VOICE))
            if frame.flags & FLAG_VOICE:
                talker.active_ms = now_ms
            talker.gaps.take(frame.flags, frame.frame)
            talker.count.lost = talker.gaps.lost
            talker.buffer.put(voice, now_ms)

    def pull(self) -> bytes:
        """Return the next 20 ms of the mix; on the speaker's thread."""
        now_ms = time.monotonic() * 1000
        with self._lock:
            due = [(talker, talker.buffer.pull(now_ms)) for talker in self._talkers.values()]
        heard = (talker.play(got) for talker, got in due)
        return self._mixer.mix((sound, 1.0) for sound in heard if sound is not None)

    @property
    def jitter_ms(self) -> float:
        """Return the jitter of the worst voice, 0 where nobody was heard yet."""
        with self._lock:
            return max((talker.buffer.delay.jitter_ms for talker in self._talkers.values()), default=0.0)

    def lag_ms(self, slot: int) -> float | None:
        """Return playout minus capture of a voice being heard, for lip sync; None in silence."""
        talker = self._talkers.get(slot)
        return talker.buffer.lag_ms if talker else None

    def speaking(self, now_ms: float) -> list[tuple[int, float]]:
        """Return (slot, level) of those who speak now."""
        with self._lock:
            return [
                (slot, talker.level)
                for slot, talker in self._talkers.items()
                if now_ms - talker.active_ms < SPEAKS_MS and talker.level > 0
            ]

    def forget(self, slots: set[int]) -> None:
        """Drop those who left or are somebody else now."""
        with self._lock:
            for slot in slots & self._talkers.keys():
                del self._talkers[slot]
