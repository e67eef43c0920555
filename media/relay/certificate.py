"""TLS of the relay: certificate files, or a self-signed certificate made at the first start and kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import ssl
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path

    from media.relay.config import Config

YEARS = 10


def server_context(config: Config) -> tuple[ssl.SSLContext, bytes]:
    """(TLS 1.3 context, SHA-256 of the certificate in DER)."""
    certificate, key = config.tls_certificate, config.tls_key
    if not certificate:
        certificate, key = str(config.state_dir / "relay.crt"), str(config.state_dir / "relay.key")
        if not (os.path.exists(certificate) and os.path.exists(key)):  # noqa: PTH110 -- plain strings for ssl
            _make(config.state_dir)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate, key)
    with open(certificate, "rb") as file:  # noqa: PTH123
        first = x509.load_pem_x509_certificates(file.read())[0]
    return context, hashlib.sha256(first.public_bytes(serialization.Encoding.DER)).digest()


def _make(folder: Path) -> None:
    """Write relay.key, then relay.crt (P-256, self-signed; clients know it by its fingerprint)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "consilium-relay")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(folder / "relay.key", private)
    _write(folder / "relay.crt", certificate.public_bytes(serialization.Encoding.PEM))


def _write(path: Path, data: bytes) -> None:
    """Write *data* readable by the owner alone, whole or not at all."""
    draft = path.with_suffix(path.suffix + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
