"""The two numbers that people read to each other."""

from __future__ import annotations

import hashlib
import re

import pytest

from media.errors import TrustError
from media.keys import code, safety
from media.keys.safety import Identity
from media.keys.sign import HybridSigner

CALL, LINK = b"c" * 16, b"l" * 32
MEMBERS = [(bytes((slot,)) * 32, bytes((slot + 100,)) * 16) for slot in range(3)]


def test_all_who_revealed_the_same_see_the_same_eight_digits():
    digits = code.digits(CALL, LINK, MEMBERS)
    assert re.fullmatch(r"\d{8}", digits)
    assert digits == code.digits(CALL, LINK, MEMBERS)


def test_another_call_roster_member_or_order_gives_another_code():
    codes = {
        code.digits(CALL, LINK, MEMBERS),
        code.digits(b"C" * 16, LINK, MEMBERS),
        code.digits(CALL, b"L" * 32, MEMBERS),
        code.digits(CALL, LINK, MEMBERS[:2]),
        code.digits(CALL, LINK, MEMBERS[::-1]),
    }
    assert len(codes) == 5


def test_the_last_to_reveal_cannot_change_its_mind():
    m, r = MEMBERS[0]
    committed = code.commitment(CALL, LINK, m, r)
    code.reveal(committed, CALL, LINK, m, r)
    for call, link, who, said in (
        (CALL, LINK, m, code.random()),
        (CALL, LINK, m, r[:-1]),
        (CALL, LINK, MEMBERS[1][0], r),
        (CALL, b"L" * 32, m, r),
        (b"C" * 16, LINK, m, r),
    ):
        with pytest.raises(TrustError, match="code-mismatch"):
            code.reveal(committed, call, link, who, said)


def test_a_contribution_has_its_size_even_when_committed_to():
    m, r = MEMBERS[0]
    for other in (b"", r[:-1], r + b"0"):
        with pytest.raises(TrustError, match="code-mismatch"):
            code.reveal(code.commitment(CALL, LINK, m, other), CALL, LINK, m, other)


def test_contributions_are_random():
    assert len(code.random()) == 16
    assert code.random() != code.random()


@pytest.fixture
def anne(device) -> Identity:
    return Identity(b"o" * 16, b"a" * 16, device.public)


@pytest.fixture
def bruno(other_device) -> Identity:
    return Identity(b"o" * 16, b"b" * 16, other_device.public)


def test_both_read_the_same_sixty_digits(anne, bruno):
    number = safety.number(anne, bruno)
    assert re.fullmatch(r"(\d{5} ){11}\d{5}", number)
    assert number == safety.number(bruno, anne)


def test_another_key_user_or_organisation_changes_the_number(anne, bruno, device):
    numbers = {
        safety.number(anne, bruno),
        safety.number(anne, Identity(bruno.org, bruno.user, device.public)),
        safety.number(anne, Identity(bruno.org, b"x" * 16, bruno.public)),
        safety.number(anne, Identity(b"x" * 16, bruno.user, bruno.public)),
    }
    assert len(numbers) == 4


def test_the_number_is_that_of_the_protocol():
    """Worked out here from docs/protocol.md §10, by other means than the code's."""
    people = []
    for seed in (b"1" * 32, b"2" * 32):
        public = HybridSigner.from_seeds(seed, seed).public
        people.append(Identity(seed[:16], seed[16:], public))
    halves = []
    for person in people:
        keys = b"\x85\x6bCSL1/safety" + b"\x50" + person.org + b"\x50" + person.user
        keys += b"\x58\x20" + person.public.ed25519 + b"\x59\x07\xa0" + person.public.mldsa
        value = keys
        for _ in range(5200):
            value = hashlib.sha512(value + keys).digest()
        groups = [int(value[at : at + 5].hex(), 16) % 100_000 for at in range(0, 30, 5)]
        halves.append(" ".join(f"{group:05}" for group in groups))
    assert safety.number(*people) == " ".join(sorted(halves))
