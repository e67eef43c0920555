"""What was said of an identity: for each trait every value with the newest time it was said. Any order makes the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec

from storage.patients.told import natural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.patients.facts import Stamp

KEPT = 20
"""Values of one trait that are remembered, the newest."""
SURE = frozenset(("reliability", "ins", "ins_oid", "attributes"))
"""What vouches for the identity of one number, and never for that of another."""


class Said(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One value of a trait (None: taken away), and when it was said last."""

    value: str | None
    recorded_ms: int
    control_id: str

    def __repr__(self) -> str:
        return "Said(…)"

    @property
    def order(self) -> tuple[int, tuple[str, str], str]:
        """Sorts the words on one trait by time; at the same time by value."""
        return self.recorded_ms, natural(self.control_id), self.value or ""


Traits: TypeAlias = dict[str, list[Said]]
"""Trait -> its values, the newest first."""

_packer = msgspec.msgpack.Encoder()
_reader = msgspec.msgpack.Decoder(Traits)


def pack(traits: Traits) -> bytes:
    """Write traits for the database."""
    return _packer.encode(traits)


def unpack(data: bytes) -> Traits:
    """Read what `pack` wrote; nothing is no traits."""
    return _reader.decode(data) if data else {}


def tell(known: Traits, stamp: Stamp, told: dict[str, str | None]) -> None:
    """Add what one message told to *known*."""
    for name, value in told.items():
        said = Said(value, stamp.recorded_ms, stamp.control_id)
        words = known.get(name)
        if not words:
            known[name] = [said]
        elif (
            words[0].value == value and words[0].order < said.order
        ):  # nearly always: all of it is told again
            words[0] = said
        else:
            known[name] = _newest([said, *words])


def together(many: Sequence[Traits]) -> Traits:
    """Return what was said under several numbers as if it had been one."""
    first, *others = many or [{}]
    if not others:
        return first
    joined: Traits = {}
    for traits in (first, *others):
        for name, words in traits.items():
            joined[name] = [*joined.get(name, ()), *words]
    return {name: _newest(words) for name, words in joined.items()}


def held(own: Traits, merged: Traits, joined: Traits) -> Traits:
    """Return the traits of somebody: their own words, completed by those on numbers *merged* into theirs or *joined* by the INS.

    The latter never vouch for anybody: they follow from the INS. A merged number does only for somebody who has no name yet.
    """
    if "birth_name" in own:
        merged = _unsure(merged)
    return {**_unsure(joined), **merged, **own}


def _unsure(traits: Traits) -> Traits:
    return {name: words for name, words in traits.items() if name not in SURE}


def _newest(words: list[Said]) -> list[Said]:
    words.sort(key=lambda said: said.order, reverse=True)
    first: dict[str | None, Said] = {}
    for said in words:
        first.setdefault(said.value, said)
    return list(first.values())[:KEPT]
