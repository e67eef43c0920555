"""What IT decided, read from its file; a value that does not fit is reported, never guessed at. Qt-free."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from app.config.setting import MAX_TEXT, SETTINGS, BadValue, Level

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BYTES = 65_536


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
        forced, wrong = sift("policy", file.forced, Level.IT_FORCED)
        default, wrong_too = sift("policy", file.default, Level.IT_DEFAULT)
        return cls(file.name[:MAX_TEXT], forced, default, file.reasons, (*wrong, *wrong_too))


def policy_path() -> Path:
    """Return where IT puts the policy on this system: a place that the user cannot write."""
    if sys.platform == "win32":
        return Path(r"C:\ProgramData\Consilium\policy.json")
    return Path("/etc/consilium/policy.json")


def sift(where: str, values: Mapping[str, Any], level: Level) -> tuple[dict[str, Any], list[Problem]]:
    """Keep the values that fit their settings and that IT may give at *level*; report the others."""
    kept: dict[str, Any] = {}
    wrong: list[Problem] = []
    for key, value in values.items():
        setting = SETTINGS.get(key)
        if setting is None:
            wrong.append(Problem(where, key[:MAX_TEXT], "unknown"))
        elif setting.level < level or (level and setting.by_it and value not in setting.by_it):
            wrong.append(Problem(where, key, "not-allowed"))
        else:
            try:
                kept[key] = setting.check(value)
            except BadValue:
                wrong.append(Problem(where, key, "bad-value"))
    return kept, wrong
