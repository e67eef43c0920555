"""How the feed of patients stands, and what its settings say: values, light enough for the lock."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from app import config as settings

if TYPE_CHECKING:
    from app.config import Config


@dataclass(frozen=True)
class Progress:
    """How far the cache is: `done` of `total` messages since it began to catch up; equal when it is up to date."""

    done: int = 0
    total: int = 0

    @property
    def up_to_date(self) -> bool:
        """True when nothing waits."""
        return self.done >= self.total


class Standing(StrEnum):
    """What the listener does."""

    OFF = "off"
    LISTENING = "listening"
    PORT_TAKEN = "port-taken"
    """The address is not to be had now; it is asked for again every few seconds."""
    MISCONFIGURED = "misconfigured"
    """The address, or a TLS file, is not usable: somebody must mend the setting."""


LATE_MS = 900_000
"""So long without a word of a gateway, which speaks every five minutes, is an alarm: a relay can hide what it brings."""


@dataclass(frozen=True)
class Reception:
    """What gateways hand on to this desk. `units` are given, `refused` were asked for and are not.

    `heard_ms`: the newest word, 0 for none since the unlock; `since_ms`: from when one may be missed; `missing`: the gateway said
    something that did not come.
    """

    units: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    heard_ms: int = 0
    since_ms: int = 0
    missing: bool = False

    @property
    def follows(self) -> bool:
        """Whether anything is expected."""
        return bool(self.units)

    def late(self, now_ms: int) -> bool:
        """Tell whether nothing came for too long."""
        return self.follows and now_ms - self._newest_ms >= LATE_MS

    def silent_ms(self, now_ms: int) -> int:
        """Return since when nothing came, where that is too long; 0 where it is not."""
        return self._newest_ms if self.late(now_ms) else 0

    @property
    def _newest_ms(self) -> int:
        return max(self.heard_ms, self.since_ms)


@dataclass(frozen=True)
class State:
    """What is known of the feed. `last_ms`: when the newest message came, 0 for never; `waiting` are in quarantine.

    `kept` counts since the unlock; `progress` is how far the cache is behind the inbox.
    `reception`: what comes from a gateway. `mapping`: why the site's table of codes is not used: "", unread or wrong.
    """

    standing: Standing = Standing.OFF
    address: str = ""
    last_ms: int = 0
    kept: int = 0
    waiting: int = 0
    progress: Progress = field(default_factory=Progress)
    reception: Reception = field(default_factory=Reception)
    mapping: str = ""


@dataclass(frozen=True)
class Options:
    """What the settings say: `listen` HOST:PORT or empty, PEM files or empty, the site's zone, days to keep (0: for good), its table of codes."""

    listen: str = ""
    tls_certificate: str = ""
    tls_key: str = ""
    tls_client_authority: str = ""
    zone: str = settings.SITE_ZONE.default
    keep_days: int = 0
    mapping: str = ""

    @classmethod
    def of(cls, config: Config) -> Options:
        """Read the settings."""
        get = config.get
        tls = get(settings.MLLP_CERTIFICATE), get(settings.MLLP_KEY), get(settings.MLLP_CLIENTS)
        return cls(
            get(settings.MLLP_LISTEN),
            *tls,
            get(settings.SITE_ZONE),
            get(settings.KEEP_DAYS),
            get(settings.MAPPING),
        )
