"""A signed checkpoint of an audit trail (Ed25519, RFC 8032): its holder knows how far the trail had come, whatever it says later.

One JSON line: `device` (hash of the certificate), `seq`, `chain`, `time_ms`, `signature` over the CBOR of all of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from media.errors import ProtocolError
from media.keys import cbor, sign

if TYPE_CHECKING:
    from collections.abc import Callable

LABEL = "CSL1/audit-checkpoint"
HASH_BYTES = 32
MAX_LINE = 1024


@dataclass(frozen=True)
class Checkpoint:
    """Row `seq` of the trail of the device with this certificate had the chain value `chain` (32 bytes) at `time_ms`."""

    device: bytes
    seq: int
    chain: bytes
    time_ms: int
    signature: bytes = b""

    @classmethod
    def make(
        cls, device: bytes, place: tuple[int, bytes], time_ms: int, sign: Callable[[bytes], bytes]
    ) -> Checkpoint:
        """Sign *place* (seq, chain) with the device's key."""
        bare = cls(device, *place, time_ms)
        return cls(device, *place, time_ms, sign(bare.text))

    @classmethod
    def parse(cls, line: str | bytes) -> Checkpoint:
        """Read what `line` wrote; nothing is verified. Raises ProtocolError."""
        try:
            if len(line) > MAX_LINE:
                raise ProtocolError("a checkpoint that is too long")
            row = json.loads(line)
            found = cls(
                bytes.fromhex(row["device"]),
                row["seq"],
                bytes.fromhex(row["chain"]),
                row["time_ms"],
                bytes.fromhex(row["signature"]),
            )
            cbor.check(found.fields, (str, HASH_BYTES, int, HASH_BYTES, int))
            cbor.encode(found.fields)  # no negative number, no truth value
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise ProtocolError("not a checkpoint") from error
        return found

    @property
    def fields(self) -> list[object]:
        """What is signed, as CBOR."""
        return [LABEL, self.device, self.seq, self.chain, self.time_ms]

    @property
    def text(self) -> bytes:
        """The bytes that are signed."""
        return cbor.encode(self.fields)

    @property
    def line(self) -> str:
        """The checkpoint as one line of JSON, without a line end."""
        row = {
            "device": self.device.hex(),
            "seq": self.seq,
            "chain": self.chain.hex(),
            "time_ms": self.time_ms,
            "signature": self.signature.hex(),
        }
        return json.dumps(row)

    def verify(self, public: bytes) -> None:
        """Raise TrustError("signature") unless the device with this Ed25519 key signed it."""
        sign.verify(public, self.text, self.signature)
