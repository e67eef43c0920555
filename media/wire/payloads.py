"""Payloads of sealed media frames (docs/protocol.md §6)."""

from __future__ import annotations

from struct import Struct

from media.errors import ProtocolError

_VOICE = Struct("!Q")
_VIDEO = Struct("!QHH")


def pack_voice(capture_us: int, opus: bytes) -> bytes:
    """Payload of a voice frame; *capture_us* in microseconds of the sender's clock."""
    return _VOICE.pack(capture_us) + opus


def unpack_voice(payload: bytes) -> tuple[int, bytes]:
    """(capture_us, opus)."""
    if len(payload) <= _VOICE.size:
        raise ProtocolError("voice payload too short")
    return _VOICE.unpack_from(payload)[0], payload[_VOICE.size :]


def pack_video(capture_us: int, width: int, height: int, annexb: bytes) -> bytes:
    """Payload of a video frame: size in pixels, H.264 Annex B."""
    return _VIDEO.pack(capture_us, width, height) + annexb


def unpack_video(payload: bytes) -> tuple[int, int, int, bytes]:
    """(capture_us, width, height, annexb)."""
    if len(payload) <= _VIDEO.size:
        raise ProtocolError("video payload too short")
    return *_VIDEO.unpack_from(payload), payload[_VIDEO.size :]
