"""Which version of a service's rules holds: the chain of signed versions, from whoever IT named to the newest coordinator's. Pure, no Qt."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.monitoring import rules
from app.monitoring.clock import Hours
from media.mail.policy import LocalRule, Part, Policy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping


@dataclass(frozen=True)
class Version:
    """A version as it came: record id and who signed it."""

    id: bytes
    author: bytes
    policy: Policy


@dataclass(frozen=True)
class Service:
    """A service with the version that holds. `versions`: all that count, the newest first. `rivals`: others of the same number."""

    policy: Policy
    id: bytes = b""
    author: bytes = b""
    versions: tuple[Version, ...] = ()
    rivals: tuple[Version, ...] = ()

    @cached_property
    def members(self) -> frozenset[bytes]:
        """Everybody of the service."""
        return frozenset(user for user, _ in self.policy.members)

    def counts(self, user: bytes, at_ms: int) -> bool:
        """Tell whether what *user* did at a moment counts: a member then or now, and anybody where nobody is a member yet."""
        return not self.members or user in self.members or user in self.at(at_ms).members

    def of(self, part: Part) -> tuple[bytes, ...]:
        """Return the members with a part."""
        return tuple(user for user, one in self.policy.members if one is part)

    @cached_property
    def reasons(self) -> dict[str, str]:
        """The reasons of closure in words by code, those of earlier versions too: the newest words hold."""
        versions = (*(one.policy for one in reversed(self.versions)), self.policy)
        return {code: words for policy in versions for code, words in policy.reasons}

    @cached_property
    def hours(self) -> Hours:
        """When the service works."""
        policy = self.policy
        return Hours(policy.zone, policy.week, frozenset(policy.closed), policy.holidays)

    def at(self, moment_ms: int) -> Service:
        """Return the service as it was ruled at a moment; as it is now where nothing is known of then."""
        if len(self.versions) < 2:
            return self
        return next((one for one in self._ruled if one.policy.made_ms <= moment_ms), self)

    @cached_property
    def _ruled(self) -> tuple[Service, ...]:
        return tuple(Service(one.policy, one.id, one.author) for one in self.versions)


@lru_cache(maxsize=256)
def unruled(service: str) -> Service:
    """Return a service of which no version is signed yet: example delays, no rule on, nobody in it."""
    off = tuple(LocalRule(one.name, one.expression) for one in rules.STANDARD)
    return Service(Policy(service, service, 1, rules=off))


def services(versions: Iterable[Version], founders: Collection[bytes]) -> dict[str, Service]:
    """Return the services by code. The first version counts from one of *founders*, each other one from a coordinator of the version before."""
    by_service: dict[str, list[Version]] = {}
    for one in versions:
        by_service.setdefault(one.policy.service, []).append(one)
    found = {code: _service(those, founders) for code, those in by_service.items()}
    return {code: one for code, one in found.items() if one is not None}


def _service(versions: Iterable[Version], founders: Collection[bytes]) -> Service | None:
    valid: dict[bytes, Version] = {}
    for one in sorted(versions, key=lambda each: (each.policy.number, each.id)):
        if usable(one.policy) and _counts(one, valid, founders):
            valid[one.id] = one
    if not valid:
        return None
    ordered = sorted(valid.values(), key=lambda one: (-one.policy.number, one.id))
    first, *others = ordered
    rivals = tuple(one for one in others if one.policy.number == first.policy.number)
    return Service(first.policy, first.id, first.author, tuple(ordered), rivals)


def _counts(one: Version, valid: Mapping[bytes, Version], founders: Collection[bytes]) -> bool:
    if not one.policy.before:
        return one.policy.number == 1 and one.author in founders
    before = valid.get(one.policy.before)
    if before is None or one.policy.number != before.policy.number + 1:
        return False
    return (one.author, Part.COORDINATOR) in before.policy.members


def usable(policy: Policy) -> bool:
    """Tell whether every part of a version can be worked with: its zone, and the rules that are on."""
    with contextlib.suppress(rules.RuleError, ValueError, OSError, LookupError):
        ZoneInfo(policy.zone)
        for one in policy.rules:
            if one.on:
                rules.check(one.expression)
        return True
    return False
