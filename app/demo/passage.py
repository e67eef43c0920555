"""The demo hospital's gateway: a real `consilium-gateway` with a profile of its own, enrolled as a site's IT does it."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from app import trust
from app.demo.house import HOST, HouseError
from app.demo.player import end, spawn
from media.patience import within
from resources.demo.patients import UNITS
from storage.identity import Relay
from storage.vault import Terms, Vault

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from pathlib import Path

    from app.demo.hospital import Hospital
    from media.link import RelayAddress

START_S = 30.0
RULES = f"[[rule]]\nunits = {json.dumps([UNITS[one][0] for one in ('onco', 'onco-hdj')])}\nroles = ['doctor', 'nurse']\n"


@dataclass(frozen=True)
class Passage:
    """A gateway of this machine only, on a port that the system chose."""

    process: Process
    port: int

    @classmethod
    async def start(cls, folder: Path, hospital: Hospital, relay: RelayAddress, record: int) -> Self:
        """Make its profile in *folder* and start it, with the hospital's record at port *record*; raises HouseError."""
        word = secrets.token_urlsafe(32)
        secret, rules = await asyncio.to_thread(_write, folder, word)
        await _furnish(folder / "profile", word, hospital, relay)
        command = ("run", "--profile", folder / "profile", "--secret-file", secret, "--rules", rules)
        listening = ("--mllp", f"{HOST}:0", "--record", f"{HOST}:{record}", "--record-form", "oru")
        process = await spawn(sys.executable, "-m", "app.gateway", *map(str, (*command, *listening)))
        try:
            assert process.stdout is not None
            ready = json.loads(await within(START_S, process.stdout.readline()))
            return cls(process, int(ready["mllp"].rpartition(":")[2]))
        except (ValueError, KeyError, TimeoutError) as error:
            await end(process)
            raise HouseError("the gateway did not start") from error

    async def close(self) -> None:
        """End it."""
        await end(self.process)


def _write(folder: Path, word: str) -> tuple[Path, Path]:
    """Write the secret, for its owner alone, and the rules of who may follow the oncology."""
    folder.mkdir()
    secret, rules = folder / "secret", folder / "rules.toml"
    rules.write_text(RULES, "utf-8")
    with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(word)
    return secret, rules


async def _furnish(profile: Path, word: str, hospital: Hospital, relay: RelayAddress) -> None:
    vault, _code = await asyncio.to_thread(Vault.create, profile, word, Terms("off"))
    try:
        enrolment = hospital.enrolment(hospital.gateway)
        place = Relay(relay.host, relay.port, relay.pin)
        await trust.enrol(vault, hospital.gateway.device, enrolment, place, int(time.time()))
    finally:
        await asyncio.to_thread(vault.lock)
