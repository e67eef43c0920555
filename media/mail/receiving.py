"""Whether a received header may be taken, and what it tells of others that did not come (docs/protocol.md §11).

The caller has verified the header by a trusted certificate, and stores what is answered here in one transaction with the message.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from media.errors import TrustError
from media.keys.cards import DAY_MS
from media.mail import convs
from media.mail.types import check_role, rule

if TYPE_CHECKING:
    from media.keys.envelope import Header

CLOCK_MS = DAY_MS
"""How far the clocks of two desks may differ."""
REPLAY_MS = 45 * DAY_MS
"""What was sent longer ago than any queue keeps a block and says a number that came before is that message again."""


@dataclass(frozen=True)
class Author:
    """Whose certificate signed the header."""

    user: bytes
    role: str
    device_id: bytes


@dataclass(frozen=True)
class Gap:
    """Numbers of a chain that did not come, both ends included.

    `after`: what the header behind them says of the last one; `before`: hash of the header before the first. Empty: not known.
    """

    first: int
    last: int
    after: bytes = b""
    before: bytes = b""


@dataclass(frozen=True)
class Chain:
    """What came of a chain: `seq` is the next number, `hash` that of the last header's body."""

    seq: int = 0
    hash: bytes = b""
    gaps: tuple[Gap, ...] = ()

    def gap(self, seq: int) -> Gap | None:
        """Return the gap in which a number is missing."""
        return next((gap for gap in self.gaps if gap.first <= seq <= gap.last), None)


class Verdict(StrEnum):
    """What to do with a message; all but `REFUSED` are acknowledged to the relay at once, and so is that."""

    TAKE = "take"
    DUPLICATE = "duplicate"
    """It is here already: acknowledge, and say again that it came."""
    EXPIRED = "expired"
    """Its life is over: count its number, keep nothing of what it says."""
    REFUSED = "refused"
    """`code` says why; nothing is kept, and its author gets no receipt."""


@dataclass(frozen=True)
class Judged:
    """`warning`: "", "gap" (messages before it are missing), "late" (it was), "fork" (another history than before), "clock".

    `missing`: the numbers that are missing before it, both ends included. `code`: not-recipient, type-role, type-unknown,
    conv-foreign.
    """

    verdict: Verdict
    code: str = ""
    warning: str = ""
    missing: tuple[int, int] | None = None


def judge(
    header: Header,
    author: Author,
    me: bytes,
    chain: Chain,
    now_ms: int,
    *,
    seen: bool,
    sure_ms: int | None = None,
) -> Judged:
    """Judge a verified header for the user *me*; *chain* is what is known of (author's device, header's chain).

    *seen*: a message with this msg_id by this device was taken. *sure_ms*: how late it surely is, where the clock may run
    ahead: a life that is over by the clock alone would lose the message for good.
    """
    code = _refused(header, author, me)
    if code:
        return Judged(Verdict.REFUSED, code)
    counted = header.seq < chain.seq and chain.gap(header.seq) is None
    if seen or (counted and (header.hash == chain.hash or header.sent_ms < now_ms - REPLAY_MS)):
        return Judged(Verdict.DUPLICATE)
    verdict = Verdict.EXPIRED if expired(header, now_ms if sure_ms is None else sure_ms) else Verdict.TAKE
    missing = (chain.seq, header.seq - 1) if header.seq > chain.seq else None
    return Judged(verdict, "", _warning(header, chain, now_ms, counted=counted), missing)


def expired(header: Header, now_ms: int) -> bool:
    """Tell whether a message's life is over."""
    return bool(header.expires_s) and now_ms > header.sent_ms + 1000 * header.expires_s


def _refused(header: Header, author: Author, me: bytes) -> str:
    try:
        check_role(header.type, author.role)
    except TrustError as error:
        return error.code
    if me not in header.recipients and me != author.user:
        return "not-recipient"
    if rule(header.type).own and (author.user != me or header.recipients != (me,)):
        return "not-recipient"
    if not convs.belongs(header.conv, author.user, header.recipients):
        return "conv-foreign"
    return ""


def _warning(header: Header, chain: Chain, now_ms: int, *, counted: bool) -> str:
    if counted or _contradicts(header, chain):
        return "fork"
    if header.sent_ms > now_ms + CLOCK_MS:
        return "clock"
    if header.seq > chain.seq:
        return "gap"
    return "late" if header.seq < chain.seq else ""


def _contradicts(header: Header, chain: Chain) -> bool:
    """Tell whether its neighbours know another header at this place, or it other neighbours."""
    gap = chain.gap(header.seq)
    if gap:
        after = gap.after if header.seq == gap.last else b""
        before = gap.before if header.seq == gap.first else b""
        return (bool(after) and after != header.hash) or (bool(before) and before != header.prev_hash)
    return header.seq == chain.seq and chain.hash != header.prev_hash


def directory(header: Header, height: int, hash_: bytes) -> str:
    """Say what a header tells of the directory: "newer" (fetch it), "directory-fork" (equal height, another log), "" (nothing)."""
    if header.head_height > height:
        return "newer"
    fork = header.head_height == height and bool(header.head_hash) and header.head_hash != hash_
    return "directory-fork" if fork else ""
