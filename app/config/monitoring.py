"""The settings of telemonitoring."""

from __future__ import annotations

import re

from app.config.setting import Level, Setting, declare

_USER = re.compile(r"[0-9a-f]{32}")

COORDINATORS = declare(
    Setting[tuple[str, ...]](
        "monitoring.coordinators",
        (),
        "Qui signe les premières règles d’un service (identifiants)",
        "Who signs a service's first rules (user ids)",
        Level.IT_FORCED,
        fits=_USER.fullmatch,
    )
)
"""User ids as `consilium-admin` writes them; each later version is signed by a coordinator of the one before."""
MAPPING = declare(
    Setting(
        "monitoring.mapping",
        "",
        "Table de codes des questionnaires du site (JSON)",
        "The site's table of questionnaires' codes (JSON)",
        Level.IT_FORCED,
    )
)
"""Over that of `resources/monitoring` (docs/telemonitoring.md §2); read at the unlock."""
