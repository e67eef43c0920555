"""A desk that deposits: a real vault, a real relay, the service between them; and whoever comes for what was left."""

from __future__ import annotations

import asyncio
import base64
import os
import time
from typing import TYPE_CHECKING

from app.audit import Trail
from app.config import Config, Policy
from app.messages.deposits import Deposits, Draft
from app.session import Session
from media import depositwire as dw
from media.keys import deposit as keys
from storage.identity import Relay
from storage.oskeyring import OsKeyring
from storage.slots import KdfCost
from storage.vault import Terms, Vault
from tests.unit.deposit.harness import Visitor, opened_file
from tests.unit.relay.harness import ORGANISATION, RelayProcess

if TYPE_CHECKING:
    from pathlib import Path

PAGE = "https://depot.chu.example/"
NOW = 1_800_000_000_000


class House:
    """A desk that deposits. `now_ms` is its clock, which the relay does not know."""

    def __init__(self, folder: Path, **forced) -> None:
        self.relay = RelayProcess(folder / "relay")
        self.relay.folder.mkdir()
        self.relay.start()
        terms = Terms("off", OsKeyring(), KdfCost(ops=1, mem_kib=8))
        self.vault, _ = Vault.create(folder / "profile", "mot de passe", terms)
        self.now_ms = NOW
        self.trail = Trail(lambda: self.now_ms)
        self.trail.open(self.vault.audit, b"u" * 16)
        config = Config(Policy(forced={"deposit.page": PAGE} | forced))
        self.deposits = Deposits(config, lambda: self.now_ms, self.trail)
        self.deposits.begin(self.session(), self.vault)
        self.letter = folder / "Compte rendu.pdf"
        self.letter.write_bytes(os.urandom(300_000))

    def session(self, **changes) -> Session:
        relay = Relay("127.0.0.1", self.relay.port, self.relay.pin)
        known = {
            "name": "Anne",
            "certificate": b"",
            "cert_hash": b"",
            "sign": bytes,
            "trust": None,
            "relays": (relay,),
            "relay_key": bytes(ORGANISATION),
        }
        return Session(**known | changes)

    def leave(self, **changes):
        return asyncio.run(self.deposits.leave(Draft(self.letter, "Dr Roux, cabinet", **changes)))

    def look(self):
        asyncio.run(self.deposits.look())
        return asyncio.run(self.deposits.all())

    def traced(self, *acts: str) -> bool:
        """Wait until the trail, which nobody waits for, says just this."""
        end, said = time.monotonic() + 20, ()
        while said != acts and time.monotonic() < end:
            said = tuple(entry.action for entry in reversed(self.vault.audit.newest().result()))
        return said == acts

    def close(self) -> None:
        if self.relay.process.poll() is None:
            self.relay.stop()
        self.vault.lock()


def secret_of(house, one) -> keys.Secret:
    """What the recipient has: the link as sent, the code as told."""
    link = house.deposits.link(one)
    assert link.startswith(PAGE + "#")
    raw = base64.urlsafe_b64decode(link.split("#")[1])
    return keys.Secret(raw[:16], raw[16:], one.code)


async def collect(relay, secret: keys.Secret) -> tuple[str, bytes]:
    opened = secret.unlock()
    async with Visitor(relay) as visitor:
        answer = await visitor.say(dw.Try(secret.id, opened.proof, bytes(16)))
        whole = await visitor.fetch(answer.size)
        await visitor.say(dw.Done())
    return opened_file(opened, whole)
