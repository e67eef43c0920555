"""A call of one's own that is not open yet (docs/protocol.md §5)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from media.keys.sign import signed
from media.room.ground import host_certificates
from media.room.knocker import Entry, Keys, judge_genesis
from media.room.messages import ADD, CALL, Genesis, Op, digest
from media.room.roster import Roster

if TYPE_CHECKING:
    from media.room.ground import Ground


@dataclass
class Opening:
    """Fresh keys and the Genesis that names them; `obj` is it signed, empty until then. *fresh*: no room is open at the relay."""

    keys: Keys
    genesis: Genesis
    slot: int
    fresh: bool
    obj: bytes = b""

    @classmethod
    def draw(cls, ground: Ground, parent: bytes, *, fresh: bool) -> Opening:
        """Return a new one; *parent* is the Genesis of the call before that may name me."""
        keys = Keys.generate()
        listed = ground.me.user in ground.invite.hosts
        genesis = Genesis(
            secrets.token_bytes(CALL),
            ground.invite.hash,
            ground.occurrence,
            keys.kx.public,
            keys.cs.public,
            ground.me.hash,
            keys.slot.public,
            tuple(user for user in ground.order if user != ground.me.user),
            b"" if listed else parent,
        )
        slot = 0 if fresh else 256 * (1 + secrets.randbelow(250))
        return cls(keys, genesis, slot, fresh)

    def entry(self, ground: Ground, admin_seed: bytes) -> Entry:
        """Write link 0, with me alone in it."""
        m = digest(self.obj)
        known = host_certificates(ground, self.genesis, ground.plan.certificate)
        standing = judge_genesis(ground, self.obj, known)
        roster = Roster(self.genesis.call, m)
        link = roster.draft([Op(ADD, m, self.slot)], [self.obj], m)
        body = link.encode()
        roster.apply(signed(body, self.keys.cs.sign(body)), link, [self.obj])
        return Entry(standing, self.keys, self.obj, roster, admin_seed)
