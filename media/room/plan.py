"""What a participant knows before it knocks."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class JoinPlan:
    """The fields of the pipe message `Join`; `trust` has the fields of `TrustAnchor`.

    `successors` are user ids that may open a new call besides the hosts of the invitation, best first. `turn`: the hand was up under this
    number before the engine was lost; 0 for none.
    Secrets are never printed.
    """

    relay_host: str
    relay_port: int
    tag: bytes
    certificate: bytes
    trust: Any = field(repr=False)
    secret: bytes = field(repr=False)
    invite_hash: bytes
    relay_pin: bytes = b""
    relay_ca: str = ""
    invitation_secret: bytes = field(default=b"", repr=False)
    relay_key: bytes = field(default=b"", repr=False)
    force_tls: bool = False
    admit_certified: bool = False
    successors: tuple[bytes, ...] = ()
    turn: int = 0

    @classmethod
    def of(cls, join: Any) -> JoinPlan:
        """Take the fields from a `Join` of the engine's pipe."""
        return cls(
            **{item.name: getattr(join, item.name) for item in fields(cls) if hasattr(join, item.name)}
        )
