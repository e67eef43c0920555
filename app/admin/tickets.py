"""Tickets for new devices (docs/protocol.md §16): each names a queue of its own at the relay, and whom IT made it for."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.admin import store
from media.errors import MediaError
from media.keys import cbor
from media.keys.enrolment import Ticket
from media.keys.issuers import ID_BYTES
from media.keys.seal import KEY_BYTES, XWing
from media.keys.sign import SEED_BYTES, Signer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage.identity import Relay

FOLDER, SUFFIX, LABEL = "billets", ".csl", "CSL1/ticket-file"
LIFE_DAYS = 14


@dataclass(frozen=True)
class Issued:
    """A ticket with what only the issuer holds; `name`, `specialty` and `user` may be empty: then the request, or IT, says."""

    ticket: Ticket
    owner_seed: bytes = field(repr=False)
    prekey_seed: bytes = field(repr=False)
    role: str
    name: str = ""
    specialty: str = ""
    user: bytes = b""

    @classmethod
    def make(cls, org: bytes, relay: Relay, not_after: int, **who: Any) -> Issued:
        """Return a fresh ticket for a relay that is recognised by pin, or by the system's authorities."""
        seed, writer = os.urandom(KEY_BYTES), os.urandom(SEED_BYTES)
        prekey = XWing.from_seed(seed).public
        ticket = Ticket(
            relay.host, relay.port, relay.pin, org, os.urandom(ID_BYTES), writer, prekey, not_after
        )
        return cls(ticket, os.urandom(SEED_BYTES), seed, **who)

    @property
    def owner(self) -> Signer:
        """The key that listens to the ticket's queue."""
        return Signer(self.owner_seed)

    @property
    def key(self) -> XWing:
        """What opens requests under this ticket."""
        return XWing.from_seed(self.prekey_seed)

    @property
    def terms(self) -> dict[str, Any]:
        """What `Organisation.issue` is told of the person."""
        found: dict[str, Any] = {"role": self.role, "name": self.name, "user": self.user}
        return found | ({"specialty": self.specialty} if self.specialty else {})

    def keep(self, folder: Path) -> None:
        """Write it into the organisation's folder."""
        place = folder / FOLDER
        place.mkdir(mode=0o700, exist_ok=True)
        who = [self.role, self.name, self.specialty, self.user]
        data = cbor.encode([LABEL, self.ticket.encode(), self.owner_seed, self.prekey_seed, *who])
        store.write(place / (self.ticket.queue.hex() + SUFFIX), data)

    def drop(self, folder: Path) -> None:
        """Forget it: what is asked under it is opened no more."""
        (folder / FOLDER / (self.ticket.queue.hex() + SUFFIX)).unlink(missing_ok=True)

    @classmethod
    def parse(cls, data: bytes) -> Issued:
        """Read a file; raises ProtocolError."""
        kinds = (bytes, SEED_BYTES, KEY_BYTES, str, str, str, bytes)
        ticket, owner, prekey, *who = cbor.record(data, LABEL, kinds)
        return cls(Ticket.parse(ticket), owner, prekey, *who)


def all_of(folder: Path) -> Iterator[Issued]:
    """Return the tickets of an organisation; what is damaged is passed over."""
    for path in (folder / FOLDER).glob(f"*{SUFFIX}"):
        try:
            yield Issued.parse(store.read(path, cbor.MAX_BYTES))
        except MediaError:
            continue


def find(folder: Path, queue: bytes) -> Issued | None:
    """Return the ticket with this queue."""
    return next((one for one in all_of(folder) if one.ticket.queue == queue), None)
