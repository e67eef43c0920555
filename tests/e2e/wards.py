"""A hospital that sends: invented patients, told by its GAM and its laboratory, sent by IT's own command from another process."""

from __future__ import annotations

import base64
import datetime as dt
import json
import subprocess
import sys
from itertools import count
from typing import TYPE_CHECKING

from storage.patients.ins import key_of
from tests.unit.papers import cdas, pdfs

if TYPE_CHECKING:
    from pathlib import Path

AUTHORITY = "CH-FICTIF&1.2.250.1.999.7&ISO"
RPPS = "10100000047"
"""Of the doctor at the desk: the first patient is hers, by PV1-7."""
IPP, OLD, OTHER = "70011001", "70011003", "70011002"
"""The first patient, a second number that is merged into hers, and somebody who is nobody's patient at this desk."""
INS = "2580451454007" + key_of("2580451454007")
BORN = "19580412"
SEEN, TOLD, WRITTEN = "Nodule du lobe supérieur gauche", "Relecture anatomopathologique", "Lettre de liaison"
NAMES = ("LÉVÊQUE-ORSINI", "Zélie", "FAUCHERAND", "QUILLÉVÉRÉ", INS, SEEN, TOLD, WRITTEN)
"""What no log, file or command line may hold, and nothing a locked desk shows."""
ZELIE = f"{NAMES[0]}^Zélie^Zélie^^^^L~FAUCHERAND^Zélie^^^^^D||{BORN}|F"
AUBIN = "QUILLÉVÉRÉ^Aubin^Aubin^^^^L||19810923|M"


class Wards:
    """Sends to *address*; every message is acknowledged before a call returns."""

    def __init__(self, folder: Path, address: str) -> None:
        folder.mkdir(exist_ok=True)
        self._folder, self._address = folder, address
        self._began, self._numbers = dt.datetime.now(dt.UTC), count(1)

    def tell_history(self) -> None:
        """Two patients, a stay, two results, a CDA and a PDF."""
        told = base64.b64encode(_cda()).decode()
        letter = base64.b64encode(pdfs.pages((WRITTEN, SEEN))).decode()
        self._send(
            self._message("ADT^A28^ADT_A05", 9, _pid(OTHER, AUBIN), "PV1|1|N"),
            self._message("ADT^A28^ADT_A05", 9, _hers(), "PV1|1|N", "AL1|1|DA|^Pénicilline|SV|Urticaire"),
            self._stay(2),
            self._value("10.9", 3),
            self._value("11.6", 1),
            self._document(TOLD, 1, f"^TEXT^XML^Base64^{told}"),
            self._document(WRITTEN, 0.5, f"^application^pdf^Base64^{letter}"),
        )

    def tell_merge(self) -> None:
        """A second number of the first patient turns out to be hers."""
        self._send(
            self._message("ADT^A28^ADT_A05", 0.2, _pid(OLD, ZELIE, "PROV"), "PV1|1|N"),
            self._message("ADT^A40^ADT_A39", 0.1, _hers(), f"MRG|{_number(OLD)}"),
        )

    def tell_correction(self) -> None:
        """The laboratory puts its last value right."""
        self._send(self._value("12.3", 1, "C"))

    def _stay(self, days: float) -> bytes:
        at = self._at(days)
        unit = f"Oncologie médicale^^^^^{AUTHORITY}^UF^^^3120"
        doctor = f"{RPPS}^MARCHETTI^Hélène^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^L^^^RPPS"
        pv1 = f"PV1|1|I|3120^204^P||||{doctor}||||||||||||V1^^^{AUTHORITY}^VN"
        return self._message(
            "ADT^A01^ADT_A01", days, _hers(), pv1, f"ZBE|M1^GAM|{at}||INSERT|N||{unit}|{unit}|SMH"
        )

    def _value(self, value: str, days: float, status: str = "F") -> bytes:
        at, order = self._at(days), f"B{days}"
        obx = f"OBX|1|NM|718-7^Hémoglobine^LN||{value}|g/dL|12.0-16.0|L|||{status}|||{at}"
        obr = f"OBR|1||{order}^LABO|26436-6^Biologie^LN|||{at}" + "|" * 18 + status
        return self._message(
            "ORU^R01^ORU_R01", 0 if status == "C" else days, _hers(), f"ORC|NW||{order}^LABO", obr, obx
        )

    def _document(self, label: str, days: float, content: str) -> bytes:
        at = self._at(days)
        txa = f"TXA|1|11526-1|TEXT|{at}||{at}|||^VASSEUR^Paul|||D{days}^LABO|||||AU"
        return self._message(
            "MDM^T02^MDM_T02", days, _hers(), "PV1|1|O", txa, f"OBX|1|ED|11526-1^{label}^LN||{content}||||||F"
        )

    def _at(self, days: float) -> str:
        return f"{self._began - dt.timedelta(days=days):%Y%m%d%H%M%S}+0000"

    def _message(self, event: str, days: float, *segments: str) -> bytes:
        at = self._at(days)
        header = f"MSH|^~\\&|GAM|CH-FICTIF|CONSILIUM|CH-FICTIF|{at}||{event}|T{next(self._numbers)}|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8"
        return ("\r".join((header, f"EVN||{at}||||{at}", *segments)) + "\r").encode()

    def _send(self, *messages: bytes) -> None:
        """Send, and again from the first one that is to be sent later."""
        left = list(messages)
        while left:
            codes = self._codes(left)
            kept = codes.index("AE") if "AE" in codes else len(left)
            assert codes[:kept] == ["AA"] * kept, codes
            del left[:kept]

    def _codes(self, messages: list[bytes]) -> list[str]:
        file = self._folder / "sent.hl7"
        file.write_bytes(b"".join(messages))
        command = (
            sys.executable,
            "-m",
            "app.admin",
            "hl7",
            "send",
            str(file),
            "--to",
            self._address,
            "--json",
        )
        sent = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        rows = sent.stdout.splitlines()
        assert len(rows) == len(messages), sent.stderr
        return [json.loads(row)["ack"] for row in rows]


def _number(ipp: str) -> str:
    return f"{ipp}^^^{AUTHORITY}^PI"


def _pid(ipp: str, traits: str, reliability: str = "VALI", more: str = "") -> str:
    return f"PID|1||{_number(ipp)}{more}||{traits}" + "|" * 24 + reliability


def _hers() -> str:
    return _pid(IPP, ZELIE, more=f"~{INS}^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS")


def _cda() -> bytes:
    """Return the CDA of the press's tests, told of the first patient."""
    told = cdas.cda(cdas.section(f"{SEEN}, à présenter en RCP.")).decode()
    for other, hers in (
        ("DELAUNAY-ROUSSET", NAMES[0]),
        ("Vasseur", "FAUCHERAND"),
        ("Élise Marie", "Zélie"),
        ("Élise", "Zélie"),
        ("260058815400120", INS),
        ("19600514", BORN),
    ):
        told = told.replace(other, hers)
    return told.encode()
