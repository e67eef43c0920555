"""From codes to sentences: what happened, what to do. Every code that the engine may say has one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.ui.words import Say, say, says

if TYPE_CHECKING:
    from app.meeting.view import Notice

TROUBLES = {
    "frame-forged": "danger",
    "frame-undecryptable": "danger",
    "fork": "danger",
    "ghost": "danger",
    "link-forged": "danger",
    "link-missing": "warn",
    "not-received": "warn",
    "replay": "danger",
    "key-refused": "danger",
    "key-bad": "warn",
    "code-mismatch": "danger",
    "control-broken": "warn",
    "not-host": "danger",
    "call-refused": "danger",
    "second-call": "warn",
    "knock-refused": "danger",
    "seal-broken": "warn",
    "full": "warn",
    "room-full": "warn",
    "no-guests": "danger",
    "signature": "danger",
    "issuer-unknown": "warn",
    "issuer-expired": "warn",
    "certificate-expired": "warn",
    "certificate-revoked": "danger",
    "member-revoked": "danger",
    "clock": "warn",
    "relay-impostor": "danger",
    "directory-old": "warn",
    "directory-fork": "danger",
    "directory-blocked": "danger",
    "directory-rollback": "danger",
    "directory-incomplete": "danger",
    "directory-unreadable": "warn",
    "device-unexpected": "danger",
    "vault-read-only": "danger",
    "vault-failing": "danger",
    "audit-set-aside": "danger",
    "audit-cut": "danger",
    "vault-restored": "danger",
    "inbox-set-aside": "danger",
    "cache-rebuilt": "warn",
    "mail-read-only": "danger",
    "mail-lost": "danger",
    "checkpoints-failing": "warn",
    "lease-over": "danger",
    "device-revoked": "danger",
    "certificate-ending": "warn",
    "certificate-over": "danger",
    "engine-restarted": "warn",
    "engine-failed": "danger",
    "link-empty": "warn",
    "link-unreadable": "warn",
    "relay-unknown": "danger",
}
"""Codes of docs/protocol.md §9, of the desk and of the window itself, with the tone of their banner."""
COUNTED = ("device-unexpected", "certificate-ending")
"""Troubles whose title counts."""
DEVICE_KINDS = ("camera", "microphone", "speaker", "screen")
DEVICE_CODES = ("none", "busy", "unplugged", "denied", "failed")
REASONS = (
    "left",
    "ended",
    "refused",
    "removed",
    "replaced",
    "full",
    "locked",
    "unreachable",
    "relay-impostor",
    "relay-too-old",
    "relay-too-new",
    "link-unknown",
    "not-allowed",
    "no-guests",
    "no-host",
    "no-room",
    "busy",
    "bad-message",
    "invite-forged",
    "invite-changed",
    "invite-expired",
    "seal-broken",
    "signature",
    "issuer-unknown",
    "issuer-expired",
    "directory-old",
    "directory-blocked",
    "certificate-expired",
    "certificate-revoked",
    "clock",
    "fork",
    "engine-failed",
    "internal",
)
RETRY = (
    *("refused", "full", "locked", "unreachable", "no-host", "no-room", "busy", "bad-message"),
    *("engine-failed", "internal", "left", "clock", "issuer-expired"),
)
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
        title = f"{key}.title"
        said = says(title, notice.n, name=name) if notice.code in COUNTED else say(title, name=name)
        return Sentence(TROUBLES[notice.code], said, say(f"{key}.detail", name=name))
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
