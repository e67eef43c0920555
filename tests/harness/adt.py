"""A patient administration system: ADT messages of invented patients, INS under the test OID."""

from __future__ import annotations

import datetime as dt

AUTHORITY = "CH-FICTIF&510999999&N"
START = dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)
CANARIES = ("ESSAI1", "PORTE1", "CLEO", "00000001", "1800175000001")
"""What `adt` says of the patient 1, and nobody may read outside the vault."""
POISON = (
    b"this is no HL7",
    b"",
    b"MSH|^~\\&|",
    b"MSH|^~\\&|GAM|CH|C|CH|20260301||ADT^A01^ADT_A01|P1|T|2.5\rPID|||\r",
    b"\xff\xfe\x00" * 40,
)


def ins(number: int) -> str:
    """Return a well-formed INS of 15 digits."""
    body = 1_800_175_000_000 + number
    return f"{body}{97 - body % 97:02}"


def adt(
    event: str,
    control_id: str,
    patient: int,
    *,
    minute: int = 0,
    movement: str = "",
    sender: str = "GAM",
    name: str = "",
) -> bytes:
    """Return a message about the patient *patient*, recorded *minute* minutes after `START`; *movement* is ZBE-1 and unit."""
    at = f"{START + dt.timedelta(minutes=minute):%Y%m%d%H%M%S}"
    ipp = f"{patient:08}^^^{AUTHORITY}^PI~{ins(patient)}^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS"
    person = f"{name or f'ESSAI{patient}'}^CLEO^CLEO ALIX^^^^L~PORTE{patient}^CLEO^^^^^D"
    segments = [
        f"MSH|^~\\&|{sender}|CH-FICTIF|CONSILIUM|CH-FICTIF|{at}||ADT^{event}|{control_id}|T|2.5^FRA^2.11|||||FRA|UNICODE UTF-8",
        f"EVN||{at}||||{at}",
        f"PID|1||{ipp}||{person}||19700101|F||||||||||D{patient}^^^{AUTHORITY}^AN||||||||||||||VALI",
    ]
    if movement:
        segments += [
            f"PV1|1|I|{movement}^12^P||||||||||||||||V{patient}^^^{AUTHORITY}^VN",
            f"ZBE|{control_id}^GAM|{at}||INSERT|N||Unité {movement}^^^^^{AUTHORITY}^UF^^^{movement}|||S",
        ]
    return "\r".join(segments).encode() + b"\r"
