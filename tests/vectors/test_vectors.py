"""Published and own test vectors (origins in data/README.md) against the code that runs in a call."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.bindings._rust import openssl as rust_openssl
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from media.errors import ProtocolError, TrustError
from media.keys import cbor, seal, sframe, sign


def load(name: str) -> Any:
    return json.loads((Path(__file__).parent / "data" / name).read_text())


def unhex(vector: dict[str, Any], *names: str) -> list[bytes]:
    return [bytes.fromhex(vector[name]) for name in names]


SFRAME = load("sframe-test-vectors.json")
XWING = load("xwing-test-vectors.json")
HPKE = load("hpke-xwing-test-vectors.json")
CBOR = load("cbor-refusals.json")
SMALL_ORDER = load("ed25519-small-order.json")["vectors"]


# --- SFrame, RFC 9605 appendix C --------------------------------------------------------------------------


def test_sframe_headers_are_those_of_the_standard() -> None:
    for vector in SFRAME["header"]:
        encoded = bytes.fromhex(vector["encoded"])
        assert sframe.header(vector["kid"], vector["ctr"]) == encoded
        assert sframe.parse_header(encoded) == (vector["kid"], vector["ctr"], len(encoded))


@pytest.mark.parametrize("vector", SFRAME["sframe"], ids=lambda vector: f"suite-{vector['cipher_suite']}")
def test_sframe_frames_are_those_of_the_standard(vector: dict[str, Any]) -> None:
    suite = vector["cipher_suite"]
    if suite not in (sframe.AES_128_GCM_SHA256_128, sframe.AES_256_GCM_SHA512_128):
        pytest.skip("an AES-CTR-HMAC suite: CSL1 has one suite, AES_256_GCM_SHA512_128, and no negotiation")
    base_key, key, salt, metadata, text, sealed = unhex(
        vector, "base_key", "sframe_key", "sframe_salt", "metadata", "pt", "ct"
    )
    made = sframe.Key(base_key, vector["kid"], suite)
    assert (made.key, made.salt) == (key, salt)
    assert made.encrypt(vector["ctr"], text, metadata) == sealed
    kid, counter, start = sframe.parse_header(sealed)
    assert (kid, counter) == (vector["kid"], vector["ctr"])
    assert made.decrypt(counter, sealed, start, metadata) == text


# --- X-Wing and HPKE --------------------------------------------------------------------------------------


def labeled_extract(label: bytes, secret: bytes) -> bytes:
    return hmac.digest(bytes(32), b"HPKE-v1" + SUITE_ID + label + secret, "sha256")


def labeled_expand(key: bytes, label: bytes, info: bytes, size: int) -> bytes:
    labeled = size.to_bytes(2, "big") + b"HPKE-v1" + SUITE_ID + label + info
    return HKDFExpand(hashes.SHA256(), size, labeled).derive(key)


SUITE_ID = b"HPKE" + bytes.fromhex("647a 0001 0002")


def sealed_from_secret(enc: bytes, shared: bytes, info: bytes, text: bytes) -> bytes:
    """Seal as RFC 9180 §5.1 and §6.1 say, from a published KEM ciphertext and its shared secret."""
    context = b"\0" + labeled_extract(b"psk_id_hash", b"") + labeled_extract(b"info_hash", info)
    secret = hmac.digest(shared, b"HPKE-v1" + SUITE_ID + b"secret", "sha256")
    key, nonce = (
        labeled_expand(secret, b"key", context, 32),
        labeled_expand(secret, b"base_nonce", context, 12),
    )
    return enc + AESGCM(key).encrypt(nonce, text, b"")


@pytest.mark.parametrize("vector", XWING)
def test_xwing_decapsulates_as_published(vector: dict[str, Any]) -> None:
    secret, public, enc, shared = unhex(vector, "sk", "pk", "ct", "ss")
    key = seal.XWing.from_seed(secret)
    assert key.public == public
    info = ["CSL1/key", b"any"]
    assert key.open(info, sealed_from_secret(enc, shared, cbor.encode(info), b"base")) == b"base"


@pytest.mark.parametrize("vector", HPKE, ids=lambda vector: f"kdf-{vector['kdf_id']}")
def test_hpke_with_xwing_opens_as_published(vector: dict[str, Any]) -> None:
    seed, public, enc, shared, info = unhex(vector, "skRm", "pkRm", "enc", "shared_secret", "info")
    key = seal.XWing.from_seed(seed)
    assert key.public == public
    kdf = {1: hpke.KDF.HKDF_SHA256, 17: hpke.KDF.SHAKE256}[vector["kdf_id"]]
    suite = hpke.Suite(hpke.KEM.MLKEM768_X25519, kdf, hpke.AEAD.CHACHA20_POLY1305)
    first = vector["encryptions"][0]
    sealed, aad, text = unhex(first, "ct", "aad", "pt")
    assert rust_openssl.hpke._decrypt_with_aad(suite, enc + sealed, key._secret, info, aad) == text
    own_info = ["CSL1/welcome", b"any"]
    assert key.open(own_info, sealed_from_secret(enc, shared, cbor.encode(own_info), b"all")) == b"all"


# --- AES-GCM does not commit ------------------------------------------------------------------------------


def test_two_ciphertexts_share_a_gcm_tag_so_a_tag_is_nothing_to_sign() -> None:
    vector = load("gcm-tag-collision.json")
    key, nonce, aad, tag, one, other = unhex(vector, "key", "nonce", "aad", "tag", "ct_a", "ct_b")
    texts = {AESGCM(key).decrypt(nonce, sealed + tag, aad) for sealed in (one, other)}
    assert len(texts) == 2


# --- CBOR -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", CBOR["refused"], ids=lambda vector: vector["why"])
def test_cbor_outside_the_subset_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError):
        cbor.decode(bytes.fromhex(vector["hex"]))


@pytest.mark.parametrize("vector", CBOR["accepted"], ids=lambda vector: vector["hex"])
def test_cbor_has_one_encoding_for_a_value(vector: dict[str, Any]) -> None:
    data = bytes.fromhex(vector["hex"])
    assert cbor.decode(data) == vector["value"]
    assert cbor.encode(vector["value"]) == data


# --- Ed25519 ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", SMALL_ORDER, ids=lambda vector: f"order-{vector['order']}")
def test_keys_of_small_order_sign_nothing(vector: dict[str, Any]) -> None:
    public, message, signature = unhex(vector, "public", "message", "signature")
    Ed25519PublicKey.from_public_bytes(public).verify(
        signature, message
    )  # OpenSSL takes it: why libsodium verifies
    with pytest.raises(TrustError, match="signature"):
        sign.verify(public, message, signature)


def test_a_signature_with_a_second_spelling_of_s_is_refused() -> None:
    key = sign.Signer(hashlib.sha256(b"s").digest())
    signature = key.sign(b"text")
    order = 2**252 + 27742317777372353535851937790883648493
    twin = signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    with pytest.raises(TrustError):
        sign.verify(key.public, b"text", twin)
