"""Whom messages on results and documents named under a number: what is known of somebody before any ADT tells. Pure."""

from __future__ import annotations

import msgspec

from storage.patients.facts import Person

KEPT = 8
"""Different persons that are remembered of one number: more than one is a matter for a human already."""

_packer = msgspec.msgpack.Encoder()
_reader = msgspec.msgpack.Decoder(tuple[Person, ...])


def pack(persons: tuple[Person, ...]) -> bytes:
    """Write persons for the database."""
    return _packer.encode(persons)


def unpack(data: bytes) -> tuple[Person, ...]:
    """Read what `pack` wrote; nothing is nobody."""
    return _reader.decode(data) if data else ()


def hear(known: tuple[Person, ...], told: tuple[Person, ...]) -> tuple[Person, ...]:
    """Return *known* with those *told*: each once, sorted, so that the order of messages does not matter."""
    if set(told) <= set(known):
        return known
    return tuple(sorted({*known, *told})[:KEPT])


def ins_of(persons: tuple[Person, ...]) -> tuple[str, str]:
    """Return the INS (OID, number) that was told with *persons*; empty where none was, or more than one."""
    told = {(one.ins_oid, one.ins) for one in persons if one.ins}
    return told.pop() if len(told) == 1 else ("", "")
