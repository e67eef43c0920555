"""Microphone and speaker by miniaudio (WASAPI, PulseAudio, ALSA …), 20 ms of signed 16-bit mono sound at 48 kHz.

miniaudio does not say when a device is pulled out; it stops calling. So both keep the time of the last call, and
`stalled` tells whoever watches. A machine that slept, or whose sound server had no time, is silent for a while, too:
`revive` tries the same device again.
"""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import av
import miniaudio

from media.av.chime import BACKENDS
from media.av.opus import FRAME_MS, PCM_BYTES, RATE
from media.av.source import LOCAL_ONLY, Steady, local_file, now_us
from media.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    Hear = Callable[[bytes, int], None]
    Pull = Callable[[], bytes]
    Failed = Callable[[DeviceError], None]

CAPTURE_MS, PLAYBACK_MS = 10, 20
"""Length of a period; playback holds three, so that a busy machine is not heard."""
WAKING_MS, WAKING_CALLS = 4_000, 5
"""A speaker is called once to fill its buffer, then not before an idle sink has woken: 1.6 s were measured."""
SILENT_MS = 1_000
_CODES = {
    miniaudio.lib.MA_BUSY: "busy",
    miniaudio.lib.MA_SHARE_MODE_NOT_SUPPORTED: "busy",
    miniaudio.lib.MA_ACCESS_DENIED: "denied",
    miniaudio.lib.MA_NO_DEVICE: "none",
    miniaudio.lib.MA_DOES_NOT_EXIST: "none",
}


class SoundDevice(Protocol):
    """A microphone or speaker that runs until closed."""

    def close(self) -> None:
        """Give the device back."""

    def stalled(self, now_ms: float) -> bool:
        """Tell whether a running device went silent, *now_ms* on the monotonic clock."""

    def revive(self) -> bool:
        """Start again a device that went silent; False once it is gone (unplugged). May take seconds."""


def microphones() -> list[tuple[str, str]]:
    """Return (id, name) of what can be heard from, the default first."""
    return _listed("get_captures")


def speakers() -> list[tuple[str, str]]:
    """Return (id, name) of what can be played on, the default first."""
    return _listed("get_playbacks")


def open_microphone(device: str, hear: Hear, failed: Failed) -> SoundDevice:
    """Start *device* (id, empty for the default, or `file:PATH` looped); *hear* gets (1,920 bytes, capture time µs).

    Raises DeviceError `none`, `busy`, `denied` or `failed`; a file's later failure goes to *failed*.
    """
    return FileSound(device, hear, failed) if device.startswith("file:") else Microphone(device, hear)


def open_speaker(device: str, pull: Pull) -> SoundDevice:
    """Start *device* (id, empty for the default, `none` for no sound); *pull* gives 1,920 bytes each 20 ms.

    Raises DeviceError `none`, `busy`, `denied` or `failed`.
    """
    return NoSpeaker(pull) if device == "none" else Speaker(device, pull)


class _Device:
    """What capture and playback share: opening by id, the watch, closing."""

    def __init__(
        self, device: str, kind: Callable[..., Any], listing: str, period_ms: int, **wished: Any
    ) -> None:
        self._wished, self._listing = device, listing
        self._device: Any = None
        self._make: partial[Any] = partial(
            kind,
            nchannels=1,
            sample_rate=RATE,
            buffersize_msec=period_ms,
            backends=BACKENDS,
            app_name="Consilium",
            **wished,
        )
        self._chosen = _find(listing, device)
        self._start()

    def _start(self) -> None:
        self._called_ms = time.monotonic() * 1000
        self._calls_seen = 0
        try:
            self._device = self._make(device_id=self._chosen["id"] if self._wished else None)
            calls = self._calls()
            next(calls)
            self._device.start(calls)
        except miniaudio.MiniaudioError as error:
            raise DeviceError(_code(error), self._wished) from error

    def _calls(self) -> Generator[bytes, Any, None]:
        """Be called by miniaudio, on its thread."""
        raise NotImplementedError

    def _called(self) -> None:
        self._called_ms = time.monotonic() * 1000
        self._calls_seen += 1

    def close(self) -> None:
        """Stop and give the device and the connection to the sound server back."""
        if self._device is None:
            return
        context = self._device._context  # noqa: SLF001 -- miniaudio 1.71 leaks it, a server allows 64
        self._device.close()
        self._device = None
        miniaudio.lib.ma_context_uninit(context)

    def stalled(self, now_ms: float) -> bool:
        """Tell whether the device no longer calls: 4 s without a call while it wakes, 1 s later."""
        return now_ms - self._called_ms > (SILENT_MS if self._awake else WAKING_MS)

    def revive(self) -> bool:
        """Start again what once was awake, if it is there as it was: never another device in the place of the default one."""
        try:
            if not self._awake or _id_text(_find(self._listing, self._wished)["id"]) != _id_text(
                self._chosen["id"]
            ):
                return False
            self.close()
            self._start()
        except DeviceError:
            return False
        return True

    @property
    def _awake(self) -> bool:
        return self._calls_seen >= WAKING_CALLS


class Microphone(_Device):
    """A real microphone; *hear* is called on miniaudio's thread."""

    def __init__(self, device: str, hear: Hear) -> None:
        self._hear = hear
        super().__init__(
            device,
            miniaudio.CaptureDevice,
            "get_captures",
            CAPTURE_MS,
            input_format=miniaudio.SampleFormat.SIGNED16,
        )

    def _calls(self) -> Generator[bytes, Any, None]:
        held = bytearray()
        while True:
            held += yield b""
            self._called()
            while len(held) >= PCM_BYTES:
                age_us = len(held) * 1_000_000 // (RATE * 2)
                self._hear(bytes(held[:PCM_BYTES]), now_us() - age_us)
                del held[:PCM_BYTES]


class Speaker(_Device):
    """A real speaker; *pull* is called on miniaudio's thread."""

    def __init__(self, device: str, pull: Pull) -> None:
        self._pull = pull
        super().__init__(
            device,
            miniaudio.PlaybackDevice,
            "get_playbacks",
            PLAYBACK_MS,
            output_format=miniaudio.SampleFormat.SIGNED16,
        )

    def _calls(self) -> Generator[bytes, Any, None]:
        held = bytearray()
        wanted = yield b""
        while True:
            self._called()
            while len(held) < wanted * 2:
                held += self._pull()
            sound = bytes(held[: wanted * 2])
            del held[: wanted * 2]
            wanted = yield sound


class _Clocked(Steady):
    """A thread that works each 20 ms by the wall; after a stall it goes on from now instead of catching up."""

    def __init__(self, name: str) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        raise NotImplementedError

    def _ticks(self) -> Iterator[None]:
        due = time.monotonic()
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            yield
            due = max(due + FRAME_MS / 1000, time.monotonic() - 0.1)

    def close(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread is not threading.current_thread():
            self._thread.join(2)


class NoSpeaker(_Clocked):
    """Plays nowhere, yet takes the mix on time, so that levels and figures live on."""

    def __init__(self, pull: Pull) -> None:
        self._pull = pull
        super().__init__("no-speaker")

    def _run(self) -> None:
        for _ in self._ticks():
            self._pull()


class FileSound(_Clocked):
    """A sound file looped in real time, as a microphone."""

    def __init__(self, device: str, hear: Hear, failed: Failed) -> None:
        self._device, self._hear, self._failed = device, hear, failed
        self._path = local_file(device)
        super().__init__("file-sound")

    def _run(self) -> None:
        try:
            for _, sound in zip(self._ticks(), self._looped(), strict=False):
                self._hear(sound, now_us() - FRAME_MS * 1000)
        except DeviceError as error:
            self._failed(error)
        except (av.FFmpegError, OSError, ValueError):
            self._failed(DeviceError("failed", self._device))

    def _looped(self) -> Iterator[bytes]:
        while True:
            held = bytearray()
            for part in self._decoded():
                held += part
                while len(held) >= PCM_BYTES:
                    yield bytes(held[:PCM_BYTES])
                    del held[:PCM_BYTES]
            if held:
                yield bytes(held).ljust(PCM_BYTES, b"\0")

    def _decoded(self) -> Iterator[bytes]:
        resampler = av.AudioResampler("s16", "mono", RATE)
        with av.open(str(self._path), options=LOCAL_ONLY) as container:
            if not container.streams.audio:
                raise DeviceError("failed", self._device)
            empty = True
            for frame in container.decode(audio=0):
                for out in resampler.resample(frame):
                    empty = False
                    yield bytes(out.planes[0])[: out.samples * 2]
            if empty:
                raise DeviceError("failed", self._device)


def _listed(listing: str) -> list[tuple[str, str]]:
    return [(_id_text(one["id"]), one["name"]) for one in _enumerate(listing)]


def _enumerate(listing: str) -> list[dict[str, Any]]:
    """Return what miniaudio lists, the default first."""
    try:
        devices = miniaudio.Devices(BACKENDS)
        found = getattr(devices, listing)()
    except miniaudio.MiniaudioError:
        return []  # no sound server
    return sorted(found, key=lambda one: not _is_default(devices, one))


def _is_default(devices: miniaudio.Devices, one: dict[str, Any]) -> bool:
    info = miniaudio.ffi.new("ma_device_info *")
    context = devices._context  # noqa: SLF001 -- miniaudio 1.71 lists devices without their mark of the default
    miniaudio.lib.ma_context_get_device_info(context, one["type"].value, one["id"], info)
    return bool(info.isDefault)


def _find(listing: str, device: str) -> dict[str, Any]:
    """Return what miniaudio lists under an id, first the default; raise DeviceError `none` when there is no such device."""
    for one in _enumerate(listing):
        if not device or _id_text(one["id"]) == device:
            return one
    raise DeviceError("none", device)


def _id_text(device_id: Any) -> str:
    """Return a device id as text: a union of backends' names, meaningful up to its trailing zeros."""
    return bytes(miniaudio.ffi.buffer(device_id)).rstrip(b"\0").hex()


def _code(error: miniaudio.MiniaudioError) -> str:
    return _CODES.get(error.args[1] if len(error.args) > 1 else None, "failed")
