"""Enrols a desk and follows its organisation's log (docs/protocol.md §3): what is new is kept, what is wrong is said."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from media.errors import MediaError, TrustError
from media.keys.certs import DeviceCert
from media.keys.directory import MAX_BUNDLE, Bundle, Directory, Seen
from media.keys.issuers import DAY_S, RelayKey
from storage import lease
from storage.directory import Head
from storage.identity import Device, Organisation
from storage.identity import RelayKey as KeptRelayKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
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


@dataclass(frozen=True)
class News:
    """What a look at the directory showed.

    `trouble`: "" or a code of docs/protocol.md §9 (directory-old, directory-blocked, directory-fork, directory-rollback,
    directory-unreadable); `unexpected`: certificates in the own user's name that no device of this user asked for, and that
    nobody here called their own since;
    `revoked`: the organisation took this device's certificate back and gave it no other; `lease_over`: nothing was heard of
    the organisation for longer than the offline lease. Both close the patients of this desk.
    """

    trouble: str = ""
    unexpected: tuple[DeviceCert, ...] = ()
    revoked: bool = False
    lease_over: bool = False

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
        return (*alarm, *((code, 0) for code in (held, self.trouble) if code))


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


async def refresh(vault: Vault, source: Path | None, now_s: int) -> News:
    """Take the directory file *source*, when there is one, and judge what is known now. Nothing wrong is kept."""
    device = await asyncio.wrap_future(vault.identity.device())
    if device is None or not device.certificate:
        return News()
    own = DeviceCert.parse(device.certificate)
    trouble = await _take(vault, source, own.org, now_s) if source else ""
    head = await asyncio.wrap_future(vault.directory.head(own.org))
    trouble = trouble or _age(now_s - (head.time_s if head else 0))
    living = await _living(vault, own, now_s)
    kept = await asyncio.wrap_future(vault.directory.verified())
    mine = {one.ed25519_pk for one in kept if one.user == own.user} - {own.public.ed25519}
    unexpected = tuple(one for one in living if one.public != own.public and one.public.ed25519 not in mine)
    revoked = own.hash in await asyncio.wrap_future(vault.directory.revoked())
    replaced = any(one.public == own.public for one in living)
    return News(trouble, unexpected, revoked and not replaced)


async def lease_over(vault: Vault, days: int, now_s: int) -> bool:
    """Tell whether the organisation was not heard of for *days*; the vault learns the time."""
    contact_s = await heard_s(vault)
    return lease.over(days, contact_s, await asyncio.wrap_future(vault.standing.see(now_s, contact_s)))


async def heard_s(vault: Vault) -> int:
    """Return when the own organisation was last heard of, 0 for never."""
    device = await asyncio.wrap_future(vault.identity.device())
    if device is None or not device.certificate:
        return 0
    head = await asyncio.wrap_future(vault.directory.head(DeviceCert.parse(device.certificate).org))
    return head.time_s if head else 0


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
