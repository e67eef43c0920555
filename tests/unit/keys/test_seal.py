"""Seals: wrong key, wrong context, any flipped bit, bad public keys."""

from __future__ import annotations

import os

import pytest

from media.errors import ProtocolError, TrustError
from media.keys import seal
from media.keys.seal import XWing

INFO = ["CSL1/key", b"call", 3]


@pytest.fixture(scope="module")
def key() -> XWing:
    return XWing.generate()


def test_a_seal_opens_for_its_key_and_context_only(key):
    sealed = seal.seal(key.public, INFO, b"base")
    assert len(sealed) == len(b"base") + seal.SEAL_OVERHEAD
    assert key.open(INFO, sealed) == b"base"
    for stranger, info in (
        (XWing.generate(), INFO),
        (key, ["CSL1/key", b"call", 4]),
        (key, ["CSL1/ask", b"call", 3]),
    ):
        with pytest.raises(TrustError, match="seal-broken"):
            stranger.open(info, sealed)


@pytest.mark.parametrize("at", [0, 500, 1087, 1088, 1119, 1120, 1123, 1124, -1])
def test_a_flipped_bit_of_either_ciphertext_the_text_or_the_tag_is_refused(key, at):
    """0..1087 is ML-KEM, 1088..1119 X25519, then text and tag: a bad ML-KEM part is rejected implicitly, yet opens nothing."""
    sealed = bytearray(seal.seal(key.public, INFO, b"base"))
    sealed[at] ^= 1
    with pytest.raises(TrustError, match="seal-broken"):
        key.open(INFO, bytes(sealed))


@pytest.mark.parametrize("size", [0, 1, 1087, 1119, 1120, 1135])
def test_a_cut_seal_is_refused(key, size):
    with pytest.raises(TrustError, match="seal-broken"):
        key.open(INFO, seal.seal(key.public, INFO, b"")[:size])


def test_an_x25519_share_of_small_order_is_refused_when_opening(key):
    sealed = seal.seal(key.public, INFO, b"base")
    for share in (bytes(32), b"\x01" + bytes(31)):
        with pytest.raises(TrustError, match="seal-broken"):
            key.open(INFO, sealed[:1088] + share + sealed[1120:])


def test_bad_public_keys_are_refused(key):
    zero_x25519 = key.public[:1184] + bytes(32)
    unreduced_mlkem = b"\xff" * 1184 + key.public[1184:]
    for public in (zero_x25519, unreduced_mlkem, key.public[:-1], key.public + b"\0", b""):
        with pytest.raises(TrustError, match="key-bad"):
            seal.seal(public, INFO, b"base")


def test_seeds_have_their_size():
    with pytest.raises(ProtocolError):
        XWing.from_seed(bytes(31))


def test_a_box_opens_with_its_key_and_additional_data_only():
    key = os.urandom(32)
    boxed = seal.box(key, b"text", b"tag")
    assert seal.unbox(key, boxed, b"tag") == b"text"
    assert seal.box(key, b"text", b"tag") != boxed
    flipped = boxed[:-1] + bytes((boxed[-1] ^ 1,))
    for other, data, aad in (
        (os.urandom(32), boxed, b"tag"),
        (key, boxed, b"gat"),
        (key, flipped, b"tag"),
        (key, b"x", b"tag"),
    ):
        with pytest.raises(TrustError, match="seal-broken"):
            seal.unbox(other, data, aad)


def test_each_use_derives_another_key():
    key = os.urandom(16)
    derived = {
        seal.hkdf(key, ["CSL1/room", 0]),
        seal.hkdf(key, ["CSL1/room", 1]),
        seal.hkdf(key, ["CSL1/knock", 0]),
    }
    assert {len(one) for one in derived} == {32}
    assert len(derived) == 3
