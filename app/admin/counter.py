"""The issuer's counter: the requests of devices, kept in the organisation's folder; what rules decide, and what people do (docs/protocol.md §16).

The commands and the running issuer share it: every change is made while the folder is held, and is on disk afterwards.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from app import trust
from app.admin import store, tickets
from app.admin.errors import AdminError
from media.errors import MediaError, ProtocolError
from media.keys import cbor
from media.keys.certs import Request
from media.keys.sign import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from app.admin.organisation import Organisation
    from media.keys.certs import DeviceCert

FOLDER, SUFFIX = "demandes", ".csl"
LABEL = "CSL1/asked-file"
ID_DIGITS = 12
MAX_WAITING, MAX_OF_A_TICKET = 1_000, 5
"""Requests that wait at once; of one ticket. A device has one at a time: its newest."""
MAX_RULES = 65_536
KEPT_S = 30 * 86_400


class State(StrEnum):
    """How far a request is; `approved` and `refused` are still to be answered."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    ANSWERED = "answered"


@dataclass(frozen=True)
class Asked:
    """A request as it came: `author` is the hash of the certificate under which it was sent, empty with a `ticket` (its queue).

    `reply` is the secret under which the answer to a ticket is left; `certificate` what it was approved as.
    """

    signed: bytes = field(repr=False)
    at_s: int
    author: bytes = b""
    ticket: bytes = b""
    reply: bytes = field(default=b"", repr=False)
    state: State = State.WAITING
    code: str = ""
    certificate: bytes = field(default=b"", repr=False)

    @property
    def id(self) -> str:
        """What people type to name it."""
        return digest(self.ticket + self.signed).hex()[:ID_DIGITS]

    @property
    def request(self) -> Request:
        """What is asked."""
        return Request.parse(self.signed)

    def encode(self) -> bytes:
        """Return the file's bytes."""
        fields = [self.signed, self.at_s, self.author, self.ticket, self.reply]
        return cbor.encode([LABEL, *fields, str(self.state), self.code, self.certificate])

    @classmethod
    def parse(cls, data: bytes) -> Asked:
        """Read a file; raises ProtocolError."""
        kinds = (bytes, int, bytes, bytes, bytes, str, str, bytes)
        signed, at_s, author, ticket, reply, state, code, certificate = cbor.record(data, LABEL, kinds)
        try:
            return cls(signed, at_s, author, ticket, reply, State(state), code, certificate)
        except ValueError as error:
            raise ProtocolError("unknown state of a request") from error


class _Automatic(msgspec.Struct, forbid_unknown_fields=True):
    automatic: bool


class Rules(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What is granted without anybody's click: TOML `[renewal]` and `[tickets]` with `automatic`, true and false where they are not there."""

    renewal: _Automatic = msgspec.field(default_factory=lambda: _Automatic(True))
    tickets: _Automatic = msgspec.field(default_factory=lambda: _Automatic(False))

    @classmethod
    def load(cls, path: Path) -> Rules:
        """Read a file; raises AdminError."""
        try:
            return msgspec.convert(tomllib.loads(store.read(path, MAX_RULES).decode()), cls)
        except (ValueError, RecursionError, msgspec.ValidationError) as error:
            raise AdminError(f"{path} : règles mal écrites ({error}).") from error


class Counter:
    """The requests in the *folder* of an organisation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._place = folder / FOLDER

    def all(self) -> list[Asked]:
        """Return every request, the oldest first; what is damaged is passed over."""
        return sorted(self._read(), key=lambda one: (one.at_s, one.id))

    def _read(self) -> Iterator[Asked]:
        for path in self._place.glob(f"*{SUFFIX}"):
            try:
                yield Asked.parse(store.read(path, cbor.MAX_BYTES))
            except MediaError:
                continue

    def find(self, name: str) -> Asked:
        """Return the request that waits under this id, or the beginning of one; raises AdminError."""
        found = [one for one in self.all() if one.id.startswith(name.lower()) and one.state is State.WAITING]
        if len(found) != 1:
            raise AdminError(f"« {name} » : aucune demande en attente, ou plusieurs. Voyez « issuer list ».")
        return found[0]

    def keep(self, asked: Asked) -> None:
        """Write a request as it stands."""
        self._place.mkdir(mode=0o700, exist_ok=True)
        store.write(self._place / (asked.id + SUFFIX), asked.encode())

    def forget_old(self, now_s: int) -> None:
        """Let answered requests of more than a month go."""
        for one in self.all():
            if one.state is State.ANSWERED and one.at_s < now_s - KEPT_S:
                (self._place / (one.id + SUFFIX)).unlink(missing_ok=True)

    # --- what comes ----------------------------------------------------------------------------------------

    def take(self, asked: Asked, rules: Rules, now_s: int) -> Asked | None:
        """Keep a request that came, decided where a rule decides; None for one that is not taken. Raises AdminError, OSError."""
        with store.locked(self.folder):
            organisation, _ = store.load(self.folder, now_s)
            known = {one.id: one for one in self.all()}
            if asked.id in known:
                return self._again(known[asked.id], asked.reply)
            if not self._room(asked, known.values()):
                return None
            self._supersede(asked, known.values())
            decided = self._decide(organisation, asked, rules, now_s)
            self.keep(decided)
            return decided

    def _again(self, known: Asked, reply: bytes) -> Asked:
        """Answer once more what was answered before, where it is looked for now: the answer may have been lost."""
        state = known.state
        if state is State.ANSWERED:
            state = State.REFUSED if known.code else State.APPROVED
        again = replace(known, state=state, reply=reply)
        self.keep(again)
        return again

    def _room(self, asked: Asked, known: Iterable[Asked]) -> bool:
        others = [one for one in known if not _same_device(one, asked)]
        if asked.ticket and any(one.ticket == asked.ticket and one.certificate for one in others):
            return False  # a ticket is for one device
        waiting = sum(one.state is State.WAITING for one in others)
        of_ticket = sum(bool(asked.ticket) and one.ticket == asked.ticket for one in others)
        return waiting < MAX_WAITING and of_ticket < MAX_OF_A_TICKET

    def _supersede(self, asked: Asked, known: Iterable[Asked]) -> None:
        """Let earlier requests of the same device go: of one device there is one."""
        for one in known:
            if _same_device(one, asked):
                (self._place / (one.id + SUFFIX)).unlink(missing_ok=True)

    def _decide(self, organisation: Organisation, asked: Asked, rules: Rules, now_s: int) -> Asked:
        if asked.ticket:
            issued = tickets.find(self.folder, asked.ticket)
            automatic = issued is not None and rules.tickets.automatic
            return self._issue(organisation, asked, now_s, **issued.terms) if issued and automatic else asked
        current = renewed(organisation, asked, now_s)
        if current is None or not rules.renewal.automatic:
            return asked
        if not trust.due(current, now_s):  # answered before, or too early: what there is holds
            return replace(asked, state=State.APPROVED, certificate=current.signed)
        return self._issue(organisation, asked, now_s, user=current.user)

    def _issue(self, organisation: Organisation, asked: Asked, now_s: int, **who: object) -> Asked:
        certificate = organisation.issue(asked.request, now_s, **who)  # type: ignore[arg-type]
        store.save(self.folder, organisation, now_s)
        return replace(asked, state=State.APPROVED, certificate=certificate.signed)

    # --- what people decide --------------------------------------------------------------------------------

    def approve(self, asked_id: str, now_s: int, **who: object) -> tuple[Asked, DeviceCert]:
        """Certify what the request asks for, or as *who* says (`Organisation.issue`); raises AdminError, MediaError."""
        with store.locked(self.folder):
            organisation, _ = store.load(self.folder, now_s)
            asked = self.find(asked_id)
            author, issued = _author(organisation, asked), tickets.find(self.folder, asked.ticket)
            known = issued.terms if issued else {"user": author.user} if author else {}
            who = known | {key: value for key, value in who.items() if value}
            approved = self._issue(organisation, asked, now_s, **who)
            self.keep(approved)
            return approved, organisation.certificates[-1]

    def refuse(self, name: str) -> Asked:
        """Say no."""
        with store.locked(self.folder):
            refused = replace(self.find(name), state=State.REFUSED, code="refused")
            self.keep(refused)
            return refused

    def answered(self, asked: Asked) -> None:
        """Take it that the answer is on its way."""
        with store.locked(self.folder):
            self.keep(replace(asked, state=State.ANSWERED))

    @property
    def stamp(self) -> tuple[int, int]:
        """Return what is another one after each change of the organisation or of a request."""
        state = self.folder / store.STATE
        return state.stat().st_mtime_ns, self._place.stat().st_mtime_ns if self._place.exists() else 0


def renewed(organisation: Organisation, asked: Asked, now_s: int) -> DeviceCert | None:
    """Return the newest certificate that a request only wants to go on: same device, keys, name and role, sent by that device itself."""
    request, author = asked.request, _author(organisation, asked)
    same = [
        one
        for one in organisation.certificates
        if one.hash not in organisation.log.revoked
        and one.not_after > now_s
        and (one.device_id, one.public) == (request.device_id, request.public)
        and (one.name, one.role, one.specialty) == (request.name, request.role, request.specialty)
        and author is not None
        and (one.device_id, one.public, one.user) == (author.device_id, author.public, author.user)
    ]
    return max(same, key=lambda one: one.serial, default=None)


def _author(organisation: Organisation, asked: Asked) -> DeviceCert | None:
    """Return under which certificate a request was sent, None where it does not count."""
    if not asked.author or asked.author in organisation.log.revoked:
        return None
    return next((one for one in organisation.certificates if one.hash == asked.author), None)


def _same_device(one: Asked, other: Asked) -> bool:
    return one.request.device_id == other.request.device_id and one.ticket == other.ticket
