"""The sections of the settings: key, icon, settings in order. Devices and the versions are pages of their own. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app import config as c

if TYPE_CHECKING:
    from app.config import Setting

SECTIONS: tuple[tuple[str, str, tuple[Setting[Any], ...]], ...] = (
    ("devices", "video", ()),
    ("appearance", "contrast", (c.LANGUAGE, c.THEME, c.CONTRAST, c.TEXT_SIZE)),
    ("meetings", "users-group", (c.ADMIT_CERTIFIED, c.SHARE_KIND, c.SINGLE_KEYS, c.PUSH_TO_TALK)),
    (
        "alerts",
        "volume",
        (
            c.SOUNDS,
            c.NOTIFICATIONS,
            c.NOTIFY_MESSAGES,
            c.MESSAGE_SOUND,
            c.SILENT_IN_MEETING,
            c.QUIET_HOURS,
        ),
    ),
    ("line", "wifi-2", (c.UP_KBPS, c.DOWN_KBPS)),
    (
        "patients",
        "id-badge-2",
        (
            c.PATIENTS_ACCESS,
            c.RPPS,
            c.CARE_UNITS,
            c.MLLP_LISTEN,
            c.MLLP_CERTIFICATE,
            c.MLLP_KEY,
            c.MLLP_CLIENTS,
            c.SITE_ZONE,
            c.KEEP_DAYS,
            c.LEASE_DAYS,
        ),
    ),
    (
        "messages",
        "message-2",
        (
            c.THREAD_DAYS,
            c.ONCE_SECONDS,
            c.ONCE_OFFERED,
            c.ACCEPT_MB,
            c.READ_RECEIPTS,
            c.PRESENCE,
            c.MESSAGES_KEEP_DAYS,
            c.DEPOSIT_PAGE,
        ),
    ),
    ("monitoring", "activity-heartbeat", (c.COORDINATORS, c.MAPPING)),
    ("security", "shield-lock", (c.IDLE_LOCK_MINUTES, c.LOCK_NAME, c.AUDIT_DAYS, c.AUDIT_CHECKPOINTS)),
    ("about", "info-circle", ()),
)
