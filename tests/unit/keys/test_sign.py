"""Signatures: half of one, another label, another key, another text."""

from __future__ import annotations

import pytest

from media.errors import ProtocolError, TrustError
from media.keys import sign
from media.keys.sign import ED25519_SIGNATURE, HSIG_BYTES, HybridPublic, HybridSigner, Signer

TEXT = b"text"


@pytest.fixture(scope="module")
def signer() -> HybridSigner:
    return HybridSigner.generate()


@pytest.fixture(scope="module")
def mallory() -> HybridSigner:
    return HybridSigner.generate()


def test_a_hybrid_signature_holds_and_has_the_size_of_the_protocol(signer):
    signature = signer.sign("CSL1/cert", TEXT)
    assert len(signature) == HSIG_BYTES == 3373
    signer.public.verify("CSL1/cert", TEXT, signature)


def test_seeds_give_the_same_key_back(signer):
    assert HybridSigner.from_seeds(*signer.seeds).public == signer.public


@pytest.mark.parametrize("keep", ["classical", "quantum"])
def test_half_a_signature_is_none_whichever_half_the_attacker_broke(signer, mallory, keep):
    good, forged = signer.sign("CSL1/cert", TEXT), mallory.sign("CSL1/cert", TEXT)
    cut = ED25519_SIGNATURE
    mixed = good[:cut] + forged[cut:] if keep == "classical" else forged[:cut] + good[cut:]
    with pytest.raises(TrustError, match="signature"):
        signer.public.verify("CSL1/cert", TEXT, mixed)


@pytest.mark.parametrize("cut", [0, 1, ED25519_SIGNATURE, HSIG_BYTES - 1])
def test_a_missing_half_is_refused(signer, cut):
    with pytest.raises(TrustError, match="signature"):
        signer.public.verify("CSL1/cert", TEXT, signer.sign("CSL1/cert", TEXT)[:cut])


def test_a_zero_filled_half_is_refused(signer):
    good = signer.sign("CSL1/cert", TEXT)
    for forged in (good[:64] + bytes(3309), bytes(64) + good[64:]):
        with pytest.raises(TrustError):
            signer.public.verify("CSL1/cert", TEXT, forged)


def test_a_half_cannot_be_moved_beside_another_key(signer, mallory):
    """Both halves sign the hash of both keys: an attacker's pair around the victim's Ed25519 half does not hold."""
    spliced = HybridPublic(signer.public.ed25519, mallory.public.mldsa)
    halves = signer.sign("CSL1/cert", TEXT)[:64] + mallory.sign("CSL1/cert", TEXT)[64:]
    with pytest.raises(TrustError, match="signature"):
        spliced.verify("CSL1/cert", TEXT, halves)


def test_a_signature_under_another_label_is_refused(signer):
    with pytest.raises(TrustError, match="ML-DSA"):
        signer.public.verify("CSL1/issuer", TEXT, signer.sign("CSL1/cert", TEXT))


def test_another_text_or_key_is_refused(signer, mallory):
    signature = signer.sign("CSL1/cert", TEXT)
    with pytest.raises(TrustError):
        signer.public.verify("CSL1/cert", TEXT + b".", signature)
    with pytest.raises(TrustError):
        mallory.public.verify("CSL1/cert", TEXT, signature)


def test_a_single_signature_is_for_one_text_and_key():
    key = Signer.generate()
    signature = key.sign(TEXT)
    sign.verify(key.public, TEXT, signature)
    for public, text, forged in (
        (key.public, b"texu", signature),
        (Signer.generate().public, TEXT, signature),
        (key.public, TEXT, signature[:-1]),
        (key.public[:-1], TEXT, signature),
        (key.public, TEXT, bytes(64)),
    ):
        with pytest.raises(TrustError, match="signature"):
            sign.verify(public, text, forged)


def test_signed_objects_are_exactly_two_byte_strings():
    data = sign.signed(b"body", b"signature")
    assert sign.split_signed(data) == (b"body", b"signature")
    for wrong in (data + b"\0", data[:-1], b"\x81\x40", b"\x82\x40\x00", b"\x83\x40\x40\x40", b"\x40", b""):
        with pytest.raises(ProtocolError):
            sign.split_signed(wrong)
