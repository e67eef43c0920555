"""The relay's certificate: which one its fingerprint is of, whatever stands around it in the file, and what a later start needs."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from media.relay.certificate import server_context
from media.relay.config import Config
from media.relay.selfsigned import make

LATER = """
import sys
from pathlib import Path
from media.relay.server import server_context
from media.relay.config import Config
server_context(Config(Path(sys.argv[1]), {}))
print("cryptography" in sys.modules)
"""


@pytest.fixture
def two(tmp_path):
    """Make two certificates; return their folders."""
    folders = tmp_path / "one", tmp_path / "other"
    for folder in folders:
        folder.mkdir()
        make(folder)
    return folders


def fingerprint(folder) -> bytes:
    certificate = x509.load_pem_x509_certificate((folder / "relay.crt").read_bytes())
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest()


def test_the_fingerprint_is_that_of_the_first_certificate_of_a_chain(two, tmp_path):
    one, other = two
    chain = tmp_path / "chain.pem"
    texts = [(folder / "relay.crt").read_bytes().replace(b"\n", b"\r\n") for folder in (one, other)]
    chain.write_bytes("Établissement é\n".encode("latin-1") + texts[0] + b"subject=CN\n" + texts[1])
    config = Config(tmp_path, {}, tls_certificate=str(chain), tls_key=str(one / "relay.key"))
    _, pin = server_context(config)
    assert pin == fingerprint(one)


def test_one_made_at_the_first_start_is_kept(tmp_path):
    _, pin = server_context(Config(tmp_path, {}))
    _, again = server_context(Config(tmp_path, {}))
    assert pin == again == fingerprint(tmp_path)


def test_a_later_start_loads_nothing_that_makes_certificates(two):
    command = [sys.executable, "-c", LATER, str(two[0])]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.strip() == "False"
