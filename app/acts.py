"""What the audit trail calls what was done: every code, so that each has words in both languages. No Qt."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from app.i18n import tr

Act: TypeAlias = Literal[
    # Opening of the desk
    "unlock",
    "lock",
    "wrong-tries",
    "vault-alarm",
    "directory-alarm",
    # Meetings
    "meeting-join",
    "meeting-leave",
    "admit",
    "refuse",
    "remove",
    "mute",
    "handover",
    "end",
    # Patients
    "patient-opened",
    "patient-refused",
    "patient-document",
    "patient-printed",
    "patient-copied",
    "patient-ins",
    "patient-exported",
    "patient-identity-checked",
    "patient-messages",
    # Messages
    "message-linked",
    "message-read",
    "message-sent",
    "message-corrected",
    "message-withdrawn",
    "message-taken",
    "message-refused",
    "messages-retired",
    "history-sent",
    "file-read",
    "file-saved",
    "file-opened-once",
    # Telemonitoring
    "alert-read",
    "alert-step",
    "policy-signed",
    "monitoring-exported",
    "records-limited",
    # Deposits
    "deposit-left",
    "deposit-collected",
    "deposit-taken-back",
    "deposit-over",
    # Directory and keys
    "safety-identical",
    "safety-different",
    "safety-withdrawn",
    "safety-accepted",
    "safety-vouched",
    "safety-own",
    "safety-blocked",
    "safety-unblocked",
    # Gateway
    "feed-follow",
    "feed-leave",
    "feed-refused",
    "document-out",
    "gateway-request",
    "gateway-enrol",
    # Command line
    "backup",
    "audit-export",
    "patients-export",
    "quarantine-show",
    "quarantine-replay",
]
"""A code as it stands in a row; docs/storage.md tells what each means."""
ACTS: frozenset[str] = frozenset(get_args(Act))


def act_words(action: str) -> str:
    """Return the words of a row's code; a row of another version may hold one that is unknown here."""
    return tr(f"act.{action if action in ACTS else 'other'}")
