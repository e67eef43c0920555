"""Whose devices there are and how far each is trusted now: the certificates that the session knows, judged when first asked."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from app.trust import judge_of
from media.errors import MediaError
from media.keys.certs import DeviceCert, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.session import Session

KEPT_S = 3600


class Book:
    """The directory of one session. Judging costs two signatures a certificate: a verdict is kept until the hour is over."""

    def __init__(self, session: Session, now_s: Callable[[], int]) -> None:
        anchor = session.trust
        self._clock, self._signed_s = now_s, anchor.head_time
        self._trust = judge_of(anchor)
        self._revoked = frozenset(anchor.revoked)
        self.head = (anchor.head_height, anchor.head_hash)
        self.own = DeviceCert.parse(session.certificate)
        self._certs: dict[bytes, DeviceCert] = {self.own.hash: self.own}
        for signed in anchor.certificates:
            with contextlib.suppress(MediaError):
                certificate = DeviceCert.parse(signed)
                self._certs[certificate.hash] = certificate
        self._verdicts: dict[bytes, Verdict | MediaError] = {}
        self._hour = self._now_s() // KEPT_S

    @property
    def revoked(self) -> bool:
        """Whether the organisation took this device's own certificate back."""
        return self.own.hash in self._revoked

    @property
    def over(self) -> bool:
        """Whether the own certificate has ended: nobody would believe what is written under it."""
        return self._now_s() > self.own.not_after

    def having(self, role: str) -> tuple[Verdict, ...]:
        """Return the living devices of the own organisation with this role."""
        users = {one.user for one in self._certs.values() if one.role == role and one.org == self.own.org}
        return tuple(one for user in users for one in self.living(user) if one.role == role)

    def knows(self, cert_hash: bytes) -> bool:
        """Whether a certificate with this hash is in the directory of now."""
        return cert_hash in self._certs

    def certificate(self, cert_hash: bytes) -> DeviceCert:
        """Return a certificate that is known; raises KeyError."""
        return self._certs[cert_hash]

    def judge(self, cert_hash: bytes) -> Verdict:
        """Return whom a known certificate speaks for; raises TrustError, ProtocolError, KeyError (unknown)."""
        now_s = self._now_s()
        if now_s // KEPT_S != self._hour:
            self._hour, self._verdicts = now_s // KEPT_S, {}
        verdicts = self._verdicts
        if cert_hash not in verdicts:
            try:
                verdicts[cert_hash] = self._trust.judge(self._certs[cert_hash].signed, now_s)
            except MediaError as error:
                verdicts[cert_hash] = error
        found = verdicts[cert_hash]
        if isinstance(found, MediaError):
            raise found
        return found

    def living(self, user: bytes) -> tuple[Verdict, ...]:
        """Return the devices of *user* that count now, the own one left out; of a renewed one its newest certificate."""
        newest: dict[bytes, DeviceCert] = {}
        for certificate in self._certs.values():
            before = newest.get(certificate.device_id)
            if certificate.user == user and (before is None or _age(before) < _age(certificate)):
                newest[certificate.device_id] = certificate
        newest.pop(self.own.device_id, None)
        return tuple(filter(None, (self._verdict(one.hash) for one in newest.values())))

    def name(self, user: bytes) -> str:
        """Return the name under which *user* was certified last, empty for nobody."""
        mine = [one for one in self._certs.values() if one.user == user]
        return max(mine, key=_age).name if mine else ""

    def _now_s(self) -> int:
        """Return the time by the clock, but not before what the organisation has signed."""
        return max(self._clock(), self._signed_s)

    def _verdict(self, cert_hash: bytes) -> Verdict | None:
        try:
            return self.judge(cert_hash)
        except MediaError:
            return None


def _age(certificate: DeviceCert) -> tuple[int, int]:
    return certificate.not_before, certificate.serial
