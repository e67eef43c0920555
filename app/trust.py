"""Enrols a desk and follows its organisation's log (docs/protocol.md §3): what is new is kept, what is wrong is said."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from media.errors import MediaError, TrustError
from media.keys.certs import DeviceCert, Trust
from media.keys.directory import MAX_BUNDLE, Bundle, Directory, Seen
from media.keys.directory import Head as SignedHead
from media.keys.issuers import DAY_S, Issuer, RelayKey
from storage import lease
from storage.directory import Head
from storage.identity import Device, Organisation
from storage.identity import RelayKey as KeptRelayKey

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from media.engine.messages import TrustAnchor
    from media.keys.certs import DeviceKeys
    from media.keys.directory import Enrolment
    from storage.identity import Relay
    from storage.vault import Vault

WARNS_S, BLOCKS_S = DAY_S, 7 * DAY_S
READ_S = 20
"""A directory on a network drive that hangs must not keep the desk shut."""
ISSUER = "issuer"
"""The role of the organisation's service that answers requests and says what is new (docs/protocol.md §16)."""


@dataclass(frozen=True)
class News:
    """What a look at the directory showed.

    `trouble`: "" or a code of docs/protocol.md §9 (directory-old, directory-blocked, directory-fork, directory-rollback,
    directory-unreadable); `unexpected`: certificates in the own user's name that no device of this user asked for, and that
    nobody here called their own since;
    `revoked`: the organisation took this device's certificate back and gave it no other; `lease_over`: nothing was heard of
    the organisation for longer than the offline lease. Both close the patients of this desk. `ends_in_days`: of the own
    certificate, from the day on which it ought to have been renewed long ago, 0 when it is over; None before.
    """

    trouble: str = ""
    unexpected: tuple[DeviceCert, ...] = ()
    revoked: bool = False
    lease_over: bool = False
    ends_in_days: int | None = None

    @property
    def patients_closed(self) -> bool:
        """Whether the patients of this desk must not be seen now."""
        return self.revoked or self.lease_over

    def without(self, verified: Iterable[tuple[bytes, bytes]]) -> News:
        """Return the same, without alarms about devices that the user called the own ones meanwhile."""
        known = set(verified)
        rest = tuple(one for one in self.unexpected if (one.user, one.public.ed25519) not in known)
        return replace(self, unexpected=rest)

    @property
    def warnings(self) -> tuple[tuple[str, int], ...]:
        """Return what to tell the user: codes, each with how many certificates it is about."""
        alarm = (("device-unexpected", len(self.unexpected)),) if self.unexpected else ()
        held = "device-revoked" if self.revoked else "lease-over" if self.lease_over else ""
        return (*alarm, *self._ending, *((code, 0) for code in (held, self.trouble) if code))

    @property
    def _ending(self) -> tuple[tuple[str, int], ...]:
        if self.ends_in_days is None or self.revoked:
            return ()
        code = "certificate-ending" if self.ends_in_days else "certificate-over"
        return ((code, self.ends_in_days),)


async def enrol(vault: Vault, device: DeviceKeys, enrolment: Enrolment, relay: Relay, now_s: int) -> None:
    """Make *vault* the desk of *device*; raises TrustError or ProtocolError when the enrolment is not for it."""
    certificate = DeviceCert.parse(enrolment.certificate)
    if certificate.public != device.public:
        raise TrustError("certificate-foreign", "issued for other keys")
    directory = enrolment.verify(certificate.org, now_s)
    bundle = enrolment.bundle
    root = Organisation(bundle.org, bundle.name, bundle.root.ed25519, bundle.root.mldsa, own=True)
    await asyncio.wrap_future(vault.identity.trust(root))
    await _begin_anew(vault, device)
    await asyncio.wrap_future(vault.identity.save_device(Device(*device.seeds, enrolment.certificate)))
    key = RelayKey.parse(bundle.relay_key)
    kept = KeptRelayKey(bundle.org, enrolment.relay_seed, bundle.relay_key, key.not_after)
    await asyncio.wrap_future(vault.identity.save_relay_key(kept))
    await asyncio.wrap_future(vault.identity.save_relay(relay))
    await _keep(vault, directory)


async def _begin_anew(vault: Vault, device: DeviceKeys) -> None:
    """Let nothing of another device's messages be used again: its chains, queues and pre-keys go with its keys."""
    known = await asyncio.wrap_future(vault.identity.device())
    if known is not None and (known.ed25519_seed, known.mldsa_seed) != device.seeds:
        await asyncio.wrap_future(vault.mail.begin_anew())
        await asyncio.wrap_future(vault.meetings.begin_anew())


async def refresh(vault: Vault, source: Path | None, now_s: int) -> News:
    """Take the directory file *source*, when there is one, and judge what is known now. Nothing wrong is kept."""
    device = await asyncio.wrap_future(vault.identity.device())
    if device is None or not device.certificate:
        return News()
    own = DeviceCert.parse(device.certificate)
    trouble = await _take(vault, source, own.org, now_s) if source else ""
    own = await adopt(vault, now_s) or own
    head = await asyncio.wrap_future(vault.directory.head(own.org))
    trouble = trouble or _age(now_s - (head.time_s if head else 0))
    living = await _living(vault, own, now_s)
    kept = await asyncio.wrap_future(vault.directory.verified())
    mine = {one.ed25519_pk for one in kept if one.user == own.user} - {own.public.ed25519}
    unexpected = tuple(one for one in living if one.public != own.public and one.public.ed25519 not in mine)
    revoked = own.hash in await asyncio.wrap_future(vault.directory.revoked())
    replaced = any(one.public == own.public for one in living)
    return News(trouble, unexpected, revoked and not replaced, ends_in_days=_ends_in_days(own, now_s))


def due(own: DeviceCert, now_s: int) -> bool:
    """Tell whether a certificate is to be renewed: after two thirds of its life, day 60 of 90."""
    return now_s >= own.not_before + (own.not_after - own.not_before) * 2 // 3


def _ends_in_days(own: DeviceCert, now_s: int) -> int | None:
    """Return in how many days a certificate ends once that is to be said: after eight ninths of its life, day 80 of 90."""
    if now_s < own.not_before + (own.not_after - own.not_before) * 8 // 9:
        return None
    return max(0, -((now_s - own.not_after) // DAY_S))


async def adopt(vault: Vault, now_s: int) -> DeviceCert | None:
    """Work under a newer certificate for the own keys from now on, where the directory has one; return that one."""
    device = await asyncio.wrap_future(vault.identity.device())
    if device is None or not device.certificate or vault.read_only:
        return None
    own = DeviceCert.parse(device.certificate)
    mine = [
        one
        for one in await _living(vault, own, now_s)
        if (one.org, one.device_id, one.public) == (own.org, own.device_id, own.public)
    ]
    newest = max(mine, key=lambda one: (one.not_before, one.serial), default=own)
    if newest.hash == own.hash or newest.serial < own.serial:
        return None
    with suppress(MediaError):
        (await _judge(vault, own.org)).judge(newest.signed, now_s)
        await asyncio.wrap_future(vault.identity.save_device(replace(device, certificate=newest.signed)))
        return newest
    return None


async def _judge(vault: Vault, org: bytes) -> Trust:
    head = await asyncio.wrap_future(vault.directory.head(org))
    roots = await asyncio.wrap_future(vault.identity.organisations())
    issuers = await asyncio.wrap_future(vault.identity.issuers())
    certificates = await asyncio.wrap_future(vault.directory.certificates())
    revoked = await asyncio.wrap_future(vault.directory.revoked())
    return Trust(
        roots=[(root.ed25519_pk, root.mldsa_pk) for root in roots],
        issuers=issuers,
        certificates=certificates,
        revoked=revoked,
        head_time=head.time_s if head else 0,
    )


async def hear(
    vault: Vault, org: bytes, signed: bytes, fetch: Callable[[], Awaitable[bytes]], now_s: int
) -> bool:
    """Take a signed head of *org*, and the bundle that *fetch* brings where its log goes on; False where nothing is new.

    Raises TrustError: "signature", "clock", "directory-fork", "directory-rollback", "directory-incomplete", "issuer-unknown"; ProtocolError.
    """
    head, known = SignedHead.parse(signed), await asyncio.wrap_future(vault.directory.head(org))
    if head.org != org:
        raise TrustError("issuer-unknown", "another organisation")
    same = known is not None and (head.height, head.hash) == (known.height, known.hash)
    if known and same and head.time <= known.time_s:
        return False
    await asyncio.to_thread(head.verify, await _issuers(vault, org), now_s)
    if known and head.height < known.height:
        return False  # an older one, shown again: it is as if nothing was shown
    if known is None or head.height > known.height:
        await take(vault, org, await fetch(), now_s)
    elif head.hash != known.hash:
        raise TrustError("directory-fork")
    await asyncio.wrap_future(vault.directory.see_head(Head(org, head.height, head.hash, head.time)))
    return True


async def take(vault: Vault, org: bytes, bundle: bytes, now_s: int) -> None:
    """Keep a whole directory of *org*; raises as `media.keys.directory.Bundle.verify`."""
    known = await asyncio.wrap_future(vault.directory.head(org))
    seen = Seen(known.height, known.hash, known.time_s) if known else None
    await _keep(vault, await asyncio.to_thread(lambda: Bundle.parse(bundle).verify(org, now_s, seen)))


async def _issuers(vault: Vault, org: bytes) -> list[Issuer]:
    revoked = await asyncio.wrap_future(vault.directory.revoked())
    signed = await asyncio.wrap_future(vault.identity.issuers())
    known = map(Issuer.parse, signed)
    return [one for one in known if one.org == org and one.hash not in revoked]


async def lease_over(vault: Vault, days: int, now_s: int) -> bool:
    """Tell whether the organisation was not heard of for *days*; the vault learns the time."""
    contact_s = await heard_s(vault)
    return lease.over(days, contact_s, await asyncio.wrap_future(vault.standing.see(now_s, contact_s)))


async def served(vault: Vault) -> bool:
    """Tell whether the organisation has a service that says what is new over the relay."""
    known = await asyncio.wrap_future(vault.directory.certificates())
    return any(one.role == ISSUER for one in readable(known))


async def heard_s(vault: Vault) -> int:
    """Return when the own organisation was last heard of, 0 for never."""
    device = await asyncio.wrap_future(vault.identity.device())
    if device is None or not device.certificate:
        return 0
    head = await asyncio.wrap_future(vault.directory.head(DeviceCert.parse(device.certificate).org))
    return head.time_s if head else 0


def judge_of(anchor: TrustAnchor) -> Trust:
    """Return who judges certificates by what a session knew of the organisation."""
    return Trust(
        roots=anchor.roots,
        issuers=anchor.issuers,
        certificates=anchor.certificates,
        revoked=anchor.revoked,
        verified=anchor.verified,
        head_time=anchor.head_time,
    )


def newly_revoked(before: TrustAnchor, after: TrustAnchor) -> frozenset[bytes]:
    """Return the users of the certificates that *after* calls revoked and *before* did not."""
    fresh = set(after.revoked) - set(before.revoked)
    known = readable(after.certificates) if fresh else ()
    return frozenset(one.user for one in known if one.hash in fresh)


async def _take(vault: Vault, source: Path, org: bytes, now_s: int) -> str:
    known = await asyncio.wrap_future(vault.directory.head(org))
    seen = Seen(known.height, known.hash, known.time_s) if known else None
    try:
        async with asyncio.timeout(READ_S):
            directory = await asyncio.to_thread(_verified, source, org, now_s, seen)
    except TrustError as error:
        return error.code if error.code.startswith("directory-") else "directory-unreadable"
    except (MediaError, OSError):  # TimeoutError is one of the latter
        return "directory-unreadable"
    await _keep(vault, directory)
    return ""


def _verified(source: Path, org: bytes, now_s: int, seen: Seen | None) -> Directory:
    with source.open("rb") as file:
        data = file.read(MAX_BUNDLE + 1)
    return Bundle.parse(data).verify(org, now_s, seen)


async def _keep(vault: Vault, directory: Directory) -> None:
    """Keep what was verified, asked for at once so that few commits do; the head last, once all the rest is on disk."""
    org, head = directory.bundle.org, directory.head
    kept: list[Future[Any]] = [vault.identity.add_issuer(org, issuer) for issuer in directory.bundle.issuers]
    kept += [vault.directory.add_certificate(one.user, one.signed) for one in directory.certificates]
    kept.append(vault.directory.revoke(directory.revoked, head.time))
    kept.append(vault.directory.keep_people(org, directory.bundle.people))
    await asyncio.gather(*map(asyncio.wrap_future, kept))
    await asyncio.wrap_future(vault.directory.see_head(Head(org, head.height, head.hash, head.time)))


def readable(certificates: Iterable[bytes]) -> Iterator[DeviceCert]:
    """Pass over what is spoilt: it is nobody's, and shuts nobody out."""
    for one in certificates:
        with suppress(MediaError):
            yield DeviceCert.parse(one)


def _age(age_s: int) -> str:
    if age_s > BLOCKS_S:
        return "directory-blocked"
    return "directory-old" if age_s > WARNS_S else ""


async def _living(vault: Vault, own: DeviceCert, now_s: int) -> tuple[DeviceCert, ...]:
    """Return the certificates of the own user that count now."""
    revoked = await asyncio.wrap_future(vault.directory.revoked())
    mine = await asyncio.wrap_future(vault.directory.certificates(own.user))
    return tuple(one for one in readable(mine) if one.hash not in revoked and one.not_after > now_s)
