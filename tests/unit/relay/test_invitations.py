"""Encrypted invitations at the relay by themselves, with time passed in: what expires, and what its space is good for."""

from __future__ import annotations

import pytest

from media.relay.blobs import DAY_S, SWEPT_AT_ONCE, Blobs


class Clock:
    now_s = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def blobs(tmp_path, clock):
    blobs = Blobs(tmp_path / "blobs.db", 100 * SWEPT_AT_ONCE, 10, clock)
    yield blobs
    blobs.close()


def tag(number: int) -> bytes:
    return number.to_bytes(16, "big")


def test_an_invitation_goes_when_its_life_is_over_and_leaves_its_space(blobs, clock):
    assert blobs.put(tag(1), bytes(99 * SWEPT_AT_ONCE)) == ""
    clock.now_s += 10 * DAY_S
    blobs.sweep()
    assert blobs.get(tag(1)) is not None
    assert blobs.put(tag(2), bytes(2 * SWEPT_AT_ONCE)) == "quota"
    clock.now_s += 1
    assert blobs.get(tag(1)) is None
    blobs.sweep()
    assert blobs.put(tag(2), bytes(2 * SWEPT_AT_ONCE)) == ""


def test_a_tag_is_free_once_its_invitation_has_expired(blobs, clock):
    blobs.put(tag(1), b"old")
    assert blobs.put(tag(1), b"new") == "taken"
    clock.now_s += 11 * DAY_S
    assert blobs.put(tag(1), b"new") == ""
    assert blobs.get(tag(1)) == b"new"


def test_many_go_in_parts(blobs, clock):
    for number in range(SWEPT_AT_ONCE + 1):
        blobs.put(tag(number), bytes(50))
    clock.now_s += 11 * DAY_S
    blobs.sweep()
    assert blobs.put(tag(1000), bytes(100 * SWEPT_AT_ONCE)) == "quota"
    blobs.sweep()
    assert blobs.put(tag(1000), bytes(100 * SWEPT_AT_ONCE)) == ""
