"""An organisation with certified devices, guests and one invitation: what every participant of a test knows."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from functools import cache

from media.keys import certs, invite
from media.keys.sign import HybridSigner, Signer
from media.keys.terms import NO_TERMS, Terms
from media.room.plan import JoinPlan

NOW_S = int(time.time())
DAY_S = 86_400
RELAY = "relay.test:443"


@dataclass
class Anchor:
    """The fields of media.engine.messages.TrustAnchor."""

    org: bytes
    roots: list
    issuers: list
    certificates: list = field(default_factory=list)
    revoked: list = field(default_factory=list)
    verified: list = field(default_factory=list)
    head_height: int = 1
    head_hash: bytes = bytes(32)
    head_time: int = NOW_S


@dataclass
class Device:
    """Somebody's device: the key that signs, and the certificate that says whose it is."""

    name: str
    user: bytes
    signer: Signer
    certificate: bytes
    hybrid: HybridSigner | None = None


class Hospital:
    """Root and issuer; `enrol` gives devices."""

    def __init__(self) -> None:
        self.root, self.issuing = HybridSigner.generate(), HybridSigner.generate()
        self.org = certs.org_id(self.root.public)
        life = {"not_before": NOW_S - DAY_S, "not_after": NOW_S + 60 * DAY_S}
        self.issuer = certs.Issuer.issue(self.root, self.issuing.public, serial=1, **life)
        self.life = life

    def anchor(self) -> Anchor:
        root = self.root.public
        return Anchor(self.org, [(root.ed25519, root.mldsa)], [self.issuer.signed])

    def enrol(self, name: str, user: bytes = b"", **life: int) -> Device:
        keys, user = certs.DeviceKeys.generate(), user or os.urandom(16)
        cert = certs.DeviceCert.issue(
            self.issuing,
            org=self.org,
            user=user,
            name=name,
            role="doctor",
            specialty="",
            device_id=keys.device_id,
            public=keys.public,
            serial=2,
            **(self.life | life),
        )
        return Device(name, user, keys.signer, cert.signed, keys.hybrid)


def guest(name: str) -> Device:
    key = Signer.generate()
    return Device(name, b"", key, certs.GuestCert.issue(key, name).signed)


@cache
def hospital() -> Hospital:
    return Hospital()


class Appointment:
    """One invitation and its link; `hosts` are devices in order of rank."""

    def __init__(
        self,
        hosts: list[Device],
        house: Hospital | None = None,
        relay: str = RELAY,
        terms: Terms = NO_TERMS,
    ) -> None:
        self.house = house or hospital()
        self.inv, self.secret, self.tag = Signer.generate(), os.urandom(16), os.urandom(16)
        self.organiser = hosts[0]
        self.invite = invite.Invite.create(
            hosts[0].hybrid,
            org=self.house.org,
            organiser=hosts[0].user,
            title="RCP thorax",
            hosts=[host.user for host in hosts],
            relay=relay,
            inv_pk=self.inv.public,
            not_before=NOW_S,
            not_after=max(NOW_S + DAY_S, terms.ends_s),
            terms=terms,
        )
        self.relay_key = Signer.generate()

    def plan(self, device: Device, **extra: object) -> JoinPlan:
        host = device.user in self.invite.hosts
        known = {
            "relay_host": "relay.test",
            "relay_port": 443,
            "tag": self.tag,
            "secret": self.secret,
            "invite_hash": self.invite.hash,
            "certificate": device.certificate,
            "trust": self.house.anchor(),
            "invitation_secret": self.inv.seed if host else b"",
            "relay_key": self.relay_key.seed if device.user else b"",
        }
        return JoinPlan(**(known | extra))
