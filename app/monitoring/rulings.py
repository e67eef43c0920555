"""The rules of the services as this desk knows them: who may sign the next version, drafts, what a rule would have said. No Qt."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from app.monitoring.ground import Ground
from app.monitoring.ports import Refused, Ruled, Unwritable
from app.monitoring.rules import tried
from app.monitoring.standing import Version, services, unruled
from media.mail.policy import Part
from storage.errors import Locked, ReadOnly

if TYPE_CHECKING:
    from media.mail.policy import Policy

TRIED_MS, NEVER_MS = 30 * 86_400_000, 1 << 62
_DRAFT = "monitoring.draft."


class Rulings(Ground):
    """See `app.monitoring.ports.Monitoring`."""

    async def ruled(self) -> Ruled:
        """Return the rules of all services, who may sign, and the drafts of this user."""
        desk, me = self._opened, self._opened.session.user
        known = desk.memory.services
        kept = await asyncio.wrap_future(desk.vault.settings.all())
        return Ruled(
            me,
            tuple(known[code] for code in sorted(known)),
            frozenset(code for code, one in known.items() if (me, Part.COORDINATOR) in one.policy.members),
            me in self._founders(),
            not (desk.vault.mail_read_only or desk.vault.read_only),
            desk.memory.units_without_rules(),
            tuple((key.removeprefix(_DRAFT), text) for key, text in kept.items() if key.startswith(_DRAFT)),
        )

    async def keep_draft(self, service: str, packed: str) -> None:
        """Keep a draft of rules in the vault; "" lets it go. Raises Unwritable."""
        shelf = self._opened.vault.settings
        key = f"{_DRAFT}{service}"
        try:
            await asyncio.wrap_future(shelf.save(key, packed) if packed else shelf.forget(key))
        except (Locked, ReadOnly) as error:
            raise Unwritable from error

    async def tried(self, service: str, expression: str) -> int:
        """Return on how many questionnaires of the last 30 days a rule would have spoken; raises RuleError."""
        desk, since_ms = self._opened, self._now_ms() - TRIED_MS
        told = await asyncio.wrap_future(desk.vault.answers.within(since_ms, NEVER_MS))
        some = [one for one in told if one.received_ms >= since_ms and desk.memory.follows(service, one)]
        return await asyncio.to_thread(tried, expression, some)

    async def sign(self, policy: Policy) -> None:
        """Sign a new version of a service's rules, as its coordinator or as whom IT named; raises Refused("not-member")."""
        desk = self._opened
        trial = Version(bytes(16), desk.session.user, policy)
        found = services((*self._versions.values(), trial), self._founders()).get(policy.service)
        if found is None or trial not in found.versions:
            raise Refused("not-member")
        await self.traced("policy-signed", b"", f"{policy.service} {policy.number}")
        before = desk.memory.services.get(policy.service, unruled(policy.service))
        await self._said(desk, policy.service, before.members | {user for user, _ in policy.members}, policy)
