"""What can be said in a sealed message, and by whom (docs/protocol.md §11)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from media.errors import TrustError

PEOPLE = frozenset(("doctor", "nurse", "secretary", "other"))
DESKS = PEOPLE | {"room"}
GATEWAY = frozenset(("gateway",))
ISSUER = frozenset(("issuer",))
CERTIFIED = DESKS | GATEWAY
ALL = CERTIFIED | ISSUER

SMALL = 65_000
LARGE = 1_000_000
DOCUMENT = 8_000_000
FEED = 34_000_000


class Type(IntEnum):
    """The second field of a header. A type that is not known is refused: a later version of the sender said it."""

    TEXT = 1
    CORRECT = 2
    WITHDRAW = 3
    RECEIPT = 4
    TAKEN = 5
    TEAM = 6
    ASK = 8
    GRANT = 9
    PRESENCE = 10
    DIRECTORY = 11
    VOUCH = 12
    HISTORY = 13
    CONVENED = 14
    HOSTING = 15
    ATTENDING = 16
    WANTED = 17
    LAID = 18
    BATCH = 20
    ALIVE = 21
    FOLLOW = 22
    SNAPSHOT = 23
    OUTGOING = 24
    OUTGOING_ACK = 25
    REQUEST = 30
    ANSWER = 31
    DIFFERED = 32
    RECORD = 40


@dataclass(frozen=True)
class Rule:
    """`roles` may say it. `act`: signed by HSig, by a person. `own`: to the author's own devices only.

    `compared`: to devices whose key was compared, or vouched for, only. `receipted`: the receiver says that it came, and what stays without a receipt is sealed again. `limit`: bytes of the body.
    """

    roles: frozenset[str] = DESKS
    act: bool = False
    own: bool = False
    compared: bool = False
    receipted: bool = True
    limit: int = SMALL


RULES: dict[Type, Rule] = {
    Type.TEXT: Rule(limit=LARGE),
    Type.CORRECT: Rule(limit=LARGE),
    Type.WITHDRAW: Rule(),
    Type.RECEIPT: Rule(ALL, receipted=False),
    Type.TAKEN: Rule(PEOPLE, act=True),
    Type.TEAM: Rule(),
    Type.ASK: Rule(receipted=False),
    Type.GRANT: Rule(receipted=False),
    Type.PRESENCE: Rule(PEOPLE, compared=True),
    Type.DIRECTORY: Rule(ISSUER),
    Type.VOUCH: Rule(PEOPLE),
    Type.HISTORY: Rule(PEOPLE, own=True, limit=LARGE),
    Type.CONVENED: Rule(PEOPLE),
    Type.HOSTING: Rule(PEOPLE, compared=True),
    Type.ATTENDING: Rule(PEOPLE),
    Type.WANTED: Rule(),
    Type.LAID: Rule(),
    Type.BATCH: Rule(GATEWAY, receipted=False, limit=FEED),
    Type.ALIVE: Rule(GATEWAY, receipted=False),
    Type.FOLLOW: Rule(DESKS, receipted=False),
    Type.SNAPSHOT: Rule(GATEWAY, receipted=False, limit=FEED),
    Type.OUTGOING: Rule(PEOPLE, limit=DOCUMENT),
    Type.OUTGOING_ACK: Rule(GATEWAY),
    Type.REQUEST: Rule(CERTIFIED, limit=LARGE),
    Type.ANSWER: Rule(ISSUER, limit=LARGE),
    Type.DIFFERED: Rule(PEOPLE),
    Type.RECORD: Rule(PEOPLE, act=True, limit=LARGE),
}


def rule(number: int) -> Rule:
    """Return the rule of a type; raises TrustError("type-unknown")."""
    try:
        return RULES[Type(number)]
    except ValueError as error:
        raise TrustError("type-unknown") from error


def check_role(number: int, role: str) -> None:
    """Raise TrustError("type-role") unless a device of this *role* may say this; "type-unknown" for what nobody says."""
    if role not in rule(number).roles:
        raise TrustError("type-role")
