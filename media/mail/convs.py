"""Conversations and chains (docs/protocol.md §11): whose a conversation is, and which messages one chain numbers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from media.keys import cbor
from media.keys.issuers import ID_BYTES
from media.keys.sign import digest

if TYPE_CHECKING:
    from collections.abc import Iterable

DIRECT = 0x80
"""The first bit of a conversation's id: that of two people follows from who they are, that of a team is drawn."""


def direct(one: bytes, other: bytes) -> bytes:
    """Return the conversation of two people, by their user ids: the same for both, on all of their devices."""
    found = digest(cbor.encode(["CSL1/direct", *sorted((one, other))]))[:ID_BYTES]
    return bytes((found[0] | DIRECT,)) + found[1:]


def fresh() -> bytes:
    """Return the id of a new team's conversation."""
    found = os.urandom(ID_BYTES)
    return bytes((found[0] & ~DIRECT & 0xFF,)) + found[1:]


def of_meeting(invite: bytes) -> bytes:
    """Return the conversation of the documents of a meeting, by the hash of its invitation as the link carries it: the same for all of it."""
    found = digest(cbor.encode(["CSL1/meeting", invite]))[:ID_BYTES]
    return bytes((found[0] & ~DIRECT & 0xFF,)) + found[1:]


def of_call(uid: bytes) -> bytes:
    """Return the conversation in which a meeting is called, changed and cancelled, by its name in calendars."""
    found = digest(cbor.encode(["CSL1/called", uid]))[:ID_BYTES]
    return bytes((found[0] & ~DIRECT & 0xFF,)) + found[1:]


def is_direct(conv: bytes) -> bool:
    """Tell whether this is the conversation of two people."""
    return bool(conv[0] & DIRECT)


def belongs(conv: bytes, author: bytes, recipients: tuple[bytes, ...]) -> bool:
    """Tell whether a message by *author* to *recipients* may stand there: into a conversation of two nobody else can write."""
    return not is_direct(conv) or (len(recipients) == 1 and conv == direct(author, recipients[0]))


def chain_key(
    conv: bytes, recipients: Iterable[bytes], devices: Iterable[bytes], *, receipted: bool = True
) -> bytes:
    """Return the name under which the author keeps its chain for one audience, 16 bytes.

    A chain has one audience: whoever gets one of its messages gets all of them, so that a missing number is a loss and not
    a message to others. Another set of recipients, or a device more, begins another chain. What nobody sends again once it
    is lost (`types.Rule.receipted`) is numbered apart: a lost receipt is no gap in what people wrote.
    """
    audience = [sorted(set(recipients)), sorted(set(devices)), int(receipted)]
    return digest(cbor.encode(["CSL1/audience", conv, *audience]))[:ID_BYTES]
