"""The settings of messages, and of when a message calls for attention, in the order of the settings page."""

from __future__ import annotations

import re

from app.config.setting import Level, Setting, declare

MAX_ONCE_S = 300
"""How long an ephemeral document may be shown at most (docs/protocol.md §13)."""
_HOURS = re.compile(r"|([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]")
_SECONDS = re.compile(r"[1-9][0-9]?|[12][0-9][0-9]|300")

NOTIFY_MESSAGES = declare(
    Setting(
        "notify.messages",
        "all",
        "Avertir des messages",
        "Tell of messages",
        Level.IT_FORCED,
        choices=("all", "pinned", "none"),
    )
)
MESSAGE_SOUND = declare(
    Setting("notify.message-sound", True, "Son d'un message", "Sound of a message", Level.IT_FORCED)
)
SILENT_IN_MEETING = declare(
    Setting(
        "notify.silent-in-meeting",
        True,
        "Messages et alertes silencieux pendant une RCP",
        "Silent messages and alerts during a meeting",
        Level.IT_FORCED,
    )
)
QUIET_HOURS = declare(
    Setting(
        "notify.quiet-hours",
        "",
        "Heures calmes (HH:MM-HH:MM, vide : aucune)",
        "Quiet hours (HH:MM-HH:MM, empty: none)",
        Level.IT_FORCED,
        fits=_HOURS.fullmatch,
    )
)
"""By this machine's clock, from the first time to before the second, over midnight where that is earlier."""
THREAD_DAYS = declare(
    Setting(
        "messages.thread-days",
        0,
        "Effacer les messages d'un nouveau fil après (jours)",
        "Erase messages of a new thread after (days)",
        Level.IT_FORCED,
        high=365,
        unit="days",
        offered=(0, 1, 7, 30, 90),
    )
)
"""The timer that a new thread begins with; where IT forces it, no thread of this desk is given another."""
ONCE_SECONDS = declare(
    Setting(
        "messages.once-seconds",
        10,
        "Durée d'un document éphémère (secondes)",
        "Time of an ephemeral document (seconds)",
        Level.IT_FORCED,
        low=1,
        high=MAX_ONCE_S,
        unit="seconds",
        offered=(10, 30, 60),
    )
)
ONCE_OFFERED = declare(
    Setting[tuple[str, ...]](
        "messages.once-offered",
        ("10", "30", "60"),
        "Durées proposées pour un document éphémère (secondes)",
        "Times offered for an ephemeral document (seconds)",
        Level.IT_FORCED,
        fits=_SECONDS.fullmatch,
    )
)
ACCEPT_MB = declare(
    Setting(
        "messages.accept-mb",
        10,
        "Recevoir les fichiers sans demander jusqu'à (Mo)",
        "Receive files without asking up to (MB)",
        Level.IT_FORCED,
        high=2_147,
        unit="megabytes",
        offered=(0, 1, 10, 50, 200),
    )
)
"""Of people whose key is not in doubt, never an ephemeral document; 0: always ask."""
READ_RECEIPTS = declare(
    Setting(
        "messages.read-receipts",
        True,
        "Dire à l’auteur que son message est lu",
        "Tell authors that their message was read",
        Level.IT_FORCED,
    )
)
MESSAGES_KEEP_DAYS = declare(
    Setting(
        "messages.keep-days",
        0,
        "Supprimer les messages lus après (jours)",
        "Delete read messages after (days)",
        Level.IT_FORCED,
        high=36_500,
        unit="days",
        offered=(0, 90, 180, 365, 730),
    )
)
"""0: never. What goes was announced a week before."""
PRESENCE = declare(
    Setting(
        "presence.share",
        False,
        "Partager ma présence",
        "Share my presence",
        Level.IT_FORCED,
        by_it=(False,),
    )
)
"""Nobody but the person turns it on."""
