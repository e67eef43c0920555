"""A cheap profile, and the certificates of a listener, made for this test."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from storage.slots import KdfCost
from storage.vault import Terms, Vault

PASSWORD = "mot de passe"
TERMS = Terms("off", cost=KdfCost(ops=1, mem_kib=8))


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """Return a self-signed certificate for localhost and its key, as PEM files."""
    folder = tmp_path_factory.mktemp("tls")
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), 7, now - dt.timedelta(hours=1), now + dt.timedelta(days=1)
    ).add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    certificate = builder.sign(key, hashes.SHA256())
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))
    files[1].chmod(0o600)
    return files


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "profile"


@pytest.fixture
def vault(folder):
    vault, _code = Vault.create(folder, PASSWORD, TERMS)
    yield vault
    vault.lock()


@pytest.fixture
def reopen(folder):
    """Return what opens the profile again; whatever is open at the end is locked."""
    with ExitStack() as end:

        def open_again():
            vault = Vault.unlock(folder, PASSWORD, TERMS)
            end.callback(vault.lock)
            return vault

        yield open_again


@pytest.fixture
def open_profile():
    """Return what makes a profile somewhere."""
    return lambda folder: Vault.create(folder, PASSWORD, TERMS)[0]
