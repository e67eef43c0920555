"""Who may follow which care units: rules by IT in a TOML file; whom none names follows nothing. Pure, but for reading the file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MAX_BYTES = 256 << 10
EVERY_UNIT = "*"
ID_BYTES = 16


class RulesError(ValueError):
    """The file of rules does not say what it should; the text says where."""


@dataclass(frozen=True)
class Asker:
    """Whose device asks, as its certificate says."""

    user: bytes
    role: str
    specialty: str


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    units: list[str]
    users: list[str] = []
    roles: list[str] = []
    specialties: list[str] = []
    given: bool = False


class _File(msgspec.Struct, forbid_unknown_fields=True):
    rule: list[_Written] = []


@dataclass(frozen=True)
class Rule:
    """Lets whoever fits all that it names follow `units`; `given`: also who names no units gets these."""

    units: frozenset[str]
    users: frozenset[bytes] = frozenset()
    roles: frozenset[str] = frozenset()
    specialties: frozenset[str] = frozenset()
    given: bool = False

    def fits(self, asker: Asker) -> bool:
        """Whether the rule speaks of *asker*; one that names nobody speaks of nobody."""
        named = (
            (self.users, asker.user),
            (self.roles, asker.role),
            (self.specialties, asker.specialty.casefold()),
        )
        told = [(those, one) for those, one in named if those]
        return bool(told) and all(one in those for those, one in told)


@dataclass(frozen=True)
class Rules:
    """All rules of a site."""

    rules: tuple[Rule, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Rules:
        """Read the file; raises RulesError, OSError."""
        with path.open("rb") as file:
            return cls.parse(file.read(MAX_BYTES + 1))

    @classmethod
    def parse(cls, data: bytes) -> Rules:
        """Read `[[rule]]` tables of `units`, `users` (hexadecimal), `roles`, `specialties`, `given`; raises RulesError."""
        try:
            if len(data) > MAX_BYTES:
                raise RulesError("trop long")
            read: dict[str, Any] = tomllib.loads(data.decode())
            return cls(tuple(map(_rule, msgspec.convert(read, _File).rule)))
        except (ValueError, RecursionError, msgspec.ValidationError) as error:
            raise RulesError(str(error)) from error

    def decide(self, asker: Asker, units: Iterable[str]) -> frozenset[str]:
        """Return which of *units* the asker may follow; where none is named, the units that its rules give."""
        fitting = [rule for rule in self.rules if rule.fits(asker)]
        allowed = {unit for rule in fitting for unit in rule.units}
        asked = set(units) or {unit for rule in fitting if rule.given for unit in rule.units}
        return frozenset((asked if EVERY_UNIT in allowed else asked & allowed) - {EVERY_UNIT})


def _rule(written: _Written) -> Rule:
    users = [bytes.fromhex(user) for user in written.users]
    if any(len(user) != ID_BYTES for user in users):
        raise RulesError("users : 32 chiffres hexadécimaux chacun")
    if not (users or written.roles or written.specialties):
        raise RulesError("une règle doit nommer users, roles ou specialties")
    if written.given and EVERY_UNIT in written.units:
        raise RulesError("given : les unités une par une")
    folded = frozenset(name.casefold() for name in written.specialties)
    return Rule(frozenset(written.units), frozenset(users), frozenset(written.roles), folded, written.given)
