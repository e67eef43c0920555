"""What a room's media is told apart by: the numbers of streams and receivers, the flags of a frame."""

from __future__ import annotations

EVERYONE = 0xFFFF
"""As a receiver: all slots. No slot bears this number."""
CONTROL, VOICE, THUMBNAIL, CAMERA, SCREEN = range(5)
VIDEO = (THUMBNAIL, CAMERA, SCREEN)
FLAG_KEY, FLAG_VOICE, FLAG_START, FLAG_RETRANSMIT = 1, 2, 4, 0x10
END_TO_END_FLAGS = 0x0F
