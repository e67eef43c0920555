"""What a member keeps of a call that it must leave, and its right to open the next one (docs/protocol.md §5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from media.keys import invite
from media.room.ground import CERTIFIED
from media.room.messages import Genesis, peek

if TYPE_CHECKING:
    from media.room.ground import Ground
    from media.room.meeting import Meeting


@dataclass
class Memory:
    """Whom it knew, who may open after the host, and the key to do so."""

    devices: set[bytes] = field(default_factory=set)
    parent: bytes = b""
    succession: tuple[bytes, ...] = ()
    admin_seed: bytes = field(default=b"", repr=False)
    lost_user: bytes = b""

    @classmethod
    def fresh(cls, ground: Ground) -> Memory:
        """Return what is known before the first call."""
        secret = ground.plan.invitation_secret
        seed = invite.admin_seed(secret, ground.room.room_id) if secret else b""
        return cls(succession=ground.order, admin_seed=seed)

    def keep(self, ground: Ground, meeting: Meeting, *, lost: bool) -> None:
        """Keep what gives a right in the next call: whom I knew, and the Genesis that may name me; *lost*: the host is."""
        standing = meeting.standing
        seats = meeting.roster.seats.values()
        self.devices = {seat.verdict.ed25519_pk for seat in seats if seat.verdict}
        self.parent = standing.genesis.parent or standing.obj
        root = peek(self.parent)
        if isinstance(root, Genesis):
            self.succession = (*ground.invite.hosts, *root.succession)
        self.admin_seed = self.admin_seed or meeting.admin_seed
        host = meeting.roster.host_seat.verdict
        self.lost_user = host.user if lost and host else b""

    def rank(self, ground: Ground) -> int | None:
        """Return my place among those who may open a call, without the host that was lost; None: I may not."""
        me = ground.me
        if me.level not in CERTIFIED or me.org != ground.invite.org:
            return None
        if not (self.admin_seed and ground.plan.relay_key):
            return None
        named = ground.invite.hosts + (self.succession if self.parent else ())
        order = list(dict.fromkeys(user for user in named if user != self.lost_user or user == me.user))
        return order.index(me.user) if me.user in order else None
