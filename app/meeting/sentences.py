"""From codes to sentences: what happened, what to do. Every code that the engine may say has one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.ui.words import Say, say

if TYPE_CHECKING:
    from app.meeting.view import Notice

TROUBLES = {
    "frame-forged": "danger",
    "frame-undecryptable": "danger",
    "fork": "danger",
    "ghost": "danger",
    "link-missing": "warn",
    "not-received": "warn",
    "replay": "danger",
    "certificate-expired": "warn",
    "certificate-revoked": "danger",
    "clock": "warn",
    "relay-impostor": "danger",
    "directory-old": "warn",
    "directory-fork": "danger",
    "engine-restarted": "warn",
    "engine-failed": "danger",
    "link-empty": "warn",
    "link-unreadable": "warn",
    "relay-unknown": "danger",
}
"""Codes of docs/protocol.md §9 and of the window itself, with the tone of their banner."""
DEVICE_KINDS = ("camera", "microphone", "speaker", "screen")
DEVICE_CODES = ("none", "busy", "unplugged", "denied", "failed")
REASONS = (
    "left",
    "ended",
    "refused",
    "removed",
    "full",
    "locked",
    "unreachable",
    "relay-impostor",
    "relay-too-old",
    "link-unknown",
    "not-allowed",
    "no-host",
    "certificate-expired",
    "certificate-revoked",
    "clock",
    "fork",
    "engine-failed",
)
RETRY = ("refused", "full", "locked", "unreachable", "no-host", "engine-failed", "left", "clock")
"""Ends after which trying again may help."""


@dataclass(frozen=True)
class Sentence:
    """What a banner says."""

    tone: str
    title: Say
    detail: Say


def trouble(notice: Notice) -> Sentence:
    """Return the sentence of a notice; an unknown code is named, so that nothing is ever silent."""
    if notice.code in TROUBLES:
        key = f"trouble.{notice.code}"
        name = notice.name or say("trouble.someone")
        return Sentence(
            TROUBLES[notice.code], say(f"{key}.title", name=name), say(f"{key}.detail", name=name)
        )
    if notice.name in DEVICE_KINDS:
        return Sentence(
            "warn", say(f"device.{notice.name}.{_device(notice.code)}"), say(f"device.{notice.name}.do")
        )
    return Sentence("warn", say("trouble.unknown.title"), say("trouble.unknown.detail", code=notice.code))


def _device(code: str) -> str:
    return next((known for known in DEVICE_CODES if known in code), "failed")


def ending(reason: str) -> Sentence:
    """Return the sentence of an end."""
    known = reason if reason in REASONS else "unknown"
    tone = {"left": "ok", "ended": "ok"}.get(known, "warn")
    return Sentence(tone, say(f"end.{known}.title"), say(f"end.{known}.detail", code=reason))
