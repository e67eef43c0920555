"""A relay whose certificate the hospital's own authority signed: trusted by that authority, by nobody else's."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from media.errors import LinkRefused
from media.link.control import Control
from tests.unit.relay.harness import RelayProcess

PEM = serialization.Encoding.PEM


def named(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certify(subject, key, issuer, issuer_key, *, authority):
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(subject))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def make_authority(name):
    key = ec.generate_private_key(ec.SECP256R1())
    return key, certify(name, key, name, key, authority=True).public_bytes(PEM).decode()


@pytest.fixture
def hospital():
    return make_authority("CHU d'essai")


@pytest.fixture
def relay(hospital, tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = certify("relais", key, "CHU d'essai", hospital[0], authority=False)
    (tmp_path / "relay.pem").write_bytes(certificate.public_bytes(PEM))
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (tmp_path / "relay.key").write_bytes(key.private_bytes(PEM, *plain))
    (tmp_path / "relay.key").chmod(0o600)
    process = RelayProcess(tmp_path, 'tls_certificate = "relay.pem"\ntls_key = "relay.key"').start()
    yield process
    process.stop()


def greet(relay, authority):
    async def scenario():
        control = await Control.connect(relay.address(pin=b"", ca=authority))
        nonce = control.nonce
        await control.close()
        return nonce

    return asyncio.run(scenario())


def test_the_hospitals_authority_vouches_for_its_relay(relay, hospital):
    assert len(greet(relay, hospital[1])) == 32


@pytest.mark.parametrize(
    "authority", ["", make_authority("Autre")[1], "-----BEGIN CERTIFICATE-----\nno\n", "é"]
)
def test_nobody_else_does(relay, authority):
    with pytest.raises(LinkRefused, match="relay-impostor"):
        greet(relay, authority)
