"""The recovery code: 128 random bits as 7 groups of 5 characters, each group with its own check character.

Crockford's base32 (no I, L, O, U). 28 data characters hold the 128 bits and 12 bits of checksum over all of them, so a
typing mistake is told, with its group, before any key is tried.
"""

from __future__ import annotations

import hashlib

from storage.errors import MistypedCode

CODE_BYTES = 16
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\u00a0": None, "\u202f": None})
_GROUPS = 7


def write_code(secret: bytes) -> str:
    """Return *secret* (16 bytes) as it is printed: `XXXXX-XXXXX-…`, 7 groups."""
    number = int.from_bytes(secret, "big") << 12 | _checksum(secret)
    digits = [number >> (5 * place) & 31 for place in reversed(range(4 * _GROUPS))]
    groups = [digits[4 * index : 4 * index + 4] for index in range(_GROUPS)]
    return "-".join(_text([*group, _check(index, group)]) for index, group in enumerate(groups))


def read_code(typed: str) -> bytes:
    """Return the 16 bytes of a typed code; case, spaces, hyphens, O for 0, I and L for 1 do not matter.

    Raises MistypedCode with the group to look at.
    """
    text = typed[:200].upper().translate(_ALIKE)
    if len(text) != 5 * _GROUPS:
        raise MistypedCode(0)
    number = 0
    for index in range(_GROUPS):
        for digit in _read_group(index, text[5 * index : 5 * index + 5]):
            number = number << 5 | digit
    secret = (number >> 12).to_bytes(CODE_BYTES, "big")
    if number & 0xFFF != _checksum(secret):
        raise MistypedCode(0)
    return secret


def _read_group(index: int, text: str) -> list[int]:
    values = [_ALPHABET.find(character) for character in text]
    if -1 in values or values[4] != _check(index, values[:4]):
        raise MistypedCode(index + 1)
    return values[:4]


def _check(index: int, group: list[int]) -> int:
    return (7 * index + sum(weight * value for weight, value in enumerate(group, 1))) % 31


def _checksum(secret: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(secret, digest_size=2, person=b"CSL code").digest(), "big") & 0xFFF


def _text(values: list[int]) -> str:
    return "".join(_ALPHABET[value] for value in values)
