"""One small organisation whose certificates are judged, attacked and revoked."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from media.keys.certs import DeviceCert, DeviceKeys, Trust
from media.keys.directory import ISSUED, REVOKED, Bundle, Log
from media.keys.issuers import DAY_S, Issuer
from media.keys.sign import HybridSigner

NOW = 1_800_000_000


@dataclass
class Hospital:
    """Root, issuer, log and the certificates it issued; `now` is when."""

    root: HybridSigner = field(default_factory=HybridSigner.generate)
    issuer_key: HybridSigner = field(default_factory=HybridSigner.generate)
    now: int = NOW

    def __post_init__(self) -> None:
        end = self.now + 365 * DAY_S
        self.issuer = Issuer.issue(
            self.root, self.issuer_key.public, serial=1, not_before=self.now, not_after=end
        )
        self.log = Log(self.issuer.org)
        self.certificates: list[DeviceCert] = []

    def certify(self, device: DeviceKeys, name: str = "Dr Anne Le Goff", **changed) -> DeviceCert:
        signer = changed.pop("signer", self.issuer_key)
        fields = {
            "org": self.issuer.org,
            "user": bytes(16),
            "name": name,
            "role": "doctor",
            "specialty": "oncologie",
            "device_id": device.device_id,
            "public": device.public,
            "serial": 1,
            "not_before": self.now,
            "not_after": self.now + 90 * DAY_S,
        }
        return DeviceCert.issue(signer, **fields | changed)

    def publish(self, certificate: DeviceCert) -> DeviceCert:
        self.log.append(ISSUED, certificate.hash, self.now)
        self.certificates.append(certificate)
        return certificate

    def revoke(self, certificate: DeviceCert) -> None:
        self.log.append(REVOKED, certificate.hash, self.now)

    def trust(self, **changed) -> Trust:
        fields = {
            "roots": [(self.root.public.ed25519, self.root.public.mldsa)],
            "issuers": [self.issuer.signed],
            "certificates": [certificate.signed for certificate in self.certificates],
            "revoked": self.log.revoked,
            "head_time": self.now,
        }
        return Trust(**fields | changed)

    def bundle(self, **changed) -> Bundle:
        fields = {
            "name": "CHU",
            "root": self.root.public,
            "issuers": (self.issuer.signed,),
            "relay_key": b"",
            "entries": tuple(entry.encode() for entry in self.log.entries),
            "certificates": tuple(certificate.signed for certificate in self.certificates),
            "head": self.log.head(self.issuer_key, self.now).signed,
        }
        return Bundle(**fields | changed)


@pytest.fixture
def hospital() -> Hospital:
    return Hospital()


@pytest.fixture
def other_hospital() -> Hospital:
    return Hospital()


@pytest.fixture(scope="session")
def device() -> DeviceKeys:
    return DeviceKeys.generate()


@pytest.fixture(scope="session")
def other_device() -> DeviceKeys:
    return DeviceKeys.generate()
