"""The first run of a desk, without Qt: a protected vault, a certificate request, then the enrolment that answers it.

The vault is made first, so that the half-finished profile, with the new device keys in it, survives a restart.
"""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from app import trust
from media.errors import MediaError, ProtocolError, TrustError
from media.keys import certs
from media.keys.certs import DeviceCert, DeviceKeys, Request
from media.keys.directory import MAX_BUNDLE, Enrolment
from media.keys.invite import split_relay
from storage.identity import Device, Relay

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from storage.vault import Vault

Step: TypeAlias = Literal["code", "identity", "import", "wait"]
ROLES = ("doctor", "nurse", "secretary", "other")
"""What a person may say to be; rooms and gateways are made by `consilium-admin`."""
KEPT = "enrolment.pending"
MAX_ENROLMENT = MAX_BUNDLE + 1_048_576
PIN_BYTES = 32
ASKED_GROUPS = 2
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None})


class EnrolRefused(Exception):  # noqa: N818 -- the page says what to do
    """The step is not done; `code` is the end of the sentence's id `firstrun.refused.<code>`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Pending:
    """A vault that is open and not enrolled. `recovery_code`: to be shown and confirmed, empty otherwise; `request`: as signed.

    `ticket` and `reply`: what it was sent under, and the secret of its answer; empty where it goes by file.
    """

    vault: Vault = field(repr=False)
    recovery_code: str = field(default="", repr=False)
    request: bytes = field(default=b"", repr=False)
    ticket: bytes = field(default=b"", repr=False)
    reply: bytes = field(default=b"", repr=False)

    @property
    def step(self) -> Step:
        """Where to go on."""
        if self.recovery_code:
            return "code"
        if not self.request:
            return "identity"
        return "wait" if self.ticket else "import"


@dataclass(frozen=True)
class Answer:
    """An organisation's answer that holds, not yet accepted. `fingerprint`: of its root key, as IT's own tool prints it."""

    enrolment: Enrolment = field(repr=False)
    organisation: str
    fingerprint: str
    name: str
    role: str
    specialty: str


class _State(msgspec.Struct):
    code_confirmed: bool = False
    request: bytes = b""
    ticket: bytes = b""
    reply: bytes = b""


async def enrolled(vault: Vault) -> bool:
    """Tell whether *vault* holds a certificate."""
    device = await asyncio.wrap_future(vault.identity.device())
    return device is not None and bool(device.certificate)


async def resume(vault: Vault, code: str, password: str) -> Pending:
    """Return where the making of *vault* stopped; a recovery code that nobody confirmed is replaced by a new one."""
    state = await _state(vault)
    if not code and not state.code_confirmed:
        code = await asyncio.to_thread(vault.change_password, password, password)
    return Pending(vault, code, state.request, state.ticket, state.reply)


async def owe_code(vault: Vault) -> None:
    """Remember that the newest recovery code of a whole desk was not noted yet."""
    await _keep(vault, _State())


async def owed_code(vault: Vault, password: str) -> str:
    """Return a new recovery code when nobody noted the last one, which nobody can show again; else an empty text."""
    owed = KEPT in await asyncio.wrap_future(vault.settings.all())
    return await asyncio.to_thread(vault.change_password, password, password) if owed else ""


def ask_groups(code: str) -> list[int]:
    """Choose two groups of *code* (from 0, in their order) that its owner must type back."""
    return sorted(secrets.SystemRandom().sample(range(len(code.split("-"))), ASKED_GROUPS))


async def confirm(pending: Pending, asked: Sequence[int], typed: Sequence[str]) -> Pending:
    """Take the typed groups; raises EnrolRefused("code-differs")."""
    groups = pending.recovery_code.split("-")
    given = [text[:40].upper().translate(_ALIKE) for text in typed]
    if given != [groups[index] for index in asked]:
        raise EnrolRefused("code-differs")
    state = await _state(pending.vault)
    state.code_confirmed = True
    await _keep(pending.vault, state)
    return replace(pending, recovery_code="")


async def request(pending: Pending, name: str, role: str, specialty: str) -> Pending:
    """Sign the request of this desk's keys, made now or earlier; raises EnrolRefused("name")."""
    device = await asyncio.to_thread(_keys, await _seeds(pending.vault), pending.request)
    try:
        signed = await asyncio.to_thread(device.request, name.strip(), role, specialty.strip())
    except ProtocolError as error:
        raise EnrolRefused("name") from error
    await asyncio.wrap_future(pending.vault.identity.save_device(Device(*device.seeds)))
    state = await _state(pending.vault)
    state.request, state.ticket, state.reply = signed, b"", b""
    await _keep(pending.vault, state)
    return Pending(pending.vault, request=signed)


async def look(pending: Pending, file: str, now_s: int) -> Answer:
    """Read and judge the organisation's answer in *file*; raises EnrolRefused. Nothing of it is kept yet."""
    return await judged(pending, await asyncio.to_thread(_read, file), now_s)


async def judged(pending: Pending, enrolment: Enrolment, now_s: int) -> Answer:
    """Judge an organisation's answer, however it came; raises EnrolRefused."""
    with _refusing():
        await asyncio.to_thread(_judge, enrolment, await _device(pending), now_s)
        certificate, bundle = DeviceCert.parse(enrolment.certificate), enrolment.bundle
        return Answer(
            enrolment,
            certs.shown_text(bundle.name),
            in_groups(bundle.org),
            certificate.name,
            certificate.role,
            certificate.specialty,
        )


async def keep_waiting(pending: Pending) -> None:
    """Remember under which ticket the request was sent; with none, that it goes by file after all."""
    state = await _state(pending.vault)
    state.ticket, state.reply = pending.ticket, pending.reply
    await _keep(pending.vault, state)


async def finish(pending: Pending, answer: Answer, relay: Relay, now_s: int) -> None:
    """Enrol the vault with the accepted *answer*; raises EnrolRefused and keeps nothing of it."""
    device = await _device(pending)
    with _refusing():
        await asyncio.to_thread(_judge, answer.enrolment, device, now_s)
        await trust.enrol(pending.vault, device, answer.enrolment, relay, now_s)
    await asyncio.wrap_future(pending.vault.settings.forget(KEPT))


async def _device(pending: Pending) -> DeviceKeys:
    return await asyncio.to_thread(_keys, await _seeds(pending.vault), pending.request)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except TrustError as error:
        known = {
            "certificate-foreign",
            "certificate-expired",
            "certificate-revoked",
            "directory-old",
            "clock",
        }
        raise EnrolRefused(error.code if error.code in known else "untrusted") from error
    except MediaError as error:
        raise EnrolRefused("file-wrong") from error


def in_groups(key: bytes) -> str:
    """Write an identifier in groups of four hexadecimal digits, to be compared aloud."""
    text = key.hex().upper()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def read_relay(address: str, fingerprint: str, *, authority: bool) -> Relay:
    """Read `host:port` and a SHA-256 fingerprint; *authority*: the system's certificate authorities vouch for it instead.

    Raises EnrolRefused: "relay-address", "relay-fingerprint".
    """
    try:
        host, port = split_relay(address.strip().lower())
    except ProtocolError as error:
        raise EnrolRefused("relay-address") from error
    if authority:
        return Relay(host, port)
    try:
        pin = bytes.fromhex(fingerprint.replace(":", " "))
    except ValueError:
        pin = b""
    if len(pin) != PIN_BYTES:
        raise EnrolRefused("relay-fingerprint")
    return Relay(host, port, pin)


def as_text(data: bytes) -> str:
    """Return *data* to copy: base64 in lines of 64 characters, as `consilium-admin device issue` takes it."""
    text = base64.b64encode(data).decode()
    return "\n".join(text[at : at + 64] for at in range(0, len(text), 64))


def described(signed: bytes) -> Request:
    """Return what a request says."""
    return Request.parse(signed)


async def save(path: str, data: bytes) -> None:
    """Write *data* to a new file that only its owner may read; raises EnrolRefused: "file-exists", "not-written"."""
    await asyncio.to_thread(_write, path.strip(), data)


def _write(path: str, data: bytes) -> None:
    try:
        handle = os.open(Path(path).expanduser(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
    except FileExistsError as error:
        raise EnrolRefused("file-exists") from error
    except (OSError, ValueError) as error:
        raise EnrolRefused("not-written") from error


def _read(path: str) -> Enrolment:
    try:
        with Path(path.strip()).expanduser().open("rb") as file:
            return Enrolment.parse(file.read(MAX_ENROLMENT))
    except (OSError, ValueError) as error:
        raise EnrolRefused("file-unreadable") from error
    except MediaError as error:
        raise EnrolRefused("file-wrong") from error


def _judge(enrolment: Enrolment, device: DeviceKeys, now_s: int) -> None:
    """Raise TrustError unless the certificate is for *device*, holds now, and its directory is young enough to be believed."""
    certificate, bundle = DeviceCert.parse(enrolment.certificate), enrolment.bundle
    if certificate.public != device.public:
        raise TrustError("certificate-foreign")
    directory = enrolment.verify(certificate.org, now_s)
    judge = certs.Trust(
        roots=[(bundle.root.ed25519, bundle.root.mldsa)],
        issuers=bundle.issuers,
        certificates=bundle.certificates,
        revoked=directory.revoked,
        head_time=directory.head.time,
    )
    judge.judge(enrolment.certificate, now_s)
    if judge.directory_state(now_s) == "blocked":
        raise TrustError("directory-old")


def _keys(seeds: tuple[bytes, bytes] | None, signed: bytes) -> DeviceKeys:
    if seeds is None or not signed:
        return DeviceKeys.generate()
    return DeviceKeys.from_seeds(Request.parse(signed).device_id, *seeds)


async def _seeds(vault: Vault) -> tuple[bytes, bytes] | None:
    device = await asyncio.wrap_future(vault.identity.device())
    return (device.ed25519_seed, device.mldsa_seed) if device is not None else None


async def _state(vault: Vault) -> _State:
    kept = (await asyncio.wrap_future(vault.settings.all())).get(KEPT, "{}")
    try:
        return msgspec.json.decode(kept, type=_State)
    except msgspec.MsgspecError:
        return _State()


async def _keep(vault: Vault, state: _State) -> None:
    await asyncio.wrap_future(vault.settings.save(KEPT, msgspec.json.encode(state).decode()))
