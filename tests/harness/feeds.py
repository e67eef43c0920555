"""A gateway and desks with real vaults; between them a wire that a test may cut, double and shuffle."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from types import SimpleNamespace

from app.fanout.desk import Following, Gateway
from app.fanout.gateway import Fanout
from app.fanout.rules import Rules
from app.interop.follow import Follower
from app.interop.intake import incoming_of
from app.interop.understand import understand
from media.mail import say
from storage.vault import Vault
from tests.harness.cheap import CHEAP

PASSWORD = "mot de passe"
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
RULES = b'[[rule]]\nunits = ["2101", "2102", "2103"]\nroles = ["doctor"]\n'
BEGIN_MS = 1_772_400_000_000
"""A day after the ADT of the harness begin."""


class Clock:
    def __init__(self) -> None:
        self.ms = BEGIN_MS

    def __call__(self) -> int:
        return self.ms


@dataclass
class Letter:
    """What one device is to get."""

    device: bytes
    told: SimpleNamespace
    msg_id: bytes = b""


@dataclass
class Wire:
    """Keeps letters until the test hands them over; what is said is encoded and read again as on the real way."""

    by: SimpleNamespace
    clock: Clock
    letters: list[Letter] = field(default_factory=list)

    async def say(self, body, to, *, conv, expires_s=0, msg_id=b""):
        data, msg_id = body.encode(), msg_id or os.urandom(16)
        for devices in to.values():
            for device in devices or (b"",):
                header = SimpleNamespace(sent_ms=self.clock(), conv=conv)
                read = say.parse(body.TYPE, data)
                told = SimpleNamespace(by=self.by, header=header, body=read, type=body.TYPE, msg_id=msg_id)
                self.letters.append(Letter(device, told, msg_id))
        return msg_id

    def take(self) -> list[Letter]:
        letters, self.letters = self.letters, []
        return letters


def person(role: str, specialty: str = "") -> SimpleNamespace:
    return SimpleNamespace(
        user=os.urandom(16), device_id=os.urandom(16), role=role, specialty=specialty, name="X"
    )


class Desk:
    def __init__(self, site: Site, folder, units, role="doctor") -> None:
        self.vault, _ = Vault.create(folder, PASSWORD, CHEAP)
        self.by = person(role)
        self.wire = Wire(self.by, site.clock)
        gateway = Gateway(site.by.user, site.by.device_id)
        self.following = Following(self.vault, self.wire, units, lambda: [gateway], site.clock)

    def has(self) -> list[bytes]:
        return [one.raw for one in self.vault.inbox.after(0, 10_000).result()]


class Site:
    """The gateway's side, and whoever follows it."""

    def __init__(self, folder, rules: bytes = RULES) -> None:
        self.folder, self.clock = folder, Clock()
        self.vault, _ = Vault.create(folder / "gateway", PASSWORD, CHEAP)
        self.by, self.rules = person("gateway"), Rules.parse(rules)
        self.wire = Wire(self.by, self.clock)
        self.desks: list[Desk] = []
        self.fanout: Fanout | None = None

    async def start(self) -> None:
        """Begin, or begin again as after a kill."""
        self.fanout = Fanout(self.vault, self.wire, self.rules, self.clock)
        await self.fanout.load()

    def desk(self, *units: str, role: str = "doctor") -> Desk:
        desk = Desk(self, self.folder / f"desk{len(self.desks)}", units, role)
        self.desks.append(desk)
        return desk

    async def receive(self, *messages: bytes) -> None:
        """Let the gateway take messages and apply them."""
        for raw in messages:
            understood = understand(raw, arrived_ms=self.clock())
            self.vault.inbox.keep(incoming_of(raw, understood, self.clock())).result()
        await Follower(self.vault.inbox, self.vault.patients, self.clock).catch_up()

    async def pass_time(self, ms: int = 0, lost=lambda _letter: False) -> None:
        """Let *ms* go by and everybody do what is due; letters that *lost* names never arrive."""
        self.clock.ms += ms
        for _ in range(4):
            for desk in self.desks:
                await desk.following.step()
                for letter in desk.wire.take():
                    await self.fanout.take(letter.told)
            while await self.fanout.step():
                pass
            for letter in self.wire.take():
                desk = next((one for one in self.desks if one.by.device_id == letter.device), None)
                if desk is not None and not lost(letter):
                    await desk.following.take(letter.told)
            self.clock.ms += 2_500

    def close(self) -> None:
        for vault in (self.vault, *(desk.vault for desk in self.desks)):
            vault.lock()
