"""Sealing (docs/protocol.md §2): HPKE with X-Wing for one recipient, XChaCha20-Poly1305 under a shared key, HKDF."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError

from media.errors import ProtocolError, TrustError
from media.keys import cbor

if TYPE_CHECKING:
    from collections.abc import Sequence

SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
KEY_BYTES = 32
MLKEM_PUBLIC = 1184
PUBLIC_BYTES = MLKEM_PUBLIC + 32
SEAL_OVERHEAD = 1088 + 32 + 16
NONCE_BYTES = 24


def hkdf(key: bytes, info: Sequence[object]) -> bytes:
    """HKDF-SHA512 without salt (RFC 5869), 32 bytes; *info* is a CBOR array that begins with its use."""
    return HKDF(hashes.SHA512(), KEY_BYTES, salt=None, info=cbor.encode(info)).derive(key)


class XWing:
    """An X-Wing key pair (X25519 and ML-KEM-768, HPKE KEM 0x647A); `public` is 1,216 bytes."""

    def __init__(self, mlkem: MLKEM768PrivateKey, x25519: X25519PrivateKey) -> None:
        self._secret = hpke.MLKEM768X25519PrivateKey(mlkem, x25519)
        self.public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()

    @classmethod
    def generate(cls) -> XWing:
        """Return a fresh key pair."""
        return cls.from_seed(os.urandom(KEY_BYTES))

    @classmethod
    def from_seed(cls, seed: bytes) -> XWing:
        """Return the key pair of a 32-byte X-Wing secret key (draft-connolly-cfrg-xwing-kem §5.2)."""
        if len(seed) != KEY_BYTES:
            raise ProtocolError("an X-Wing secret key has 32 bytes")
        expanded = hashlib.shake_256(seed).digest(96)
        return cls(
            MLKEM768PrivateKey.from_seed_bytes(expanded[:64]),
            X25519PrivateKey.from_private_bytes(expanded[64:]),
        )

    def open(self, info: Sequence[object], box: bytes) -> bytes:
        """Open what was sealed to this key under *info*; raises TrustError("seal-broken")."""
        try:
            return SUITE.decrypt(box, self._secret, info=cbor.encode(info))
        except InvalidTag as error:
            raise TrustError("seal-broken") from error


def seal(public: bytes, info: Sequence[object], text: bytes) -> bytes:
    """Seal *text* to an X-Wing public key (1,216 bytes): 1,136 bytes longer. Raises TrustError("key-bad")."""
    if len(public) != PUBLIC_BYTES:
        raise TrustError("key-bad", "an X-Wing public key has 1,216 bytes")
    try:
        key = hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(public[:MLKEM_PUBLIC]),
            X25519PublicKey.from_public_bytes(public[MLKEM_PUBLIC:]),
        )
        return SUITE.encrypt(text, key, info=cbor.encode(info))
    except ValueError as error:
        raise TrustError("key-bad") from error


def box(key: bytes, text: bytes, aad: bytes) -> bytes:
    """Encrypt under a 32-byte key: random 24-byte nonce, then XChaCha20-Poly1305 ciphertext; 40 bytes longer."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(text, aad, nonce, key)


def unbox(key: bytes, data: bytes, aad: bytes) -> bytes:
    """Open what `box` made; raises TrustError("seal-broken")."""
    nonce, sealed = data[:NONCE_BYTES], data[NONCE_BYTES:]
    if len(sealed) < 16:
        raise TrustError("seal-broken", "cut short")
    try:
        return crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, aad, nonce, key)
    except CryptoError as error:
        raise TrustError("seal-broken") from error
