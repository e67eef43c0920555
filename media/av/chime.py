"""One short sound on a speaker, for a process that has no call: miniaudio alone, without codecs."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

import miniaudio

from media.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Generator

RATE = 48_000
PERIOD_MS = 40
WAKING_S = 4.0
"""An idle sink may take 1.6 s to wake (see `media.av.audio`)."""
BACKENDS = {
    "win32": [miniaudio.Backend.WASAPI],
    "linux": [miniaudio.Backend.PULSEAUDIO, miniaudio.Backend.ALSA],
}.get(sys.platform, [])


def play(sound: bytes) -> None:
    """Play *sound* (48 kHz, mono, signed 16 bits) on the system's speaker; returns when it is over.

    Raises DeviceError `failed` where there is nothing to play on. Blocks: call it aside.
    """
    over = threading.Event()
    try:
        device = miniaudio.PlaybackDevice(
            nchannels=1,
            sample_rate=RATE,
            output_format=miniaudio.SampleFormat.SIGNED16,
            buffersize_msec=PERIOD_MS,
            backends=BACKENDS,
            app_name="Consilium",
        )
    except miniaudio.MiniaudioError as error:
        raise DeviceError("failed") from error
    context = device._context  # noqa: SLF001 -- miniaudio 1.71 leaks it, a server allows 64
    try:
        pieces = _pieces(sound, over)
        next(pieces)
        device.start(pieces)
        over.wait(len(sound) / 2 / RATE + WAKING_S)
    except miniaudio.MiniaudioError as error:
        raise DeviceError("failed") from error
    finally:
        device.close()
        miniaudio.lib.ma_context_uninit(context)


def _pieces(sound: bytes, over: threading.Event) -> Generator[bytes, int, None]:
    """Give the sound by pieces, then silence; *over* is set once all of it has left the buffers."""
    at, silent = 0, 0
    wanted = yield b""
    while True:
        piece = sound[at : at + wanted * 2]
        at += len(piece)
        silent = 0 if piece else silent + 1
        if silent > 3:
            over.set()
        wanted = yield piece.ljust(wanted * 2, b"\0")
