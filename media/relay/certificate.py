"""TLS of the relay: certificate files, or a self-signed certificate made at the first start and kept."""

from __future__ import annotations

import hashlib
import os
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from media.relay.config import Config


def server_context(config: Config) -> tuple[ssl.SSLContext, bytes]:
    """(TLS 1.3 context, SHA-256 of the certificate in DER)."""
    certificate, key = config.tls_certificate, config.tls_key
    if not certificate:
        certificate, key = str(config.state_dir / "relay.crt"), str(config.state_dir / "relay.key")
        if not (os.path.exists(certificate) and os.path.exists(key)):  # noqa: PTH110 -- plain strings for ssl
            from media.relay.selfsigned import make  # noqa: PLC0415 -- a sixth of a start's time, needed once

            make(config.state_dir)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate, key)
    return context, hashlib.sha256(_first(Path(certificate))).digest()


def _first(file: Path) -> bytes:
    """Return the first certificate of a PEM file in DER, whatever text stands around it; TLS took it before."""
    _, _, after = file.read_text("latin-1").partition(ssl.PEM_HEADER)
    inside, _, _ = after.partition(ssl.PEM_FOOTER)
    return ssl.PEM_cert_to_DER_cert(ssl.PEM_HEADER + inside + ssl.PEM_FOOTER)
