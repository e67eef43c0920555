"""The ephemeral document on both sides (docs/protocol.md §13): asked for by a one-time key, judged by its author's clock, shown once.

`now_ms` is of a clock that nobody sets: in a thread, whose documents wait longer than a program runs, one that never goes back.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from media.errors import TrustError
from media.keys import seal
from media.mail.bodies import Answer, Ask, Grant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from media.mail.receiving import Author

RETRY_MS = 30_000
"""So long after it was first answered the same ask is answered alike, and so long a reader waits."""


def _info(ask: bytes) -> Sequence[object]:
    return ["CSL1/grant-once", ask]


@dataclass(frozen=True)
class Opening:
    """Who opened it: the ask whose header body has the hash `ask` was granted at `at_ms`."""

    user: bytes
    ask: bytes
    at_ms: int


@dataclass(frozen=True)
class Offered:
    """An own ephemeral document: `key` opens the file, `offered_ms` is when it was sent; each recipient may open it once."""

    recipients: tuple[bytes, ...]
    key: bytes = field(repr=False)
    offered_ms: int
    open_within_s: int
    openings: tuple[Opening, ...] = ()

    def answer(self, ask: Ask, ask_hash: bytes, author: Author, now_ms: int) -> tuple[Offered, Grant]:
        """Return the answer to a verified ask, and what is to be kept before it leaves.

        Raises TrustError("key-bad") for a one-time key to which nothing can be sealed.
        """
        opening = next((one for one in self.openings if one.user == author.user), None)
        refusal = self._refusal(opening, ask_hash, author, now_ms)
        if refusal is not None:
            return self, Grant(ask_hash, refusal)
        grant = Grant(ask_hash, Answer.GRANTED, seal.seal(ask.once_pk, _info(ask_hash), self.key))
        if opening:
            return self, grant
        return replace(self, openings=(*self.openings, Opening(author.user, ask_hash, now_ms))), grant

    def _refusal(
        self, opening: Opening | None, ask_hash: bytes, author: Author, now_ms: int
    ) -> Answer | None:
        if author.user not in self.recipients:
            return Answer.REFUSED
        if opening:
            again = opening.ask == ask_hash and now_ms - opening.at_ms <= RETRY_MS
            return None if again else Answer.OPENED
        return Answer.EXPIRED if now_ms - self.offered_ms > 1000 * self.open_within_s else None


@dataclass(frozen=True)
class Reading:
    """The reader's side of one opening; the one-time key is in memory only, and dropped with this value.

    `ask_hash`: hash of the own ask's header body; `asked_ms`: when it was first sent; `spent`: whether it was answered by the key.
    """

    about: bytes
    file: int
    ask_hash: bytes = b""
    asked_ms: int = 0
    spent: bool = False
    seed: bytes = field(default_factory=lambda: os.urandom(seal.KEY_BYTES), repr=False)

    @property
    def ask(self) -> Ask:
        """What is to be said, signed; the ciphertext is here before."""
        return Ask(self.about, self.file, seal.XWing.from_seed(self.seed).public)

    def asked(self, ask_hash: bytes, now_ms: int) -> Reading:
        """Remember the ask that was sent; sent again it is the same."""
        return replace(self, ask_hash=ask_hash, asked_ms=now_ms)

    def waits(self, now_ms: int) -> bool:
        """Tell whether an answer is still worth something: else the author's desk is off."""
        return bool(self.ask_hash) and not self.spent and now_ms - self.asked_ms <= RETRY_MS

    def opened(self, grant: Grant, now_ms: int) -> tuple[Reading, bytes]:
        """Return the spent reading, and the file's key.

        Raises TrustError: "grant-foreign" (not the answer to this ask), "grant-late", "seal-broken", "once-expired",
        "once-opened", "once-gone", "once-refused".
        """
        if not self.ask_hash or grant.ask != self.ask_hash:
            raise TrustError("grant-foreign")
        if not self.waits(now_ms):
            raise TrustError("grant-late")
        if grant.answer != Answer.GRANTED:
            raise TrustError(f"once-{grant.answer.name.lower()}")
        key = seal.XWing.from_seed(self.seed).open(_info(self.ask_hash), grant.box)
        return replace(self, spent=True), key
