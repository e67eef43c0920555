"""Messages to read, written segment by segment, of invented patients."""

from __future__ import annotations

NOW_MS = 1_780_000_000_000
IPP = "09000011^^^CH-FICTIF&510999999&N^PI"
INS = "279035121518989^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS"
NAME = "MOREAU^Odile^Odile Marie^^^^L"


def msh(
    kind: str,
    *,
    charset: str = "UNICODE UTF-8",
    profile: str = "",
    country: str = "FRA",
    at: str = "20260301080000",
) -> str:
    """Return an MSH of kind `ADT^A01`."""
    return f"MSH|^~\\&|GAM|CH-FICTIF|CONSILIUM|CH-FICTIF|{at}||{kind}|C1|T|2.5|||||{country}|{charset}|||{profile}"


def pid(
    numbers: str = IPP,
    names: str = NAME,
    *,
    birth: str = "19540314",
    sex: str = "F",
    address: str = "",
    status: str = "VIDE",
    more: str = "",
) -> str:
    """Return a PID; *more* follows PID-32."""
    return f"PID|1||{numbers}||{names}||{birth}|{sex}|||{address}|||||||D1^^^X^AN||||||||||||||{status}{more}"


def message(*segments: str, codec: str = "utf-8") -> bytes:
    """Return the bytes of *segments*, each ended by CR."""
    return "".join(f"{each}\r" for each in segments).encode(codec)
