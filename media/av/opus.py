"""Opus voice (RFC 6716): 20 ms, mono, 48 kHz, constant bit rate and no silence suppression, so that sizes tell no words."""

from __future__ import annotations

from fractions import Fraction

import av

RATE = 48_000
FRAME_MS = 20
SAMPLES = RATE * FRAME_MS // 1000
PCM_BYTES = SAMPLES * 2
SILENCE = bytes(PCM_BYTES)


class OpusEncoder:
    """Encodes 20 ms of signed 16-bit mono sound (1,920 bytes) into one packet; every packet has the same size."""

    def __init__(self, kbps: int = 32) -> None:
        codec = av.CodecContext.create("libopus", "w")
        codec.sample_rate, codec.layout, codec.format = RATE, "mono", "s16"
        codec.bit_rate, codec.time_base = kbps * 1000, Fraction(1, RATE)
        codec.options = {"application": "voip", "frame_duration": str(FRAME_MS), "vbr": "off"}
        self._codec = codec
        self._pts = 0

    def encode(self, pcm: bytes) -> bytes:
        """Return the packet for *pcm*, which must be 1,920 bytes."""
        frame = av.AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.planes[0].update(pcm)
        frame.sample_rate, frame.pts = RATE, self._pts
        self._pts += SAMPLES
        return b"".join(bytes(packet) for packet in self._codec.encode(frame))


class OpusDecoder:
    """Decodes one sender's packets, in order."""

    def __init__(self) -> None:
        codec = av.CodecContext.create("libopus", "r")
        codec.sample_rate, codec.layout = RATE, "mono"  # without a layout Opus mistimes
        self._codec = codec

    def decode(self, packet: bytes) -> bytes | None:
        """Return 1,920 bytes of sound, or None when *packet* is not 20 ms of Opus."""
        try:
            frames = self._codec.decode(av.Packet(packet))
        except (av.FFmpegError, ValueError):
            return None
        if len(frames) != 1 or frames[0].samples != SAMPLES or frames[0].format.name != "s16":
            return None
        return bytes(frames[0].planes[0])[:PCM_BYTES]
