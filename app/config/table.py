"""The table of settings: each declared once, in the order of the settings page."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from app import i18n
from app.config.setting import Level, Setting, declare

_KBPS = (0, 300, 600, 1000, 2000, 4000, 8000)
_LISTEN = re.compile(r"|([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\]):[0-9]{1,5}")
_PAGE = re.compile(r"|https://[a-z0-9.-]+(:[0-9]{1,5})?/([A-Za-z0-9._~-]+/)*")
_RPPS = re.compile(r"|[0-9]{11}")
_UNIT_CODE = re.compile(r"[^\s,;^&~|\\]{1,20}")


def _is_zone(name: str) -> bool:
    """Tell whether *name* is a time zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return False
    return True


CAMERA = declare(Setting("camera", "", "Caméra", "Camera", Level.USER))
MICROPHONE = declare(Setting("microphone", "", "Microphone", "Microphone", Level.USER))
SPEAKER = declare(Setting("speaker", "", "Haut-parleur", "Speaker", Level.USER))
SHARE_KIND = declare(
    Setting(
        "share.kind",
        "screen",
        "Partage proposé en premier",
        "Share offered first",
        Level.IT_DEFAULT,
        choices=("screen", "window", "image"),
    )
)
UP_KBPS = declare(
    Setting(
        "ceiling.up",
        0,
        "Débit montant maximal (kb/s)",
        "Upload ceiling (kb/s)",
        Level.IT_FORCED,
        high=100_000,
        unit="kbps",
        offered=_KBPS,
    )
)
DOWN_KBPS = declare(
    Setting(
        "ceiling.down",
        0,
        "Débit descendant maximal (kb/s)",
        "Download ceiling (kb/s)",
        Level.IT_FORCED,
        high=100_000,
        unit="kbps",
        offered=_KBPS,
    )
)
THEME = declare(
    Setting("theme", "system", "Thème", "Theme", Level.IT_DEFAULT, choices=("system", "light", "dark"))
)
LANGUAGE = declare(
    Setting("language", "system", "Langue", "Language", Level.IT_DEFAULT, choices=("system", *i18n.LANGUAGES))
)
TEXT_SIZE = declare(
    Setting(
        "text.size",
        100,
        "Taille du texte (%)",
        "Text size (%)",
        Level.IT_DEFAULT,
        low=100,
        high=150,
        unit="percent",
        offered=(100, 115, 130, 150),
    )
)
CONTRAST = declare(
    Setting(
        "contrast",
        "system",
        "Contraste",
        "Contrast",
        Level.IT_DEFAULT,
        choices=("system", "normal", "high"),
    )
)
IDLE_LOCK_MINUTES = declare(
    Setting(
        "lock.idle",
        5,
        "Verrouillage après (minutes)",
        "Lock after (minutes)",
        Level.IT_FORCED,
        low=1,
        high=60,
        unit="minutes",
        offered=(1, 2, 5, 10, 15, 30, 60),
    )
)
LOCK_NAME = declare(
    Setting(
        "lock.name",
        "name",
        "Au verrou, me montrer par",
        "At the lock, show me by",
        Level.IT_FORCED,
        choices=("name", "initials", "none"),
    )
)
"""What of the own name stands in the clear beside the vault, to tell the people of a shared PC apart."""
SOUNDS = declare(Setting("sounds", True, "Sons d'alerte", "Alert sounds", Level.IT_FORCED))
NOTIFICATIONS = declare(
    Setting("notifications", True, "Notifications du système", "System notifications", Level.IT_FORCED)
)
"""They say that something waits, never who or what."""
PUSH_TO_TALK = declare(
    Setting(
        "keys.talk",
        True,
        "Parler en tenant la barre d'espace",
        "Hold the space bar to talk",
        Level.IT_DEFAULT,
    )
)
SINGLE_KEYS = declare(
    Setting("keys.single", True, "Raccourcis à une seule touche", "Single-key shortcuts", Level.IT_DEFAULT)
)
ADMIT_CERTIFIED = declare(
    Setting(
        "meeting.admit-certified",
        False,
        "Admettre sans clic les appareils certifiés",
        "Admit certified devices without a click",
        Level.IT_FORCED,
    )
)
KEYRING = declare(
    Setting(
        "vault.keyring",
        "allowed",
        "Trousseau du système",
        "System keyring",
        Level.IT_FORCED,
        choices=("required", "allowed", "off"),
    )
)
DEPOSIT_PAGE = declare(
    Setting(
        "deposit.page",
        "",
        "Page des dépôts pour les correspondants sans Consilium (https://…/)",
        "Page of deposits for people without Consilium (https://…/)",
        Level.IT_FORCED,
        fits=_PAGE.fullmatch,
    )
)
"""On the hospital's own web server (docs/deposit.md); empty: nothing can be deposited."""
DIRECTORY_FILE = declare(
    Setting(
        "directory.file",
        "",
        "Fichier de l'annuaire de l'organisation",
        "The organisation's directory file",
        Level.IT_FORCED,
    )
)
"""Where the desk reads its organisation's directory, at the unlock and hourly; empty: only what the vault knows."""

PATIENTS_ACCESS = declare(
    Setting(
        "patients.access",
        "care_team",
        "Ouvrir un dossier sans motif",
        "Open a patient without a reason",
        Level.IT_FORCED,
        choices=("care_team", "everyone"),
    )
)
"""Who opens a page without saying why; everybody else gives a reason first. Each opening is traced in either case."""
RPPS = declare(
    Setting("patients.rpps", "", "Mon numéro RPPS", "My RPPS number", Level.IT_FORCED, fits=_RPPS.fullmatch)
)
CARE_UNITS = declare(
    Setting[tuple[str, ...]](
        "patients.units",
        (),
        "Mes unités de soins (codes)",
        "My care units (codes)",
        Level.IT_FORCED,
        fits=_UNIT_CODE.fullmatch,
    )
)
MLLP_LISTEN = declare(
    Setting(
        "mllp.listen",
        "",
        "Écoute HL7 de ce poste (HÔTE:PORT, vide : arrêtée)",
        "HL7 listener of this desk (HOST:PORT, empty: off)",
        Level.IT_FORCED,
        fits=_LISTEN.fullmatch,
    )
)
"""Open from the unlock to the lock; a site listens with `consilium-gateway` instead."""
MLLP_CERTIFICATE = declare(
    Setting("mllp.tls-cert", "", "Certificat TLS de l'écoute (PEM)", "TLS certificate (PEM)", Level.IT_FORCED)
)
MLLP_KEY = declare(
    Setting("mllp.tls-key", "", "Clé TLS de l'écoute (PEM)", "TLS key of the listener (PEM)", Level.IT_FORCED)
)
MLLP_CLIENTS = declare(
    Setting(
        "mllp.tls-client-ca",
        "",
        "Autorité des émetteurs admis (PEM)",
        "Authority of the senders that are let in (PEM)",
        Level.IT_FORCED,
    )
)
SITE_ZONE = declare(
    Setting(
        "site.zone",
        "Europe/Paris",
        "Fuseau horaire du site",
        "Time zone of the site",
        Level.IT_FORCED,
        fits=_is_zone,
    )
)
"""That of times in messages that name no offset."""
LEASE_DAYS = declare(
    Setting(
        "patients.lease-days",
        7,
        "Sans nouvelles de l'organisation, fermer les patients après (jours)",
        "Without news of the organisation, close the patients after (days)",
        Level.IT_FORCED,
        high=365,
        unit="days",
        offered=(0, 1, 3, 7, 14, 30),
    )
)
"""The offline lease of a desk that reads its organisation's directory; 0: none."""
AUDIT_CHECKPOINTS = declare(
    Setting[tuple[str, ...]](
        "audit.checkpoints",
        (),
        "Points de contrôle du journal : dossiers, syslog://HÔTE:PORT",
        "Checkpoints of the audit trail: folders, syslog://HOST:PORT",
        Level.IT_FORCED,
    )
)
AUDIT_DAYS = declare(
    Setting(
        "audit.keep-days",
        365,
        "Garder le journal (jours)",
        "Keep the audit trail (days)",
        Level.IT_FORCED,
        low=90,
        high=36_500,
        unit="days",
        offered=(180, 365, 730, 1825),
    )
)
KEEP_DAYS = declare(
    Setting(
        "patients.keep-days",
        0,
        "Oublier un patient sans nouvelles après (jours)",
        "Forget a patient without news after (days)",
        Level.IT_FORCED,
        high=36_500,
        unit="days",
        offered=(0, 90, 180, 365, 730),
    )
)
"""0: never."""
