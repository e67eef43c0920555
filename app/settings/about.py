"""What Consilium is made of: versions as installed here, and licences. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version


@dataclass(frozen=True)
class Part:
    """One part. `what`: the end of its sentence's id (`about.what.<end>`); `version`: empty where it is not installed."""

    name: str
    what: str
    version: str
    licence: str


_PARTS = (
    ("Consilium", "consilium", "consilium", "GPL-3.0-or-later"),
    ("Qt", "qt", "PyQt6-Qt6", "LGPL-3.0-only"),
    ("PyQt6", "pyqt", "PyQt6", "GPL-3.0-only"),
    ("FFmpeg, x264 (PyAV)", "av", "av", "GPL-3.0-or-later, BSD-3-Clause"),
    ("libsodium (PyNaCl)", "sodium", "PyNaCl", "ISC, Apache-2.0"),
    ("cryptography", "crypto", "cryptography", "Apache-2.0 OR BSD-3-Clause"),
    ("zxing-cpp", "codes", "zxing-cpp", "Apache-2.0"),
    ("SQLCipher (sqlcipher3)", "sqlcipher", "sqlcipher3", "BSD-3-Clause, Zlib"),
)
_SHIPPED = (
    Part("Tabler Icons", "tabler", "3.51.0", "MIT"),
    Part("IBM Plex Sans, Mono", "plex", "1.1.0", "OFL-1.1"),
)
"""Files in `resources`: their versions are those that were copied there."""


def parts() -> list[Part]:
    """Return every part with the version that runs here."""
    return [Part(name, what, _version(package), licence) for name, what, package, licence in _PARTS] + [
        *_SHIPPED
    ]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
