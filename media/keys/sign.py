"""Signatures of CSL1 (docs/protocol.md §2): `Sig` is Ed25519, `HSig` is Ed25519 and ML-DSA-65 together.

Ed25519 is verified by libsodium only: it refuses low-order keys and non-canonical points, OpenSSL takes them.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey
from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError, CryptoError

from media.errors import ProtocolError, TrustError
from media.keys import cbor

SEED_BYTES = 32
ED25519_PUBLIC, ED25519_SIGNATURE = 32, 64
MLDSA_PUBLIC, MLDSA_SIGNATURE = 1952, 3309
HSIG_BYTES = ED25519_SIGNATURE + MLDSA_SIGNATURE


def digest(data: bytes) -> bytes:
    """H(x) of the protocol: SHA-256, 32 bytes."""
    return hashlib.sha256(data).digest()


class Signer:
    """An Ed25519 key pair that signs; `public` is 32 bytes."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise ProtocolError("an Ed25519 seed has 32 bytes")
        self.public, self._secret = crypto_sign_seed_keypair(seed)

    @classmethod
    def generate(cls) -> Signer:
        """Return a fresh key pair."""
        return cls(os.urandom(SEED_BYTES))

    def sign(self, body: bytes) -> bytes:
        """Return the 64-byte signature over *body* (RFC 8032)."""
        return crypto_sign(body, self._secret)[:ED25519_SIGNATURE]

    @property
    def seed(self) -> bytes:
        """The 32-byte seed, for the vault or for the one it is given to."""
        return self._secret[:SEED_BYTES]


def verify(public: bytes, body: bytes, signature: bytes) -> None:
    """Raise TrustError("signature") unless *signature* over *body* is by *public* (32 bytes)."""
    if len(public) != ED25519_PUBLIC or len(signature) != ED25519_SIGNATURE:
        raise TrustError("signature", "wrong length")
    try:
        crypto_sign_open(signature + body, public)
    except (BadSignatureError, CryptoError) as error:
        raise TrustError("signature", "Ed25519") from error


@dataclass(frozen=True)
class HybridPublic:
    """The public halves of a hybrid key: `ed25519` 32 bytes, `mldsa` 1,952 bytes (FIPS 204 ML-DSA-65)."""

    ed25519: bytes
    mldsa: bytes

    def __post_init__(self) -> None:
        if len(self.ed25519) != ED25519_PUBLIC or len(self.mldsa) != MLDSA_PUBLIC:
            raise ProtocolError("a hybrid public key has 32 and 1,952 bytes")

    def bound(self, text: bytes) -> bytes:
        """Return what both halves sign: the hash of both keys, then *text*."""
        return digest(self.ed25519 + self.mldsa) + text

    def verify(self, use: str, text: bytes, signature: bytes) -> None:
        """Raise TrustError("signature") unless both halves of *signature* (3,373 bytes) hold for *use* and *text*."""
        if len(signature) != HSIG_BYTES:
            raise TrustError("signature", "wrong length")
        verify(self.ed25519, self.bound(text), signature[:ED25519_SIGNATURE])
        try:
            key = MLDSA65PublicKey.from_public_bytes(self.mldsa)
            key.verify(signature[ED25519_SIGNATURE:], self.bound(text), use.encode())
        except (InvalidSignature, ValueError) as error:
            raise TrustError("signature", "ML-DSA-65") from error


class HybridSigner:
    """An Ed25519 and an ML-DSA-65 key that only sign together."""

    def __init__(self, ed25519: Signer, mldsa: MLDSA65PrivateKey) -> None:
        self.ed25519 = ed25519
        self._mldsa = mldsa
        self.public = HybridPublic(ed25519.public, mldsa.public_key().public_bytes_raw())

    @classmethod
    def generate(cls) -> HybridSigner:
        """Return a fresh pair."""
        return cls.from_seeds(os.urandom(SEED_BYTES), os.urandom(SEED_BYTES))

    @classmethod
    def from_seeds(cls, ed25519: bytes, mldsa: bytes) -> HybridSigner:
        """Return the pair of these two 32-byte seeds."""
        if len(mldsa) != SEED_BYTES:
            raise ProtocolError("an ML-DSA-65 seed has 32 bytes")
        return cls(Signer(ed25519), MLDSA65PrivateKey.from_seed_bytes(mldsa))

    @property
    def seeds(self) -> tuple[bytes, bytes]:
        """The Ed25519 and the ML-DSA seed, 32 bytes each."""
        return self.ed25519.seed, self._mldsa.private_bytes_raw()

    def sign(self, use: str, text: bytes) -> bytes:
        """Return the HSig over *text*, 3,373 bytes; *use* is its CSL1 label."""
        bound = self.public.bound(text)
        return self.ed25519.sign(bound) + self._mldsa.sign(bound, use.encode())


def signed(body: bytes, signature: bytes) -> bytes:
    """Return the signed object ``[body, signature]``, itself CBOR."""
    return cbor.encode([body, signature])


def split_signed(data: bytes, *, max_bytes: int = cbor.MAX_BYTES) -> tuple[bytes, bytes]:
    """Return body and signature of a signed object; nothing is verified. Raises ProtocolError."""
    value = cbor.decode(data, max_bytes=max_bytes, max_depth=1)
    if not isinstance(value, list):
        raise ProtocolError("not a signed object")
    cbor.check(value, (bytes, bytes))
    return value[0], value[1]
