"""Where a listener stands: `HOST:PORT`, and TLS on both of its sides (1.2 at least; the key's file for its owner only)."""

from __future__ import annotations

import re
import ssl
from typing import TYPE_CHECKING

from app import secretfile

if TYPE_CHECKING:
    from pathlib import Path


_PORT = re.compile(r"[0-9]{1,5}")


class EndpointError(Exception):
    """The address or a TLS file was refused; its text says what to do."""


def address(text: str) -> tuple[str, int]:
    """Read `HOST:PORT` (an IPv6 host in brackets); port 0 lets the system choose. Raises EndpointError."""
    host, colon, port = text.rpartition(":")
    if not colon or not _PORT.fullmatch(port) or int(port) > 65_535:
        raise EndpointError(
            f"« {text} » n'est pas une adresse : écrivez HÔTE:PORT, par exemple 127.0.0.1:2575."
        )
    bracketed = host.startswith("[") and host.endswith("]")
    if not host or (":" in host and not bracketed):
        raise EndpointError(f"« {text} » n'est pas une adresse : une adresse IPv6 s'écrit [::1]:2575.")
    return (host[1:-1] if bracketed else host), int(port)


def server_tls(certificate: Path, key: Path, client_authority: Path | None = None) -> ssl.SSLContext:
    """Return the TLS of a listener; with *client_authority* only its clients come in. Raises EndpointError, SecretFileError."""
    secretfile.check_private(key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load_chain(context, certificate, key)
    if client_authority is not None:
        _load_authority(context, client_authority)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def client_tls(
    authority: Path | None = None, certificate: Path | None = None, key: Path | None = None
) -> ssl.SSLContext:
    """Return the TLS of a sender: *authority* (default: the system's) signed the listener's certificate, its name is checked.

    Raises EndpointError, SecretFileError.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if authority is None:
        context.load_default_certs()
    else:
        _load_authority(context, authority)
    if certificate is not None:
        secretfile.check_private(key or certificate)
        _load_chain(context, certificate, key or certificate)
    return context


def _load_chain(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ValueError) as error:
        raise EndpointError(
            f"{certificate} et {key} ne vont pas ensemble, ou ne sont pas du PEM sans mot de passe : vérifiez-les."
        ) from error


def _load_authority(context: ssl.SSLContext, authority: Path) -> None:
    try:
        context.load_verify_locations(authority)
    except (OSError, ValueError) as error:
        raise EndpointError(f"{authority} n'est pas une autorité en PEM : vérifiez le chemin.") from error


def _no_password() -> str:
    """Answer OpenSSL, which would ask for an encrypted key's password on the terminal."""
    raise ValueError("the key is encrypted")
