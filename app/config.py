"""Every setting, declared once: key, default, texts, what IT may do with it, bounds. Qt-free.

Precedence: a value that IT forces > the user's choice (vault) > a default that IT gives > the program's default.
A value that is corrupt or out of bounds is passed over and reported in `Config.problems`, never guessed at.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from app import i18n
from media.events import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T", bool, int, str, tuple[str, ...])
MAX_BYTES = 65_536
MAX_TEXT = 512
MAX_ITEMS = 64
_HOST_PORT = re.compile(
    r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?|\[[0-9a-f:.]{2,45}\](:[0-9]{1,5})?"
)
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


class Level(IntEnum):
    """The most that IT may do with a setting: nothing, give another default, force a value."""

    USER = 0
    IT_DEFAULT = 1
    IT_FORCED = 2


class BadValue(ValueError):  # noqa: N818 -- the field's word
    """The value does not fit its setting; choose one of the choices, or one inside the bounds."""


class ForcedByIt(Exception):  # noqa: N818 -- the field's word
    """IT forces this setting; only they can change it."""


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One setting; its type is its default's. `low` and `high` bound a number, `choices` a text, `fits` judges a text, or each of a list.

    `unit` is the end of the id `unit.<unit>` that writes a number for people; `offered`: the numbers to choose from.
    """

    key: str
    default: T
    french: str
    english: str
    level: Level
    choices: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    fits: Callable[[str], object] = str.isprintable
    unit: str = ""
    offered: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """What the setting is called, in the language spoken now."""
        return self.french if i18n.language() == "fr" else self.english

    def check(self, value: object) -> T:
        """Return *value* as this setting's type; raises BadValue."""
        if isinstance(self.default, tuple) and isinstance(value, list | tuple):
            value = tuple(value)
        if type(value) is not type(self.default) or not self._within(value):
            raise BadValue(self.key)
        return value

    def _within(self, value: Any) -> bool:
        if isinstance(value, str):
            fits = len(value) <= MAX_TEXT and value.isprintable() and self.fits(value)
            return value in self.choices if self.choices else bool(fits)
        if isinstance(value, tuple):
            texts = all(isinstance(item, str) and len(item) <= MAX_TEXT and self.fits(item) for item in value)
            return texts and len(value) <= MAX_ITEMS
        return isinstance(value, bool) or self.low <= value <= self.high


SETTINGS: dict[str, Setting[Any]] = {}
"""The table: every setting by its key, in the order of the settings page."""


def _declare(setting: Setting[T]) -> Setting[T]:
    SETTINGS[setting.key] = setting
    return setting


CAMERA = _declare(Setting("camera", "", "Caméra", "Camera", Level.USER))
MICROPHONE = _declare(Setting("microphone", "", "Microphone", "Microphone", Level.USER))
SPEAKER = _declare(Setting("speaker", "", "Haut-parleur", "Speaker", Level.USER))
SHARE_KIND = _declare(
    Setting(
        "share.kind",
        "screen",
        "Partage proposé en premier",
        "Share offered first",
        Level.IT_DEFAULT,
        choices=("screen", "window", "image"),
    )
)
UP_KBPS = _declare(
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
DOWN_KBPS = _declare(
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
THEME = _declare(
    Setting("theme", "system", "Thème", "Theme", Level.IT_DEFAULT, choices=("system", "light", "dark"))
)
LANGUAGE = _declare(
    Setting("language", "system", "Langue", "Language", Level.IT_DEFAULT, choices=("system", *i18n.LANGUAGES))
)
TEXT_SIZE = _declare(
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
CONTRAST = _declare(
    Setting(
        "contrast",
        "system",
        "Contraste",
        "Contrast",
        Level.IT_DEFAULT,
        choices=("system", "normal", "high"),
    )
)
IDLE_LOCK_MINUTES = _declare(
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
LOCK_NAME = _declare(
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
SOUNDS = _declare(Setting("sounds", True, "Sons d'alerte", "Alert sounds", Level.IT_DEFAULT))
NOTIFICATIONS = _declare(
    Setting("notifications", True, "Notifications du système", "System notifications", Level.IT_DEFAULT)
)
"""They say that something waits, never who or what."""
PUSH_TO_TALK = _declare(
    Setting(
        "keys.talk",
        True,
        "Parler en tenant la barre d'espace",
        "Hold the space bar to talk",
        Level.IT_DEFAULT,
    )
)
SINGLE_KEYS = _declare(
    Setting("keys.single", True, "Raccourcis à une seule touche", "Single-key shortcuts", Level.IT_DEFAULT)
)
ADMIT_CERTIFIED = _declare(
    Setting(
        "meeting.admit-certified",
        False,
        "Admettre sans clic les appareils certifiés",
        "Admit certified devices without a click",
        Level.IT_FORCED,
    )
)
KEYRING = _declare(
    Setting(
        "vault.keyring",
        "allowed",
        "Trousseau du système",
        "System keyring",
        Level.IT_FORCED,
        choices=("required", "allowed", "off"),
    )
)
RELAYS = _declare(
    Setting[tuple[str, ...]](
        "relays.allowed",
        (),
        "Relais autorisés (vide : ceux de l'organisation)",
        "Relays allowed (empty: those of the organisation)",
        Level.IT_FORCED,
        fits=_HOST_PORT.fullmatch,
    )
)
DEPOSIT_PAGE = _declare(
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
DIRECTORY_FILE = _declare(
    Setting(
        "directory.file",
        "",
        "Fichier de l'annuaire de l'organisation",
        "The organisation's directory file",
        Level.IT_FORCED,
    )
)
"""Where the desk reads its organisation's directory, at the unlock and hourly; empty: only what the vault knows."""

PATIENTS_ACCESS = _declare(
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
RPPS = _declare(
    Setting("patients.rpps", "", "Mon numéro RPPS", "My RPPS number", Level.IT_FORCED, fits=_RPPS.fullmatch)
)
CARE_UNITS = _declare(
    Setting[tuple[str, ...]](
        "patients.units",
        (),
        "Mes unités de soins (codes)",
        "My care units (codes)",
        Level.IT_FORCED,
        fits=_UNIT_CODE.fullmatch,
    )
)
MLLP_LISTEN = _declare(
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
MLLP_CERTIFICATE = _declare(
    Setting("mllp.tls-cert", "", "Certificat TLS de l'écoute (PEM)", "TLS certificate (PEM)", Level.IT_FORCED)
)
MLLP_KEY = _declare(
    Setting("mllp.tls-key", "", "Clé TLS de l'écoute (PEM)", "TLS key of the listener (PEM)", Level.IT_FORCED)
)
MLLP_CLIENTS = _declare(
    Setting(
        "mllp.tls-client-ca",
        "",
        "Autorité des émetteurs admis (PEM)",
        "Authority of the senders that are let in (PEM)",
        Level.IT_FORCED,
    )
)
SITE_ZONE = _declare(
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
LEASE_DAYS = _declare(
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
AUDIT_CHECKPOINTS = _declare(
    Setting[tuple[str, ...]](
        "audit.checkpoints",
        (),
        "Points de contrôle du journal : dossiers, syslog://HÔTE:PORT",
        "Checkpoints of the audit trail: folders, syslog://HOST:PORT",
        Level.IT_FORCED,
    )
)
AUDIT_DAYS = _declare(
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
READ_RECEIPTS = _declare(
    Setting(
        "messages.read-receipts",
        True,
        "Dire à l’auteur que son message est lu",
        "Tell authors that their message was read",
        Level.IT_FORCED,
    )
)
MESSAGES_KEEP_DAYS = _declare(
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
KEEP_DAYS = _declare(
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


@dataclass(frozen=True)
class Problem:
    """A value that was passed over: `where` policy or user, `key` the setting (empty: the whole file), `code` why.

    Codes: unreadable, unknown, bad-value, not-allowed.
    """

    where: str
    key: str
    code: str


UNREAD = frozenset(("unreadable", "bad-value", "not-allowed"))
"""Codes of values that somebody must mend; an unknown key may be another version's."""


class _PolicyFile(msgspec.Struct, forbid_unknown_fields=True):
    name: str = ""
    forced: dict[str, Any] = {}
    default: dict[str, Any] = {}
    reasons: dict[str, str] = {}


@dataclass(frozen=True)
class Policy:
    """What IT decided: values forced, values given as defaults, reasons to show beside them."""

    name: str = ""
    forced: dict[str, Any] = field(default_factory=dict)
    default: dict[str, Any] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Policy:
        """Read the policy file; no file is no policy, an unreadable one is reported."""
        try:
            with path.open("rb") as file:
                return cls.parse(file.read(MAX_BYTES + 1))
        except FileNotFoundError:
            return cls()
        except OSError:
            return cls(problems=(Problem("policy", "", "unreadable"),))

    @classmethod
    def parse(cls, data: bytes) -> Policy:
        """Read `{"name", "forced": {key: value}, "default": {…}, "reasons": {key: text}}`; bad parts are reported."""
        try:
            if len(data) > MAX_BYTES:
                raise BadValue("too large")
            file = msgspec.json.decode(data, type=_PolicyFile)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            return cls(problems=(Problem("policy", "", "unreadable"),))
        forced, wrong = _sift("policy", file.forced, Level.IT_FORCED)
        default, wrong_too = _sift("policy", file.default, Level.IT_DEFAULT)
        return cls(file.name[:MAX_TEXT], forced, default, file.reasons, (*wrong, *wrong_too))


def policy_path() -> Path:
    """Return where IT puts the policy on this system: a place that the user cannot write."""
    if sys.platform == "win32":
        return Path(r"C:\ProgramData\Consilium\policy.json")
    return Path("/etc/consilium/policy.json")


class Config:
    """The settings as they hold now. `changed` fires with the key, on the thread that changed it."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.policy = policy or Policy()
        self.problems: tuple[Problem, ...] = self.policy.problems
        self.changed: Event[str] = Event()
        self._user: dict[str, Any] = {}

    def get(self, setting: Setting[T]) -> T:
        """Return the value that holds now."""
        value: T
        for values in (self.policy.forced, self._user, self.policy.default):
            if setting.key in values:
                value = values[setting.key]
                return value
        return setting.default

    def forced(self, setting: Setting[Any]) -> bool:
        """Tell whether IT forces this setting: it is then shown with its value and `reason`, and not changed."""
        return setting.key in self.policy.forced

    def reason(self, setting: Setting[Any]) -> str:
        """Return the reason that IT gives, or an empty text."""
        return self.policy.reasons.get(setting.key, "")

    def load_user(self, stored: Mapping[str, str]) -> None:
        """Take over what the vault keeps (key -> JSON text), after an unlock; fires `changed` for what differs."""
        before = {key: self.get(setting) for key, setting in SETTINGS.items()}
        self._user, wrong = _sift("user", {key: _parse(text) for key, text in stored.items()}, Level.USER)
        self.problems = (*self.policy.problems, *wrong)
        for key, setting in SETTINGS.items():
            if self.get(setting) != before[key]:
                self.changed.fire(key)

    def forgive(self) -> tuple[str, ...]:
        """Forget the user's values that could not be read; return their keys, to be forgotten in the vault too."""
        bad = tuple(
            problem for problem in self.problems if problem.where == "user" and problem.code in UNREAD
        )
        self.problems = tuple(problem for problem in self.problems if problem not in bad)
        return tuple(problem.key for problem in bad)

    def choose(self, setting: Setting[T], value: T) -> str:
        """Take the user's choice; return the JSON text to keep in the vault. Raises BadValue, ForcedByIt."""
        if self.forced(setting):
            raise ForcedByIt(setting.key)
        before = self.get(setting)
        self._user[setting.key] = setting.check(value)
        if before != value:
            self.changed.fire(setting.key)
        return msgspec.json.encode(value).decode()


def _sift(where: str, values: Mapping[str, Any], level: Level) -> tuple[dict[str, Any], list[Problem]]:
    """Keep the values that fit their settings and that IT may give at *level*; report the others."""
    kept: dict[str, Any] = {}
    wrong: list[Problem] = []
    for key, value in values.items():
        setting = SETTINGS.get(key)
        if setting is None:
            wrong.append(Problem(where, key[:MAX_TEXT], "unknown"))
        elif setting.level < level:
            wrong.append(Problem(where, key, "not-allowed"))
        else:
            try:
                kept[key] = setting.check(value)
            except BadValue:
                wrong.append(Problem(where, key, "bad-value"))
    return kept, wrong


def _parse(text: str) -> object:
    try:
        return msgspec.json.decode(text[:MAX_BYTES])
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None
