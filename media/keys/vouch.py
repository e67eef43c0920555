"""An older device signs for a newer one of the same person (docs/protocol.md §11), so that whom one verified stays verified."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from media.errors import TrustError
from media.keys import cbor
from media.keys.envelope import check_numbers
from media.keys.issuers import ID_BYTES, verify_hybrid
from media.keys.sign import ED25519_PUBLIC, MLDSA_PUBLIC, HybridPublic, signed, split_signed

if TYPE_CHECKING:
    from collections.abc import Callable

    from media.keys.certs import DeviceCert

VOUCH = "CSL1/vouch"


@dataclass(frozen=True)
class Vouch:
    """The device with the key `older` (Ed25519) says that the device with the keys `newer` is the same person's; `signed` is as received."""

    org: bytes
    user: bytes
    older: bytes
    newer: HybridPublic
    device_id: bytes
    time_s: int
    signed: bytes = field(repr=False)

    @classmethod
    def make(
        cls, older: DeviceCert, newer: DeviceCert, time_s: int, sign: Callable[[str, bytes], bytes]
    ) -> Vouch:
        """Sign with the *older* device's hybrid key; raises TrustError where the two are not one person's."""
        _check_same(older, newer)
        body = cbor.encode(
            [
                VOUCH,
                newer.org,
                newer.user,
                older.public.ed25519,
                newer.public.ed25519,
                newer.public.mldsa,
                newer.device_id,
                time_s,
            ]
        )
        return cls.parse(signed(body, sign(VOUCH, body)))

    @classmethod
    def parse(cls, data: bytes) -> Vouch:
        """Read *data*; nothing is verified but its shape."""
        kinds = (ID_BYTES, ID_BYTES, ED25519_PUBLIC, ED25519_PUBLIC, MLDSA_PUBLIC, ID_BYTES, int)
        org, user, older, ed, mldsa, device, time_s = cbor.record(split_signed(data)[0], VOUCH, kinds)
        check_numbers(time_s)
        return cls(org, user, older, HybridPublic(ed, mldsa), device, time_s, data)

    def verify(self, older: DeviceCert, newer: DeviceCert) -> None:
        """Raise TrustError unless the *older* device, whose certificate the caller trusts as verified, vouches for the *newer* one."""
        _check_same(older, newer)
        names = (self.org, self.user, self.older, self.newer, self.device_id)
        if names != (newer.org, newer.user, older.public.ed25519, newer.public, newer.device_id):
            raise TrustError("vouch-foreign", "for other devices")
        verify_hybrid(older.public, VOUCH, self.signed)


def _check_same(older: DeviceCert, newer: DeviceCert) -> None:
    if (older.org, older.user) != (newer.org, newer.user) or older.public == newer.public:
        raise TrustError("vouch-foreign", "not two devices of one person")
