"""By what this machine reaches an address: cable or Wi-Fi, where the system tells (Linux)."""

from __future__ import annotations

import socket
import struct
import sys
from pathlib import Path

if sys.platform == "linux":
    import fcntl

_ADDRESS_OF = 0x8915
"""SIOCGIFADDR."""
_NETS = Path("/sys/class/net")


def medium(local: str, nets: Path = _NETS) -> str:
    """Return "wifi" or "cable" for the interface that has the IPv4 address *local*, "" where that cannot be told."""
    for name in _names():
        if _address(name) == local:
            return _kind(nets / name)
    return ""


def _kind(net: Path) -> str:
    if (net / "wireless").exists() or (net / "phy80211").exists():
        return "wifi"
    return "cable" if (net / "device").exists() else ""


def _names() -> list[str]:
    return [name for _, name in socket.if_nameindex()] if sys.platform == "linux" else []


def _address(name: str) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            answer = fcntl.ioctl(asking, _ADDRESS_OF, struct.pack("256s", name.encode()[:15]))
        except OSError:
            return ""
    return socket.inet_ntoa(answer[20:24])
