"""An authority and a certificate of 127.0.0.1 that it signed, as PEM files."""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Chain:
    """`key` is the certificate's, mode 0600."""

    authority: Path
    certificate: Path
    key: Path


def chain(folder: Path, password: bytes = b"") -> Chain:
    """Write the three files into *folder*."""
    root, leaf = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    files = Chain(folder / "authority.pem", folder / "certificate.pem", folder / "key.pem")
    files.authority.write_bytes(_signed("authority", root, root, ca=True))
    files.certificate.write_bytes(_signed("127.0.0.1", leaf, root, ca=False))
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    files.key.write_bytes(leaf.private_bytes(pem, pkcs8, lock))
    files.key.chmod(0o600)
    return files


def _signed(
    name: str, key: ec.EllipticCurvePrivateKey, root: ec.EllipticCurvePrivateKey, *, ca: bool
) -> bytes:
    now, day = dt.datetime.now(dt.UTC), dt.timedelta(days=1)
    names = [x509.IPAddress(ipaddress.ip_address(name))] if not ca else [x509.DNSName(name)]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name("authority"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(root, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
