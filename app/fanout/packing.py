"""HL7 messages packed for the way to desks: each deflated by itself, over a dictionary that all know (docs/decisions/021).

Nothing of one message helps to shorten another: what somebody can have written into a message tells nothing of its neighbours.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from media.errors import ProtocolError
from media.mail.feeds import Packed
from storage.inbox import Incoming

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_TOGETHER = 64 << 20
"""Bytes of one body once unpacked: a bomb stops there."""
MAX_NAME = 2048
ROW = 24
WORTH = 128
"""Bytes below which nothing is gained."""
_WINDOW = -15
_LEVEL = 6
DICTIONARY = (
    b"OBX|1|ED|34794-8^^LN||^application^pdf^Base64^JVBERi0xLj\rOBX|1|NM|||||N|||F|||\rOBR|1||ORC|NW||\rNTE|1||"
    b"\rTXA|1|11488-4^^LN|TEXT||||||||||||AU|||\rROL||AD|ODRP^^HL70443|^^^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^L^^^RPPS"
    b"\rZFA|||||||||||\rZFV|^^||||||^^^^^\rZFM||||\rZFP|||\rAL1|1||\rPD1||||\rMRG|^^^&&N^PI\r"
    b"ZBE|^^^^|20260101120000||INSERT|N||^^^^^&&N^UF^^^|^^^^^&&N^UF^^^||S\rPV1|1|I|^^^^^P||||||||||||||||^^^&&N^VN"
    b"|||||||||||||||||||||||||20260101120000\rPV1|1|O|PV1|1|E|PV1|1|N|||||||||||||||||||||||||||||||||||"
    b"\rPID|1||^^^&1.2.250.1.71.4.2.2&ISO^PI~^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.8&ISO^INS^^20260101"
    b"||^^^^^^L~^^^^^^D||19800101|F|||^^^^^FRA^H~^^^^^^BDL^^||^PRN^PH~^PRN^CP|||||^^^&&N^AN|||||||||||N||VALI"
    b"\rEVN||20260101120000||||20260101120000\r"
    b"MSH|^~\\&|GAM|CH|CONSILIUM|CH|20260101120000||ADT^A01^ADT_A01||P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8|FR||2.11^IHE_FRANCE-2.11-PAM\r"
    b"MSH|^~\\&|||||20260101120000||ORU^R01^ORU_R01||P|2.5^FRA^2.1|||||FRA|UNICODE UTF-8|||2.1^CISIS_CDA_HL7_V2\r"
)
"""Part of the protocol: another text is another version."""


def pack(one: Incoming) -> Packed:
    """Return *one* as it travels: deflated where that is shorter."""
    size, packed = 0, one.raw
    if len(one.raw) >= WORTH:
        squeezer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW, zdict=DICTIONARY)
        squeezed = squeezer.compress(one.raw) + squeezer.flush()
        if len(squeezed) < len(one.raw):
            size, packed = len(one.raw), squeezed
    return Packed(one.sender.encode(), one.control_id.encode(), one.arrived_ms, size, packed)


def weight(one: Packed) -> int:
    """Return about how many bytes a packed message takes."""
    return len(one.sender) + len(one.control_id) + len(one.data) + ROW


def unpack(packed: Iterable[Packed]) -> tuple[Incoming, ...]:
    """Return the messages; raises ProtocolError for what is too long, or unpacks to another size than it says."""
    room, found = MAX_TOGETHER, []
    for one in packed:
        room -= max(one.size, len(one.data))
        if room < 0 or max(len(one.sender), len(one.control_id)) > MAX_NAME:
            raise ProtocolError("packed messages are too long")
        raw = _inflate(one.data, one.size) if one.size else one.data
        found.append(Incoming(_text(one.sender), _text(one.control_id), raw, one.arrived_ms))
    return tuple(found)


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ProtocolError("a packed message has a broken name") from error


def _inflate(packed: bytes, size: int) -> bytes:
    opener = zlib.decompressobj(_WINDOW, zdict=DICTIONARY)
    try:
        raw = opener.decompress(packed, size)
        whole = opener.eof or (not opener.decompress(opener.unconsumed_tail, 1) and opener.eof)
    except zlib.error as error:
        raise ProtocolError("a packed message is broken") from error
    if len(raw) != size or not whole or opener.unused_data:
        raise ProtocolError("a packed message has another size than it says")
    return raw
