"""Which refused message has which sentence (docs/protocol.md §9). No Qt."""

from __future__ import annotations

REFUSALS = {
    "seal-broken": "unreadable",
    "prekey-unknown": "unreadable",
    "malformed": "unreadable",
    "type-unknown": "newer",
    "blob-gone": "gone",
    "signature": "forged",
    "content-forged": "forged",
    "fork": "forged",
    "type-role": "forged",
    "conv-foreign": "forged",
    "not-recipient": "forged",
    "grant-foreign": "forged",
    "invite-forged": "forged",
    "vouch-foreign": "forged",
    "certificate-unknown": "stranger",
    "issuer-unknown": "stranger",
    "issuer-expired": "stranger",
    "directory-old": "stranger",
    "certificate-revoked": "revoked",
    "certificate-expired": "revoked",
    "clock": "clock",
}
"""Code -> end of `messages.refusal.<…>`. Who is blocked is refused in silence: that is what was asked for."""
SILENT = frozenset(("blocked", "grant-late"))


def told(code: str) -> str:
    """Return the text id of a refusal, or "" where nothing is to be said."""
    return "" if code in SILENT else f"messages.refusal.{REFUSALS.get(code, 'other')}"
