"""kill -9 of the gateway at random moments, four senders at work: all that was acknowledged is there, once and in order."""

from __future__ import annotations

import random

import pytest

from storage.vault import Vault
from tests.harness.cheap import CHEAP
from tests.harness.gateway import Gateway, gateway
from tests.harness.senders import Sender, check, live


def look(site: Gateway, senders: list[Sender]) -> None:
    """The dump is right at the first try, and so is the inbox behind it."""
    found = site.patients()
    vault = Vault.visit(site.profile, site.secret.read_text().strip(), CHEAP)
    try:
        check(found, vault, senders)
    finally:
        vault.lock()


def survives(folder, rounds: int, look_every: int, chance: random.Random) -> None:
    senders = [Sender(number) for number in range(1, 5)]
    with gateway(folder) as site:
        for number in range(1, rounds + 1):
            live(site, senders, chance)
            if number % look_every == 0:
                look(site, senders)
        look(site, senders)
        said = site.said.read_bytes()
    assert sum(sender.acknowledged for sender in senders) > rounds
    assert b"Traceback" not in said
    assert b"ESSAI" not in said


def test_eight_kills(tmp_path):
    survives(tmp_path, 8, 4, random.Random(8))


@pytest.mark.long
def test_a_thousand_kills(tmp_path):
    survives(tmp_path, 1000, 20, random.Random(1000))
