"""To which devices a message goes, which are held and why, when it is sealed again (docs/protocol.md §11)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from media.keys.cards import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from media.keys.certs import Level

AGAIN_MS = DAY_MS
GIVE_UP_MS = 3 * DAY_MS


@dataclass(frozen=True)
class Device:
    """A living device: its certificate counts now, and is not revoked.

    `different`: the safety number was compared and was another one. `blocked`: nothing goes to this person.
    `asked`: one of the own user's devices that the own desk knows of (enrolled, vouched for or acknowledged).
    """

    user: bytes
    device_id: bytes
    level: Level
    different: bool = False
    blocked: bool = False
    asked: bool = True


@dataclass(frozen=True)
class Target:
    """A device that is to get a block; with `held` (a code of docs/protocol.md §9) not before the user says so.

    `device_id` is empty for a recipient without a living device. `own`: one of the author's other devices.
    """

    user: bytes
    device_id: bytes
    own: bool
    held: str = ""


def targets(
    recipients: Sequence[bytes],
    me: bytes,
    my_device: bytes,
    devices: Iterable[Device],
    *,
    restored: bool,
    compared: bool = False,
) -> tuple[Target, ...]:
    """Return who gets a block: the living devices of the *recipients* and the own others, blocked people left out.

    *restored*: the vault is an older copy put back; nothing leaves it until it is enrolled anew. *compared*: only devices
    whose key was compared may have it (`types.Rule.compared`).
    """
    living: dict[bytes, list[Device]] = {}
    for device in devices:
        if device.device_id != my_device:
            living.setdefault(device.user, []).append(device)
    people = dict.fromkeys((*recipients, me))
    return tuple(
        target
        for user in people
        for target in _of(user, living.get(user, []), me, restored=restored, compared=compared)
    )


def _of(user: bytes, devices: list[Device], me: bytes, *, restored: bool, compared: bool) -> Iterator[Target]:
    own = user == me
    if not devices and not own:
        yield Target(user, b"", own, "restored" if restored else "no-device")
    for device in devices:
        if not device.blocked:
            code = "restored" if restored else held(device, own=own, compared=compared)
            yield Target(user, device.device_id, own, code)


def held(device: Device, *, own: bool, compared: bool = False) -> str:
    """Return why nothing, or nothing for which the key must be *compared*, goes to a device now, or ""."""
    if own:
        return "" if device.asked else "device-unexpected"
    if device.different:
        return "key-different"
    if device.level == "changed":
        return "key-changed"
    return "key-unverified" if compared and device.level != "verified" else ""


class Step(Enum):
    """What is to be done about a block that lies at the relay without a receipt."""

    WAIT = "wait"
    AGAIN = "again"
    """Seal it again, to the newest pre-key, with the same header."""
    UNDELIVERED = "undelivered"


def step(first_ms: int, sealed_ms: int, now_ms: int) -> Step:
    """Say what to do: *first_ms* when the relay first had a block of it, *sealed_ms* when its last block was there."""
    if now_ms - first_ms >= GIVE_UP_MS:
        return Step.UNDELIVERED
    return Step.AGAIN if now_ms - sealed_ms >= AGAIN_MS else Step.WAIT
